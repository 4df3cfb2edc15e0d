"""What anybody may ask, by noun: one method for each intention; all of it happens or nothing."""
