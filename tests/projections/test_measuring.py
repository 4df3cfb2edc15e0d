"""What months are published to have been: kept courses count as followed ones, and stay as said."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import psycopg
import pytest

from deploy.cli import main
from deploy.commands import measures
from deploy.commands.output import CONFLICT, NOT_VERIFIED, NOTHING, USAGE
from deploy.community import place as community
from deploy.community.history import seed
from domain.application import CareCoordination
from domain.facts import FACTS
from domain.mapping import FactMapper
from domain.person import Details
from domain.vocabulary import (
    Attendance,
    ContactId,
    Content,
    DeclineReason,
    EndReason,
    Medium,
    PersonId,
    Purpose,
    ReferralId,
)
from projections import measured, measuring, monthly, schema
from projections.courses import Courses
from projections.keys import PersonKeys
from projections.log import PostgresLog
from projections.measured import Said
from projections.measuring import Measuring
from projections.monthly import EVERY, EVERYBODY, Line, months_of
from tests.database import Database
from tests.memory import MemoryLog
from tests.people import MONDAY, TALKING, THERAPY, WIGG
from tests.projections.place import Place

HIDDEN = (None, None, False, False)
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
NEXT = datetime(2026, 5, 4, 9, tzinfo=UTC)


class Clock:
    def __init__(self, at: datetime = NEXT) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def measuring_of(place: Place, clock: Clock) -> Measuring:
    mapper = FactMapper(FACTS, place.keys)
    return Measuring(place.database.dsn(schema.PROJECT), mapper, place.keys, clock)


def test_what_is_kept_in_steps_is_what_following_every_fact_gives(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each month's figures of a seeded place; and a second round finds nothing to say."""
    monkeypatch.setattr(measuring, "BATCH", 300)
    until = datetime(2026, 1, 5, 9, tzinfo=UTC)
    keys = PersonKeys(database.pool(schema.KEYS, most=2), database.server.master)
    log = MemoryLog(until)
    care = CareCoordination(log=log, keys=keys, host=community.PRACTICE.id)
    seed(care, people=50, years=0.15, seed=1, until=until, progress=lambda come, of: None)
    history = PostgresLog(database.pool(schema.SEED), history=True)
    history.insert_events(log.facts, recorded_at=[until] * len(log.facts))
    mapper, courses = FactMapper(FACTS, keys), Courses()
    for stored in log.facts:
        courses.follow(mapper.read(stored))

    counting = Measuring(database.dsn(schema.PROJECT), mapper, keys, Clock(until))
    published = counting.once()
    over = {month for each in courses.courses.values() for month in months_of(each)}
    assert {each.month for each in published} == over - {date(2026, 1, 1)}
    assert len(published) >= 2
    with psycopg.connect(database.dsn(schema.SERVE)) as connection:
        last = published[-1]
        assert last.position == len(log.facts)
        found = measured.said(connection, service=None, characteristic=None, since=last.month)
        assert {lined(said) for said in found} == set(monthly.lines(courses, last.month))
        assert measured.months(connection) == sorted(each.month for each in published)
    assert counting.once() == []


def lined(said: Said) -> Line:
    return Line(*said[5:])


def test_a_late_fact_restates_a_month_what_is_frozen_stays_and_who_opts_out_is_in_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = Clock()
    counting = measuring_of(place, clock)
    people = [PersonId(uuid4()) for _ in range(18)]
    referrals = [asked_for_help(place, n, person) for n, person in enumerate(people)]
    for referral in referrals[:8]:
        accept(place, referral, MONDAY + timedelta(days=7))
    for referral in referrals[8:13]:
        place.care.decline_referral(
            referral, DeclineReason.FULL, asked=place.by(TALKING, at=MONDAY + timedelta(days=8))
        )

    appointments = [seen_and_treated(place, referrals[0], MONDAY, n) for n in range(6)]
    place.care.close_referral(
        referrals[0], EndReason.COMPLETED, asked=place.by(TALKING, at=MONDAY + timedelta(days=40))
    )

    first = [each for each in counting.once() if each.month >= MARCH]  # before: who is new here
    assert [(each.month, each.restated) for each in first] == [(MARCH, False), (APRIL, False)]
    assert figure(place, "appointments attended") == HIDDEN, "six, of one person"
    assert figure(place, "accepted") == (10, 15, False, False), "8 of 13, each to the nearest 5"
    assert figure(place, "accepted", characteristic="sex", value="male") == HIDDEN
    assert figure(place, "accepted", characteristic="sex", value="female") == HIDDEN

    for referral in referrals[13:]:
        accept(place, referral, MONDAY + timedelta(days=18))
    for appointment in appointments:
        place.care.correct_attendance(
            appointment,
            Attendance.DID_NOT_ATTEND,
            asked=place.by(TALKING, at=MONDAY + timedelta(days=50)),
        )
    clock.at += timedelta(days=1)
    again = counting.once()
    assert [(each.month, each.restated) for each in again] == [(MARCH, True)], "April as it was"
    assert figure(place, "accepted") == (15, 20, True, False)
    assert figure(place, "accepted", as_at=NEXT) == (10, 15, False, False)
    assert figure(place, "accepted", as_at=NEXT - timedelta(days=1)) is None

    with place.database.connect(schema.PROJECT) as connection:
        frozen = measuring.freeze(connection, MARCH, by="Ada Quill, performance", at=clock.at)
        assert (frozen.frozen_by, frozen.position) == ("Ada Quill, performance", head(place))
        assert measuring.compared(connection, MARCH) == []
        with pytest.raises(measuring.FrozenAlready):
            measuring.freeze(connection, MARCH, by="Somebody else", at=clock.at)
        with pytest.raises(measuring.NotPublished):
            measuring.freeze(connection, date(2026, 2, 1), by="Ada Quill, performance", at=clock.at)

    for person in people[13:]:
        place.care.object_to_use(
            person, Purpose.PLANNING, asked=place.by(WIGG, at=MONDAY + timedelta(days=70))
        )
    clock.at += timedelta(days=1)
    assert [each.month for each in counting.once()] == [MARCH]
    assert figure(place, "accepted") == (15, 20, True, True), "what is frozen stays"
    with place.database.connect(schema.PROJECT) as connection:
        differs = {each.now[:4]: each for each in measuring.compared(connection, MARCH) if each.now}
    there = differs["accepted", EVERY, EVERYBODY, ""]
    assert there.then
    assert there.then[4:] == (15, 20)
    assert there.now
    assert there.now[4:] == (10, 15)

    house = SimpleNamespace(database=place.database, measuring=lambda: counting)
    monkeypatch.setattr(measures, "opened", lambda: nullcontext(house))
    assert typed("measures", "compare", "2026-03") == NOT_VERIFIED
    assert '"frozen":"15 of 20","now":"10 of 15"' in capsys.readouterr().out
    assert typed("measures", "compare", "2026-02") == typed("measures", "publish") == NOTHING
    assert typed("measures", "freeze", "2026-03", "--by", "Ada Quill") == CONFLICT
    assert typed("measures", "freeze", "2026-03", "--by", " ") == USAGE

    with place.database.connect(schema.SERVE) as served:
        for kept in ("courses", "left_out", "months", "reached", "services"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                served.execute(f"select from measured.{kept}")
    for table in ("publications", "lines", "frozen"):
        with place.as_superuser() as anybody, pytest.raises(psycopg.errors.RestrictViolation):
            anybody.execute(f"truncate measured.{table} cascade")


def typed(*words: str) -> object:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    return ended.value.code


def asked_for_help(place: Place, number: int, person: PersonId) -> ReferralId:
    details = Details(
        name=f"Person {number}",
        practice=WIGG,
        sex="male" if number < 2 else "female",
        date_of_birth=date(1990, 1, 1),
    )
    place.care.register_person(person, details, asked=place.by(WIGG))
    return place.refer(f"Help {number}", to=THERAPY, person=person)


def seen_and_treated(place: Place, referral: ReferralId, on: datetime, number: int) -> ContactId:
    """An appointment of its own day, attended."""
    contact, at = ContactId(uuid4()), on + timedelta(days=8 + number)
    place.care.book_appointment(
        contact,
        referral,
        starts_at=at,
        medium=Medium.FACE_TO_FACE,
        content=Content.TREATMENT,
        asked=place.by(TALKING, at=on + timedelta(days=7)),
    )
    place.care.note_attendance(contact, Attendance.ON_TIME, asked=place.by(TALKING, at=at))
    return contact


def accept(place: Place, referral: ReferralId, at: datetime) -> None:
    place.care.accept_referral(referral, asked=place.by(TALKING, at=at))


def head(place: Place) -> int:
    return place.log.max_notification_id() or 0


def figure(
    place: Place,
    measure: str,
    *,
    characteristic: str = EVERYBODY,
    value: str = "",
    as_at: datetime | None = None,
) -> tuple[int | None, int | None, bool, bool] | None:
    """What is said of all services in March: counted, of how many, restated, frozen."""
    found = place.ask(
        lambda reading: reading.said(
            measures=[measure], characteristic=characteristic, since=MARCH, until=MARCH, as_at=as_at
        )
    )
    said = next((each for each in found if each.value == value), None)
    return said and (said.counted, said.of, said.restated, said.frozen)
