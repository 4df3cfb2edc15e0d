"""The place that the tests of HTTP talk to: one for each module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.embedded import Embedded
from tests.api.place import Client, Place, running
from tests.database import made


@pytest.fixture(scope="module")
def place(
    server: Embedded, founded: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Founded, with nobody registered; each test registers its own people."""
    folder: Path = tmp_path_factory.mktemp("place")
    with (
        made(server, template=founded) as database,
        running(database, folder) as there,
    ):
        yield there


@pytest.fixture(scope="module")
def asha(place: Place) -> Client:
    """A GP of the practice."""
    return place.person("asha")


@pytest.fixture(scope="module")
def priya(place: Place) -> Client:
    """A practitioner of talking therapies."""
    return place.person("priya")


@pytest.fixture(scope="module")
def rajesh(place: Place) -> Client:
    """A psychiatrist of the trust."""
    return place.person("rajesh")
