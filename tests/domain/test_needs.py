"""Needs: one beside another, told as the person wishes, met or not, and looked at again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.corrections import ConflictSettled, Detail, NothingIsInConflict
from domain.edits import EditExists, SeenEditIsNotHere
from domain.intentions.answers import Answer
from domain.intentions.persons import PersonIsUnknown
from domain.needs import (
    AdjustmentAgreed,
    BeforeTheyWereBorn,
    CommunicationNeedsRecorded,
    NeedEnded,
    NeedIsNotKnown,
    NeedMet,
    NeedNotMet,
    NeedsReviewed,
    NothingToReview,
    ThisIsAnAdjustment,
    ThisIsCommunication,
    WordsAreMissing,
)
from domain.person import Person
from domain.policies.needs import ADJUSTMENTS, COMMUNICATION, Standard, review_on, standard
from domain.vocabulary import AccessNeed, EditId, PartnerId
from tests.people import (
    CHARITY,
    GARDENING,
    MONDAY,
    PHARMACY,
    PROBATION,
    ROSA,
    SOCIAL,
    SUPPORT,
    TALKING,
    THERAPY,
    TOM,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

ASHA, BEN = EditId(named("Asha's edit")), EditId(named("Ben's edit"))


@pytest.fixture
def place() -> Community:
    """Rosa is known to her practice, to a therapist, a social worker and a gardening group."""
    place = Community()
    place.register()
    for service in (THERAPY, SUPPORT, GARDENING):
        place.refer(f"Rosa to {service}", to=service)
    return place


def person(place: Community) -> Person:
    return place.care._load(Person, ROSA)


def large_print(place: Community, **more: Any) -> Answer:
    return place.care.record_communication_needs(
        ROSA, "18 point", language=None, need=AccessNeed.LARGE_PRINT, asked=by(WIGG), **more
    )


def longer(place: Community, *, shared: bool = True, who: PartnerId = WIGG) -> Answer:
    return place.care.agree_adjustment(
        ROSA,
        AccessNeed.LONGER,
        "half an hour",
        impairment="stammers when hurried",
        shared=shared,
        asked=by(who),
    )


# One beside another


def test_adding_one_need_overwrites_no_other(place: Community) -> None:
    place.care.record_communication_needs(ROSA, "Speak slowly.", language=None, asked=by(WIGG))
    large_print(place)
    place.care.record_communication_needs(
        ROSA, "", language="Farsi", need=AccessNeed.INTERPRETER, asked=by(TALKING)
    )
    longer(place)
    known = person(place)
    assert known.needs == {AccessNeed.LARGE_PRINT, AccessNeed.INTERPRETER, AccessNeed.LONGER}
    standing = known.known.standing
    assert [e.value for e in standing[Detail.NEEDS]] == ["Speak slowly."]
    assert standing[Detail.LANGUAGE][-1].value == "Farsi"
    assert not known.known.conflicts()


def test_two_who_write_of_one_need_unseen_are_in_conflict_until_somebody_settles_it(
    place: Community,
) -> None:
    for edit, words in ((ASHA, "18 point"), (BEN, "24 point")):
        place.care.record_communication_needs(
            ROSA,
            words,
            language=None,
            need=AccessNeed.LARGE_PRINT,
            edit=edit,
            instead_of=(),
            asked=by(WIGG),
        )
    assert person(place).known.conflicts() == {AccessNeed.LARGE_PRINT}
    place.care.settle_conflict(ROSA, AccessNeed.LARGE_PRINT, BEN, asked=by(WIGG))
    settled = place.facts()[-1]
    assert isinstance(settled, ConflictSettled)
    assert (settled.detail, settled.need, settled.value) == (
        Detail.NEEDS,
        AccessNeed.LARGE_PRINT,
        "24 point",
    )
    assert not person(place).known.conflicts()
    with refused(NothingIsInConflict):
        place.care.settle_conflict(ROSA, AccessNeed.LARGE_PRINT, BEN, asked=by(WIGG))


def test_a_need_that_ended_is_no_need_and_the_others_stand(place: Community) -> None:
    large_print(place)
    longer(place)
    place.care.end_need(ROSA, AccessNeed.LARGE_PRINT, asked=by(WIGG))
    assert person(place).needs == {AccessNeed.LONGER}
    assert place.care.end_need(ROSA, AccessNeed.LARGE_PRINT, asked=by(WIGG)).repeated
    with refused(NeedIsNotKnown):
        place.care.end_need(ROSA, AccessNeed.BRAILLE, asked=by(WIGG))


# What is refused


@pytest.mark.parametrize("need", AccessNeed)
def test_each_need_is_recorded_in_one_way(place: Community, need: AccessNeed) -> None:
    assert (need in COMMUNICATION) != (need in ADJUSTMENTS)

    def as_communication() -> None:
        place.care.record_communication_needs(
            ROSA, "so", language="Farsi", need=need, asked=by(WIGG)
        )

    def as_adjustment() -> None:
        place.care.agree_adjustment(ROSA, need, "so", shared=True, asked=by(WIGG))

    if standard(need) is Standard.ACCESSIBLE_INFORMATION:
        as_communication()
        with refused(ThisIsCommunication):
            as_adjustment()
    else:
        as_adjustment()
        with refused(ThisIsAnAdjustment):
            as_communication()
    assert person(place).needs == {need}


def test_what_says_nothing_without_words_needs_them(place: Community) -> None:
    care, asked = place.care, by(WIGG)
    with refused(WordsAreMissing):
        care.record_communication_needs(
            ROSA, "", language=None, need=AccessNeed.INTERPRETER, asked=asked
        )
    with refused(WordsAreMissing):
        care.record_communication_needs(ROSA, "", language="Farsi", asked=asked)
    with refused(WordsAreMissing):
        care.agree_adjustment(ROSA, AccessNeed.TIME_OF_DAY, None, shared=True, asked=asked)
    care.agree_adjustment(ROSA, AccessNeed.QUIET, None, shared=True, asked=asked)
    assert person(place).needs == {AccessNeed.QUIET}


@pytest.mark.parametrize(
    "ask",
    [
        lambda place, **how: large_print(place, **how),
        lambda place, **how: place.care.agree_adjustment(
            ROSA, AccessNeed.QUIET, None, shared=True, asked=by(WIGG), **how
        ),
        lambda place, **how: place.care.end_need(ROSA, AccessNeed.QUIET, asked=by(WIGG), **how),
    ],
)
def test_an_edit_has_an_id_of_its_own_and_replaces_what_is_here(
    place: Community, ask: Callable[..., Answer]
) -> None:
    place.care.agree_adjustment(
        ROSA, AccessNeed.QUIET, None, shared=True, edit=ASHA, asked=by(WIGG)
    )
    with refused(EditExists):
        ask(place, edit=ASHA)
    with refused(SeenEditIsNotHere):
        ask(place, instead_of=(BEN,))


def test_nobody_needed_anything_before_they_were_born(place: Community) -> None:
    before = by(WIGG, at=MONDAY.replace(year=1980))
    with refused(BeforeTheyWereBorn):
        place.care.agree_adjustment(ROSA, AccessNeed.QUIET, None, shared=True, asked=before)


def test_nothing_is_recorded_of_nobody(place: Community) -> None:
    with refused(PersonIsUnknown):
        place.care.review_needs(TOM, asked=by(WIGG))


# Who is told


def test_an_adjustment_travels_and_the_impairment_does_not(place: Community) -> None:
    longer(place)
    told = place.share()
    charity = told.last(CHARITY)
    assert charity.data["need"] == AccessNeed.LONGER
    assert charity.data["words"] == "half an hour"
    for partner, knows in ((WIGG, True), (TALKING, True), (SOCIAL, False)):
        assert ("impairment" in told.told(partner, "AdjustmentAgreed").data) is knows
    assert "stammers" not in told.text(CHARITY)
    assert "stammers" not in told.text(SOCIAL)


def test_what_the_person_does_not_wish_to_be_told_stays_with_whom_they_told(
    place: Community,
) -> None:
    longer(place, shared=False)
    place.care.note_need(ROSA, AccessNeed.LONGER, False, asked=by(WIGG))
    place.care.end_need(ROSA, AccessNeed.LONGER, asked=by(WIGG))
    told = place.share()
    kept = {"AdjustmentAgreed", "NeedNotMet", "NeedEnded"}
    assert kept <= set(told.types(WIGG))
    for partner in (TALKING, SOCIAL, CHARITY):
        assert not kept & set(told.types(partner))


def test_who_no_longer_wishes_it_told_has_it_taken_back(place: Community) -> None:
    longer(place)
    longer(place, shared=False)
    assert [type(fact) for fact in place.facts()[-2:]] == [NeedEnded, AdjustmentAgreed]
    told = place.share()
    assert told.types(TALKING)[-1] == "NeedEnded"
    assert told.types(WIGG)[-2:] == ["NeedEnded", "AdjustmentAgreed"]
    assert person(place).needs == {AccessNeed.LONGER}
    longer(place, shared=False)
    assert [type(fact) for fact in place.facts()[-1:]] == [AdjustmentAgreed]
    assert place.share().types(TALKING)[-1] == "NeedEnded"


def test_a_conflict_about_what_is_not_told_is_settled_among_those_who_know(
    place: Community,
) -> None:
    for edit, shared in ((ASHA, True), (BEN, False)):
        place.care.agree_adjustment(
            ROSA,
            AccessNeed.LONGER,
            "an hour" if shared else "half an hour",
            shared=shared,
            edit=edit,
            instead_of=(),
            asked=by(WIGG),
        )
    place.care.settle_conflict(ROSA, AccessNeed.LONGER, BEN, asked=by(WIGG))
    assert "half an hour" not in place.share().text(TALKING)
    assert place.share().types(WIGG)[-1] == "ConflictSettled"


# Met, and looked at again


def test_whether_a_need_was_met_is_said_where_the_person_was_seen(place: Community) -> None:
    with refused(NeedIsNotKnown):
        place.care.note_need(ROSA, AccessNeed.LARGE_PRINT, True, asked=by(TALKING))
    large_print(place)
    place.care.note_need(ROSA, AccessNeed.LARGE_PRINT, True, asked=by(TALKING))
    place.care.note_need(
        ROSA,
        AccessNeed.LARGE_PRINT,
        False,
        what_came_of_it="It was read to her.",
        asked=by(TALKING),
    )
    met, not_met = place.facts()[-2:]
    assert met == NeedMet(need=AccessNeed.LARGE_PRINT)
    assert not_met == NeedNotMet(need=AccessNeed.LARGE_PRINT, what_came_of_it="It was read to her.")
    assert "NeedNotMet" not in place.share().types(CHARITY)


def test_needs_are_looked_at_within_a_year(place: Community) -> None:
    with refused(NothingToReview):
        place.care.review_needs(ROSA, asked=by(WIGG))
    large_print(place)
    place.care.review_needs(ROSA, asked=by(WIGG))
    assert place.facts()[-1] == NeedsReviewed()
    assert review_on(MONDAY) == MONDAY.date() + timedelta(days=365)


def test_the_simple_form_says_all_in_words(place: Community) -> None:
    place.care.record_communication_needs(ROSA, "By text.", language=None, asked=by(WIGG))
    assert isinstance(place.facts()[-1], CommunicationNeedsRecorded)
    place.care.review_needs(ROSA, asked=by(WIGG))
    assert person(place).needs == frozenset()


def test_probation_and_pharmacies_learn_no_need_that_is_not_theirs_to_know(
    place: Community,
) -> None:
    longer(place)
    assert PROBATION not in place.share().entries
    assert PHARMACY not in place.share().entries
