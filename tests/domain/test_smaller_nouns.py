"""Persons, partners, services and appointments: what each refuses."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.agreement import AgreementEnded
from domain.contact import (
    AppointmentBooked,
    AppointmentExists,
    AppointmentHasItsOutcome,
    AppointmentIsUnknown,
    Attended,
    Cancelled,
    Contact,
    DidNotAttend,
    OnlyTheProviderMay,
    Outcome,
)
from domain.partner import (
    Partner,
    PartnerHasJoined,
    PartnerIsUnknown,
    PartnerJoined,
)
from domain.person import (
    DateOfBirthIsNotPossible,
    Details,
    Person,
    PersonIsKnown,
    PersonRegistered,
)
from domain.practitioner import PractitionerAdded, PractitionerIsKnown
from domain.service import (
    Service,
    ServiceClosed,
    ServiceDoesNotTakeSuchReferrals,
    ServiceIsNotOpen,
    ServiceIsOpen,
    ServicePaused,
)
from domain.vocabulary import (
    Attendance,
    Label,
    Medium,
    PartnerKind,
    ReferralId,
    Role,
    Source,
)
from domain.wishes import ConsentGiven, ObjectionLifted, ObjectionRaised
from tests.people import (
    HOUSING,
    MONDAY,
    NADIA,
    PROBATION,
    ROSA,
    SERVICES,
    TALKING,
    THERAPY,
    WIGG,
    agreement,
    named,
)
from tests.scenario import Happened, by, given

REFERRAL = ReferralId(named("a referral"))
ROSA_REGISTERED = PersonRegistered(name="Rosa Lind")


# Person


def test_a_person_is_registered_once() -> None:
    known = given(Person(id=ROSA), Happened(ROSA_REGISTERED))
    known.when(lambda p: p.register(Details(name="Rosa"), asked=by(WIGG))).then_refused(
        PersonIsKnown
    )


@pytest.mark.parametrize("born", [MONDAY.date() + timedelta(days=1), date(1899, 12, 31)])
def test_nobody_is_born_tomorrow_or_in_another_age(born: date) -> None:
    given(Person(id=ROSA)).when(
        lambda p: p.register(Details(name="Rosa", date_of_birth=born), asked=by(WIGG))
    ).then_refused(DateOfBirthIsNotPossible)


def test_a_newborn_may_be_registered() -> None:
    given(Person(id=ROSA)).when(
        lambda p: p.register(Details(name="Rosa", date_of_birth=MONDAY.date()), asked=by(WIGG))
    ).then(PersonRegistered(name="Rosa", date_of_birth="2026-03-02"))


def test_an_objection_is_raised_and_lifted_once() -> None:
    objecting = (Happened(ROSA_REGISTERED), Happened(ObjectionRaised(to=HOUSING)))
    given(Person(id=ROSA), *objecting).when(
        lambda p: p.object_to(HOUSING, asked=by(WIGG))
    ).then_nothing()
    given(Person(id=ROSA), *objecting).when(
        lambda p: p.lift_objection(HOUSING, asked=by(WIGG))
    ).then(ObjectionLifted(to=HOUSING))
    given(Person(id=ROSA), Happened(ROSA_REGISTERED)).when(
        lambda p: p.lift_objection(HOUSING, asked=by(WIGG))
    ).then_nothing()


def test_an_objection_takes_consent_back() -> None:
    agreed = (Happened(ROSA_REGISTERED), Happened(ConsentGiven(to=PROBATION)))
    given(Person(id=ROSA), *agreed).when(
        lambda p: p.consent_to(PROBATION, asked=by(WIGG))
    ).then_nothing()
    given(Person(id=ROSA), *agreed, Happened(ObjectionRaised(to=PROBATION))).when(
        lambda p: p.consent_to(PROBATION, asked=by(WIGG))
    ).then(ConsentGiven(to=PROBATION))


# Partner and service


def test_a_partner_joins_once_and_only_then_signs() -> None:
    joined = Happened(PartnerJoined(name="Camden", kind=PartnerKind.TALKING_THERAPIES), person=None)
    given(Partner(id=TALKING), joined).when(
        lambda p: p.join(name="Camden", kind=PartnerKind.TRUST, identifiers={}, asked=by(WIGG))
    ).then_refused(PartnerHasJoined)
    given(Partner(id=TALKING)).when(
        lambda p: p.sign_agreement(agreement(TALKING), asked=by(WIGG))
    ).then_refused(PartnerIsUnknown)


def test_an_agreement_ends_once() -> None:
    signed = Happened(agreement(TALKING), person=None)
    given(Partner(id=TALKING), signed).when(lambda p: p.end_agreement(asked=by(TALKING))).then(
        AgreementEnded(reference=agreement(TALKING).reference)
    )
    given(Partner(id=TALKING)).when(lambda p: p.end_agreement(asked=by(TALKING))).then_nothing()


def test_a_practitioner_is_added_once() -> None:
    nadia = PractitionerAdded(
        practitioner=NADIA, name="Nadia Hussein", role=Role.CLINICIAN, title="Therapist"
    )
    given(Partner(id=TALKING), Happened(nadia, person=None)).when(
        lambda p: p.add_practitioner(
            NADIA, name="Nadia Hussein", role=Role.CLINICIAN, title="Therapist", asked=by(TALKING)
        )
    ).then_refused(PractitionerIsKnown)


def test_a_service_takes_only_while_it_is_open() -> None:
    opened = Happened(SERVICES[THERAPY], person=None)
    given(Service(id=THERAPY), opened).when(
        lambda s: s.open(SERVICES[THERAPY], asked=by(TALKING))
    ).then_refused(ServiceIsOpen)
    for end in (ServicePaused(reason="flood"), ServiceClosed(reason="merged")):
        given(Service(id=THERAPY), opened, Happened(end, person=None)).when(
            lambda s: s.receiver(Source.PROFESSIONAL)
        ).then_refused(ServiceIsNotOpen)


def test_a_service_takes_only_from_its_ways_in() -> None:
    professionals = SERVICES[THERAPY].model_copy(update={"ways_in": (Source.PROFESSIONAL,)})
    given(Service(id=THERAPY), Happened(professionals, person=None)).when(
        lambda s: s.receiver(Source.SELF)
    ).then_refused(ServiceDoesNotTakeSuchReferrals)


# Contact

BOOKED = AppointmentBooked(
    referral=REFERRAL, provider=TALKING, starts_at=MONDAY, medium=Medium.VIDEO
)


@pytest.mark.parametrize(
    ("attendance", "kind"),
    [
        (Attendance.ON_TIME, Attended),
        (Attendance.LATE, Attended),
        (Attendance.TOO_LATE, DidNotAttend),
        (Attendance.DID_NOT_ATTEND, DidNotAttend),
        (Attendance.CANCELLED_BY_PERSON, Cancelled),
        (Attendance.CANCELLED_BY_SERVICE, Cancelled),
    ],
)
def test_six_attendance_codes_are_three_facts(attendance: Attendance, kind: Any) -> None:
    given(Contact(id=named("Monday")), Happened(BOOKED)).when(
        lambda c: c.note_outcome(Outcome(attendance), asked=by(TALKING))
    ).then(kind(referral=REFERRAL, provider=TALKING, attendance=attendance))


def test_an_appointment_has_one_outcome_by_its_provider() -> None:
    came = Attended(referral=REFERRAL, provider=TALKING, attendance=Attendance.ON_TIME)
    seen = given(Contact(id=named("Monday")), Happened(BOOKED), Happened(came))
    seen.when(
        lambda c: c.note_outcome(Outcome(Attendance.ON_TIME), asked=by(TALKING))
    ).then_nothing()
    seen.when(
        lambda c: c.note_outcome(Outcome(Attendance.DID_NOT_ATTEND), asked=by(TALKING))
    ).then_refused(AppointmentHasItsOutcome)
    seen.when(lambda c: c.note_outcome(Outcome(Attendance.LATE), asked=by(WIGG))).then_refused(
        OnlyTheProviderMay
    )
    seen.when(lambda c: c.book(ROSA, BOOKED, label=Label.ORDINARY, asked=by(TALKING))).then_refused(
        AppointmentExists
    )
    given(Contact(id=named("Tuesday"))).when(
        lambda c: c.note_outcome(Outcome(Attendance.LATE), asked=by(TALKING))
    ).then_refused(AppointmentIsUnknown)
