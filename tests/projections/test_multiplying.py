"""A history that is multiplied stands in the log, the share and the views as one that was lived."""

from __future__ import annotations

import psycopg

from tests.bench.lives import Lives
from tests.bench.multiplying import lived
from tests.people import TALKING
from tests.projections.place import Place

COPIES = 4


def test_a_history_multiplied_is_whole_and_goes_on(place: Place) -> None:
    place.fold()
    before = place.log.max_notification_id() or 0
    lives = Lives(place)
    recorded = lives.load(60, batch=60)
    place.fold()
    once = place.ask(lambda reading: reading.caseload(TALKING))
    custody = place.ask(lambda reading: reading.custody())["by_organisation"]

    with psycopg.connect(place.database.dsn("postgres"), autocommit=True) as admin:
        reached = list(lived(admin, before).multiply(admin, 1, COPIES - 1))[-1]
    assert reached == before + COPIES * recorded == place.log.max_notification_id()
    assert place.rows("select count(*), max(position) from log.facts") == [(reached, reached)]
    numbered = (
        "select partner, count(*), max(number) from share.entries group by partner order by partner"
    )
    told = "select partner, number, number from share.partners where number > 0 order by partner"
    assert place.rows(numbered) == place.rows(told) != []

    # Nobody is anybody else, and what is counted of all is counted of each.
    many = place.ask(lambda reading: reading.caseload(TALKING, limit=1_000))
    assert len({row["person"] for row in many.rows}) == len(many.rows) == COPIES * len(once.rows)
    assert many.counts == {state: COPIES * n for state, n in once.counts.items()}
    held = place.ask(lambda reading: reading.custody())["by_organisation"]
    assert held == {partner: COPIES * people for partner, people in custody.items()}

    # It goes on: what is asked next is recorded, told, folded, and nobody's case is parked.
    was = place.rows("select count(*) from views.caseload")[0][0]
    lives.life()
    place.fold()
    assert place.ask(lambda reading: reading.parked()) == []
    assert place.rows("select count(*) from views.caseload")[0][0] > was
    people = place.ask(lambda reading: reading.caseload(TALKING, limit=1_000)).rows
    newest = [row for row in people if row["name"] == f"Person {len(lives.people)}"]
    assert len(newest) == 1
