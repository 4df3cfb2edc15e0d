"""Lists to learn from: of published figures, and of an organisation's own rows.

It refuses to count anybody anew, and to know another organisation's rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from domain.policies import discussing
from domain.policies.control_charts import Meaning, control_chart
from domain.policies.days import local_date
from domain.policies.directions import LESS_IS_BETTER, MORE_IS_BETTER, better
from domain.policies.learning import DECISION_WAITS, LATELY, MONTHS, Demand
from domain.policies.learning import outgrown as outgrows
from domain.policies.measures import ENDED_EARLY, declined
from domain.request import State
from domain.sharing import RECEIVED, SENT
from domain.vocabulary import DeclineReason, PartnerId
from projections import suggestions
from projections.agreed import ACTION
from projections.directory import Directory
from projections.measured import Said, unbroken
from projections.monthly import EVERY

MOST = 50
"""How many a list shows at most, the oldest first; more are in its file."""


ACCEPTED, FULL = "accepted", declined(DeclineReason.FULL)
PUBLISHED = tuple(sorted(MORE_IS_BETTER | LESS_IS_BETTER | {FULL, ENDED_EARLY}))
"""The measures that the lists of published figures are of."""


class Signal(NamedTuple):
    """A measure of a service whose last month is more than chance."""

    measure: str
    service: str
    month: date
    share: int
    mean: int
    meaning: Meaning
    causes: tuple[str, ...]


def signals(said: Iterable[Said]) -> list[Signal]:
    """The last month's special causes, what is a concern first; ``said`` in the order of months."""
    series: dict[tuple[str, str], list[Said]] = {}
    for each in said:
        series.setdefault((each.service, each.measure), []).append(each)
    last = max((each.month for months in series.values() for each in months), default=None)
    found = []
    for (service, measure), months in series.items():
        shown = unbroken(months)
        chart = control_chart([share for _, share in shown], better(measure))
        if chart is None or shown[-1][0].month != last or not chart.points[-1].causes:
            continue
        month, share = shown[-1]
        point = chart.points[-1]
        mean, causes = round(chart.mean), tuple(sorted(point.causes))
        found.append(Signal(measure, service, month.month, share, mean, point.meaning, causes))
    return sorted(found, key=lambda each: (SERIOUS.index(each.meaning), *each[:2]))[:MOST]


SERIOUS = (Meaning.CONCERN, Meaning.IMPROVEMENT, Meaning.NEUTRAL, Meaning.COMMON)


class Outgrown(NamedTuple):
    """A service that is asked for more than it finishes; ``left`` is what it says of its places."""

    service: str
    months: tuple[tuple[date, Demand], ...]
    more: int
    left: int | None


def outgrown(said: Iterable[Said], directory: Directory, on: date) -> list[Outgrown]:
    """Services where demand outgrows capacity, the most first."""
    ordered = sorted((each for each in said if each.service != EVERY), key=lambda e: e.service)
    places = {each.name: each.left(on) for each in directory.services.values()}
    found = []
    for service, theirs in groupby(ordered, key=lambda each: each.service):
        months: dict[date, dict[str, Said]] = {}
        for each in theirs:
            months.setdefault(each.month, {})[each.measure] = each
        lately = _in_a_row(sorted(months)[-MONTHS:])
        demand = [(month, _demand(months[month])) for month in lately]
        left = places.get(service)
        if more := outgrows([each for _, each in demand], left):
            found.append(Outgrown(service, tuple(demand), more, left))
    return sorted(found, key=lambda each: (-each.more, each.service))[:MOST]


def _in_a_row(months: Sequence[date]) -> Sequence[date]:
    """These months, where none is missing between them."""
    numbers = [month.year * 12 + month.month for month in months]
    return months if numbers and numbers[-1] - numbers[0] == len(numbers) - 1 else ()


def _demand(month: dict[str, Said]) -> Demand:
    def counted(measure: str) -> int | None:
        return month[measure].counted if measure in month else None

    ended = month.get(ENDED_EARLY)
    return Demand(counted(ACCEPTED), counted(FULL), ended.of if ended else None)


def to_look_for(partner: PartnerId, at: datetime, most: int = MOST) -> dict[str, Any]:
    """What the statements are asked with."""
    on = local_date(at)
    return {
        "partner": partner,
        "now": at,
        "today": on,
        "before": at - timedelta(days=discussing.improves_within(on) - 1),
        "waited": on - timedelta(days=DECISION_WAITS),
        "since": on - timedelta(days=LATELY),
        "most": most,
    }


def unimproved(rows: Iterable[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """Who does not improve, with the figures that say so, the longest first."""
    return [
        {
            "person": row["person"],
            "name": row.get("name"),
            "step": row.get("step"),
            "responsible": row.get("responsible"),
            "because": said,
        }
        for row in rows
        if not row.get("died") and (said := suggestions.not_improving(row, at))
    ]


def undone(found: Iterable[tuple[dict[str, Any], str | None]]) -> list[dict[str, Any]]:
    """What was agreed and is not done, with whom it waits for, the longest first."""
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            "person": row["person"],
            "name": name,
            "what": row["what"] if row["kind"] == ACTION else row["outcome"],
            "state": row["state"],
            "owner": row.get("owner"),
            "since": row.get("ended_at") or row.get("since"),
            "due_on": row.get("due_on"),
            "reason": row.get("reason"),
            "meeting": row.get("meeting"),
        }
        for row, name in found
    ]


class Incomplete(NamedTuple):
    """How many referrals between two organisations were turned back as incomplete."""

    part: str  # received by who asks, or sent
    organisation: str | None  # the other; ``None`` where it is not shared, or is none
    service: str
    declined: int
    asked: int


def incomplete(
    found: Iterable[tuple[str, dict[str, Any]]], directory: Directory
) -> list[Incomplete]:
    """By the other organisation and by service, the most first."""
    offering = {str(each.id): str(each.partner) for each in directory.services.values()}
    declined: Counter[tuple[str, str | None, str]] = Counter()
    asked: Counter[tuple[str, str | None, str]] = Counter()
    for part, row in found:
        if part not in (RECEIVED, SENT):
            continue
        other = row.get("sender") if part == RECEIVED else offering.get(row["service"])
        if row["state"] == State.INFORMATION_ASKED:
            asked[part, other, row["service"]] += 1
        elif row.get("decline_reason") == DeclineReason.INCOMPLETE:
            declined[part, other, row["service"]] += 1
    lines = [Incomplete(*key, declined[key], asked[key]) for key in declined.keys() | asked.keys()]
    return sorted(lines, key=lambda line: (-line.declined, -line.asked, *map(str, line[:3])))
