"""Which moves a stepped-care model allows, on what evidence, and who agrees to a discharge."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from domain.policies.steps import (
    MODELS,
    NICE,
    SANDWELL,
    TALKING_THERAPIES,
    Agreement,
    Choice,
    Evidence,
    ModelIsUnknown,
    SteppedCare,
    in_force,
)
from domain.vocabulary import Step
from tests.domain.policies.stories import moment
from tests.people import TRUST, WIGG

MEASURE, MDT = Evidence.MEASURE, Evidence.MDT_DECISION
REQUEST, URGENT = Evidence.PERSONS_REQUEST, Evidence.URGENT_NEED

MOVES = [
    (SANDWELL, 1, 2, MEASURE, True),
    (SANDWELL, 1, 2, REQUEST, True),
    (SANDWELL, 2, 3, MEASURE, True),
    (SANDWELL, 2, 3, MDT, True),
    (SANDWELL, 1, 3, MEASURE, False),  # past a step: a meeting decides, or it is urgent
    (SANDWELL, 1, 3, MDT, True),
    (SANDWELL, 3, 4, MEASURE, False),  # no score alone sends anybody to hospital
    (SANDWELL, 3, 4, REQUEST, False),
    (SANDWELL, 3, 4, MDT, True),
    (SANDWELL, 1, 4, URGENT, True),  # an urgent need waits for no meeting
    (SANDWELL, 4, 3, MEASURE, False),
    (SANDWELL, 4, 3, MDT, True),
    (SANDWELL, 4, 1, REQUEST, True),
    (SANDWELL, 3, 1, MEASURE, True),
    (SANDWELL, 3, 2, URGENT, False),  # urgency is no reason to step down
    (SANDWELL, 2, 2, MDT, False),  # staying is no move
    (SANDWELL, 4, 5, MDT, False),
    (NICE, 1, 3, MEASURE, True),  # severity alone may take somebody straight to step 3
    (NICE, 1, 3, REQUEST, False),
    (NICE, 2, 3, MEASURE, True),
    (NICE, 3, 4, MEASURE, False),
    (TALKING_THERAPIES, 2, 3, MEASURE, True),
    (TALKING_THERAPIES, 3, 2, REQUEST, True),
    (TALKING_THERAPIES, 1, 2, MEASURE, False),  # the service has steps 2 and 3 only
    (TALKING_THERAPIES, 3, 4, MDT, False),
]


@pytest.mark.parametrize(
    ("model", "from_step", "to_step", "evidence", "legal"),
    MOVES,
    ids=[f"{m.name}, {a} to {b} on {e.value}" for m, a, b, e, _ in MOVES],
)
def test_moves(
    model: SteppedCare, from_step: int, to_step: int, evidence: Evidence, legal: bool
) -> None:
    assert model.legal(from_step, to_step, {evidence}) is legal


@pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])
def test_nobody_moves_without_evidence(model: SteppedCare) -> None:
    assert not any(model.legal(m.from_step, m.to_step, ()) for m in model.moves)


@pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])
def test_people_may_enter_at_any_step_and_reach_any_other(model: SteppedCare) -> None:
    numbers = [step.number for step in model.steps]
    assert model.entry == set(numbers)
    assert all(model.move(a, b) for a, b in product(numbers, numbers) if a != b)


@pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])
def test_a_more_intensive_step_is_never_shown_lower(model: SteppedCare) -> None:
    shown = [step.step for step in model.steps]
    assert shown == sorted(shown)


def test_sandwell_has_the_four_steps_of_the_interface() -> None:
    assert [(step.number, step.name) for step in SANDWELL.steps] == [
        (step.value, step.words) for step in Step
    ]


@pytest.mark.parametrize(
    ("agreed", "waits_for"),
    [
        ((), (Agreement.LINK_WORKER, Agreement.CLINICAL_COORDINATOR)),
        ((Agreement.LINK_WORKER,), (Agreement.CLINICAL_COORDINATOR,)),
        ((Agreement.CLINICAL_COORDINATOR,), (Agreement.LINK_WORKER,)),
        (tuple(Agreement), ()),
    ],
)
def test_sandwell_discharges_by_the_link_worker_and_the_clinical_coordinator(
    agreed: tuple[Agreement, ...], waits_for: tuple[Agreement, ...]
) -> None:
    assert SANDWELL.still_to_agree(agreed) == waits_for


@pytest.mark.parametrize("model", [NICE, TALKING_THERAPIES])
def test_the_other_models_discharge_without(model: SteppedCare) -> None:
    assert model.still_to_agree(()) == ()


CHOICES = (
    Choice(WIGG, "NICE CG123", date(2024, 4, 1)),
    Choice(WIGG, "NHS Talking Therapies", date(2025, 4, 1)),
    Choice(TRUST, "NHS Talking Therapies", date(2020, 1, 1)),
)


@pytest.mark.parametrize(
    ("at", "model"),
    [
        ("2010-01-01", SANDWELL),
        ("2024-03-31 23:59", SANDWELL),
        ("2024-04-01 00:00", NICE),
        ("2025-03-31 23:59", NICE),
        ("2025-04-01 00:00", TALKING_THERAPIES),
    ],
)
def test_a_place_changes_its_model_on_a_day(at: str, model: SteppedCare) -> None:
    assert in_force(WIGG, moment(at), CHOICES) is model


def test_a_model_nobody_knows_is_refused() -> None:
    with pytest.raises(ModelIsUnknown):
        in_force(WIGG, moment("2026-03-02"), [Choice(WIGG, "Our own", date(2025, 1, 1))])


def test_a_place_may_bring_a_model_of_its_own_which_holds_between_its_dates() -> None:
    own = SteppedCare("Our own", "our board", date(2025, 1, 1), NICE.steps, NICE.entry, ())
    choices = [Choice(WIGG, "Our own", date(2024, 1, 1))]
    assert in_force(WIGG, moment("2026-03-02"), choices, (*MODELS, own)) is own
    with pytest.raises(ModelIsUnknown):
        in_force(WIGG, moment("2024-06-01"), choices, (*MODELS, own))


def test_a_new_edition_of_a_model_holds_from_its_day() -> None:
    first = replace(NICE, effective_to=date(2026, 4, 1))
    second = replace(NICE, effective_from=date(2026, 4, 1), source="a later edition")
    choices = [Choice(WIGG, NICE.name, date(2020, 1, 1))]
    for editions in ((first, second), (NICE, second)):  # with and without a last day
        assert in_force(WIGG, moment("2026-03-31"), choices, editions) is editions[0]
        assert in_force(WIGG, moment("2026-04-01"), choices, editions) is second
    with pytest.raises(ModelIsUnknown):
        in_force(WIGG, moment("2026-04-01"), choices, [first])


def test_a_step_is_found_by_its_number() -> None:
    high_intensity = TALKING_THERAPIES.step(3)
    assert high_intensity is not None
    assert (high_intensity.name, high_intensity.step) == ("high intensity", Step.TALKING_THERAPIES)
    assert TALKING_THERAPIES.step(1) is None
