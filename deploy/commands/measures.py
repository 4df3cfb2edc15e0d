"""A place's measures as they are published: ``measures publish``, ``freeze`` and ``compare``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

import psycopg
from cyclopts import App, Parameter

from deploy.commands.house import opened
from deploy.commands.output import CONFLICT, NOT_VERIFIED, NOTHING, USAGE, Json, Stopped, note, say
from deploy.kept import now
from domain.policies.days import local_date
from domain.policies.friends_and_family import month_of
from projections import measuring, schema
from projections.monthly import Line

app = App(name="measures", help="A place's measures, month by month, as they are published.")

Month = Annotated[str, Parameter(help="The month, as 2026-03; it must be over.")]


@app.command
def publish(*, json: Json = False) -> None:
    """Publish at once what the next hour would: every month with other figures than before."""
    with opened() as house:
        published = house.measuring().once()
    say([asdict(each) for each in published], json=json)
    if not published:
        raise Stopped("no month has other figures than were published", NOTHING)


@app.command
def freeze(
    month: Month,
    /,
    *,
    by: Annotated[str, Parameter(help="Who says so: a name and a post, at most 100 characters.")],
    json: Json = False,
) -> None:
    """Let a month's figures stay as they were published last, whatever becomes known later."""
    begun, who = begun_on(month), " ".join(by.split())
    if not 1 <= len(who) <= 100:
        raise Stopped("--by says who freezes it, in 1 to 100 characters", USAGE)
    with opened() as house, psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
        try:
            frozen = measuring.freeze(connection, begun, by=who, at=now())
        except measuring.NotPublished:
            raise Stopped(
                f"{month} is not published: `measures publish` does it", NOTHING
            ) from None
        except measuring.FrozenAlready:
            raise Stopped(f"{month} was frozen before; that stands", CONFLICT) from None
        say([{"month": month} | asdict(frozen)], json=json)


@app.command
def compare(month: Month, /, *, json: Json = False) -> None:
    """Where a month's frozen figures are not those that are published now; exit 5 if any."""
    begun = begun_on(month)
    with opened() as house, psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
        try:
            differing = measuring.compared(connection, begun)
        except measuring.NotPublished:
            raise Stopped(f"{month} is not frozen: `measures freeze` does it", NOTHING) from None
    rows = []
    for each in differing:
        line = each.frozen or each.now
        assert line is not None, "a line that differs is in one of them"
        rows.append(
            {
                "measure": line.measure,
                "service": line.service,
                "characteristic": line.characteristic,
                "group": line.value,
                "frozen": _said(each.frozen),
                "now": _said(each.now),
            }
        )
    say(rows, json=json)
    if rows:
        raise Stopped(f"{len(rows)} figures of {month} are others now", NOT_VERIFIED)
    note(f"The figures of {month} are as they were frozen.")


def begun_on(month: str) -> date:
    """The first day of a month that is over."""
    try:
        begun = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Stopped(f"{month!r} is not a month: write 2026-03", USAGE) from None
    if begun >= month_of(local_date(now())):
        raise Stopped(f"{month} is not over yet: name a month that is", USAGE)
    return begun


def _said(line: Line | None) -> str:
    if line is None:
        return "not said"
    counted, of = ("hidden" if n is None else str(n) for n in (line.counted, line.of))
    return f"{counted} of {of}"
