"""Scores on a person's page: how treatment went, and each instrument over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from api.pages import drawing, words
from api.pages.caseload import look_again
from api.pages.person.doing import Row
from api.pages.visit import Visit
from domain.kernel import Category
from domain.policies import instruments
from domain.policies.instruments import ItemNine, item_nine
from domain.policies.scales import SCALES, Reckoning
from domain.vocabulary import Instrument
from projections.record.outcome import outcomes


@dataclass(frozen=True, slots=True)
class Entered:
    """One score in words, and where it is put right if it is one's own."""

    at: str
    total: str
    said: str = ""
    correction: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """One instrument's scores; of one whose items stand for themselves, each item's."""

    name: str
    first: int
    last: int
    change: str
    rows: list[Entered]
    svg: Markup | None = None
    items: list[tuple[str, str, str, str]] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Course:
    """How the treatment under one referral goes, in the words of the field, and why."""

    service: str
    words: str
    why: list[str]


def charts(row: Row) -> list[Chart]:
    return [_chart(Instrument(name), row, scores) for name, scores in row["measures"].items()]


def _chart(instrument: Instrument, row: Row, scores: list[list[Any]]) -> Chart:
    scale = SCALES[instrument]
    totals = [total for _, total in scores]
    known = _known(row, instrument)
    if not scale.compared_by_total:
        entered = [_entered(row, which, score) for which, score in known]
        changes = _items(instrument, [score for _, score in known])
        return Chart(instrument.value, totals[0], totals[-1], "", entered, items=changes)
    told = known or [("", {"at": at, "total": total}) for at, total in scores]
    return Chart(
        instrument.value,
        totals[0],
        totals[-1],
        instruments.change(instrument, totals[0], totals[-1]),
        [_entered(row, which, score) for which, score in told],
        svg=drawing.scores(
            totals, [words.short_day(at) for at, _ in scores], name=instrument.value, scale=scale
        ),
        note=_note(instrument, known),
    )


def _known(row: Row, instrument: Instrument) -> list[tuple[str, Mapping[str, Any]]]:
    """Every score of an instrument, the first completed first."""
    of = [
        (which, score)
        for which, score in row.get("scores", {}).items()
        if score.get("instrument") == instrument
    ]
    return sorted(of, key=lambda pair: str(pair[1]["at"]))


def _entered(row: Row, which: str, score: Mapping[str, Any]) -> Entered:
    instrument, items = score.get("instrument"), score.get("items") or ()
    said = []
    if instrument and (band := SCALES[Instrument(instrument)].band(score["total"])):
        said.append(band)
    if any(item is None for item in items):
        said.append("answers missing")
    if instrument and item_nine(Instrument(instrument), items) is ItemNine.NOT_KNOWN:
        said.append("item 9 not known")
    if score.get("corrected_at"):
        said.append(f"put right, was {score['was']}")
    total = str(score["total"])
    if instrument and not SCALES[Instrument(instrument)].compared_by_total:
        total = ", ".join("none" if item is None else str(item) for item in items)
    own = which and score.get("provider") == row["partner"] and not row["withdrawn"]
    correction = f"/people/{row['person']}/scores/{which}/correction" if own else ""
    return Entered(str(score["at"]), total, words.sentence("; ".join(said)), correction)


def _items(
    instrument: Instrument, scores: list[Mapping[str, Any]]
) -> list[tuple[str, str, str, str]]:
    """Each item's first and last answer, and whether it changed."""
    if not scores:
        return []
    first, last = (score.get("items") or () for score in (scores[0], scores[-1]))
    if of := scores[-1].get("goals"):
        begun = dict(zip(scores[0].get("goals") or (), first, strict=False))
        first = tuple(begun.get(goal) for goal in of)
    changed = instruments.changes(instrument, first, last)
    word = "Goal" if SCALES[instrument].reckoning is Reckoning.SINGLE else "Item"
    pairs: Iterable[tuple[Any, Any]] = zip(first, last, strict=False)
    return [
        (f"{word} {number}", _answer(a), _answer(b), changed[number - 1] or "")
        for number, (a, b) in enumerate(pairs, 1)
        if number <= len(changed)
    ]


def _answer(item: int | None) -> str:
    return "none" if item is None else str(item)


def _note(instrument: Instrument, known: list[tuple[str, Mapping[str, Any]]]) -> str:
    """What the newest score does not say."""
    if not known or item_nine(instrument, known[-1][1].get("items") or ()) is not (
        ItemNine.NOT_KNOWN
    ):
        return ""
    return "Item 9 is not known: the newest score does not say what was answered. Ask about it."


def courses(row: Row, visit: Visit) -> list[Course]:
    """What the scores under each referral amount to, or what is lacking to say it."""
    shown = []
    for referral, said in outcomes(row).items():
        service = row["referrals"][referral].get("service")
        so_far = "" if said["ended"] else " so far"
        if said["lacking"]:
            held = f"No outcome{' yet' if so_far else ''}: {', '.join(said['lacking'])}."
            shown.append(Course(visit.names.service(service), held, []))
            continue
        held = words.sentence(f"{said['words']}{so_far}")
        shown.append(Course(visit.names.service(service), held, said["why"]))
    return shown


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """The charts, for who may know of scores; nothing for who may not."""
    if Category.CLINICAL not in visit.categories:
        return {}
    again = look_again(row, visit) if visit.when.now else None
    return {"charts": charts(row), "courses": courses(row, visit), "again": again}
