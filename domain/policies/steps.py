"""Stepped-care models as dated data: steps, moves and their evidence, and who agrees to discharge.

A place picks a model and changes it by dated choices. It refuses to know any person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import permutations

from domain.kernel import BrokenRule
from domain.policies.days import local_date
from domain.vocabulary import Moment, PartnerId, Step


class Evidence(StrEnum):
    """Why somebody moves between steps."""

    MEASURE = "measure"
    MDT_DECISION = "MDT decision"
    PERSONS_REQUEST = "request of the person"
    URGENT_NEED = "urgent need"  # acted on before planning (King's Fund, The Esteem Team)


class Agreement(StrEnum):
    """Whose agreement a discharge needs, beside the organisation that closes."""

    LINK_WORKER = "link worker"
    CLINICAL_COORDINATOR = "clinical co-ordinator"


class ModelIsUnknown(BrokenRule):
    """No stepped-care model of this name held on that day."""


@dataclass(frozen=True, slots=True)
class StepOfCare:
    """One step. ``step`` is where views that show four steps put it."""

    number: int
    name: str
    offers: str
    step: Step


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move; any one kind of ``evidence`` is enough."""

    from_step: int
    to_step: int
    evidence: frozenset[Evidence]


@dataclass(frozen=True, slots=True)
class SteppedCare:
    """One model between two dates. People may enter at any of ``entry``."""

    name: str
    source: str
    effective_from: date
    steps: tuple[StepOfCare, ...]
    entry: frozenset[int]
    moves: tuple[Move, ...]
    discharge: frozenset[Agreement] = frozenset()
    effective_to: date | None = None  # the first day it no longer holds

    def step(self, number: int) -> StepOfCare | None:
        return next((step for step in self.steps if step.number == number), None)

    def move(self, from_step: int, to_step: int) -> Move | None:
        """The move between two steps, or ``None`` where the model knows none."""
        between = (from_step, to_step)
        return next((m for m in self.moves if (m.from_step, m.to_step) == between), None)

    def enters(self, step: Step) -> bool:
        """Whether people may enter at a step."""
        return any(each.step is step and each.number in self.entry for each in self.steps)

    def between(self, from_step: Step, to_step: Step) -> Move | None:
        """The move between two steps as every view shows them, or ``None``."""
        numbers = {s: {each.number for each in self.steps if each.step is s} for s in Step}
        return next(
            (
                m
                for m in self.moves
                if m.from_step in numbers[from_step] and m.to_step in numbers[to_step]
            ),
            None,
        )

    def legal(self, from_step: int, to_step: int, evidence: Collection[Evidence]) -> bool:
        """Whether somebody may move so, on this evidence."""
        move = self.move(from_step, to_step)
        return move is not None and not move.evidence.isdisjoint(evidence)

    def still_to_agree(self, agreed: Collection[Agreement]) -> tuple[Agreement, ...]:
        """Who has still to agree before a discharge."""
        return tuple(who for who in Agreement if who in self.discharge and who not in agreed)


@dataclass(frozen=True, slots=True)
class Choice:
    """A place works by a model from a day on."""

    place: PartnerId
    model: str
    effective_from: date


M, D, R, U = (
    Evidence.MEASURE,
    Evidence.MDT_DECISION,
    Evidence.PERSONS_REQUEST,
    Evidence.URGENT_NEED,
)
UP = frozenset({M, D, R, U})
DOWN = frozenset({M, D, R})
UP_TO_HOSPITAL = frozenset({D, U})
DOWN_FROM_HOSPITAL = frozenset({D, R})


def _moves(
    numbers: Sequence[int],
    *,
    skip: frozenset[Evidence],
    hospital: int | None = None,
) -> tuple[Move, ...]:
    """Every move between steps. ``skip`` is the evidence for going up by more than one."""

    def evidence(from_step: int, to_step: int) -> frozenset[Evidence]:
        if to_step == hospital:
            return UP_TO_HOSPITAL
        if from_step == hospital:
            return DOWN_FROM_HOSPITAL
        if to_step < from_step:
            return DOWN
        return UP if to_step == from_step + 1 else skip

    return tuple(Move(a, b, evidence(a, b)) for a, b in permutations(numbers, 2))


SANDWELL = SteppedCare(
    name="Sandwell",
    source=(
        "NHS Confederation, A primary care approach to mental health and wellbeing; discharge by "
        "dual agreement: King's Fund, The Esteem Team"
    ),
    effective_from=date(2012, 1, 1),
    steps=(
        StepOfCare(
            1,
            "community prevention",
            "community groups, libraries, colleges, peer support, advice",
            Step.COMMUNITY_PREVENTION,
        ),
        StepOfCare(
            2,
            "talking therapies",
            "guided self-help, cognitive behavioural therapy, counselling",
            Step.TALKING_THERAPIES,
        ),
        StepOfCare(
            3,
            "collaborative and shared care",
            "primary-care mental health, care co-ordination, social work, shared prescribing",
            Step.COLLABORATIVE_CARE,
        ),
        StepOfCare(4, "hospital care", "crisis, inpatient and specialist care", Step.HOSPITAL_CARE),
    ),
    entry=frozenset({1, 2, 3, 4}),
    moves=_moves((1, 2, 3, 4), skip=frozenset({D, U}), hospital=4),
    discharge=frozenset({Agreement.LINK_WORKER, Agreement.CLINICAL_COORDINATOR}),
)

NICE = SteppedCare(
    name="NICE CG123",
    source="NICE CG123, Common mental health problems (25 May 2011); NICE CMG41 section 3",
    effective_from=date(2011, 5, 25),
    steps=(
        StepOfCare(
            1,
            "identification and assessment",
            "assessment, psychoeducation, active monitoring, referral on",
            Step.COMMUNITY_PREVENTION,
        ),
        StepOfCare(
            2,
            "low-intensity interventions",
            "guided self-help, computerised therapy, group exercise, psychoeducation groups, "
            "peer support",
            Step.TALKING_THERAPIES,
        ),
        StepOfCare(
            3,
            "high-intensity interventions",
            "psychological therapy, medication, both, collaborative care",
            Step.COLLABORATIVE_CARE,
        ),
        StepOfCare(
            4,
            "severe and complex needs",
            "specialist, crisis and inpatient care under the guideline of the disorder",
            Step.HOSPITAL_CARE,
        ),
    ),
    entry=frozenset({1, 2, 3, 4}),
    moves=_moves((1, 2, 3, 4), skip=frozenset({M, D, U}), hospital=4),
)

TALKING_THERAPIES = SteppedCare(
    name="NHS Talking Therapies",
    source=(
        "NHS Talking Therapies as described in UK LLC, Understanding IAPT: low intensity first, "
        "those who do not respond step up; severe depression or anxiety, PTSD and social anxiety "
        "may go straight to high intensity"
    ),
    effective_from=date(2008, 10, 1),
    steps=(
        StepOfCare(
            2,
            "low intensity",
            "6 to 8 sessions with a psychological wellbeing practitioner",
            Step.TALKING_THERAPIES,
        ),
        StepOfCare(
            3,
            "high intensity",
            "15 to 20 sessions with an accredited therapist",
            Step.TALKING_THERAPIES,
        ),
    ),
    entry=frozenset({2, 3}),
    moves=_moves((2, 3), skip=UP),
)

MODELS: tuple[SteppedCare, ...] = (SANDWELL, NICE, TALKING_THERAPIES)


def named(name: str, on: date, models: Sequence[SteppedCare] = MODELS) -> SteppedCare:
    """The model of a name that holds on a day. Raises `ModelIsUnknown`."""
    held = [
        model
        for model in models
        if model.name == name
        and model.effective_from <= on
        and (model.effective_to is None or on < model.effective_to)
    ]
    if not held:
        raise ModelIsUnknown(on)
    return max(held, key=lambda model: model.effective_from)


def in_force(
    place: PartnerId,
    at: Moment,
    choices: Iterable[Choice] = (),
    models: Sequence[SteppedCare] = MODELS,
) -> SteppedCare:
    """The model a place works by at a moment; Sandwell's where it has chosen none by then.

    Of two choices for one day the later made counts. Raises `ModelIsUnknown` when the chosen name
    stands for no model on that day.
    """
    on = local_date(at)
    chosen = [c for c in choices if c.place == place and c.effective_from <= on]
    if chosen:
        latest = max(enumerate(chosen), key=lambda pair: (pair[1].effective_from, pair[0]))
        return named(latest[1].model, on, models)
    try:
        return named(SANDWELL.name, on, models)
    except ModelIsUnknown:
        return SANDWELL
