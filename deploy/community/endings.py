"""When somebody is gone: people who die, people who come back, an organisation that left."""

from __future__ import annotations

from datetime import timedelta

from deploy.community import alongside, place, talking, wording, workdays
from deploy.community.alongside import Way
from deploy.community.community import Community, Helped, Life
from domain.pathway import Pathway
from domain.policies.days import local_date
from domain.referral import Referral
from domain.request import OPEN, State
from domain.vocabulary import (
    Attendance,
    EndReason,
    HowKnown,
    Medium,
    Mode,
    Moment,
    Responsibility,
    Role,
    Source,
    Tied,
)

DIES = 0.004  # assumed, of those helped within a year: most are of working age
LEFT_BEFORE_THE_END = timedelta(days=36)
AT_LANTERN = 0.02  # of those who come while Lantern Counselling is there


def died(c: Community, h: Helped) -> Life:
    """The practice hears of a death and records it; everything ends, and senders read of it."""
    if not h.known or h.gone:
        return
    known_by = c.one((HowKnown.FAMILY, HowKnown.FAMILY, HowKnown.CLINICIAN, HowKnown.REGISTRAR))
    open_ones = [r for r in _referrals(c, h) if r.state in OPEN or r.state is State.ACCEPTED]
    h.gone = True
    c.gone.add(h.id)
    c.care.record_death(
        h.id,
        local_date(c.now) - timedelta(days=c.rng.randint(1, 6)),
        known_by=known_by,
        asked=c.asked(place.PRACTICE, h.gp),
    )
    yield c.later(2, 9)
    for referral in open_ones:
        alongside.read_outcome(c, referral.referral)


def _referrals(c: Community, h: Helped) -> list[Referral]:
    return [n for n in c.known.values() if isinstance(n, Referral) and n.person == h.id]


# An organisation that left


def at_lantern(c: Community, h: Helped) -> Life:
    """Counselling with an organisation that is still there; it may leave in the middle of it."""
    helper = c.one_of(place.LANTERN)
    way = Way(place.LANTERN, helper, Source.SELF, Mode.ONLINE, Responsibility.TAKE_OVER)
    referral = alongside.refer(c, h, place.COUNSELLING, way)
    yield alongside.answer_by(c, referral, 7)
    if lantern_is_there(c):
        c.care.accept_referral(referral, asked=c.asked(place.LANTERN, helper))
        for _ in range(c.rng.randint(6, 14)):
            day = workdays.workday(c.day_in(6, 9))
            if day >= local_date(leaves(c)):
                break
            yield from alongside.appointment(
                c,
                referral,
                place.LANTERN,
                place.COUNSELLING.activity,
                day=day,
                medium=Medium.FACE_TO_FACE,
                attendance=c.one((Attendance.ON_TIME,) * 6 + (Attendance.DID_NOT_ATTEND,)),
            )
        else:
            yield from alongside.close(
                c, referral, place.LANTERN, place.LANTERN, EndReason.COMPLETED
            )
            return
    yield from _fell_back(c, h)


def _fell_back(c: Community, h: Helped) -> Life:
    """The practice sees that it holds the person now, and asks another to go on."""
    yield leaves(c) + timedelta(days=1)
    if c.unseen.deal():
        yield c.until + timedelta(days=1)
    yield c.later(0, 5)
    way = c.way_of(h)
    if way and way.responsible == place.PRACTICE.id and way.fell_back:
        c.care.acknowledge_fallback(
            h.id, asked=c.asked(place.PRACTICE, c.office_of(place.PRACTICE))
        )
    yield c.later(0, 3)
    gp = Way(place.PRACTICE, h.gp, Source.PROFESSIONAL, Mode.WRITTEN, Responsibility.TAKE_OVER)
    yield from talking.referred(c, h, gp)


def lantern_is_there(c: Community) -> bool:
    return c.now < leaves(c)


def leaves(c: Community) -> Moment:
    """The evening on which Lantern Counselling closes its doors."""
    return workdays.at(workdays.workday(local_date(c.until - LEFT_BEFORE_THE_END)), 18)


def lantern_leaves(c: Community) -> Life:
    """The host ends its part in the place, and the timer ends what bound people to it."""
    yield leaves(c)
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    c.care.leave(place.LANTERN.id, wording.LEFT, asked=c.asked(place.PRACTICE, chair))
    yield c.now + timedelta(minutes=1)
    gone, timer = place.LANTERN.id, place.PRACTICE.id
    held = [noun for noun in c.known.values() if isinstance(noun, Referral | Pathway)]
    asked_of_it = [n for n in held if isinstance(n, Referral) and n.receiver == gone]
    for asking in asked_of_it:
        if asking.person and (asking.state in OPEN or asking.state is State.ACCEPTED):
            asked = c.asked_by_timer(timer)
            c.care.end_tie(Tied.REFERRAL, asking.id, asking.person, gone, asked=asked)
    for way in held:
        if isinstance(way, Pathway) and way.responsible == gone and way.person:
            asked = c.asked_by_timer(timer)
            c.care.end_tie(Tied.PATHWAY, way.person, way.person, gone, asked=asked)
