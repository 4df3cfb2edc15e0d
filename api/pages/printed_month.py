"""A published month as one page to hand on: no script, no address of ours, and it prints.

It refuses to count anything, and to know who asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from api.pages.of_a_month import first_and_last, moves, waits
from api.pages.over_time import over_time
from api.pages.published import OUTCOMES
from api.pages.rendering import ENVIRONMENT, STATIC
from domain.policies.aims import AIMS
from domain.policies.characteristics import CHARACTERISTICS
from domain.policies.directions import STANDARDS
from domain.policies.outcomes import ANXIETY, DEPRESSION
from projections.measured import Said, percent
from projections.monthly import EVERY, EVERYBODY, SAID

OVER_TIME = (*STANDARDS, "accepted", "appointments not attended", *OUTCOMES)
OF_SERVICES = ("accepted", *STANDARDS, "recovery", "appointments not attended")
"""What is said of each service beside the others."""


def page(month: date, said: Sequence[Said], frozen_by: str = "") -> bytes:
    """The page of a month; ``said`` are its figures and those of the months before it."""
    months = [each for each in said if (each.service, each.characteristic) == (EVERY, EVERYBODY)]
    now = {each.measure: each for each in months if each.month == month}
    of_month = {
        (each.service, each.characteristic, each.value, each.measure): each
        for each in said
        if each.month == month
    }
    services = sorted({service for service, *_ in of_month} - {EVERY})
    groups = {
        each: list(dict.fromkeys(value for _, by, value, _ in of_month if by == each))
        for each in CHARACTERISTICS
    }
    charts = [waits(now), *(over_time(months, name) for name in OVER_TIME), moves(now)]
    charts += [first_and_last(now, each) for each in (DEPRESSION, ANXIETY)]
    shown = ENVIRONMENT.get_template("printed_month.html").render(
        month=month,
        one=next(iter(now.values())),
        frozen_by=frozen_by,
        style=(STATIC / "app.css").read_text(encoding="utf-8"),
        charts=[chart for chart in charts if chart.rows and chart.shown],
        unshown=[chart.title for chart in charts if chart.rows and not chart.shown],
        aims=[
            (aim, [now[name] for name in aim.measures if name in now])
            for aim in AIMS
            if aim.of is None
        ],
        services=[
            (name, [of_month.get((name, EVERYBODY, "", each)) for each in OF_SERVICES])
            for name in services
        ],
        of_services=OF_SERVICES,
        outcomes=OUTCOMES,
        groups=[
            (
                by,
                [
                    (value, [of_month.get((EVERY, by, value, name)) for name in OUTCOMES])
                    for value in values
                ],
            )
            for by, values in groups.items()
        ],
        percent=percent,
        defined=[measure for measure in SAID if ": " not in measure.name],
    )
    return shown.encode()
