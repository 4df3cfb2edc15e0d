"""Talking therapies and the trust's collaborative care: waits, courses, scores and steps."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta
from typing import NamedTuple

from deploy.community import (
    alongside,
    answers,
    figures,
    mdt,
    moves,
    place,
    scores,
    unequal,
    wording,
    workdays,
)
from deploy.community.alongside import Way, answer_by, appointment, close, refer
from deploy.community.community import Community, Helped, Life
from deploy.community.organisation import Organisation, Practitioner
from domain import contact
from domain.policies.days import DAY, is_working_day, local_date
from domain.vocabulary import (
    Attendance,
    Content,
    Decision,
    DeclineReason,
    EndReason,
    Medium,
    Mode,
    Moment,
    NullificationReason,
    PauseReason,
    ReferralId,
    Source,
)

_BY_INTENSITY = {
    low: tuple(p for p in place.TALKING.seeing if ("wellbeing" in p.title) is low)
    for low in (True, False)
}
MEDIA = tuple(m for m, share in figures.MEDIA.items() for _ in range(share))
MEAN_SESSIONS = {"low": 5.5, "low and high": 9.6, "high": 10.4}
DROPPED_OUT_AFTER = 0.62  # of the sessions that were planned
LONG_WAIT = 16  # days from acceptance; of those who wait longer
PAUSES = 0.3  # this share asks to wait: assumed
ON_A_MEASURE = 0.25  # assumed: of those who step up, who are offered on a score alone
DAYS_APART = (7, 7, 7, 10, 14)


class Plan(NamedTuple):
    """What a course will be: its sessions, how soon the second is, and its scores."""

    sessions: int
    second: tuple[int, int, int] | None
    low: int
    therapies: tuple[str, str]
    end: EndReason
    course: scores.Course
    steps_up: bool


class Team(NamedTuple):
    """Who sees somebody at talking therapies."""

    low: Practitioner
    high: Practitioner


def referred(c: Community, h: Helped, way: Way) -> Life:
    """A referral to talking therapies: one of several ways it can go."""
    to_finish = unequal.likelier_to_finish(h.who)
    fate = c.fates.deal_to(lambda fate: to_finish if fate == "finished" else 1)
    wait = (c.waits if fate == "finished" else c.other_waits).deal()
    made_on = local_date(c.now)
    referral = refer(c, h, place.LOW, way)
    if fate == "withdrawn":
        yield answer_by(c, referral, 20)
        c.care.withdraw_referral(
            referral,
            note=c.one(wording.WITHDRAWN),
            asked=c.asked(way.sender, c.office_of(way.sender)),
        )
        return
    first_day = _after(c, made_on, figures.WAIT_DAYS[wait])
    yield answer_by(c, referral, min(7, max(1, (first_day - made_on).days - 2)))
    office = c.office_of(place.TALKING)
    if fate == "declined":
        yield answer_by(c, referral, 5)
        reason = c.one(
            (
                DeclineReason.NOT_ELIGIBLE,
                DeclineReason.ANOTHER_SERVICE_NEEDED,
                DeclineReason.PERSON_DECLINED,
                DeclineReason.DUPLICATE,
            )
        )
        c.care.decline_referral(
            referral,
            reason,
            instead=(
                place.COLLABORATIVE.id if reason is DeclineReason.ANOTHER_SERVICE_NEEDED else None
            ),
            note=c.one(wording.DECLINED),
            asked=c.asked(place.TALKING, office),
        )
        if reason is DeclineReason.DUPLICATE:
            yield from _should_not_have_started(c, referral, office)
        yield c.later(1, 9)
        alongside.read_outcome(c, referral)
        return
    if fate == "redirected":
        yield from _redirected(c, h, referral, way)
        return
    if way.sender is not place.TALKING and (first_day - made_on).days > 14 and c.chance(0.35):
        c.care.ask_information(
            referral, c.one(wording.QUESTIONS), asked=c.asked(place.TALKING, office)
        )
        yield c.later(2, 6)
        c.care.give_information(
            referral,
            c.one(wording.ANSWERS),
            asked=c.asked(way.sender, c.office_of(way.sender)),
        )
        yield c.soon()
    c.care.accept_referral(referral, asked=c.asked(place.TALKING, office))
    team = Team(c.one(_BY_INTENSITY[True]), c.one(_BY_INTENSITY[False]))
    if fate != "not reached" and c.chance(0.8):
        yield c.soon()
        c.care.name_key_worker(h.id, team.low.id, asked=c.asked(place.TALKING, office))
    if fate == "not reached":
        yield c.later(10, 30)
        yield from close(c, referral, place.TALKING, way.sender, EndReason.UNKNOWN)
        return
    if fate == "never came":
        for attendance in (c.one((Attendance.DID_NOT_ATTEND, Attendance.CANCELLED_BY_PERSON)),) + (
            (Attendance.DID_NOT_ATTEND,) if c.chance(0.4) else ()
        ):
            yield from appointment(
                c,
                referral,
                place.TALKING,
                "Assessment",
                day=c.day_in(7, 16),
                medium=Medium.TELEPHONE,
                worker=team.low,
                attendance=attendance,
                content=Content.ASSESSMENT,
            )
        yield from close(c, referral, place.TALKING, way.sender, EndReason.DROPPED_OUT)
        return
    if (first_day - local_date(c.now)).days > LONG_WAIT and c.chance(PAUSES):
        c.also(h, _paused(c, referral, team.low, first_day))
    plan = _plan(c, h, once=fate == "seen once")
    yield from _course(c, referral, team, plan, first_day)
    if plan.steps_up:
        taken = yield from _stepped_up(c, h, referral, way.sender)
        if taken:
            return
    if fate == "finished" and c.chance(0.4):
        c.also(h, _reviewed(c, h), days=3)
    if fate == "seen once" and c.chance(0.35):
        yield from close(c, referral, place.TALKING, way.sender, EndReason.REFERRED_ON)
    else:
        yield from close(c, referral, place.TALKING, way.sender, plan.end)


def _after(c: Community, since: date, band: tuple[int, int, int]) -> date:
    """A working day so many days later: within the band's shortest and longest."""
    shortest, usual, longest = band
    day = since + timedelta(days=round(c.rng.triangular(shortest, longest, usual)))
    if (workdays.workday(day) - since).days <= longest:
        day = workdays.workday(day)
    while not is_working_day(day):
        day -= DAY  # back into the band
    return day


def _should_not_have_started(c: Community, referral: ReferralId, office: Practitioner) -> Life:
    """The wait of a second referral is nullified, and now and then that was the mistake."""
    yield c.soon()
    c.care.nullify_clock(
        referral, NullificationReason.MADE_TWICE, asked=c.asked(place.TALKING, office)
    )
    if c.mistaken.deal():
        yield c.later(1, 5)
        c.care.reinstate_clock(referral, asked=c.asked(place.TALKING, office))


def _paused(c: Community, referral: ReferralId, worker: Practitioner, first_day: date) -> Life:
    """The person asks to wait: the service notes it, often days later, and when it is over."""
    yield c.soon()
    since = c.now - timedelta(days=c.rng.choice((0, 0, 2, 6)), hours=1)
    back = first_day - timedelta(days=c.rng.randint(3, 8))
    c.care.pause_wait(
        referral,
        c.one((PauseReason.AWAY, PauseReason.AWAY, PauseReason.UNWELL, PauseReason.NOT_READY)),
        until=back,
        asked=c.asked(place.TALKING, worker, at=since),
    )
    yield c.on(back)
    if alongside.taken_on(c, referral):
        c.care.resume_wait(referral, asked=c.asked(place.TALKING, worker))


def _plan(c: Community, h: Helped, *, once: bool) -> Plan:
    intensity = "low" if once else c.intensities.deal()
    low = c.therapies[figures.LOW_INTENSITY].deal()
    high = c.therapies[figures.HIGH_INTENSITY].deal()
    if once:
        course = scores.draw(figures.THERAPIES[low], c.once.deal(), c.scoring)
        end = c.one((EndReason.COMPLETED, EndReason.DROPPED_OUT, EndReason.PERSON_ENDED))
        return Plan(1, None, 1, (low, high), end, course, steps_up=False)
    steps_up, end = c.steps_up.deal(), c.ends.deal()
    therapy = figures.THERAPIES[low if intensity == "low" else high]
    likelier = unequal.likelier(h.who)
    course = scores.draw(therapy, c.outcomes.deal_to(likelier.__getitem__), c.scoring)
    mean = MEAN_SESSIONS[intensity]
    planned = c.rng.gauss(mean, mean / 3)
    if end is EndReason.DROPPED_OUT:
        planned *= DROPPED_OUT_AFTER
    elif end is EndReason.COMPLETED:
        planned *= 1.2
    sessions = max(2, min(16, round(planned)))
    at_low = {"low": sessions, "high": 0}.get(intensity, max(1, sessions // 3))
    second = figures.SECOND_WAIT_DAYS[c.second_waits.deal()]
    return Plan(sessions, second, at_low, (low, high), end, course, steps_up)


def _course(c: Community, referral: ReferralId, team: Team, plan: Plan, first_day: date) -> Life:
    """Sessions with PHQ-9 and GAD-7 at each; the first two are kept on the day they are due."""
    medium = c.one(MEDIA)
    totals = list(plan.course.between(plan.sessions, c.rng))
    attended, second_day = 0, first_day
    while attended < plan.sessions:
        first, low = attended == 0, attended < plan.low
        worker = team.low if low else team.high
        apart = c.rng.choice(DAYS_APART)
        if attended == plan.low and not first:
            apart += c.rng.randint(7, 35)
        day = first_day if first else c.day_in(apart, apart)
        kept = Attendance.ON_TIME if first else c.attendances.deal()
        if attended == 1:
            day = _second(c, second_day, missed=kept not in contact.SEEN)
        attendance, at = yield from appointment(
            c,
            referral,
            place.TALKING,
            plan.therapies[0 if low else 1],
            day=day,
            medium=medium,
            worker=worker,
            attendance=kept,
            content=Content.ASSESSMENT_AND_TREATMENT if first else Content.TREATMENT,
        )
        if first and plan.second:
            second_day = _after(c, local_date(at), plan.second)
        if attendance in contact.SEEN:
            ends = attended in (0, len(totals) - 1)
            phq, gad = totals[attended]
            answers.measured(c, referral, place.TALKING, worker, phq, gad, at=at, also=ends)
            attended += 1
        yield c.now + timedelta(minutes=c.rng.randint(2, 6))


def _second(c: Community, due: date, *, missed: bool) -> date:
    """The day of a second session, or of one before it that is not kept: who waits is called."""
    today = local_date(c.now)
    if not missed:
        return max(due, today)
    return today + timedelta(days=max(2, (due - today).days // 2))


def _redirected(c: Community, h: Helped, referral: ReferralId, way: Way) -> Life:
    """Nobody is turned away: the referral goes to a service that fits better."""
    standing = c.way_of(h)
    if standing and standing.entered:  # a move by redirection would need its evidence
        c.care.decline_referral(
            referral,
            DeclineReason.ANOTHER_SERVICE_NEEDED,
            instead=place.COLLABORATIVE.id,
            note=c.one(wording.DECLINED),
            asked=c.asked(place.TALKING, c.office_of(place.TALKING)),
        )
        yield c.later(1, 9)
        alongside.read_outcome(c, referral)
        return
    to = c.one(
        (place.COLLABORATIVE, place.SOCIAL_CARE)
        if way.source in place.COLLEAGUES
        else (place.LINK_WORKER, place.GP_APPOINTMENT, place.SOCIAL_CARE)
    )
    c.care.redirect_referral(
        referral,
        to.id,
        note=c.one(wording.REDIRECTED),
        asked=c.asked(place.TALKING, c.office_of(place.TALKING)),
    )
    receiver = alongside.owner(to)
    h.helpers.add(receiver.id)
    yield answer_by(c, referral, 9)
    c.care.accept_referral(referral, asked=c.asked(receiver, c.office_of(receiver)))
    rhythm = alongside.RHYTHMS[to.key]
    times = c.rng.randint(rhythm.fewest, rhythm.most)
    yield from alongside.sessions(c, referral, to, times=times, rhythm=rhythm)
    yield from close(c, referral, receiver, way.sender, EndReason.COMPLETED)


def _reviewed(c: Community, h: Helped) -> Life:
    """A case is brought to the meeting where nothing is to be moved."""
    yield c.soon()
    yield from mdt.discuss(c, h, "response", by=place.TALKING)


def _stepped_up(
    c: Community, h: Helped, referral: ReferralId, sender: Organisation
) -> Generator[Moment, None, bool]:
    """The meeting offers the person to collaborative care; once more if it is not taken."""
    for _ in range(3):
        yield c.later(0, 3)
        if c.chance(ON_A_MEASURE):
            taken = yield from moves.on_a_measure(c, h, referral, place.COLLABORATIVE)
        else:
            taken = yield from mdt.discuss(
                c,
                h,
                "response",
                by=place.TALKING,
                outcome=Decision.STEP_UP,
                to=place.COLLABORATIVE,
            )
        if taken:
            c.also(h, collaborative(c, h, from_talking=True))
            yield from close(c, referral, place.TALKING, sender, EndReason.REFERRED_ON)
            return True
        yield c.later(7, 14)
    return False


def collaborative(c: Community, h: Helped, *, from_talking: bool) -> Life:
    """Collaborative care under the trust: contacts, PHQ-9 at each, and reviews in the meeting."""
    worker = c.one_of(place.TRUST)
    gp = Way(place.PRACTICE, h.gp, Source.PROFESSIONAL, Mode.WRITTEN)
    referral = refer(c, h, place.COLLABORATIVE, gp)
    yield c.soon()
    c.care.accept_referral(referral, asked=c.asked(place.TRUST, worker))
    therapy = figures.THERAPIES["Collaborative care"]
    course = scores.draw(therapy, c.one(("recovered reliably", "improved", "unchanged")), c.rng)
    rhythm = alongside.RHYTHMS[place.COLLABORATIVE.key]
    times = c.rng.randint(rhythm.fewest, rhythm.most)
    steps_down = from_talking and c.steps_down.deal()
    for seen, (phq, gad) in enumerate(course.between(times, c.rng)):
        attendance, at = yield from appointment(
            c,
            referral,
            place.TRUST,
            place.COLLABORATIVE.activity,
            day=c.day_in(7, 7 if seen < 3 else rhythm.apart),
            medium=rhythm.medium,
            worker=worker,
            content=Content.ASSESSMENT if seen == 0 else Content.TREATMENT,
        )
        if attendance in contact.SEEN:
            ends = seen in (0, times - 1)
            answers.measured(c, referral, place.TRUST, worker, phq, gad, at=at, also=ends)
        yield c.now + timedelta(minutes=5)
        if seen in (2, 6, 10):
            c.also(h, _trust_review(c, h), days=1)
    if steps_down:
        yield from _stepped_down(c, h)
    yield from close(c, referral, place.TRUST, place.PRACTICE, EndReason.COMPLETED)


def _trust_review(c: Community, h: Helped) -> Life:
    yield c.soon()
    yield from mdt.discuss(c, h, "review", by=place.TRUST, team=c.chance(0.3))


def _stepped_down(c: Community, h: Helped) -> Life:
    """Less is enough now: guided self-help to keep well."""
    yield c.later(0, 3)
    taken = yield from mdt.discuss(
        c, h, "review", by=place.TRUST, outcome=Decision.STEP_DOWN, to=place.LOW
    )
    if taken:
        way = Way(place.TRUST, c.one_of(place.TRUST), Source.PROFESSIONAL, Mode.WRITTEN)
        c.also(h, alongside.helped(c, h, place.LOW, way, discussed=0))
