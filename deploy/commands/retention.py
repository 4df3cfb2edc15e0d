"""``retention``: whose records have been kept for as long as they must be, and legal holds.

It refuses to destroy a care record: one that is due is ordered to be erased, people confirm that,
and it waits. What is kept for less long goes alone, in steps (`deploy.letting_go`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4, uuid5

import psycopg
from cyclopts import App, Parameter

from deploy import letting_go
from deploy.commands.house import identifier, opened
from deploy.commands.output import NOTHING, USAGE, Json, Stopped, note, say
from deploy.commands.views import asked
from deploy.kept import now
from deploy.letting_go import UNTIL_SETTLED
from deploy.wiring import House
from domain.facts import FACTS
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Asked, BrokenRule
from domain.legal_hold import LegalHoldIsUnknown
from domain.mapping import FactMapper, Volume
from domain.policies.days import local_date
from domain.policies.retention import in_force
from domain.vocabulary import ErasureId, ErasureReason, LegalHoldReason, PersonId, Retention
from projections import keeping, schema
from projections.behalf import acting_for
from projections.keeping import Standing

app = App(name="retention", help="What is kept of persons, and for how long.")

FOLDED_WITHIN = 20.0
"""Seconds for which a sweep waits for the views; else the next one destroys the keys."""

REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_.-]{1,39}")
"""It names an order and nobody, and is no place for words."""

Whom = Annotated[str, Parameter(help="The person, by the host's id for them, or the place's own.")]
Order = Annotated[str, Parameter(help="The reference of what asks for it; it names nobody.")]


@app.command
def sweep(
    *,
    dry_run: Annotated[bool, Parameter(negative="", help="Change nothing.")] = False,
    on: Annotated[str, Parameter(help="As if it were this day: 2046-11-22.")] = "",
    json: Json = False,
) -> None:
    """Let go what was kept for long enough, and say under which rule; nothing that the law holds.

    A care record that is due is ordered to be erased. Of what is kept for less long a new volume
    is begun, and a sweep at least two minutes later lets the ones before it go.
    """
    if on and not dry_run:
        raise Stopped("--on looks ahead: say --dry-run with it", USAGE)
    day = _day(on)
    with opened() as house:
        with psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
            if not dry_run:
                _destroyed(letting_go.destroy(connection, house.keys))
            mapper = FactMapper(FACTS, house.keys)
            found = list(keeping.standings(connection, mapper, house.keys, day))
        due = [each for each in found if each.kept.is_due(day)]
        done = {} if dry_run else dict(_ordered(house, due)) | _let_go(house, due)
        say([_row(house, each, day) | done.get(each, {}) for each in due], json=json)
    _summed(found, due)
    if not due:
        raise Stopped(f"nothing is due on {day}", NOTHING)


@app.command
def hold(
    person: Whom,
    /,
    *,
    order: Order,
    reason: Annotated[LegalHoldReason, Parameter(help="What asks for it.")],
    words: Annotated[str, Parameter(help="What it says, under the person's key.")] = "",
    json: Json = False,
) -> None:
    """Keep a person's record for the law, beyond its time and from being erased."""
    if not REFERENCE.fullmatch(order):
        raise Stopped(f"{order!r} is no reference: letters, digits and / _ . - alone", USAGE)
    with opened() as house:
        who = _whom(house, person)
        try:
            answer = house.care.place_legal_hold(
                who, order, reason=reason, words=words or None, asked=_by_the_host(house)
            )
        except PersonIsUnknown:
            raise Stopped(f"no person has the id {person}", NOTHING) from None
        say([{"order": order, "hold": answer.id, "position": answer.position}], json=json)


@app.command
def lift(person: Whom, /, *, order: Order, json: Json = False) -> None:
    """Keep it no more under this order."""
    with opened() as house:
        who = _whom(house, person)
        try:
            answer = house.care.lift_legal_hold(who, order, asked=_by_the_host(house))
        except LegalHoldIsUnknown:
            raise Stopped(f"nothing holds {person} under {order}", NOTHING) from None
        say([{"order": order, "hold": answer.id, "position": answer.position}], json=json)


def _ordered(house: House, due: list[Standing]) -> Iterator[tuple[Standing, dict[str, object]]]:
    """An order for each care record that is due; asked again, it is the same one."""
    for each in due:
        if each.kept.retention is Retention.CARE:
            order = f"retention/{each.kept.due_on}"
            which = ErasureId(uuid5(each.person, order))
            asked = Asked(organisation=house.care.host, at=now(), key=which)
            reason = ErasureReason.RETENTION
            try:
                house.care.order_erasure(which, each.person, order, reason=reason, asked=asked)
            except BrokenRule as rule:
                yield each, {"not_ordered": rule.rule}
            else:
                yield each, {"erasure": which, "order": order}


@app.command
def gone(*, json: Json = False) -> None:
    """What was let go, by which rule, whether its key stands, and who is to say it removed it."""
    with opened() as house, psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
        found = list(keeping.let_go(connection))
        standing = set(house.keys.standing([(each.person, each.volume) for each in found]))
        rows = [
            {
                "record": each.person,
                "kept_as": each.volume.retention.value,
                "volume": each.volume.number,
                "source": each.rule,
                "source_since": each.rule_since,
                "removed_at": each.removed_at,
                "position": each.position,
                "key": "stands" if (each.person, each.volume) in standing else "destroyed",
                "told": each.told,
                "to_say": each.to_say,
            }
            for each in found
        ]
        say(rows, json=json)
    if not rows:
        raise Stopped("nothing was let go yet", NOTHING)


def _let_go(house: House, due: list[Standing]) -> dict[Standing, dict[str, object]]:
    """The next step of each volume that is due; what was let go is destroyed once it is folded."""
    done = list(letting_go.follow(house.care, house.keys, due, at=now(), settled=UNTIL_SETTLED))
    if any(step == letting_go.Step.LET_GO for _, step in done):
        head = house.log.max_notification_id() or 0
        asked(house, lambda reading: reading.reached(head, FOLDED_WITHIN))
        with psycopg.connect(house.database.dsn(schema.PROJECT)) as connection:
            _destroyed(letting_go.destroy(connection, house.keys))
    return {each: {"step": str(step)} for each, step in done}


def _destroyed(volumes: list[tuple[PersonId, Volume]]) -> None:
    for kept_as, many in Counter(volume.retention.value for _, volume in volumes).items():
        note(f"keys destroyed of {kept_as}: {many}")


def _row(house: House, due: Standing, on: date) -> dict[str, object]:
    kept = due.kept
    return {
        "person": house.pseudonyms.of(house.care.host, due.person),
        "record": due.person,
        "records": len(due.records),
        "volumes": [volume.number for _, volume in due.volumes],
        "kept_as": kept.retention.value,
        "why": kept.why.value,
        "since": kept.since,
        "due_on": kept.due_on,
        "source": in_force(kept.retention, on).source,
        "source_since": in_force(kept.retention, on).effective_from,
    }


def _summed(found: list[Standing], due: list[Standing]) -> None:
    for kept_as, many in Counter(each.kept.retention.value for each in due).items():
        note(f"due as {kept_as}: {many}")
    waits = (each.kept for each in found if each.kept.due_on is None)
    for (kept_as, why), many in Counter((k.retention.value, k.why.value) for k in waits).items():
        note(f"old enough, kept as {kept_as} because of {why}: {many}")


def _whom(house: House, text: str) -> PersonId:
    given, host = identifier(text, "person"), house.care.host
    with acting_for(host):
        known: UUID | None = asked(house, lambda reading: reading.person_of(host, given))
    return PersonId(known or given)


def _by_the_host(house: House) -> Asked:
    return Asked(organisation=house.care.host, at=now(), key=uuid4())


def _day(text: str) -> date:
    if not text:
        return local_date(now())
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Stopped(f"{text!r} is not a day: give it as 2046-11-22", USAGE) from None
