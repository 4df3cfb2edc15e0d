"""Emergency access: a clinician opens a record that is not shared with them, for one hour.

It gives what their organisation's own agreement allows, of the whole episode, although nobody asked
the organisation or the person objects to it. What is sealed stays sealed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.exceptional import AccessFact, AccessReviewed, Exceptional, ReviewEscalated
from domain.kernel import Asked, Fact, PersonalText, Recorded, Recorder, Unknown
from domain.policies import entry
from domain.policies.exceptional import EMERGENCY
from domain.vocabulary import EmergencyReason, Label, Moment, PartnerKind, PersonId

# What happened


class EmergencyFact(AccessFact):
    """What happened to access in an emergency."""

    TOPIC: ClassVar[str] = "emergency:"
    TAKING_PART: ClassVar[frozenset[PartnerKind] | None] = entry.HOLDING


class EmergencyAccessTaken(EmergencyFact):
    """A clinician opened a person's record in an emergency, until then.

    ``dissent`` says that it was against the person's objection. ``found`` says that the person was
    found by NHS number and date of birth, and not known to the organisation before.
    """

    TOPIC: ClassVar[str] = "emergency:EmergencyAccessTaken"

    reason: EmergencyReason
    words: PersonalText
    until: Moment
    dissent: bool
    found: bool = False


class EmergencyAccessEnded(EmergencyFact):
    """Its time was over, or whoever took it ended it ``early``: what it showed is withdrawn."""

    TOPIC: ClassVar[str] = "emergency:EmergencyAccessEnded"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.TAKING, Recorder.TAKERS_TIMER)

    early: bool


class EmergencyAccessReviewed(AccessReviewed):
    """A privacy officer looked into access in an emergency, and says whether it was justified."""

    TOPIC: ClassVar[str] = "emergency:EmergencyAccessReviewed"


class EmergencyReviewEscalated(ReviewEscalated):
    """Nobody reviewed access in an emergency in time: the next privacy officer is told, and may."""

    TOPIC: ClassVar[str] = "emergency:EmergencyReviewEscalated"


# What is refused


class EmergencyAccessIsUnknown(Unknown):
    """No such emergency access is known here."""


# What is true now and may happen next


@dataclass
class EmergencyAccess(Exceptional):
    """One time that a record was opened in an emergency."""

    NOUN: ClassVar[str] = "emergency"
    RULES = EMERGENCY
    REVIEWED = EmergencyAccessReviewed
    ESCALATED = EmergencyReviewEscalated

    reason: EmergencyReason | None = None
    dissent: bool = False
    found: bool = False

    def take(
        self,
        person: PersonId,
        *,
        reason: EmergencyReason,
        words: str,
        dissent: bool,
        found: bool = False,
        label: Label = Label.ORDINARY,
        asked: Asked,
    ) -> Recorded:
        """Open a record. Raises `OnlySomebodyMayTakeAccess`, `AccessIsTaken`,
        `ReasonInWordsIsNeeded`, `ThisReasonIsNotGiven`.
        """
        rule = self.must_be_new(reason, words, asked)
        fact = EmergencyAccessTaken(
            reason=reason,
            words=words,
            until=asked.at + rule.lasts,
            dissent=dissent,
            found=found,
        )
        return self.record(fact, asked, person=person, label=label)

    def end(self, *, asked: Asked) -> Recorded | None:
        """Close it: early by whoever took it, else by a timer. Asked twice, it answers once.

        Raises `OnlyWhoTookItEndsIt`, `AccessIsNotOver`.
        """
        if not self.may_end(asked):
            return None
        assert self.until is not None
        fact = EmergencyAccessEnded(early=asked.at < self.until)
        return self.record(fact, asked, person=self.person, label=self.label)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case EmergencyAccessTaken() as taken:
                self.person, self.label = recorded.person, recorded.label
                self.organisation, self.practitioner = recorded.organisation, recorded.practitioner
                self.taken_at, self.until = recorded.effective_at, taken.until
                self.reason, self.words = taken.reason, taken.words
                self.dissent, self.found = taken.dissent, taken.found
            case EmergencyAccessEnded():
                self.over = True
            case EmergencyAccessReviewed(outcome=outcome):
                self.outcome = outcome
            case EmergencyReviewEscalated(rung=rung):
                self.sent, self.told_at = (*self.sent, rung), recorded.effective_at
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about emergency access")


FACTS: tuple[type[Fact], ...] = (
    EmergencyAccessTaken,
    EmergencyAccessEnded,
    EmergencyAccessReviewed,
    EmergencyReviewEscalated,
)
