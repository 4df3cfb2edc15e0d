"""Each wall alone, at every address that shows persons: the other one is taken down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg import sql

from api import access
from deploy.community import place as community
from projections import schema
from projections.behalf import act_for
from tests.api.test_looking import READERS, Nia, address
from tests.api.test_looking import nia as nia
from tests.pages.place import NIA

OUTSIDERS = ("leroy", "shirley", "colin")
"""Of probation, the library and the drug service: they were told nothing of her."""

SHOWS_HER = {route for route, reader in READERS.items() if reader != "-"}
LIVE = "/v1/share/live"
OF_THE_PLACE = {"/duplicates", "/duplicates/{match}/{activity}", "/v1/matches"}
"""Shown to who looks after the records of the place: who is alike, by details read from the log as
rules are decided, for no share could tell two such records apart. One wall, the application's."""


def hers(browser: httpx.Client, path: str, nia: Nia) -> list[str]:
    """What of her is in the bytes of an answer; of a stream, in those of its first second."""
    came = b""
    try:
        with browser.stream("GET", path, timeout=1 if LIVE in path else 20) as answer:
            assert answer.status_code < 500, path
            for some in answer.iter_raw():
                came += some
    except httpx.ReadTimeout:
        assert LIVE in path
    known = (NIA, NIA.split()[0], "07700 900123", str(nia.id))
    return [each for each in known if each in came.decode()]


def at(nia: Nia, route: str) -> tuple[httpx.Client, str]:
    """Who may know of her at this address, and the address with what is known of her."""
    if route == LIVE:
        return nia.story.visitor("asha"), f"{LIVE}?after=0"
    if route in SHOWS_HER:
        return address(nia, route)
    filled = defaultdict(lambda: str(uuid4()), nia.ids | {"person": nia.story.person("gwen")})
    return nia.story.visitor("gwen"), route.format_map(filled)


@pytest.fixture
def no_row_security(nia: Nia) -> Iterator[None]:
    """This place's database gives every row to whoever serves, as one without the wall would."""
    dsn = nia.place.database.dsn
    with psycopg.connect(dsn("postgres"), autocommit=True) as owner:
        walls = owner.execute(
            "select oid::regclass::text from pg_class where relrowsecurity order by 1"
        ).fetchall()
        each = [sql.SQL(name) for (name,) in walls]
        for table in each:
            owner.execute(sql.SQL("alter table {} disable row level security").format(table))
        with psycopg.connect(dsn(schema.SERVE)) as serving:
            seen = serving.execute("select count(distinct partner) from views.caseload").fetchone()
        assert seen
        assert seen[0] > 3
        yield
        for table in each:
            owner.execute(sql.SQL("alter table {} enable row level security").format(table))


def test_without_the_databases_wall_nobody_is_shown_to_who_may_not_know(
    nia: Nia, no_row_security: None
) -> None:
    browsers = {outsider: nia.story.visitor(outsider) for outsider in OUTSIDERS}
    for route in READERS:
        _, path = at(nia, route)
        for outsider, browser in browsers.items():
            assert hers(browser, path, nia) == [], (outsider, path)


@pytest.mark.parametrize("route", sorted(READERS.keys() - OF_THE_PLACE))
def test_without_the_applications_wall_the_database_shows_nobody(
    nia: Nia, monkeypatch: pytest.MonkeyPatch, route: str
) -> None:
    """Every question asks for the rows of who may know; but it is the library that came in."""
    monkeypatch.setattr(access, "act_for", lambda _: act_for(community.LIBRARY.id))
    browser, path = at(nia, route)
    assert hers(browser, path, nia) == [], path


def test_with_both_walls_up_who_may_know_is_shown(nia: Nia) -> None:
    """Or else the tests above would prove nothing."""
    shown = {route for route in READERS if hers(*at(nia, route), nia)}
    assert len(shown) > len(SHOWS_HER) // 2, SHOWS_HER - shown
    assert LIVE in shown
