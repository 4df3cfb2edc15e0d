"""One entry of a partner's share: its bytes at rest and its shape in memory."""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from domain.kernel import REMOVED
from domain.mapping import CARE, Keys, seal, unseal, volume_of
from domain.vocabulary import Retention

NOTHING: frozenset[str] = frozenset()

AGAIN = "told_again"
"""Says of an entry that what holds now would have told it when it happened, and tells it now."""

TO_ACKNOWLEDGE = "acknowledge"
"""Says of a withdrawal that the partner is asked to acknowledge it."""

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
    retention: Retention = Retention.CARE,
) -> bytes:
    """The entry's content as it rests, its personal part under a key of the person.

    It is the key of what the fact that it tells is kept as. What was removed from that fact is
    absent from the entry.
    """
    key, volume = None, CARE
    if person and personal:
        if retention is not Retention.CARE:
            volume = keys.newest(person, retention)
        key = keys.of(person, volume)
    gone: Collection[str] = NOTHING
    if person and key is None:
        gone = personal
    elif retention is not Retention.CARE:
        gone = [name for name in personal if entry.data.get(name) == REMOVED]
    if gone:
        entry = Entry(
            entry.partner,
            entry.number,
            entry.position,
            entry.subject,
            entry.type,
            entry.effective_at,
            entry.recorded_at,
            entry.backfill,
            {name: value for name, value in entry.data.items() if name not in gone},
        )
    where = bound(entry.partner, entry.number, entry.type)
    return seal(entry.data, personal, key, where, volume)


def keyless(row: Any, forgotten: Collection[UUID]) -> Any:
    """An entry's row, or of somebody who is forgotten the row without whose key would open it."""
    return (*row[:3], None, *row[4:]) if row[3] in forgotten else row


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
