"""Retelling by an agreement: what a changed one makes of all that its partner was told.

It reads history, some people at a time, for the rule to be run again; it refuses to run it itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from datetime import date

from psycopg import Connection
from pydantic import TypeAdapter

from domain import circles
from domain.agreement import AgreementSigned
from domain.circle import Circle, Telling
from domain.kernel import Recorded
from domain.mapping import FactMapper, UnreadableFact
from domain.vocabulary import PartnerId, PersonId
from projections import log
from projections.statements import statements

_SQL = statements("share")
CIRCLE = TypeAdapter(Circle)

CHUNK = 100
"""Of how many people history is read at once, so that it fits in memory."""


def retold(
    connection: Connection,
    mapper: FactMapper,
    known: MutableMapping[PersonId, Circle],
    recorded: Recorded,
    before: AgreementSigned | None,
    after: AgreementSigned | None,
) -> Iterator[tuple[PersonId, Telling]]:
    """What a partner is told of everybody it heard of when ``after`` takes the place of ``before``.

    ``known`` are the circles that this batch has touched; the others are fetched into it. Of whom
    something cannot be read again, all is withdrawn: nobody goes on knowing by what is over.
    """
    partner = PartnerId(recorded.originator_id)
    if (before.terms if before else None) == (after.terms if after else None):
        return
    connection.execute(_SQL["take_time"])  # one fact, which no smaller batch can cut
    fetch(connection, known, "circles_with", partner)
    concerned = [who for who, circle in known.items() if circle.concerns(partner)]
    fetch_linked(connection, known, concerned)
    people = sorted({circles.connected(who, known) for who in concerned}, key=min)
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        followed = _followed(connection, mapper, known, chunk)
        for members in chunk:
            read = [followed[each] for each in members]
            history = [fact for each in read for fact in each or ()]
            if len(members) > 1:
                history.sort(key=lambda fact: fact.position)
            if None in read:
                yield from _all_withdrawn(known, members, partner)
            else:
                was, now = _run(history, partner, before), _run(history, partner, after)
                yield from circles.retell((partner,), members, known, was, now)


def _run(
    history: list[Recorded], partner: PartnerId, agreement: AgreementSigned | None
) -> circles.Run:
    """Under these terms from the first day on: what was said before counts as what is said now."""
    agreements: circles.Agreements = {}
    if agreement:
        agreements = {partner: agreement.model_copy(update={"starts": date.min})}
    return circles.Run([(fact, agreements) for fact in history])


def _all_withdrawn(
    known: Mapping[PersonId, Circle], members: frozenset[PersonId], partner: PartnerId
) -> Iterator[tuple[PersonId, Telling]]:
    for each in sorted(members):
        if known[each].forget(partner):
            yield each, Telling(withdrawn=(partner,))


def _followed(
    connection: Connection,
    mapper: FactMapper,
    known: Mapping[PersonId, Circle],
    chunk: Sequence[frozenset[PersonId]],
) -> Mapping[PersonId, list[Recorded] | None]:
    """What was followed of each, by now; ``None`` where some of it cannot be read.

    A partner's own case may have waited: more may have been followed of a person than came before.
    """
    persons = {each for members in chunk for each in members}
    found: dict[PersonId, list[Recorded] | None] = defaultdict(list)
    for stored in log.of_persons(connection, [*persons], log.NEWEST):
        person = PersonId(stored.person) if stored.person else None
        assert person is not None, "asked for by person"
        history = found[person]
        if history is None or stored.position > known[person].reached:
            continue
        try:
            history.append(mapper.read(stored))
        except UnreadableFact:
            found[person] = None
    return found


def fetch(
    connection: Connection,
    known: MutableMapping[PersonId, Circle],
    question: str,
    partner: PartnerId,
) -> None:
    """Circles of a partner as last saved, but for those that this batch has changed."""
    cursor = connection.cursor(binary=True)
    for (state,) in cursor.execute(_SQL[question], {"partner": str(partner)}).fetchall():
        circle = CIRCLE.validate_json(state)
        known.setdefault(circle.person, circle)


def fetch_linked(
    connection: Connection, known: MutableMapping[PersonId, Circle], persons: list[PersonId]
) -> None:
    """The circles of these persons, where they are not known yet, and of all linked to them."""
    cursor = connection.cursor(binary=True)
    wanted = set(persons)
    while True:
        if ahead := wanted - known.keys():
            found = cursor.execute(_SQL["circles"], [list(ahead)], prepare=True)
            for (state,) in found.fetchall():
                circle = CIRCLE.validate_json(state)
                known[circle.person] = circle
        more = {other for each in wanted for other in known.setdefault(each, Circle(each)).links}
        if more <= wanted:
            return
        wanted |= more
