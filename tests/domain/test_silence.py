"""Nobody answers: who is told, each once and in order, until somebody says they see to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.handover import HandoverOffered
from domain.handover_offer import (
    HandoverSilenceAcknowledged,
    HandoverSilenceEscalated,
    NobodyOfferedThisHandover,
)
from domain.intentions.pathways import TheReferralIsEscalated
from domain.kernel import Asked, Fact
from domain.pathway import Pathway, PathwayOpened, pathway_of
from domain.policies.escalation import Rung, Silence
from domain.referral import (
    InformationAsked,
    InformationGiven,
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralWithdrawn,
)
from domain.request import OnlyTheSenderMay, ReferralIsNotWaiting
from domain.silence import (
    NothingWasEscalated,
    OnlySomebodyMayAcknowledge,
    OnlyThePartiesMayAcknowledge,
    SilenceIsAcknowledged,
    ThisRungIsNotDue,
)
from domain.standing import OnlyTheResponsibleMay
from domain.unanswered import (
    ReferralExpired,
    ReferralHasNotExpired,
    SilenceAcknowledged,
    SilenceEscalated,
)
from domain.vocabulary import (
    DeclineReason,
    HandoverId,
    Label,
    Mode,
    PartnerId,
    Priority,
    Responsibility,
    Source,
    Step,
)
from tests.people import (
    COMMISSIONER,
    DRUGS,
    GARDENING,
    LIBRARY,
    MONDAY,
    ROSA,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, Given, Happened, by, given, refused

OFFER = HandoverId(named("to talking therapies"))
NEXT_MONDAY = datetime(2026, 3, 9, 23, 59, 59, 999999, tzinfo=UTC)
"""The end of the fifth working day after the offer."""
MUCH_LATER = MONDAY + timedelta(days=60)
MADE = ReferralMade(
    service=THERAPY,
    receiver=TALKING,
    source=Source.PROFESSIONAL,
    mode=Mode.WRITTEN,
    sender=WIGG,
    responsibility=Responsibility.HELP_ALONGSIDE,
    ask="Please see her about low mood.",
)
TOLD = SilenceEscalated(rung=Rung.RECEIVER, due_at=NEXT_MONDAY)
SEEN_TO = SilenceAcknowledged()
OFFERED = HandoverOffered(
    handover=OFFER, sender=WIGG, receiver=TALKING, to_step=Step.TALKING_THERAPIES
)
OFFER_TOLD = HandoverSilenceEscalated(
    handover=OFFER, sender=WIGG, receiver=TALKING, rung=Rung.RECEIVER, due_at=NEXT_MONDAY
)
OFFER_SEEN_TO = HandoverSilenceAcknowledged(handover=OFFER, sender=WIGG, receiver=TALKING)


def timer(at: datetime = MUCH_LATER, organisation: PartnerId = WIGG) -> Asked:
    """The sweep asks: nobody in particular, for the sender."""
    return Asked(organisation=organisation, at=at, key=uuid4())


def one_after_the_other(last: datetime = MUCH_LATER) -> list[tuple[Rung, datetime]]:
    """The rungs, each told well after the one before it, the last at that moment."""
    return [(rung, last - timedelta(days=12 * (3 - nth))) for nth, rung in enumerate(Rung)]


def referral(*facts: Fact, made: Fact = MADE) -> Given[Referral]:
    return given(Referral(id=named("a referral")), *(Happened(fact) for fact in (made, *facts)))


def pathway(*facts: Fact) -> Given[Pathway]:
    began = PathwayOpened(step=Step.COMMUNITY_PREVENTION, responsible=WIGG)
    return given(Pathway(id=pathway_of(ROSA)), *(Happened(fact) for fact in (began, *facts)))


# A referral


def test_the_receiver_is_told_first_and_not_before_its_time() -> None:
    referral().when(
        lambda r: r.escalate_silence(Rung.RECEIVER, asked=timer(NEXT_MONDAY - timedelta(seconds=1)))
    ).then_refused(ThisRungIsNotDue)
    referral().when(
        lambda r: r.escalate_silence(Rung.RECEIVER, asked=timer(NEXT_MONDAY + timedelta(seconds=1)))
    ).then(TOLD)


@pytest.mark.parametrize("rung", [Rung.LEAD, Rung.SENDER, Rung.COMMISSIONER])
def test_no_rung_is_passed_over_however_late_it_is(rung: Rung) -> None:
    referral().when(lambda r: r.escalate_silence(rung, asked=timer())).then_refused(
        ThisRungIsNotDue
    )


def test_the_ladder_is_climbed_once_to_its_end() -> None:
    noun = referral().noun
    for rung, at in one_after_the_other():
        recorded = noun.escalate_silence(rung, asked=timer(at))
        assert recorded is not None
        assert noun.escalate_silence(rung, asked=timer(at)) is None
    told = [r.fact for r in noun.collect_events()]
    assert [fact.rung for fact in told if isinstance(fact, SilenceEscalated)] == list(Rung)
    assert noun.wait is not None
    assert noun.wait.next(MUCH_LATER) is None


def test_an_urgent_referral_is_escalated_within_a_day() -> None:
    urgent = MADE.model_copy(update={"priority": Priority.URGENT})
    due = MONDAY + timedelta(hours=24, seconds=1)  # recorded a second after it was made
    referral(made=urgent).when(lambda r: r.escalate_silence(Rung.RECEIVER, asked=timer(due))).then(
        SilenceEscalated(rung=Rung.RECEIVER, due_at=due)
    )


@pytest.mark.parametrize(
    "answer",
    [
        ReferralAccepted(receiver=TALKING),
        ReferralDeclined(receiver=TALKING, reason=DeclineReason.FULL),
        ReferralWithdrawn(receiver=TALKING),
        ReferralExpired(receiver=TALKING),
    ],
)
def test_an_answer_ends_the_silence(answer: Fact) -> None:
    def escalate(r: Referral) -> object:
        return r.escalate_silence(Rung.RECEIVER, asked=timer())

    def acknowledge(r: Referral) -> object:
        return r.acknowledge_silence(asked=by(WIGG))

    referral(answer).when(escalate).then_refused(ReferralIsNotWaiting)
    referral(TOLD, answer).when(acknowledge).then_refused(ReferralIsNotWaiting)
    assert "silence-acknowledgement" not in referral(TOLD, answer).noun.next_actions(WIGG)


@pytest.mark.parametrize(
    "anew",
    [
        (InformationAsked(question="Is she at work?"), InformationGiven(answer="At nights.")),
        (ReferralRedirected(from_receiver=TALKING, service=WARD, receiver=TRUST),),
    ],
)
def test_a_wait_that_begins_anew_begins_at_the_receiver(anew: tuple[Fact, ...]) -> None:
    referral(TOLD, SEEN_TO, *anew).when(
        lambda r: r.escalate_silence(Rung.RECEIVER, asked=timer())
    ).then(TOLD)


def test_only_for_the_sender_is_a_referral_escalated() -> None:
    referral().when(
        lambda r: r.escalate_silence(Rung.RECEIVER, asked=timer(organisation=TALKING))
    ).then_refused(OnlyTheSenderMay)


def silent_to_the_end(
    told_at: datetime = MUCH_LATER, priority: Priority = Priority.ROUTINE
) -> Referral:
    """Every rung was told, the last at that moment, and nobody has acknowledged it."""
    noun = referral(made=MADE.model_copy(update={"priority": priority})).noun
    for rung, at in one_after_the_other(told_at):
        noun.escalate_silence(rung, asked=timer(at))
    noun.collect_events()
    return noun


EXPIRES = [
    # told last: Friday 1 May 2026, 10:00 UTC
    (Priority.ROUTINE, "2026-05-18T22:59:59"),  # ten working days, over a bank holiday
    (Priority.URGENT, "2026-05-02T10:00:00"),
    (Priority.EMERGENCY, "2026-05-01T14:00:00"),
]


@pytest.mark.parametrize(("priority", "back"), EXPIRES)
def test_what_nobody_answers_comes_back_to_its_sender(priority: Priority, back: str) -> None:
    told_at = datetime(2026, 5, 1, 10, tzinfo=UTC)
    over = datetime.fromisoformat(back).replace(tzinfo=UTC)
    early = Given(silent_to_the_end(told_at, priority))
    early.when(lambda r: r.expire(asked=timer(over - timedelta(seconds=1)))).then_refused(
        ReferralHasNotExpired
    )
    late = Given(silent_to_the_end(told_at, priority))
    late.when(lambda r: r.expire(asked=timer(over + timedelta(seconds=1)))).then(
        ReferralExpired(receiver=TALKING)
    )
    late.when(lambda r: r.expire(asked=timer(over + timedelta(days=1)))).then_nothing()
    assert "acknowledgement" in late.noun.next_actions(WIGG)


def test_a_timer_that_was_down_lets_nothing_expire_before_everybody_was_told() -> None:
    """The deadlines of all rungs are long past; the end is counted from the telling."""
    years_later = MONDAY + timedelta(days=700)
    referral().when(lambda r: r.expire(asked=timer(years_later))).then_refused(
        ReferralHasNotExpired
    )
    Given(silent_to_the_end(years_later)).when(
        lambda r: r.expire(asked=timer(years_later + timedelta(days=1)))
    ).then_refused(ReferralHasNotExpired)


def test_what_somebody_sees_to_never_expires() -> None:
    noun = silent_to_the_end()
    noun.acknowledge_silence(asked=by(WIGG))
    noun.collect_events()
    Given(noun).when(
        lambda r: r.expire(asked=timer(MUCH_LATER + timedelta(days=900)))
    ).then_refused(ReferralHasNotExpired)


def test_a_question_back_is_no_silence_and_does_not_expire() -> None:
    referral(InformationAsked(question="Is she at work?")).when(
        lambda r: r.expire(asked=timer())
    ).then_refused(ReferralHasNotExpired)


def test_what_waits_with_a_receiver_that_left_comes_back_at_once() -> None:
    referral().when(lambda r: r.expire(left=True, asked=timer(MONDAY))).then(
        ReferralExpired(receiver=TALKING)
    )
    referral(ReferralAccepted(receiver=TALKING)).when(
        lambda r: r.expire(left=True, asked=timer(MONDAY))
    ).then_refused(ReferralIsNotWaiting)


def test_only_for_the_sender_does_a_referral_expire() -> None:
    Given(silent_to_the_end()).when(
        lambda r: r.expire(asked=timer(MUCH_LATER + timedelta(days=90), organisation=TALKING))
    ).then_refused(OnlyTheSenderMay)


def test_an_offer_of_responsibility_lapses_with_the_referral_that_carried_it() -> None:
    place = Community()
    place.register()
    asked_for = place.refer("take her on", take_over=True)
    for rung, at in one_after_the_other():
        place.care.escalate_referral(asked_for, rung, asked=timer(at))
    place.care.expire_referral(asked_for, asked=timer(MUCH_LATER + timedelta(days=90)))
    assert place.pathway().offer is None
    assert place.pathway().responsible == WIGG
    assert place.share().types(WIGG)[-2:] == ["ReferralExpired", "HandoverLapsed"]
    assert place.share().entries[TALKING][-1] is None, "who never answered keeps nothing"


@pytest.mark.parametrize("party", [WIGG, TALKING])
def test_either_side_may_see_to_it_and_then_nobody_else_is_told(party: PartnerId) -> None:
    assert "silence-acknowledgement" in referral(TOLD).noun.next_actions(party)
    referral(TOLD).when(lambda r: r.acknowledge_silence(asked=by(party))).then(SEEN_TO)
    referral(TOLD, SEEN_TO).when(lambda r: r.acknowledge_silence(asked=by(party))).then_nothing()
    referral(TOLD, SEEN_TO).when(
        lambda r: r.escalate_silence(Rung.LEAD, asked=timer())
    ).then_refused(SilenceIsAcknowledged)
    assert "silence-acknowledgement" not in referral(TOLD, SEEN_TO).noun.next_actions(party)


def test_who_is_no_party_to_it_does_not_see_to_it() -> None:
    referral(TOLD).when(lambda r: r.acknowledge_silence(asked=by(TRUST))).then_refused(
        OnlyThePartiesMayAcknowledge
    )
    assert referral(TOLD).noun.next_actions(TRUST) == ()


def test_a_system_does_not_see_to_anything() -> None:
    referral(TOLD).when(lambda r: r.acknowledge_silence(asked=timer())).then_refused(
        OnlySomebodyMayAcknowledge
    )


def test_what_was_not_escalated_is_not_seen_to() -> None:
    referral().when(lambda r: r.acknowledge_silence(asked=by(TALKING))).then_refused(
        NothingWasEscalated
    )
    assert "silence-acknowledgement" not in referral().noun.next_actions(TALKING)


def test_a_question_back_waits_for_the_sender_who_is_told_first() -> None:
    asked_back = referral(InformationAsked(question="Is she at work?"))
    refused_rung = asked_back.when(lambda r: r.escalate_silence(Rung.RECEIVER, asked=timer()))
    refused_rung.then_refused(ThisRungIsNotDue)
    asked_back.when(lambda r: r.escalate_silence(Rung.SENDER, asked=timer())).then(
        SilenceEscalated(rung=Rung.SENDER, due_at=NEXT_MONDAY, about=Silence.INFORMATION)
    )
    for rung, days in ((Rung.LEAD, 90), (Rung.RECEIVER, 120), (Rung.COMMISSIONER, 150)):
        asked_back.noun.escalate_silence(rung, asked=timer(MONDAY + timedelta(days=days)))
    asked_back.noun.collect_events()
    asked_back.when(lambda r: r.expire(asked=timer(MONDAY + timedelta(days=900)))).then_refused(
        ReferralHasNotExpired
    )
    assert "silence-acknowledgement" in asked_back.noun.next_actions(WIGG)
    asked_back.when(lambda r: r.acknowledge_silence(asked=by(TALKING))).then(SEEN_TO)


def test_the_senders_answer_ends_its_silence_and_begins_the_receivers() -> None:
    noun = referral(
        InformationAsked(question="Is she at work?"), InformationGiven(answer="At nights.")
    ).noun
    assert noun.wait is not None
    assert (noun.wait.about, noun.wait.sent) == (Silence.REFERRAL, ())


def test_an_old_message_imported_today_waits_from_today_and_climbs_a_step_at_a_time() -> None:
    """The flaw this mends: it escalated at once, and climbed a rung with every round."""
    imported = MONDAY + timedelta(days=400)
    noun = Referral(id=named("an old message"))
    noun.make(MADE, person=ROSA, label=Label.ORDINARY, asked=by(WIGG))
    (made,) = noun.collect_events()
    noun = Referral(id=named("an old message"))
    noun.follow(replace(made, recorded_at=imported))
    soon, due = imported + timedelta(hours=1), imported + timedelta(days=14)
    Given(noun).when(lambda r: r.escalate_silence(Rung.RECEIVER, asked=timer(soon))).then_refused(
        ThisRungIsNotDue
    )
    assert noun.escalate_silence(Rung.RECEIVER, asked=timer(due)) is not None
    noun.collect_events()
    next_round = due + timedelta(seconds=30)
    Given(noun).when(lambda r: r.escalate_silence(Rung.LEAD, asked=timer(next_round))).then_refused(
        ThisRungIsNotDue
    )
    assert noun.escalate_silence(Rung.LEAD, asked=timer(due + timedelta(days=8))) is not None


# A hand-over


def test_the_silence_about_an_offer_is_escalated_and_seen_to() -> None:
    def escalate(p: Pathway) -> object:
        return p.escalate_silence(OFFER, Rung.RECEIVER, asked=timer())

    def acknowledge(p: Pathway) -> object:
        return p.acknowledge_silence(OFFER, asked=by(TALKING))

    pathway(OFFERED).when(escalate).then(OFFER_TOLD)
    pathway(OFFERED, OFFER_TOLD).when(escalate).then_nothing()
    pathway(OFFERED).when(acknowledge).then_refused(NothingWasEscalated)
    pathway(OFFERED, OFFER_TOLD).when(acknowledge).then(OFFER_SEEN_TO)
    pathway(OFFERED, OFFER_TOLD, OFFER_SEEN_TO).when(acknowledge).then_nothing()
    pathway(OFFERED, OFFER_TOLD, OFFER_SEEN_TO).when(
        lambda p: p.escalate_silence(OFFER, Rung.LEAD, asked=timer())
    ).then_refused(SilenceIsAcknowledged)
    for party in (WIGG, TALKING):
        assert "silence-acknowledgement" in pathway(OFFERED, OFFER_TOLD).noun.next_actions(party)
        assert "silence-acknowledgement" not in pathway(OFFERED).noun.next_actions(party)


def test_no_offer_no_silence() -> None:
    pathway().when(lambda p: p.escalate_silence(OFFER, Rung.RECEIVER, asked=timer())).then_refused(
        NobodyOfferedThisHandover
    )
    pathway(OFFERED).when(
        lambda p: p.escalate_silence(OFFER, Rung.RECEIVER, asked=timer(organisation=TALKING))
    ).then_refused(OnlyTheResponsibleMay)


def test_what_is_escalated_of_a_drug_services_offer_keeps_its_label() -> None:
    offered = OFFERED.model_copy(update={"receiver": DRUGS, "label": Label.SUBSTANCE})
    noun = pathway(offered).noun
    recorded = noun.escalate_silence(OFFER, Rung.RECEIVER, asked=timer())
    assert recorded is not None
    assert recorded.label is Label.SUBSTANCE


# In the whole application


def test_an_offer_that_a_referral_carries_is_silent_as_the_referral() -> None:
    place = Community()
    place.register()
    asked_for = place.refer("take her on", take_over=True)
    handover = HandoverId(asked_for)
    with refused(TheReferralIsEscalated):
        place.care.escalate_handover(ROSA, handover, Rung.RECEIVER, asked=timer())
    place.care.escalate_referral(asked_for, Rung.RECEIVER, asked=timer())
    with refused(TheReferralIsEscalated):
        place.care.acknowledge_handover_silence(ROSA, handover, asked=by(TALKING))
    place.care.acknowledge_referral_silence(asked_for, asked=by(TALKING))
    assert place.pathway().next_actions(TALKING) == ("handover-acceptance", "handover-decline")


def test_sender_and_receiver_are_told_of_a_silence_and_the_commissioner_of_nobody() -> None:
    place = Community()
    place.register()
    library = place.refer("reading", to=GARDENING, sender=LIBRARY)
    handover = HandoverId(named("an offer"))
    place.care.offer_handover(ROSA, handover, WARD, asked=by(WIGG))
    for rung, at in one_after_the_other():
        place.care.escalate_referral(library, rung, asked=timer(at, organisation=LIBRARY))
        place.care.escalate_handover(ROSA, handover, rung, asked=timer(at))
    told = place.share()
    assert told.types(LIBRARY).count("SilenceEscalated") == len(Rung)
    assert told.types(TRUST).count("HandoverSilenceEscalated") == len(Rung)
    assert told.types(WIGG).count("HandoverSilenceEscalated") == len(Rung)
    assert "HandoverSilenceEscalated" not in told.types(LIBRARY)
    assert told.types(COMMISSIONER) == []
