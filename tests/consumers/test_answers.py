"""A message asks what an address asks: the same fields, the same limits, and its own example."""

from __future__ import annotations

from typing import Any

import pytest

from api.asking import Activity
from api.contacts import NotingAttendance
from api.referrals import Closing, Declining, Question
from api.withdrawals import Removed
from consumers.answers import ANSWERS

NAMES = {"referral", "appointment"}
"""What a message names in its data, and an address in its path."""

ADDRESSES: dict[str, type[Activity]] = {
    "answer.AcceptReferral.v1": Activity,
    "answer.DeclineReferral.v1": Declining,
    "answer.AskInformation.v1": Question,
    "answer.NoteFirstContact.v1": Activity,
    "answer.RecordAttendance.v1": NotingAttendance,
    "answer.RecordNonAttendance.v1": NotingAttendance,
    "answer.CloseReferral.v1": Closing,
    "answer.AcknowledgeOutcome.v1": Activity,
    "answer.AcknowledgeWithdrawals.v1": Removed,
}
APART = {
    "answer.RecordAttendance.v1": {"attendance", "reason"},
    "answer.RecordNonAttendance.v1": {"attendance", "content", "medium", "seen_by", "minutes"},
}
"""Of the address that takes every kind of attendance, what is said of those seen, or not seen."""


def fields(model: Any, but: set[str]) -> dict[str, Any]:
    return {
        name: schema
        for name, schema in model.model_json_schema()["properties"].items()
        if name not in but
    }


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_a_message_takes_what_the_address_takes(kind: str) -> None:
    apart = APART.get(kind, set())
    assert fields(ANSWERS[kind], NAMES | apart) == fields(ADDRESSES[kind], apart)


def test_attendance_is_told_by_two_messages_that_leave_none_out() -> None:
    told = [
        value
        for kind in APART
        for value in ANSWERS[kind].model_json_schema()["properties"]["attendance"]["enum"]
    ]
    every = NotingAttendance.model_json_schema()["$defs"]["Attendance"]["enum"]
    assert sorted(told) == sorted(every)


@pytest.mark.parametrize("kind", sorted(ANSWERS))
def test_its_example_is_one(kind: str) -> None:
    (example,) = ANSWERS[kind].model_json_schema()["examples"]
    ANSWERS[kind].model_validate(example)
