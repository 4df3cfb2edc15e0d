"""The ``throughcare`` command, a module for each thing one asks of it."""
