"""Social workers take up housing, money, carers, discharge and admission, and say how it ended."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.intentions.answers import Answer
from domain.request import OnlyTheReceiverMay, ReferralWasNotAccepted
from domain.social_work import (
    OnlySocialWorkersMay,
    OnlyWhoBeganItMay,
    WasAdmissionAvoided,
    WorkBegun,
    WorkDone,
    WorkExists,
    WorkHasEnded,
    WorkIsUnknown,
)
from domain.vocabulary import (
    AdmissionAvoided,
    PartnerId,
    ReferralId,
    WorkId,
    WorkKind,
    WorkOutcome,
)
from tests.people import (
    CHARITY,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    GROUP,
    HOUSING,
    HOUSING_HELP,
    LIBRARY,
    PEER_GROUP,
    READING,
    ROSA,
    SCHOOL,
    SCHOOL_NURSE,
    SOCIAL,
    SUPPORT,
    TALKING,
    THERAPY,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

WORK = WorkId(named("the rent"))
RENT = "Two months behind with the rent."


@pytest.fixture
def place() -> Community:
    """Social workers have taken Rosa on."""
    place = Community()
    place.register()
    place.accept(place.refer("Rosa to social work", to=SUPPORT), SOCIAL)
    return place


def referral() -> ReferralId:
    return ReferralId(named("Rosa to social work"))


def begin(
    place: Community,
    kind: WorkKind = WorkKind.HOUSING,
    work: WorkId = WORK,
    who: PartnerId = SOCIAL,
) -> Answer:
    return place.care.begin_work(work, referral(), kind=kind, what=RENT, asked=by(who))


def end(place: Community, work: WorkId = WORK, avoided: AdmissionAvoided | None = None) -> Answer:
    return place.care.end_work(
        work, WorkOutcome.DONE, admission_avoided=avoided, note="Paid off.", asked=by(SOCIAL)
    )


def test_what_was_taken_up_and_what_became_of_it(place: Community) -> None:
    assert begin(place).actions == ("done",)
    assert end(place).actions == ()
    assert place.facts()[-2:] == [
        WorkBegun(referral=referral(), provider=SOCIAL, kind=WorkKind.HOUSING, what=RENT),
        WorkDone(
            referral=referral(),
            provider=SOCIAL,
            kind=WorkKind.HOUSING,
            outcome=WorkOutcome.DONE,
            note="Paid off.",
        ),
    ]
    assert end(place).repeated


@pytest.mark.parametrize("kind", WorkKind)
def test_every_kind_is_taken_up_and_only_admission_avoidance_says_whether_it_did(
    place: Community, kind: WorkKind
) -> None:
    begin(place, kind)
    if kind is WorkKind.ADMISSION_AVOIDANCE:
        with refused(WasAdmissionAvoided):
            end(place)
    end(place, avoided=AdmissionAvoided.NOT_KNOWN)
    assert place.facts()[-1].model_dump()["admission_avoided"] == "not known"


def test_only_social_workers_under_a_referral_they_took_on(place: Community) -> None:
    with refused(OnlyTheReceiverMay):
        begin(place, who=WIGG)
    theirs = place.refer("Rosa to therapy", to=THERAPY)
    place.accept(theirs, TALKING)
    with refused(OnlySocialWorkersMay):
        place.care.begin_work(WORK, theirs, kind=WorkKind.MONEY, asked=by(TALKING))
    waiting = place.refer("Rosa to social work again", to=SUPPORT)
    with refused(ReferralWasNotAccepted):
        place.care.begin_work(WORK, waiting, kind=WorkKind.MONEY, asked=by(SOCIAL))


def test_a_piece_of_work_is_one_and_ends_once(place: Community) -> None:
    with refused(WorkIsUnknown):
        end(place)
    begin(place)
    with refused(WorkExists):
        begin(place, WorkKind.MONEY)
    with refused(OnlyWhoBeganItMay):
        place.care.end_work(WORK, WorkOutcome.DONE, asked=by(WIGG))
    end(place)
    with refused(WorkHasEnded):
        place.care.end_work(WORK, WorkOutcome.NOT_NEEDED, asked=by(SOCIAL))


OUTSIDE = {
    HOUSING: HOUSING_HELP,
    CHARITY: GARDENING,
    GROUP: PEER_GROUP,
    LIBRARY: READING,
    SCHOOL: SCHOOL_NURSE,
    DRUGS: DRUG_CARE,
}


def test_money_and_housing_trouble_reaches_who_coordinates_care_and_nobody_outside(
    place: Community,
) -> None:
    for partner, service in OUTSIDE.items():
        place.accept(place.refer(f"Rosa to {partner}", to=service), partner)
    begin(place, WorkKind.MONEY)
    end(place)
    told = place.share()
    assert told.told(WIGG, "WorkBegun").data["what"] == RENT
    assert told.told(SOCIAL, "WorkDone").data["outcome"] == "done"
    for partner in OUTSIDE:
        assert not {"WorkBegun", "WorkDone"} & set(told.types(partner))
        assert RENT not in told.text(partner)


def test_the_advice_service_asked_learns_what_it_is_asked_and_no_more(place: Community) -> None:
    begin(place)
    place.refer(
        "social work asks housing advice",
        to=HOUSING_HELP,
        sender=SOCIAL,
        ask="She needs advice about arrears.",
        reason=None,
        onward_from=referral(),
    )
    told = place.share()
    assert told.told(HOUSING, "ReferralMade").data["ask"] == "She needs advice about arrears."
    assert RENT not in told.text(HOUSING)
    assert "WorkBegun" not in told.types(HOUSING)


def test_work_has_an_id_of_its_own(place: Community) -> None:
    other = WorkId(uuid4())
    begin(place)
    begin(place, WorkKind.EMPLOYMENT, other)
    end(place, other)
    with refused(WorkHasEnded):
        place.care.end_work(other, WorkOutcome.PARTLY, asked=by(SOCIAL))
    end(place)
    assert place.recorded()[-1].person == ROSA
