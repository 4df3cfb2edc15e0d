"""Scores over HTTP: by their answers, of whom one holds, put right, and what is refused of them."""

from __future__ import annotations

from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from deploy.community.place import LOW
from tests.api.place import Client


@pytest.fixture
def made(asha: Client, priya: Client) -> dict[str, Any]:
    """Rosa's referral, taken on by talking therapies, as therapy knows it."""
    asked = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    priya.done(f"/v1/referrals/{asked['id']}/acceptance")
    row = priya.seen(f"/v1/referrals/{asked['id']}")
    return {"id": asked["id"], "person": row["person"], "at_practice": asked["person"]}


def test_answers_come_to_a_total_and_stand_in_the_record(
    priya: Client, made: dict[str, Any]
) -> None:
    answers = [2, 1, 3, 2, 1, 2, 2, None, 0]
    scored = priya.done(
        "/v1/measures", {"referral": made["id"], "instrument": "PHQ-9", "items": answers}
    )
    record = priya.seen(f"/v1/people/{made['person']}")
    score = record["scores"][scored["id"]]
    assert (score["total"], score["items"], score["item_9"]) == (15, answers, "0")
    assert [total for _, total in record["measures"]["PHQ-9"]] == [15]


def test_a_total_alone_does_not_say_what_the_ninth_answer_was(
    priya: Client, made: dict[str, Any]
) -> None:
    content = {"referral": made["id"], "instrument": "PHQ-9", "total": 20}
    scored = priya.done("/v1/measures", content)
    record = priya.seen(f"/v1/people/{made['person']}")
    assert record["scores"][scored["id"]]["item_9"] == "not known"


def test_a_measure_completed_earlier_stands_where_it_was_completed(
    priya: Client, made: dict[str, Any]
) -> None:
    for total, at in ((9, "2026-03-09T09:00:00Z"), (19, "2026-03-02T08:00:00Z")):
        content = {"referral": made["id"], "instrument": "GAD-7", "total": total, "at": at}
        priya.done("/v1/measures", content)
    record = priya.seen(f"/v1/people/{made['person']}")
    assert [total for _, total in record["measures"]["GAD-7"]] == [19, 9]
    assert record["latest_measure"]["total"] == 9


@pytest.mark.parametrize(
    ("score", "errors"),
    [
        (
            {"instrument": "PHQ-9", "items": [0, 4, 0, 0, 0, 0, 0, 0, -1]},
            [("/items/1", "Needed: 0 to 3."), ("/items/8", "Needed: 0 to 3.")],
        ),
        (
            {"instrument": "PHQ-9", "items": [1] * 6 + [None] * 3},
            [("/items", "Needed: at least 7 of its 9 answers.")],
        ),
        ({"instrument": "GAD-7", "items": [1] * 6}, [("/items", "Needed: 7 answers.")]),
        (
            {"instrument": "GAD-7", "items": [1] * 7, "total": 8},
            [("/total", "Needed: a total of 7, or none.")],
        ),
        ({"instrument": "GAD-7", "total": 22}, [("/total", "Needed: a total from 0 to 21.")]),
        ({"instrument": "DIALOG", "total": 30}, [("/items", "Needed: the answers one by one.")]),
    ],
)
def test_what_is_no_score_is_refused_at_the_answer_with_what_would_do(
    priya: Client, made: dict[str, Any], score: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    refused = priya.ask("/v1/measures", {"referral": made["id"]} | score)
    assert refused.status_code == 422
    problem = refused.json()
    assert problem["type"] == "/problems/score-is-not-possible"
    assert [(error["pointer"], error["detail"]) for error in problem["errors"]] == errors


def test_a_measure_is_of_a_referral_or_of_a_person(priya: Client, made: dict[str, Any]) -> None:
    both = {"referral": made["id"], "person": made["person"], "instrument": "GAD-7", "total": 4}
    assert priya.ask("/v1/measures", both).status_code == 422
    assert priya.ask("/v1/measures", {"instrument": "GAD-7", "total": 4}).status_code == 422


def test_the_practice_scores_whom_it_holds_and_nobody_else_does_without_a_referral(
    asha: Client, priya: Client, made: dict[str, Any]
) -> None:
    score = {"instrument": "GAD-7", "total": 11}
    scored = asha.done("/v1/measures", {"person": made["at_practice"]} | score)
    record = asha.seen(f"/v1/people/{made['at_practice']}")
    assert record["scores"][scored["id"]]["referral"] is None
    refused = priya.ask("/v1/measures", {"person": made["person"]} | score)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/only-the-responsible-may"
    unknown = priya.ask("/v1/measures", {"person": str(UUID(int=7))} | score)
    assert unknown.status_code == 404


def test_a_score_put_right_moves_the_chart_and_the_history_keeps_both(
    asha: Client, priya: Client, made: dict[str, Any]
) -> None:
    content = {"referral": made["id"], "instrument": "PHQ-9", "total": 21}
    scored = priya.done("/v1/measures", content | {"at": "2026-03-02T09:00:00Z"})
    right = {"total": 12, "reason": "Two sheets were mixed up"}
    address = f"/v1/measures/{scored['id']}/correction"
    assert asha.ask(address, right).status_code == 404
    assert priya.ask(f"/v1/measures/{UUID(int=7)}/correction", right).status_code == 404
    assert priya.ask(address, {"total": 28}).status_code == 422
    priya.done(address, right)
    record = priya.seen(f"/v1/people/{made['person']}")
    assert record["measures"]["PHQ-9"] == [["2026-03-02T09:00:00+00:00", 12]]
    assert record["latest_measure"]["total"] == 12
    score = record["scores"][scored["id"]]
    assert (score["was"], score["reason"]) == (21, "Two sheets were mixed up")
    told = priya.seen(f"/v1/people/{made['person']}/history")["entries"]
    said = [entry["data"]["total"] for entry in told if entry["type"].startswith("measure.")]
    assert said == [21, 12]


def test_an_answer_above_0_to_item_9_has_its_concern_within_a_second_and_first(
    priya: Client, made: dict[str, Any]
) -> None:
    answers = [0, 0, 0, 0, 0, 0, 0, 0, 1]
    content = {"referral": made["id"], "instrument": "PHQ-9", "items": answers}
    scored = priya.done("/v1/measures", content)
    by_then = monotonic() + 1
    said: list[str] = []
    while len(said) < 2:
        assert monotonic() < by_then, "no concern within a second"
        told = priya.read(f"/v1/people/{made['person']}/history").json()["entries"]
        said = [
            entry["type"].split(".")[1]
            for entry in told
            if scored["id"] in (entry["data"].get("measure"), entry["data"].get("stream"))
        ]
    assert said == ["SafetyConcernRaised", "MeasureCompleted"]
