"""What the house costs, next to what the machine could do: measured together, never remembered."""
