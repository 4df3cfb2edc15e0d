"""Shared care: agreed by three, supervised, reviewed together, and learned of by nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.intentions.persons import ThePersonObjects
from domain.kernel import Asked, BrokenRule
from domain.partner import LiaisonNamed, OnlyAPracticeHasALiaison
from domain.policies.shared_care import RULES
from domain.practitioner import NotAPractitionerThere
from domain.shared_care import (
    AgreementIsNotSigned,
    CareIsNotShared,
    DaysAreNotPossible,
    DispensingResumed,
    DispensingStopped,
    DosesMissed,
    JointReviewHeld,
    NextReviewIsTooFar,
    NotForSharedCare,
    NothingWasStopped,
    OnlyThePharmacyMay,
    OnlyThePrescriberMay,
    OnlyThoseWhoShareMay,
    PharmacyChanged,
    SharedCare,
    SharedCareAgreed,
    SharedCareEnded,
    SharedCareIsAgreed,
    SharedCareReviewFellDue,
    SharedCareReviewIsNotDue,
    SupervisionAgreed,
    SupervisionEnded,
    shared_care_of,
)
from domain.vocabulary import (
    HowKnown,
    Label,
    PartnerId,
    PartnerKind,
    ReviewId,
    ReviewOf,
    SharedCareEnd,
)
from tests.people import (
    DR_PATEL,
    DR_TOLLEY,
    DRUGS,
    GARDENING,
    HOUSING_HELP,
    JO,
    KINDS,
    MONDAY,
    NADIA,
    PHARMACY,
    ROSA,
    SUPPORT,
    TALKING,
    THERAPY,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

ANOTHER_PHARMACY = PartnerId(named("Camden Road Pharmacy"))
TODAY = MONDAY.date()
REVIEW = ReviewId(named("joint review of spring"))
KNOWING = {WIGG, TRUST, DRUGS, PHARMACY}


@pytest.fixture
def place() -> Community:
    """Rosa is helped by a therapist, a social worker, the trust, a group and a housing adviser."""
    place = Community()
    place.register()
    for service in (THERAPY, SUPPORT, WARD, GARDENING, HOUSING_HELP):
        place.refer(f"Rosa to {service}", to=service)
    return place


def agree(place: Community, **other: Any) -> None:
    how: dict[str, Any] = {
        "practice": WIGG,
        "prescriber": DR_PATEL,
        "drug_service": DRUGS,
        "key_worker": JO,
        "pharmacy": PHARMACY,
        "signed_on": TODAY,
        "asked": by(DRUGS),
    } | other
    place.care.agree_shared_care(ROSA, **how)


def care(place: Community) -> SharedCare:
    return place.care._load(SharedCare, shared_care_of(ROSA))


def days(number: int) -> timedelta:
    return timedelta(days=number)


def missed(place: Community, first: int, last: int) -> None:
    """Doses missed from one day to another of March, told on the evening of the last."""
    at = MONDAY.replace(day=last)
    place.care.report_missed_doses(
        ROSA, date(2026, 3, first), date(2026, 3, last), asked=by(PHARMACY, at=at)
    )


# Agreed


def test_practice_drug_service_and_pharmacy_share_the_care(place: Community) -> None:
    agree(place)
    assert place.facts()[-1] == SharedCareAgreed(
        practice=WIGG,
        prescriber=DR_PATEL,
        drug_service=DRUGS,
        key_worker=JO,
        pharmacy=PHARMACY,
        signed_on=TODAY,
        review_on=TODAY + days(91),
    )
    assert place.recorded()[-1].label is Label.SUBSTANCE
    with refused(SharedCareIsAgreed):
        agree(place)


def test_each_part_is_played_by_who_may(place: Community) -> None:
    for wrong in ({"practice": TRUST}, {"drug_service": TRUST}, {"pharmacy": WIGG}):
        with refused(NotForSharedCare):
            agree(place, **wrong)
    for nobody in ({"prescriber": NADIA}, {"key_worker": NADIA}):
        with refused(NotAPractitionerThere):
            agree(place, **nobody)
    with refused(AgreementIsNotSigned):
        agree(place, signed_on=TODAY + days(1))
    with refused(OnlyThoseWhoShareMay):
        agree(place, asked=by(TRUST))
    with refused(CareIsNotShared):
        place.care.agree_supervision(ROSA, TODAY, asked=by(WIGG))


def test_who_objects_to_a_pharmacy_is_not_sent_to_it(place: Community) -> None:
    place.care.object_to(ROSA, PHARMACY, asked=by(WIGG))
    with refused(ThePersonObjects):
        agree(place)


def test_no_dose_is_recorded_anywhere() -> None:
    for fact in (SharedCareAgreed, SupervisionAgreed, DosesMissed, DispensingResumed):
        assert not {name for name in fact.model_fields if "dose" in name or "mg" in name}


# Supervised


def test_supervision_is_looked_at_after_about_three_months(place: Community) -> None:
    agree(place)
    place.care.agree_supervision(ROSA, TODAY, asked=by(WIGG))
    assert place.facts()[-1] == SupervisionAgreed(begins=TODAY, review_on=TODAY + days(91))
    assert place.care.agree_supervision(ROSA, TODAY, asked=by(WIGG)).repeated
    later = TODAY + days(91)
    place.care.agree_supervision(ROSA, later, asked=by(WIGG))
    place.care.end_supervision(ROSA, later, asked=by(DRUGS))
    assert place.facts()[-1] == SupervisionEnded(ended_on=later)
    assert place.care.end_supervision(ROSA, later, asked=by(DRUGS)).repeated
    with refused(OnlyThoseWhoShareMay):
        place.care.agree_supervision(ROSA, TODAY, asked=by(PHARMACY))


# Doses missed


def test_three_days_missed_in_a_row_stop_dispensing(place: Community) -> None:
    agree(place)
    missed(place, 2, 3)
    assert not care(place).stopped
    missed(place, 4, 4)
    assert place.facts()[-2:] == [
        DosesMissed(first_on=date(2026, 3, 4), last_on=date(2026, 3, 4)),
        DispensingStopped(days=3),
    ]
    missed(place, 5, 5)
    assert place.facts()[-1] == DosesMissed(first_on=date(2026, 3, 5), last_on=date(2026, 3, 5))


def test_days_that_do_not_follow_one_another_stop_nothing(place: Community) -> None:
    agree(place)
    for day in (2, 4, 6, 8):
        missed(place, day, day)
    missed(place, 9, 9)
    assert not care(place).stopped
    missed(place, 10, 10)
    assert care(place).stopped


def test_what_was_told_late_or_twice_counts_once(place: Community) -> None:
    agree(place)
    missed(place, 4, 5)
    missed(place, 4, 5)
    missed(place, 5, 5)
    assert sum(isinstance(fact, DosesMissed) for fact in place.facts()) == 1
    place.care.report_missed_doses(
        ROSA, date(2026, 3, 3), date(2026, 3, 3), asked=by(PHARMACY, at=MONDAY.replace(day=6))
    )
    assert care(place).stopped


def test_only_the_prescriber_lets_the_pharmacy_dispense_again(place: Community) -> None:
    agree(place)
    with refused(NothingWasStopped):
        place.care.resume_dispensing(ROSA, asked=by(WIGG))
    missed(place, 2, 4)
    for other in (DRUGS, PHARMACY):
        with refused(OnlyThePrescriberMay):
            place.care.resume_dispensing(ROSA, asked=by(other))
    place.care.resume_dispensing(ROSA, asked=by(WIGG))
    assert place.facts()[-1] == DispensingResumed()
    missed(place, 5, 5)
    assert not care(place).stopped


def test_only_the_pharmacy_reports_days_that_have_been(place: Community) -> None:
    agree(place)
    with refused(OnlyThePharmacyMay):
        place.care.report_missed_doses(ROSA, TODAY, TODAY, asked=by(WIGG))
    for first, last in ((TODAY, TODAY - days(1)), (TODAY, TODAY + days(1))):
        with refused(DaysAreNotPossible):
            place.care.report_missed_doses(ROSA, first, last, asked=by(PHARMACY))


# Reviewed together


def test_a_joint_review_names_both_sides_and_the_next(place: Community) -> None:
    agree(place)
    place.care.hold_joint_review(
        ROSA, gp=DR_TOLLEY, key_worker=JO, outcome="Steady.", asked=by(WIGG)
    )
    assert place.facts()[-1] == JointReviewHeld(
        gp=DR_TOLLEY, key_worker=JO, next_on=TODAY + days(91), outcome="Steady."
    )
    for gp, key_worker in ((JO, JO), (DR_TOLLEY, DR_TOLLEY)):
        with refused(NotAPractitionerThere):
            place.care.hold_joint_review(ROSA, gp=gp, key_worker=key_worker, asked=by(WIGG))
    for next_on in (TODAY, TODAY + days(RULES[0].joint + 1)):
        with refused(NextReviewIsTooFar):
            place.care.hold_joint_review(
                ROSA, gp=DR_TOLLEY, key_worker=JO, next_on=next_on, asked=by(WIGG)
            )


def fall_due(place: Community, after: int, about: ReviewOf = ReviewOf.JOINT) -> Any:
    timer = Asked(WIGG, MONDAY + days(after), uuid4())
    return place.care.let_review_fall_due(ROSA, REVIEW, about, TODAY + days(91), asked=timer)


@pytest.mark.parametrize("about", [ReviewOf.JOINT, ReviewOf.SUPERVISION])
def test_an_overdue_review_is_told_once_to_those_who_share(
    place: Community, about: ReviewOf
) -> None:
    agree(place)
    with refused(SharedCareReviewIsNotDue):
        fall_due(place, 91, about)
    fall_due(place, 92, about)
    assert place.facts()[-1] == SharedCareReviewFellDue(
        review=REVIEW, about=about, due_on=TODAY + days(91)
    )
    assert fall_due(place, 93, about).repeated
    told = {p for p in KINDS if "SharedCareReviewFellDue" in place.share().types(p)}
    assert told == {WIGG, TRUST, DRUGS}


def test_who_takes_no_part_cannot_tell_whether_care_is_shared(place: Community) -> None:
    def probe() -> list[type[BrokenRule]]:
        care, asked = place.care, by(TALKING)
        refusals = []
        for ask in (
            lambda: agree(place, asked=asked),
            lambda: care.agree_supervision(ROSA, TODAY, asked=asked),
            lambda: care.end_supervision(ROSA, TODAY, asked=asked),
            lambda: care.report_missed_doses(ROSA, TODAY, TODAY, asked=asked),
            lambda: care.resume_dispensing(ROSA, asked=asked),
            lambda: care.change_pharmacy(ROSA, PHARMACY, asked=asked),
            lambda: care.hold_joint_review(ROSA, gp=DR_PATEL, key_worker=JO, asked=asked),
            lambda: care.end_shared_care(ROSA, SharedCareEnd.COMPLETED, asked=asked),
        ):
            with pytest.raises(BrokenRule) as refused_by:
                ask()
            refusals.append(type(refused_by.value))
        return refusals

    before = probe()
    agree(place)
    during = probe()
    place.care.end_shared_care(ROSA, SharedCareEnd.COMPLETED, asked=by(WIGG))
    assert before == during == probe()


# Another pharmacy, and the end


def test_another_pharmacy_learns_what_it_needs_and_the_first_no_more(place: Community) -> None:
    place.care.join_partner(
        ANOTHER_PHARMACY,
        name="Camden Road Pharmacy",
        kind=PartnerKind.PHARMACY,
        identifiers={},
        asked=by(WIGG),
    )
    agree(place)
    place.care.change_pharmacy(ROSA, ANOTHER_PHARMACY, asked=by(WIGG))
    assert place.facts()[-1] == PharmacyChanged(pharmacy=ANOTHER_PHARMACY)
    with refused(CareIsNotShared):
        missed(place, 2, 2)
    with refused(NotForSharedCare):
        place.care.change_pharmacy(ROSA, TALKING, asked=by(WIGG))
    place.care.agree_supervision(ROSA, TODAY, asked=by(WIGG))
    told = place.share()
    assert told.types(PHARMACY)[-1] == "PharmacyChanged"
    assert str(ANOTHER_PHARMACY) not in told.text(PHARMACY)


def test_handed_back_the_drug_service_treats_alone(place: Community) -> None:
    agree(place)
    place.care.end_shared_care(ROSA, SharedCareEnd.HANDED_BACK, asked=by(WIGG))
    assert place.facts()[-1] == SharedCareEnded(reason=SharedCareEnd.HANDED_BACK)
    assert place.care.end_shared_care(ROSA, SharedCareEnd.HANDED_BACK, asked=by(WIGG)).repeated
    with refused(CareIsNotShared):
        missed(place, 2, 2)
    told = place.share().told(PHARMACY, "SharedCareEnded")
    assert not {"reason", "note"} & set(told.data)
    agree(place)
    assert care(place).shared


def test_it_ends_with_the_person(place: Community) -> None:
    agree(place)
    place.care.record_death(ROSA, TODAY, known_by=HowKnown.CLINICIAN, asked=by(WIGG))
    assert SharedCareEnded(reason=SharedCareEnd.DIED) in place.facts()


# Who learns of it


def test_nobody_else_learns_of_it(place: Community) -> None:
    agree(place)
    place.care.agree_supervision(ROSA, TODAY, asked=by(WIGG))
    missed(place, 2, 4)
    place.care.resume_dispensing(ROSA, asked=by(WIGG))
    place.care.hold_joint_review(ROSA, gp=DR_PATEL, key_worker=JO, asked=by(DRUGS))
    fall_due(place, 92)
    place.care.end_shared_care(ROSA, SharedCareEnd.COMPLETED, asked=by(DRUGS))
    told = place.share()
    for partner in KINDS:
        learned = {entry.type for entry in told.entries.get(partner, []) if entry} & {
            f"shared_care.{name}.v1" for name in told.types(WIGG)
        }
        assert bool(learned) is (partner in KNOWING), KINDS[partner]
        if partner not in KNOWING:
            assert str(PHARMACY) not in told.text(partner)
            assert str(DRUGS) not in told.text(partner)


def test_the_pharmacy_learns_a_name_whom_to_ring_and_whom_it_supervises(
    place: Community,
) -> None:
    agree(place)
    place.care.agree_supervision(ROSA, TODAY, asked=by(WIGG))
    place.care.hold_joint_review(
        ROSA, gp=DR_PATEL, key_worker=JO, outcome="Works again.", asked=by(DRUGS)
    )
    told = place.share()
    assert told.types(PHARMACY) == ["PersonRegistered", "SharedCareAgreed", "SupervisionAgreed"]
    agreed = told.told(PHARMACY, "SharedCareAgreed").data
    assert {"practice", "prescriber"} <= set(agreed)
    assert not {"drug_service", "key_worker", "signed_on"} & set(agreed)
    assert set(told.told(PHARMACY, "PersonRegistered").data) <= {"name", "phone", "language"}


# The liaison


def test_a_practice_names_who_is_in_touch_with_the_drug_service(place: Community) -> None:
    place.care.name_liaison(WIGG, DR_TOLLEY, TODAY, asked=by(WIGG))
    assert place.facts()[-1] == LiaisonNamed(practitioner=DR_TOLLEY, since=TODAY)
    assert place.care.name_liaison(WIGG, DR_TOLLEY, TODAY, asked=by(WIGG)).repeated
    with refused(NotAPractitionerThere):
        place.care.name_liaison(WIGG, JO, TODAY, asked=by(WIGG))
    for partner, asker in ((TALKING, TALKING), (WIGG, DRUGS)):
        with refused(OnlyAPracticeHasALiaison):
            place.care.name_liaison(partner, NADIA, TODAY, asked=by(asker))
