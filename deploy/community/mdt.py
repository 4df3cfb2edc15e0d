"""Cases in the meetings: listed, heard, decided and followed up; and talked over between them."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta

from deploy.community import place, rhythms, timers, wording, workdays
from deploy.community.community import HELD_BY, Community, Gathering, Helped, Life
from deploy.community.organisation import Offer, Organisation
from domain.case import Attendee, Dissent
from domain.discussion import CaseDiscussed
from domain.implementation import Implementation, implementation_of
from domain.meeting import Meeting
from domain.pathway import Pathway
from domain.policies.days import local_date
from domain.vocabulary import (
    ActionId,
    Decision,
    DecisionId,
    DiscussionId,
    HandoverId,
    Medium,
    MeetingId,
    Moment,
    NotImplementedReason,
    PractitionerId,
    Role,
    ViewObtained,
)

MOST_CASES = 22
MINUTES_A_CASE = 8
MISSES = 0.12  # how often an invited organisation has nobody for a case
TEAM = (place.PRACTICE, place.TRUST)
VIEWS = (ViewObtained.BEFORE,) * 6 + (ViewObtained.IN_WRITING, ViewObtained.AT_THE_MEETING)
LISTED_ONLY = 0.04  # assumed, as are the rest
COMES_LATE = 0.5  # of what is brought on the day before, what is urgent
FIRST_LATE = 12  # cases so far down a list are not always reached
NOT_REACHED = 0.1
IN_TIME = 0.8
FORGOTTEN = 0.06
GIVES_WAY = 0.7
SPEAKS_AFTER = 0.03
SEES_TO_IT = 0.5


def discuss(
    c: Community,
    h: Helped,
    about: str,
    *,
    by: Organisation,
    outcome: Decision | None = None,
    to: Offer | None = None,
    team: bool = False,
) -> Generator[Moment, None, bool]:
    """List a case, hear it and decide; ``True`` when somebody else took the person on.

    ``team`` is the fortnightly meeting of the practice and the trust, not the weekly one.
    """
    if h.listed or by.id not in {partner.id for partner in place.INVITED}:
        return False
    taking = c.team_gatherings if team else c.gatherings
    gathering, urgent = _to_list_for(c, taking)
    way = c.way_of(h)
    if gathering is None or way is None or way.responsible is None:
        return False
    present = _present(h, by, HELD_BY[way.responsible])
    if team:
        present = tuple(partner for partner in present if partner in TEAM)
    h.listed = True
    noted = outcome is None and c.chance(LISTED_ONLY)
    slot = gathering.cases
    gathering.cases += 0 if noted else 1
    c.care.list_case(
        MeetingId(gathering.id),
        h.id,
        question=c.one(wording.QUESTIONS_FOR_MEETING[about]),
        present=tuple(partner.id for partner in present),
        listed_only=noted,
        urgent=c.one(wording.URGENT) if urgent else None,
        asked=c.asked(by, c.one_of(by)),
    )
    if urgent:
        yield c.soon()
        rhythms.circulate(c, gathering.id)
    if not noted and slot >= FIRST_LATE and c.chance(NOT_REACHED):
        yield gathering.starts_at + rhythms.SITS + timedelta(hours=1)
        gathering = taking[0]  # it is on the list of the next one already
        slot = min(gathering.cases, MOST_CASES - 1)
        gathering.cases += 1
    yield gathering.starts_at + timedelta(minutes=5 + slot * MINUTES_A_CASE)
    h.listed = False
    if noted:
        return False
    return (yield from _heard(c, h, gathering, by, outcome, to))


def _to_list_for(c: Community, taking: list[Gathering]) -> tuple[Gathering | None, bool]:
    """The meeting a case is put on the list of, and whether it comes late because it is urgent."""
    for gathering in taking[:1]:
        ahead = gathering.starts_at - c.now
        room = gathering.cases < MOST_CASES
        if timedelta(hours=2) < ahead < rhythms.NOTICE and room and c.chance(COMES_LATE):
            return gathering, True
    # The list goes round a day before; what can wait is put on a later one.
    notice = timedelta(hours=25) if c.chance(0.45) else timedelta(days=7)
    for gathering in taking:
        if gathering.starts_at - c.now > notice and gathering.cases < MOST_CASES:
            return gathering, False
    return None, False


def _heard(
    c: Community,
    h: Helped,
    gathering: Gathering,
    by: Organisation,
    outcome: Decision | None,
    to: Offer | None,
) -> Generator[Moment, None, bool]:
    """The case is heard, decided, and followed up."""
    meeting, way = MeetingId(gathering.id), c.way_of(h)
    held = c.known[gathering.id]
    assert isinstance(held, Meeting)
    if way is None or way.responsible is None or h.id not in held.cases:
        return False
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    there = [
        Attendee(practitioner=_comes(c, HELD_BY[partner], way), partner=partner)
        for partner in held.cases[h.id].present
        if partner not in gathering.away | h.objects_to
        and (partner in (way.responsible, by.id) or not c.chance(MISSES))
    ]
    there.append(Attendee(practitioner=chair.id, partner=place.PRACTICE.id))
    c.care.record_attendance(meeting, h.id, tuple(there), asked=c.asked(place.PRACTICE, chair))
    yield c.now + timedelta(minutes=MINUTES_A_CASE - 2, seconds=c.rng.randint(0, 59))
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
        view_obtained=c.one(VIEWS),
        options=c.one(wording.OPTIONS) if c.chance(0.5) else None,
        dissent=(
            Dissent(practitioner=c.one(tuple(there)).practitioner, reason=c.one(wording.DISSENT)),
        )
        if c.chance(0.25 if possible else 0.06)
        else (),
        informs=c.one(tuple(there)) if c.chance(0.8) else None,
        review_on=_review(c),
        asked=c.asked(place.PRACTICE, chair),
    )
    if c.chance(SPEAKS_AFTER):
        against = c.one(tuple(there))
        if against.practitioner not in held.cases[h.id].dissented:
            c.care.record_dissent(
                meeting,
                h.id,
                Dissent(practitioner=against.practitioner, reason=c.one(wording.DISSENT)),
                asked=c.asked(HELD_BY[against.partner], c.one_of(HELD_BY[against.partner])),
            )
    _give_way(c, h, DecisionId(decision))
    _agree(c, h, meeting, there)
    if not possible:
        if decided is Decision.MORE_INFORMATION:
            c.begin(_implemented(c, h, DecisionId(decision)), c.later(4, 24))
        return False
    assert to is not None
    return (yield from answered(c, h, HandoverId(decision), _owner(to)))


def _give_way(c: Community, h: Helped, to: DecisionId) -> None:
    """What was decided before and is not done yet often has no point any more."""
    following = c.known[implementation_of(h.id)]
    assert isinstance(following, Implementation)
    for earlier, awaited in list(following.open.items()):
        if earlier != to and not awaited.handover and c.chance(GIVES_WAY):
            holder = HELD_BY[awaited.owner]
            c.care.supersede_decision(h.id, earlier, to, asked=c.asked(holder, c.one_of(holder)))


def _agree(c: Community, h: Helped, meeting: MeetingId, there: list[Attendee]) -> None:
    """Somebody in the room undertakes to do something by a day."""
    for _ in range(c.rng.choice((0, 0, 1, 1, 2))):
        action, owner = ActionId(c.new_id()), c.one(tuple(there))
        chair = place.PRACTICE.those(Role.CHAIR)[0]
        due = workdays.workday(local_date(c.now) + timedelta(days=c.rng.choice((7, 14, 14, 28))))
        c.care.agree_action(
            meeting,
            h.id,
            action,
            what=c.one(wording.ACTIONS),
            owner=owner.partner,
            practitioner=owner.practitioner,
            due_on=due,
            asked=c.asked(place.PRACTICE, chair),
        )
        days = (due - local_date(c.now)).days
        done_in = c.rng.randint(1, days) if c.chance(IN_TIME) else c.rng.randint(days, 3 * days)
        c.begin(_done(c, h, action, HELD_BY[owner.partner]), c.later(done_in, done_in))


def _done(c: Community, h: Helped, action: ActionId, owner: Organisation) -> Life:
    """What was agreed is done, or dropped for a reason; a few are forgotten for some weeks."""
    yield c.soon()
    if c.chance(FORGOTTEN):
        yield c.later(10, 40)
    if h.gone:
        return
    asked = c.asked(owner, c.one_of(owner))
    if c.chance(0.06):
        c.care.drop_action(action, c.one(wording.DROPPED), asked=asked)
    else:
        c.care.complete_action(action, asked=asked)
    c.known.pop(action)


def _implemented(c: Community, h: Helped, decision: DecisionId) -> Life:
    """Who was to find out more says that it was done, or why it was not."""
    yield c.soon()
    following = c.known[implementation_of(h.id)]
    assert isinstance(following, Implementation)
    if h.gone or decision not in following.open or c.chance(FORGOTTEN):
        return
    owner = HELD_BY[following.open[decision].owner]
    asked = c.asked(owner, c.one_of(owner))
    if c.chance(0.8):
        c.care.implement_decision(h.id, decision, asked=asked)
    else:
        reason = c.one(
            (NotImplementedReason.PERSON_CHOSE_OTHERWISE, NotImplementedReason.NEEDS_CHANGED)
        )
        c.care.not_implement_decision(h.id, decision, reason, asked=asked)


def talked_over(c: Community, h: Helped) -> Life:
    """A GP and somebody of the trust's team talk a case over, between meetings."""
    yield c.soon()
    if not h.known:
        return
    advises = c.one(place.TRUST.those(Role.CLINICIAN))
    c.care.discuss_case(
        h.id,
        DiscussionId(c.new_id()),
        CaseDiscussed(
            asked_by=Attendee(practitioner=h.gp.id, partner=place.PRACTICE.id),
            advised_by=Attendee(practitioner=advises.id, partner=place.TRUST.id),
            question=c.one(wording.QUESTIONS_FOR_MEETING["response"]),
            advice=c.one(wording.ADVICE),
            medium=c.one((Medium.TELEPHONE, Medium.TELEPHONE, Medium.FACE_TO_FACE)),
            family=c.chance(0.1),
        ),
        asked=c.asked(place.TRUST, advises),
    )


def answered(
    c: Community, h: Helped, handover: HandoverId, receiver: Organisation
) -> Generator[Moment, None, bool]:
    """The receiver thinks about it, and takes the person on or does not."""
    c.begin(timers.on_handover(c, h, handover), c.hours(1))
    days = c.rng.randint(4, 28)
    worker = c.one_of(receiver)
    if days > 12 and c.chance(SEES_TO_IT):
        yield c.later(9, 10)
        way = c.way_of(h)
        if way and way.offer and way.offer.handover == handover and way.offer.wait.unacknowledged:
            c.care.acknowledge_handover_silence(
                h.id, handover, asked=c.asked(receiver, c.office_of(receiver))
            )
        days -= 9
    yield c.later(days, days)
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
