"""Answers over HTTP: one message or a batch, each told what became of it, as an address would."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import orjson
import pytest

from api.scopes import SCOPES
from deploy.community.place import COMMISSIONER, DRUG, LOW, TALKING
from tests.api.place import Client, Place
from tests.consumers.answering import message

BATCH = "application/cloudevents-batch+json"


@pytest.fixture(scope="module")
def system(place: Place) -> Client:
    """The system of talking therapies."""
    return place.system(TALKING)


def referred(asha: Client) -> str:
    made = asha.done(
        "/v1/referrals",
        {"service": str(LOW.id), "person": {"name": "Rosa Lind"}}
        | {"source": "professional", "ask": "Talking therapy", "reason": "Low."},
    )
    return str(made["id"])


def sent(client: Client, said: Any, kind: str = "application/cloudevents+json") -> httpx.Response:
    content = said if isinstance(said, bytes) else orjson.dumps(said)
    return client.http.post("/v1/inbox", content=content, headers={"Content-Type": kind})


def test_an_answer_is_taken_and_shows_to_everybody_it_concerns(
    asha: Client, system: Client
) -> None:
    referral = referred(asha)
    answer = sent(system, message("AcceptReferral", referral=referral))
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Position"] == str(answer.json()["position"])
    assert asha.seen(f"/v1/referrals/{referral}")["state"] == "accepted"


def test_a_refusal_says_the_same_as_the_address_for_people(
    asha: Client, priya: Client, system: Client
) -> None:
    referral = referred(asha)
    priya.done(f"/v1/referrals/{referral}/acceptance")
    by_address = priya.ask(f"/v1/referrals/{referral}/decline", {"reason": "full"})
    by_message = sent(system, message("DeclineReferral", referral=referral, reason="full"))
    said = by_message.json()
    assert by_message.headers["content-type"] == "application/problem+json"
    assert by_message.status_code == by_address.status_code == 409
    for name in ("type", "title", "status", "detail", "actions"):
        assert said[name] == by_address.json()[name], name
    assert (said["message"]["outcome"], said["message"]["via"]) == ("refused", "http")


def test_what_is_not_valid_is_named_at_the_place_the_address_names(
    asha: Client, priya: Client, system: Client
) -> None:
    referral = referred(asha)
    by_address = priya.ask(f"/v1/referrals/{referral}/decline", {"reason": "no"}).json()["errors"]
    said = sent(system, message("DeclineReferral", referral=referral, reason="no")).json()
    assert said["status"] == 422
    assert said["errors"] == [
        {"pointer": f"/data{each['pointer']}", "detail": each["detail"]} for each in by_address
    ]


def test_a_batch_is_answered_in_its_order_and_the_list_has_it_all(
    place: Place, asha: Client
) -> None:
    system, referral = place.system(DRUG), referred(asha)
    batch = [
        message("AcceptReferral", "b-1", referral=referral),  # not theirs
        message("AcknowledgeWithdrawals", "b-2", up_to=1),
        {"id": "b-3"},
    ]
    answer = sent(system, batch, BATCH)
    assert answer.status_code == 200
    told = [(each["id"], each["outcome"]) for each in answer.json()]
    assert told == [("b-1", "waiting"), ("b-2", "done"), ("b-3", "dead")]
    listed = system.read("/v1/inbox").json()["outcomes"]
    assert listed == answer.json()
    assert [each["number"] for each in listed] == [1, 2, 3]
    assert system.read("/v1/inbox", after=2).json()["outcomes"] == listed[2:]
    assert sent(system, batch, BATCH).json() == listed


def test_nobody_sees_anothers_outcomes(asha: Client, system: Client, place: Place) -> None:
    name = str(uuid4())
    sent(system, message("AcceptReferral", name, referral=referred(asha)))
    assert name in system.read("/v1/inbox", limit=1000).text
    assert name not in asha.read("/v1/inbox", limit=1000).text


def test_what_waits_is_taken_but_not_done(system: Client) -> None:
    answer = sent(system, message("AcceptReferral", referral=uuid4()))
    assert answer.status_code == 202
    assert answer.json()["problem"]["type"] == "/problems/referral-is-unknown"


def test_people_answer_at_their_own_addresses_and_a_commissioner_nowhere(
    place: Place, priya: Client
) -> None:
    for client in (priya, place.system(COMMISSIONER)):
        assert sent(client, message("AcknowledgeWithdrawals", up_to=1)).status_code == 403


def test_too_much_at_once_and_what_is_no_event_is_refused(system: Client) -> None:
    many = [message("AcknowledgeWithdrawals", up_to=1)] * 101
    assert sent(system, many, BATCH).json()["type"] == "/problems/batch-is-too-large"
    assert sent(system, b"<a/>", "text/xml").status_code == 415
    assert sent(system, b"not json").json()["type"] == "/problems/request-is-not-well-formed"


def test_a_system_answers_by_a_scope_of_its_own() -> None:
    assert SCOPES["inbox.write"] == ("POST /v1/inbox",)
