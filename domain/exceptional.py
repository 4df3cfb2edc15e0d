"""Access by exception: taken for a reason, over by the clock, reviewed by a privacy officer.

What emergency access and the opening of sealed items have in common. It refuses to know what the
access shows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, PersonalText, Recorder
from domain.policies.exceptional import ReviewDue, Rule, in_force, next_rung
from domain.silence import ThisRungIsNotDue
from domain.vocabulary import (
    AccessId,
    Justified,
    Label,
    Moment,
    OfficerRung,
    PartnerId,
    PersonId,
    PractitionerId,
)

# What happened


class AccessFact(Fact):
    """What happened to access that an organisation took by exception."""

    TOPIC: ClassVar[str] = ":"
    CATEGORY: ClassVar[Category] = Category.IDENTITY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.TAKING,)


class AccessReviewed(AccessFact):
    """A privacy officer looked into it, and says whether it was justified."""

    TOPIC: ClassVar[str] = ":"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.REVIEWING,)

    outcome: Justified
    words: PersonalText


class ReviewEscalated(AccessFact):
    """Nobody reviewed it by ``due_at``: the next privacy officer is told, and may."""

    TOPIC: ClassVar[str] = ":"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    rung: OfficerRung
    to: PartnerId
    due_at: Moment


# What is refused


class OnlySomebodyMayTakeAccess(BrokenRule):
    """A record is opened by exception by somebody, who answers for it, never by a system."""


class ReasonInWordsIsNeeded(BrokenRule):
    """Say in words why: a privacy officer reads it, and the person may ask for it."""


class ThisReasonIsNotGiven(BrokenRule):
    """This reason may not be given now; choose one of the list."""


class AccessIsTaken(BrokenRule):
    """This access was taken already; take another if it is over."""


class NobodyReviewsTheirOwn(BrokenRule):
    """Whoever took the access does not review it; another privacy officer does."""


class AccessIsReviewed(BrokenRule):
    """This access was reviewed already, with another outcome."""


class OnlyWhoTookItEndsIt(BrokenRule):
    """Only whoever took this access ends it early; it ends by itself when its time is over."""


class AccessIsNotOver(BrokenRule):
    """The time of this access is not over yet."""


# What is true now and may happen next


@dataclass
class Exceptional(Aggregate):
    """One access by exception: who took it, until when, and whether anybody reviewed it."""

    RULES: ClassVar[Collection[Rule]]
    REVIEWED: ClassVar[type[AccessReviewed]]
    ESCALATED: ClassVar[type[ReviewEscalated]]

    person: PersonId | None = None
    label: Label = Label.ORDINARY
    organisation: PartnerId | None = None
    practitioner: PractitionerId | None = None
    taken_at: Moment | None = None
    until: Moment | None = None
    over: bool = False
    words: str = ""
    outcome: Justified | None = None
    sent: tuple[OfficerRung, ...] = ()
    told_at: Moment | None = None

    @property
    def access(self) -> AccessId:
        return AccessId(self.id)

    @property
    def rule(self) -> Rule:
        assert self.taken_at is not None, "only access that was taken has a rule"
        return in_force(self.taken_at, self.RULES)

    def must_be_new(self, reason: StrEnum, words: str, asked: Asked) -> Rule:
        """The rule it is taken by. Raises `OnlySomebodyMayTakeAccess`, `AccessIsTaken`,
        `ReasonInWordsIsNeeded`, `ThisReasonIsNotGiven`.
        """
        if asked.practitioner is None:
            raise OnlySomebodyMayTakeAccess(self.id)
        if self.taken_at is not None:
            raise AccessIsTaken(self.id)
        if not words.strip():
            raise ReasonInWordsIsNeeded(self.id)
        rule = in_force(asked.at, self.RULES)
        if not rule.allows(reason, asked.at):
            raise ThisReasonIsNotGiven(self.id)
        return rule

    def may_end(self, asked: Asked) -> bool:
        """Whether it ends now; not when it is over. Raises `OnlyWhoTookItEndsIt`,
        `AccessIsNotOver`.
        """
        if self.over:
            return False
        if asked.organisation != self.organisation or asked.practitioner not in (
            self.practitioner,
            None,
        ):
            raise OnlyWhoTookItEndsIt(self.id)
        assert self.until is not None
        if asked.practitioner is None and asked.at < self.until:
            raise AccessIsNotOver(self.id)
        return True

    def next_rung(self) -> ReviewDue | None:
        """Who is told next that nobody reviewed it, and when; ``None`` when nobody is."""
        if self.taken_at is None or self.outcome is not None:
            return None
        return next_rung(self.rule, taken_at=self.taken_at, sent=self.sent, told_at=self.told_at)

    def review(self, outcome: Justified, words: str, *, asked: Asked) -> bool:
        """Say whether it was justified. Asked twice, it answers once; whether it is new.

        Raises `NobodyReviewsTheirOwn`, `AccessIsReviewed`, `ReasonInWordsIsNeeded`.
        """
        if asked.practitioner == self.practitioner:
            raise NobodyReviewsTheirOwn(self.id)
        if self.outcome is not None:
            if self.outcome is not outcome:
                raise AccessIsReviewed(self.id)
            return False
        if not words.strip():
            raise ReasonInWordsIsNeeded(self.id)
        fact = self.REVIEWED(outcome=outcome, words=words)
        self.record(fact, asked, person=self.person, label=self.label)
        return True

    def escalate(self, rung: OfficerRung, to: PartnerId, *, asked: Asked) -> bool:
        """Tell the next one that nobody reviewed it, each once, in their order; a timer asks it.

        Raises `AccessIsReviewed`, `ThisRungIsNotDue`.
        """
        if rung in self.sent:
            return False
        due = self.next_rung()
        if due is None:
            raise AccessIsReviewed(self.id)
        if due.rung is not rung or asked.at < due.at:
            raise ThisRungIsNotDue(self.id)
        fact = self.ESCALATED(rung=rung, to=to, due_at=due.at)
        self.record(fact, asked, person=self.person, label=self.label)
        return True
