"""What one organisation knew, when, and why: ``replay``, ``why`` and ``difference``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from cyclopts import Parameter

from api.pages import telling
from api.pages.words import Names
from deploy.commands.house import identifier, moment, opened, partner_named
from deploy.commands.looked import Looking
from deploy.commands.output import NOTHING, USAGE, Json, Stopped, note, say
from deploy.commands.views import asked
from deploy.wiring import House
from domain.vocabulary import PersonId
from projections.behalf import acting_for
from projections.directory import PartnerEntry
from projections.entries import Entry
from projections.looking import Kind
from projections.moments import When
from projections.questions.replaying import VIEWS, Moments
from projections.reading import Reading
from projections.why import Cause

Person = Annotated[str, Parameter(help="The person's id, as the organisation knows it.")]
AsAt = Annotated[str, Parameter(help="What was known at a position or time.")]
AsOf = Annotated[str, Parameter(help="What was true at a time.")]
For = Annotated[str, Parameter(name="--for", help="An organisation; the host if left out.")]
AsTold = Annotated[
    bool,
    Parameter(name="--as-told", negative="", help="With what was taken back since: an audit's."),
]

T = TypeVar("T")


def replay(
    *,
    person: Person = "",
    view: Annotated[str, Parameter(help=f"All rows of a view: {', '.join(VIEWS)}.")] = "",
    as_at: AsAt = "",
    as_of: AsOf = "",
    for_: For = "",
    as_told: AsTold = False,
    json: Json = False,
) -> None:
    """What was so, what was known of it, and to whom."""
    if bool(person) == bool(view):
        raise Stopped("name either --person or --view", USAGE)
    if view and view not in VIEWS:
        raise Stopped(f"{view!r} is no view: name one of {', '.join(VIEWS)}", USAGE)
    when = _when(as_at, as_of, as_told=as_told)
    with opened() as house:
        partner = _partner(house, for_)
        if view:
            rows = _asked(
                house, partner, "replay", lambda reading: reading.rows(partner.id, view, when)
            )
            if not rows:
                raise Stopped(f"{partner.name} had nothing in {view} then", NOTHING)
            say([_shown(row) for row in rows], json=json)
            return

        async def read(reading: Reading) -> tuple[list[Entry], dict[str, Any] | None]:
            subject = await _subject(house, reading, partner, person)
            told = await reading.history(partner.id, subject, when)
            return told, await reading.record(partner.id, subject, when)

        entries, row = _asked(house, partner, "replay", read)
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
        shown = {} if row is None else _shown(row)
        say([shown] if json else [{"field": k, "value": v} for k, v in shown.items()], json=json)


def why(
    *,
    person: Person,
    field: Annotated[str, Parameter(help="Its way through the record: step, referrals.ID.state.")],
    as_at: AsAt = "",
    as_of: AsOf = "",
    for_: For = "",
    as_told: AsTold = False,
    json: Json = False,
) -> None:
    """Which facts made a field of the record so, and what each followed from."""
    when = _when(as_at, as_of, as_told=as_told)
    with opened() as house:
        partner = _partner(house, for_)

        async def read(reading: Reading) -> Any:
            subject = await _subject(house, reading, partner, person)
            return await reading.why(partner.id, subject, field, when)

        because = _asked(house, partner, "why", read)
        if because is None:
            raise Stopped(f"{partner.name} knew nothing of this person then", NOTHING)
        if not because.changes:
            raise Stopped(f"nothing that {partner.name} was told says anything of {field}", NOTHING)
        names = Names(house.lookups.directory())
        say(
            [
                _told(change.entry, names)
                | {
                    "before": change.before,
                    "after": change.after,
                    "because": [_cause(cause, names) for cause in change.causes],
                }
                for change in because.changes
            ],
            json=json,
        )


def difference(
    *,
    person: Person,
    from_: Annotated[str, Parameter(name="--from", help="The earlier moment.")],
    to: Annotated[str, Parameter(help="The later moment; now if left out.")] = "",
    as_of: AsOf = "",
    for_: For = "",
    as_told: AsTold = False,
    json: Json = False,
) -> None:
    """What was told between two moments, and what of the record changed with it, in words."""
    before, after = (_when(at, as_of, as_told=as_told) for at in (from_, to))
    with opened() as house:
        partner = _partner(house, for_)

        async def read(reading: Reading) -> Any:
            subject = await _subject(house, reading, partner, person)
            return await reading.difference(partner.id, subject, Moments(before, after))

        found = _asked(house, partner, "difference", read)
        if found is None:
            raise Stopped(f"{partner.name} knew nothing of this person then", NOTHING)
        names = Names(house.lookups.directory())
        told = [_told(entry, names) | {"known": "since"} for entry in found.entries]
        say(told + [_told(entry, names) | {"known": "no more"} for entry in found.gone], json=json)
        note(f"\nWhat changed in the record as {partner.name} could see it:")
        say(
            [
                {"field": each.field, "said": each.said}
                | ({"before": each.before, "after": each.after} if json else {})
                for each in found.changes
            ],
            json=json,
        )


def _asked(
    house: House,
    partner: PartnerEntry,
    command: str,
    question: Callable[[Reading], Awaitable[T]],
) -> T:
    """Ask for the partner; what was read is written down before it is shown."""

    async def ask(reading: Reading) -> T:
        looking = Looking(house, partner.id, command, Kind.VIEW)
        found = await question(reading)
        await looking.recorded(reading)
        return found

    with acting_for(partner.id):
        return asked(house, ask)


def _partner(house: House, name: str) -> PartnerEntry:
    return partner_named(house.lookups.directory(), name or str(house.care.host))


async def _subject(house: House, reading: Reading, partner: PartnerEntry, person: str) -> UUID:
    """By which id the partner knows somebody, who may be named by the one that nobody knows."""
    given = identifier(person, "person")
    if await reading.person_of(partner.id, given) is None:
        return house.pseudonyms.of(partner.id, PersonId(given))
    return given


def _when(as_at: str, as_of: str, *, as_told: bool) -> When:
    when = When(_position(as_at), moment(as_of, "--as-of") if as_of else None)
    return replace(when, as_told=as_told)


def _position(text: str) -> int | datetime | None:
    if not text:
        return None
    return int(text) if text.isdecimal() else moment(text, "the moment")


def _told(entry: Entry, names: Names) -> dict[str, Any]:
    return {
        "number": entry.number,
        "position": entry.position,
        "true_at": entry.effective_at,
        "told_at": entry.recorded_at,
        "what": telling.happened(entry.type, entry.data, names),
    }


def _cause(cause: Cause, names: Names) -> str:
    if cause.entry is None:
        return f"{cause.link.value} something it was not told of"
    said = telling.happened(cause.entry.type, cause.entry.data, names)
    return f"{cause.link.value} {said} ({cause.entry.position})"


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value not in (None, {}, [])}
