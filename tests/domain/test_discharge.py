"""People are let go when two have agreed, where the model of the place asks two to."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from domain.discharge import (
    AnotherReasonWasAgreed,
    DischargeIsNotAgreed,
    NoDischargeIsProposed,
    NotTheOneWhoAgrees,
    TheSamePersonAgreedTwice,
)
from domain.hold import ReviewLiesBehind
from domain.kernel import Asked
from domain.policies.steps import MODELS, Agreement, SteppedCare
from domain.practitioner import NotAPractitionerThere
from domain.vocabulary import EndReason, HandoverId
from tests.people import (
    DR_PATEL,
    DR_TOLLEY,
    GARDENING,
    MONDAY,
    NADIA,
    ROSA,
    TALKING,
    THERAPY,
    WIGG,
)
from tests.scenario import Community, by, refused

LINK, CLINICAL = Agreement.LINK_WORKER, Agreement.CLINICAL_COORDINATOR


@pytest.fixture
def place() -> Community:
    """Rosa is held by her practice; Dr Patel is her key worker, Dr Tolley her co-ordinator."""
    place = Community()
    place.register()
    place.refer("Rosa to gardening", to=GARDENING)
    place.care.name_key_worker(ROSA, DR_PATEL, asked=by(WIGG))
    place.care.name_coordinator(ROSA, DR_TOLLEY, asked=by(WIGG))
    return place


def propose(place: Community, reason: EndReason = EndReason.COMPLETED) -> None:
    place.care.propose_discharge(ROSA, reason, plan="She rings.", asked=by(WIGG))


def agree(place: Community, agreement: Agreement) -> None:
    who = DR_PATEL if agreement is LINK else DR_TOLLEY
    place.care.agree_discharge(ROSA, agreement, asked=by(WIGG, practitioner=who))


def close(place: Community, reason: EndReason = EndReason.COMPLETED) -> None:
    place.care.close_pathway(ROSA, reason, asked=by(WIGG))


def test_two_agree_and_then_the_pathway_closes(place: Community) -> None:
    with pytest.raises(DischargeIsNotAgreed) as broken:
        close(place)
    assert broken.value.needs == ("link worker", "clinical co-ordinator")
    propose(place)
    agree(place, LINK)
    with pytest.raises(DischargeIsNotAgreed) as broken:
        close(place)
    assert broken.value.needs == ("clinical co-ordinator",)
    agree(place, CLINICAL)
    close(place)
    assert not place.pathway().open


@pytest.mark.parametrize("model", [m for m in MODELS if not m.discharge], ids=lambda m: m.name)
def test_a_model_without_agreements_closes_at_once(place: Community, model: SteppedCare) -> None:
    place.care.choose_stepped_care(model.name, date(2026, 1, 1), asked=by(WIGG))
    close(place)
    assert not place.pathway().open


def test_nobody_agrees_for_somebody_else(place: Community) -> None:
    with refused(NoDischargeIsProposed):
        agree(place, LINK)
    propose(place)
    for agreement, somebody in ((LINK, DR_TOLLEY), (CLINICAL, DR_PATEL), (LINK, NADIA)):
        with refused(NotTheOneWhoAgrees):
            place.care.agree_discharge(ROSA, agreement, asked=by(WIGG, practitioner=somebody))
    with refused(NotTheOneWhoAgrees):
        system = Asked(WIGG, MONDAY, uuid4())
        place.care.agree_discharge(ROSA, LINK, asked=system)


def test_one_person_in_both_parts_agrees_once(place: Community) -> None:
    place.care.name_coordinator(ROSA, DR_PATEL, asked=by(WIGG))
    propose(place)
    agree(place, LINK)
    with refused(TheSamePersonAgreedTwice):
        place.care.agree_discharge(ROSA, CLINICAL, asked=by(WIGG))


def test_agreeing_twice_is_agreeing_once(place: Community) -> None:
    propose(place)
    agree(place, LINK)
    facts = len(place.log.facts)
    agree(place, LINK)
    assert len(place.log.facts) == facts


def test_another_key_worker_agrees_anew(place: Community) -> None:
    propose(place)
    agree(place, LINK)
    agree(place, CLINICAL)
    place.care.name_key_worker(ROSA, DR_TOLLEY, asked=by(WIGG))
    with pytest.raises(DischargeIsNotAgreed) as broken:
        close(place)
    assert broken.value.needs == ("link worker",)


def test_what_is_agreed_is_one_reason(place: Community) -> None:
    propose(place)
    agree(place, LINK)
    agree(place, CLINICAL)
    with refused(AnotherReasonWasAgreed):
        close(place, EndReason.PERSON_ENDED)


def test_a_handover_a_hold_and_a_new_proposal_void_what_was_agreed(place: Community) -> None:
    def hand_over() -> None:
        offer = HandoverId(uuid4())
        place.care.offer_handover(ROSA, offer, THERAPY, asked=by(WIGG))
        place.care.withdraw_handover(ROSA, offer, asked=by(WIGG))

    def hold() -> None:
        place.care.put_on_hold(
            ROSA, reason="wait and see", review_on=date(2026, 3, 16), asked=by(WIGG)
        )

    for happens in (hand_over, hold, lambda: propose(place)):
        propose(place)
        agree(place, LINK)
        agree(place, CLINICAL)
        happens()
        with refused(DischargeIsNotAgreed):
            close(place)


def test_an_accepted_handover_leaves_neither_key_worker_nor_coordinator(place: Community) -> None:
    place.hand_over(THERAPY)
    way = place.pathway()
    assert (way.key_worker, way.coordinator, way.hold, way.discharge) == (None, None, None, None)
    assert way.next_actions(TALKING)[0] == "key-worker"


def test_who_is_named_acts_for_the_organisation_that_holds_the_person(place: Community) -> None:
    for name in (place.care.name_key_worker, place.care.name_coordinator):
        with refused(NotAPractitionerThere):
            name(ROSA, NADIA, asked=by(WIGG))
    place.employ(WIGG, NADIA)  # employed by the trust or by therapy, and deployed here
    place.care.name_key_worker(ROSA, NADIA, asked=by(WIGG))
    assert place.pathway().key_worker == NADIA


def test_a_hold_is_looked_at_again_on_a_day_ahead(place: Community) -> None:
    for day in (MONDAY.date(), date(2026, 3, 1)):
        with refused(ReviewLiesBehind):
            place.care.put_on_hold(ROSA, reason="wait", review_on=day, asked=by(WIGG))
    place.care.put_on_hold(ROSA, reason="wait", review_on=date(2026, 3, 3), asked=by(WIGG))
    again = place.care.put_on_hold(ROSA, reason="wait", review_on=date(2026, 3, 3), asked=by(WIGG))
    assert again.repeated
    place.care.end_hold(ROSA, asked=by(WIGG))
    assert place.pathway().hold is None
