"""What may happen to one referral, and what may not."""

from __future__ import annotations

import pytest

from domain.first_contact import FirstContactMade
from domain.kernel import Fact
from domain.outcome import OutcomeAcknowledged, ReferralClosed, ReferralHasNotEnded, ReferredOnward
from domain.referral import (
    AlreadyTheReceiver,
    InformationAsked,
    InformationGiven,
    NoInformationWasAsked,
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralWithdrawn,
)
from domain.request import (
    OnlyTheReceiverMay,
    OnlyTheSenderMay,
    ReferralExists,
    ReferralIsNotWaiting,
    ReferralWasNotAccepted,
)
from domain.unanswered import ReferralExpired
from domain.vocabulary import (
    DeclineReason,
    EndReason,
    Label,
    Mode,
    ReferralId,
    Responsibility,
    Source,
)
from tests.people import CHARITY, DRUG_CARE, DRUGS, ROSA, TALKING, THERAPY, TRUST, WARD, WIGG, named
from tests.scenario import Given, Happened, by, given

MADE = ReferralMade(
    service=THERAPY,
    receiver=TALKING,
    source=Source.PROFESSIONAL,
    mode=Mode.WRITTEN,
    sender=WIGG,
    responsibility=Responsibility.TAKE_OVER,
    ask="Please see her about low mood.",
)
ASKED = InformationAsked(question="Is she at work?")
TOLD = InformationGiven(answer="Yes, at nights.")
ACCEPTED = ReferralAccepted(receiver=TALKING)
DECLINED = ReferralDeclined(receiver=TALKING, reason=DeclineReason.FULL, note="A year's wait")
WITHDRAWN = ReferralWithdrawn(receiver=TALKING, note="She moved away")
EXPIRED = ReferralExpired(receiver=TALKING)
REDIRECTED = ReferralRedirected(from_receiver=TALKING, service=WARD, receiver=TRUST, note="Too ill")
SEEN = FirstContactMade()
CLOSED = ReferralClosed(receiver=TALKING, reason=EndReason.COMPLETED, summary="Well again")
READ = OutcomeAcknowledged()
OF_THE_WAIT = {"pause", "nullification"}
"""What either side may say of the wait at any time is tested with it (`test_waiting`)."""


def referral(*facts: Fact) -> Given[Referral]:
    """The referral the practice made to talking therapies, and what came after."""
    return given(Referral(id=named("a referral")), *(Happened(fact) for fact in (MADE, *facts)))


def new() -> Given[Referral]:
    return given(Referral(id=named("a referral")))


def make(r: Referral) -> object:
    return r.make(MADE, person=ROSA, label=Label.ORDINARY, asked=by(WIGG))


def accept(r: Referral) -> object:
    return r.accept(asked=by(TALKING))


def decline(r: Referral) -> object:
    return r.decline(DeclineReason.FULL, note="A year's wait", asked=by(TALKING))


def ask(r: Referral) -> object:
    return r.ask_information("Is she at work?", asked=by(TALKING))


def tell(r: Referral) -> object:
    return r.give_information("Yes, at nights.", asked=by(WIGG))


def redirect(r: Referral) -> object:
    return r.redirect(WARD, TRUST, label=Label.ORDINARY, note="Too ill", asked=by(TALKING))


def withdraw(r: Referral) -> object:
    return r.withdraw(note="She moved away", asked=by(WIGG))


def see(r: Referral) -> object:
    return r.note_first_contact(asked=by(TALKING))


def close(r: Referral) -> object:
    return r.close(EndReason.COMPLETED, summary="Well again", asked=by(TALKING))


def acknowledge(r: Referral) -> object:
    return r.acknowledge_outcome(asked=by(WIGG))


def test_a_referral_is_made_once() -> None:
    new().when(make).then(MADE)
    referral().when(make).then_refused(ReferralExists)


def test_the_receiver_answers_in_one_of_four_ways() -> None:
    referral().when(accept).then(ACCEPTED)
    referral().when(decline).then(DECLINED)
    referral().when(ask).then(ASKED)
    referral().when(redirect).then(REDIRECTED)


def test_the_receiver_may_answer_while_its_question_is_open() -> None:
    referral(ASKED).when(accept).then(ACCEPTED)
    referral(ASKED).when(decline).then(DECLINED)
    referral(ASKED).when(redirect).then(REDIRECTED)


def test_the_sender_answers_the_question_and_the_referral_waits_again() -> None:
    referral(ASKED).when(tell).then(TOLD)
    referral(ASKED, TOLD).when(accept).then(ACCEPTED)


def test_nobody_answers_a_question_that_was_not_asked() -> None:
    referral().when(tell).then_refused(NoInformationWasAsked)
    referral(ASKED, TOLD).when(tell).then_refused(NoInformationWasAsked)


@pytest.mark.parametrize("answer", [accept, decline, ask, redirect])
@pytest.mark.parametrize("facts", [(DECLINED,), (WITHDRAWN,), (EXPIRED,), (ACCEPTED, CLOSED)])
def test_what_was_answered_is_not_answered_again(answer: object, facts: tuple[Fact, ...]) -> None:
    assert callable(answer)
    referral(*facts).when(answer).then_refused(ReferralIsNotWaiting)


def test_accepting_twice_answers_once() -> None:
    referral(ACCEPTED).when(accept).then_nothing()


@pytest.mark.parametrize(
    "answer",
    [
        lambda r: r.accept(asked=by(TRUST)),
        lambda r: r.decline(DeclineReason.FULL, note=None, asked=by(WIGG)),
        lambda r: r.ask_information("Who?", asked=by(TRUST)),
        lambda r: r.redirect(WARD, TRUST, label=Label.ORDINARY, note=None, asked=by(TRUST)),
    ],
)
def test_nobody_else_answers_for_the_receiver(answer: object) -> None:
    assert callable(answer)
    referral().when(answer).then_refused(OnlyTheReceiverMay)


def test_nobody_else_acts_for_the_sender() -> None:
    referral(ASKED).when(lambda r: r.give_information("…", asked=by(TRUST))).then_refused(
        OnlyTheSenderMay
    )
    referral().when(lambda r: r.withdraw(note=None, asked=by(TALKING))).then_refused(
        OnlyTheSenderMay
    )
    referral(ACCEPTED, CLOSED).when(
        lambda r: r.acknowledge_outcome(asked=by(TALKING))
    ).then_refused(OnlyTheSenderMay)


def test_a_redirected_referral_waits_with_the_new_receiver_only() -> None:
    referral(REDIRECTED).when(lambda r: r.accept(asked=by(TRUST))).then(
        ReferralAccepted(receiver=TRUST)
    )
    referral(REDIRECTED).when(accept).then_refused(OnlyTheReceiverMay)


def test_a_referral_is_not_redirected_to_its_receiver() -> None:
    referral().when(
        lambda r: r.redirect(THERAPY, TALKING, label=Label.ORDINARY, note=None, asked=by(TALKING))
    ).then_refused(AlreadyTheReceiver)


def test_a_referral_that_passed_through_a_drug_service_stays_labelled() -> None:
    passed = given(Referral(id=named("a referral")), Happened(MADE, label=Label.SUBSTANCE)).when(
        redirect
    )
    assert [r.label for r in passed.facts] == [Label.SUBSTANCE]
    assert passed.noun.label is Label.SUBSTANCE


def test_a_referral_passed_on_to_a_drug_service_is_labelled_from_then_on() -> None:
    passed = referral().when(
        lambda r: r.redirect(DRUG_CARE, DRUGS, label=Label.SUBSTANCE, note=None, asked=by(TALKING))
    )
    assert passed.noun.label is Label.SUBSTANCE


def test_the_sender_withdraws_until_it_is_accepted() -> None:
    referral().when(withdraw).then(WITHDRAWN)
    referral(ASKED).when(withdraw).then(WITHDRAWN)
    referral(WITHDRAWN).when(withdraw).then_nothing()
    referral(ACCEPTED).when(withdraw).then_refused(ReferralIsNotWaiting)
    referral(DECLINED).when(withdraw).then_refused(ReferralIsNotWaiting)


def test_first_contact_is_noted_once_and_only_after_acceptance() -> None:
    referral(ACCEPTED).when(see).then(SEEN)
    referral(ACCEPTED, SEEN).when(see).then_nothing()
    referral().when(see).then_refused(ReferralWasNotAccepted)
    referral(ACCEPTED).when(lambda r: r.note_first_contact(asked=by(WIGG))).then_refused(
        ReferralWasNotAccepted
    )


def test_help_ends_once_and_only_by_the_receiver_that_gave_it() -> None:
    referral(ACCEPTED).when(close).then(CLOSED)
    referral(ACCEPTED, CLOSED).when(close).then_nothing()
    referral().when(close).then_refused(ReferralWasNotAccepted)
    referral(ACCEPTED).when(
        lambda r: r.close(EndReason.COMPLETED, summary=None, asked=by(WIGG))
    ).then_refused(OnlyTheReceiverMay)


@pytest.mark.parametrize("ended", [(ACCEPTED, CLOSED), (DECLINED,), (EXPIRED,)])
def test_the_sender_acknowledges_every_kind_of_end(ended: tuple[Fact, ...]) -> None:
    referral(*ended).when(acknowledge).then(READ)
    referral(*ended, READ).when(acknowledge).then_nothing()


@pytest.mark.parametrize("going_on", [(), (ASKED,), (ACCEPTED,)])
def test_there_is_no_outcome_before_the_end(going_on: tuple[Fact, ...]) -> None:
    referral(*going_on).when(acknowledge).then_refused(ReferralHasNotEnded)


@pytest.mark.parametrize(
    ("facts", "receiver", "sender"),
    [
        ((), {"acceptance", "decline", "redirection", "information-request"}, {"withdrawal"}),
        (
            (ASKED,),  # it may ask for more before it is answered
            {"acceptance", "decline", "redirection", "information-request"},
            {"information", "withdrawal"},
        ),
        (
            (ACCEPTED,),
            {"appointments", "appointment-offer", "onward-referral", "first-contact", "closure"},
            set(),
        ),
        ((DECLINED,), set(), {"referral", "acknowledgement"}),
        ((WITHDRAWN,), set(), set()),
        ((EXPIRED,), set(), {"referral", "acknowledgement"}),
        ((ACCEPTED, CLOSED), set(), {"acknowledgement"}),
        ((ACCEPTED, CLOSED, READ), set(), set()),
    ],
)
def test_each_side_is_shown_what_it_may_do_next(
    facts: tuple[Fact, ...], receiver: set[str], sender: set[str]
) -> None:
    noun = referral(*facts).noun
    assert set(noun.next_actions(TALKING)) - OF_THE_WAIT == receiver
    assert set(noun.next_actions(WIGG)) - OF_THE_WAIT == sender
    assert noun.next_actions(CHARITY) == ()


def test_who_passed_it_on_is_remembered() -> None:
    noun = referral(REDIRECTED).noun
    assert noun.refused_by == [TALKING]
    assert (noun.receiver, noun.service) == (TRUST, WARD)


def test_a_referral_onward_is_noted_once() -> None:
    onward = ReferralId(named("onward"))

    def refer_onward(r: Referral) -> object:
        return r.refer_onward(onward, person=ROSA, asked=by(TALKING))

    noted = referral(ACCEPTED).when(refer_onward)
    noted.then(ReferredOnward(onward=onward))
    Given(noted.noun).when(refer_onward).then_nothing()
