"""What each kind of destination needs to be told before a referral is sent, in plain words.

It asks for no more than a sharing agreement of that kind lets the destination see. It refuses to
know what was answered: it looks only at which answers are there. What is missing never blocks a
need: a referral is sent without it once the sender says why (`ReferralIsIncomplete`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.kernel import BrokenRule, Category
from domain.policies.days import local_date
from domain.vocabulary import Mode, Moment, Particular, PartnerKind, Source


@dataclass(frozen=True, slots=True)
class Needed:
    """One thing asked for: any of ``fields`` will do; ``words`` name it when it is missing.

    ``item`` is its code; ``pointer`` where it stands in a request to refer (RFC 6901).

    ``category`` is what it reveals to the destination, or ``None`` when the sender keeps it.
    ``when`` asks for it only where a field has that value.
    """

    item: Particular
    fields: tuple[str, ...]
    words: str
    category: Category | None
    when: tuple[str, str] | None = None

    @property
    def pointer(self) -> str:
        field = self.fields[0]
        return f"/person/{field}" if field in OF_THE_PERSON else f"/{field}"

    def missing_in(self, given: Mapping[str, object]) -> bool:
        if self.when is not None and given.get(self.when[0]) != self.when[1]:
            return False
        return not any(_said(given.get(field)) for field in self.fields)


@dataclass(frozen=True, slots=True)
class MinimumDataSet:
    """What one kind of destination asks for, between two dates."""

    destination: PartnerKind
    source: str
    needed: tuple[Needed, ...]
    effective_from: date = date.min
    effective_to: date | None = None  # the first day it no longer holds

    def missing(self, given: Mapping[str, object]) -> tuple[Needed, ...]:
        """What is still missing; empty when the referral may be sent."""
        return tuple(item for item in self.needed if item.missing_in(given))


class TakesNoReferrals(BrokenRule):
    """Nobody is referred to an organisation of this kind."""


class ReferralIsIncomplete(BrokenRule):
    """The service needs to know more; add it, or say in sent_without why you send it so."""

    def __init__(self, missing: tuple[Needed, ...] = ()) -> None:
        super().__init__(*(needed.item for needed in missing))
        self.missing = missing

    @property
    def text(self) -> str:
        """What it says, and what is missing: kinds of things, no word of anybody's."""
        said = "; ".join(each.words for each in self.missing)
        return f"{super().text} Missing: {said}." if said else super().text


OF_THE_PERSON = frozenset(
    {"name", "phone", "date_of_birth", "nhs_number", "address", "postcode", "practice"}
)


NAME = Needed(Particular.NAME, ("name",), "the person's name", Category.IDENTITY)
PHONE = Needed(Particular.PHONE, ("phone",), "a telephone number for the person", Category.IDENTITY)
REACH = Needed(
    Particular.REACH,
    ("phone", "address"),
    "a telephone number or an address for the person",
    Category.DEMOGRAPHIC,
)
BORN = Needed(Particular.BORN, ("date_of_birth",), "the date of birth", Category.DEMOGRAPHIC)
ADDRESS = Needed(
    Particular.ADDRESS,
    ("address", "postcode"),
    "the address or the postcode",
    Category.DEMOGRAPHIC,
)
NUMBER = Needed(
    Particular.NUMBER,
    ("nhs_number", "address", "postcode"),
    "the NHS number, or an address to find it by",
    Category.DEMOGRAPHIC,
)
PRACTICE = Needed(Particular.PRACTICE, ("practice",), "the GP practice", Category.COORDINATION)
ASK = Needed(Particular.ASK, ("ask",), "what you ask for", Category.ASK)
REASON = Needed(
    Particular.REASON,
    ("reason",),
    "why: the problem and what has been tried",
    Category.CLINICAL,
    ("source", Source.PROFESSIONAL.value),  # a library or a mother is not asked for a history
)
PRIORITY = Needed(Particular.PRIORITY, ("priority",), "how urgent it is", Category.COORDINATION)
SAID_BY = Needed(
    Particular.SAID_BY,
    ("said_by",),
    "who asked, since it was said and not written",
    None,
    ("mode", Mode.VERBAL.value),
)
AGREED = Needed(
    Particular.AGREED, ("consent",), "the person's own agreement, in so many words", None
)

PRSB = "PRSB, referral and social-prescribing information standards; to be set by each place"
VCS = "NHS England, Sharing information with the voluntary sector: only what they need"
ACTIVITY = (NAME, PHONE, ASK, SAID_BY)

SETS: tuple[MinimumDataSet, ...] = (
    MinimumDataSet(PartnerKind.PRACTICE, PRSB, (NAME, BORN, NUMBER, ASK, REASON, SAID_BY)),
    MinimumDataSet(
        PartnerKind.TALKING_THERAPIES, PRSB, (NAME, PHONE, BORN, PRACTICE, ASK, SAID_BY)
    ),
    MinimumDataSet(
        PartnerKind.TRUST,
        PRSB,
        (NAME, REACH, BORN, NUMBER, PRACTICE, ASK, REASON, PRIORITY, SAID_BY),
    ),
    MinimumDataSet(PartnerKind.SOCIAL_WORK, PRSB, (NAME, BORN, ADDRESS, ASK, PRIORITY, SAID_BY)),
    MinimumDataSet(PartnerKind.DRUG_SERVICE, PRSB, (NAME, REACH, BORN, ASK, REASON, SAID_BY)),
    MinimumDataSet(PartnerKind.CHARITY, VCS, ACTIVITY),
    MinimumDataSet(PartnerKind.PATIENT_GROUP, VCS, ACTIVITY),
    MinimumDataSet(PartnerKind.SCHOOL, VCS, ACTIVITY),
    MinimumDataSet(PartnerKind.LIBRARY, VCS, ACTIVITY),
    MinimumDataSet(PartnerKind.HOUSING_ADVICE, VCS, ACTIVITY),
    MinimumDataSet(
        PartnerKind.PROBATION,
        "Default agreement for probation: explicit consent",
        (NAME, AGREED, SAID_BY),
    ),
)


def in_force(
    destination: PartnerKind, at: Moment, sets: Iterable[MinimumDataSet] = SETS
) -> MinimumDataSet:
    """What a kind of destination asks for at a moment. Raises `TakesNoReferrals`."""
    on = local_date(at)
    held = [
        one
        for one in sets
        if one.destination is destination
        and one.effective_from <= on
        and (one.effective_to is None or on < one.effective_to)
    ]
    if not held:
        raise TakesNoReferrals(destination.value)
    return max(held, key=lambda one: one.effective_from)


def missing(
    destination: PartnerKind, given: Mapping[str, object], at: Moment
) -> tuple[Needed, ...]:
    """What is still missing before a referral may be sent there. Raises `TakesNoReferrals`."""
    return in_force(destination, at).missing(given)


def _said(answer: object) -> bool:
    return bool(answer.strip()) if isinstance(answer, str) else answer not in (None, False)


def demanded(source: Source, mode: Mode, message: str | None) -> bool:
    """Whether the one who sends it is asked for what is missing, or it is only noted.

    A clinician or partner who fills in a form can add it, or say why not. What was said, what a
    person or a carer asks for themselves, and a message from another system are taken as they came.
    """
    written = mode is not Mode.VERBAL and message is None
    return written and source in (Source.PROFESSIONAL, Source.PARTNER)
