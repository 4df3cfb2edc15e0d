"""A person's plan on their page: what they want, what was agreed, and what may be asked of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response

from api import feedback, plans
from api.asking import Activity, Asking
from api.pages import choosing
from api.pages.forms import Question, choices
from api.pages.person.doing import Doing, Row, Where
from api.pages.visit import Visit
from domain.policies.friends_and_family import QUESTION
from domain.texts import Text
from domain.vocabulary import AgreedHow, Collected, Experience, GivenBy
from projections.record.plan import WANTED

PARTS = (1, 2, 3)
"""How many organisations a form has room for; more are said in another plan or over HTTP."""


async def shown(_visit: Visit, row: Row) -> Mapping[str, Any]:
    """Goals and the plan that stands; a drug service's own beside it, for who may know of it."""
    told = [plan for plan in row.get("plans", {}).values() if plan]
    return {"plans": sorted(told, key=_newest, reverse=True)} if told else {}


def _newest(plan: Mapping[str, Any]) -> str:
    dates = [goal.get("at", "") for goal in plan.get("goals", {}).values()]
    return max([plan.get("agreed", {}).get("at", ""), *dates], default="")


class EndingAGoal(plans.EndingGoal):
    """Which goal."""

    goal: UUID


class AgreeingOnAPage(Activity):
    """The plan as a form asks it."""

    how: AgreedHow
    person_does: Text | None = None
    carers_do: Text | None = None
    crisis: Text | None = None
    copy_given: list[str] = []
    review_on: date | None = None
    owner_1: UUID | None = None
    what_1: Text | None = None
    owner_2: UUID | None = None
    what_2: Text | None = None
    owner_3: UUID | None = None
    what_3: Text | None = None

    def said(self) -> plans.AgreeingPlan:
        """As the interface takes it."""
        parts = [
            plans.TakingPart(owner=owner, what=what)
            for owner, what in (
                (self.owner_1, self.what_1),
                (self.owner_2, self.what_2),
                (self.owner_3, self.what_3),
            )
            if owner and what
        ]
        return plans.AgreeingPlan(
            how=self.how,
            person_does=self.person_does,
            carers_do=self.carers_do,
            crisis=self.crisis,
            copy_given=bool(self.copy_given),
            review_on=self.review_on,
            parts=parts,
            at=self.at,
        )


class SayingByName(Activity):
    """What the person said of a service, as a form asks it."""

    service: UUID
    experience: Experience
    given_by: GivenBy = GivenBy.PERSON
    words: Text | None = None
    may_publish: list[str] = []


async def _reach(person: UUID, body: EndingAGoal, asks: Asking) -> Response:
    return await plans.reach_goal(person, body.goal, asks, body)


async def _drop(person: UUID, body: EndingAGoal, asks: Asking) -> Response:
    return await plans.drop_goal(person, body.goal, asks, body)


async def _agree(person: UUID, body: AgreeingOnAPage, asks: Asking) -> Response:
    return await plans.agree_plan(person, body.said(), asks)


async def _review(person: UUID, body: plans.ReviewingPlan, asks: Asking) -> Response:
    return await plans.review_plan(person, asks, body)


async def _say(person: UUID, body: SayingByName, asks: Asking) -> Response:
    said = feedback.GivingFeedback(
        service=body.service,
        experience=body.experience,
        given_by=body.given_by,
        collected=Collected.SPOKEN,
        words=body.words,
        may_publish=bool(body.may_publish),
    )
    return await feedback.give_feedback_by_name(person, said, asks)


def _goal(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "words",
            "What does the person want?",
            "textarea",
            hint="In their own words.",
            missing="Enter what they want",
        ),
        Question("difference", "What would be different then?", "textarea", optional=True, rows=3),
        Question("helps", "Who helps with it?", optional=True),
    ]


def _ending(_visit: Visit, row: Row) -> list[Question]:
    wanted = [
        (goal, said["words"], "")
        for plan in row.get("plans", {}).values()
        for goal, said in plan.get("goals", {}).items()
        if said.get("state") == WANTED
    ]
    return [
        Question("goal", "Which goal?", "radios", choices=wanted, missing="Select a goal"),
        Question("words", "What does the person say?", "textarea", optional=True, rows=3),
    ]


def _plan(visit: Visit, _row: Row) -> list[Question]:
    organisations = choosing.organisations(visit.names)
    parts = [
        question
        for number in PARTS
        for question in (
            Question(
                f"owner_{number}",
                "An organisation that does something" if number == 1 else "Another organisation",
                "select",
                choices=organisations,
                optional=True,
                nothing="None",
            ),
            Question(
                f"what_{number}",
                "What will it do?",
                "textarea",
                hint="It reads this, and nothing else of the plan." if number == 1 else "",
                optional=True,
                rows=2,
            ),
        )
    ]
    return [
        Question("person_does", "What will the person do?", "textarea", optional=True, rows=3),
        Question("carers_do", "What will those close to them do?", "textarea", optional=True),
        *parts,
        Question(
            "crisis",
            "What helps in a crisis, and whom to ring?",
            "textarea",
            hint="In the person’s own words. Only who may know the plan reads this.",
            optional=True,
        ),
        Question(
            "how",
            "How did the person agree?",
            "radios",
            choices=choices(AgreedHow),
            missing="Select how they agreed",
        ),
        Question(
            "copy_given",
            "Do they have a copy?",
            "checkboxes",
            choices=(("yes", "The person has a copy", ""),),
            optional=True,
        ),
        Question(
            "review_on",
            "When is it looked at again?",
            "date",
            hint="Within a year. Left out, in a year.",
            optional=True,
        ),
    ]


def _reviewing(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question("changed", "What changed?", "textarea", optional=True, rows=3),
        Question("review_on", "When is it looked at next?", "date", optional=True),
    ]


def experiences() -> Question:
    """The question of the Friends and Family Test, as it must be asked."""
    return Question(
        "experience",
        QUESTION,
        "radios",
        choices=choices(Experience),
        missing="Select how it was",
    )


def _saying(visit: Visit, _row: Row) -> list[Question]:
    mine = visit.caller.organisation
    services = sorted(
        (str(service.id), service.name, "")
        for service in visit.names.directory.services.values()
        if service.partner == mine
    )
    return [
        Question(
            "service",
            "Which of your services?",
            "select",
            choices=services,
            missing="Select a service",
        ),
        experiences(),
        Question(
            "given_by",
            "Who said it?",
            "radios",
            choices=choices(GivenBy),
            value=GivenBy.PERSON.value,
        ),
        Question("words", "In their words", "textarea", optional=True, rows=3),
        Question(
            "may_publish",
            "May the words be published, without a name?",
            "checkboxes",
            choices=(("yes", "They may be published", ""),),
            optional=True,
        ),
    ]


DOING: dict[str, Doing] = {
    "goal": Doing("Set a goal", plans.SettingGoal, plans.set_goal, _goal, where=Where.WISHES),
    "goal-reached": Doing(
        "Say that a goal is reached", EndingAGoal, _reach, _ending, where=Where.WISHES
    ),
    "goal-dropped": Doing(
        "Say that a goal is no longer wanted", EndingAGoal, _drop, _ending, where=Where.WISHES
    ),
    "plan": Doing(
        "Agree the plan",
        AgreeingOnAPage,
        _agree,
        _plan,
        "The plan that stands is over with this one.",
        button="The person agrees",
    ),
    "plan-review": Doing(
        "Review the plan",
        plans.ReviewingPlan,
        _review,
        _reviewing,
        "You looked at it together with the person, and it stands.",
    ),
    "feedback": Doing(
        "Record what they say of your service",
        SayingByName,
        _say,
        _saying,
        "By name. Who wants to stay unnamed answers by the link or the card of the service. "
        "A complaint is something else: tell them where to complain.",
        always=True,
        where=Where.WISHES,
    ),
}
