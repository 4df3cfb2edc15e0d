"""Who is involved with a person: who is told from when, what before, and when no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain import meeting
from domain.agreement import AgreementSigned
from domain.case import Attendee
from domain.circle import Circle
from domain.discussion import CaseDiscussed
from domain.kernel import Asked, Recorded
from domain.sharing import WITHDRAWN, Disclosure
from domain.vocabulary import (
    Attendance,
    ContactId,
    Decision,
    DecisionId,
    DeclineReason,
    DiscussionId,
    EndReason,
    HandoverId,
    HowKnown,
    Instrument,
    MeasureId,
    Medium,
    MeetingId,
    MeetingKind,
    PartnerId,
    Recommendation,
    ReferralId,
    ServiceId,
    Source,
    Tied,
)
from tests.people import (
    CHARITY,
    COLLABORATIVE_CARE,
    COMMISSIONER,
    COMMUNITY_ORDER,
    DR_PATEL,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    GROUP,
    HOUSING,
    HOUSING_HELP,
    JO,
    KINDS,
    LIBRARY,
    MINA,
    MONDAY,
    PEER_GROUP,
    PROBATION,
    READING,
    ROSA,
    SAM,
    SCHOOL,
    SOCIAL,
    SUPPORT,
    TALKING,
    THERAPY,
    THURSDAY,
    TRUST,
    WARD,
    WIGG,
    agreement,
    details,
    named,
)
from tests.scenario import Community, by, tell, without_agreements


@pytest.fixture
def place() -> Community:
    community = Community()
    community.register()
    return community


def names(disclosures: object) -> list[str]:
    assert isinstance(disclosures, (list, tuple))
    return [d.type.split(".")[1] for d in disclosures if isinstance(d, Disclosure)]


# Becoming involved


def test_nobody_is_told_of_a_person_they_have_nothing_to_do_with(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    told = place.share()
    assert set(told.entries) == {WIGG, TALKING}


def test_whoever_becomes_involved_is_first_told_what_was_said_before(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.refer("Rosa to therapy")
    told = place.share()
    assert told.types(TALKING) == [
        "PersonRegistered",
        "ReferralMade",
        "PathwayOpened",
        "ReferralMade",
    ]
    assert [e.backfill for e in told.entries[TALKING] if e] == [True, True, True, False]
    assert told.types(CHARITY) == ["PersonRegistered", "ReferralMade"]


def test_a_backfill_is_the_same_whether_or_not_the_batch_holds_it(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    facts = place.about(ROSA)
    whole = [(p, e and (e.type, e.data)) for p, es in tell(facts).entries.items() for e in es]
    again = [(p, e and (e.type, e.data)) for p, es in tell(facts).entries.items() for e in es]
    assert whole == again
    circle = Circle(ROSA)
    agreements = {partner: agreement(partner) for partner in KINDS}
    for fact in facts:
        for backfill in circle.follow(fact, agreements).backfills:
            later_too = list(backfill.of(facts))
            assert later_too == list(backfill.of(facts[: fact.position - facts[0].position]))


def test_a_partner_outside_care_is_told_of_its_own_referral_alone(place: Community) -> None:
    reading = place.refer("Rosa to reading", to=READING)
    place.accept(reading, LIBRARY)
    place.refer("Rosa to gardening", to=GARDENING)
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    assert place.share().types(LIBRARY) == ["PersonRegistered", "ReferralMade", "ReferralAccepted"]
    assert "Please see her." in place.share().text(LIBRARY)
    for hidden in (TALKING, WIGG, CHARITY, THERAPY, ROSA):
        assert str(hidden) not in place.share().text(LIBRARY)


def test_a_fact_is_told_once(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", take_over=True)
    place.care.redirect_referral(asked_for, WARD, asked=by(TALKING))
    place.accept(asked_for, TRUST)
    place.hand_over(DRUG_CARE, sender=TRUST)
    place.hand_over(COLLABORATIVE_CARE, sender=DRUGS)
    told = place.share()
    for partner, entries in told.entries.items():
        facts = [entry.recorded.id for entry in entries if entry]
        assert len(facts) == len(set(facts)), KINDS[partner]


# Ceasing to be


def test_a_decline_withdraws_what_the_receiver_was_told(place: Community) -> None:
    asked_for = place.refer("Rosa to gardening", to=GARDENING)
    place.care.decline_referral(asked_for, DeclineReason.FULL, asked=by(CHARITY))
    place.accept(place.refer("Rosa to therapy"), TALKING)
    told = place.share()
    assert told.types(CHARITY) == [
        "PersonRegistered",
        "ReferralMade",
        "ReferralDeclined",
        "Withdrawn",
    ]
    assert told.types(WIGG)[-1] == "ReferralAccepted"
    assert WITHDRAWN.startswith("share.")


def test_whoever_took_a_person_on_keeps_what_it_was_told(place: Community) -> None:
    asked_for = place.refer("Rosa to gardening", to=GARDENING)
    place.accept(asked_for, CHARITY)
    place.care.close_referral(asked_for, EndReason.COMPLETED, asked=by(CHARITY))
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    assert place.share().types(CHARITY)[-1] == "ReferralClosed"


def test_whoever_comes_back_is_told_only_what_is_new(place: Community) -> None:
    first = place.refer("Rosa to gardening", to=GARDENING)
    place.accept(first, CHARITY)
    place.care.close_referral(first, EndReason.COMPLETED, asked=by(CHARITY))
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    place.refer("Rosa to gardening again", to=GARDENING)
    assert place.share().types(CHARITY)[4:] == ["CommunicationNeedsRecorded", "ReferralMade"]


def test_whoever_comes_back_after_a_withdrawal_is_told_anew(place: Community) -> None:
    first = place.refer("Rosa to gardening", to=GARDENING)
    place.care.decline_referral(first, DeclineReason.FULL, asked=by(CHARITY))
    place.refer("Rosa to gardening again", to=GARDENING)
    assert place.share().types(CHARITY)[4:] == ["PersonRegistered", "ReferralMade"]


def test_a_sender_is_involved_until_it_has_read_the_answer(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy", sender=SOCIAL)
    place.hand_over(WARD, sender=SOCIAL)
    place.care.decline_referral(asked_for, DeclineReason.FULL, asked=by(TALKING))
    assert place.share().types(SOCIAL)[-1] == "ReferralDeclined"
    place.care.acknowledge_outcome(asked_for, asked=by(SOCIAL))
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    told = place.share()
    assert told.types(SOCIAL)[-1] == "OutcomeAcknowledged"
    assert told.types(WIGG)[-1] == "CommunicationNeedsRecorded"


def test_who_registered_somebody_whose_request_it_declined_is_not_told_for_ever() -> None:
    place = Community()
    place.care.register_person(ROSA, details(ROSA), asked=by(TALKING))
    asked_for = place.refer("Rosa herself", sender=TALKING, source=Source.SELF)
    place.care.decline_referral(asked_for, DeclineReason.FULL, asked=by(TALKING))
    place.accept(place.refer("Rosa to the ward", to=WARD), TRUST)
    assert place.share().types(TALKING) == [
        "PersonRegistered",
        "ReferralMade",
        "PathwayOpened",
        "ReferralDeclined",
        "Withdrawn",
    ]


def test_who_registered_somebody_sees_them_until_something_comes_of_it() -> None:
    place = Community()
    place.care.register_person(ROSA, details(ROSA), asked=by(CHARITY))
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    assert place.share().types(CHARITY) == ["PersonRegistered", "CommunicationNeedsRecorded"]


# Passed on


def test_who_passes_a_referral_on_hears_no_more_of_it(place: Community) -> None:
    asked_for = place.refer("Rosa to gardening", to=GARDENING)
    place.care.redirect_referral(asked_for, PEER_GROUP, asked=by(CHARITY))
    place.accept(asked_for, GROUP)
    place.refer("Rosa to gardening again", to=GARDENING)
    told = place.share()
    assert told.types(CHARITY) == [
        "PersonRegistered",
        "ReferralMade",
        "ReferralRedirected",
        "Withdrawn",
        "PersonRegistered",
        "ReferralMade",
    ]
    assert str(GROUP) not in str([e.data for e in told.entries[CHARITY][4:] if e])
    assert told.types(GROUP) == [
        "PersonRegistered",
        "ReferralMade",
        "ReferralRedirected",
        "ReferralAccepted",
    ]


def test_who_comes_back_for_a_referral_passed_on_is_told_the_whole_of_it(
    place: Community,
) -> None:
    first = place.refer("Rosa to the peer group", to=PEER_GROUP)
    place.accept(first, GROUP)
    second = place.refer("Rosa to gardening", to=GARDENING, ask="She likes plants.")
    place.care.close_referral(first, EndReason.COMPLETED, asked=by(GROUP))
    place.care.redirect_referral(second, PEER_GROUP, asked=by(CHARITY))
    told = place.share()
    assert told.types(GROUP)[4:] == ["ReferralMade", "ReferralRedirected"]
    assert "She likes plants." in told.text(GROUP)


def test_a_drug_services_referral_passed_to_therapists_is_told_them_whole(
    place: Community,
) -> None:
    place.refer("Rosa to therapy")
    asked_for = place.refer("Rosa to drug care", to=DRUG_CARE, ask="She asked for help.")
    assert "She asked for help." not in place.share().text(TALKING)
    place.care.redirect_referral(asked_for, THERAPY, asked=by(DRUGS))
    assert "She asked for help." in place.share().text(TALKING)
    place.refer("Rosa to support", to=SUPPORT)
    assert "She asked for help." not in place.share().text(SOCIAL)


# Hand-overs


def test_a_handover_is_seen_by_both_sides(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.hand_over(WARD)
    told = place.share()
    assert told.types(TRUST)[-3:] == ["HandoverOffered", "HandoverAccepted", "SteppedUp"]
    assert told.types(WIGG)[-3:] == ["HandoverOffered", "HandoverAccepted", "SteppedUp"]
    assert told.types(CHARITY) == ["PersonRegistered", "ReferralMade"]


def test_who_took_part_and_no_longer_does_is_told_so(place: Community) -> None:
    asked_for = place.refer("Rosa to gardening", to=GARDENING)
    place.accept(asked_for, CHARITY)
    place.care.close_referral(asked_for, EndReason.COMPLETED, asked=by(CHARITY))
    circle = Circle(ROSA)
    told = [circle.follow(fact, {p: agreement(p) for p in KINDS}) for fact in place.about(ROSA)]
    assert [t.ended for t in told if t.ended] == [(CHARITY,)]
    assert told[-1].ended == (CHARITY,)
    assert not any(t.withdrawn for t in told)


def test_an_offer_that_is_declined_is_withdrawn(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    offer = HandoverId(uuid4())
    place.care.offer_handover(ROSA, offer, WARD, asked=by(WIGG))
    place.care.decline_handover(ROSA, offer, asked=by(TRUST))
    assert place.share().types(TRUST)[-2:] == ["HandoverDeclined", "Withdrawn"]


def test_a_drug_service_that_holds_somebody_is_told_of_it_to_the_end(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.hand_over(DRUG_CARE)
    place.care.name_key_worker(ROSA, JO, asked=by(DRUGS))
    place.hand_over(COLLABORATIVE_CARE, sender=DRUGS)
    assert place.share().types(DRUGS) == [
        "PersonRegistered",
        "StepUpProposed",
        "HandoverOffered",
        "HandoverAccepted",
        "SteppedUp",
        "KeyWorkerNamed",
        "HandoverOffered",
        "HandoverAccepted",
    ]


def test_therapists_know_who_holds_a_person_before_and_after_a_drug_service(
    place: Community,
) -> None:
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    place.refer("Rosa to support", to=SUPPORT)
    place.hand_over(DRUG_CARE, sender=TALKING)
    told = place.share()
    assert told.told(SOCIAL, "PathwayOpened").data["responsible"] == str(WIGG)
    assert str(DRUGS) not in told.text(SOCIAL)
    assert told.last(SOCIAL).type == "pathway.HandoverAccepted.v1"
    assert "receiver" not in told.last(SOCIAL).data
    before = len(place.share().entries[SOCIAL])
    place.care.name_key_worker(ROSA, JO, asked=by(DRUGS))
    place.hand_over(COLLABORATIVE_CARE, sender=DRUGS)
    place.care.name_key_worker(ROSA, DR_PATEL, asked=by(WIGG))
    told = place.share()
    assert told.types(SOCIAL)[before:] == ["HandoverAccepted", "KeyWorkerNamed"]
    assert [e.data.get("receiver") for e in told.entries[SOCIAL][before:] if e] == [str(WIGG), None]
    assert str(DRUGS) not in told.text(SOCIAL)


def test_who_handed_a_person_to_a_drug_service_sees_them_accepted(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    place.hand_over(DRUG_CARE, sender=TALKING)
    accepted = place.share().entries[TALKING][-1]
    assert accepted is not None
    assert accepted.data["receiver"] == str(DRUGS)


def test_what_a_drug_service_asks_of_others_is_not_told_to_third_parties(
    place: Community,
) -> None:
    place.refer("Rosa to support", to=SUPPORT)
    place.refer("Rosa to therapy", sender=DRUGS)
    assert str(DRUGS) in place.share().text(TALKING)
    assert str(DRUGS) not in place.share().text(SOCIAL)


def test_a_pathway_a_drug_service_began_does_not_name_it() -> None:
    place = Community()
    place.care.register_person(ROSA, details(ROSA), asked=by(DRUGS))
    place.refer("Rosa to therapy", sender=DRUGS)
    place.refer("Rosa to support", to=SUPPORT)
    told = place.share()
    assert place.pathway().responsible == DRUGS
    assert told.told(SOCIAL, "PathwayOpened").data == {"step": 1}
    assert str(DRUGS) not in told.text(SOCIAL)


# Objections, consent, agreements


def test_an_objection_closes_a_partners_view_and_withdraws_it(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy")
    place.accept(asked_for, TALKING)
    place.care.object_to(ROSA, TALKING, asked=by(WIGG))
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    told = place.share()
    assert told.types(TALKING)[-2:] == ["ReferralAccepted", "Withdrawn"]
    assert told.types(WIGG)[-2:] == ["ObjectionRaised", "CommunicationNeedsRecorded"]


def test_an_objection_lifted_opens_it_again_from_the_start(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.care.object_to(ROSA, TALKING, asked=by(WIGG))
    place.care.lift_objection(ROSA, TALKING, asked=by(WIGG))
    assert place.share().types(TALKING)[5:] == [
        "PersonRegistered",
        "ReferralMade",
        "PathwayOpened",
        "ReferralAccepted",
    ]


def test_probation_is_told_nothing_before_the_person_consents(place: Community) -> None:
    place.refer("Rosa to her order", to=COMMUNITY_ORDER, sent_without="She is asked today.")
    assert place.share().types(PROBATION) == []
    place.care.consent_to(ROSA, PROBATION, asked=by(WIGG))
    assert place.share().types(PROBATION) == ["PersonRegistered", "ReferralMade"]


def test_probation_follows_whether_somebody_it_sent_was_seen(place: Community) -> None:
    place.care.consent_to(ROSA, PROBATION, asked=by(WIGG))
    asked_for = place.refer("Rosa to therapy", sender=PROBATION, source=Source.PARTNER)
    place.accept(asked_for, TALKING)
    contact = ContactId(uuid4())
    place.care.book_appointment(
        contact, asked_for, starts_at=MONDAY, medium=Medium.VIDEO, asked=by(TALKING)
    )
    place.care.note_attendance(contact, Attendance.DID_NOT_ATTEND, asked=by(TALKING))
    place.care.complete_measure(
        MeasureId(uuid4()), asked_for, instrument=Instrument.PHQ_9, total=16, asked=by(TALKING)
    )
    assert place.share().types(PROBATION) == [
        "PersonRegistered",
        "ReferralMade",
        "ReferralAccepted",
        "AppointmentBooked",
        "DidNotAttend",
    ]


def test_a_commissioner_is_told_of_nobody(place: Community) -> None:
    place.refer("Rosa to therapy", sender=COMMISSIONER, source=Source.PARTNER)
    assert COMMISSIONER not in place.share().entries


def test_who_has_no_agreement_forgets_and_is_told_all_when_it_has_one_again(
    place: Community,
) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    for needs in ("Large print", "A signer", "A quiet room"):
        place.care.record_communication_needs(ROSA, needs, language=None, asked=by(WIGG))
    facts = place.about(ROSA)
    signed: dict[PartnerId, AgreementSigned] = {WIGG: agreement(WIGG)}
    circle, told = Circle(ROSA), list[Disclosure]()
    for number, fact in enumerate(facts):
        ended = number == len(facts) - 2
        agreements = signed if ended else signed | {CHARITY: agreement(CHARITY)}
        followed = circle.follow(fact, agreements)
        assert followed.withdrawn == ((CHARITY,) if ended else ())
        told = [] if ended else told
        for backfill in followed.backfills:
            told += [d for d in backfill.of(facts) if d.partner == CHARITY]
        told += [d for d in followed.disclosures if d.partner == CHARITY]
    assert [d.data.get("needs") for d in told[2:]] == ["Large print", "A signer", "A quiet room"]
    assert [d.backfill for d in told[2:]] == [True, True, False]


def test_an_agreement_holds_on_its_days_only(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    fact = place.about(ROSA)[-2]
    for starts, told in ((MONDAY.date(), 1), (MONDAY.date() + timedelta(days=1), 0)):
        signed = agreement(CHARITY).model_copy(update={"starts": starts})
        assert len(Circle(ROSA).follow(fact, {CHARITY: signed}).disclosures) == told
    over = agreement(CHARITY).model_copy(update={"ends": MONDAY.date() - timedelta(days=1)})
    assert Circle(ROSA).follow(fact, {CHARITY: over}).disclosures == ()


# Meetings

MDT = MeetingId(named("Monday MDT"))


def meet(place: Community, *present: PartnerId) -> None:
    place.care.schedule_meeting(
        MDT,
        meeting.MeetingScheduled(
            kind=MeetingKind.WEEKLY_MDT,
            name="Monday MDT",
            starts_at=THURSDAY,
            chair=DR_PATEL,
            invited=(WIGG, *present),
        ),
        asked=by(WIGG),
    )
    place.care.list_case(
        MDT, ROSA, question="Is she safe?", present=(WIGG, *present), asked=by(WIGG)
    )
    place.care.record_attendance(
        MDT,
        ROSA,
        (
            Attendee(practitioner=DR_PATEL, partner=WIGG),
            *(Attendee(practitioner=SAM, partner=partner) for partner in present),
        ),
        asked=by(WIGG),
    )


def decide(place: Community, to: ServiceId | None = None) -> DecisionId:
    decision = DecisionId(named("about Rosa"))
    place.care.record_decision(
        MDT,
        ROSA,
        decision,
        outcome=Decision.STEP_UP if to else Decision.STAY,
        service_id=to,
        rationale="PHQ-9 of 21",
        persons_view="She agrees",
        asked=by(WIGG),
    )
    return decision


def test_those_in_the_room_are_told_until_it_decided(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    meet(place, SOCIAL, DRUGS)
    decide(place)
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    told = place.share()
    assert told.types(SOCIAL)[-3:] == ["CaseListed", "AttendanceRecorded", "MdtDecisionRecorded"]
    assert told.types(DRUGS) == [
        "PersonRegistered",
        "CaseListed",
        "AttendanceRecorded",
        "MdtDecisionRecorded",
    ]


def test_a_meeting_that_did_not_reach_somebody_involves_nobody_for_ever(
    place: Community,
) -> None:
    meet(place, SOCIAL)
    place.care.close_meeting(MDT, asked=by(WIGG))
    place.care.record_communication_needs(ROSA, "Large print", language=None, asked=by(WIGG))
    assert place.share().types(SOCIAL)[-1] == "CaseNotReached"


@pytest.mark.parametrize("partner", [SCHOOL, HOUSING, CHARITY])
def test_a_meeting_tells_no_name_to_who_may_not_know_of_meetings(
    place: Community, partner: PartnerId
) -> None:
    meet(place, partner)
    assert partner not in place.share().entries


def test_the_receiver_of_a_decision_is_told_why(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    meet(place)
    decision = decide(place, to=DRUG_CARE)
    place.care.accept_handover(ROSA, HandoverId(decision), asked=by(DRUGS))
    told = place.share()
    assert told.types(DRUGS) == [
        "PersonRegistered",
        "MdtDecisionRecorded",
        "StepUpProposed",
        "HandoverOffered",
        "ImplementationAwaited",
        "HandoverAccepted",
        "SteppedUp",
        "DecisionImplemented",
    ]
    assert told.told(DRUGS, "MdtDecisionRecorded").data["rationale"] == "PHQ-9 of 21"


def test_a_decision_for_a_drug_service_is_not_told_outside_the_room(place: Community) -> None:
    place.refer("Rosa to therapy")
    meet(place, SOCIAL)
    decide(place, to=DRUG_CARE)
    told = place.share()
    assert "MdtDecisionRecorded" in told.types(SOCIAL)
    assert "MdtDecisionRecorded" not in told.types(TALKING)
    assert str(DRUGS) not in told.text(TALKING)


# The canary, from end to end


def test_a_marked_word_reaches_only_those_it_is_for(place: Community) -> None:
    help_asked = place.refer(
        "Rosa to housing", to=HOUSING_HELP, ask="canary-ask: rent arrears, please ring her"
    )
    place.accept(help_asked, HOUSING)
    therapy = ReferralId(named("Rosa to therapy"))
    place.refer("Rosa to therapy", take_over=True, ask="canary-low-mood")
    place.accept(therapy, TALKING)
    place.care.complete_measure(
        MeasureId(uuid4()), therapy, instrument=Instrument.PHQ_9, total=21, asked=by(TALKING)
    )
    place.care.close_referral(
        therapy, EndReason.COMPLETED, summary="canary-summary", asked=by(TALKING)
    )
    meet(place, SOCIAL)
    decide(place)
    told = place.share()
    assert "canary-ask" in told.text(HOUSING)
    for partner in KINDS:
        if partner not in (WIGG, TALKING, SOCIAL):
            for secret in ("canary-low-mood", "canary-summary", "PHQ-9", "9990000018"):
                assert secret not in told.text(partner)
    assert "canary-low-mood" in told.text(WIGG)
    assert "canary-summary" not in told.text(SOCIAL)


def test_no_entry_holds_the_persons_internal_id(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    meet(place, SOCIAL)
    told = place.share()
    for partner in KINDS:
        assert str(ROSA) not in told.text(partner)


def test_the_order_of_partners_is_always_the_same(place: Community) -> None:
    place.refer("Rosa to therapy")
    facts: list[Recorded] = place.about(ROSA)
    agreements = {partner: agreement(partner) for partner in KINDS}
    backwards = dict(reversed(agreements.items()))
    one, two = Circle(ROSA), Circle(ROSA)
    for fact in facts:
        assert names(one.follow(fact, agreements).disclosures) == names(
            two.follow(replace(fact), backwards).disclosures
        )
    assert (one, list(one.told)) == (two, list(two.told))


def test_who_takes_its_only_referral_back_is_told_no_more_of_the_person(place: Community) -> None:
    sent = place.refer("the charity asks", sender=CHARITY, source=Source.PARTNER)
    place.care.withdraw_referral(sent, asked=by(CHARITY))
    assert CHARITY not in place.share().circle.told


# Who stays, and who does not


def left_of(place: Community, partner: PartnerId) -> list[tuple[PartnerId, ...]]:
    """Who was told, fact by fact, that nothing more is told, as far as it is this partner."""
    circle, agreements = Circle(ROSA), {each: agreement(each) for each in KINDS}
    told = [circle.follow(fact, agreements) for fact in place.about(ROSA)]
    return [each.ended for each in told if partner in each.ended]


def timer() -> Asked:
    return Asked(WIGG, MONDAY, uuid4())


def needs(place: Community, what: str = "Large print") -> None:
    place.care.record_communication_needs(ROSA, what, language=None, asked=by(WIGG))


def test_a_practice_is_told_of_a_person_whom_another_made_known() -> None:
    place = Community()
    place.care.register_person(ROSA, details(ROSA, practice=WIGG), asked=by(SOCIAL))
    assert place.share().types(WIGG) == ["PersonRegistered"]


def test_a_consent_ends_with_an_objection_and_is_asked_anew(place: Community) -> None:
    place.care.consent_to(ROSA, PROBATION, asked=by(WIGG))
    place.refer("Rosa to her order", to=COMMUNITY_ORDER)
    place.care.object_to(ROSA, PROBATION, asked=by(WIGG))
    place.care.lift_objection(ROSA, PROBATION, asked=by(WIGG))
    assert place.share().types(PROBATION)[-1] == "Withdrawn"
    place.care.consent_to(ROSA, PROBATION, asked=by(WIGG))
    assert place.share().types(PROBATION)[-1] == "ReferralMade"


def test_who_held_a_person_and_handed_them_on_hears_no_more(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.hand_over(WARD)
    place.hand_over(SUPPORT, sender=TRUST)
    needs(place)
    told = place.share()
    assert told.types(SOCIAL)[-1] == "CommunicationNeedsRecorded"
    assert "CommunicationNeedsRecorded" not in told.types(TRUST)
    assert left_of(place, TRUST) == [(TRUST,)], "it keeps what it was told"


def test_who_holds_a_person_is_told_until_the_pathway_closes(place: Community) -> None:
    without_agreements(place)
    place.refer("Rosa to gardening", to=GARDENING)
    place.hand_over(WARD)
    place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(TRUST))
    needs(place)
    assert place.share().types(TRUST)[-1] == "PathwayClosed"
    assert left_of(place, TRUST) == [(TRUST,)]


def test_to_whom_a_person_falls_back_is_told_and_who_left_is_not(place: Community) -> None:
    """By their own names: who is left holds the person, whatever else they had to do with them."""
    place.care.register_person(MINA, details(MINA, practice=None), asked=by(SOCIAL))
    place.refer("Mina to therapy", sender=SOCIAL, person=MINA, sent_without="She has no practice.")
    place.hand_over(WARD, sender=SOCIAL, person=MINA)
    place.care.leave(TRUST, "its contract ended", asked=by(WIGG))
    place.care.end_tie(Tied.PATHWAY, place.pathway(MINA).id, MINA, TRUST, asked=timer())
    place.care.record_communication_needs(MINA, "Large print", language=None, asked=by(SOCIAL))
    told = place.share(MINA)
    assert place.pathway(MINA).responsible == WIGG
    assert told.circle.responsible == WIGG
    assert told.types(WIGG)[-1] == "CommunicationNeedsRecorded"
    assert "CommunicationNeedsRecorded" not in told.types(TRUST)


def test_a_partner_that_left_hears_no_more_until_it_is_involved_again(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    circle, agreements = Circle(ROSA), {each: agreement(each) for each in KINDS}
    for fact in place.about(ROSA):
        circle.follow(fact, agreements)
    position = circle.reached
    assert circle.leave(CHARITY, position)
    assert CHARITY not in circle.told
    assert circle.past[CHARITY] == position, "what it was told stays its record"
    assert not circle.leave(CHARITY, position + 1), "it leaves once"
    assert circle.past[CHARITY] == position
    assert not circle.leave(LIBRARY, position), "it was told of nobody"
    assert LIBRARY not in circle.past


def test_who_asks_advice_alone_is_told_until_it_read_it() -> None:
    place = Community()
    place.care.register_person(ROSA, details(ROSA), asked=by(TALKING))
    question = ReferralId(named("a question"))
    place.care.ask_advice(question, ROSA, WARD, "Is therapy safe for her?", asked=by(TALKING))
    needs(place)
    place.care.give_advice(question, "It is.", Recommendation.NO_REFERRAL_NEEDED, asked=by(TRUST))
    told = place.share()
    assert told.types(TALKING)[-2:] == ["CommunicationNeedsRecorded", "AdviceGiven"]
    place.care.acknowledge_outcome(question, asked=by(TALKING))
    needs(place, "A signer")
    told = place.share()
    assert "OutcomeAcknowledged" in told.types(TALKING)
    assert told.types(TALKING)[-1] == told.types(TRUST)[-1] == "OutcomeAcknowledged"
    assert left_of(place, TRUST) == [(TALKING, TRUST)], "what it advised stays its own record"


def test_who_was_told_of_one_talk_is_told_that_nothing_follows_it(place: Community) -> None:
    place.care.discuss_case(
        ROSA,
        DiscussionId(named("a talk")),
        CaseDiscussed(
            asked_by=Attendee(practitioner=DR_PATEL, partner=WIGG),
            advised_by=Attendee(practitioner=JO, partner=DRUGS),
            question="Is lithium still right?",
            advice="Check her levels first",
            medium=Medium.TELEPHONE,
        ),
        asked=by(WIGG),
    )
    assert left_of(place, DRUGS) == [(DRUGS,)]
    circle = place.share().circle
    assert circle.past == {DRUGS: circle.reached}
    assert WIGG in circle.told, "her practice goes on"
    assert circle.own[DRUGS] == {named("a talk")}


def test_an_agreement_holds_to_the_end_of_its_last_day(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    fact = place.about(ROSA)[-2]
    last = agreement(CHARITY).model_copy(update={"ends": MONDAY.date()})
    assert len(Circle(ROSA).follow(fact, {CHARITY: last}).disclosures) == 1


def test_an_agreement_holds_for_what_is_said_on_its_days_whenever_that_happened(
    place: Community,
) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    fact = place.about(ROSA)[-2]
    late = replace(fact, recorded_at=MONDAY + timedelta(days=2))
    for starts, told in ((2, 1), (3, 0)):
        signed = agreement(CHARITY).model_copy(
            update={"starts": MONDAY.date() + timedelta(days=starts)}
        )
        assert len(Circle(ROSA).follow(late, {CHARITY: signed}).disclosures) == told


def test_a_death_that_was_none_is_told_to_who_was_told_of_the_death_alone(
    place: Community,
) -> None:
    """Not to who had gone before it, and has no part in her since."""
    asked_for = place.refer("Rosa to gardening", to=GARDENING)
    place.accept(asked_for, CHARITY)
    place.care.close_referral(asked_for, EndReason.COMPLETED, asked=by(CHARITY))
    place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.FAMILY, asked=by(WIGG))
    place.care.take_back_death(ROSA, note="Another Rosa Lind.", asked=by(WIGG))
    told = place.share()
    assert told.types(WIGG)[-2:] == ["DeathRecordedInError", "PathwayReopened"]
    assert told.types(CHARITY)[-1] == "ReferralClosed"
