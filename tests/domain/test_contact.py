"""Appointments: times offered, moved, missed in a row, and outcomes that were wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import contact
from domain.contact import AppointmentBooked, Cancelled, OutcomeCorrected
from domain.first_contact import FirstContactCorrected, FirstContactMade
from domain.offered import NoTimeChosen, NoTimeIsOffered, TimeWasNotOffered
from domain.outcome import ReferralClosed
from domain.policies import missed
from domain.practitioner import NotAPractitionerThere
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    ContactId,
    Content,
    EndReason,
    HowKnown,
    Medium,
    NoTimeBecause,
    ReferralId,
)
from tests.people import DR_PATEL, HOUSING, HOUSING_HELP, MONDAY, NADIA, ROSA, TALKING, WIGG, named
from tests.scenario import Community, by, refused

DAY = timedelta(days=1)
FIRST, SECOND, THIRD = (ContactId(named(words)) for words in ("first", "second", "third"))


@pytest.fixture
def place() -> Community:
    place = Community()
    place.register()
    return place


@pytest.fixture
def therapy(place: Community) -> ReferralId:
    taken_on = place.refer("Rosa to therapy")
    place.accept(taken_on, TALKING)
    return taken_on


def offer(place: Community, under: ReferralId, *days: int) -> None:
    place.care.offer_times(
        FIRST,
        under,
        times=tuple(MONDAY + n * DAY for n in days),
        medium=Medium.VIDEO,
        content=Content.ASSESSMENT,
        place="online",
        minutes=50,
        practitioner=NADIA,
        asked=by(TALKING),
    )


def book(place: Community, under: ReferralId, which: ContactId, day: int) -> None:
    place.care.book_appointment(
        which,
        under,
        starts_at=MONDAY + day * DAY,
        medium=Medium.FACE_TO_FACE,
        content=Content.TREATMENT,
        asked=by(TALKING),
    )


def became(place: Community, which: ContactId, attendance: Attendance, day: int) -> None:
    place.care.note_attendance(which, attendance, asked=by(TALKING, at=MONDAY + day * DAY))


def actions(place: Community, which: ContactId) -> tuple[str, ...]:
    return place.care._load(contact.Contact, which).next_actions(TALKING)


class TestTimesOffered:
    def test_the_time_the_person_chooses_is_booked_as_it_was_offered(
        self, place: Community, therapy: ReferralId
    ) -> None:
        offer(place, therapy, 7, 8)
        assert actions(place, FIRST) == ("time-choice", "no-time")
        place.care.choose_time(FIRST, MONDAY + 8 * DAY, asked=by(TALKING))
        assert place.facts()[-1] == AppointmentBooked(
            referral=therapy,
            provider=TALKING,
            starts_at=MONDAY + 8 * DAY,
            medium=Medium.VIDEO,
            content=Content.ASSESSMENT,
            place="online",
            minutes=50,
            practitioner=NADIA,
        )
        assert actions(place, FIRST) == ("attendance", "rebooking")

    def test_a_time_that_was_not_offered_cannot_be_chosen(
        self, place: Community, therapy: ReferralId
    ) -> None:
        offer(place, therapy, 7, 8)
        with refused(TimeWasNotOffered):
            place.care.choose_time(FIRST, MONDAY + 9 * DAY, asked=by(TALKING))

    def test_later_times_take_the_place_of_earlier_ones(
        self, place: Community, therapy: ReferralId
    ) -> None:
        offer(place, therapy, 7, 8)
        offer(place, therapy, 9)
        with refused(TimeWasNotOffered):
            place.care.choose_time(FIRST, MONDAY + 8 * DAY, asked=by(TALKING))
        place.care.choose_time(FIRST, MONDAY + 9 * DAY, asked=by(TALKING))

    def test_whoever_takes_none_of_them_can_be_offered_others(
        self, place: Community, therapy: ReferralId
    ) -> None:
        offer(place, therapy, 7)
        for _ in range(2):
            place.care.take_no_time(FIRST, NoTimeBecause.NO_ANSWER, asked=by(TALKING))
        assert place.facts()[-1] == NoTimeChosen(
            referral=therapy, provider=TALKING, reason=NoTimeBecause.NO_ANSWER
        )
        assert [type(f) for f in place.facts()].count(NoTimeChosen) == 1
        assert actions(place, FIRST) == ()
        with refused(NoTimeIsOffered):
            place.care.choose_time(FIRST, MONDAY + 7 * DAY, asked=by(TALKING))
        offer(place, therapy, 14)
        place.care.choose_time(FIRST, MONDAY + 14 * DAY, asked=by(TALKING))

    def test_what_is_only_offered_has_no_outcome(
        self, place: Community, therapy: ReferralId
    ) -> None:
        offer(place, therapy, 7)
        with refused(contact.NoTimeIsBooked):
            became(place, FIRST, Attendance.ON_TIME, 7)

    def test_an_offer_ends_with_the_person(self, place: Community, therapy: ReferralId) -> None:
        offer(place, therapy, 7)
        place.care.record_death(ROSA, MONDAY.date(), known_by=HowKnown.CLINICIAN, asked=by(WIGG))
        ends = [f for f in place.facts() if isinstance(f, NoTimeChosen)]
        assert [end.reason for end in ends] == [NoTimeBecause.TAKEN_BACK]

    def test_whoever_is_to_see_them_works_there(
        self, place: Community, therapy: ReferralId
    ) -> None:
        with refused(NotAPractitionerThere):
            place.care.offer_times(
                FIRST,
                therapy,
                times=(MONDAY,),
                medium=Medium.VIDEO,
                practitioner=DR_PATEL,
                asked=by(TALKING),
            )


class TestTheHelpEnds:
    @pytest.mark.parametrize(
        ("reason", "by_whom"),
        [
            (EndReason.COMPLETED, Attendance.CANCELLED_BY_SERVICE),
            (EndReason.NOT_SUITABLE, Attendance.CANCELLED_BY_SERVICE),
            (EndReason.PERSON_ENDED, Attendance.CANCELLED_BY_PERSON),
            (EndReason.DROPPED_OUT, Attendance.CANCELLED_BY_PERSON),
        ],
    )
    def test_what_lies_ahead_is_called_off_in_the_same_save(
        self, place: Community, therapy: ReferralId, reason: EndReason, by_whom: Attendance
    ) -> None:
        book(place, therapy, FIRST, 0)
        book(place, therapy, SECOND, 7)
        became(place, FIRST, Attendance.ON_TIME, 0)
        before = len(place.facts())
        place.care.close_referral(therapy, reason, asked=by(TALKING, at=MONDAY + DAY))
        called_off, closed = place.facts()[before:]  # its receiver is told of both
        assert isinstance(closed, ReferralClosed)
        assert called_off == Cancelled(referral=therapy, provider=TALKING, attendance=by_whom)
        assert place.care._load(contact.Contact, FIRST).outcome is Attendance.ON_TIME

    def test_times_that_nobody_chose_are_taken_back(
        self, place: Community, therapy: ReferralId
    ) -> None:
        offer(place, therapy, 7, 8)
        place.care.close_referral(therapy, EndReason.COMPLETED, asked=by(TALKING))
        taken_back, closed = place.facts()[-2:]
        assert taken_back == NoTimeChosen(
            referral=therapy, provider=TALKING, reason=NoTimeBecause.TAKEN_BACK
        )
        assert isinstance(closed, ReferralClosed)
        assert actions(place, FIRST) == ()

    def test_what_had_begun_keeps_its_place_for_its_outcome(
        self, place: Community, therapy: ReferralId
    ) -> None:
        book(place, therapy, FIRST, 0)
        place.care.close_referral(therapy, EndReason.COMPLETED, asked=by(TALKING, at=MONDAY + DAY))
        became(place, FIRST, Attendance.ON_TIME, 2)

    def test_what_lies_ahead_under_another_referral_stands(
        self, place: Community, therapy: ReferralId
    ) -> None:
        other = place.refer("Rosa to housing advice", to=HOUSING_HELP)
        place.accept(other, HOUSING)
        book(place, therapy, FIRST, 7)
        place.care.close_referral(other, EndReason.COMPLETED, asked=by(HOUSING))
        assert place.care._load(contact.Contact, FIRST).outcome is None


class TestMoving:
    def move(
        self,
        place: Community,
        moved_by: Attendance | None = None,
        reason: CancelledBecause | None = None,
    ) -> None:
        place.care.rebook_appointment(
            SECOND,
            FIRST,
            starts_at=MONDAY + 9 * DAY,
            moved_by=moved_by,
            reason=reason,
            asked=by(TALKING),
        )

    def test_a_moved_appointment_names_the_one_it_replaces(
        self, place: Community, therapy: ReferralId
    ) -> None:
        book(place, therapy, FIRST, 7)
        self.move(place, Attendance.CANCELLED_BY_PERSON, CancelledBecause.ANOTHER_TIME)
        *_, booked, called_off = place.facts()
        assert isinstance(booked, AppointmentBooked)
        assert (booked.instead_of, booked.starts_at) == (FIRST, MONDAY + 9 * DAY)
        assert (booked.medium, booked.content) == (Medium.FACE_TO_FACE, Content.TREATMENT)
        assert called_off == Cancelled(
            referral=therapy,
            provider=TALKING,
            attendance=Attendance.CANCELLED_BY_PERSON,
            reason=CancelledBecause.ANOTHER_TIME,
            moved_to=SECOND,
        )

    def test_moving_says_who_could_not_keep_it(self, place: Community, therapy: ReferralId) -> None:
        book(place, therapy, FIRST, 7)
        for nobody in (None, Attendance.DID_NOT_ATTEND):
            with refused(contact.SayWhoMovedIt):
                self.move(place, nobody)

    def test_what_was_missed_is_booked_again_and_stays_missed(
        self, place: Community, therapy: ReferralId
    ) -> None:
        book(place, therapy, FIRST, 0)
        became(place, FIRST, Attendance.DID_NOT_ATTEND, 0)
        assert "rebooking" in actions(place, FIRST)
        self.move(place)
        assert [type(f).__name__ for f in place.facts()[-3:]] == [
            "AppointmentBooked",
            "DidNotAttend",
            "AppointmentBooked",
        ]

    def test_what_took_place_is_not_moved(self, place: Community, therapy: ReferralId) -> None:
        book(place, therapy, FIRST, 0)
        became(place, FIRST, Attendance.LATE, 0)
        with refused(contact.AppointmentTookPlace):
            self.move(place)

    @pytest.mark.parametrize(
        ("by_whom", "reason"),
        [
            (Attendance.CANCELLED_BY_PERSON, CancelledBecause.STAFF_AWAY),
            (Attendance.CANCELLED_BY_SERVICE, CancelledBecause.UNWELL),
            (Attendance.DID_NOT_ATTEND, CancelledBecause.TRAVEL),
        ],
    )
    def test_a_reason_is_given_by_who_called_it_off(
        self,
        place: Community,
        therapy: ReferralId,
        by_whom: Attendance,
        reason: CancelledBecause,
    ) -> None:
        book(place, therapy, FIRST, 0)
        with refused(contact.ReasonDoesNotFit):
            place.care.note_attendance(FIRST, by_whom, reason=reason, asked=by(TALKING))


class TestWrongOutcomes:
    def correct(self, place: Community, which: ContactId, to: Attendance, day: int = 20) -> None:
        place.care.correct_attendance(which, to, asked=by(TALKING, at=MONDAY + day * DAY))

    def test_somebody_marked_as_missing_was_there(
        self, place: Community, therapy: ReferralId
    ) -> None:
        """The first contact is when they were to be seen, not when the mistake was found."""
        book(place, therapy, FIRST, 3)
        became(place, FIRST, Attendance.DID_NOT_ATTEND, 4)
        self.correct(place, FIRST, Attendance.ON_TIME)
        *_, corrected, first = place.recorded()
        assert corrected.fact == OutcomeCorrected(
            referral=therapy,
            provider=TALKING,
            attendance=Attendance.ON_TIME,
            content=Content.TREATMENT,
        )
        assert isinstance(first.fact, FirstContactMade)
        assert corrected.effective_at == first.effective_at == MONDAY + 3 * DAY
        assert place.referral(therapy).first_contact_at == MONDAY + 3 * DAY

    def test_somebody_marked_as_seen_never_came(
        self, place: Community, therapy: ReferralId
    ) -> None:
        book(place, therapy, FIRST, 0)
        became(place, FIRST, Attendance.ON_TIME, 0)
        self.correct(place, FIRST, Attendance.DID_NOT_ATTEND)
        assert place.facts()[-1] == FirstContactCorrected()
        assert place.referral(therapy).first_contact_at is None
        assert "first-contact" in place.referral(therapy).next_actions(TALKING)

    def test_the_next_one_kept_is_then_the_first_contact(
        self, place: Community, therapy: ReferralId
    ) -> None:
        for which, day in ((FIRST, 0), (SECOND, 7), (THIRD, 14)):
            book(place, therapy, which, day)
            became(place, which, Attendance.ON_TIME, day)
        self.correct(place, SECOND, Attendance.TOO_LATE)
        assert place.referral(therapy).first_contact_at == MONDAY
        self.correct(place, FIRST, Attendance.CANCELLED_BY_SERVICE)
        assert place.referral(therapy).first_contact_at == MONDAY + 14 * DAY

    def test_a_first_contact_without_an_appointment_stays(
        self, place: Community, therapy: ReferralId
    ) -> None:
        place.care.note_first_contact(therapy, asked=by(TALKING, at=MONDAY + 2 * DAY))
        book(place, therapy, FIRST, 0)
        became(place, FIRST, Attendance.ON_TIME, 0)
        self.correct(place, FIRST, Attendance.DID_NOT_ATTEND)
        assert place.referral(therapy).first_contact_at == MONDAY + 2 * DAY

    def test_it_is_put_right_also_once_the_help_has_ended(
        self, place: Community, therapy: ReferralId
    ) -> None:
        book(place, therapy, FIRST, 0)
        became(place, FIRST, Attendance.ON_TIME, 0)
        place.care.close_referral(therapy, EndReason.COMPLETED, asked=by(TALKING))
        self.correct(place, FIRST, Attendance.DID_NOT_ATTEND)
        assert place.referral(therapy).first_contact_at is None

    def test_late_is_not_on_time_and_nothing_else_moves(
        self, place: Community, therapy: ReferralId
    ) -> None:
        book(place, therapy, FIRST, 0)
        became(place, FIRST, Attendance.ON_TIME, 0)
        self.correct(place, FIRST, Attendance.LATE)
        self.correct(place, FIRST, Attendance.LATE)
        assert isinstance(place.facts()[-1], OutcomeCorrected)
        assert [type(f) for f in place.facts()].count(OutcomeCorrected) == 1

    def test_only_an_outcome_can_be_wrong_and_only_its_provider_says_so(
        self, place: Community, therapy: ReferralId
    ) -> None:
        book(place, therapy, FIRST, 0)
        with refused(contact.AppointmentHasNoOutcome):
            self.correct(place, FIRST, Attendance.ON_TIME)
        became(place, FIRST, Attendance.ON_TIME, 0)
        with refused(contact.OnlyTheProviderMay):
            place.care.correct_attendance(FIRST, Attendance.LATE, asked=by(WIGG))


ON, LATE, TOO_LATE, DNA, OFF, OFF_BY_US = Attendance


@pytest.mark.parametrize(
    ("outcomes", "row"),
    [
        ((), 0),
        ((ON, DNA), 1),
        ((DNA, ON), 0),
        ((DNA, TOO_LATE), 2),
        ((DNA, OFF, OFF_BY_US, DNA), 2),
        ((DNA, DNA, LATE, DNA), 1),
    ],
)
def test_missed_in_a_row_are_counted_from_the_last_time_seen(
    outcomes: tuple[Attendance, ...], row: int
) -> None:
    assert missed.in_a_row(outcomes) == row
    assert missed.repeated(row, MONDAY) is (row >= 2)
