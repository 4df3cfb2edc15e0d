"""Feedback: the Friends and Family Test, by name or by nobody, and what is shown of it."""

from __future__ import annotations

import pytest

from domain.feedback import (
    AnonymousFeedbackGiven,
    FeedbackExists,
    FeedbackGiven,
    NotYourService,
    code_of,
)
from domain.policies.friends_and_family import FEWEST, TOO_FEW, Result, result
from domain.service import ServiceIsUnknown
from domain.vocabulary import (
    Collected,
    Experience,
    FeedbackId,
    GivenBy,
    PartnerId,
    PersonId,
    ServiceId,
)
from tests.people import (
    DRUG_CARE,
    DRUGS,
    KINDS,
    ROSA,
    SERVICES,
    TALKING,
    THERAPY,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused

ANSWER = FeedbackId(named("what somebody said"))


@pytest.fixture
def place() -> Community:
    """Rosa is helped by talking therapies."""
    place = Community()
    place.register()
    place.accept(place.refer("Rosa to therapy"), TALKING)
    return place


def give(
    place: Community,
    *,
    person: PersonId | None = None,
    service: ServiceId = THERAPY,
    who: PartnerId = TALKING,
    words: str | None = "She listened",
    may_publish: bool = True,
) -> object:
    place.care.give_feedback(
        ANSWER,
        service,
        Experience.VERY_GOOD,
        given_by=GivenBy.PERSON,
        collected=Collected.ON_PAPER,
        words=words,
        may_publish=may_publish,
        person_id=person,
        asked=by(who),
    )
    return place.facts()[-1]


def test_what_a_person_says_by_name_reaches_only_who_offers_the_service(place: Community) -> None:
    assert isinstance(give(place, person=ROSA), FeedbackGiven)
    told = place.share()
    assert "She listened" in told.text(TALKING)
    assert not any("She listened" in told.text(other) for other in KINDS if other != TALKING)


def test_what_nobody_said_by_name_is_tied_to_nobody_and_told_to_nobody(place: Community) -> None:
    assert isinstance(give(place), AnonymousFeedbackGiven)
    (recorded,) = (r for r in place.recorded() if isinstance(r.fact, AnonymousFeedbackGiven))
    assert recorded.person == recorded.originator_id
    assert recorded.person != ROSA
    assert "She listened" not in str(place.share().entries)


def test_words_may_be_published_only_where_there_are_words(place: Community) -> None:
    said = give(place, words=None)
    assert isinstance(said, AnonymousFeedbackGiven)
    assert said.may_publish is False


def test_an_answer_counts_once(place: Community) -> None:
    give(place)
    with refused(FeedbackExists):
        give(place)


def test_an_organisation_records_what_is_said_of_its_own_services(place: Community) -> None:
    with refused(NotYourService):
        give(place, who=WIGG)
    with refused(ServiceIsUnknown):
        give(place, service=ServiceId(named("no service")))


def test_what_is_said_of_drug_care_is_as_sensitive_as_the_care(place: Community) -> None:
    give(place, service=DRUG_CARE, who=DRUGS)
    assert [r.label.value for r in place.recorded()][-1] == "substance"


# As it is counted


def test_good_and_poor_are_shares_of_all_who_answered() -> None:
    counts = {
        Experience.VERY_GOOD: 6,
        Experience.GOOD: 3,
        Experience.NEITHER: 1,
        Experience.POOR: 1,
        Experience.VERY_POOR: 1,
        Experience.DO_NOT_KNOW: 4,
    }
    assert result(counts) == Result(answers=16, good=56, poor=13)


def test_under_five_answers_nothing_is_shown() -> None:
    assert result({Experience.VERY_GOOD: FEWEST - 1}) == TOO_FEW
    assert result({}) == TOO_FEW
    assert result({Experience.VERY_GOOD: FEWEST}) == Result(answers=5, good=100, poor=0)


def test_the_codes_on_the_posters_differ() -> None:
    assert len({code_of(service) for service in SERVICES}) == len(SERVICES)
