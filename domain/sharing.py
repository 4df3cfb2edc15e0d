"""The one door out: what a partner may know of a fact, decided once, purely.

It knows facts, involvement, agreements and objections; it refuses to know tables and pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any
from uuid import UUID

from domain import contact, measure, meeting, pathway, person, referral
from domain.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverFact,
    HandoverLapsed,
    HandoverOffered,
)
from domain.kernel import Category, Fact, Recorded
from domain.partner import AgreementSigned
from domain.vocabulary import Label, PartnerId, PersonId, Scope

WITHDRAWN = "share.Withdrawn.v1"
"""The type of the notice that a partner may no longer know what it was told of a person."""

ENDED = "share.InvolvementEnded.v1"
"""The type of the notice that nothing more is told; what was told stays the partner's record."""

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
    """What a partner may know of facts before ``before``, now that it is involved.

    It was told until ``told``, while its own referrals were those in ``knew``: of those facts it
    gets only what becoming a party to another referral adds.
    """

    partner: PartnerId
    agreement: AgreementSigned
    own: frozenset[UUID]
    before: int
    told: int = 0
    knew: frozenset[UUID] = frozenset()

    def of(self, history: Iterable[Recorded]) -> Iterator[Disclosure]:
        """What the partner may know of a person's earlier facts, in their order."""
        partner, agreement = self.partner, self.agreement
        for recorded in history:
            if recorded.position >= self.before:
                break
            if recorded.position <= self.told and may_know(recorded, partner, agreement, self.knew):
                continue
            may = may_know(recorded, partner, agreement, self.own, backfill=True)
            if may:
                yield may


def may_know(
    recorded: Recorded,
    partner: PartnerId,
    agreement: AgreementSigned,
    own: frozenset[UUID],
    *,
    backfill: bool = False,
) -> Disclosure | None:
    """What an involved partner may know of one fact, or nothing.

    ``own`` are the referrals, hand-overs and meetings the partner is or was a party to. Whether it
    is involved, objected to or lacks consent is decided before, by `Circle`.

    - A field is told if the agreement names its category, a fact if it names the fact's own.
    - A partner that is told of its own alone is told of what it takes part in (`_concerns`).
    - Substance-misuse care is told under an agreement that says so, and to those who take part.
      Everybody else who may know who holds the person learns only that responsibility moved, and
      to whom unless that is a drug service: nobody may believe that they, or somebody who is not,
      still hold the person.
    - Who registered a person, who sat in a meeting and whom a person objects or consents to would
      name a drug service, a school or a probation office to organisations that never heard of it.
    - No internal id of a person is told.
    """
    fact = recorded.fact
    allowed = agreement.categories
    if fact.CATEGORY not in allowed:
        return None
    concerned = _concerns(recorded, partner, agreement, own)
    if agreement.scope is Scope.OWN and not concerned:
        return None
    discreet = not (agreement.substance or concerned)
    if discreet and isinstance(fact, meeting.AttendanceRecorded):
        return None
    if isinstance(fact, ABOUT_ONE_PARTNER) and recorded.organisation != partner:
        return None
    fields = {name for name, category in fact.FIELD_CATEGORY.items() if category in allowed}
    if discreet and isinstance(fact, meeting.CaseListed):
        fields -= {"present"}
    if discreet and recorded.label is Label.SUBSTANCE:
        holding = _holding(fact)
        if holding is None:
            return None
        return _disclosed(recorded, partner, fields & holding, {}, backfill)
    envelope = {} if recorded.originator_id == recorded.person else _envelope(recorded)
    coordinating = Category.COORDINATION in allowed
    registrar = isinstance(fact, person.PersonFact) and not agreement.substance
    if recorded.organisation == partner or (coordinating and not registrar):
        envelope["by_organisation"] = str(recorded.organisation)
        if recorded.practitioner:
            envelope["by_practitioner"] = str(recorded.practitioner)
    if recorded.causation and coordinating:
        envelope["causation"] = recorded.causation
    if isinstance(fact, referral.ReferralMade):
        envelope["part"] = (
            RECEIVED if fact.receiver == partner else SENT if fact.sender == partner else ""
        )
    if isinstance(fact, referral.ReferralRedirected):
        envelope["part"] = RECEIVED if fact.receiver == partner else ""
    return _disclosed(recorded, partner, fields, envelope, backfill)


ABOUT_ONE_PARTNER = (person.ObjectionRaised, person.ObjectionLifted, person.ConsentGiven)
"""Told to nobody but the organisation the person said it to."""


def _disclosed(
    recorded: Recorded,
    partner: PartnerId,
    fields: set[str],
    envelope: dict[str, Any],
    backfill: bool,
) -> Disclosure:
    fact = recorded.fact
    return Disclosure(
        partner=partner,
        type=message_type(type(fact)),
        data=fact.model_dump(mode="json", include=fields, exclude_none=True) | envelope,
        personal=fact.PERSONAL_FIELDS,
        recorded=recorded,
        backfill=backfill,
    )


def _envelope(recorded: Recorded) -> dict[str, Any]:
    return {
        "stream": str(recorded.originator_id),
        "fact": recorded.id,
        "correlation": str(recorded.correlation),
    }


def _holding(fact: Fact) -> set[str] | None:
    """What says that responsibility moved without naming a drug service; ``None`` if it did not."""
    match fact:
        case pathway.PathwayOpened() | pathway.PathwayReopened():
            return {"step"}
        case HandoverAccepted(label=label):
            return {"handover", "receiver"} if label is Label.ORDINARY else {"handover"}
        case pathway.PathwayClosed():
            return set()
        case _:
            return None


def _concerns(
    recorded: Recorded, partner: PartnerId, agreement: AgreementSigned, own: frozenset[UUID]
) -> bool:
    """Whether the partner takes part in what the fact is about."""
    fact = recorded.fact
    match fact:
        case person.PersonFact():
            return True
        case contact.ContactFact():
            follows = agreement.follows_attendance and recorded.correlation in own
            return fact.provider == partner or follows
        case measure.MeasureCompleted(provider=provider):
            return provider == partner
        case pathway.PathwayFact() | HandoverFact():
            named = {getattr(fact, role, None) for role in ("sender", "receiver", "responsible")}
            return recorded.correlation in own or partner in named | {recorded.organisation}
        case meeting.MdtDecisionRecorded(receiver=receiver) if receiver == partner:
            return True
        case referral.ReferralFact() | meeting.MeetingFact():
            return recorded.originator_id in own
        case _:
            return False


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
        for partner in sorted(before.keys() | now):
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
        return Telling(tuple(disclosures), tuple(backfills), tuple(withdrawn), tuple(over))

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
        gained = (
            narrow
            and own > was
            and isinstance(recorded.fact, referral.ReferralRedirected | HandoverOffered)
        )
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
            case person.ObjectionRaised(to=partner):
                self.objections.add(partner)
                self.consents.discard(partner)
            case person.ObjectionLifted(to=partner):
                self.objections.discard(partner)
            case person.ConsentGiven(to=partner):
                self.consents.add(partner)
            case referral.ReferralMade() as made:
                self._leave(recorded.organisation, "registering")
                self._join(made.sender, f"sent {stream}", stream)
                self._join(made.receiver, f"received {stream}", stream)
            case referral.ReferralRedirected() as redirected:
                end(redirected.from_receiver, "received", stream)
                self._join(redirected.receiver, f"received {stream}", stream)
            case (
                referral.ReferralDeclined(receiver=receiver)
                | referral.ReferralExpired(receiver=receiver)
            ):
                self._leave(receiver, f"sent {stream}")  # a person's own request, recorded by it
                end(receiver, "received", stream)
            case referral.ReferralWithdrawn(receiver=receiver):
                self._leave(recorded.organisation, f"sent {stream}")
                end(receiver, "received", stream)
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
            case pathway.PathwayClosed(responsible=partner):
                self.open, self.responsible = False, None
                self._leave(partner, "responsible")
            case meeting.CaseListed(present=present):
                for partner in present:
                    self._join(partner, f"meeting {stream}", stream)
            case meeting.MdtDecisionRecorded() | meeting.CaseNotReached():
                for partner in self.bases:
                    self._leave(partner, f"meeting {stream}")
            case _:
                pass
        return ended
