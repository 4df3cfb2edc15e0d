"""Erasing over HTTP: two people and a delay, a certificate, and an order where somebody was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deploy.community.place import LOW
from deploy.sweeping import erasure
from domain.policies.erasure import RULES
from tests.api.place import Client, Place

CANARY = "Quetzalcoatl"
ORDER = {
    "order": "IG-2026-17",
    "reason": "it was recorded of the wrong person",
    "words": f"Not {CANARY}",
}


@pytest.fixture(scope="module")
def hugh(place: Place) -> Client:
    """The privacy officer of the practice, which is the host."""
    return place.person("hugh")


@pytest.fixture(scope="module")
def yusuf(place: Place) -> Client:
    """An administrator of the practice."""
    return place.person("yusuf")


@pytest.fixture(scope="module")
def person(asha: Client) -> str:
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": f"Rosa {CANARY}", "phone": f"020 {CANARY}"},
            "source": "professional",
            "ask": f"{CANARY}-ask",
        },
    )
    return str(made["person"])


def swept(place: Place, days: int) -> list[str]:
    """What the sweep would do of it so many days from now."""
    sweep = place.house.sweep()
    clock = sweep.clock
    later = replace(sweep, clock=lambda c: clock(c) + timedelta(days=days))
    return [each.done for each in later.once(of=(erasure,))]


def test_somebody_is_erased_by_two_people_and_an_order_stands_where_they_were(
    place: Place, asha: Client, hugh: Client, yusuf: Client, person: str
) -> None:
    held = hugh.ask(f"/v1/people/{person}/erasure", ORDER)
    assert held.json()["type"] == "/problems/the-person-is-still-held"
    died = {"died_on": "2026-03-01", "known_by": "told by the family or a carer"}
    asha.done(f"/v1/people/{person}/death", died)
    assert asha.ask(f"/v1/people/{person}/erasure", ORDER).status_code == 403
    named = hugh.ask(f"/v1/people/{person}/erasure", ORDER | {"order": f"Rosa {CANARY}"})
    assert named.status_code == 422
    made = str(hugh.done(f"/v1/people/{person}/erasure", ORDER)["id"])
    confirmation = f"/v1/erasures/{made}/confirmation"
    own = hugh.ask(confirmation)
    assert (own.status_code, own.json()["type"]) == (403, "/problems/somebody-else-confirms")
    early = yusuf.ask(confirmation, {"at": "2020-01-01T00:00:00Z"})
    assert early.status_code == 422, "nobody shortens the delay"
    yusuf.done(confirmation)
    assert place.person("priya").read(f"/v1/erasures/{made}").status_code == 403
    assert swept(place, RULES[-1].delay.days - 1) == []
    assert swept(place, RULES[-1].delay.days) == ["erased"]
    place.house.engine.catch_up()
    assert asha.seen(f"/v1/people/{person}")["erased"]["order"] == "IG-2026-17"
    assert swept(place, RULES[-1].delay.days) == ["finished"]
    place.house.engine.catch_up()
    assert CANARY not in asha.read("/v1/caseload").text
    assert CANARY not in asha.read("/caseload").text
    found = certificate(hugh, made)
    assert found["state"] == "finished"
    assert found["final_at"] > found["keys_destroyed_at"]
    assert len(found["copies"]) > 8
    assert {each["acknowledged_at"] for each in found["told"]} == {None}
    assert CANARY not in str(found)


def certificate(hugh: Client, made: str) -> dict[str, Any]:
    found: dict[str, Any] = hugh.seen(f"/v1/erasures/{made}")
    page = hugh.read(f"/erasures/{made}").text
    assert f"Certificate of erasure under order {found['order']}" in page
    assert CANARY not in page
    return found


def test_the_record_says_under_which_order_now_and_of_an_earlier_moment(
    place: Place, asha: Client, person: str
) -> None:
    for query in ("", "?as-at=60"):
        page = asha.read(f"/people/{person}{query}").text
        assert CANARY not in page
    assert "Removed under order IG-2026-17" in asha.read(f"/people/{person}").text
