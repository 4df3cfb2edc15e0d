"""Agreement: what one partner may know, for which purposes, on which basis, from when until when.

Its facts belong to the partner's stream; it refuses to know who is told of what.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, ClassVar, Self

from domain.kernel import BrokenRule, Category, Fact, Recorded, Recorder
from domain.policies.agreements import CARE, OF_THE_PLACE, Template
from domain.policies.days import local_date
from domain.vocabulary import Confidentiality, Moment, PractitionerId, Purpose, Scope, Way

# What happened


class AgreementSigned(Fact):
    """What the partner may know and for which purposes, on which basis, from when until when.

    ``basis`` is the lawful basis under the UK GDPR, ``confidentiality`` how the common-law duty is
    met: two different consents, never one for the other. ``consent_required`` tells nothing before
    the person's own explicit consent is recorded. ``substance`` lets substance-misuse care be told,
    ``safeguarding`` whom others refer for safeguarding; ``follows_attendance`` tells whether people
    it referred were seen. ``ways`` are those its systems may use; they change nothing of what is
    told. It holds from the start of its first day to the end of its last.
    """

    TOPIC: ClassVar[str] = "partner:AgreementSigned"
    SCHEMA: ClassVar[int] = 2
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST,)

    reference: str
    purposes: tuple[Purpose, ...]
    categories: tuple[Category, ...]
    scope: Scope
    substance: bool = False
    safeguarding: bool = False
    consent_required: bool = False
    follows_attendance: bool = False
    basis: str
    confidentiality: Confidentiality
    ways: tuple[Way, ...] = (Way.FEED, Way.LIVE)
    starts: date
    ends: date | None = None

    @classmethod
    def under(
        cls, template: Template, *, reference: str, starts: date, ends: date | None = None
    ) -> Self:
        """An agreement as a template has it."""
        return cls(
            reference=reference,
            purposes=template.purposes,
            categories=template.categories,
            scope=template.scope,
            substance=template.substance,
            safeguarding=template.safeguarding,
            consent_required=template.consent_required,
            follows_attendance=template.follows_attendance,
            basis=template.basis,
            confidentiality=template.confidentiality,
            ways=template.ways,
            starts=starts,
            ends=ends,
        )

    @property
    def terms(self) -> dict[str, Any]:
        """What decides what the partner may know; the days, ways and words of the law do not."""
        return self.model_dump(
            exclude={"reference", "basis", "confidentiality", "ways", "starts", "ends"}
        )

    @classmethod
    def upcast(cls, body: dict[str, Any], schema: int) -> dict[str, Any]:
        """The first agreements named no purpose: each kind had its own words for the basis."""
        if schema > 1:
            return body
        purposes, confidentiality = _WAS.get(body["basis"], (CARE, Confidentiality.IMPLIED))
        return body | {"purposes": purposes, "confidentiality": confidentiality}


class AgreementEnded(Fact):
    """The partner's agreement ended; nothing more is shared with it."""

    TOPIC: ClassVar[str] = "partner:AgreementEnded"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST,)

    reference: str


class AgreementBegan(Fact):
    """An agreement signed before has begun, and takes the place of the one before it."""

    TOPIC: ClassVar[str] = "partner:AgreementBegan"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    reference: str
    starts: date


class AgreementExpired(Fact):
    """The last day of the agreement has passed and no other took its place: nothing is shared."""

    TOPIC: ClassVar[str] = "partner:AgreementExpired"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    reference: str
    ends: date


_WAS: dict[str, tuple[tuple[Purpose, ...], Confidentiality]] = {
    "UK GDPR 6(1)(e); the person was asked": (
        (Purpose.COMMUNITY_SUPPORT,),
        Confidentiality.EXPLICIT,
    ),
    "explicit consent of the person": ((Purpose.JUSTICE,), Confidentiality.EXPLICIT),
    "aggregates only": ((Purpose.PLANNING,), Confidentiality.NOTHING),
}
"""What the words of the first templates said; migration 040 says the same of what is in force."""


# What is refused


class AgreementIsKnown(BrokenRule):
    """An agreement with other terms has this reference already; give this one its own."""


class AgreementEndsBeforeItBegins(BrokenRule):
    """The last day of an agreement is not before its first."""


class AgreementWouldBeOver(BrokenRule):
    """An agreement whose last day has passed lets nobody know anything; name a later one."""


class AnAgreementHasAPurpose(BrokenRule):
    """An agreement names what it is for; administration and audit need none."""


class ConsentIsAskedInSoManyWords(BrokenRule):
    """Whoever waits for the person's own consent meets the duty of confidentiality by it alone."""


def must_be_sound(agreement: AgreementSigned, held: list[Held], today: date) -> bool:
    """Whether it is new; ``False`` where just this one was signed already and is not over.

    Raises `AnAgreementHasAPurpose`, `ConsentIsAskedInSoManyWords`, `AgreementEndsBeforeItBegins`,
    `AgreementWouldBeOver`, `AgreementIsKnown`.
    """
    if not agreement.purposes or OF_THE_PLACE & set(agreement.purposes):
        raise AnAgreementHasAPurpose(agreement.reference)
    if agreement.consent_required and agreement.confidentiality is not Confidentiality.EXPLICIT:
        raise ConsentIsAskedInSoManyWords(agreement.reference)
    if agreement.ends is not None and agreement.ends < agreement.starts:
        raise AgreementEndsBeforeItBegins(agreement.reference)
    if agreement.ends is not None and agreement.ends < today:
        raise AgreementWouldBeOver(agreement.reference)
    same = [each for each in held if each.agreement.reference == agreement.reference]
    if any(each.agreement == agreement and each.over is None for each in same):
        return False
    if same:
        raise AgreementIsKnown(agreement.reference)
    return True


# What is true now


class Over(StrEnum):
    """Why an agreement is in force no longer, or never came to be."""

    ENDED = "ended"
    EXPIRED = "expired"
    REPLACED = "replaced"


@dataclass
class Held:
    """An agreement with a partner, and what became of it."""

    agreement: AgreementSigned
    signed_at: Moment
    signed_by: PractitionerId | None = None
    began_at: Moment | None = None
    over_at: Moment | None = None
    over: Over | None = None

    def stop(self, why: Over, at: Moment) -> None:
        self.over, self.over_at = why, at


def follow(held: list[Held], recorded: Recorded) -> None:
    """Follow one fact about a partner's agreements; ``held`` is in the order of signing.

    One takes the place of what was signed before it from its first day on, and for good.
    """
    at = recorded.effective_at
    match recorded.fact:
        case AgreementSigned() as signed:
            for each in ahead(held):
                if each.agreement.starts >= signed.starts:
                    each.stop(Over.REPLACED, at)
            new = Held(signed, at, recorded.practitioner)
            if signed.starts <= local_date(at):
                _begin(held, new, at)
            held.append(new)
        case AgreementBegan(reference=reference, starts=starts):
            for each in ahead(held):
                if (each.agreement.reference, each.agreement.starts) == (reference, starts):
                    _begin(held, each, at)
        case AgreementExpired():
            if now := standing(held):
                now.stop(Over.EXPIRED, at)
        case AgreementEnded():
            for each in held:
                if each.over is None:
                    each.stop(Over.ENDED, at)
        case _:
            pass


def _begin(held: list[Held], new: Held, at: Moment) -> None:
    for each in held:
        earlier = each.began_at is not None or each.agreement.starts <= new.agreement.starts
        if each.over is None and each is not new and earlier:
            each.stop(Over.REPLACED, at)
    new.began_at = at


def standing(held: list[Held]) -> Held | None:
    """The agreement that has begun and is not over, as far as anybody has said."""
    return next((each for each in held if each.began_at and each.over is None), None)


def ahead(held: list[Held]) -> list[Held]:
    """What was signed and has not begun, in the order of their days."""
    found = [each for each in held if each.began_at is None and each.over is None]
    return sorted(found, key=lambda each: each.agreement.starts)


def covers(agreement: AgreementSigned, on: date) -> bool:
    """Whether a day is one of the agreement's own."""
    return agreement.starts <= on <= (agreement.ends or date.max)


def in_force(held: list[Held], on: date) -> AgreementSigned | None:
    """What holds on a day, whether or not anybody has said yet that it began or expired."""
    begun = [each for each in ahead(held) if each.agreement.starts <= on]
    now = begun[-1] if begun else standing(held)
    return now.agreement if now and covers(now.agreement, on) else None


FACTS: tuple[type[Fact], ...] = (
    AgreementSigned,
    AgreementEnded,
    AgreementBegan,
    AgreementExpired,
)
