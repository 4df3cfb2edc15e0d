"""Discussion: two practitioners of two organisations talk a case over, outside any meeting.

The primary mental-health team's one-to-one discussions with GPs (Camden CCG, *Integrated mental
health care*, James Wigg Practice). Nothing is decided in one: a key decision needs a meeting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.case import Attendee
from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.vocabulary import DiscussionId, DiscussionKind, Label, Medium, PersonId

# What happened


class CaseDiscussed(Fact):
    """Two practitioners talked a case over: the question, and what was advised.

    ``family`` says that it was about the family as a whole; ``kind``, which of the team's three
    kinds of talk it was.
    """

    TOPIC: ClassVar[str] = "discussion:CaseDiscussed"
    CATEGORY: ClassVar[Category] = Category.CLINICAL
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.DISCUSSING,)

    asked_by: Attendee
    advised_by: Attendee
    question: PersonalText
    advice: PersonalText
    medium: Medium
    family: bool = False
    kind: DiscussionKind | None = None


# What is refused


class DiscussionIsRecorded(BrokenRule):
    """This discussion is recorded already."""


class TwoOrganisationsDiscuss(BrokenRule):
    """A case is discussed by two practitioners of two organisations; name the other one."""


class OnlyWhoTookPartMay(BrokenRule):
    """Only an organisation whose practitioner took part records the discussion."""


class MayNotHearTheCase(BrokenRule):
    """This organisation may not hear of the person's care; choose another, or ask for consent."""


# What is true now


@dataclass
class Discussion(Aggregate):
    """One discussion."""

    NOUN: ClassVar[str] = "discussion"

    person: PersonId | None = None

    @property
    def discussion(self) -> DiscussionId:
        return DiscussionId(self.id)

    def hold(
        self, person: PersonId, discussed: CaseDiscussed, *, label: Label, asked: Asked
    ) -> Recorded:
        """Record it. Raises `DiscussionIsRecorded`, `TwoOrganisationsDiscuss`,
        `OnlyWhoTookPartMay`.
        """
        if self.person is not None:
            raise DiscussionIsRecorded(self.id)
        one, other = discussed.asked_by, discussed.advised_by
        if one.partner == other.partner or one.practitioner == other.practitioner:
            raise TwoOrganisationsDiscuss(self.id)
        if asked.organisation not in (one.partner, other.partner):
            raise OnlyWhoTookPartMay(self.id)
        return self.record(discussed, asked, person=person, label=label)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case CaseDiscussed():
                self.person = recorded.person
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a discussion")


FACTS: tuple[type[Fact], ...] = (CaseDiscussed,)
