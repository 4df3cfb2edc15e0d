"""What is refused is explained: stable types that resolve, places that are wrong, no echo."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from api import problems
from deploy.community.place import LOW
from domain.kernel import BrokenRule
from domain.referral import ReferralIsUnknown
from domain.request import ReferralIsNotWaiting
from tests.api.place import Client, Place

ASKED: dict[str, Any] = {
    "service": str(LOW.id),
    "person": {"name": "Rosa Lind"},
    "source": "professional",
    "ask": "Therapy",
}


def test_every_rule_has_a_text_and_a_page_of_its_own(place: Place) -> None:
    anybody = place.anybody()
    catalogue = problems.catalogue()
    assert len(catalogue) > 50
    overview = anybody.get("/problems").text
    for name, rule in catalogue.items():
        assert rule.__doc__, name
        assert f'href="/problems/{name}"' in overview
    page = anybody.get("/problems/referral-is-not-waiting")
    assert "answered already" in page.text
    assert "409" in page.text
    assert anybody.get("/problems/no-such-rule").status_code == 404


def test_no_two_rules_share_a_type() -> None:
    def rules(kind: type[BrokenRule]) -> list[type[BrokenRule]]:
        return [r for rule in kind.__subclasses__() for r in (rule, *rules(rule))]

    assert len(problems.catalogue()) == len(set(rules(BrokenRule)))


def test_what_has_no_status_of_its_own_is_a_conflict() -> None:
    assert problems.status_of(ReferralIsNotWaiting) == 409
    assert problems.status_of(ReferralIsUnknown) == 404


def test_a_problem_names_the_request_it_belongs_to(asha: Client) -> None:
    refused = asha.read(f"/v1/people/{uuid4()}")
    assert refused.json()["instance"] == f"urn:uuid:{refused.headers['X-Request-ID']}"


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"ask": ""}, "/ask"),
        ({"ask": "   "}, "/ask"),
        ({"ask": None}, "/ask"),
        ({"ask": "x" * 4001}, "/ask"),
        ({"ask": "a\u0000b"}, "/ask"),
        ({"ask": "a\u001bb"}, "/ask"),
        ({"source": "a friend"}, "/source"),
        ({"service": "the practice"}, "/service"),
        ({"person": {"name": "Rosa\nLind"}}, "/person/name"),
        ({"person": {"name": "Rosa Lind", "nhs_number": "999 000 0019"}}, "/person/nhs_number"),
        ({"person": {"name": "Rosa Lind", "nhs_number": "12"}}, "/person/nhs_number"),
        ({"person": {"name": "Rosa Lind", "date_of_birth": "1988-02-30"}}, "/person/date_of_birth"),
        ({"person": {"name": "Rosa Lind", "shoe size": 7}}, "/person/shoe size"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"person_id": str(uuid4())}, ""),
        ({"person": None}, ""),
        ({"at": "2026-03-02T09:00:00"}, "/at"),
        ({"at": "2999-01-01T00:00:00Z"}, "/at"),
        ({"at": "0001-01-01T00:00:00Z"}, "/at"),
    ],
)
def test_what_is_not_valid_is_named_by_its_place(
    asha: Client, changed: dict[str, Any], pointer: str
) -> None:
    refused = asha.ask("/v1/referrals", ASKED | changed)
    assert refused.status_code == 422, refused.text
    problem = refused.json()
    assert problem["type"] == "/problems/request-is-not-valid"
    assert [error["pointer"] for error in problem["errors"]] == [pointer]
    assert problem["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [(rb'{"name": "Rosa \ud800"}', "/name"), (rb'{"name": "Rosa", "\udfff": 1}', "")],
)
def test_half_a_character_is_refused(asha: Client, body: bytes, pointer: str) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    refused = asha.http.post("/v1/people", content=body, headers=headers)
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]


def test_what_somebody_sent_is_not_repeated_to_them(asha: Client) -> None:
    canary = "Canary-Rosa-Lind"
    wrong = ASKED | {"service": canary, "source": canary, "at": canary, "priority": canary}
    assert canary not in asha.ask("/v1/referrals", wrong).text


def test_a_time_a_little_ahead_is_a_clock_a_little_ahead(place: Place, asha: Client) -> None:
    soon = place.app.state.parts.clock() + timedelta(minutes=4)
    assert asha.ask("/v1/people", {"name": "Rosa Lind", "at": soon.isoformat()}).is_success


@pytest.mark.parametrize(
    "content", [b"{", b"", b"null", b"[]", b'"x"', b"[" * 100_000, b"\xff\xfe{}", b"{}" * 2]
)
def test_a_body_that_is_no_document_is_refused(asha: Client, content: bytes) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    refused = asha.http.post("/v1/people", content=content, headers=headers)
    assert refused.status_code in (400, 422), refused.text
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_body_that_is_too_large_is_refused(asha: Client) -> None:
    headers = {"Idempotency-Key": str(uuid4()), "Content-Type": "application/json"}
    large = b'{"name": "' + b"x" * 1_100_000 + b'"}'
    said = asha.http.post("/v1/people", content=large, headers=headers)
    assert (said.status_code, said.json()["type"]) == (413, "/problems/request-is-too-large")
    unsaid = asha.http.post(
        "/v1/people",
        content=(large[i : i + 65536] for i in range(0, len(large), 65536)),
        headers=headers,
    )
    assert unsaid.status_code == 413


def test_addresses_and_methods_that_are_not_there_are_problems_too(asha: Client) -> None:
    assert asha.read("/v1/patients").json()["type"] == "/problems/nothing-is-here"
    refused = asha.http.delete("/v1/people")
    assert refused.status_code == 405
    assert refused.json()["type"] == "/problems/method-is-not-allowed"
    assert "POST" in refused.headers["Allow"]


def test_a_score_that_cannot_be_is_not_a_conflict(asha: Client, priya: Client) -> None:
    made = asha.done("/v1/referrals", ASKED)
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    content = {"referral": made["id"], "instrument": "PHQ-9", "total": 28}
    assert priya.ask("/v1/measures", content).status_code == 422


@pytest.mark.parametrize("number", ["9990000018", "999 000 0018", "999-000-0018"])
def test_an_nhs_number_is_kept_as_ten_digits(asha: Client, number: str) -> None:
    made = asha.done("/v1/people", {"name": "Rosa Lind", "nhs_number": number})
    assert asha.seen(f"/v1/people/{made['id']}")["nhs_number"] == "9990000018"
