"""What people say of services, on pages: a public form that asks for no name, and the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from api import feedback
from api.asking import Activity, Asking
from api.pages import drawing, words
from api.pages.forms import Form, Question, answers, checked, choices, new_key, unanswered
from api.pages.person.plans import experiences
from api.pages.problem import PageRoute
from api.pages.rendering import render
from api.pages.visit import CaringVisit, Visit
from api.parts import Caller, Here, Parts
from api.problems import IdempotencyKeyIsMissing, NothingIsHere
from domain.feedback import code_of
from domain.policies.control_charts import FEWEST, Better, control_chart
from domain.policies.days import local_date
from domain.texts import Text
from domain.vocabulary import Collected, Experience, GivenBy, Role
from projections.directory import Directory, ServiceEntry

router = APIRouter(route_class=PageRoute)


class Answering(Activity):
    """An answer that nobody gives by name, as a form asks it."""

    experience: Experience
    given_by: GivenBy = GivenBy.PERSON
    words: Text | None = None
    may_publish: list[str] = []

    def said(self, service: UUID, collected: Collected) -> feedback.GivingFeedback:
        """As the interface takes it."""
        return feedback.GivingFeedback(
            service=service,
            experience=self.experience,
            given_by=self.given_by,
            collected=collected,
            words=self.words,
            may_publish=bool(self.may_publish),
            at=self.at,
        )


class OnPaper(Answering):
    """The same from a card, with the service it is about."""

    service: UUID


def _questions(*, asked_of_them: bool) -> list[Question]:
    return [
        experiences(),
        Question(
            "words",
            "Please tell us why" if asked_of_them else "What they wrote",
            "textarea",
            hint="Please do not write names. Nobody can answer you here." if asked_of_them else "",
            optional=True,
        ),
        Question(
            "may_publish",
            "May we publish your words?" if asked_of_them else "May the words be published?",
            "checkboxes",
            choices=(("yes", "Yes, without a name", ""),),
            optional=True,
        ),
        Question(
            "given_by",
            "Who answers?" if asked_of_them else "Who answered?",
            "radios",
            choices=choices(GivenBy),
            value=GivenBy.PERSON.value,
        ),
    ]


# For everybody


def _service(directory: Directory, code: str) -> ServiceEntry:
    """The one service that goes by a code. Raises `NothingIsHere`."""
    found = [s for s in directory.services.values() if code_of(s.id) == code.lower()]
    if len(found) != 1:
        raise NothingIsHere
    return found[0]


def _page(
    request: Request,
    service: ServiceEntry,
    directory: Directory,
    values: Mapping[str, Any],
    errors: Mapping[str, str],
) -> Response:
    return render(
        "say_how_it_was.html",
        status=422 if errors else 200,
        title=f"How was {service.name}?",
        service=service,
        organisation=words.Names(directory).organisation(service.partner),
        questions=_questions(asked_of_them=True),
        values=values,
        errors=errors,
        action=request.url.path,
        key=values.get("key") or new_key(),
    )


@router.get("/feedback/{code}", response_class=HTMLResponse)
async def say_how_it_was(request: Request, here: Here, code: str) -> Response:
    """The form of a service, by the code on its card; nothing in it is about anybody."""
    directory = await here.reading.directory()
    return _page(request, _service(directory, code), directory, {}, {})


@router.post("/feedback/{code}", response_class=HTMLResponse)
async def said_how_it_was(request: Request, here: Here, code: str) -> Response:
    """Take the answer; nobody knows whose it is."""
    directory = await here.reading.directory()
    service, asked = _service(directory, code), _questions(asked_of_them=True)
    values = answers(await request.form(), asked)
    try:
        key = UUID(str(values.pop("key", "")))
    except ValueError:
        raise IdempotencyKeyIsMissing from None
    body, wrong = checked(Answering, values, asked)
    errors = wrong | unanswered(values, asked)
    if body is None or errors:
        return _page(request, service, directory, values | {"key": str(key)}, errors)
    said = body.said(service.id, Collected.ONLINE)
    await feedback.give_feedback(said, _asking(here, service, key, request))
    return RedirectResponse(f"{request.url.path}/sent", status_code=303)


@router.get("/feedback/{code}/sent", response_class=HTMLResponse)
async def thanked(here: Here, code: str) -> Response:
    """Thanks, and where to complain."""
    directory = await here.reading.directory()
    service = _service(directory, code)
    return render(
        "said_how_it_was.html",
        title="Thank you",
        service=service,
        organisation=words.Names(directory).organisation(service.partner),
    )


def _asking(here: Parts, service: ServiceEntry, key: UUID, request: Request) -> Asking:
    """A form is no practitioner: it asks in the name of the organisation that offers it."""
    form = Caller(
        practitioner=None, organisation=service.partner, role=Role.SYSTEM, name=service.name
    )
    return Asking(here, form, key, request)


# For who offers the service


def _own(visit: Visit) -> list[ServiceEntry]:
    mine = visit.caller.organisation
    services = visit.names.directory.services.values()
    return sorted((s for s in services if s.partner == mine), key=lambda s: s.name)


@router.get("/experience", response_class=HTMLResponse)
async def results(visit: CaringVisit) -> Response:
    """What was said of the organisation's services, by month, and where each asks."""
    today = local_date(visit.here.clock())
    rows = await visit.here.reading.feedback(visit.caller.organisation, today)
    return await visit.page(
        "experience.html",
        title="What people say",
        section="/experience",
        rows=rows,
        charts=_charts(rows, visit.names),
        services=[(service.name, f"/feedback/{code_of(service.id)}") for service in _own(visit)],
    )


@dataclass(frozen=True, slots=True)
class Over:
    """What was said of one service over time: as a chart, and in a sentence."""

    service: str
    svg: Markup
    said: str


def _charts(rows: Sequence[Mapping[str, Any]], names: words.Names) -> list[Over]:
    """A chart for each service of which two months or more may be shown."""
    months: dict[str, list[tuple[str, int]]] = {}
    for row in reversed(rows):
        if row["answers"] is not None:
            months.setdefault(row["service"], []).append((row["month"], row["good"]))
    return sorted(
        (_over(names.service(each), told) for each, told in months.items() if len(told) > 1),
        key=lambda over: over.service,
    )


def _over(service: str, months: Sequence[tuple[str, int]]) -> Over:
    labels = [words.month(month) for month, _ in months]
    values = [good for _, good in months]
    chart = control_chart(values, Better.HIGHER)
    said = f"{values[0]}% good or very good in {labels[0]}, {values[-1]}% in {labels[-1]}. "
    if chart is None:
        said += f"Fewer than {FEWEST} months: too few for limits."
    elif not chart.special:
        said += f"{chart.mean:.0f}% on average; nothing here is more than chance."
    else:
        special = [
            f"{label}, {', '.join(sorted(point.causes))} ({point.meaning})"
            for label, point in zip(labels, chart.points, strict=True)
            if point.causes
        ]
        said += f"{chart.mean:.0f}% on average. More than chance: {'; '.join(special)}."
    return Over(service, drawing.percents(values, labels, said=said, chart=chart), said)


@router.get("/experience/new", response_class=HTMLResponse)
async def card_question(visit: CaringVisit) -> Response:
    """An answer on a card."""
    return await _card(visit).show(visit)


@router.post("/experience/new", response_class=HTMLResponse)
async def card_answer(visit: CaringVisit) -> Response:
    """Record it."""
    return await _card(visit).sent(
        visit,
        lambda body, asks: feedback.give_feedback(
            body.said(body.service, Collected.ON_PAPER), asks
        ),
        done="feedback",
        then="/experience",
    )


def _card(visit: Visit) -> Form[OnPaper]:
    return Form(
        title="Enter an answer from a card",
        lede=("It is counted, and tied to nobody. Do not write a name.",),
        button="Record the answer",
        model=OnPaper,
        groups=(
            (
                "",
                (
                    Question(
                        "service",
                        "Which service?",
                        "select",
                        choices=[(str(s.id), s.name, "") for s in _own(visit)],
                        missing="Select a service",
                    ),
                    *_questions(asked_of_them=False),
                ),
            ),
        ),
        action=visit.path,
        section="/experience",
        back_to=("/experience", "What people say"),
    )
