"""Access by exception in the place: a record in an emergency, something sealed; and its review.

How often is assumed: no guidance says how often anybody has to.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from random import Random
from typing import NamedTuple

from deploy.community import place, somebody
from deploy.community.community import Community, Life
from deploy.community.organisation import Organisation, Practitioner
from domain.emergency import EmergencyAccess
from domain.exceptional import Exceptional
from domain.intentions.linking import known_of
from domain.kernel import Asked
from domain.opening import Opening
from domain.person import Person
from domain.vocabulary import (
    AccessId,
    EmergencyReason,
    Justified,
    OfficerRung,
    OpeningReason,
    PersonId,
    Purpose,
    Role,
    SealId,
)

TIMES = 4
"""How many people are looked through for one whom the organisation has nothing to do with."""


class Why(NamedTuple):
    """What somebody says of an access, in a code and in words."""

    reason: EmergencyReason
    words: str


EMERGENCIES = (
    Why(EmergencyReason.CRISIS_CARE, "Came to the duty desk in distress; says others see him"),
    Why(EmergencyReason.LIFE, "Rang and said she had taken tablets; ambulance on its way"),
    Why(EmergencyReason.CANNOT_SAY, "Brought in confused; need to know who sees him and for what"),
    Why(EmergencyReason.HARM, "Neighbour rang about shouting and a child in the flat"),
    Why(EmergencyReason.CRISIS_CARE, "Asked for help out of hours; not known to our team"),
)
STORIES = ("reviewed", "early", "reviewed", "reviewed", "late", "reviewed", "not justified", "host")
"""What becomes of them, one after the other."""

JUSTIFIED = (
    "Spoke to the clinician: the person was there and asked for help",
    "The call is in our log at the same minute",
    "Seen by the duty team within the hour; nothing else was looked at",
)
NOT_JUSTIFIED = "There was time to ask the practice. Talked over with the clinician, who agrees"
LATE = "Looked into late: our officer was away, and nobody stood in"
TAKERS = (place.TRUST, place.SOCIAL_WORK, place.TRUST, place.TALKING, place.TRUST, place.DRUG)


def emergencies(c: Community, number: int) -> Life:
    """Some in the whole time; what happens to each goes on by itself."""
    chance = Random(f"{c.seed} emergencies")  # noqa: S311 -- chance, not secrecy
    stories, takers, said = cycle(STORIES), cycle(TAKERS), cycle(EMERGENCIES)
    for moment in somebody.spread(c, chance, number):
        yield moment
        _begin(c, chance, next(takers), next(said), next(stories))


def waiting(c: Community) -> Life:
    """What waits for a review now: one that the host was told of, and three that are in time."""
    chance = Random(f"{c.seed} emergencies now")  # noqa: S311
    now = ((15, place.SOCIAL_WORK), (4, place.TALKING), (2, place.TRUST), (1, place.TRUST))
    for (days, taker), why in zip(now, EMERGENCIES, strict=False):
        yield somebody.days_ago(c, days, minute=3 * days)
        _begin(c, chance, taker, why, "open")


def _begin(c: Community, chance: Random, taker: Organisation, why: Why, story: str) -> None:
    by = chance.choice(taker.those(Role.CLINICIAN))
    access = somebody.new_access(chance)
    if _taken(c, chance, access, taker, by, why):
        c.begin(_goes_on(c, chance, access, taker, by, story), c.now)


def _taken(
    c: Community,
    chance: Random,
    access: AccessId,
    taker: Organisation,
    by: Practitioner,
    why: Why,
) -> bool:
    """Somebody whom they no longer see is opened; who was never theirs is found by number."""
    for _ in range(TIMES):
        about = somebody.helped(c, chance)
        if about is None:
            return False
        person = somebody.person_of(about)
        states = somebody.knows(c, taker, person)
        way = c.known[person]
        assert isinstance(way, Person)
        details = known_of(way)
        asked = c.asked_apart(chance, taker, by)
        if states and states <= somebody.OVER:
            c.care.take_emergency_access(
                person, access, reason=why.reason, words=why.words, asked=asked
            )
            return True
        if not states and details.nhs_number and details.date_of_birth:
            c.care.find_in_an_emergency(
                details.nhs_number,
                details.date_of_birth,
                access,
                alike=(person,),
                reason=why.reason,
                words=why.words,
                asked=asked,
            )
            return True
    return False


def opened(
    c: Community,
    chance: Random,
    person: PersonId,
    seal: SealId,
    by: tuple[Organisation, Practitioner],
    story: str,
) -> None:
    """Somebody who is granted it opens what is sealed, because the person says so."""
    opener, practitioner = by
    access = somebody.new_access(chance)
    c.care.open_sealed_item(
        person,
        seal,
        access,
        reason=OpeningReason.CONSENT,
        words="Asked us to read it before the appointment, and sat beside us",
        asked=c.asked_apart(chance, opener, practitioner),
    )
    c.begin(_goes_on(c, chance, access, opener, practitioner, story), c.now)


# What becomes of it


def _goes_on(
    c: Community,
    chance: Random,
    access: AccessId,
    taker: Organisation,
    by: Practitioner,
    story: str,
) -> Life:
    taken = c.known[access]
    assert isinstance(taken, Exceptional)
    assert taken.until is not None, "access that was taken has its end"
    if story == "early":
        yield c.now + timedelta(minutes=chance.randint(12, 45))
        _over(c, taken, c.asked_apart(chance, taker, by))
    else:
        yield taken.until
        _over(c, taken, c.asked_apart(chance, taker, None))
    if story in ("late", "host", "open"):
        yield from _nobody_reviews(c, chance, taken, host=story != "late")
        words = LATE
    else:
        words = NOT_JUSTIFIED if story == "not justified" else chance.choice(JUSTIFIED)
    if story == "open":
        return
    yield somebody.in_days(c, chance, 1, 3)
    reviewer = place.PRACTICE if OfficerRung.HOST in taken.sent else taker
    outcome = Justified.NOT_JUSTIFIED if story == "not justified" else Justified.JUSTIFIED
    asked = replace(c.asked_apart(chance, reviewer, reviewer.officer), purpose=Purpose.AUDIT)
    if isinstance(taken, Opening):
        c.care.review_opening(access, outcome, words, asked=asked)
    else:
        c.care.review_emergency_access(access, outcome, words, asked=asked)


def _over(c: Community, taken: Exceptional, asked: Asked) -> None:
    """Its time is over, or whoever took it needs it no longer."""
    if isinstance(taken, EmergencyAccess):
        c.care.end_emergency_access(taken.access, asked=asked)
    else:
        c.care.close_sealed_item(taken.access, asked=asked)


def _nobody_reviews(c: Community, chance: Random, taken: Exceptional, *, host: bool) -> Life:
    """The timer tells the officer there that it is overdue, and then perhaps the host's."""
    for rung in OfficerRung if host else (OfficerRung.OFFICER,):
        due = taken.next_rung()
        assert due is not None, "nobody has reviewed it, and somebody is left to tell"
        yield due.at
        timer = c.asked_apart(chance, place.PRACTICE, None)
        if isinstance(taken, Opening):
            c.care.escalate_opening_review(taken.access, rung, asked=timer)
        else:
            c.care.escalate_emergency_review(taken.access, rung, asked=timer)
