"""Groups: planned, joined by an accepted referral, full, waited for, left, held and called off."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from domain import group, membership
from domain.contact import AppointmentBooked, Attended, Cancelled, DidNotAttend
from domain.group import Group, ProgrammePlanned
from domain.kernel import Category
from domain.membership import GroupJoined, GroupLeft, PlaceAwaited
from domain.policies.timetable import Timetable
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    EndReason,
    GroupId,
    HowKnown,
    LeftBecause,
    Medium,
    PartnerId,
    PersonId,
    ReferralId,
    ServiceId,
    SessionOff,
    Source,
)
from tests.people import (
    CHARITY,
    GARDENING,
    GROUP,
    MINA,
    MONDAY,
    PEER_GROUP,
    ROSA,
    SOCIAL,
    THERAPY,
    TOM,
    TRUST,
    WIGG,
    named,
)
from tests.scenario import Community, by, refused, tell

GARDEN = GroupId(named("Wednesday gardening"))
WEDNESDAY = date(2026, 3, 4)
HALF_PAST_TWO = datetime(2026, 3, 4, 14, 30, tzinfo=UTC)
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)


@dataclass
class Gardening:
    """A weekly group with room for two; Rosa, Tom and Mina are referred to it."""

    place: Community = field(default_factory=Community)
    referrals: dict[PersonId, ReferralId] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for who, practice in ((ROSA, WIGG), (TOM, WIGG), (MINA, None)):
            self.place.register(who, practice=practice)
            under = self.place.refer(f"{who} to gardening", to=GARDENING, person=who)
            self.place.accept(under, CHARITY)
            self.referrals[who] = under

    def plan(
        self,
        *,
        service: ServiceId = GARDENING,
        partner: PartnerId = CHARITY,
        practices: tuple[PartnerId, ...] = (),
        capacity: int = 2,
        last_on: date | None = None,
    ) -> Gardening:
        planned = ProgrammePlanned(
            partner=partner,
            service=service,
            name="Gardening",
            first_at=HALF_PAST_TWO,
            every_weeks=1,
            minutes=90,
            place="The allotment",
            last_on=last_on,
            capacity=capacity,
            practices=practices,
        )
        self.place.care.plan_group(GARDEN, planned, asked=by(partner))
        return self

    def join(self, *who: PersonId, at: datetime = MONDAY) -> Gardening:
        for each in who:
            self.place.care.join_group(GARDEN, self.referrals[each], asked=by(CHARITY, at=at))
        return self

    def wait(self, who: PersonId) -> None:
        self.place.care.await_place(GARDEN, self.referrals[who], asked=by(CHARITY))

    def leave(self, who: PersonId) -> None:
        self.place.care.leave_group(GARDEN, who, LeftBecause.WISHED, asked=by(CHARITY))

    def meet(
        self, *, on: date = WEDNESDAY, written_up: datetime | None = None, **came: Attendance
    ) -> None:
        people = {"rosa": ROSA, "tom": TOM, "mina": MINA}
        at = written_up or datetime.combine(on, HALF_PAST_TWO.time(), UTC) + timedelta(hours=2)
        self.place.care.hold_session(
            GARDEN,
            on,
            {people[name]: attendance for name, attendance in came.items()},
            asked=by(CHARITY, at=at),
        )

    @property
    def noun(self) -> Group:
        return self.place.care._load(Group, GARDEN)

    def happened(self, who: PersonId) -> list[str]:
        return [type(r.fact).__name__ for r in self.place.about(who)]


@pytest.fixture
def garden() -> Gardening:
    return Gardening().plan()


class TestPlanning:
    def test_a_group_is_planned_by_who_offers_the_service(self) -> None:
        with refused(group.ServiceIsNotForGroups):
            Gardening().plan(partner=GROUP)

    def test_a_service_for_one_at_a_time_has_no_group(self) -> None:
        with refused(group.ServiceIsNotForGroups):
            Gardening().plan(service=THERAPY)

    def test_a_group_has_room_for_somebody_and_ends_after_it_begins(self) -> None:
        with refused(group.ProgrammeIsNotPossible):
            Gardening().plan(capacity=0)
        with refused(group.ProgrammeIsNotPossible):
            Gardening().plan(last_on=WEDNESDAY - DAY)

    def test_it_is_planned_once(self, garden: Gardening) -> None:
        with refused(group.GroupIsPlanned):
            garden.plan()

    def test_the_programme_is_about_nobody(self) -> None:
        assert ProgrammePlanned.CATEGORY is Category.DIRECTORY


class TestJoining:
    def test_joining_needs_an_accepted_referral_to_this_groups_service(
        self, garden: Gardening
    ) -> None:
        place = garden.place
        elsewhere = place.refer("Rosa to the peer group", to=PEER_GROUP)
        waiting = place.refer("Rosa to gardening again", to=GARDENING)
        place.accept(elsewhere, GROUP)
        for referral in (elsewhere, waiting, ReferralId(named("nothing"))):
            with refused(membership.NotReferredToThisGroup):
                place.care.join_group(GARDEN, referral, asked=by(CHARITY))

    def test_a_person_may_come_of_their_own_wish(self, garden: Gardening) -> None:
        place = garden.place
        own = place.refer("Rosa herself", to=GARDENING, sender=CHARITY, source=Source.SELF)
        place.accept(own, CHARITY)
        place.care.join_group(GARDEN, own, asked=by(CHARITY))
        assert ROSA in garden.noun.members

    def test_asked_twice_they_have_one_place(self, garden: Gardening) -> None:
        garden.join(ROSA).join(ROSA)
        assert garden.happened(ROSA).count("GroupJoined") == 1

    def test_only_who_runs_the_group_keeps_its_register(self, garden: Gardening) -> None:
        with refused(group.OnlyTheGroupMay):
            garden.place.care.join_group(GARDEN, garden.referrals[ROSA], asked=by(GROUP))
        garden.join(ROSA)
        with refused(group.OnlyTheGroupMay):
            garden.place.care.leave_group(GARDEN, ROSA, LeftBecause.WISHED, asked=by(WIGG))

    def test_a_group_for_one_practice_is_for_its_patients(self) -> None:
        garden = Gardening().plan(practices=(WIGG,))
        garden.join(ROSA)
        with refused(membership.NotForThisPractice):
            garden.join(MINA)

    def test_a_group_open_to_neighbouring_practices_takes_whoever_comes(
        self, garden: Gardening
    ) -> None:
        garden.join(MINA)
        assert set(garden.noun.members) == {MINA}


class TestFull:
    def test_a_full_group_takes_nobody_and_says_what_to_do(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        with pytest.raises(membership.GroupIsFull) as full:
            garden.join(MINA)
        assert full.value.needs == ("waiting-place",)
        assert "waiting-place" in garden.noun.next_actions(CHARITY)

    def test_nobody_waits_while_there_is_room(self, garden: Gardening) -> None:
        with refused(membership.ThereIsRoom):
            garden.wait(ROSA)

    def test_who_waits_longest_gets_the_place_of_who_leaves(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        garden.wait(MINA)
        garden.leave(TOM)
        facts = [r for r in garden.place.recorded() if r.originator_id == GARDEN]
        assert [(type(r.fact), r.person) for r in facts[-2:]] == [
            (GroupLeft, TOM),
            (GroupJoined, MINA),
        ]
        assert (set(garden.noun.members), garden.noun.waiting) == ({ROSA, MINA}, {})

    def test_who_is_helped_there_no_longer_gets_no_place(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        garden.wait(MINA)
        garden.place.care.close_referral(
            garden.referrals[MINA], EndReason.PERSON_ENDED, asked=by(CHARITY)
        )
        assert garden.noun.waiting == {}
        garden.leave(TOM)
        assert set(garden.noun.members) == {ROSA}

    def test_a_place_that_came_free_otherwise_is_given_when_asked(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        garden.wait(MINA)
        garden.place.care.record_death(TOM, MONDAY.date(), known_by=HowKnown.FAMILY, asked=by(WIGG))
        assert set(garden.noun.members) == {ROSA}
        assert "free-places" in garden.noun.next_actions(CHARITY)
        garden.place.care.give_free_places(GARDEN, asked=by(CHARITY))
        assert set(garden.noun.members) == {ROSA, MINA}

    def test_who_is_not_in_it_cannot_leave(self, garden: Gardening) -> None:
        with refused(membership.NotInTheGroup):
            garden.leave(ROSA)


class TestLeaving:
    def test_who_is_helped_no_longer_leaves_and_the_next_one_joins(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        garden.wait(MINA)
        garden.place.care.close_referral(
            garden.referrals[TOM], EndReason.COMPLETED, asked=by(CHARITY)
        )
        assert garden.happened(TOM)[-2:] == ["GroupLeft", "ReferralClosed"]
        assert set(garden.noun.members) == {ROSA, MINA}

    def test_with_its_end_everybody_leaves(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        garden.wait(MINA)
        garden.place.care.end_group(GARDEN, "the grant ended", asked=by(CHARITY))
        for who in (ROSA, TOM, MINA):
            assert garden.happened(who)[-1] == "GroupLeft"
        with refused(group.GroupHasEnded):
            garden.join(ROSA)
        assert garden.noun.next_actions(CHARITY) == ()


class TestSessions:
    def test_one_intention_says_what_became_of_each(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        before = len(garden.place.recorded())
        garden.meet(rosa=Attendance.ON_TIME, tom=Attendance.DID_NOT_ATTEND)
        facts = garden.place.recorded()[before:]
        assert len({r.intention for r in facts}) == 1
        assert garden.happened(ROSA)[-3:] == ["AppointmentBooked", "Attended", "FirstContactMade"]
        assert garden.happened(TOM)[-2:] == ["AppointmentBooked", "DidNotAttend"]
        booked = next(r.fact for r in facts if isinstance(r.fact, AppointmentBooked))
        assert booked == AppointmentBooked(
            referral=garden.referrals[ROSA],
            provider=CHARITY,
            starts_at=HALF_PAST_TWO,
            medium=Medium.GROUP,
            activity="Gardening",
            place="The allotment",
            minutes=90,
            group=GARDEN,
        )

    def test_a_session_written_up_late_was_when_it_was(self, garden: Gardening) -> None:
        garden.join(ROSA)
        garden.meet(written_up=HALF_PAST_TWO + 9 * DAY, rosa=Attendance.LATE)
        assert garden.place.referral(garden.referrals[ROSA]).first_contact_at == HALF_PAST_TWO

    def test_who_was_left_out_is_added_by_asking_again(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        garden.meet(rosa=Attendance.ON_TIME)
        garden.meet(rosa=Attendance.ON_TIME, tom=Attendance.LATE)
        facts = garden.place.facts()
        assert [type(f) for f in facts].count(group.SessionHeld) == 1
        assert [type(f) for f in facts].count(Attended) == 2

    def test_only_who_had_a_place_that_day_was_there(self, garden: Gardening) -> None:
        garden.join(ROSA).join(TOM, at=MONDAY + WEEK)
        with refused(membership.NotInTheGroup):
            garden.meet(mina=Attendance.ON_TIME)
        with refused(membership.NotInTheGroup):
            garden.meet(tom=Attendance.ON_TIME)
        garden.leave(ROSA)
        with refused(membership.NotInTheGroup):
            garden.meet(on=WEDNESDAY + WEEK, rosa=Attendance.ON_TIME)

    @pytest.mark.parametrize("day", [-7, 1, 27 * 7])
    def test_a_group_meets_on_its_days(self, day: int) -> None:
        garden = Gardening().plan(last_on=WEDNESDAY + 26 * WEEK)
        with refused(group.NoSuchSession):
            garden.meet(on=WEDNESDAY + day * DAY)

    def test_a_session_to_come_has_not_been_held(self, garden: Gardening) -> None:
        with refused(group.SessionHasNotBegun):
            garden.meet(written_up=HALF_PAST_TWO - timedelta(minutes=1))

    def test_a_session_called_off_is_cancelled_by_the_service_for_each(
        self, garden: Gardening
    ) -> None:
        garden.join(ROSA, TOM)
        for _ in range(2):
            garden.place.care.cancel_session(
                GARDEN, WEDNESDAY, SessionOff.LEADER_AWAY, asked=by(CHARITY)
            )
        off = [f for f in garden.place.facts() if isinstance(f, Cancelled)]
        assert [(f.attendance, f.reason) for f in off] == [
            (Attendance.CANCELLED_BY_SERVICE, CancelledBecause.STAFF_AWAY)
        ] * 2
        with refused(group.SessionWasCancelled):
            garden.meet(rosa=Attendance.ON_TIME)

    def test_what_was_held_is_not_called_off(self, garden: Gardening) -> None:
        garden.join(ROSA)
        garden.meet(rosa=Attendance.ON_TIME)
        with refused(group.SessionWasHeld):
            garden.place.care.cancel_session(
                GARDEN, WEDNESDAY, SessionOff.WEATHER, asked=by(CHARITY)
            )


class TestPrivacy:
    def test_one_members_facts_name_no_other(self, garden: Gardening) -> None:
        garden.join(ROSA, TOM)
        garden.wait(MINA)
        garden.meet(rosa=Attendance.ON_TIME, tom=Attendance.DID_NOT_ATTEND)
        garden.leave(TOM)
        telling = tell(garden.place.about(ROSA))
        for partner in telling.entries:
            told = telling.text(partner)
            for other in (TOM, MINA):
                assert str(other) not in told
                assert str(garden.referrals[other]) not in told

    def test_who_is_in_a_group_is_known_to_the_group_and_to_those_who_help(self) -> None:
        """Not to the library that sent them, nor to another group they belong to."""
        garden = Gardening().plan().join(ROSA)
        place = garden.place
        place.accept(place.refer("Rosa to the peer group", to=PEER_GROUP), GROUP)
        told = {
            partner
            for partner in place.share().entries
            if "GroupJoined" in place.share().types(partner)
        }
        assert told == {CHARITY, WIGG}
        assert not told & {GROUP, SOCIAL, TRUST}


@pytest.mark.parametrize(
    ("every", "after", "days"),
    [
        (1, WEDNESDAY, [date(2026, 3, 4), date(2026, 3, 11), date(2026, 3, 18)]),
        (2, date(2026, 3, 5), [date(2026, 3, 18), date(2026, 4, 1), date(2026, 4, 15)]),
        (1, date(2026, 2, 1), [date(2026, 3, 4), date(2026, 3, 11), date(2026, 3, 18)]),
    ],
)
def test_a_timetable_gives_the_days_of_its_rhythm(
    every: int, after: date, days: list[date]
) -> None:
    following = Timetable(HALF_PAST_TWO, every).following(after)
    assert [next(following) for _ in range(3)] == days


def test_no_group_meets_on_a_bank_holiday_and_the_hour_is_londons() -> None:
    mondays = Timetable(datetime(2026, 3, 30, 13, 0, tzinfo=UTC), 1)  # two o'clock in summer
    assert mondays.next_on(date(2026, 4, 6)) == date(2026, 4, 13)  # Easter Monday
    winter = mondays.starts_at(date(2026, 11, 2))
    assert winter == datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
    assert mondays.next_on(date(2026, 4, 13), but={date(2026, 4, 13)}) == date(2026, 4, 20)


def test_a_missed_session_is_a_missed_appointment(garden: Gardening) -> None:
    garden.join(ROSA)
    garden.meet(rosa=Attendance.TOO_LATE)
    assert any(isinstance(f, DidNotAttend) for f in garden.place.facts())
    assert not any(isinstance(f, PlaceAwaited) for f in garden.place.facts())
