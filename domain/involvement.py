"""On which basis each organisation is involved with one person, fact by fact.

It refuses to know agreements, and what anybody is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from domain import outcome, pathway, person, referral
from domain.action import ActionAgreed, ActionDone, ActionDropped
from domain.advice import AdviceAsked, AdviceGiven
from domain.case import CaseListed, CaseNoted, CaseNotReached, MdtDecisionRecorded
from domain.concern import (
    ConcernAcknowledged,
    ConcernEscalated,
    ConcernFellBack,
    ConcernNotTaken,
    ConcernPassedOn,
    ConcernResolved,
    SafetyConcernRaised,
)
from domain.discussion import CaseDiscussed
from domain.handover import HandoverAccepted, HandoverDeclined, HandoverLapsed, HandoverOffered
from domain.kernel import Recorded
from domain.leaving import ResponsibilityFellBack
from domain.registered_carer import (
    CarersAssessmentAsked,
    CarersAssessmentDeclined,
    CarersAssessmentDone,
    CarerTakenOff,
)
from domain.sealing import ItemSealed, ItemUnsealed
from domain.shared_care import PharmacyChanged, SharedCareAgreed, SharedCareEnded
from domain.unanswered import ReferralExpired
from domain.vocabulary import PartnerId, PersonId, Purpose, SealId
from domain.wishes import WishFact, heed


@dataclass
class Involvement:
    """Who takes part in one person's care and how; who was objected to, and who was consented to.

    ``own`` are the streams that each organisation is or was a party to, but for those it ``parted``
    from before it took the person on; ``carers`` took the person on once, so that what they were
    told stays theirs; ``told`` is whom `Circle` tells.
    """

    person: PersonId
    bases: dict[PartnerId, set[str]] = field(default_factory=dict)
    own: dict[PartnerId, frozenset[UUID]] = field(default_factory=dict)
    parted: dict[PartnerId, frozenset[UUID]] = field(default_factory=dict)
    told: dict[PartnerId, int] = field(default_factory=dict)
    objections: set[PartnerId] = field(default_factory=set)
    consents: set[PartnerId] = field(default_factory=set)
    refused_uses: set[Purpose] = field(default_factory=set)
    seals: dict[SealId, str] = field(default_factory=dict)
    sealed: dict[str, frozenset[PartnerId]] = field(default_factory=dict)
    carers: set[PartnerId] = field(default_factory=set)
    mourning: set[PartnerId] = field(default_factory=set)
    open: bool = False
    responsible: PartnerId | None = None
    acquainted: set[PartnerId] = field(default_factory=set)

    def evolve(self, recorded: Recorded) -> dict[PartnerId, UUID]:
        """Follow who is involved; answer whose basis ended before it took the person on, and which.

        A practice is involved as long as it lives with the person. Whoever else registered them is
        until its referral is: a declined referral leaves no other basis behind.
        """
        ended: dict[PartnerId, UUID] = {}
        stream = recorded.originator_id

        def end(partner: PartnerId, basis: str, own: UUID) -> None:
            self._leave(partner, f"{basis} {own}")
            ended[partner] = own

        match recorded.fact:
            case person.PersonRegistered(practice=practice):
                self._join(recorded.organisation, "registering")
                if practice:
                    self._join(practice, "registered")
            case person.PersonMadeKnownAgain():
                if recorded.organisation not in self.told:
                    self.acquainted.add(recorded.organisation)
            case person.PersonDied():
                self.mourning |= self.told.keys()
            case WishFact() as wish:
                heed(self, wish)
            case ItemSealed(seal=seal, item=item, keepers=keepers):
                self.seals[seal] = item
                self.sealed[item] = frozenset(keepers)
            case ItemUnsealed(seal=seal):
                self.sealed.pop(self.seals.pop(seal, ""), None)
            case AdviceAsked() as asking:
                self._leave(recorded.organisation, "registering")
                self._join(asking.sender, f"sent {stream}", stream)
                self._join(asking.receiver, f"received {stream}", stream)
            case AdviceGiven(receiver=receiver):
                self.carers.add(receiver)  # what it advised stays its own record
            case referral.ReferralMade() as made:
                self._leave(recorded.organisation, "registering")
                self._advised(stream, made)
                self._join(made.sender, f"sent {stream}", stream)
                self._join(made.receiver, f"received {stream}", stream)
            case referral.ReferralRedirected() as redirected:
                end(redirected.from_receiver, "received", stream)
                self._join(redirected.receiver, f"received {stream}", stream)
            case referral.ReferralDeclined(receiver=receiver) | ReferralExpired(receiver=receiver):
                self._leave(receiver, f"sent {stream}")  # a person's own request, recorded by it
                end(receiver, "received", stream)
            case referral.ReferralWithdrawn(receiver=receiver):
                for partner in self.bases:  # whoever records it, when the person is gone
                    self._leave(partner, f"sent {stream}")
                end(receiver, "received", stream)
            case outcome.ReferralClosed(receiver=receiver):
                self._leave(receiver, f"received {stream}")
            case outcome.OutcomeAcknowledged():
                self._leave(recorded.organisation, f"sent {stream}")
                for partner in self.bases:  # who advised, and nothing was sent
                    self._leave(partner, f"received {stream}")
            case (
                pathway.PathwayOpened(responsible=partner)
                | pathway.PathwayReopened(responsible=partner)
            ):
                self.open, self.responsible = True, partner
                self.carers.add(partner)
                self._join(partner, "responsible")
            case HandoverOffered() as offered:
                self._join(offered.receiver, f"offered {offered.handover}", offered.handover)
            case referral.ReferralAccepted(receiver=receiver):
                self.carers.add(receiver)
            case HandoverAccepted() as accepted:
                self.carers.add(accepted.receiver)
                self.responsible = accepted.receiver
                self._leave(accepted.receiver, f"offered {accepted.handover}")
                self._leave(accepted.sender, "responsible")
                self._join(accepted.receiver, "responsible")
            case (
                HandoverDeclined(handover=handover, receiver=receiver)
                | HandoverLapsed(handover=handover, receiver=receiver)
            ):
                end(receiver, "offered", handover)
            case ResponsibilityFellBack() as fallen:
                self.carers.add(fallen.responsible)
                self.responsible = fallen.responsible
                self._leave(fallen.sender, "responsible")
                self._join(fallen.responsible, "responsible")
            case pathway.PathwayClosed(responsible=partner):
                self.open, self.responsible = False, None
                self._leave(partner, "responsible")
            case CaseListed(present=present):
                for partner in present:
                    self._join(partner, f"meeting {stream}", stream)
            case ActionAgreed(owner=owner):
                self._join(owner, f"action {stream}", stream)
            case ActionDone(owner=owner) | ActionDropped(owner=owner):
                self._leave(owner, f"action {stream}")
            case CarersAssessmentAsked(asked_of=asked_of):
                for partner in self.bases:  # whoever was asked before
                    self._leave(partner, f"assessment {stream}")
                self._join(asked_of, f"assessment {stream}", stream)
            case CarersAssessmentDone() | CarersAssessmentDeclined() | CarerTakenOff():
                for partner in self.bases:
                    self._leave(partner, f"assessment {stream}")
            case SharedCareAgreed() as agreed:
                for partner in (agreed.practice, agreed.drug_service):
                    self._join(partner, f"sharing {stream}", stream)
                self._join(agreed.pharmacy, f"dispensing {stream}", stream)
            case PharmacyChanged(pharmacy=pharmacy):
                for partner in self.bases:
                    self._leave(partner, f"dispensing {stream}")
                self._join(pharmacy, f"dispensing {stream}", stream)
            case SharedCareEnded():
                for partner in self.bases:
                    self._leave(partner, f"sharing {stream}")
                    self._leave(partner, f"dispensing {stream}")
            case CaseDiscussed(asked_by=one, advised_by=other):
                for partner in (one.partner, other.partner):
                    self._join(partner, f"discussion {stream}", stream)
            case SafetyConcernRaised(acts=acts, raised_by=raiser):
                if raiser in self.told:  # an organisation that is told no more is not told anew
                    self._join(raiser, f"concern {stream}", stream)
                self._join(acts, f"concern {stream}", stream)
            case ConcernPassedOn(to=partner) | ConcernEscalated(to=partner):
                self._join(partner, f"concern {stream}", stream)
            case ConcernNotTaken(to=partner):
                end(partner, "concern", stream)
            case ConcernAcknowledged(acts=acts) | ConcernFellBack(acts=acts):
                self._looks(acts, f"concern {stream}", stream)
            case ConcernResolved():
                self._looks(None, f"concern {stream}", stream)
            case MdtDecisionRecorded() | CaseNoted() | CaseNotReached():
                for partner in self.bases:
                    self._leave(partner, f"meeting {stream}")
            case _:
                pass
        return ended

    def _join(self, partner: PartnerId, basis: str, own: UUID | None = None) -> None:
        self.bases.setdefault(partner, set()).add(basis)
        if own:
            self.own[partner] = self.own.get(partner, frozenset()) | {own}

    def _leave(self, partner: PartnerId, basis: str) -> None:
        self.bases.get(partner, set()).discard(basis)

    def _looks(self, acts: PartnerId | None, basis: str, concern: UUID) -> None:
        """One organisation has the concern; whoever else was asked, or raised it, has not."""
        for partner in self.bases:
            if partner != acts:
                self._leave(partner, basis)
        if acts is not None:
            self.carers.add(acts)
            self._join(acts, basis, concern)

    def _advised(self, stream: UUID, made: referral.ReferralMade) -> None:
        """Who advised to go elsewhere is no party to what is then asked elsewhere."""
        for partner, bases in self.bases.items():
            if f"received {stream}" in bases and partner not in (made.sender, made.receiver):
                self._leave(partner, f"received {stream}")
                self._part(partner, stream)

    def _part(self, partner: PartnerId, stream: UUID) -> None:
        """It is no party to this any longer, whatever it heard of it as one."""
        self.own[partner] -= {stream}
        self.parted[partner] = self.parted.get(partner, frozenset()) | {stream}
