"""The log as an audit goes through it: by person, stream, type, actor, correlation and day.

It reads as a role that has no key: what names somebody, and what was written of them, stays sealed.
It refuses to look through the whole log for one page, and to verify by any rule but the tree's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from domain.erased import PersonErased
from domain.facts import FACTS
from domain.kept_no_longer import KeptNoLonger
from domain.kernel import Fact
from domain.mapping import CARE, StoredFact, Topics, unseal, volume_of
from domain.vocabulary import PartnerId
from projections import tree, verifier
from projections.statements import statements

SQL = statements("browsing")
TOPICS = Topics(FACTS)

ROWS = 50
"""Facts that one page of a search shows."""

THROUGH = 100_000
"""Facts that one page looks through at most for a type, an actor or a correlation."""

SOON = 10_000
"""How many facts after a fact are looked through for what it caused of somebody else."""

LANES = 4
TOGETHER = 200
"""Facts of a stream, or of several side by side, on one page."""

CAUSED = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for. ``actor`` is a practitioner or an organisation; ``before`` a number."""

    person: UUID | None = None
    stream: UUID | None = None
    topic: str | None = None
    actor: UUID | None = None
    correlation: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Facts, the newest first; ``further`` is before which number to go on, if there is more.

    ``first`` and ``last`` are between which numbers it was looked.
    """

    facts: Sequence[StoredFact]
    first: int
    last: int
    further: int | None


class By(StrEnum):
    """By which clock streams are put side by side."""

    RECORDED = "recorded"
    HAPPENED = "happened"


@dataclass(frozen=True, slots=True)
class Opened:
    """What of a fact lies open, as it is stored and as it is read today; ``sealed`` names the rest.

    ``kind`` is ``None`` of a topic that this release does not know.
    """

    kind: type[Fact] | None
    stored: Mapping[str, Any]
    today: Mapping[str, Any]
    sealed: tuple[str, ...]
    upcast: tuple[int, ...]
    """The versions of its shape that it was brought through, if any."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Why nobody can read what was sealed of somebody any more."""

    at: datetime
    said: str
    volumes: frozenset[tuple[str, int]] | None
    """Of which volumes; ``None`` is all of them."""

    def of(self, stored: StoredFact) -> bool:
        """Whether what was sealed of this fact went with it."""
        if self.volumes is None:
            return True
        volume = volume_of(stored.state)
        return volume != CARE and (volume.retention.value, volume.number) in self.volumes


@dataclass(frozen=True, slots=True)
class Verified:
    """How many facts were reckoned again, and how many of them the newest checkpoint proves.

    ``wrong`` is the first break, at ``number``; before it everything was as it was signed.
    """

    facts: int
    signed: int
    under: tree.Signed | None
    wrong: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Hashed:
    """The leaf of one fact as the tree has it, and as it is reckoned from the fact now."""

    kept: bytes | None
    reckoned: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """One fact, what caused it, what it caused, which partners were told of it, and its leaf."""

    fact: StoredFact
    cause: StoredFact | None
    caused: Sequence[StoredFact]
    told: Mapping[PartnerId, int]
    leaf: Hashed


@dataclass(frozen=True, slots=True)
class Browsing:
    """Questions of the log as the audit may ask them; each over a connection of its own."""

    source: str = field(repr=False)

    def find(self, asked: Asked) -> Found:
        """The facts that fit, from the newest back, as far as one page looks."""
        with self._reading() as connection:
            ((since, until),) = _rows(
                connection, "bounds", {"since": asked.since, "until": asked.until}
            )
            last = until if asked.before is None else min(until, asked.before - 1)
            narrow = asked.person or asked.stream
            first = since if narrow else max(since, last - THROUGH + 1)
            name = "of_person" if asked.person else "of_stream" if asked.stream else "between"
            wanted = {
                "person": asked.person,
                "stream": asked.stream,
                "topic": asked.topic,
                "actor": asked.actor,
                "correlation": asked.correlation,
                "first": first,
                "last": last,
                "limit": ROWS + 1,
            }
            facts = _facts(connection, name, wanted)
        if len(facts) > ROWS:
            return Found(facts[:ROWS], facts[ROWS - 1].position, last, facts[ROWS - 1].position)
        return Found(facts, first, last, first if since < first <= last else None)

    def stream(self, stream: UUID, after: int) -> list[StoredFact]:
        """The facts of a stream after a version, in order: one more than a page shows."""
        asked = {"stream": stream, "after": after, "limit": TOGETHER + 1}
        with self._reading() as connection:
            return _facts(connection, "stream", asked)

    def beside(self, streams: Sequence[UUID], by: By, after: int) -> list[StoredFact]:
        """The facts of several streams in one order: one more than a page shows."""
        asked = {"streams": list(streams), "after": after, "limit": TOGETHER + 1}
        with self._reading() as connection:
            return _facts(connection, f"beside_as_{by.value}", asked)

    def event(self, stream: UUID, version: int) -> Event | None:
        """One fact with everything around it."""
        with self._reading() as connection:
            found = _one(connection, stream, version)
            if found is None:
                return None
            cause = found.causation and found.causation.split("/")
            asked = {
                "person": found.person,
                "stream": stream,
                "position": found.position,
                "name": f"{stream}/{version}",
                "soon": SOON,
                "limit": CAUSED,
            }
            told = _rows(connection, "told", {"position": found.position})
            whole = next(tree.facts(connection, found.position, found.position))
            return Event(
                found,
                _one(connection, UUID(cause[0]), int(cause[1])) if cause else None,
                _facts(connection, "caused", asked),
                {PartnerId(partner): times for partner, times in told},
                Hashed(whole["leaf"], verifier.leaf_hash(verifier.leaf(whole))),
            )

    def removals(self, persons: Collection[UUID]) -> dict[UUID, list[Removal]]:
        """Of these persons, why what was sealed of them is gone, where it is."""
        with self._reading() as connection:
            found = _facts(connection, "removed", {"persons": list(persons)})
        gone: dict[UUID, list[Removal]] = {}
        for stored in found:
            assert stored.person is not None
            gone.setdefault(stored.person, []).append(_removal(stored))
        return gone

    def verify(self, facts: Sequence[StoredFact], after: int | None = None) -> Verified:
        """Whether these facts are what was signed: each leaf reckoned again, and proved.

        Those of one stream follow each other from the version ``after`` on.
        """
        with self._reading() as connection:
            return verified(connection, sorted(facts, key=lambda each: each.position), after)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with psycopg.connect(self.source, autocommit=True, connect_timeout=2) as connection:
            yield connection


def opened(stored: StoredFact) -> Opened:
    """What lies open of a fact. Nothing is deciphered."""
    try:
        kind = TOPICS.fact(stored.topic)
    except KeyError:
        return Opened(None, unseal(stored.state, frozenset(), None, b""), {}, (), ())
    body = unseal(stored.state, kind.PERSONAL_FIELDS, None, b"")
    lies_open = {name: value for name, value in body.items() if name not in kind.PERSONAL_FIELDS}
    sealed = tuple(sorted(body.keys() & kind.PERSONAL_FIELDS))
    if stored.schema == kind.SCHEMA:
        return Opened(kind, lies_open, lies_open, sealed, ())
    today = kind.upcast(dict(lies_open), stored.schema)
    return Opened(kind, lies_open, today, sealed, tuple(range(stored.schema, kind.SCHEMA + 1)))


def verified(
    connection: Connection, facts: Sequence[StoredFact], after: int | None = None
) -> Verified:
    """Whether these facts, given in the log's order, are what was signed; the first that is not."""
    positions = [each.position for each in facts]
    under, proved, seen = tree.newest(connection), 0, 0
    try:
        keys = tree.keys(connection)
        checkpoint = (
            verifier.Checkpoint.parse(verifier.opened(under.note, keys).text) if under else None
        )
        nodes = tree.Nodes(connection)
        for position, fact in zip(positions, tree.at(connection, positions), strict=False):
            if fact["position"] != position:
                raise verifier.Wrong("this fact is missing", position)
            if after is not None and fact["version"] != (after := after + 1):
                raise verifier.Wrong(f"version {after} of the stream is missing before", position)
            hashed = verifier.leaf_hash(verifier.leaf(fact))
            signed = checkpoint is not None and position <= checkpoint.size
            if fact["leaf"] is None:
                if signed:
                    raise verifier.Wrong("its leaf in the tree is missing", position)
            elif hashed != fact["leaf"]:
                raise verifier.Wrong("this fact is not the one that was recorded", position)
            if checkpoint is not None and signed:
                _proved(position, hashed, checkpoint, nodes)
                proved += 1
            seen += 1
    except verifier.Wrong as broken:
        return Verified(seen, proved, under, broken.args[0], broken.number)
    except tree.Incomplete as lost:
        return Verified(seen, proved, under, f"a hash of the tree is missing: {lost}")
    return Verified(seen, proved, under)


def _proved(
    position: int, hashed: bytes, checkpoint: verifier.Checkpoint, nodes: tree.Nodes
) -> None:
    path = verifier.inclusion(position - 1, checkpoint.size, nodes)
    if not verifier.verify_inclusion(position - 1, checkpoint.size, hashed, path, checkpoint.root):
        raise verifier.Wrong(
            "the checkpoint does not prove this fact: it, or a hash beside it, is not what was "
            "signed",
            position,
        )


def _removal(stored: StoredFact) -> Removal:
    content = opened(stored).today
    if stored.topic == PersonErased.TOPIC:
        return Removal(stored.effective_at, f"Removed under order {content['order']}", None)
    assert stored.topic == KeptNoLonger.TOPIC
    kept_as = str(content["kept_as"])
    return Removal(
        stored.effective_at,
        f"Removed under retention rule: {content['rule']}",
        frozenset((kept_as, int(number)) for number in content["volumes"]),
    )


def _one(connection: Connection, stream: UUID, version: int) -> StoredFact | None:
    return next(iter(_facts(connection, "one", {"stream": stream, "version": version})), None)


def _facts(connection: Connection, name: str, asked: Mapping[str, Any]) -> list[StoredFact]:
    return [StoredFact(*row) for row in _rows(connection, name, asked)]


def _rows(connection: Connection, name: str, asked: Mapping[str, Any]) -> Iterable[Any]:
    return connection.cursor(binary=True).execute(SQL[name], asked).fetchall()
