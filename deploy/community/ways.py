"""The place's own way in the demo: chosen when it is founded, colours given, social work done.

It has a chance of its own, so that nobody else's numbers move. How often is assumed.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import HELD_BY, Community, Life
from domain.pathway import Pathway
from domain.policies.days import local_date
from domain.policies.ways import JAMES_WIGG, SANDWELL, Way
from domain.referral import Referral
from domain.request import State
from domain.vocabulary import (
    AdmissionAvoided,
    Complexity,
    ReferralId,
    Role,
    Step,
    WorkId,
    WorkKind,
    WorkOutcome,
)

CAPE_HILL = Way(
    name=place.NAME,
    source=(
        "Made up for the demo: the James Wigg Practice's meetings and practices, with the stepped "
        "care, the colours and the initial assessment of Sandwell"
    ),
    effective_from=SANDWELL.effective_from,
    stepped_care=SANDWELL.stepped_care,
    teams=(*JAMES_WIGG.teams, *SANDWELL.teams),
    meetings=JAMES_WIGG.meetings,
    clocks=SANDWELL.clocks,
    complexity=SANDWELL.complexity,
    practices=(*JAMES_WIGG.practices, *SANDWELL.practices[1:]),
)
"""Its meetings look at whom somebody lists; no case falls due because no team looked."""

WEEK = timedelta(days=7)
CODED, CODED_AGAIN = 0.5, 0.03  # assumed, of cases at step 3 in a week
TAKEN_UP = 0.4  # of people whom social workers help, in a week
MIX = (Complexity.GREEN,) * 3 + (Complexity.AMBER,) * 4 + (Complexity.RED,) * 2
WHY = {
    Complexity.RED: ("Home, money and low mood at once", "Three of us have to act this week"),
    Complexity.AMBER: ("Two services, and a move of house", "Debt as well as anxiety"),
    Complexity.GREEN: ("One need, and a plan for it", "Steady since the last review"),
}
WORK = (
    (WorkKind.HOUSING, "Behind with the rent"),
    (WorkKind.MONEY, "A claim that was refused"),
    (WorkKind.CARERS_SUPPORT, "Somebody to sit in on Tuesdays"),
    (WorkKind.HOSPITAL_DISCHARGE, "Home with a key safe and meals"),
    (WorkKind.ADMISSION_AVOIDANCE, "A week at a sister's"),
    (WorkKind.EMPLOYMENT, "Back to work by halves"),
)
OUTCOMES = (WorkOutcome.DONE,) * 5 + tuple(WorkOutcome)
AVOIDED = (AdmissionAvoided.YES,) * 3 + tuple(AdmissionAvoided)


def begin_place(c: Community) -> None:
    """The place writes down how it works, and works so from the day it is founded."""
    chance = Random("the place's way")  # noqa: S311 -- chance, not secrecy
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    c.care.write_way(CAPE_HILL, asked=c.asked_apart(chance, place.PRACTICE, chair))
    asked = c.asked_apart(chance, place.PRACTICE, chair)
    c.care.choose_way(CAPE_HILL.name, local_date(c.now), asked=asked)


def weekly(c: Community, seed: int) -> Life:
    """Every Monday some cases are coded, and social workers take something up."""
    chance = Random(f"{seed} ways")  # noqa: S311 -- chance, not secrecy
    begun: set[UUID] = set()
    while True:
        day = workdays.workday(local_date(c.now) + WEEK)
        yield workdays.at(day, 10, 30)
        for noun in list(c.known.values()):
            if isinstance(noun, Pathway) and noun.step is Step.COLLABORATIVE_CARE:
                _coded(c, noun, chance)
            elif isinstance(noun, Referral) and noun.receiver == place.SOCIAL_WORK.id:
                _taken_up(c, noun, chance, begun)


def _coded(c: Community, way: Pathway, chance: Random) -> None:
    holder = HELD_BY.get(way.responsible) if way.open and way.responsible else None
    if way.person is None or holder is None or not holder.seeing:
        return
    if chance.random() >= (CODED_AGAIN if way.coded else CODED):
        return
    colour = chance.choice(MIX)
    asked = c.asked_apart(chance, holder, chance.choice(holder.seeing))
    c.care.code_complexity(way.person, colour, chance.choice(WHY[colour]), asked=asked)


def _taken_up(c: Community, under: Referral, chance: Random, begun: set[UUID]) -> None:
    if under.state is not State.ACCEPTED or under.id in begun or chance.random() >= TAKEN_UP:
        return
    begun.add(under.id)
    kind, what = chance.choice(WORK)
    work = WorkId(UUID(int=chance.getrandbits(128), version=4))
    worker = chance.choice(place.SOCIAL_WORK.seeing)
    asked = c.asked_apart(chance, place.SOCIAL_WORK, worker)
    c.care.begin_work(work, ReferralId(under.id), kind=kind, what=what, asked=asked)
    day = workdays.workday(local_date(c.now) + timedelta(days=chance.randint(7, 60)))
    c.begin(_ended(c, work, kind, chance), workdays.at(day, chance.randint(9, 16)))


def _ended(c: Community, work: WorkId, kind: WorkKind, chance: Random) -> Life:
    """What became of it is said."""
    avoided = chance.choice(AVOIDED) if kind is WorkKind.ADMISSION_AVOIDANCE else None
    asked = c.asked_apart(chance, place.SOCIAL_WORK, chance.choice(place.SOCIAL_WORK.seeing))
    outcome = chance.choice(OUTCOMES)
    c.care.end_work(work, outcome, admission_avoided=avoided, asked=asked)
    c.known.pop(work, None)
    yield from ()
