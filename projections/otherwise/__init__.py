"""Who would have been treated otherwise under another rule: history is judged again, in memory.

It refuses to write anything, to ask for any key, and to guess at what was refused: a refusal is no
fact, so only what was done, or was heard and left undone, can be judged by another rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection

from domain.facts import FACTS
from domain.kernel import Recorded
from domain.mapping import CARE, FactMapper, PersonWasErased, Volume
from domain.vocabulary import Moment, PersonId, Retention
from projections import log
from projections.statements import statements

SQL = statements("otherwise")


@dataclass(frozen=True, slots=True)
class Otherwise:
    """One thing that was done, or not, and would not have been, or would, under another rule.

    ``about`` is the id of the decision, the hand-over's pathway or the referral it is about.
    """

    person: PersonId
    position: int
    at: Moment
    what: str
    about: UUID
    then: str
    now: str


class Judge(Protocol):
    """One policy, judged by the rule of then and by another one, fact by fact."""

    NOUNS: ClassVar[frozenset[str]]
    """Nouns whose facts it needs, in the order of the log."""
    judged: int
    """How many decisions, moves or waits it has looked at."""

    def follow(self, recorded: Recorded) -> Iterator[Otherwise]:
        """Follow one fact, and say what of it would have been otherwise."""

    def finish(self, at: Moment) -> Iterator[Otherwise]:
        """Say the rest, once all is known, as it stands at a moment."""


class NoKeys:
    """Nobody's key: personal texts read as removed, whoever they are of."""

    def of(self, person: UUID, volume: Volume = CARE) -> AESGCM | None:
        """None, as if it were destroyed."""
        return None

    def newest(self, person: UUID, retention: Retention) -> Volume:
        """Nothing is ever written without a key."""
        raise PersonWasErased


def judged(connection: Connection, judge: Judge, *, up_to: int, at: Moment) -> Iterator[Otherwise]:
    """Judge the log up to a position. ``connection`` is the auditing role's, in autocommit."""
    mapper = FactMapper(FACTS, NoKeys())
    for stored in log.whole(connection):
        if stored.position > up_to:
            break
        if stored.topic.partition(":")[0] in judge.NOUNS:
            yield from judge.follow(mapper.read(stored))
    yield from judge.finish(at)


def recorded_at(connection: Connection, position: int) -> Moment | None:
    """When the fact of a position was recorded; ``None`` where there is none."""
    row = connection.cursor(binary=True).execute(SQL["recorded_at"], [position]).fetchone()
    return row[0] if row else None


def known_by(connection: Connection, at: Moment) -> int:
    """The last position that was recorded by a moment; 0 before the first."""
    row = connection.cursor(binary=True).execute(SQL["known_by"], [at]).fetchone()
    assert row is not None, "a greatest position is one row"
    position: int = row[0]
    return position
