"""Hand-overs: what every intention that offers or takes a person has to see to.

It refuses to know why one is offered: a referral, a request to move, a meeting's decision.
"""

from __future__ import annotations

from domain import measure, partner, pathway, service
from domain.intentions.deciding import Deciding
from domain.kernel import Asked, BrokenRule, Recorded
from domain.policies import entry
from domain.steps import NO_GROUNDS, Grounds
from domain.vocabulary import HandoverId, PartnerId, Step


class CannotBeResponsible(BrokenRule):
    """This organisation cannot be responsible for a person; ask it to help alongside."""


class NoSuchDecision(BrokenRule):
    """No meeting decided this move of this person; what it decided offers the move by itself."""


class Handovers(Deciding):
    """Offering a person to who may hold them, and taking them on."""

    def _offer(
        self,
        way: pathway.Pathway,
        handover: HandoverId,
        wanted: service.Service,
        receiver: PartnerId,
        asked: Asked,
        because: Recorded | None = None,
        *,
        grounds: Grounds = NO_GROUNDS,
    ) -> Recorded:
        """Offer the person to the partner behind a service.

        An offer that a referral carries belongs to that referral alone, not to the whole chain it
        is of. Raises `CannotBeResponsible`, `ThePersonObjects`.
        """
        self._may_hold(way, receiver)
        carried = because is not None and because.originator_id == handover
        return way.offer_handover(
            handover,
            receiver=receiver,
            to_step=wanted.step,
            label=self._label(receiver, wanted.label),
            model=self._model(asked),
            grounds=grounds,
            asked=asked,
            correlation=handover if because is None or carried else because.correlation,
            cause=because.id if because else None,
        )

    def _shown(self, way: pathway.Pathway, grounds: Grounds, to_step: Step) -> Grounds:
        """The grounds once what they point to is known to be of this person and of this move.

        A meeting's decision that was offered and not accepted may be offered again; any other
        decision makes its own offer. Raises `measure.NoSuchMeasure`, `NoSuchDecision`.
        """
        if grounds.measure is not None:
            named = self._load(measure.Measure, grounds.measure)
            if not named.completed or named.person != way.person:
                raise measure.NoSuchMeasure(grounds.measure)
        if grounds.decision is not None and way.decisions.get(grounds.decision) != to_step:
            raise NoSuchDecision(grounds.decision)
        return grounds

    def _may_hold(self, way: pathway.Pathway, partner_id: PartnerId) -> None:
        """Raises `CannotBeResponsible`, `ThePersonObjects`."""
        if self._kind(partner_id) not in entry.HOLDING:
            raise CannotBeResponsible(partner_id)
        self._welcome(way.person, partner_id)

    def _take_on(
        self,
        way: pathway.Pathway,
        handover: HandoverId,
        asked: Asked,
        because: Recorded | None,
    ) -> None:
        """Accept a hand-over. Raises `ThePersonObjects`: nobody holds whom they may not see.

        Raises `PartnerHasLeft`: nor does who is gone.
        """
        if not self._stays(asked.organisation):
            raise partner.PartnerHasLeft(asked.organisation)
        self._welcome(way.person, asked.organisation)
        way.accept_handover(handover, asked=asked, cause=because.id if because else None)
