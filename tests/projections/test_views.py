"""The views: folded from the share alone, row and position together, now as at any moment."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.vocabulary import DeclineReason, PartnerId, PersonId, Priority
from projections import caseload, engine, looking, referrals, schema
from projections.directory import meant
from projections.entries import Entry, opened
from projections.moments import When
from projections.paging import NoSuchPage
from projections.reading import Reading
from projections.record import STATUSES
from projections.statements import statements
from tests.people import (
    DRUGS,
    HOUSING,
    KINDS,
    LIBRARY,
    MONDAY,
    READING,
    ROSA,
    SOCIAL,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WIGG,
    named,
)
from tests.projections import oracle
from tests.projections.chance import Chance, scenarios
from tests.projections.place import VIEWS, Place, Views
from tests.projections.week import busy_week

WAYS_TO_ASK: tuple[dict[str, Any], ...] = (
    {},
    {"limit": 2},
    {"sort": "name"},
    {"sort": "complexity", "limit": 3},
    {"status": ("past", "held"), "limit": 200},
)


def by_partner(entries: Iterable[Entry]) -> dict[UUID, list[Entry]]:
    told = defaultdict(list)
    for entry in entries:
        told[entry.partner].append(entry)
    return told


def assert_views_are_as_told(views: Views, entries: Iterable[Entry]) -> None:
    """Every row is the oracle's, and there is no other row among those these entries speak of."""
    for partner, told in by_partner(entries).items():
        for view, expected in (
            ("caseload", oracle.caseload(told)),
            ("referrals", oracle.referrals(told)),
            ("meetings", oracle.meetings(told)),
            ("agreed", oracle.agreed(told)),
            ("groups", oracle.groups(told)),
        ):
            spoken_of = {str(e.subject) for e in told} | {
                e.data.get(name) for e in told for name in ("stream", "decision")
            }
            found = {
                str(key): oracle.bare(row)
                for (whose, key), row in views[view].items()
                if whose == partner and str(key).split()[-1] in spoken_of
            }
            if view == "meetings":
                found = {key: row for key, row in found.items() if "starts_at" in row}
            assert found == {key: oracle.bare(row) for key, row in expected.items()}, view


def test_views_of_a_busy_week_are_as_the_oracle_says(place: Place) -> None:
    busy_week(place)
    place.fold(batch=9)
    views = place.views()
    assert_views_are_as_told(views, place.entries())
    seen = {row["status"] for row in views["caseload"].values()}
    assert seen >= {"held", "past", "sent", "waiting"}
    place.assert_counted()


def test_rows_that_were_put_there_otherwise_are_counted_anew(place: Place) -> None:
    busy_week(place)
    place.fold()
    with place.as_superuser() as somebody:
        somebody.execute("update views.caseload set status = 'held' where status = 'sent'")
        somebody.execute("update views.referrals set state = 'closed' where state = 'waiting'")
    with place.database.connect(schema.PROJECT) as connection:
        caseload.recount(connection)
        referrals.recount(connection)
    place.assert_counted()
    assert place.rows("select count(*) from views.caseload_counts where status = 'sent'") == [(0,)]


def test_a_page_that_is_written_says_what_the_page_says(place: Place) -> None:
    """At first, from what was kept, after a change, and of records that are one person's."""
    busy_week(place)
    place.fold()

    async def both(reading: Reading) -> None:
        for partner in KINDS:
            for asked in WAYS_TO_ASK:
                page = await reading.caseload(partner, **asked)
                for _ in range(2):
                    written = await reading.written_caseload(partner, **asked)
                    assert orjson.loads(written.answer()) == asdict(page)
                uncoded = await reading.written_caseload(partner, **asked, coded=False)
                for row in page.rows:
                    row["actions"] = meant(row["actions"], coded=False)
                assert orjson.loads(uncoded.answer()) == asdict(page)

    async def all_along(reading: Reading) -> None:
        await both(reading)
        place.refer("one more", to=THERAPY, person=TOM)
        await asyncio.to_thread(place.fold)
        await both(reading)
        place.care.link_persons(ROSA, TOM, reason="One letter box.", asked=place.by(WIGG))
        await asyncio.to_thread(place.fold)
        assert any("also" in row for row in (await reading.caseload(WIGG)).rows)
        await both(reading)

    place.ask(all_along)


def test_everybody_on_a_page_that_is_written_was_looked_at(place: Place) -> None:
    crowd(place, [f"Rosa {n}" for n in range(7)])

    async def looked(reading: Reading) -> tuple[list[str], set[str]]:
        shown = looking.Shown()
        looking.SHOWN.set(shown)
        page = await reading.written_caseload(TALKING, limit=5)
        rows = orjson.loads(page.answer())["rows"]
        return [row["person"] for row in rows], {str(subject) for _, subject in shown.outright}

    rows, noted = place.ask(looked)
    assert len(rows) == 5
    assert noted == {*rows}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=scenarios(), batch=st.sampled_from([1, 3, 11, 2_000]))
def test_whatever_is_asked_the_views_are_as_the_oracle_says(
    place: Place, steps: list[tuple[str, int]], batch: int
) -> None:
    place.fold()
    before = place.log.max_notification_id()
    chance = Chance(place)
    for what, which in steps:
        chance.do(what, which)
    place.fold(batch=batch)
    assert place.rows("select count(*) from share.parked") == [(0,)]
    assert place.rows("select count(*) from share.circles where open and responsible is null") == [
        (0,)
    ]
    told = [
        opened(row, place.keys)
        for row in place.rows(statements("share")["by_position"], before, 2**62)
    ]
    assert_views_are_as_told(place.views(), told)
    place.assert_counted()
    assert place.waits(chance.people) == place.awaited(chance.people)
    assert place.worries(chance.people) == place.worried(chance.people)


def test_needs_carers_and_shared_care_are_as_the_oracle_says(place: Place) -> None:
    """They rest on one another more than a short story by chance would reach."""
    place.fold()
    before = place.log.max_notification_id()
    chance, dice = Chance(place), Random(5)
    often = ("one_need", "cares", "shares") * 2 + ("need", "refer", "settle", "need")
    for number in range(1, 501):
        what = dice.choice(often)
        chance.do(what, dice.randrange(1_000))
        if number % 100 == 0:
            place.fold()
            told = [
                opened(row, place.keys)
                for row in place.rows(statements("share")["by_position"], before, 2**62)
            ]
            assert_views_are_as_told(place.views(), told)
    happened = {entry.type.split(".")[1] for entry in told}
    assert {"NeedEnded", "CarerTakenOff", "DispensingResumed", "SharedCareEnded"} <= happened


def test_views_folded_again_from_the_share_are_the_same(place: Place) -> None:
    busy_week(place)
    place.fold()
    views = place.views()
    with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as connection:
        for view in VIEWS:
            connection.execute(f"delete from views.{view}")
        after, head = 0, place.log.max_notification_id() or 0
        for upto in range(10, head + 10, 10):
            rows = place.rows(statements("share")["by_position"], after, upto)
            entries = [opened(row, place.keys) for row in rows]
            for each in engine.views():
                for _ in each.load(connection, entries) or ():
                    pass
                for entry in entries:
                    each.fold(entry)
                each.save(connection)
            after = upto
    assert place.views() == views


class Failing:
    """A view whose rows the database refuses, after every other view has written its own."""

    name = "caseload"

    def load(self, connection: psycopg.Connection, entries: list[Entry]) -> None:
        return

    def fold(self, entry: Entry) -> None:
        return

    def save(self, connection: psycopg.Connection) -> None:
        connection.execute("select 1 / 0")


def test_rows_and_their_position_are_written_together_or_not_at_all(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.fold()
    positions = place.rows("select name, position from views.positions order by name")
    busy_week(place)
    ours = engine.views
    with monkeypatch.context() as failing:
        failing.setattr(engine, "views", lambda: (*ours(), Failing()))
        with pytest.raises(psycopg.errors.DivisionByZero):
            place.fold()
    assert place.rows("select name, position from views.positions order by name") == positions
    assert place.entries() == []
    assert place.views() == {view: {} for view in VIEWS}
    place.fold()
    head = place.log.max_notification_id()
    assert place.rows("select distinct position from views.positions") == [(head,)]
    assert_views_are_as_told(place.views(), place.entries())


# As at


def without_actions(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: v for name, v in row.items() if name != "actions"} for row in rows]


async def everything(reading: Reading, partner: PartnerId, when: When) -> dict[str, Any]:
    """All that a partner can list and open at a moment, without the actions offered only now."""
    seen: dict[str, Any] = {}
    for sort in ("urgency", "name"):
        page = await reading.caseload(partner, status=STATUSES, sort=sort, limit=100, when=when)
        seen[sort] = (without_actions(page.rows), page.counts, page.total)
    for part in ("received", "sent"):
        page = await reading.referrals(partner, part=part, limit=100, when=when)
        seen[part] = (without_actions(page.rows), page.counts, page.total)
        for row in page.rows:
            one = await reading.referral(partner, UUID(row["id"]), when)
            seen[row["id"]] = without_actions([one or {}])
    for row in page.rows:
        one = await reading.record(partner, UUID(row["person"]), when)
        seen[row["person"]] = without_actions([one or {}])
    seen["meetings"] = without_actions(await reading.meetings(partner, when))
    for row in seen["meetings"]:
        one = await reading.meeting(partner, UUID(row["id"]), when)
        seen[row["id"]] = without_actions([one or {}])
    for kind, states in (("action", ("to do", "done")), ("decision", ("awaited", "implemented"))):
        found = await reading.agreed(partner, kind, states, when=when)
        seen[kind] = without_actions(found)
    return seen


def test_as_at_a_position_everything_is_as_it_was_when_that_position_was_the_last(
    place: Place,
) -> None:
    place.fold()
    busy_week(place)
    partners = (WIGG, TALKING, TRUST, SOCIAL, DRUGS, LIBRARY, HOUSING)
    live: dict[int, dict[PartnerId, dict[str, Any]]] = {}

    async def compare(reading: Reading) -> None:
        with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as connection:
            while position := place.engine.step(connection, 1):
                live[position] = {p: await everything(reading, p, When()) for p in partners}
        for position, seen in live.items():
            for partner, expected in seen.items():
                found = await everything(reading, partner, When(as_at=position))
                assert found == expected, f"as at {position} for {partner}"

    place.ask(compare)
    assert len(live) > 50


def test_as_at_never_speaks_of_more_than_the_views_know(place: Place) -> None:
    busy_week(place)
    place.fold()
    head = place.log.max_notification_id()
    assert place.ask(lambda reading: reading.position(When(as_at=10**9))) == head
    tomorrow = MONDAY.replace(year=9000)
    assert place.ask(lambda reading: reading.position(When(as_at=tomorrow))) == head
    assert place.ask(lambda reading: reading.position(When(as_at=MONDAY.replace(year=1990)))) == 0


# Pages


def crowd(place: Place, names: list[str]) -> list[PersonId]:
    """People of these names, each referred to therapy; some on the same day."""
    people = []
    with place.care.batch():
        for number, name in enumerate(names):
            person = PersonId(named(f"{number} {name}"))
            place.register(person, name=name)
            place.refer(
                f"{number} {name}: low mood",
                person=person,
                at=MONDAY - timedelta(days=number // 3),
                priority=list(Priority)[number % 3],
            )
            people.append(person)
    place.fold()
    return people


@pytest.mark.parametrize("when", [When(), When(as_at=10**9)], ids=["now", "as at"])
@pytest.mark.parametrize("sort", ["urgency", "name"])
@pytest.mark.parametrize("limit", [1, 4, 23, 50])
def test_paging_through_a_caseload_visits_each_row_once_and_puts_no_name_into_an_address(
    place: Place, sort: str, limit: int, when: When
) -> None:
    crowd(place, [f"{'YyZz'[n % 4]}{n % 5}" for n in range(23)])

    async def through(reading: Reading) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        after = None
        while True:
            page = await reading.caseload(TALKING, sort=sort, after=after, limit=limit, when=when)
            assert len(page.rows) <= limit
            assert page.total == 23
            assert len(rows) < 23, "a row came twice"
            assert not [row for row in page.rows if row["name"] in (page.next or "")]
            rows += page.rows
            after = page.next
            if after is None:
                return rows

    rows = place.ask(through)
    subjects = [row["person"] for row in rows]
    assert len(subjects) == len(set(subjects)) == 23
    keys = [
        (row["name"], row["person"]) if sort == "name" else (row["waiting_since"], row["person"])
        for row in rows
    ]
    assert keys == sorted(keys)


@pytest.mark.parametrize("when", [When(), When(as_at=10**9)], ids=["now", "as at"])
@pytest.mark.parametrize("limit", [2, 5, 40])
def test_paging_through_referrals_visits_each_row_once(
    place: Place, limit: int, when: When
) -> None:
    crowd(place, [f"Rosa {n}" for n in range(11)])

    async def through(reading: Reading) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        after = None
        while True:
            page = await reading.referrals(
                TALKING, part="received", after=after, limit=limit, when=when
            )
            rows += page.rows
            assert page.total == 11
            assert len(rows) <= 11, "a row came twice"
            assert page.counts == {"waiting": 11}
            after = page.next
            if after is None:
                return rows

    rows = place.ask(through)
    order = [
        (list(Priority)[::-1].index(Priority(r["priority"])), r["made_at"], r["id"]) for r in rows
    ]
    assert order == sorted(order)
    assert len({r["id"] for r in rows}) == 11


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "[]", "[1,2,3]", '["x"]', '["0","soon","x"]', '["9","infinity","y"]', '{"a":1}', "7"],
)
def test_a_cursor_that_was_never_given_out_is_refused(place: Place, cursor: str) -> None:
    with pytest.raises(NoSuchPage):
        place.ask(lambda reading: reading.caseload(WIGG, sort="urgency", after=cursor))
    with pytest.raises(NoSuchPage):
        place.ask(lambda reading: reading.caseload(WIGG, sort="name", after=cursor))
    with pytest.raises(NoSuchPage):
        place.ask(lambda reading: reading.referrals(WIGG, part="sent", after=cursor))


@pytest.mark.parametrize("when", [When(), When(as_at=10**9)], ids=["now", "as at"])
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("%", {"100% Rosa"}),
        ("_", {"Under_score"}),
        ("\\", {"Back\\slash"}),
        ("rosa", {"100% Rosa", "ROSALIND"}),
        ("Å", {"Åsa"}),
        ("", {"100% Rosa", "ROSALIND", "Under_score", "Back\\slash", "Åsa"}),
        ("%%", set()),
    ],
)
def test_a_search_means_what_was_typed(
    place: Place, asked: str, found: set[str], when: When
) -> None:
    crowd(place, ["100% Rosa", "ROSALIND", "Under_score", "Back\\slash", "Åsa"])
    page = place.ask(lambda reading: reading.caseload(TALKING, query=asked, when=when))
    assert {row["name"] for row in page.rows} == found


@pytest.mark.parametrize("as_at", [None, 10**9], ids=["now", "as at"])
def test_who_is_past_is_hidden_until_asked_for(place: Place, as_at: int | None) -> None:
    when = When(as_at=as_at)
    for person in (ROSA, TOM):
        place.register(person)
    place.refer("Rosa: company", to=READING)
    declined = place.refer("Tom: company", to=READING, person=TOM)
    place.care.decline_referral(declined, DeclineReason.FULL, asked=place.by(LIBRARY))
    place.fold()
    tom, rosa = (str(place.subject(LIBRARY, person)) for person in (TOM, ROSA))

    def shown(*status: str) -> list[str]:
        page = place.ask(lambda reading: reading.caseload(LIBRARY, status=status, when=when))
        assert page.counts == {"referral to answer": 1, "past": 1}
        assert page.total == 1
        return [row["person"] for row in page.rows]

    assert shown() == [rosa]
    assert shown("past") == [tom]
    assert shown("referral to answer", "past") == [rosa, tom]
    assert shown("held") == []


def test_nobody_reads_another_partners_rows(place: Place) -> None:
    busy_week(place)
    place.fold()

    async def compare(reading: Reading) -> None:
        mine = (await reading.caseload(WIGG, status=STATUSES, limit=100)).rows
        assert mine
        for row in mine:
            assert await reading.record(TALKING, UUID(row["person"])) is None
            assert await reading.history(TALKING, UUID(row["person"])) == []
            assert await reading.person_of(TALKING, UUID(row["person"])) is None
        theirs = (await reading.referrals(DRUGS, part="received")).rows
        assert theirs
        for row in theirs:
            assert await reading.referral(HOUSING, UUID(row["id"])) is None

    place.ask(compare)


def test_custody_counts_everybody_with_whoever_is_responsible(place: Place) -> None:
    busy_week(place)
    place.fold()
    custody = place.ask(lambda reading: reading.custody())
    assert custody == {
        "open": 2,
        "held_by_nobody": 0,
        "by_organisation": {str(TRUST): 1, str(WIGG): 1},
    }
