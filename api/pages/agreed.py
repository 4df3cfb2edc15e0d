"""What was agreed, on pages: an organisation's actions, decisions on their way, discussions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import agreed
from api.asking import Activity
from api.pages import choosing, words
from api.pages.forms import Form, Question, choices, new_key
from api.pages.opened import Opened
from api.pages.person.identity import known, name_of
from api.pages.problem import PageRoute
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.vocabulary import DiscussionKind, Medium, NotImplementedReason
from projections.agreed import ACTION, DECISION
from projections.record.action import DONE, DROPPED, OPEN
from projections.record.meeting import AWAITED

router = APIRouter(route_class=PageRoute)

NOT_DONE = "not implemented"
SHOWN = 200
"""How much of what is to do a page shows at most."""


def overdue(row: Mapping[str, Any], visit: Visit) -> str:
    """How long ago an action should have been done, or nothing."""
    return words.overdue(row, words.instant(visit.moment or visit.now).date())


async def to_do(visit: Visit, limit: int = SHOWN) -> list[dict[str, Any]]:
    """What the visitor's organisation is to do, the first that is due first."""
    reading, me = visit.here.reading, visit.caller.organisation
    return await reading.agreed(me, ACTION, (OPEN,), mine=True, limit=limit, when=visit.when)


@router.get("/actions", response_class=HTMLResponse)
async def list_of_actions(visit: CaringVisit) -> Response:
    """What the organisation is to do, and what became of the rest."""
    reading, me = visit.here.reading, visit.caller.organisation
    over = await reading.agreed(me, ACTION, (DONE, DROPPED), mine=True, limit=30, when=visit.when)
    return await visit.page(
        "actions.html",
        title="Actions",
        section="/mdt",
        sheet_link=visit.at_its_moment("/actions.csv"),
        rows=await to_do(visit),
        over=over,
        overdue=lambda row: overdue(row, visit),
    )


@router.get("/mdt/decisions", response_class=HTMLResponse)
async def list_of_decisions(visit: CaringVisit) -> Response:
    """What meetings decided and is not done: on its way, or given up with a reason."""
    reading, me = visit.here.reading, visit.caller.organisation
    seen = await reading.newest(me)
    awaited = await reading.agreed(me, DECISION, (AWAITED,), when=visit.when)
    return await visit.page(
        "decisions.html",
        title="Decisions not implemented",
        section="/mdt",
        awaited=awaited,
        given_up=await reading.agreed(me, DECISION, (NOT_DONE,), limit=50, when=visit.when),
        may_say=lambda row: may_say(row, visit),
        replaceable=await _replaceable(awaited, visit),
        key=new_key(),
        seen=seen,
    )


def may_say(row: Mapping[str, Any], visit: Visit) -> bool:
    """Whether the visitor says what became of it: a hand-over's answer speaks for itself."""
    mine = row.get("owner") == str(visit.caller.organisation)
    return mine and row["outcome"] not in words.MOVING and visit.when.now


async def _replaceable(awaited: Sequence[Mapping[str, Any]], visit: Visit) -> set[str]:
    """Those of which the visitor may say that a later decision took their place."""
    if not visit.when.now:
        return set()
    me, found = visit.caller.organisation, set()
    for decided in awaited:
        row = await visit.here.reading.record(me, UUID(decided["person"]))
        says = str(me) in (decided.get("owner"), row and row.get("responsible"))
        if row and says and _later(row, decided["id"]):
            found.add(str(decided["id"]))
    return found


def _decided(row: Mapping[str, Any], decision: UUID | str) -> Mapping[str, Any] | None:
    """The case that this decision about a person was taken on."""
    cases: Sequence[Mapping[str, Any]] = list(row["meetings"].values())
    return next((case for case in cases if case.get("decision") == str(decision)), None)


def _later(row: Mapping[str, Any], decision: UUID | str) -> list[Mapping[str, Any]]:
    """The cases on which something was decided about this person after that, the first first."""
    case = _decided(row, decision)
    if case is None:
        return []
    others = (c for c in row["meetings"].values() if c.get("decision") not in (None, str(decision)))
    later = (other for other in others if other["decided_at"] >= case["decided_at"])
    return sorted(later, key=lambda other: str(other["decided_at"]))


# Actions


@router.get("/actions/{action}/{activity}", response_class=HTMLResponse)
async def action_question(visit: CaringVisit, action: UUID, activity: str) -> Response:
    """How it was done, or why it will not be."""
    return await (await _action_form(visit, action, activity)).show(visit)


@router.post("/actions/{action}/{activity}", response_class=HTMLResponse)
async def action_answer(visit: CaringVisit, action: UUID, activity: str) -> Response:
    """Record it, and show what is left."""
    form = await _action_form(visit, action, activity)
    ask = agreed.complete_action if activity == "completion" else agreed.drop_action
    return await form.sent(
        visit,
        lambda body, asks: ask(action, body, asks),
        done="action-done" if activity == "completion" else "action-dropped",
        then="/actions",
    )


async def _action_form(visit: Visit, action: UUID, activity: str) -> Form[Any]:
    row = await visit.here.reading.action(visit.caller.organisation, action)
    if row is None or activity not in ("completion", "drop"):
        raise NothingIsHere
    done = activity == "completion"
    asked = (
        Question("note", "Is there something to tell?", "textarea", optional=True, rows=3)
        if done
        else Question(
            "reason",
            "Why will it not be done?",
            "textarea",
            hint="Everybody who was told of the action reads this.",
            missing="Enter why it will not be done",
            rows=3,
        )
    )
    return Form(
        title="Say that it is done" if done else "Drop the action",
        lede=(str(row.get("what", "")),),
        button="It is done" if done else "Drop the action",
        model=agreed.Completing if done else agreed.Dropping,
        groups=(("", (asked,)),),
        action=visit.path,
        section="/mdt",
        back_to=("/actions", "Actions"),
    )


# Decisions


@router.get("/people/{person}/decisions/{decision}/non-implementation", response_class=HTMLResponse)
async def why_not_question(visit: CaringVisit, person: UUID, decision: UUID) -> Response:
    """Why what was decided was not done."""
    return await (await _why_not(visit, person, decision)).show(visit)


@router.post(
    "/people/{person}/decisions/{decision}/non-implementation", response_class=HTMLResponse
)
async def why_not_answer(visit: CaringVisit, person: UUID, decision: UUID) -> Response:
    """Record it, and show what else is not done."""
    return await (await _why_not(visit, person, decision)).sent(
        visit,
        lambda body, asks: agreed.not_implement_decision(person, decision, body, asks),
        done="not-implemented",
        then="/mdt/decisions",
    )


@router.post("/people/{person}/decisions/{decision}/implementation", response_class=HTMLResponse)
async def implemented(visit: CaringVisit, person: UUID, decision: UUID) -> Response:
    """Say that it was done, and show what else is not."""
    newest = await visit.here.reading.newest(visit.caller.organisation)
    form = Form(
        opened=Opened(person, newest),
        title="It was done",
        button="It was done",
        model=Activity,
        groups=(),
        action=visit.path,
        section="/mdt",
        back_to=("/mdt/decisions", "Decisions not implemented"),
    )
    return await form.sent(
        visit,
        lambda body, asks: agreed.implement_decision(person, decision, asks, body),
        done="implemented",
        then="/mdt/decisions",
    )


async def _why_not(visit: Visit, person: UUID, decision: UUID) -> Form[agreed.NotImplementing]:
    row = await known(visit, person)
    case = _decided(row, decision)
    if case is None:
        raise NothingIsHere
    return Form(
        title="Why was it not done?",
        lede=(f"Decided: {case['outcome']}",),
        caption=name_of(row),
        button="Confirm and save",
        model=agreed.NotImplementing,
        groups=(
            (
                "",
                (
                    Question(
                        "reason",
                        "Reason",
                        "radios",
                        choices=choices(NotImplementedReason),
                        missing="Select a reason",
                    ),
                    Question("note", "In your words", "textarea", optional=True, rows=3),
                ),
            ),
        ),
        action=visit.path,
        section="/mdt",
        back_to=("/mdt/decisions", "Decisions not implemented"),
    )


@router.get("/people/{person}/decisions/{decision}/supersession", response_class=HTMLResponse)
async def superseding_question(visit: CaringVisit, person: UUID, decision: UUID) -> Response:
    """Which later decision took its place."""
    row = await known(visit, person)
    if not _later(row, decision):
        raise NothingIsHere
    return await _superseding(visit, row, decision).show(visit)


@router.post("/people/{person}/decisions/{decision}/supersession", response_class=HTMLResponse)
async def superseding_answer(visit: CaringVisit, person: UUID, decision: UUID) -> Response:
    """Record it, and show what else is not done."""
    return await _superseding(visit, await known(visit, person), decision).sent(
        visit,
        lambda body, asks: agreed.supersede_decision(person, decision, body, asks),
        done="superseded",
        then="/mdt/decisions",
    )


def _superseding(visit: Visit, row: Mapping[str, Any], decision: UUID) -> Form[agreed.Superseding]:
    case = _decided(row, decision)
    if case is None:
        raise NothingIsHere
    later = [
        (c["decision"], f"{words.sentence(c['outcome'])}, {words.day(c['decided_at'])}", "")
        for c in _later(row, decision)
    ]
    return Form(
        title="Which later decision took its place?",
        lede=(
            f"Decided on {words.day(case['decided_at'])}: {case['outcome']}.",
            "It need not be done any more. If it offered to hand the person over, that offer ends.",
        ),
        caption=name_of(row),
        button="Confirm and save",
        model=agreed.Superseding,
        groups=(
            (
                "",
                (
                    Question(
                        "by",
                        "The later decision",
                        "radios",
                        choices=later,
                        missing="Select the later decision",
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/mdt",
        back_to=("/mdt/decisions", "Decisions not implemented"),
    )


# Discussions


@router.get("/people/{person}/discussion", response_class=HTMLResponse)
async def discussion_question(visit: CaringVisit, person: UUID) -> Response:
    """With whom the case was talked over, and what was advised."""
    return await _discussion(visit, await known(visit, person)).show(visit)


@router.post("/people/{person}/discussion", response_class=HTMLResponse)
async def discussion_answer(visit: CaringVisit, person: UUID) -> Response:
    """Record it, and show the record with it."""
    return await _discussion(visit, await known(visit, person)).sent(
        visit,
        lambda body, asks: agreed.discuss_case(person, body, asks),
        done="discussed",
        then=f"/people/{person}",
        shape=lambda values: _between(values, visit),
    )


def _between(values: Mapping[str, Any], visit: Visit) -> Mapping[str, Any]:
    """Who asked whom: the visitor is one of the two."""
    try:
        other = visit.names.practitioners.get(UUID(str(values.get("other", ""))))
    except ValueError:
        other = None
    if other is None:
        return values
    me = {
        "practitioner": str(visit.caller.practitioner),
        "partner": str(visit.caller.organisation),
    }
    them = {"practitioner": str(other.id), "partner": str(other.partner)}
    asked, advised = (them, me) if values.get("who") == "i advised" else (me, them)
    family = values.get("family") == ["yes"]
    return {**values, "asked_by": asked, "advised_by": advised, "family": family}


def _discussion(visit: Visit, row: Mapping[str, Any]) -> Form[agreed.Discussing]:
    others: Sequence[UUID] = [
        partner.id
        for partner in visit.names.directory.partners.values()
        if partner.id != visit.caller.organisation
    ]
    return Form(
        title="Record a case discussion",
        caption=name_of(row),
        lede=("Two practitioners talked this case over. Nothing is decided here.",),
        button="Record the discussion",
        model=agreed.Discussing,
        groups=(
            (
                "",
                (
                    Question(
                        "other",
                        "With whom?",
                        "select",
                        choices=choosing.practitioners(visit.names, others),
                        missing="Select with whom",
                    ),
                    Question(
                        "who",
                        "Who advised?",
                        "radios",
                        choices=(
                            ("they advised", "They advised me", ""),
                            ("i advised", "I advised them", ""),
                        ),
                        value="they advised",
                    ),
                    Question(
                        "medium",
                        "How did you talk?",
                        "radios",
                        choices=choices(Medium),
                        value=Medium.TELEPHONE.value,
                        missing="Select how you talked",
                    ),
                    Question("question", "The question", "textarea", missing="Enter the question"),
                    Question(
                        "advice", "What was advised", "textarea", missing="Enter what was advised"
                    ),
                    Question(
                        "kind",
                        "What kind of talk was it?",
                        "radios",
                        choices=choices(DiscussionKind),
                        optional=True,
                    ),
                    Question(
                        "family",
                        "Was it about the family?",
                        "checkboxes",
                        choices=(("yes", "It was about the family as a whole", ""),),
                        optional=True,
                    ),
                ),
            ),
        ),
        action=visit.path,
        section="/caseload",
        back_to=(f"/people/{row['person']}", f"{name_of(row)}\u2019s record"),
    )
