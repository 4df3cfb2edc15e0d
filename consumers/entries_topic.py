"""Entries as records of the internal topic, as they rest: the person's words stay under its key.

It refuses to open an entry, and to name anybody in a record's key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from consumers.kafka.connecting import Headers, Record
from consumers.kafka.group import Taken
from projections.partitions import PARTITIONS, Piece, key_of, partition_of
from projections.pseudonyms import Pseudonyms

TOPIC = "throughcare.entries"
GROUP = "throughcare.projections"

MOST_OF_ONE = 900_000
"""Bytes of one entry at most that are carried; of a larger one, where it is."""

MARKER = b""
"""The key of a record that is no entry: it says how far the partition is."""


def records_of(rows: Iterable[Any], pseudonyms: Pseudonyms) -> list[Record]:
    """These entries, each in its person's partition."""
    made = []
    for row in rows:
        *columns, state = row
        key = key_of(pseudonyms, columns[3], columns[0])
        carried = b"\n" + state if len(state) <= MOST_OF_ONE else b""
        value = orjson.dumps(columns) + carried
        made.append(Record(key.bytes, value, [], partition_of(key)))
    return made


def markers(position: int, numbers: Mapping[UUID, int]) -> list[Record]:
    """To every partition: all up to a position, and these numbers, is in it or before it."""
    at: Headers = [("position", b"%d" % position)]
    with_numbers = [*at, ("numbers", orjson.dumps({str(p): n for p, n in numbers.items()}))]
    # Where the teller goes on is read from the first partition.
    return [Record(MARKER, b"", at if part else with_numbers, part) for part in range(PARTITIONS)]


def told(marker: Headers) -> tuple[int, dict[UUID, int]]:
    """The position and the numbers of a marker of the first partition."""
    said = dict(marker)
    numbers = orjson.loads(said["numbers"])
    return int(said["position"]), {UUID(partner): number for partner, number in numbers.items()}


def piece_of(records: Sequence[Taken]) -> Piece:
    """What comes next of one partition, as it is folded."""
    rows, position = [], 0
    for _, key, value, headers in records:
        if key == MARKER:
            position = int(dict(headers)["position"])
        else:
            rows.append(_row(value))
    return Piece(rows, records[-1][0] + 1, position)


def _row(value: bytes) -> list[Any]:
    columns, carried, state = value.partition(b"\n")
    partner, number, position, person, subject, message_type, effective, at, backfill = (
        orjson.loads(columns)
    )
    return [
        UUID(partner),
        number,
        position,
        person and UUID(person),
        subject and UUID(subject),
        message_type,
        datetime.fromisoformat(effective),
        datetime.fromisoformat(at),
        backfill,
        state if carried else None,
    ]
