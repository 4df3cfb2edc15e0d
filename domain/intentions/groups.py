"""What may be asked of a group: planned, joined, left, a session held or called off, its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from domain import contact, group, membership, person, service
from domain.intentions.answers import Answer
from domain.intentions.contacts import ContactIntentions
from domain.intentions.memberships import Memberships
from domain.kernel import Aggregate, Asked
from domain.referral import Referral
from domain.request import HELPED, State
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    GroupId,
    LeftBecause,
    Medium,
    PersonId,
    ReferralId,
    SessionOff,
)


class GroupIntentions(ContactIntentions, Memberships):
    """A group's programme, its members, and what became of each at each session."""

    def plan_group(
        self, group_id: GroupId, planned: group.ProgrammePlanned, *, asked: Asked
    ) -> Answer:
        """Begin a group under a group service of one's own organisation."""

        def decide() -> tuple[Aggregate, ...]:
            offered = self._load(service.Service, planned.service)
            begun = self._load(group.Group, group_id)
            ours = offered.group and offered.partner == asked.organisation
            begun.plan(planned, group_service=ours, asked=asked)
            return (begun,)

        return self._ask(group_id, asked, decide)

    def join_group(self, group_id: GroupId, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Give a person a place, under a referral to the group that was accepted."""

        def decide() -> tuple[Aggregate, ...]:
            joined = self._group(group_id)
            under, who = self._referred(joined, referral_id, asked)
            joined.join(
                who.person, referral_id, practice=who.practice, label=under.label, asked=asked
            )
            return (joined,)

        return self._ask(group_id, asked, decide)

    def await_place(self, group_id: GroupId, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Let a person wait for a place in a group that is full."""

        def decide() -> tuple[Aggregate, ...]:
            full = self._group(group_id)
            under, who = self._referred(full, referral_id, asked)
            full.await_place(
                who.person, referral_id, practice=who.practice, label=under.label, asked=asked
            )
            return (full,)

        return self._ask(group_id, asked, decide)

    def leave_group(
        self, group_id: GroupId, person_id: PersonId, reason: LeftBecause, *, asked: Asked
    ) -> Answer:
        """End somebody's place, or their waiting; who waits longest gets the place.

        Raises `NotInTheGroup`.
        """

        def decide() -> tuple[Aggregate, ...]:
            left = self._group(group_id)
            left.keeping(asked)
            if left.leave(person_id, reason, asked=asked) is None:
                raise membership.NotInTheGroup(group_id)
            left.give_free_places(self._still_wanting(left), asked=asked)
            return (left,)

        return self._ask(group_id, asked, decide)

    def give_free_places(self, group_id: GroupId, *, asked: Asked) -> Answer:
        """Give what is free to those who wait."""

        def decide() -> tuple[Aggregate, ...]:
            free = self._group(group_id)
            free.give_free_places(self._still_wanting(free), asked=asked)
            return (free,)

        return self._ask(group_id, asked, decide)

    def hold_session(
        self,
        group_id: GroupId,
        on: date,
        attendance: Mapping[PersonId, Attendance],
        *,
        asked: Asked,
    ) -> Answer:
        """Note that the group met, and what became of each member, in one save.

        It was true when the session began, also when it is written up later. Who is left out has no
        outcome, and may be given one by asking again.
        """

        def decide() -> tuple[Aggregate, ...]:
            met = self._group(group_id)
            met.hold_session(on, asked=asked)
            changed: list[Aggregate] = [met]
            for person_id, became in attendance.items():
                changed += self._at_session(met, person_id, on, contact.Outcome(became), asked)
            return tuple(changed)

        return self._ask(group_id, asked, decide)

    def cancel_session(
        self, group_id: GroupId, on: date, reason: SessionOff, *, asked: Asked
    ) -> Answer:
        """Call a session off; it is cancelled by the service for each who had a place then."""

        def decide() -> tuple[Aggregate, ...]:
            off = self._group(group_id)
            if off.cancel_session(on, reason, asked=asked) is None:
                return (off,)
            why = OFF.get(reason, CancelledBecause.OTHER)
            outcome = contact.Outcome(Attendance.CANCELLED_BY_SERVICE, reason=why)
            changed: list[Aggregate] = [off]
            for place in off.expected(on):
                changed += self._at_session(off, place.person, on, outcome, asked)
            return tuple(changed)

        return self._ask(group_id, asked, decide)

    def end_group(self, group_id: GroupId, reason: str, *, asked: Asked) -> Answer:
        """End a programme; everybody in it leaves it, and their help goes on or is closed apart."""

        def decide() -> tuple[Aggregate, ...]:
            over = self._group(group_id)
            over.end(reason, asked=asked)
            return (over,)

        return self._ask(group_id, asked, decide)

    def _group(self, group_id: GroupId) -> group.Group:
        return self._get(group.Group, group_id, group.GroupIsUnknown)

    def _referred(
        self, wanted: group.Group, referral_id: ReferralId, asked: Asked
    ) -> tuple[Referral, person.Person]:
        """The accepted referral to a group, and who it is for.

        Raises `OnlyTheGroupMay`, `NotReferredToThisGroup`, `ThePersonHasDied`.
        """
        wanted.keeping(asked)
        assert wanted.planned is not None
        under = self._load(Referral, referral_id)
        taken_on = under.state is State.ACCEPTED and under.receiver == asked.organisation
        if not taken_on or under.service != wanted.planned.service or under.person is None:
            raise membership.NotReferredToThisGroup(referral_id)
        who = self._load(person.Person, under.person)
        who.must_live()
        return under, who

    def _at_session(
        self,
        met: group.Group,
        person_id: PersonId,
        on: date,
        outcome: contact.Outcome,
        asked: Asked,
    ) -> tuple[Aggregate, ...]:
        """One member's appointment at a session, and its outcome. Raises `NotInTheGroup`."""
        assert met.planned is not None
        place, starts_at = met.place_on(person_id, on), met.timetable.starts_at(on)
        then = replace(asked, at=min(asked.at, starts_at))
        seen = self._load(contact.Contact, group.contact_of(met.group, person_id, on))
        if seen.booked is None:
            seen.book(
                person_id,
                contact.AppointmentBooked(
                    referral=place.referral,
                    provider=met.planned.partner,
                    starts_at=starts_at,
                    medium=Medium.GROUP,
                    activity=met.planned.name,
                    place=met.planned.place,
                    minutes=met.planned.minutes,
                    group=met.group,
                ),
                label=place.label,
                asked=then,
            )
        seen.note_outcome(outcome, asked=then)
        under = self._load(Referral, place.referral)
        if outcome.attendance not in contact.SEEN or under.state not in HELPED:
            return (seen,)
        under.note_first_contact(asked=then)
        return seen, under


OFF = {
    SessionOff.LEADER_AWAY: CancelledBecause.STAFF_AWAY,
    SessionOff.NO_ROOM: CancelledBecause.NO_ROOM,
}
"""What a session's being off is, for one who would have come."""
