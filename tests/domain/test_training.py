"""Training: sessions that were held, who was there, and who still has to attend."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.policies.training import Due, due
from domain.practitioner import NotAPractitionerThere
from domain.training import (
    OnlyTheirOrganisationMay,
    TrainingAttended,
    TrainingExists,
    TrainingHadNoLength,
    TrainingHeld,
    TrainingIsUnknown,
    TrainingLiesAhead,
)
from domain.vocabulary import PartnerId, PractitionerId, Role, Topic, TrainingId
from tests.people import DR_OKAFOR, DR_PATEL, MONDAY, NADIA, TALKING, TRUST, WIGG, named
from tests.scenario import Community, by, refused

SESSION = TrainingId(named("lithium in general practice"))
TODAY = MONDAY.date()


@pytest.fixture
def place() -> Community:
    return Community()


def hold(
    place: Community,
    *attended: tuple[PartnerId, PractitionerId],
    trainer: PractitionerId = DR_OKAFOR,
    **more: Any,
) -> None:
    told: dict[str, Any] = {
        "topic": Topic.TEACHING,
        "title": "Lithium in general practice",
        "held_on": TODAY,
        "minutes": 60,
        "holder": TRUST,
        "trainer": trainer,
        "roles": (Role.CLINICIAN,),
    } | more
    place.care.hold_training(SESSION, TrainingHeld(**told), attended=attended, asked=by(TRUST))


def test_the_psychiatrist_teaches_the_gps_and_it_is_known_who_was_there(place: Community) -> None:
    hold(place, (WIGG, DR_PATEL))
    held, attended = place.facts()
    assert isinstance(held, TrainingHeld)
    assert attended == TrainingAttended(practitioner=DR_PATEL, partner=WIGG)
    assert all(recorded.person is None for recorded in place.recorded())


def test_a_session_is_recorded_once_and_when_it_was(place: Community) -> None:
    with refused(TrainingLiesAhead):
        hold(place, held_on=TODAY + timedelta(days=1))
    with refused(TrainingHadNoLength):
        hold(place, minutes=0)
    hold(place)
    with refused(TrainingExists):
        hold(place)


def test_nobody_attends_or_teaches_who_does_not_work_there(place: Community) -> None:
    with refused(NotAPractitionerThere):
        hold(place, trainer=DR_PATEL)
    with refused(NotAPractitionerThere):
        hold(place, (WIGG, NADIA))
    assert place.facts() == []


def test_an_organisation_says_it_of_its_own_and_nobody_elses(place: Community) -> None:
    hold(place)
    place.care.attend_training(SESSION, WIGG, DR_PATEL, asked=by(WIGG))
    assert place.care.attend_training(SESSION, WIGG, DR_PATEL, asked=by(WIGG)).repeated
    with refused(OnlyTheirOrganisationMay):
        place.care.attend_training(SESSION, TALKING, NADIA, asked=by(WIGG))


def test_nobody_attends_what_was_not_held(place: Community) -> None:
    with refused(TrainingIsUnknown):
        place.care.attend_training(SESSION, WIGG, DR_PATEL, asked=by(WIGG))


# Who still has to


def topics(found: list[Due]) -> list[tuple[Topic, bool]]:
    return [(each.topic, each.overdue) for each in found]


CAME = date(2026, 1, 1)


def test_who_comes_new_needs_an_induction_first_and_receptionists_awareness() -> None:
    on_the_day = due(Role.ADMINISTRATOR, CAME, [], CAME)
    assert topics(on_the_day) == [
        (Topic.INDUCTION, False),
        (Topic.AWARENESS, False),
        (Topic.SAFEGUARDING, False),
    ]
    assert on_the_day[0].due_on == CAME + timedelta(days=30)
    assert Topic.AWARENESS not in {each.topic for each in due(Role.CLINICIAN, CAME, [], CAME)}
    assert due(Role.AUDITOR, CAME, [], CAME) == []


def test_the_day_after_it_is_overdue() -> None:
    assert due(Role.CLINICIAN, CAME, [], CAME + timedelta(days=30))[0].overdue is False
    assert due(Role.CLINICIAN, CAME, [], CAME + timedelta(days=31))[0].overdue is True


def test_what_was_attended_is_due_no_more_unless_it_is_to_be_refreshed() -> None:
    had = [(Topic.INDUCTION, CAME), (Topic.SAFEGUARDING, CAME)]
    assert due(Role.CLINICIAN, CAME, had, CAME + timedelta(days=400)) == []
    again = CAME + timedelta(days=1095)
    assert due(Role.CLINICIAN, CAME, had, again - timedelta(days=91)) == []
    (soon,) = due(Role.CLINICIAN, CAME, had, again - timedelta(days=90))
    assert (soon.topic, soon.due_on, soon.overdue) == (Topic.SAFEGUARDING, again, False)
    assert due(Role.CLINICIAN, CAME, had, again + timedelta(days=1))[0].overdue is True


def test_nothing_is_due_before_somebody_asked_for_it() -> None:
    before = date(2016, 5, 1)
    assert topics(due(Role.CLINICIAN, before, [], before)) == [(Topic.INDUCTION, False)]
    since_then = due(Role.CLINICIAN, before, [(Topic.INDUCTION, before)], date(2018, 8, 2))
    assert since_then == [Due(Topic.SAFEGUARDING, date(2018, 10, 30), False)]
