"""The weekly MDT over HTTP: a decision offers, and responsibility moves only by acceptance."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.community.place import COLLABORATIVE, LOW, PRACTICE, SOCIAL_WORK, TALKING, TRUST
from tests.api.place import Client, Place

ROOM = (PRACTICE, TALKING, TRUST)


def practitioner(key: str) -> dict[str, str]:
    return next(
        {"practitioner": str(person.id), "partner": str(organisation.id)}
        for organisation in ROOM
        for person in organisation.people
        if person.key == key
    )


@pytest.fixture
def rosa(asha: Client) -> str:
    """Rosa, referred to talking therapies and held by the practice; as the practice knows her."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    return str(made["person"])


@pytest.fixture
def meeting(asha: Client) -> str:
    """Monday's MDT, chaired by Dr Tolley."""
    planned = asha.done(
        "/v1/meetings",
        {
            "kind": "weekly MDT",
            "name": "Monday MDT",
            "starts_at": "2031-03-10T12:30:00Z",
            "chair": practitioner("gwen")["practitioner"],
            "invited": [str(organisation.id) for organisation in ROOM],
        },
    )
    return str(planned["id"])


def listed(asha: Client, meeting: str, rosa: str) -> str:
    """The case's address once it is on the list."""
    asha.done(
        f"/v1/meetings/{meeting}/cases",
        {
            "person": rosa,
            "question": "Is guided self-help enough?",
            "present": [str(organisation.id) for organisation in ROOM],
        },
    )
    return f"/v1/meetings/{meeting}/cases/{rosa}"


def decision(**changed: Any) -> dict[str, Any]:
    return {
        "outcome": "step up",
        "service": str(COLLABORATIVE.id),
        "rationale": "No better after six sessions.",
        "persons_view": "She wants to try medication.",
        "dissent": [
            {"practitioner": practitioner("priya")["practitioner"], "reason": "Two more weeks."}
        ],
    } | changed


@pytest.fixture
def decided(asha: Client, meeting: str, rosa: str) -> dict[str, Any]:
    """The meeting decided to step Rosa up to the trust's team."""
    case = listed(asha, meeting, rosa)
    room = [practitioner(key) for key in ("asha", "priya", "rajesh")]
    asha.done(f"{case}/attendance", {"attendees": room})
    return asha.done(f"{case}/decision", decision())


def as_the_trust_knows(rajesh: Client, decided: dict[str, Any]) -> str:
    rows = rajesh.seen("/v1/caseload", status="hand-over to accept", limit=200)["rows"]
    offered = {row["offer"]["handover"]: str(row["person"]) for row in rows}
    return offered[decided["decision"]]


def test_a_decision_is_recorded_with_its_reasons_and_its_dissent(
    decided: dict[str, Any], meeting: str, rosa: str, asha: Client
) -> None:
    case = asha.seen(f"/v1/meetings/{meeting}")["cases"][rosa]
    assert case["outcome"] == "step up"
    assert case["rationale"] == "No better after six sessions."
    assert [d["reason"] for d in case["dissent"]] == ["Two more weeks."]


def test_responsibility_stays_until_the_receiver_accepts(
    decided: dict[str, Any], rosa: str, asha: Client, rajesh: Client
) -> None:
    offered = asha.seen(f"/v1/people/{rosa}")
    assert offered["responsible"] == str(PRACTICE.id)
    assert offered["offer"]["receiver"] == str(TRUST.id)
    theirs = as_the_trust_knows(rajesh, decided)
    answer = rajesh.done(
        f"/v1/pathways/{theirs}/handover-acceptance", {"handover": decided["decision"]}
    )
    assert answer["id"] == theirs
    assert "key-worker" in answer["actions"]
    moved = asha.seen(f"/v1/people/{rosa}")
    assert (moved["responsible"], moved["step"], moved["offer"]) == (str(TRUST.id), 3, None)


def test_a_declined_hand_over_leaves_the_person_with_the_sender(
    decided: dict[str, Any], rosa: str, asha: Client, rajesh: Client
) -> None:
    theirs = as_the_trust_knows(rajesh, decided)
    rajesh.done(
        f"/v1/pathways/{theirs}/handover-decline",
        {"handover": decided["decision"], "note": "Try talking therapies first."},
    )
    kept = asha.seen(f"/v1/people/{rosa}")
    assert (kept["responsible"], kept["offer"]) == (str(PRACTICE.id), None)
    assert "handover" in kept["actions"]


def test_only_the_receiver_answers_a_hand_over(
    decided: dict[str, Any], rosa: str, asha: Client
) -> None:
    refused = asha.ask(
        f"/v1/pathways/{rosa}/handover-acceptance", {"handover": decided["decision"]}
    )
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/only-the-receiver-may-answer"
    assert "key-worker" in refused.json()["actions"]


def test_a_decision_without_the_responsible_organisation_is_refused(
    meeting: str, rosa: str, asha: Client
) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"{case}/attendance", {"attendees": [practitioner("rajesh")]})
    refused = asha.ask(f"{case}/decision", decision())
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-quorum")


def test_a_decision_that_moves_somebody_says_where_to(
    meeting: str, rosa: str, asha: Client
) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"{case}/attendance", {"attendees": [practitioner("asha")]})
    refused = asha.ask(f"{case}/decision", decision(service=None))
    assert (refused.status_code, refused.json()["type"]) == (
        422,
        "/problems/destination-is-missing",
    )


def test_a_closed_meeting_decides_nothing_more(meeting: str, rosa: str, asha: Client) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"/v1/meetings/{meeting}/closure")
    refused = asha.ask(f"{case}/attendance", {"attendees": [practitioner("asha")]})
    assert refused.json()["type"] == "/problems/meeting-is-over"


def test_a_meeting_is_not_there_for_those_who_are_not_invited(
    place: Place, meeting: str, asha: Client, priya: Client
) -> None:
    assert priya.seen(f"/v1/meetings/{meeting}")["name"] == "Monday MDT"
    assert meeting in {row["id"] for row in priya.seen("/v1/meetings")["rows"]}
    maureen = place.system(SOCIAL_WORK)
    assert maureen.read(f"/v1/meetings/{meeting}").status_code == 404
    assert maureen.ask(f"/v1/meetings/{meeting}/closure").status_code == 404


def test_whoever_holds_a_person_offers_them_names_a_key_worker_and_ends(
    rosa: str, asha: Client, rajesh: Client
) -> None:
    way = f"/v1/pathways/{rosa}"
    asha.done(f"{way}/key-worker", {"key_worker": practitioner("asha")["practitioner"]})
    offered = asha.done(f"{way}/handover", {"service": str(COLLABORATIVE.id), "evidence": "PHQ 22"})
    held = asha.seen(f"/v1/people/{rosa}")
    assert held["key_worker"] == practitioner("asha")["practitioner"]
    assert held["offer"]["handover"] == offered["handover"]
    refused = asha.ask(f"{way}/closure", {"reason": "completed by agreement"})
    assert refused.json()["type"] == "/problems/another-handover-is-offered"
    theirs = as_the_trust_knows(rajesh, {"decision": offered["handover"]})
    rajesh.done(f"/v1/pathways/{theirs}/handover-decline", {"handover": offered["handover"]})
    refused = asha.ask(f"{way}/closure", {"reason": "completed by agreement"})
    assert refused.json()["type"] == "/problems/discharge-is-not-agreed"
    assert asha.seen(f"/v1/people/{rosa}")["open"] is True


def test_needs_are_recorded_and_an_objection_closes_a_view(
    rosa: str, asha: Client, priya: Client
) -> None:
    asha.done(
        f"/v1/people/{rosa}/communication-needs", {"needs": "Large print", "language": "Polish"}
    )
    known = [r["person"] for r in priya.found("Rosa", limit=200)["rows"]]
    theirs = next(p for p in known if priya.seen(f"/v1/people/{p}").get("needs") == "Large print")
    asha.done(f"/v1/people/{rosa}/objections", {"to": str(TALKING.id)})
    assert "name" not in priya.seen(f"/v1/people/{theirs}")
