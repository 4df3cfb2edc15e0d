"""Subject access: due in a month, judged by a professional first, and answered by all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from domain.kernel import Asked
from domain.policies.subject_access import due
from domain.subject_access import (
    ItemsAreUndecided,
    RequestWasReceivedLater,
    SayWhyItIsWithheld,
    SubjectAccess,
    SubjectAccessAnswered,
    SubjectAccessIsRequested,
    SubjectAccessIsUnknown,
    SubjectAccessItemsDecided,
    SubjectAccessRequested,
)
from domain.vocabulary import PartnerId, PersonId, WithheldGround
from tests.people import HOUSING, WIGG

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROSA = PersonId(uuid4())
HARM = WithheldGround.SERIOUS_HARM


def asked(by: PartnerId = WIGG) -> Asked:
    return Asked(by, AT, uuid4())


@pytest.fixture
def request_() -> SubjectAccess:
    made = SubjectAccess(id=uuid4())
    made.request(ROSA, date(2026, 11, 20), asked=asked())
    return made


@pytest.mark.parametrize(
    ("received", "by"),
    [
        (date(2026, 11, 20), date(2026, 12, 20)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 5), date(2027, 1, 5)),
    ],
)
def test_a_request_is_due_on_the_same_day_of_the_next_month(received: date, by: date) -> None:
    assert due(received) == by


def test_a_request_says_when_it_is_due_and_is_made_once(request_: SubjectAccess) -> None:
    fact = request_.collect_events()[0].fact
    assert fact == SubjectAccessRequested(received_on=date(2026, 11, 20), due_on=date(2026, 12, 20))
    with pytest.raises(SubjectAccessIsRequested):
        request_.request(ROSA, date(2026, 11, 20), asked=asked())


def test_a_request_of_tomorrow_is_none() -> None:
    with pytest.raises(RequestWasReceivedLater):
        SubjectAccess(id=uuid4()).request(ROSA, AT.date() + timedelta(days=1), asked=asked())


def test_what_is_withheld_has_a_ground_and_what_is_shown_has_none(
    request_: SubjectAccess,
) -> None:
    with pytest.raises(SayWhyItIsWithheld):
        request_.decide(["a/1"], None, shown=False, asked=asked())
    shown = request_.decide(["a/1"], HARM, shown=True, asked=asked())
    assert shown
    assert shown.fact == SubjectAccessItemsDecided(items=("a/1",), shown=True)
    assert request_.decide(["a/1"], None, shown=True, asked=asked()) is None
    changed = request_.decide(["a/1"], HARM, shown=False, asked=asked())
    assert changed, "a decision may be changed, and both stay"


def test_nothing_is_answered_before_everything_was_judged(request_: SubjectAccess) -> None:
    with pytest.raises(ItemsAreUndecided):
        request_.answer(["a/1", "a/2"], ["a/2"], asked=asked())
    request_.decide(["a/2"], HARM, shown=False, asked=asked())
    answered = request_.answer(["a/1", "a/2"], ["a/2"], asked=asked())
    assert answered
    assert answered.fact == SubjectAccessAnswered(shown=1, withheld=1)
    assert request_.answer(["a/1", "a/2"], ["a/2"], asked=asked()) is None


def test_another_organisations_request_is_not_there(request_: SubjectAccess) -> None:
    with pytest.raises(SubjectAccessIsUnknown):
        request_.decide(["a/1"], None, shown=True, asked=asked(HOUSING))
    with pytest.raises(SubjectAccessIsUnknown):
        request_.answer([], [], asked=asked(HOUSING))
