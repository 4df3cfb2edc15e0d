"""Corrections: details put right, two people's edits of one detail, and a person's disagreement.

They are facts of the person's own stream. A correction is a new fact: it changes no recorded
opinion (NHS England, *Amending patient and service user records*).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from domain import edits
from domain.edits import Edit
from domain.kernel import (
    Access,
    BrokenRule,
    Category,
    Demographic,
    Equality,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.vocabulary import AccessNeed, EditId, Moment


class Detail(StrEnum):
    """What can be put right of a person, one by one."""

    NAME = "name"
    PHONE = "phone"
    DATE_OF_BIRTH = "date_of_birth"
    NHS_NUMBER = "nhs_number"
    SEX = "sex"
    ADDRESS = "address"
    POSTCODE = "postcode"
    LANGUAGE = "language"
    ETHNICITY = "ethnicity"
    NEEDS = "needs"


# What happened


class CorrectionFact(Fact):
    """Something known of a person was put right, or contradicted."""

    TOPIC: ClassVar[str] = "person:"
    CATEGORY: ClassVar[Category] = Category.IDENTITY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)


class DetailsCorrected(CorrectionFact):
    """Some of a person's details were put right; what was recorded before stays readable.

    Told to those who may know one of the details it puts right, and of those details alone.
    ``instead_of`` are the edits that its writer had seen; what they had not seen is not replaced.
    """

    TOPIC: ClassVar[str] = "person:DetailsCorrected"

    name: PersonalText | None = None
    phone: PersonalText | None = None
    date_of_birth: Demographic[PersonalText | None] = None
    nhs_number: Demographic[PersonalText | None] = None
    sex: Demographic[str | None] = None
    address: Demographic[PersonalText | None] = None
    postcode: Demographic[PersonalText | None] = None
    language: Access[str | None] = None
    ethnicity: Equality[str | None] = None
    taken_out: tuple[Detail, ...] = ()
    edit: EditId | None = None
    instead_of: tuple[EditId, ...] = ()


class ConflictSettled(CorrectionFact):
    """Of several things that people wrote of one detail, somebody said which is right.

    It says the value again, so that it reads the same whatever else arrived before it. Told to
    those who may know that detail. Of one ``need`` of the list, ``detail`` is needs; one that is
    not ``shared`` is told to nobody but whoever settled it.
    """

    TOPIC: ClassVar[str] = "person:ConflictSettled"

    detail: Detail
    need: AccessNeed | None = None
    shared: bool = True
    value: PersonalText | None = None
    stands: EditId
    edit: EditId
    instead_of: tuple[EditId, ...]


class DisagreementRecorded(CorrectionFact):
    """The person disagrees with something recorded; it stays, and their word stands beside it.

    ``about`` is the fact's own id. Told as clinical matters are, and of drug care as drug care is.
    """

    TOPIC: ClassVar[str] = "person:DisagreementRecorded"
    CATEGORY: ClassVar[Category] = Category.CLINICAL

    about: str
    words: PersonalText


# What is refused


class NothingIsCorrected(BrokenRule):
    """The correction names no detail; say which one is put right."""


class NameIsMissing(BrokenRule):
    """A name is put right, and not taken out; enter the right one."""


class DetailIsNotShared(BrokenRule):
    """Your organisation is not told one of these details, so it cannot put it right."""


class NothingIsInConflict(BrokenRule):
    """There is no such conflict in this person's details; look at the record as it is now."""


class NothingSuchWasRecorded(BrokenRule):
    """Nothing of that id was recorded about this person's care."""


# What is true now and may happen next

CATEGORY_OF: Mapping[Detail, Category] = {
    detail: DetailsCorrected.FIELD_CATEGORY.get(detail, Category.ACCESS) for detail in Detail
}
"""As what each detail is shared."""

About = Detail | AccessNeed
"""What an edit may be of: a detail, or one need beside the others."""


def category_of(about: About) -> Category:
    """As what it is shared."""
    return CATEGORY_OF[Detail.NEEDS if isinstance(about, AccessNeed) else about]


def changed(fact: DetailsCorrected) -> dict[About, str | None]:
    """Each detail a correction puts right, with its new value; ``None`` takes it out."""
    put: dict[About, str | None] = {d: getattr(fact, d, None) for d in Detail}
    return {d: v for d, v in put.items() if v is not None} | dict.fromkeys(fact.taken_out)


@dataclass
class Known:
    """What is known of a person, detail by detail, with all that stands of each."""

    standing: dict[About, tuple[Edit, ...]] = field(default_factory=dict)
    written: dict[EditId, dict[About, str | None]] = field(default_factory=dict)

    def conflicts(self) -> frozenset[About]:
        return frozenset(d for d, standing in self.standing.items() if edits.differ(standing))

    def replaced(
        self,
        edit: EditId,
        details: Iterable[About],
        instead_of: Iterable[EditId] | None,
        at: Moment,
    ) -> tuple[EditId, ...]:
        """What a new edit of these details replaces. Raises `EditExists`, `SeenEditIsNotHere`."""
        if edit in self.written:
            raise edits.EditExists(edit)
        if instead_of is None:
            about = (self.standing.get(detail, ()) for detail in details)
            instead_of = frozenset().union(*(edits.seen(standing, at) for standing in about))
        for other in instead_of:
            if other not in self.written:
                raise edits.SeenEditIsNotHere(other)
        return tuple(sorted(instead_of))

    def follow(
        self,
        recorded: Recorded,
        told: Mapping[About, str | None],
        edit: EditId | None = None,
        instead_of: Iterable[EditId] = (),
    ) -> None:
        """Follow what a fact says of some details."""
        at = recorded.effective_at
        one = edit or edits.of_old(type(recorded.fact).__name__, at)
        self.written.setdefault(one, {}).update(told)
        for detail, value in told.items():
            written = Edit(one, value, at, frozenset(instead_of) if edit else None)
            self.standing[detail] = edits.after(self.standing.get(detail, ()), written)
