"""The way through the steps over HTTP: evidence, holds, handing back, agreeing to an end."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.community.place import COLLABORATIVE, LOW, PRACTICE, TALKING
from tests.api.place import Client, Place


@pytest.fixture
def rosa(asha: Client, priya: Client) -> tuple[str, str]:
    """Rosa entered with talking therapies; as the practice and as therapy know her."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind"},
            "source": "professional",
            "responsibility": "take over",
            "ask": "Talking therapy",
        },
    )
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    booked = priya.seen(f"/v1/referrals/{made['id']}")
    priya.done("/v1/measures", {"referral": made["id"], "instrument": "PHQ-9", "total": 19})
    return str(made["person"]), str(booked["person"])


@pytest.fixture
def held(asha: Client) -> str:
    """Somebody the practice holds; as it knows them."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Tom Achebe"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    return str(made["person"])


def id_of(key: str) -> str:
    return next(
        str(person.id)
        for organisation in (PRACTICE, TALKING)
        for person in organisation.people
        if person.key == key
    )


def refusal(there: Client, path: str, content: dict[str, Any]) -> dict[str, Any]:
    answer = there.ask(path, content)
    assert answer.status_code == 409, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_refused_step_says_which_evidence_would_do(rosa: tuple[str, str], priya: Client) -> None:
    way = f"/v1/pathways/{rosa[1]}/handover"
    refused = refusal(priya, way, {"service": str(COLLABORATIVE.id), "evidence": "Worse."})
    assert refused["type"] == "/problems/no-step-without-its-evidence"
    assert refused["needs"] == [
        "measure",
        "MDT decision",
        "request of the person",
        "urgent need",
    ]
    assert "handover" in refused["actions"]


def test_the_latest_score_speaks_for_a_step_unless_another_is_named(
    rosa: tuple[str, str], priya: Client
) -> None:
    latest = priya.seen(f"/v1/people/{rosa[1]}")["latest_measure"]
    assert (latest["instrument"], latest["total"]) == ("PHQ-9", 19)
    way = f"/v1/pathways/{rosa[1]}/handover"
    offer: dict[str, Any] = {"service": str(COLLABORATIVE.id), "evidence_kind": "measure"}
    other = refusal(priya, way, offer | {"measure": "00000000-0000-4000-8000-000000000001"})
    assert other["type"] == "/problems/no-such-measure"
    priya.done(way, offer)
    (proposed,) = [
        entry
        for entry in priya.seen(f"/v1/people/{rosa[1]}/history")["entries"]
        if entry["type"] == "pathway.StepUpProposed.v1" and entry["data"].get("measure")
    ]
    assert proposed["data"]["measure"] == latest["id"]


def test_a_referral_to_take_over_needs_the_evidence_too(
    rosa: tuple[str, str], priya: Client
) -> None:
    referral = {
        "service": str(COLLABORATIVE.id),
        "person_id": rosa[1],
        "source": "professional",
        "responsibility": "take over",
        "ask": "Please take her on.",
    }
    refused = priya.ask("/v1/referrals", referral)
    assert refused.status_code == 409
    assert refused.json()["needs"]
    priya.done(
        "/v1/referrals",
        referral | {"evidence_kind": "urgent need", "evidence": "Not safe at home."},
    )


def test_a_person_is_handed_back_to_who_handed_them_over(
    rosa: tuple[str, str], asha: Client, priya: Client
) -> None:
    practice, therapy = rosa
    back = priya.done(
        f"/v1/pathways/{therapy}/hand-back",
        {
            "reason": "Therapy ended well.",
            "evidence_kind": "request of the person",
            "evidence": "She would rather see her GP.",
        },
    )
    offered = asha.seen(f"/v1/people/{practice}")["offer"]
    assert offered["handover"] == back["handover"]
    assert (offered["hand_back"], offered["reason"]) == (True, "Therapy ended well.")
    asha.done(f"/v1/pathways/{practice}/handover-acceptance", {"handover": back["handover"]})
    row = asha.seen(f"/v1/people/{practice}")
    assert (row["responsible"], row["step"]) == (str(PRACTICE.id), 1)
    assert "hand-back" not in row["actions"]


def test_a_hold_shows_with_its_day_and_ends(held: str, asha: Client) -> None:
    way = f"/v1/pathways/{held}"
    behind = asha.ask(f"{way}/hold", {"reason": "wait", "review_on": "2020-01-01"})
    assert (behind.status_code, behind.json()["type"]) == (422, "/problems/review-lies-behind")
    answer = asha.done(f"{way}/hold", {"reason": "Active monitoring.", "review_on": "2031-03-16"})
    assert "hold-end" in answer["actions"]
    row = asha.seen(f"/v1/people/{held}")
    assert row["hold"]["review_on"] == "2031-03-16"
    asha.done(f"{way}/hold-end")
    row = asha.seen(f"/v1/people/{held}")
    assert row["hold"] is None
    assert "coordinator" in row["actions"]
    assert "complexity" not in row["actions"], "this place's way has no colours"
    (listed,) = (r for r in asha.seen("/v1/caseload", limit=200)["rows"] if r["person"] == held)
    assert listed["actions"] == row["actions"]


def test_two_people_agree_before_a_pathway_closes(held: str, asha: Client, place: Place) -> None:
    gwen, way = place.person("gwen"), f"/v1/pathways/{held}"
    foreign = refusal(asha, f"{way}/key-worker", {"key_worker": id_of("priya")})
    assert foreign["type"] == "/problems/not-a-practitioner-there"
    asha.done(f"{way}/key-worker", {"key_worker": id_of("asha")})
    asha.done(f"{way}/coordinator", {"coordinator": id_of("gwen")})
    ending = {"reason": "completed by agreement"}
    refused = refusal(asha, f"{way}/closure", ending)
    assert refused["needs"] == ["link worker", "clinical co-ordinator"]
    asha.done(f"{way}/discharge", ending | {"plan": "We ring in a month."})
    asha.done(f"{way}/discharge-withdrawal")
    asha.done(f"{way}/discharge", ending | {"plan": "We ring in a week."})
    asha.done(f"{way}/discharge-agreement", {"agreement": "link worker"})
    both = refusal(asha, f"{way}/discharge-agreement", {"agreement": "clinical co-ordinator"})
    assert both["type"] == "/problems/not-the-one-who-agrees"
    gwen.done(f"{way}/discharge-agreement", {"agreement": "clinical co-ordinator"})
    agreed = asha.seen(f"/v1/people/{held}")["discharge"]
    assert agreed["agreed"] == {
        "link worker": id_of("asha"),
        "clinical co-ordinator": id_of("gwen"),
    }
    asha.done(f"{way}/closure", ending)
    assert asha.seen(f"/v1/people/{held}")["open"] is False


def test_the_place_chooses_its_model_from_a_day_on(
    held: str, asha: Client, priya: Client, place: Place
) -> None:
    yusuf = place.person("yusuf")
    chosen = {"model": "NICE CG123", "effective_from": "2021-01-01"}
    assert asha.ask("/v1/stepped-care", chosen).status_code == 403
    office = place.person("tom").ask("/v1/stepped-care", chosen)
    assert office.json()["type"] == "/problems/only-the-host-chooses"
    unknown = yusuf.ask("/v1/stepped-care", chosen | {"model": "Our own"})
    assert (unknown.status_code, unknown.json()["type"]) == (422, "/problems/model-is-unknown")
    assert priya.seen("/v1/stepped-care")["in_force"] == "Sandwell"
    yusuf.done("/v1/stepped-care", chosen)
    now = priya.seen("/v1/stepped-care")
    assert (now["in_force"], now["chosen"]) == ("NICE CG123", [chosen])
    asha.done(f"/v1/pathways/{held}/closure", {"reason": "completed by agreement"})
    yusuf.done("/v1/stepped-care", {"model": "Sandwell", "effective_from": "2021-01-02"})


def test_what_is_not_yours_is_not_there(held: str, priya: Client) -> None:
    hold = {"reason": "wait", "review_on": "2031-03-16"}
    answer = priya.ask(f"/v1/pathways/{held}/hold", hold)
    assert answer.status_code == 404
