"""Asking twice with one key records once and answers the same; the key stands for one request."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import LOW
from tests.api.place import Client

TOM = {
    "service": str(LOW.id),
    "person": {"name": "Tom Achebe"},
    "source": "professional",
    "ask": "Guided self-help",
}


def head(client: Client) -> int:
    return int(client.http.get("/health").json()["log_position"])


def test_the_second_answer_is_the_first_one(asha: Client) -> None:
    key = uuid4()
    first = asha.ask("/v1/referrals", TOM, key=key)
    recorded = head(asha)
    second = asha.ask("/v1/referrals", TOM, key=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert second.headers["X-Position"] == first.headers["X-Position"]
    assert head(asha) == recorded


def test_a_request_spaced_otherwise_is_the_same_request(asha: Client) -> None:
    key = str(uuid4())
    sent = {"Idempotency-Key": key, "Content-Type": "application/json"}
    tight = b'{"name":"Mina Karim","phone":"020 7946 0001"}'
    loose = b'{ "phone": "020 7946 0001",\n  "name": "Mina Karim " }'
    answers = [asha.http.post("/v1/people", content=c, headers=sent) for c in (tight, loose)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].content == answers[1].content


def test_another_body_needs_another_key(asha: Client) -> None:
    key = uuid4()
    asha.ask("/v1/referrals", TOM, key=key)
    refused = asha.ask("/v1/referrals", TOM | {"ask": "Something else"}, key=key)
    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/key-stands-for-another-intention"


def test_the_same_body_to_another_referral_needs_another_key(asha: Client) -> None:
    first, second = (asha.done("/v1/referrals", TOM) for _ in range(2))
    key = uuid4()
    assert asha.ask(f"/v1/referrals/{first['id']}/withdrawal", key=key).status_code == 200
    refused = asha.ask(f"/v1/referrals/{second['id']}/withdrawal", key=key)
    assert refused.status_code == 422


def test_two_organisations_may_use_the_same_key(asha: Client, priya: Client) -> None:
    key = uuid4()
    person = {"name": "Mina Karim"}
    answers = [client.ask("/v1/people", person, key=key) for client in (asha, priya)]
    assert [a.status_code for a in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]


def test_ten_at_once_with_one_key_record_one_referral(asha: Client) -> None:
    key = uuid4()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: asha.ask("/v1/referrals", TOM, key=key), range(10)))
    assert {a.status_code for a in answers} == {201}
    assert len({a.content for a in answers}) == 1


@pytest.mark.parametrize("given", [None, "", "not-a-uuid", "1"])
def test_an_intention_without_a_key_is_refused(asha: Client, given: str | None) -> None:
    headers: dict[str, Any] = {} if given is None else {"Idempotency-Key": given}
    refused = asha.http.post("/v1/referrals", json=TOM, headers=headers)
    assert refused.status_code == 400
    assert refused.json()["type"] == "/problems/idempotency-key-is-missing"
