"""What may happen in mental-health care near home and what did; it knows no transport, no storage, no clock."""
