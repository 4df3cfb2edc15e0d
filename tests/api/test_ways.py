"""A place's way over HTTP: chosen or written by its host, and what it switches on."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import (
    COLLABORATIVE,
    LOW,
    PRACTICE,
    SOCIAL_CARE,
    TALKING,
    TRUST,
)
from domain.policies.ways import SANDWELL
from tests.api.place import Client, Place

VALLEY = Path(__file__).parents[2] / "docs" / "examples" / "our-valley.toml"
CHOSEN = {"way": "Sandwell", "effective_from": "2021-01-01"}


@pytest.fixture(scope="module")
def yusuf(place: Place) -> Client:
    """The host's administrator."""
    return place.person("yusuf")


@pytest.fixture(scope="module", autouse=True)
def sandwells_way(yusuf: Client) -> None:
    """The place has worked in Sandwell's way for years."""
    yusuf.done("/v1/ways/choice", CHOSEN)


def refused(who: Client, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    answer = who.ask(path, body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refer(asha: Client, service: object, name: str, **more: Any) -> dict[str, Any]:
    body = {"service": str(service), "source": "professional", "ask": "Please help.", **more}
    if "person_id" not in more:
        body["person"] = {"name": name}
    return asha.done("/v1/referrals", body)


# The way itself


def test_what_is_in_force_is_everybodys_to_read_and_brings_its_stepped_care(
    priya: Client, yusuf: Client
) -> None:
    said = priya.seen("/v1/ways")
    assert said["in_force"] == SANDWELL.model_dump(mode="json")
    assert said["chosen"][0] == CHOSEN
    assert {"Sandwell", "James Wigg"} <= {way["name"] for way in said["ways"]}
    assert priya.seen("/v1/stepped-care")["in_force"] == "Sandwell"
    model = {"model": "NICE CG123", "effective_from": "2022-01-01"}
    broken = refused(yusuf, "/v1/stepped-care", model, 409)
    assert broken["type"] == "/problems/the-way-names-the-model"


def test_only_an_administrator_of_the_host_chooses_or_writes(asha: Client, place: Place) -> None:
    refused(asha, "/v1/ways/choice", CHOSEN, 403)
    other = place.person("tom")
    assert (
        refused(other, "/v1/ways/choice", CHOSEN, 409)["type"] == "/problems/only-the-host-chooses"
    )
    refused(asha, "/v1/ways", {"way": valley()}, 403)


def valley(**changed: Any) -> dict[str, Any]:
    read = tomllib.loads(VALLEY.read_text(encoding="utf-8"))
    return {**read, "effective_from": "2021-01-01", **changed}


def test_a_place_ships_its_own_way_without_code(yusuf: Client, priya: Client) -> None:
    broken = refused(yusuf, "/v1/ways", {"way": valley(stepped_care="Ours")}, 422)
    assert broken["type"] == "/problems/way-is-not-whole"
    assert "stepped_care: no model of this name" in broken["needs"][0]
    wrong = refused(yusuf, "/v1/ways", {"way": valley(complexity=[{"complexity": "blue"}])}, 422)
    assert "/way/complexity/0/complexity" in {each["pointer"] for each in wrong["errors"]}
    unknown = {"way": "Our valley", "effective_from": "2031-01-01"}
    assert refused(yusuf, "/v1/ways/choice", unknown, 422)["type"] == "/problems/way-is-unknown"
    yusuf.done("/v1/ways", {"way": valley()})
    yusuf.done("/v1/ways/choice", unknown)
    said = priya.seen("/v1/ways")
    assert said["in_force"]["name"] == "Sandwell", "chosen for a day ahead"
    assert said["ways"][-1]["name"] == "Our valley"


# What it switches on


def test_a_case_has_a_colour_by_which_the_caseload_is_filtered_and_sorted(asha: Client) -> None:
    people = {}
    for colour in ("green", "red", "amber"):
        people[colour] = refer(asha, LOW.id, f"Complex {colour}")["person"]
        asha.done(
            f"/v1/pathways/{people[colour]}/complexity", {"complexity": colour, "why": "So many."}
        )
    row = asha.seen(f"/v1/people/{people['red']}")
    assert "complexity" in row["actions"]
    coded = {name: row["complexity"][name] for name in ("complexity", "why", "way")}
    assert coded == {"complexity": "red", "why": "So many.", "way": "Sandwell"}
    asha.done(f"/v1/pathways/{people['red']}/complexity", {"complexity": "amber", "why": "Housed."})
    row = asha.seen(f"/v1/people/{people['red']}")
    assert [each["complexity"] for each in row["complexity_history"]] == ["red", "amber"]
    busy = asha.seen("/v1/caseload", complexity=["red", "amber"], sort="name")["rows"]
    assert [each["name"] for each in busy] == ["Complex amber", "Complex red"]
    one, two = (asha.seen("/v1/caseload", sort="complexity", limit=2) for _ in range(2))
    assert one == two
    rest = asha.seen("/v1/caseload", sort="complexity", limit=200, after=one["next"])["rows"]
    assert rest[0]["name"] == "Complex green"
    assert asha.read("/v1/caseload", complexity="purple").status_code == 422
    earlier = asha.seen(
        "/v1/caseload", complexity="green", **{"as-at": asha.read("/health").json()["log_position"]}
    )["rows"]
    assert [each["name"] for each in earlier] == ["Complex green"]


def test_who_does_not_hold_the_person_gives_no_colour(asha: Client, priya: Client) -> None:
    refer(asha, LOW.id, "Not Theirs")
    (row,) = priya.found("Not Theirs")["rows"]
    told = {"complexity": "red", "why": "So many."}
    answer = refused(priya, f"/v1/pathways/{row['person']}/complexity", told, 409)
    assert answer["type"] == "/problems/only-the-responsible-may"
    assert "complexity" not in row["actions"]


def test_nobody_is_turned_away_without_a_destination(asha: Client, priya: Client) -> None:
    made = refer(asha, LOW.id, "Turned Away")
    path = f"/v1/referrals/{made['id']}/decline"
    assert (
        refused(priya, path, {"reason": "full"}, 422)["type"] == "/problems/destination-is-needed"
    )
    priya.done(path, {"reason": "full", "instead": str(SOCIAL_CARE.id)})


def test_the_initial_assessment_has_its_clock(asha: Client) -> None:
    made = refer(asha, COLLABORATIVE.id, "To Assess")
    clocks = asha.seen(f"/v1/people/{made['person']}")["clocks"]
    (own,) = [each for each in clocks if each["clock"] == "Sandwell, initial assessment"]
    assert (own["limit"], own["words"], own["standing"]) == (
        "3 days",
        "day 0 of 3",
        "local standard",
    )


# The weekly meeting


def scheduled(asha: Client, starts_at: str) -> str:
    gwen = next(one for one in PRACTICE.people if one.key == "gwen")
    made = asha.done(
        "/v1/meetings",
        {
            "kind": "weekly MDT",
            "name": "Weekly team meeting",
            "starts_at": starts_at,
            "chair": str(gwen.id),
            "invited": [str(each.id) for each in (PRACTICE, TALKING, TRUST)],
        },
    )
    return str(made["id"])


def stepped_up(asha: Client, rajesh: Client, name: str) -> str:
    """Held by the trust at step 3; as the trust knows the person."""
    made = refer(
        asha,
        COLLABORATIVE.id,
        name,
        responsibility="take over",
        evidence_kind="urgent need",
        evidence="Not safe.",
    )
    rajesh.done(f"/v1/referrals/{made['id']}/acceptance")
    return str(rajesh.found(name)["rows"][0]["person"])


def test_the_weekly_meeting_is_told_of_new_and_existing_cases(asha: Client, rajesh: Client) -> None:
    new, red = stepped_up(asha, rajesh, "Quite New"), stepped_up(asha, rajesh, "Quite Red")
    rajesh.done(f"/v1/pathways/{red}/complexity", {"complexity": "red", "why": "So many."})
    meeting = scheduled(asha, "2031-03-10T12:30:00Z")
    rows = rajesh.seen(f"/v1/meetings/{meeting}/suggestions")["rows"]
    shown = [(row["name"], row["complexity"], row["why"]) for row in rows]
    assert shown == [
        ("Quite Red", "red", ["new since the last meeting"]),
        ("Quite New", None, ["new since the last meeting"]),
    ]
    assert [row["within"] for row in rows] == [7, 14]
    rajesh.done(
        f"/v1/meetings/{meeting}/cases",
        {"person": new, "question": "New.", "present": [str(TRUST.id)], "listed_only": True},
    )
    rows = rajesh.seen(f"/v1/meetings/{meeting}/suggestions")["rows"]
    assert [row["name"] for row in rows] == ["Quite Red"], "who is listed is not suggested"
    rajesh.done(f"/v1/meetings/{meeting}/closure")
    assert rajesh.seen(f"/v1/meetings/{meeting}/suggestions")["rows"] == [], "it is over"
    following = scheduled(asha, "2031-03-17T12:30:00Z")
    rows = rajesh.seen(f"/v1/meetings/{following}/suggestions")["rows"]
    assert {row["name"]: row["why"] for row in rows}["Quite Red"] == [
        "no meeting has looked at them"
    ]
    assert rajesh.read(f"/v1/meetings/{uuid4()}/suggestions").status_code == 404


# Social work


def test_social_workers_say_what_they_took_up_and_what_became_of_it(
    asha: Client, priya: Client, place: Place
) -> None:
    maureen = place.person("maureen")
    made = refer(asha, SOCIAL_CARE.id, "In Arrears")
    work = f"/v1/referrals/{made['id']}/work"
    housing = {"kind": "housing", "what": "Two months behind."}
    assert refused(maureen, work, housing, 409)["type"] == "/problems/referral-was-not-accepted"
    maureen.done(f"/v1/referrals/{made['id']}/acceptance")
    assert refused(asha, work, housing, 409)["type"] == "/problems/only-the-receiver-may"
    begun = maureen.done(work, {"kind": "admission avoidance"})
    assert begun["actions"] == ["done"]
    done = f"/v1/work/{begun['id']}/done"
    assert refused(maureen, done, {"outcome": "done"}, 422)["type"] == (
        "/problems/was-admission-avoided"
    )
    told = {"outcome": "done", "admission_avoided": "not known"}
    refused(asha, done, told, 404)
    maureen.done(done, told)
    maureen.done(work, housing)
    works = asha.seen(f"/v1/people/{made['person']}")["work"]
    kinds = {each["kind"]: each.get("outcome") for each in works.values()}
    assert kinds == {"housing": None, "admission avoidance": "done"}


def test_a_talk_has_its_kind(asha: Client) -> None:
    made = refer(asha, LOW.id, "Talked Over")

    def somebody(organisation: Any) -> dict[str, str]:
        one = organisation.people[0]
        return {"practitioner": str(one.id), "partner": str(organisation.id)}

    asha.done(
        f"/v1/people/{made['person']}/discussions",
        {
            "asked_by": somebody(PRACTICE),
            "advised_by": somebody(TRUST),
            "question": "The whole family?",
            "advice": "See them together.",
            "medium": "face to face",
            "kind": "family-based",
        },
    )
    (talk,) = asha.seen(f"/v1/people/{made['person']}")["discussions"].values()
    assert (talk["kind"], talk["family"]) == ("family-based", True)
