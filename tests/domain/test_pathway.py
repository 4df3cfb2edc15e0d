"""Who holds a person, how a hand-over moves them, and what never may."""

from __future__ import annotations

import pytest

from domain.handover import (
    AlreadyResponsible,
    AnotherHandoverIsOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverLapsed,
    HandoverOffered,
    OnlyTheReceiverMayAnswer,
)
from domain.handover_offer import NobodyOfferedThisHandover
from domain.kernel import Fact
from domain.key_worker import KeyWorkerNamed
from domain.pathway import (
    Pathway,
    PathwayClosed,
    PathwayIsOpen,
    PathwayOpened,
    PathwayReopened,
    pathway_of,
)
from domain.policies.steps import NICE, SANDWELL
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.steps import Grounds, StepDownProposed, SteppedDown, SteppedUp, StepUpProposed
from domain.vocabulary import EndReason, HandoverId, Label, Step
from tests.people import DR_PATEL, DRUGS, NADIA, ROSA, SOCIAL, TALKING, TOM, TRUST, WIGG, named
from tests.scenario import ASKED_FOR, Given, Happened, by, given

OFFER = HandoverId(named("to talking therapies"))
LATER = HandoverId(named("back to the practice"))


def opened(step: Step = Step.COMMUNITY_PREVENTION) -> Fact:
    return PathwayOpened(step=step, responsible=WIGG)


def handover_offered(to_step: Step = Step.TALKING_THERAPIES) -> Fact:
    return HandoverOffered(handover=OFFER, sender=WIGG, receiver=TALKING, to_step=to_step)


def handover_accepted() -> Fact:
    return HandoverAccepted(handover=OFFER, sender=WIGG, receiver=TALKING)


def handover_declined() -> Fact:
    return HandoverDeclined(handover=OFFER, sender=WIGG, receiver=TALKING)


def handover_lapsed() -> Fact:
    return HandoverLapsed(handover=OFFER, sender=WIGG, receiver=TALKING)


def stepped_up() -> Fact:
    return SteppedUp(
        from_step=Step.COMMUNITY_PREVENTION, to_step=Step.TALKING_THERAPIES, responsible=TALKING
    )


def closed() -> Fact:
    return PathwayClosed(reason=EndReason.COMPLETED, responsible=WIGG)


def pathway(*facts: Fact) -> Given[Pathway]:
    return given(Pathway(id=pathway_of(ROSA)), *(Happened(fact) for fact in facts))


def begin(p: Pathway) -> object:
    return p.begin(
        ROSA,
        step=Step.COMMUNITY_PREVENTION,
        responsible=WIGG,
        label=Label.ORDINARY,
        asked=by(WIGG),
        correlation=p.id,
        cause=None,
    )


def offer(
    p: Pathway,
    *,
    to_step: Step = Step.TALKING_THERAPIES,
    label: Label = Label.ORDINARY,
) -> object:
    return p.offer_handover(
        OFFER,
        receiver=TALKING,
        to_step=to_step,
        label=label,
        model=SANDWELL,
        grounds=Grounds(words="PHQ-9 of 16"),
        asked=by(WIGG),
        correlation=OFFER,
    )


def accept(p: Pathway) -> object:
    return p.accept_handover(OFFER, asked=by(TALKING))


def decline(p: Pathway) -> object:
    return p.decline_handover(OFFER, note=None, asked=by(TALKING))


def lapse(p: Pathway) -> object:
    return p.lapse_handover(OFFER, asked=by(WIGG))


def withdraw(p: Pathway) -> object:
    return p.withdraw_handover(OFFER, asked=by(WIGG))


def close(p: Pathway) -> object:
    return p.close(EndReason.COMPLETED, model=NICE, asked=by(WIGG))


def test_a_person_has_one_pathway() -> None:
    assert pathway_of(ROSA) == pathway_of(ROSA)
    assert pathway_of(ROSA) != pathway_of(TOM)
    pathway(opened()).when(begin).then_refused(PathwayIsOpen)


def test_a_pathway_opens_with_somebody_responsible() -> None:
    pathway().when(begin).then(opened())


def test_a_person_who_comes_back_is_held_again() -> None:
    pathway(opened(), closed()).when(begin).then(
        PathwayReopened(step=Step.COMMUNITY_PREVENTION, responsible=WIGG)
    )


def test_an_offer_moves_neither_step_nor_responsibility() -> None:
    after = pathway(opened()).when(offer)
    after.then(
        StepUpProposed(
            from_step=Step.COMMUNITY_PREVENTION,
            to_step=Step.TALKING_THERAPIES,
            evidence="PHQ-9 of 16",
        ),
        handover_offered(),
    )
    assert (after.noun.responsible, after.noun.step) == (WIGG, Step.COMMUNITY_PREVENTION)


def test_an_offer_to_a_lower_step_proposes_a_step_down() -> None:
    pathway(opened(Step.HOSPITAL_CARE)).when(offer).then(
        StepDownProposed(
            from_step=Step.HOSPITAL_CARE, to_step=Step.TALKING_THERAPIES, evidence="PHQ-9 of 16"
        ),
        handover_offered(),
    )


def test_an_offer_at_the_same_step_proposes_none() -> None:
    pathway(opened(Step.TALKING_THERAPIES)).when(offer).then(handover_offered())


def test_nobody_is_stepped_up_before_the_receiver_accepts() -> None:
    pathway(opened()).when(accept).then_refused(NobodyOfferedThisHandover)
    pathway(opened(), handover_offered()).when(
        lambda p: p.accept_handover(OFFER, asked=by(WIGG))
    ).then_refused(OnlyTheReceiverMayAnswer)


def test_acceptance_moves_responsibility_and_step_together() -> None:
    after = pathway(opened(), handover_offered()).when(accept)
    after.then(handover_accepted(), stepped_up())
    assert (after.noun.responsible, after.noun.step) == (TALKING, Step.TALKING_THERAPIES)
    assert [r.causation for r in after.facts] == [f"{after.noun.id}/2", f"{after.noun.id}/3"]


def test_acceptance_of_a_lower_step_is_a_step_down() -> None:
    pathway(opened(Step.HOSPITAL_CARE), handover_offered()).when(accept).then(
        handover_accepted(),
        SteppedDown(
            from_step=Step.HOSPITAL_CARE, to_step=Step.TALKING_THERAPIES, responsible=TALKING
        ),
    )


def test_acceptance_ends_the_old_key_worker() -> None:
    named_first = KeyWorkerNamed(key_worker=DR_PATEL)
    assert pathway(opened(), named_first, handover_offered()).when(accept).noun.key_worker is None


def test_accepting_twice_answers_once() -> None:
    pathway(opened(), handover_offered(), handover_accepted()).when(accept).then_nothing()


def test_a_decline_leaves_the_sender_holding() -> None:
    after = pathway(opened(), handover_offered()).when(decline)
    after.then(handover_declined())
    assert after.noun.responsible == WIGG
    pathway(opened(), handover_offered(), handover_declined()).when(decline).then_nothing()


def test_an_offer_that_lapses_leaves_the_sender_holding() -> None:
    after = pathway(opened(), handover_offered()).when(lapse)
    after.then(handover_lapsed())
    assert after.noun.responsible == WIGG
    pathway(opened()).when(lapse).then_nothing()


def test_an_offer_has_one_answer() -> None:
    for ended in (handover_declined(), handover_lapsed()):
        pathway(opened(), handover_offered(), ended).when(accept).then_refused(
            NobodyOfferedThisHandover
        )
    for ended in (handover_accepted(), handover_lapsed()):
        pathway(opened(), handover_offered(), ended).when(decline).then_refused(
            NobodyOfferedThisHandover
        )


def test_the_responsible_takes_its_offer_back() -> None:
    pathway(opened(), handover_offered()).when(withdraw).then(handover_lapsed())
    pathway(opened(), handover_offered(), handover_lapsed()).when(withdraw).then_nothing()
    pathway(opened()).when(withdraw).then_refused(NobodyOfferedThisHandover)
    pathway(opened(), handover_offered()).when(
        lambda p: p.withdraw_handover(OFFER, asked=by(TALKING))
    ).then_refused(OnlyTheResponsibleMay)


def test_one_offer_at_a_time() -> None:
    pathway(opened(), handover_offered()).when(offer).then_refused(AnotherHandoverIsOffered)


def test_nobody_is_offered_whom_they_hold() -> None:
    pathway(PathwayOpened(step=Step.TALKING_THERAPIES, responsible=TALKING)).when(
        offer
    ).then_refused(AlreadyResponsible)


def test_a_closed_pathway_is_not_handed_over() -> None:
    pathway().when(offer).then_refused(PathwayIsClosed)
    pathway(opened(), closed()).when(offer).then_refused(PathwayIsClosed)


def test_only_the_responsible_names_a_key_worker() -> None:
    asked = by(WIGG)
    name = KeyWorkerNamed(key_worker=NADIA, edit=asked.edit)
    pathway(opened()).when(lambda p: p.name_key_worker(NADIA, asked=asked)).then(name)
    pathway(opened(), name).when(lambda p: p.name_key_worker(NADIA, asked=by(WIGG))).then_nothing()
    pathway(opened()).when(lambda p: p.name_key_worker(NADIA, asked=by(SOCIAL))).then_refused(
        OnlyTheResponsibleMay
    )
    pathway(opened(), closed()).when(
        lambda p: p.name_key_worker(NADIA, asked=by(WIGG))
    ).then_refused(PathwayIsClosed)


def test_only_the_responsible_closes_and_not_while_an_offer_waits() -> None:
    pathway(opened()).when(close).then(closed())
    pathway(opened(), closed()).when(close).then_nothing()
    pathway(opened()).when(
        lambda p: p.close(EndReason.COMPLETED, model=NICE, asked=by(TRUST))
    ).then_refused(OnlyTheResponsibleMay)
    pathway(opened(), handover_offered()).when(close).then_refused(AnotherHandoverIsOffered)


@pytest.mark.parametrize(
    ("facts", "practice", "therapists"),
    [
        ((), (), ()),
        (
            (opened(),),
            ("key-worker", "handover", "hold", "coordinator", "complexity", "discharge", "closure"),
            (),
        ),
        (
            (opened(), handover_offered()),
            ("key-worker", "handover-withdrawal", "coordinator", "complexity"),
            ("handover-acceptance", "handover-decline"),
        ),
        (
            (opened(), handover_offered(), handover_accepted()),
            (),
            (
                "key-worker",
                "handover",
                "hand-back",
                "hold",
                "coordinator",
                "complexity",
                "discharge",
                "closure",
            ),
        ),
        ((opened(), closed()), ("reopening",), ()),
    ],
)
def test_each_side_is_shown_what_it_may_do_next(
    facts: tuple[Fact, ...], practice: tuple[str, ...], therapists: tuple[str, ...]
) -> None:
    noun = pathway(*facts).noun
    assert noun.next_actions(WIGG) == practice
    assert noun.next_actions(TALKING) == therapists


# The label: what a drug service does is especially sensitive, before and after it holds somebody


def labelled_offer() -> Fact:
    return HandoverOffered(
        handover=OFFER,
        sender=WIGG,
        receiver=DRUGS,
        to_step=Step.COMMUNITY_PREVENTION,
        label=Label.SUBSTANCE,
    )


def labelled_acceptance() -> Fact:
    return HandoverAccepted(handover=OFFER, sender=WIGG, receiver=DRUGS, label=Label.SUBSTANCE)


def test_a_declined_offer_to_a_drug_service_leaves_no_label() -> None:
    declined = pathway(opened(), labelled_offer()).when(
        lambda p: p.decline_handover(OFFER, note=None, asked=by(DRUGS))
    )
    assert [r.label for r in declined.facts] == [Label.SUBSTANCE]
    closing = close(declined.noun)
    assert closing is declined.noun.pending[0]
    assert declined.noun.pending[0].label is Label.ORDINARY


def test_what_a_drug_service_does_while_it_holds_somebody_is_labelled() -> None:
    naming = pathway(opened(), labelled_offer(), labelled_acceptance()).when(
        lambda p: p.name_key_worker(NADIA, asked=by(DRUGS))
    )
    assert [r.label for r in naming.facts] == [Label.SUBSTANCE]


def test_handing_back_from_a_drug_service_is_labelled_and_then_no_more() -> None:
    held = pathway(opened(), labelled_offer(), labelled_acceptance())

    def hand_back(p: Pathway) -> None:
        p.offer_handover(
            LATER,
            receiver=WIGG,
            to_step=Step.TALKING_THERAPIES,
            label=Label.ORDINARY,
            model=SANDWELL,
            grounds=ASKED_FOR,
            asked=by(DRUGS),
            correlation=LATER,
        )
        p.accept_handover(LATER, asked=by(WIGG))

    back = held.when(hand_back)
    assert [(type(r.fact).__name__, r.label) for r in back.facts] == [
        ("StepUpProposed", Label.SUBSTANCE),
        ("HandoverOffered", Label.SUBSTANCE),
        ("HandoverAccepted", Label.SUBSTANCE),
        ("SteppedUp", Label.ORDINARY),
    ]
    assert back.noun.label is Label.ORDINARY
