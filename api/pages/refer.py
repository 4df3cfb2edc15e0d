"""Refer someone: a person one knows or a new one; and a referral that was said to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi import Form as Field
from fastapi.responses import HTMLResponse

from api import advice, referrals
from api.pages import choosing, doubts, words
from api.pages.forms import Form, Question, choices
from api.pages.person import moving
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.vocabulary import Mode, PartnerId, PartnerKind, Priority, Responsibility, Source

router = APIRouter(route_class=PageRoute)

CARER = "carer"
FOUND = 12
DETAILS = ("name", "date_of_birth", "nhs_number", "phone", "address", "postcode", "practice")


@router.get("/refer", response_class=HTMLResponse)
async def refer(visit: CaringVisit) -> Response:
    """Whom, and whether it was said."""
    return await _whom(visit, "")


@router.post("/refer", response_class=HTMLResponse)
async def found(visit: CaringVisit, q: Annotated[str, Field(max_length=100)] = "") -> Response:
    """Those with this in their name; a name is sent in a body and stands in no address."""
    return await _whom(visit, q)


async def _whom(visit: Visit, q: str) -> Response:
    found = await visit.here.reading.caseload(
        visit.caller.organisation, query=q, sort="name", limit=FOUND
    )
    today = words.instant(visit.now).date()
    return await visit.page(
        "refer.html",
        title="Refer someone",
        section="/refer",
        q=q,
        people=[
            (
                row["person"],
                row.get("name", ""),
                f"Born {words.day(row['date_of_birth'])} ({words.age(row['date_of_birth'], today)})"
                if row.get("date_of_birth")
                else row.get("phone", ""),
            )
            for row in found.rows
            if row.get("name")
        ]
        if q
        else [],
    )


def person_questions(visit: Visit) -> list[Question]:
    """What is asked about somebody who is not known yet."""
    practices = [
        (str(p.id), p.name, "")
        for p in visit.names.directory.partners.values()
        if p.kind is PartnerKind.PRACTICE
    ]
    return [
        Question("name", "Full name", missing="Enter the person’s name"),
        Question("date_of_birth", "Date of birth", "date", optional=True),
        Question(
            "nhs_number", "NHS number", optional=True, width=10, numeric=True, hint="10 digits"
        ),
        Question("phone", "Phone number", "tel", optional=True, width=20),
        Question("address", "Address", optional=True),
        Question("postcode", "Postcode", optional=True, width=10),
        Question(
            "practice",
            "GP practice",
            "select",
            choices=practices,
            optional=True,
            nothing="Not known",
        ),
    ]


def _request(visit: Visit, source: Source, *, heard: bool) -> list[Question]:
    me = visit.caller.organisation
    services = choosing.services(
        visit.names, source, visit.today, only=me if heard else None, without=None if heard else me
    )
    asked = [
        Question(
            "service",
            "Which of your services?" if heard else "Which service?",
            "select",
            choices=services,
            missing="Select a service",
        ),
        Question(
            "ask",
            "What is asked, in practical words?",
            "textarea",
            hint="Everybody who helps with this referral sees it. "
            "Leave out what they do not need to know.",
            missing="Enter what is asked",
        ),
        Question(
            "reason",
            "Clinical reason",
            "textarea",
            optional=True,
            hint="Only organisations whose agreement covers clinical matters see this.",
        ),
        Question(
            "priority",
            "How urgent is it?",
            "radios",
            choices=choices(Priority),
            value=Priority.ROUTINE.value,
        ),
    ]
    if not heard:
        take_over = {
            Responsibility.TAKE_OVER.value: "They become responsible when they accept, not before",
            Responsibility.HELP_ALONGSIDE.value: "You stay responsible",
        }
        asked.insert(
            1,
            Question(
                "responsibility",
                "What do you ask of them?",
                "radios",
                choices=choices(Responsibility, take_over),
                value=Responsibility.HELP_ALONGSIDE.value,
            ),
        )
    return asked


WITHOUT = Question(
    "sent_without",
    "If something that they ask for is missing, why do you send it so?",
    "textarea",
    optional=True,
    hint="They see this. Urgent need does not wait for a form.",
    rows=2,
)


async def _form(
    visit: Visit, person: UUID | None, *, heard: bool, follows: Mapping[str, UUID | None]
) -> Form[referrals.Referring]:
    groups: list[tuple[str, list[Question]]] = []
    name = ""
    if person is None:
        groups.append(("The person", person_questions(visit)))
        row = None
    else:
        row = await visit.here.reading.record(visit.caller.organisation, person)
        if row is None:
            raise NothingIsHere
        name = str(row.get("name", ""))
    if heard:
        senders = choosing.organisations(visit.names, without=visit.caller.organisation)
        groups.append(
            (
                "Who said it",
                [
                    Question(
                        "sender",
                        "Which organisation do they work for?",
                        "select",
                        choices=[*senders, (CARER, "None: a carer or relative", "")],
                        missing="Select an organisation",
                    ),
                    Question("said_by", "Their name and role", missing="Enter who said it to you"),
                ],
            )
        )
    source = choosing.source_of(visit.names, visit.caller.organisation)
    groups.append(
        (
            "The request",
            [
                *_request(visit, Source.PROFESSIONAL if heard else source, heard=heard),
                *(() if heard else (WITHOUT,)),
            ],
        )
    )
    if row and not heard:
        groups.append(("If they should be taken over", moving.evidence(row)))
    return Form(
        title="This was said to me" if heard else "Refer someone",
        caption=name,
        lede=(
            "You record it for the organisation that said it. It sees your answer as if it had "
            "written to you.",
        )
        if heard
        else (),
        button="Record the referral" if heard else "Confirm and send",
        model=referrals.Referring,
        groups=groups,
        action=visit.path
        + (f"?person={person}" if person else "")
        + "".join(f"&{name}={referral}" for name, referral in follows.items() if referral),
        section="/refer",
        back_to=("/refer", "Refer someone"),
    )


def _shape(
    visit: Visit, person: UUID | None, values: Mapping[str, Any], *, heard: bool
) -> Mapping[str, Any]:
    """The form's answers as the API takes them."""
    sent: dict[str, Any] = {k: v for k, v in values.items() if v and k not in DETAILS}
    if person is None:
        sent["person"] = {k: values[k] for k in DETAILS if values.get(k)}
    else:
        sent["person_id"] = str(person)
    sent["source"] = choosing.source_of(visit.names, visit.caller.organisation).value
    if heard:
        sent["mode"] = Mode.VERBAL.value
        sender = sent.pop("sender", "")
        if sender == CARER:
            sent["source"] = Source.CARER.value
        elif sender in {str(p) for p in visit.names.directory.partners}:
            sent["sender"] = sender
            sent["source"] = choosing.source_of(visit.names, PartnerId(UUID(sender))).value
    return sent


async def _sent(
    visit: Visit, person: UUID | None, *, heard: bool, follows: Mapping[str, UUID | None]
) -> Response:
    form = await _form(visit, person, heard=heard, follows=follows)
    after = {"after_advice": follows.get("after"), "onward_from": follows.get("onward")}
    return await form.sent(
        visit,
        referrals.make_referral,
        done="heard" if heard else "referred",
        then=lambda answer: f"/referrals/{answer['id']}",
        shape=lambda values: {
            **_shape(visit, person, values, heard=heard),
            **{name: str(referral) for name, referral in after.items() if referral},
        },
        doubting=None if heard else lambda body: _doubting(visit, body),
    )


async def _doubting(
    visit: Visit, body: referrals.Referring
) -> tuple[Sequence[str], Mapping[str, str]]:
    """What to think of first; an emergency is sent at once."""
    if body.priority is Priority.EMERGENCY:
        return (), {}
    return await doubts.before_sending(visit, body)


@router.get("/refer/new", response_class=HTMLResponse)
async def new_referral(
    visit: CaringVisit,
    person: UUID | None = None,
    after: UUID | None = None,
    onward: UUID | None = None,
) -> Response:
    """The questions of a written referral; of one after advice, or onward from another."""
    follows = {"after": after, "onward": onward}
    return await (await _form(visit, person, heard=False, follows=follows)).show(visit)


@router.post("/refer/new", response_class=HTMLResponse)
async def make_referral(
    visit: CaringVisit,
    person: UUID | None = None,
    after: UUID | None = None,
    onward: UUID | None = None,
) -> Response:
    """Refer, and show the referral; or show what the service asks for and is not told."""
    return await _sent(visit, person, heard=False, follows={"after": after, "onward": onward})


@router.get("/refer/heard", response_class=HTMLResponse)
async def heard_referral(visit: CaringVisit, person: UUID | None = None) -> Response:
    """The questions of a referral that was said."""
    return await (await _form(visit, person, heard=True, follows={})).show(visit)


@router.post("/refer/heard", response_class=HTMLResponse)
async def record_heard_referral(visit: CaringVisit, person: UUID | None = None) -> Response:
    """Record it, and show the referral."""
    return await _sent(visit, person, heard=True, follows={})


async def _advice_form(visit: Visit, person: UUID | None) -> Form[advice.AskingAdvice]:
    name = ""
    groups: list[tuple[str, list[Question]]] = []
    if person is None:
        groups.append(("The person", person_questions(visit)))
    else:
        row = await visit.here.reading.record(visit.caller.organisation, person)
        if row is None:
            raise NothingIsHere
        name = str(row.get("name", ""))
    me = visit.caller.organisation
    groups.append(
        (
            "Your question",
            [
                Question(
                    "service",
                    "Whom do you ask?",
                    "select",
                    choices=choosing.services(
                        visit.names, Source.PROFESSIONAL, visit.today, without=me, advising=True
                    ),
                    missing="Select a service",
                ),
                Question(
                    "question",
                    "What do you want to know?",
                    "textarea",
                    hint="Only organisations whose agreement covers clinical matters see this.",
                    missing="Enter your question",
                ),
                Question(
                    "priority",
                    "How urgent is it?",
                    "radios",
                    choices=choices(Priority),
                    value=Priority.ROUTINE.value,
                ),
            ],
        )
    )
    return Form(
        title="Ask for advice before referring",
        caption=name,
        lede=("Nothing is sent yet. You go on holding the person, and decide with their answer.",),
        button="Send the question",
        model=advice.AskingAdvice,
        groups=groups,
        action=visit.path + (f"?person={person}" if person else ""),
        section="/refer",
        back_to=("/refer", "Refer someone"),
    )


def _question(person: UUID | None, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The form's answers as the API takes them."""
    sent: dict[str, Any] = {k: v for k, v in values.items() if v and k not in DETAILS}
    if person is None:
        return sent | {"person": {k: values[k] for k in DETAILS if values.get(k)}}
    return sent | {"person_id": str(person)}


@router.get("/refer/advice", response_class=HTMLResponse)
async def new_question(visit: CaringVisit, person: UUID | None = None) -> Response:
    """The question to a service before referring to it."""
    return await (await _advice_form(visit, person)).show(visit)


@router.post("/refer/advice", response_class=HTMLResponse)
async def ask_advice(visit: CaringVisit, person: UUID | None = None) -> Response:
    """Ask it, and show the question."""
    form = await _advice_form(visit, person)
    return await form.sent(
        visit,
        advice.ask_advice,
        done="advice-asked",
        then=lambda answer: f"/referrals/{answer['id']}",
        shape=lambda values: _question(person, values),
    )
