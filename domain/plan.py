"""Plan: what the person wants, in their own words, and what each will do for it.

What an organisation is to do is an action of its own (`domain.action`), so that it travels alone;
when a plan is looked at again is dated policy. It refuses to know scores, steps and risk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import uuid5

from pydantic import BaseModel, ConfigDict

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies import plans
from domain.policies.days import local_date
from domain.vocabulary import (
    ActionId,
    AgreedHow,
    GoalId,
    Label,
    PartnerId,
    PersonId,
    PlanId,
    PractitionerId,
    ReferralId,
)


def plan_of(person: PersonId, label: Label = Label.ORDINARY) -> PlanId:
    """A person has one plan, and a drug service's of its own where it helps them.

    Who may not know of drug care must not take for the whole what a drug service changed.
    """
    return PlanId(uuid5(person, "plan" if label is Label.ORDINARY else f"plan, {label}"))


# What happened


class PlanFact(Fact):
    """What the person wants, and who does what."""

    TOPIC: ClassVar[str] = "plan:"
    CATEGORY: ClassVar[Category] = Category.PLAN
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLE, Recorder.RECEIVER)


class GoalSet(PlanFact):
    """What the person wants, in their own words; what would be different then, and who helps."""

    TOPIC: ClassVar[str] = "plan:GoalSet"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)

    goal: GoalId
    words: PersonalText
    difference: PersonalText | None = None
    helps: PersonalText | None = None


class GoalReached(PlanFact):
    """The person says that they have what they wanted."""

    TOPIC: ClassVar[str] = "plan:GoalReached"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)

    goal: GoalId
    words: PersonalText | None = None


class GoalDropped(PlanFact):
    """The person no longer wants this, or wants something else."""

    TOPIC: ClassVar[str] = "plan:GoalDropped"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)

    goal: GoalId
    words: PersonalText | None = None


class PlanAgreed(PlanFact):
    """The person and those who help agreed who does what, and what to do in a crisis.

    A later one takes its place. ``crisis`` is in the person's words. What organisations do are
    actions that name this plan. The care plan that a waiting-time clock asks for is this.
    """

    TOPIC: ClassVar[str] = "plan:PlanAgreed"

    provider: PartnerId
    how: AgreedHow
    person_does: PersonalText | None = None
    carers_do: PersonalText | None = None
    crisis: PersonalText | None = None
    key_worker: PractitionerId | None = None
    copy_given: bool = False
    review_on: date


class PlanReviewed(PlanFact):
    """The plan was looked at together with the person, and stands; what changed, and when next."""

    TOPIC: ClassVar[str] = "plan:PlanReviewed"

    changed: PersonalText | None = None
    review_on: date


# What is refused


class GoalExists(BrokenRule):
    """A goal of this id is set already."""


class GoalIsUnknown(Unknown):
    """No such goal is known here."""


class GoalIsOver(BrokenRule):
    """The goal is reached or dropped already; that stands. Set a new one."""


class MayNotKnowThePlan(BrokenRule):
    """This organisation's agreement does not speak of plans."""


class OnlyWhoHelpsMay(BrokenRule):
    """Only who is responsible for the person, or has taken on a referral, agrees or reviews it."""


class NoKeyWorkerIsNamed(BrokenRule):
    """At this step a plan needs a named key worker; name one first."""


class NothingIsPlanned(BrokenRule):
    """Say what at least one of those who take part will do."""


class ReviewIsTooFarAway(BrokenRule):
    """A plan is looked at again within the time that the rule gives; choose an earlier day."""


class ReviewDayHasPassed(BrokenRule):
    """The day of the next review has passed; choose one to come."""


class NoPlanIsAgreed(BrokenRule):
    """No plan is agreed with this person, so there is none to review."""


class PlanIsReviewedItself(BrokenRule):
    """A plan is reviewed with the person: say what changed and when it is looked at next."""


# What is asked


class Part(BaseModel):
    """What one organisation will do; it learns of this and of nothing else in the plan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: ActionId
    owner: PartnerId
    what: str
    practitioner: PractitionerId | None = None
    due_on: date | None = None


class Terms(BaseModel):
    """What is agreed: who does what, how the person agreed, and when it is looked at again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    how: AgreedHow
    person_does: str | None = None
    carers_do: str | None = None
    crisis: str | None = None
    copy_given: bool = False
    review_on: date | None = None
    parts: tuple[Part, ...] = ()


# What is true now and may happen next


@dataclass
class Plan(Aggregate):
    """One person's plan: what they want, and when what was agreed is looked at again."""

    NOUN: ClassVar[str] = "plan"

    person: PersonId | None = None
    goals: dict[GoalId, type[Fact] | None] = field(default_factory=dict)  # how each ended
    review_on: date | None = None
    provider: PartnerId | None = None  # who agreed the plan that stands

    @property
    def plan(self) -> PlanId:
        return PlanId(self.id)

    def set_goal(
        self, person: PersonId, goal: GoalSet, *, label: Label, asked: Asked
    ) -> Recorded | None:
        """Write down what the person wants. Raises `GoalExists`."""
        if goal.goal in self.goals:
            raise GoalExists(goal.goal)
        return self.record(goal, asked, person=person, label=label)

    def reach_goal(
        self, goal: GoalId, words: str | None, *, label: Label, asked: Asked
    ) -> Recorded | None:
        """Say that the person has what they wanted. Raises `GoalIsUnknown`, `GoalIsOver`."""
        return self._end(GoalReached(goal=goal, words=words), label, asked)

    def drop_goal(
        self, goal: GoalId, words: str | None, *, label: Label, asked: Asked
    ) -> Recorded | None:
        """Say that the person no longer wants it. Raises `GoalIsUnknown`, `GoalIsOver`."""
        return self._end(GoalDropped(goal=goal, words=words), label, asked)

    def agree(
        self,
        person: PersonId,
        terms: Terms,
        *,
        key_worker: PractitionerId | None,
        under: ReferralId | None,
        label: Label,
        asked: Asked,
    ) -> Recorded:
        """Agree who does what; the plan that stood is over.

        Raises `NothingIsPlanned`, `ReviewDayHasPassed`, `ReviewIsTooFarAway`.
        """
        if not (terms.parts or terms.person_does or terms.carers_do):
            raise NothingIsPlanned(self.id)
        fact = PlanAgreed(
            provider=asked.organisation,
            how=terms.how,
            person_does=terms.person_does,
            carers_do=terms.carers_do,
            crisis=terms.crisis,
            key_worker=key_worker,
            copy_given=terms.copy_given,
            review_on=self._next(terms.review_on, asked),
        )
        return self.record(fact, asked, person=person, label=label, correlation=under)

    def review(
        self,
        changed: str | None,
        review_on: date | None,
        *,
        under: ReferralId | None,
        label: Label,
        asked: Asked,
    ) -> Recorded:
        """Say that it was looked at with the person and stands, with what changed.

        Raises `NoPlanIsAgreed`, `ReviewDayHasPassed`, `ReviewIsTooFarAway`.
        """
        if self.review_on is None:
            raise NoPlanIsAgreed(self.id)
        fact = PlanReviewed(changed=changed, review_on=self._next(review_on, asked))
        return self.record(fact, asked, person=self.person, label=label, correlation=under)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What an organisation that may know it may ask next, in the words of the interface.

        Who else helps the person, and so may agree or review it, the plan does not know.
        """
        wanted = ("goal-reached", "goal-dropped") if None in self.goals.values() else ()
        agreeing = ("plan", "plan-review") if organisation == self.provider else ()
        return ("goal", *wanted, *agreeing)

    def _end(
        self, ending: GoalReached | GoalDropped, label: Label, asked: Asked
    ) -> Recorded | None:
        if ending.goal not in self.goals:
            raise GoalIsUnknown(ending.goal)
        ended = self.goals[ending.goal]
        if ended is type(ending):
            return None
        if ended is not None:
            raise GoalIsOver(ending.goal)
        return self.record(ending, asked, person=self.person, label=label)

    def _next(self, wanted: date | None, asked: Asked) -> date:
        today = local_date(asked.at)
        latest = plans.latest_review(today)
        if wanted is None:
            return latest
        if wanted < today:
            raise ReviewDayHasPassed(self.id)
        if wanted > latest:
            raise ReviewIsTooFarAway(self.id)
        return wanted

    def evolve(self, recorded: Recorded) -> None:
        self.person = recorded.person
        match recorded.fact:
            case GoalSet(goal=goal):
                self.goals[goal] = None
            case GoalReached() | GoalDropped() as ending:
                self.goals[ending.goal] = type(ending)
            case PlanAgreed(review_on=day, provider=provider):
                self.review_on, self.provider = day, provider
            case PlanReviewed(review_on=day):
                self.review_on = day
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a plan")


FACTS: tuple[type[Fact], ...] = (GoalSet, GoalReached, GoalDropped, PlanAgreed, PlanReviewed)
