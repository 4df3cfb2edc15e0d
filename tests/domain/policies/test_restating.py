"""Records made late or dated back change what a clock read, and the clock says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policies.clocks import Clock, Happening, Kind, State, read
from domain.policies.days import days_between
from domain.vocabulary import Medium
from tests.domain.policies.stories import moment, story

SIX = Clock.TALKING_THERAPIES_6_WEEKS
PAUSED = Clock.TALKING_THERAPIES_WITHOUT_PAUSES
FOUR = Clock.COMMUNITY_4_WEEKS
NEVER = "it never read otherwise"


@dataclass(frozen=True)
class Late:
    """What happened and when it was recorded; what the clock says now, and what it read before."""

    title: str
    clock: Clock
    happened: tuple[str, ...]
    asked: str
    says: str
    read_before: str


def late(title: str, clock: Clock, asked: str, says: str, read_before: str, *happened: str) -> Late:
    return Late(title, clock, happened, asked, says, read_before)


TREATED_LATE = (
    "2026-01-05 referral received",
    "2026-02-10 attended treatment contact; recorded 2026-02-20",
)

RECORDED = [
    late("recorded the same day", SIX, "2026-03-01", "stopped on day 36 of 42", NEVER,
         "2026-01-05 referral received",
         "2026-02-10 attended treatment contact; recorded 2026-02-10 17:00"),
    late("a stop in time, recorded after the limit", SIX, "2026-03-01",
         "stopped on day 36 of 42", "day 46, over 42 days",
         *TREATED_LATE),
    late("a stop recorded the next day", SIX, "2026-03-01",
         "stopped on day 36 of 42", "day 37 of 42",
         "2026-01-05 referral received",
         "2026-02-10 attended treatment contact; recorded 2026-02-11"),
    late("a stop recorded minutes after midnight", SIX, "2026-03-01",
         "stopped on day 36 of 42", "day 37 of 42",
         "2026-01-05 referral received",
         "2026-02-10 23:50 attended treatment contact; recorded 2026-02-11 00:10"),
    late("a late stop that was too late anyway", SIX, "2026-03-20",
         "stopped on day 44, over 42 days", "day 60, over 42 days",
         "2026-01-05 referral received",
         "2026-02-18 attended treatment contact; recorded 2026-03-06"),
    late("a referral dated back", SIX, "2026-01-15", "day 10 of 42", "not started",
         "2026-01-05 referral received; recorded 2026-01-08"),
    late("a start put right to an earlier day", SIX, "2026-02-18", "day 44, over 42 days",
         "day 37 of 42",
         "2026-01-12 referral received =wrong",
         "2026-01-05 referral received; recorded 2026-02-18",
         "2026-02-18 record taken back of wrong"),
    late("a start put right to a later day", SIX, "2026-02-20", "day 39 of 42",
         "day 44, over 42 days",
         "2026-01-05 referral received =wrong",
         "2026-01-12 referral received; recorded 2026-02-18",
         "2026-02-18 record taken back of wrong"),
    late("a stop taken back: it runs again", SIX, "2026-02-25", "day 51, over 42 days",
         "stopped on day 36 of 42",
         "2026-01-05 referral received", "2026-02-10 attended treatment contact =wrong",
         "2026-02-20 record taken back of wrong"),
    late("a stop taken back the same day", SIX, "2026-02-12", "day 38 of 42",
         "stopped on day 36 of 42",
         "2026-01-05 referral received", "2026-02-10 attended treatment contact =wrong",
         "2026-02-10 17:00 record taken back of wrong"),
    late("a stop moved one day back", SIX, "2026-02-25", "stopped on day 35 of 42",
         "stopped on day 36 of 42",
         "2026-01-05 referral received", "2026-02-10 attended treatment contact =wrong",
         "2026-02-12 record taken back of wrong",
         "2026-02-09 attended treatment contact; recorded 2026-02-12"),
    late("an earlier treatment nobody had recorded", SIX, "2026-03-20",
         "stopped on day 40 of 42", "stopped on day 44, over 42 days",
         "2026-01-05 referral received", "2026-02-18 attended treatment contact",
         "2026-02-14 attended treatment contact; recorded 2026-03-06"),
    late("a later treatment changes nothing", SIX, "2026-03-20", "stopped on day 36 of 42", NEVER,
         "2026-01-05 referral received", "2026-02-10 attended treatment contact",
         "2026-02-14 attended treatment contact; recorded 2026-03-06"),
    late("nullified later", SIX, "2026-02-25", "nullified", "day 44, over 42 days",
         "2026-01-05 referral received", "2026-02-18 referral nullified"),
    late("a closure dated back", SIX, "2026-03-01", "ended without its stop on day 20 of 42",
         "day 45, over 42 days",
         "2026-01-05 referral received", "2026-01-25 referral ended; recorded 2026-02-19"),
    late("reopened after treatment that came too late to count", SIX, "2026-03-01",
         "stopped on day 20 of 42", "ended without its stop on day 15 of 42",
         "2026-01-05 referral received", "2026-01-20 referral ended",
         "2026-01-25 attended treatment contact", "2026-01-28 referral reopened"),
    late("a pause recorded late, on the local clock", PAUSED, "2026-02-19", "day 35 of 42",
         "day 44, over 42 days",
         "2026-01-05 referral received",
         "2026-01-10 pause began; recorded 2026-02-18",
         "2026-01-20 pause ended; recorded 2026-02-18"),
    late("the same pause restates no national clock", SIX, "2026-02-19", "day 45, over 42 days",
         NEVER,
         "2026-01-05 referral received",
         "2026-01-10 pause began; recorded 2026-02-18",
         "2026-01-20 pause ended; recorded 2026-02-18"),
    late("seen in time in an emergency, written up after the limit", Clock.EMERGENCY,
         "2026-03-03", "stopped after 2 h 00 min of 4 hours", "6 h 00 min, over 4 hours",
         "2026-03-02 10:00 referral received",
         "2026-03-02 12:00 attended contact by face to face; recorded 2026-03-02 16:00"),
    late("written up within the limit", Clock.EMERGENCY, "2026-03-03",
         "stopped after 2 h 00 min of 4 hours", NEVER,
         "2026-03-02 10:00 referral received",
         "2026-03-02 12:00 attended contact by face to face; recorded 2026-03-02 13:00"),
    late("a care plan found in March stops a community clock in January", FOUR, "2026-03-20",
         "stopped on day 20 of 28", "day 60, over 28 days",
         "2026-01-05 referral received", "2026-01-12 attended contact by video",
         "2026-01-12 meaningful assessment", "2026-01-12 baseline outcome",
         "2026-01-25 agreed care plan; recorded 2026-03-06"),
    late("a first contact found on the other side of April 2024 changes the rule", FOUR,
         "2024-06-01", "stopped on day 29, over 28 days", "day 58, over 28 days",
         "2024-03-04 referral received", "2024-04-01 attended contact by video",
         "2024-04-02 baseline outcome", "2024-04-02 agreed care plan",
         "2024-03-28 attended contact by telephone; recorded 2024-05-01"),
    late("an earlier referral joins the spell", FOUR, "2026-02-10", "day 36, over 28 days",
         "day 16 of 28",
         "2026-01-22 referral received #2",
         "2026-01-05 referral received #1; recorded 2026-02-07",
         "2026-01-20 referral ended #1; recorded 2026-02-07"),
]  # fmt: skip


@pytest.mark.parametrize("told", RECORDED, ids=[told.title for told in RECORDED])
def test_a_clock_says_what_it_read_before(told: Late) -> None:
    reading = read(told.clock, story("\n".join(told.happened)), at=moment(told.asked))
    assert reading.words == told.says
    assert (reading.restated.words if reading.restated else NEVER) == told.read_before


def test_a_late_stop_can_be_asked_both_ways() -> None:
    happened = story("\n".join(TREATED_LATE))
    as_known_then = read(SIX, happened, at=moment("2026-02-18"), known_at=moment("2026-02-18"))
    as_known_now = read(SIX, happened, at=moment("2026-02-18"))
    assert (as_known_then.words, as_known_then.restated) == ("day 44, over 42 days", None)
    assert as_known_now.words == "stopped on day 36 of 42"
    assert as_known_now.restated is not None
    assert as_known_now.restated.words == as_known_then.words
    assert as_known_now.restated_at == moment("2026-02-20")


def test_a_day_before_the_late_stop_reads_as_it_always_did() -> None:
    reading = read(SIX, story("\n".join(TREATED_LATE)), at=moment("2026-02-09"))
    assert (reading.words, reading.restated) == ("day 35 of 42", None)


def test_restated_twice_it_tells_the_whole_story() -> None:
    happened = story(
        """
        2026-01-05 referral received
        2026-02-10 attended treatment contact =first; recorded 2026-02-20
        2026-02-25 record taken back of first
        2026-02-12 attended treatment contact; recorded 2026-03-05
        """
    )
    told = []
    reading = read(SIX, happened, at=moment("2026-03-20"))
    while reading.restated is not None:
        told.append((reading.words, f"{reading.restated_at:%d %B}"))
        reading = reading.restated
    assert [*told, reading.words] == [
        ("stopped on day 38 of 42", "05 March"),
        ("day 59, over 42 days", "25 February"),
        ("stopped on day 36 of 42", "20 February"),
        "day 46, over 42 days",
    ]


# Whatever happens in whatever order

START = moment("2026-01-05")
KINDS = (
    Kind.REFERRAL_ENDED,
    Kind.REFERRAL_REOPENED,
    Kind.CONTACT,
    Kind.MISSED,
    Kind.TREATMENT,
    Kind.ASSESSMENT,
    Kind.BASELINE,
    Kind.PLAN,
    Kind.REFERRAL_RECEIVED,
    Kind.PAUSE_BEGAN,
    Kind.PAUSE_ENDED,
    Kind.NULLIFIED,
)


@st.composite
def happenings(draw: st.DrawFn) -> Happening:
    at = START + timedelta(hours=draw(st.integers(-48, 24 * 60)))
    return Happening(
        kind=draw(st.sampled_from(KINDS)),
        at=at,
        recorded_at=at + timedelta(hours=draw(st.integers(0, 24 * 30))),
        referral=draw(st.sampled_from(("1", "2"))),
        medium=Medium.VIDEO,
        team="A06",
    )


referred = Happening(Kind.REFERRAL_RECEIVED, START, START, referral="1", team="A06")
stories = st.lists(happenings(), max_size=8).map(lambda more: [referred, *more])
clocks = st.sampled_from((SIX, PAUSED, FOUR, Clock.EMERGENCY))
asked = st.integers(-3, 120).map(lambda days: START + timedelta(days=days))
few = settings(max_examples=40, deadline=None)


@few
@given(clocks, stories, asked, st.randoms())
def test_the_order_of_the_list_does_not_matter(
    clock: Clock, happened: list[Happening], at: datetime, chance: object
) -> None:
    shuffled = list(happened)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert read(clock, shuffled, at=at) == read(clock, happened, at=at)


@few
@given(clocks, stories, asked)
def test_once_all_is_known_it_does_not_matter_when_it_was_recorded(
    clock: Clock, happened: list[Happening], at: datetime
) -> None:
    in_time = [replace(h, recorded_at=h.at) for h in happened]
    late, prompt = read(clock, happened, at=at), read(clock, in_time, at=at)
    unsaid = {"restated": None, "restated_at": None}
    assert replace(late, **unsaid) == replace(prompt, **unsaid)  # type: ignore[arg-type]


@few
@given(clocks, stories, asked)
def test_a_clock_is_never_negative_and_never_stops_before_it_starts(
    clock: Clock, happened: list[Happening], at: datetime
) -> None:
    reading = read(clock, happened, at=at)
    assert min(reading.day, reading.paused_days) >= 0
    assert reading.elapsed >= timedelta()
    if reading.started is not None:
        assert reading.started <= at
        assert reading.paused_days <= days_between(reading.started, at)
        assert reading.stopped is None or days_between(reading.started, reading.stopped) >= 0
        assert reading.due is not None
        assert reading.due >= reading.started


@few
@given(clocks, stories, asked)
def test_what_was_known_then_is_what_was_read_then(
    clock: Clock, happened: list[Happening], at: datetime
) -> None:
    """Later records never change what the clock said at a moment, on what was known by then."""
    known = [h for h in happened if h.recorded_at <= at]
    assert read(clock, happened, at=at, known_at=at) == read(clock, known, at=at)


@few
@given(clocks, stories)
def test_a_running_clock_only_grows(clock: Clock, happened: list[Happening]) -> None:
    readings = [read(clock, happened, at=START + timedelta(days=n)) for n in (0, 20, 43, 80)]
    for earlier, later in pairwise(readings):
        if earlier.started == later.started and later.state is not State.STOPPED:
            assert earlier.state is State.STOPPED or earlier.day <= later.day
