"""What may be asked about who acts for an organisation, in which role, and as whom they sign in."""

from __future__ import annotations

from collections.abc import Callable

from domain import partner
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.practitioner import Identity, Invitation
from domain.vocabulary import PartnerId, PractitionerId, Role


class OnlyItselfOrTheHostMay(BrokenRule):
    """Only the organisation itself, or the host, says who acts for it and as whom they sign in."""


class PractitionerIntentions(Deciding):
    """Who acts for an organisation."""

    def add_practitioner(
        self,
        partner_id: PartnerId,
        practitioner: PractitionerId,
        *,
        name: str,
        role: Role,
        title: str,
        asked: Asked,
    ) -> Answer:
        """Name somebody who acts for an organisation. Raises `Staffed.add_practitioner`'s."""
        return self._of_staff(
            partner_id,
            asked,
            lambda known: known.add_practitioner(
                practitioner, name=name, role=role, title=title, asked=asked
            ),
        )

    def give_role(
        self, partner_id: PartnerId, practitioner: PractitionerId, role: Role, *, asked: Asked
    ) -> Answer:
        """Let somebody act in a role from now on. Raises `Staffed.give_role`'s."""
        return self._of_staff(
            partner_id, asked, lambda known: known.give_role(practitioner, role, asked=asked)
        )

    def let_go(
        self, partner_id: PartnerId, practitioner: PractitionerId, *, asked: Asked
    ) -> Answer:
        """Say that somebody no longer acts for an organisation. Raises `Staffed.let_go`'s."""
        return self._of_staff(
            partner_id, asked, lambda known: known.let_go(practitioner, asked=asked)
        )

    def invite_practitioner(
        self,
        partner_id: PartnerId,
        practitioner: PractitionerId,
        invitation: Invitation,
        *,
        asked: Asked,
    ) -> Answer:
        """Let somebody sign in for the first time. Raises `Staffed.invite`'s."""
        return self._of_staff(
            partner_id, asked, lambda known: known.invite(practitioner, invitation, asked=asked)
        )

    def identify_practitioner(
        self,
        partner_id: PartnerId,
        practitioner: PractitionerId,
        identity: Identity,
        *,
        asked: Asked,
    ) -> Answer:
        """Say who somebody is to a provider of identities. Raises `Staffed.identify`'s."""
        return self._of_staff(
            partner_id, asked, lambda known: known.identify(practitioner, identity, asked=asked)
        )

    def accept_invitation(
        self, partner_id: PartnerId, fingerprint: str, identity: Identity, *, asked: Asked
    ) -> Answer:
        """Sign in for the first time. Raises `Staffed.accept_invitation`'s."""
        return self._of_staff(
            partner_id,
            asked,
            lambda known: known.accept_invitation(fingerprint, identity, asked=asked),
        )

    def _of_staff(
        self, partner_id: PartnerId, asked: Asked, say: Callable[[partner.Partner], Recorded | None]
    ) -> Answer:
        """Raises `OnlyItselfOrTheHostMay`, `PartnerIsUnknown`, `PartnerHasLeft`."""

        def decide() -> tuple[Aggregate, ...]:
            if asked.organisation not in (partner_id, self.host):
                raise OnlyItselfOrTheHostMay(partner_id)
            known = self._get(partner.Partner, partner_id, partner.PartnerIsUnknown)
            if known.left:
                raise partner.PartnerHasLeft(partner_id)
            say(known)
            return (known,)

        return self._ask(partner_id, asked, decide)
