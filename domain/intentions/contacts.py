"""What may be asked about appointments."""

from __future__ import annotations

from domain import contact, referral
from domain.intentions.deciding import Answer, Deciding
from domain.kernel import Aggregate, Asked
from domain.request import HELPED, OnlyTheReceiverMay, State
from domain.vocabulary import (
    Attendance,
    ContactId,
    Content,
    Medium,
    Moment,
    ReferralId,
)


class ContactIntentions(Deciding):
    """Seeing a person, under a referral that was taken on."""

    def book_appointment(
        self,
        contact_id: ContactId,
        referral_id: ReferralId,
        *,
        starts_at: Moment,
        medium: Medium,
        activity: str | None = None,
        content: Content | None = None,
        asked: Asked,
    ) -> Answer:
        """Give a person a time under a referral one's organisation has taken on."""

        def decide() -> tuple[Aggregate, ...]:
            under = self._working(referral_id, asked)
            assert under.person is not None
            booked = self._load(contact.Contact, contact_id)
            booked.book(
                under.person,
                contact.AppointmentBooked(
                    referral=referral_id,
                    provider=asked.organisation,
                    starts_at=starts_at,
                    medium=medium,
                    activity=activity,
                    content=content,
                ),
                label=under.label,
                asked=asked,
                correlation=referral_id,
            )
            return (booked,)

        return self._ask(contact_id, asked, decide)

    def note_attendance(
        self,
        contact_id: ContactId,
        attendance: Attendance,
        *,
        content: Content | None = None,
        asked: Asked,
    ) -> Answer:
        """Record whether an appointment took place; the first one kept is the first contact.

        ``content`` is what it was, when that is not what it was booked for.
        """

        def decide() -> tuple[Aggregate, ...]:
            booked = self._get(contact.Contact, contact_id, contact.AppointmentIsUnknown)
            booked.note_outcome(attendance, content=content, asked=asked)
            if attendance not in contact.SEEN or booked.referral is None:
                return (booked,)
            under = self._referral(booked.referral)
            if under.state in HELPED:
                under.note_first_contact(asked=asked)
            return booked, under

        return self._ask(contact_id, asked, decide)

    def _working(self, referral_id: ReferralId, asked: Asked) -> referral.Referral:
        """The referral the asking organisation has taken on. Raises `ReferralWasNotAccepted`."""
        under = self._referral(referral_id)
        if under.receiver != asked.organisation:
            raise OnlyTheReceiverMay(referral_id)
        if under.state is not State.ACCEPTED:
            self._living_behind(referral_id)
            raise referral.ReferralWasNotAccepted(referral_id)
        return under
