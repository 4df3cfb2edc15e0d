"""Access by exception: for how long, for which reasons, by when it is reviewed, who is told if not.

Dated data, each with its source. It refuses to know who was looked at.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from domain.policies.days import Unit, Within, local_date
from domain.vocabulary import EmergencyReason, Moment, OfficerRung, OpeningReason, Role


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason that may be given, and the days between which it may."""

    reason: StrEnum
    effective_from: date
    effective_to: date | None = None  # the first day it may no longer be given


@dataclass(frozen=True, slots=True)
class Rule:
    """How access by exception goes: who may take it, how it ends, how it is reviewed.

    It is due to be reviewed when ``review_within`` is over; then the first rung is told, and each
    other one a ``step`` after the one before. ``often`` is how many by one practitioner on one day
    are put before the privacy officer as unusual.
    """

    source: str
    effective_from: date
    reasons: tuple[Reason, ...]
    roles: frozenset[Role]
    lasts: timedelta
    review_within: Within
    step: Within
    often: int
    rungs: tuple[OfficerRung, ...] = tuple(OfficerRung)
    effective_to: date | None = None  # the first day it no longer holds

    def allows(self, reason: StrEnum, at: Moment) -> bool:
        """Whether a reason may be given at that moment."""
        on = local_date(at)
        return any(
            each.reason is reason
            and each.effective_from <= on
            and (each.effective_to is None or on < each.effective_to)
            for each in self.reasons
        )

    def review_by(self, taken_at: Moment) -> Moment:
        return self.review_within.due(taken_at)


@dataclass(frozen=True, slots=True)
class ReviewDue:
    """The next rung and when it falls due."""

    rung: OfficerRung
    at: Moment


EMERGENCY: tuple[Rule, ...] = (
    Rule(
        source=(
            "NHS Connecting for Health, Summary Care Record: guidance for privacy officers (access "
            "without a relationship or against dissent raises an alert to a named officer). The "
            "reasons, the hour, five working days and three a day are Throughcare's own defaults: "
            "no guidance sets them"
        ),
        effective_from=date.min,
        reasons=tuple(Reason(reason, date.min) for reason in EmergencyReason),
        roles=frozenset({Role.CLINICIAN}),
        lasts=timedelta(hours=1),
        review_within=Within(5, Unit.WORKING_DAYS),
        step=Within(2, Unit.WORKING_DAYS),
        often=3,
    ),
)
"""Access to a record in an emergency."""

OPENING: tuple[Rule, ...] = (
    Rule(
        source=(
            "House of Lords, written answer on sealed envelopes (7 January 2008): only staff who "
            "are granted it open one, record consent, legal requirement or overriding public "
            "interest, and their employer checks. The hours and days are Throughcare's own defaults"
        ),
        effective_from=date.min,
        reasons=tuple(Reason(reason, date.min) for reason in OpeningReason),
        roles=frozenset({Role.CLINICIAN}),
        lasts=timedelta(hours=1),
        review_within=Within(5, Unit.WORKING_DAYS),
        step=Within(2, Unit.WORKING_DAYS),
        often=3,
    ),
)
"""The opening of what a person had sealed."""


def in_force(at: Moment, rules: Collection[Rule] = EMERGENCY) -> Rule:
    """The rule that held when access was taken."""
    on = local_date(at)
    held = [
        rule
        for rule in rules
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to)
    ]
    assert held, f"no rule for access by exception on {on}"
    return max(held, key=lambda rule: rule.effective_from)


def next_rung(
    rule: Rule,
    *,
    taken_at: Moment,
    sent: Collection[OfficerRung],
    told_at: Moment | None,
) -> ReviewDue | None:
    """The first rung not told yet, and when it falls due; ``None`` when all were told."""
    for rung in rule.rungs:
        if rung not in sent:
            due = rule.review_by(taken_at)
            return ReviewDue(rung, due if told_at is None else max(due, rule.step.due(told_at)))
    return None
