"""The engine: one poison fact parks one case; the rest goes on, and nothing is lost for good."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread
from time import monotonic
from uuid import UUID

import psycopg
import pytest

from domain.vocabulary import PersonId
from projections import engine
from projections.entries import Entry
from projections.moments import NOW, When
from projections.share import Poison
from tests.people import (
    GARDENING,
    KINDS,
    MINA,
    MONDAY,
    ROSA,
    TALKING,
    TOM,
    TRUST,
    WARD,
    WIGG,
)
from tests.projections.place import Place, plain
from tests.projections.week import MDT, busy_week
from tests.waiting import until


def tampered(place: Place, statement: str, *asked: object) -> None:
    """Somebody with all the rights there are changes the log by hand."""
    with place.as_superuser() as connection, connection.transaction():
        connection.execute("alter table log.facts disable trigger facts_are_kept")
        assert connection.execute(statement, asked).rowcount > 0
        connection.execute("alter table log.facts enable always trigger facts_are_kept")


def parked(place: Place) -> list[tuple[UUID, int, str, str]]:
    rows = place.rows("select case_id, position, topic, reason from share.parked order by position")
    return [(case, position, topic, reason) for case, position, topic, reason in rows]


def of(place: Place, person: PersonId) -> list[tuple[object, ...]]:
    """What everybody was told of one person."""
    known = {(partner, place.subject(partner, person)) for partner in KINDS}
    return plain([e for e in place.entries() if (e.partner, e.subject) in known])


def unnumbered(place: Place) -> dict[str, dict[tuple[UUID, UUID], dict[str, object]]]:
    """Every view's rows; an entry told later has a later number, and that alone may differ."""
    return {
        view: {
            key: {name: value for name, value in row.items() if name != "number"}
            for key, row in rows.items()
        }
        for view, rows in place.views().items()
    }


def poisonings() -> Iterator[tuple[str, str, str]]:
    """How a fact can be spoilt: what is done, what is undone, and the reason that is shown."""
    yield (
        "update log.facts set state = set_byte(state, length(state) - 1, "
        "255 - get_byte(state, length(state) - 1)) where position = %s",
        "update log.facts set state = set_byte(state, length(state) - 1, "
        "255 - get_byte(state, length(state) - 1)) where position = %s",
        "unreadable",
    )
    yield (
        "update log.facts set topic = 'os:System' where position = %s",
        "update log.facts set topic = 'person:PersonRegistered' where position = %s",
        "unreadable",
    )


def position_of(place: Place, person: PersonId, topic: str) -> int:
    ((position,),) = place.rows(
        "select min(position) from log.facts where person = %s and topic = %s", person, topic
    )
    return int(position)


@pytest.mark.parametrize("batch", [3, 2_000])
@pytest.mark.parametrize("spoil", list(poisonings()), ids=["bytes", "topic"])
def test_a_poison_fact_parks_its_person_and_nobody_else_until_it_is_healed(
    place: Place, spoil: tuple[str, str, str], batch: int
) -> None:
    poison, heal, reason = spoil
    busy_week(place)
    place.fold()
    rosa, tom, mina = (of(place, person) for person in (ROSA, TOM, MINA))
    views = unnumbered(place)
    place.forget_what_was_told()

    at = position_of(place, ROSA, "person:PersonRegistered")
    tampered(place, poison, at)
    place.fold(batch=batch)
    assert [(case, position, why) for case, position, _, why in parked(place)] == [
        (ROSA, at, reason)
    ]
    assert of(place, ROSA) == []
    assert (of(place, TOM), of(place, MINA)) == (tom, mina)
    assert place.rows("select min(position) from views.positions") == [
        (place.log.max_notification_id(),)
    ]

    tampered(place, heal, at)
    assert place.engine.retry(ROSA)
    assert parked(place) == []
    assert (of(place, ROSA), of(place, TOM), of(place, MINA)) == (rosa, tom, mina)
    assert unnumbered(place) == views


def test_later_facts_of_a_parked_person_wait_their_turn(place: Place) -> None:
    busy_week(place)
    at = position_of(place, TOM, "referral:ReferralRedirected")
    tampered(place, "update log.facts set topic = 'os:System' where position = %s", at)
    place.fold(batch=10)
    before = of(place, TOM)
    place.care.record_communication_needs(TOM, "Ring first.", language=None, asked=place.by(WIGG))
    place.care.record_communication_needs(ROSA, "By text.", language=None, asked=place.by(WIGG))
    place.fold()
    assert of(place, TOM) == before
    assert max(e.position for e in place.entries()) == place.log.max_notification_id()

    topic = "update log.facts set topic = 'referral:ReferralRedirected' where position = %s"
    tampered(place, topic, at)
    assert place.engine.retry(TOM)
    healed = of(place, TOM)
    assert any("Ring first." in str(each) for each in healed)
    place.forget_what_was_told()
    place.fold()
    assert healed == of(place, TOM)


def test_what_is_not_healed_stays_parked(place: Place) -> None:
    busy_week(place)
    at = position_of(place, ROSA, "person:PersonRegistered")
    tampered(place, "update log.facts set state = 'x' where position = %s", at)
    place.fold()
    with pytest.raises(Poison) as again:
        place.engine.retry(ROSA)
    assert (again.value.case, again.value.position) == (ROSA, at)
    assert [case for case, *_ in parked(place)] == [ROSA]


def test_nobody_is_retried_who_is_not_parked(place: Place) -> None:
    busy_week(place)
    place.fold()
    before = place.entries()
    assert not place.engine.retry(ROSA)
    assert place.entries() == before


def test_a_second_poison_of_the_same_person_is_found_by_the_retry(place: Place) -> None:
    busy_week(place)
    first = position_of(place, ROSA, "person:PersonRegistered")
    second = position_of(place, ROSA, "measure:MeasureCompleted")
    topic = "update log.facts set topic = %s where position = %s"
    tampered(place, topic, "os:System", first)
    tampered(place, topic, "os:System", second)
    place.fold()
    tampered(place, topic, "person:PersonRegistered", first)
    with pytest.raises(Poison) as again:
        place.engine.retry(ROSA)
    assert again.value.position == second
    assert of(place, ROSA) == []


class Refusing:
    """A view with a mistake in it: it cannot fold what one person's entries of a type hold."""

    name = "caseload"

    def __init__(self, subjects: set[UUID], entry_type: str) -> None:
        self.subjects, self.entry_type = subjects, entry_type

    def load(self, connection: psycopg.Connection, entries: list[Entry]) -> None:
        return

    def fold(self, entry: Entry) -> None:
        if entry.subject in self.subjects and entry.type == self.entry_type:
            raise LookupError(entry.type)

    def save(self, connection: psycopg.Connection) -> None:
        return


@pytest.mark.parametrize("batch", [4, 2_000])
def test_a_view_that_cannot_fold_a_fact_parks_its_person_whole(
    place: Place, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_week(place)
    place.fold()
    expected, views = {person: of(place, person) for person in (ROSA, TOM)}, unnumbered(place)
    place.forget_what_was_told()
    subjects = {place.subject(partner, ROSA) for partner in KINDS}
    ours = engine.views
    at = position_of(place, ROSA, "measure:MeasureCompleted")
    with monkeypatch.context() as mistaken:
        refusing = Refusing(subjects, "measure.MeasureCompleted.v1")
        mistaken.setattr(engine, "views", lambda: (*ours(), refusing))
        place.fold(batch=batch)
    assert [(case, position) for case, position, *_ in parked(place)] == [(ROSA, at)]
    told = [e.position for e in place.entries() if e.subject in subjects]
    assert max(told) < at
    assert of(place, TOM) == expected[TOM]

    assert place.engine.retry(ROSA)
    assert {person: of(place, person) for person in (ROSA, TOM)} == expected
    assert unnumbered(place) == views


def test_a_parked_meeting_does_not_lose_the_cases_it_heard(place: Place) -> None:
    busy_week(place)
    place.fold()
    views = unnumbered(place)
    assert views["meetings"]
    place.forget_what_was_told()
    at = place.rows("select position from log.facts where topic = 'meeting:MeetingScheduled'")[0][0]
    topic = "update log.facts set topic = %s where position = %s"
    tampered(place, topic, "os:System", at)
    place.fold(batch=5)
    assert [case for case, *_ in parked(place)] == [MDT]
    assert place.ask(lambda reading: reading.meetings(TALKING)) == []
    assert place.ask(lambda reading: reading.meeting(TALKING, MDT)) is None
    tampered(place, topic, "meeting:MeetingScheduled", at)
    assert place.engine.retry(MDT)
    assert unnumbered(place) == views


def test_a_partner_whose_joining_cannot_be_read_parks_that_partner(place: Place) -> None:
    at = place.rows(
        "select position from log.facts where stream = %s and topic = 'partner:PartnerJoined'",
        TRUST,
    )[0][0]
    topic = "update log.facts set topic = %s where position = %s"
    place.register()
    place.refer("Rosa: not safe alone", to=WARD)
    place.refer("Rosa: low mood")
    tampered(place, topic, "os:System", at)
    place.fold()
    assert [case for case, *_ in parked(place)] == [TRUST]
    assert place.told(TRUST) == []
    assert place.told(TALKING, ROSA)
    tampered(place, topic, "partner:PartnerJoined", at)
    assert place.engine.retry(TRUST)
    place.refer("Rosa: out of the house", to=GARDENING)
    place.fold()
    assert "ReferralMade again" in place.told(TRUST, ROSA)


def test_history_spoilt_after_it_was_told_parks_its_person_when_it_is_needed(place: Place) -> None:
    for person in (ROSA, TOM):
        place.register(person)
    place.refer("Rosa: low mood")
    place.fold()
    newcomer = place.refer("Rosa: not safe alone", to=WARD)
    place.refer("Tom: not safe alone", to=WARD, person=TOM)
    at = position_of(place, ROSA, "person:PersonRegistered")
    tampered(place, "update log.facts set state = 'x' where position = %s", at)
    place.fold()
    ((made,),) = place.rows("select position from log.facts where stream = %s", newcomer)
    assert [(case, position) for case, position, *_ in parked(place)] == [(ROSA, made)]
    assert place.told(TRUST, ROSA) == []
    assert "ReferralMade" in place.told(TRUST, TOM)


def test_a_key_that_does_not_open_parks_its_person(place: Place) -> None:
    busy_week(place)
    with place.database.beside() as connection:
        connection.execute(
            "update keys.person_keys set wrapped = set_byte(wrapped, 20, 1 # get_byte(wrapped, 20))"
            " where person = %s",
            [ROSA],
        )
    place.forget_keys()
    place.fold()
    assert [case for case, *_ in parked(place)] == [ROSA]
    assert "ReferralMade" in place.told(WIGG, TOM)


# Keeping up


@contextmanager
def running(place: Place) -> Iterator[None]:
    stop = Event()
    worker = Thread(target=place.another_engine().run, args=(stop,), daemon=True)
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join(timeout=20)
        assert not worker.is_alive()


def test_who_waits_for_a_position_sees_it_once_the_engine_has_been_there(place: Place) -> None:
    answer = place.register()
    assert not place.ask(lambda reading: reading.reached(answer.position, 0.05))
    with running(place):
        assert place.ask(lambda reading: reading.reached(answer.position, 10.0))
        row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, ROSA)))
        assert row is not None
        assert row["position"] == answer.position


def test_what_is_read_shows_what_the_last_of_the_views_shows(place: Place) -> None:
    place.register()
    place.fold()
    with psycopg.connect(place.database.dsn("postgres"), autocommit=True) as group:
        group.execute("update views.positions set position = position - 1 where name = 'agreed'")
    head = place.log.max_notification_id() or 0
    assert place.ask(lambda reading: reading.progress()).position == head - 1
    assert place.ask(lambda reading: reading.position(NOW)) == head - 1
    assert place.ask(lambda reading: reading.position(When(as_at=head))) == head - 1
    assert place.ask(lambda reading: reading.reached(head - 1, 0.0))
    assert not place.ask(lambda reading: reading.reached(head, 0.0))


def test_views_are_behind_until_they_have_caught_up(place: Place) -> None:
    place.fold()
    place.register()
    behind = place.ask(lambda reading: reading.progress())
    assert {view.name for view in behind.views} == {
        "share",
        "directory",
        "silences",
        "ties",
        "caseload",
        "referrals",
        "meetings",
        "agreed",
        "reviews",
        "feedback",
        "training",
        "concerns",
        "matches",
        "unmet",
        "queues",
        "team_reviews",
        "exceptional",
        "subject_access",
        "erasures",
        "groups",
        "opt-outs",
        "withdrawals",
    }
    assert all(view.seconds > 0 and view.behind == 1 for view in behind.views)
    place.fold()
    caught_up = place.ask(lambda reading: reading.progress())
    assert caught_up.head == place.log.max_notification_id()
    assert {(view.position, view.behind, view.seconds) for view in caught_up.views} == {
        (caught_up.head, 0, 0.0)
    }


def test_the_engine_goes_on_when_its_connection_is_cut(place: Place) -> None:
    busy_week(place)
    cut = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where usename = 'throughcare_project' and datname = current_database()"
    )
    with running(place):
        until(lambda: place.rows(cut))
        answer = place.care.record_communication_needs(
            ROSA, "By text.", language=None, asked=place.by(WIGG)
        )
        assert place.ask(lambda reading: reading.reached(answer.position, 20.0))
    told, views = place.entries(), place.views()
    place.forget_what_was_told()
    place.fold()
    assert place.entries() == told
    assert place.views() == views


def test_a_batch_the_database_gives_up_on_is_cut_in_two(place: Place) -> None:
    busy_week(place)

    class Hurried(engine.Engine):
        asked: list[int]

        def step(self, connection: psycopg.Connection, limit: int = engine.BATCH) -> int:
            self.asked.append(limit)
            if limit > 500:
                raise psycopg.errors.IdleInTransactionSessionTimeout
            return super().step(connection, limit)

    hurried = Hurried(
        place.database.dsn("throughcare_project"),
        place.engine._mapper,
        place.keys,
        place.pseudonyms,
    )
    hurried.asked = []
    stop = Event()
    worker = Thread(target=hurried.run, args=(stop,), daemon=True)
    worker.start()
    began = monotonic()
    until(lambda: not place.ask(lambda reading: reading.progress()).seconds)
    stop.set()
    worker.join(timeout=20)
    assert hurried.asked[:3] == [2_000, 1_000, 500]
    assert monotonic() - began < 20


# Two clocks


def test_what_was_true_and_what_was_known_are_asked_by_different_clocks(place: Place) -> None:
    place.register()
    place.fold()
    known = place.log.max_notification_id()
    long_before = MONDAY - timedelta(days=90)
    referral = place.refer("Rosa: said in winter", at=long_before)
    place.fold()
    subject = place.subject(WIGG, ROSA)

    def referrals(when: When) -> set[str]:
        row = place.ask(lambda reading: reading.record(WIGG, subject, when))
        return set(row["referrals"]) if row else set()

    assert referrals(When()) == {str(referral)}
    assert referrals(When(as_at=known)) == set()
    assert referrals(When(as_of=long_before - timedelta(days=1))) == set()
    assert referrals(When(as_of=long_before)) == {str(referral)}
    assert referrals(When(as_of=long_before, as_at=known)) == set()
    told = place.ask(lambda reading: reading.history(WIGG, subject))
    late = next(e for e in told if e.type == "referral.ReferralMade.v1")
    assert late.effective_at == long_before
    assert late.recorded_at > MONDAY
    assert (late.effective_at, MONDAY) == (long_before, told[0].effective_at)
