"""The weekly meeting: cases listed, heard and decided, and hand-overs answered."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta

from deploy.community import place, timers, wording, workdays
from deploy.community.community import HELD_BY, Community, Gathering, Helped, Life
from deploy.community.organisation import Offer, Organisation
from domain.case import Attendee, Dissent
from domain.meeting import MeetingScheduled
from domain.pathway import Pathway
from domain.policies.days import local_date
from domain.vocabulary import (
    Decision,
    DecisionId,
    HandoverId,
    MeetingId,
    MeetingKind,
    Moment,
    PractitionerId,
    Role,
)

WEEKS_AHEAD = 4
MOST_CASES = 22
MINUTES_A_CASE = 8
NOTICE = timedelta(hours=24)
MISSES = 0.12  # how often an invited organisation does not come


def weekly(c: Community) -> Life:
    """Plan the meetings some weeks ahead, for ever."""
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    day = workdays.thursday(local_date(c.start))
    while True:
        yield max(c.start, workdays.at(workdays.workday(day - timedelta(weeks=WEEKS_AHEAD)), 9))
        gathering = Gathering(c.new_id(), workdays.at(day, 13))
        c.care.schedule_meeting(
            MeetingId(gathering.id),
            MeetingScheduled(
                kind=MeetingKind.WEEKLY_MDT,
                name=f"Weekly MDT, {place.NAME}",
                starts_at=gathering.starts_at,
                chair=chair.id,
                invited=tuple(partner.id for partner in place.INVITED),
            ),
            asked=c.asked(place.PRACTICE, chair),
        )
        c.gatherings.append(gathering)
        c.begin(_circulated(c, gathering), max(c.now, gathering.starts_at - NOTICE))
        c.begin(_over(c, gathering), gathering.starts_at + timedelta(hours=3, minutes=5))
        day = workdays.thursday(day + timedelta(days=1))


def _circulated(c: Community, gathering: Gathering) -> Life:
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    c.care.circulate_list(MeetingId(gathering.id), asked=c.asked(place.PRACTICE, chair))
    yield from ()


def _over(c: Community, gathering: Gathering) -> Life:
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    c.care.close_meeting(MeetingId(gathering.id), asked=c.asked(place.PRACTICE, chair))
    c.gatherings.remove(gathering)
    c.known.pop(gathering.id)
    yield from ()


def discuss(
    c: Community,
    h: Helped,
    about: str,
    *,
    by: Organisation,
    outcome: Decision | None = None,
    to: Offer | None = None,
) -> Generator[Moment, None, bool]:
    """List a case, hear it and decide; ``True`` when somebody else took the person on."""
    if h.listed or by.id not in {partner.id for partner in place.INVITED}:
        return False
    # The list goes round a day before; what can wait is put on a later one.
    notice = timedelta(hours=25) if c.chance(0.45) else timedelta(days=7)
    gathering = next(
        (g for g in c.gatherings if g.starts_at - c.now > notice and g.cases < MOST_CASES),
        None,
    )
    way = c.way_of(h)
    if gathering is None or way is None or way.responsible is None:
        return False
    present = _present(h, by, HELD_BY[way.responsible])
    h.listed = True
    slot = gathering.cases
    gathering.cases += 1
    meeting = MeetingId(gathering.id)
    c.care.list_case(
        meeting,
        h.id,
        question=c.one(wording.QUESTIONS_FOR_MEETING[about]),
        present=tuple(partner.id for partner in present),
        asked=c.asked(by, c.one_of(by)),
    )
    yield gathering.starts_at + timedelta(minutes=5 + slot * MINUTES_A_CASE)
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    responsible = way.responsible
    there = [
        Attendee(practitioner=_comes(c, partner, way), partner=partner.id)
        for partner in present
        if (partner.id in (responsible, by.id) or not c.chance(MISSES))
        and partner.id not in h.objects_to
    ]
    there.append(Attendee(practitioner=chair.id, partner=place.PRACTICE.id))
    c.care.record_attendance(meeting, h.id, tuple(there), asked=c.asked(place.PRACTICE, chair))
    yield c.now + timedelta(minutes=MINUTES_A_CASE - 2, seconds=c.rng.randint(0, 59))
    h.listed = False
    possible = outcome is not None and to is not None and _may_move(c, h, there, outcome, to)
    decided = outcome if outcome and possible else _nothing_moves(c)
    decision = c.new_id()
    c.care.record_decision(
        meeting,
        h.id,
        DecisionId(decision),
        outcome=decided,
        service_id=to.id if to and possible else None,
        rationale=c.one(wording.RATIONALES[decided.value]),
        persons_view=c.one(wording.FORWARD),
        dissent=(
            Dissent(practitioner=c.one(tuple(there)).practitioner, reason=c.one(wording.DISSENT)),
        )
        if c.chance(0.25 if possible else 0.06)
        else (),
        review_on=_review(c),
        asked=c.asked(place.PRACTICE, chair),
    )
    if not possible:
        return False
    assert to is not None
    return (yield from answered(c, h, HandoverId(decision), _owner(to)))


def answered(
    c: Community, h: Helped, handover: HandoverId, receiver: Organisation
) -> Generator[Moment, None, bool]:
    """The receiver thinks about it, and takes the person on or does not."""
    c.begin(timers.on_handover(c, h, handover), c.hours(1))
    yield c.later(4, 28)
    worker = c.one_of(receiver)
    if c.chance(0.1):
        c.care.decline_handover(
            h.id,
            handover,
            note=c.one(wording.HANDOVER_DECLINED),
            asked=c.asked(receiver, worker),
        )
        return False
    c.care.accept_handover(h.id, handover, asked=c.asked(receiver, worker))
    yield c.soon()
    c.care.name_key_worker(h.id, worker.id, asked=c.asked(receiver, worker))
    return True


def _comes(c: Community, partner: Organisation, way: Pathway) -> PractitionerId:
    """Who sits for an organisation: for the responsible one, the responsible clinician."""
    if partner.id != way.responsible:
        return c.one_of(partner).id
    return way.key_worker or c.one(partner.those(Role.CLINICIAN)).id


def _may_move(c: Community, h: Helped, there: list[Attendee], outcome: Decision, to: Offer) -> bool:
    """Whether there is somebody in the room who may offer the person to that service."""
    way = c.way_of(h)
    return (
        way is not None
        and way.offer is None
        and bool(_responsible_clinicians(way) & {a.practitioner for a in there})
        and way.responsible != _owner(to).id
        and (outcome is not Decision.HAND_OVER or way.responsible == place.PRACTICE.id)
    )


def _responsible_clinicians(way: Pathway) -> set[PractitionerId]:
    """The key worker, and the clinicians of who is responsible, who stand in."""
    assert way.responsible is not None
    holder = HELD_BY[way.responsible]
    named = {way.key_worker} if way.key_worker else set()
    return named | {worker.id for worker in holder.those(Role.CLINICIAN)}


def _owner(offer: Offer) -> Organisation:
    return next(partner for partner in place.FOUNDED if offer in partner.offers)


def _present(h: Helped, by: Organisation, responsible: Organisation) -> tuple[Organisation, ...]:
    """The practice, the trust, who lists and who holds, and those who help anyway."""
    always = {place.PRACTICE.id, place.TRUST.id, place.TALKING.id, by.id, responsible.id}
    return tuple(
        partner
        for partner in place.INVITED
        if partner.id in always | h.helpers and partner.id not in h.objects_to
    )


def _nothing_moves(c: Community) -> Decision:
    return Decision.STAY if c.chance(0.75) else Decision.MORE_INFORMATION


def _review(c: Community) -> date | None:
    if c.chance(0.4):
        return None
    return workdays.workday(local_date(c.now) + timedelta(weeks=c.rng.choice((4, 6, 12))))
