"""The circle around one person: who is involved, on which basis, and who is told what of a fact.

It runs the rule of `domain.sharing`, fact by fact in their order; it refuses to know tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from uuid import UUID

from domain import pathway, person, referral
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
from domain.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverLapsed,
    HandoverOffered,
)
from domain.kernel import Category, Recorded
from domain.leaving import ResponsibilityFellBack
from domain.partner import AgreementSigned
from domain.registered_carer import (
    CarersAssessmentAsked,
    CarersAssessmentDeclined,
    CarersAssessmentDone,
    CarerTakenOff,
)
from domain.shared_care import PharmacyChanged, SharedCareAgreed, SharedCareEnded
from domain.sharing import Backfill, Disclosure, may_know
from domain.unanswered import ReferralExpired
from domain.vocabulary import PartnerId, PersonId, Scope

GAINING = (
    referral.ReferralRedirected,
    HandoverOffered,
    ConcernPassedOn,
    ConcernEscalated,
    ConcernFellBack,
    PharmacyChanged,
)
"""Facts that make somebody a party to what began before, and so to be told of it."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What one fact causes: what is told of it and of earlier facts, and for whom it all ends."""

    disclosures: tuple[Disclosure, ...] = ()
    backfills: tuple[Backfill, ...] = ()
    withdrawn: tuple[PartnerId, ...] = ()
    ended: tuple[PartnerId, ...] = ()


@dataclass
class Circle:
    """Who is involved with one person, on which bases, and up to where each has been told."""

    person: PersonId
    bases: dict[PartnerId, set[str]] = field(default_factory=dict)
    own: dict[PartnerId, frozenset[UUID]] = field(default_factory=dict)
    told: dict[PartnerId, int] = field(default_factory=dict)
    past: dict[PartnerId, int] = field(default_factory=dict)
    objections: set[PartnerId] = field(default_factory=set)
    consents: set[PartnerId] = field(default_factory=set)
    carers: set[PartnerId] = field(default_factory=set)
    mourning: set[PartnerId] = field(default_factory=set)
    open: bool = False
    responsible: PartnerId | None = None

    def follow(
        self, recorded: Recorded, agreements: Mapping[PartnerId, AgreementSigned]
    ) -> Telling:
        """Follow one fact of this person and say who is told what.

        Everybody involved before or after the fact is told of it. A partner that becomes involved
        is told first what was said before. One that loses its basis without having taken the
        person on, or that the person objects to, gets a notice that withdraws what it was told;
        any other that is no longer involved gets a notice that nothing more will be told.
        """
        before, knew = dict(self.told), dict(self.own)
        ended = self._evolve(recorded)
        today = (recorded.recorded_at or recorded.effective_at).astimezone(UTC).date()
        now = {p for p in self.bases if self._involved(p, agreements, today)}

        backfills = []
        for partner in sorted(now):
            backfill = self._backfill(partner, agreements[partner], recorded, before, knew)
            if backfill:
                backfills.append(backfill)

        disclosures = []
        for partner in sorted(before.keys() | now | self._mistaken(recorded)):
            agreement = agreements.get(partner)
            if agreement is None or not self._admits(partner, agreements, today):
                continue
            told = may_know(recorded, partner, agreement, self.own.get(partner, frozenset()))
            if told:
                disclosures.append(told)

        withdrawn, over = [], []
        for partner in sorted(before.keys() - now):
            del self.told[partner]
            if partner in self.objections or (partner in ended and partner not in self.carers):
                withdrawn.append(partner)
                self.past.pop(partner, None)
            else:
                admitted = self._admits(partner, agreements, today)
                self.past[partner] = recorded.position if admitted else before[partner]
                over.append(partner)
        for partner, stream in ended.items():
            if f"sent {stream}" not in self.bases[partner]:
                self.own[partner] -= {stream}
        for partner in sorted(now):
            self.told[partner] = recorded.position
            self.past.pop(partner, None)
        over += self._after_one_talk(recorded, agreements, today)
        return Telling(tuple(disclosures), tuple(backfills), tuple(withdrawn), tuple(over))

    def _after_one_talk(
        self, recorded: Recorded, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> list[PartnerId]:
        """Who was told of a person for one discussion alone; it involves nobody any longer."""
        if not isinstance(recorded.fact, CaseDiscussed):
            return []
        over = []
        for partner in sorted((recorded.fact.asked_by.partner, recorded.fact.advised_by.partner)):
            self._leave(partner, f"discussion {recorded.originator_id}")
            if partner in self.told and not self._involved(partner, agreements, today):
                del self.told[partner]
                self.past[partner] = recorded.position
                over.append(partner)
        return over

    def leave(self, partner: PartnerId, position: int) -> bool:
        """A partner left the place: whether it was told of this person, and hears no more."""
        if self.told.pop(partner, None) is None:
            return False
        self.past[partner] = position
        return True

    def _mistaken(self, recorded: Recorded) -> set[PartnerId]:
        """Who was told that the person died, and is told that they did not, involved or not."""
        if not isinstance(recorded.fact, person.DeathRecordedInError):
            return set()
        told, self.mourning = self.mourning & self.past.keys(), set()
        return told

    def _backfill(
        self,
        partner: PartnerId,
        agreement: AgreementSigned,
        recorded: Recorded,
        before: Mapping[PartnerId, int],
        knew: Mapping[PartnerId, frozenset[UUID]],
    ) -> Backfill | None:
        """What was said before: to one newly involved, or newly a party to what goes back."""
        was, own = knew.get(partner, frozenset()), self.own.get(partner, frozenset())
        narrow = agreement.scope is Scope.OWN or not agreement.substance
        gained = narrow and own > was and isinstance(recorded.fact, GAINING)
        if partner in before and not gained:
            return None
        told = before.get(partner, self.past.get(partner, 0))
        return Backfill(
            partner=partner,
            agreement=agreement,
            own=own,
            before=recorded.position,
            told=told,
            knew=was,
        )

    def _involved(
        self, partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> bool:
        """A partner that may not know of meetings is not told of a person because of one."""
        if not self._admits(partner, agreements, today):
            return False
        coordinating = Category.COORDINATION in agreements[partner].categories
        return any(
            coordinating or not basis.startswith("meeting ") for basis in self.bases[partner]
        )

    def _admits(
        self, partner: PartnerId, agreements: Mapping[PartnerId, AgreementSigned], today: date
    ) -> bool:
        agreement = agreements.get(partner)
        if agreement is None or partner in self.objections:
            return False
        if agreement.consent_required and partner not in self.consents:
            return False
        return agreement.starts <= today and (agreement.ends is None or today <= agreement.ends)

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
                self.own[partner] -= {stream}

    def _evolve(self, recorded: Recorded) -> dict[PartnerId, UUID]:
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
            case person.PersonDied():
                self.mourning |= self.told.keys()
            case person.ObjectionRaised(to=partner):
                self.objections.add(partner)
                self.consents.discard(partner)
            case person.ObjectionLifted(to=partner):
                self.objections.discard(partner)
            case person.ConsentGiven(to=partner):
                self.consents.add(partner)
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
            case referral.ReferralClosed(receiver=receiver):
                self._leave(receiver, f"received {stream}")
            case referral.OutcomeAcknowledged():
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
