"""What may be asked about appointments."""

from __future__ import annotations

from dataclasses import replace

from domain import contact, partner, referral, request
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked
from domain.offered import AppointmentOffered
from domain.request import HELPED, OnlyTheReceiverMay, State
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    ContactId,
    Content,
    Medium,
    Moment,
    NoTimeBecause,
    PartnerId,
    PersonId,
    PractitionerId,
    ReferralId,
)


class ContactIntentions(Deciding):
    """Seeing a person, under a referral that was taken on."""

    def offer_times(
        self,
        contact_id: ContactId,
        referral_id: ReferralId,
        *,
        times: tuple[Moment, ...],
        medium: Medium,
        activity: str | None = None,
        content: Content | None = None,
        place: str | None = None,
        minutes: int | None = None,
        practitioner: PractitionerId | None = None,
        asked: Asked,
    ) -> Answer:
        """Ask a person which time suits, under a referral one's organisation has taken on."""

        def decide() -> tuple[Aggregate, ...]:
            under = self._working(referral_id, asked)
            assert under.person is not None
            self._ours(practitioner, asked)
            offered = self._load(contact.Contact, contact_id)
            offered.offer(
                under.person,
                AppointmentOffered(
                    referral=referral_id,
                    provider=asked.organisation,
                    times=tuple(sorted(set(times))),
                    medium=medium,
                    activity=activity,
                    content=content,
                    place=place,
                    minutes=minutes,
                    practitioner=practitioner,
                ),
                label=under.label,
                asked=asked,
            )
            return (offered,)

        return self._ask(contact_id, asked, decide)

    def choose_time(self, contact_id: ContactId, starts_at: Moment, *, asked: Asked) -> Answer:
        """Book the time the person chose of those offered."""

        def decide() -> tuple[Aggregate, ...]:
            offered = self._get(contact.Contact, contact_id, contact.AppointmentIsUnknown)
            if offered.referral is not None and offered.booked is None:
                self._working(offered.referral, asked)
            offered.choose_time(starts_at, asked=asked)
            return (offered,)

        return self._ask(contact_id, asked, decide)

    def take_no_time(self, contact_id: ContactId, reason: NoTimeBecause, *, asked: Asked) -> Answer:
        """Note that the person took none of the times offered."""

        def decide() -> tuple[Aggregate, ...]:
            offered = self._get(contact.Contact, contact_id, contact.AppointmentIsUnknown)
            offered.take_no_time(reason, asked=asked)
            return (offered,)

        return self._ask(contact_id, asked, decide)

    def book_appointment(
        self,
        contact_id: ContactId,
        referral_id: ReferralId,
        *,
        starts_at: Moment,
        medium: Medium,
        activity: str | None = None,
        content: Content | None = None,
        place: str | None = None,
        minutes: int | None = None,
        practitioner: PractitionerId | None = None,
        asked: Asked,
    ) -> Answer:
        """Give a person a time under a referral one's organisation has taken on."""

        def decide() -> tuple[Aggregate, ...]:
            under = self._working(referral_id, asked)
            assert under.person is not None
            self._ours(practitioner, asked)
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
                    place=place,
                    minutes=minutes,
                    practitioner=practitioner,
                ),
                label=under.label,
                asked=asked,
            )
            return (booked,)

        return self._ask(contact_id, asked, decide)

    def rebook_appointment(
        self,
        contact_id: ContactId,
        instead_of: ContactId,
        *,
        starts_at: Moment,
        moved_by: Attendance | None = None,
        reason: CancelledBecause | None = None,
        asked: Asked,
    ) -> Answer:
        """Move an appointment, or book again what was missed or called off; all else stays.

        ``moved_by`` says who could not keep the first time, when nothing is recorded of it yet.
        """

        def decide() -> tuple[Aggregate, ...]:
            first = self._get(contact.Contact, instead_of, contact.AppointmentIsUnknown)
            first.make_way(contact_id, moved_by=moved_by, reason=reason, asked=asked)
            assert first.booked is not None, "what makes way was booked"
            under = self._working(first.booked.referral, asked)
            assert under.person is not None
            then = self._load(contact.Contact, contact_id)
            then.book(
                under.person,
                first.booked.model_copy(
                    update={"starts_at": starts_at, "instead_of": instead_of, "group": None}
                ),
                label=under.label,
                asked=asked,
            )
            return then, first

        return self._ask(contact_id, asked, decide)

    def note_attendance(
        self,
        contact_id: ContactId,
        attendance: Attendance,
        *,
        content: Content | None = None,
        medium: Medium | None = None,
        seen_by: PractitionerId | None = None,
        minutes: int | None = None,
        reason: CancelledBecause | None = None,
        asked: Asked,
    ) -> Answer:
        """Record whether an appointment took place; the first one kept is the first contact.

        ``content`` and ``medium`` are what it was and how, when not as booked; ``reason`` is why it
        was called off.
        """

        def decide() -> tuple[Aggregate, ...]:
            booked = self._get(contact.Contact, contact_id, contact.AppointmentIsUnknown)
            self._ours(seen_by, asked)
            outcome = contact.Outcome(attendance, content, medium, seen_by, minutes, reason)
            booked.note_outcome(outcome, asked=asked)
            if attendance not in contact.SEEN or booked.referral is None:
                return (booked,)
            under = self._referral(booked.referral)
            if under.state in HELPED:
                under.note_first_contact(asked=asked)
            return booked, under

        return self._ask(contact_id, asked, decide)

    def seen_by(self, contact_id: ContactId, provider: PartnerId) -> PersonId | None:
        """Whom an organisation's appointment is for; ``None`` when it gives none of this id."""
        booked = self._load(contact.Contact, contact_id)
        return booked.person if booked.provider == provider else None

    def correct_attendance(
        self,
        contact_id: ContactId,
        attendance: Attendance,
        *,
        content: Content | None = None,
        asked: Asked,
    ) -> Answer:
        """Put a wrong outcome right; the first contact, and every clock, follow.

        It holds from when the wrong one was said to be true, or from ``asked.at`` if that is
        earlier; who was seen after all was seen at the time booked, at the latest.
        """

        def decide() -> tuple[Aggregate, ...]:
            booked = self._get(contact.Contact, contact_id, contact.AppointmentIsUnknown)
            was, was_at = booked.outcome, booked.outcome_at
            moments = [asked.at, *([was_at] if was_at else [])]
            seen_now = attendance in contact.SEEN and was not in contact.SEEN
            if seen_now and booked.starts_at:
                moments.append(booked.starts_at)
            then = replace(asked, at=min(moments))
            if booked.correct_outcome(attendance, content=content, asked=then) is None:
                return (booked,)
            assert booked.booked is not None
            under = self._referral(booked.booked.referral)
            if under.state not in HELPED or under.person is None:
                return (booked,)
            if seen_now:
                under.note_first_contact(asked=then)
            elif was in contact.SEEN and attendance not in contact.SEEN and was_at is not None:
                others = [
                    each.outcome_at
                    for each in self._every(contact.Contact, under.person)
                    if each.id != contact_id
                    and each.referral == under.id
                    and each.outcome in contact.SEEN
                    and each.outcome_at is not None
                ]
                under.correct_first_contact(was_at, others, asked=then)
            return booked, under

        return self._ask(contact_id, asked, decide)

    def _ours(self, practitioner: PractitionerId | None, asked: Asked) -> None:
        """Raises `NotAPractitionerThere`."""
        if practitioner is not None:
            self._load(partner.Partner, asked.organisation).practised_by(practitioner)

    def _working(self, referral_id: ReferralId, asked: Asked) -> referral.Referral:
        """The referral the asking organisation has taken on. Raises `ReferralWasNotAccepted`."""
        under = self._referral(referral_id)
        if under.receiver != asked.organisation:
            raise OnlyTheReceiverMay(referral_id)
        if under.state is not State.ACCEPTED:
            self._living_behind(referral_id)
            raise request.ReferralWasNotAccepted(referral_id)
        return under
