"""A meeting: who is invited, who was there, what it decided, and who saw it otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.case import (
    AttendanceRecorded,
    Attendee,
    CaseCalled,
    CaseIsDecided,
    CaseIsNotListed,
    CaseListed,
    CaseNotReached,
    DestinationIsMissing,
    Dissent,
    MdtDecisionRecorded,
    MustLeaveTheRoom,
    NobodyAttended,
    NoQuorum,
)
from domain.kernel import Fact
from domain.meeting import (
    OF_THE_WHOLE,
    Meeting,
    MeetingClosed,
    MeetingIsOver,
    MeetingIsScheduled,
    MeetingScheduled,
    NotInvited,
)
from domain.pen import (
    DidNotAskForThePen,
    ItemCalled,
    NobodyIsASystem,
    OnlyTheHolderOfThePenMay,
    PenAsked,
    PenIsHeld,
    PenTaken,
    SayWhyThePenIsTaken,
)
from domain.vocabulary import (
    Decision,
    DecisionId,
    ItemId,
    Label,
    MeetingKind,
    PartnerId,
    PenReason,
    PractitionerId,
    ServiceId,
)
from tests.people import (
    CHARITY,
    DR_OKAFOR,
    DR_PATEL,
    ROSA,
    SAM,
    SOCIAL,
    THURSDAY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Given, Happened, by, given

DECISION = DecisionId(named("step Rosa up"))
EVERYBODY = frozenset({WIGG, TRUST, SOCIAL})
GP = Attendee(practitioner=DR_PATEL, partner=WIGG)
PSYCHIATRIST = Attendee(practitioner=DR_OKAFOR, partner=TRUST)
SOCIAL_WORKER = Attendee(practitioner=SAM, partner=SOCIAL)
SCHEDULED = MeetingScheduled(
    kind=MeetingKind.WEEKLY_MDT,
    name="Monday MDT",
    starts_at=THURSDAY,
    chair=DR_PATEL,
    invited=(WIGG, TRUST, SOCIAL),
)
LISTED = CaseListed(question="Is she safe at home?", present=(WIGG, TRUST, SOCIAL))


def attended(*attendees: Attendee) -> Fact:
    return AttendanceRecorded(attendees=attendees)


def decided(
    outcome: Decision = Decision.STEP_UP, dissent: tuple[Dissent, ...] = (), quorate: bool = True
) -> MdtDecisionRecorded:
    moves = outcome is Decision.STEP_UP
    return MdtDecisionRecorded(
        decision=DECISION,
        outcome=outcome,
        service=WARD if moves else None,
        receiver=TRUST if moves else None,
        rationale="PHQ-9 of 21 and no sleep",
        persons_view="She wants to stay at home",
        dissent=dissent,
        quorum_rule="responsible organisation present",
        quorum_met=quorate,
    )


def meeting(*facts: Fact) -> Given[Meeting]:
    return given(
        Meeting(id=named("Monday MDT")),
        *(Happened(f, person=None if isinstance(f, OF_THE_WHOLE) else ROSA) for f in facts),
    )


def decide(
    m: Meeting,
    *,
    outcome: Decision = Decision.STEP_UP,
    decision: DecisionId = DECISION,
    service: ServiceId | None = WARD,
    dissent: tuple[Dissent, ...] = (),
    responsible: PartnerId = WIGG,
    organisation: PartnerId = WIGG,
) -> object:
    return m.decide(
        ROSA,
        decision,
        outcome=outcome,
        service=service,
        receiver=TRUST if service else None,
        rationale="PHQ-9 of 21 and no sleep",
        persons_view="She wants to stay at home",
        dissent=dissent,
        responsible=responsible,
        review_on=None,
        asked=by(organisation),
    )


def test_a_meeting_is_scheduled_once() -> None:
    meeting().when(lambda m: m.schedule(SCHEDULED, asked=by(WIGG))).then(SCHEDULED)
    meeting(SCHEDULED).when(lambda m: m.schedule(SCHEDULED, asked=by(WIGG))).then_refused(
        MeetingIsScheduled
    )


def list_rosa(m: Meeting, present: tuple[PartnerId, ...] = (WIGG, TRUST, SOCIAL)) -> object:
    return m.list_case(ROSA, question="Is she safe at home?", present=present, asked=by(WIGG))


def test_a_case_is_listed_once() -> None:
    meeting(SCHEDULED).when(list_rosa).then(LISTED)
    meeting(SCHEDULED, LISTED).when(list_rosa).then_nothing()


def test_only_those_invited_list_hear_or_decide() -> None:
    meeting(SCHEDULED).when(lambda m: list_rosa(m, (WIGG, CHARITY))).then_refused(NotInvited)
    meeting(SCHEDULED).when(
        lambda m: m.list_case(ROSA, question="?", present=(), asked=by(CHARITY))
    ).then_refused(NotInvited)
    meeting(SCHEDULED, LISTED, attended(GP)).when(
        lambda m: decide(m, organisation=CHARITY)
    ).then_refused(NotInvited)


def test_attendance_is_of_those_present_for_the_case() -> None:
    for_two = CaseListed(question="Is she safe at home?", present=(WIGG, TRUST))
    meeting(SCHEDULED, for_two).when(
        lambda m: m.record_attendance(ROSA, (GP, PSYCHIATRIST), may_hear=EVERYBODY, asked=by(WIGG))
    ).then(attended(GP, PSYCHIATRIST))
    meeting(SCHEDULED, for_two).when(
        lambda m: m.record_attendance(ROSA, (GP, SOCIAL_WORKER), may_hear=EVERYBODY, asked=by(WIGG))
    ).then_refused(NotInvited)
    meeting(SCHEDULED).when(
        lambda m: m.record_attendance(TOM, (GP,), may_hear=EVERYBODY, asked=by(WIGG))
    ).then_refused(CaseIsNotListed)


def test_who_comes_late_says_so_and_counts_from_then_on() -> None:
    def begun() -> Given[Meeting]:
        return meeting(SCHEDULED, LISTED, attended(PSYCHIATRIST))

    begun().when(decide).then_refused(NoQuorum)
    came = by(WIGG, practitioner=DR_PATEL)
    begun().when(lambda m: m.come_in(ROSA, may_hear=True, asked=came)).then(
        attended(PSYCHIATRIST, GP)
    )
    meeting(SCHEDULED, LISTED, attended(PSYCHIATRIST, GP)).when(decide).then(decided())
    meeting(SCHEDULED, LISTED, attended(GP)).when(
        lambda m: m.come_in(ROSA, may_hear=True, asked=came)
    ).then()
    begun().when(lambda m: m.come_in(ROSA, may_hear=False, asked=came)).then_refused(
        MustLeaveTheRoom
    )
    begun().when(
        lambda m: m.come_in(ROSA, may_hear=True, asked=replace(came, practitioner=None))
    ).then_refused(NobodyIsASystem)
    meeting(SCHEDULED, LISTED, attended(PSYCHIATRIST), decided(Decision.STAY)).when(
        lambda m: m.come_in(ROSA, may_hear=True, asked=came)
    ).then_refused(CaseIsDecided)
    meeting(SCHEDULED, CaseListed(question="Is she safe?", present=(TRUST,))).when(
        lambda m: m.come_in(ROSA, may_hear=True, asked=came)
    ).then_refused(NotInvited)


def test_a_decision_is_recorded_with_why_and_what_the_person_wants() -> None:
    meeting(SCHEDULED, LISTED, attended(GP, PSYCHIATRIST)).when(decide).then(decided())


def test_dissent_is_kept_as_it_was_said() -> None:
    otherwise = (Dissent(practitioner=SAM, reason="Home treatment was not tried"),)
    meeting(SCHEDULED, LISTED, attended(GP, SOCIAL_WORKER)).when(
        lambda m: decide(m, dissent=otherwise)
    ).then(decided(dissent=otherwise))


@pytest.mark.parametrize(
    "outcome", [Decision.STEP_UP, Decision.STEP_DOWN, Decision.HAND_OVER, Decision.DISCHARGE]
)
def test_no_key_decision_without_the_responsible_organisation(outcome: Decision) -> None:
    meeting(SCHEDULED, LISTED, attended(PSYCHIATRIST)).when(
        lambda m: decide(m, outcome=outcome)
    ).then_refused(NoQuorum)


@pytest.mark.parametrize("outcome", [Decision.STAY, Decision.MORE_INFORMATION])
def test_a_meeting_without_quorum_still_runs(outcome: Decision) -> None:
    meeting(SCHEDULED, LISTED, attended(PSYCHIATRIST)).when(
        lambda m: decide(m, outcome=outcome, service=None)
    ).then(decided(outcome, quorate=False))


def test_nobody_decides_about_a_case_that_nobody_attended_or_listed() -> None:
    meeting(SCHEDULED, LISTED).when(decide).then_refused(NobodyAttended)
    meeting(SCHEDULED).when(decide).then_refused(CaseIsNotListed)


def test_a_decision_stands() -> None:
    there = (SCHEDULED, LISTED, attended(GP), decided())
    meeting(*there).when(decide).then_nothing()
    meeting(*there).when(lambda m: decide(m, decision=DecisionId(named("another")))).then_refused(
        CaseIsDecided
    )


def test_a_decision_that_moves_a_person_says_where_to() -> None:
    meeting(SCHEDULED, LISTED, attended(GP)).when(lambda m: decide(m, service=None)).then_refused(
        DestinationIsMissing
    )


def test_closing_says_whom_the_meeting_did_not_reach() -> None:
    meeting(SCHEDULED, LISTED).when(lambda m: m.close(asked=by(WIGG))).then(
        CaseNotReached(), MeetingClosed(invited=SCHEDULED.invited)
    )
    meeting(SCHEDULED, LISTED, attended(GP), decided()).when(
        lambda m: m.close(asked=by(WIGG))
    ).then(MeetingClosed(invited=SCHEDULED.invited))


def test_a_meeting_that_is_over_takes_nothing_more() -> None:
    over = (SCHEDULED, LISTED, attended(GP), MeetingClosed(invited=SCHEDULED.invited))
    meeting(*over).when(lambda m: m.close(asked=by(WIGG))).then_nothing()
    meeting(*over).when(list_rosa).then_refused(MeetingIsOver)
    meeting(*over).when(decide).then_refused(MeetingIsOver)


def test_a_decision_for_a_drug_service_is_labelled() -> None:
    after = meeting(SCHEDULED, LISTED, attended(GP)).when(
        lambda m: m.decide(
            ROSA,
            DECISION,
            outcome=Decision.STEP_UP,
            service=WARD,
            receiver=TRUST,
            rationale="…",
            persons_view="…",
            dissent=(),
            responsible=WIGG,
            review_on=None,
            label=Label.SUBSTANCE,
            asked=by(WIGG),
        )
    )
    assert [r.label for r in after.facts] == [Label.SUBSTANCE]
    assert [r.correlation for r in after.facts] == [DECISION]


CALLED = ItemId(named("the first case"))


def taken(by_whom: PractitionerId, before: PractitionerId | None = None) -> PenTaken:
    reason = PenReason.GIVEN if before else PenReason.FREE
    return PenTaken(practitioner=by_whom, before=before, reason=reason, invited=SCHEDULED.invited)


def test_a_free_pen_is_taken_and_a_held_one_is_not() -> None:
    meeting(SCHEDULED).when(lambda m: m.take_pen(None, asked=by(WIGG, practitioner=DR_PATEL))).then(
        taken(DR_PATEL)
    )
    held = (SCHEDULED, taken(DR_PATEL))
    meeting(*held).when(
        lambda m: m.take_pen(None, asked=by(WIGG, practitioner=DR_PATEL))
    ).then_nothing()
    meeting(*held).when(
        lambda m: m.take_pen(PenReason.LEFT, asked=by(TRUST, practitioner=DR_OKAFOR))
    ).then_refused(PenIsHeld)


def test_after_ten_minutes_of_silence_the_pen_is_taken_with_a_reason() -> None:
    held = meeting(SCHEDULED, taken(DR_PATEL))
    early, late = (
        replace(by(TRUST, practitioner=DR_OKAFOR), at=by(WIGG).at + timedelta(minutes=minutes))
        for minutes in (9, 10)
    )
    held.when(lambda m: m.take_pen(PenReason.LEFT, asked=early)).then_refused(PenIsHeld)
    held.when(lambda m: m.take_pen(None, asked=late)).then_refused(SayWhyThePenIsTaken)
    held.when(lambda m: m.take_pen(PenReason.LEFT, asked=late)).then(
        taken(DR_OKAFOR, DR_PATEL).model_copy(update={"reason": PenReason.LEFT})
    )


def test_the_pen_is_given_to_who_asked_for_it() -> None:
    asking = PenAsked(practitioner=DR_OKAFOR, invited=SCHEDULED.invited)
    held = (SCHEDULED, taken(DR_PATEL))
    meeting(*held).when(lambda m: m.ask_for_pen(asked=by(TRUST, practitioner=DR_OKAFOR))).then(
        asking
    )
    meeting(*held).when(
        lambda m: m.give_pen(DR_OKAFOR, asked=by(WIGG, practitioner=DR_PATEL))
    ).then_refused(DidNotAskForThePen)
    meeting(*held, asking).when(
        lambda m: m.give_pen(DR_OKAFOR, asked=by(WIGG, practitioner=DR_PATEL))
    ).then(taken(DR_OKAFOR, DR_PATEL))


def test_only_who_holds_the_pen_comes_to_a_case_and_records_what_is_decided() -> None:
    held = (SCHEDULED, LISTED, attended(GP, PSYCHIATRIST), taken(DR_PATEL))
    meeting(*held).when(lambda m: m.call(ROSA, CALLED, asked=by(WIGG, practitioner=DR_PATEL))).then(
        CaseCalled(item=CALLED), ItemCalled(item=CALLED, invited=SCHEDULED.invited)
    )
    other = by(TRUST, practitioner=DR_OKAFOR)
    meeting(*held).when(lambda m: m.call(ROSA, CALLED, asked=other)).then_refused(
        OnlyTheHolderOfThePenMay
    )
    meeting(*held[:-1], taken(DR_OKAFOR)).when(decide).then_refused(OnlyTheHolderOfThePenMay)
