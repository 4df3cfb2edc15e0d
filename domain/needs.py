"""Needs: how a person is reached, understood and seen; each said, agreed, met or not, looked at.

They are edits of the person's own stream, one need beside another: whoever adds one overwrites no
other. It refuses to know why a person needs anything, but where they said so to a clinician.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import uuid5

from domain.corrections import CorrectionFact, Detail, Known
from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.policies.needs import IN_WORDS, Standard, standard
from domain.vocabulary import AccessNeed, EditId, Moment, PersonId

# What happened


class NeedFact(CorrectionFact):
    """How a person is reached, understood and seen. Told to everybody who may know that much.

    Where the person does not wish it ``shared``, it is told to nobody but whoever recorded it.
    """

    TOPIC: ClassVar[str] = "person:"
    CATEGORY: ClassVar[Category] = Category.ACCESS


class CommunicationNeedsRecorded(NeedFact):
    """How to communicate with a person (DCB1605); travels to all.

    With a ``need``, one of its own beside the others; without one, all that is said in words.
    """

    TOPIC: ClassVar[str] = "person:CommunicationNeedsRecorded"

    needs: PersonalText
    language: str | None = None
    need: AccessNeed | None = None
    edit: EditId | None = None
    instead_of: tuple[EditId, ...] = ()


class AdjustmentAgreed(NeedFact):
    """A reasonable adjustment was agreed with the person (DCB4019; Equality Act 2010, section 20).

    The flag travels where the person agreed that it is ``shared``; the impairment behind it is
    clinical, and travels to nobody who helps with something else.
    """

    TOPIC: ClassVar[str] = "person:AdjustmentAgreed"

    need: AccessNeed
    words: PersonalText | None = None
    impairment: Clinical[PersonalText | None] = None
    shared: bool
    edit: EditId
    instead_of: tuple[EditId, ...] = ()


class NeedEnded(NeedFact):
    """The person does not need this any more, or no longer wishes that it is told."""

    TOPIC: ClassVar[str] = "person:NeedEnded"

    need: AccessNeed
    shared: bool = True
    edit: EditId
    instead_of: tuple[EditId, ...] = ()


class NeedMet(NeedFact):
    """A need of the person was met where they were seen."""

    TOPIC: ClassVar[str] = "person:NeedMet"
    CATEGORY: ClassVar[Category] = Category.COORDINATION

    need: AccessNeed
    shared: bool = True


class NeedNotMet(NeedFact):
    """A need of the person was known and was not met, and what came of it."""

    TOPIC: ClassVar[str] = "person:NeedNotMet"
    CATEGORY: ClassVar[Category] = Category.COORDINATION

    need: AccessNeed
    shared: bool = True
    what_came_of_it: Clinical[PersonalText | None] = None


class NeedsReviewed(NeedFact):
    """Somebody asked the person whether what is recorded of their needs is still right."""

    TOPIC: ClassVar[str] = "person:NeedsReviewed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)


# What is refused


class WordsAreMissing(BrokenRule):
    """Say this need in words too: in which language, at which time, or with whom."""


class ThisIsAnAdjustment(BrokenRule):
    """This is a reasonable adjustment: agree it with the person, and ask whether it may be told."""


class ThisIsCommunication(BrokenRule):
    """This is a communication need: record it as one; it travels with the person."""


class NeedIsNotKnown(BrokenRule):
    """No such need of this person is recorded; record it first."""


class NothingToReview(BrokenRule):
    """No need of this person is recorded; ask them, and record what they say."""


class BeforeTheyWereBorn(BrokenRule):
    """This is said to have been true before the person was born; correct the time."""


# What is true now and may happen next


@dataclass
class Needing(Aggregate):
    """What a person needs, each need with all that stands of it."""

    known: Known = field(default_factory=Known)
    kept_apart: set[EditId] = field(default_factory=set)
    """Edits that the person does not wish to be told to others."""

    @property
    def needs(self) -> frozenset[AccessNeed]:
        """What the person needs now, said by anybody."""
        standing = self.known.standing.items()
        return frozenset(
            what
            for what, edits in standing
            if isinstance(what, AccessNeed) and any(e.value is not None for e in edits)
        )

    def lived(self, at: Moment) -> None:
        """Raises `BeforeTheyWereBorn`."""
        raise NotImplementedError

    def record_communication_needs(
        self,
        needs: str,
        *,
        language: str | None,
        need: AccessNeed | None = None,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Recorded:
        """Note how to communicate with the person: all in words, or one need of the list.

        Raises `BeforeTheyWereBorn`, `EditExists`, `SeenEditIsNotHere`, `ThisIsAnAdjustment`,
        `WordsAreMissing`.
        """
        self.lived(asked.at)
        if need and standard(need) is not Standard.ACCESSIBLE_INFORMATION:
            raise ThisIsAnAdjustment(self.id)
        if not needs and (need is None or (need is AccessNeed.INTERPRETER and not language)):
            raise WordsAreMissing(self.id)
        edit = edit or asked.edit
        noted = [need or Detail.NEEDS, *([Detail.LANGUAGE] if language else [])]
        fact = CommunicationNeedsRecorded(
            needs=needs,
            language=language,
            need=need,
            edit=edit,
            instead_of=self.known.replaced(edit, noted, instead_of, asked.at),
        )
        return self._noted(fact, asked)

    def agree_adjustment(
        self,
        need: AccessNeed,
        words: str | None,
        *,
        impairment: str | None = None,
        shared: bool,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Recorded:
        """Agree with the person what is done differently, and whether others may be told.

        Where others know it and the person no longer wishes that, they are told that it ended.
        Raises `BeforeTheyWereBorn`, `EditExists`, `SeenEditIsNotHere`, `ThisIsCommunication`,
        `WordsAreMissing`.
        """
        self.lived(asked.at)
        if standard(need) is not Standard.REASONABLE_ADJUSTMENT:
            raise ThisIsCommunication(self.id)
        if need in IN_WORDS and not words:
            raise WordsAreMissing(self.id)
        edit = edit or asked.edit
        seen = self.known.replaced(edit, (need,), instead_of, asked.at)
        if not shared and self._told(need, seen):
            ended = EditId(uuid5(edit, "no longer told"))
            self._noted(NeedEnded(need=need, edit=ended, instead_of=seen), asked)
            seen = (ended,)
        fact = AdjustmentAgreed(
            need=need,
            words=words,
            impairment=impairment,
            shared=shared,
            edit=edit,
            instead_of=seen,
        )
        return self._noted(fact, asked)

    def end_need(
        self,
        need: AccessNeed,
        *,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Recorded | None:
        """Say that the person does not need this any more. Asked twice, it answers once.

        Raises `NeedIsNotKnown`, `EditExists`, `SeenEditIsNotHere`.
        """
        if need not in self.known.standing:
            raise NeedIsNotKnown(self.id)
        if need not in self.needs:
            return None
        edit = edit or asked.edit
        seen = self.known.replaced(edit, (need,), instead_of, asked.at)
        fact = NeedEnded(need=need, shared=self._told(need, seen), edit=edit, instead_of=seen)
        return self._noted(fact, asked)

    def note_need(
        self, need: AccessNeed, met: bool, *, what_came_of_it: str | None = None, asked: Asked
    ) -> Recorded:
        """Say whether a need was met where the person was seen. Raises `NeedIsNotKnown`."""
        if need not in self.needs:
            raise NeedIsNotKnown(self.id)
        standing = (edit.id for edit in self.known.standing[need])
        shared = self._told(need, standing)
        if met:
            return self._noted(NeedMet(need=need, shared=shared), asked)
        return self._noted(
            NeedNotMet(need=need, shared=shared, what_came_of_it=what_came_of_it), asked
        )

    def review_needs(self, *, asked: Asked) -> Recorded:
        """Say that the person was asked again, and that what stands is right.

        Raises `NothingToReview`.
        """
        if not self.needs and Detail.NEEDS not in self.known.standing:
            raise NothingToReview(self.id)
        return self._noted(NeedsReviewed(), asked)

    def _told(self, need: AccessNeed, seen: Iterable[EditId]) -> bool:
        """Whether anybody else was told of one of these edits of a need."""
        written = {each.id for each in self.known.standing.get(need, ()) if each.value is not None}
        return any(each in written and each not in self.kept_apart for each in seen)

    def _noted(self, fact: NeedFact, asked: Asked) -> Recorded:
        return self.record(fact, asked, person=PersonId(self.id))

    def _follow_need(self, fact: NeedFact, recorded: Recorded) -> None:
        match fact:
            case CommunicationNeedsRecorded(edit=edit, instead_of=instead_of):
                told = {fact.need or Detail.NEEDS: fact.needs, Detail.LANGUAGE: fact.language}
                kept = {d: v for d, v in told.items() if v or d is fact.need}
                self.known.follow(recorded, kept, edit, instead_of)
            case AdjustmentAgreed(edit=edit, instead_of=instead_of):
                if not fact.shared:
                    self.kept_apart.add(edit)
                self.known.follow(recorded, {fact.need: fact.words or ""}, edit, instead_of)
            case NeedEnded(edit=edit, instead_of=instead_of):
                self.known.follow(recorded, {fact.need: None}, edit, instead_of)
            case NeedMet() | NeedNotMet() | NeedsReviewed():
                pass
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a need")


FACTS: tuple[type[Fact], ...] = (
    CommunicationNeedsRecorded,
    AdjustmentAgreed,
    NeedEnded,
    NeedMet,
    NeedNotMet,
    NeedsReviewed,
)
