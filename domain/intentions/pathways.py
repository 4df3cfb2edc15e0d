"""What may be asked about a person's way through the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from domain import partner, pathway, referral, service
from domain.handover import HandoverExists
from domain.intentions.answers import Answer
from domain.intentions.handovers import Handovers
from domain.intentions.raising import Raising
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.pathway import pathway_of
from domain.policies.escalation import Rung
from domain.policies.steps import Agreement, Evidence
from domain.request import OPEN, ReferralExists
from domain.standing import OnlyTheResponsibleMay
from domain.steps import NO_GROUNDS, Grounds
from domain.vocabulary import (
    Complexity,
    DeclineReason,
    EditId,
    EndReason,
    HandoverId,
    PartnerId,
    PersonId,
    PractitionerId,
    Responsibility,
    ServiceId,
    Source,
)


class WithdrawTheReferral(BrokenRule):
    """A referral carries this offer; withdraw the referral, and the offer ends with it."""


class TheReferralIsEscalated(BrokenRule):
    """A referral carries this offer; its silence is the referral's, and is acknowledged there."""


class PathwayIntentions(Handovers, Raising):
    """Hand-overs: offered, and responsible only from acceptance on."""

    def name_key_worker(
        self,
        person_id: PersonId,
        key_worker: PractitionerId,
        *,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Answer:
        """Name who a person turns to: somebody who acts for the organisation that holds them."""

        def name(way: pathway.Pathway) -> Recorded | None:
            named = way.name_key_worker(key_worker, instead_of=instead_of, asked=asked)
            self._acts_for(asked.organisation, key_worker)
            return named

        return self._on_pathway(person_id, asked, name)

    def name_coordinator(
        self, person_id: PersonId, coordinator: PractitionerId, *, asked: Asked
    ) -> Answer:
        """Name a person's clinical co-ordinator: somebody of the organisation that holds them."""

        def name(way: pathway.Pathway) -> Recorded | None:
            named = way.name_coordinator(coordinator, asked=asked)
            self._acts_for(asked.organisation, coordinator)
            return named

        return self._on_pathway(person_id, asked, name)

    def code_complexity(
        self, person_id: PersonId, complexity: Complexity, why: str, *, asked: Asked
    ) -> Answer:
        """Say how complex a person's case is, in the words of the place's way, and why."""
        return self._on_pathway(
            person_id,
            asked,
            lambda way: way.code_complexity(complexity, why, way=self._way(asked), asked=asked),
        )

    def offer_handover(
        self,
        person_id: PersonId,
        handover: HandoverId,
        service_id: ServiceId,
        *,
        grounds: Grounds = NO_GROUNDS,
        asked: Asked,
    ) -> Answer:
        """Offer the person one's organisation holds to another one."""

        def offer(way: pathway.Pathway) -> Recorded:
            if way.responsible != asked.organisation:
                raise OnlyTheResponsibleMay(way.id)
            if self._load(referral.Referral, handover).version:
                raise ReferralExists(handover)
            if handover in way.answered:
                raise HandoverExists(handover)
            wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
            wanted.must_have_room(asked.at, urgent=grounds.kind is Evidence.URGENT_NEED)
            return self._offer(
                way,
                handover,
                wanted,
                self._receiver(wanted, Source.PROFESSIONAL),
                asked,
                None,
                grounds=self._shown(way, grounds, wanted.step),
            )

        return self._on_pathway(person_id, asked, offer)

    def hand_back(
        self,
        person_id: PersonId,
        handover: HandoverId,
        *,
        reason: str,
        grounds: Grounds = NO_GROUNDS,
        asked: Asked,
    ) -> Answer:
        """Offer the person back to the organisation that handed them over last."""

        def back(way: pathway.Pathway) -> Recorded:
            if self._load(referral.Referral, handover).version:
                raise ReferralExists(handover)
            if way.came_from:
                last = way.came_from[-1]
                self._may_hold(way, last.partner)
                self._shown(way, grounds, last.step)
            return way.hand_back(
                handover, reason=reason, model=self._model(asked), grounds=grounds, asked=asked
            )

        return self._on_pathway(person_id, asked, back)

    def accept_handover(self, person_id: PersonId, handover: HandoverId, *, asked: Asked) -> Answer:
        """Take the person on; a referral that carried the offer is accepted in the same save."""

        def decide() -> tuple[Aggregate, ...]:
            way = self._pathway(person_id)
            carried = self._carrying(handover, person_id)
            accepted = carried.accept(asked=asked) if carried else None
            self._take_on(way, handover, asked, accepted)
            return (way, carried) if carried else (way,)

        return self._ask(pathway_of(person_id), asked, decide)

    def decline_handover(
        self,
        person_id: PersonId,
        handover: HandoverId,
        *,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Not take the person on; the sender still holds them."""

        def decide() -> tuple[Aggregate, ...]:
            way = self._pathway(person_id)
            carried = self._carrying(handover, person_id)
            declined = None
            if carried and carried.state in OPEN:
                declined = carried.decline(DeclineReason.NOT_ELIGIBLE, note=note, asked=asked)
            way.decline_handover(
                handover, note=note, asked=asked, cause=declined.id if declined else None
            )
            return (way, carried) if carried else (way,)

        return self._ask(pathway_of(person_id), asked, decide)

    def withdraw_handover(
        self, person_id: PersonId, handover: HandoverId, *, asked: Asked
    ) -> Answer:
        """Take back an offer; one that a referral carries ends with the referral."""

        def withdraw(way: pathway.Pathway) -> Recorded | None:
            if self._carrying(handover, person_id):
                raise WithdrawTheReferral(handover)
            return way.withdraw_handover(handover, asked=asked)

        return self._on_pathway(person_id, asked, withdraw)

    def escalate_handover(
        self, person_id: PersonId, handover: HandoverId, rung: Rung, *, asked: Asked
    ) -> Answer:
        """Tell the next one that nobody answered an offer; a timer asks it, for the sender."""

        def escalate(way: pathway.Pathway) -> Recorded | None:
            if self._carrying(handover, person_id):
                raise TheReferralIsEscalated(handover)
            return way.escalate_silence(handover, rung, asked=asked)

        return self._on_pathway(person_id, asked, escalate)

    def acknowledge_handover_silence(
        self, person_id: PersonId, handover: HandoverId, *, asked: Asked
    ) -> Answer:
        """See to the escalated silence of an offer."""

        def acknowledge(way: pathway.Pathway) -> Recorded | None:
            if self._carrying(handover, person_id):
                raise TheReferralIsEscalated(handover)
            return way.acknowledge_silence(handover, asked=asked)

        return self._on_pathway(person_id, asked, acknowledge)

    def put_on_hold(
        self, person_id: PersonId, *, reason: str, review_on: date, asked: Asked
    ) -> Answer:
        """Change nothing for now, for example to monitor actively, and say when to look again."""
        return self._on_pathway(
            person_id,
            asked,
            lambda way: way.put_on_hold(reason=reason, review_on=review_on, asked=asked),
        )

    def end_hold(self, person_id: PersonId, *, asked: Asked) -> Answer:
        """Go on with a person who was on hold."""
        return self._on_pathway(person_id, asked, lambda way: way.end_hold(asked=asked))

    def propose_discharge(
        self, person_id: PersonId, reason: EndReason, *, plan: str, asked: Asked
    ) -> Answer:
        """Propose that a person needs no more help for now. Raises `ConcernIsOpen`."""

        def propose(way: pathway.Pathway) -> Recorded:
            proposed = way.propose_discharge(reason, plan=plan, asked=asked)
            self._nobody_is_worried(person_id, asked.organisation)
            return proposed

        return self._on_pathway(person_id, asked, propose)

    def agree_discharge(self, person_id: PersonId, agreement: Agreement, *, asked: Asked) -> Answer:
        """Agree to a discharge, as key worker or as clinical co-ordinator."""
        return self._on_pathway(
            person_id, asked, lambda way: way.agree_discharge(agreement, asked=asked)
        )

    def withdraw_discharge(self, person_id: PersonId, *, asked: Asked) -> Answer:
        """Propose a discharge no more."""
        return self._on_pathway(person_id, asked, lambda way: way.withdraw_discharge(asked=asked))

    def close_pathway(self, person_id: PersonId, reason: EndReason, *, asked: Asked) -> Answer:
        """End a person's pathway, once those agreed whom the place's model asks.

        Raises `ConcernIsOpen` and what `Pathway.close` raises.
        """

        def close(way: pathway.Pathway) -> Recorded | None:
            closed = way.close(reason, model=self._model(asked), asked=asked)
            if closed:
                self._nobody_is_worried(person_id, asked.organisation)
            return closed

        return self._on_pathway(person_id, asked, close)

    def _acts_for(self, partner_id: PartnerId, practitioner: PractitionerId) -> None:
        """Raises `practitioner.NotAPractitionerThere`."""
        self._load(partner.Partner, partner_id).practised_by(practitioner)

    def _on_pathway(
        self,
        person_id: PersonId,
        asked: Asked,
        activity: Callable[[pathway.Pathway], Recorded | None],
    ) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            way = self._pathway(person_id)
            activity(way)
            return (way,)

        return self._ask(pathway_of(person_id), asked, decide)

    def _carrying(self, handover: HandoverId, person_id: PersonId) -> referral.Referral | None:
        """The referral that carried the offer, when a referral and not a decision made it."""
        carrying = self._load(referral.Referral, handover)
        carried = carrying.responsibility is Responsibility.TAKE_OVER
        return carrying if carried and carrying.person == person_id else None
