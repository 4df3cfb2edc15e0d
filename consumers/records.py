"""A partner's entries as Kafka records, and the heartbeat between them.

What cannot be made a record is poison: its person's entries wait, nobody else's. It refuses to
publish anything, and to know where what waits is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson

from consumers.kafka.connecting import Record
from domain.vocabulary import PartnerId, PersonId, Role
from projections.cloudevents import content, headers
from projections.entries import UNREADABLE, Entry, opened
from projections.held import runs
from projections.keys import PersonKeys
from projections.looking import Kind
from projections.looks import Look
from projections.topics import Parked

HEARTBEAT = "share.Heartbeat.v1"
"""The type of a record that is no entry: it says how far the topic is."""

MOST_OF_ONE = 900_000
"""Bytes of one record's value at most: clients and brokers refuse a mebibyte by default."""


class RecordIsTooLarge(Exception):
    """An entry of more bytes than a broker takes in one record."""


POISON = (*UNREADABLE, RecordIsTooLarge)
"""How it shows that stored bytes cannot be read, or not be written again."""


@dataclass
class Batch:
    """What is published of one partner in one attempt, and what waits from it on."""

    partner: UUID
    after: int
    first: int = 0
    records: list[Record] = field(default_factory=list)
    persons: list[PersonId] = field(default_factory=list)
    poisoned: list[Parked] = field(default_factory=list)
    waiting: dict[int, UUID] = field(default_factory=dict)
    last: int = 0
    position: int | None = None
    size: int = 0

    def look(self) -> Look:
        """Who is shown what by it: written down before it is published."""
        return Look(
            organisation=PartnerId(self.partner),
            practitioner=None,
            role=Role.SYSTEM.value,
            purpose="",
            kind=Kind.STREAM,
            route="kafka",
            request=uuid4(),
            persons=self.persons,
            position=self.position,
            numbers=(self.first, self.last),
        )


def batch_of(
    partner: UUID,
    after: int,
    rows: Sequence[Any],
    keys: PersonKeys,
    source: str,
    parked: Iterable[UUID] = (),
) -> Batch:
    """These rows, which follow a number, as records; what waits is left out."""
    batch, waits = Batch(partner, after, last=after), set(parked)
    keys.many({row[3] for row in rows if row[3]})
    for row in rows:
        _, number, position, person, subject, message_type = row[:6]
        batch.first, batch.last = batch.first or number, number
        batch.position = position
        case = subject or partner
        if case not in waits:
            try:
                record = record_of(opened(row, keys), source)
            except POISON as failed:
                waits.add(case)
                reason = type(failed).__name__
                batch.poisoned.append(Parked(number, position, case, message_type, reason))
            else:
                batch.records.append(record)
                batch.size += len(record.value)
                if person:
                    batch.persons.append(PersonId(person))
        if case in waits:
            batch.waiting[number] = case
    return batch


def record_of(entry: Entry, source: str) -> Record:
    """An entry as a record: CloudEvents in binary mode, keyed by the person as the partner's."""
    value = orjson.dumps(content(entry))
    if len(value) > MOST_OF_ONE:
        raise RecordIsTooLarge
    return Record(str(entry.subject or entry.partner).encode(), value, headers(entry, source))


def heartbeat(
    partner: UUID, number: int, at: datetime, source: str, held: Sequence[int] = ()
) -> Record:
    """All up to a number is in the topic or before it, but for those ``held``."""
    named = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": f"{partner}/{number}/{at.isoformat()}",
        "ce_source": source,
        "ce_type": HEARTBEAT,
        "ce_time": at.isoformat(),
        "ce_sharenumber": str(number),
    }
    if held:
        named["ce_held"] = runs(held)
    return Record(str(partner).encode(), b"{}", [(n, v.encode()) for n, v in named.items()])
