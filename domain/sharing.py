"""The one door out: what a partner may know of a fact, decided once, purely.

It knows facts, involvement, agreements and objections; it refuses to know tables and pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from domain import contact, measure, meeting, pathway, person, referral
from domain.kernel import Category, Fact, Recorded
from domain.partner import AgreementSigned
from domain.vocabulary import Label, PartnerId, PersonId, Scope

WITHDRAWN = "share.Withdrawn.v1"
"""The type of the notice that a partner's basis to know a person has ended."""

RECEIVED, SENT = "received", "sent"


def message_type(fact: type[Fact]) -> str:
    """A fact's versioned message type, e.g. ``referral.ReferralMade.v1``."""
    return f"{fact.TOPIC.replace(':', '.')}.v{fact.SCHEMA}"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One thing one partner may know. ``data`` holds no id of a person."""

    partner: PartnerId
    type: str
    data: dict[str, Any]
    personal: frozenset[str]
    recorded: Recorded
    backfill: bool = False


@dataclass(frozen=True, slots=True)
class Backfill:
    """A partner that became involved may know what was said before, after ``since``.

    ``only`` narrows it to one referral, for a partner that is told about its own referrals alone.
    """

    partner: PartnerId
    agreement: AgreementSigned
    own: frozenset[UUID]
    since: int
    before: int
    only: UUID | None = None

    def of(self, history: Iterable[Recorded]) -> Iterator[Disclosure]:
        """What the partner may know of a person's earlier facts, in their order."""
        for recorded in history:
            if not self.since < recorded.position < self.before:
                continue
            if self.only and self.only not in (recorded.originator_id, recorded.correlation):
                continue
            told = may_know(recorded, self.partner, self.agreement, self.own, backfill=True)
            if told:
                yield told


def may_know(
    recorded: Recorded,
    partner: PartnerId,
    agreement: AgreementSigned,
    own: frozenset[UUID],
    *,
    backfill: bool = False,
) -> Disclosure | None:
    """What an involved partner may know of one fact, or nothing.

    ``own`` are the referrals the partner sent or received. Whether the partner is involved,
    objected to or lacks consent is decided before, by `Circle`.
    """
    fact = recorded.fact
    allowed = agreement.categories
    if fact.CATEGORY not in allowed:
        return None
    if recorded.label is Label.SUBSTANCE and not agreement.substance and not _own(recorded, own):
        return None
    if agreement.scope is Scope.OWN and not _concerns(recorded, partner, agreement, own):
        return None
    fields = {name for name, category in fact.FIELD_CATEGORY.items() if category in allowed}
    data = fact.model_dump(mode="json", include=fields, exclude_none=True)
    if recorded.organisation == partner or Category.COORDINATION in allowed:
        data["by_organisation"] = str(recorded.organisation)
        if recorded.practitioner:
            data["by_practitioner"] = str(recorded.practitioner)
    data["stream"] = str(recorded.originator_id)
    data["fact"] = recorded.id
    data["correlation"] = str(recorded.correlation)
    if recorded.causation and Category.COORDINATION in allowed:
        data["causation"] = recorded.causation
    if isinstance(fact, referral.ReferralMade):
        data["part"] = (
            RECEIVED if fact.receiver == partner else SENT if fact.sender == partner else ""
        )
    if isinstance(fact, referral.ReferralRedirected):
        data["part"] = RECEIVED if fact.receiver == partner else ""
    return Disclosure(
        partner=partner,
        type=message_type(type(fact)),
        data=data,
        personal=fact.PERSONAL_FIELDS,
        recorded=recorded,
        backfill=backfill,
    )


def _own(recorded: Recorded, own: frozenset[UUID]) -> bool:
    return recorded.originator_id in own or recorded.correlation in own


def _concerns(
    recorded: Recorded, partner: PartnerId, agreement: AgreementSigned, own: frozenset[UUID]
) -> bool:
    match recorded.fact:
        case person.PersonRegistered() | person.DetailsCorrected():
            return True
        case person.CommunicationNeedsRecorded():
            return True
        case contact.ContactFact() as seen:
            provider: PartnerId = getattr(seen, "provider")  # noqa: B009
            return provider == partner or (agreement.follows_attendance and _own(recorded, own))
        case measure.MeasureCompleted(provider=provider):
            return provider == partner
        case pathway.PathwayFact():
            return _own(recorded, own)
        case referral.ReferralFact():
            return recorded.originator_id in own
        case _:
            return False


@dataclass(frozen=True, slots=True)
class Telling:
    """What one fact causes: what is told of it, what of earlier facts, and what is withdrawn."""

    disclosures: tuple[Disclosure, ...]
    backfills: tuple[Backfill, ...]
    withdrawn: tuple[PartnerId, ...]


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
    open: bool = False
    responsible: PartnerId | None = None

    def follow(
        self, recorded: Recorded, agreements: Mapping[PartnerId, AgreementSigned]
    ) -> Telling:
        """Follow one fact of this person and say who is told what.

        Everybody involved before or after the fact is told of it. A partner that becomes involved
        is told first what was said before. One that loses its basis without having taken the
        person on, or that the person objects to, gets a notice that withdraws what it was told.
        """
        before = dict(self.told)
        ended = self._evolve(recorded)
        today = (recorded.recorded_at or recorded.effective_at).date()
        now = {p for p, bases in self.bases.items() if bases and self._admits(p, agreements, today)}

        backfills = []
        for partner in sorted(now - before.keys()):
            backfills.append(self._backfill(partner, agreements[partner], recorded))
        redirected = recorded.fact
        if isinstance(redirected, referral.ReferralRedirected):
            receiver = redirected.receiver
            if receiver in before and agreements[receiver].scope is Scope.OWN:
                backfills.append(
                    self._backfill(receiver, agreements[receiver], recorded, recorded.originator_id)
                )

        disclosures = []
        for partner in sorted(before.keys() | now):
            agreement = agreements.get(partner)
            if agreement is None or not self._admits(partner, agreements, today):
                continue
            told = may_know(recorded, partner, agreement, self.own.get(partner, frozenset()))
            if told:
                disclosures.append(told)

        withdrawn = []
        for partner in sorted(before.keys() - now):
            del self.told[partner]
            if partner in self.objections or (partner in ended and partner not in self.carers):
                withdrawn.append(partner)
                self.past.pop(partner, None)
            else:
                self.past[partner] = recorded.position
        for partner in now:
            self.told[partner] = recorded.position
            self.past.pop(partner, None)
        return Telling(tuple(disclosures), tuple(backfills), tuple(withdrawn))

    def _backfill(
        self,
        partner: PartnerId,
        agreement: AgreementSigned,
        recorded: Recorded,
        only: UUID | None = None,
    ) -> Backfill:
        return Backfill(
            partner=partner,
            agreement=agreement,
            own=self.own.get(partner, frozenset()),
            since=0 if only else self.past.get(partner, 0),
            before=recorded.position,
            only=only,
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

    def _evolve(self, recorded: Recorded) -> set[PartnerId]:
        """Follow who is involved; answer those whose basis ended before they took the person on."""
        ended: set[PartnerId] = set()
        stream = recorded.originator_id

        def end(partner: PartnerId, basis: str) -> None:
            self._leave(partner, basis)
            ended.add(partner)

        match recorded.fact:
            case person.PersonRegistered(practice=practice):
                self._join(recorded.organisation, "registered")
                if practice:
                    self._join(practice, "registered")
            case person.ObjectionRaised(to=partner):
                self.objections.add(partner)
                self.consents.discard(partner)
            case person.ObjectionLifted(to=partner):
                self.objections.discard(partner)
            case person.ConsentGiven(to=partner):
                self.consents.add(partner)
            case referral.ReferralMade() as made:
                self._join(made.sender, f"sent {stream}", stream)
                self._join(made.receiver, f"received {stream}", stream)
            case referral.ReferralRedirected() as redirected:
                end(redirected.from_receiver, f"received {stream}")
                self._join(redirected.receiver, f"received {stream}", stream)
            case (
                referral.ReferralDeclined(receiver=receiver)
                | referral.ReferralWithdrawn(receiver=receiver)
                | referral.ReferralExpired(receiver=receiver)
            ):
                end(receiver, f"received {stream}")
            case referral.ReferralClosed(receiver=receiver):
                self._leave(receiver, f"received {stream}")
            case referral.OutcomeAcknowledged():
                self._leave(recorded.organisation, f"sent {stream}")
            case (
                pathway.PathwayOpened(responsible=partner)
                | pathway.PathwayReopened(responsible=partner)
            ):
                self.open, self.responsible = True, partner
                self.carers.add(partner)
                self._join(partner, "responsible")
            case pathway.HandoverOffered() as offered:
                self._join(offered.receiver, f"offered {offered.handover}", offered.handover)
            case referral.ReferralAccepted(receiver=receiver):
                self.carers.add(receiver)
            case pathway.HandoverAccepted() as accepted:
                self.carers.add(accepted.receiver)
                self.responsible = accepted.receiver
                self._leave(accepted.receiver, f"offered {accepted.handover}")
                self._leave(accepted.sender, "responsible")
                self._join(accepted.receiver, "responsible")
            case (
                pathway.HandoverDeclined(handover=handover, receiver=receiver)
                | pathway.HandoverLapsed(handover=handover, receiver=receiver)
            ):
                end(receiver, f"offered {handover}")
            case pathway.PathwayClosed(responsible=partner):
                self.open, self.responsible = False, None
                self._leave(partner, "responsible")
            case meeting.CaseListed(present=present):
                for partner in present:
                    self._join(partner, f"meeting {stream}")
            case meeting.MdtDecisionRecorded():
                for partner in self.bases:
                    self._leave(partner, f"meeting {stream}")
            case _:
                pass
        return ended
