"""Outcomes and prompts read off a record: courses of treatment, and no response for too long."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from projections.record.outcome import NoResponse, no_response, outcomes

ME, ASKED = "me", "a referral"


def score(instrument: str, day: str, total: int, **more: Any) -> dict[str, Any]:
    at = f"2026-{day}T09:00:00+00:00"
    named = {"instrument": instrument, "referral": ASKED, "provider": ME, "total": total}
    return named | {"items": None, "at": at} | more


def contact(day: str, content: str = "treatment", outcome: str = "attended on time") -> Any:
    at = f"2026-{day}T09:00:00+00:00"
    return {"referral": ASKED, "starts_at": at, "outcome": outcome, "content": content}


def record(
    scores: list[dict[str, Any]], contacts: list[dict[str, Any]], state: str = "accepted"
) -> dict[str, Any]:
    return {
        "partner": ME,
        "withdrawn": False,
        "referrals": {ASKED: {"receiver": ME, "state": state}},
        "scores": {str(number): each for number, each in enumerate(scores)},
        "contacts": {str(number): each for number, each in enumerate(contacts)},
    }


BETTER = [
    score("PHQ-9", "03-16", 8),
    score("PHQ-9", "03-02", 16),
    score("GAD-7", "03-02", 12),
    score("GAD-7", "03-16", 6),
    score("GAD-7", "03-09", 20),
]
TREATED = [contact("03-02"), contact("03-16")]


def test_the_first_and_the_last_score_say_how_a_course_went() -> None:
    said = outcomes(record(BETTER, TREATED, state="closed"))[ASKED]
    assert (said["words"], said["treatment_contacts"], said["ended"]) == (
        "reliably recovered",
        2,
        True,
    )
    assert said["why"][0].startswith("PHQ-9 16 to 8: better by 6 points or more")
    assert said["why"][1].startswith("GAD-7 12 to 6: better by 4 points or more")


@pytest.mark.parametrize(
    "contacts",
    [
        [contact("03-02")],
        [contact("03-02"), contact("03-09", "assessment")],
        [contact("03-02"), contact("03-09", "follow-up")],
        [contact("03-02"), contact("03-09", outcome="did not attend")],
        [contact("03-02"), contact("03-09") | {"referral": "another"}],
    ],
)
def test_fewer_than_two_attended_treatment_contacts_are_no_course(contacts: list[Any]) -> None:
    said = outcomes(record(BETTER, contacts))[ASKED]
    assert said["lacking"] == ["fewer than two treatment contacts"]
    assert "words" not in said


def test_one_score_is_no_pair_and_scores_without_a_referral_are_of_no_course() -> None:
    said = outcomes(record(BETTER[:3], TREATED))[ASKED]
    assert said["lacking"] == ["no two GAD-7 scores"]
    alone = [each | {"referral": None} for each in BETTER]
    assert outcomes(record(alone, TREATED)) == {}


# No response


NONE = [score("PHQ-9", "03-02", 20), score("PHQ-9", "03-25", 18)]


def test_treatment_without_response_is_to_be_looked_at_from_four_weeks_on() -> None:
    row = record(NONE, TREATED)
    assert no_response(row, date(2026, 3, 29)) is None
    assert no_response(row, date(2026, 3, 30)) == NoResponse(ASKED, 20, 18, 4, date(2026, 4, 13))
    late = no_response(row, date(2026, 4, 14))
    assert late is not None
    assert (late.weeks, late.due_on) == (6, date(2026, 4, 13))


@pytest.mark.parametrize(
    ("last", "silent"), [(9, False), (10, False), (11, True), (20, True), (25, True)]
)
def test_a_score_below_ten_or_half_of_the_first_is_response(last: int, silent: bool) -> None:
    scores = [score("PHQ-9", "03-02", 20), score("PHQ-9", "03-25", last)]
    found = no_response(record(scores, TREATED), date(2026, 4, 1))
    assert (found is not None) is silent


@pytest.mark.parametrize(
    "row",
    [
        record(NONE, [*TREATED, contact("03-30", "review")]),
        record(NONE, []),
        record(NONE[:1], TREATED),
        record(NONE, TREATED, state="closed"),
        record(NONE, TREATED) | {"partner": "another"},
        record(NONE, TREATED) | {"died": True},
    ],
)
def test_what_was_reviewed_ended_or_is_anothers_prompts_nobody(row: dict[str, Any]) -> None:
    assert no_response(row, date(2026, 4, 1)) is None


def test_a_review_too_early_is_not_the_one_that_is_meant() -> None:
    row = record(NONE, [*TREATED, contact("03-20", "review")])
    assert no_response(row, date(2026, 4, 1)) is not None
