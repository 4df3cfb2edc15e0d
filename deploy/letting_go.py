"""Letting go: volumes that were kept for long enough are told of, taken out of views, destroyed.

Each step finds for itself what the one before it left, so it goes on wherever it was ended. It
refuses to decide what is due, and to let a care record go.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from uuid import uuid5

from psycopg import Connection

from domain.application import CareCoordination
from domain.kernel import Asked, BrokenRule
from domain.mapping import Volume
from domain.vocabulary import PersonId, Retention
from projections import keeping
from projections.keeping import Standing
from projections.keys import MOST_SECONDS, PersonKeys

UNTIL_SETTLED = 2 * MOST_SECONDS
"""Seconds after which nothing comes to rest any more in a volume that has a following one."""

AT_ONCE = 500


class Step(StrEnum):
    """How far what is due has come."""

    BEGUN = "a new volume is begun; sweep again two minutes from now"
    LET_GO = "let go, and told to who was told of it"


def follow(
    care: CareCoordination,
    keys: PersonKeys,
    due: Iterable[Standing],
    *,
    at: datetime,
    settled: float,
) -> Iterator[tuple[Standing, str]]:
    """What becomes of each volume that is due: its next step, or the rule that refuses it.

    None goes before the one that follows it was begun ``settled`` seconds ago.
    """
    for each in due:
        if each.kept.retention is not Retention.CARE:
            yield each, _follow(care, keys, each, at, settled)


def destroy(connection: Connection, keys: PersonKeys) -> list[tuple[PersonId, Volume]]:
    """Destroy the keys of what was let go and stands in no view any more; which they were."""
    let_go = [(each.person, each.volume) for each in keeping.let_go(connection)]
    gone: list[tuple[PersonId, Volume]] = []
    for start in range(0, len(let_go), AT_ONCE):
        for person, volume in keys.standing(let_go[start : start + AT_ONCE]):
            keys.destroy_before(person, Volume(volume.retention, volume.number + 1))
            gone.append((PersonId(person), volume))
    return gone


def _follow(
    care: CareCoordination, keys: PersonKeys, due: Standing, at: datetime, settled: float
) -> str:
    kept_as = due.kept.retention
    waits = False
    for record, numbers in due.numbers.items():
        if keys.newest(record, kept_as).number <= max(numbers):
            keys.begin_anew(record, kept_as)
        following = keys.settled(record, kept_as, settled)
        waits = waits or following is None or following.number <= max(numbers)
    if waits:
        return Step.BEGUN
    named = sorted((str(record), numbers) for record, numbers in due.numbers.items())
    asked = Asked(
        organisation=care.host, at=at, key=uuid5(due.person, f"let go {kept_as.value} {named}")
    )
    try:
        care.let_volumes_go(due.person, kept_as, due.numbers, asked=asked)
    except BrokenRule as rule:
        return rule.rule
    return Step.LET_GO
