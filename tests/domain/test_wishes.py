"""What a person wants told: objections to organisations and uses, consent, and what is sealed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from domain.disclosure import (
    DisclosedWithoutConsent,
    DisclosureIsNotYet,
    NoLawAllowsThis,
    OrderHasNoReference,
    SayWhyTheyDoNotKnowOfIt,
)
from domain.intentions.persons import ThePersonObjects
from domain.pathway import pathway_of
from domain.person import Person, PersonRegistered
from domain.policies.disclosures import law
from domain.sealing import (
    ItemSealed,
    SealIsUnknown,
    SomebodyHasStillToAnswer,
    ThisCannotBeSealed,
)
from domain.vocabulary import (
    DisclosureGround,
    EndReason,
    Instrument,
    Label,
    MeasureId,
    PartnerId,
    Purpose,
    ReferralId,
    SealId,
)
from domain.wishes import (
    ConsentGiven,
    ConsentWithdrawn,
    NobodyRefusesThisUse,
    UseObjectedTo,
    UseObjectionLifted,
)
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    LIBRARY,
    MONDAY,
    PROBATION,
    READING,
    ROSA,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, Happened, by, given, refused

REGISTERED = Happened(PersonRegistered(name="Rosa Lind"))
TODAY = MONDAY.date()


@pytest.fixture
def place() -> Community:
    community = Community()
    community.register()
    return community


def over(place: Community, referral: ReferralId, receiver: PartnerId) -> None:
    """The help has ended, and its receiver is told nothing more."""
    place.care.close_referral(referral, EndReason.COMPLETED, asked=by(receiver))


# Objecting to a use


def test_an_objection_to_a_use_is_raised_and_lifted_once() -> None:
    refusing = (REGISTERED, Happened(UseObjectedTo(use=Purpose.PLANNING)))
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.object_to_use(Purpose.PLANNING, asked=by(WIGG))
    ).then(UseObjectedTo(use=Purpose.PLANNING))
    given(Person(id=ROSA), *refusing).when(
        lambda p: p.object_to_use(Purpose.PLANNING, asked=by(WIGG))
    ).then_nothing()
    given(Person(id=ROSA), *refusing).when(
        lambda p: p.lift_use_objection(Purpose.PLANNING, asked=by(WIGG))
    ).then(UseObjectionLifted(use=Purpose.PLANNING))
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.lift_use_objection(Purpose.PLANNING, asked=by(WIGG))
    ).then_nothing()


@pytest.mark.parametrize("use", [Purpose.SAFEGUARDING, Purpose.ADMINISTRATION, Purpose.AUDIT])
def test_nobody_refuses_what_the_law_asks_for(use: Purpose) -> None:
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.object_to_use(use, asked=by(WIGG))
    ).then_refused(NobodyRefusesThisUse)


def test_who_is_told_for_a_use_alone_is_told_no_more_once_it_is_refused(place: Community) -> None:
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.care.object_to_use(ROSA, Purpose.COMMUNITY_SUPPORT, asked=by(WIGG))
    told = place.share()
    assert told.types(CHARITY)[-1] == "Withdrawn"
    assert "Withdrawn" not in told.types(TALKING)


def test_nobody_is_referred_to_whom_every_use_is_refused(place: Community) -> None:
    place.care.object_to_use(ROSA, Purpose.COMMUNITY_SUPPORT, asked=by(WIGG))
    with refused(ThePersonObjects):
        place.refer("Rosa to gardening", to=GARDENING)


def test_who_is_responsible_is_never_shut_out_by_an_objection_to_a_use(place: Community) -> None:
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    place.care.object_to_use(ROSA, Purpose.DIRECT_CARE, asked=by(WIGG))
    told = place.share()
    assert "Withdrawn" not in told.types(TALKING)
    assert told.types(WIGG)[-1] == "Withdrawn"
    assert "Withdrawn" not in told.types(CHARITY)


def test_who_held_somebody_that_refused_care_forgets_them_once_it_holds_them_no_longer(
    place: Community,
) -> None:
    place.refer("Rosa to therapy", take_over=True)
    place.care.object_to_use(ROSA, Purpose.DIRECT_CARE, asked=by(WIGG))
    assert "Withdrawn" not in place.share().types(WIGG)
    with refused(ThePersonObjects):
        place.accept(ReferralId(named("Rosa to therapy")), TALKING)
    place.care.lift_use_objection(ROSA, Purpose.DIRECT_CARE, asked=by(WIGG))
    place.accept(ReferralId(named("Rosa to therapy")), TALKING)
    place.care.object_to_use(ROSA, Purpose.DIRECT_CARE, asked=by(WIGG))
    assert place.share().types(WIGG)[-1] == "Withdrawn"
    assert "Withdrawn" not in place.share().types(TALKING)[-1:]


def test_the_national_data_opt_out_leaves_care_as_it_is(place: Community) -> None:
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    place.accept(place.refer("Rosa to therapy", take_over=True), TALKING)
    before = {partner: len(es) for partner, es in place.share().entries.items()}
    place.care.object_to_use(ROSA, Purpose.PLANNING, asked=by(WIGG))
    after = place.share()
    assert {p: len(es) - before[p] for p, es in after.entries.items()} == {
        WIGG: 1,
        CHARITY: 0,
        TALKING: 0,
    }
    assert after.last(WIGG).type == "person.UseObjectedTo.v1"


# Consent: that the person agreed to being told of


def test_consent_is_withdrawn_once_and_only_if_it_was_given() -> None:
    agreed = (REGISTERED, Happened(ConsentGiven(to=PROBATION)))
    given(Person(id=ROSA), *agreed).when(
        lambda p: p.withdraw_consent(PROBATION, asked=by(WIGG))
    ).then(ConsentWithdrawn(to=PROBATION))
    given(Person(id=ROSA), REGISTERED).when(
        lambda p: p.withdraw_consent(PROBATION, asked=by(WIGG))
    ).then_nothing()


def test_who_was_told_by_consent_forgets_it_when_consent_is_withdrawn(place: Community) -> None:
    place.care.consent_to(ROSA, PROBATION, asked=by(WIGG))
    place.refer("from probation", to=THERAPY, sender=PROBATION)
    assert place.share().types(PROBATION)
    place.care.withdraw_consent(ROSA, PROBATION, asked=by(WIGG))
    told = place.share()
    assert told.types(PROBATION)[-1] == "Withdrawn"
    place.accept(ReferralId(named("from probation")), TALKING)
    assert place.share().types(PROBATION) == told.types(PROBATION)


def test_consent_is_no_lawful_basis_and_no_agreement_makes_it_one(place: Community) -> None:
    place.refer("Rosa to gardening", to=GARDENING)
    place.care.consent_to(ROSA, CHARITY, asked=by(WIGG))
    place.care.withdraw_consent(ROSA, CHARITY, asked=by(WIGG))
    assert "Withdrawn" not in place.share().types(CHARITY)


# Those who were told before


def test_who_was_told_once_and_is_no_longer_involved_forgets_it_too(place: Community) -> None:
    reading = place.refer("Rosa to reading", to=READING)
    place.accept(reading, LIBRARY)
    over(place, reading, LIBRARY)
    assert "Withdrawn" not in place.share().types(LIBRARY)
    place.care.object_to(ROSA, LIBRARY, asked=by(WIGG))
    assert place.share().types(LIBRARY)[-1] == "Withdrawn"
    assert place.share().types(LIBRARY).count("Withdrawn") == 1


# Sealing


def sealed(place: Community, stream: ReferralId | MeasureId, version: int = 1) -> SealId:
    place.care.seal_item(ROSA, stream, version, asked=by(WIGG))
    fact = place.facts()[-1]
    assert isinstance(fact, ItemSealed)
    return fact.seal


def test_what_is_sealed_is_known_to_those_who_recorded_it_and_nobody_else(
    place: Community,
) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.accept(place.refer("Rosa to the ward", to=WARD), TRUST)
    ward = ReferralId(named("Rosa to the ward"))
    sealed(place, ward)
    told = place.share()
    since = told.types(TALKING)[told.types(TALKING).index("Withdrawn") :]
    assert since.count("ReferralMade") == 1
    assert since[-1] == "ItemSealed"
    assert str(ward) not in str([e.data for e in told.entries[TALKING][-len(since) :] if e])
    assert "Withdrawn" not in told.types(WIGG) + told.types(TRUST)


def test_that_something_is_sealed_is_said_and_not_what_or_by_whom(place: Community) -> None:
    place.accept(place.refer("Rosa to drug care", to=DRUG_CARE), DRUGS)
    place.accept(place.refer("Rosa to therapy"), TALKING)
    seal = sealed(place, ReferralId(named("Rosa to drug care")))
    told = place.share()
    assert told.told(TALKING, "ItemSealed").data == {"seal": str(seal)}
    assert told.told(DRUGS, "ItemSealed").data["item"] == str(named("Rosa to drug care"))
    assert "keepers" not in told.text(WIGG) + told.text(DRUGS)


def test_whom_a_sealed_item_was_never_told_forgets_nothing(place: Community) -> None:
    place.accept(place.refer("Rosa to reading", to=READING), LIBRARY)
    place.accept(place.refer("Rosa to therapy"), TALKING)
    before = place.share().types(LIBRARY)
    sealed(place, ReferralId(named("Rosa to therapy")))
    assert place.share().types(LIBRARY) == before


def test_what_belongs_to_a_sealed_referral_is_sealed_with_it(place: Community) -> None:
    therapy = place.refer("Rosa to therapy")
    place.accept(therapy, TALKING)
    place.accept(place.refer("Rosa to the ward", to=WARD), TRUST)
    sealed(place, therapy)
    place.care.complete_measure(
        MeasureId(named("her GAD-7")),
        therapy,
        instrument=Instrument.GAD_7,
        total=12,
        asked=by(TALKING),
    )
    told = place.share()
    assert "MeasureCompleted" not in told.types(TRUST)
    assert told.types(TALKING)[-1] == "MeasureCompleted"


def test_whoever_comes_later_is_not_told_what_is_sealed(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    therapy = ReferralId(named("Rosa to therapy"))
    sealed(place, therapy)
    place.refer("Rosa to the ward", to=WARD)
    assert place.share().types(TRUST).count("ReferralMade") == 1
    assert str(therapy) not in place.share().text(TRUST)


def test_a_seal_lifted_tells_the_rest_and_nothing_twice(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.accept(place.refer("Rosa to the ward", to=WARD), TRUST)
    seal = sealed(place, ReferralId(named("Rosa to the ward")))
    place.care.unseal_item(ROSA, seal, asked=by(WIGG))
    told = place.share().types(TALKING)
    after = told[told.index("ItemSealed") + 1 :]
    assert after == ["ReferralMade", "ReferralAccepted", "ItemUnsealed"]


def test_an_answer_that_is_sealed_alone_is_kept_from_whoever_asked_for_it(
    place: Community,
) -> None:
    therapy = place.refer("Rosa to therapy")
    place.care.ask_information(therapy, "Is she safe at home?", asked=by(TALKING))
    place.care.give_information(therapy, "Her brother frightens her.", asked=by(WIGG))
    place.accept(therapy, TALKING)
    assert "frightens" in place.share().text(TALKING)
    sealed(place, therapy, version=3)
    told = place.share()
    since = told.entries[TALKING][told.types(TALKING).index("Withdrawn") :]
    assert "frightens" not in str(since)
    assert "Is she safe at home?" in str(since), "the rest is told again"
    assert "Withdrawn" not in told.types(WIGG)


def test_what_is_sealed_is_forgotten_by_whom_it_was_asked_of_in_vain(place: Community) -> None:
    """The charity helps her otherwise, and so still has what it heard of what was taken back."""
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    again = place.refer("Rosa to gardening again", to=GARDENING, ask="To be out of the house.")
    place.care.withdraw_referral(again, asked=by(WIGG))
    told = place.share()
    assert "out of the house" in told.text(CHARITY)
    assert "Withdrawn" not in told.types(CHARITY)
    sealed(place, again)
    told = place.share()
    since = told.types(CHARITY).index("Withdrawn")
    assert "out of the house" not in str(told.entries[CHARITY][since:])
    assert "ReferralAccepted" in told.types(CHARITY)[since:]


def test_a_seal_is_lifted_that_is_there(place: Community) -> None:
    with refused(SealIsUnknown):
        place.care.unseal_item(ROSA, SealId(named("no seal")), asked=by(WIGG))


def test_a_thing_is_sealed_once(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    therapy = ReferralId(named("Rosa to therapy"))
    sealed(place, therapy)
    position = len(place.facts())
    place.care.seal_item(ROSA, therapy, 1, asked=by(WIGG))
    assert len(place.facts()) == position


def test_who_holds_the_person_is_not_sealed(place: Community) -> None:
    place.refer("Rosa to therapy", take_over=True)
    with refused(ThisCannotBeSealed):
        place.care.seal_item(ROSA, pathway_of(ROSA), 1, asked=by(WIGG))


def test_that_a_referral_was_accepted_is_not_sealed_alone(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    with refused(ThisCannotBeSealed):
        place.care.seal_item(ROSA, named("Rosa to therapy"), 2, asked=by(WIGG))


def test_a_referral_that_waits_for_an_answer_is_not_sealed(place: Community) -> None:
    place.refer("Rosa to therapy")
    with refused(SomebodyHasStillToAnswer):
        place.care.seal_item(ROSA, named("Rosa to therapy"), 1, asked=by(WIGG))


def test_who_is_no_longer_involved_forgets_what_is_sealed_and_keeps_the_rest(
    place: Community,
) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    ward = place.refer("Rosa to the ward", to=WARD)
    place.accept(ward, TRUST)
    over(place, ward, TRUST)
    told = place.share().types(TRUST)
    assert "ReferralMade" in told
    sealed(place, ReferralId(named("Rosa to therapy")))
    since = place.share().types(TRUST)[len(told) :]
    assert since[0] == "Withdrawn"
    assert since.count("ReferralMade") == 1


# Told without consent


def disclosing(
    ground: DisclosureGround = DisclosureGround.SAFEGUARDING,
    *,
    order: str | None = None,
    on: date = TODAY,
    person_told: bool = True,
    why_not: str | None = None,
) -> Callable[[Person], object]:
    return lambda person: person.disclose(
        "Camden Safeguarding Adults Board",
        ground=ground,
        content="That she is afraid of her brother.",
        order=order,
        on=on,
        person_told=person_told,
        why_not=why_not,
        label=Label.ORDINARY,
        asked=by(WIGG),
    )


def test_what_is_told_without_consent_is_kept_with_its_law() -> None:
    in_force = law(DisclosureGround.SAFEGUARDING, TODAY)
    assert in_force
    given(Person(id=ROSA), REGISTERED).when(disclosing()).then(
        DisclosedWithoutConsent(
            to_whom="Camden Safeguarding Adults Board",
            ground=DisclosureGround.SAFEGUARDING,
            basis=in_force.basis,
            content="That she is afraid of her brother.",
            on=TODAY,
            person_told=True,
        )
    )


def test_what_a_court_ordered_names_the_order() -> None:
    known = given(Person(id=ROSA), REGISTERED)
    known.when(disclosing(DisclosureGround.COURT_ORDER)).then_refused(OrderHasNoReference)
    ordered = known.when(disclosing(DisclosureGround.COURT_ORDER, order="CM/2026/114"))
    (recorded,) = ordered.facts
    assert isinstance(recorded.fact, DisclosedWithoutConsent)
    assert recorded.fact.order == "CM/2026/114"


def test_who_was_not_told_of_it_has_a_reason_in_their_list() -> None:
    known = given(Person(id=ROSA), REGISTERED)
    known.when(disclosing(person_told=False)).then_refused(SayWhyTheyDoNotKnowOfIt)


def test_nothing_was_told_tomorrow_or_before_the_law_let_it() -> None:
    known = given(Person(id=ROSA), REGISTERED)
    tomorrow = TODAY + timedelta(days=1)
    known.when(disclosing(on=tomorrow)).then_refused(DisclosureIsNotYet)
    known.when(disclosing(on=date(2018, 5, 24))).then_refused(NoLawAllowsThis)


def test_a_disclosure_is_in_the_record_of_who_disclosed_and_in_no_other(place: Community) -> None:
    place.accept(place.refer("Rosa to therapy"), TALKING)
    place.accept(place.refer("Rosa to gardening", to=GARDENING), CHARITY)
    place.care.record_disclosure(
        ROSA,
        "the police",
        ground=DisclosureGround.CRIME,
        content="Where she was.",
        order=None,
        on=TODAY,
        person_told=False,
        why_not="It would have put others in danger.",
        asked=by(CHARITY),
    )
    told = place.share()
    assert told.last(CHARITY).data["content"] == "Where she was."
    for other in (WIGG, TALKING):
        assert "DisclosedWithoutConsent" not in told.types(other)
