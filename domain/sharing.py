"""The one door out: what a partner may know of a fact, decided once, purely.

It knows facts, involvement, agreements and objections; it refuses to know tables and pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import Any
from uuid import UUID

from domain import (
    contact,
    corrections,
    discussion,
    feedback,
    measure,
    meeting,
    pathway,
    person,
    plan,
    referral,
    training,
)
from domain.acknowledgement import WithdrawalsAcknowledged
from domain.action import ActionFact
from domain.advice import AdviceAsked, AdviceFact
from domain.agreement import AgreementSigned
from domain.carer import CarerFact
from domain.case import (
    AttendanceRecorded,
    CaseFact,
    CaseListed,
    DissentRecorded,
    MdtDecisionRecorded,
)
from domain.concern import ConcernAcknowledged, ConcernFact, SafetyConcernRaised
from domain.corrections import CorrectionFact, category_of
from domain.disclosure import DisclosedWithoutConsent
from domain.emergency import (
    EmergencyAccessEnded,
    EmergencyAccessReviewed,
    EmergencyAccessTaken,
    EmergencyFact,
    EmergencyReviewEscalated,
)
from domain.erased import PersonErased
from domain.erasure import ErasureFact
from domain.handover import HandoverAccepted
from domain.handover_offer import HandoverFact
from domain.implementation import ImplementationAwaited, ImplementationFact
from domain.kept_no_longer import KeptNoLonger
from domain.kernel import Category, Fact, Recorded
from domain.leaving import FallbackFact, ResponsibilityFellBack
from domain.legal_hold import LegalHoldFact
from domain.linking import LinkingFact, MatchRuledOut, PersonsLinked
from domain.membership import MembershipFact
from domain.needs import AdjustmentAgreed, NeedEnded, NeedMet, NeedNotMet
from domain.opening import (
    OpeningFact,
    OpeningReviewed,
    OpeningReviewEscalated,
    SealedItemClosed,
    SealedItemOpened,
)
from domain.pen import PenFact
from domain.rectification import RectificationFact
from domain.registered_carer import RegisteredCarerFact
from domain.request import ReferralFact
from domain.safeguarding import SafeguardingFact, SafeguardingReferred
from domain.sealing import ItemSealed, Sealed, SealFact, hidden
from domain.shared_care import SharedCareFact
from domain.social_work import WorkFact
from domain.standing import PathwayFact
from domain.subject_access import SubjectAccessFact
from domain.unmet import UnmetNeedRecorded
from domain.vocabulary import ConcernSource, Label, PartnerId, PersonId, Scope
from domain.waiting import WaitingFact
from domain.wishes import WishFact

WITHDRAWN = "share.Withdrawn.v1"
"""The type of the notice that a partner may no longer know what it was told of a person."""

ERASED = "person.PersonErased.v1"
"""The type of the notice that a person was erased, under an order: it says no more than that."""

LET_GO = "person.KeptNoLonger.v1"
"""The type of the notice that something was kept for long enough: it says what is to be removed."""

ENDED = "share.InvolvementEnded.v1"
"""The type of the notice that nothing more is told; what was told stays the partner's record."""

RECEIVED, SENT = "received", "sent"


@cache
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
    gets only what becoming a party to another referral adds. Of links it is told those that stand
    (``links``), and where it made the person known again (``said``) not what it said itself.
    What is ``sealed`` from it is left out.
    """

    partner: PartnerId
    agreement: AgreementSigned
    own: frozenset[UUID]
    before: int
    told: int = 0
    knew: frozenset[UUID] = frozenset()
    links: frozenset[PersonId] = frozenset()
    said: bool = False
    sealed: Sealed = field(default_factory=dict)

    def of(self, history: Iterable[Recorded]) -> Iterator[Disclosure]:
        """What the partner may know of a person's earlier facts, in their order."""
        partner, agreement = self.partner, self.agreement
        for recorded in history:
            if recorded.position >= self.before:
                break
            if self.said and recorded.organisation == partner:
                continue
            if isinstance(recorded.fact, LinkingFact) and not self._stands(recorded.fact):
                continue
            if recorded.position <= self.told and may_know(recorded, partner, agreement, self.knew):
                continue
            may = unless_sealed(recorded, partner, agreement, self.own, self.sealed, backfill=True)
            if may:
                yield may

    def _stands(self, fact: LinkingFact) -> bool:
        return isinstance(fact, PersonsLinked) and fact.other in self.links


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
    - Who registered a person or said that they died, who sat in a meeting and whom a person objects
      or consents to would name a drug service, a school or a probation office to organisations that
      never heard of it.
    - A correction is told to those who may know one of the details it puts right, and a settled
      conflict to those who may know its detail.
    - Who has a concern is told of it although its agreement was signed before there were any; who
      raised one and may not know of safety learns that it arrived and that somebody looks, and no
      more. Who it is about, or who is alleged, never learns of it.
    - A safeguarding referral is told under an agreement that says so, to who recorded it and to
      the body it went to.
    - What a person needs and does not wish to be told stays with whoever they said it to.
    - Shared care is substance-misuse care whatever its label says.
    - Of a seal is said that something is sealed; what, to those who recorded any of it.
    - No internal id of a person is told.
    """
    fact = recorded.fact
    allowed = agreement.categories
    if isinstance(fact, OF_SAFETY):
        if _sealed(fact, partner) or not _safeguards(recorded, partner, agreement):
            return None
        if isinstance(fact, ConcernFact) and Category.SAFETY not in allowed:
            if fact.acts != partner or Category.COORDINATION not in allowed:
                return _answer_to_who_raised(recorded, partner, agreement, backfill)
            allowed = (*allowed, Category.SAFETY)
    if isinstance(fact, DisclosedWithoutConsent) and Category.IDENTITY in allowed:
        allowed = (*allowed, fact.CATEGORY)  # whoever told it keeps that it did
    if fact.CATEGORY not in allowed or isinstance(fact, TOLD_TO_NOBODY):
        return None
    if isinstance(fact, feedback.FeedbackGiven) and fact.provider != partner:
        return None
    if isinstance(fact, corrections.DetailsCorrected):
        told = [d for d in corrections.changed(fact) if category_of(d) in allowed]
        if not told:
            return None
        taken_out = tuple(detail for detail in fact.taken_out if detail in told)
        recorded = replace(recorded, fact=fact.model_copy(update={"taken_out": taken_out}))
    if isinstance(fact, corrections.ConflictSettled) and category_of(fact.detail) not in allowed:
        return None
    if not _shared(fact) and recorded.organisation != partner:
        return None
    sensitive = recorded.label is Label.SUBSTANCE or isinstance(fact, SharedCareFact)
    own_alone = agreement.scope is Scope.OWN
    # Where all is told of the whole episode, nobody asks who takes part.
    asked = own_alone or not agreement.substance
    concerned = asked and _concerns(recorded, partner, agreement, own)
    if own_alone and not concerned:
        return None
    discreet = not (agreement.substance or concerned)
    if discreet and isinstance(fact, OF_THE_ROOM):
        return None
    if isinstance(fact, ABOUT_ONE_PARTNER) and recorded.organisation != partner:
        return None
    fields = set(_fields(type(fact), allowed))
    if isinstance(fact, NAMING_PERSONS):
        fields -= OF_PERSONS
    if recorded.label is Label.SUBSTANCE and Category.COORDINATION not in allowed:
        fields -= {"instead"}  # a library does not learn that a drug service was named
    if discreet:
        fields -= WHO_SAT.get(type(fact), set())
    if discreet and sensitive:
        holding = _holding(fact)
        if holding is None:
            return None
        return _disclosed(recorded, partner, fields & holding, {}, backfill)
    envelope = {} if recorded.originator_id == recorded.person else _envelope(recorded)
    coordinating = Category.COORDINATION in allowed
    of_the_person = (recorded.causation or "").startswith(f"{recorded.person}/")
    registrar = isinstance(fact, OF_THE_PERSON) or of_the_person
    registrar = registrar and not agreement.substance
    if recorded.organisation == partner or (coordinating and not registrar):
        envelope["by_organisation"] = str(recorded.organisation)
        if recorded.practitioner:
            envelope["by_practitioner"] = str(recorded.practitioner)
    if isinstance(fact, OF_SAFETY):
        fields -= _unsaid(recorded, partner, agreement, discreet)
        if recorded.organisation != partner and not _says_who(recorded, agreement, discreet):
            envelope.pop("by_organisation", None)
            envelope.pop("by_practitioner", None)
    if isinstance(fact, SealFact):
        fields -= _of_the_seal(recorded, partner)
        if recorded.organisation != partner:
            envelope.pop("by_organisation", None)
            envelope.pop("by_practitioner", None)
    if recorded.causation and coordinating and not of_the_person:
        envelope["causation"] = recorded.causation
    if isinstance(fact, ASKING):
        envelope["part"] = (
            RECEIVED if fact.receiver == partner else SENT if fact.sender == partner else ""
        )
    if isinstance(fact, referral.ReferralRedirected):
        envelope["part"] = RECEIVED if fact.receiver == partner else ""
    return _disclosed(recorded, partner, fields, envelope, backfill)


def unless_sealed(
    recorded: Recorded,
    partner: PartnerId,
    agreement: AgreementSigned,
    own: frozenset[UUID],
    sealed: Sealed,
    *,
    backfill: bool = False,
) -> Disclosure | None:
    """What a partner may know of one fact, where some are sealed; nothing names what is."""
    if hidden(recorded, partner, sealed):
        return None
    told = may_know(recorded, partner, agreement, own, backfill=backfill)
    kept = {item for item, keepers in sealed.items() if partner not in keepers}
    if told is None or not kept:
        return told
    naming = {key for key in REFERENCES if str(told.data.get(key)).split("/")[0] in kept}
    return replace(told, data={k: v for k, v in told.data.items() if k not in naming})


def erased_to(partner: PartnerId, recorded: Recorded) -> Disclosure:
    """That a person was erased, and under which order; nothing else is told of it."""
    fact = recorded.fact
    assert isinstance(fact, PersonErased)
    return Disclosure(partner, ERASED, {"order": fact.order}, frozenset(), recorded)


def let_go_to(partner: PartnerId, recorded: Recorded) -> Disclosure:
    """That something was kept for long enough, told to who was told of it; nothing else is."""
    data = recorded.fact.model_dump(mode="json")
    return Disclosure(partner, LET_GO, data, frozenset(), recorded)


def of_nobody(recorded: Recorded) -> Disclosure:
    """What is told of an unmet need that is nobody's: only who recorded it hears of it."""
    return Disclosure(
        partner=recorded.organisation,
        type=message_type(type(recorded.fact)),
        data=recorded.fact.model_dump(mode="json", exclude_none=True)
        | {"stream": str(recorded.originator_id), "by_organisation": str(recorded.organisation)},
        personal=frozenset(),
        recorded=recorded,
    )


OF_THE_PERSON = (
    person.PersonFact,
    WishFact,
    SealFact,
    CorrectionFact,
    CarerFact,
    RegisteredCarerFact,
)
"""What is known of a person and of who cares for them: by whom it is known may name drug care."""

REFERENCES = ("correlation", "causation")
"""What names another stream: left out where that one is sealed."""

OF_SAFETY = (ConcernFact, SafeguardingFact)
OF_THE_ROOM = (AttendanceRecorded, DissentRecorded)
NAMING_PERSONS = (LinkingFact, person.PersonMadeKnownAgain)
ASKING = (referral.ReferralMade, AdviceAsked)

WHO_SAT: dict[type[Fact], set[str]] = {
    CaseListed: {"present"},
    MdtDecisionRecorded: {"dissent", "informs"},
}
"""What would name a drug service to an organisation that was not in the room."""

WHO_LOOKS = ("acts", "raised_by", "was", "to", "body")
"""What would name a drug service to an organisation that took no part in its care."""

TOLD_TO_NOBODY = (
    feedback.AnonymousFeedbackGiven,
    training.TrainingHeld,
    training.TrainingAttended,
    MatchRuledOut,
    WithdrawalsAcknowledged,
    EmergencyAccessReviewed,
    EmergencyReviewEscalated,
    OpeningReviewed,
    OpeningReviewEscalated,
    SubjectAccessFact,
    ErasureFact,
    PersonErased,
    KeptNoLonger,
    LegalHoldFact,
)
"""In nobody's share: what nobody said is counted, who learned what is their employer's, who
somebody is not would name another, and a review of who looked is the privacy officer's. That
somebody was erased, or something kept long enough, is no news of them but a notice."""

ABOUT_ONE_PARTNER = (
    WishFact,
    DisclosedWithoutConsent,
    person.PersonMadeKnownAgain,
    EmergencyAccessTaken,
    EmergencyAccessEnded,
    SealedItemOpened,
    SealedItemClosed,
)
"""Told to nobody but the organisation the person said it to, or that did it."""

SAID_AS: dict[type[Fact], type[Fact]] = {person.PersonMadeKnownAgain: person.PersonRegistered}
"""What is told in the words of another fact: nobody finds out by registering who is known."""

OF_PERSONS = {"other", "kept", "made_as"}
"""Ids of persons: whoever tells gives each partner its own instead."""


def _disclosed(
    recorded: Recorded,
    partner: PartnerId,
    fields: set[str],
    envelope: dict[str, Any],
    backfill: bool,
) -> Disclosure:
    fact = recorded.fact
    if fact.THIRD_PARTY:
        envelope = envelope | {"third_party": True}
    return Disclosure(
        partner=partner,
        type=message_type(SAID_AS.get(type(fact), type(fact))),
        data=fact.model_dump(mode="json", include=fields, exclude_none=True) | envelope,
        personal=fact.PERSONAL_FIELDS,
        recorded=recorded,
        backfill=backfill,
    )


@lru_cache(maxsize=10_000)
def _fields(fact: type[Fact], allowed: tuple[Category, ...]) -> frozenset[str]:
    """The fields of a kind of fact that these categories let somebody know."""
    named = {name for name, category in fact.FIELD_CATEGORY.items() if category in allowed}
    return frozenset(named - {"carer_person"})


def _shared(fact: Fact) -> bool:
    """Whether the person wishes that a need of theirs is told."""
    match fact:
        case (
            AdjustmentAgreed(shared=shared)
            | NeedEnded(shared=shared)
            | NeedMet(shared=shared)
            | NeedNotMet(shared=shared)
            | corrections.ConflictSettled(shared=shared)
        ):
            return shared
        case _:
            return True


def _envelope(recorded: Recorded) -> dict[str, Any]:
    return {
        "stream": str(recorded.originator_id),
        "fact": recorded.id,
        "correlation": str(recorded.correlation),
    }


def _sealed(fact: ConcernFact | SafeguardingFact, partner: PartnerId) -> bool:
    """Whether it is about this organisation."""
    match fact:
        case ConcernFact(sealed_from=about) | SafeguardingReferred(alleged=about):
            return partner in about
        case _:
            return False


def _of_the_seal(recorded: Recorded, partner: PartnerId) -> set[str]:
    """What of a seal would say what is sealed, or who recorded it."""
    fact = recorded.fact
    if isinstance(fact, ItemSealed) and partner in (*fact.keepers, recorded.organisation):
        return {"keepers"}
    return {"keepers", "item"}


def _acting(recorded: Recorded) -> tuple[PartnerId | None, ...]:
    """Who has the concern, or recorded the safeguarding or looks into it."""
    match recorded.fact:
        case ConcernFact(acts=acts):
            return (acts,)
        case SafeguardingReferred(body=body):
            return (body, recorded.organisation)
        case _:
            return ()


def _unsaid(
    recorded: Recorded, partner: PartnerId, agreement: AgreementSigned, discreet: bool
) -> set[str]:
    """What would name, of a concern, somebody whom the partner need not know to keep it in mind.

    Who raised it, unless the partner has or had it; whom it is about, unless it has it now; and
    whoever shares drug care, unless the agreement says so.
    """
    fact = recorded.fact
    unsaid = set() if partner in _acting(recorded) else {"sealed_from", "alleged"}
    unsaid |= {"raised_by"} if discreet else set()
    if recorded.label is Label.SUBSTANCE and not agreement.substance:
        unsaid |= {"sealed_from", "alleged"}
        unsaid |= {name for name in WHO_LOOKS if getattr(fact, name, partner) != partner}
    return unsaid


def _says_who(recorded: Recorded, agreement: AgreementSigned, discreet: bool) -> bool:
    """Whether who recorded it is said: that may be a school or a probation office."""
    if recorded.label is Label.SUBSTANCE and not agreement.substance:
        return False
    return not (discreet and isinstance(recorded.fact, SafetyConcernRaised))


def _safeguards(recorded: Recorded, partner: PartnerId, agreement: AgreementSigned) -> bool:
    """Whether it is no safeguarding, or safeguarding that the partner may know of."""
    match recorded.fact:
        case ConcernFact(source=source) as concern if source is ConcernSource.SAFEGUARDING:
            takes_part = partner in (concern.acts, concern.raised_by, recorded.organisation)
        case SafeguardingReferred(body=body):
            takes_part = partner in (body, recorded.organisation)
        case _:
            return True
    return takes_part or agreement.safeguarding


def _answer_to_who_raised(
    recorded: Recorded, partner: PartnerId, agreement: AgreementSigned, backfill: bool
) -> Disclosure | None:
    """That a concern arrived and that somebody looks, to who raised it and may know no more."""
    fact = recorded.fact
    if not isinstance(fact, SafetyConcernRaised | ConcernAcknowledged):
        return None
    if fact.raised_by != partner or Category.IDENTITY not in agreement.categories:
        return None
    return _disclosed(recorded, partner, set(), {"stream": str(recorded.originator_id)}, backfill)


def _holding(fact: Fact) -> set[str] | None:
    """What says that responsibility moved without naming a drug service; ``None`` if it did not."""
    match fact:
        case pathway.PathwayOpened() | pathway.PathwayReopened():
            return {"step"}
        case HandoverAccepted(label=label):
            return {"handover", "receiver"} if label is Label.ORDINARY else {"handover"}
        case ResponsibilityFellBack(label=label):
            return {"responsible"} if label is Label.ORDINARY else set()
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
        case corrections.DisagreementRecorded() | RectificationFact():
            return recorded.organisation == partner or recorded.correlation in own
        case person.PersonFact() | CorrectionFact() | CarerFact() | RegisteredCarerFact():
            return True
        case EmergencyFact() | OpeningFact():
            return recorded.organisation == partner
        case WishFact() | SealFact() | DisclosedWithoutConsent():
            return True
        case SharedCareFact():
            return recorded.originator_id in own
        case contact.ContactFact() | MembershipFact():
            follows = agreement.follows_attendance and recorded.correlation in own
            return fact.provider == partner or follows
        case measure.MeasureFact(provider=provider) | WorkFact(provider=provider):
            return provider == partner
        case PathwayFact() | HandoverFact() | FallbackFact():
            named = {getattr(fact, role, None) for role in ("sender", "receiver", "responsible")}
            return recorded.correlation in own or partner in named | {recorded.organisation}
        case MdtDecisionRecorded(receiver=receiver) if receiver == partner:
            return True
        case ImplementationAwaited(owner=owner) if owner == partner:
            return True
        case ImplementationFact(meeting=at):
            return at in own or recorded.organisation == partner
        case ActionFact(owner=owner, meeting=at):
            coordinating = Category.COORDINATION in agreement.categories
            return owner == partner or (at in own and coordinating)
        case feedback.FeedbackGiven(provider=provider):
            return provider == partner
        case plan.PlanFact():
            return recorded.organisation == partner
        case discussion.CaseDiscussed(asked_by=one, advised_by=other):
            return partner in (one.partner, other.partner)
        case ConcernFact() as worry:
            named = {worry.acts, worry.raised_by, getattr(worry, "to", None)}
            return recorded.originator_id in own or partner in named
        case SafeguardingReferred(body=body):
            return partner in (body, recorded.organisation)
        case ReferralFact() | AdviceFact() | WaitingFact():
            return recorded.originator_id in own
        case UnmetNeedRecorded():
            return recorded.organisation == partner
        case meeting.MeetingFact() | PenFact() | CaseFact():
            return recorded.originator_id in own
        case _:
            return False
