"""Before sending and onward, over HTTP: completeness, advice, the chain, and nobody turned away."""

from __future__ import annotations

from typing import Any

from deploy.community.place import HOUSING_ADVICE, LOW
from tests.api.place import Client, Place

ROSA = {
    "service": str(LOW.id),
    "person": {"name": "Rosa Lind"},
    "source": "professional",
    "ask": "Talking therapy for low mood",
}


def test_what_is_missing_is_answered_and_nothing_is_recorded(place: Place, asha: Client) -> None:
    head = place.anybody().get("/health").json()["log_position"]
    answer = asha.http.post("/v1/referrals/completeness", json=ROSA)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "complete": False,
        "missing": [
            {
                "item": "telephone number",
                "pointer": "/person/phone",
                "detail": "a telephone number for the person",
            },
            {
                "item": "date of birth",
                "pointer": "/person/date_of_birth",
                "detail": "the date of birth",
            },
        ],
        "doubts": [],
    }
    assert place.anybody().get("/health").json()["log_position"] == head


def test_an_incomplete_referral_is_refused_until_somebody_says_why(asha: Client) -> None:
    refused = asha.ask("/v1/referrals", ROSA | {"sent_without": None})
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["type"] == "/problems/referral-is-incomplete"
    assert [each["pointer"] for each in problem["errors"]] == [
        "/person/phone",
        "/person/date_of_birth",
    ]
    made = asha.done("/v1/referrals", ROSA | {"sent_without": "She has no phone."})
    row = asha.seen(f"/v1/referrals/{made['id']}")
    assert row["missing"] == ["telephone number", "date of birth"]
    assert row["sent_without"] == "She has no phone."


def asked(asha: Client) -> dict[str, Any]:
    return asha.done(
        "/v1/referrals/advice",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind", "phone": "020 7946 0000"},
            "question": "Would therapy be safe?",
        },
    )


def test_advice_is_asked_given_and_followed_under_one_id(asha: Client, priya: Client) -> None:
    question = asked(asha)
    at = f"/v1/referrals/{question['id']}"
    assert question["actions"] == ["referral", "withdrawal"]
    assert priya.seen(at)["actions"] == ["advice"]
    early = priya.ask(f"{at}/acceptance")
    assert (early.status_code, early.json()["actions"]) == (409, ["advice"])
    priya.done(f"{at}/advice", {"recommendation": "refer", "advice": "Yes, gladly."})
    row = asha.seen(at)
    assert (row["state"], row["advice"]) == ("advice given", "Yes, gladly.")
    assert row["actions"] == ["referral", "acknowledgement"]
    made = asha.done(
        "/v1/referrals",
        {key: ROSA[key] for key in ("service", "source", "ask")}
        | {"person_id": question["person"], "after_advice": question["id"]},
    )
    assert made["id"] == question["id"]
    priya.done(f"{at}/acceptance")
    assert asha.seen(at)["state"] == "accepted"


def test_another_service_advised_or_needed_is_named(asha: Client, priya: Client) -> None:
    question = asked(asha)
    at = f"/v1/referrals/{question['id']}"
    priya.seen(at)
    unnamed = {"recommendation": "another service", "advice": "Not us."}
    assert priya.ask(f"{at}/advice", unnamed).status_code == 422
    priya.done(f"{at}/advice", unnamed | {"instead": str(HOUSING_ADVICE.id)})
    assert asha.seen(at)["instead"] == str(HOUSING_ADVICE.id)
    made = asha.done("/v1/referrals", ROSA)
    at = f"/v1/referrals/{made['id']}"
    priya.seen(at)
    refused = priya.ask(f"{at}/decline", {"reason": "another service needed"})
    assert refused.json()["type"] == "/problems/destination-is-needed"
    priya.done(
        f"{at}/decline", {"reason": "another service needed", "instead": str(HOUSING_ADVICE.id)}
    )
    assert asha.seen(at)["instead"] == str(HOUSING_ADVICE.id)


def test_a_referral_goes_onward_and_the_chain_shows_both_ways(asha: Client, priya: Client) -> None:
    made = asha.done("/v1/referrals", ROSA)
    at = f"/v1/referrals/{made['id']}"
    known = priya.seen(at)["person"]
    onward = ROSA | {
        "service": str(HOUSING_ADVICE.id),
        "person_id": known,
        "onward_from": made["id"],
    }
    del onward["person"]
    early = priya.ask("/v1/referrals", onward)
    assert early.status_code == 409
    assert "acceptance" in early.json()["actions"]
    priya.done(f"{at}/acceptance")
    priya.done(f"{at}/first-contact")
    assert "first_contact_at" in asha.seen(at)
    assert priya.ask(f"{at}/closure", {"reason": "referred to another service"}).status_code == 422
    second = priya.done("/v1/referrals", onward)
    assert priya.seen(at)["onward"] == [second["id"]]
    assert priya.seen(f"/v1/referrals/{second['id']}")["onward_from"] == made["id"]
    assert asha.seen(at)["onward"] == [second["id"]]
    priya.done(f"{at}/closure", {"reason": "referred to another service"})
    assert asha.seen(at)["state"] == "closed"
