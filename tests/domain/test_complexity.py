"""Red, amber or green says how complex a case is, in the place's own words; nothing is foretold."""

from __future__ import annotations

from datetime import date

import pytest

from domain.complexity import ColoursHaveNoMeaningHere, ComplexityCoded
from domain.policies.ways import JAMES_WIGG, SANDWELL, Way
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.vocabulary import Complexity, EndReason, HowKnown
from tests.people import (
    DR_TOLLEY,
    DRUG_CARE,
    HOUSING,
    HOUSING_HELP,
    LIBRARY,
    MONDAY,
    READING,
    ROSA,
    SOCIAL,
    SUPPORT,
    TALKING,
    TRUST,
    WARD,
    WIGG,
)
from tests.scenario import Community, by, refused, without_agreements

RED = ComplexityCoded(
    complexity=Complexity.RED, why="She loses her home on Friday.", way="Sandwell"
)


@pytest.fixture
def place() -> Community:
    place = Community()
    place.care.choose_way(SANDWELL.name, MONDAY.date(), asked=by(WIGG))
    place.register()
    place.refer("Rosa to therapy")
    return place


def code(place: Community, complexity: Complexity = Complexity.RED, why: str = RED.why) -> None:
    place.care.code_complexity(ROSA, complexity, why, asked=by(WIGG))


def test_who_holds_the_person_says_how_complex_the_case_is_and_why(place: Community) -> None:
    code(place)
    assert place.facts()[-1] == RED
    assert place.pathway().coded == RED
    assert "complexity" in place.pathway().next_actions(WIGG)
    assert "complexity" not in place.pathway().next_actions(TALKING)


def test_the_same_said_again_is_so_already_and_another_reason_is_not(place: Community) -> None:
    code(place)
    before = len(place.facts())
    code(place)
    assert len(place.facts()) == before
    code(place, why="Her brother moved out, too.")
    code(place, Complexity.GREEN, "Housed, and well.")
    assert [type(fact) for fact in place.facts()[before:]] == [ComplexityCoded] * 2, "history stays"


def test_only_the_holder_of_an_open_pathway_codes_it(place: Community) -> None:
    with refused(OnlyTheResponsibleMay):
        place.care.code_complexity(ROSA, Complexity.RED, "Hers.", asked=by(TALKING))
    code(place)
    other = Community()
    without_agreements(other)
    other.register()
    other.refer("Rosa to therapy")
    other.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(WIGG))
    with refused(PathwayIsClosed):
        other.care.code_complexity(ROSA, Complexity.RED, "Hers.", asked=by(WIGG))


def test_a_closed_case_has_no_colour_and_a_held_one_keeps_it(place: Community) -> None:
    code(place)
    place.hand_over(DRUG_CARE)
    assert place.pathway().coded == RED, "the colour is the person's, whoever holds them"
    place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.FAMILY, asked=by(WIGG))
    assert place.pathway().coded is None


@pytest.mark.parametrize("way", [None, JAMES_WIGG])
def test_where_colours_mean_nothing_none_is_given(way: Way | None) -> None:
    place = Community()
    if way:
        place.care.choose_way(way.name, MONDAY.date(), asked=by(WIGG))
    place.register()
    place.refer("Rosa to therapy")
    with refused(ColoursHaveNoMeaningHere):
        code(place)


def test_the_way_that_held_that_day_counts() -> None:
    place = Community()
    place.care.choose_way(SANDWELL.name, date(2026, 4, 1), asked=by(WIGG))
    place.register()
    place.refer("Rosa to therapy")
    with refused(ColoursHaveNoMeaningHere):
        code(place)


def test_who_coordinates_is_told_the_colour_and_who_gives_care_why(place: Community) -> None:
    place.accept(place.refer("Rosa to social work", to=SUPPORT), SOCIAL)
    place.refer("Rosa to housing advice", to=HOUSING_HELP)
    place.refer("Rosa reads", to=READING)
    place.refer("Rosa to the ward", to=WARD)
    code(place)
    told = place.share()
    assert "why" not in told.told(SOCIAL, "ComplexityCoded").data
    assert told.told(SOCIAL, "ComplexityCoded").data["complexity"] == "red"
    assert told.told(TRUST, "ComplexityCoded").data["why"] == RED.why
    for outside in (HOUSING, LIBRARY):
        assert "ComplexityCoded" not in told.types(outside)


def test_no_colour_is_asked_for_where_the_way_has_none(place: Community) -> None:
    plain = Community()
    plain.register()
    plain.refer("Rosa to therapy")
    for where, asked_for in ((place, True), (plain, False)):
        answer = where.care.name_key_worker(ROSA, DR_TOLLEY, asked=by(WIGG))
        assert "coordinator" in answer.actions
        assert ("complexity" in answer.actions) is asked_for
