"""An organisation leaves: whom it held falls back, what waited comes back, nobody is lost."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.agreement import AgreementEnded
from domain.contact import Cancelled
from domain.handover import HandoverLapsed
from domain.intentions.endings import NobodyElseMayHold, OnlyTheHostMay, TheHostCannotLeave
from domain.kernel import Asked, Fact
from domain.leaving import (
    FallbackAcknowledged,
    NothingFellBack,
    OnlySomebodyMaySeeIt,
    ResponsibilityFellBack,
)
from domain.outcome import ReferralClosed
from domain.partner import (
    PartnerHasLeft,
    PartnerIsUnknown,
    PartnerLeft,
)
from domain.request import State
from domain.service import ServiceIsNotOpen
from domain.standing import OnlyTheResponsibleMay
from domain.unanswered import ReferralExpired
from domain.vocabulary import (
    Attendance,
    Because,
    ContactId,
    EndReason,
    HandoverId,
    Label,
    Medium,
    PartnerId,
    PersonId,
    Tied,
)
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    MONDAY,
    ROSA,
    SOCIAL,
    SUPPORT,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    agreement,
    named,
)
from tests.scenario import ASKED_FOR, Community, by, refused


@pytest.fixture
def place() -> Community:
    community = Community()
    community.register()
    community.refer("the first referral", to=GARDENING)
    return community


def leaves(place: Community, partner: PartnerId, *, by_whom: PartnerId = WIGG) -> int:
    """The partner leaves; how many facts there were before."""
    facts = len(place.log.facts)
    place.care.leave(partner, "its contract ended", asked=by(by_whom))
    return facts


def timer() -> Asked:
    return Asked(WIGG, MONDAY, uuid4())


def swept(
    place: Community,
    about: Tied,
    what: UUID,
    partner: PartnerId,
    *,
    person: PersonId = ROSA,
) -> list[Fact]:
    """What follows when the timer finds that this still binds the person to who left."""
    facts = len(place.log.facts)
    place.care.end_tie(about, what, person, partner, asked=timer())
    return place.facts(facts)


def with_the_trust(place: Community, person: PersonId = ROSA) -> None:
    place.hand_over(WARD, person=person)


# It leaves


def test_its_agreement_ends_with_it(place: Community) -> None:
    facts = leaves(place, TRUST)
    assert place.facts(facts) == [
        PartnerLeft(reason="its contract ended"),
        AgreementEnded(reference=agreement(TRUST).reference),
    ]
    assert place.facts(leaves(place, TRUST)) == [], "asked twice, it leaves once"


def test_only_the_host_lets_go_and_never_itself(place: Community) -> None:
    with refused(OnlyTheHostMay):
        leaves(place, TRUST, by_whom=TRUST)
    with refused(TheHostCannotLeave):
        leaves(place, WIGG)
    with refused(PartnerIsUnknown):
        leaves(place, PartnerId(named("nobody")))


def test_nothing_more_is_asked_of_who_left(place: Community) -> None:
    waiting = place.refer("to be redirected")
    leaves(place, TRUST)
    with refused(ServiceIsNotOpen):
        place.refer("Rosa to the ward", to=WARD)
    with refused(ServiceIsNotOpen):
        place.care.offer_handover(ROSA, HandoverId(uuid4()), WARD, asked=by(WIGG))
    with refused(ServiceIsNotOpen):
        place.care.redirect_referral(waiting, WARD, asked=by(TALKING))
    with refused(PartnerHasLeft):
        place.care.sign_agreement(TRUST, agreement(TRUST), asked=by(WIGG))


def test_who_left_asks_nothing_and_takes_nobody_on(place: Community) -> None:
    offered = HandoverId(uuid4())
    place.care.offer_handover(ROSA, offered, WARD, asked=by(WIGG))
    leaves(place, TRUST)
    with refused(PartnerHasLeft):
        place.refer("from the trust", sender=TRUST)
    with refused(PartnerHasLeft):
        place.care.accept_handover(ROSA, offered, asked=by(TRUST))
    assert place.pathway().responsible == WIGG


# Whom it held


def test_whom_it_held_falls_back_to_their_practice(place: Community) -> None:
    with_the_trust(place)
    leaves(place, TRUST)
    assert swept(place, Tied.PATHWAY, ROSA, TRUST) == [
        ResponsibilityFellBack(sender=TRUST, responsible=WIGG, because=Because.PARTNER_LEFT)
    ]
    way = place.pathway()
    assert (way.responsible, way.key_worker, way.open) == (WIGG, None, True)
    assert swept(place, Tied.PATHWAY, ROSA, TRUST) == [], "begun again, nothing twice"


def test_who_stays_lets_nobody_fall(place: Community) -> None:
    with_the_trust(place)
    assert swept(place, Tied.PATHWAY, ROSA, TRUST) == []
    assert place.pathway().responsible == TRUST


def test_whose_practice_left_too_or_never_was_falls_to_the_host(place: Community) -> None:
    place.register(TOM, practice=None)
    place.refer("Tom's first", to=GARDENING, person=TOM)
    with_the_trust(place, TOM)
    leaves(place, TRUST)
    (fell,) = swept(place, Tied.PATHWAY, TOM, TRUST, person=TOM)
    assert isinstance(fell, ResponsibilityFellBack)
    assert fell.responsible == WIGG


def test_nobody_falls_to_whom_they_object_to(place: Community) -> None:
    with_the_trust(place)
    place.care.object_to(ROSA, WIGG, asked=by(TRUST))
    leaves(place, TRUST)
    with refused(NobodyElseMayHold):
        swept(place, Tied.PATHWAY, ROSA, TRUST)
    assert place.pathway().responsible == TRUST, "held by nobody is never an answer"


def test_what_a_referral_offers_goes_on_in_the_new_holders_name(place: Community) -> None:
    with_the_trust(place)
    carried = place.refer("Rosa to social work", to=SUPPORT, take_over=True, grounds=ASKED_FOR)
    leaves(place, TRUST)
    (fell,) = swept(place, Tied.PATHWAY, ROSA, TRUST)
    assert isinstance(fell, ResponsibilityFellBack)
    offer = place.pathway().offer
    assert offer is not None
    assert (offer.sender, offer.receiver) == (WIGG, SOCIAL)
    place.accept(carried, SOCIAL)
    assert place.pathway().responsible == SOCIAL
    assert place.share().circle.responsible == SOCIAL


def test_an_offer_of_its_own_ends_with_it(place: Community) -> None:
    with_the_trust(place)
    offered = HandoverId(uuid4())
    place.care.offer_handover(ROSA, offered, SUPPORT, grounds=ASKED_FOR, asked=by(TRUST))
    leaves(place, TRUST)
    lapsed, fell = swept(place, Tied.PATHWAY, ROSA, TRUST)
    assert lapsed == HandoverLapsed(handover=offered, sender=TRUST, receiver=SOCIAL)
    assert isinstance(fell, ResponsibilityFellBack)
    assert place.pathway().offer is None


# The alert


def fallen(place: Community) -> None:
    with_the_trust(place)
    leaves(place, TRUST)
    swept(place, Tied.PATHWAY, ROSA, TRUST)


def test_the_new_holder_is_alerted_until_somebody_has_seen_it(place: Community) -> None:
    fallen(place)
    assert "fallback-acknowledgement" in place.pathway().next_actions(WIGG)
    facts = len(place.log.facts)
    place.care.acknowledge_fallback(ROSA, asked=by(WIGG))
    assert place.facts(facts) == [FallbackAcknowledged(responsible=WIGG)]
    assert "fallback-acknowledgement" not in place.pathway().next_actions(WIGG)
    assert place.care.acknowledge_fallback(ROSA, asked=by(WIGG)).repeated


def test_only_somebody_at_the_new_holder_has_seen_it(place: Community) -> None:
    fallen(place)
    with refused(OnlyTheResponsibleMay):
        place.care.acknowledge_fallback(ROSA, asked=by(TALKING))
    with refused(OnlySomebodyMaySeeIt):
        place.care.acknowledge_fallback(ROSA, asked=timer())


def test_where_nothing_fell_there_is_nothing_to_see(place: Community) -> None:
    with refused(NothingFellBack):
        place.care.acknowledge_fallback(ROSA, asked=by(WIGG))


def test_who_hands_the_person_on_has_seen_it(place: Community) -> None:
    fallen(place)
    place.hand_over(SUPPORT)
    assert "fallback-acknowledgement" not in place.pathway().next_actions(SOCIAL)


# What waited with it, or was taken on


def test_what_waited_with_it_comes_back_to_its_sender(place: Community) -> None:
    waiting = place.refer("Rosa to the ward", to=WARD, take_over=True)
    leaves(place, TRUST)
    assert swept(place, Tied.REFERRAL, waiting, TRUST) == [
        ReferralExpired(receiver=TRUST),
        HandoverLapsed(handover=HandoverId(waiting), sender=WIGG, receiver=TRUST),
    ]
    assert "acknowledgement" in place.referral(waiting).next_actions(WIGG)
    assert swept(place, Tied.REFERRAL, waiting, TRUST) == []


def test_what_it_had_taken_on_has_ended_and_its_sender_reads_why(place: Community) -> None:
    taken_on = place.refer("Rosa to the ward", to=WARD)
    place.accept(taken_on, TRUST)
    place.care.book_appointment(
        ContactId(uuid4()),
        taken_on,
        starts_at=MONDAY + timedelta(days=9),
        medium=Medium.TELEPHONE,
        asked=by(TRUST),
    )
    leaves(place, TRUST)
    assert swept(place, Tied.REFERRAL, taken_on, TRUST) == [
        Cancelled(referral=taken_on, provider=TRUST, attendance=Attendance.CANCELLED_BY_SERVICE),
        ReferralClosed(receiver=TRUST, reason=EndReason.PROVIDER_LEFT),
    ]
    assert place.share().types(WIGG)[-2:] == ["Cancelled", "ReferralClosed"]


def test_what_went_elsewhere_meanwhile_stays_there(place: Community) -> None:
    asked_for = place.refer("Rosa to the ward", to=WARD)
    place.care.redirect_referral(asked_for, THERAPY, asked=by(TRUST))
    leaves(place, TRUST)
    assert swept(place, Tied.REFERRAL, asked_for, TRUST) == []
    assert place.referral(asked_for).state is State.WAITING


def test_an_offer_to_it_ends_and_the_sender_still_holds(place: Community) -> None:
    offered = HandoverId(uuid4())
    place.care.offer_handover(ROSA, offered, WARD, asked=by(WIGG))
    leaves(place, TRUST)
    assert swept(place, Tied.HANDOVER, offered, TRUST) == [
        HandoverLapsed(handover=offered, sender=WIGG, receiver=TRUST)
    ]
    assert place.pathway().responsible == WIGG


# Drug care


def test_that_a_drug_service_left_tells_others_only_who_holds_the_person(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.hand_over(DRUG_CARE)
    leaves(place, DRUGS)
    swept(place, Tied.PATHWAY, ROSA, DRUGS)
    assert place.recorded()[-1].label is Label.SUBSTANCE
    told = place.share()
    assert told.last(TALKING).data == {"responsible": str(WIGG)}
    assert str(DRUGS) not in told.text(TALKING)
    assert told.told(WIGG, "ResponsibilityFellBack").data["sender"] == str(DRUGS)
    assert CHARITY not in told.entries or "ResponsibilityFellBack" not in told.types(CHARITY)


def test_nobody_falls_back_to_who_holds_them_already() -> None:
    place = Community()
    place.register()
    place.refer("Rosa to gardening", to=GARDENING)
    way = place.pathway()
    asked = Asked(WIGG, MONDAY, uuid4())
    fell = way.fall_back(WIGG, because=Because.PARTNER_LEFT, label=Label.ORDINARY, asked=asked)
    assert fell is None
