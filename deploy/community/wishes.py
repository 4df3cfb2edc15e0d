"""What people of the place want told, and what went without that: uses refused, consent taken back,
disclosures the law asks for, and partners that say that they removed what was taken back.

How often is assumed.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from random import Random

from deploy.community import place, somebody, workdays
from deploy.community.community import HELD_BY, Community, Life
from deploy.community.organisation import Organisation
from domain.person import Person
from domain.policies.days import local_date
from domain.vocabulary import DisclosureGround, PersonId, Purpose

RELENTS = 0.25
ANSWERS_WITHIN = timedelta(days=5)
SLOW = (place.CHARITY, place.HOUSING, place.PROBATION, place.LIBRARY)
SLOW_SINCE = timedelta(days=24)
"""Organisations whose post lies unopened just now: what they have to remove waits."""

ORDER = "Order of the county court, CH-24-0{}"
DISCLOSED: tuple[tuple[Organisation, DisclosureGround, str, str, bool], ...] = (
    (
        place.PRACTICE,
        DisclosureGround.COURT_ORDER,
        "The county court",
        "Dates of appointments between January and June, as the order says",
        True,
    ),
    (
        place.SOCIAL_WORK,
        DisclosureGround.SAFEGUARDING,
        "The safeguarding adults board",
        "What was said about money going missing, and who lives there",
        False,
    ),
    (
        place.TRUST,
        DisclosureGround.CRIME,
        "The police",
        "Where the person was last seen, and what they were wearing",
        False,
    ),
    (
        place.SOCIAL_WORK,
        DisclosureGround.CHILD_PROTECTION,
        "Children's services",
        "That two children live there, and who else does",
        True,
    ),
)
WHY_NOT = "Telling them first could have put somebody in danger"


def uses(c: Community, number: int) -> Life:
    """Some do not want what is known of them used for planning and research; some relent."""
    chance = Random(f"{c.seed} uses")  # noqa: S311 -- chance, not secrecy
    for moment in somebody.spread(c, chance, number):
        yield moment
        if about := somebody.helped(c, chance):
            c.begin(_use(c, chance, somebody.person_of(about)), c.now)


def _use(c: Community, chance: Random, person: PersonId) -> Life:
    gp = chance.choice(place.PRACTICE.seeing)
    asked = c.asked_apart(chance, place.PRACTICE, gp)
    c.care.object_to_use(person, Purpose.PLANNING, asked=asked)
    if chance.random() < RELENTS:
        yield somebody.in_days(c, chance, 10, 60)
        if person not in c.gone:
            asked = c.asked_apart(chance, place.PRACTICE, gp)
            c.care.lift_use_objection(person, Purpose.PLANNING, asked=asked)


def consents(c: Community, number: int) -> Life:
    """Now and then somebody no longer agrees that probation is told; the last one last week."""
    chance = Random(f"{c.seed} consents")  # noqa: S311
    for moment in (*somebody.spread(c, chance, number), somebody.days_ago(c, 9)):
        yield moment
        agreed = [
            known.id
            for known in c.known.of(Person)
            if place.PROBATION.id in known.consents and known.id not in c.gone
        ]
        if agreed:
            asked = c.asked_apart(chance, place.PRACTICE, chance.choice(place.PRACTICE.seeing))
            person = PersonId(chance.choice(agreed))
            c.care.withdraw_consent(person, place.PROBATION.id, asked=asked)
            c.to_forget[place.PROBATION.id] = c.now


def disclosures(c: Community, number: int) -> Life:
    """A court orders it, or the law lets it be: something is told without consent, and kept."""
    chance = Random(f"{c.seed} disclosures")  # noqa: S311
    told = cycle(DISCLOSED)
    for moment in somebody.spread(c, chance, number):
        yield moment
        by, ground, to_whom, content, person_told = next(told)
        about = somebody.helped(c, chance, *(() if by is place.PRACTICE else (by,)))
        if about is None:
            continue
        ordered = ground is DisclosureGround.COURT_ORDER
        c.care.record_disclosure(
            somebody.person_of(about),
            to_whom,
            ground=ground,
            content=content,
            order=ORDER.format(chance.randint(100, 999)) if ordered else None,
            on=local_date(c.now),
            person_told=person_told,
            why_not=None if person_told else WHY_NOT,
            asked=c.asked_apart(chance, by, by.seeing[0]),
        )


def acknowledged(c: Community) -> Life:
    """Every week who was told to forget something says that it did, up to what is in the log."""
    chance = Random(f"{c.seed} acknowledged")  # noqa: S311
    while True:
        yield workdays.at(workdays.workday(local_date(c.now) + timedelta(days=7)), 15)
        for partner, told_at in list(c.to_forget.items()):
            organisation = HELD_BY[partner]
            slow = organisation in SLOW and c.now > c.until - SLOW_SINCE
            if slow or told_at >= c.saved_at or c.now - told_at < ANSWERS_WITHIN:
                continue
            del c.to_forget[partner]
            by = organisation.officer or organisation.people[0]
            asked = c.asked_apart(chance, organisation, by)
            head = c.care.recorder.max_notification_id()
            if head:
                c.care.acknowledge_withdrawals(head, asked=asked)
