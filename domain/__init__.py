"""What may happen in mental-health care near home and what did; no transport, no storage, no clock."""
