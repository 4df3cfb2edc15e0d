"""Rebuilding: a view folded anew out of the share, beside the one that is served, whose place it
takes at once. It refuses to know what a view says, and to change what anybody was told.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg import Connection, IsolationLevel

from domain.mapping import CARE, Volume
from domain.vocabulary import Retention
from projections import engine, partitions
from projections.addressing import addressed
from projections.entries import NOTHING, UNREADABLE, opened
from projections.keys import PersonKeys
from projections.share import Poison, Told
from projections.statements import statements

SQL = statements("rebuilding")
ENGINE = statements("engine")

PIECE = 10_000
"""Entries folded in one transaction: some people's, whole."""

LAST = UUID(int=2**128 - 1)
"""Where the last lane ends; what is about nobody is folded with it."""

NEAR = 2_000
"""Entries that may be left when the engine is held up for the rest."""

TRIES = 100
GROUPED = "a group folds the views: end it first, with `view ungroup`"
SHOWN = 100
"""How many rows that differ are named."""

Told_of = Callable[[int, int], None]
"""Hears how many entries are folded, and of how many."""


class CannotRebuild(Exception):
    """It cannot be done now; the message says why, and what to do."""


class NoSuchView(CannotRebuild):
    """No view folded from the share has this name."""


@dataclass(frozen=True, slots=True)
class Compared:
    """How the rows of one table of a view stand to those beside, at one position."""

    table: str
    rows: int
    beside: int
    parts: int
    unequal: int
    differing: int
    shown: Sequence[tuple[str, str]]
    """Of some of them, the key (ids alone), and in what way they differ."""


@contextmanager
def beside(dsn: str, name: str, keys: PersonKeys, *, together: bool = False) -> Iterator[Build]:
    """What stands beside a view, for this process alone, or to build it together with others.

    Raises `CannotRebuild`.
    """
    with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
        folded, _, grouped = _one(connection, "known", {"name": name})
        if not folded:
            known = ", ".join(sorted(view.name for view in engine.views()))
            raise NoSuchView(f"{name!r} is not folded from the share: name one of {known}")
        if grouped:
            raise CannotRebuild(GROUPED)
        if not _one(connection, "together" if together else "alone", [name])[0]:
            raise CannotRebuild(f"another process works at {name}: wait for it, or end it")
        connection.execute(SQL["unhurried"])
        tables = connection.execute(SQL["tables"], [name]).fetchall()
        connection.cursor_factory = addressed({f"views.{t}": f"beside.{t}" for (t,) in tables})
        try:
            yield Build(dsn, connection, name, keys)
        finally:
            connection.execute(SQL["apart"])  # now, and not when the server notices


class Build:
    """One view beside the one that is served. Its rows and how far they are move together."""

    def __init__(self, dsn: str, connection: Connection, name: str, keys: PersonKeys) -> None:
        self._dsn, self._connection, self._name, self._keys = dsn, connection, name, keys
        (self._view,) = (view for view in engine.views() if view.name == name)

    # Building

    def build(self, told_of: Told_of) -> tuple[int, float]:
        """Begin, go on, or help who builds; how many entries, and how many seconds of work.

        It ends when all is folded that was told. Who helps ends when there is nothing to share.
        """
        leading = self._leading()
        found = self._connection.execute(SQL["build"], [self._name]).fetchone()
        if found and found[2] is not None:
            raise CannotRebuild(
                f"what was served before still stands beside {self._name}: "
                f"`view switch {self._name} --back` returns to it, `--drop` takes it away"
            )
        if found is None and leading:
            self._begin()
        while self._piece("lane"):
            told_of(*self._done())
        if leading or self._leading():  # who led may have been killed
            while self._piece("anybodys_lane"):
                told_of(*self._done())
            self._catch_up(NEAR, told_of)
            self._connection.execute(SQL["analyse"], [self._name])
            self._catch_up(0, told_of)
        done = self._connection.execute(SQL["build"], [self._name]).fetchone()
        return (done[0], done[1]) if done else (0, 0.0)

    def _leading(self) -> bool:
        return bool(_one(self._connection, "leading", [self._name])[0])

    def _begin(self) -> None:
        with self._connection.transaction():
            self._connection.execute(SQL["make"], [self._name])
            asked = {
                "name": self._name,
                "by_person": self._name in engine.OF_ONE_PERSON,
                "many": PIECE * 4,
            }
            self._connection.execute(SQL["begin"], asked)

    def _piece(self, lane: str) -> bool:
        """Fold the next people of a lane that nobody else holds; whether there was one."""
        with _unswept(), self._connection.transaction():
            cursor = self._connection.cursor(binary=True)
            found = cursor.execute(SQL[lane], [self._name]).fetchone()
            if found is None:
                return False
            began, (partner, number, after, until) = perf_counter(), found
            asked = [partner, number, after, until, PIECE]
            rows = cursor.execute(SQL["persons"], asked, prepare=True).fetchall()
            over = len(rows) < PIECE
            if not over:  # of whom it came to last, more may have been told
                last = rows[-1][4]
                rows = [row for row in rows if row[4] != last] or cursor.execute(
                    SQL["person"], [partner, number, last]
                ).fetchall()
            following = rows[-1][4] if rows else until
            if over and until == LAST:
                rows += cursor.execute(SQL["nobody"], [partner, number]).fetchall()
            self._fold(rows)
            if over:
                cursor.execute(SQL["ended"], [self._name, partner, until])
            else:
                cursor.execute(SQL["went_on"], [following, self._name, partner, until])
            cursor.execute(SQL["worked"], [len(rows), perf_counter() - began, self._name])
        return True

    def _catch_up(self, near: int, told_of: Told_of) -> None:
        """Fold what was told meanwhile, until no more than so much is left."""
        while True:
            began, head = perf_counter(), partitions.head(self._connection)
            cursor = self._connection.cursor(binary=True)
            reached: dict[UUID, int] = dict(cursor.execute(SQL["reached"], [self._name]).fetchall())
            left = {p: n for p, n in head.numbers.items() if n > reached.get(p, 0)}
            if sum(n - reached.get(p, 0) for p, n in left.items()) <= near:
                return
            each = PIECE // len(left) + 1
            with _unswept(), self._connection.transaction():
                rows = partitions.following(self._connection, reached, left, each)
                self._fold(rows)
                now = {row[0]: row[1] for row in rows}
                cursor.execute(SQL["told"], [self._name, [*now], [*now.values()]])
                cursor.execute(SQL["worked"], [len(rows), perf_counter() - began, self._name])
            told_of(*self._done())

    def _fold(self, rows: Sequence[Any]) -> None:
        """Exactly as the engine folds them; only that the tables beside are meant."""
        persons = {row[3] for row in rows if row[3]}
        self._keys.many(persons)
        try:
            held = _Held({person: self._keys.of(person) for person in persons}, self._keys)
            told = [_opened(row, held) for row in rows]
            engine.fold_views(self._connection, [self._view], told, self._keys)
        except Poison as poison:
            raise CannotRebuild(
                f"{poison.topic} at position {poison.position} cannot be folded "
                f"({poison.reason}): mend what folds it, and go on with the same command"
            ) from poison

    def _done(self) -> tuple[int, int]:
        entries, *_ = _one(self._connection, "build", [self._name])
        return entries, max(entries, sum(partitions.head(self._connection).numbers.values()))

    # Comparing

    def compare(self) -> list[Compared]:
        """Every table of the view with the one beside, both at one position."""
        self._whole()
        self._catch_up(NEAR, _nobody)
        tables = [table for (table,) in self._connection.execute(SQL["tables"], [self._name])]
        with psycopg.connect(self._dsn) as reader:
            reader.execute(SQL["unhurried"])
            reader.commit()
            reader.isolation_level, reader.read_only = IsolationLevel.REPEATABLE_READ, True
            with self._held() as holder:
                # With the engine held still, both come to one position, and the reader sees that
                # for as long as it looks; the engine goes on.
                holder.execute(ENGINE["lease"])
                self._catch_up(0, _nobody)
                reader.execute("select")
            return [_compared(reader, table) for table in tables]

    # Changing places

    def switch(self, *, back: bool = False) -> int:
        """What is beside is served from now on, and what was served stands beside; the position.

        ``back`` is for who did that before. Readers wait for a moment at most and miss nothing.
        """
        blank, switched = self._whole(or_blank=True)
        if back and not switched:
            raise CannotRebuild(f"{self._name} was not switched: there is nothing to go back to")
        if switched and not back:
            raise CannotRebuild(
                f"{self._name} is switched: `--back` returns to what was served before, "
                "`--drop` takes that away"
            )
        if not blank:
            self._catch_up(NEAR, _nobody)
        for _ in range(TRIES):
            try:
                with self._connection.transaction():
                    return self._change_places(back=back, blank=blank)
            except psycopg.errors.LockNotAvailable:
                sleep(0.05)  # whoever reads goes first
        raise CannotRebuild(f"somebody holds {self._name} all the time: try again")

    def _change_places(self, *, back: bool, blank: bool) -> int:
        lease = self._connection.execute(ENGINE["lease"]).fetchone()
        assert lease is not None, "views.positions has a row for the share"
        if lease[1]:
            raise CannotRebuild(GROUPED)
        served = _one(self._connection, "known", {"name": self._name})[1]
        if not blank:
            self._catch_up(0, _nobody)
        self._connection.execute(SQL["soon"])
        self._connection.execute(SQL["change_places"], [self._name])
        position: int = lease[0]
        asked = {"name": self._name, "position": position}
        if blank:
            self._connection.execute(SQL["disappear"], [self._name])
        elif not served:
            self._connection.execute(SQL["appear"], asked, binary=True)
        state = {"name": self._name, "back": back, "blank": not blank and not served}
        self._connection.execute(SQL["switched"], state, binary=True)
        self._connection.execute(SQL["level"], {"name": self._name}, binary=True)
        # Whoever remembers something of this position asks again.
        self._connection.execute(ENGINE["move"], asked | {"names": ["share", self._name]})
        return position

    def drop(self) -> bool:
        """Take away what stands beside; whether anything did."""
        there = self._connection.execute(SQL["build"], [self._name]).fetchone() is not None
        with self._connection.transaction():
            self._connection.execute(SQL["drop"], [self._name])
            self._connection.execute(SQL["forget"], [self._name])
        return there

    def _whole(self, *, or_blank: bool = False) -> tuple[bool, bool]:
        """Whether what is beside is blank, and whether it was switched. Raises `CannotRebuild`."""
        found = self._connection.execute(SQL["build"], [self._name]).fetchone()
        whole = _one(self._connection, "whole", [self._name])[0]
        if found is None or not whole or (found[3] and not or_blank):
            raise CannotRebuild(
                f"there is no whole {self._name} beside the one that is served: "
                f"`view rebuild {self._name}` builds it"
            )
        return found[3], found[2] is not None

    @contextmanager
    def _held(self) -> Iterator[Connection]:
        with psycopg.connect(self._dsn) as holder:
            holder.execute(SQL["unhurried"])
            yield holder
            holder.rollback()


@dataclass(frozen=True, slots=True)
class _Held:
    """The keys of those whom a piece is about: of their care records, asked for once."""

    care: Mapping[UUID, AESGCM | None]
    keys: PersonKeys

    def of(self, person: UUID, volume: Volume = CARE) -> AESGCM | None:
        return self.care[person] if volume == CARE else self.keys.of(person, volume)

    def newest(self, person: UUID, retention: Retention) -> Volume:
        return self.keys.newest(person, retention)


def _opened(row: Any, keys: _Held) -> Told:
    partner, _, position, person, subject, message_type = row[:6]
    try:
        return Told(opened(row, keys), person, NOTHING, subject or partner)
    except UNREADABLE as failed:
        reason = type(failed).__name__
        raise Poison(subject or partner, position, message_type, reason) from failed


@contextmanager
def _unswept() -> Iterator[None]:
    """Nothing that a piece makes refers to itself: to look for what does took a third of the time.

    The sweeper is the process's, so another thread's is put off as well, for a piece at most.
    """
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def _compared(reader: Connection, table: str) -> Compared:
    rows, there = (
        {
            (partner, part): (many, hashed)
            for partner, part, many, hashed in reader.execute(SQL["parts"], [schema, table])
        }
        for schema in ("views", "beside")
    )
    unequal = sorted(
        each for each in rows.keys() | there.keys() if rows.get(each) != there.get(each)
    )
    differing = 0
    shown: list[tuple[str, str]] = []
    for partner, part in unequal:
        served, built = (
            dict[str, str](reader.execute(SQL["rows"], [schema, table, partner, part]).fetchall())
            for schema in ("views", "beside")
        )
        for key in sorted(served.keys() | built.keys()):
            if served.get(key) == built.get(key):
                continue
            differing += 1
            if len(shown) < SHOWN:
                how = "only beside" if key not in served else "says other things"
                shown.append((key, "only served" if key not in built else how))
    return Compared(
        table,
        sum(many for many, _ in rows.values()),
        sum(many for many, _ in there.values()),
        len(rows.keys() | there.keys()),
        len(unequal),
        differing,
        shown,
    )


def _one(connection: Connection, question: str, asked: Any) -> Any:
    row = connection.execute(SQL[question], asked).fetchone()
    assert row is not None, f"{question} has an answer"
    return row


def _nobody(_folded: int, _of: int) -> None:
    """Nobody hears of it."""
