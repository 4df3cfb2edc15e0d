"""Default sharing agreements by kind of partner: what each may know unless its own says otherwise.

Source: NHS England, *Information sharing in MDTs* and *Sharing information with the voluntary
sector*; GMC *Confidentiality* ¶28; DCB1605 (communication needs may travel to everybody). A place
changes them by signing other agreements; these hold from the day a partner joins.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.kernel import Category
from domain.vocabulary import PartnerKind, Scope

DIRECT_CARE = "UK GDPR 6(1)(e) and 9(2)(h); implied consent for direct care"
ASKED_FOR = "UK GDPR 6(1)(e); the person was asked"
EXPLICIT = "explicit consent of the person"


@dataclass(frozen=True, slots=True)
class Template:
    """What a kind of partner may know by default."""

    categories: tuple[Category, ...]
    scope: Scope
    basis: str
    substance: bool = False
    safeguarding: bool = False
    consent_required: bool = False
    follows_attendance: bool = False


WHOLE = (
    Category.IDENTITY,
    Category.DEMOGRAPHIC,
    Category.ACCESS,
    Category.REFERRAL,
    Category.ASK,
    Category.ENGAGEMENT,
    Category.COORDINATION,
    Category.CLINICAL,
    Category.PLAN,
    Category.EQUALITY,
    Category.SAFETY,
)
NO_THERAPY = tuple(c for c in WHOLE if c not in (Category.CLINICAL, Category.EQUALITY))
ACTIVITY = (
    Category.IDENTITY,
    Category.ACCESS,
    Category.REFERRAL,
    Category.ASK,
    Category.ENGAGEMENT,
)
THE_ASK = (Category.IDENTITY, Category.ACCESS, Category.REFERRAL, Category.ASK)

DISPENSING = (Category.IDENTITY, Category.ACCESS, Category.ASK, Category.ENGAGEMENT)
"""A name, how to speak with the person, what is asked of the pharmacy, who came: nothing of why.

Source: Community Pharmacy England, Supervised Consumption: what a key worker tells a pharmacy.
"""

TEMPLATES: dict[PartnerKind, Template] = {
    PartnerKind.PRACTICE: Template(
        WHOLE, Scope.EPISODE, DIRECT_CARE, substance=True, safeguarding=True
    ),
    PartnerKind.TRUST: Template(
        WHOLE, Scope.EPISODE, DIRECT_CARE, substance=True, safeguarding=True
    ),
    PartnerKind.TALKING_THERAPIES: Template(WHOLE, Scope.EPISODE, DIRECT_CARE),
    PartnerKind.SOCIAL_WORK: Template(NO_THERAPY, Scope.EPISODE, DIRECT_CARE, safeguarding=True),
    PartnerKind.DRUG_SERVICE: Template(WHOLE, Scope.OWN, DIRECT_CARE, substance=True),
    PartnerKind.PHARMACY: Template(DISPENSING, Scope.OWN, DIRECT_CARE),
    PartnerKind.CHARITY: Template(ACTIVITY, Scope.OWN, ASKED_FOR),
    PartnerKind.PATIENT_GROUP: Template(ACTIVITY, Scope.OWN, ASKED_FOR),
    PartnerKind.SCHOOL: Template(ACTIVITY, Scope.OWN, ASKED_FOR),
    PartnerKind.LIBRARY: Template(ACTIVITY, Scope.OWN, ASKED_FOR),
    PartnerKind.HOUSING_ADVICE: Template(THE_ASK, Scope.OWN, ASKED_FOR),
    PartnerKind.PROBATION: Template(
        (Category.IDENTITY, Category.REFERRAL, Category.ENGAGEMENT),
        Scope.OWN,
        EXPLICIT,
        consent_required=True,
        follows_attendance=True,
    ),
    PartnerKind.COMMISSIONER: Template((), Scope.OWN, "aggregates only"),
}
