"""Services over HTTP: capacity, pausing, closing, what cannot be chosen, and what was wanted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.facts import FACTS
from domain.mapping import FactMapper
from projections import schema
from projections.measuring import Measuring
from tests.api.place import Place

SERVICE = {
    "name": "Evening group",
    "step": 1,
    "ways_in": ["professional", "self"],
    "eligibility": "Adults who live nearby",
    "description": {
        "criteria": {"age_from": 18, "takes": ["loneliness"]},
        "hours": [{"day": "Tuesday", "opens": "18:00", "closes": "20:00"}],
        "places": ["Library, first floor"],
        "cost": "free",
    },
}


@pytest.fixture
def service(place: Place) -> str:
    """A service of the charity's own, so that no other test is in its way."""
    return str(place.person("olive").done("/v1/services", SERVICE)["id"])


def referring(service: str, **more: object) -> dict[str, object]:
    person = {"name": "Rosa Lind", "phone": "020 7946 0000", "date_of_birth": "1988-05-04"}
    return {
        "service": service,
        "person": person,
        "source": "professional",
        "ask": "Company in the evening",
    } | more


def test_a_service_says_what_it_is_and_how_much_room_it_has(place: Place, service: str) -> None:
    olive, asha = place.person("olive"), place.person("asha")
    olive.done(f"/v1/services/{service}/capacity", {"available": 2, "maximum": 12})
    row = asha.seen(f"/v1/services/{service}")
    assert row["taking"] is True
    assert row["capacity"]["available"] == 2
    assert row["actions"] == []
    mine = ["capacity", "description", "pause", "closure"]
    assert olive.seen(f"/v1/services/{service}")["actions"] == mine
    assert place.person("yusuf").seen(f"/v1/services/{service}")["actions"] == mine
    assert row["description"]["places"] == ["Library, first floor"]
    asha.done("/v1/referrals", referring(service) | {"sent_without": "Not known."})
    assert asha.seen(f"/v1/services/{service}")["capacity"]["available"] == 1
    described = {k: SERVICE[k] for k in ("ways_in", "eligibility")} | {"name": "Late group"}
    olive.done(f"/v1/services/{service}/description", described)
    assert asha.seen(f"/v1/services/{service}")["name"] == "Late group"
    found = asha.seen("/v1/services", words="late canalside", step=1, taking=True)["rows"]
    assert [each["id"] for each in found] == [service]
    assert asha.seen("/v1/services", words="late", step=2)["rows"] == []


def test_a_service_that_is_full_is_refused_with_what_may_be_done(
    place: Place, service: str
) -> None:
    olive, asha = place.person("olive"), place.person("asha")
    olive.done(f"/v1/services/{service}/capacity", {"available": 0})
    refused = asha.ask("/v1/referrals", referring(service))
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["type"] == "/problems/service-is-full"
    assert problem["actions"] == ["unmet-need"]
    names = {each["name"] for each in problem["instead"]}
    assert "Gardening group" in names
    assert "Talking therapies" not in names, "that is at another step"
    assert service not in {each["id"] for each in problem["instead"]}
    assert place.anybody().get(f"/refer-yourself/{service}").status_code == 404


def test_two_who_ask_for_the_last_place_at_once_get_it_once(place: Place, service: str) -> None:
    place.person("olive").done(f"/v1/services/{service}/capacity", {"available": 1})
    asha = place.person("asha")
    with ThreadPoolExecutor(6) as asking:
        answers = list(
            asking.map(lambda _: asha.ask("/v1/referrals", referring(service)), range(6))
        )
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409, 409]
    assert asha.seen(f"/v1/services/{service}")["capacity"]["available"] == 0


def test_only_who_offers_it_says_so(place: Place, service: str) -> None:
    for key in ("priya", "asha"):
        answer = place.person(key).ask(f"/v1/services/{service}/pause", {"reason": "no"})
        assert answer.status_code == 403, key
    assert place.person("ruth").ask(f"/v1/services/{service}/pause", {}).status_code == 403
    place.person("yusuf").done(f"/v1/services/{service}/pause", {"reason": "flood"})
    row = place.person("asha").seen(f"/v1/services/{service}")
    assert (row["state"], row["reason"], row["taking"]) == ("paused", "flood", False)
    place.person("olive").done(f"/v1/services/{service}/reopening")
    assert place.person("asha").seen(f"/v1/services/{service}")["taking"] is True
    place.person("olive").done(f"/v1/services/{service}/closure", {"reason": "no money"})
    refused = place.person("asha").ask("/v1/referrals", referring(service))
    assert refused.json()["type"] == "/problems/service-is-not-open"
    missing = place.person("olive").ask(f"/v1/services/{uuid4()}/pause", {"reason": "x"})
    assert missing.status_code == 404
    wrong = place.person("olive").ask(f"/v1/services/{service}/capacity", {"available": -1})
    assert wrong.status_code == 422


def test_doubts_are_said_before_anything_is_sent(place: Place, service: str) -> None:
    young = referring(service) | {"person": {"name": "Mina", "date_of_birth": "2012-01-01"}}
    answer = place.person("asha").ask("/v1/referrals/completeness", young)
    assert answer.json()["doubts"] == ["of another age than the service is for"]
    refused = place.person("asha").ask("/v1/referrals", young)
    assert refused.json()["type"] == "/problems/not-of-the-age-served"
    assert refused.json()["needs"] == ["aged 18 or over"]


def test_what_was_wanted_in_vain_is_counted_and_few_are_hidden(place: Place, service: str) -> None:
    asha, ruth = place.person("asha"), place.person("ruth")
    wanted = {"why": "full", "need": "company and activity", "service": service}
    for _ in range(4):
        asha.done("/v1/unmet-need", wanted)

    def mine(client: object) -> list[dict[str, object]]:
        rows = client.seen("/v1/unmet-need")["rows"]  # type: ignore[attr-defined]
        return [row for row in rows if row["service"] == service]

    assert mine(asha)[0]["unmet"] == 4
    assert mine(place.person("priya")) == []
    assert (mine(ruth)[0]["unmet"], mine(ruth)[0]["hidden"]) == (None, True)
    asha.done("/v1/unmet-need", wanted)
    assert mine(ruth)[0]["unmet"] == 5
    refused = asha.ask("/v1/unmet-need", {"why": "full", "need": "trauma or abuse"})
    assert refused.status_code == 422
    assert ruth.ask("/v1/unmet-need", wanted).status_code == 403


def test_published_figures_name_their_position_and_nobody(place: Place) -> None:
    olive, asha, ruth = (place.person(name) for name in ("olive", "asha", "ruth"))
    mornings = str(olive.done("/v1/services", SERVICE | {"name": "Morning group"})["id"])
    for number in range(6):
        rosa = referring(mornings) | {"person": {"name": f"Rosa {number}"}}
        referral = asha.done("/v1/referrals", rosa)["id"]
        olive.done(f"/v1/referrals/{referral}/acceptance")
    house = place.house
    dsn, mapper = house.database.dsn(schema.PROJECT), FactMapper(FACTS, house.keys)
    in_two_months = datetime.now(UTC) + timedelta(days=62)
    assert Measuring(dsn, mapper, house.keys, lambda: in_two_months).once()

    asked = {"service": "Morning group", "measure": "accepted"}
    answer = ruth.seen("/v1/statistics", **asked)
    (row,) = answer["rows"]
    assert (row["counted"], row["of"], row["group"]) == (5, 5, None), "6 of 6"
    assert (row["restated"], row["frozen"]) == (False, False)
    assert row["position"] >= 18
    assert {"Morning group", "all services"} <= set(answer["services"])
    assert asha.seen("/v1/statistics", **asked, since=row["month"])["rows"] == [row]
    assert ruth.seen("/v1/statistics", **asked, until="2020-01")["rows"] == []
    before = {"known-at": datetime.now(UTC).isoformat()}
    assert ruth.seen("/v1/statistics", **asked, **before)["rows"] == []
    by_everything = ruth.seen("/v1/statistics", **asked, characteristic="*")["rows"]
    assert {each["characteristic"] for each in by_everything} >= {"everybody", "sex", "age"}
    assert "Rosa" not in str(by_everything)
    assert ruth.read("/v1/statistics", service="\0").status_code == 422
    wrong = ruth.read("/v1/statistics", since="March")
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/request-is-not-valid")
