"""Social work: a coded piece of work for somebody under a referral, and what became of it.

Housing, money, carers' support, discharge from hospital, admission avoidance (Camden CCG,
*Integrated mental health care*, James Wigg Practice). Who gives therapy or lends a hand outside
care is told none of it; an advice service is told what it is asked, in the referral to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

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
from domain.vocabulary import (
    AdmissionAvoided,
    Label,
    PartnerId,
    PersonId,
    ReferralId,
    WorkId,
    WorkKind,
    WorkOutcome,
)

# What happened


class WorkFact(Fact):
    """What social workers do for a person, told to those who co-ordinate their care."""

    TOPIC: ClassVar[str] = "social_work:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)

    referral: ReferralId
    provider: PartnerId


class WorkBegun(WorkFact):
    """Social workers took up something for the person: what kind of work, and what about."""

    TOPIC: ClassVar[str] = "social_work:WorkBegun"

    kind: WorkKind
    what: PersonalText | None = None


class WorkDone(WorkFact):
    """The work ended: what became of it and, where that was meant, whether hospital was avoided."""

    TOPIC: ClassVar[str] = "social_work:WorkDone"

    kind: WorkKind
    outcome: WorkOutcome
    admission_avoided: AdmissionAvoided | None = None
    note: PersonalText | None = None


# What is refused


class WorkExists(BrokenRule):
    """This piece of work was begun already."""


class WorkIsUnknown(BrokenRule):
    """No such piece of social work is known here."""


class OnlySocialWorkersMay(BrokenRule):
    """Only a social work team records social work; record what you do as an appointment."""


class OnlyWhoBeganItMay(BrokenRule):
    """Only the social work team that took this up may say what became of it."""


class WorkHasEnded(BrokenRule):
    """What became of this piece of work is recorded already."""


class WasAdmissionAvoided(BrokenRule):
    """This work was to avoid an admission: say whether it did, or that nobody can know."""


# What is true now and may happen next


@dataclass
class SocialWork(Aggregate):
    """One piece of work."""

    NOUN: ClassVar[str] = "social_work"

    person: PersonId | None = None
    begun: WorkBegun | None = None
    done: WorkDone | None = None
    label: Label = Label.ORDINARY

    @property
    def work(self) -> WorkId:
        return WorkId(self.id)

    def begin(self, person: PersonId, begun: WorkBegun, *, label: Label, asked: Asked) -> Recorded:
        """Take something up. Raises `WorkExists`."""
        if self.begun is not None:
            raise WorkExists(self.id)
        return self.record(begun, asked, person=person, label=label, correlation=begun.referral)

    def end(
        self,
        outcome: WorkOutcome,
        *,
        admission_avoided: AdmissionAvoided | None,
        note: str | None,
        asked: Asked,
    ) -> Recorded | None:
        """Say what became of it. The same said again is so already.

        Raises `WorkIsUnknown`, `OnlyWhoBeganItMay`, `WasAdmissionAvoided`, `WorkHasEnded`.
        """
        if self.begun is None:
            raise WorkIsUnknown(self.id)
        if asked.organisation != self.begun.provider:
            raise OnlyWhoBeganItMay(self.id)
        if self.begun.kind is WorkKind.ADMISSION_AVOIDANCE and admission_avoided is None:
            raise WasAdmissionAvoided(self.id)
        fact = WorkDone(
            referral=self.begun.referral,
            provider=self.begun.provider,
            kind=self.begun.kind,
            outcome=outcome,
            admission_avoided=admission_avoided,
            note=note,
        )
        if fact == self.done:
            return None
        if self.done is not None:
            raise WorkHasEnded(self.id)
        return self.record(
            fact, asked, person=self.person, label=self.label, correlation=self.begun.referral
        )

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may ask next, in the words of the interface."""
        mine = self.begun is not None and self.begun.provider == organisation
        return ("done",) if mine and self.done is None else ()

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case WorkBegun() as begun:
                self.person, self.label, self.begun = recorded.person, recorded.label, begun
            case WorkDone() as done:
                self.done = done
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about social work")


FACTS: tuple[type[Fact], ...] = (WorkBegun, WorkDone)
