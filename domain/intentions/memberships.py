"""Memberships: a person's groups, who still wants a place, and what ends with their help.

It refuses to know how a place is asked for and taken.
"""

from __future__ import annotations

from domain import contact, group, referral
from domain.intentions.deciding import Deciding
from domain.kernel import Asked
from domain.request import State
from domain.vocabulary import Attendance, LeftBecause, PersonId, ReferralId


class Memberships(Deciding):
    """The groups and appointments of a person, for intentions that change their help."""

    def _groups_of(self, person_id: PersonId) -> list[group.Group]:
        """The groups a person is in or waits for."""
        gathered = self._batch.loaded.of(group.Group) if self._batch is not None else ()
        known = [each.id for each in gathered]
        if self._batch is None or not self._batch.whole:
            stored = self._log.streams_of(person_id)
            known += [stream for stream, noun in stored if noun == group.Group.NOUN]
        loaded = [self._load(group.Group, noun) for noun in dict.fromkeys(known)]
        return [each for each in loaded if person_id in each.members.keys() | each.waiting.keys()]

    def _still_wanting(self, wanted: group.Group) -> frozenset[PersonId]:
        """Who waits for a place and is still helped there."""
        return frozenset(
            place.person
            for place in wanted.waiting.values()
            if self._load(referral.Referral, place.referral).state is State.ACCEPTED
        )

    def _stand_down(
        self,
        person_id: PersonId,
        attendance: Attendance,
        asked: Asked,
        cause: str | None,
        *,
        under: ReferralId | None = None,
    ) -> list[contact.Contact]:
        """What lay ahead and is called off because help ended: all, or that under a referral."""
        return [
            each
            for each in self._every(contact.Contact, person_id)
            if under in (None, each.referral)
            and each.stand_down(attendance, asked=asked, cause=cause)
        ]

    def _leave_groups(
        self,
        person_id: PersonId,
        asked: Asked,
        cause: str | None,
        *,
        under: ReferralId | None = None,
    ) -> list[group.Group]:
        """The groups a person leaves because their help ended: all, or that under a referral."""
        left = []
        for each in self._groups_of(person_id):
            place = each.members.get(person_id) or each.waiting[person_id]
            if under in (None, place.referral):
                each.leave(person_id, LeftBecause.HELP_ENDED, asked=asked, cause=cause)
                left.append(each)
        return left
