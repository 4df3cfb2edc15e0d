"""A week in which nearly everything happens once, so that tests can compare whole shares."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from domain.case import Attendee, Dissent
from domain.group import ProgrammePlanned
from domain.meeting import Absence, MeetingScheduled
from domain.policies.steps import Agreement, Evidence
from domain.steps import Grounds
from domain.vocabulary import (
    ActionId,
    Attendance,
    ContactId,
    Decision,
    DecisionId,
    DeclineReason,
    EndReason,
    GroupId,
    HandoverId,
    Instrument,
    MeasureId,
    Medium,
    MeetingId,
    MeetingKind,
    PersonId,
)
from tests.people import (
    CHARITY,
    COMMUNITY_ORDER,
    DR_OKAFOR,
    DR_PATEL,
    DR_TOLLEY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    GROUP,
    HOUSING,
    HOUSING_HELP,
    LIBRARY,
    MINA,
    MONDAY,
    NADIA,
    PEER_GROUP,
    PROBATION,
    READING,
    ROSA,
    SOCIAL,
    SUPPORT,
    TALKING,
    THURSDAY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.projections.place import Place

MDT = MeetingId(named("Monday's MDT"))


def busy_week(place: Place) -> None:
    """Rosa is stepped up, Tom moves between services, Mina wants the trust to know nothing."""
    care, by = place.care, place.by
    for person in (ROSA, TOM, MINA):
        place.register(person)

    therapy = place.refer("Rosa: low mood", take_over=True, reason="PHQ-9 of 17")
    place.refer("Rosa: rent arrears", to=HOUSING_HELP, reason="not for the adviser")
    garden = place.refer("Tom: out of the house", to=GARDENING, person=TOM)
    care.ask_information(therapy, "Which evenings?", asked=by(TALKING))
    care.give_information(therapy, "Any but Friday.", asked=by(WIGG))
    care.accept_referral(therapy, asked=by(TALKING))
    care.redirect_referral(garden, PEER_GROUP, note="He would rather talk.", asked=by(CHARITY))

    seen = ContactId(named("Rosa's first session"))
    care.book_appointment(
        seen, therapy, starts_at=MONDAY, medium=Medium.VIDEO, activity="a call", asked=by(TALKING)
    )
    care.note_attendance(seen, Attendance.ON_TIME, asked=by(TALKING))
    care.complete_measure(
        MeasureId(named("Rosa's PHQ-9")),
        therapy,
        instrument=Instrument.PHQ_9,
        total=17,
        asked=by(TALKING),
    )
    care.complete_measure(
        MeasureId(named("Rosa's earlier PHQ-9")),
        therapy,
        instrument=Instrument.PHQ_9,
        total=21,
        asked=by(TALKING, at=MONDAY - timedelta(days=30)),
    )

    company = place.refer("Rosa: company", to=PEER_GROUP)
    care.accept_referral(company, asked=by(GROUP))
    programme = GroupId(named("Monday company"))
    planned = ProgrammePlanned(
        partner=GROUP,
        service=PEER_GROUP,
        name="Monday company",
        first_at=MONDAY,
        minutes=90,
        place="The hall",
        capacity=6,
    )
    care.plan_group(programme, planned, asked=by(GROUP))
    care.join_group(programme, company, asked=by(GROUP))
    care.hold_session(programme, MONDAY.date(), {ROSA: Attendance.DID_NOT_ATTEND}, asked=by(GROUP))

    drugs = place.refer("Tom: drinking", to=DRUG_CARE, person=TOM, reason="half a bottle a day")
    care.accept_referral(drugs, asked=by(DRUGS))
    place.refer("Tom: his order", to=COMMUNITY_ORDER, person=TOM)
    care.consent_to(TOM, PROBATION, asked=by(WIGG))
    read = place.refer("Mina: company", to=READING, person=MINA)
    care.decline_referral(read, DeclineReason.FULL, note="Try in May.", asked=by(LIBRARY))
    ward = place.refer("Mina: not safe alone", to=WARD, person=MINA, take_over=True)
    care.decline_referral(ward, DeclineReason.NOT_ELIGIBLE, asked=by(TRUST))
    care.object_to(MINA, TRUST, asked=by(WIGG))
    care.record_communication_needs(MINA, "Large print.", language="Farsi", asked=by(WIGG))

    invited = (WIGG, TALKING, TRUST, SOCIAL)
    care.schedule_meeting(
        MDT,
        MeetingScheduled(
            kind=MeetingKind.WEEKLY_MDT,
            name="Monday's MDT",
            starts_at=THURSDAY,
            chair=DR_PATEL,
            invited=invited,
        ),
        asked=by(WIGG),
    )
    care.list_case(
        MDT, ROSA, question="More than therapy?", present=(TALKING, TRUST, WIGG), asked=by(TALKING)
    )
    care.list_case(MDT, TOM, question="Who leads?", present=(WIGG, SOCIAL), asked=by(WIGG))
    care.circulate_list(MDT, asked=by(WIGG))
    care.record_attendance(
        MDT,
        ROSA,
        (
            Attendee(practitioner=NADIA, partner=TALKING),
            Attendee(practitioner=DR_OKAFOR, partner=TRUST),
        ),
        asked=by(TALKING),
    )
    decision = DecisionId(named("Rosa is stepped up"))
    care.record_decision(
        MDT,
        ROSA,
        decision,
        outcome=Decision.STEP_UP,
        service_id=WARD,
        rationale="Getting worse on therapy.",
        persons_view="She wants to be near her sister.",
        dissent=(Dissent(practitioner=NADIA, reason="Too early."),),
        asked=by(TALKING),
    )
    care.record_dissent(
        MDT,
        ROSA,
        Dissent(practitioner=DR_OKAFOR, reason="There is no bed."),
        asked=by(TRUST),
    )
    for words, owner in (("a letter about the damp", HOUSING), ("a carer's visit", SOCIAL)):
        care.agree_action(
            MDT,
            ROSA,
            ActionId(named(words)),
            what=f"Please see to {words}.",
            owner=owner,
            due_on=THURSDAY.date(),
            asked=by(TALKING),
        )
    care.complete_action(ActionId(named("a carer's visit")), note="Seen.", asked=by(SOCIAL))
    care.record_apologies(MDT, (Absence(partner=SOCIAL),), asked=by(WIGG))
    care.accept_handover(ROSA, HandoverId(UUID(str(decision))), asked=by(TRUST))
    care.close_meeting(MDT, asked=by(WIGG))

    care.close_referral(
        therapy,
        EndReason.REFERRED_ON,
        elsewhere="Collaborative care",
        summary="Stepped up.",
        asked=by(TALKING),
    )
    care.acknowledge_outcome(therapy, asked=by(WIGG))
    offered = HandoverId(named("Tom to social work"))
    care.offer_handover(TOM, offered, SUPPORT, asked=by(WIGG))
    care.decline_handover(TOM, offered, note="No worker free.", asked=by(SOCIAL))
    again = HandoverId(named("Tom to social work after all"))
    care.offer_handover(TOM, again, SUPPORT, asked=by(WIGG))
    care.withdraw_handover(TOM, again, asked=by(WIGG))
    care.object_to(TOM, HOUSING, asked=by(WIGG))
    care.put_on_hold(
        TOM, reason="He starts a new job.", review_on=date(2026, 3, 16), asked=by(WIGG)
    )
    discharged(place, MINA, EndReason.PERSON_ENDED)
    back = HandoverId(named("Rosa back to therapy"))
    asked_for = Grounds(Evidence.PERSONS_REQUEST, words="She wants her therapist back.")
    care.hand_back(ROSA, back, reason="Less is enough.", grounds=asked_for, asked=by(TRUST))
    care.withdraw_handover(ROSA, back, asked=by(TRUST))


def discharged(place: Place, person: PersonId, reason: EndReason) -> None:
    """Held by the practice; two of its people agree, and the pathway closes."""
    care, by = place.care, place.by
    care.name_key_worker(person, DR_PATEL, asked=by(WIGG))
    care.name_coordinator(person, DR_TOLLEY, asked=by(WIGG))
    care.propose_discharge(person, reason, plan="The practice rings in May.", asked=by(WIGG))
    care.withdraw_discharge(person, asked=by(WIGG))
    care.propose_discharge(person, reason, plan="The practice rings in April.", asked=by(WIGG))
    care.agree_discharge(person, Agreement.LINK_WORKER, asked=by(WIGG))
    care.agree_discharge(
        person, Agreement.CLINICAL_COORDINATOR, asked=by(WIGG, practitioner=DR_TOLLEY)
    )
    care.close_pathway(person, reason, asked=by(WIGG))
