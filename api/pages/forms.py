"""Forms: what they ask, and turning what came in into the same request models the API takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import orjson
from fastapi import Response
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from api.asking import Asking, in_time
from api.pages import words
from api.pages.interruptions import Interruption
from api.pages.opened import Opened, Shown, Since, Subject
from api.pages.visit import Following, Visit
from api.pages.words import LONDON, sentence
from api.problems import FormIsNotWhole, IdempotencyKeyIsMissing, Refused, missing, status_of
from domain.action import DueDateHasPassed
from domain.advice import AdviceComesFromAnother, DestinationIsNeeded, NoAdviceIsGivenThere
from domain.case import DestinationIsMissing, LateAdditionMustBeUrgent
from domain.discharge import (
    AnotherReasonWasAgreed,
    DischargeIsNotAgreed,
    NotTheOneWhoAgrees,
    TheSamePersonAgreedTwice,
)
from domain.hold import ReviewLiesBehind
from domain.intentions.handovers import CannotBeResponsible
from domain.intentions.meetings import OwnerMayNotBeTold
from domain.intentions.referrals import OnlyTheReceiverMayRecordForAnother
from domain.kernel import BrokenRule
from domain.meeting import SomebodyNeededIsNotInvited
from domain.outcome import WhereToIsMissing
from domain.pen import SayWhyThePenIsTaken
from domain.person import (
    DateOfBirthIsNotPossible,
    DeathDateIsNotPossible,
    ThePersonHasNotMovedYet,
)
from domain.policies.minimum_data import ReferralIsIncomplete
from domain.referral import AlreadyTheReceiver
from domain.service import (
    NotOfTheAgeServed,
    ServiceDoesNotTakeSuchReferrals,
    ServiceIsFull,
    ServiceIsNotOpen,
)
from domain.steps import IllegalMove, NoStepWithoutItsEvidence
from projections.endpoints import HostIsNotAllowed, TwoSecretsAreLive

M = TypeVar("M", bound=BaseModel)
Choice = tuple[str, str, str]
"""Value, words, and a hint or the group it is listed under."""
Doubting = Callable[[M], Awaitable[tuple[Sequence[str], Mapping[str, str]]]]
"""What should be thought of before something is sent, and what is missing beside its question."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form. ``missing`` is what is said when it has no answer.

    ``place`` is where its answer stands in what is asked, if not under its name.
    """

    name: str
    label: str
    kind: str = "text"
    hint: str = ""
    choices: Sequence[Choice] = ()
    optional: bool = False
    value: str | tuple[str, ...] = ""
    missing: str = ""
    rows: int = 4
    nothing: str = "Choose one"
    width: int = 0
    autocomplete: str = ""
    numeric: bool = False
    place: str = ""


def new_key() -> str:
    """A form's hidden key: sending the form twice asks its intention once."""
    return str(uuid4())


def choices(codes: type[Enum], hints: Mapping[str, str] | None = None) -> tuple[Choice, ...]:
    """A code list as choices, in its own words."""
    given = hints or {}
    return tuple((c.value, sentence(str(c.value)), given.get(c.value, "")) for c in codes)


ABOUT_A_QUESTION: dict[type[BrokenRule], str] = {
    ServiceIsNotOpen: "service",
    ServiceIsFull: "service",
    NotOfTheAgeServed: "service",
    ServiceDoesNotTakeSuchReferrals: "service",
    CannotBeResponsible: "service",
    AlreadyTheReceiver: "service",
    HostIsNotAllowed: "url",
    TwoSecretsAreLive: "overlap_hours",
    DestinationIsMissing: "service",
    SayWhyThePenIsTaken: "reason",
    LateAdditionMustBeUrgent: "urgent",
    DueDateHasPassed: "due_on",
    OwnerMayNotBeTold: "owner",
    SomebodyNeededIsNotInvited: "invited",
    OnlyTheReceiverMayRecordForAnother: "service",
    DateOfBirthIsNotPossible: "date_of_birth",
    IllegalMove: "service",
    NoStepWithoutItsEvidence: "evidence_kind",
    ReviewLiesBehind: "review_on",
    NotTheOneWhoAgrees: "agreement",
    TheSamePersonAgreedTwice: "agreement",
    DischargeIsNotAgreed: "reason",
    AnotherReasonWasAgreed: "reason",
    DestinationIsNeeded: "instead",
    NoAdviceIsGivenThere: "service",
    AdviceComesFromAnother: "service",
    ReferralIsIncomplete: "sent_without",
    WhereToIsMissing: "elsewhere",
    DeathDateIsNotPossible: "died_on",
    ThePersonHasNotMovedYet: "since",
}
"""Rules that another answer to one question mends, so that they are said beside it."""


NO_DATE = "Enter a real date, for example 27 3 1985"
NOT_AN_ANSWER = ("missing", "string_too_short", "enum", "uuid_parsing", "int_parsing")


def answers(form: FormData, questions: Sequence[Question]) -> dict[str, Any]:
    """What was sent in, as text; several answers to one question as a list."""
    several = {q.name for q in questions if q.kind == "checkboxes"}
    given = {
        name: [str(v) for v in form.getlist(name)]
        if name in several
        else str(form[name]).replace("\r\n", "\n").strip()
        for name in {*form.keys(), *several}
    }
    dates = {q.name: _date(given, q.name) for q in questions if q.kind == "date"}
    return given | dates


def _date(given: Mapping[str, Any], name: str) -> str:
    """A date asked for in three parts, as the API takes it; as it was typed if it is none."""
    parts = [str(given.get(f"{name}-{part}", "")) for part in ("year", "month", "day")]
    return "-".join(part.zfill(2) for part in parts) if any(parts) else ""


def with_zone(values: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """The answers with the times of day read as people here read them."""
    times = {q.name for q in questions if q.kind == "datetime-local"}
    return {k: _zoned(v) if k in times and v else v for k, v in values.items()}


def _zoned(text: str) -> str:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=LONDON).isoformat()
    except ValueError:
        return text


def checked(
    model: type[M], values: Mapping[str, Any], questions: Sequence[Question]
) -> tuple[M | None, dict[str, str]]:
    """The request model, or a message for each question that needs another answer."""
    given = {name: value for name, value in values.items() if value not in ("", [])}
    try:
        return model.model_validate(
            {name: value for name, value in given.items() if name in model.model_fields}
        ), {}
    except ValidationError as refused:
        return None, messages(refused, questions)


def unanswered(values: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, str]:
    """What is said of each question that must have an answer and has none."""
    return {q.name: q.missing for q in questions if q.missing and not values.get(q.name)}


def messages(refused: ValidationError, questions: Sequence[Question]) -> dict[str, str]:
    """Every refusal in the words of the question it belongs to."""
    asked = {question.place or question.name: question for question in questions}
    found: dict[str, str] = {}
    for error in refused.errors():
        parts = [str(part) for part in error["loc"]]
        name = next((part for part in (*parts, "-".join(parts)) if part in asked), "")
        said = (
            NO_DATE
            if error["type"].startswith("date_")
            else error["msg"].removeprefix("Value error, ")
        )
        if name and said.startswith(("Is ", "Holds ", "Lies ")):
            said = f"{asked[name].label} {said[:1].lower()}{said[1:]}"
        if name and error["type"] in NOT_AN_ANSWER:
            number = f"{asked[name].label}: enter a whole number"
            said = asked[name].missing or (number if error["type"] == "int_parsing" else said)
        found.setdefault(asked[name].name if name else "", sentence(said))
    return found


def _said(rule: BrokenRule, others: Sequence[Mapping[str, str]] = ()) -> str:
    """The rule, what would satisfy it, and which services at that step take people now."""
    said = f"{rule.text} Needed: {', '.join(rule.needs)}." if rule.needs else rule.text
    if not others:
        return said
    named = "; ".join(f"{other['name']} ({other['organisation']})" for other in others)
    return f"{said} Taking people now: {named}."


def _places(pointer: str) -> tuple[str, str]:
    """What a question about this place may be called: by its last part, or by all of it."""
    return pointer.rsplit("/", 1)[-1], pointer[1:].replace("/", "-")


def _in_words(question: Question, value: object) -> str:
    """An answer as the question words it; a day of three parts as people here write it."""
    given = [str(each) for each in value] if isinstance(value, list | tuple) else [str(value)]
    words_of = {code: said for code, said, _ in question.choices}
    said = [words_of.get(each, each) for each in given if each]
    if question.kind == "date":
        said = ["/".join(reversed(each.split("-"))) for each in said]
    return ", ".join(each.replace("T", " ") if question.kind in TIMES else each for each in said)


WHY_ALL_THE_SAME = "Why is it right all the same?"
WHY_HINT = "It is recorded with it, and stands in the history."
TIMES = ("datetime-local",)


def fields_alone(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A form whose questions are named like the request's fields."""
    return values


def about_none(_rule: BrokenRule, _asks: Asking) -> str:
    """A form that asks each thing once: a rule's own question is known by the rule alone."""
    return ""


def shown(lines: Mapping[str, str], questions: Sequence[Question] = ()) -> Shown:
    """What stands where somebody may write: lines in words, and what a form is filled in with."""
    filled = {q.name: (q.label, _in_words(q, q.value)) for q in questions}
    said = {f"line-{n}": line for n, line in enumerate(lines.items())}
    return Shown({name: line for name, line in (said | filled).items() if line[1]})


@dataclass(frozen=True, slots=True)
class Stale:
    """A form whose subject moved on: what changed since, and what was written meanwhile.

    ``refusal`` is why it cannot be as things stand now, if the domain refused it.
    """

    since: Since
    written: Sequence[tuple[str, str]]
    refusal: BrokenRule | Refused | None = None

    @property
    def status(self) -> int:
        return 409 if self.refusal else 412

    @property
    def said(self) -> str:
        """Why it is refused."""
        if self.refusal is None:
            return ""
        return (self.refusal.rule if isinstance(self.refusal, Refused) else self.refusal).text

    @property
    def instead(self) -> list[str]:
        """What may be done now, in words."""
        actions = (self.refusal.actions or ()) if isinstance(self.refusal, Refused) else ()
        return [words.ACTIONS.get(action, sentence(action)) for action in actions]


@dataclass(frozen=True)
class Form(Generic[M]):
    """A page with questions that asks one intention."""

    title: str
    button: str
    model: type[M]
    groups: Sequence[tuple[str, Sequence[Question]]]
    action: str
    section: str
    back_to: tuple[str, str]
    caption: str = ""
    lede: Sequence[str] = ()
    warning: bool = False
    opened: Subject | None = None
    template: str = "form.html"
    beside: Mapping[str, Any] = field(default_factory=dict)
    """What a template of its own shows around the questions."""

    @property
    def questions(self) -> list[Question]:
        return [question for _, questions in self.groups for question in questions]

    @property
    def subject(self) -> Subject:
        """What is written about: what it was opened on, or else what the form itself showed."""
        return self.opened or shown({}, self.questions)

    def written(self, values: Mapping[str, Any]) -> list[tuple[str, str]]:
        """What was answered: each question with the answer's own words."""
        given = [(q.label, _in_words(q, values.get(q.name, ""))) for q in self.questions]
        return [(label, words) for label, words in given if words]

    async def show(
        self,
        visit: Visit,
        *,
        values: Mapping[str, Any] | None = None,
        errors: Mapping[str, str] | None = None,
        stale: Stale | None = None,
        doubts: Sequence[str] = (),
        kept: Sequence[str] = (),
    ) -> Response:
        """The questions; with ``errors``, as they were answered and what is wrong.

        With ``stale``, as they were answered beside what has changed since they were asked; with
        ``doubts``, and what to think of before it is sent. ``kept`` is what was written before it
        was started again.
        """
        given = values or {}
        return await visit.page(
            self.template,
            status=stale.status if stale else 422 if errors else 200,
            stale=stale,
            kept=kept,
            doubts=doubts,
            seen=given.get("seen") or self.subject.version,
            form=self,
            title=self.title,
            section=self.section,
            values=given,
            errors=errors or {},
            dates=[q.name for q in self.questions if q.kind == "date"],
            key=given.get("key") or new_key(),
            watched=self._watched(given),
            **self.beside,
        )

    def _watched(self, given: Mapping[str, Any]) -> Following | None:
        """The record that it is about, so that its page says when it changes."""
        if not isinstance(self.opened, Opened):
            return None
        seen = str(given.get("seen", ""))
        number = int(seen) if seen.isdecimal() else self.opened.number
        return Following(self.opened.person, number, self.opened.referral, writing=True)

    async def sent(
        self,
        visit: Visit,
        ask: Callable[[M, Asking], Awaitable[Response]],
        *,
        done: str,
        then: str | Callable[[Mapping[str, Any]], str],
        shape: Callable[[Mapping[str, Any]], Mapping[str, Any]] = fields_alone,
        doubting: Doubting[M] | None = None,
        about: Callable[[BrokenRule, Asking], str] = about_none,
        weighing: Callable[[M], Awaitable[Interruption | None]] | None = None,
    ) -> Response:
        """Ask what was sent, and go to see it; or show the form again with what is wrong.

        What ``doubting`` finds is shown once before it is sent, and blocks nothing; what
        ``weighing`` finds stops it until a reason is given, which is recorded with it. ``about``
        says beside which of several like questions a broken rule belongs.
        """
        sent = await visit.request.form()
        values, kept = answers(sent, self.questions), [str(text) for text in sent.getlist("kept")]
        if "again" in values:
            before = [f"{label}: {answer}" for label, answer in self.written(values)]
            return await self.show(visit, kept=[*kept, *before])
        try:
            key = UUID(str(values.pop("key", "")))
        except ValueError:
            raise IdempotencyKeyIsMissing from None
        since = await self._since(visit, key, values)
        if since:
            untouched = self._untouched(values)
            again = values | untouched | {"key": str(key), "seen": since.version}
            mine = {name: each for name, each in values.items() if name not in untouched}
            stale = Stale(since, self.written(mine))
            return await self.show(visit, values=again, stale=stale, kept=kept)
        if "base" in self.model.model_fields and "seen" in values:
            values["base"] = values["seen"]
        asked = self.questions
        body, wrong = checked(self.model, shape(with_zone(values, asked)), asked)
        errors = wrong | unanswered(values, asked)
        if body is None or errors:
            errors = {q.name: errors.pop(q.name) for q in asked if q.name in errors} | errors
            return await self.show(
                visit, values=values | {"key": str(key)}, errors=errors, kept=kept
            )
        if "back" in values:
            return await self.show(visit, values=values | {"key": str(key)}, kept=kept)
        if weighing and (found := await weighing(body)):
            went_on = values.get("went_on") == " ".join(found.because)
            if not went_on or not values.get(found.reason):
                fields = [each for each in sent.multi_items() if each[0] not in ("went_on", "back")]
                return await self._interrupt(visit, found, fields, values, went_on=went_on)
        doubts: Sequence[str] = ()
        asking = visit.asking(key)
        try:
            if doubting:
                doubts, lacking = await doubting(body)
                thought = "\n".join(doubts)
                if doubts and values.get("thought", "") != thought:
                    again = values | {"key": str(key), "thought": thought}
                    beside = {q.name: lacking[q.name] for q in asked if q.name in lacking}
                    return await self.show(
                        visit, values=again, errors=beside, doubts=doubts, kept=kept
                    )
            answer = await ask(body, asking)
        except (BrokenRule, Refused) as refusal:
            rule = refusal.rule if isinstance(refusal, Refused) else refusal
            question = about(rule, asking) or ABOUT_A_QUESTION.get(type(rule), "")
            question = question if question in {q.name for q in asked} else ""
            if not question and status_of(type(rule)) == 409 and self.opened:
                stale = Stale(Since(self.subject.version), self.written(values), refusal)
                again = values | {"seen": self.subject.version}
                return await self.show(visit, values=again, stale=stale, kept=kept)
            if not question and status_of(type(rule)) != 422:
                raise
            # What is sent next is another request, so it gets another key.
            lacking = {
                name: each["detail"] for each in missing(rule) for name in _places(each["pointer"])
            }
            beside = {q.name: lacking[q.name] for q in asked if q.name in lacking}
            others = refusal.instead if isinstance(refusal, Refused) else ()
            said = _said(rule, others)
            wrong = beside | {question: said}
            return await self.show(visit, values=values, errors=wrong, doubts=doubts, kept=kept)
        path = then if isinstance(then, str) else then(orjson.loads(bytes(answer.body)))
        return visit.see(path, answer, done)

    def _untouched(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The answers that say what the form was filled in with, as it is filled in now."""
        subject, seen = self.subject, str(values.get("seen", ""))
        if not isinstance(subject, Shown):
            return {}
        return {
            q.name: list(q.value) if q.kind == "checkboxes" else q.value
            for q in self.questions
            if q.kind != "date"
            and subject.showed(seen, q.name, _in_words(q, values.get(q.name, "")))
        }

    async def _interrupt(
        self,
        visit: Visit,
        found: Interruption,
        fields: Sequence[tuple[str, Any]],
        values: Mapping[str, Any],
        *,
        went_on: bool,
    ) -> Response:
        """Stop before something unusual, and ask why it is right all the same."""
        why = Question(found.reason, WHY_ALL_THE_SAME, "textarea", hint=WHY_HINT)
        return await visit.page(
            "interruption.html",
            status=422 if went_on else 200,
            form=self,
            title=f"Stop and think: {self.title}",
            section=self.section,
            because=found.because,
            thought=" ".join(found.because),
            fields=[(name, str(value)) for name, value in fields if name != found.reason],
            reason=why,
            values=values,
            errors={found.reason: "Enter why it is right all the same"} if went_on else {},
        )

    async def _since(self, visit: Visit, key: UUID, values: Mapping[str, Any]) -> Since:
        """What has happened since the form was opened, unless this very form was taken already.

        Raises `FormIsNotWhole` when it does not say what it was opened on.

        What others may write too is taken as it comes: it replaces only what its writer had seen.
        """
        seen, subject = str(values.get("seen", "")), self.subject
        if self.opened and not seen:
            raise FormIsNotWhole
        if not seen or "base" in self.model.model_fields:
            return Since(seen)
        since = await subject.since(visit, seen)
        if not since:
            return since
        care, organisation = visit.here.care, visit.caller.organisation
        fresh = await in_time(lambda: care.not_recorded(organisation, [key]))
        return since if fresh else Since(since.version)
