"""Rules as data with dates: a replay uses the one that held at the moment."""
