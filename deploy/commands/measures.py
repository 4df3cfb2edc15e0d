"""A place's measures as they are published, frozen, compared, counted anew and explained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

import psycopg
from cyclopts import App, Parameter

from deploy.commands.house import opened
from deploy.commands.output import CONFLICT, NOT_VERIFIED, NOTHING, USAGE, Json, Stopped, note, say
from deploy.kept import now
from deploy.wiring import House
from domain.facts import FACTS
from domain.kernel import Recorded
from domain.mapping import FactMapper
from domain.policies.days import local_date
from domain.policies.friends_and_family import month_of
from projections import measuring, monthly, schema
from projections.courses import Courses, happening_of, referral_of
from projections.log import whole
from projections.measuring import Differs
from projections.monthly import Cell, Line

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
    rows = [_differs(each, "frozen", "now") for each in differing]
    say(rows, json=json)
    if rows:
        raise Stopped(f"{len(rows)} figures of {month} are others now", NOT_VERIFIED)
    note(f"The figures of {month} are as they were frozen.")


@app.command
def recount(
    month: Month,
    /,
    *,
    position: Annotated[
        int, Parameter(help="Up to this number of the log; that of the publication if left out.")
    ] = 0,
    json: Json = False,
) -> None:
    """Count a month anew from the whole log, and say where what was published differs; exit 5."""
    begun = begun_on(month)
    with opened() as house:
        with psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
            last = measuring.published_last(connection, begun)
        if last is None:
            raise Stopped(f"{month} is not published: `measures publish` does it", NOTHING)
        courses = Courses()
        for fact in _facts(house, position or last.position):
            courses.follow(fact)
    anew = {line[:4]: line for line in monthly.lines(courses, begun)}
    then = {line[:4]: line for line in last.lines}
    keys = sorted(key for key in anew.keys() | then.keys() if anew.get(key) != then.get(key))
    rows = [_differs(Differs(then.get(key), anew.get(key)), "published", "counted") for key in keys]
    say(rows, json=json)
    if rows:
        raise Stopped(f"{len(rows)} figures of {month} are others than published", NOT_VERIFIED)
    note(f"The {len(anew)} figures of {month} are as they were published.")


@app.command
def facts(
    month: Month,
    measure: Annotated[str, Parameter(help="The measure, as it is published.")],
    /,
    *,
    service: Annotated[str, Parameter(help="Of this service.")] = monthly.EVERY,
    by: Annotated[str, Parameter(help="By this characteristic.")] = monthly.EVERYBODY,
    group: Annotated[str, Parameter(help="Of this group of it.")] = "",
    json: Json = False,
) -> None:
    """The facts behind a figure, by their numbers in the log: an auditor's question, not published.

    Each referral, hand-over or other happening that the figure is of is a line, with whether it
    is counted.
    """
    begun = begun_on(month)
    defined = next((each for each in monthly.SAID if each.name == measure), None)
    if defined is None:
        raise Stopped(f"{measure!r} is no measure: the report's dictionary has them", USAGE)
    courses, told = Courses(), defaultdict[UUID, list[int]](list)
    with opened() as house:
        with psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
            last = measuring.published_last(connection, begun)
        if last is None:
            raise Stopped(f"{month} is not published: `measures publish` does it", NOTHING)
        for fact in _facts(house, last.position):
            courses.follow(fact)
            if which := referral_of(fact) or happening_of(fact):
                told[which].append(fact.position)
    of, counted = (
        monthly.behind(courses, begun, Cell(name, service, by, group))
        for name in (defined.of.value, measure)
    )
    say(
        [
            {"id": str(each), "counted": counted.get(each, 0), "of": of[each], "facts": told[each]}
            for each in sorted(of, key=lambda each: told[each][0])
        ],
        json=json,
    )
    note(f"{sum(counted.values())} of {sum(of.values())}, up to fact {last.position}.")


def _facts(house: House, position: int) -> Iterator[Recorded]:
    mapper = FactMapper(FACTS, house.keys)
    with psycopg.connect(house.database.dsn(schema.AUDIT)) as connection:
        for stored in whole(connection):
            if stored.position > position:
                return
            yield mapper.read(stored)


def begun_on(month: str) -> date:
    """The first day of a month that is over."""
    try:
        begun = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Stopped(f"{month!r} is not a month: write 2026-03", USAGE) from None
    if begun >= month_of(local_date(now())):
        raise Stopped(f"{month} is not over yet: name a month that is", USAGE)
    return begun


def _differs(each: Differs, before: str, after: str) -> dict[str, object]:
    line = each.then or each.now
    assert line is not None, "a line that differs is in one of them"
    return {
        "measure": line.measure,
        "service": line.service,
        "characteristic": line.characteristic,
        "group": line.value,
        before: _said(each.then),
        after: _said(each.now),
    }


def _said(line: Line | None) -> str:
    if line is None:
        return "not said"
    counted, of = ("hidden" if n is None else str(n) for n in (line.counted, line.of))
    return f"{counted} of {of}"
