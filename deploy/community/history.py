"""A year in the place, told to the log through the intentions that users have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from deploy.community import (
    carers,
    directory,
    endings,
    groups,
    lives,
    place,
    privacy,
    rhythms,
    staff,
    training,
    ways,
    workdays,
    worries,
)
from deploy.community.community import Community
from deploy.community.organisation import found
from domain.application import CareCoordination
from domain.mapping import FactMapper
from domain.policies.steps import SANDWELL
from domain.vocabulary import PersonId, Role
from projections.keys import PersonKeys

FACTS_A_SAVE = 800
A_SAVE_WITHIN = timedelta(days=7)
FOUNDED_BEFORE = timedelta(days=14)
DAYS_A_YEAR = 365.25
FEWEST_YEARS = 1 / 12


class LogIsNotEmpty(Exception):
    """A community is seeded into an empty log only: give an empty database."""


class HistoryTooShort(Exception):
    """A history of less than a month leaves nobody the time to be helped: give more years."""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was told."""

    facts: int
    intentions: int
    people: int
    seconds: float

    @property
    def facts_per_second(self) -> float:
        return self.facts / self.seconds


def seed(
    care: CareCoordination,
    *,
    people: int,
    years: float,
    seed: int,
    until: datetime,
    progress: Callable[[int, int], None],
) -> Seeded:
    """Tell the history of so many people over so many years up to ``until``, which has passed.

    The same seed and ``until`` give the same facts. ``progress`` is told of people who have come,
    and of how many there will be. The log must take recorded times.
    Raises `LogIsNotEmpty`, `HistoryTooShort`.
    """
    if years < FEWEST_YEARS:
        raise HistoryTooShort
    if care.recorder.max_notification_id():
        raise LogIsNotEmpty
    began = monotonic()
    until = until.replace(microsecond=0)
    start = until - timedelta(days=years * DAYS_A_YEAR)
    community = Community(care, seed=seed, start=start, until=until)
    facts = intentions = 0
    community.now = workdays.at(workdays.workday((start - FOUNDED_BEFORE).date()), 9)
    with care.batch(recorded_at=community.recorded_at, known=community.known) as batch:
        found(care, place.FOUNDED, community.now, community.keys())
        carers.begin_place(community)
        chair = place.PRACTICE.those(Role.CHAIR)[0]
        care.choose_stepped_care(
            SANDWELL.name,
            effective_from=community.now.date(),
            asked=community.asked(place.PRACTICE, chair, at=community.now),
        )
        ways.begin_place(community)
        privacy.begin_place(community)
        staff.begin_place(community)
    facts, intentions = len(batch.facts), len(batch.intentions)
    for meetings in (rhythms.weekly, rhythms.fortnightly, rhythms.monthly, rhythms.quarterly):
        community.begin(meetings(community), start)
    groups.begin(community)
    community.begin(endings.lantern_leaves(community), start)
    community.begin(worries.worries(community, people), start)
    community.begin(worries.at_lantern(community, endings.leaves(community)), start)
    community.begin(directory.directory(community, seed), start)
    for learning in (training.inductions, training.weekly, training.at_the_desk):
        community.begin(learning(community, seed), start)
    community.begin(ways.weekly(community, seed), start)
    privacy.begin(community, people)
    community.begin(lives.arrivals(community, people), start)
    while community.is_due():
        with care.batch(recorded_at=community.recorded_at, known=community.known) as batch:
            while community.is_due() and len(batch.facts) < FACTS_A_SAVE:
                community.go_on()
                if community.now - community.saved_at > A_SAVE_WITHIN:
                    break
            _make_keys(care, {fact.person for fact in batch.facts if fact.person})
        facts, intentions = facts + len(batch.facts), intentions + len(batch.intentions)
        community.forget_times()
        progress(community.people.made, people)
    return Seeded(facts, intentions, people, monotonic() - began)


def _make_keys(care: CareCoordination, persons: set[PersonId]) -> None:
    """One round trip for all of them, where keys are kept in a database."""
    mapper = care.mapper
    if isinstance(mapper, FactMapper) and isinstance(mapper.keys, PersonKeys):
        mapper.keys.make_many(persons)
