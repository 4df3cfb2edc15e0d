"""Somebody to whom a thing may happen beside all else: helped now, known there or not, alive.

It decides nothing about them, and has no chance of its own: whoever asks brings theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import Community
from deploy.community.organisation import Organisation
from domain.pathway import Pathway, pathway_of
from domain.policies.days import local_date
from domain.referral import Referral
from domain.request import ADVICE, UNANSWERED, State
from domain.vocabulary import AccessId, Moment, PersonId

OVER = frozenset(State) - UNANSWERED - ADVICE - {State.ACCEPTED}
"""How something stands of which nothing is to come."""


def helped(c: Community, chance: Random, *by: Organisation) -> Referral | None:
    """Somebody whom one of these helps now; by nobody named, whom anybody helps."""
    those = {organisation.id for organisation in by}
    return _one(
        c,
        chance,
        lambda asking: asking.state is State.ACCEPTED and (not those or asking.receiver in those),
    )


def no_longer(c: Community, chance: Random, *by: Organisation) -> Referral | None:
    """Somebody whom one of these helped, and whom nobody helps any more."""
    those = {organisation.id for organisation in by}
    return _one(
        c,
        chance,
        lambda asking: (
            asking.state in OVER
            and (not those or asking.receiver in those)
            and asking.person is not None
            and (way := c.known.get(pathway_of(asking.person))) is not None
            and isinstance(way, Pathway)
            and not way.open
        ),
    )


def answered(c: Community, chance: Random, *by: Organisation) -> Referral | None:
    """Somebody who asked one of these for help themselves, and has had an answer."""
    those = {organisation.id for organisation in by}
    return _one(
        c,
        chance,
        lambda asking: (
            asking.receiver in those
            and asking.sender == asking.receiver
            and asking.state not in UNANSWERED | ADVICE
        ),
    )


def _one(c: Community, chance: Random, fits: Callable[[Referral], bool]) -> Referral | None:
    left = place.LANTERN.id
    found = [
        asking
        for asking in c.known.of(Referral)
        if asking.person is not None
        and asking.person not in c.gone
        and left not in (asking.sender, asking.receiver)
        and fits(asking)
    ]
    return chance.choice(found) if found else None


def person_of(asking: Referral) -> PersonId:
    """Whom a referral is about."""
    assert asking.person is not None, "a referral is about somebody from its first fact on"
    return asking.person


def knows(c: Community, organisation: Organisation, person: PersonId) -> set[State]:
    """How what an organisation sent or received of a person stands; nothing if it knows nobody."""
    states = (
        asking.state
        for asking in c.known.of(Referral)
        if asking.person == person and organisation.id in (asking.sender, asking.receiver)
    )
    return {state for state in states if state}


def forgotten(c: Community, person: PersonId, *, but: Organisation | None = None) -> None:
    """Whoever had to do with somebody is told to forget something, and has to say that it did."""
    for asking in c.known.of(Referral):
        if asking.person == person:
            c.to_forget |= dict.fromkeys(
                (
                    partner
                    for partner in (asking.sender, asking.receiver)
                    if partner and partner not in (place.LANTERN.id, but and but.id)
                ),
                c.now,
            )


# When, and by which id


def in_days(c: Community, chance: Random, fewest: int, most: int) -> Moment:
    """A moment in working hours, so many days from now."""
    day = workdays.workday(local_date(c.now) + timedelta(days=chance.randint(fewest, most)))
    return workdays.at(day, chance.randint(9, 16), chance.randint(0, 59))


def days_ago(c: Community, days: int, hour: int = 14, minute: int = 10) -> Moment:
    """A moment so many days before the history ends, on a day on which people work."""
    day = local_date(c.until) - timedelta(days=days)
    while workdays.workday(day) != day:
        day -= timedelta(days=1)
    return workdays.at(day, hour, minute)


def spread(c: Community, chance: Random, number: int) -> list[Moment]:
    """So many moments in working hours, evenly through the history, the first after a while."""
    between = (c.until - c.start) / (number + 1)
    days = (workdays.workday(local_date(c.start + between * n)) for n in range(1, number + 1))
    return [workdays.at(day, chance.randint(9, 17), chance.randint(0, 59)) for day in days]


def new_access(chance: Random) -> AccessId:
    """The id of an access by exception."""
    return AccessId(UUID(int=chance.getrandbits(128), version=4))
