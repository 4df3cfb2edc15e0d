"""Concerns: how soon somebody must look, who is told if nobody does, what to do meanwhile.

Dated data, each with its source. It computes no risk and has no levels of it: NICE NG225 (2022)
1.6 says not to use risk assessment tools, scales or global strata to predict suicide or who is
offered help. A concern is looked at by a human, whatever it says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.policies.days import Unit, Within, local_date
from domain.vocabulary import Moment, PartnerId


class ConcernRung(StrEnum):
    """Who is told, one after the other, that nobody has looked."""

    KEY_WORKER = "key worker"
    RESPONSIBLE = "responsible organisation"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Looking:
    """By when somebody must have looked, and what follows if nobody has.

    The first rung falls due when ``within`` is over, each other one a ``step`` after the one before
    was told: whoever is told has their time to act.
    """

    source: str
    effective_from: date
    within: Within
    step: Within
    rungs: tuple[ConcernRung, ...] = tuple(ConcernRung)
    effective_to: date | None = None  # the first day it no longer holds

    def look_by(self, since: Moment) -> Moment:
        return self.within.due(since)


LOOKINGS: tuple[Looking, ...] = (
    Looking(
        source=(
            "Throughcare's own default: no guideline sets hours for looking at a concern. Four "
            "hours is the very urgent response of the clinically led review of standards for "
            "mental health (NHS England, 2021), which speaks of referrals; the step is our own"
        ),
        effective_from=date.min,
        within=Within(4, Unit.HOURS),
        step=Within(2, Unit.HOURS),
    ),
)
"""How soon: the same for every concern, wherever it came from, because none is ranked."""


def in_force(at: Moment, lookings: Collection[Looking] = LOOKINGS) -> Looking:
    """How soon somebody had to look when the concern was raised."""
    on = local_date(at)
    held = [
        each
        for each in lookings
        if each.effective_from <= on and (each.effective_to is None or on < each.effective_to)
    ]
    assert held, f"nothing says by when to look at a concern of {on}"
    return max(held, key=lambda each: each.effective_from)


@dataclass(frozen=True, slots=True)
class ConcernDue:
    """The next rung and when it falls due."""

    rung: ConcernRung
    at: Moment


def next_rung(
    *,
    since: Moment,
    look_by: Moment,
    sent: Collection[ConcernRung],
    told_at: Moment | None,
    lookings: Collection[Looking] = LOOKINGS,
) -> ConcernDue | None:
    """The first rung not told yet, and when it falls due; ``None`` when all were told."""
    policy = in_force(since, lookings)
    for rung in policy.rungs:
        if rung not in sent:
            return ConcernDue(rung, look_by if told_at is None else policy.step.due(told_at))
    return None


# Who must look


class MustLook(StrEnum):
    """Why it is this organisation that must look at a concern."""

    MEASURED = "it took the measure"
    RESPONSIBLE = "it is responsible for the person"
    PRACTICE = "it is the person's practice, and nobody else holds them"
    HOST = "it holds whom nobody else holds"
    RAISED = "it raised the concern, and nobody else may be told"
    NAMED = "it was named to look into the safeguarding"
    TOOK_ON = "it took the concern on"
    LEFT_TO_IT = "the organisation that was to look has left"


@dataclass(frozen=True, slots=True)
class Looker:
    """Which organisation must look at a concern, and why."""

    partner: PartnerId
    because: MustLook


# What to do now


@dataclass(frozen=True, slots=True)
class Guidance:
    """What is said beside every concern, in words; ``source`` says who says so."""

    text: str
    source: str
    effective_from: date


GUIDANCE: tuple[Guidance, ...] = (
    Guidance(
        "In danger now: call 999, or go to A&E with them. Urgent, and not in danger now: call NHS "
        "111 and choose the mental-health option (2), or the trust's crisis line.",
        "NHS England, NHS 111 mental-health crisis support in all of England (27 August 2024)",
        date(2024, 8, 27),
    ),
    Guidance(
        "Look yourself: speak with the person, ask what would help, and agree a safety plan. Do "
        "not score or rank risk, and let no score decide who is helped.",
        "NICE NG225 (2022), 1.5, 1.6 and 1.11; NHS England, Staying safe from suicide (2025)",
        date(2022, 9, 7),
    ),
)
