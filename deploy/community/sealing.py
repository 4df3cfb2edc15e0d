"""What people of the place have sealed, who is granted to open it, and when it was opened.

How often is assumed.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from random import Random

from deploy.community import exceptional, place, somebody
from deploy.community.community import HELD_BY, Community, Life
from deploy.community.organisation import Organisation, Practitioner
from domain.person import Person
from domain.policies.days import local_date
from domain.referral import Referral
from domain.vocabulary import PersonId, SealId

GRANTED: tuple[tuple[Organisation, Practitioner], ...] = (
    (place.PRACTICE, place.PRACTICE.people[0]),
    (place.TRUST, place.TRUST.people[0]),
    (place.SOCIAL_WORK, place.SOCIAL_WORK.people[0]),
)
"""Who may open what people had sealed, from the first day on."""

NO_LONGER = (place.TRUST, place.TRUST.people[3])
"""Somebody who was granted it and changed to another team."""

STORIES = ("", "reviewed", "unsealed", "", "early", "unsealed", "", "late", "", "host")
"""What becomes of a seal: nothing, it is opened and that is reviewed or not, or it is lifted."""


def begin_place(c: Community) -> None:
    """Each of them says who of it may open what is sealed; in the middle one no longer may."""
    chance = Random("granted to open")  # noqa: S311 -- chance, not secrecy
    for organisation, practitioner in (*GRANTED, NO_LONGER):
        asked = c.asked_apart(chance, organisation, organisation.officer)
        c.care.grant_opening(organisation.id, practitioner.id, local_date(c.now), asked=asked)
    c.begin(_no_longer(c, chance), c.start + (c.until - c.start) / 2)


def _no_longer(c: Community, chance: Random) -> Life:
    organisation, practitioner = NO_LONGER
    asked = c.asked_apart(chance, organisation, organisation.officer)
    c.care.end_opening_grant(organisation.id, practitioner.id, asked=asked)
    yield from ()


def sealed(c: Community, number: int) -> Life:
    """Now and then somebody has what they asked of a service kept from the others."""
    chance = Random(f"{c.seed} sealed")  # noqa: S311 -- chance, not secrecy
    stories, keepers = cycle(STORIES), cycle((place.TALKING, place.TALKING, place.DRUG))
    for moment in somebody.spread(c, chance, number):
        yield moment
        keeper, story = next(keepers), next(stories)
        if about := somebody.answered(c, chance, keeper):
            c.begin(_story(c, chance, keeper, about, story), c.now)
    yield somebody.days_ago(c, 2, hour=12)
    if about := somebody.answered(c, chance, place.TALKING):
        c.begin(_story(c, chance, place.TALKING, about, "open"), c.now)


def _story(c: Community, chance: Random, keeper: Organisation, about: Referral, story: str) -> Life:
    person = somebody.person_of(about)
    known = c.known[person]
    assert isinstance(known, Person)
    before = set(known.seals)
    by = keeper.seeing[0]
    c.care.seal_item(person, about.id, 1, asked=c.asked_apart(chance, keeper, by))
    new = [seal for seal in known.seals if seal not in before]
    if not new:
        return  # it was sealed already
    seal = new[0]
    c.to_forget[place.PRACTICE.id] = c.now
    somebody.forgotten(c, person, but=keeper)
    if story == "unsealed":
        yield somebody.in_days(c, chance, 15, 50)
        if person not in c.gone:
            c.care.unseal_item(person, seal, asked=c.asked_apart(chance, keeper, by))
    elif story:
        yield c.now + timedelta(hours=1) if story == "open" else somebody.in_days(c, chance, 3, 20)
        _opened(c, chance, person, seal, story)


def _opened(c: Community, chance: Random, person: PersonId, seal: SealId, story: str) -> None:
    """By whoever else helps the person and has somebody who is granted it, or by the practice."""
    way = c.known.get(person)
    assert isinstance(way, Person)
    if person in c.gone or seal not in way.seals:
        return
    practice, gp = GRANTED[0]
    granted = dict(GRANTED)
    others = [each for each in granted if somebody.knows(c, each, person)]
    opener = chance.choice(others) if others else practice
    by = granted.get(opener, gp)
    exceptional.opened(c, chance, person, seal, (HELD_BY[opener.id], by), story)
