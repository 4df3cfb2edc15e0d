"""Kafka, split by what is done with it; nothing outside of here knows a client of it."""

import warnings

with warnings.catch_warnings():
    # It reads its own schemas in a way that Python 3.11 and 3.12 call deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    import kafka as _kafka  # noqa: F401
