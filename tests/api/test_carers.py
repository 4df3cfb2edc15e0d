"""Needs, carers and shared care over HTTP: asked by who may, and not there for who may not."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community import place as community
from deploy.community.place import LOW
from tests.api.place import Client, Place

TEAM = {"social_work": str(community.SOCIAL_WORK.id)}
INES = {
    "name": "Ines Lind",
    "phone": "020 7946 0123",
    "relation": "son or daughter",
    "agreed": True,
}


@pytest.fixture(scope="module")
def colin(place: Place) -> Client:
    """A drug counsellor."""
    return place.person("colin")


@pytest.fixture(scope="module")
def meera(place: Place) -> Client:
    """A pharmacist."""
    return place.person("meera")


@pytest.fixture(scope="module")
def worker(place: Place) -> Client:
    """A social worker."""
    return place.person(community.SOCIAL_WORK.people[0].key)


@pytest.fixture
def rosa(asha: Client, priya: Client) -> dict[Any, str]:
    """Rosa's record, at its address for her practice and for talking therapies."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": f"Rosa {uuid4()}", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    return {
        asha.organisation: f"/v1/people/{made['person']}",
        priya.organisation: f"/v1/people/{theirs}",
    }


# Needs


def test_needs_stand_beside_one_another_and_travel_with_their_words(
    asha: Client, priya: Client, rosa: dict[Any, str]
) -> None:
    mine, theirs = rosa[asha.organisation], rosa[priya.organisation]
    asha.done(f"{mine}/communication-needs", {"needs": "Speak slowly"})
    asha.done(f"{mine}/communication-needs", {"need": "large print", "needs": "18 point"})
    priya.done(f"{theirs}/communication-needs", {"need": "interpreter", "language": "Farsi"})
    asha.done(
        f"{mine}/adjustments",
        {"need": "longer appointment", "impairment": "Stammers", "shared": True},
    )
    for client, path in ((asha, mine), (priya, theirs)):
        row = client.seen(path)
        assert row["needs"] == "Speak slowly"
        assert row["language"] == "Farsi"
        assert set(row["access"]) == {"large print", "interpreter", "longer appointment"}
        assert row["access"]["large print"]["words"] == "18 point"
    asha.done(f"{mine}/need-met", {"need": "interpreter", "met": False})
    asha.done(f"{mine}/needs-review")
    asha.done(f"{mine}/need-end", {"need": "large print"})
    row = priya.seen(theirs)
    assert set(row["access"]) == {"interpreter", "longer appointment"}
    assert row["needs_met"]["interpreter"]["met"] is False
    assert row["needs_reviewed_at"]


def test_an_adjustment_that_is_not_to_be_told_is_not(
    asha: Client, priya: Client, rosa: dict[Any, str]
) -> None:
    mine, theirs = rosa[asha.organisation], rosa[priya.organisation]
    asha.done(f"{mine}/adjustments", {"need": "quiet place to wait", "shared": False})
    assert "quiet place to wait" in asha.seen(mine)["access"]
    assert not priya.seen(theirs).get("access")


def test_two_who_write_of_one_need_at_once_are_both_kept(
    asha: Client, priya: Client, rosa: dict[Any, str]
) -> None:
    bases = {c.organisation: c.seen(rosa[c.organisation])["number"] for c in (asha, priya)}
    for client, words in ((asha, "18 point"), (priya, "24 point")):
        client.done(
            f"{rosa[client.organisation]}/communication-needs",
            {"need": "large print", "needs": words, "base": bases[client.organisation]},
        )
    edits = asha.seen(rosa[asha.organisation])["conflicts"]["large print"]
    assert {edit["value"] for edit in edits} == {"18 point", "24 point"}
    asha.done(
        f"{rosa[asha.organisation]}/conflict-settlement",
        {
            "detail": "large print",
            "stands": edits[0]["id"],
            "seen": [edit["id"] for edit in edits],
        },
    )
    row = priya.seen(rosa[priya.organisation])
    assert row["access"]["large print"]["words"] == edits[0]["value"]
    assert "large print" not in row["conflicts"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("communication-needs", {"need": "longer appointment", "needs": "an hour"}),
        ("communication-needs", {}),
        ("adjustments", {"need": "braille", "shared": True}),
        ("adjustments", {"need": "certain time of day", "shared": True}),
    ],
)
def test_what_is_not_possible_is_422(
    path: str, content: dict[str, Any], asha: Client, rosa: dict[Any, str]
) -> None:
    answer = asha.ask(f"{rosa[asha.organisation]}/{path}", content)
    assert answer.status_code == 422, answer.text


# Carers


def test_a_carer_goes_on_the_register_and_is_assessed(
    asha: Client, worker: Client, rosa: dict[Any, str]
) -> None:
    mine = rosa[asha.organisation]
    refused = asha.ask(f"{mine}/carers", INES | {"agreed": False})
    assert refused.status_code == 422
    assert refused.json()["type"].endswith("carer-has-not-agreed")
    carer = asha.done(f"{mine}/carers", INES)["id"]
    asha.done(f"{mine}/carers/{carer}/may-be-told", {"may": "everything"})
    asha.done(f"{mine}/carers/{carer}/emergency-contact", {"chosen": True})
    asha.done(f"{mine}/carers/{carer}/registration", TEAM)
    row = asha.seen(mine)
    assert row["carers"][carer]["may_be_told"] == {"may": "everything"}
    assert row["carers"][carer]["emergency_contact"] is True
    assert row["carers"][carer]["actions"] == ["may-be-told", "emergency-contact", "end"]
    (entry,) = [r for r in worker.seen("/v1/carers", mine=True)["rows"] if carer in r["caring"]]
    assert entry["name"] == "Ines Lind"
    assert entry["state"] == "assessment asked for"
    assert entry["actions"] == ["assessment-completion", "assessment-refusal"]
    theirs = f"/v1/people/{entry['person']}"
    assert worker.seen(theirs)["status"] == "action to do"
    path = f"carers/{carer}/assessment-completion"
    assert asha.ask(f"{mine}/{path}", {}).status_code == 409
    worker.done(f"{theirs}/{path}", {"outcome": "A break each month."})
    (entry,) = [r for r in asha.seen("/v1/carers")["rows"] if carer in r["caring"]]
    assert (entry["state"], entry["actions"]) == ("assessed", ["assessment"])
    asha.done(f"{mine}/carers/{carer}/assessment", TEAM)
    asha.done(f"{mine}/carers/{carer}/assessment-refusal")
    asha.done(f"{mine}/carers/{carer}/end", {"reason": "the carer wishes it"})
    assert not [r for r in asha.seen("/v1/carers")["rows"] if carer in r["caring"]]
    assert asha.seen(mine)["carers"][carer]["state"] == "cares no longer"


def test_somebody_elses_carer_is_not_there(
    asha: Client, worker: Client, rosa: dict[Any, str]
) -> None:
    mine = rosa[asha.organisation]
    assert asha.ask(f"{mine}/carers/{uuid4()}/registration", TEAM).status_code == 404
    assert worker.ask(f"{mine}/carers", INES).status_code == 404


# Shared care


def agreement(asha: Client) -> dict[str, str]:
    return {
        "practice": str(community.PRACTICE.id),
        "prescriber": str(community.PRACTICE.people[0].id),
        "drug_service": str(community.DRUG.id),
        "key_worker": str(community.DRUG.people[0].id),
        "pharmacy": str(community.PHARMACY.id),
        "signed_on": "2026-03-02",
    }


def test_care_is_shared_by_three_and_not_there_for_anybody_else(
    asha: Client, colin: Client, meera: Client, priya: Client, rosa: dict[Any, str]
) -> None:
    mine, theirs = rosa[asha.organisation], rosa[priya.organisation]
    before = priya.seen(theirs)
    asha.done(f"{mine}/shared-care", agreement(asha))
    name = asha.seen(mine)["name"]
    (known,) = meera.found(name)["rows"]
    (shared,) = colin.found(name)["rows"]
    assert known["shared_care"]["actions"] == ["missed-doses"]
    assert "key_worker" not in known["shared_care"]
    assert known["status"] == "involved"
    pharmacy, service = (f"/v1/people/{row['person']}" for row in (known, shared))
    colin.done(f"{service}/shared-care/supervision", {"begins": "2026-03-02"})
    meera.done(
        f"{pharmacy}/shared-care/missed-doses",
        {"first_on": "2026-03-09", "last_on": "2026-03-11"},
    )
    row = asha.seen(mine)
    assert row["shared_care"]["stopped_at"]
    assert "resumption" in row["shared_care"]["actions"]
    assert meera.ask(f"{pharmacy}/shared-care/resumption").status_code == 403
    asha.done(f"{mine}/shared-care/resumption")
    colin.done(
        f"{service}/shared-care/joint-review",
        {"gp": agreement(asha)["prescriber"], "key_worker": agreement(asha)["key_worker"]},
    )
    colin.done(f"{service}/shared-care/supervision-end", {"ended_on": "2026-06-01"})
    for path in ("supervision-end", "joint-review", "resumption", "end", "missed-doses"):
        content = {
            "supervision-end": {"ended_on": "2026-06-01"},
            "joint-review": {
                "gp": agreement(asha)["prescriber"],
                "key_worker": agreement(asha)["key_worker"],
            },
            "end": {"reason": "died"},
            "missed-doses": {"first_on": "2026-03-09", "last_on": "2026-03-11"},
        }.get(path, {})
        assert priya.ask(f"{theirs}/shared-care/{path}", content).status_code == 404
    after = priya.seen(theirs)
    assert after["number"] == before["number"]
    asha.done(f"{mine}/shared-care/end", {"reason": "handed back to the drug service"})
    assert meera.seen(pharmacy)["shared_care"]["state"] == "ended"
    assert "reason" not in meera.seen(pharmacy)["shared_care"]
    again = priya.ask(f"{theirs}/shared-care/end", {"reason": "died"})
    assert again.status_code == 404


def test_a_practice_names_its_liaison(asha: Client, priya: Client) -> None:
    lead = {"practitioner": str(community.PRACTICE.people[0].id), "since": "2026-03-02"}
    asha.done("/v1/partners/liaison", lead)
    assert priya.ask("/v1/partners/liaison", lead).status_code == 403
    liaisons = {row["id"]: row.get("liaison") for row in asha.seen("/v1/partners")["rows"]}
    assert liaisons.pop(str(community.PRACTICE.id)) == lead
    assert set(liaisons.values()) == {None}
