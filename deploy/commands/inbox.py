"""``inbox`` reads partners' answers; ``inbox dead`` shows what was not done, and tries it again."""

from __future__ import annotations

import os
from contextlib import ExitStack
from datetime import UTC, datetime
from threading import Thread
from typing import Annotated, Any

from cyclopts import App, Parameter

from deploy.commands.house import (
    built,
    connected,
    identifier,
    moment,
    opened,
    partner_named,
    settings,
)
from deploy.commands.output import FAILED, NOTHING, USAGE, Json, Stopped, say
from deploy.commands.processes import begin, stopping
from deploy.wiring import House
from domain.vocabulary import PartnerId
from projections.behalf import acting_for
from projections.inbox import Became, Taken

app = App(name="inbox", help="Partners' answers.")
dead = App(name="dead", help="Answers that were refused or could not be read.")
app.command(dead)

EVER = datetime(1900, 1, 1, tzinfo=UTC)


@app.default
def inbox() -> None:
    """Run the inbox alone: see to what waits, and read partners' Kafka topics."""
    asked = settings()
    begin()
    stop = stopping()
    with ExitStack() as stack:
        house = built(asked, connected(asked, stack), stack)
        if asked.kafka is None:
            house.inbox.run(stop)
            return
        from consumers.watchdog import Watchdog
        from deploy import streaming

        waiting = Thread(target=house.inbox.run, args=(stop,), name="inbox", daemon=True)
        waiting.start()
        # Here, so that the process ends if the topics cannot be read on.
        streaming.postbox(asked, house, Watchdog(os._exit)).run(stop)
        waiting.join(timeout=10)


Partner = Annotated[str, Parameter(help="One partner's alone, by its name or id.")]
Since = Annotated[str, Parameter(help="Those since a moment, such as 2026-03-03T09:00:00Z.")]


@dead.command(name="list")
def list_dead(*, partner: Partner = "", since: Since = "", json: Json = False) -> None:
    """What was not done, and why; the oldest first."""
    with opened() as house:
        say([_row(house, each) for each in _dead(house, partner, since)], json=json)


@dead.command
def redrive(
    message: Annotated[str, Parameter(help="The id that `inbox dead list` shows.")] = "",
    *,
    all_: Annotated[bool, Parameter(name="--all", help="All there are.")] = False,
    partner: Partner = "",
    since: Since = "",
    json: Json = False,
) -> None:
    """Try again what was refused or is dead, with the bytes that came; fails if any still is."""
    if bool(message) + all_ + bool(since) != 1:
        raise Stopped("name one message, or give --all, or --since a moment", USAGE)
    with opened() as house:
        wanted = identifier(message, "message") if message else None
        found = _dead(house, partner, since)
        found = [each for each in found if wanted is None or each.message == wanted]
        tried = [
            again
            for each in found
            if (again := house.inbox.redrive(each.partner, each.message)) is not None
        ]
        if not tried:
            raise Stopped("there is none to try again", NOTHING)
        say([_row(house, each) for each in tried], json=json)
        left = sum(each.outcome in (Became.REFUSED, Became.DEAD) for each in tried)
        if left:
            raise Stopped(f"{left} of {len(tried)} could still not be done", FAILED)


def _dead(house: House, partner: str, since: str) -> list[Taken]:
    directory = house.lookups.directory()
    partners: list[PartnerId] = (
        [partner_named(directory, partner).id] if partner else list(directory.partners)
    )
    after = moment(since, "--since") if since else EVER
    found: list[Taken] = []
    for each in partners:
        with acting_for(each):
            found += house.letters.dead(each, after)
    return sorted(found, key=lambda taken: taken.at)


def _row(house: House, taken: Taken) -> dict[str, Any]:
    known = house.lookups.directory().partners.get(taken.partner)
    return {
        "message": taken.message,
        "partner": known.name if known else taken.partner,
        "id": taken.name,
        "type": taken.type,
        "via": taken.via.value,
        "number": taken.number,
        "outcome": taken.outcome.value,
        "at": taken.at,
        "problem": taken.problem,
    }
