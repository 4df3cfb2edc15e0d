"""Nobody who has entered the steps moves without the evidence that the place's model demands."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from domain.handover import NobodyHandedThemOver
from domain.intentions.directory import OnlyTheHostChooses
from domain.intentions.handovers import NoSuchDecision
from domain.measure import NoSuchMeasure
from domain.policies.steps import (
    MODELS,
    NICE,
    SANDWELL,
    TALKING_THERAPIES,
    Evidence,
    ModelIsUnknown,
    SteppedCare,
)
from domain.steps import Grounds, IllegalMove, NoStepWithoutItsEvidence
from domain.vocabulary import (
    DecisionId,
    EndReason,
    HandoverId,
    Instrument,
    MeasureId,
    Mode,
    PersonId,
    ReferralId,
    Responsibility,
    ServiceId,
    Source,
    Step,
)
from tests.people import (
    COLLABORATIVE_CARE,
    DRUG_CARE,
    GARDENING,
    MINA,
    MONDAY,
    ROSA,
    SUPPORT,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import ASKED_FOR, URGENT, Community, by, refused

DECIDED = Grounds(Evidence.MDT_DECISION, decision=DecisionId(named("a decision")))
SCORED = Grounds(Evidence.MEASURE, measure=MeasureId(named("a score")))
SHOWN = {
    Evidence.MEASURE: SCORED,
    Evidence.MDT_DECISION: DECIDED,
    Evidence.PERSONS_REQUEST: ASKED_FOR,
    Evidence.URGENT_NEED: URGENT,
}


@pytest.fixture
def place() -> Community:
    """Rosa entered at step 2: she is with talking therapies."""
    place = Community()
    place.register()
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    return place


def offer(
    place: Community, to: ServiceId, grounds: Grounds, *, person: PersonId = ROSA
) -> HandoverId:
    handover = HandoverId(uuid4())
    holder = place.pathway(person).responsible
    assert holder is not None
    place.care.offer_handover(person, handover, to, grounds=grounds, asked=by(holder))
    return handover


def score(place: Community, words: str = "Rosa's PHQ-9", *, person: PersonId = ROSA) -> MeasureId:
    measure, referral = MeasureId(named(words)), ReferralId(named(f"{words} under"))
    place.care.make_referral(
        referral,
        person,
        THERAPY,
        source=Source.PROFESSIONAL,
        mode=Mode.WRITTEN,
        ask="a score",
        asked=by(WIGG),
    )
    place.accept(referral, TALKING)
    place.care.complete_measure(
        measure, referral, instrument=Instrument.PHQ_9, total=19, asked=by(TALKING)
    )
    return measure


# Each move of each model, on each kind of evidence


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("kind", Evidence)
@pytest.mark.parametrize(
    ("from_step", "to_step"), [(a, b) for a in Step for b in Step if a is not b]
)
def test_a_move_is_as_legal_as_its_model_says(
    model: SteppedCare, kind: Evidence, from_step: Step, to_step: Step
) -> None:
    move = model.between(from_step, to_step)
    if move is None:
        with refused(IllegalMove):
            SHOWN[kind].enough(model, from_step, to_step)
    elif kind in move.evidence:
        SHOWN[kind].enough(model, from_step, to_step)
    else:
        with pytest.raises(NoStepWithoutItsEvidence) as broken:
            SHOWN[kind].enough(model, from_step, to_step)
        assert set(broken.value.needs) == {each.value for each in move.evidence}


@pytest.mark.parametrize(
    "empty",
    [
        Grounds(),
        Grounds(words="Worse."),
        Grounds(Evidence.MEASURE, words="PHQ-9 of 19"),
        Grounds(Evidence.MDT_DECISION, words="They said so."),
        Grounds(Evidence.PERSONS_REQUEST),
        Grounds(Evidence.URGENT_NEED, words=""),
    ],
)
def test_a_kind_of_evidence_points_to_something(empty: Grounds) -> None:
    with refused(NoStepWithoutItsEvidence):
        empty.enough(SANDWELL, Step.TALKING_THERAPIES, Step.COLLABORATIVE_CARE)


# Entering


@pytest.mark.parametrize("to", [SUPPORT, THERAPY, DRUG_CARE, WARD])
def test_people_enter_at_any_step_without_evidence(to: ServiceId) -> None:
    place = Community()
    place.register()
    place.refer("Rosa to gardening", to=GARDENING)
    handover = offer(place, to, Grounds())
    assert place.pathway().offer is not None
    assert not place.pathway().entered
    receiver = place.pathway().offer.receiver  # type: ignore[union-attr]
    place.care.accept_handover(ROSA, handover, asked=by(receiver))
    assert place.pathway().entered


def test_whoever_comes_back_enters_anew(place: Community) -> None:
    place.care.choose_stepped_care(NICE.name, date(2026, 1, 1), asked=by(WIGG))
    place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(TALKING))
    place.refer("Rosa again", to=GARDENING)
    assert not place.pathway().entered
    offer(place, WARD, Grounds())


def test_a_declined_offer_is_no_entry() -> None:
    place = Community()
    place.register()
    place.refer("Rosa to gardening", to=GARDENING)
    place.care.decline_handover(ROSA, offer(place, WARD, Grounds()), asked=by(TRUST))
    offer(place, THERAPY, Grounds())


# After entry


def test_after_entry_a_step_up_needs_its_evidence(place: Community) -> None:
    facts = len(place.log.facts)
    with pytest.raises(NoStepWithoutItsEvidence) as broken:
        offer(place, COLLABORATIVE_CARE, Grounds(words="Worse."))
    assert broken.value.needs == tuple(kind.value for kind in Evidence)
    assert len(place.log.facts) == facts
    offer(place, COLLABORATIVE_CARE, ASKED_FOR)


def test_hospital_is_for_urgent_need_or_a_decision_only(place: Community) -> None:
    with pytest.raises(NoStepWithoutItsEvidence) as broken:
        offer(place, WARD, ASKED_FOR)
    assert broken.value.needs == ("MDT decision", "urgent need")
    offer(place, WARD, URGENT)


def test_a_score_is_evidence_if_it_is_this_persons(place: Community) -> None:
    place.register(TOM)
    toms = score(place, "Tom's PHQ-9", person=TOM)
    for wrong in (toms, MeasureId(named("no score at all"))):
        with refused(NoSuchMeasure):
            offer(place, COLLABORATIVE_CARE, Grounds(Evidence.MEASURE, measure=wrong))
    rosas = score(place)
    offer(place, COLLABORATIVE_CARE, Grounds(Evidence.MEASURE, measure=rosas))
    proposed = next(f for f in reversed(place.facts()) if f.TOPIC == "pathway:StepUpProposed")
    assert proposed.model_dump(exclude_none=True) == {
        "from_step": Step.TALKING_THERAPIES,
        "to_step": Step.COLLABORATIVE_CARE,
        "evidence_kind": Evidence.MEASURE,
        "measure": rosas,
    }


def test_a_decision_nobody_made_is_no_evidence(place: Community) -> None:
    with refused(NoSuchDecision):
        offer(place, COLLABORATIVE_CARE, DECIDED)


def test_at_the_same_step_nothing_is_asked_for(place: Community) -> None:
    offer(place, COLLABORATIVE_CARE, ASKED_FOR)
    way = place.pathway()
    assert way.offer is not None
    place.care.accept_handover(ROSA, way.offer.handover, asked=by(WIGG))
    offer(place, DRUG_CARE, Grounds())


# A referral that takes over


def test_a_referral_that_changes_the_step_needs_its_evidence_too(place: Community) -> None:
    with refused(NoStepWithoutItsEvidence):
        place.refer("Rosa to the trust", to=WARD, sender=TALKING, take_over=True)
    place.care.make_referral(
        ReferralId(named("Rosa to the trust")),
        ROSA,
        WARD,
        source=Source.PROFESSIONAL,
        mode=Mode.WRITTEN,
        ask="Please take her on.",
        reason="Worse on therapy.",
        responsibility=Responsibility.TAKE_OVER,
        grounds=URGENT,
        asked=by(TALKING),
    )
    assert place.pathway().offer is not None


def test_who_refers_herself_asks_for_the_move(place: Community) -> None:
    place.refer(
        "Rosa herself", to=DRUG_CARE, sender=WIGG, source=Source.SELF, take_over=True, ask="Please."
    )
    offered = place.pathway().offer
    assert offered is not None
    assert offered.grounds == Grounds(Evidence.PERSONS_REQUEST, words="Please.")


def test_a_redirected_referral_takes_its_evidence_along(place: Community) -> None:
    referral = ReferralId(named("Rosa, urgent"))
    place.care.make_referral(
        referral,
        ROSA,
        DRUG_CARE,
        source=Source.PROFESSIONAL,
        mode=Mode.WRITTEN,
        ask="Please take her on.",
        reason="Worse on therapy.",
        responsibility=Responsibility.TAKE_OVER,
        grounds=URGENT,
        asked=by(TALKING),
    )
    drugs = place.referral(referral).receiver
    assert drugs is not None
    place.care.redirect_referral(referral, WARD, asked=by(drugs))
    offered = place.pathway().offer
    assert offered is not None
    assert (offered.receiver, offered.grounds) == (TRUST, URGENT)


# The model of the place


def test_the_model_that_held_when_it_was_asked_judges_the_move(place: Community) -> None:
    """By Talking Therapies' own model there is no step but theirs."""
    april = MONDAY + timedelta(days=60)
    place.care.choose_stepped_care(TALKING_THERAPIES.name, april.date(), asked=by(WIGG))
    handover = HandoverId(uuid4())
    with refused(IllegalMove):
        place.care.offer_handover(
            ROSA, handover, COLLABORATIVE_CARE, grounds=ASKED_FOR, asked=by(TALKING, at=april)
        )
    place.care.offer_handover(
        ROSA, handover, COLLABORATIVE_CARE, grounds=ASKED_FOR, asked=by(TALKING)
    )


def test_a_choice_is_the_hosts_and_of_a_model_there_is(place: Community) -> None:
    with refused(OnlyTheHostChooses):
        place.care.choose_stepped_care(NICE.name, MONDAY.date(), asked=by(TRUST))
    with refused(ModelIsUnknown):
        place.care.choose_stepped_care("Our own", MONDAY.date(), asked=by(WIGG))
    with refused(ModelIsUnknown):
        place.care.choose_stepped_care(NICE.name, date(2010, 1, 1), asked=by(WIGG))
    place.care.choose_stepped_care(NICE.name, MONDAY.date(), asked=by(WIGG))
    again = place.care.choose_stepped_care(NICE.name, MONDAY.date(), asked=by(WIGG))
    assert again.repeated


# Handing back


def test_a_person_goes_back_to_who_handed_them_over_at_the_step_they_had(place: Community) -> None:
    place.hand_over(WARD, sender=TALKING)
    back = HandoverId(uuid4())
    place.care.hand_back(ROSA, back, reason="She is safe.", grounds=ASKED_FOR, asked=by(TRUST))
    assert place.pathway().responsible == TRUST, "until therapy accepts"
    place.care.accept_handover(ROSA, back, asked=by(TALKING))
    way = place.pathway()
    assert (way.responsible, way.step) == (TALKING, Step.TALKING_THERAPIES)
    assert [held.partner for held in way.came_from] == [WIGG], "and not back and forth"


def test_nobody_goes_back_without_evidence_where_the_step_changes(place: Community) -> None:
    place.hand_over(WARD, sender=TALKING)
    with refused(NoStepWithoutItsEvidence):
        place.care.hand_back(ROSA, HandoverId(uuid4()), reason="Full.", asked=by(TRUST))


def test_whom_nobody_handed_over_goes_back_to_nobody() -> None:
    place = Community()
    place.register(MINA)
    place.refer("Mina to gardening", to=GARDENING, person=MINA)
    with refused(NobodyHandedThemOver):
        place.care.hand_back(MINA, HandoverId(uuid4()), reason="Full.", asked=by(WIGG))


def test_nobody_enters_at_a_step_that_the_model_does_not_know() -> None:
    place = Community()
    place.register()
    place.care.choose_stepped_care(TALKING_THERAPIES.name, MONDAY.date(), asked=by(WIGG))
    with refused(IllegalMove):
        place.refer("Rosa to the ward at once", to=WARD, take_over=True)
    place.refer("Rosa to therapy at once", to=THERAPY, take_over=True)
