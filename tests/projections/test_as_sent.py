"""What every partner could see at a position is what it had been sent by then, kept as it came."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import orjson
import psycopg

from domain.kernel import Category
from domain.vocabulary import PartnerId
from projections import schema
from projections.cloudevents import cloudevent
from projections.moments import When
from projections.reading import Reading
from tests.people import KINDS, TALKING
from tests.projections.place import Place
from tests.projections.test_agreements import sign, without
from tests.projections.week import busy_week

Kept = dict[PartnerId, list[tuple[int, bytes]]]
Lived = dict[tuple[int, PartnerId, UUID], tuple[list[int], dict[str, Any] | None]]


async def follow(place: Place, reading: Reading, kept: Kept, lived: Lived) -> None:
    """Fold one fact after the other; each partner reads its feed, and opens whom it was told of."""
    with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as connection:
        while position := place.engine.step(connection, 1):
            told = connection.execute("select partner, number from share.partners").fetchall()
            for partner, number in told:
                if number == len(kept[partner]):
                    continue
                came = await reading.entries(partner, after=len(kept[partner]), limit=1_000)
                kept[partner] += [(e.position, orjson.dumps(cloudevent(e))) for e in came]
                for subject in {entry.subject for entry in came if entry.subject}:
                    row = await reading.record(partner, subject)
                    stood = [e.number for e in await reading.history(partner, subject)]
                    lived[position, partner, subject] = stood, row and without_actions(row)


def without_actions(row: Any) -> Any:
    """A record as it is kept: what may be done next is offered on no past."""
    if isinstance(row, dict):
        return {k: without_actions(v) for k, v in row.items() if k != "actions"}
    return row


def test_the_share_as_at_a_position_is_what_was_sent_for_every_partner(place: Place) -> None:
    place.fold()
    kept: Kept = defaultdict(list)
    lived: Lived = {}
    with psycopg.connect(place.database.dsn("postgres")) as connection:
        for partner, number in connection.execute("select partner, number from share.partners"):
            kept[partner] = [(0, b"")] * number
    before = {partner: len(entries) for partner, entries in kept.items()}

    async def live(reading: Reading) -> None:
        busy_week(place)
        await follow(place, reading, kept, lived)
        narrow = without(TALKING, Category.PLAN, Category.CLINICAL)
        sign(place, TALKING, categories=narrow)
        await follow(place, reading, kept, lived)
        sign(place, TALKING)
        await follow(place, reading, kept, lived)

    async def compare(reading: Reading) -> None:
        for partner, sent in kept.items():
            told = await reading.entries(partner, after=before.get(partner, 0), limit=100_000)
            now = [(e.position, orjson.dumps(cloudevent(e))) for e in told]
            # As at each position: nothing came later with an earlier place, nothing is worded anew.
            assert now == sent[before.get(partner, 0) :]
            assert [p for p, _ in now] == sorted(p for p, _ in now)
        for (position, partner, subject), (stood, row) in lived.items():
            when = When(as_at=position, as_told=True)
            found = await reading.record(partner, subject, when)
            assert (found and without_actions(found)) == row, (position, partner)
            then = await reading.history(partner, subject, when)
            assert [entry.number for entry in then] == stood, (position, partner)

    place.ask(live)
    assert {partner for _, partner, _ in lived} >= set(KINDS) - TOLD_OF_NOBODY
    assert sum(map(len, kept.values())) - sum(before.values()) > 300
    place.ask(compare)
    taken_back(place, lived)


TOLD_OF_NOBODY = {
    p for p, kind in KINDS.items() if kind.value in ("school", "pharmacy", "commissioner")
}


def taken_back(place: Place, lived: Lived) -> None:
    """Something was taken back in that week, and only who audits what was told reads it then."""

    async def ask(reading: Reading) -> int:
        hidden = 0
        for position, partner, subject in lived:
            as_told = await reading.record(partner, subject, When(as_at=position, as_told=True))
            hidden += as_told != await reading.record(partner, subject, When(as_at=position))
        return hidden

    assert place.ask(ask) > 0
