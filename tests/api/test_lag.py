"""Whoever says how far the views are says the same: while a worker is held still, and after."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any
from uuid import UUID

import pytest

from deploy.commands import doctor, views
from deploy.commands.output import Stopped
from deploy.wiring import House
from projections import progress, rebuilding, schema
from tests.api.place import Client, Place
from tests.waiting import until


@contextmanager
def held_still(place: Place) -> Iterator[None]:
    """While somebody else has the worker's lease: the worker lives, listens, and gets nowhere."""
    with place.superuser() as holding, holding.transaction():
        holding.execute("select from views.positions where name = 'share' for update")
        yield


def settled(place: Place) -> int:
    """The position once all that was recorded is folded."""
    health: dict[str, Any] = {}

    def caught_up() -> bool:
        health.update(place.anybody().get("/health").json())
        return bool(health["position"] == health["log_position"])

    until(caught_up)
    return int(health["position"])


Said = dict[str, dict[str, tuple[Any, ...]]]


def said_of_views(place: Place, yusuf: Client, commands: Commands) -> Said:
    """Of every view its position, the facts behind and how it is, by who says so."""
    health = place.anybody().get("/health").json()["views"]
    figures = place.anybody().get("/metrics").text
    at, behind = (
        dict(re.findall(rf'^throughcare_view_{name}{{view="([^"]+)"}} (\S+)$', figures, re.M))
        for name in ("position", "lag_facts")
    )
    stuck = re.search(r"^throughcare_views_stuck (\S+)$", figures, re.M)
    assert stuck is not None
    of_all = "stuck" if float(stuck[1]) == len(at) else "ok"
    operations = yusuf.read("/v1/operations").json()["views"]
    lag = commands.typed(views.lag)
    return {
        "health": {n: (v["position"], v["lag_facts"], v["state"]) for n, v in health.items()},
        "metrics": {n: (int(float(at[n])), int(float(behind[n])), of_all) for n in at},
        "operations": {v["view"]: (v["position"], v["lag_facts"], v["state"]) for v in operations},
        "view lag": {v["view"]: (v["position"], v["facts_behind"], v["state"]) for v in lag},
    }


class Commands:
    """Commands typed where this place runs."""

    def __init__(self, printed: pytest.CaptureFixture[str]) -> None:
        self._printed = printed

    def typed(self, command: Any) -> list[dict[str, Any]]:
        """The rows a command prints, whether or not it then fails."""
        self._printed.readouterr()
        with suppress(Stopped):
            command(json=True)
        return [json.loads(each) for each in self._printed.readouterr().out.splitlines()]


@pytest.fixture
def commands(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Commands:
    @contextmanager
    def opened() -> Iterator[House]:
        yield place.house

    monkeypatch.setattr(views, "opened", opened)
    monkeypatch.setattr(doctor, "opened", opened)
    monkeypatch.setenv("THROUGHCARE_DATA", str(tmp_path))
    return Commands(capsys)


def test_all_who_say_how_far_the_views_are_agree_while_a_worker_is_held_still(
    place: Place, asha: Client, commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    yusuf, browser = place.person("yusuf"), place.anybody()
    browser.cookies.set(place.app.state.parts.cookie, place.session("asha"))
    asha.done("/v1/people", {"name": "Rosa Lind"})
    before = settled(place)
    for limit in ("STILL", "MOST_LAG"):  # however long a busy machine takes over what follows
        monkeypatch.setattr(progress, limit, 3_600.0)

    with held_still(place):
        for name in ("Tom Achebe", "Mina Karim"):
            asked = asha.ask("/v1/people", {"name": name}).json()
        behind = asked["position"] - before
        assert behind >= 2

        # What is answered shows what was there, says so, and does not pretend to show more.
        read = asha.read("/v1/caseload")
        assert read.headers["X-Position"] == str(before)
        assert UUID(asked["id"]) not in {UUID(row["person"]) for row in read.json()["rows"]}
        assert asha.read("/v1/caseload", **{"min-position": before}).status_code == 200
        waited = asha.read("/v1/caseload", **{"min-position": before + 1})
        assert (waited.status_code, waited.headers["Retry-After"]) == (503, "1")

        said = said_of_views(place, yusuf, commands)
        health = place.anybody().get("/health")
        assert (health.status_code, health.json()["position"]) == (200, before)
        assert health.json()["log_position"] == asked["position"]
        for who, told in said.items():
            assert told.keys() == said["health"].keys() > {"share", "caseload", "ties"}, who
            assert set(told.values()) == {(before, behind, "ok")}, who
        assert f"<strong>Live</strong> · up to entry {before:,} · " in line(browser)
        (move,) = [row for row in commands.typed(doctor.doctor) if row["check"] == "views move"]
        assert (move["state"], move["found"]) == ("ok", f"at {before}")

        # Nobody asks the worker, which lives. That it gets nowhere is what counts.
        monkeypatch.setattr(progress, "STILL", 0.0)
        health = place.anybody().get("/health")
        assert (health.status_code, health.json()["status"]) == (503, "stuck")
        for who, told in said_of_views(place, yusuf, commands).items():
            assert set(told.values()) == {(before, behind, "stuck")}, who
        assert f"<strong>Not updating</strong> · up to entry {before:,} · " in line(browser)
        (move,) = [row for row in commands.typed(doctor.doctor) if row["check"] == "views move"]
        assert (move["state"], "caseload for" in move["found"]) == ("not ok", True)

    assert asha.read("/v1/caseload", **{"min-position": asked["position"]}).status_code == 200
    after = settled(place)
    monkeypatch.setattr(progress, "STILL", 3_600.0)
    for who, told in said_of_views(place, yusuf, commands).items():
        assert set(told.values()) == {(after, 0, "ok")}, who
    assert f"<strong>Live</strong> · up to entry {after:,} · up to date" in line(browser)


def line(browser: Any) -> str:
    """The line on a page that says how new it is."""
    page = browser.get("/live/fresh")
    assert page.status_code == 200, page.text
    return " ".join(page.text.split())


def test_who_asks_over_http_notices_no_switch(place: Place) -> None:
    asha = place.person("asha")
    stop = Event()

    def ask() -> tuple[int, set[int], set[str]]:
        asked, answered, seen = 0, set[int](), set[str]()
        while not stop.is_set():
            answer = asha.read("/v1/caseload")
            asked += 1
            answered.add(answer.status_code)
            seen.add(answer.text)
        return asked, answered, seen

    asha.seen("/v1/caseload")
    dsn = place.database.dsn(schema.PROJECT)
    with (
        rebuilding.beside(dsn, "caseload", place.house.keys) as building,
        ThreadPoolExecutor(2) as others,
    ):
        building.build(lambda done, of: None)
        asking = [others.submit(ask) for _ in range(2)]
        try:
            for back in (False, True) * 3:
                building.switch(back=back)
        finally:
            stop.set()
        for each in asking:
            asked, answered, seen = each.result(timeout=20)
            assert asked > 3
            assert (answered, len(seen)) == ({200}, 1)
        building.drop()
