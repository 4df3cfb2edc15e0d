"""What meetings agreed: actions, what became of decisions, what was carried over, discussions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from domain import action, discussion, implementation, meeting
from domain.action import Action, ActionExists
from domain.case import Attendee, CaseListed, Dissent, MustLeaveTheRoom
from domain.handover_offer import NobodyOfferedThisHandover
from domain.implementation import DecisionNotImplemented, Implementation, implementation_of
from domain.intentions.agreed import NotTheirPractitioner
from domain.intentions.meetings import OwnerMayNotBeTold
from domain.intentions.persons import ThePersonObjects
from domain.policies import listing, quorum, rhythm
from domain.vocabulary import (
    ActionId,
    Decision,
    DecisionId,
    DiscussionId,
    HandoverId,
    HowKnown,
    Label,
    Medium,
    MeetingId,
    MeetingKind,
    NotImplementedReason,
    PartnerId,
    PartnerKind,
    PersonId,
    ServiceId,
)
from tests.people import (
    CHARITY,
    DR_OKAFOR,
    DR_PATEL,
    DRUGS,
    GARDENING,
    HOUSING,
    JO,
    MONDAY,
    PROBATION,
    ROSA,
    SAM,
    SOCIAL,
    TALKING,
    THERAPY,
    THURSDAY,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

INVITED = (WIGG, TRUST, SOCIAL, TALKING, DRUGS, HOUSING)
GP = Attendee(practitioner=DR_PATEL, partner=WIGG)
PSYCHIATRIST = Attendee(practitioner=DR_OKAFOR, partner=TRUST)
MDT = MeetingId(named("the first MDT"))
BY_THURSDAY = THURSDAY.date()


@pytest.fixture
def place() -> Community:
    """Rosa is held by her practice, and heard at a meeting of those who help her."""
    place = Community()
    place.register()
    place.refer("Rosa to gardening", to=GARDENING)
    place.care.schedule_meeting(MDT, scheduled(), asked=by(WIGG))
    return place


def scheduled(kind: MeetingKind = MeetingKind.WEEKLY_MDT) -> meeting.MeetingScheduled:
    return meeting.MeetingScheduled(
        kind=kind, name="MDT", starts_at=THURSDAY, chair=DR_PATEL, invited=INVITED
    )


def hear(
    place: Community, person: PersonId = ROSA, *, present: tuple[PartnerId, ...] = (WIGG, TRUST)
) -> None:
    place.care.list_case(MDT, person, question="Who helps?", present=present, asked=by(WIGG))
    place.care.record_attendance(MDT, person, (GP, PSYCHIATRIST), asked=by(WIGG))


def decide(
    place: Community,
    words: str,
    outcome: Decision = Decision.STEP_UP,
    *,
    to: ServiceId | None = WARD,
    at: MeetingId = MDT,
) -> DecisionId:
    decision = DecisionId(named(words))
    place.care.record_decision(
        at,
        ROSA,
        decision,
        outcome=outcome,
        service_id=to,
        rationale="PHQ-9 of 21",
        persons_view="She agrees",
        asked=by(WIGG),
    )
    return decision


def another_meeting(place: Community, words: str) -> MeetingId:
    """A later meeting that hears Rosa too."""
    later = MeetingId(named(words))
    place.care.schedule_meeting(later, scheduled(), asked=by(WIGG))
    place.care.list_case(later, ROSA, question="And now?", present=(WIGG, TRUST), asked=by(WIGG))
    place.care.record_attendance(later, ROSA, (GP, PSYCHIATRIST), asked=by(WIGG))
    return later


def last(place: Community) -> object:
    return place.facts()[-1]


def agree(place: Community, owner: PartnerId = HOUSING, *, due_on: date = BY_THURSDAY) -> ActionId:
    agreed = ActionId(named(f"an action for {owner}"))
    place.care.agree_action(
        MDT,
        ROSA,
        agreed,
        what="Write to the landlord about the damp",
        owner=owner,
        due_on=due_on,
        asked=by(WIGG),
    )
    return agreed


# Actions


def test_an_action_is_done_once_and_by_its_owner(place: Community) -> None:
    hear(place)
    agreed = agree(place)
    with refused(action.OnlyTheOwnerMay):
        place.care.complete_action(agreed, asked=by(WIGG))
    place.care.complete_action(agreed, note="Letter sent", asked=by(HOUSING))
    since = len(place.log.facts)
    place.care.complete_action(agreed, asked=by(HOUSING))
    assert place.facts(since) == []
    with refused(action.ActionIsOver):
        place.care.drop_action(agreed, "No longer needed", asked=by(HOUSING))


def test_an_action_is_dropped_by_its_owner_or_by_who_recorded_it(place: Community) -> None:
    hear(place)
    with refused(action.OnlyTheOwnerOrWhoAgreedMay):
        place.care.drop_action(agree(place), "She moved", asked=by(TRUST))
    place.care.drop_action(agree(place, SOCIAL), "She moved", asked=by(WIGG))
    assert isinstance(last(place), action.ActionDropped)


def test_an_action_has_a_day_to_come(place: Community) -> None:
    hear(place)
    with refused(action.DueDateHasPassed):
        agree(place, due_on=MONDAY.date() - timedelta(days=1))
    agree(place, due_on=MONDAY.date())


def test_nobody_is_asked_to_act_who_may_not_be_told_of_it(place: Community) -> None:
    hear(place)
    with refused(OwnerMayNotBeTold):
        agree(place, PROBATION)
    place.care.object_to(ROSA, HOUSING, asked=by(WIGG))
    with refused(ThePersonObjects):
        agree(place, HOUSING)


def test_a_housing_adviser_learns_her_action_and_nothing_of_the_meeting(place: Community) -> None:
    hear(place, present=(WIGG, TRUST, SOCIAL, HOUSING))
    agree(place)
    agree(place, SOCIAL)
    decide(place, "step her up")
    told = place.share()
    assert told.types(HOUSING) == ["PersonRegistered", "ActionAgreed"]
    known = told.last(HOUSING).data
    assert known["what"] == "Write to the landlord about the damp"
    told_of_it = {"what", "owner", "due_on", "priority"}
    assert known.keys() == told_of_it | {"stream", "fact", "correlation"}
    assert "PHQ-9" not in told.text(HOUSING)


def test_when_the_action_is_done_its_owner_is_told_nothing_more(place: Community) -> None:
    hear(place)
    agreed = agree(place)
    place.care.complete_action(agreed, asked=by(HOUSING))
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    assert place.share().types(HOUSING) == ["PersonRegistered", "ActionAgreed", "ActionDone"]


# What became of a decision


def ended(place: Community, decision: DecisionId) -> str:
    following = place.care._load(Implementation, implementation_of(ROSA))
    return "awaited" if decision in following.open else following.ended[decision].__name__


def test_the_acceptance_of_its_hand_over_implements_a_decision(place: Community) -> None:
    hear(place)
    decision = decide(place, "step her up")
    assert ended(place, decision) == "awaited"
    place.care.accept_handover(ROSA, HandoverId(decision), asked=by(TRUST))
    assert ended(place, decision) == "DecisionImplemented"
    done = place.recorded()[-1]
    accepted = next(r for r in place.recorded() if type(r.fact).__name__ == "HandoverAccepted")
    assert done.causation == accepted.id
    assert done.correlation == decision


def test_a_declined_or_withdrawn_offer_says_why_a_decision_was_not_implemented(
    place: Community,
) -> None:
    hear(place)
    decision = decide(place, "step her up")
    place.care.decline_handover(ROSA, HandoverId(decision), note="No bed", asked=by(TRUST))
    fact = last(place)
    assert isinstance(fact, DecisionNotImplemented)
    assert (fact.reason, fact.note) == (NotImplementedReason.NOT_TAKEN_ON, "No bed")
    later = another_meeting(place, "the second MDT")
    again = decide(place, "step her up again", at=later)
    place.care.withdraw_handover(ROSA, HandoverId(again), asked=by(WIGG))
    fact = last(place)
    assert isinstance(fact, DecisionNotImplemented)
    assert fact.reason is NotImplementedReason.OFFER_ENDED


def test_a_hand_over_that_no_meeting_decided_is_none_of_its_business(place: Community) -> None:
    place.hand_over(WARD)
    assert place.care._load(Implementation, implementation_of(ROSA)).version == 0


def test_a_later_key_decision_takes_the_place_of_one_that_is_not_done(place: Community) -> None:
    hear(place)
    first = decide(place, "step her up")
    later = another_meeting(place, "the second MDT")
    second = decide(place, "therapy after all", Decision.HAND_OVER, to=THERAPY, at=later)
    assert (ended(place, first), ended(place, second)) == ("DecisionSuperseded", "awaited")
    offer = place.pathway().offer
    assert offer is not None
    assert offer.handover == second
    with refused(NobodyOfferedThisHandover):
        place.care.accept_handover(ROSA, HandoverId(first), asked=by(TRUST))


def test_to_stay_supersedes_nothing_and_is_done_by_being_decided(place: Community) -> None:
    hear(place)
    first = decide(place, "step her up")
    later = another_meeting(place, "the second MDT")
    second = decide(place, "let her be", Decision.STAY, to=None, at=later)
    assert (ended(place, first), ended(place, second)) == ("awaited", "DecisionImplemented")
    place.care.supersede_decision(ROSA, first, second, asked=by(WIGG))
    assert ended(place, first) == "DecisionSuperseded"
    assert place.pathway().offer is None


def test_what_no_hand_over_carries_is_followed_by_whoever_is_to_do_it(place: Community) -> None:
    hear(place)
    decision = decide(place, "ask her sister", Decision.MORE_INFORMATION, to=None)
    with refused(implementation.OnlyWhoImplementsMay):
        place.care.implement_decision(ROSA, decision, asked=by(TRUST))
    place.care.not_implement_decision(
        ROSA, decision, NotImplementedReason.PERSON_CHOSE_OTHERWISE, asked=by(WIGG)
    )
    with refused(implementation.DecisionHasItsEnd):
        place.care.implement_decision(ROSA, decision, asked=by(WIGG))
    with refused(implementation.DecisionIsUnknown):
        place.care.implement_decision(ROSA, DecisionId(ROSA), asked=by(WIGG))


def test_nobody_says_that_a_hand_over_was_done_but_its_answer(place: Community) -> None:
    hear(place)
    decision = decide(place, "step her up")
    with refused(implementation.TheHandoverSaysSo):
        place.care.implement_decision(ROSA, decision, asked=by(TRUST))
    with refused(implementation.TheHandoverSaysSo):
        place.care.not_implement_decision(
            ROSA, decision, NotImplementedReason.NEEDS_CHANGED, asked=by(WIGG)
        )


# What was not reached


def test_what_a_meeting_does_not_reach_is_listed_for_the_next_one(place: Community) -> None:
    place.care.list_case(MDT, ROSA, question="Who helps?", present=(WIGG, TRUST), asked=by(WIGG))
    following = MeetingId(place.care.schedule_next_meeting(MDT, asked=by(WIGG)).id)
    place.care.close_meeting(MDT, asked=by(WIGG))
    names = [type(fact).__name__ for fact in place.facts()[-3:]]
    assert names == ["CaseListed", "CaseNotReached", "MeetingClosed"]
    listed = place.facts()[-3]
    assert isinstance(listed, CaseListed)
    assert (listed.carried_over_from, listed.question, listed.late) == (MDT, "Who helps?", False)
    assert "CaseNotReached" in place.share().types(TRUST)
    assert ROSA in place.care._load(meeting.Meeting, following).cases


def test_who_has_died_meanwhile_is_listed_for_no_meeting_more(place: Community) -> None:
    place.care.list_case(MDT, ROSA, question="Who helps?", present=(WIGG, TRUST), asked=by(WIGG))
    following = MeetingId(place.care.schedule_next_meeting(MDT, asked=by(WIGG)).id)
    place.care.record_death(
        ROSA, MONDAY.date(), known_by=HowKnown.FAMILY, note=None, asked=by(WIGG)
    )
    place.care.close_meeting(MDT, asked=by(WIGG))
    assert place.care._load(meeting.Meeting, following).cases == {}


def test_the_next_meeting_takes_over_what_was_not_reached_when_it_is_scheduled_later(
    place: Community,
) -> None:
    place.care.list_case(MDT, ROSA, question="Who?", present=(WIGG, TRUST), asked=by(WIGG))
    place.care.close_meeting(MDT, asked=by(WIGG))
    place.care.object_to(ROSA, TRUST, asked=by(WIGG))
    place.care.schedule_next_meeting(MDT, asked=by(WIGG))
    listed = last(place)
    assert isinstance(listed, CaseListed)
    assert listed.present == (WIGG,), "whom she objects to meanwhile does not hear her case"
    with refused(meeting.MeetingIsScheduled):
        place.care.schedule_next_meeting(MDT, asked=by(WIGG))


def test_what_is_carried_over_was_on_a_list_in_time(place: Community) -> None:
    place.care.list_case(MDT, ROSA, question="Who helps?", present=(WIGG, TRUST), asked=by(WIGG))
    following = MeetingId(place.care.schedule_next_meeting(MDT, asked=by(WIGG)).id)
    place.care.circulate_list(following, asked=by(WIGG))
    place.care.close_meeting(MDT, asked=by(WIGG))
    listed = place.facts()[-3]
    assert isinstance(listed, CaseListed)
    assert not listed.late


# Who leaves the room


def test_whom_the_person_objects_to_leaves_the_room_for_the_case(place: Community) -> None:
    place.care.list_case(MDT, ROSA, question="Who?", present=(WIGG, TRUST), asked=by(WIGG))
    place.care.object_to(ROSA, TRUST, asked=by(WIGG))
    with refused(MustLeaveTheRoom):
        place.care.record_attendance(MDT, ROSA, (GP, PSYCHIATRIST), asked=by(WIGG))
    assert place.care.who_must_leave(MDT, ROSA, asked=by(WIGG)) == tuple(
        partner for partner in INVITED if partner != WIGG
    )
    place.care.record_attendance(MDT, ROSA, (GP,), asked=by(WIGG))


# Kinds of meeting


@pytest.mark.parametrize("kind", [MeetingKind.MONTHLY_REVIEW, MeetingKind.QUARTERLY_PLANNING])
def test_a_review_of_the_work_speaks_of_no_person(place: Community, kind: MeetingKind) -> None:
    review = MeetingId(named(kind.value))
    place.care.schedule_meeting(review, scheduled(kind), asked=by(WIGG))
    with refused(meeting.ThisKindListsNobody):
        place.care.list_case(review, ROSA, question="?", present=(WIGG,), asked=by(WIGG))


def test_the_monthly_review_needs_the_trust(place: Community) -> None:
    alone = scheduled(MeetingKind.MONTHLY_REVIEW).model_copy(update={"invited": (WIGG, SOCIAL)})
    with refused(meeting.SomebodyNeededIsNotInvited):
        place.care.schedule_meeting(MeetingId(named("alone")), alone, asked=by(WIGG))
    assert rhythm.in_force(MeetingKind.MONTHLY_REVIEW, MONDAY).needs == {PartnerKind.TRUST}


@pytest.mark.parametrize(
    ("kind", "starts_at", "then"),
    [
        (MeetingKind.WEEKLY_MDT, "2026-03-26 13:00", "2026-04-02 12:00"),  # the clocks change
        (MeetingKind.WEEKLY_MDT, "2026-12-18 13:00", "2026-12-29 13:00"),  # 25 December, 28 too
        (MeetingKind.FORTNIGHTLY_TEAM, "2026-03-04 09:00", "2026-03-18 09:00"),
        (MeetingKind.MONTHLY_REVIEW, "2026-03-10 09:00", "2026-04-14 08:00"),  # second Tuesdays
        (MeetingKind.MONTHLY_REVIEW, "2026-03-31 09:00", "2026-04-28 09:00"),  # no fifth: the last
        (MeetingKind.QUARTERLY_PLANNING, "2026-11-05 10:00", "2027-02-04 10:00"),
    ],
)
def test_the_next_meeting_is_when_the_rhythm_says(
    kind: MeetingKind, starts_at: str, then: str
) -> None:
    start = datetime.fromisoformat(starts_at).replace(tzinfo=UTC)
    sitting = rhythm.following(rhythm.in_force(kind, start), start.date(), start)
    assert f"{sitting.starts_at:%Y-%m-%d %H:%M}" == then


def test_a_holiday_moves_one_meeting_and_not_the_rhythm() -> None:
    weekly = rhythm.in_force(MeetingKind.WEEKLY_MDT, MONDAY)
    good_friday = rhythm.following(weekly, date(2026, 3, 27), datetime(2026, 3, 27, 13, tzinfo=UTC))
    assert good_friday.slot == date(2026, 4, 3)
    assert good_friday.starts_at.date() == date(2026, 4, 7), "after Easter Monday"
    after = rhythm.following(weekly, good_friday.slot, good_friday.starts_at)
    assert after.starts_at.date() == date(2026, 4, 10)


# Rules with dates


def test_the_quorum_of_a_day_is_the_one_that_held_then() -> None:
    before, after = (datetime(2026, 3, 31, hour, 59, tzinfo=UTC) for hour in (22, 23))
    both = {WIGG, TRUST}
    assert quorum.in_force(before).name == "responsible organisation present"
    assert quorum.in_force(after).name == "responsible clinician present"
    assert quorum.in_force(before).met(both, WIGG, clinician=False)
    assert not quorum.in_force(after).met(both, WIGG, clinician=False)
    assert quorum.in_force(after).met(both, WIGG, clinician=True)
    assert not quorum.in_force(after).met({TRUST}, WIGG, clinician=True)


def test_a_list_went_round_by_no_rule_before_there_was_one() -> None:
    assert listing.in_force(datetime(2021, 2, 28, 12, tzinfo=UTC)) is None
    rule = listing.in_force(MONDAY)
    assert rule is not None
    at = THURSDAY - timedelta(hours=24)
    assert not rule.late(at, THURSDAY, circulated=False), "24 hours before is in time"
    assert rule.late(at + timedelta(seconds=1), THURSDAY, circulated=False)
    assert rule.late(MONDAY, THURSDAY, circulated=True)


# One-to-one discussions


def discuss(place: Community, adviser: Attendee = PSYCHIATRIST, *, person: PersonId = ROSA) -> None:
    place.care.discuss_case(
        person,
        DiscussionId(named(f"a talk with {adviser.practitioner}")),
        discussion.CaseDiscussed(
            asked_by=GP,
            advised_by=adviser,
            question="Is lithium still right?",
            advice="Check her levels first",
            medium=Medium.TELEPHONE,
        ),
        asked=by(WIGG),
    )


def test_an_adviser_is_told_of_the_talk_and_of_nothing_after_it(place: Community) -> None:
    discuss(place)
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    told = place.share()
    assert told.types(TRUST)[-1] == "CaseDiscussed"
    assert told.told(TRUST, "CaseDiscussed").data["advice"] == "Check her levels first"
    assert TALKING not in told.entries


def test_a_case_is_discussed_by_two_of_two_organisations_that_may_hear_of_it(
    place: Community,
) -> None:
    with refused(discussion.TwoOrganisationsDiscuss):
        discuss(place, GP)
    with refused(NotTheirPractitioner):
        discuss(place, Attendee(practitioner=SAM, partner=TRUST))
    with refused(discussion.MayNotHearTheCase):
        discuss(place, Attendee(practitioner=SAM, partner=SOCIAL))
    place.care.object_to(ROSA, TRUST, asked=by(WIGG))
    with refused(ThePersonObjects):
        discuss(place)


def test_a_talk_with_the_drug_service_is_told_to_nobody_else(place: Community) -> None:
    place.refer("Rosa to therapy")
    discuss(place, Attendee(practitioner=JO, partner=DRUGS))
    told = place.share()
    assert "CaseDiscussed" in told.types(DRUGS)
    assert "CaseDiscussed" not in told.types(TALKING)


# Dissent


def test_dissent_after_the_decision_changes_nothing_of_it(place: Community) -> None:
    hear(place)
    decide(place, "step her up")
    place.care.record_dissent(
        MDT, ROSA, Dissent(practitioner=DR_OKAFOR, reason="No bed"), asked=by(TRUST)
    )
    assert type(last(place)).__name__ == "DissentRecorded"
    place.refer("Rosa to therapy")
    assert "DissentRecorded" not in place.share().types(TALKING), "who sat there is not told"


def test_an_action_offers_what_may_be_said_of_it_until_it_is_over(place: Community) -> None:
    hear(place)
    agreed = agree(place)

    def offered(partner: PartnerId) -> tuple[str, ...]:
        return place.care._load(Action, agreed).next_actions(partner)

    assert offered(HOUSING) == ("completion", "drop")
    assert offered(WIGG) == ("drop",)
    assert offered(TRUST) == ()
    place.care.complete_action(agreed, asked=by(HOUSING))
    assert offered(HOUSING) == offered(WIGG) == ()


def test_an_action_is_agreed_once(place: Community) -> None:
    hear(place)
    agree(place)
    with refused(ActionExists):
        agree(place)


def test_who_is_invited_is_told_what_may_be_asked_of_a_meeting_until_it_is_over(
    place: Community,
) -> None:
    def offered(partner: PartnerId) -> tuple[str, ...]:
        return place.care._load(meeting.Meeting, MDT).next_actions(partner)

    assert offered(WIGG) == ("cases", "apologies", "closure", "next", "circulation")
    assert offered(TRUST) == ("cases", "apologies", "closure", "next")
    assert offered(CHARITY) == ()
    place.care.circulate_list(MDT, asked=by(WIGG))
    assert "circulation" not in offered(WIGG)
    place.care.close_meeting(MDT, asked=by(WIGG))
    assert offered(TRUST) == ("next",)


def test_a_dissent_that_the_drug_service_records_is_as_sensitive_as_its_help(
    place: Community,
) -> None:
    hear(place)
    decide(place, "to the ward")
    said = Dissent(practitioner=PSYCHIATRIST.practitioner, reason="Too soon.")
    place.care.record_dissent(MDT, ROSA, said, asked=by(DRUGS))
    assert place.recorded()[-1].label is Label.SUBSTANCE
