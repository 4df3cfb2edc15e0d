"""Something put right: asked, decided in time, rewritten never, and told to all who were told."""

from __future__ import annotations

from datetime import date

import pytest

from domain.policies.rectification import due_on
from domain.rectification import (
    OnlyWhoRecordedItDecides,
    RectificationAsked,
    RectificationDecided,
    RectificationIsDecided,
    RectificationIsUnknown,
)
from domain.sealing import ItemSealed
from domain.vocabulary import EndReason, RectificationId, Rectified, ReferralId
from tests.people import CHARITY, GARDENING, LIBRARY, READING, ROSA, TALKING, WIGG, named
from tests.scenario import Community, by, refused

SAID = "It was my sister who drank."


@pytest.fixture
def place() -> Community:
    community = Community()
    community.register()
    community.accept(community.refer("Rosa to therapy"), TALKING)
    return community


def asked(place: Community, about: str = "Rosa to therapy") -> RectificationId:
    """She asks that a referral be put right; it was recorded by her practice."""
    place.care.ask_rectification(ROSA, named(about), 1, SAID, asked=by(TALKING))
    fact = place.facts()[-1]
    assert isinstance(fact, RectificationAsked)
    return fact.rectification


def decide(place: Community, which: RectificationId, outcome: Rectified) -> None:
    place.care.decide_rectification(ROSA, which, outcome, "We looked.", asked=by(WIGG))


@pytest.mark.parametrize(
    ("asked_on", "due"),
    [
        (date(2026, 3, 2), date(2026, 4, 2)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 12, 15), date(2027, 1, 15)),
    ],
)
def test_it_is_answered_within_a_month(asked_on: date, due: date) -> None:
    assert due_on(asked_on) == due


def test_who_recorded_it_decides_once(place: Community) -> None:
    which = asked(place)
    with refused(OnlyWhoRecordedItDecides):
        place.care.decide_rectification(ROSA, which, Rectified.KEPT, "No.", asked=by(TALKING))
    decide(place, which, Rectified.PUT_RIGHT)
    with refused(RectificationIsDecided):
        decide(place, which, Rectified.KEPT)
    with refused(RectificationIsUnknown):
        decide(place, RectificationId(named("never asked")), Rectified.KEPT)


def test_what_is_kept_has_the_persons_words_beside_it_and_nothing_is_rewritten(
    place: Community,
) -> None:
    before = place.facts()
    decide(place, asked(place), Rectified.KEPT)
    *_, decided = place.facts()
    assert isinstance(decided, RectificationDecided)
    assert decided.disagreement == SAID
    assert place.facts()[: len(before)] == before


def test_what_is_put_right_says_what_is_right(place: Community) -> None:
    decide(place, asked(place), Rectified.PUT_RIGHT)
    told = place.share().told(TALKING, "RectificationDecided").data
    assert (told["outcome"], told["words"]) == ("put right", "We looked.")
    assert "disagreement" not in told


def test_who_was_told_of_the_wrong_thing_is_told_of_the_decision_though_no_longer_involved(
    place: Community,
) -> None:
    reading = place.refer("Rosa to reading", to=READING)
    place.accept(reading, LIBRARY)
    place.care.close_referral(reading, EndReason.COMPLETED, asked=by(LIBRARY))
    place.refer("Rosa to gardening", to=GARDENING)
    place.care.ask_rectification(ROSA, named("Rosa to reading"), 1, SAID, asked=by(WIGG))
    fact = place.facts()[-1]
    assert isinstance(fact, RectificationAsked)
    decide(place, fact.rectification, Rectified.PUT_RIGHT)
    told = place.share()
    library = told.told(LIBRARY, "RectificationDecided").data
    assert library["outcome"] == "put right"
    assert "words" not in library  # free text is for those who may know of clinical matters
    assert "RectificationDecided" not in told.types(CHARITY)


def test_whom_the_person_objects_to_hears_of_no_correction(place: Community) -> None:
    place.care.object_to(ROSA, TALKING, asked=by(WIGG))
    place.care.ask_rectification(
        ROSA, ReferralId(named("Rosa to therapy")), 1, SAID, asked=by(WIGG)
    )
    assert place.share().types(TALKING)[-1] == "Withdrawn"


def test_what_is_gathered_in_the_same_append_can_be_disputed_and_sealed(place: Community) -> None:
    reading = named("Rosa to reading")
    with place.care.batch() as batch:
        place.accept(place.refer("Rosa to reading", to=READING), LIBRARY)
        place.care.ask_rectification(ROSA, reading, 1, SAID, asked=by(LIBRARY))
        place.care.seal_item(ROSA, reading, 1, asked=by(LIBRARY))
    *_, disputed, sealed = (recorded.fact for recorded in batch.facts)
    assert isinstance(disputed, RectificationAsked)
    assert disputed.owner == WIGG
    assert isinstance(sealed, ItemSealed)
    assert set(sealed.keepers) == {WIGG, LIBRARY}
