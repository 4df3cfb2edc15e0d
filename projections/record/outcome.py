"""How each course of treatment in a record goes, and whether it waits to be looked at again.

It is read off a record's scores and contacts and is kept nowhere, so that it never lags behind
them. A partner that is told of no scores, or of no contacts, has no outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from domain.contact import SEEN
from domain.policies import discussing, reviews
from domain.policies.clocks import Clock, in_force
from domain.policies.days import local_date
from domain.policies.instruments import value
from domain.policies.outcomes import ANXIETY, DEPRESSION, TREATED, Outcome, Pair, lacking
from domain.request import State
from domain.vocabulary import Content, Instrument
from projections.record.referral import ENDED_STATES

Row = Mapping[str, Any]


def outcomes(row: Row) -> dict[str, dict[str, Any]]:
    """By referral, what its first and last scores amount to, or what is lacking to say it."""
    found = {}
    for referral, asked in row["referrals"].items():
        depression, anxiety = _pair(row, referral, DEPRESSION), _pair(row, referral, ANXIETY)
        contacts = len(_contacts(row, referral, TREATED))
        if not any(_scores(row, referral, of) for of in (DEPRESSION, ANXIETY)):
            continue
        said: dict[str, Any] = {
            "treatment_contacts": contacts,
            "ended": asked["state"] in ENDED_STATES,
            "lacking": [what.value for what in lacking(contacts, depression, anxiety)],
        }
        if not said["lacking"] and depression and anxiety:
            said |= _said(Outcome(depression, anxiety))
        found[referral] = said
    return found


@dataclass(frozen=True, slots=True)
class NoResponse:
    """Treatment that was to be looked at again because the PHQ-9 shows no response."""

    referral: str
    first: int
    last: int
    weeks: int
    due_on: date


def no_response(row: Row, today: date) -> NoResponse | None:
    """The treatment this partner gives that has not helped for as long as the rule waits.

    It is over with a contact that reviews it, with response, and with the referral.
    """
    if row.get("died") or row["withdrawn"]:
        return None
    for referral, asked in row["referrals"].items():
        if asked.get("receiver") != row["partner"] or asked["state"] != State.ACCEPTED:
            continue
        treated = _contacts(row, referral, TREATED)
        scores = _scores(row, referral, DEPRESSION)
        if not treated or len(scores) < FEWEST_SCORES:
            continue
        began = treated[0]
        rule = in_force(Clock.NON_RESPONSE_REVIEW, local_date(began))
        opens, due_on = local_date(began) + timedelta(days=rule.opens), rule.limit.due(began)
        reviewed = _contacts(row, referral, frozenset({Content.REVIEW}))
        first, last = int(scores[0]["total"]), int(scores[-1]["total"])
        if today < opens or any(local_date(at) >= opens for at in reviewed):
            continue
        if not reviews.responded(last, first):
            weeks = (today - local_date(began)).days // 7
            return NoResponse(referral, first, last, weeks, local_date(due_on))
    return None


@dataclass(frozen=True, slots=True)
class Unimproved:
    """A course of care whose scores show no improvement on one instrument."""

    instrument: Instrument
    first: int
    last: int
    since: datetime


def unimproved(row: Row) -> list[Unimproved]:
    """Every open course of care, by instrument, that shows no improvement from its first score."""
    found = []
    for referral, asked in row["referrals"].items():
        if asked["state"] in ENDED_STATES:
            continue
        for instrument in discussing.MEASURES:
            scores = _scores(row, referral, instrument)
            if len(scores) < FEWEST_SCORES:
                continue
            first, last = int(scores[0]["total"]), int(scores[-1]["total"])
            if discussing.not_improving(instrument, first, last):
                since = datetime.fromisoformat(str(scores[0]["at"]))
                found.append(Unimproved(instrument, first, last, since))
    return found


FEWEST_SCORES = 2


def _scores(row: Row, referral: str, instrument: Instrument) -> list[Row]:
    """A referral's scores of an instrument, the first completed first."""
    of = (
        score
        for score in row.get("scores", {}).values()
        if score.get("referral") == referral and score.get("instrument") == instrument
    )
    return sorted(of, key=lambda score: str(score["at"]))


def _pair(row: Row, referral: str, instrument: Instrument) -> Pair | None:
    scores = _scores(row, referral, instrument)
    if len(scores) < FEWEST_SCORES:
        return None
    first, last = (value(instrument, s["total"], s["items"] or ()) for s in (scores[0], scores[-1]))
    return Pair(instrument, first, last)


def _contacts(row: Row, referral: str, of: frozenset[Content]) -> list[datetime]:
    """When the person was seen for one of these, the first one first."""
    seen = {attendance.value for attendance in SEEN}
    return sorted(
        datetime.fromisoformat(contact.get("starts_at") or contact["outcome_at"])
        for contact in row["contacts"].values()
        if contact.get("referral") == referral
        and contact.get("outcome") in seen
        and contact.get("content") in of
    )


def _said(outcome: Outcome) -> dict[str, Any]:
    return {
        "case_at_start": outcome.case_at_start,
        "recovered": outcome.recovered,
        "reliably_improved": outcome.reliably_improved,
        "reliably_deteriorated": outcome.reliably_deteriorated,
        "reliably_recovered": outcome.reliably_recovered,
        "words": outcome.words,
        "why": list(outcome.why),
    }
