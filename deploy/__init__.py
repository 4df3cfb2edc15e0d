"""Puts the parts together and alone reads the environment; refuses to hold a rule of care."""
