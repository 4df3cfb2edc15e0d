"""Lives to measure with: people helped by three or four organisations, a dozen facts each."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from random import Random
from uuid import UUID

from domain.person import Details
from domain.vocabulary import (
    Attendance,
    ContactId,
    EndReason,
    Instrument,
    MeasureId,
    Medium,
    Mode,
    PersonId,
    ReferralId,
    Responsibility,
    ServiceId,
    Source,
)
from tests.people import (
    CHARITY,
    DRUG_CARE,
    GARDENING,
    HOUSING_HELP,
    MONDAY,
    READING,
    SUPPORT,
    TALKING,
    THERAPY,
    WARD,
    WIGG,
)
from tests.projections.place import Place

ELSEWHERE = (GARDENING, SUPPORT, HOUSING_HELP, READING, DRUG_CARE, WARD)


class Lives:
    """The same seed gives the same lives."""

    def __init__(self, place: Place, seed: int = 1) -> None:
        self.place, self.chance, self.numbers = place, Random(seed), count(1)
        self.people: list[PersonId] = []

    def new_id(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128))

    def load(self, facts: int, *, batch: int = 1_000) -> int:
        """Record about this many facts, in large appends; how many there were."""
        before = self.place.log.max_notification_id() or 0
        recorded = 0
        while recorded < facts:
            with self.place.care.batch() as gathered:
                while len(gathered.facts) < batch:
                    self.life()
            recorded = (self.place.log.max_notification_id() or 0) - before
        return recorded

    def life(self) -> None:
        """One person: referred, taken on by therapy, seen and scored, and helped elsewhere too."""
        care, place, number = self.place.care, self.place, next(self.numbers)
        at = MONDAY + timedelta(minutes=number)
        person = PersonId(self.new_id())
        self.people.append(person)
        care.register_person(
            person,
            Details(
                name=f"Person {number}",
                phone=f"020 {number:08}",
                practice=WIGG,
                address=f"{number} Leighton Road",
                postcode=_postcode(number),
                language="English",
                ethnicity="A",
                deprivation_decile=3,
            ),
            asked=place.by(WIGG, at=at),
        )
        therapy = self._refer(person, THERAPY, Responsibility.TAKE_OVER)
        care.accept_referral(therapy, asked=place.by(TALKING, at=at))
        for week in range(2):
            when = at + timedelta(weeks=week)
            contact = ContactId(self.new_id())
            care.book_appointment(
                contact,
                therapy,
                starts_at=when,
                medium=Medium.VIDEO,
                asked=place.by(TALKING, at=when),
            )
            care.note_attendance(contact, Attendance.ON_TIME, asked=place.by(TALKING, at=when))
            care.complete_measure(
                MeasureId(self.new_id()),
                therapy,
                instrument=Instrument.PHQ_9,
                total=20 - week,
                asked=place.by(TALKING, at=when),
            )
        elsewhere = self._refer(person, ELSEWHERE[number % 6], Responsibility.HELP_ALONGSIDE)
        if number % 6 == 0:
            care.accept_referral(elsewhere, asked=place.by(CHARITY, at=at))
        if number % 2 == 0:
            reason = EndReason.COMPLETED
            care.close_referral(
                therapy, reason, summary="Well again.", asked=place.by(TALKING, at=at)
            )

    def _refer(
        self, person: PersonId, service: ServiceId, responsibility: Responsibility
    ) -> ReferralId:
        referral = ReferralId(self.new_id())
        self.place.care.make_referral(
            referral,
            person,
            service,
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            ask="Please see them; they have been low since the spring and sleep badly.",
            reason="PHQ-9 of 19, no thoughts of harm; sertraline tried in 2024.",
            responsibility=responsibility,
            sent_without="Not known yet.",
            asked=self.place.by(WIGG),
        )
        return referral


def _postcode(number: int) -> str:
    """Twenty people to a postcode, as there are; not all of a city in one house."""
    street, letters = divmod(number // 20, 400)
    return f"NW{street % 99 + 1} {letters // 20 % 10}{chr(65 + letters % 20)}A"
