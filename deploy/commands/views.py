"""Views and their lag, parked cases, who holds whom, and a partner's share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Any, TypeVar
from uuid import UUID

import psycopg
from cyclopts import App, Parameter

from deploy.commands.house import identifier, opened, partner_named
from deploy.commands.looked import Looking
from deploy.commands.output import (
    CONFLICT,
    FAILED,
    NOT_VERIFIED,
    NOTHING,
    USAGE,
    Json,
    Progress,
    Stopped,
    line,
    note,
    say,
)
from deploy.kept import now
from deploy.wiring import House
from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import held, partitions, proof, rebuilding, schema, topics
from projections.behalf import acting_for
from projections.cloudevents import cloudevent
from projections.looking import Kind
from projections.reading import Reading
from projections.rebuilding import Build, CannotRebuild, NoSuchView
from projections.share import Poison

view = App(name="view", help="The views folded from the share.")
parked = App(name="parked", help="Cases whose facts could not be folded.")
share = App(name="share", help="What a partner was told.")

T = TypeVar("T")


def asked(house: House, question: Callable[[Reading], Awaitable[T]]) -> T:
    """Ask the reads one question."""

    async def ask() -> T:
        reading = house.reading()
        await reading.open()
        try:
            return await question(reading)
        finally:
            await reading.close()

    return asyncio.run(ask())


@view.command(name="list")
def list_views(*, json: Json = False) -> None:
    """Every view and the position it reflects."""
    with opened() as house:
        progress = asked(house, lambda reading: reading.progress())
        say([{"view": each.name, "position": each.position} for each in progress.views], json=json)


@view.command
def lag(*, json: Json = False) -> None:
    """How far each view is behind the log, and whether it moves."""
    with opened() as house:
        progress = asked(house, lambda reading: reading.progress())
        say(
            [
                {
                    "view": each.name,
                    "position": each.position,
                    "facts_behind": each.behind,
                    "seconds_behind": round(each.seconds, 3),
                    "state": each.state.value,
                }
                for each in progress.views
            ],
            json=json,
        )


@view.command
def ungroup(*, json: Json = False) -> None:
    """Have one process fold all views again, once the group has folded all that was told."""
    with opened() as house:
        with psycopg.connect(house.database.dsn(schema.PROJECT), autocommit=True) as connection:
            try:
                was_grouped = partitions.end(connection)
            except partitions.PeopleStillWait as waits:
                raise Stopped(
                    f"{waits}: stop `work --teller`, let the group fold, and see `parked list`"
                ) from None
        if not was_grouped:
            raise Stopped("there is no group: one process folds all views", NOTHING)
        say([{"folded by": "one process"}], json=json)


@view.command
def rebuild(name: str, /, *, json: Json = False) -> None:
    """Build a view anew beside the one that is served; killed and asked again, it goes on.

    Asked while another process builds it, this one helps: as many as there are processors.
    """
    with beside(name, together=True) as building:
        progress: list[tuple[int, Progress]] = []

        def told_of(done: int, of: int) -> None:
            progress[:] = progress or [(done, Progress(f"{name}, entries", now()))]
            before, show = progress[0]
            show(done - before, of - before, now())

        entries, seconds = building.build(told_of)
        rate = round(entries / seconds) if seconds else 0
        built = {"view": name, "entries": entries, "seconds": round(seconds, 1), "rate": rate}
        say([built], json=json)
        note(f"nobody is served from it yet: `view compare {name}`, then `view switch {name}`")


@view.command
def compare(name: str, /, *, json: Json = False) -> None:
    """Prove that a view built anew is equal to the one that is served, at one position.

    `share` is compared with what the rule gives, told once more from the first fact on.
    """
    if name == "share":
        prove_share(json=json)
        return
    with beside(name) as building:
        found = building.compare()
        counts = ("table", "rows", "beside", "parts", "unequal", "differing")
        say([{each: getattr(table, each) for each in counts} for table in found], json=json)
        for table in found:
            for key, how in table.shown:
                note(f"{table.table} {key}: {how}")
        if differing := sum(table.differing for table in found):
            raise Stopped(f"{differing} rows differ", NOT_VERIFIED)


def prove_share(*, json: bool) -> None:
    """Say how what every partner was told stands to what the rule gives."""
    with opened() as house:
        progress = Progress("share, facts", now())
        dsn, mapper = house.database.dsn(schema.PROJECT), FactMapper(FACTS, house.keys)
        try:
            found = proof.prove(
                dsn, mapper, house.keys, house.pseudonyms, lambda at, of: progress(at, of, now())
            )
        except proof.IsProvedAlready as refused:
            raise Stopped(str(refused.__doc__), CONFLICT) from None
        names = {UUID(str(p.id)): p.name for p in house.lookups.directory().partners.values()}
    counts = ("entries", "differing", "renumbered", "late")
    say(
        [
            {"partner": names.get(p.partner, p.partner)} | {c: getattr(p, c) for c in counts}
            for p in found
        ],
        json=json,
    )
    for each in found:
        for position, how in each.shown:
            note(f"{names.get(each.partner, each.partner)}, position {position}: {how}")
    if wrong := sum(not each.right for each in found):
        raise Stopped(f"{wrong} partners were not told what the rule gives", NOT_VERIFIED)


@view.command
def switch(
    name: str,
    /,
    *,
    back: Annotated[bool, Parameter(negative="", help="Serve again what was served.")] = False,
    drop: Annotated[bool, Parameter(negative="", help="Take away what stands beside.")] = False,
    json: Json = False,
) -> None:
    """Serve from now on what stands beside a view; what was served then stands there."""
    if back and drop:
        raise Stopped("--back and --drop are one or the other", USAGE)
    with beside(name) as building:
        if not drop:
            position = building.switch(back=back)
            say([{"view": name, "switched at position": position}], json=json)
        elif not building.drop():
            raise Stopped(f"nothing stands beside {name}", NOTHING)
        else:
            say([{"view": name, "beside": "nothing any more"}], json=json)


@contextmanager
def beside(name: str, *, together: bool = False) -> Iterator[Build]:
    """What stands beside a view, or the sentence that says why it cannot be worked at."""
    with opened() as house:
        dsn = house.database.dsn(schema.PROJECT)
        try:
            with rebuilding.beside(dsn, name, house.keys, together=together) as building:
                yield building
        except CannotRebuild as refused:
            code = USAGE if isinstance(refused, NoSuchView) else CONFLICT
            raise Stopped(str(refused), code) from None


@parked.command(name="list")
def list_parked(*, json: Json = False) -> None:
    """The cases that wait: for the views, a partner's Kafka topic, or its feed."""
    with opened() as house:
        waiting = [
            case | {"for": "views"} for case in asked(house, lambda reading: reading.parked())
        ]
        with psycopg.connect(house.database.dsn(schema.AUDIT)) as connection:
            beside = topics.cases(connection)
            grouped = partitions.parked(connection)
            before_feeds = held.cases(connection)
        names = {UUID(str(p.id)): p.name for p in house.lookups.directory().partners.values()}
        for back in before_feeds:
            waiting.append(
                {
                    "case": back.id,
                    "position": back.position,
                    "topic": back.type,
                    "reason": back.reason,
                    "parked_at": back.held_at,
                    "for": f"feed, {names[back.partner]}",
                }
            )
        for each in beside:
            waiting.append(
                {
                    "case": each.id,
                    "position": each.position,
                    "topic": each.type,
                    "reason": each.reason,
                    "parked_at": each.parked_at,
                    "for": f"Kafka, {names[each.partner]}",
                }
            )
        for person in grouped:
            waiting.append(
                {
                    "case": person.id,
                    "position": person.position,
                    "topic": person.type,
                    "reason": person.reason,
                    "parked_at": person.parked_at,
                    "for": f"views, {names[person.partner]}",
                }
            )
        say(waiting, json=json)


@parked.command
def retry(case: str, *, json: Json = False) -> None:
    """Fold, publish or give what waited of one case, after its cause was mended."""
    with opened() as house:
        which = identifier(case, "case")
        with psycopg.connect(house.database.dsn(schema.RELAY), autocommit=True) as connection:
            if topics.ask(connection, which):
                say([{"case": case, "outcome": "the relay tries it within a second"}], json=json)
                return
            if (known := held.case(connection, which)) is not None:
                if still := held.give(connection, known, house.keys):
                    raise Stopped(f"number {still.number} still cannot be read: {still.reason}")
                say([{"case": case, "outcome": "the feed gives it"}], json=json)
                return
        try:
            with psycopg.connect(house.database.dsn(schema.PROJECT), autocommit=True) as connection:
                in_group = partitions.retry(connection, which, house.keys)
            was_parked = in_group or house.engine.retry(which)
        except Poison as poison:
            raise Stopped(f"still not foldable at position {poison.position}") from None
        if not was_parked:
            raise Stopped("no such case is parked", NOTHING)
        say([{"case": case, "outcome": "folded"}], json=json)


def custody(*, json: Json = False) -> None:
    """People by responsible organisation; fails if anybody is held by nobody."""
    with opened() as house:
        found: dict[str, Any] = asked(house, lambda reading: reading.custody())
        partners = {str(p.id): p.name for p in house.lookups.directory().partners.values()}
        rows = [
            {"responsible": partners.get(partner, partner), "people": count}
            for partner, count in sorted(found["by_organisation"].items(), key=lambda r: -r[1])
        ]
        say([*rows, {"responsible": "nobody", "people": found["held_by_nobody"]}], json=json)
        if found["held_by_nobody"]:
            raise Stopped(f"{found['held_by_nobody']} people are held by nobody", FAILED)


@share.command
def tail(
    *,
    partner: Annotated[str, Parameter(help="A partner's name or id.")],
    from_: Annotated[int, Parameter(name="--from", help="The first number to show.")] = 0,
    follow: Annotated[bool, Parameter(help="Go on as entries are told.")] = False,
) -> None:
    """A partner's entries as CloudEvents, one JSON object a line."""
    with opened() as house:
        entry = partner_named(house.lookups.directory(), partner)

        async def show(reading: Reading) -> None:
            after = max(from_ - 1, 0) if from_ else max(await reading.newest(entry.id) - 10, 0)
            looking = Looking(house, entry.id, "share tail", Kind.STREAM)
            if follow:
                async for told in reading.live(entry.id, after):
                    if told:
                        await looking.recorded(reading)
                        line(cloudevent(told))
                return
            while some := await reading.entries(entry.id, after=after, limit=500):
                await looking.recorded(reading)
                for told in some:
                    line(cloudevent(told))
                after = some[-1].number

        with acting_for(entry.id):
            asked(house, show)


@share.command
def digest(
    *,
    partner: Annotated[str, Parameter(help="A partner's name or id.")],
    day: Annotated[str, Parameter(help="A day that is over, as 2026-11-21.")],
    json: Json = False,
) -> None:
    """The signed digest of one day of a partner's share, as the partner gets it."""
    try:
        when = date.fromisoformat(day)
    except ValueError:
        raise Stopped(f"--day {day!r} is not a day: write 2026-11-21", USAGE) from None
    with opened() as house:
        entry = partner_named(house.lookups.directory(), partner)
        with acting_for(entry.id):
            found = asked(house, lambda reading: reading.digest(entry.id, when))
    if found is None:
        raise Stopped(f"{day} is not closed for {entry.name}: `up` and `relay` close days", NOTHING)
    say([found.document() | {"erased": len(found.erased), "jws": found.signed}], json=json)
