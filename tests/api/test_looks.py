"""Who may read who looked, what it says of whom, and that reading it is itself written down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.looks import surname
from deploy.community.place import LOW, PRACTICE, TALKING, TRUST
from domain.vocabulary import PersonId
from projections import schema
from projections.looking import Kind
from projections.looks import Look, write
from tests.api.place import Client, Place

ROSA = {"name": "Rosa Lind", "phone": "020 7946 0000"}


@pytest.fixture(scope="module")
def rosa(asha: Client, priya: Client) -> dict[str, str]:
    """Referred by the practice to talking therapies: by which id each knows her."""
    made = asha.done(
        "/v1/referrals",
        {"service": str(LOW.id), "person": ROSA, "source": "professional", "ask": "Therapy"},
    )
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    return {
        "asha": made["person"],
        "priya": priya.seen(f"/v1/referrals/{made['id']}")["person"],
    }


@pytest.fixture
def hugh(place: Place) -> Client:
    """The privacy officer of the host."""
    return place.person("hugh")


@pytest.fixture
def leonard(place: Place) -> Client:
    """The privacy officer of the trust."""
    return place.person("leonard")


def who(key: str, organisation: Any) -> str:
    return next(str(person.id) for person in organisation.people if person.key == key)


def looks(by: Client, **asked: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = by.seen("/v1/looks", **asked)["rows"]
    return rows


def test_at_one_person_it_says_who_looked_for_whom_and_how(
    hugh: Client, asha: Client, priya: Client, rosa: dict[str, str]
) -> None:
    asha.seen(f"/v1/people/{rosa['asha']}")
    priya.seen(f"/v1/people/{rosa['priya']}/history")
    rows = looks(hugh, person=rosa["asha"], limit=2)
    assert [(row["practitioner"], row["organisation"], row["address"]) for row in rows] == [
        (who("priya", TALKING), str(TALKING.id), "/v1/people/{person}/history"),
        (who("asha", PRACTICE), str(PRACTICE.id), "/v1/people/{person}"),
    ]
    assert all(row["persons"] == [rosa["asha"]] for row in rows)
    assert all((row["kind"], row["role"]) == ("view", "clinician") for row in rows)


def test_reading_who_looked_at_somebody_is_a_look_at_them(
    hugh: Client, rosa: dict[str, str]
) -> None:
    looks(hugh, person=rosa["asha"])
    (mine,) = looks(hugh, person=rosa["asha"], limit=1)
    assert (mine["practitioner"], mine["address"]) == (who("hugh", PRACTICE), "/v1/looks")


def test_by_one_practitioner_page_by_page_and_nothing_twice(
    hugh: Client, priya: Client, rosa: dict[str, str]
) -> None:
    for _ in range(5):
        priya.seen(f"/v1/people/{rosa['priya']}")
    asked = {"practitioner": who("priya", TALKING)}
    whole = [row["number"] for row in looks(hugh, **asked, limit=200)]
    page = hugh.seen("/v1/looks", **asked, limit=3)
    paged = [row["number"] for row in page["rows"]]
    while page["next"] and len(paged) <= len(whole):
        page = hugh.seen("/v1/looks", **asked, limit=3, after=page["next"])
        paged += [row["number"] for row in page["rows"]]
    assert paged == whole
    assert len(whole) >= 5


def test_within_a_time(hugh: Client, asha: Client, rosa: dict[str, str]) -> None:
    asha.seen(f"/v1/people/{rosa['asha']}")
    now = datetime.now(UTC)
    assert looks(hugh, since=(now - timedelta(minutes=5)).isoformat())
    assert looks(hugh, until=(now - timedelta(days=1)).isoformat()) == []
    assert hugh.read("/v1/looks", since="2026-01-01T09:00:00").status_code == 422


def test_an_organisations_officer_sees_its_own_looks_and_learns_of_no_other_helper(
    leonard: Client, rosa: dict[str, str]
) -> None:
    """Who else looked at somebody would say who else helps them."""
    assert {row["organisation"] for row in looks(leonard)} <= {str(TRUST.id)}
    assert looks(leonard, practitioner=who("priya", TALKING)) == []
    assert leonard.read("/v1/looks", person=rosa["asha"]).status_code == 404


def test_the_auditor_sees_every_look_and_nobodys_name(
    place: Place, asha: Client, rosa: dict[str, str]
) -> None:
    asha.seen(f"/v1/people/{rosa['asha']}")
    ifeoma = place.person("ifeoma")
    answer = ifeoma.read("/v1/looks", practitioner=who("asha", PRACTICE))
    assert answer.status_code == 200
    assert answer.json()["rows"]
    assert "Rosa" not in answer.text
    assert rosa["asha"] not in answer.text, "an id is nobody else's to know"


@pytest.mark.parametrize("key", ["asha", "ruth", "yusuf", "priya"])
def test_nobody_else_may(place: Place, key: str) -> None:
    client = place.person(key)
    for path in ("/v1/looks", "/v1/looks/unusual", "/audit/access"):
        assert client.read(path).status_code == 403


# What is unusual, from the store to the answer


def seen(place: Place, *, by: str, of: Any, persons: list[PersonId], **more: Any) -> None:
    """What the store would have of somebody's looks."""
    told: dict[str, Any] = {
        "organisation": of.id,
        "practitioner": UUID(who(by, of)),
        "role": "clinician",
        "purpose": "direct care",
        "kind": Kind.VIEW,
        "route": "/v1/people/{person}",
    } | more
    with psycopg.connect(place.house.database.dsn(schema.SERVE)) as connection:
        write(connection, [Look(request=uuid4(), persons=(each,), **told) for each in persons])


def patterns(client: Client) -> list[tuple[str, str, int]]:
    rows = client.seen("/v1/looks/unusual")["rows"]
    return [(row["pattern"], row["practitioner"], row["how_many"]) for row in rows]


def test_many_people_in_an_hour_are_listed_for_the_officer_on_the_desk_and_the_page(
    place: Place, hugh: Client, leonard: Client
) -> None:
    seen(place, by="anil", of=TRUST, persons=[PersonId(uuid4()) for _ in range(39)])
    many = "many people in an hour"
    assert all(name != many for name, *_ in patterns(hugh))
    seen(place, by="anil", of=TRUST, persons=[PersonId(uuid4())])
    expected = (many, who("anil", TRUST), 40)
    assert expected in patterns(hugh)
    assert expected in patterns(leonard)


def test_a_look_at_somebody_with_ones_own_surname_is_found_and_no_name_is_kept(
    place: Place, hugh: Client, asha: Client
) -> None:
    name = next(person.name for person in PRACTICE.people if person.key == "asha")
    made = [
        asha.done("/v1/people", {"name": f"Opal {family}"})
        for family in (surname(name).upper(), "Nearmiss")
    ]
    for each in made:
        asha.seen(
            f"/v1/people/{each['person']}" if "person" in each else f"/v1/people/{each['id']}"
        )
    rows = hugh.seen("/v1/looks/unusual")["rows"]
    same = [row for row in rows if row["pattern"] == "somebody with the same surname"]
    assert [row["persons"] for row in same] == [[made[0].get("person", made[0]["id"])]]
    with psycopg.connect(place.house.database.dsn(schema.AUDIT)) as connection:
        kept = connection.execute("select looks::text from looks.looks").fetchall()
    assert not any(surname(name) in row.casefold() for (row,) in kept)
