"""Deaths, moves, reopenings and organisations that leave, over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.community.place import LOW, PRACTICE, SOCIAL_WORK, TALKING, TRUST
from tests.api.place import Client, Place

DIED = {"died_on": "2026-03-01", "known_by": "told by the family or a carer"}


@pytest.fixture
def made(asha: Client) -> dict[str, Any]:
    """Dr Rahman referred Rosa to talking therapies; the practice holds her."""
    return asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind", "practice": str(PRACTICE.id)},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )


def test_a_death_ends_everything_and_is_taken_back_where_it_was_an_error(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    here = f"/v1/people/{made['person']}"
    assert "death" in asha.seen(here)["actions"]
    asha.done(f"{here}/death", DIED)
    row = asha.seen(here)
    assert (row["status"], row["died"]["on"]) == ("died", "2026-03-01")
    assert row["actions"] == ["death-in-error"]
    theirs = priya.seen(f"/v1/referrals/{made['id']}")
    assert (theirs["state"], theirs["end_reason"]) == ("closed", "died")
    refused = asha.ask(f"/v1/pathways/{made['person']}/reopening", {"reason": "She rang."})
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/the-person-has-died"
    assert refused.json()["actions"] == ["death-in-error"]
    asha.done(f"{here}/death-in-error", {"note": "Another Rosa."})
    row = asha.seen(here)
    assert (row["open"], row["responsible"]) == (True, str(PRACTICE.id))
    assert priya.seen(f"/v1/people/{theirs['person']}")["not_dead_at"]


def test_a_death_in_the_future_is_not_valid(made: dict[str, Any], asha: Client) -> None:
    answer = asha.ask(f"/v1/people/{made['person']}/death", DIED | {"died_on": "2199-01-01"})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/death-date-is-not-possible"


def test_who_does_not_know_the_person_records_nothing_of_them(
    made: dict[str, Any], place: Place
) -> None:
    stranger = place.system(SOCIAL_WORK)
    assert stranger.ask(f"/v1/people/{made['person']}/death", DIED).status_code == 404


def test_a_person_is_held_until_the_new_place_was_told(made: dict[str, Any], asha: Client) -> None:
    here = f"/v1/people/{made['person']}"
    moving = {"since": "2026-03-01", "where_to": "Leeds", "new_place_told": False}
    asha.done(f"{here}/moving-away", moving)
    row = asha.seen(here)
    assert (row["open"], row["moved_away"]["where_to"]) == (True, "Leeds")
    asha.done(f"{here}/moving-away", moving | {"new_place_told": True})
    row = asha.seen(here)
    assert (row["open"], "reopening" in row["actions"]) == (False, True)
    assert asha.seen(f"/v1/referrals/{made['id']}")["end_reason"] == "moved away"
    asha.done(f"/v1/pathways/{made['person']}/reopening", {"reason": "She came back."})
    row = asha.seen(here)
    assert (row["open"], row.get("moved_away")) == (True, None)


def test_who_is_referred_again_brings_how_it_ended_before(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    priya.done(f"/v1/referrals/{made['id']}/closure", {"reason": "completed by agreement"})
    again = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person_id": made["person"],
            "source": "professional",
            "ask": "It is back",
        },
    )
    for client in (asha, priya):
        earlier = client.seen(f"/v1/referrals/{again['id']}")["earlier"]
        assert (earlier["id"], earlier["state"]) == (made["id"], "closed")
        assert earlier["end_reason"] == "completed by agreement"
    assert "earlier" not in priya.seen(f"/v1/referrals/{made['id']}")


def test_only_an_administrator_of_the_host_lets_an_organisation_go(
    asha: Client, place: Place
) -> None:
    refused = asha.ask(f"/v1/partners/{TRUST.id}/leaving", {"reason": "Its contract ended."})
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/only-the-host-may"


def test_whom_a_partner_held_falls_back_and_somebody_sees_it(
    made: dict[str, Any], asha: Client, priya: Client, place: Place
) -> None:
    offered = asha.done(
        f"/v1/pathways/{made['person']}/handover",
        {"service": str(LOW.id), "evidence_kind": "urgent need", "evidence": "Not safe."},
    )
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    priya.done(f"/v1/pathways/{theirs}/handover-acceptance", {"handover": offered["handover"]})
    yusuf = place.person("yusuf")
    yusuf.done(f"/v1/partners/{TALKING.id}/leaving", {"reason": "Its contract ended."})
    listed = {row["id"]: row for row in yusuf.seen("/v1/partners")["rows"]}
    assert listed[str(TALKING.id)]["left"]
    services = {row["id"]: row for row in yusuf.seen("/v1/services")["rows"]}
    assert not services[str(LOW.id)]["taking"]
    assert place.house.sweep().once()
    row = asha.seen(f"/v1/people/{made['person']}")
    assert (row["status"], row["responsible"]) == ("fallen back", str(PRACTICE.id))
    assert "fallback-acknowledgement" in row["actions"]
    asha.done(f"/v1/pathways/{made['person']}/fallback-acknowledgement")
    row = asha.seen(f"/v1/people/{made['person']}")
    assert "fallback-acknowledgement" not in row["actions"]
    assert priya.seen(f"/v1/people/{theirs}")["status"] == "past", "what it was told stays its own"
    refused = priya.ask(f"/v1/referrals/{made['id']}/acceptance")
    assert refused.status_code == 403
    assert refused.json()["type"] == "/problems/partner-has-left"
    assert asha.seen(f"/v1/referrals/{made['id']}")["state"] == "expired"
