"""Counts the months that are over and publishes them; courses are kept as the facts are followed.

It goes beside the engine and not in its batches: what somebody is told waits for no total. A month
whose courses changed is counted again, and if its figures differ they are published anew, in the
place of those before. It refuses to pass over a fact that cannot be read: until it can be, figures
stay those of the position before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from threading import Event
from typing import Any
from uuid import UUID

import orjson
import psycopg
import structlog
from psycopg import Connection
from psycopg.types.json import Jsonb, set_json_dumps, set_json_loads
from pydantic import TypeAdapter

from domain.corrections import DetailsCorrected
from domain.erased import PersonErased
from domain.kernel import Recorded
from domain.mapping import FactMapper, StoredFact, UnreadableFact
from domain.needs import AdjustmentAgreed
from domain.person import PersonRegistered
from domain.policies.counted import Course, Happening
from domain.policies.days import local_date
from domain.policies.friends_and_family import month_of
from domain.referral import ReferralMade
from domain.vocabulary import Moment, Purpose, ServiceId
from domain.wishes import UseObjectedTo, UseObjectionLifted
from projections import log, monthly
from projections.courses import BEGINNING, Courses, happening_of, referral_of
from projections.keys import PersonKeys
from projections.monthly import SAID, Line, months_of
from projections.statements import statements

SQL = statements("measured")

EVERY = 3600.0
"""Seconds between two rounds: figures of months that are over need be no newer."""

FIRST = 60.0
"""Seconds to the first round of a process, which has enough to do as it starts."""

BATCH = 2_000
TELLING = tuple(each.TOPIC for each in (PersonRegistered, DetailsCorrected, AdjustmentAgreed))
RULES = sha256(
    repr([(each.name, each.of.value, each.numerator) for each in SAID]).encode()
).hexdigest()
"""By which measures a month was counted: where they are other ones, it is counted again."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is kept in a table of its own, and by which statements."""

    adapter: TypeAdapter[Any]
    those: str
    keep: str
    of_month: str


COURSES = _Kind(TypeAdapter(Course), "courses", "keep", "of_month")
HAPPENINGS = _Kind(TypeAdapter(Happening), "happenings", "keep_happening", "happened_in")
_log = structlog.get_logger("projections")


@dataclass(frozen=True, slots=True)
class Published:
    """A month that was published, and whether figures stood before in its place."""

    month: date
    position: int
    lines: int
    restated: bool


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published last of a month, and up to which fact it was counted."""

    position: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Frozen:
    """Figures of a month that stay: since when, by whose word, and as of which publication."""

    publication: int
    position: int
    published_at: Moment
    frozen_by: str
    frozen_at: Moment


@dataclass(frozen=True, slots=True)
class Differs:
    """A line as it was said and as it is now; ``None`` where it is not said at all."""

    then: Line | None
    now: Line | None


class NotPublished(Exception):
    """Nothing was published of this month."""


class FrozenAlready(Exception):
    """The figures of this month were frozen before; that stands."""


class Measuring:
    """One of any number; one at a time counts. ``dsn`` is the engine's role's."""

    def __init__(
        self, dsn: str, mapper: FactMapper, keys: PersonKeys, clock: Callable[[], datetime]
    ) -> None:
        self._dsn, self._mapper, self._keys, self._clock = dsn, mapper, keys, clock

    def run(self, stop: Event) -> None:
        """Publish what is to be, every hour, until told to stop. A lost database is waited for."""
        pause = FIRST
        while not stop.wait(pause):
            pause = EVERY
            try:
                self.once()
            except psycopg.Error as lost:
                _log.warning("no month published; trying again", error=type(lost).__name__)
                pause = FIRST

    def once(self) -> list[Published]:
        """Follow the facts to the last one, and publish each month that has other figures now."""
        with self._alone() as connection:
            if connection is None:
                return []
            try:
                while self._follow(connection):
                    pass
            except UnreadableFact as unreadable:
                _log.error("measures stand still: a fact is unreadable", reason=str(unreadable))
            due = connection.execute(SQL["due"], [month_of(local_date(self._clock())), RULES])
            found = [self._publish(connection, month) for (month,) in due.fetchall()]
        published = [each for each in found if each]
        if published:
            _log.info("months published", count=len(published))
        return published

    @contextmanager
    def _alone(self) -> Iterator[Connection | None]:
        """A connection for who counts; none where another process does."""
        with psycopg.connect(self._dsn, autocommit=True, connect_timeout=5) as connection:
            set_json_dumps(orjson.dumps, connection)
            set_json_loads(orjson.loads, connection)
            connection.execute(SQL["unhurried"])
            (first,) = connection.execute(SQL["alone"]).fetchone() or (False,)
            yield connection if first else None

    def _follow(self, connection: Connection) -> bool:
        """Follow the next facts, and keep what they changed with how far that is; if there are."""
        with connection.transaction():
            position = _position(connection)
            stored = log.read_after(connection, position, BATCH)
            if not stored:
                return False
            self._keys.many({each.person for each in stored if each.person})
            facts = [self._mapper.read(each) for each in stored]
            kept = _Kept(connection, facts)
            for each in self._told_before(connection, facts, position):
                kept.courses.learn(each)
            for each in facts:
                kept.courses.follow(each)
            kept.save(facts)
        return True

    def _told_before(
        self, connection: Connection, facts: Sequence[Recorded], position: int
    ) -> list[Recorded]:
        """What was said before of those of whom something is new: it is looked up and not kept."""
        who = {each.person for each in facts if each.person and isinstance(each.fact, BEGINNING)}
        if not who:
            return []
        cursor = connection.cursor(binary=True)
        rows = cursor.execute(SQL["telling"], [list(who), list(TELLING), position]).fetchall()
        return [self._mapper.read(StoredFact(*row)) for row in rows]

    def _publish(self, connection: Connection, month: date) -> Published | None:
        """Count a month, and publish it if that is not what was said of it last."""
        position, lines = _position(connection), _counted(connection, month)
        with connection.transaction():
            last = connection.execute(SQL["last"], [month]).fetchone()
            connection.execute(SQL["counted"], [position, RULES, month])
            if last and set(_lines(connection, last[0])) == set(lines):
                return None
            asked = [month, position, self._clock(), last and last[0]]
            (publication,) = connection.execute(SQL["publish"], asked).fetchone() or (None,)
            with connection.cursor().copy(SQL["say"]) as copying:
                for line in lines:
                    copying.write_row((publication, *line))
        return Published(month, position, len(lines), last is not None)


class _Kept:
    """The courses and happenings that some facts touch, as they are kept."""

    def __init__(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        self._connection, self.courses = connection, Courses()
        self._services: dict[ServiceId, str] = dict(connection.execute(SQL["named"]).fetchall())
        self.courses.services = dict(self._services)
        self._before: dict[UUID, list[date]] = {}
        wholly = list(_wholly(facts))
        for kind, which in ((COURSES, referral_of), (HAPPENINGS, happening_of)):
            asked = [list({found for each in facts if (found := which(each))}), wholly]
            cursor = connection.cursor(binary=True)
            for id_, person, plain, counts in cursor.execute(SQL[kind.those], asked):
                self.courses.add(id_, person, kind.adapter.validate_python(plain))
                self._before[id_] = counts

    def save(self, facts: Sequence[Recorded]) -> None:
        """Write what changed, and in which months, in the open transaction."""
        connection, courses = self._connection, self.courses
        for service, name in courses.services.items():
            if self._services.get(service) != name:
                connection.execute(SQL["name"], [service, name])
        touched = set[date]()
        for kind, things in ((COURSES, courses.courses), (HAPPENINGS, courses.happenings)):
            rows = []
            for which in courses.changed & things.keys():
                counts = months_of(things[which])
                touched.update(counts, self._before.get(which, ()))
                plain = kind.adapter.dump_python(things[which], mode="json", exclude_defaults=True)
                rows.append((which, courses.persons[which], Jsonb(plain), sorted(counts)))
            if rows:
                connection.cursor(binary=True).executemany(SQL[kind.keep], rows)
        wishing = _wishing(facts)
        if out := wishing & courses.left_out:
            connection.execute(SQL["leave_out"], [list(out)])
        if back := wishing - courses.left_out:
            connection.execute(SQL["count_again"], [list(back)])
        position = facts[-1].position
        if touched:
            connection.execute(SQL["changed"], [sorted(touched), position])
        connection.execute(SQL["reach"], [position])


def _wishing(facts: Sequence[Recorded]) -> set[UUID]:
    """Who said whether they want to be in totals."""
    return {
        each.person
        for each in facts
        if isinstance(each.fact, (UseObjectedTo, UseObjectionLifted))
        and each.fact.use is Purpose.PLANNING
        and each.person
    }


def _wholly(facts: Sequence[Recorded]) -> set[UUID]:
    """Of whom every course may change: referred again, erased, or counted no more or again."""
    those = {each.person for each in facts if isinstance(each.fact, (PersonErased, ReferralMade))}
    return {person for person in those if person} | _wishing(facts)


def _position(connection: Connection) -> int:
    (position,) = connection.execute(SQL["reached"]).fetchone() or (0,)
    return int(position)


def _counted(connection: Connection, month: date) -> list[Line]:
    courses = Courses()
    courses.services = dict(connection.execute(SQL["named"]).fetchall())
    for kind in (COURSES, HAPPENINGS):
        with connection.transaction(), connection.cursor(kind.those, binary=True) as cursor:
            cursor.itersize = BATCH
            for which, person, plain in cursor.execute(SQL[kind.of_month], [month]):
                courses.add(which, person, kind.adapter.validate_python(plain))
    return monthly.lines(courses, month)


def _lines(connection: Connection, publication: int) -> list[Line]:
    return [Line(*row) for row in connection.execute(SQL["lines"], [publication])]


def published_last(connection: Connection, month: date) -> Publication | None:
    """What was published last of a month, if anything was."""
    last = connection.execute(SQL["last"], [month]).fetchone()
    if last is None:
        return None
    position, _ = connection.execute(SQL["publication"], [last[0]]).fetchone() or (0, None)
    return Publication(position, _lines(connection, last[0]))


def frozen(connection: Connection, month: date) -> Frozen | None:
    """The figures of a month that stay, if anybody said so."""
    row = connection.execute(SQL["frozen"], [month]).fetchone()
    return Frozen(*row) if row else None


def freeze(connection: Connection, month: date, *, by: str, at: Moment) -> Frozen:
    """Let a month's figures stay as they were published last.

    Raises `NotPublished`, `FrozenAlready`.
    """
    last = connection.execute(SQL["last"], [month]).fetchone()
    if last is None:
        raise NotPublished(month)
    if not connection.execute(SQL["freeze"], [month, last[0], by, at]).rowcount:
        raise FrozenAlready(month)
    now = frozen(connection, month)
    assert now is not None, "it was just written"
    return now


def compared(connection: Connection, month: date) -> list[Differs]:
    """Where a month's frozen figures are not those that were published last.

    Raises `NotPublished` where none are frozen.
    """
    held = frozen(connection, month)
    last = connection.execute(SQL["last"], [month]).fetchone()
    if held is None or last is None:
        raise NotPublished(month)
    then, now = (
        {line[:4]: line for line in _lines(connection, publication)}
        for publication in (held.publication, last[0])
    )
    return [
        Differs(then.get(key), now.get(key))
        for key in sorted(then.keys() | now.keys())
        if then.get(key) != now.get(key)
    ]
