"""Scores on pages: a plain form for each instrument, whose items have numbers and no wording."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from api import measures
from api.asking import Asking
from api.measures import CompletingMeasure, CorrectingScore
from api.pages.forms import Form, Question
from api.pages.opened import Opened
from api.pages.person.identity import known, name_of
from api.pages.problem import PageRoute
from api.pages.referrals import opened
from api.pages.visit import CaringVisit, Visit
from api.problems import NothingIsHere
from domain.kernel import Category
from domain.policies.scales import SCALES, Reckoning, Scale
from domain.vocabulary import Instrument
from projections.record.plan import WANTED

router = APIRouter(route_class=PageRoute)

NEVER_RISK = "A score shows change; it never decides about risk (NICE NG225)."


def slug(instrument: Instrument) -> str:
    """An instrument as part of an address."""
    return instrument.value.lower()


def _named(text: str) -> Instrument:
    """Raises `NothingIsHere`."""
    found = next((each for each in Instrument if slug(each) == text), None)
    if found is None:
        raise NothingIsHere
    return found


# What is asked


def _missing(scale: Scale) -> str:
    if scale.reckoning is Reckoning.SINGLE:
        return "Leave empty what is not there."
    if scale.which:
        which = ", ".join(str(number) for number in sorted(scale.which))
        return f"Only item {which} may be left empty, when it does not apply."
    if scale.not_applicable:
        return f"Enter {scale.not_applicable} for what does not apply, or leave it empty."
    if scale.optional:
        return f"Leave an item empty that was not answered: {scale.optional} may be missing."
    return "Every item must have its answer."


def _lede(scale: Scale) -> tuple[str, ...]:
    ranged = f"{scale.edition}. Each item from {scale.item_minimum} to {scale.item_maximum}."
    return f"{ranged} {_missing(scale)}", NEVER_RISK


Goals = tuple[tuple[str, str], ...]
"""The goals of a person's plan that they still want, each with its words."""


def goals_of(record: Mapping[str, Any] | None) -> Goals:
    plans = (record or {}).get("plans", {}).values()
    wanted = [
        (key, str(goal.get("words") or ""))
        for each in plans
        for key, goal in each.get("goals", {}).items()
        if goal.get("state") == WANTED
    ]
    return tuple(wanted[: SCALES[Instrument.GBO].items])


def _groups(
    instrument: Instrument, score: Mapping[str, Any] | None = None, goals: Goals = ()
) -> list[tuple[str, list[Question]]]:
    """The items by their numbers, and the total where one says anything alone."""
    scale, stands = SCALES[instrument], score or {}
    given = [*(stands.get("items") or ()), *[None] * scale.items]
    word = "Goal" if scale.reckoning is Reckoning.SINGLE else "Item"
    of = [text for _, text in goals] if word == "Goal" else []
    items = [
        Question(
            f"items-{number}",
            f"{word} {number + 1}",
            optional=scale.reckoning is Reckoning.SINGLE and number > 0,
            hint=of[number] if number < len(of) else "",
            value="" if given[number] is None else str(given[number]),
            width=2,
            numeric=True,
        )
        for number in range(len(of) or scale.items)
    ]
    groups = [("", items)]
    if scale.compared_by_total:
        hint = f"If the items are not at hand: {scale.minimum} to {scale.maximum}."
        if instrument is Instrument.PHQ_9:
            hint += " A total does not say what was answered to item 9: ask about it."
        only = "" if stands.get("items") else str(stands.get("total", ""))
        total = Question("total", "Or the total alone", optional=True, hint=hint, width=3)
        groups.append(("", [_with(total, only)]))
    if score is None:
        when = "Leave out if it is now. It may be earlier, on paper or online."
        groups.append(
            ("", [Question("at", "When was it completed?", "datetime-local", when, optional=True)])
        )
    else:
        groups.append(("", [Question("reason", "What was wrong?", "textarea", optional=True)]))
    return groups


def _with(question: Question, value: str) -> Question:
    return Question(
        question.name,
        question.label,
        hint=question.hint,
        optional=question.optional,
        value=value,
        width=question.width,
        numeric=True,
    )


def _answers(
    values: Mapping[str, Any], instrument: Instrument, goals: Goals = ()
) -> Mapping[str, Any]:
    """The form's numbered items as the request's list; none, where no item was filled in."""
    scale = SCALES[instrument]
    given = [str(values.get(f"items-{number}") or "") or None for number in range(scale.items)]
    if scale.reckoning is Reckoning.SINGLE and goals:
        about = [(goal, each) for (goal, _), each in zip(goals, given, strict=False) if each]
        return {**values, "items": [e for _, e in about], "goals": [goal for goal, _ in about]}
    if scale.reckoning is Reckoning.SINGLE:
        while given and given[-1] is None:
            given.pop()
    return {**values, "items": given} if any(given) else values


def _form(
    instrument: Instrument,
    visit: Visit,
    name: str,
    back_to: tuple[str, str],
    seen: Opened,
    score: Mapping[str, Any] | None = None,
    goals: Goals = (),
) -> Form[Any]:
    return Form(
        title=f"{'Correct' if score else 'Record'} a {instrument} score",
        caption=name,
        lede=_lede(SCALES[instrument]),
        button="Correct the score" if score else "Record the score",
        model=CorrectingScore if score else CompletingMeasure,
        groups=_groups(instrument, score, goals),
        action=visit.path,
        section="/caseload",
        back_to=back_to,
        opened=seen,
    )


async def _choose(visit: Visit, name: str, back_to: tuple[str, str]) -> Response:
    return await visit.page(
        "choose_measure.html",
        title="Record a score",
        section="/caseload",
        name=name,
        back_to=back_to,
        instruments=[
            (f"{visit.path}/{slug(each)}", each.value, _range(SCALES[each])) for each in Instrument
        ],
    )


def _range(scale: Scale) -> str:
    better = "lower" if scale.lower_is_better else "higher"
    if not scale.compared_by_total:
        return f"{scale.items} items, each for itself; {better} is better"
    case = ""
    if scale.caseness is not None:
        case = f"a case {'from' if scale.lower_is_better else 'up to'} {scale.caseness}; "
    return f"{scale.minimum} to {scale.maximum}; {case}{better} is better"


def _may_score(visit: Visit) -> None:
    """Raises `NothingIsHere` for who may not know of scores."""
    if Category.CLINICAL not in visit.categories:
        raise NothingIsHere


async def _goals(visit: Visit, instrument: Instrument, person: UUID) -> Goals:
    """What goal-based answers are about, as far as the visitor's organisation may know it."""
    if instrument is not Instrument.GBO:
        return ()
    return goals_of(await visit.here.reading.record(visit.caller.organisation, person))


# Under a referral


@router.get("/referrals/{referral}/scores", response_class=HTMLResponse)
async def choose(visit: CaringVisit, referral: UUID) -> Response:
    """Which measure."""
    _may_score(visit)
    row, _ = await opened(visit, referral)
    return await _choose(visit, row.get("name", ""), (f"/referrals/{referral}", "Referral"))


@router.get("/referrals/{referral}/scores/{which}", response_class=HTMLResponse)
async def score_question(visit: CaringVisit, referral: UUID, which: str) -> Response:
    """The measure's items."""
    _may_score(visit)
    instrument, (row, seen) = _named(which), await opened(visit, referral)
    back_to = (f"/referrals/{referral}/scores", "Which measure")
    goals = await _goals(visit, instrument, UUID(row["person"]))
    form = _form(instrument, visit, row.get("name", ""), back_to, seen, goals=goals)
    return await form.show(visit)


@router.post("/referrals/{referral}/scores/{which}", response_class=HTMLResponse)
async def score_answer(visit: CaringVisit, referral: UUID, which: str) -> Response:
    """Record the score, and show the referral."""
    _may_score(visit)
    instrument, (row, seen) = _named(which), await opened(visit, referral)
    back_to = (f"/referrals/{referral}/scores", "Which measure")
    goals = await _goals(visit, instrument, UUID(row["person"]))
    return await _form(instrument, visit, row.get("name", ""), back_to, seen, goals=goals).sent(
        visit,
        measures.complete_measure,
        done="scores",
        then=f"/referrals/{referral}",
        shape=lambda values: {
            **_answers(values, instrument, goals),
            "referral": str(referral),
            "instrument": instrument.value,
        },
    )


# Of somebody one holds


async def _held(visit: Visit, person: UUID) -> tuple[dict[str, Any], Opened]:
    """Raises `NothingIsHere` unless the visitor's organisation is responsible for them."""
    _may_score(visit)
    row = await known(visit, person)
    if not row["open"] or row.get("responsible") != row["partner"]:
        raise NothingIsHere
    return row, Opened(person, row["number"])


@router.get("/people/{person}/scores", response_class=HTMLResponse)
async def choose_held(visit: CaringVisit, person: UUID) -> Response:
    """Which measure."""
    row, _ = await _held(visit, person)
    return await _choose(visit, name_of(row), (f"/people/{person}", f"{name_of(row)}’s record"))


@router.get("/people/{person}/scores/{which}", response_class=HTMLResponse)
async def held_question(visit: CaringVisit, person: UUID, which: str) -> Response:
    """The measure's items."""
    row, seen = await _held(visit, person)
    back_to = (f"/people/{person}/scores", "Which measure")
    goals = goals_of(row)
    return await _form(_named(which), visit, name_of(row), back_to, seen, goals=goals).show(visit)


@router.post("/people/{person}/scores/{which}", response_class=HTMLResponse)
async def held_answer(visit: CaringVisit, person: UUID, which: str) -> Response:
    """Record the score, and show the record."""
    instrument, (row, seen) = _named(which), await _held(visit, person)
    back_to = (f"/people/{person}/scores", "Which measure")
    goals = goals_of(row)
    return await _form(instrument, visit, name_of(row), back_to, seen, goals=goals).sent(
        visit,
        measures.complete_measure,
        done="scores",
        then=f"/people/{person}",
        shape=lambda values: {
            **_answers(values, instrument, goals),
            "person": str(person),
            "instrument": instrument.value,
        },
    )


# Put right


async def _own(
    visit: Visit, person: UUID, measure: UUID
) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """A score that the visitor's organisation recorded. Raises `NothingIsHere`."""
    _may_score(visit)
    row = await known(visit, person)
    score: Mapping[str, Any] | None = row.get("scores", {}).get(str(measure))
    if score is None or score["provider"] != row["partner"]:
        raise NothingIsHere
    return row, score


def _correction(
    visit: Visit, person: UUID, row: Mapping[str, Any], score: Mapping[str, Any]
) -> Form[Any]:
    back_to = (f"/people/{person}", f"{name_of(row)}’s record")
    seen = Opened(person, row["number"])
    instrument, goals = Instrument(score["instrument"]), _same(row, score)
    return _form(instrument, visit, name_of(row), back_to, seen, score, goals)


def _same(row: Mapping[str, Any], score: Mapping[str, Any]) -> Goals:
    """The goals that a score was about, whatever became of them."""
    plans = row.get("plans", {}).values()
    known = {key: goal for each in plans for key, goal in each.get("goals", {}).items()}
    return tuple(
        (goal, str(known.get(goal, {}).get("words") or "")) for goal in score.get("goals") or ()
    )


@router.get("/people/{person}/scores/{measure}/correction", response_class=HTMLResponse)
async def correction_question(visit: CaringVisit, person: UUID, measure: UUID) -> Response:
    """The items as they were entered."""
    row, score = await _own(visit, person, measure)
    return await _correction(visit, person, row, score).show(visit)


@router.post("/people/{person}/scores/{measure}/correction", response_class=HTMLResponse)
async def correction_answer(visit: CaringVisit, person: UUID, measure: UUID) -> Response:
    """Put the score right, and show the record."""
    row, score = await _own(visit, person, measure)

    async def correct(body: CorrectingScore, asks: Asking) -> Response:
        return await measures.correct_score(measure, body, asks)

    return await _correction(visit, person, row, score).sent(
        visit,
        correct,
        done="score-correction",
        then=f"/people/{person}",
        shape=lambda values: _answers(values, Instrument(score["instrument"]), _same(row, score)),
    )


def links(row: Mapping[str, Any], categories: Collection[Category]) -> list[tuple[str, str]]:
    """Where a score of somebody one holds is recorded, for who may."""
    held = row["open"] and row.get("responsible") == row["partner"] and not row.get("died")
    if not held or Category.CLINICAL not in categories:
        return []
    return [(f"/people/{row['person']}/scores", "Record a score")]
