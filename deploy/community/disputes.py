"""What people of the place ask to be put right, and what who recorded it says.

How often is assumed.
"""

from __future__ import annotations

from itertools import cycle
from random import Random
from typing import NamedTuple

from deploy.community import place, somebody
from deploy.community.community import HELD_BY, Community, Life
from domain.person import Person
from domain.rectification import RectificationAsked
from domain.referral import Referral
from domain.vocabulary import PersonId, RectificationId, Rectified


class Dispute(NamedTuple):
    """What the person says is wrong, what comes of it, and why."""

    wrong: str
    outcome: Rectified
    words: str


DISPUTES = (
    Dispute(
        "It says that I live alone: my brother lives with me",
        Rectified.PUT_RIGHT,
        "Her brother has lived with her since the spring",
    ),
    Dispute(
        "I never said that I drink every day",
        Rectified.KEPT,
        "This is what was heard at the time; what he says now stands beside it",
    ),
    Dispute(
        "My accident was two years ago, not ten",
        Rectified.PUT_RIGHT,
        "The letter from the hospital says two years",
    ),
    Dispute(
        "I do not have panic attacks, I have asthma",
        Rectified.KEPT,
        "The assessment looked at both, and the clinician holds to it",
    ),
)
NOW = ((24, 1), (6, 0))
"""What waits for an answer: so many days ago this was asked."""


def rectified(c: Community, number: int) -> Life:
    """Somebody asks that a referral be put right; who wrote it decides within the month."""
    chance = Random(f"{c.seed} disputes")  # noqa: S311 -- chance, not secrecy
    disputes = cycle(DISPUTES)
    for moment in somebody.spread(c, chance, number):
        yield moment
        if about := somebody.helped(c, chance):
            c.begin(_asked(c, chance, about, next(disputes)), c.now)


def waiting(c: Community) -> Life:
    """What the practice has not decided yet: of what it wrote itself, and so decides itself."""
    chance = Random(f"{c.seed} disputes now")  # noqa: S311
    for days, which in NOW:
        yield somebody.days_ago(c, days)
        ours = [
            asking
            for asking in c.known.of(Referral)
            if asking.sender == place.PRACTICE.id and asking.person and asking.person not in c.gone
        ]
        if ours:
            _ask(c, chance, chance.choice(ours), DISPUTES[which])


def _asked(c: Community, chance: Random, about: Referral, dispute: Dispute) -> Life:
    person, which = _ask(c, chance, about, dispute)
    asked_for = _person(c, person).to_put_right[which].fact
    assert isinstance(asked_for, RectificationAsked)
    owner = HELD_BY[asked_for.owner]
    yield somebody.in_days(c, chance, 4, 24)
    asked = c.asked_apart(chance, owner, chance.choice(owner.seeing))
    c.care.decide_rectification(person, which, dispute.outcome, dispute.words, asked=asked)


def _ask(
    c: Community, chance: Random, about: Referral, dispute: Dispute
) -> tuple[PersonId, RectificationId]:
    person = somebody.person_of(about)
    asked = c.asked_apart(chance, place.PRACTICE, chance.choice(place.PRACTICE.seeing))
    c.care.ask_rectification(person, about.id, 1, dispute.wrong, asked=asked)
    return person, list(_person(c, person).to_put_right)[-1]


def _person(c: Community, person: PersonId) -> Person:
    known = c.known[person]
    assert isinstance(known, Person)
    return known
