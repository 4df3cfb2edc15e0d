"""``mailbox``: in which NHS MESH mailbox a partner is told, as the host says."""

from __future__ import annotations

import re
from typing import Annotated, Any

import psycopg
from cyclopts import Parameter

from deploy.commands.house import opened, partner_named
from deploy.commands.output import CONFLICT, NOTHING, USAGE, Json, Stopped, say
from deploy.kept import now
from domain.vocabulary import Way
from projections import mailboxes, schema
from projections.mailboxes import Mailbox

NAME = re.compile(r"[A-Z0-9]{4,50}")


def mailbox(
    partner: Annotated[str, Parameter(help="A partner's id, its name, or a part of it.")],
    name: Annotated[str, Parameter(help="The mailbox's id at MESH; else it is only shown.")] = "",
    /,
    *,
    after: Annotated[
        int | None, Parameter(help="Begin with what follows this number; else where it was, or 0.")
    ] = None,
    end: Annotated[
        bool, Parameter(negative="", help="Put nothing into the partner's mailbox any more.")
    ] = False,
    json: Json = False,
) -> None:
    """Say in which mailbox a partner is told, and how far that is.

    Make sure that it is the partner's: whoever opens it reads what the partner may know.
    """
    if name and not NAME.fullmatch(name):
        raise Stopped(f"{name!r} is no id of a mailbox: capital letters and digits", USAGE)
    if (after is not None and (after < 0 or not name)) or (end and name):
        raise Stopped("--after is a number, beside a mailbox; --end goes without one", USAGE)
    with opened() as house:
        known = house.lookups.directory()
        found = partner_named(known, partner)
        if name and not known.may_use(found.id, Way.MESH):
            raise Stopped(f"{found.name}'s agreement is not for NHS MESH", CONFLICT)
        with psycopg.connect(house.database.dsn(schema.RELAY), autocommit=True) as connection:
            held = [m for m in mailboxes.standing(connection) if m.partner == found.id]
            if end:
                mailboxes.end(connection, found.id, now())
            elif name and ([m.name for m in held] != [name] or after is not None):
                reached = held[0].reached if held else 0
                begins = reached if after is None else after
                mailboxes.begin(connection, found.id, name, begins, now())
            stands = [m for m in mailboxes.standing(connection) if m.partner == found.id]
    if not (shown := held if end else stands):
        raise Stopped(f"no mailbox of {found.name} is registered", NOTHING)
    say([_row(found.name, each) for each in shown], json=json)


def _row(partner: str, of: Mailbox) -> dict[str, Any]:
    return {
        "partner": partner,
        "mailbox": of.name,
        "since": of.since,
        "reached": of.reached,
        "sent_at": of.sent,
        "collected": of.collected,
        "failure": of.failure,
    }
