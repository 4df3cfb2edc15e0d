"""A person's history as one organisation may know it: ``replay``."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from cyclopts import Parameter

from deploy.commands.house import identifier, moment, opened, partner_named
from deploy.commands.looked import Looking
from deploy.commands.output import NOTHING, Json, Stopped, note, say
from deploy.commands.views import asked
from domain.vocabulary import PersonId
from projections.behalf import acting_for
from projections.entries import Entry
from projections.looking import Kind
from projections.moments import When
from projections.reading import Reading


def replay(
    *,
    person: Annotated[str, Parameter(help="The person's id, as the organisation knows it.")],
    as_at: Annotated[str, Parameter(help="What was known at a position or time.")] = "",
    as_of: Annotated[str, Parameter(help="What was true at a time.")] = "",
    for_: Annotated[
        str, Parameter(name="--for", help="An organisation; the host if left out.")
    ] = "",
    json: Json = False,
) -> None:
    """What was so, what was known of it, and to whom."""
    with opened() as house:
        directory = house.lookups.directory()
        partner = partner_named(directory, for_ or str(house.care.host))
        given = identifier(person, "person")
        when = When(_position(as_at, "--as-at"), moment(as_of, "--as-of") if as_of else None)

        async def read(reading: Reading) -> tuple[list[Entry], dict[str, Any] | None]:
            subject: UUID = given
            if await reading.person_of(partner.id, given) is None:
                subject = house.pseudonyms.of(partner.id, PersonId(given))
            looking = Looking(house, partner.id, "replay", Kind.VIEW)
            read = (
                await reading.history(partner.id, subject, when),
                await reading.record(partner.id, subject, when),
            )
            await looking.recorded(reading)
            return read

        with acting_for(partner.id):
            entries, row = asked(house, read)
        if not entries:
            raise Stopped(f"{partner.name} knew nothing of this person then", NOTHING)
        say(
            [
                {
                    "number": e.number,
                    "position": e.position,
                    "true_at": e.effective_at,
                    "told_at": e.recorded_at,
                    "what": e.type,
                    **({"data": e.data} if json else {}),
                }
                for e in entries
            ],
            json=json,
        )
        note(f"\nThe record as {partner.name} could see it:")
        shown = {} if row is None else {k: v for k, v in row.items() if v not in (None, {}, [])}
        say([shown] if json else [{"field": k, "value": v} for k, v in shown.items()], json=json)


def _position(text: str, option: str) -> int | datetime | None:
    if not text:
        return None
    return int(text) if text.isdecimal() else moment(text, option)
