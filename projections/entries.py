"""One entry of a partner's share: its bytes at rest and its shape in memory."""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from domain.mapping import CARE, Keys, Volume, seal, unseal, volume_of
from domain.sharing import LET_GO
from domain.vocabulary import Retention

NOTHING: frozenset[str] = frozenset()
NOBODY: frozenset[UUID] = frozenset()

AGAIN = "told_again"
"""Says of an entry that what holds now would have told it when it happened, and tells it now."""

TO_ACKNOWLEDGE = "acknowledge"
"""Says of a withdrawal that the partner is asked to acknowledge it."""

REMOVED_UNDER = "removed_under"
"""Says of an entry in a history under which rule words of it were removed; it is told to nobody."""

ADDED = "added"
"""Says of an entry that it stands where its fact did, in place of less of it, or of nothing."""


UNREADABLE = (ValueError, TypeError, LookupError, struct.error, InvalidTag)
"""How it shows that an entry's stored bytes cannot be read."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one partner was told of one fact. ``number`` is 1, 2, 3 … within the partner's share.

    ``position`` and ``recorded_at`` are of the fact that caused the telling: for a backfill, the
    one that made the partner involved. ``effective_at`` is when the told fact was true.
    """

    partner: UUID
    number: int
    position: int
    subject: UUID | None
    type: str
    effective_at: datetime
    recorded_at: datetime
    backfill: bool
    data: dict[str, Any]


def bound(partner: UUID, number: int, message_type: str) -> bytes:
    """What an entry's ciphertext is tied to."""
    return partner.bytes + number.to_bytes(8, "big") + message_type.encode()


def sealed(
    entry: Entry,
    personal: frozenset[str],
    person: UUID | None,
    keys: Keys,
    volume: Volume = CARE,
) -> bytes:
    """The entry's content as it rests, its personal part under a key of the person.

    It is the key of the volume in which the fact that it tells rests. Once that is destroyed, what
    rested in it is absent from the entry.
    """
    if not (person and personal):
        volume = CARE
    key = keys.of(person, volume) if person and personal else None
    if person and personal and key is None:
        entry = Entry(
            entry.partner,
            entry.number,
            entry.position,
            entry.subject,
            entry.type,
            entry.effective_at,
            entry.recorded_at,
            entry.backfill,
            {name: value for name, value in entry.data.items() if name not in personal},
        )
    where = bound(entry.partner, entry.number, entry.type)
    return seal(entry.data, personal, key, where, volume)


def opened(row: Any, keys: Keys) -> Entry:
    """An entry from its row; an erased person's personal fields are absent."""
    (
        partner,
        number,
        position,
        person,
        subject,
        message_type,
        effective_at,
        recorded_at,
        backfill,
        state,
    ) = row
    key = keys.of(person, volume_of(state)) if person else None
    return Entry(
        partner,
        number,
        position,
        subject,
        message_type,
        effective_at,
        recorded_at,
        backfill,
        unseal(state, NOTHING, key, bound(partner, number, message_type)),
    )


def opened_all(
    rows: Sequence[Any], keys: Keys, forgotten: Collection[UUID] = NOBODY
) -> list[Entry]:
    """Entries from their rows, without what they themselves say was kept for long enough.

    That is not read any more although its key may still stand; of who is forgotten, nothing is.
    """
    gone = {
        (row[3], volume)
        for row in rows
        if row[5] == LET_GO
        for volume in volumes_let_go(opened(row, keys).data)
    }
    found = []
    for row in rows:
        closed = row[3] in forgotten or (gone and (row[3], volume_of(row[9])) in gone)
        found.append(opened((*row[:3], None, *row[4:]) if closed else row, keys))
    return found


def volumes_let_go(data: Mapping[str, Any]) -> list[Volume]:
    """Which volumes a notice says were kept for long enough."""
    kept_as = Retention(data["kept_as"])
    return [Volume(kept_as, number) for number in data["volumes"]]
