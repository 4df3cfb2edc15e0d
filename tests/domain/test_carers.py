"""Carers: seen with their own agreement, put on the register, assessed; what they may be told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.carer import (
    CarerExists,
    CarerHasNotAgreed,
    CarerIdentified,
    CarerIsOver,
    CarerIsUnknown,
    CarerMayBeTold,
    CarerNoLonger,
    EmergencyContactChosen,
    NobodyCaresForThemselves,
    NoNumberToRing,
    SayWhatTheyMayBeTold,
)
from domain.intentions.carers import OnlyCareMayRegister
from domain.intentions.persons import ThePersonObjects
from domain.person import Details, ThePersonHasDied
from domain.policies.caring import Law, is_young, owed
from domain.registered_carer import (
    CarerIsNotRegistered,
    CarerRegistered,
    CarersAssessmentAsked,
    CarersAssessmentDeclined,
    CarersAssessmentDone,
    CarerTakenOff,
    NoAssessmentIsAsked,
    NobodyMayAssess,
    OnlyWhoAssessesMay,
    RegisteredCarer,
    registered_of,
)
from domain.vocabulary import CarerId, CaringEnd, HowKnown, MayBeTold, PersonId, Relation
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    HOUSING,
    HOUSING_HELP,
    LIBRARY,
    MINA,
    MONDAY,
    ROSA,
    SOCIAL,
    TALKING,
    THERAPY,
    TOM,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

INES, PAUL = CarerId(named("Ines cares for Rosa")), CarerId(named("Tom cares for Rosa"))
AGAIN = CarerId(named("Tom cares for Mina"))


@pytest.fixture
def place() -> Community:
    """Rosa and Tom are known to their practice."""
    place = Community()
    place.register()
    place.register(TOM)
    return place


def identify(place: Community, carer: CarerId = INES, person: PersonId = ROSA, **told: Any) -> None:
    agreed = told.pop("agreed", True)
    told = {
        "name": "Ines Lind",
        "phone": "020 7946 0123",
        "relation": Relation.CHILD,
    } | told
    place.care.identify_carer(person, carer, CarerIdentified(**told), agreed=agreed, asked=by(WIGG))


def register(place: Community, carer: CarerId = INES) -> None:
    place.care.register_carer(carer, SOCIAL, asked=by(WIGG))


def entry(place: Community, of: Any = INES) -> RegisteredCarer:
    return place.care._load(RegisteredCarer, registered_of(of))


# Identified


def test_a_carer_is_recorded_with_their_own_agreement_alone(place: Community) -> None:
    with refused(CarerHasNotAgreed):
        identify(place, agreed=False)
    identify(place)
    with refused(CarerExists):
        identify(place)
    assert isinstance(place.facts()[-1], CarerIdentified)


def test_nobody_is_their_own_carer(place: Community) -> None:
    with refused(NobodyCaresForThemselves):
        identify(place, carer_person=ROSA)


def test_a_carer_under_eighteen_is_young_by_the_date_of_birth(place: Community) -> None:
    child = PersonId(named("Ines Lind herself"))
    place.care.register_person(
        child, Details(name="Ines Lind", date_of_birth=date(2010, 3, 3)), asked=by(WIGG)
    )
    identify(place, carer_person=child)
    seen = place.facts()[-1]
    assert isinstance(seen, CarerIdentified)
    assert seen.young
    assert seen.known_here
    assert not is_young(date(2008, 3, 2), date(2026, 3, 2))
    assert is_young(date(2008, 3, 3), date(2026, 3, 2))


def test_which_record_is_the_carers_is_told_to_nobody(place: Community) -> None:
    identify(place, PAUL, carer_person=TOM, name="Tom Achebe")
    assert str(TOM) not in place.share().text(WIGG)
    assert place.share().told(WIGG, "CarerIdentified").data["known_here"] is True


def test_nobody_cares_for_who_has_died(place: Community) -> None:
    place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.CLINICIAN, asked=by(WIGG))
    with refused(ThePersonHasDied):
        identify(place)


# What a carer may be told


def test_what_a_carer_may_be_told_is_the_persons_wish(place: Community) -> None:
    identify(place)
    with refused(SayWhatTheyMayBeTold):
        place.care.let_carer_be_told(INES, MayBeTold.SOME, None, asked=by(WIGG))
    place.care.let_carer_be_told(INES, MayBeTold.SOME, "When I am seen.", asked=by(WIGG))
    assert place.facts()[-1] == CarerMayBeTold(may=MayBeTold.SOME, what="When I am seen.")
    again = place.care.let_carer_be_told(INES, MayBeTold.SOME, "When I am seen.", asked=by(WIGG))
    assert again.repeated
    place.care.let_carer_be_told(INES, MayBeTold.NOTHING, None, asked=by(WIGG))
    assert place.facts()[-1] == CarerMayBeTold(may=MayBeTold.NOTHING)


def test_an_emergency_contact_can_be_rung(place: Community) -> None:
    with refused(NoNumberToRing):
        identify(place, phone=None, emergency_contact=True)
    identify(place, phone=None)
    with refused(NoNumberToRing):
        place.care.choose_emergency_contact(INES, True, asked=by(WIGG))
    identify(place, PAUL)
    place.care.choose_emergency_contact(PAUL, True, asked=by(WIGG))
    assert place.facts()[-1] == EmergencyContactChosen(chosen=True)
    assert place.care.choose_emergency_contact(PAUL, True, asked=by(WIGG)).repeated


# The register


def test_putting_a_carer_on_the_register_asks_for_their_assessment(place: Community) -> None:
    identify(place)
    register(place)
    registered, asked = place.facts()[-2:]
    assert registered == CarerRegistered(carer=INES, name="Ines Lind")
    assert asked == CarersAssessmentAsked(
        asked_of=SOCIAL, due_on=MONDAY.date() + timedelta(days=28), law=Law.ADULT_CARER
    )
    facts = len(place.log.facts)
    register(place)
    assert len(place.log.facts) == facts


def test_a_young_carer_is_assessed_under_the_childrens_law(place: Community) -> None:
    identify(place, young=True)
    register(place)
    asked = place.facts()[-1]
    assert isinstance(asked, CarersAssessmentAsked)
    assert asked.law is Law.YOUNG_CARER
    assert owed(False, MONDAY.replace(year=2014)) is None


def test_a_carer_with_a_record_is_registered_in_their_own(place: Community) -> None:
    identify(place, PAUL, carer_person=TOM, name="Tom Achebe")
    register(place, PAUL)
    assert [type(r.fact) for r in place.about(TOM)][-2:] == [
        CarerRegistered,
        CarersAssessmentAsked,
    ]
    assert place.about(TOM)[-2].fact == CarerRegistered(carer=PAUL)
    assert [type(r.fact) for r in place.about(ROSA)][-1] is CarerIdentified
    assert "CarerRegistered" not in place.share(ROSA).types(WIGG)
    assert place.share(TOM).types(SOCIAL)[-1] == "CarersAssessmentAsked"
    assert SOCIAL not in place.share(ROSA).entries


def test_only_care_puts_a_carer_on_the_register(place: Community) -> None:
    identify(place)
    with refused(OnlyCareMayRegister):
        place.care.register_carer(INES, SOCIAL, asked=by(LIBRARY))
    with refused(NobodyMayAssess):
        place.care.register_carer(INES, TALKING, asked=by(WIGG))
    with refused(CarerIsUnknown):
        register(place, PAUL)


def test_who_objects_to_social_work_is_not_told_to_it(place: Community) -> None:
    identify(place)
    place.care.object_to(ROSA, SOCIAL, asked=by(WIGG))
    with refused(ThePersonObjects):
        register(place)


def test_the_assessment_is_done_by_who_was_asked(place: Community) -> None:
    identify(place)
    with refused(CarerIsNotRegistered):
        place.care.complete_carers_assessment(INES, None, asked=by(SOCIAL))
    register(place)
    with refused(OnlyWhoAssessesMay):
        place.care.complete_carers_assessment(INES, None, asked=by(WIGG))
    assert entry(place).next_actions(SOCIAL) == ("assessment-completion", "assessment-refusal")
    assert entry(place).next_actions(WIGG) == ("assessment-refusal",)
    place.care.complete_carers_assessment(INES, "A break each month.", asked=by(SOCIAL))
    assert place.facts()[-1] == CarersAssessmentDone(asked_of=SOCIAL, outcome="A break each month.")
    assert entry(place).next_actions(WIGG) == ("assessment",)
    with refused(NoAssessmentIsAsked):
        place.care.complete_carers_assessment(INES, None, asked=by(SOCIAL))
    place.care.ask_carers_assessment(INES, SOCIAL, asked=by(WIGG))
    assert isinstance(place.facts()[-1], CarersAssessmentAsked)


def test_a_carer_may_decline_to_be_assessed(place: Community) -> None:
    identify(place)
    register(place)
    place.care.decline_carers_assessment(INES, asked=by(WIGG))
    assert place.facts()[-1] == CarersAssessmentDeclined(asked_of=SOCIAL)
    with refused(NoAssessmentIsAsked):
        place.care.decline_carers_assessment(INES, asked=by(WIGG))


def test_who_cares_no_longer_leaves_the_register(place: Community) -> None:
    identify(place)
    register(place)
    place.care.end_caring(INES, CaringEnd.ANOTHER_CARER, asked=by(WIGG))
    assert place.facts()[-2:] == [
        CarerNoLonger(reason=CaringEnd.ANOTHER_CARER),
        CarerTakenOff(carer=INES),
    ]
    assert place.care.end_caring(INES, CaringEnd.ANOTHER_CARER, asked=by(WIGG)).repeated
    for ask in (
        lambda: register(place),
        lambda: place.care.choose_emergency_contact(INES, True, asked=by(WIGG)),
        lambda: place.care.let_carer_be_told(INES, MayBeTold.ALL, None, asked=by(WIGG)),
    ):
        with refused(CarerIsOver):
            ask()


def test_who_cares_for_two_stays_on_the_register_for_the_other(place: Community) -> None:
    place.register(MINA)
    for carer, person in ((PAUL, ROSA), (AGAIN, MINA)):
        identify(place, carer, person, carer_person=TOM, name="Tom Achebe")
        register(place, carer)
    place.care.end_caring(PAUL, CaringEnd.NOT_NEEDED, asked=by(WIGG))
    entered = entry(place, TOM)
    assert entered.caring == {AGAIN}
    assert entered.asked_of == SOCIAL
    place.care.end_caring(AGAIN, CaringEnd.NOT_NEEDED, asked=by(WIGG))
    assert entry(place, TOM).asked_of is None


def test_a_carer_does_not_care_for_the_dead(place: Community) -> None:
    identify(place)
    register(place)
    place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.CLINICIAN, asked=by(WIGG))
    assert CarerNoLonger(reason=CaringEnd.DIED) in place.facts()
    assert entry(place).caring == set()


# Who learns that somebody cares


def test_who_helps_with_something_else_never_learns_who_cares(place: Community) -> None:
    for service in (GARDENING, HOUSING_HELP, THERAPY, DRUG_CARE):
        place.refer(f"Rosa to {service}", to=service)
    identify(place)
    register(place)
    place.care.let_carer_be_told(INES, MayBeTold.SOME, "When I am seen.", asked=by(DRUGS))
    told = place.share()
    for partner in (CHARITY, HOUSING):
        assert not {t for t in told.types(partner) if t.startswith("Carer")}
    wish = told.told(TALKING, "CarerMayBeTold")
    assert "by_organisation" not in wish.data
    assert told.told(TALKING, "CarerIdentified").data["third_party"] is True
    assert "third_party" not in wish.data


def test_social_work_is_involved_while_it_is_asked(place: Community) -> None:
    identify(place)
    register(place)
    assert "PersonRegistered" in place.share().types(SOCIAL)
    place.care.complete_carers_assessment(INES, None, asked=by(SOCIAL))
    place.care.record_communication_needs(ROSA, "By text.", language=None, asked=by(WIGG))
    assert place.share().types(SOCIAL)[-1] == "CarersAssessmentDone"
