"""Who was told what about me: by organisation and kind of thing, and never what it was."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.community.place import HOUSING, LOW, PRACTICE, TALKING
from tests.api.place import Client, Place

ASK, REASON = "canary rent arrears", "canary despair"


@pytest.fixture(scope="module")
def rosa(asha: Client, priya: Client) -> str:
    """Referred to talking therapies and to housing advice; as the practice knows her."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Canary", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "Therapy",
            "reason": REASON,
        },
    )
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    asha.done(
        "/v1/referrals",
        {
            "service": str(HOUSING.offers[0].id),
            "person_id": made["person"],
            "source": "professional",
            "ask": ASK,
        },
    )
    return str(made["person"])


@pytest.fixture
def hugh(place: Place) -> Client:
    return place.person("hugh")


def told(by: Client, person: str) -> dict[str, dict[str, Any]]:
    rows = by.seen(f"/v1/people/{person}/recipients")["rows"]
    return {row["organisation"]: row for row in rows}


def test_each_organisation_that_was_told_is_listed_with_the_kinds_of_thing(
    hugh: Client, rosa: str
) -> None:
    rows = told(hugh, rosa)
    assert set(rows) == {str(each.id) for each in (PRACTICE, TALKING, HOUSING)}
    assert "clinical" in rows[str(TALKING.id)]["kinds"]
    assert {"identity", "ask"} <= set(rows[str(HOUSING.id)]["kinds"])
    assert not {"clinical", "demographic"} & set(rows[str(HOUSING.id)]["kinds"])
    assert rows[str(HOUSING.id)]["because"] == ["was asked to help"]
    assert all(row["withdrawn_at"] is None for row in rows.values())


def test_it_says_no_word_of_what_was_told(hugh: Client, rosa: str) -> None:
    for path in (f"/v1/people/{rosa}/recipients", f"/people/{rosa}/recipients"):
        answer = hugh.read(path)
        assert answer.status_code == 200
        assert "canary" not in answer.text.casefold()


def test_what_was_withdrawn_says_since_when_and_whether_it_was_removed(
    place: Place, hugh: Client, asha: Client, rosa: str
) -> None:
    asha.done(f"/v1/people/{rosa}/objections", {"to": str(HOUSING.id)})
    row = told(hugh, rosa)[str(HOUSING.id)]
    assert row["withdrawn_at"]
    assert row["removal_acknowledged_at"] is None
    joy = place.system(HOUSING)
    head = hugh.http.get("/health").json()["log_position"]
    joy.done("/v1/withdrawals/acknowledgement", {"up_to": head})
    row = told(hugh, rosa)[str(HOUSING.id)]
    assert row["removal_acknowledged_at"]
    assert "identity" in row["kinds"], "that it was told once stays on the list"
    asha.done(f"/v1/people/{rosa}/objection-lifting", {"to": str(HOUSING.id)})
    assert told(hugh, rosa)[str(HOUSING.id)]["withdrawn_at"] is None


@pytest.mark.parametrize("key", ["asha", "leonard", "ifeoma", "ruth"])
def test_nobody_else_reads_who_helps_somebody(place: Place, rosa: str, key: str) -> None:
    client = place.person(key)
    for path in (f"/v1/people/{rosa}/recipients", f"/people/{rosa}/recipients"):
        assert client.read(path).status_code == 403
