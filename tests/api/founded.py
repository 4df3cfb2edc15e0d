"""The community of the tests, founded once for each worker: every place is a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from uuid import uuid4

import pytest

from deploy import wiring
from deploy.community import place as community
from deploy.community.organisation import found
from deploy.community.privacy import name_officers
from deploy.embedded import Embedded
from deploy.settings import Settings
from deploy.wiring import House
from projections import schema
from tests.database import Database, made

STARTED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def built(database: Database, folder: Path, stack: ExitStack, *, pace: float = 1_000) -> House:
    """The parts of one process over this database, with its other files in the folder."""
    settings = Settings(
        data=folder,
        database=None,
        master_key=None,
        host="127.0.0.1",
        port=0,
        kafka=None,
        holder=community.PRACTICE.id,
        pace=pace,
        demo=True,
    )
    dsns = {role: database.dsn(role) for role in schema.ROLES}
    return wiring.build(settings, wiring.Database(dsns, database.server.master, folder), stack)


@contextmanager
def founding(server: Embedded, folder: Path) -> Iterator[str]:
    """The name of a database in which everybody is let in and the directory is folded."""
    with made(server) as database:
        with ExitStack() as stack:
            house = built(database, folder, stack)
            keys = (uuid4() for _ in repeat(None))
            found(house.care, community.PARTNERS, STARTED, keys)
            name_officers(house.care, community.PARTNERS, STARTED, keys)
            house.engine.catch_up()  # nobody can sign in before the directory is folded
        yield database.name


@pytest.fixture(scope="session")
def founded(server: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with founding(server, tmp_path_factory.mktemp("founded")) as name:
        yield name
