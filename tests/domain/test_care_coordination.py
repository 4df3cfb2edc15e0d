"""The application whole: what one intention changes in several nouns, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import StoredEvent

from domain import meeting, pathway, referral, request
from domain.case import Attendee, Dissent
from domain.handover_offer import NobodyOfferedThisHandover
from domain.intentions.answers import KeyStandsForAnotherIntention
from domain.intentions.deciding import TRIES, TooManyAtOnce
from domain.intentions.handovers import CannotBeResponsible
from domain.intentions.pathways import WithdrawTheReferral
from domain.intentions.persons import NotAPractice, PersonIsUnknown, ThePersonObjects
from domain.intentions.referrals import OnlyTheReceiverMayRecordForAnother
from domain.intentions.wishes import TheResponsibleMustKnow
from domain.kernel import Unknown
from domain.partner import PartnerIsUnknown
from domain.request import OnlyTheReceiverMay, ReferralExists, ReferralIsNotWaiting, State
from domain.service import ServiceIsFull
from domain.standing import OnlyTheResponsibleMay
from domain.steps import AlreadyAtThisStep
from domain.vocabulary import (
    Attendance,
    ContactId,
    Decision,
    DecisionId,
    DeclineReason,
    EndReason,
    HandoverId,
    Label,
    Medium,
    MeetingId,
    MeetingKind,
    Mode,
    PartnerId,
    PersonId,
    ReferralId,
    Responsibility,
    ServiceId,
    Source,
    Step,
)
from tests.memory import MemoryLog
from tests.people import (
    CHARITY,
    COLLABORATIVE_CARE,
    DR_PATEL,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    LIBRARY,
    MONDAY,
    ROSA,
    SAM,
    SCHOOL,
    SOCIAL,
    SUPPORT,
    TALKING,
    THERAPY,
    THURSDAY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    details,
    named,
)
from tests.scenario import Community, by, refused, without_agreements


@pytest.fixture
def place() -> Community:
    """Everybody has joined and Rosa is registered with the practice."""
    community = Community()
    community.register()
    community.start = len(community.log.facts)
    return community


def happened(place: Community) -> list[str]:
    return [type(fact).__name__ for fact in place.facts()]


# Who holds a person first


def test_the_first_referral_opens_a_pathway_that_the_sender_holds(place: Community) -> None:
    place.refer("Rosa to therapy")
    assert happened(place) == ["ReferralMade", "PathwayOpened"]
    assert place.pathway().responsible == WIGG
    place.refer("Rosa to gardening", to=GARDENING)
    assert happened(place)[2:] == ["ReferralMade"]


def test_who_refers_herself_is_held_by_her_practice(place: Community) -> None:
    place.refer("Rosa herself", sender=TALKING, source=Source.SELF)
    assert place.pathway().responsible == WIGG


def test_who_has_no_practice_is_held_by_the_host(place: Community) -> None:
    place.register(TOM, practice=None)
    place.refer("Tom himself", sender=TRUST, to=WARD, source=Source.SELF, person=TOM)
    assert place.pathway(TOM).responsible == WIGG


@pytest.mark.parametrize("sender", [LIBRARY, SCHOOL, CHARITY])
def test_a_partner_outside_care_asks_for_help_and_is_not_left_holding(
    place: Community, sender: PartnerId
) -> None:
    place.refer("to therapy", sender=sender, source=Source.PARTNER)
    assert place.pathway().responsible == WIGG


def test_a_school_cannot_be_named_as_somebodys_practice(place: Community) -> None:
    with refused(NotAPractice):
        place.care.register_person(TOM, details(TOM, practice=SCHOOL), asked=by(TALKING))
    with refused(NotAPractice):
        place.care.register_person(
            TOM, details(TOM, practice=PartnerId(uuid4())), asked=by(TALKING)
        )
    assert happened(place) == []


def test_a_new_person_is_registered_with_the_referral(place: Community) -> None:
    place.care.make_referral(
        ReferralId(named("Tom to therapy")),
        TOM,
        THERAPY,
        source=Source.SELF,
        mode=Mode.ONLINE,
        ask="I cannot sleep.",
        registering=details(TOM),
        asked=by(TALKING),
    )
    assert happened(place) == ["PersonRegistered", "ReferralMade", "PathwayOpened"]


def test_nobody_is_referred_whom_nobody_knows(place: Community) -> None:
    with refused(PersonIsUnknown):
        place.refer("Tom to therapy", person=TOM)


# A referral that was said


def said_to(place: Community, hearer: PartnerId, sender: PartnerId, to: ServiceId) -> None:
    place.care.make_referral(
        ReferralId(named("said")),
        ROSA,
        to,
        source=Source.PROFESSIONAL,
        mode=Mode.VERBAL,
        ask="Could you look in on her?",
        said_by="Dr Patel, in the corridor",
        sender=sender,
        asked=by(hearer),
    )


def test_what_was_said_is_recorded_by_whom_it_was_said_to(place: Community) -> None:
    said_to(place, SOCIAL, WIGG, SUPPORT)
    (made, opened) = place.recorded()
    assert isinstance(made.fact, referral.ReferralMade)
    assert (made.fact.sender, made.organisation) == (WIGG, SOCIAL)
    assert isinstance(opened.fact, pathway.PathwayOpened)
    assert opened.fact.responsible == WIGG


def test_nobody_puts_words_in_anothers_mouth(place: Community) -> None:
    with refused(OnlyTheReceiverMayRecordForAnother):
        said_to(place, TALKING, WIGG, SUPPORT)


def test_a_sender_that_never_joined_is_unknown(place: Community) -> None:
    with refused(PartnerIsUnknown):
        said_to(place, SOCIAL, PartnerId(uuid4()), SUPPORT)


# Hand-overs


def test_a_referral_to_take_over_offers_a_handover_and_moves_nobody(place: Community) -> None:
    place.refer("Rosa to therapy", take_over=True)
    assert happened(place)[2:] == ["StepUpProposed", "HandoverOffered"]
    way = place.pathway()
    assert (way.responsible, way.step) == (WIGG, Step.COMMUNITY_PREVENTION)
    assert way.offer is not None
    assert way.offer.receiver == TALKING


def test_accepting_it_moves_responsibility_and_step_in_one_save(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    before = len(place.log.intentions)
    answer = place.accept(asked_for, TALKING)
    assert happened(place)[4:] == ["ReferralAccepted", "HandoverAccepted", "SteppedUp"]
    assert len(place.log.intentions) == before + 1
    assert answer.position == len(place.log.facts)
    assert (place.pathway().responsible, place.pathway().step) == (TALKING, Step.TALKING_THERAPIES)
    accepted, taken_on, stepped = place.recorded()[4:]
    assert (taken_on.causation, stepped.causation) == (accepted.id, taken_on.id)
    assert {accepted.correlation, taken_on.correlation, stepped.correlation} == {asked_for}


def test_accepting_the_handover_accepts_the_referral_that_carried_it(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    place.care.accept_handover(ROSA, HandoverId(asked_for), asked=by(TALKING))
    assert place.referral(asked_for).state is State.ACCEPTED
    assert place.pathway().responsible == TALKING


def test_help_alongside_moves_nobody(place: Community) -> None:
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    assert happened(place) == ["ReferralMade", "PathwayOpened", "ReferralAccepted"]
    assert place.pathway().responsible == WIGG


def test_declining_leaves_the_sender_holding(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    place.care.decline_referral(asked_for, DeclineReason.FULL, asked=by(TALKING))
    assert happened(place)[4:] == ["ReferralDeclined", "HandoverDeclined"]
    assert (place.pathway().responsible, place.pathway().offer) == (WIGG, None)


def test_declining_the_handover_declines_the_referral_that_carried_it(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    place.care.decline_handover(ROSA, HandoverId(asked_for), asked=by(TALKING))
    assert place.referral(asked_for).state is State.DECLINED
    assert place.pathway().offer is None


def test_redirecting_passes_the_offer_on(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    place.care.redirect_referral(asked_for, WARD, note="Too ill", asked=by(TALKING))
    assert happened(place)[4:] == [
        "ReferralRedirected",
        "HandoverDeclined",
        "StepUpProposed",
        "HandoverOffered",
    ]
    assert place.pathway().responsible == WIGG
    with refused(OnlyTheReceiverMay):
        place.accept(asked_for, TALKING)
    place.accept(asked_for, TRUST)
    assert place.pathway().responsible == TRUST


def test_withdrawing_takes_the_offer_back(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    with refused(WithdrawTheReferral):
        place.care.withdraw_handover(ROSA, HandoverId(asked_for), asked=by(WIGG))
    place.care.withdraw_referral(asked_for, asked=by(WIGG))
    assert happened(place)[4:] == ["ReferralWithdrawn", "HandoverLapsed"]
    assert place.pathway().responsible == WIGG


def test_a_charity_cannot_be_responsible(place: Community) -> None:
    with refused(CannotBeResponsible):
        place.refer("Rosa to gardening", to=GARDENING, take_over=True)
    place.refer("Rosa to therapy")
    with refused(CannotBeResponsible):
        place.care.offer_handover(ROSA, HandoverId(uuid4()), GARDENING, asked=by(WIGG))
    assert happened(place) == ["ReferralMade", "PathwayOpened"]


def test_only_the_responsible_offers_a_handover(place: Community) -> None:
    place.refer("Rosa to therapy")
    with refused(OnlyTheResponsibleMay):
        place.care.offer_handover(ROSA, HandoverId(uuid4()), WARD, asked=by(TALKING))


def test_an_offer_may_be_taken_back(place: Community) -> None:
    place.refer("Rosa to therapy")
    offer = HandoverId(uuid4())
    place.care.offer_handover(ROSA, offer, WARD, asked=by(WIGG))
    place.care.withdraw_handover(ROSA, offer, asked=by(WIGG))
    with refused(NobodyOfferedThisHandover):
        place.care.accept_handover(ROSA, offer, asked=by(TRUST))
    assert place.pathway().responsible == WIGG


def test_a_handover_does_not_borrow_the_id_of_a_referral(place: Community) -> None:
    place.register(TOM)
    toms = place.refer("Tom to the ward", to=WARD, person=TOM, take_over=True)
    place.refer("Rosa to therapy")
    with refused(ReferralExists):
        place.care.offer_handover(ROSA, HandoverId(toms), WARD, asked=by(WIGG))
    assert place.referral(toms).state is State.WAITING


# Objections


def test_nobody_is_referred_or_handed_to_whom_they_object_to(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.care.object_to(ROSA, TRUST, asked=by(WIGG))
    with refused(ThePersonObjects):
        place.refer("Rosa to the ward", to=WARD)
    with refused(ThePersonObjects):
        place.care.offer_handover(ROSA, HandoverId(uuid4()), WARD, asked=by(WIGG))
    asked_for = place.refer("Rosa to therapy")
    with refused(ThePersonObjects):
        place.care.redirect_referral(asked_for, WARD, asked=by(TALKING))
    place.care.lift_objection(ROSA, TRUST, asked=by(WIGG))
    place.refer("Rosa to the ward", to=WARD)


def test_an_objection_while_an_offer_waits_stops_its_acceptance(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    place.care.object_to(ROSA, TALKING, asked=by(WIGG))
    with refused(ThePersonObjects):
        place.accept(asked_for, TALKING)
    with refused(ThePersonObjects):
        place.care.accept_handover(ROSA, HandoverId(asked_for), asked=by(TALKING))
    assert place.pathway().responsible == WIGG


def test_nobody_is_held_by_whom_they_object_to(place: Community) -> None:
    place.register(TOM, practice=None)
    place.care.object_to(TOM, WIGG, asked=by(WIGG))
    with refused(ThePersonObjects):
        place.refer("Tom himself", sender=TRUST, to=WARD, source=Source.SELF, person=TOM)
    with refused(ThePersonObjects):
        place.refer("Tom to the ward", sender=WIGG, to=WARD, person=TOM)
    place.refer("Tom to therapy", sender=TRUST, person=TOM, sent_without="He has no GP.")
    assert place.pathway(TOM).responsible == TRUST


def test_the_responsible_organisation_is_not_made_blind(place: Community) -> None:
    place.refer("Rosa to therapy")
    with refused(TheResponsibleMustKnow):
        place.care.object_to(ROSA, WIGG, asked=by(TALKING))
    place.hand_over(WARD)
    place.care.object_to(ROSA, WIGG, asked=by(TRUST))


# Meetings

MDT = MeetingId(named("Monday MDT"))
DECISION = DecisionId(named("step Rosa up"))


def decide(place: Community, *, to: ServiceId = WARD, key: UUID | None = None) -> None:
    invited = (WIGG, TRUST, SOCIAL, DRUGS)
    place.care.schedule_meeting(
        MDT,
        meeting.MeetingScheduled(
            kind=MeetingKind.WEEKLY_MDT,
            name="Monday MDT",
            starts_at=THURSDAY,
            chair=DR_PATEL,
            invited=invited,
        ),
        asked=by(WIGG),
    )
    place.care.list_case(MDT, ROSA, question="Is she safe?", present=(WIGG, SOCIAL), asked=by(WIGG))
    place.care.record_attendance(
        MDT,
        ROSA,
        (
            Attendee(practitioner=DR_PATEL, partner=WIGG),
            Attendee(practitioner=SAM, partner=SOCIAL),
        ),
        asked=by(WIGG),
    )
    place.care.record_decision(
        MDT,
        ROSA,
        DECISION,
        outcome=Decision.STEP_UP,
        service_id=to,
        rationale="PHQ-9 of 21 and no sleep",
        persons_view="She wants to stay at home",
        dissent=(Dissent(practitioner=SAM, reason="Not yet"),),
        asked=by(WIGG, key=key),
    )


def test_a_decision_offers_a_handover_and_moves_nobody(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    decide(place)
    assert happened(place)[5:] == [
        "MdtDecisionRecorded",
        "StepUpProposed",
        "HandoverOffered",
        "ImplementationAwaited",
    ]
    decided, proposed, offered, awaited = place.recorded()[5:]
    assert (proposed.causation, offered.causation) == (decided.id, proposed.id)
    assert {r.correlation for r in (decided, proposed, offered, awaited)} == {DECISION}
    assert (place.pathway().responsible, place.pathway().step) == (WIGG, Step.COMMUNITY_PREVENTION)
    place.care.accept_handover(ROSA, HandoverId(DECISION), asked=by(TRUST))
    assert (place.pathway().responsible, place.pathway().step) == (TRUST, Step.HOSPITAL_CARE)


def test_a_meeting_decides_for_no_service_that_has_no_place_left(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.care.declare_capacity(WARD, 0, asked=by(TRUST))
    with refused(ServiceIsFull):
        decide(place)
    assert place.pathway().offer is None


def test_a_decision_for_another_step_of_the_holder_steps_at_once(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    decide(place, to=COLLABORATIVE_CARE)
    assert happened(place)[5:] == [
        "MdtDecisionRecorded",
        "StepUpProposed",
        "SteppedUp",
        "DecisionImplemented",
    ]
    way = place.pathway()
    assert (way.responsible, way.step, way.offer) == (WIGG, Step.COLLABORATIVE_CARE, None)
    decided, proposed, stepped, _ = place.recorded()[5:]
    assert (proposed.causation, stepped.causation) == (decided.id, proposed.id)


def test_a_decision_that_changes_nothing_is_not_recorded(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.hand_over(THERAPY)
    place.hand_over(COLLABORATIVE_CARE, sender=TALKING)
    with refused(AlreadyAtThisStep):
        decide(place, to=COLLABORATIVE_CARE)
    assert happened(place)[-1] == "AttendanceRecorded"


def test_a_decision_about_drug_care_is_labelled_with_its_offer(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    decide(place, to=DRUG_CARE)
    assert [r.label for r in place.recorded()[5:]] == [Label.SUBSTANCE] * 4


def test_a_decision_that_cannot_be_offered_is_not_recorded(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    with refused(CannotBeResponsible):
        decide(place, to=GARDENING)
    assert happened(place)[-1] == "AttendanceRecorded"


# Appointments


def test_the_first_appointment_kept_is_the_first_contact(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy")
    with refused(request.ReferralWasNotAccepted):
        book(place, asked_for, "Monday")
    place.accept(asked_for, TALKING)
    for day, attendance in (
        ("Monday", Attendance.DID_NOT_ATTEND),
        ("Tuesday", Attendance.LATE),
        ("Wednesday", Attendance.ON_TIME),
    ):
        book(place, asked_for, day)
        place.care.note_attendance(ContactId(named(day)), attendance, asked=by(TALKING))
    assert happened(place)[3:] == [
        "AppointmentBooked",
        "DidNotAttend",
        "AppointmentBooked",
        "Attended",
        "FirstContactMade",
        "AppointmentBooked",
        "Attended",
    ]


def test_a_contact_recorded_late_that_was_earlier_is_the_first_one(place: Community) -> None:
    """Also once the help has ended: what was seen was seen."""
    asked_for = place.refer("Rosa to therapy")
    place.accept(asked_for, TALKING)
    for day in ("Monday", "Tuesday", "Wednesday"):
        book(place, asked_for, day)

    def seen(day: str, days: int) -> None:
        place.care.note_attendance(
            ContactId(named(day)),
            Attendance.ON_TIME,
            asked=by(TALKING, at=MONDAY + timedelta(days=days)),
        )

    seen("Tuesday", 1)
    seen("Wednesday", 2)
    place.care.close_referral(asked_for, EndReason.COMPLETED, asked=by(TALKING))
    seen("Monday", 0)
    assert happened(place).count("FirstContactMade") == 2
    assert place.referral(asked_for).first_contact_at == MONDAY


def book(place: Community, under: ReferralId, day: str) -> None:
    place.care.book_appointment(
        ContactId(named(day)),
        under,
        starts_at=MONDAY,
        medium=Medium.FACE_TO_FACE,
        asked=by(TALKING),
    )


# Asked again, asked at once


def test_an_intention_repeated_answers_as_the_first_time(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    asked = by(TALKING)
    first = place.care.accept_referral(asked_for, asked=asked)
    place.hand_over(WARD, sender=TALKING)
    again = place.care.accept_referral(asked_for, asked=asked)
    assert again.repeated
    assert (again.id, again.position, again.actions) == (first.id, first.position, first.actions)
    assert place.pathway().responsible == TRUST


def test_a_key_stands_for_one_intention(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy")
    key = uuid4()
    place.care.accept_referral(asked_for, asked=by(TALKING, key=key, digest=b"accept"))
    with refused(KeyStandsForAnotherIntention):
        place.care.close_referral(
            asked_for, EndReason.COMPLETED, asked=by(TALKING, key=key, digest=b"close")
        )
    assert place.referral(asked_for).state is State.ACCEPTED


def test_two_organisations_may_use_the_same_key(place: Community) -> None:
    key = uuid4()
    asked_for = place.refer("Rosa to therapy")
    place.care.ask_information(asked_for, "Is she at work?", asked=by(TALKING, key=key))
    place.care.give_information(asked_for, "Yes.", asked=by(WIGG, key=key))
    assert happened(place)[2:] == ["InformationAsked", "InformationGiven"]


class Overtaken(MemoryLog):
    """A log in which somebody else is always quicker, as many times as told."""

    def __init__(self, log: MemoryLog, overtake: list[Any]) -> None:
        self.__dict__.update(log.__dict__)
        self.overtake = overtake

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> Sequence[int]:
        if self.overtake:
            self.overtake.pop()()
        return super().insert_events(stored_events, **kwargs)


def beside(place: Community, *quicker: Any) -> Community:
    """A second application whose every save is overtaken."""
    log = Overtaken(place.log, list(quicker))
    return Community(log=log, keys=place.keys, recorders=place.recorders)


def test_who_is_overtaken_decides_anew(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy")
    slower = beside(
        place, lambda: place.care.ask_information(asked_for, "At work?", asked=by(TALKING))
    )
    slower.care.withdraw_referral(asked_for, asked=by(WIGG))
    assert happened(place)[2:] == ["InformationAsked", "ReferralWithdrawn"]


def test_who_is_overtaken_by_a_different_answer_is_refused(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    slower = beside(place, lambda: place.accept(asked_for, TALKING))
    with refused(ReferralIsNotWaiting):
        slower.care.withdraw_referral(asked_for, asked=by(WIGG))
    assert place.pathway().responsible == TALKING


def test_two_processes_that_ask_the_same_record_it_once(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    asked = by(TALKING)
    slower = beside(place, lambda: place.care.accept_referral(asked_for, asked=asked))
    answer = slower.care.accept_referral(asked_for, asked=asked)
    assert answer.repeated
    assert happened(place).count("ReferralAccepted") == 1


def test_who_is_overtaken_too_often_is_told_so(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy")

    def chatter() -> None:
        place.care.ask_information(asked_for, "At work?", asked=by(TALKING))

    slower = beside(place, *[chatter] * TRIES)
    with refused(TooManyAtOnce):
        slower.care.withdraw_referral(asked_for, asked=by(WIGG))


def test_nothing_is_said_twice_by_asking_with_another_key(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    place.accept(asked_for, TALKING)
    facts = len(place.log.facts)
    answer = place.accept(asked_for, TALKING)
    assert answer.repeated
    assert len(place.log.facts) == facts


# Ids are the callers'


def test_an_id_of_another_noun_is_unknown(place: Community) -> None:
    decide_nothing = MeetingId(ROSA)
    with refused(Unknown):
        place.care.close_meeting(decide_nothing, asked=by(WIGG))
    with refused(Unknown):
        place.care.register_person(PersonId(THERAPY), details(TOM), asked=by(WIGG))
    with refused(referral.ReferralIsUnknown):
        place.accept(ReferralId(uuid4()), TALKING)


# Batches


def test_a_batch_is_one_append(place: Community) -> None:
    with place.care.batch():
        place.register(TOM)
        place.refer("Tom to therapy", person=TOM)
        place.refer("Tom to gardening", person=TOM, to=GARDENING)
        assert happened(place) == []
    assert happened(place) == ["PersonRegistered", "ReferralMade", "PathwayOpened", "ReferralMade"]


def test_a_refused_intention_leaves_nothing_behind_in_a_batch(place: Community) -> None:
    without_agreements(place)
    with place.care.batch():
        place.register(TOM)
        place.refer("Tom to therapy", person=TOM)
        with refused(CannotBeResponsible):
            place.care.offer_handover(TOM, HandoverId(uuid4()), GARDENING, asked=by(WIGG))
        place.care.close_pathway(TOM, EndReason.COMPLETED, asked=by(WIGG))
        with refused(CannotBeResponsible):
            place.refer("Tom to gardening", person=TOM, to=GARDENING, take_over=True)
        again = place.refer("Tom to therapy again", person=TOM)
    assert happened(place)[4:] == ["PathwayClosed", "ReferralMade", "PathwayReopened"]
    assert place.recorded()[-1].correlation == again


def test_what_one_save_wants_all_or_nothing(place: Community) -> None:
    with refused(CannotBeResponsible):
        place.care.make_referral(
            ReferralId(named("Tom to gardening")),
            TOM,
            GARDENING,
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            ask="…",
            responsibility=Responsibility.TAKE_OVER,
            registering=details(TOM),
            asked=by(WIGG),
        )
    assert happened(place) == []
