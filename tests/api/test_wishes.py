"""What a person wants told, over HTTP: closed at once, told on the stream, and acknowledged."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import CHARITY, HOUSING_ADVICE, LOW, PROBATION
from tests.api.place import Client, Place

GARDEN = next(offer for offer in CHARITY.offers if offer.key == "garden")


@pytest.fixture
def olive(place: Place) -> Client:
    """Somebody of a charity."""
    return place.person("olive")


@pytest.fixture
def hugh(place: Place) -> Client:
    """The privacy officer of the host."""
    return place.person("hugh")


def refer(asha: Client, receiver: Client, service: Any) -> tuple[str, str, str]:
    """Somebody referred: as their practice knows them, as the receiver does, and the referral."""
    name = f"Rosa {uuid4()}"
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(service.id),
            "person": {"name": name},
            "source": "professional",
            "ask": "Company",
        },
    )
    theirs = receiver.seen(f"/v1/referrals/{made['id']}")["person"]
    receiver.done(f"/v1/referrals/{made['id']}/acceptance")
    return made["person"], theirs, made["id"]


def test_an_objection_to_a_use_closes_who_is_told_for_it_alone(
    asha: Client, priya: Client, olive: Client
) -> None:
    rosa, theirs, _ = refer(asha, olive, GARDEN)
    asha.done(f"/v1/people/{rosa}/use-objections", {"use": "support in the community"})
    closed = olive.seen(f"/v1/people/{theirs}")
    assert closed["withdrawn"] is True
    assert "name" not in closed
    mine = asha.seen(f"/v1/people/{rosa}")
    assert list(mine["wishes"]["refused_uses"]) == ["support in the community"]
    refused = asha.ask(f"/v1/people/{rosa}/use-objections", {"use": "audit"})
    assert refused.json()["type"] == "/problems/nobody-refuses-this-use"
    asha.done(f"/v1/people/{rosa}/use-objection-lifting", {"use": "support in the community"})
    assert olive.seen(f"/v1/people/{theirs}")["name"] == mine["name"]


def test_consent_is_said_as_what_it_is_and_withdrawn_closes_the_view(
    place: Place, asha: Client, priya: Client
) -> None:
    rosa, _, _ = refer(asha, priya, LOW)
    asha.done(f"/v1/people/{rosa}/consents", {"to": str(PROBATION.id)})
    said = asha.seen(f"/v1/people/{rosa}")["wishes"]
    assert list(said["agreed_to_being_told"]) == [str(PROBATION.id)]
    assert not any("consent" in name or "basis" in name for name in said)
    asha.done(f"/v1/people/{rosa}/consent-withdrawal", {"to": str(PROBATION.id)})
    assert asha.seen(f"/v1/people/{rosa}")["wishes"]["agreed_to_being_told"] == {}


def test_who_was_told_says_that_it_removed_it_and_until_then_the_officer_sees_who_did_not(
    asha: Client, olive: Client, hugh: Client, priya: Client
) -> None:
    rosa, theirs, _ = refer(asha, olive, GARDEN)
    asha.done(f"/v1/people/{rosa}/objections", {"to": str(CHARITY.id)})
    waiting = olive.seen("/v1/withdrawals")
    assert [row["days"] for row in waiting["withdrawals"] if row["person"] == theirs] == [0]
    listed = hugh.seen("/v1/withdrawals/unacknowledged")["withdrawals"]
    assert any(row["organisation"] == str(CHARITY.id) for row in listed)
    of_one = hugh.seen("/v1/withdrawals/unacknowledged", person=rosa)["withdrawals"]
    assert [(row["person"], row["organisation"]) for row in of_one] == [(rosa, str(CHARITY.id))]
    assert theirs not in str(of_one)
    olive.done("/v1/withdrawals/acknowledgement", {"up_to": waiting["up_to"]})
    assert olive.seen("/v1/withdrawals") == {"withdrawals": [], "up_to": None}
    assert hugh.seen("/v1/withdrawals/unacknowledged", person=rosa)["withdrawals"] == []
    assert asha.read("/v1/withdrawals/unacknowledged").status_code == 403
    refused = olive.ask("/v1/withdrawals/acknowledgement", {"up_to": 2**60})
    assert refused.json()["type"] == "/problems/nothing-was-withdrawn-then"


def test_who_declines_of_its_own_accord_has_nothing_to_acknowledge(
    asha: Client, priya: Client
) -> None:
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": f"Tom {uuid4()}"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    before = priya.seen("/v1/withdrawals")["withdrawals"]
    priya.done(f"/v1/referrals/{made['id']}/decline", {"reason": "not eligible"})
    told = priya.seen(f"/v1/people/{theirs}/history")["entries"]
    assert told[-1]["type"] == "share.Withdrawn.v1"
    assert priya.seen("/v1/withdrawals")["withdrawals"] == before


def test_what_is_sealed_leaves_others_and_is_marked(
    place: Place, asha: Client, priya: Client, olive: Client
) -> None:
    rosa, theirs, _ = refer(asha, priya, LOW)
    housing = asha.done(
        "/v1/referrals",
        {
            "service": str(HOUSING_ADVICE.id),
            "person_id": rosa,
            "source": "professional",
            "ask": "Debts",
        },
    )["id"]
    joy = place.person("joy")
    joy.done(f"/v1/referrals/{housing}/acceptance")
    assert housing in priya.seen(f"/v1/people/{theirs}")["referrals"]
    sealed = asha.ask(f"/v1/people/{rosa}/seals", {"about": f"{housing}/1"})
    assert sealed.status_code == 201, sealed.text
    after = priya.seen(f"/v1/people/{theirs}")
    assert housing not in str(after)
    (seal,) = after["sealed"]
    assert set(after["sealed"][seal]) == {"at"}
    assert after["name"]
    assert after["withdrawn"] is False
    assert asha.seen(f"/v1/people/{rosa}")["sealed"][seal]["item"] == housing
    assert joy.seen(f"/v1/referrals/{housing}")["state"] == "accepted"
    waiting = priya.seen("/v1/withdrawals")["withdrawals"]
    assert theirs in [row["person"] for row in waiting]
    unknown = asha.ask(f"/v1/people/{rosa}/seals/{uuid4()}/lifting")
    assert unknown.status_code == 404
    asha.done(f"/v1/people/{rosa}/seals/{seal}/lifting")
    again = priya.seen(f"/v1/people/{theirs}")
    assert housing in again["referrals"]
    assert again["sealed"] == {}
    assert olive.ask(f"/v1/people/{rosa}/seals", {"about": f"{housing}/1"}).status_code == 404


def test_a_disclosure_without_consent_stands_in_the_record_of_who_disclosed(
    asha: Client, priya: Client
) -> None:
    rosa, theirs, _ = refer(asha, priya, LOW)
    told = {
        "to_whom": "Sandwater Magistrates' Court",
        "ground": "court order",
        "content": "Whether she came on four dates.",
        "on": "2026-03-01",
        "person_told": True,
    }
    refused = asha.ask(f"/v1/people/{rosa}/disclosures", told)
    assert refused.json()["type"] == "/problems/order-has-no-reference"
    asha.done(f"/v1/people/{rosa}/disclosures", told | {"order": "SW/2026/114"})
    (kept,) = asha.seen(f"/v1/people/{rosa}")["disclosures"]
    assert (kept["to_whom"], kept["order"]) == (told["to_whom"], "SW/2026/114")
    assert kept["basis"].startswith("UK GDPR 6(1)(c)")
    assert "disclosures" not in priya.seen(f"/v1/people/{theirs}")


def test_the_national_data_opt_out_leaves_a_person_out_of_the_totals_and_in_every_view(
    place: Place, asha: Client, priya: Client
) -> None:
    ruth = place.person("ruth")

    def wanted() -> int:
        rows = ruth.seen("/v1/unmet-need")["rows"]
        return sum(row["unmet"] or 0 for row in rows if row["service"] == str(LOW.id))

    people = []
    for _ in range(6):
        made = asha.done(
            "/v1/referrals",
            {
                "service": str(LOW.id),
                "person": {"name": f"Ada {uuid4()}"},
                "source": "professional",
                "ask": "Talking therapy",
            },
        )
        priya.done(f"/v1/referrals/{made['id']}/decline", {"reason": "full"})
        people.append(made["person"])
    assert wanted() == 6
    asha.done(f"/v1/people/{people[0]}/use-objections", {"use": "planning and research"})
    assert wanted() == 5
    mine = asha.seen("/v1/unmet-need")["rows"]
    assert sum(row["unmet"] for row in mine if row["service"] == str(LOW.id)) == 6
    assert asha.seen(f"/v1/people/{people[0]}")["name"].startswith("Ada")
    asha.done(f"/v1/people/{people[0]}/use-objection-lifting", {"use": "planning and research"})
    assert wanted() == 6


def test_a_request_to_put_something_right_is_decided_by_who_recorded_it(
    asha: Client, priya: Client
) -> None:
    rosa, theirs, referral = refer(asha, priya, LOW)
    wrong = {"about": f"{referral}/1", "words": "It was my sister."}
    assert priya.ask(f"/v1/people/{theirs}/rectifications", wrong).status_code == 201
    ((which, waiting),) = asha.seen(f"/v1/people/{rosa}")["rectifications"].items()
    assert waiting["due_on"] > "2026"
    said = {"outcome": "kept as the professional's opinion", "words": "It is what I found."}
    refused = priya.ask(f"/v1/people/{theirs}/rectifications/{which}/decision", said)
    assert refused.json()["type"] == "/problems/only-who-recorded-it-decides"
    asha.done(f"/v1/people/{rosa}/rectifications/{which}/decision", said)
    seen = priya.seen(f"/v1/people/{theirs}")
    assert seen["rectifications"][which]["outcome"] == said["outcome"]
    assert [each["words"] for each in seen["disagreements"]] == ["It was my sister."]
