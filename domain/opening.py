"""Opening what a person had sealed: somebody who is granted it, for a coded reason, for a time.

Until the time is over the item is told to their organisation as if it were one of those that keep
it; then it is forgotten again. It refuses to know how anything is sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.exceptional import AccessFact, AccessReviewed, Exceptional, ReviewEscalated
from domain.kernel import Asked, Fact, PersonalText, Recorded, Recorder, Unknown
from domain.policies import entry
from domain.policies.exceptional import OPENING
from domain.vocabulary import Label, Moment, OpeningReason, PartnerKind, PersonId, SealId

# What happened


class OpeningFact(AccessFact):
    """What happened to the opening of a sealed item."""

    TOPIC: ClassVar[str] = "opening:"
    TAKING_PART: ClassVar[frozenset[PartnerKind] | None] = entry.HOLDING


class SealedItemOpened(OpeningFact):
    """Somebody who is granted it opened what a person had sealed, until then."""

    TOPIC: ClassVar[str] = "opening:SealedItemOpened"

    seal: SealId
    reason: OpeningReason
    words: PersonalText
    until: Moment


class SealedItemClosed(OpeningFact):
    """Its time was over, or whoever opened it closed it ``early``: it is sealed as before."""

    TOPIC: ClassVar[str] = "opening:SealedItemClosed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.TAKING, Recorder.TAKERS_TIMER)

    seal: SealId
    early: bool


class OpeningReviewed(AccessReviewed):
    """A privacy officer looked into the opening, and says whether it was justified."""

    TOPIC: ClassVar[str] = "opening:OpeningReviewed"


class OpeningReviewEscalated(ReviewEscalated):
    """Nobody reviewed the opening in time: the next privacy officer is told, and may."""

    TOPIC: ClassVar[str] = "opening:OpeningReviewEscalated"


# What is refused


class OpeningIsUnknown(Unknown):
    """No such opening is known here."""


# What is true now and may happen next


@dataclass
class Opening(Exceptional):
    """One time that something sealed was opened."""

    NOUN: ClassVar[str] = "opening"
    RULES = OPENING
    REVIEWED = OpeningReviewed
    ESCALATED = OpeningReviewEscalated

    seal: SealId | None = None
    reason: OpeningReason | None = None

    def open(
        self,
        person: PersonId,
        seal: SealId,
        *,
        reason: OpeningReason,
        words: str,
        label: Label = Label.ORDINARY,
        asked: Asked,
    ) -> Recorded:
        """Open it. Raises `OnlySomebodyMayTakeAccess`, `AccessIsTaken`, `ReasonInWordsIsNeeded`,
        `ThisReasonIsNotGiven`.
        """
        rule = self.must_be_new(reason, words, asked)
        fact = SealedItemOpened(seal=seal, reason=reason, words=words, until=asked.at + rule.lasts)
        return self.record(fact, asked, person=person, label=label)

    def close(self, *, asked: Asked) -> Recorded | None:
        """Close it: early by whoever opened it, else by a timer. Asked twice, it answers once.

        Raises `OnlyWhoTookItEndsIt`, `AccessIsNotOver`.
        """
        if not self.may_end(asked):
            return None
        assert self.until is not None
        assert self.seal is not None
        fact = SealedItemClosed(seal=self.seal, early=asked.at < self.until)
        return self.record(fact, asked, person=self.person, label=self.label)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case SealedItemOpened() as opened:
                self.person, self.label = recorded.person, recorded.label
                self.organisation, self.practitioner = recorded.organisation, recorded.practitioner
                self.taken_at, self.until = recorded.effective_at, opened.until
                self.seal, self.reason, self.words = opened.seal, opened.reason, opened.words
            case SealedItemClosed():
                self.over = True
            case OpeningReviewed(outcome=outcome):
                self.outcome = outcome
            case OpeningReviewEscalated(rung=rung):
                self.sent, self.told_at = (*self.sent, rung), recorded.effective_at
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about an opening")


FACTS: tuple[type[Fact], ...] = (
    SealedItemOpened,
    SealedItemClosed,
    OpeningReviewed,
    OpeningReviewEscalated,
)
