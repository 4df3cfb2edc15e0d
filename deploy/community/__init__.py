"""The demo community: a place, its people and their history, synthetic and calibrated."""
