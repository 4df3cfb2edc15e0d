"""Scores on a person's page: one chart for each instrument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from api.pages import drawing, words
from api.pages.person.doing import Row
from api.pages.visit import Visit
from domain.kernel import Category
from domain.policies import instruments
from domain.policies.scales import SCALES
from domain.vocabulary import Instrument


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
        scale = SCALES[instrument]
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


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """The charts, for who may know of scores; nothing for who may not."""
    return {"charts": charts(row)} if Category.CLINICAL in visit.categories else {}
