"""The meetings of the place, each in its series: planned ahead, listed, opened and closed."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import Community, Gathering, Life
from deploy.community.organisation import Organisation
from domain.meeting import Absence, Meeting, MeetingScheduled
from domain.policies.days import DAY, local_date
from domain.vocabulary import MeetingId, MeetingKind, Moment, Role

NOTICE = timedelta(hours=24)
SITS = timedelta(hours=3, minutes=5)
WEEKS_AHEAD = timedelta(weeks=4)
MONTHS_AHEAD = timedelta(weeks=15)
STAYS_AWAY = 0.08  # assumed: of organisations that only now and then have somebody to speak of
MAY_STAY_AWAY = (place.SOCIAL_WORK, place.DRUG, place.HOUSING, place.CHARITY)


def weekly(c: Community) -> Life:
    """The MDT of every Thursday, planned some weeks ahead, for ever."""
    first = workdays.at(workdays.thursday(local_date(c.start) + DAY), 13)
    yield from _series(
        c,
        MeetingKind.WEEKLY_MDT,
        f"Weekly MDT, {place.NAME}",
        first,
        place.INVITED,
        WEEKS_AHEAD,
        c.gatherings,
    )


def fortnightly(c: Community) -> Life:
    """The practice and the trust's team go through those in collaborative care."""
    yield from _series(
        c,
        MeetingKind.FORTNIGHTLY_TEAM,
        "Primary care mental-health team",
        workdays.at(_weekday(local_date(c.start) + DAY, 1), 9, 30),
        (place.PRACTICE, place.TRUST),
        WEEKS_AHEAD,
        c.team_gatherings,
    )


def monthly(c: Community) -> Life:
    """The project with the trust is reviewed; nobody who is helped is spoken of."""
    yield from _series(
        c,
        MeetingKind.MONTHLY_REVIEW,
        "Project review with the trust",
        workdays.at(_weekday(local_date(c.start) + DAY, 0), 14),
        (place.PRACTICE, place.TRUST, place.TALKING),
        MONTHS_AHEAD,
        [],
    )


def quarterly(c: Community) -> Life:
    """What the place plans for the next quarter; nobody who is helped is spoken of."""
    yield from _series(
        c,
        MeetingKind.QUARTERLY_PLANNING,
        "Planning by worker group",
        workdays.at(_weekday(local_date(c.start) + 20 * DAY, 2), 10),
        place.INVITED,
        MONTHS_AHEAD,
        [],
    )


def _weekday(day: date, weekday: int) -> date:
    """The first such day of a week on or after a day, on which people work."""
    day += timedelta(days=(weekday - day.weekday()) % 7)
    return workdays.workday(day)


def _series(
    c: Community,
    kind: MeetingKind,
    name: str,
    first: Moment,
    invited: tuple[Organisation, ...],
    ahead: timedelta,
    taking_cases: list[Gathering],
) -> Life:
    """The first meeting, and each that follows by the rhythm of its kind."""
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    yield max(c.now, first - ahead)
    meeting = MeetingId(c.new_id())
    c.care.schedule_meeting(
        meeting,
        MeetingScheduled(
            kind=kind,
            name=name,
            starts_at=first,
            chair=chair.id,
            invited=tuple(partner.id for partner in invited),
        ),
        asked=c.asked(place.PRACTICE, chair),
    )
    while True:
        planned = c.known[meeting]
        assert isinstance(planned, Meeting)
        assert planned.scheduled is not None
        gathering = Gathering(meeting, planned.scheduled.starts_at)
        taking_cases.append(gathering)
        c.begin(_circulated(c, gathering), max(c.now, gathering.starts_at - NOTICE))
        c.begin(_held(c, gathering, invited, taking_cases), gathering.starts_at)
        following = planned.next_one(c.now)
        yield max(c.now, following.starts_at - ahead)
        answer = c.care.schedule_next_meeting(meeting, asked=c.asked(place.PRACTICE, chair))
        meeting = MeetingId(answer.id)


def circulate(c: Community, meeting: UUID) -> None:
    """Send the list round."""
    chair = place.PRACTICE.those(Role.CHAIR)[0]
    c.care.circulate_list(MeetingId(meeting), asked=c.asked(place.PRACTICE, chair))


def _circulated(c: Community, gathering: Gathering) -> Life:
    circulate(c, gathering.id)
    yield from ()


def _held(
    c: Community,
    gathering: Gathering,
    invited: tuple[Organisation, ...],
    taking_cases: list[Gathering],
) -> Life:
    """Who does not come says so, or does not; at the end the meeting is closed."""
    meeting, chair = MeetingId(gathering.id), place.PRACTICE.those(Role.CHAIR)[0]
    away = [p for p in invited if p in MAY_STAY_AWAY and c.chance(STAYS_AWAY)]
    if away:
        gathering.away |= {partner.id for partner in away}
        c.care.record_apologies(
            meeting,
            tuple(Absence(partner=p.id, apologies=c.chance(0.8)) for p in away),
            asked=c.asked(place.PRACTICE, chair),
        )
    yield gathering.starts_at + SITS
    c.care.close_meeting(meeting, asked=c.asked(place.PRACTICE, chair))
    taking_cases.remove(gathering)
    c.known.pop(gathering.id)
