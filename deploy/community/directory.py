"""Services through the year: places declared, walks paused, a tea that closed, and wants unmet.

It has a chance of its own, so that nobody else's numbers move. How often is assumed.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from random import Random
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import Community, Life
from deploy.community.organisation import Offer, Organisation
from domain.description import Criteria, Description, Hours
from domain.kernel import Asked
from domain.policies.days import local_date
from domain.referral import Referral
from domain.request import State
from domain.service import ServiceDescribed, ServiceOpened
from domain.vocabulary import (
    Label,
    Moment,
    Need,
    PersonId,
    Source,
    Step,
    UnmetNeedId,
    Weekday,
    WhyUnmet,
)

WEEK = timedelta(days=7)
WEEKDAYS = tuple(Weekday)[:5]
DECLARING = tuple(offer for offer in place.CHARITY.offers if offer.key in ("art", "dance"))
"""Groups that say every Monday how many more can come: more than ever ask in a week."""
ROOM, AT_MOST = 60, 80

WALKS = Offer(
    "walks",
    "Canal walks",
    Step.COMMUNITY_PREVENTION,
    (Source.PROFESSIONAL, Source.PARTNER, Source.CARER, Source.SELF),
    "Adults who can walk for an hour",
    "Canal walk",
    group=True,
)
TEA = Offer(
    "tea",
    "Winter tea",
    Step.COMMUNITY_PREVENTION,
    (Source.PROFESSIONAL, Source.PARTNER, Source.SELF),
    "Anybody who is alone in the afternoon",
    "Winter tea",
    group=True,
)
WANTED: tuple[tuple[WhyUnmet, Need, Offer | None, Step], ...] = (
    (WhyUnmet.NONE_HERE, Need.EATING, None, Step.TALKING_THERAPIES),
    (WhyUnmet.FULL, Need.LONELINESS, WALKS, Step.COMMUNITY_PREVENTION),
    (WhyUnmet.NONE_HERE, Need.BEREAVEMENT, None, Step.COMMUNITY_PREVENTION),
    (WhyUnmet.CLOSED, Need.LONELINESS, TEA, Step.COMMUNITY_PREVENTION),
    (WhyUnmet.NOT_ELIGIBLE, Need.TRAUMA, place.PSYCHOLOGY, Step.COLLABORATIVE_CARE),
)
WHO_WANTS: tuple[Organisation, ...] = (place.PRACTICE, place.SOCIAL_WORK, place.PRACTICE)
EVERY = timedelta(days=9)  # assumed: between two times that somebody writes down what was wanted


def directory(c: Community, seed: int) -> Life:
    """Everything that happens to services in the place, and what was wanted in vain."""
    chance = Random(f"{seed} directory")  # noqa: S311 -- chance, not secrecy
    _opened(c, chance)
    c.begin(_weekly(c, chance), c.now)
    c.begin(_walks(c, chance), c.now)
    c.begin(_tea(c, chance), c.now)
    c.begin(_wanted(c, chance), c.now + EVERY)
    yield from ()


def _opened(c: Community, chance: Random) -> None:
    for offer in (WALKS, TEA):
        opening = ServiceOpened(
            partner=place.CHARITY.id,
            name=offer.name,
            step=offer.step,
            ways_in=offer.ways_in,
            eligibility=offer.eligibility,
            group=True,
            description=Description(
                criteria=Criteria(age_from=18, takes=("loneliness", "low mood")),
                hours=(Hours(day=Weekday.WEDNESDAY, opens=time(14), closes=time(16)),),
                places=("Canalside Commons, lock-keeper's house",),
                accessibility=("Level paths",),
                cost="free",
            ),
        )
        c.care.open_service(offer.id, opening, asked=_by(c, chance, place.CHARITY))
    described = ServiceDescribed(
        name=place.LOW.name,
        ways_in=place.LOW.ways_in,
        eligibility=place.LOW.eligibility,
        description=Description(
            summary="Guided self-help, CBT and counselling, by telephone, video or face to face.",
            criteria=Criteria(takes=("depression", "anxiety"), excludes=("psychosis",)),
            hours=tuple(Hours(day=day, opens=time(8), closes=time(18)) for day in WEEKDAYS),
            phone="0121 496 0042",
            languages=("English", "Punjabi", "Polish"),
            accessibility=("Step-free", "Hearing loop"),
            cost="free",
        ),
    )
    c.care.describe_service(place.LOW.id, described, asked=_by(c, chance, place.TALKING))


def _weekly(c: Community, chance: Random) -> Life:
    """Every Monday the groups say how many more can come; it holds until Sunday."""
    while True:
        today = local_date(c.now)
        for offer in DECLARING:
            c.care.declare_capacity(
                offer.id,
                ROOM + chance.randrange(AT_MOST - ROOM),
                maximum=AT_MOST,
                until=today + timedelta(days=6),
                asked=_by(c, chance, place.CHARITY),
            )
        yield _at(today - timedelta(days=today.weekday()) + WEEK)


def _walks(c: Community, chance: Random) -> Life:
    """They are full in July, paused in August and there again in September."""
    year = local_date(c.now).year
    for month in (date(year, 7, 1), date(year + 1, 7, 1)):
        if month < local_date(c.now):
            continue
        yield _at(month)
        c.care.declare_capacity(
            WALKS.id, 0, maximum=20, until=month.replace(day=31), asked=_by(c, chance)
        )
        yield _at(month.replace(month=8))
        c.care.pause_service(WALKS.id, "The walk leader is away in August", asked=_by(c, chance))
        yield _at(month.replace(month=9))
        c.care.reopen_service(WALKS.id, asked=_by(c, chance))


def _tea(c: Community, chance: Random) -> Life:
    """Nobody paid for it any longer."""
    yield _at(local_date(c.now + (c.until - c.now) / 3))
    c.care.close_service(TEA.id, "Its grant ended", asked=_by(c, chance))


def _wanted(c: Community, chance: Random) -> Life:
    """Somebody in care writes down what was wanted, for somebody they help or for nobody named."""
    while True:
        why, need, offer, step = chance.choice(WANTED)
        who = chance.choice(WHO_WANTS)
        c.care.record_unmet_need(
            UnmetNeedId(UUID(int=chance.getrandbits(128), version=4)),
            why=why,
            need=need,
            service_id=offer.id if offer else None,
            step=step,
            practice=place.PRACTICE.id,
            person_id=_somebody(c, chance, who) if chance.random() < 0.6 else None,
            asked=_by(c, chance, who),
        )
        yield _at(local_date(c.now + EVERY))


def _somebody(c: Community, chance: Random, who: Organisation) -> PersonId | None:
    """Somebody whom this organisation helps now."""
    helped = [
        noun.person
        for noun in c.known.of(Referral)
        if noun.state is State.ACCEPTED
        and noun.label is Label.ORDINARY
        and who.id in (noun.sender, noun.receiver)
        and noun.person is not None
        and noun.person not in c.gone
    ]
    return chance.choice(helped) if helped else None


def _by(c: Community, chance: Random, who: Organisation = place.CHARITY) -> Asked:
    return c.asked_apart(chance, who, who.seeing[0])


def _at(day: date) -> Moment:
    return workdays.at(workdays.workday(day), 9, 10)
