"""The short form of ``make replay``: some hundred entries in place of a hundred thousand."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bench.replaying import MONDAY, measured
from tests.consumers.place import HOUSING, place
from tests.database import Database


def test_who_reads_a_long_share_at_once_ends_as_who_read_it_day_by_day(
    database: Database, tmp_path: Path
) -> None:
    with place(database, MONDAY) as town:
        town.tell()
        said = json.loads(measured(town, tmp_path, entries=600, days=3))
        assert said["events"] == town.told()[town.partners[HOUSING]] >= 600
