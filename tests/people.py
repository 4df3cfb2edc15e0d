"""The people, organisations and services of the tests: the same names everywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid5

from domain.agreement import AgreementSigned
from domain.person import Details
from domain.policies.agreements import TEMPLATES
from domain.service import ServiceOpened
from domain.vocabulary import (
    Label,
    PartnerId,
    PartnerKind,
    PersonId,
    PractitionerId,
    ServiceId,
    Source,
    Step,
)

PLACE = UUID("7ad0a3b6-6f5d-5d0e-9a51-1f2b3c4d5e6f")
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
THURSDAY = MONDAY + timedelta(days=3)


def named(words: str) -> UUID:
    """An id that follows from words, so that a test says who it speaks of."""
    return uuid5(PLACE, words)


# Organisations

WIGG = PartnerId(named("James Wigg Practice"))
TALKING = PartnerId(named("Camden Talking Therapies"))
TRUST = PartnerId(named("North London Mental Health Trust"))
SOCIAL = PartnerId(named("Camden Social Work Team"))
DRUGS = PartnerId(named("Camden Drug Service"))
CHARITY = PartnerId(named("Allotment Charity"))
GROUP = PartnerId(named("Kentish Town Improvement Fund"))
PROBATION = PartnerId(named("Camden Probation"))
SCHOOL = PartnerId(named("Parliament Hill School"))
LIBRARY = PartnerId(named("Kentish Town Library"))
PHARMACY = PartnerId(named("Kentish Town Pharmacy"))
HOUSING = PartnerId(named("Housing Advice"))
COMMISSIONER = PartnerId(named("North Central London ICB"))

KINDS: dict[PartnerId, PartnerKind] = {
    WIGG: PartnerKind.PRACTICE,
    TALKING: PartnerKind.TALKING_THERAPIES,
    TRUST: PartnerKind.TRUST,
    SOCIAL: PartnerKind.SOCIAL_WORK,
    DRUGS: PartnerKind.DRUG_SERVICE,
    CHARITY: PartnerKind.CHARITY,
    GROUP: PartnerKind.PATIENT_GROUP,
    PROBATION: PartnerKind.PROBATION,
    SCHOOL: PartnerKind.SCHOOL,
    LIBRARY: PartnerKind.LIBRARY,
    PHARMACY: PartnerKind.PHARMACY,
    HOUSING: PartnerKind.HOUSING_ADVICE,
    COMMISSIONER: PartnerKind.COMMISSIONER,
}
PARTNER_OF = {kind: partner for partner, kind in KINDS.items()}

# Who acts for them

DR_PATEL = PractitionerId(named("Dr Anjali Patel, GP"))
NADIA = PractitionerId(named("Nadia Hussein, therapist"))
DR_OKAFOR = PractitionerId(named("Dr Chidi Okafor, psychiatrist"))
SAM = PractitionerId(named("Sam Doyle, social worker"))
JO = PractitionerId(named("Jo Reid, drug worker"))
DR_TOLLEY = PractitionerId(named("Dr Gwen Tolley, GP"))
PRACTITIONERS = {WIGG: DR_PATEL, TALKING: NADIA, TRUST: DR_OKAFOR, SOCIAL: SAM, DRUGS: JO}
OFFICERS = {
    partner: PractitionerId(named(f"privacy officer of the {KINDS[partner]}"))
    for partner in PRACTITIONERS
}

# What they offer: who, at which step, from whom, how labelled

EVERYBODY = (Source.PROFESSIONAL, Source.PARTNER, Source.CARER, Source.SELF)
COLLABORATIVE_CARE = ServiceId(named("Collaborative care"))
THERAPY = ServiceId(named("Guided self-help and therapy"))
WARD = ServiceId(named("Community mental-health team"))
SUPPORT = ServiceId(named("Social work support"))
DRUG_CARE = ServiceId(named("Drug service shared care"))
GARDENING = ServiceId(named("Gardening group"))
PEER_GROUP = ServiceId(named("Peer group"))
READING = ServiceId(named("Reading group"))
HOUSING_HELP = ServiceId(named("Housing help"))
SCHOOL_NURSE = ServiceId(named("School pastoral care"))
COMMUNITY_ORDER = ServiceId(named("Community order supervision"))

SERVICES: dict[ServiceId, ServiceOpened] = {
    service: ServiceOpened(
        partner=partner,
        name=name,
        step=step,
        ways_in=EVERYBODY,
        eligibility="adults registered in Camden",
        group=group,
        label=Label.SUBSTANCE if partner == DRUGS else Label.ORDINARY,
    )
    for service, partner, name, step, group in (
        (COLLABORATIVE_CARE, WIGG, "Collaborative care", Step.COLLABORATIVE_CARE, False),
        (THERAPY, TALKING, "Guided self-help and therapy", Step.TALKING_THERAPIES, False),
        (WARD, TRUST, "Community mental-health team", Step.HOSPITAL_CARE, False),
        (SUPPORT, SOCIAL, "Social work support", Step.COMMUNITY_PREVENTION, False),
        (DRUG_CARE, DRUGS, "Shared care", Step.COLLABORATIVE_CARE, False),
        (GARDENING, CHARITY, "Gardening group", Step.COMMUNITY_PREVENTION, True),
        (PEER_GROUP, GROUP, "Peer group", Step.COMMUNITY_PREVENTION, True),
        (READING, LIBRARY, "Reading group", Step.COMMUNITY_PREVENTION, True),
        (HOUSING_HELP, HOUSING, "Housing help", Step.COMMUNITY_PREVENTION, False),
        (SCHOOL_NURSE, SCHOOL, "Pastoral care", Step.COMMUNITY_PREVENTION, False),
        (COMMUNITY_ORDER, PROBATION, "Supervision", Step.COMMUNITY_PREVENTION, False),
    )
}
SERVICE_OF = {opened.partner: service for service, opened in SERVICES.items()}

# Who is helped

ROSA = PersonId(named("Rosa Lind"))
TOM = PersonId(named("Tom Achebe"))
MINA = PersonId(named("Mina Karim"))
PEOPLE = {ROSA: "Rosa Lind", TOM: "Tom Achebe", MINA: "Mina Karim"}


def details(person: PersonId, *, practice: PartnerId | None = WIGG) -> Details:
    """What a person told of themselves. NHS numbers are of the range kept for tests."""
    return Details(
        name=PEOPLE[person],
        phone="020 7946 0000",
        practice=practice,
        date_of_birth=date(1988, 5, 4),
        nhs_number="9990000018",
        sex="female",
        address="1 Leighton Road",
        postcode="NW5 2QT",
        language="English",
        ethnicity="A",
        deprivation_decile=2,
    )


def agreement(partner: PartnerId) -> AgreementSigned:
    """The default agreement for a partner's kind, from the first day on."""
    kind = KINDS[partner]
    return AgreementSigned.under(
        TEMPLATES[kind], reference=f"default for a {kind.value}", starts=MONDAY.date()
    )
