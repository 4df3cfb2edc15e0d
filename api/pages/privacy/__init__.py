"""The privacy officer's desk: what waits for them, noun by noun."""
