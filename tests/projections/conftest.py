"""Fixtures for what is folded from the log."""

from __future__ import annotations

import pytest

from tests.database import Database
from tests.projections.place import Place


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)
