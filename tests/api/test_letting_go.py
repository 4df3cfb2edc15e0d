"""What was kept for long enough, by the command that lets it go, and where it stood."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest

from deploy.cli import main
from deploy.commands import retention
from deploy.commands.output import NOTHING, OK
from deploy.community.place import LOW
from tests.api.place import Client, Place

CANARY = "Quetzalcoatl"
RULE = "Removed under retention rule: NHS England, Records Management Code of Practice"
LONG_AGO = "2021-03-01T09:00:00Z"


@pytest.fixture
def person(place: Place, asha: Client, priya: Client) -> str:
    """Somebody asked for something to be put right, and said how it was, years ago."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "Low mood",
        },
    )
    person = str(made["person"])
    place.house.engine.catch_up()
    entries = asha.seen(f"/v1/people/{person}/history")["entries"]
    about = next(e["data"]["fact"] for e in entries if e["type"].startswith("referral."))
    asking = {"about": about, "words": f"{CANARY} it was my sister", "at": LONG_AGO}
    asha.done(f"/v1/people/{person}/rectifications", asking)
    place.house.engine.catch_up()
    (which,) = asha.seen(f"/v1/people/{person}")["rectifications"]
    decided = {"outcome": "put right", "words": "It is right now", "at": LONG_AGO}
    asha.done(f"/v1/people/{person}/rectifications/{which}/decision", decided)
    place.house.engine.catch_up()
    return person


@pytest.fixture(autouse=True)
def house(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "opened", lambda: nullcontext(place.house))
    monkeypatch.setattr(retention, "UNTIL_SETTLED", 0)


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    """Which code it ends with, and the rows of requests about the record that it prints."""
    code = OK
    try:
        main(["retention", *words, "--json"])
    except SystemExit as ended:
        code = int(ended.code or OK)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line[:1] == "{"]
    return code, [row for row in rows if row["kept_as"] == "correspondence"]


def test_the_sweep_lets_it_go_and_every_page_says_by_which_rule(
    place: Place, asha: Client, priya: Client, person: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, (dry,) = typed(capsys, "sweep", "--dry-run")
    assert (code, dry["volumes"]) == (OK, [0])
    assert RULE.endswith(dry["source"].split(" (")[0])
    assert typed(capsys, "gone")[0] == NOTHING, "a dry run changes nothing"
    code, (swept,) = typed(capsys, "sweep")
    assert (code, swept["step"]) == (OK, "let go, and told to who was told of it")

    history = asha.seen(f"/v1/people/{person}/history")["entries"]
    (asked,) = [e for e in history if e["type"].startswith("person.RectificationAsked")]
    assert asked["data"]["removed_under"].startswith(RULE)
    for page in (f"/people/{person}", f"/people/{person}/history"):
        shown = asha.read(page).text
        assert RULE in shown
        assert CANARY not in shown
    assert CANARY not in json.dumps(asha.seen(f"/v1/people/{person}"))
    (notice,) = [
        each for each in asha.seen("/v1/withdrawals")["withdrawals"] if each["person"] == person
    ]
    assert notice["what"] == "What they asked about their own record"
    assert "What they asked about their own record" in asha.read("/withdrawals").text

    code, (gone,) = typed(capsys, "gone")
    assert (code, gone["key"], gone["told"]) == (OK, "destroyed", len(gone["to_say"]))
    assert gone["told"] > 0
    assert typed(capsys, "sweep") == (NOTHING, [])
    asha.done("/v1/withdrawals/acknowledgement", {"up_to": notice["position"]})
    place.house.engine.catch_up()
    _, (acknowledged,) = typed(capsys, "gone")
    assert len(acknowledged["to_say"]) == len(gone["to_say"]) - 1
