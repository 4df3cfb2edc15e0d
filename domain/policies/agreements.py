"""Templates of sharing agreements by kind of partner: dated data, each with its source.

A place signs others where it needs them; these are proposed, and hold from the day a partner joins.
What they say of the law is a default that a place's own privacy officer has to confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.kernel import Category
from domain.vocabulary import Confidentiality, PartnerKind, Purpose, Scope, Way

CARE_BASIS = "UK GDPR 6(1)(e) and 9(2)(h)"
TASK_BASIS = "UK GDPR 6(1)(e)"
JUSTICE_BASIS = "UK GDPR 6(1)(e) and 9(2)(g)"

CARE = (Purpose.DIRECT_CARE, Purpose.SAFEGUARDING)
COMMUNITY = (Purpose.COMMUNITY_SUPPORT,)

ENDS_SOON = (90, 30, 7)
"""Days before its last on which an agreement is said to end, each more pressing: a place's own."""

OF_THE_PLACE = frozenset({Purpose.ADMINISTRATION, Purpose.AUDIT})
"""Purposes that no agreement names and nobody objects to: looking after records, and after who
looked at them. Which role has them is for `policies.roles`."""

EVERY_WAY = (Way.FEED, Way.LIVE, Way.KAFKA, Way.WEBHOOK, Way.MESH)
"""For who has systems of its own and people to look after them. Links by mail are in no template:
whoever is to get them agrees to that, and to which address, on its own."""

LIGHT_WAYS = (Way.FEED, Way.LIVE, Way.WEBHOOK)
"""For who has a web server at most: nothing to run, nothing to keep open."""

MDT = (
    "NHS England, Information sharing in MDTs; GMC Confidentiality 28; for access needs DCB1605; "
    "basis: Herts and West Essex ICB, privacy notice"
)
VOLUNTARY = (
    "NHS England, Sharing information with the voluntary sector: what they need, and no more"
)
DISPENSED = "Community Pharmacy England, Supervised Consumption: what a key worker tells a pharmacy"
ORDERED = "HMPPS and NHS England: health and probation share by explicit consent"
TOTALS = "NHS England, national data opt-out (DCB3058): planning gets totals, nobody's record"


@dataclass(frozen=True, slots=True)
class Template:
    """What a kind of partner may know by default, and for which purposes."""

    kind: PartnerKind
    purposes: tuple[Purpose, ...]
    categories: tuple[Category, ...]
    scope: Scope
    basis: str
    confidentiality: Confidentiality
    source: str
    substance: bool = False
    safeguarding: bool = False
    consent_required: bool = False
    follows_attendance: bool = False
    ways: tuple[Way, ...] = LIGHT_WAYS
    effective_from: date = date(2016, 1, 1)
    effective_to: date | None = None


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
"""A name, how to speak with the person, what is asked of the pharmacy, who came: nothing of why."""


def _care(
    kind: PartnerKind,
    categories: tuple[Category, ...],
    scope: Scope = Scope.EPISODE,
    *,
    substance: bool = False,
    safeguarding: bool = False,
) -> Template:
    return Template(
        kind,
        CARE,
        categories,
        scope,
        CARE_BASIS,
        Confidentiality.IMPLIED,
        MDT,
        substance=substance,
        safeguarding=safeguarding,
        ways=EVERY_WAY,
    )


def _community(kind: PartnerKind, categories: tuple[Category, ...]) -> Template:
    return Template(
        kind,
        COMMUNITY,
        categories,
        Scope.OWN,
        TASK_BASIS,
        Confidentiality.EXPLICIT,
        VOLUNTARY,
    )


EDITIONS: tuple[Template, ...] = (
    _care(PartnerKind.PRACTICE, WHOLE, substance=True, safeguarding=True),
    _care(PartnerKind.TRUST, WHOLE, substance=True, safeguarding=True),
    _care(PartnerKind.TALKING_THERAPIES, WHOLE),
    _care(PartnerKind.SOCIAL_WORK, NO_THERAPY, safeguarding=True),
    _care(PartnerKind.DRUG_SERVICE, WHOLE, Scope.OWN, substance=True),
    Template(
        PartnerKind.PHARMACY,
        (Purpose.DIRECT_CARE,),
        DISPENSING,
        Scope.OWN,
        CARE_BASIS,
        Confidentiality.IMPLIED,
        DISPENSED,
    ),
    _community(PartnerKind.CHARITY, ACTIVITY),
    _community(PartnerKind.PATIENT_GROUP, ACTIVITY),
    _community(PartnerKind.SCHOOL, ACTIVITY),
    _community(PartnerKind.LIBRARY, ACTIVITY),
    _community(PartnerKind.HOUSING_ADVICE, THE_ASK),
    Template(
        PartnerKind.PROBATION,
        (Purpose.JUSTICE,),
        (Category.IDENTITY, Category.REFERRAL, Category.ENGAGEMENT),
        Scope.OWN,
        JUSTICE_BASIS,
        Confidentiality.EXPLICIT,
        ORDERED,
        consent_required=True,
        follows_attendance=True,
    ),
    Template(
        PartnerKind.COMMISSIONER,
        (Purpose.PLANNING,),
        (),
        Scope.OWN,
        TASK_BASIS,
        Confidentiality.NOTHING,
        TOTALS,
        ways=(Way.FEED, Way.LIVE),
    ),
)


def template(kind: PartnerKind, on: date) -> Template:
    """What a kind of partner is proposed on a day."""
    held = [
        one
        for one in EDITIONS
        if one.kind is kind
        and one.effective_from <= on
        and (one.effective_to is None or on < one.effective_to)
    ]
    return max(held, key=lambda one: one.effective_from)


TEMPLATES = {one.kind: one for one in EDITIONS if one.effective_to is None}
"""What each kind is proposed now."""
