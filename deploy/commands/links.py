"""``link``: lets an organisation without systems open one referral, as its agreement has it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from uuid import UUID

import psycopg
from cyclopts import Parameter

from deploy.commands.house import opened, partner_named
from deploy.commands.output import CONFLICT, NOTHING, USAGE, Json, Stopped, say
from deploy.commands.views import asked
from deploy.kept import now
from deploy.wiring import House
from domain.sharing import RECEIVED
from domain.vocabulary import PartnerId, Way
from projections import links, schema
from projections.behalf import acting_for

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def link(
    partner: Annotated[str, Parameter(help="A partner's id, its name, or a part of it.")],
    referral: Annotated[
        UUID | None, Parameter(help="The referral's id; a new link is made.")
    ] = None,
    /,
    *,
    address: Annotated[str, Parameter(help="Where the partner agreed to be sent links.")] = "",
    retry: Annotated[
        bool, Parameter(negative="", help="Send the letters that were given up after all.")
    ] = False,
    end: Annotated[
        bool, Parameter(negative="", help="Its links open nothing any more; forget its address.")
    ] = False,
    json: Json = False,
) -> None:
    """Make a link to one referral, to be sent where its partner agreed to; else list what became
    of the partner's links.

    What opens it is printed once and kept nowhere. The link before it opens nothing any more.
    """
    if address and not ADDRESS.fullmatch(address):
        raise Stopped("--address is one address of mail, such as referrals@charity.example", USAGE)
    if (end or retry) and (referral or address or (end and retry)):
        raise Stopped("--end and --retry each go alone, with a partner", USAGE)
    with opened() as house:
        known = house.lookups.directory()
        found = partner_named(known, partner)
        if (referral or address) and not known.may_use(found.id, Way.MAIL):
            raise Stopped(f"{found.name}'s agreement is not for links by mail", CONFLICT)
        with psycopg.connect(house.database.dsn(schema.RELAY), autocommit=True) as connection:
            if retry and not links.try_again(connection, found.id, now()):
                raise Stopped(f"no letter to {found.name} was given up", NOTHING)
            if end and not links.end(connection, found.id):
                raise Stopped(f"no address of {found.name} is known", NOTHING)
            if address:
                links.agree(connection, found.id, address)
            agreed = links.agreed_address(connection, found.id)
            if referral is not None:
                if agreed is None:
                    raise Stopped(f"say with --address where {found.name} agreed to", CONFLICT)
                if not _comes_to(house, found.id, referral):
                    raise Stopped(f"no such referral was sent to {found.name}", NOTHING)
                days = house.settings.link_days
                token = links.issue(connection, found.id, referral, timedelta(days=days))
                row = {"to": agreed, "link": f"{house.settings.address}/link/{token}", "days": days}
                say([row], json=json)
                return
            rows = [
                {
                    "partner": found.name,
                    "referral": each.referral,
                    "issued_at": each.issued_at,
                    "ends_at": each.ends_at,
                    "revoked_at": each.revoked_at,
                    "wanted_at": each.wanted_at,
                    "happened": [
                        {"what": what, "name": name, "at": at} for what, name, at in each.happened
                    ],
                }
                for each in links.of_partner(connection, found.id)
            ]
    say(rows, json=json)


def _comes_to(house: House, partner: PartnerId, referral: UUID) -> bool:
    """Whether a referral is one that this partner was sent."""
    with acting_for(partner):
        row = asked(house, lambda reading: reading.referral(partner, referral))
    return row is not None and row["part"] == RECEIVED
