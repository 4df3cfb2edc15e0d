"""What may happen in mental-health care and what did; no transport, no storage, no clock."""
