"""A person's record on a page, and what may be asked of their pathway."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from api import endings, pathways, people
from api.asking import Activity, Asking
from api.pages import choosing, corrections, drawing, ending, moving, waiting, words
from api.pages.caseload import overdue
from api.pages.forms import Form, Question, new_key
from api.pages.opened import Opened
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.kernel import Category
from domain.policies import instruments
from domain.vocabulary import Instrument
from projections.entries import Entry
from projections.record import agreed_of

router = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class Chart:
    """One instrument's scores."""

    name: str
    first: int
    last: int
    change: str
    svg: Markup
    rows: list[tuple[str, int]]


def charts(row: Mapping[str, Any]) -> list[Chart]:
    drawn = []
    for name, scores in row["measures"].items():
        instrument = Instrument(name)
        scale = instruments.SCALES[instrument]
        if not scale.compared_by_total:
            continue
        totals = [total for _, total in scores]
        drawn.append(
            Chart(
                name,
                totals[0],
                totals[-1],
                instruments.change(instrument, totals[0], totals[-1]),
                drawing.scores(
                    totals,
                    [words.short_day(at) for at, _ in scores],
                    name=name,
                    scale=scale,
                ),
                [(at, total) for at, total in scores],
            )
        )
    return drawn


def identity(row: Mapping[str, Any], visit: Visit) -> str:
    """The line that makes sure this is the right person."""
    said, today = [], words.instant(visit.moment or visit.now).date()
    if born := row.get("date_of_birth"):
        said.append(f"Born {words.day(born)} ({words.age(born, today)})")
    if number := row.get("nhs_number"):
        said.append(f"NHS number {words.nhs_number(number)}")
    if row.get("practice"):
        said.append(visit.names.organisation(row["practice"]))
    if not said and row.get("phone"):
        said.append(str(row["phone"]))
    return " · ".join(said)


def about(row: Mapping[str, Any], visit: Visit) -> list[tuple[str, str]]:
    """What is known of the person, as far as it is shared."""
    names = visit.names
    address = ", ".join(str(row[key]) for key in ("address", "postcode") if row.get(key))
    key_worker = names.practitioner(row["key_worker"]) if row.get("key_worker") else ""
    said = [
        ("Phone", row.get("phone")),
        ("Address", address),
        ("Communication needs", row.get("needs")),
        ("Language", row.get("language")),
        ("Step", row.get("step")),
        ("Responsible", row.get("responsible") and names.organisation(row["responsible"])),
        ("Key worker", key_worker),
        ("Clinical co-ordinator", names.practitioner(c) if (c := row.get("coordinator")) else ""),
        *(
            (f"Review overdue: {f['about']}", f"since {words.day(f['due_on'])}")
            for _, f in overdue(row)
        ),
        ("Sex", words.sentence(row.get("sex") or "")),
        ("Ethnicity", words.ETHNICITY.get(row.get("ethnicity", ""), row.get("ethnicity"))),
    ]
    if row.get("waiting_since") and visit.follows_contacts:
        said.append(("Waiting since", words.day(row["waiting_since"])))
    return [(label, str(value)) for label, value in said if value]


async def known(visit: Visit, person: UUID) -> dict[str, Any]:
    """The record, as the visitor's organisation may know it. Raises `NothingIsHere`."""
    row = await visit.here.reading.record(visit.caller.organisation, person, visit.when)
    if row is None:
        raise NothingIsHere
    return row


def name_of(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or "No longer shared with us")


@router.get("/people/{person}", response_class=HTMLResponse)
async def record_page(visit: CaringVisit, person: UUID) -> Response:
    """The record."""
    row = await known(visit, person)
    told: list[Entry] = []
    if row.get("disagreements"):
        told = await visit.here.reading.history(visit.caller.organisation, person, visit.when)
    names, allowed = visit.names, set(row.get("actions", ()))
    clocks = await visit.here.reading.clocks(
        visit.caller.organisation, person, visit.when, now=visit.now
    )
    asked = [{**asked, "id": key} for key, asked in row["referrals"].items()]
    here = f"/people/{person}"
    offered = [name for name in ON_PERSON if name in allowed or ON_PERSON[name].always]
    doing = [
        (f"/refer/new?person={person}", "Refer to a service"),
        (f"/refer/heard?person={person}", "Record a referral that was said"),
        *_links(here, (name for name in offered if name not in (*WISHES, *ENDINGS))),
    ]
    if Category.CLINICAL in visit.categories:
        doing.append((f"{here}/discussion", "Record a case discussion"))
    wishes = [
        (f"{here}/corrections", "Put details right"),
        (f"{here}/disagreements", "Record a disagreement"),
        *_links(here, (name for name in offered if name in WISHES)),
    ]
    endings = _links(here, (name for name in offered if name in ENDINGS))
    today = words.instant(visit.moment or visit.now).date()
    if row.get("died"):
        doing, wishes = [], wishes[:2]
        endings = _links(here, (name for name in ON_PERSON if name in allowed))
    return await visit.page(
        "person.html",
        title=name_of(row),
        section="/caseload",
        row=row,
        conflicts=corrections.conflicts(row, visit),
        disagreements=corrections.disagreements(row, told, visit),
        name=name_of(row),
        identity=identity(row, visit),
        standing=visit.standing(row["status"]),
        about=about(row, visit),
        actions=allowed,
        nobody_named="key-worker" in allowed and not row.get("key_worker"),
        discharge=moving.proposed(row, visit),
        referrals=sorted(asked, key=lambda r: str(r["made_at"]), reverse=True),
        clocks=waiting.standings(clocks, names),
        charts=charts(row),
        clinical=Category.CLINICAL in visit.categories,
        contacts=sorted(
            row["contacts"].values(), key=lambda c: str(c.get("starts_at", "")), reverse=True
        ),
        meetings=sorted(
            row["meetings"].items(), key=lambda pair: str(pair[1].get("listed_at")), reverse=True
        ),
        agreed=[agreed | {"mine": agreed["owner"] == row["partner"]} for agreed in agreed_of(row)],
        overdue=lambda action: words.overdue(action, today),
        discussions=sorted(
            row.get("discussions", {}).values(), key=lambda talk: str(talk["at"]), reverse=True
        ),
        doing=[]
        if row["withdrawn"]
        else [
            (title, links)
            for title, links in (
                ("What you can do now", doing),
                ("Details and wishes", wishes),
                ("Endings", endings),
            )
            if links
        ],
        who=lambda referral: choosing.said(referral, names),
        key=new_key(),
    )


# What may be asked

WISHES = ("needs", "consent", "objection", "objection-lifting")
ENDINGS = ("closure", "moving-away", "death", "death-in-error", "reopening")
"""What is asked seldom stands apart, so that what is asked daily is found at once."""


def _links(here: str, names: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"{here}/{name}", ON_PERSON[name].text) for name in names]


Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that may be asked of a person's record or pathway."""

    text: str
    model: type[Activity]
    ask: Callable[[UUID, Any, Asking], Awaitable[Response]]
    questions: Callable[[Visit, Row], list[Question]]
    lede: str = ""
    always: bool = False
    button: str = "Confirm and save"


def _nothing(_visit: Visit, _row: Row) -> list[Question]:
    return []


def _declining(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "note", "Why?", "textarea", optional=True, hint="The organisation that offered sees it."
        )
    ]


def _review(_visit: Visit, row: Row) -> list[Question]:
    fallen = tuple(
        (which, words.sentence(what["about"]), f"Since {words.day(what['due_on'])}")
        for which, what in overdue(row)
    )
    return [
        Question(
            "review", "Which review?", "radios", choices=fallen, missing="Select which review"
        ),
        Question("outcome", "What came of it?", "textarea", optional=True),
    ]


def _needs(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "needs",
            "What helps when communicating with them?",
            "textarea",
            hint="For example: large print, calls after noon, an interpreter. "
            "Everybody who helps sees this.",
            missing="Enter what helps",
        ),
        Question("language", "Language", optional=True, width=20),
    ]


def _organisation(visit: Visit, _row: Row) -> list[Question]:
    offered = choosing.organisations(visit.names, without=visit.caller.organisation)
    return [
        Question(
            "to",
            "Which organisation?",
            "select",
            choices=offered,
            missing="Select an organisation",
        )
    ]


async def _end_hold(person: UUID, body: Activity, asks: Asking) -> Response:
    return await pathways.end_hold(person, asks, body)


async def _withdraw_discharge(person: UUID, body: Activity, asks: Asking) -> Response:
    return await pathways.withdraw_discharge(person, asks, body)


def _asking(questions: list[Question]) -> Callable[[Visit, Row], list[Question]]:
    """The same questions whoever asks, about whomever."""
    return lambda _visit, _row: questions


ON_PERSON: dict[str, Doing] = {
    "fallback-acknowledgement": Doing(
        "See that they fell back to us",
        Activity,
        endings.acknowledge_fallback,
        _nothing,
        "The organisation that held the person is gone. Your organisation holds them now.",
        button="I have seen it",
    ),
    "reopening": Doing(
        "Open the pathway again",
        endings.Reopening,
        endings.reopen_pathway,
        _asking(ending.REOPENING),
        "From now on your organisation is responsible.",
    ),
    "handover": Doing(
        "Offer a hand-over",
        pathways.OfferingHandover,
        pathways.offer_handover,
        moving.handover,
        "You stay responsible until they accept.",
        button="Confirm and send",
    ),
    "hand-back": Doing(
        "Hand back to who handed them over",
        pathways.HandingBack,
        pathways.hand_back,
        moving.hand_back,
        "They are offered the person at the step they had there. You stay responsible until they "
        "accept.",
        button="Confirm and send",
    ),
    "handover-withdrawal": Doing(
        "Take back the hand-over",
        pathways.AcceptingHandover,
        pathways.withdraw_handover,
        _nothing,
        "Your organisation stays responsible.",
        button="Take back the hand-over",
    ),
    "silence-acknowledgement": Doing(
        "See to the hand-over nobody answered",
        pathways.AcceptingHandover,
        pathways.acknowledge_handover_silence,
        _nothing,
        "You have seen that the hand-over waits unanswered. It is escalated no further.",
        button="I see to it",
    ),
    "key-worker": Doing(
        "Name a key worker", pathways.NamingKeyWorker, pathways.name_key_worker, moving.key_worker
    ),
    "hold": Doing(
        "Put on hold",
        pathways.Holding,
        pathways.put_on_hold,
        moving.hold,
        "Nothing changes for now, and you stay responsible. A discharge that is proposed is off.",
    ),
    "hold-end": Doing(
        "End the hold",
        Activity,
        _end_hold,
        _nothing,
        "You have looked again, and go on.",
        button="End the hold",
    ),
    "coordinator": Doing(
        "Name a clinical co-ordinator",
        pathways.NamingCoordinator,
        pathways.name_coordinator,
        moving.coordinator,
    ),
    "discharge": Doing(
        "Propose a discharge",
        pathways.ProposingDischarge,
        pathways.propose_discharge,
        moving.discharge,
        "They stay with you until those have agreed whom this place asks, and you close.",
    ),
    "discharge-agreement": Doing(
        "Agree to the discharge",
        pathways.AgreeingDischarge,
        pathways.agree_discharge,
        moving.agreement,
        "You agree for yourself; nobody does it for you.",
        button="I agree",
    ),
    "discharge-withdrawal": Doing(
        "Take back the proposal to discharge",
        Activity,
        _withdraw_discharge,
        _nothing,
        "They stay where they are, and nobody has agreed.",
        button="Take it back",
    ),
    "needs": Doing(
        "Record communication needs",
        people.CommunicationNeeds,
        people.record_communication_needs,
        _needs,
        always=True,
    ),
    "consent": Doing(
        "Record consent",
        people.About,
        people.consent_to,
        _organisation,
        "The person agreed in so many words that this organisation may be told.",
        always=True,
    ),
    "objection": Doing(
        "Record an objection",
        people.About,
        people.object_to,
        _organisation,
        "The person does not want this organisation to know about them. No reason is needed. "
        "What it was told is withdrawn, and it is told nothing more.",
        always=True,
    ),
    "objection-lifting": Doing(
        "Lift an objection",
        people.About,
        people.lift_objection,
        _organisation,
        "The person no longer objects to this organisation. It is told again what it may know.",
        always=True,
    ),
    "review": Doing(
        "Record the review that is overdue",
        pathways.Reviewing,
        pathways.record_review,
        _review,
        "The day to look at them again has passed.",
        button="Record the review",
    ),
    "closure": Doing(
        "Close the pathway", pathways.ClosingPathway, pathways.close_pathway, moving.closing
    ),
    "moving-away": Doing(
        "Record that they moved away",
        endings.MovingAway,
        endings.record_move,
        _asking(ending.MOVING),
        "You hold them until care at the new place was told.",
    ),
    "death": Doing(
        "Record that they died",
        endings.RecordingDeath,
        endings.record_death,
        _asking(ending.DEATH),
        "Everything that was asked for them ends, and nobody is asked to chase them.",
    ),
    "death-in-error": Doing(
        "They did not die",
        endings.TakingBackDeath,
        endings.take_back_death,
        _asking(ending.DEATH_IN_ERROR),
        "Who held them holds them again, and whoever was told of the death is told this. "
        "What had been asked of others has ended: ask again for what is still wanted.",
    ),
}
"""By the last part of their address."""

DECLINE = Doing(
    "Decline the hand-over",
    pathways.DecliningHandover,
    pathways.decline_handover,
    _declining,
    "The organisation that offered the person still holds them.",
    button="Decline the hand-over",
)
ACCEPT = Doing(
    "Accept the hand-over",
    pathways.AcceptingHandover,
    pathways.accept_handover,
    _nothing,
    "From now on your organisation is responsible.",
    button="Accept the hand-over",
)
ANSWERS = {"handover-acceptance": ACCEPT, "handover-decline": DECLINE}


def _doing(activity: str) -> Doing:
    found = ON_PERSON.get(activity) or ANSWERS.get(activity)
    if found is None:
        raise NothingIsHere
    return found


def _form(doing: Doing, visit: Visit, row: Row, person: UUID) -> Form[Any]:
    return Form(
        title=doing.text,
        caption=name_of(row),
        lede=(doing.lede,) if doing.lede else (),
        button=doing.button,
        model=doing.model,
        groups=(("", doing.questions(visit, row)),),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{person}", f"{name_of(row)}’s record"),
        opened=Opened(person, row["number"]),
    )


@router.get("/people/{person}/{activity}", response_class=HTMLResponse)
async def person_question(visit: CaringVisit, person: UUID, activity: str) -> Response:
    """The question that goes with it."""
    row = await known(visit, person)
    return await _form(_doing(activity), visit, row, person).show(visit)


@router.post("/people/{person}/{activity}", response_class=HTMLResponse)
async def person_answer(visit: CaringVisit, person: UUID, activity: str) -> Response:
    """Ask it, and show the record with it."""
    doing, row = _doing(activity), await known(visit, person)

    def shape(values: Mapping[str, Any]) -> Mapping[str, Any]:
        if not issubclass(doing.model, pathways.AcceptingHandover) or not row["offer"]:
            return values
        return {**values, "handover": row["offer"]["handover"]}

    return await _form(doing, visit, row, person).sent(
        visit,
        lambda body, asks: doing.ask(person, body, asks),
        done=activity if activity != "closure" else "ended",
        then=f"/people/{person}",
        shape=shape,
    )
