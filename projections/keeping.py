"""Keeping: whose records, or which volumes of them, have been kept for as long as they must be.

Read from the log in pages of persons; nothing is changed. It refuses to decide: that is
`domain.keeping`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from domain.facts import FACTS
from domain.keeping import OF_THE_HOUSE, Kept, keeping, linked
from domain.mapping import CARE, FactMapper, StoredFact, Volume, volume_of
from domain.policies.retention import over_before
from domain.vocabulary import PersonId, Retention
from projections import log
from projections.keys import PersonKeys
from projections.statements import statements

SQL = statements("keeping")
PAGE = 500
"""Persons looked at in one transaction, so that no vacuum waits for all of them."""

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True)
class Standing:
    """How something of a person stands; ``records`` are all that are this one person's.

    ``volumes`` are those of each record whose keys still stand: what would go.
    """

    person: PersonId
    records: tuple[UUID, ...]
    kept: Kept
    volumes: tuple[tuple[PersonId, Volume], ...]

    @property
    def numbers(self) -> dict[PersonId, list[int]]:
        """The numbers of the volumes, by record."""
        found: dict[PersonId, list[int]] = {}
        for record, volume in self.volumes:
            found.setdefault(record, []).append(volume.number)
        return found


@dataclass(frozen=True, slots=True)
class LetGo:
    """A volume that was kept for long enough; ``told`` were told of it, ``to_say`` are to say
    still that they removed it.
    """

    person: PersonId
    volume: Volume
    rule: str
    rule_since: date
    removed_at: datetime
    position: int
    told: int
    to_say: tuple[UUID, ...]


def standings(
    connection: Connection, mapper: FactMapper, keys: PersonKeys, on: date
) -> Iterator[Standing]:
    """Everything that is due on a day, and what might be were it not kept for a reason."""
    asked = {
        "after": UUID(int=0),
        "many": PAGE,
        "house": _topics(OF_THE_HOUSE),
        "care": _before(Retention.CARE, on),
        "letters": _kept_as(Retention.CORRESPONDENCE),
        "letters_before": _before(Retention.CORRESPONDENCE, on),
        "feedback": _kept_as(Retention.FEEDBACK),
        "feedback_before": _before(Retention.FEEDBACK, on),
    }
    seen: set[UUID] = set()
    while True:
        with connection.transaction():
            page = connection.execute(SQL["candidates"], asked).fetchall()
            for person, might in page:
                if might and person not in seen:
                    records, stored = _one_person(connection, mapper, person)
                    seen |= records
                    yield from _stand(person, records, stored, mapper, keys, on)
        if len(page) < PAGE:
            return
        asked["after"] = page[-1][0]


def let_go(connection: Connection) -> Iterator[LetGo]:
    """Every volume that was kept for long enough, and who was told so; the first one first."""
    after = (0, UUID(int=0), "", 0)
    while rows := connection.execute(SQL["let_go"], (*after, PAGE)).fetchall():
        for position, person, kept_as, number, rule, since, at, told, to_say in rows:
            volume = Volume(Retention(kept_as), number)
            yield LetGo(PersonId(person), volume, rule, since, at, position, told, tuple(to_say))
        after = rows[-1][:4]


def _stand(
    person: UUID,
    records: set[UUID],
    stored: Sequence[StoredFact],
    mapper: FactMapper,
    keys: PersonKeys,
    on: date,
) -> Iterator[Standing]:
    keys.many(records)
    found = keeping(map(mapper.read, stored))
    rests = {
        (each.person, volume_of(each.state))
        for each in stored
        if each.person and mapper.topics.fact(each.topic).PERSONAL_FIELDS
    } | {(each, CARE) for each in records}
    stands = {each for each in rests if keys.of(*each) is not None}
    for retention in Retention:
        volumes = tuple(
            sorted((PersonId(who), each) for who, each in stands if each.retention is retention)
        )
        kept = found.kept(retention, on)
        if kept is not None and volumes and (kept.due_on is None or kept.is_due(on)):
            yield Standing(PersonId(person), tuple(sorted(records)), kept, volumes)


def _one_person(
    connection: Connection, mapper: FactMapper, person: UUID
) -> tuple[set[UUID], list[StoredFact]]:
    """Every record that is this person's, by links and links of links, with all of their facts.

    Raises `UnreadableFact`.
    """
    records: set[UUID] = set()
    found: list[StoredFact] = []
    ahead = {person}
    while new := ahead - records:
        facts = log.of_persons(connection, [*new], log.head(connection))
        records |= new
        found += facts
        ahead = linked(map(mapper.read, found))
    return records, sorted(found, key=lambda each: each.position)


def _before(retention: Retention, on: date) -> datetime:
    return datetime.combine(over_before(retention, on), time.max, LONDON)


def _kept_as(retention: Retention) -> list[str]:
    return sorted(fact.TOPIC for fact in FACTS if fact.RETENTION is retention)


def _topics(kinds: tuple[type, ...]) -> list[str]:
    return sorted(fact.TOPIC for fact in FACTS if issubclass(fact, kinds))
