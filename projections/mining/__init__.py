"""Histories as event logs that tools for process mining open: OCEL 2.0 and XES."""
