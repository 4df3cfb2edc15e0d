"""What may be asked of agreements: the host signs and ends them, timers begin and expire them.

It refuses to know what anybody was told; that follows from the facts.
"""

from __future__ import annotations

from collections.abc import Callable

from domain import partner
from domain.agreement import AgreementSigned
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.vocabulary import PartnerId


class OnlyTheHostSigns(BrokenRule):
    """Only the host of the place signs agreements with its partners, and ends them."""


class TheHostKeepsItsAgreement(BrokenRule):
    """The host holds whom nobody else would hold: its own agreement has no last day."""


class AgreementIntentions(Deciding):
    """What each partner may know, as signed by the host, from a day on and until a day."""

    def sign_agreement(
        self, partner_id: PartnerId, agreement: AgreementSigned, *, asked: Asked
    ) -> Answer:
        """Sign another agreement with a partner: wider, narrower, or from another day on.

        Raises `OnlyTheHostSigns`, `TheHostKeepsItsAgreement` and what `Partner.sign_agreement`
        raises.
        """

        def sign(signing: partner.Partner) -> Recorded | None:
            if partner_id == self.host and agreement.ends is not None:
                raise TheHostKeepsItsAgreement(partner_id)
            return signing.sign_agreement(agreement, asked=asked)

        return self._with_partner(partner_id, sign, asked)

    def end_agreement(self, partner_id: PartnerId, *, asked: Asked) -> Answer:
        """End the agreement with a partner now: whom it was told of is withdrawn from it.

        Raises `OnlyTheHostSigns`, `TheHostKeepsItsAgreement`, `partner.PartnerIsUnknown`.
        """

        def end(ending: partner.Partner) -> Recorded | None:
            if partner_id == self.host:
                raise TheHostKeepsItsAgreement(partner_id)
            return ending.end_agreement(asked=asked)

        return self._with_partner(partner_id, end, asked)

    def begin_agreement(self, partner_id: PartnerId, *, asked: Asked) -> Answer:
        """Let the agreement begin whose first day has come; a timer asks it, for the host."""
        return self._with_partner(partner_id, lambda p: p.begin_agreement(asked=asked), asked)

    def expire_agreement(self, partner_id: PartnerId, *, asked: Asked) -> Answer:
        """Let the agreement expire whose last day has passed; a timer asks it, for the host."""
        return self._with_partner(partner_id, lambda p: p.expire_agreement(asked=asked), asked)

    def _with_partner(
        self,
        partner_id: PartnerId,
        say: Callable[[partner.Partner], Recorded | None],
        asked: Asked,
    ) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            if asked.organisation != self.host:
                raise OnlyTheHostSigns(asked.organisation)
            with_whom = self._get(partner.Partner, partner_id, partner.PartnerIsUnknown)
            say(with_whom)
            return (with_whom,)

        return self._ask(partner_id, asked, decide)
