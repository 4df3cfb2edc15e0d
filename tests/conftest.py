"""Fixtures for every test, and the order in which their files begin."""

import pytest
from hypothesis import settings

pytest_plugins = ["tests.database", "tests.api.founded"]

settings.register_profile("thorough")

LONG = (
    "tests/processes/",
    "tests/consumers/",
    "tests/pages/test_every_page.py",
    "tests/deploy/",
    "tests/projections/test_views.py",
    "tests/test_docs.py",
    "tests/test_asvs.py",
)
"""What takes minutes in one piece."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that nobody waits for it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
