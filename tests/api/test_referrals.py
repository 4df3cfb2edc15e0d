"""The closed loop over HTTP: every answer reaches the sender, and nobody is answered twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import httpx
import pytest

from deploy.community.place import LOW, PRACTICE, SOCIAL_CARE, TRUST
from tests.api.place import Client, Place
from tests.later import later

ROSA = {"name": "Rosa Lind", "date_of_birth": "1988-05-04"}


ANSWERS = ["acceptance", "decline", "redirection", "information-request"]


def referral(**changed: Any) -> dict[str, Any]:
    asked = {
        "service": str(LOW.id),
        "person": ROSA,
        "source": "professional",
        "ask": "Talking therapy for low mood",
        "reason": "Low since she lost her work.",
    }
    return asked | changed


@pytest.fixture
def made(asha: Client) -> dict[str, Any]:
    """Dr Rahman referred Rosa to talking therapies."""
    return asha.done("/v1/referrals", referral())


def at(made: dict[str, Any], activity: str) -> str:
    return f"/v1/referrals/{made['id']}/{activity}"


def state(client: Client, made: dict[str, Any]) -> str:
    return str(client.seen(f"/v1/referrals/{made['id']}")["state"])


def test_a_referral_waits_on_the_receivers_caseload(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    waiting = priya.seen("/v1/referrals", part="received", state="waiting", limit=200)["rows"]
    row = next(row for row in waiting if row["id"] == made["id"])
    assert row["actions"] == [*ANSWERS, "pause", "nullification"]
    assert priya.seen(f"/v1/people/{row['person']}")["status"] == "referral to answer"
    assert asha.seen(f"/v1/people/{made['person']}")["name"] == "Rosa Lind"


def test_each_organisation_knows_the_person_by_an_id_of_its_own(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    assert theirs != made["person"]
    assert asha.read(f"/v1/people/{theirs}").status_code == 404
    assert priya.read(f"/v1/people/{made['person']}").status_code == 404


def test_information_is_asked_and_given_before_acceptance(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    priya.done(at(made, "information-request"), {"question": "Does she take medication?"})
    asked = asha.seen(f"/v1/referrals/{made['id']}")
    assert (asked["state"], asked["question"]) == (
        "information asked",
        "Does she take medication?",
    )
    assert "information" in asked["actions"]
    asha.done(at(made, "information"), {"answer": "Sertraline 50 mg."})
    assert priya.seen(f"/v1/referrals/{made['id']}")["answer"] == "Sertraline 50 mg."
    answer = priya.done(at(made, "acceptance"))
    assert answer["actions"] == [
        "appointments",
        "appointment-offer",
        "first-contact",
        "onward-referral",
        "closure",
        "pause",
        "nullification",
    ]
    assert state(asha, made) == "accepted"


def test_a_declined_referral_tells_the_sender_why(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    priya.done(at(made, "decline"), {"reason": "full", "note": "A place is free in May."})
    row = asha.seen(f"/v1/referrals/{made['id']}")
    assert (row["state"], row["decline_reason"], row["note"]) == (
        "declined",
        "full",
        "A place is free in May.",
    )


def test_a_redirected_referral_waits_with_the_next_service(
    place: Place, made: dict[str, Any], asha: Client, priya: Client
) -> None:
    priya.done(at(made, "redirection"), {"service": str(SOCIAL_CARE.id)})
    maureen = place.person("maureen")
    assert "acceptance" in maureen.seen(f"/v1/referrals/{made['id']}")["actions"]
    assert asha.seen(f"/v1/referrals/{made['id']}")["service"] == str(SOCIAL_CARE.id)
    late = priya.ask(at(made, "acceptance"))
    assert (late.status_code, late.json()["type"]) == (409, "/problems/only-the-receiver-may")


def test_the_help_is_given_ended_and_acknowledged(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    priya.done(at(made, "acceptance"))
    booked = priya.done(
        at(made, "appointments"), {"starts_at": "2026-03-09T10:00:00Z", "medium": "telephone"}
    )
    priya.done(f"/v1/appointments/{booked['id']}/attendance", {"attendance": "attended on time"})
    priya.done("/v1/measures", {"referral": made["id"], "instrument": "PHQ-9", "total": 14})
    priya.done(at(made, "closure"), {"reason": "completed by agreement"})
    assert "acknowledgement" in asha.seen(f"/v1/referrals/{made['id']}")["actions"]
    asha.done(at(made, "acknowledgement"))
    assert state(asha, made) == "acknowledged"
    record = asha.seen(f"/v1/people/{made['person']}")
    assert [total for _, total in record["measures"]["PHQ-9"]] == [14]


def test_a_withdrawn_referral_cannot_be_accepted_and_says_what_may_be_done(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    assert state(priya, made) == "waiting"
    asha.done(at(made, "withdrawal"), {"note": "She moved away."})
    refused = priya.ask(at(made, "acceptance"))
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["type"] == "/problems/referral-is-not-waiting"
    assert problem["actions"] == []


def test_a_conflict_names_the_actions_that_are_allowed(made: dict[str, Any], priya: Client) -> None:
    priya.done(at(made, "acceptance"))
    refused = priya.ask(at(made, "decline"), {"reason": "full"})
    assert (refused.status_code, refused.json()["actions"]) == (
        409,
        [
            "appointments",
            "appointment-offer",
            "first-contact",
            "onward-referral",
            "closure",
            "pause",
            "nullification",
        ],
    )


@pytest.mark.parametrize("round_", range(20))
def test_withdrawal_and_acceptance_at_one_moment_leave_one_winner(
    round_: int, asha: Client, priya: Client
) -> None:
    made = asha.done("/v1/referrals", referral())
    together = Barrier(2)

    def fire(client: Client, activity: str) -> httpx.Response:
        together.wait()
        return client.ask(at(made, activity))

    with ThreadPoolExecutor(2) as pool:
        withdrawing = pool.submit(fire, asha, "withdrawal")
        accepting = pool.submit(fire, priya, "acceptance")
    statuses = sorted((withdrawing.result().status_code, accepting.result().status_code))
    assert statuses == [200, 409]
    won = "withdrawn" if withdrawing.result().is_success else "accepted"
    assert state(asha, made) == state(priya, made) == won


def test_a_said_referral_is_recorded_by_whom_it_was_said_to(place: Place, asha: Client) -> None:
    maureen = place.person("maureen")
    made = maureen.done(
        "/v1/referrals",
        referral(
            service=str(SOCIAL_CARE.id), mode="verbal", sender=str(PRACTICE.id), said_by="Dr Rahman"
        ),
    )
    row = asha.seen(f"/v1/referrals/{made['id']}")
    assert (row["part"], row["mode"], row["said_by"]) == ("sent", "verbal", "Dr Rahman")


def test_only_a_said_referral_may_be_recorded_for_another(asha: Client) -> None:
    refused = asha.ask("/v1/referrals", referral(sender=str(TRUST.id)))
    assert refused.status_code == 422


def test_a_known_person_is_referred_again_by_the_id_the_sender_knows(
    made: dict[str, Any], asha: Client
) -> None:
    again = asha.done(
        "/v1/referrals",
        referral(person=None, person_id=made["person"], service=str(SOCIAL_CARE.id)),
    )
    assert again["person"] == made["person"]
    assert again["id"] in asha.seen(f"/v1/people/{made['person']}")["referrals"]


def test_a_stale_view_is_refused_before_it_does_harm(made: dict[str, Any], priya: Client) -> None:
    path = f"/v1/referrals/{made['id']}"
    priya.seen(path)
    read = priya.read(path).headers["ETag"]
    priya.done(at(made, "information-request"), {"question": "Since when?"})
    refused = priya.ask(at(made, "acceptance"), headers={"If-Match": read})
    assert (refused.status_code, refused.json()["type"]) == (412, "/problems/record-has-changed")
    now = priya.read(path).headers["ETag"]
    assert priya.ask(at(made, "acceptance"), headers={"If-Match": now}).status_code == 200


def test_a_silence_is_escalated_and_somebody_sees_to_it(
    place: Place, asha: Client, priya: Client
) -> None:
    made = asha.done("/v1/referrals", referral(at="2026-01-05T09:00:00Z"))
    early = priya.ask(at(made, "silence-acknowledgement"))
    assert (early.status_code, early.json()["type"]) == (409, "/problems/nothing-was-escalated")
    assert UUID(made["id"]) in {each.id for each in later(place.house.sweep()).once()}
    row = priya.seen(f"/v1/referrals/{made['id']}")
    assert row["silence"]["rungs"] == ["receiver"]
    assert "silence-acknowledgement" in row["actions"]
    answer = priya.done(at(made, "silence-acknowledgement"))
    assert "silence-acknowledgement" not in answer["actions"]
    assert asha.seen(f"/v1/referrals/{made['id']}")["actions"] == ["withdrawal", "nullification"]
    assert UUID(made["id"]) not in {each.id for each in later(place.house.sweep()).once()}


def test_the_silence_about_a_handover_is_escalated_and_somebody_sees_to_it(
    place: Place, made: dict[str, Any], asha: Client
) -> None:
    way = f"/v1/pathways/{made['person']}"
    long_ago = {"service": str(SOCIAL_CARE.id), "at": "2026-01-05T09:00:00Z"}
    offered = asha.done(f"{way}/handover", long_ago)["handover"]
    later(place.house.sweep()).once()
    held = asha.seen(f"/v1/people/{made['person']}")
    assert held["offer"]["silence"]["rungs"] == ["receiver"]
    assert "silence-acknowledgement" in held["actions"]
    answer = asha.done(f"{way}/silence-acknowledgement", {"handover": offered})
    assert "silence-acknowledgement" not in answer["actions"]
    held = asha.seen(f"/v1/people/{made['person']}")
    assert "silence-acknowledgement" not in held["actions"]


def test_a_wait_is_paused_at_the_persons_word_and_nullified_when_it_was_a_mistake(
    made: dict[str, Any], asha: Client, priya: Client
) -> None:
    paused = priya.done(at(made, "pause"), {"reason": "away", "until": "2026-12-24"})
    assert "resumption" in paused["actions"]
    row = asha.seen(f"/v1/referrals/{made['id']}")
    assert (row["pause"]["reason"], row["pause"]["until"]) == ("away", "2026-12-24")
    assert asha.ask(at(made, "resumption"), {}).json()["type"] == "/problems/only-the-receiver-may"
    priya.done(at(made, "resumption"), {})
    asha.done(at(made, "nullification"), {"reason": "made twice"})
    row = priya.seen(f"/v1/referrals/{made['id']}")
    assert (row["nullified"], "pause" in row) == ("made twice", False)
    assert asha.seen(f"/v1/people/{made['person']}")["waiting_since"] is None
    assert row["actions"][-2:] == ["pause", "reinstatement"]
    priya.done(at(made, "reinstatement"), {})
    assert "nullified" not in asha.seen(f"/v1/referrals/{made['id']}")
