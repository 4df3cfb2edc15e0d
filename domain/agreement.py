"""Agreement: what one partner may know, for which purposes, on which basis, from when until when.

Its facts belong to the partner's stream; it refuses to know who is told of what.
"""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, Self

from domain.kernel import Category, Fact, Recorder
from domain.policies.agreements import CARE, Template
from domain.vocabulary import Confidentiality, Purpose, Scope

# What happened


class AgreementSigned(Fact):
    """What the partner may know and for which purposes, on which basis, from when until when.

    ``basis`` is the lawful basis under the UK GDPR, ``confidentiality`` how the common-law duty is
    met: two different consents, never one for the other. ``consent_required`` tells nothing before
    the person's own explicit consent is recorded. ``substance`` lets substance-misuse care be told,
    ``safeguarding`` whom others refer for safeguarding; ``follows_attendance`` tells whether people
    it referred were seen. It holds from the start of its first day to the end of its last.
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
            starts=starts,
            ends=ends,
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


_WAS: dict[str, tuple[tuple[Purpose, ...], Confidentiality]] = {
    "UK GDPR 6(1)(e); the person was asked": (
        (Purpose.COMMUNITY_SUPPORT,),
        Confidentiality.EXPLICIT,
    ),
    "explicit consent of the person": ((Purpose.JUSTICE,), Confidentiality.EXPLICIT),
    "aggregates only": ((Purpose.PLANNING,), Confidentiality.NOTHING),
}
"""What the words of the first templates said; migration 040 says the same of what is in force."""
