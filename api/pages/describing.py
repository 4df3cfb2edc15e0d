"""What a service says of itself as plain questions: who may come, when, where and how to reach it.

It refuses to know who may say so, and how it is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from api.asking import Activity
from api.offering import Describing, OfferingSomething
from api.pages.forms import Choice, Question, choices
from domain.description import WEEK, Criteria, Description, Hours
from domain.texts import Line, Text
from domain.vocabulary import PartnerId, Source, Step, Weekday
from projections.directory import ServiceEntry

_HOURS = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:to|-|–)\s*(\d{1,2})[:.](\d{2})")
NOT_HOURS = "Enter the hours like 09:00 to 17:00; with a break, 09:00 to 12:00, 13:00 to 17:00"
YES_NO = (("yes", "Yes", ""), ("no", "No", ""))


def _lines(text: object) -> object:
    return [line for line in text.split("\n") if line.strip()] if isinstance(text, str) else text


def _spans(text: object) -> object:
    if not isinstance(text, str):
        return text
    return tuple(_span(part.strip()) for part in text.split(","))


def _span(text: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(text)
    if found is None:
        raise ValueError(NOT_HOURS)
    hour, minute, last_hour, last_minute = (int(part) for part in found.groups())
    try:
        opens, closes = time(hour, minute), time(last_hour, last_minute)
    except ValueError:
        raise ValueError(NOT_HOURS) from None
    if opens >= closes:
        raise ValueError("Enter a time to close that is later than the time to open")
    return opens, closes


Lines = Annotated[tuple[Line, ...], BeforeValidator(_lines), Field(max_length=50)]
Spans = Annotated[tuple[tuple[time, time], ...], BeforeValidator(_spans)]
Age = Annotated[int, Field(ge=0, le=130)]


class InAForm(Activity):
    """All that a service says of itself, one answer for each question."""

    name: Line
    ways_in: Annotated[list[Source], Field(min_length=1, max_length=4)]
    eligibility: Text
    summary: Text | None = None
    age_from: Age | None = None
    age_to: Age | None = None
    practices: tuple[PartnerId, ...] = ()
    area: Line | None = None
    takes: Lines = ()
    excludes: Lines = ()
    needs_consent: bool = False
    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()
    bank_holidays: bool = False
    phone: Line | None = None
    email: Line | None = None
    url: Line | None = None
    places: Lines = ()
    languages: Lines = ()
    accessibility: Lines = ()
    cost: Line | None = None

    @field_validator("age_to")
    @classmethod
    def not_below_the_first(cls, age: int | None, others: ValidationInfo) -> int | None:
        first = others.data.get("age_from")
        if age is not None and first is not None and age < first:
            raise ValueError("Enter a last age that is not below the first")
        return age

    @property
    def description(self) -> Description:
        """The answers as the service keeps them."""
        return Description(
            criteria=Criteria(**{name: getattr(self, name) for name in Criteria.model_fields}),
            hours=tuple(
                Hours(day=day, opens=opens, closes=closes)
                for day in WEEK
                for opens, closes in getattr(self, day.lower())
            ),
            **{name: getattr(self, name) for name in _ALONE},
        )

    def describing(self) -> Describing:
        """The request to describe it so."""
        return Describing(
            name=self.name,
            ways_in=self.ways_in,
            eligibility=self.eligibility,
            description=self.description,
        )


_ALONE = tuple(name for name in Description.model_fields if name not in ("criteria", "hours"))


class OpeningInAForm(InAForm):
    """A service to open, as it is asked for in a form."""

    step: Step
    group: bool = False
    partner: PartnerId | None = None

    def opening(self) -> OfferingSomething:
        """The request to offer it."""
        return OfferingSomething(
            partner=self.partner,
            name=self.name,
            step=self.step,
            ways_in=self.ways_in,
            eligibility=self.eligibility,
            group=self.group,
            description=self.description,
        )


Groups = list[tuple[str, Sequence[Question]]]


def questions(practices: Sequence[Choice], service: ServiceEntry | None = None) -> Groups:
    """What is asked, with what the service says so far."""
    given = _said(service) if service else {}

    def ask(name: str, label: str, kind: str = "text", **more: Any) -> Question:
        value = given.get(name, more.pop("value", ""))
        optional = not more.get("missing") and kind not in ("radios",)
        return Question(name, label, kind, value=value, optional=optional, **more)

    one = "One on each line."
    return [
        (
            "The service",
            [
                ask("name", "What is it called?", missing="Enter what it is called"),
                ask("summary", "What is it?", "textarea", rows=2),
                ask(
                    "ways_in",
                    "Who may refer to it?",
                    "checkboxes",
                    choices=choices(Source),
                    missing="Select who may refer to it",
                ),
            ],
        ),
        (
            "Who may come",
            [
                ask(
                    "eligibility",
                    "Who may come, in words?",
                    "textarea",
                    rows=2,
                    missing="Enter who may come",
                ),
                ask("age_from", "From which age?", width=3, numeric=True),
                ask("age_to", "Up to which age?", width=3, numeric=True),
                ask(
                    "practices",
                    "Only patients of these practices",
                    "checkboxes",
                    choices=practices,
                    hint="Select none if anybody’s patients may come.",
                ),
                ask("area", "Which area is it for?"),
                ask("takes", "Which problems does it take?", "textarea", rows=3, hint=one),
                ask("excludes", "Which does it not take?", "textarea", rows=3, hint=one),
                ask(
                    "needs_consent",
                    "Does the person have to agree first?",
                    "radios",
                    choices=YES_NO,
                    value="no",
                ),
            ],
        ),
        (
            "When it is open",
            [
                *(
                    ask(
                        day.lower(),
                        day.value,
                        width=20,
                        hint="For example 09:00 to 17:00. Leave a day empty when it is closed."
                        if day is Weekday.MONDAY
                        else "",
                    )
                    for day in WEEK
                ),
                ask(
                    "bank_holidays",
                    "Is it open on bank holidays?",
                    "radios",
                    choices=YES_NO,
                    value="no",
                ),
            ],
        ),
        (
            "Where, and how to reach it",
            [
                ask("places", "Where is it?", "textarea", rows=2, hint=one),
                ask("phone", "Telephone", "tel", width=20),
                ask("email", "Email", "email"),
                ask("url", "Web page", "url"),
                ask("languages", "Languages", "textarea", rows=2, hint=one),
                ask("accessibility", "Access", "textarea", rows=2, hint=one),
                ask("cost", "What does it cost?"),
            ],
        ),
    ]


def opening_questions(practices: Sequence[Choice], partners: Sequence[Choice]) -> Groups:
    """What is asked of a service that is new; whose it is, of who may write it down for others."""
    groups = questions(practices)
    (heading, first), *rest = groups
    steps = [(str(int(each)), f"{int(each)}: {each.words}", "") for each in Step]
    more = [
        Question("step", "At which step?", "radios", choices=steps, missing="Select the step"),
        Question("group", "Is it a group?", "radios", choices=YES_NO, value="no"),
    ]
    if partners:
        more.append(
            Question(
                "partner",
                "Whose is it?",
                "select",
                choices=partners,
                optional=True,
                nothing="Your own organisation’s",
            )
        )
    return [(heading, [*first, *more]), *rest]


def _said(service: ServiceEntry) -> dict[str, str | tuple[str, ...]]:
    """What a service says, as it would be typed."""
    told, who = service.description, service.description.criteria
    said: dict[str, str | tuple[str, ...]] = {
        "name": service.name,
        "eligibility": service.eligibility,
        "ways_in": tuple(each.value for each in service.ways_in),
        "practices": tuple(str(each) for each in who.practices),
        "needs_consent": "yes" if who.needs_consent else "no",
        "bank_holidays": "yes" if told.bank_holidays else "no",
    }
    for day in WEEK:
        spans = [each for each in told.hours if each.day is day]
        said[day.lower()] = ", ".join(f"{s.opens:%H:%M} to {s.closes:%H:%M}" for s in spans)
    for whole in (told, who):
        for name in type(whole).model_fields:
            if name in said or name in ("criteria", "hours"):
                continue
            value = getattr(whole, name)
            several = isinstance(value, tuple)
            said[name] = "\n".join(value) if several else "" if value is None else str(value)
    return said
