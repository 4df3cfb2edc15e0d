"""One person once, over HTTP: at intake nobody is made known twice, and nobody finds out who is."""

from __future__ import annotations

from itertools import count
from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import LOW, PRACTICE, SOCIAL_CARE
from tests.api.place import Client, Place

NAMES = count()


def somebody(**more: Any) -> dict[str, Any]:
    """Somebody whom nobody of another test is like."""
    number = next(NAMES)
    names = ("Ada", "Bea", "Cleo", "Dora", "Edda", "Fay", "Gwen", "Hope", "Ines", "Juno")
    return {
        "name": f"{names[number % 10]} Quillfeather{'abcdefghij'[number // 10]}",
        "date_of_birth": f"19{40 + number:02}-03-0{1 + number % 9}",
        "phone": f"07700 9{number:05}",
    } | more


def refer(by: Client, person: dict[str, Any], *, to: Any = LOW) -> dict[str, Any]:
    return by.done(
        "/v1/referrals",
        {
            "service": str(to.id),
            "source": "professional",
            "ask": "Please see them.",
            "person": person,
        },
    )


@pytest.fixture(scope="module")
def keeper(place: Place) -> Client:
    """Who looks after the host's records."""
    return place.system(PRACTICE)


def pairs(of: Client, *people: str) -> list[dict[str, Any]]:
    rows = of.seen("/v1/matches", state=["to review", "linked", "ruled out", "unlinked"])["rows"]
    return [r for r in rows if {s["person"] for s in r["persons"]} == set(people)]


def test_somebody_who_is_known_is_referred_under_the_record_there_is(
    asha: Client, priya: Client
) -> None:
    told = somebody()
    first = refer(asha, told)
    again = refer(priya, told | {"name": told["name"].upper()}, to=SOCIAL_CARE)
    assert set(asha.seen(f"/v1/people/{first['person']}")["referrals"]) == {
        first["id"],
        again["id"],
    }


def test_who_registers_somebody_known_sees_what_it_said_and_nothing_else(
    asha: Client, rajesh: Client
) -> None:
    told = somebody(address="1 Elm Road", language="Polish")
    refer(asha, told)
    new, known = somebody(), {name: told[name] for name in ("name", "date_of_birth", "phone")}
    one, other = (rajesh.ask("/v1/people", said) for said in (new, known))
    assert one.status_code == other.status_code == 201
    assert one.json().keys() == other.json().keys()
    rows = [rajesh.seen(f"/v1/people/{each.json()['id']}") for each in (one, other)]
    assert rows[0].keys() == rows[1].keys()
    for row, said in zip(rows, (new, known), strict=True):
        assert row["name"] == said["name"]
        assert "address" not in row
        assert row["referrals"] == {}
    histories = [rajesh.seen(f"/v1/people/{each.json()['id']}/history") for each in (one, other)]
    types = [[entry["type"] for entry in history["entries"]] for history in histories]
    assert types == [["person.PersonRegistered.v1"]] * 2


def test_what_it_adds_to_somebody_known_shows_as_with_somebody_new(
    asha: Client, rajesh: Client
) -> None:
    told = somebody()
    known = refer(asha, told)["person"]
    made = rajesh.done("/v1/people", told)["id"]
    number = rajesh.seen(f"/v1/people/{made}")["number"]
    correction = {"base": number, "phone": "020 7946 0999"}
    rajesh.done(f"/v1/people/{made}/corrections", correction)
    assert rajesh.seen(f"/v1/people/{made}")["phone"] == "020 7946 0999"
    conflicts = asha.seen(f"/v1/people/{known}")["conflicts"]["phone"]
    assert {each["value"] for each in conflicts} == {told["phone"], "020 7946 0999"}


def test_an_id_of_ones_own_works_for_somebody_known(asha: Client, rajesh: Client) -> None:
    told = somebody()
    refer(asha, told)
    own = str(uuid4())
    rajesh.done("/v1/people", told | {"id": own})
    made = rajesh.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "source": "professional",
            "ask": "Please see them.",
            "person_id": own,
        },
    )
    assert rajesh.seen(f"/v1/people/{made['person']}")["name"] == told["name"]


def test_asked_twice_with_one_key_somebody_known_is_one_answer(asha: Client) -> None:
    told, key = somebody(), uuid4()
    first = asha.ask("/v1/people", told, key=key)
    assert first.json() == asha.ask("/v1/people", told, key=key).json()


def test_who_objects_is_not_found_by_registering_them(asha: Client, rajesh: Client) -> None:
    told = somebody()
    known = refer(asha, told)["person"]
    asha.done(f"/v1/people/{known}/objections", {"to": str(rajesh.organisation)})
    made = refer(rajesh, told)
    row = rajesh.seen(f"/v1/people/{made['person']}")
    assert set(row["referrals"]) == {made["id"]}


def test_two_who_are_alike_are_looked_at_side_by_side_linked_and_unlinked(
    asha: Client, priya: Client
) -> None:
    told = somebody(postcode="B70 1AA")
    married = told | {"name": f"{told['name'].split()[0]} Brown"}
    one, other = refer(asha, told)["person"], refer(asha, married)["person"]
    assert one != other
    (row,) = pairs(asha, one, other)
    assert (row["state"], row["actions"]) == ("to review", ["link", "ruling-out"])
    said = {each["detail"]: each["agreement"] for each in row["compared"]}
    assert (said["name"], said["date_of_birth"]) == ("another", "the same")

    path = f"/v1/matches/{row['id']}"
    asha.done(f"{path}/link", {"reason": "She married.", "keep": other})
    assert asha.seen(f"/v1/people/{one}")["linked"].keys() == {other}
    assert pairs(asha, one, other)[0]["actions"] == ["unlinking"]
    found = asha.found(told["name"].split()[0])["rows"]
    assert {r["person"] for r in found} & {one, other} in ({one}, {other})
    new = asha.done(
        "/v1/referrals",
        {
            "service": str(SOCIAL_CARE.id),
            "source": "professional",
            "ask": "A place of her own.",
            "person_id": one,
        },
    )
    assert new["person"] == other

    asha.done(f"{path}/unlinking", {"reason": "They are cousins."})
    assert asha.seen(f"/v1/people/{one}").get("linked", {}) == {}
    assert pairs(asha, one, other)[0]["state"] == "unlinked"
    asked = asha.ask(f"{path}/unlinking", {"reason": "Again."})
    assert asked.status_code == 409
    assert asked.json()["type"].endswith("records-are-not-linked")


def test_two_told_apart_are_not_listed_again_until_details_change(asha: Client) -> None:
    told = somebody(postcode="B70 1AA")
    twin = told | {"name": "Zelda " + told["name"].split()[1]}
    one, other = refer(asha, told)["person"], refer(asha, twin)["person"]
    (row,) = pairs(asha, one, other)
    asha.done(f"/v1/matches/{row['id']}/ruling-out", {"reason": "Twins."})
    assert pairs(asha, one, other)[0]["state"] == "ruled out"
    number = asha.seen(f"/v1/people/{one}")["number"]
    asha.done(f"/v1/people/{one}/corrections", {"base": number, "name": twin["name"]})
    assert pairs(asha, one, other)[0]["state"] == "to review"


def test_a_pair_is_nobodys_who_is_involved_with_one_alone(
    asha: Client, rajesh: Client, keeper: Client
) -> None:
    told = somebody()
    one = refer(asha, told)["person"]
    refer(rajesh, told | {"phone": "020 7946 0111"}, to=SOCIAL_CARE)
    seen = {side["name"] for row in asha.seen("/v1/matches")["rows"] for side in row["persons"]}
    assert told["name"] not in seen
    listed = [
        row
        for row in keeper.seen("/v1/matches")["rows"]
        if any(side["name"] == told["name"] for side in row["persons"])
    ]
    assert len(listed) == 1
    path = f"/v1/matches/{listed[0]['id']}"
    assert asha.ask(f"{path}/link", {"reason": "It is her."}).status_code == 404
    assert rajesh.ask(f"{path}/link", {"reason": "It is her."}).status_code == 404
    keeper.done(f"{path}/link", {"reason": "The practice confirmed it."})
    assert len(asha.seen(f"/v1/people/{one}")["linked"]) == 1


def test_records_that_are_not_alike_are_linked_by_who_knows_both(asha: Client) -> None:
    one, other = refer(asha, somebody())["person"], refer(asha, somebody())["person"]
    asked = {"other": other, "reason": "She showed both letters."}
    match = asha.done(f"/v1/people/{one}/link", asked)["id"]
    assert pairs(asha, one, other)[0]["id"] == match
    itself = asha.ask(f"/v1/people/{one}/link", asked | {"other": one})
    assert itself.json()["type"].endswith("linked-to-itself")
    assert asha.ask(f"/v1/people/{one}/link", asked | {"other": str(uuid4())}).status_code == 404
