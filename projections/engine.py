"""The engine: reads the log in order, tells the share, folds every view; one transaction a batch.

It refuses to pass over a fact: one that cannot be folded parks its case, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event
from typing import Any, Protocol
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection, Cursor

from domain.kernel import Recorded
from domain.mapping import FactMapper, StoredFact, UnreadableFact
from domain.sharing import ERASED, LET_GO, WITHDRAWN
from projections import directory, log, versions
from projections.agreed import Agreed
from projections.arranging import arranged
from projections.caseload import Caseload
from projections.concerns import Concerns
from projections.connections import flowing
from projections.directory import Directory
from projections.entries import ADDED, Entry, opened_all
from projections.erasures import Erasures
from projections.exceptional import Exceptional
from projections.feedback import Feedback
from projections.groups import Groups
from projections.keys import PersonKeys
from projections.matching import Matching
from projections.meetings import Meetings
from projections.opt_outs import OptOuts
from projections.pseudonyms import Pseudonyms
from projections.queues import Queues
from projections.referrals import Referrals
from projections.reviews import Reviews
from projections.share import Poison, Share, Told, case_of
from projections.silences import Silences
from projections.statements import statements
from projections.subject_access import SubjectAccessRequests
from projections.team_reviews import TeamReviews
from projections.ties import Ties
from projections.training import Training
from projections.unmet import Unmet
from projections.withdrawals import Withdrawals

SQL = statements("engine")
SHARE = statements("share")
BATCH = 2_000
"""Facts in a batch at most; when the tail is quiet a batch is whatever has arrived."""

PATIENCE = 0.25
"""Seconds to wait for word of a new fact before looking anyway."""

_log = structlog.get_logger("projections")


Moved = tuple[int, datetime]
"""At which position the share is, and when it came there."""

Asked = Iterator[None] | None
"""What was asked for is asked when this is begun and taken when it is gone on with: all that a
batch needs is on its way before the first answer is waited for."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a batch leaves behind for the next one; it holds until somebody else moves the share."""

    moved: Moved
    directory: Directory
    numbers: dict[UUID, int]
    parked: frozenset[UUID]


class View(Protocol):
    """One view's fold over a batch of entries."""

    name: str

    def load(self, connection: Connection, entries: Sequence[Entry]) -> Asked: ...
    def fold(self, entry: Entry) -> None: ...
    def save(self, connection: Connection) -> None: ...


def views() -> tuple[View, ...]:
    """Every view that is folded from the share."""
    return (Caseload(), Referrals(), Meetings(), Agreed(), Unmet(), Groups(), Withdrawals())


OF_ONE_PERSON = frozenset({"caseload", "referrals", "agreed", "groups"})
"""The views each row of which comes from what one partner was told of one person: a group of
workers can fold them, each worker those of its persons (`projections.partitions`)."""


class Timer(Protocol):
    """The fold of a view that is the sweep's and no partner's, over a batch of facts."""

    name: str

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> Asked: ...
    def fold(self, recorded: Recorded) -> None: ...
    def save(self, connection: Connection) -> None: ...


def timers(mapper: FactMapper, pseudonyms: Pseudonyms) -> tuple[Timer, ...]:
    """Every view that is folded from the facts themselves: what falls due, and when."""
    return (
        Silences(),
        Ties(),
        Reviews(),
        Matching(mapper, pseudonyms),
        TeamReviews(),
        Concerns(),
        Feedback(),
        Training(),
        Queues(),
        Exceptional(),
        OptOuts(),
        SubjectAccessRequests(),
        Erasures(),
    )


class Engine:
    """One loop for the share and all views. A second engine waits for the first one's lease."""

    def __init__(
        self, dsn: str, mapper: FactMapper, keys: PersonKeys, pseudonyms: Pseudonyms
    ) -> None:
        self._dsn, self._mapper, self._keys, self._pseudonyms = dsn, mapper, keys, pseudonyms
        self._grouped = False
        self._served: frozenset[str] = frozenset()
        self._remembered: Remembered | None = None

    def run(self, stop: Event) -> None:
        """Fold until told to stop; on a lost connection, begin again from the position kept.

        A batch that takes longer than the database lets a transaction take is cut in two.
        """
        limit = BATCH
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=5) as connection:
                    connection.execute("listen throughcare_log")
                    while not stop.is_set():
                        if self.step(connection, limit):
                            limit = min(limit * 2, BATCH)
                        else:
                            for _ in connection.notifies(timeout=PATIENCE, stop_after=1):
                                pass
            except (psycopg.OperationalError, psycopg.InternalError) as lost:
                _log.warning("database lost; trying again", error=type(lost).__name__)
                limit = max(limit // 2, 1)
                stop.wait(1.0)

    def catch_up(self) -> int:
        """Fold all there is now; the position reached."""
        reached = 0
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            while position := self.step(connection):
                reached = position
        return reached

    def step(self, connection: Connection, limit: int = BATCH) -> int:
        """Fold the next batch; the position reached, or 0 when nothing was new."""
        poisoned: dict[UUID, Poison] = {}
        while True:
            try:
                with flowing(connection):
                    done = self._batch(connection, limit, poisoned)
                return done()
            except Poison as poison:
                known = poisoned.get(poison.case)
                if known and poison.position >= known.position:
                    raise
                poisoned[poison.case] = poison
                _log.error("case parked", position=poison.position, topic=poison.topic)

    def retry(self, case: UUID) -> bool:
        """Fold what waited of a parked case; whether it was parked. Raises `Poison` again."""
        with psycopg.connect(self._dsn, autocommit=True) as connection, connection.transaction():
            lease = connection.execute(SQL["lease"]).fetchone()
            assert lease is not None
            self._grouped, self._served = lease[1], frozenset(lease[3])
            row = connection.execute(SHARE["unpark"], [case], binary=True).fetchone()
            if row is None:
                return False
            waited = [
                fact for fact in log.of_case(connection, case, lease[0]) if fact.position >= row[0]
            ]
            self._keys.many({f.person for f in waited if f.person})
            facts = [self._read(stored) for stored in waited]
            self._fold(connection, facts, directory.load(connection), {})
            # It may have changed the directory: whoever remembers it from before loads it again.
            self._move(connection, lease[0], ["share"])
            return True

    def _batch(
        self, connection: Connection, limit: int, poisoned: dict[UUID, Poison]
    ) -> Callable[[], int]:
        """Fold the next batch. What is given says, once that holds, which position is reached."""
        turn = connection.cursor(binary=True).execute(SQL["turn"], prepare=True)
        following = log.read_on(connection, limit)
        lease, stored = turn.fetchone(), following()
        if lease is None or not stored:
            return _nothing
        reached = stored[-1].position
        # Whatever way out tells one of these facts, its leaf is in the tree before.
        connection.cursor(binary=True).execute(SQL["grow"], [reached], prepare=True)
        self._grouped, self._served = lease[1], frozenset(lease[3])
        # Remembered until somebody else moves the share; forgotten if this batch is given up.
        known, self._remembered = self._remembered, None
        if known is None or known.moved != (lease[0], lease[2]):
            known = _recalled(connection, (lease[0], lease[2]))
        self._keys.many({f.person for f in stored if f.person})
        facts = []
        for one in stored:
            case = _case(one)
            poison = poisoned.get(case)
            if case in known.parked or (poison and one.position >= poison.position):
                continue
            facts.append(self._read(one))
        numbers = self._fold(connection, facts, known.directory, known.numbers)
        for poison in poisoned.values():
            connection.execute(
                SHARE["park"],
                [poison.case, poison.position, poison.topic, poison.reason],
                binary=True,
            )
        folded = [
            *(timer.name for timer in self.timers()),
            *(view.name for view in self.views()),
        ]
        moving = self._move(connection, reached, ["share", "directory", *folded])
        parked = known.parked.union(poisoned)

        def done() -> int:
            moved = moving.fetchone()
            assert moved is not None, "the share has a position"
            self._remembered = Remembered((reached, moved[0]), known.directory, numbers, parked)
            return reached

        return done

    def _move(
        self, connection: Connection, position: int, names: list[str]
    ) -> Cursor[tuple[Any, ...]]:
        """These are at a position now, and whoever waits for the share hears of it; when."""
        asked = {"position": position, "names": names}
        return connection.cursor(binary=True).execute(SQL["move"], asked, prepare=True)

    def _read(self, stored: StoredFact) -> Recorded:
        try:
            return self._mapper.read(stored)
        except UnreadableFact as unreadable:
            raise Poison(_case(stored), stored.position, stored.topic, "unreadable") from unreadable

    def _fold(
        self,
        connection: Connection,
        facts: Sequence[Recorded],
        helping: Directory,
        numbers: Mapping[UUID, int],
    ) -> dict[UUID, int]:
        """Tell and fold these facts; each partner's last number afterwards."""
        if not facts:
            return dict(numbers)
        timing = self.timers()
        asked = _ask(timer.load(connection, facts) for timer in timing)
        share = Share(
            connection, self._mapper, self._keys, self._pseudonyms, helping, numbers=dict(numbers)
        )
        told = share.tell(facts)
        share.save(told)
        fold_views(connection, self.views(), told, self._keys)
        _take(asked)
        for timer in timing:
            _fold_timer(connection, timer, facts)
        return share.numbers

    def timers(self) -> Sequence[Timer]:
        """What is folded here of what falls due: all."""
        return timers(self._mapper, self._pseudonyms)

    def views(self) -> Sequence[View]:
        """What is folded here: all that is served, or what the group's workers leave of it.

        A view without a position is not served yet: it is built beside first (`rebuilding`).
        """
        served = [each for each in views() if each.name in self._served]
        return [each for each in served if not (self._grouped and each.name in OF_ONE_PERSON)]


def _case(stored: StoredFact) -> UUID:
    case = stored.person or stored.originator_id
    assert isinstance(case, UUID)
    return case


def _nothing() -> int:
    """Nothing was new."""
    return 0


def _recalled(connection: Connection, moved: Moved) -> Remembered:
    """What the last batch left behind, whoever folded it."""
    cursor = connection.cursor(binary=True)
    parked = frozenset(row[0] for row in cursor.execute(SHARE["parked"]).fetchall())
    return Remembered(moved, directory.load(connection), {}, parked)


def _ask(loading: Iterable[Asked]) -> list[Iterator[None]]:
    asked = [each for each in loading if each is not None]
    for each in asked:
        next(each, None)
    return asked


def _take(asked: Iterable[Iterator[None]]) -> None:
    for each in asked:
        next(each, None)


def _fold_timer(connection: Connection, timer: Timer, facts: Sequence[Recorded]) -> None:
    for recorded in facts:
        try:
            timer.fold(recorded)
        except Exception as failed:
            raise Poison(
                case_of(recorded), recorded.position, recorded.fact.TOPIC, type(failed).__name__
            ) from failed
    timer.save(connection)


def fold_views(
    connection: Connection, folding: Sequence[View], told: list[Told], keys: PersonKeys
) -> None:
    """Fold these entries, wherever they came from, in the open transaction. Raises `Poison`."""
    told = _arranged(connection, told, keys)
    entries = [each.entry for each in told]
    _take(_ask(view.load(connection, entries) for view in folding))
    for view in folding:
        _fold_view(connection, view, told, keys)


def _arranged(connection: Connection, told: list[Told], keys: PersonKeys) -> list[Told]:
    """What views fold: of whom something was added, all from the beginning, in its place; and of
    whom was erased, or something was let go, all from the beginning without those words, whether
    or not a key still stands.
    """
    fresh = {
        (t.entry.partner, t.entry.subject): t
        for t in told
        if ADDED in t.entry.data or t.entry.type in (ERASED, LET_GO)
    }
    forgotten = _forgotten(told)
    if not fresh:
        return told
    last = {(t.entry.partner, t.entry.subject): t.entry.number for t in told}
    kept = [t for t in told if (t.entry.partner, t.entry.subject) not in fresh]
    cursor = connection.cursor(binary=True)
    for (partner, subject), one in fresh.items():
        asked = [partner, subject, last[partner, subject]]
        rows = cursor.execute(SHARE["of_subject_up_to"], asked).fetchall()
        entries = arranged(opened_all(rows, keys, forgotten))
        blank = replace(one.entry, type=WITHDRAWN, data={})
        kept += [replace(one, entry=entry) for entry in (blank, *entries)]
    return kept


def _forgotten(told: Sequence[Told]) -> frozenset[UUID]:
    """Who was erased."""
    return frozenset(t.person for t in told if t.entry.type == ERASED and t.person)


def _fold_view(connection: Connection, view: View, told: Sequence[Told], keys: PersonKeys) -> None:
    for each in told:
        try:
            view.fold(each.entry)
        except Exception as failed:
            raise Poison(
                each.case, each.entry.position, each.entry.type, type(failed).__name__
            ) from failed
    if isinstance(view, Caseload) and view.versions.anew:
        _recall(connection, view, told, keys)
    view.save(connection)


def _recall(connection: Connection, view: Caseload, told: Sequence[Told], keys: PersonKeys) -> None:
    """Of whom something was taken back, nothing of it is left in what is kept of earlier."""
    because = {(each.entry.partner, each.entry.subject): each for each in told}
    for pair, entries in versions.told(connection, view.versions.anew, keys, _forgotten(told)):
        try:
            view.recall(pair, entries)
        except Exception as failed:
            each = because[pair]
            raise Poison(
                each.case, each.entry.position, each.entry.type, type(failed).__name__
            ) from failed
