"""Plans over HTTP: goals, what is agreed, what each organisation is told of it, and its review."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.community.place import CHARITY, LOW
from tests.api.place import Client, Place


@pytest.fixture
def made(asha: Client, priya: Client) -> dict[str, Any]:
    """Rosa, held by her practice and helped by talking therapies."""
    asked = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    priya.done(f"/v1/referrals/{asked['id']}/acceptance")
    return {"id": asked["person"], "at_talking": priya.seen(f"/v1/referrals/{asked['id']}")}


def plan_of(client: Client, person: str) -> dict[str, Any]:
    (plan,) = client.seen(f"/v1/people/{person}")["plans"].values()
    assert isinstance(plan, dict)
    return plan


def test_a_goal_is_in_the_persons_words_and_seen_by_who_helps(
    asha: Client, priya: Client, made: dict[str, Any]
) -> None:
    goal = asha.done(f"/v1/people/{made['id']}/goals", {"words": "To sleep again"})
    assert "goal-reached" in goal["actions"]
    theirs = plan_of(priya, made["at_talking"]["person"])
    assert theirs["goals"][goal["id"]]["words"] == "To sleep again"
    asha.done(f"/v1/people/{made['id']}/goals/{goal['id']}/reaching", {"words": "Six nights"})
    assert plan_of(asha, made["id"])["goals"][goal["id"]]["state"] == "reached"
    again = asha.ask(f"/v1/people/{made['id']}/goals/{goal['id']}/drop")
    assert again.status_code == 409


def test_a_plan_is_agreed_reviewed_and_stands_as_it_was_agreed_last(
    asha: Client, made: dict[str, Any]
) -> None:
    here = f"/v1/people/{made['id']}"
    assert "plan-review" not in asha.seen(here)["actions"]
    agreed = {"how": "in writing", "person_does": "Walk", "crisis": "Ring my sister"}
    answer = asha.done(f"{here}/plan", agreed)
    assert "plan-review" in answer["actions"]
    assert plan_of(asha, made["id"])["agreed"]["crisis"] == "Ring my sister"
    asha.done(f"{here}/plan/review", {"changed": "She walks twice"})
    asha.done(f"{here}/plan", agreed | {"person_does": "Run"})
    plan = plan_of(asha, made["id"])
    assert (plan["versions"], plan["agreed"]["person_does"]) == (2, "Run")
    assert plan["reviews"] == []
    assert "plan-review" in asha.seen(here)["actions"]


def test_what_an_organisation_is_to_do_comes_to_it_as_an_action_and_nothing_else_does(
    place: Place, asha: Client, made: dict[str, Any]
) -> None:
    charity = place.system(CHARITY)
    part = {"owner": str(CHARITY.id), "what": "Keep a bed for her"}
    asha.done(
        f"/v1/people/{made['id']}/plan",
        {"how": "in writing", "crisis": "Ring my sister", "parts": [part]},
    )
    (action,) = charity.seen("/v1/actions")["rows"]
    assert action["what"] == "Keep a bed for her"
    record = charity.seen(f"/v1/people/{action['person']}")
    assert record["plans"] == {}
    assert "sister" not in str(record)
    assert "goal" not in record["actions"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"how": "in writing"}, 422),
        ({"how": "in writing", "person_does": "Walk", "review_on": "2099-01-01"}, 422),
        ({"how": "by telepathy", "person_does": "Walk"}, 422),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    asha: Client, made: dict[str, Any], body: dict[str, Any], status: int
) -> None:
    assert asha.ask(f"/v1/people/{made['id']}/plan", body).status_code == status


def test_a_person_one_does_not_know_has_no_plan_here(rajesh: Client, made: dict[str, Any]) -> None:
    assert rajesh.ask(f"/v1/people/{made['id']}/goals", {"words": "x"}).status_code == 404
