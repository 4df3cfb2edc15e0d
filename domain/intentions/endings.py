"""What may be asked when somebody is gone: a person died or moved away, an organisation left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from domain import concern, partner, person, referral
from domain.carer import Carer
from domain.intentions.answers import Answer
from domain.intentions.memberships import Memberships
from domain.intentions.persons import PersonIsUnknown, ThePersonObjects
from domain.intentions.raising import NobodyMayLook, Raising
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.pathway import pathway_of
from domain.policies import entry
from domain.registered_carer import RegisteredCarer, registered_of
from domain.request import OPEN, UNANSWERED, State
from domain.shared_care import SharedCare, shared_care_of
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.vocabulary import (
    Attendance,
    Because,
    CaringEnd,
    ConcernId,
    EndReason,
    HandoverId,
    HowKnown,
    PartnerId,
    PersonId,
    ReferralId,
    SharedCareEnd,
    Tied,
)


class OnlyCareMayRecordADeath(BrokenRule):
    """A death is recorded by an organisation that gives health or social care; tell one of them."""


class TheHostCannotLeave(BrokenRule):
    """The host holds whom nobody else would hold, so it cannot leave the place."""


class OnlyTheHostMay(BrokenRule):
    """Only the host's administrators may end an organisation's part in the place."""


class NobodyElseMayHold(BrokenRule):
    """The person objects to everybody who could hold them; speak with them first."""


GONE = {EndReason.DIED: SharedCareEnd.DIED, EndReason.MOVED_AWAY: SharedCareEnd.MOVED_AWAY}
"""What ends with a person who is gone, in the words of shared care."""


class EndingIntentions(Memberships, Raising):
    """Everything that binds a person to an organisation ends in one save, and nobody is let go."""

    # A person died, or did not

    def record_death(
        self,
        person_id: PersonId,
        died_on: date,
        *,
        known_by: HowKnown,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Record that a person died: all that was asked for them, and their pathway, ends with it.

        Raises `OnlyCareMayRecordADeath`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if self._kind(asked.organisation) not in entry.HOLDING:
                raise OnlyCareMayRecordADeath(asked.organisation)
            dead = self._get(person.Person, person_id, PersonIsUnknown)
            died = dead.record_death(died_on, known_by=known_by, note=note, asked=asked)
            return dead, *self._end_all(person_id, EndReason.DIED, asked, died)

        return self._ask(person_id, asked, decide)

    def take_back_death(
        self, person_id: PersonId, *, note: str | None = None, asked: Asked
    ) -> Answer:
        """Say that a person did not die: whoever held them holds them again.

        What had been asked of others for them has ended, and is asked again by whoever sees that
        it is still wanted. Raises `OnlyCareMayRecordADeath`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if self._kind(asked.organisation) not in entry.HOLDING:
                raise OnlyCareMayRecordADeath(asked.organisation)
            alive = self._get(person.Person, person_id, PersonIsUnknown)
            taken_back = alive.take_back_death(note=note, asked=asked)
            way = self._pathway(person_id)
            way.reopen_after_error(asked=asked, cause=taken_back.id)
            return alive, way

        return self._ask(person_id, asked, decide)

    # A person moved away

    def record_move(
        self,
        person_id: PersonId,
        since: date,
        *,
        where_to: str,
        new_place_told: bool,
        asked: Asked,
    ) -> Answer:
        """Record where a person moved to; once care there was told, what is open here ends.

        Until then their organisation holds them as before: nobody is let go on the way. Raises
        `PathwayIsClosed`, `OnlyTheResponsibleMay`, `ThePersonHasDied`, `ThePersonHasNotMovedYet`.
        """

        def decide() -> tuple[Aggregate, ...]:
            mover = self._get(person.Person, person_id, PersonIsUnknown)
            way = self._pathway(person_id)
            if not way.open:
                raise PathwayIsClosed(way.id)
            if way.responsible != asked.organisation:
                raise OnlyTheResponsibleMay(way.id)
            moved = mover.move_away(
                since, where_to=where_to, new_place_told=new_place_told, asked=asked
            )
            if not new_place_told:
                return (mover,)
            return mover, *self._end_all(person_id, EndReason.MOVED_AWAY, asked, moved)

        return self._ask(person_id, asked, decide)

    # A person came back

    def reopen_pathway(self, person_id: PersonId, reason: str, *, asked: Asked) -> Answer:
        """Hold a person again who was held before, without a referral, and say why.

        Raises `ThePersonHasDied`, `ThePersonObjects` and what `Pathway.reopen` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            known.must_live()
            if self._objects(person_id, asked.organisation):
                raise ThePersonObjects(asked.organisation)
            way = self._pathway(person_id)
            way.reopen(
                reason,
                practice=known.practice,
                label=self._label(asked.organisation),
                asked=asked,
            )
            return (way,)

        return self._ask(pathway_of(person_id), asked, decide)

    # An organisation left

    def leave(self, partner_id: PartnerId, reason: str, *, asked: Asked) -> Answer:
        """End an organisation's part in the place; whom it held falls back, swept one by one.

        Raises `OnlyTheHostMay`, `TheHostCannotLeave`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if asked.organisation != self.host:
                raise OnlyTheHostMay(asked.organisation)
            if partner_id == self.host:
                raise TheHostCannotLeave(partner_id)
            leaving = self._get(partner.Partner, partner_id, partner.PartnerIsUnknown)
            leaving.leave(reason, asked=asked)
            return (leaving,)

        return self._ask(partner_id, asked, decide)

    def acknowledge_fallback(self, person_id: PersonId, *, asked: Asked) -> Answer:
        """Say that it was seen that a person fell back to one's organisation."""

        def decide() -> tuple[Aggregate, ...]:
            way = self._pathway(person_id)
            way.acknowledge_fallback(asked=asked)
            return (way,)

        return self._ask(pathway_of(person_id), asked, decide)

    def end_tie(
        self,
        about: Tied,
        what: UUID,
        person_id: PersonId,
        organisation: PartnerId,
        *,
        asked: Asked,
    ) -> Answer:
        """End what binds a person to an organisation, one of which is gone; a timer asks it.

        An organisation without an agreement may know of nobody, and so holds nobody; what was
        referred to it waits there for another agreement, or comes back when nobody answers.
        """

        def decide() -> tuple[Aggregate, ...]:
            if about is Tied.CONCERN:
                return self._concern_falls_back(ConcernId(what), organisation, asked)
            dead = self._load(person.Person, person_id)
            if dead.died_on is not None:
                return self._end_all(person_id, EndReason.DIED, asked, None)
            if self._hears(organisation, asked):
                return ()
            match about:
                case Tied.REFERRAL if self._stays(organisation):
                    return ()
                case Tied.REFERRAL:
                    return self._end_with_who_left(ReferralId(what), organisation, asked)
                case Tied.HANDOVER:
                    way = self._pathway(person_id)
                    if way.offer and way.offer.receiver == organisation:
                        way.lapse_handover(HandoverId(what), asked=asked)
                    return (way,)
                case Tied.PATHWAY:
                    return self._fall_back(dead, organisation, asked)

        return self._ask(what, asked, decide)

    def _end_with_who_left(
        self, referral_id: ReferralId, organisation: PartnerId, asked: Asked
    ) -> tuple[Aggregate, ...]:
        """What waited with it comes back to its sender; what it had taken on has ended."""
        asking = self._referral(referral_id)
        if asking.receiver != organisation:
            return ()
        if asking.state is State.ACCEPTED:
            closed = asking.end(EndReason.PROVIDER_LEFT, asked=asked, cause=None)
            assert closed is not None, "what was accepted has ended now"
            assert asking.person is not None
            off = Attendance.CANCELLED_BY_SERVICE
            return (
                *self._stand_down(asking.person, off, asked, closed.id, under=referral_id),
                *self._leave_groups(asking.person, asked, closed.id, under=referral_id),
                asking,
            )
        if asking.state not in UNANSWERED:
            return ()
        assert asking.sender is not None
        assert asking.person is not None
        asked = replace(asked, organisation=asking.sender)  # it comes back to the sender
        ended = asking.expire(left=True, asked=asked)
        assert ended is not None, "what was open has expired now"
        way = self._pathway(asking.person)
        way.lapse_handover(HandoverId(referral_id), asked=asked, cause=ended.id)
        return asking, way

    def _fall_back(
        self, held: person.Person, organisation: PartnerId, asked: Asked
    ) -> tuple[Aggregate, ...]:
        """The person's practice holds them from now on, or else the host.

        Raises `NobodyElseMayHold`.
        """
        way = self._pathway(held.person)
        if not way.open or way.responsible != organisation:
            return ()
        may = [
            partner_id
            for partner_id in (held.practice, self.host)
            if partner_id is not None
            and not self._objects(held.person, partner_id)
            and self._hears(partner_id, asked)
        ]
        if not may:
            raise NobodyElseMayHold(held.id)
        to, offer = may[0], way.offer
        if offer is not None:
            carried = self._load(referral.Referral, offer.handover).state in OPEN
            if not carried or offer.receiver == to:  # else its receiver may still take them on
                way.lapse_handover(offer.handover, asked=asked)
        stays = self._stays(organisation)
        because = Because.AGREEMENT_OVER if stays else Because.PARTNER_LEFT
        way.fall_back(to, because=because, label=self._label(to), asked=asked)
        return (way,)

    def _concern_falls_back(
        self, concern_id: ConcernId, organisation: PartnerId, asked: Asked
    ) -> tuple[Aggregate, ...]:
        """Another must look, whether the person lives or not. Raises `NobodyMayLook`."""
        left = self._load(concern.Concern, concern_id)
        if left.acts != organisation or left.person is None or self._hears(organisation, asked):
            return ()
        looker = self._looker(left.person, asked, without=left.sealed_from)
        if looker is None:
            raise NobodyMayLook(left.id)
        left.fall_back(looker.partner, asked=asked)
        return (left,)

    # Everything at once

    def _end_all(
        self, person_id: PersonId, reason: EndReason, asked: Asked, because: Recorded | None
    ) -> tuple[Aggregate, ...]:
        """End every referral, appointment and the pathway of a person, in one save."""
        cause = because.id if because else None
        # Whoever helped is told of nothing more once their referral has ended: so that comes last.
        ended = [
            asking
            for asking in self._every(referral.Referral, person_id)
            if asking.end(reason, asked=asked, cause=cause)
        ]
        changed: list[Aggregate] = []
        changed += self._stand_down(person_id, Attendance.CANCELLED_BY_PERSON, asked, cause)
        changed += self._leave_groups(person_id, asked, cause)
        care = self._load(SharedCare, shared_care_of(person_id))
        if care.end_with(GONE[reason], asked=asked):
            changed.append(care)
        if reason is EndReason.DIED:
            for carer in self._every(Carer, person_id):
                if carer.end(CaringEnd.DIED, asked=asked):
                    changed.append(carer)
                    entered = self._load(
                        RegisteredCarer, registered_of(carer.carer_person or carer.carer)
                    )
                    entered.take_off(carer.carer, asked=asked)
                    changed.append(entered)
        way = self._pathway(person_id)
        way.end(reason, asked=asked, cause=cause)
        return *changed, *ended, way
