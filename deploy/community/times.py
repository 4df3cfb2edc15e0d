"""Times offered beside the usual appointments: one chosen or none, moved, and an outcome put right.

It has a chance of its own for each person, so that nobody else's numbers move.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

from deploy.community import workdays
from deploy.community.community import Community, Helped, Life
from deploy.community.organisation import Organisation
from domain.policies.days import local_date
from domain.referral import Referral
from domain.request import State
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    ContactId,
    Medium,
    Moment,
    NoTimeBecause,
    ReferralId,
)

OFFERED = 0.07  # assumed: of those taken on, who choose among times for a first talk
TAKES_NONE = 0.2
MOVES = 0.25
WRONG = 0.3


def begin(c: Community, h: Helped, referral: ReferralId, provider: Organisation) -> None:
    """Perhaps somebody is offered times to choose from."""
    chance = Random(f"{c.seed} times {h.id} {referral}")  # noqa: S311 -- chance, not secrecy
    if chance.random() < OFFERED:
        c.begin(_offered(c, h, referral, provider, chance), c.now + timedelta(minutes=20))


def _offered(
    c: Community, h: Helped, referral: ReferralId, provider: Organisation, chance: Random
) -> Life:
    contact, worker = ContactId(_id(chance)), chance.choice(provider.seeing)

    def over() -> bool:
        noun = c.known[referral]
        assert isinstance(noun, Referral)
        return h.gone or noun.state is not State.ACCEPTED

    if over():
        return
    times = tuple(_at(c, chance, days) for days in (3, 4, 6))
    c.care.offer_times(
        contact,
        referral,
        times=times,
        medium=Medium.TELEPHONE,
        activity="A first talk",
        minutes=30,
        practitioner=worker.id,
        asked=c.asked_apart(chance, provider, worker),
    )
    yield c.now + timedelta(hours=chance.randint(3, 20))
    if over():
        return
    asked = c.asked_apart(chance, provider, worker)
    if chance.random() < TAKES_NONE:
        c.care.take_no_time(contact, chance.choice(_NONE), asked=asked)
        return
    at = times[0]
    c.care.choose_time(contact, at, asked=asked)
    if chance.random() < MOVES:
        yield c.now + timedelta(hours=1)
        if over():
            return
        first, contact, at = contact, ContactId(_id(chance)), times[-1]
        c.care.rebook_appointment(
            contact,
            first,
            starts_at=at,
            moved_by=Attendance.CANCELLED_BY_PERSON,
            reason=CancelledBecause.ANOTHER_TIME,
            asked=c.asked_apart(chance, provider, worker),
        )
    yield at + timedelta(minutes=40)
    if over():
        return
    seen = Attendance.ON_TIME
    asked = c.asked_apart(chance, provider, worker, at=at)
    c.care.note_attendance(contact, seen, asked=asked)
    if chance.random() < WRONG:
        yield c.now + timedelta(hours=2)
        asked = c.asked_apart(chance, provider, worker)
        c.care.correct_attendance(contact, Attendance.DID_NOT_ATTEND, asked=asked)


_NONE = (NoTimeBecause.NONE_SUITS, NoTimeBecause.NO_ANSWER, NoTimeBecause.NOT_WANTED)


def _id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _at(c: Community, chance: Random, days: int) -> Moment:
    day = workdays.workday(local_date(c.now) + timedelta(days=days))
    return workdays.at(day, chance.randint(9, 16))
