"""A place goes about its care in a way that is data with dates, and a replay takes the one then."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.advice import DestinationIsNeeded
from domain.intentions.directory import OnlyTheHostChooses
from domain.partner import Partner, SteppedCareChosen, TheWayNamesTheModel, WayChosen, WayWritten
from domain.policies.clocks import Clock
from domain.policies.steps import MODELS, NICE, SANDWELL, named
from domain.policies.ways import JAMES_WIGG as JAMES_WIGGS_WAY
from domain.policies.ways import (
    LOCAL,
    WAYS,
    Choice,
    Meaning,
    Meets,
    TeamReview,
    Way,
    WayIsNotWhole,
    WayIsUnknown,
    in_force,
    problems,
)
from domain.policies.ways import SANDWELL as SANDWELLS_WAY
from domain.vocabulary import Complexity, DeclineReason, MeetingKind, Practice, Step
from tests.people import GARDENING, LIBRARY, MONDAY, SUPPORT, TALKING, TRUST, WIGG
from tests.scenario import Community, by, refused

APRIL = date(2026, 4, 1)
OURS = Way(
    name="Our valley",
    source="Our own handbook, 2026",
    effective_from=APRIL,
    stepped_care=SANDWELL.name,
    meetings=(Meets(kind=MeetingKind.WEEKLY_MDT, name="Friday", about="new cases"),),
    clocks=(Clock.SANDWELL_ASSESSMENT,),
    team_review=TeamReview(
        meeting=MeetingKind.WEEKLY_MDT, steps=(Step.COLLABORATIVE_CARE,), new_within=7
    ),
)


@pytest.fixture
def place() -> Community:
    return Community()


def choose(place: Community, way: str, on: date = APRIL) -> None:
    place.care.choose_way(way, on, asked=by(WIGG))


# What ships


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_what_ships_is_whole_and_says_where_it_is_from(way: Way) -> None:
    assert list(problems(way)) == []
    assert way.source
    assert named(way.stepped_care, way.effective_from) in MODELS


def test_sandwells_way() -> None:
    way = SANDWELLS_WAY
    assert way.stepped_care == SANDWELL.name
    assert set(way.clocks) == LOCAL
    assert way.keeps(Practice.NOBODY_TURNED_AWAY)
    assert way.keeps(Practice.DUAL_AGREEMENT)
    assert way.keeps(Practice.CARERS_REGISTER)
    assert {each.complexity for each in way.complexity} == set(Complexity)
    assert way.team_review
    assert way.team_review.meeting is MeetingKind.WEEKLY_MDT


def test_james_wiggs_way() -> None:
    way = JAMES_WIGGS_WAY
    assert [meets.kind for meets in way.meetings] == [
        MeetingKind.WEEKLY_MDT,
        MeetingKind.FORTNIGHTLY_TEAM,
        MeetingKind.MONTHLY_PLANNING,
        MeetingKind.MONTHLY_REVIEW,
        MeetingKind.QUARTERLY_PLANNING,
    ]
    assert (way.clocks, way.complexity) == ((), ())
    assert not way.keeps(Practice.NOBODY_TURNED_AWAY)
    for practice in (Practice.CASE_DISCUSSIONS, Practice.VERBAL_REFERRALS, Practice.DIRECT_ACCESS):
        assert way.keeps(practice)


@pytest.mark.parametrize(
    ("complexity", "new", "days"),
    [
        (Complexity.RED, False, 7),
        (Complexity.AMBER, False, 14),
        (Complexity.GREEN, False, 28),
        (Complexity.GREEN, True, 14),
        (Complexity.RED, True, 7),
        (None, True, 14),
        (None, False, 14),
    ],
)
def test_how_soon_the_team_looks_at_a_case(
    complexity: Complexity | None, new: bool, days: int
) -> None:
    assert SANDWELLS_WAY.looked_at_within(complexity, new=new) == days
    assert JAMES_WIGGS_WAY.looked_at_within(complexity, new=new) is None


# Which one holds


def test_a_way_holds_from_its_day_on_and_a_later_one_takes_its_place() -> None:
    choices = [Choice(WIGG, "Sandwell", APRIL), Choice(WIGG, "James Wigg", date(2026, 9, 1))]
    assert in_force(date(2026, 3, 31), choices) is None
    assert in_force(APRIL, choices) == SANDWELLS_WAY
    assert in_force(date(2026, 8, 31), choices) == SANDWELLS_WAY
    assert in_force(date(2026, 9, 1), choices) == JAMES_WIGGS_WAY
    same_day = [*choices, Choice(WIGG, "Sandwell", date(2026, 9, 1))]
    assert in_force(date(2026, 9, 1), same_day) == SANDWELLS_WAY


def test_a_way_that_is_written_anew_holds_from_its_own_day_on() -> None:
    stricter = OURS.model_copy(update={"effective_from": date(2026, 9, 1), "clocks": ()})
    choices = [Choice(WIGG, OURS.name, APRIL)]
    assert in_force(date(2026, 8, 31), choices, [OURS, stricter]) == OURS
    assert in_force(date(2026, 9, 1), choices, [OURS, stricter]) == stricter


def test_a_way_that_has_run_out_holds_no_longer() -> None:
    over = OURS.model_copy(update={"effective_to": date(2026, 9, 1)})
    choices = [Choice(WIGG, OURS.name, APRIL)]
    assert in_force(date(2026, 8, 31), choices, [over]) == over
    assert in_force(date(2026, 9, 1), choices, [over]) is None


# Choosing


def test_choosing_a_way_brings_its_stepped_care(place: Community) -> None:
    choose(place, "James Wigg")
    assert place.facts() == [
        WayChosen(way="James Wigg", effective_from=APRIL),
        SteppedCareChosen(model=NICE.name, effective_from=APRIL),
    ]
    choose(place, "James Wigg")
    assert len(place.facts()) == 2, "so already"


def test_only_the_host_chooses_and_only_what_there_is(place: Community) -> None:
    with refused(OnlyTheHostChooses):
        place.care.choose_way("Sandwell", APRIL, asked=by(TRUST))
    with refused(OnlyTheHostChooses):
        place.care.write_way(OURS, asked=by(TRUST))
    with refused(WayIsUnknown):
        choose(place, "Our valley")
    with refused(WayIsUnknown):
        choose(place, "Sandwell", date(2010, 1, 1))
    assert place.facts() == []


def test_a_place_with_a_way_has_the_model_its_way_names(place: Community) -> None:
    choose(place, "Sandwell")
    with refused(TheWayNamesTheModel):
        place.care.choose_stepped_care(NICE.name, APRIL, asked=by(WIGG))
    before = APRIL - timedelta(days=1)
    place.care.choose_stepped_care(NICE.name, before, asked=by(WIGG))  # no way held then


def test_a_place_writes_its_own_way_and_chooses_it(place: Community) -> None:
    place.care.write_way(OURS, asked=by(WIGG))
    place.care.write_way(OURS, asked=by(WIGG))
    assert place.facts() == [WayWritten(way=OURS)], "written is not chosen"
    choose(place, OURS.name)
    host = place.care._load(Partner, WIGG)
    assert host.way(APRIL) == OURS
    assert host.way(APRIL - timedelta(days=1)) is None


MEANING = Meaning(complexity=Complexity.RED, words="Several of us", looked_at_within=7)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"stepped_care": "Ours"}, "stepped_care: no model of this name"),
        ({"effective_to": APRIL}, "effective_to: must be after"),
        ({"meetings": OURS.meetings * 2}, "meetings: weekly MDT is named twice"),
        ({"meetings": ()}, "team_review: its meeting must be one of meetings"),
        ({"clocks": (Clock.COMMUNITY_4_WEEKS,)}, "runs everywhere"),
        ({"clocks": OURS.clocks * 2}, "clocks: Sandwell, initial assessment is named twice"),
        ({"complexity": (MEANING,)}, "complexity: say what red, amber and green each mean"),
        (
            {"stepped_care": NICE.name, "practices": SANDWELLS_WAY.practices},
            "asks nobody to agree",
        ),
    ],
)
def test_a_way_that_contradicts_itself_is_refused_and_says_why(
    place: Community, changed: dict[str, Any], said: str
) -> None:
    wrong = OURS.model_copy(update=changed)
    with refused(WayIsNotWhole) as refusal:
        place.care.write_way(wrong, asked=by(WIGG))
    (only,) = refusal.value.needs
    assert said in only


# Nobody is turned away


@pytest.mark.parametrize("reason", [DeclineReason.FULL, DeclineReason.NOT_ELIGIBLE])
def test_in_sandwells_way_nobody_is_turned_away_without_a_destination(
    place: Community, reason: DeclineReason
) -> None:
    place.register()
    choose(place, "Sandwell", MONDAY.date())
    asked_for = place.refer("Rosa to therapy")
    with refused(DestinationIsNeeded):
        place.care.decline_referral(asked_for, reason, asked=by(TALKING))
    place.care.decline_referral(asked_for, reason, instead=GARDENING, asked=by(TALKING))


def test_elsewhere_a_full_service_may_say_so_and_what_the_person_wants_counts_everywhere(
    place: Community,
) -> None:
    place.register()
    full = place.refer("Rosa to therapy")
    place.care.decline_referral(full, DeclineReason.FULL, asked=by(TALKING))
    choose(place, "Sandwell", MONDAY.date())
    unwanted = place.refer("Rosa to social work", to=SUPPORT)
    place.care.decline_referral(
        unwanted, DeclineReason.PERSON_DECLINED, asked=by(place.referral(unwanted).receiver or WIGG)
    )


def test_what_is_over_is_said_before_where_to_go(place: Community) -> None:
    """Who may not answer learns that, and not what an answer would have needed."""
    place.register()
    choose(place, "Sandwell", MONDAY.date())
    asked_for = place.refer("Rosa to therapy")
    with pytest.raises(Exception) as refusal:  # noqa: PT011 -- whichever of the rules of answering
        place.care.decline_referral(asked_for, DeclineReason.FULL, asked=by(LIBRARY))
    assert not isinstance(refusal.value, DestinationIsNeeded)
