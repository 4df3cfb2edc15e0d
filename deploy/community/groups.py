"""Groups of the place: planned for a term, joined by who was referred, held week by week."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from deploy.community import figures, place, workdays
from deploy.community.alongside import owner, taken_on
from deploy.community.community import Community, Life
from deploy.community.organisation import Offer, Organisation
from domain.group import Group, ProgrammePlanned, contact_of
from domain.policies.days import DAY, local_date
from domain.vocabulary import (
    Attendance,
    GroupId,
    LeftBecause,
    Moment,
    PersonId,
    SessionOff,
)

TERM = timedelta(weeks=20)
OFF = 0.04  # assumed: of sessions, those that are called off
LEAVES = 0.02  # assumed: of members, a session


class Programme(NamedTuple):
    """When a group meets, for how many, and whether neighbouring practices' patients may come."""

    weekday: int
    hour: int
    every_weeks: int
    room: int
    where: str
    neighbours: bool = True


PROGRAMMES = {
    "art": Programme(1, 10, 1, 3, "The studio, Canalside Commons"),
    "garden": Programme(2, 14, 1, 5, "The allotment, Canalside Commons"),
    "dance": Programme(3, 11, 1, 8, "Millpool hall"),
    "baby": Programme(4, 10, 1, 8, "Windmill Lane Library"),
    "carers": Programme(1, 18, 2, 10, "Tollgate Carers"),
    "silver": Programme(2, 15, 1, 8, "Cape Hill Practice, the large room", neighbours=False),
    "cancer": Programme(3, 18, 2, 8, "Cape Hill Practice, the quiet room", neighbours=False),
    "reading": Programme(4, 15, 2, 10, "Windmill Lane Library"),
}
"""Kentish Town Improvement Fund's groups and patient-run ones (Camden CCG, James Wigg Practice)."""


def begin(c: Community) -> None:
    """Let every group of the place meet from now on."""
    for partner in place.PARTNERS:
        for offer in partner.offers:
            if offer.group:
                c.begin(meets(c, offer, PROGRAMMES[offer.key]), c.start)


def meets(c: Community, offer: Offer, planned: Programme) -> Life:
    """One programme after another; everybody's chance in it is the group's own."""
    chance = Random(f"{c.seed} group {offer.key}")  # noqa: S311 -- chance, not secrecy
    runs = owner(offer)
    left: set[PersonId] = set()
    while True:
        group = _plan(c, chance, offer, planned)
        noun = c.known[group]
        assert isinstance(noun, Group)
        until = local_date(c.now) + TERM
        for on in noun.timetable.following(local_date(c.now) + DAY):
            if on > until:
                break
            starts_at = noun.timetable.starts_at(on)
            yield starts_at - timedelta(hours=2)
            _joined(c, chance, offer, noun, left)
            if chance.random() < OFF:
                c.care.cancel_session(
                    group,
                    on,
                    chance.choice(tuple(SessionOff)),
                    asked=c.asked_apart(chance, runs, chance.choice(runs.seeing)),
                )
                _forget(c, noun, on_day=starts_at)
                continue
            yield starts_at + timedelta(minutes=100)
            _held(c, chance, runs, noun, starts_at)
            _leaving(c, chance, runs, noun, left)
        c.care.end_group(
            group,
            "The term has ended; the next one begins.",
            asked=c.asked_apart(chance, runs, chance.choice(runs.seeing)),
        )
        yield c.now + timedelta(hours=1)


def _plan(c: Community, chance: Random, offer: Offer, planned: Programme) -> GroupId:
    group = GroupId(UUID(int=chance.getrandbits(128), version=4))
    runs = owner(offer)
    day = local_date(c.now) + DAY
    day += DAY * ((planned.weekday - day.weekday()) % 7)
    programme = ProgrammePlanned(
        partner=runs.id,
        service=offer.id,
        name=offer.activity,
        first_at=workdays.at(day, planned.hour),
        every_weeks=planned.every_weeks,
        minutes=90,
        place=planned.where,
        capacity=planned.room,
        practices=() if planned.neighbours else (place.PRACTICE.id,),
    )
    by = chance.choice(runs.seeing)
    c.care.plan_group(group, programme, asked=c.asked_apart(chance, runs, by))
    return group


def _joined(c: Community, chance: Random, offer: Offer, noun: Group, left: set[PersonId]) -> None:
    """Whoever was referred and taken on gets a place, or waits for one."""
    runs = owner(offer)
    here = [each for each in c.grouped.get(offer.key, []) if taken_on(c, each[0])]
    c.grouped[offer.key] = here
    for referral, person in here:
        if person in left or person in noun.members or person in noun.waiting:
            continue
        asked = c.asked_apart(chance, runs, chance.choice(runs.seeing))
        if noun.room > 0:
            c.care.join_group(noun.group, referral, asked=asked)
        else:
            c.care.await_place(noun.group, referral, asked=asked)
    if noun.waiting and noun.room > 0:
        asked = c.asked_apart(chance, runs, chance.choice(runs.seeing))
        c.care.give_free_places(noun.group, asked=asked)


def _held(c: Community, chance: Random, runs: Organisation, noun: Group, starts_at: Moment) -> None:
    """Everybody's attendance in one go."""
    shares = {a: s for a, s in figures.ATTENDANCES.items() if a not in NOT_SAID}
    came = {
        person: chance.choices(list(shares), list(shares.values()))[0] for person in noun.members
    }
    c.care.hold_session(
        noun.group,
        local_date(starts_at),
        came,
        asked=c.asked_apart(chance, runs, chance.choice(runs.seeing)),
    )
    _forget(c, noun, on_day=starts_at)


def _leaving(
    c: Community, chance: Random, runs: Organisation, noun: Group, left: set[PersonId]
) -> None:
    for person in list(noun.members):
        if chance.random() < LEAVES:
            left.add(person)
            c.care.leave_group(
                noun.group,
                person,
                chance.choice((LeftBecause.FINISHED, LeftBecause.WISHED)),
                asked=c.asked_apart(chance, runs, chance.choice(runs.seeing)),
            )


def _forget(c: Community, noun: Group, *, on_day: Moment) -> None:
    """Nobody asks for a session's appointments again."""
    for place_held in noun.expected(local_date(on_day)):
        c.known.pop(contact_of(noun.group, place_held.person, local_date(on_day)), None)


NOT_SAID = frozenset({Attendance.CANCELLED_BY_SERVICE})
"""What calling a session off says of everybody at once."""
