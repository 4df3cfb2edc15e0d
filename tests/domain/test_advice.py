"""Before a referral is sent and where it goes on: advice, what is missing, and the chain."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from domain.advice import (
    AdviceAsked,
    AdviceGiven,
    AdviceIsAmongProfessionals,
    DestinationIsNeeded,
    NoAdviceIsGivenThere,
)
from domain.intentions.before_sending import Given
from domain.outcome import OnwardIsForTheSamePerson, ReferralClosed, WhereToIsMissing
from domain.policies.escalation import Rung
from domain.policies.minimum_data import ReferralIsIncomplete
from domain.referral import ReferralDeclined, ReferralMade
from domain.request import OnlyTheReceiverMay, ReferralExists, ReferralWasNotAccepted, State
from domain.vocabulary import (
    DeclineReason,
    EndReason,
    HandoverId,
    Label,
    Mode,
    NullificationReason,
    Particular,
    PartnerId,
    Recommendation,
    ReferralId,
    ServiceId,
    Source,
)
from domain.waiting import NobodyWaits
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    LIBRARY,
    MONDAY,
    READING,
    ROSA,
    SOCIAL,
    SUPPORT,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.referral_edges import TABLE, table
from tests.scenario import Community, by, refused

QUESTION = ReferralId(named("a question"))


@pytest.fixture
def place() -> Community:
    place = Community()
    place.register()
    return place


def ask(place: Community, of: ServiceId = WARD, *, sender: PartnerId = WIGG) -> ReferralId:
    place.care.ask_advice(QUESTION, ROSA, of, "Is therapy safe for her?", asked=by(sender))
    return QUESTION


def advise(place: Community, what: Recommendation, *, instead: ServiceId | None = None) -> None:
    place.care.give_advice(QUESTION, "As I see it.", what, instead=instead, asked=by(TRUST))


def test_every_edge_of_a_referral_is_as_agreed() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "run: python -m tests.referral_edges"


# Advice


def test_who_is_asked_advice_is_involved_and_nobody_is_handed_over(place: Community) -> None:
    ask(place)
    told = place.share()
    assert told.types(TRUST) == ["PersonRegistered", "AdviceAsked"]
    assert told.told(TRUST, "AdviceAsked").data["question"] == "Is therapy safe for her?"
    assert told.types(SOCIAL) == []
    assert not place.pathway().open


def test_after_the_advice_the_referral_goes_on_under_the_same_id(place: Community) -> None:
    ask(place)
    advise(place, Recommendation.REFER)
    made = place.care.make_referral(
        QUESTION,
        ROSA,
        WARD,
        source=Source.PROFESSIONAL,
        mode=Mode.WRITTEN,
        ask="Please see her.",
        reason="As we said.",
        asked=by(WIGG),
    )
    assert made.id == QUESTION
    assert place.referral(QUESTION).state is State.WAITING
    correlations = {r.correlation for r in place.recorded() if r.originator_id == QUESTION}
    assert correlations == {QUESTION}


def test_a_question_has_no_wait_that_could_be_nullified(place: Community) -> None:
    ask(place)
    for since in ("asked", "answered"):
        with pytest.raises(NobodyWaits):
            place.care.nullify_clock(QUESTION, NullificationReason.MADE_TWICE, asked=by(WIGG))
        if since == "asked":
            advise(place, Recommendation.REFER)
    assert not place.referral(QUESTION).clock.nullified


def test_advice_to_leave_it_ends_with_the_askers_thanks(place: Community) -> None:
    ask(place)
    advise(place, Recommendation.NO_REFERRAL_NEEDED)
    place.care.acknowledge_outcome(QUESTION, asked=by(WIGG))
    assert place.referral(QUESTION).state is State.ACKNOWLEDGED
    assert place.share().types(TRUST)[-1] == "OutcomeAcknowledged"
    assert TRUST not in place.share().circle.told, "its part is over"
    assert None not in place.share().entries[TRUST], "what it advised stays its record"
    with refused(ReferralExists):
        place.care.ask_advice(QUESTION, ROSA, WARD, "Again?", asked=by(WIGG))


def test_another_service_is_named_when_it_is_advised(place: Community) -> None:
    ask(place)
    with refused(DestinationIsNeeded):
        advise(place, Recommendation.ANOTHER_SERVICE)
    with refused(DestinationIsNeeded):
        advise(place, Recommendation.ANOTHER_SERVICE, instead=WARD)
    advise(place, Recommendation.ANOTHER_SERVICE, instead=DRUG_CARE)
    (advised,) = [r for r in place.recorded() if isinstance(r.fact, AdviceGiven)]
    assert advised.label is Label.SUBSTANCE


def test_who_advised_to_go_elsewhere_is_no_party_to_what_goes_elsewhere() -> None:
    place = Community()
    place.register()
    asked = by(WIGG)
    place.care.ask_advice(QUESTION, ROSA, THERAPY, "Is she for you?", asked=asked)
    place.care.give_advice(
        QUESTION, "No.", Recommendation.ANOTHER_SERVICE, instead=SUPPORT, asked=by(TALKING)
    )
    place.care.make_referral(
        QUESTION,
        ROSA,
        DRUG_CARE,
        source=Source.PROFESSIONAL,
        mode=Mode.WRITTEN,
        ask="Please see her.",
        reason="Opioids.",
        asked=by(WIGG),
    )
    assert str(DRUGS) not in place.share().text(TALKING)
    assert "ReferralMade" not in place.share().types(TALKING)
    assert "ReferralMade" in place.share().types(DRUGS)


@pytest.mark.parametrize(
    ("sender", "service"), [(LIBRARY, WARD), (SOCIAL, WARD), (WIGG, GARDENING), (WIGG, SUPPORT)]
)
def test_advice_is_among_those_who_may_read_clinical_matters(
    place: Community, sender: PartnerId, service: ServiceId
) -> None:
    with refused(NoAdviceIsGivenThere):
        ask(place, service, sender=sender)


def test_no_form_asks_advice_and_no_system_gives_it(place: Community) -> None:
    form = replace(by(WIGG), practitioner=None)
    with refused(AdviceIsAmongProfessionals):
        place.care.ask_advice(QUESTION, ROSA, WARD, "Is it safe?", asked=form)
    ask(place)
    system = replace(by(TRUST), practitioner=None)
    with refused(AdviceIsAmongProfessionals):
        place.care.give_advice(QUESTION, "Yes.", Recommendation.REFER, asked=system)


def test_a_question_nobody_answers_is_escalated_and_expires(place: Community) -> None:
    ask(place)
    late = MONDAY.replace(year=MONDAY.year + 1)
    for rung in Rung:
        timer = replace(by(WIGG, at=late), practitioner=None)
        place.care.escalate_referral(QUESTION, rung, asked=timer)
        late = late.replace(month=late.month + 1)
    place.care.expire_referral(QUESTION, asked=replace(by(WIGG, at=late), practitioner=None))
    assert place.referral(QUESTION).state is State.EXPIRED
    assert place.share().entries[TRUST][-1] is None, "who never answered keeps nothing"


# What is missing


def test_what_a_service_needs_and_is_not_told_is_said_before_it_is_sent(place: Community) -> None:
    with refused(ReferralIsIncomplete) as incomplete:
        place.refer("to the ward", to=WARD, reason=None)
    assert incomplete.value.text.endswith("Missing: why: the problem and what has been tried.")
    assert place.facts()[-1].TOPIC == "person:PersonRegistered", "nothing was recorded"
    missing = place.care.what_is_missing(
        WARD, Given(Source.PROFESSIONAL, ask="See her."), sender=WIGG, person_id=ROSA, at=MONDAY
    )
    assert [(each.item, each.pointer) for each in missing] == [(Particular.REASON, "/reason")]


def test_urgent_need_is_not_blocked(place: Community) -> None:
    place.refer("to the ward", to=WARD, reason=None, sent_without="She cannot speak now.")
    (made,) = [fact for fact in place.facts() if isinstance(fact, ReferralMade)]
    assert made.missing == (Particular.REASON,)
    assert made.sent_without == "She cannot speak now."


def test_a_whole_referral_needs_no_excuse(place: Community) -> None:
    place.refer("to the ward", to=WARD, sent_without="In a hurry.")
    (made,) = [fact for fact in place.facts() if isinstance(fact, ReferralMade)]
    assert (made.missing, made.sent_without) == ((), None)


@pytest.mark.parametrize(
    ("source", "mode", "by_whom", "message"),
    [
        (Source.SELF, Mode.ONLINE, TRUST, None),
        (Source.CARER, Mode.WRITTEN, TRUST, None),
        (Source.PROFESSIONAL, Mode.VERBAL, TRUST, None),
        (Source.PROFESSIONAL, Mode.WRITTEN, SOCIAL, "a message's digest"),
    ],
)
def test_what_was_said_or_sent_by_others_is_taken_as_it_came(
    source: Source, mode: Mode, by_whom: PartnerId, message: str | None
) -> None:
    place = Community()
    place.register(TOM, practice=None)
    place.care.make_referral(
        ReferralId(uuid4()),
        TOM,
        WARD,
        source=source,
        mode=mode,
        ask="Please see him.",
        message=message,
        asked=by(by_whom),
    )
    (made,) = [fact for fact in place.facts() if isinstance(fact, ReferralMade)]
    assert Particular.PRACTICE in made.missing


# Onward


def accepted(place: Community) -> ReferralId:
    first = place.refer("Rosa to therapy")
    place.accept(first, TALKING)
    return first


def test_a_referral_made_onward_belongs_to_the_chain_of_the_first(place: Community) -> None:
    first = accepted(place)
    second = place.refer("on to social work", to=SUPPORT, sender=TALKING, onward_from=first)
    place.accept(second, SOCIAL)
    third = place.refer("on to the garden", to=GARDENING, sender=SOCIAL, onward_from=second)
    about = [r for r in place.recorded() if r.originator_id in (first, second, third)]
    assert {r.correlation for r in about} == {first}
    assert place.referral(first).onward == [second]
    assert place.referral(second).onward == [third]


def test_only_who_accepted_it_refers_onward_and_for_the_same_person(place: Community) -> None:
    first = place.refer("Rosa to therapy")
    with refused(ReferralWasNotAccepted):
        place.refer("on", to=SUPPORT, sender=TALKING, onward_from=first)
    place.accept(first, TALKING)
    with refused(OnlyTheReceiverMay):
        place.refer("on", to=SUPPORT, sender=WIGG, onward_from=first)
    place.register(TOM)
    with refused(OnwardIsForTheSamePerson):
        place.refer("on", to=SUPPORT, sender=TALKING, person=TOM, onward_from=first)


def test_the_first_sender_hears_that_it_went_on_and_not_to_the_drug_service() -> None:
    place = Community()
    place.register()
    first = place.refer("Rosa to therapy", sender=LIBRARY, source=Source.PARTNER)
    place.accept(first, TALKING)
    place.refer("on to drugs", to=DRUG_CARE, sender=TALKING, onward_from=first)
    told = place.share()
    assert "ReferredOnward" in told.types(LIBRARY)
    assert str(DRUGS) not in told.text(LIBRARY)
    assert str(DRUG_CARE) not in told.text(LIBRARY)


def test_an_offer_made_onward_is_no_business_of_the_first_sender() -> None:
    """The offer belongs to the onward referral: a party to the first is no party to it."""
    place = Community()
    place.register()
    place.refer("the practice holds her", to=GARDENING)
    first = place.refer("Rosa to therapy", sender=SOCIAL)
    place.accept(first, TALKING)
    place.refer("take her on", to=DRUG_CARE, sender=TALKING, onward_from=first, take_over=True)
    assert "HandoverOffered" in place.share().types(DRUGS)
    assert str(DRUGS) not in place.share().text(SOCIAL)
    offer = place.pathway().offer
    assert offer is not None
    assert offer.handover == HandoverId(named("take her on"))


def test_who_closes_because_it_referred_on_says_where_to(place: Community) -> None:
    first = accepted(place)
    with refused(WhereToIsMissing):
        place.care.close_referral(first, EndReason.REFERRED_ON, asked=by(TALKING))
    place.refer("on to social work", to=SUPPORT, sender=TALKING, onward_from=first)
    place.care.close_referral(first, EndReason.REFERRED_ON, asked=by(TALKING))
    assert place.facts()[-1] == ReferralClosed(receiver=TALKING, reason=EndReason.REFERRED_ON)


def test_a_service_that_is_not_here_is_named_in_words(place: Community) -> None:
    first = accepted(place)
    place.care.close_referral(
        first, EndReason.REFERRED_ON, elsewhere="A private clinic", asked=by(TALKING)
    )
    assert "A private clinic" in place.share().text(WIGG)


# Nobody is turned away


def test_a_decline_that_says_another_service_is_needed_says_which(place: Community) -> None:
    asked_for = place.refer("Rosa to therapy")
    another = DeclineReason.ANOTHER_SERVICE_NEEDED
    with refused(DestinationIsNeeded):
        place.care.decline_referral(asked_for, another, asked=by(TALKING))
    place.care.decline_referral(asked_for, another, instead=SUPPORT, asked=by(TALKING))
    (declined,) = [fact for fact in place.facts() if isinstance(fact, ReferralDeclined)]
    assert declined.instead == SUPPORT
    assert place.share().told(WIGG, "ReferralDeclined").data["instead"] == str(SUPPORT)


@pytest.mark.parametrize(("instead", "learns"), [(READING, True), (DRUG_CARE, False)])
def test_a_charity_does_not_learn_that_a_drug_service_was_named(
    instead: ServiceId, learns: bool
) -> None:
    place = Community()
    place.register()
    asked_for = place.refer("Rosa to therapy", sender=CHARITY, source=Source.PARTNER)
    place.care.decline_referral(
        asked_for, DeclineReason.ANOTHER_SERVICE_NEEDED, instead=instead, asked=by(TALKING)
    )
    assert (str(instead) in place.share().text(CHARITY)) is learns
    assert "ReferralDeclined" in place.share().types(CHARITY)
    assert AdviceAsked not in {type(fact) for fact in place.facts()}
