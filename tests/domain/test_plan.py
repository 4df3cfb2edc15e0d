"""Plans: what the person wants in their words, who does what, and when it is looked at again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.action import Action, ActionAgreed, ActionDropped
from domain.intentions.meetings import OwnerMayNotBeTold
from domain.intentions.persons import ThePersonObjects
from domain.kernel import Asked
from domain.person import ThePersonHasDied
from domain.plan import (
    GoalDropped,
    GoalExists,
    GoalIsOver,
    GoalIsUnknown,
    GoalReached,
    GoalSet,
    MayNotKnowThePlan,
    NoKeyWorkerIsNamed,
    NoPlanIsAgreed,
    NothingIsPlanned,
    OnlyWhoHelpsMay,
    Part,
    Plan,
    PlanAgreed,
    PlanIsReviewedItself,
    PlanReviewed,
    ReviewDayHasPassed,
    ReviewIsTooFarAway,
    Terms,
    plan_of,
)
from domain.policies import plans
from domain.review import ReviewDone, ReviewFellDue
from domain.standing import PathwayIsClosed
from domain.vocabulary import (
    ActionId,
    AgreedHow,
    EndReason,
    GoalId,
    HowKnown,
    PartnerId,
    ReviewId,
    ReviewOf,
)
from tests.people import (
    CHARITY,
    DR_OKAFOR,
    DR_PATEL,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    HOUSING,
    MONDAY,
    PROBATION,
    ROSA,
    SOCIAL,
    TALKING,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused, without_agreements

SLEEP = GoalId(named("Rosa wants to sleep"))
SAID = "To sleep through the night again"
IN_JUNE = date(2026, 6, 1)


@pytest.fixture
def place() -> Community:
    """Rosa is held by her practice, and helped by talking therapies and the allotment."""
    place = Community()
    place.register()
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    return place


def terms(*parts: Part, **more: Any) -> Terms:
    told: dict[str, Any] = {"how": AgreedHow.TOGETHER, "person_does": "Walk every day"} | more
    return Terms(parts=parts, **told)


def part(owner: PartnerId, what: str) -> Part:
    return Part(action=ActionId(named(what)), owner=owner, what=what)


def agree(place: Community, *parts: Part, who: PartnerId = WIGG, **more: Any) -> None:
    place.care.agree_plan(ROSA, terms(*parts, **more), asked=by(who))


def set_goal(place: Community, who: PartnerId = WIGG) -> None:
    place.care.set_goal(ROSA, SLEEP, SAID, difference="I would be rested", asked=by(who))


def last(place: Community) -> object:
    return place.facts()[-1]


def later(days: int, who: PartnerId = WIGG) -> Asked:
    return by(who, at=MONDAY + timedelta(days=days))


# Goals


def test_a_goal_is_what_the_person_said(place: Community) -> None:
    set_goal(place)
    assert last(place) == GoalSet(goal=SLEEP, words=SAID, difference="I would be rested")


def test_a_goal_is_set_once(place: Community) -> None:
    set_goal(place)
    with refused(GoalExists):
        set_goal(place)


def test_a_goal_is_reached_or_dropped_and_that_stands(place: Community) -> None:
    set_goal(place)
    place.care.reach_goal(ROSA, SLEEP, words="Six nights running", asked=by(TALKING))
    assert last(place) == GoalReached(goal=SLEEP, words="Six nights running")
    assert place.care.reach_goal(ROSA, SLEEP, asked=by(WIGG)).repeated
    with refused(GoalIsOver):
        place.care.drop_goal(ROSA, SLEEP, asked=by(WIGG))


def test_what_the_person_no_longer_wants_is_dropped(place: Community) -> None:
    set_goal(place)
    place.care.drop_goal(ROSA, SLEEP, words="Getting out comes first", asked=by(WIGG))
    assert last(place) == GoalDropped(goal=SLEEP, words="Getting out comes first")


def test_a_goal_nobody_set_cannot_be_reached(place: Community) -> None:
    with refused(GoalIsUnknown):
        place.care.reach_goal(ROSA, SLEEP, asked=by(WIGG))


@pytest.mark.parametrize("outside", [CHARITY, HOUSING, PROBATION])
def test_who_may_not_know_plans_sets_no_goal(place: Community, outside: PartnerId) -> None:
    with refused(MayNotKnowThePlan):
        set_goal(place, outside)


# What is agreed


def test_a_plan_says_who_does_what_and_what_to_do_in_a_crisis(place: Community) -> None:
    place.care.name_key_worker(ROSA, DR_PATEL, asked=by(WIGG))
    agree(place, carers_do="Her sister rings", crisis="Ring my sister", copy_given=True)
    assert last(place) == PlanAgreed(
        provider=WIGG,
        how=AgreedHow.TOGETHER,
        person_does="Walk every day",
        carers_do="Her sister rings",
        crisis="Ring my sister",
        key_worker=DR_PATEL,
        copy_given=True,
        review_on=date(2027, 3, 2),
    )


def test_a_plan_in_which_nobody_does_anything_is_none(place: Community) -> None:
    with refused(NothingIsPlanned):
        agree(place, person_does=None)


def test_who_works_under_a_referral_may_agree_the_plan(place: Community) -> None:
    agree(place, who=TALKING)
    assert isinstance(last(place), PlanAgreed)


def test_who_only_knows_the_person_may_not(place: Community) -> None:
    place.refer("Rosa to social work", to=GARDENING, sender=SOCIAL)
    with refused(OnlyWhoHelpsMay):
        agree(place, who=SOCIAL)


def test_nobody_plans_for_who_is_held_by_nobody(place: Community) -> None:
    without_agreements(place)
    place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(WIGG))
    with refused(PathwayIsClosed):
        agree(place)


def test_nobody_sets_a_goal_for_the_dead(place: Community) -> None:
    place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.CLINICIAN, asked=by(WIGG))
    with refused(ThePersonHasDied):
        set_goal(place)


def test_in_hospital_care_a_plan_needs_a_named_key_worker(place: Community) -> None:
    place.hand_over(WARD)
    with refused(NoKeyWorkerIsNamed):
        agree(place, who=TRUST)
    place.care.name_key_worker(ROSA, DR_OKAFOR, asked=by(TRUST))
    agree(place, who=TRUST)
    assert isinstance(last(place), PlanAgreed)


# What each is told


def test_what_an_organisation_does_reaches_it_alone_and_without_the_plan(place: Community) -> None:
    set_goal(place)
    agree(place, part(HOUSING, "Ask the landlord for a stair lift"), crisis="Ring my sister")
    told = place.share()
    assert told.types(HOUSING) == ["PersonRegistered", "ActionAgreed"]
    words = told.text(HOUSING)
    assert "stair lift" in words
    assert not any(word in words for word in ("sister", SAID, "Walk", "plan", str(plan_of(ROSA))))


def test_two_who_help_outside_care_cannot_see_that_it_is_one_plan(place: Community) -> None:
    agree(place, part(HOUSING, "Ask the landlord"), part(CHARITY, "Keep a bed for her"))
    told = place.share()
    one, other = (told.told(who, "ActionAgreed").data for who in (HOUSING, CHARITY))
    shared = set(map(str, one.values())) & set(map(str, other.values()))
    assert shared == {"2027-03-02", "routine"}


def test_the_whole_plan_reaches_who_may_know_plans_and_nobody_else(place: Community) -> None:
    place.refer("Rosa to probation", to=GARDENING, sender=PROBATION)
    place.care.consent_to(ROSA, PROBATION, asked=by(WIGG))
    set_goal(place)
    agree(place, crisis="Ring my sister")
    told = place.share()
    for inside in (WIGG, TALKING):
        assert "Ring my sister" in told.text(inside)
        assert SAID in told.text(inside)
    for outside in (CHARITY, PROBATION):
        assert not {"GoalSet", "PlanAgreed"} & set(told.types(outside))


def test_a_drug_services_plan_stands_beside_and_who_may_not_know_keeps_the_other(
    place: Community,
) -> None:
    place.accept(place.refer("Rosa to shared care", to=DRUG_CARE), DRUGS)
    agree(place, person_does="Walk every day")
    agree(place, who=DRUGS, person_does="Collect it daily")
    told = place.share()
    assert "Collect it daily" in told.text(WIGG)
    assert "Collect it daily" not in told.text(TALKING)
    assert "Walk every day" not in told.text(DRUGS)
    assert told.told(TALKING, "PlanAgreed").data["person_does"] == "Walk every day"
    assert len({e.data["stream"] for e in told.entries[WIGG] if e and "PlanAgreed" in e.type}) == 2


def test_what_a_drug_service_does_in_the_plan_stays_among_those_who_may_know(
    place: Community,
) -> None:
    place.accept(place.refer("Rosa to shared care", to=DRUG_CARE), DRUGS)
    agree(place, part(DRUGS, "See her on Tuesdays"))
    told = place.share()
    assert "Tuesdays" in told.text(WIGG)
    assert "Tuesdays" in told.text(DRUGS)
    assert "Tuesdays" not in told.text(TALKING)


def test_nobody_is_planned_in_whom_the_person_objects_to(place: Community) -> None:
    place.care.object_to(ROSA, HOUSING, asked=by(WIGG))
    with refused(ThePersonObjects):
        agree(place, part(HOUSING, "Ask the landlord"))


def test_nobody_is_planned_in_who_may_not_be_told_of_it(place: Community) -> None:
    with refused(OwnerMayNotBeTold):
        agree(place, part(PROBATION, "Move her appointments"))


# Again


def test_a_new_plan_ends_what_the_last_one_asked_of_others(place: Community) -> None:
    agree(place, part(CHARITY, "Keep a bed"), part(HOUSING, "Ask the landlord"))
    place.care.complete_action(ActionId(named("Keep a bed")), asked=by(CHARITY))
    agree(place, part(CHARITY, "Keep two beds"))
    ended = [fact for fact in place.facts() if isinstance(fact, ActionDropped)]
    assert [fact.owner for fact in ended] == [HOUSING]
    assert place.share().types(HOUSING)[-1] == "ActionDropped"
    standing = place.care._load(Action, ActionId(named("Keep two beds")))
    assert standing.ended is None


def test_an_action_of_a_plan_is_done_by_the_day_the_plan_is_looked_at(place: Community) -> None:
    agree(place, part(CHARITY, "Keep a bed"), review_on=IN_JUNE)
    agreed = next(fact for fact in place.facts() if isinstance(fact, ActionAgreed))
    assert agreed.due_on == IN_JUNE
    assert agreed.plan == plan_of(ROSA)


def test_a_plan_is_reviewed_with_what_changed_and_the_day_of_the_next(place: Community) -> None:
    agree(place)
    place.care.review_plan(
        ROSA, changed="She walks twice", review_on=IN_JUNE, asked=later(30, TALKING)
    )
    assert last(place) == PlanReviewed(changed="She walks twice", review_on=IN_JUNE)


def test_what_was_never_agreed_is_not_reviewed(place: Community) -> None:
    set_goal(place)
    with refused(NoPlanIsAgreed):
        place.care.review_plan(ROSA, asked=by(WIGG))


def test_a_plan_is_looked_at_within_a_year(place: Community) -> None:
    agree(place, review_on=date(2027, 3, 2))
    with refused(ReviewIsTooFarAway):
        agree(place, review_on=date(2027, 3, 3))
    with refused(ReviewDayHasPassed):
        agree(place, review_on=date(2026, 3, 1))


def test_a_year_after_the_leap_day_is_the_last_of_february() -> None:
    assert plans.latest_review(date(2028, 2, 29)) == date(2029, 2, 28)


def test_until_the_framework_a_plan_needed_no_key_worker() -> None:
    step = Community().pathway().step
    assert not plans.key_worker_needed(step, date(2026, 3, 2))
    for each in (3, 4):
        assert not plans.key_worker_needed(type(step)(each), date(2022, 2, 28))
        assert plans.key_worker_needed(type(step)(each), date(2022, 3, 1))


# Overdue


def overdue(place: Community) -> ReviewId:
    agree(place, review_on=IN_JUNE)
    review = ReviewId(named("review of the plan"))
    place.care.let_review_fall_due(
        ROSA,
        review,
        ReviewOf.PLAN,
        IN_JUNE,
        asked=replace(by(WIGG, at=datetime(2026, 6, 2, 9, tzinfo=UTC)), practitioner=None),
    )
    assert isinstance(last(place), ReviewFellDue)
    return review


@pytest.mark.parametrize("who", [WIGG, TALKING])
def test_whoever_reviews_the_plan_ends_that_it_is_overdue(place: Community, who: PartnerId) -> None:
    review = overdue(place)
    place.care.review_plan(ROSA, asked=later(100, who))
    reviewed, done = place.facts()[-2:]
    assert isinstance(reviewed, PlanReviewed)
    assert done == ReviewDone(review=review)
    assert place.pathway().overdue == {}


def test_a_plan_agreed_anew_is_not_overdue(place: Community) -> None:
    overdue(place)
    place.care.agree_plan(ROSA, terms(), asked=later(100))
    assert place.pathway().overdue == {}


def test_it_is_not_enough_to_say_that_the_person_was_looked_at(place: Community) -> None:
    review = overdue(place)
    assert "review" not in place.pathway().next_actions(WIGG)
    with refused(PlanIsReviewedItself):
        place.care.record_review(ROSA, review, asked=later(100))


def test_what_may_be_asked_next_follows_the_plan(place: Community) -> None:
    def next_actions(who: PartnerId = WIGG) -> tuple[str, ...]:
        return place.care._load(Plan, plan_of(ROSA)).next_actions(who)

    assert next_actions() == ("goal",)
    set_goal(place)
    assert next_actions() == ("goal", "goal-reached", "goal-dropped")
    agree(place)
    assert next_actions()[-2:] == ("plan", "plan-review")
    assert "plan-review" not in next_actions(TALKING)
