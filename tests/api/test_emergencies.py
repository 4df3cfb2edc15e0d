"""Opening a record in an emergency over HTTP: who may, what a stranger learns, who asks why."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import HOUSING, LOW, PRACTICE, TRUST
from tests.api.place import Client, Place

LIFE = "somebody's life is in danger"
WHY = {"reason": LIFE, "words": "Ingrid Solberg was found unwell in the street."}
BORN, NUMBER = "1979-11-23", "9990000115"


@pytest.fixture(scope="module")
def ingrid(place: Place) -> dict[str, Any]:
    """Ingrid is known to her practice alone."""
    return place.person("asha").done(
        "/v1/people",
        {
            "name": "Ingrid Solberg",
            "date_of_birth": BORN,
            "nhs_number": NUMBER,
            "practice": str(PRACTICE.id),
        },
    )


def found(client: Client, number: str = NUMBER, born: str = BORN) -> Any:
    return client.ask("/v1/emergency-access", WHY | {"nhs_number": number, "date_of_birth": born})


def listed(place: Place, officer: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = place.person(officer).seen("/v1/privacy/emergency-access")["rows"]
    return rows


def test_a_record_is_found_opened_shown_and_closed_again(
    place: Place, ingrid: dict[str, Any], rajesh: Client
) -> None:
    opened = found(rajesh)
    assert opened.status_code == 201, opened.text
    person, access = opened.json()["person"], opened.json()["id"]
    assert person != ingrid["id"]
    row = rajesh.seen(f"/v1/people/{person}")
    assert (row["name"], list(row["emergencies"])) == ("Ingrid Solberg", [access])
    rajesh.done(f"/v1/emergency-access/{access}/end")
    row = rajesh.seen(f"/v1/people/{person}")
    assert row["withdrawn"]
    assert "name" not in row
    assert "Ingrid" not in rajesh.http.get("/v1/caseload").text
    again = rajesh.done(f"/v1/people/{person}/emergency-access", WHY)
    assert rajesh.seen(f"/v1/people/{person}")["name"] == "Ingrid Solberg"
    rajesh.done(f"/v1/emergency-access/{again['id']}/end")


def test_a_stranger_learns_nothing_from_the_answer(ingrid: dict[str, Any], rajesh: Client) -> None:
    answers = [
        found(rajesh, NUMBER, "1979-11-24"),
        found(rajesh, "9990000123", BORN),
        found(rajesh, "9990000123", "1950-01-01"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    said = [answer.json() | {"instance": ""} for answer in answers]
    assert said[0] == said[1] == said[2]
    assert "Ingrid" not in answers[0].text


def test_nobody_opens_a_record_who_gives_no_care(
    place: Place, ingrid: dict[str, Any], rajesh: Client
) -> None:
    for key, status in (("joy", 403), ("anil", 403), ("valerie", 403), ("ruth", 403)):
        assert found(place.person(key)).status_code == status, key
    assert found(place.system(TRUST)).status_code == 403
    assert found(place.system(HOUSING)).status_code == 403
    stranger = rajesh.ask(f"/v1/people/{uuid4()}/emergency-access", WHY)
    assert stranger.status_code == 404
    assert rajesh.ask(f"/v1/emergency-access/{uuid4()}/end").status_code == 404


def test_the_privacy_officer_is_told_a_reference_and_looks_it_up(
    place: Place, ingrid: dict[str, Any], rajesh: Client
) -> None:
    access = found(rajesh).json()["id"]
    row = next(each for each in listed(place, "valerie") if each["id"] == access)
    for known in ("Ingrid", "Solberg", NUMBER, BORN, ingrid["id"], "unwell"):
        assert known not in str(row)
    assert access not in [each["id"] for each in listed(place, "grace")]
    path = f"/v1/privacy/emergency-access/{access}"
    seen = place.person("valerie").seen(path)
    assert (seen["name"], seen["nhs_number"], seen["words"]) == (
        "Ingrid Solberg",
        NUMBER,
        WHY["words"],
    )
    for other in ("grace", "edmund"):
        assert place.person(other).read(path).status_code == 404
    for other in ("rajesh", "joy", "ruth", "ifeoma"):
        assert place.person(other).read(path).status_code == 403
        assert place.person(other).read("/v1/privacy/emergency-access").status_code == 403
    review = {"outcome": "justified", "words": "Her medicines had to be known."}
    assert rajesh.ask(f"{path}/review", review).status_code == 403
    assert place.person("grace").ask(f"{path}/review", review).status_code == 404
    place.person("valerie").done(f"{path}/review", review)
    place.person("valerie").done(f"{path}/review", review)
    other_way = place.person("valerie").ask(f"{path}/review", review | {"outcome": "not justified"})
    assert other_way.status_code == 409
    assert next(e for e in listed(place, "valerie") if e["id"] == access)["outcome"] == "justified"


def test_several_on_one_day_stand_out(place: Place, ingrid: dict[str, Any]) -> None:
    denise = place.person("denise")
    for _ in range(3):
        assert found(denise).status_code == 201
    often = place.person("valerie").seen("/v1/privacy/emergency-access")["often"]
    counted = {each["practitioner"]: each["count"] for each in often}
    by_key = {person.key: str(person.id) for person in TRUST.people}
    assert counted[by_key["denise"]] == 3
    assert by_key["kofi"] not in counted


def test_operators_are_told_how_many_and_nothing_of_whom(
    place: Place, ingrid: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    access = found(place.person("helen")).json()["id"]
    place.person("helen").seen("/v1/partners")
    figures = place.anybody().get("/metrics").text
    assert 'throughcare_emergency_access{state="open"}' in figures
    said = "".join(capfd.readouterr())
    assert access in said
    for known in ("Ingrid", "Solberg", NUMBER, "999 000 0115", BORN, ingrid["id"], "unwell"):
        assert known not in said + figures


def test_an_administrator_names_who_looks_after_privacy(place: Place) -> None:
    named = {"practitioner": str(TRUST.officer and TRUST.officer.id), "since": "2026-03-02"}
    path = f"/v1/partners/{TRUST.id}/privacy-officer"
    assert place.person("anil").ask(path, named).status_code == 200
    assert place.person("yusuf").ask(path, named).status_code == 200
    assert place.person("tom").ask(path, named).status_code == 403
    assert place.person("rajesh").ask(path, named).status_code == 403
    wrong = place.person("anil").ask(path, named | {"practitioner": str(TRUST.people[0].id)})
    assert wrong.status_code == 422
    rows = place.person("rajesh").seen("/v1/partners")["rows"]
    trust = next(row for row in rows if row["id"] == str(TRUST.id))
    assert trust["privacy_officer"]["practitioner"] == named["practitioner"]


def test_something_sealed_is_opened_by_who_is_granted_it(
    place: Place, asha: Client, rajesh: Client
) -> None:
    told = "What only her therapist should know"
    ward = {"name": "Sunniva Dahl", "practice": str(PRACTICE.id)}
    made = asha.done(
        "/v1/referrals",
        {"service": str(TRUST.offers[0].id), "person": ward, "source": "professional", "ask": "-"},
    )
    rajesh.done(f"/v1/referrals/{made['id']}/acceptance")
    asked = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person_id": made["person"],
            "source": "professional",
            "ask": told,
        },
    )
    place.person("priya").done(f"/v1/referrals/{asked['id']}/acceptance")
    asha.done(f"/v1/people/{made['person']}/seals", {"about": f"{asked['id']}/1"})
    theirs = rajesh.seen(f"/v1/referrals/{made['id']}")["person"]
    (seal,) = rajesh.seen(f"/v1/people/{theirs}")["sealed"]
    path, why = f"/v1/people/{theirs}/seals/{seal}/opening", "The coroner asks for it."
    reason = {"reason": "a legal requirement", "words": why}
    assert told not in rajesh.read(f"/v1/people/{theirs}").text
    assert rajesh.ask(path, reason).status_code == 403
    granted = {"practitioner": str(TRUST.people[0].id), "since": "2026-03-02"}
    assert rajesh.ask("/v1/partners/opening-grants", granted).status_code == 403
    place.person("anil").done("/v1/partners/opening-grants", granted)
    opened = rajesh.done(path, reason)
    assert told in str(rajesh.seen(f"/v1/people/{theirs}"))
    rajesh.done(f"/v1/openings/{opened['id']}/closing")
    assert told not in str(rajesh.seen(f"/v1/people/{theirs}"))
    rows = place.person("valerie").seen("/v1/privacy/openings")["rows"]
    assert opened["id"] in [row["id"] for row in rows]
    assert "Sunniva" not in str(rows)
    review = {"outcome": "justified", "words": "There was an order."}
    place.person("valerie").done(f"/v1/privacy/openings/{opened['id']}/review", review)
