"""Help beside care: housing, groups, social work, drug service, school and library."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import NamedTuple

from deploy.community import carers, mdt, place, timers, times, wording
from deploy.community.community import HELD_BY, Community, Helped, Life
from deploy.community.organisation import Offer, Organisation, Practitioner
from domain import contact
from domain.policies.days import local_date
from domain.referral import Referral
from domain.request import ENDED, OPEN, State
from domain.vocabulary import (
    Attendance,
    ContactId,
    Content,
    Decision,
    DeclineReason,
    EndReason,
    Medium,
    Mode,
    Moment,
    Priority,
    Recommendation,
    ReferralId,
    Responsibility,
    Role,
    Source,
)

GOES_ON = 0.35  # assumed: of those a link worker or social worker sees
WRITTEN_UP_LATE = 0.012  # assumed: contacts recorded days after they took place
ENDS = (
    (EndReason.COMPLETED,) * 13
    + (EndReason.DROPPED_OUT,) * 4
    + (EndReason.PERSON_ENDED,) * 2
    + (EndReason.UNKNOWN,)
)


class Rhythm(NamedTuple):
    """How often people are seen, and how many days apart."""

    fewest: int
    most: int
    apart: int
    medium: Medium


RHYTHMS = {
    "housing": Rhythm(2, 6, 16, Medium.FACE_TO_FACE),
    "social work": Rhythm(2, 6, 18, Medium.FACE_TO_FACE),
    "recovery": Rhythm(3, 10, 14, Medium.FACE_TO_FACE),
    "shared care": Rhythm(6, 14, 14, Medium.FACE_TO_FACE),
    "art": Rhythm(4, 10, 7, Medium.GROUP),
    "garden": Rhythm(4, 12, 7, Medium.GROUP),
    "dance": Rhythm(3, 10, 7, Medium.GROUP),
    "baby": Rhythm(4, 10, 7, Medium.GROUP),
    "carers": Rhythm(3, 8, 14, Medium.GROUP),
    "silver": Rhythm(4, 12, 7, Medium.GROUP),
    "cancer": Rhythm(3, 8, 14, Medium.GROUP),
    "school counselling": Rhythm(3, 8, 7, Medium.FACE_TO_FACE),
    "reading": Rhythm(4, 10, 14, Medium.GROUP),
    "books": Rhythm(1, 3, 21, Medium.FACE_TO_FACE),
    "gp": Rhythm(1, 3, 28, Medium.TELEPHONE),
    "link worker": Rhythm(2, 6, 14, Medium.FACE_TO_FACE),
    "talking therapies": Rhythm(3, 5, 14, Medium.TELEPHONE),
    "collaborative care": Rhythm(5, 14, 14, Medium.TELEPHONE),
    "psychology": Rhythm(3, 12, 14, Medium.FACE_TO_FACE),
    "community team": Rhythm(5, 16, 10, Medium.FACE_TO_FACE),
}


class Kept(NamedTuple):
    """Whether an appointment was kept, and when it was; it may be recorded days later."""

    attendance: Attendance
    at: Moment


class Way(NamedTuple):
    """How a referral comes about: who sends it, who says or writes it, and as what."""

    sender: Organisation
    by: Practitioner | None
    source: Source
    mode: Mode
    responsibility: Responsibility = Responsibility.HELP_ALONGSIDE
    said_to: Practitioner | None = None


def refer(
    c: Community,
    h: Helped,
    wanted: Offer,
    way: Way,
    *,
    advised: ReferralId | None = None,
    onward_from: ReferralId | None = None,
) -> ReferralId:
    """Make a referral, registering who is new; communication needs are noted at once.

    ``advised`` is the request for advice that it follows, ``onward_from`` the referral it goes on
    from.
    """
    referral = advised or ReferralId(c.new_id())
    receiver = owner(wanted)
    verbal = way.said_to is not None
    recording = receiver if verbal else way.sender
    recorder = way.said_to if verbal else way.by
    said_at = c.now - timedelta(minutes=c.rng.randint(20, 90)) if verbal else None
    clinical = way.source is Source.PROFESSIONAL
    c.care.make_referral(
        referral,
        h.id,
        wanted.id,
        source=way.source,
        mode=way.mode,
        ask=c.one(wording.ASKS[wanted.key]),
        reason=c.one(wording.REASONS) if clinical else None,
        said_by=f"{way.by.name}, {c.one(wording.SAID).lower()}" if verbal and way.by else None,
        responsibility=way.responsibility,
        priority=Priority.URGENT if clinical and c.chance(0.06) else Priority.ROUTINE,
        sender=way.sender.id,
        onward_from=onward_from,
        registering=None if h.known else h.who.details,
        sent_without=wording.SENT_WITHOUT,
        asked=c.asked(recording, recorder, at=said_at),
    )
    h.helpers |= {receiver.id, way.sender.id}
    if not h.known and h.who.needs:
        c.care.record_communication_needs(
            h.id,
            h.who.needs,
            language=h.who.details.language,
            asked=c.asked(recording, recorder),
        )
    if way.sender is place.PROBATION:
        c.care.consent_to(h.id, place.PROBATION.id, asked=c.asked(recording, recorder))
    h.known = True
    c.begin(timers.on_referral(c, referral), c.hours(1))
    return referral


def advised(
    c: Community, h: Helped, wanted: Offer
) -> Generator[Moment, None, tuple[ReferralId, Recommendation | None]]:
    """The GP asks a service for advice first; what it recommends, if it answers."""
    referral, receiver = ReferralId(c.new_id()), owner(wanted)
    c.care.ask_advice(
        referral,
        h.id,
        wanted.id,
        c.one(wording.ADVICE_ASKED),
        registering=None if h.known else h.who.details,
        asked=c.asked(place.PRACTICE, h.gp),
    )
    h.known = True
    c.begin(timers.on_referral(c, referral), c.hours(1))
    yield c.later(1, 6)
    if _noun(c, referral).state is not State.ADVICE_ASKED:
        read_outcome(c, referral)
        return referral, None
    recommended = c.one(
        (Recommendation.REFER,) * 6
        + (Recommendation.NO_REFERRAL_NEEDED,) * 3
        + (Recommendation.ANOTHER_SERVICE,)
    )
    elsewhere = recommended is Recommendation.ANOTHER_SERVICE
    c.care.give_advice(
        referral,
        c.one(wording.ADVICE),
        recommended,
        instead=place.LINK_WORKER.id if elsewhere else None,
        asked=c.asked(receiver, c.one(receiver.those(Role.CLINICIAN))),
    )
    yield c.later(1, 4)
    if recommended is not Recommendation.REFER:
        read_outcome(c, referral)
    return referral, recommended


def helped(
    c: Community,
    h: Helped,
    wanted: Offer,
    way: Way,
    *,
    discussed: float = 0.2,
    onward_from: ReferralId | None = None,
) -> Life:
    """A referral to help alongside, from asking to the sender's acknowledgement."""
    if owner(wanted).id in h.objects_to:
        return
    referral = refer(c, h, wanted, way, onward_from=onward_from)
    yield answer_by(c, referral, 9)
    taken_on = yield from answer(c, h, referral, wanted, way.sender)
    if taken_on is None:
        return
    if taken_on in (place.LINK_WORKER, place.SOCIAL_CARE) and c.chance(GOES_ON):
        c.also(h, _onward(c, h, referral, owner(taken_on)), days=c.rng.randint(3, 20))
    if c.chance(discussed):
        c.also(h, _discussed(c, h, taken_on), days=c.rng.randint(7, 40))
    if taken_on.group:
        c.grouped.setdefault(taken_on.key, []).append((referral, h.id))
    times.begin(c, h, referral, owner(taken_on))
    rhythm = RHYTHMS[taken_on.key]
    seen = yield from sessions(
        c, referral, taken_on, times=c.rng.randint(rhythm.fewest, rhythm.most), rhythm=rhythm
    )
    yield from close(
        c, referral, owner(taken_on), way.sender, c.one(ENDS) if seen else EndReason.DROPPED_OUT
    )


def answer(
    c: Community, h: Helped, referral: ReferralId, wanted: Offer, sender: Organisation
) -> Generator[Moment, None, Offer | None]:
    """The receiver asks, accepts, declines or redirects, or the sender takes it back.

    Answers which service took the referral on, if one did.
    """
    receiver = owner(wanted)
    worker, office = c.one_of(receiver), c.office_of(receiver)
    if not waits(c, referral):
        read_outcome(c, referral)
        return None
    fate = c.rng.random()
    if fate < 0.12:
        c.care.ask_information(referral, c.one(wording.QUESTIONS), asked=c.asked(receiver, worker))
        yield c.later(3, 12)
        c.care.give_information(
            referral, c.one(wording.ANSWERS), asked=c.asked(sender, c.office_of(sender))
        )
        yield answer_by(c, referral, 4)
    elif fate < 0.128:
        noticed = yield from unanswered(c, referral, receiver)
        if not noticed:
            return None
    elif fate < 0.16:
        reason = c.one((DeclineReason.FULL, DeclineReason.PERSON_DECLINED))
        c.care.decline_referral(
            referral, reason, note=c.one(wording.DECLINED), asked=c.asked(receiver, worker)
        )
        yield c.later(1, 9)
        read_outcome(c, referral)
        return None
    elif fate < 0.19:
        c.care.withdraw_referral(
            referral,
            note=c.one(wording.WITHDRAWN),
            asked=c.asked(sender, c.office_of(sender)),
        )
        return None
    elif fate < 0.215 and receiver is not place.PRACTICE:
        c.care.redirect_referral(
            referral,
            place.LINK_WORKER.id,
            note=c.one(wording.REDIRECTED),
            asked=c.asked(receiver, worker),
        )
        wanted, receiver = place.LINK_WORKER, place.PRACTICE
        h.helpers.add(receiver.id)
        yield answer_by(c, referral, 7)
        office = c.office_of(receiver)
    c.care.accept_referral(referral, asked=c.asked(receiver, office))
    if receiver is place.DRUG:
        c.begin(carers.shared(c, h, wanted), c.now)
    return wanted


def unanswered(
    c: Community, referral: ReferralId, receiver: Organisation
) -> Generator[Moment, None, bool]:
    """Nobody answers; the timer tells one after another, until somebody sees to it or it is over.

    Answers whether the receiver still may answer.
    """
    seen = c.chance(0.6)
    yield c.later(12, 26)
    while not seen and waits(c, referral):
        yield c.later(6, 9)
    if not waits(c, referral):
        read_outcome(c, referral)
        return False
    timers.seen_to(c, referral, receiver)
    yield c.later(1, 3)
    return True


def answer_by(c: Community, referral: ReferralId, most: int) -> Moment:
    """When a receiver answers: in so many days at most, and at once when it is urgent."""
    urgent = _noun(c, referral).priority is not Priority.ROUTINE
    return c.soon() if urgent else c.later(1, most)


def waits(c: Community, referral: ReferralId) -> bool:
    """Whether a referral may still be answered."""
    return _noun(c, referral).state in OPEN


def taken_on(c: Community, referral: ReferralId) -> bool:
    """Whether a referral was accepted and has not ended."""
    return _noun(c, referral).state is State.ACCEPTED


def read_outcome(c: Community, referral: ReferralId) -> None:
    """The sender reads how it ended, if it still has to."""
    asking = _noun(c, referral)
    assert asking.sender is not None
    if asking.state in ENDED:
        sender = HELD_BY[asking.sender]
        c.care.acknowledge_outcome(referral, asked=c.asked(sender, c.office_of(sender)))


def _noun(c: Community, referral: ReferralId) -> Referral:
    noun = c.known[referral]
    assert isinstance(noun, Referral)
    return noun


def sessions(
    c: Community, referral: ReferralId, offer: Offer, *, times: int, rhythm: Rhythm
) -> Generator[Moment, None, int]:
    """Appointments one after another; how many were kept."""
    seen = missed = 0
    while seen < times and missed < 3:
        attendance, _ = yield from appointment(
            c,
            referral,
            owner(offer),
            offer.activity,
            day=c.day_in(rhythm.apart - 2, rhythm.apart + 2),
            medium=rhythm.medium,
            with_others=offer.group,
        )
        if attendance in contact.SEEN:
            seen, missed = seen + 1, 0
        else:
            missed += attendance in contact.MISSED
        yield c.now + timedelta(minutes=c.rng.randint(3, 9))
    return seen


def appointment(
    c: Community,
    referral: ReferralId,
    provider: Organisation,
    activity: str,
    *,
    day: date,
    medium: Medium,
    worker: Practitioner | None = None,
    attendance: Attendance | None = None,
    content: Content | None = None,
    with_others: bool = False,
) -> Generator[Moment, None, Kept]:
    """Book an appointment for that day, and note whether it was kept: now and then days later.

    What is ``with_others`` takes as long, and the group says who came (`deploy.community.groups`).
    """
    contact_id = ContactId(c.new_id())
    worker = worker or c.one_of(provider)
    starts_at = c.slot(day)
    asked = c.asked(provider, worker)
    if not with_others:
        c.care.book_appointment(
            contact_id,
            referral,
            starts_at=starts_at,
            medium=medium,
            activity=activity,
            content=content,
            asked=asked,
        )
    attendance = attendance or c.attendances.deal()
    if attendance in contact.SEEN | contact.MISSED:
        yield starts_at + timedelta(minutes=c.rng.randint(52, 75))
        if c.chance(WRITTEN_UP_LATE):
            yield c.later(3, 12)
        true_at = starts_at
    else:
        notice = c.on(local_date(starts_at) - timedelta(days=c.rng.randint(1, 3)))
        true_at = min(notice, starts_at - timedelta(minutes=30))
        yield true_at + timedelta(minutes=2)
        true_at = min(true_at, c.now)
    asked = c.asked(provider, worker, at=true_at)
    if not with_others:
        c.care.note_attendance(contact_id, attendance, asked=asked)
        c.known.pop(contact_id)
    return Kept(attendance, starts_at)


def close(
    c: Community,
    referral: ReferralId,
    receiver: Organisation,
    sender: Organisation,
    reason: EndReason,
) -> Life:
    """End the help; the sender reads how it ended, most of the time soon."""
    yield c.later(0, 6) if reason is EndReason.COMPLETED else c.later(10, 24)
    c.care.close_referral(
        referral,
        reason,
        elsewhere=wording.ELSEWHERE if reason is EndReason.REFERRED_ON else None,
        summary=c.one(wording.SUMMARIES),
        asked=c.asked(receiver, c.one_of(receiver)),
    )
    if sender is not receiver:
        yield c.later(1, 12)
    read_outcome(c, referral)


def _onward(c: Community, h: Helped, referral: ReferralId, sender: Organisation) -> Life:
    """Who was asked asks a group in turn: the chain of referrals goes on."""
    yield c.soon()
    wanted = c.one(place.CHARITY.offers[:3] + place.LIBRARY.offers)
    if taken_on(c, referral) and owner(wanted).id not in h.objects_to:
        way = Way(sender, c.one_of(sender), Source.PROFESSIONAL, Mode.WRITTEN)
        yield from helped(c, h, wanted, way, discussed=0, onward_from=referral)


def _discussed(c: Community, h: Helped, offer: Offer) -> Life:
    """Somebody brings the case to the weekly meeting; those who do not come to it ask the GP."""
    yield c.soon()
    by = owner(offer)
    leads = offer in (place.SOCIAL_CARE, place.RECOVERY) and c.chance(0.3)
    yield from mdt.discuss(
        c,
        h,
        "complex",
        by=by if by in place.INVITED else place.PRACTICE,
        outcome=Decision.HAND_OVER if leads else None,
        to=offer if leads else None,
    )


def owner(offer: Offer) -> Organisation:
    return next(partner for partner in place.FOUNDED if offer in partner.offers)
