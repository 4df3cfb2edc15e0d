"""Fixtures for every test."""

from hypothesis import settings

pytest_plugins = ["tests.database"]

settings.register_profile("thorough")
