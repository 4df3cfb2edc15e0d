"""Services: who may come, when it is open, how much room there is, and who cannot be sent there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain.description import Criteria, Description, Hours
from domain.kernel import Asked, BrokenRule
from domain.policies.steps import Evidence
from domain.request import State
from domain.room import CapacityDeclared, CapacityIsNotPossible, PlaceFreed, PlaceTaken
from domain.service import (
    NotOfTheAgeServed,
    OnlyWhoOffersItMay,
    Service,
    ServiceClosed,
    ServiceDescribed,
    ServiceHasClosed,
    ServiceIsFull,
    ServiceIsNotOpen,
    ServicePaused,
    ServiceReopened,
)
from domain.steps import Grounds
from domain.unanswered import ReferralExpired
from domain.unmet import UnmetNeedRecorded, WhichServiceIsMissing, WhichStepIsMissing
from domain.vocabulary import (
    DeclineReason,
    Doubt,
    EndReason,
    HandoverId,
    Label,
    Mode,
    Need,
    Priority,
    Recommendation,
    ReferralId,
    ServiceId,
    Source,
    Step,
    UnmetNeedId,
    Weekday,
    WhyUnmet,
)
from tests.people import (
    CHARITY,
    COLLABORATIVE_CARE,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    HOUSING,
    LIBRARY,
    MINA,
    MONDAY,
    READING,
    ROSA,
    SERVICES,
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
from tests.scenario import URGENT, Community, Happened, by, given, refused

FRIDAY = date(2026, 3, 6)
OPENED = Happened(SERVICES[THERAPY], by=TALKING, person=None)


def opened(*more: Happened) -> tuple[Happened, ...]:
    return (OPENED, *more)


def declared(available: int, maximum: int | None = None, until: date | None = None) -> Happened:
    fact = CapacityDeclared(available=available, maximum=maximum, until=until)
    return Happened(fact, by=TALKING, person=None)


@pytest.fixture
def place() -> Community:
    there = Community()
    for person in (ROSA, TOM, MINA):
        there.register(person)
    there.start = len(there.log.facts)
    return there


def one_place_left(place: Community, service: ServiceId = THERAPY) -> None:
    offering = SERVICES[service].partner
    place.care.declare_capacity(service, 1, maximum=10, until=None, asked=by(offering))


# Opening, pausing, closing


def test_a_paused_service_takes_people_again_when_it_says_so() -> None:
    paused = Happened(ServicePaused(reason="flood"), by=TALKING, person=None)
    service = Service(id=THERAPY)
    given(service, *opened(paused)).when(lambda s: s.reopen(asked=by(TALKING))).then(
        ServiceReopened()
    )
    given(Service(id=THERAPY), OPENED).when(lambda s: s.reopen(asked=by(TALKING))).then_nothing()


def test_a_closed_service_says_nothing_more_until_it_opens_again() -> None:
    closed = Happened(ServiceClosed(reason="merged"), by=TALKING, person=None)
    here = given(Service(id=THERAPY), *opened(closed))
    here.when(lambda s: s.reopen(asked=by(TALKING))).then_refused(ServiceHasClosed)
    here.when(
        lambda s: s.declare_capacity(3, maximum=None, until=None, asked=by(TALKING))
    ).then_refused(ServiceHasClosed)
    here.when(lambda s: s.close("again", asked=by(TALKING))).then_nothing()
    here.when(lambda s: s.open(SERVICES[THERAPY], asked=by(TALKING))).then(SERVICES[THERAPY])


def test_saying_the_same_of_a_service_again_is_nothing_new() -> None:
    same = ServiceDescribed(
        name=SERVICES[THERAPY].name,
        ways_in=SERVICES[THERAPY].ways_in,
        eligibility=SERVICES[THERAPY].eligibility,
    )
    given(Service(id=THERAPY), OPENED).when(
        lambda s: s.describe(same, asked=by(TALKING))
    ).then_nothing()
    other = same.model_copy(update={"eligibility": "anybody"})
    given(Service(id=THERAPY), OPENED).when(lambda s: s.describe(other, asked=by(TALKING))).then(
        other
    )


def test_only_who_offers_a_service_and_the_host_speak_for_it(place: Community) -> None:
    with refused(OnlyWhoOffersItMay):
        place.care.pause_service(THERAPY, "no", asked=by(CHARITY))
    place.care.pause_service(THERAPY, "flood", asked=by(WIGG))  # the host
    place.care.reopen_service(THERAPY, asked=by(TALKING))
    with refused(OnlyWhoOffersItMay):
        stolen = SERVICES[GARDENING].model_copy(update={"partner": TALKING})
        place.care.open_service(ServiceId(named("theirs")), stolen, asked=by(CHARITY))


# Room


@pytest.mark.parametrize(
    ("available", "maximum", "until"),
    [(-1, None, None), (5, 4, None), (1, 1, MONDAY.date() - timedelta(days=1))],
)
def test_capacity_that_cannot_be_is_refused(
    available: int, maximum: int | None, until: date | None
) -> None:
    given(Service(id=THERAPY), OPENED).when(
        lambda s: s.declare_capacity(available, maximum=maximum, until=until, asked=by(TALKING))
    ).then_refused(CapacityIsNotPossible)


def test_a_service_that_never_said_is_never_full(place: Community) -> None:
    for person in (ROSA, TOM, MINA):
        place.refer(f"of {person}", person=person)
    assert not [f for f in place.facts() if isinstance(f, PlaceTaken)]


def test_the_last_place_is_given_once(place: Community) -> None:
    one_place_left(place)
    first = place.refer("Rosa's", person=ROSA)
    assert PlaceTaken(by=first) in place.facts()
    with refused(ServiceIsFull):
        place.refer("Tom's", person=TOM)


@pytest.mark.parametrize("end", ["decline", "withdraw", "redirect", "close"])
def test_a_place_is_free_again_when_the_referral_ends(place: Community, end: str) -> None:
    one_place_left(place)
    first = place.refer("Rosa's", person=ROSA)
    match end:
        case "decline":
            place.care.decline_referral(first, DeclineReason.NOT_ELIGIBLE, asked=by(TALKING))
        case "withdraw":
            place.care.withdraw_referral(first, asked=by(WIGG))
        case "redirect":
            place.care.redirect_referral(first, GARDENING, asked=by(TALKING))
        case "close":
            place.accept(first, TALKING)
            place.care.close_referral(first, EndReason.COMPLETED, asked=by(TALKING))
    assert place.facts()[-1] == PlaceFreed(by=first)
    place.refer("Tom's", person=TOM)


def test_a_place_stays_taken_while_the_person_is_helped(place: Community) -> None:
    one_place_left(place)
    first = place.refer("Rosa's", person=ROSA)
    place.accept(first, TALKING)
    with refused(ServiceIsFull):
        place.refer("Tom's", person=TOM)


def test_what_is_declared_anew_counts_from_there(place: Community) -> None:
    one_place_left(place)
    place.refer("Rosa's", person=ROSA)
    one_place_left(place)
    place.refer("Tom's", person=TOM)
    with refused(ServiceIsFull):
        place.refer("Mina's", person=MINA)


def test_a_declaration_holds_until_its_last_day(place: Community) -> None:
    place.care.declare_capacity(THERAPY, 0, until=FRIDAY, asked=by(TALKING))
    with refused(ServiceIsFull):
        place.refer("on Monday")
    saturday = datetime(2026, 3, 7, 9, tzinfo=UTC)
    place.care.make_referral(
        ReferralId(named("on Saturday")),
        ROSA,
        THERAPY,
        source=Source.SELF,
        mode=Mode.ONLINE,
        ask="I would like to talk.",
        asked=by(TALKING, at=saturday),
    )
    assert not [f for f in place.facts() if isinstance(f, PlaceTaken)]


# A service that cannot be chosen is chosen nowhere


def full(place: Community, service: ServiceId) -> type[BrokenRule]:
    place.care.declare_capacity(service, 0, asked=by(SERVICES[service].partner))
    return ServiceIsFull


def paused(place: Community, service: ServiceId) -> type[BrokenRule]:
    place.care.pause_service(service, "nobody there", asked=by(SERVICES[service].partner))
    return ServiceIsNotOpen


def closed(place: Community, service: ServiceId) -> type[BrokenRule]:
    place.care.close_service(service, "no longer paid for", asked=by(SERVICES[service].partner))
    return ServiceIsNotOpen


@pytest.mark.parametrize("turn", [full, paused, closed])
def test_nobody_is_sent_where_nobody_is_taken(
    place: Community, turn: Callable[[Community, ServiceId], type[BrokenRule]]
) -> None:
    waiting = place.refer("waiting", to=THERAPY)
    asked_first = ReferralId(named("a question"))
    place.care.ask_advice(asked_first, ROSA, THERAPY, "Would it help?", asked=by(WIGG))
    rule, care = turn(place, WARD), place.care
    with refused(rule):
        place.refer("made", to=WARD)
    with refused(rule):
        care.redirect_referral(waiting, WARD, asked=by(TALKING))
    with refused(rule):
        care.decline_referral(
            waiting, DeclineReason.ANOTHER_SERVICE_NEEDED, instead=WARD, asked=by(TALKING)
        )
    with refused(rule):
        care.give_advice(
            asked_first,
            "Ask them.",
            Recommendation.ANOTHER_SERVICE,
            instead=WARD,
            asked=by(TALKING),
        )
    with refused(rule):
        care.offer_handover(
            ROSA,
            HandoverId(named("offer")),
            WARD,
            grounds=Grounds(Evidence.PERSONS_REQUEST, words="She asks for it."),
            asked=by(WIGG),
        )
    assert place.referral(waiting).state is State.WAITING


def test_an_urgent_need_for_hospital_care_is_never_turned_away_for_want_of_room(
    place: Community,
) -> None:
    place.refer("opens her pathway", to=GARDENING)
    full(place, WARD)
    full(place, THERAPY)
    offer = HandoverId(named("urgent"))
    place.care.offer_handover(ROSA, offer, WARD, grounds=URGENT, asked=by(WIGG))
    place.refer("emergency", to=WARD, person=TOM, priority=Priority.EMERGENCY)
    with refused(ServiceIsFull):  # that is for hospitals
        place.refer("emergency elsewhere", to=THERAPY, person=MINA, priority=Priority.EMERGENCY)


def test_who_waits_already_may_be_taken_on_by_a_service_that_is_full_or_paused(
    place: Community,
) -> None:
    waiting = place.refer("waiting")
    full(place, THERAPY)
    paused(place, THERAPY)
    place.accept(waiting, TALKING)
    assert place.referral(waiting).state is State.ACCEPTED


# Who may come


def described(place: Community, criteria: Criteria) -> None:
    place.care.describe_service(
        THERAPY,
        ServiceDescribed(
            name="Therapy",
            ways_in=SERVICES[THERAPY].ways_in,
            eligibility="see the ages",
            description=Description(criteria=criteria),
        ),
        asked=by(TALKING),
    )


@pytest.mark.parametrize(
    ("criteria", "refuses"),
    [
        (Criteria(age_from=38), True),
        (Criteria(age_from=37), False),  # Rosa was born on 4 May 1988
        (Criteria(age_to=37), False),
        (Criteria(age_to=36), True),
        (Criteria(practices=(TRUST,)), False),
        (Criteria(), False),
    ],
)
def test_only_an_age_that_is_known_and_outside_is_refused(
    place: Community, criteria: Criteria, refuses: bool
) -> None:
    described(place, criteria)
    if not refuses:
        place.refer("hers")
        return
    with refused(NotOfTheAgeServed) as refusal:
        place.refer("hers")
    assert refusal.value.needs == (f"aged {criteria.ages}",)


def test_what_is_in_doubt_is_said_and_not_refused(place: Community) -> None:
    described(
        place,
        Criteria(
            age_from=40,
            practices=(TRUST,),
            area="NW5",
            excludes=("psychosis",),
            needs_consent=True,
        ),
    )

    def doubts(source: Source) -> set[Doubt]:
        return set(place.care.doubts(THERAPY, source, person_id=ROSA, asked=by(WIGG)))

    assert doubts(Source.PROFESSIONAL) == {
        Doubt.OUTSIDE_AGES,
        Doubt.OUTSIDE_PRACTICES,
        Doubt.WITHIN_AREA,
        Doubt.EXCLUDES,
        Doubt.CONSENT,
    }
    assert Doubt.CONSENT not in doubts(Source.SELF)
    unknown = set(place.care.doubts(THERAPY, Source.SELF, asked=by(WIGG)))
    assert {Doubt.AGE_NOT_KNOWN, Doubt.PRACTICE_NOT_KNOWN} <= unknown


@pytest.mark.parametrize(
    ("at", "open_then"),
    [
        (datetime(2026, 3, 2, 9, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 2, 8, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 2, 17, 0, tzinfo=UTC), False),  # it closes at five
        (datetime(2026, 3, 3, 9, 0, tzinfo=UTC), False),  # a Tuesday
        (datetime(2026, 7, 6, 8, 30, tzinfo=UTC), True),  # half past nine in London
        (datetime(2026, 5, 4, 10, 0, tzinfo=UTC), False),  # the early May bank holiday
    ],
)
def test_a_service_is_open_by_the_clocks_and_holidays_of_london(
    at: datetime, open_then: bool
) -> None:
    hours = (Hours(day=Weekday.MONDAY, opens=time(9), closes=time(17)),)
    assert Description(hours=hours).open_at(at) is open_then
    assert Description().open_at(at) is None
    assert Description(hours=hours, bank_holidays=True).open_at(
        datetime(2026, 5, 4, 10, tzinfo=UTC)
    )


def test_no_refusal_tells_an_age_to_who_may_not_know_it(place: Community) -> None:
    described(place, Criteria(age_to=20))
    place.refer("from the library", sender=LIBRARY)
    seen = place.care.doubts(THERAPY, Source.PARTNER, person_id=ROSA, asked=by(LIBRARY))
    assert Doubt.OUTSIDE_AGES not in seen
    with refused(NotOfTheAgeServed):
        place.refer("from the practice")


# Closing with people waiting


def timer() -> Asked:
    return replace(by(WIGG), practitioner=None)


def test_who_waits_at_a_service_that_closes_goes_back_to_who_asked(place: Community) -> None:
    waiting = place.refer("waiting", to=COLLABORATIVE_CARE, sender=TRUST, person=TOM)
    taken_on = place.refer("taken on", to=COLLABORATIVE_CARE, sender=TRUST, person=MINA)
    place.accept(taken_on, WIGG)
    place.care.close_service(COLLABORATIVE_CARE, "no longer paid for", asked=by(WIGG))
    for each in (waiting, taken_on):
        place.care.return_from_closed(each, COLLABORATIVE_CARE, asked=timer())
    assert place.referral(waiting).state is State.EXPIRED
    assert place.referral(taken_on).state is State.ACCEPTED
    assert place.facts()[-1] == ReferralExpired(receiver=WIGG)
    assert place.pathway(TOM).responsible == TRUST
    assert "referral" in place.referral(waiting).next_actions(TRUST)


def test_nobody_is_sent_back_from_a_service_that_is_there(place: Community) -> None:
    waiting = place.refer("waiting")
    paused(place, THERAPY)
    place.care.return_from_closed(waiting, THERAPY, asked=timer())
    assert place.referral(waiting).state is State.WAITING


def test_the_offer_that_a_referral_carried_lapses_with_it(place: Community) -> None:
    waiting = place.refer("to take over", take_over=True)
    closed(place, THERAPY)
    place.care.return_from_closed(waiting, THERAPY, asked=timer())
    way = place.pathway(ROSA)
    assert way.responsible == WIGG
    assert way.offer is None


# Wanted in vain


def test_an_unmet_need_takes_its_step_and_practice_from_what_is_known(place: Community) -> None:
    place.care.record_unmet_need(
        UnmetNeedId(named("unmet")),
        why=WhyUnmet.FULL,
        need=Need.DEPRESSION_OR_ANXIETY,
        service_id=THERAPY,
        step=Step.HOSPITAL_CARE,
        person_id=ROSA,
        asked=by(SOCIAL),
    )
    assert place.facts() == [
        UnmetNeedRecorded(
            why=WhyUnmet.FULL,
            step=Step.TALKING_THERAPIES,
            need=Need.DEPRESSION_OR_ANXIETY,
            service=THERAPY,
            practice=WIGG,
        )
    ]


def test_an_unmet_need_names_a_service_or_says_that_there_is_none(place: Community) -> None:
    def note(**said: Any) -> None:
        unmet = UnmetNeedId(named("unmet"))
        place.care.record_unmet_need(unmet, need=Need.EATING, asked=by(WIGG), **said)

    with refused(WhichServiceIsMissing):
        note(why=WhyUnmet.FULL, step=Step.TALKING_THERAPIES)
    with refused(WhichServiceIsMissing):
        note(why=WhyUnmet.NONE_HERE, service_id=THERAPY)
    with refused(WhichStepIsMissing):
        note(why=WhyUnmet.NONE_HERE)
    note(why=WhyUnmet.NONE_HERE, step=Step.TALKING_THERAPIES)


def test_nobody_outside_care_learns_that_a_drug_service_was_wanted(place: Community) -> None:
    place.refer("books", to=READING)
    place.refer("therapy")
    place.care.record_unmet_need(
        UnmetNeedId(named("unmet")),
        why=WhyUnmet.FULL,
        need=Need.DRUGS_OR_ALCOHOL,
        service_id=DRUG_CARE,
        person_id=ROSA,
        asked=by(WIGG),
    )
    assert place.recorded()[-1].label is Label.SUBSTANCE
    share = place.share()
    assert "UnmetNeedRecorded" in share.types(WIGG)
    for partner in (LIBRARY, TALKING, HOUSING, DRUGS):
        assert "UnmetNeedRecorded" not in share.types(partner)


def test_an_unmet_need_makes_nobody_involved(place: Community) -> None:
    place.care.record_unmet_need(
        UnmetNeedId(named("unmet")),
        why=WhyUnmet.FULL,
        need=Need.HOUSING_OR_MONEY,
        service_id=SUPPORT,
        person_id=ROSA,
        asked=by(HOUSING),
    )
    share = place.share()
    assert share.types(HOUSING) == ["UnmetNeedRecorded"], "it knows what it wanted itself"
    assert share.types(SOCIAL) == []
    assert HOUSING not in share.circle.told
