"""Somebody died, or did not; somebody moved away, or came back. Nobody is let go, or chased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest

from domain.contact import Cancelled
from domain.discharge import AskWithItsOwnActivity
from domain.handover import HandoverLapsed
from domain.intentions.endings import OnlyCareMayRecordADeath
from domain.intentions.persons import ThePersonObjects
from domain.kernel import Fact
from domain.outcome import ReferralClosed
from domain.pathway import (
    NoPathwayWasClosed,
    OnlyWhoHeldThemMayReopen,
    PathwayClosed,
    PathwayIsOpen,
    PathwayReopened,
)
from domain.person import (
    DeathDateIsNotPossible,
    DeathRecordedInError,
    NoDeathWasRecorded,
    PersonDied,
    PersonMovedAway,
    ThePersonHasDied,
    ThePersonHasNotMovedYet,
)
from domain.referral import ReferralWithdrawn
from domain.request import State
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.vocabulary import (
    Attendance,
    ContactId,
    DeclineReason,
    EndReason,
    HandoverId,
    HowKnown,
    Instrument,
    MeasureId,
    Medium,
    MeetingId,
    PartnerId,
    PersonId,
    ReferralId,
    Step,
)
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    HOUSING,
    HOUSING_HELP,
    LIBRARY,
    MONDAY,
    NADIA,
    ROSA,
    SOCIAL,
    TALKING,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused, without_agreements

SUNDAY = MONDAY.date() - timedelta(days=1)


@pytest.fixture
def place() -> Community:
    """Rosa is held by her practice."""
    community = Community()
    community.register()
    return community


def dies(
    place: Community, *, on: date = SUNDAY, by_whom: PartnerId = WIGG, person: PersonId = ROSA
) -> None:
    place.care.record_death(person, on, known_by=HowKnown.FAMILY, asked=by(by_whom))


def lives(place: Community, *, by_whom: PartnerId = WIGG) -> None:
    place.care.take_back_death(ROSA, note="Another Rosa Lind.", asked=by(by_whom))


def moves(place: Community, *, told: bool, since: date = SUNDAY, by_whom: PartnerId = WIGG) -> None:
    place.care.record_move(ROSA, since, where_to="Leeds", new_place_told=told, asked=by(by_whom))


def booked(place: Community, under: ReferralId, *, days: int) -> ContactId:
    contact = ContactId(uuid4())
    place.care.book_appointment(
        contact,
        under,
        starts_at=MONDAY + timedelta(days=days),
        medium=Medium.FACE_TO_FACE,
        asked=by(TALKING),
    )
    return contact


def since(place: Community, facts: int) -> list[Fact]:
    return place.facts(facts)


# Somebody died


def test_everything_open_ends_with_the_person_in_one_save(place: Community) -> None:
    unanswered = place.refer("Rosa to the garden", to=GARDENING)
    taken_on = place.refer("Rosa to therapy")
    place.accept(taken_on, TALKING)
    booked(place, taken_on, days=3)
    offered = HandoverId(uuid4())
    place.care.offer_handover(ROSA, offered, WARD, asked=by(WIGG))
    before = len(place.log.facts)
    dies(place)
    assert since(place, before) == [
        PersonDied(died_on=SUNDAY, known_by=HowKnown.FAMILY),
        Cancelled(referral=taken_on, provider=TALKING, attendance=Attendance.CANCELLED_BY_PERSON),
        ReferralWithdrawn(receiver=CHARITY, reason=EndReason.DIED),
        ReferralClosed(receiver=TALKING, reason=EndReason.DIED),
        HandoverLapsed(handover=offered, sender=WIGG, receiver=TRUST),
        PathwayClosed(reason=EndReason.DIED, responsible=WIGG),
    ]
    assert len({recorded.intention for recorded in place.recorded(before)}) == 1
    assert not place.pathway().open
    assert place.referral(unanswered).wait is None, "nobody is told that nobody answered"


def test_each_end_says_that_the_death_caused_it(place: Community) -> None:
    place.refer("Rosa to the garden", to=GARDENING)
    before = len(place.log.facts)
    dies(place)
    died, *ends = place.recorded(before)
    assert {recorded.causation for recorded in ends} == {died.id}


def test_what_was_kept_before_the_death_keeps_its_outcome(place: Community) -> None:
    taken_on = place.refer("Rosa to therapy")
    place.accept(taken_on, TALKING)
    past = booked(place, taken_on, days=-2)
    dies(place)
    assert not [fact for fact in place.facts() if isinstance(fact, Cancelled)]
    place.care.note_attendance(past, Attendance.ON_TIME, asked=by(TALKING))


def test_a_death_told_twice_is_recorded_once_and_its_date_put_right(place: Community) -> None:
    dies(place)
    before = len(place.log.facts)
    dies(place, by_whom=TRUST)
    assert len(place.log.facts) == before
    the_day_before = SUNDAY - timedelta(days=1)
    dies(place, on=the_day_before)
    assert since(place, before) == [PersonDied(died_on=the_day_before, known_by=HowKnown.FAMILY)]


def test_nobody_dies_tomorrow(place: Community) -> None:
    with refused(DeathDateIsNotPossible):
        dies(place, on=MONDAY.date() + timedelta(days=1))


@pytest.mark.parametrize("who", [CHARITY, LIBRARY, HOUSING])
def test_who_gives_no_care_records_no_death_and_takes_none_back(
    place: Community, who: PartnerId
) -> None:
    place.refer("Rosa to the garden", to=GARDENING)
    with refused(OnlyCareMayRecordADeath):
        dies(place, by_whom=who)
    dies(place)
    with refused(OnlyCareMayRecordADeath):
        lives(place, by_whom=who)


@pytest.mark.parametrize("who", [WIGG, TALKING, TRUST, SOCIAL, DRUGS])
def test_any_care_may_record_a_death(place: Community, who: PartnerId) -> None:
    place.refer("Rosa to therapy", sender=who, to=GARDENING)
    dies(place, by_whom=who)
    assert not place.pathway().open


NEW = ReferralId(named("after her death"))
WITH_TALKING = ReferralId(named("Rosa to therapy"))
WITH_CHARITY = ReferralId(named("Rosa to the garden"))
OFFER = HandoverId(named("to the ward"))
VIEW = MeetingId(named("the weekly meeting"))

AFTERWARDS: dict[str, Callable[[Community], object]] = {
    "refer": lambda p: p.refer("after her death"),
    "refer to take over": lambda p: p.refer("after her death", to=WARD, take_over=True),
    "ask for advice": lambda p: p.care.ask_advice(
        NEW, ROSA, WARD, "Would you see her?", asked=by(WIGG)
    ),
    "accept a referral": lambda p: p.accept(WITH_CHARITY, CHARITY),
    "decline a referral": lambda p: p.care.decline_referral(
        WITH_CHARITY, DeclineReason.FULL, asked=by(CHARITY)
    ),
    "redirect a referral": lambda p: p.care.redirect_referral(
        WITH_CHARITY, HOUSING_HELP, asked=by(CHARITY)
    ),
    "withdraw a referral taken on": lambda p: p.care.withdraw_referral(
        WITH_TALKING, asked=by(WIGG)
    ),
    "ask for information": lambda p: p.care.ask_information(
        WITH_CHARITY, "Is she well?", asked=by(CHARITY)
    ),
    "book": lambda p: booked(p, WITH_TALKING, days=9),
    "score": lambda p: p.care.complete_measure(
        MeasureId(uuid4()), WITH_TALKING, instrument=Instrument.PHQ_9, total=9, asked=by(TALKING)
    ),
    "offer": lambda p: p.care.offer_handover(ROSA, HandoverId(uuid4()), WARD, asked=by(WIGG)),
    "accept an offer": lambda p: p.care.accept_handover(ROSA, OFFER, asked=by(TRUST)),
    "decline an offer": lambda p: p.care.decline_handover(ROSA, OFFER, asked=by(TRUST)),
    "name a key worker": lambda p: p.care.name_key_worker(ROSA, NADIA, asked=by(WIGG)),
    "reopen": lambda p: p.care.reopen_pathway(ROSA, "She rang.", asked=by(WIGG)),
    "move": lambda p: moves(p, told=False),
    "object": lambda p: p.care.object_to(ROSA, TALKING, asked=by(WIGG)),
    "consent": lambda p: p.care.consent_to(ROSA, TALKING, asked=by(WIGG)),
}


@pytest.mark.parametrize("what", AFTERWARDS)
def test_nothing_more_is_asked_for_the_dead(place: Community, what: str) -> None:
    place.refer("Rosa to the garden", to=GARDENING)
    place.refer("Rosa to therapy")
    place.accept(WITH_TALKING, TALKING)
    place.care.offer_handover(ROSA, OFFER, WARD, asked=by(WIGG))
    dies(place)
    before = len(place.log.facts)
    with refused(ThePersonHasDied):
        AFTERWARDS[what](place)
    assert len(place.log.facts) == before


def test_the_sender_may_still_say_that_it_read_how_it_ended(place: Community) -> None:
    place.refer("Rosa to therapy")
    place.accept(WITH_TALKING, TALKING)
    dies(place)
    place.care.acknowledge_outcome(WITH_TALKING, asked=by(WIGG))
    assert place.referral(WITH_TALKING).state is State.ACKNOWLEDGED


# What who is told


def test_care_is_told_of_the_death_and_everybody_else_that_it_ended(place: Community) -> None:
    place.refer("Rosa to the garden", to=GARDENING)
    place.accept(WITH_CHARITY, CHARITY)
    place.refer("Rosa to therapy")
    place.accept(WITH_TALKING, TALKING)
    dies(place)
    told = place.share()
    for care in (WIGG, TALKING):
        assert told.types(care).count("PersonDied") == 1, "each once"
    assert told.types(CHARITY)[-1] == "ReferralClosed"
    assert told.told(CHARITY, "ReferralClosed").data.keys() == {
        "receiver",
        "stream",
        "fact",
        "correlation",
    }
    assert "died" not in told.text(CHARITY)


def test_nobody_is_told_the_persons_own_id_by_what_caused_the_end(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    dies(place)
    lives(place)
    told = place.share()
    assert not [partner for partner in told.entries if str(ROSA) in told.text(partner)]


def test_a_landlord_who_waited_for_an_answer_learns_only_that_it_ended(place: Community) -> None:
    place.refer("Rosa to housing advice", to=HOUSING_HELP)
    dies(place)
    told = place.share()
    assert told.types(HOUSING) == [
        "PersonRegistered",
        "ReferralMade",
        "ReferralWithdrawn",
        "Withdrawn",
    ]
    assert "died" not in told.text(HOUSING)


def test_a_death_that_a_drug_service_records_does_not_name_it(place: Community) -> None:
    place.accept(place.refer("Rosa to shared care", to=DRUG_CARE), DRUGS)
    place.accept(place.refer("Rosa to therapy"), TALKING)
    dies(place, by_whom=DRUGS)
    told = place.share()
    assert told.types(TALKING).count("PersonDied") == 1
    assert str(DRUGS) not in told.text(TALKING)


def test_who_was_told_of_the_death_is_told_that_it_was_an_error(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.accept(place.refer("Rosa to the garden", to=GARDENING), CHARITY)
    dies(place)
    place.care.acknowledge_outcome(WITH_TALKING, asked=by(WIGG))
    lives(place)
    told = place.share()
    assert told.types(TALKING)[-1] == "DeathRecordedInError"
    assert told.types(WIGG)[-2:] == ["DeathRecordedInError", "PathwayReopened"]
    assert "DeathRecordedInError" not in told.types(CHARITY)


# It was an error


def test_whoever_held_the_person_holds_them_again(place: Community) -> None:
    place.refer("Rosa to therapy")
    place.hand_over(WARD)
    dies(place, by_whom=TRUST)
    before = len(place.log.facts)
    lives(place)
    assert since(place, before) == [
        DeathRecordedInError(note="Another Rosa Lind."),
        PathwayReopened(step=Step.HOSPITAL_CARE, responsible=TRUST),
    ]
    assert place.pathway().responsible == TRUST
    place.refer("Rosa to therapy, asked again")


def test_a_pathway_that_had_ended_before_stays_ended(place: Community) -> None:
    place.refer("Rosa to therapy")
    without_agreements(place)
    place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(WIGG))
    dies(place)
    lives(place)
    assert not place.pathway().open


def test_no_death_that_nobody_recorded_is_taken_back(place: Community) -> None:
    with refused(NoDeathWasRecorded):
        lives(place)


def test_somebody_can_die_after_an_error_too(place: Community) -> None:
    place.refer("Rosa to therapy")
    dies(place)
    lives(place)
    dies(place)
    assert not place.pathway().open
    assert place.share().types(WIGG).count("PersonDied") == 2


# Somebody moved away


def test_until_the_new_place_knows_nobody_is_let_go(place: Community) -> None:
    waiting = place.refer("Rosa to therapy")
    before = len(place.log.facts)
    moves(place, told=False)
    assert since(place, before) == [
        PersonMovedAway(since=SUNDAY, where_to="Leeds", new_place_told=False)
    ]
    assert place.pathway().responsible == WIGG
    assert place.referral(waiting).state is State.WAITING


def test_once_the_new_place_knows_each_receiver_is_told_that_it_ended(place: Community) -> None:
    place.refer("Rosa to the garden", to=GARDENING)
    place.accept(place.refer("Rosa to therapy"), TALKING)
    moves(place, told=False)
    before = len(place.log.facts)
    moves(place, told=True)
    assert since(place, before) == [
        PersonMovedAway(since=SUNDAY, where_to="Leeds", new_place_told=True),
        ReferralWithdrawn(receiver=CHARITY, reason=EndReason.MOVED_AWAY),
        ReferralClosed(receiver=TALKING, reason=EndReason.MOVED_AWAY),
        PathwayClosed(reason=EndReason.MOVED_AWAY, responsible=WIGG),
    ]
    told = place.share()
    assert "Leeds" in told.text(TALKING)
    assert "Leeds" not in told.text(CHARITY)


def test_only_who_holds_the_person_says_that_they_moved(place: Community) -> None:
    place.refer("Rosa to therapy")
    with refused(OnlyTheResponsibleMay):
        moves(place, told=True, by_whom=TALKING)


def test_who_moves_next_month_is_held_until_then(place: Community) -> None:
    place.refer("Rosa to therapy")
    next_month = MONDAY.date() + timedelta(days=30)
    with refused(ThePersonHasNotMovedYet):
        moves(place, told=True, since=next_month)
    moves(place, told=False, since=next_month)
    assert place.pathway().open


def test_nobody_moves_out_of_a_closed_pathway(place: Community) -> None:
    with refused(PathwayIsClosed):
        moves(place, told=True)


@pytest.mark.parametrize("reason", [EndReason.DIED, EndReason.MOVED_AWAY])
def test_a_pathway_is_not_closed_past_what_ends_everything_else(
    place: Community, reason: EndReason
) -> None:
    place.refer("Rosa to therapy")
    with refused(AskWithItsOwnActivity):
        place.care.close_pathway(ROSA, reason, asked=by(WIGG))


# Somebody came back


def closed_by_the_trust(place: Community) -> None:
    place.refer("Rosa to therapy")
    place.hand_over(WARD)
    without_agreements(place)
    place.care.close_pathway(ROSA, EndReason.COMPLETED, asked=by(TRUST))


@pytest.mark.parametrize("who", [TRUST, WIGG])
def test_who_closed_the_pathway_or_the_practice_opens_it_again(
    place: Community, who: PartnerId
) -> None:
    closed_by_the_trust(place)
    before = len(place.log.facts)
    place.care.reopen_pathway(ROSA, "She rang: it is back.", asked=by(who))
    assert since(place, before) == [
        PathwayReopened(step=Step.HOSPITAL_CARE, responsible=who, reason="She rang: it is back.")
    ]
    assert place.pathway().responsible == who
    assert place.share().types(who)[-1] == "PathwayReopened"


def test_anybody_else_refers_them(place: Community) -> None:
    closed_by_the_trust(place)
    with refused(OnlyWhoHeldThemMayReopen):
        place.care.reopen_pathway(ROSA, "She rang.", asked=by(TALKING))
    assert place.pathway().next_actions(TRUST) == ("reopening",)
    assert place.pathway().next_actions(TALKING) == ()


def test_what_is_open_or_never_was_is_not_opened_again(place: Community) -> None:
    with refused(NoPathwayWasClosed):
        place.care.reopen_pathway(ROSA, "She rang.", asked=by(WIGG))
    place.refer("Rosa to therapy")
    with refused(PathwayIsOpen):
        place.care.reopen_pathway(ROSA, "She rang.", asked=by(WIGG))


def test_whom_the_person_objects_to_does_not_hold_them_again(place: Community) -> None:
    closed_by_the_trust(place)
    place.care.object_to(ROSA, TRUST, asked=by(WIGG))
    with refused(ThePersonObjects):
        place.care.reopen_pathway(ROSA, "She rang.", asked=by(TRUST))


def test_a_referral_opens_it_again_too(place: Community) -> None:
    closed_by_the_trust(place)
    place.refer("Rosa to therapy again")
    assert place.facts()[-1] == PathwayReopened(step=Step.COMMUNITY_PREVENTION, responsible=WIGG)
