"""The person asks to wait, or the wait was a mistake: what may be said of it, and by whom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.kernel import Fact
from domain.outcome import ReferralClosed
from domain.referral import (
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
)
from domain.request import OnlyTheReceiverMay
from domain.vocabulary import (
    DeclineReason,
    EndReason,
    Mode,
    NullificationReason,
    PartnerId,
    PauseReason,
    Responsibility,
    Source,
)
from domain.waiting import (
    Clock,
    ClockIsNotNullified,
    ClockNullified,
    ClockReinstated,
    NobodyWaits,
    OnlyThePartiesMayNullify,
    PauseEndsBeforeItBegan,
    WaitIsNotPaused,
    WaitPaused,
    WaitResumed,
)
from tests.people import LIBRARY, MONDAY, READING, ROSA, TALKING, THERAPY, TRUST, WARD, WIGG, named
from tests.scenario import Community, Given, Happened, by, given

MADE = ReferralMade(
    service=THERAPY,
    receiver=TALKING,
    source=Source.PROFESSIONAL,
    mode=Mode.WRITTEN,
    sender=WIGG,
    responsibility=Responsibility.HELP_ALONGSIDE,
    ask="Please see her about low mood.",
)
ACCEPTED = ReferralAccepted(receiver=TALKING)
CLOSED = ReferralClosed(receiver=TALKING, reason=EndReason.COMPLETED)
PAUSED = WaitPaused(reason=PauseReason.AWAY, until=date(2026, 3, 23), note="In Leeds.")
TWICE = ClockNullified(reason=NullificationReason.MADE_TWICE, note="Made by telephone before.")


def referral(*facts: Fact) -> Given[Referral]:
    return given(Referral(id=named("a referral")), *(Happened(fact) for fact in (MADE, *facts)))


def pause(r: Referral) -> object:
    return r.pause_wait(
        PauseReason.AWAY, until=date(2026, 3, 23), note="In Leeds.", asked=by(TALKING)
    )


def resume(r: Referral) -> object:
    return r.resume_wait(asked=by(TALKING))


def nullify(r: Referral) -> object:
    return r.nullify_clock(
        NullificationReason.MADE_TWICE, note="Made by telephone before.", asked=by(WIGG)
    )


def reinstate(r: Referral) -> object:
    return r.reinstate_clock(asked=by(WIGG))


def test_who_speaks_with_the_person_pauses_the_wait_and_ends_the_pause() -> None:
    referral().when(pause).then(PAUSED)
    referral(ACCEPTED).when(pause).then(PAUSED)
    referral(PAUSED).when(pause).then_nothing()
    referral(PAUSED).when(resume).then(WaitResumed())
    referral(PAUSED, WaitResumed()).when(pause).then(PAUSED)


def test_the_sender_does_not_pause_what_another_organisation_keeps_waiting() -> None:
    referral().when(
        lambda r: r.pause_wait(PauseReason.AWAY, until=None, note=None, asked=by(WIGG))
    ).then_refused(OnlyTheReceiverMay)
    referral(PAUSED).when(lambda r: r.resume_wait(asked=by(WIGG))).then_refused(OnlyTheReceiverMay)
    assert "resumption" not in referral(PAUSED).noun.next_actions(WIGG)


@pytest.mark.parametrize(
    "ended", [(ReferralDeclined(receiver=TALKING, reason=DeclineReason.FULL),), (ACCEPTED, CLOSED)]
)
def test_nobody_waits_under_a_referral_that_has_ended(ended: tuple[Fact, ...]) -> None:
    referral(*ended).when(pause).then_refused(NobodyWaits)
    referral(PAUSED, *ended).when(resume).then_refused(NobodyWaits)
    assert "pause" not in referral(*ended).noun.next_actions(TALKING)


def test_no_pause_ends_that_never_began_or_before_it_began() -> None:
    referral().when(resume).then_refused(WaitIsNotPaused)
    referral(PAUSED).when(
        lambda r: r.resume_wait(asked=by(TALKING, at=MONDAY - timedelta(days=1)))
    ).then_refused(PauseEndsBeforeItBegan)


def test_a_pause_goes_along_with_a_referral_that_is_redirected() -> None:
    redirected = ReferralRedirected(from_receiver=TALKING, service=WARD, receiver=TRUST)
    referral(PAUSED, redirected).when(lambda r: r.resume_wait(asked=by(TRUST))).then(WaitResumed())


def test_a_pause_of_the_person_is_no_answer_of_the_receiver() -> None:
    assert referral(PAUSED).noun.wait == referral().noun.wait


@pytest.mark.parametrize("party", [WIGG, TALKING])
def test_either_side_says_that_a_wait_should_never_have_started(party: PartnerId) -> None:
    assert "nullification" in referral().noun.next_actions(party)
    referral().when(nullify).then(TWICE)
    referral(TWICE).when(nullify).then_nothing()
    referral(ACCEPTED, CLOSED).when(nullify).then(TWICE)


def test_a_nullification_is_taken_back_when_it_was_the_mistake() -> None:
    referral(TWICE).when(reinstate).then(ClockReinstated())
    referral().when(reinstate).then_refused(ClockIsNotNullified)
    referral(TWICE, ClockReinstated()).when(reinstate).then_refused(ClockIsNotNullified)
    assert "reinstatement" in referral(TWICE).noun.next_actions(WIGG)
    assert "nullification" not in referral(TWICE).noun.next_actions(WIGG)


def test_who_is_no_party_nullifies_nothing() -> None:
    referral().when(
        lambda r: r.nullify_clock(NullificationReason.MADE_TWICE, note=None, asked=by(TRUST))
    ).then_refused(OnlyThePartiesMayNullify)
    referral(TWICE).when(lambda r: r.reinstate_clock(asked=by(TRUST))).then_refused(
        OnlyThePartiesMayNullify
    )
    assert referral().noun.next_actions(TRUST) == ()


def test_why_somebody_waits_is_told_to_those_who_may_know_clinical_matters() -> None:
    place = Community()
    place.register()
    asked_for = place.refer("reading", to=READING)
    place.care.pause_wait(asked_for, PauseReason.UNWELL, note="A bad week.", asked=by(LIBRARY))
    place.care.resume_wait(asked_for, asked=by(LIBRARY))
    place.care.nullify_clock(asked_for, NullificationReason.MADE_IN_ERROR, asked=by(WIGG))
    place.care.reinstate_clock(asked_for, asked=by(LIBRARY))
    told = place.share(ROSA)
    assert told.told(WIGG, "WaitPaused").data["reason"] == "unwell"
    assert "reason" not in told.told(LIBRARY, "WaitPaused").data
    assert "A bad week." not in told.text(LIBRARY)
    for partner in (WIGG, LIBRARY):
        assert told.types(partner)[-3:] == ["WaitResumed", "ClockNullified", "ClockReinstated"]


def test_a_receiver_is_offered_to_pause_a_wait_or_to_resume_the_one_it_paused() -> None:
    def offered(clock: Clock) -> tuple[str, ...]:
        return clock.next_actions(receiving=True, sending=False, waits=True)

    assert offered(Clock()) == ("pause", "nullification")
    assert offered(Clock(paused_since=MONDAY)) == ("resumption", "nullification")
