"""What a person had sealed is opened by who is granted it, for a reason and a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domain.exceptional import (
    AccessIsNotOver,
    OnlySomebodyMayTakeAccess,
    OnlyWhoTookItEndsIt,
    ReasonInWordsIsNeeded,
)
from domain.intentions.emergencies import OnlyAPrivacyOfficerReviews
from domain.kernel import Asked
from domain.opening import Opening, OpeningIsUnknown, OpeningReviewEscalated, SealedItemOpened
from domain.person import Person
from domain.policies.exceptional import OPENING
from domain.practitioner import NotAPractitionerThere
from domain.privacy import NotGrantedToOpen, OnlyTheyGrantIt
from domain.sealing import SealIsUnknown
from domain.vocabulary import (
    AccessId,
    Justified,
    OfficerRung,
    OpeningReason,
    PartnerId,
    PractitionerId,
    SealId,
)
from tests.people import DR_OKAFOR, MONDAY, OFFICERS, ROSA, TALKING, TRUST, WARD, WIGG, named
from tests.scenario import URGENT, Community, by, refused

OPENED = AccessId(named("Dr Okafor opens what Rosa sealed"))
HOUR = timedelta(hours=1)
SEALED = "She told us something that only her therapist should know."


@pytest.fixture
def place() -> Community:
    """The trust sees Rosa; what she asked of her therapist is sealed."""
    place = Community()
    place.register()
    place.accept(place.refer("Rosa to the ward", to=WARD, grounds=URGENT), TRUST)
    asked_for = place.refer("Rosa to therapy", ask=SEALED)
    place.accept(asked_for, TALKING)
    place.care.seal_item(ROSA, asked_for, 1, asked=by(WIGG))
    return place


def seal(place: Community) -> SealId:
    (only,) = place.care._load(Person, UUID(str(ROSA))).seals
    return only


def granted(place: Community) -> None:
    place.care.grant_opening(TRUST, DR_OKAFOR, MONDAY.date(), asked=by(TRUST))


def opened(
    place: Community,
    by_whom: PartnerId = TRUST,
    *,
    words: str = "The coroner asks for it.",
    asked: Asked | None = None,
) -> None:
    place.care.open_sealed_item(
        ROSA,
        seal(place),
        OPENED,
        reason=OpeningReason.LEGAL,
        words=words,
        asked=asked or by(by_whom),
    )


def timer(organisation: PartnerId, at: datetime) -> Asked:
    return Asked(organisation=organisation, at=at, key=uuid4())


def told_at(place: Community, at: datetime) -> None:
    place.log.starts = at - timedelta(seconds=len(place.log.facts) + 1)


def over(place: Community) -> None:
    told_at(place, MONDAY + HOUR)
    place.care.close_sealed_item(OPENED, asked=timer(TRUST, MONDAY + HOUR))


def known(place: Community, partner: PartnerId = TRUST) -> str:
    """What a partner was told since it was last told to forget."""
    entries = place.share().entries[partner]
    last = max((at for at, entry in enumerate(entries) if entry is None), default=-1)
    return " ".join(str(entry.data) for entry in entries[last + 1 :] if entry)


def test_what_is_sealed_is_shown_while_it_is_open_and_sealed_again(place: Community) -> None:
    assert SEALED not in known(place)
    granted(place)
    opened(place)
    assert SEALED in known(place)
    over(place)
    assert SEALED not in known(place)
    assert TRUST in place.share().circle.told, "the rest is as it was"


def test_it_is_sealed_again_by_the_clock_of_the_log(place: Community) -> None:
    granted(place)
    opened(place)
    told_at(place, MONDAY + HOUR)
    place.refer("Rosa to the ward again", to=WARD, grounds=URGENT)
    assert SEALED not in known(place)


def test_who_is_not_granted_it_opens_nothing(place: Community) -> None:
    with refused(NotGrantedToOpen):
        opened(place)
    granted(place)
    place.care.end_opening_grant(TRUST, DR_OKAFOR, asked=by(TRUST))
    with refused(NotGrantedToOpen):
        opened(place)
    with refused(OnlySomebodyMayTakeAccess):
        opened(place, asked=timer(TRUST, MONDAY))


def test_an_organisation_grants_it_to_its_own(place: Community) -> None:
    with refused(OnlyTheyGrantIt):
        place.care.grant_opening(TRUST, DR_OKAFOR, MONDAY.date(), asked=by(WIGG))
    with refused(NotAPractitionerThere):
        place.care.grant_opening(
            TRUST, PractitionerId(named("a stranger")), MONDAY.date(), asked=by(TRUST)
        )


def test_what_is_not_sealed_is_not_opened(place: Community) -> None:
    granted(place)
    with refused(ReasonInWordsIsNeeded):
        opened(place, words=" ")
    with refused(SealIsUnknown):
        place.care.open_sealed_item(
            ROSA,
            SealId(uuid4()),
            OPENED,
            reason=OpeningReason.CONSENT,
            words="She said so.",
            asked=by(TRUST),
        )


def test_nobody_else_is_told_of_the_opening(place: Community) -> None:
    granted(place)
    opened(place)
    for partner in (WIGG, TALKING):
        assert "SealedItemOpened" not in place.share().types(partner)
    assert "SealedItemOpened" in place.share().types(TRUST)


def test_whoever_opened_it_closes_it_early_and_nobody_else(place: Community) -> None:
    granted(place)
    opened(place)
    with refused(AccessIsNotOver):
        place.care.close_sealed_item(OPENED, asked=timer(TRUST, MONDAY))
    with refused(OnlyWhoTookItEndsIt):
        place.care.close_sealed_item(OPENED, asked=by(TRUST, practitioner=OFFICERS[TRUST]))
    with refused(OpeningIsUnknown):
        place.care.close_sealed_item(OPENED, asked=by(TALKING))
    place.care.close_sealed_item(OPENED, asked=by(TRUST, at=MONDAY + HOUR / 2))
    assert SEALED not in known(place)


def test_a_privacy_officer_reviews_it_or_the_hosts_is_told(place: Community) -> None:
    granted(place)
    opened(place)
    words = "There was an order."
    with refused(OnlyAPrivacyOfficerReviews):
        place.care.review_opening(OPENED, Justified.JUSTIFIED, words, asked=by(TRUST))
    late = OPENING[0].review_by(MONDAY)
    since = len(place.log.facts)
    for _ in range(2):
        place.care.escalate_opening_review(OPENED, OfficerRung.OFFICER, asked=timer(WIGG, late))
    assert place.facts(since) == [
        OpeningReviewEscalated(rung=OfficerRung.OFFICER, to=TRUST, due_at=late)
    ]
    with refused(OpeningIsUnknown):
        place.care.review_opening(
            OPENED, Justified.JUSTIFIED, words, asked=by(WIGG, practitioner=OFFICERS[WIGG])
        )
    place.care.review_opening(
        OPENED, Justified.JUSTIFIED, words, asked=by(TRUST, practitioner=OFFICERS[TRUST])
    )
    assert place.care._load(Opening, OPENED).outcome is Justified.JUSTIFIED
    assert SealedItemOpened.TOPIC.startswith(Opening.NOUN)
