"""Directories as Open Referral HSDS 3.0 and 3.1 have them, read strictly and refused row by row."""
