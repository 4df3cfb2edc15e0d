"""A log and persons' keys in memory, so that the whole application is tested without a database.

They refuse what the real ones refuse, and promise nothing about disks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import IntegrityError, Notification, StoredEvent

from domain.intentions.log import AlreadyRecorded, Earlier, Intention, Log
from domain.mapping import CARE, StoredFact, Volume
from domain.vocabulary import Retention


class MemoryLog(Log):
    """Facts in one order, numbered from 1; recorded a second apart.

    ``followed_by`` is shown what was recorded, as soon as it is.
    """

    def __init__(self, starts: datetime) -> None:
        self.starts = starts
        self.facts: list[StoredFact] = []
        self.intentions: dict[tuple[UUID, UUID], Earlier] = {}
        self.followed_by: Callable[[Sequence[StoredFact]], None] | None = None
        self._streams: dict[UUID, list[StoredFact]] = {}

    def copy(self) -> MemoryLog:
        """A log that begins as this one is."""
        copied = MemoryLog(self.starts)
        copied.facts, copied.intentions = list(self.facts), dict(self.intentions)
        copied._streams = {stream: list(facts) for stream, facts in self._streams.items()}
        return copied

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        intentions: Sequence[Intention] = (),
        recorded_at: Sequence[datetime] | None = None,
        **kwargs: Any,
    ) -> Sequence[int]:
        assert not kwargs
        repeated = [
            self.intentions[i.organisation, i.key]
            for i in intentions
            if (i.organisation, i.key) in self.intentions
        ]
        if repeated:
            raise AlreadyRecorded(repeated)
        heads: dict[UUID, int] = {}
        numbered: list[StoredFact] = []
        for each in stored_events:
            assert isinstance(each, StoredFact)
            assert isinstance(each.originator_id, UUID)
            head = heads.get(each.originator_id, len(self._streams.get(each.originator_id, ())))
            if each.originator_version != head + 1:
                raise IntegrityError(f"{each.originator_id}/{each.originator_version}")
            heads[each.originator_id] = each.originator_version
            position = len(self.facts) + len(numbered) + 1
            moment = self.starts + timedelta(seconds=position)
            if recorded_at is not None:
                moment = recorded_at[len(numbered)]
            numbered.append(replace(each, position=position, recorded_at=moment))
        for fact in numbered:
            assert isinstance(fact.originator_id, UUID)
            self.facts.append(fact)
            self._streams.setdefault(fact.originator_id, []).append(fact)
        for i in intentions:
            self.intentions[i.organisation, i.key] = Earlier(
                i.organisation, i.key, i.digest, i.answer, len(self.facts), self.starts
            )
        if self.followed_by:
            self.followed_by(numbered)
        return [fact.position for fact in numbered]

    def earlier(self, organisation: UUID, key: UUID) -> Earlier | None:
        return self.intentions.get((organisation, key))

    def streams_of(self, person: UUID) -> Sequence[tuple[UUID, str]]:
        told = [fact for fact in self.facts if fact.person == person]
        streams: dict[UUID, str] = {}
        for fact in told:
            assert isinstance(fact.originator_id, UUID)
            streams.setdefault(fact.originator_id, fact.topic.split(":")[0])
        return list(streams.items())

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        assert isinstance(originator_id, UUID)
        stream = self._streams.get(originator_id, [])
        found = [
            fact
            for fact in stream
            if (gt is None or fact.originator_version > gt)
            and (lte is None or fact.originator_version <= lte)
        ]
        return (found[::-1] if desc else found)[:limit]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        raise NotImplementedError("tests read the facts themselves")

    def max_notification_id(self) -> int | None:
        return len(self.facts) or None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> NoReturn:
        raise NotImplementedError("tests read the facts themselves")


class MemoryKeys:
    """A key for each volume of each person, until it is destroyed."""

    def __init__(self) -> None:
        self._keys: dict[tuple[UUID, Volume], AESGCM | None] = {}
        self._erased: set[UUID] = set()

    def of(self, person: UUID, volume: Volume = CARE) -> AESGCM | None:
        if person in self._erased:
            return None
        if (person, volume) not in self._keys:
            self._keys[person, volume] = AESGCM(AESGCM.generate_key(256))
        return self._keys[person, volume]

    def newest(self, person: UUID, retention: Retention) -> Volume:
        mine = [each for who, each in self._keys if (who, each.retention) == (person, retention)]
        return max(mine, default=Volume(retention))

    def destroy(self, person: UUID) -> None:
        self._erased.add(person)

    def close(self, person: UUID, retention: Retention) -> None:
        """Begin a new volume, and destroy those before it."""
        newest = self.newest(person, retention)
        for number in range(newest.number + 1):
            self._keys[person, Volume(retention, number)] = None
        self.of(person, Volume(retention, newest.number + 1))
