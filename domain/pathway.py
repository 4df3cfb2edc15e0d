"""Pathway: a person's way through the steps of care, and who is responsible at every moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar
from uuid import UUID, uuid5

from domain import edits
from domain.edits import Edit
from domain.handover import (
    AlreadyResponsible,
    AnotherHandoverIsOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverFact,
    HandoverLapsed,
    HandoverOffered,
    HandoverSilenceAcknowledged,
    HandoverSilenceEscalated,
    NobodyOfferedThisHandover,
    Offer,
    OnlyTheReceiverMayAnswer,
)
from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.leaving import (
    FallbackAcknowledged,
    FallbackFact,
    NothingFellBack,
    OnlySomebodyMaySeeIt,
    ResponsibilityFellBack,
)
from domain.policies.escalation import Rung, Silence
from domain.silence import Wait
from domain.vocabulary import (
    Because,
    DecisionId,
    EditId,
    EndReason,
    HandoverId,
    Label,
    PartnerId,
    PathwayId,
    PersonId,
    PractitionerId,
    Step,
)


def pathway_of(person: PersonId) -> PathwayId:
    """A person has one pathway; its id follows from the person's, so two can never be opened."""
    return PathwayId(uuid5(person, "pathway"))


# What happened


class PathwayFact(Fact):
    """Where a person stands among the steps, and who holds them."""

    TOPIC: ClassVar[str] = "pathway:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLE,)


class PathwayOpened(PathwayFact):
    """The person's way through the steps began; an organisation is responsible from now on."""

    TOPIC: ClassVar[str] = "pathway:PathwayOpened"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER, Recorder.RECEIVER)

    step: Step
    responsible: PartnerId


class KeyWorkerNamed(PathwayFact):
    """One named person to turn to (Community Mental Health Framework, NHS England, 2019)."""

    TOPIC: ClassVar[str] = "pathway:KeyWorkerNamed"

    key_worker: PractitionerId
    edit: EditId | None = None
    instead_of: tuple[EditId, ...] = ()


class StepUpProposed(PathwayFact):
    """More intensive help is thought right."""

    TOPIC: ClassVar[str] = "pathway:StepUpProposed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RESPONSIBLE,
        Recorder.SENDER,
        Recorder.RECEIVER,
        Recorder.INVITED,
    )

    from_step: Step
    to_step: Step
    decision: DecisionId | None = None
    evidence: Clinical[PersonalText | None] = None


class StepDownProposed(PathwayFact):
    """Less intensive help is thought right."""

    TOPIC: ClassVar[str] = "pathway:StepDownProposed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RESPONSIBLE,
        Recorder.SENDER,
        Recorder.RECEIVER,
        Recorder.INVITED,
    )

    from_step: Step
    to_step: Step
    decision: DecisionId | None = None
    evidence: Clinical[PersonalText | None] = None


class SteppedUp(PathwayFact):
    """The person is at a higher step now."""

    TOPIC: ClassVar[str] = "pathway:SteppedUp"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER, Recorder.INVITED)

    from_step: Step
    to_step: Step
    responsible: PartnerId


class SteppedDown(PathwayFact):
    """The person is at a lower step now."""

    TOPIC: ClassVar[str] = "pathway:SteppedDown"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER, Recorder.INVITED)

    from_step: Step
    to_step: Step
    responsible: PartnerId


class PathwayClosed(PathwayFact):
    """The person needs no more help for now."""

    TOPIC: ClassVar[str] = "pathway:PathwayClosed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RESPONSIBLE,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )

    reason: EndReason
    responsible: PartnerId


class PathwayReopened(PathwayFact):
    """The person came back; an organisation is responsible again."""

    TOPIC: ClassVar[str] = "pathway:PathwayReopened"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.SENDER,
        Recorder.RECEIVER,
        Recorder.REPORTING,
    )

    step: Step
    responsible: PartnerId


# What is refused


class PathwayIsOpen(BrokenRule):
    """The person's pathway is open already."""


class PathwayIsClosed(BrokenRule):
    """The person's pathway is closed; a new referral reopens it."""


class OnlyTheResponsibleMay(BrokenRule):
    """Only the organisation that is responsible for the person may do this."""


class AlreadyAtThisStep(BrokenRule):
    """The person is at this step with this organisation already; nothing would change."""


# What is true now and may happen next


@dataclass
class Pathway(Aggregate):
    """One person's way through the steps. While it is open somebody is always responsible.

    ``label`` is that of the present holding. A fact about a hand-over carries the label of either
    side, so that neither taking a person on nor handing them back names a drug service.
    """

    NOUN: ClassVar[str] = "pathway"

    person: PersonId | None = None
    open: bool = False
    responsible: PartnerId | None = None
    step: Step = Step.COMMUNITY_PREVENTION
    key_workers: tuple[Edit, ...] = ()
    offer: Offer | None = None
    label: Label = Label.ORDINARY
    answered: dict[HandoverId, str] = field(default_factory=dict)
    last_responsible: PartnerId | None = None
    ended_by: EndReason | None = None
    fell_back: bool = False
    fallback_seen: bool = False

    def begin(
        self,
        person: PersonId,
        *,
        step: Step,
        responsible: PartnerId,
        label: Label,
        asked: Asked,
        correlation: UUID,
        cause: str | None,
    ) -> Recorded:
        """Open the pathway, or open it again. Raises `PathwayIsOpen`."""
        if self.open:
            raise PathwayIsOpen(self.id)
        fact = (
            PathwayOpened(step=step, responsible=responsible)
            if self.version == 0
            else PathwayReopened(step=step, responsible=responsible)
        )
        return self.record(
            fact, asked, person=person, label=label, correlation=correlation, cause=cause
        )

    @property
    def key_worker(self) -> PractitionerId | None:
        """Who the person turns to: of several that were named, the one named for the latest."""
        named = edits.current(self.key_workers)
        return PractitionerId(UUID(named)) if named else None

    def name_key_worker(
        self,
        key_worker: PractitionerId,
        *,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Recorded | None:
        """Name who the person turns to, instead of those whom the writer saw named.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`.
        """
        self._holding(asked)
        if key_worker == self.key_worker and not edits.differ(self.key_workers):
            return None
        seen = edits.seen(self.key_workers, asked.at) if instead_of is None else set(instead_of)
        here = {each.id for each in self.key_workers}  # those of an earlier holder have ended
        fact = KeyWorkerNamed(
            key_worker=key_worker, edit=asked.edit, instead_of=tuple(sorted(seen & here))
        )
        return self._record(fact, asked)

    def offer_handover(
        self,
        handover: HandoverId,
        *,
        receiver: PartnerId,
        to_step: Step,
        label: Label,
        decision: DecisionId | None = None,
        evidence: str | None = None,
        asked: Asked,
        correlation: UUID,
        cause: str | None = None,
    ) -> Recorded:
        """Offer the person to another organisation, which is not responsible until it accepts.

        Raises `PathwayIsClosed`, `AnotherHandoverIsOffered`, `AlreadyResponsible`.
        """
        if not self.open or self.responsible is None:
            raise PathwayIsClosed(self.id)
        if self.offer is not None:
            raise AnotherHandoverIsOffered(self.offer.handover)
        if receiver == self.responsible:
            raise AlreadyResponsible(receiver)
        if to_step != self.step:
            proposal = StepUpProposed if to_step > self.step else StepDownProposed
            proposed = self.record(
                proposal(
                    from_step=self.step, to_step=to_step, decision=decision, evidence=evidence
                ),
                asked,
                person=self.person,
                label=self._either(label),
                correlation=correlation,
                cause=cause,
            )
            cause = proposed.id
        fact = HandoverOffered(
            handover=handover,
            sender=self.responsible,
            receiver=receiver,
            to_step=to_step,
            label=label,
        )
        return self.record(
            fact,
            asked,
            person=self.person,
            label=self._either(label),
            correlation=correlation,
            cause=cause,
        )

    def accept_handover(
        self, handover: HandoverId, *, asked: Asked, cause: str | None = None
    ) -> Recorded | None:
        """Take the person on: responsibility and step move with this, all or nothing.

        Raises `NobodyOfferedThisHandover`, `OnlyTheReceiverMayAnswer`, `PathwayIsClosed`.
        """
        if self.answered.get(handover) == "accepted" and asked.organisation == self.responsible:
            return None
        offer = self._answering(handover, asked)
        accepted = self.record(
            HandoverAccepted(
                handover=handover,
                sender=offer.sender,
                receiver=offer.receiver,
                label=offer.label,
            ),
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=cause or offer.fact,
        )
        if offer.to_step != self.step:
            stepped = SteppedUp if offer.to_step > self.step else SteppedDown
            self.record(
                stepped(from_step=self.step, to_step=offer.to_step, responsible=offer.receiver),
                asked,
                person=self.person,
                label=self.label,
                correlation=offer.correlation,
                cause=accepted.id,
            )
        return accepted

    def decline_handover(
        self,
        handover: HandoverId,
        *,
        note: str | None,
        asked: Asked,
        cause: str | None = None,
    ) -> Recorded | None:
        """Not take the person on; the sender still holds them.

        Raises `NobodyOfferedThisHandover`, `OnlyTheReceiverMayAnswer`.
        """
        if self.offer is None and self.answered.get(handover) == "declined":
            return None
        offer = self._answering(handover, asked)
        return self.record(
            HandoverDeclined(
                handover=handover, sender=offer.sender, receiver=offer.receiver, note=note
            ),
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=cause or offer.fact,
        )

    def withdraw_handover(self, handover: HandoverId, *, asked: Asked) -> Recorded | None:
        """Take an offer back. Raises `OnlyTheResponsibleMay`, `NobodyOfferedThisHandover`."""
        self._holding(asked)
        if self.offer is None and self.answered.get(handover) == "lapsed":
            return None
        if self.offer is None or self.offer.handover != handover:
            raise NobodyOfferedThisHandover(handover)
        return self.lapse_handover(handover, asked=asked)

    def lapse_handover(
        self, handover: HandoverId, *, asked: Asked, cause: str | None = None
    ) -> Recorded | None:
        """End an offer that was taken back or never answered; the sender still holds the person."""
        offer = self.offer
        if offer is None or offer.handover != handover:
            return None
        return self.record(
            HandoverLapsed(handover=handover, sender=offer.sender, receiver=offer.receiver),
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=cause or offer.fact,
        )

    def escalate_silence(
        self, handover: HandoverId, rung: Rung, *, asked: Asked
    ) -> Recorded | None:
        """Tell the next one that nobody answered the offer. Asked twice, it tells once.

        A timer asks this for the organisation that holds the person. Raises
        `NobodyOfferedThisHandover`, `OnlyTheResponsibleMay` and what `Wait.climb` raises.
        """
        offer = self._offered(handover)
        self._holding(asked)
        due = offer.wait.climb(rung, asked.at)
        if due is None:
            return None
        fact = HandoverSilenceEscalated(
            handover=handover,
            sender=offer.sender,
            receiver=offer.receiver,
            rung=rung,
            due_at=due.at,
        )
        return self._about(offer, fact, asked)

    def acknowledge_silence(self, handover: HandoverId, *, asked: Asked) -> Recorded | None:
        """See to the escalated silence of an offer. Asked twice, it answers once.

        Raises `NobodyOfferedThisHandover` and what `Wait.may_acknowledge` raises.
        """
        offer = self._offered(handover)
        if not offer.wait.may_acknowledge((offer.receiver, offer.sender), asked):
            return None
        fact = HandoverSilenceAcknowledged(
            handover=handover, sender=offer.sender, receiver=offer.receiver
        )
        return self._about(offer, fact, asked)

    def move_within(
        self,
        to_step: Step,
        *,
        decision: DecisionId,
        label: Label,
        asked: Asked,
        correlation: UUID,
        cause: str,
    ) -> Recorded:
        """Step up or down with the organisation that is responsible already: nothing to accept.

        Raises `PathwayIsClosed`, `AnotherHandoverIsOffered`, `AlreadyAtThisStep`.
        """
        if not self.open or self.responsible is None:
            raise PathwayIsClosed(self.id)
        if self.offer is not None:
            raise AnotherHandoverIsOffered(self.offer.handover)
        if to_step == self.step:
            raise AlreadyAtThisStep(self.id)
        up = to_step > self.step
        proposal, stepped = (StepUpProposed, SteppedUp) if up else (StepDownProposed, SteppedDown)
        from_step, person = self.step, self.person
        proposed = self.record(
            proposal(from_step=from_step, to_step=to_step, decision=decision),
            asked,
            person=person,
            label=self._either(label),
            correlation=correlation,
            cause=cause,
        )
        return self.record(
            stepped(from_step=from_step, to_step=to_step, responsible=self.responsible),
            asked,
            person=person,
            label=self.label,
            correlation=correlation,
            cause=proposed.id,
        )

    def close(self, reason: EndReason, *, asked: Asked) -> Recorded | None:
        """End the pathway. Raises `OnlyTheResponsibleMay`, `AnotherHandoverIsOffered`."""
        if not self.open:
            return None
        self._holding(asked)
        if self.offer is not None:
            raise AnotherHandoverIsOffered(self.offer.handover)
        return self._record(PathwayClosed(reason=reason, responsible=asked.organisation), asked)

    def end(self, reason: EndReason, *, asked: Asked, cause: str | None) -> Recorded | None:
        """End the pathway because of what nobody agreed to: a death, or a move to another place.

        An offer that waits ends with it. The organisation that held the person need not ask it.
        """
        if not self.open or self.responsible is None:
            return None
        if self.offer is not None:
            self.lapse_handover(self.offer.handover, asked=asked, cause=cause)
        return self.record(
            PathwayClosed(reason=reason, responsible=self.responsible),
            asked,
            person=self.person,
            label=self.label,
            cause=cause,
        )

    def reopen_after_error(self, *, asked: Asked, cause: str) -> Recorded | None:
        """Open again what a death closed that did not happen, with whom it was with."""
        if self.open or self.last_responsible is None or self.ended_by is not EndReason.DIED:
            return None
        fact = PathwayReopened(step=self.step, responsible=self.last_responsible)
        return self.record(fact, asked, person=self.person, label=self.label, cause=cause)

    def fall_back(
        self, to: PartnerId, *, because: Because, label: Label, asked: Asked
    ) -> Recorded | None:
        """Let another hold the person, whose organisation is gone; an offer it made ends with it.

        ``None`` when the pathway is closed, or that organisation holds the person already.
        """
        if not self.open or self.responsible is None or self.responsible == to:
            return None
        if self.offer is not None:
            self.lapse_handover(self.offer.handover, asked=asked)
        fact = ResponsibilityFellBack(
            sender=self.responsible, responsible=to, because=because, label=label
        )
        return self.record(fact, asked, person=self.person, label=self._either(label))

    def acknowledge_fallback(self, *, asked: Asked) -> Recorded | None:
        """Say that it was seen that the person fell back. Asked twice, it answers once.

        Raises `OnlyTheResponsibleMay`, `OnlySomebodyMaySeeIt`, `NothingFellBack`.
        """
        self._holding(asked)
        if asked.practitioner is None:
            raise OnlySomebodyMaySeeIt(self.id)
        if self.fell_back:
            return self._record(FallbackAcknowledged(responsible=asked.organisation), asked)
        if self.fallback_seen:
            return None
        raise NothingFellBack(self.id)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may ask next, in the words of the interface."""
        actions: list[str] = []
        if self.offer and self.offer.receiver == organisation:
            actions += ["handover-acceptance", "handover-decline"]
        if self.open and self.responsible == organisation:
            actions.append("key-worker")
            actions += ["handover-withdrawal"] if self.offer else ["handover", "closure"]
            if self.fell_back:
                actions.append("fallback-acknowledgement")
        offer = self.offer
        if offer and offer.wait.unacknowledged and organisation in (offer.receiver, offer.sender):
            actions.append("silence-acknowledgement")
        return tuple(actions)

    def _record(self, fact: PathwayFact | FallbackFact, asked: Asked) -> Recorded:
        return self.record(fact, asked, person=self.person, label=self.label)

    def _about(self, offer: Offer, fact: HandoverFact, asked: Asked) -> Recorded:
        return self.record(
            fact,
            asked,
            person=self.person,
            label=self._either(offer.label),
            correlation=offer.correlation,
            cause=offer.fact,
        )

    def _either(self, label: Label) -> Label:
        return label if self.label is Label.ORDINARY else self.label

    def _holding(self, asked: Asked) -> None:
        if not self.open:
            raise PathwayIsClosed(self.id)
        if asked.organisation != self.responsible:
            raise OnlyTheResponsibleMay(self.id)

    def _answering(self, handover: HandoverId, asked: Asked) -> Offer:
        offer = self._offered(handover)
        if asked.organisation != offer.receiver:
            raise OnlyTheReceiverMayAnswer(handover)
        return offer

    def _offered(self, handover: HandoverId) -> Offer:
        if self.offer is None or self.offer.handover != handover:
            raise NobodyOfferedThisHandover(handover)
        return self.offer

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case PathwayOpened() | PathwayReopened() as opened:
                self.person, self.open = recorded.person, True
                self.step, self.responsible = opened.step, opened.responsible
                self.label = recorded.label
            case KeyWorkerNamed() as named:
                self.key_workers = edits.after(self.key_workers, _naming(named, recorded))
            case HandoverOffered() as offered:
                self.offer = Offer(
                    handover=offered.handover,
                    sender=offered.sender,
                    receiver=offered.receiver,
                    to_step=offered.to_step,
                    label=offered.label,
                    correlation=recorded.correlation,
                    fact=recorded.id,
                    wait=Wait(Silence.HANDOVER, recorded.effective_at),
                )
            case HandoverAccepted() as accepted:
                self.responsible, self.key_workers, self.offer = accepted.receiver, (), None
                self.fell_back = self.fallback_seen = False
                self.label = accepted.label
                self.answered[accepted.handover] = "accepted"
            case HandoverDeclined() as declined:
                self.offer = None
                self.answered[declined.handover] = "declined"
            case HandoverLapsed() as lapsed:
                self.offer = None
                self.answered[lapsed.handover] = "lapsed"
            case HandoverSilenceEscalated(rung=rung):
                assert self.offer is not None, "only an offer's wait is escalated"
                wait = self.offer.wait.climbed(rung, recorded.effective_at)
                self.offer = replace(self.offer, wait=wait)
            case HandoverSilenceAcknowledged():
                assert self.offer is not None, "only an offer's wait is acknowledged"
                self.offer = replace(self.offer, wait=self.offer.wait.heard())
            case SteppedUp() | SteppedDown() as stepped:
                self.step = stepped.to_step
            case PathwayClosed(reason=reason, responsible=responsible):
                self.ended_by = reason
                self.open, self.responsible, self.key_workers = False, None, ()
                self.last_responsible = responsible
                self.fell_back = self.fallback_seen = False
            case ResponsibilityFellBack() as fallen:
                self.responsible, self.key_workers, self.offer = fallen.responsible, (), None
                self.label = fallen.label
                self.fell_back, self.fallback_seen = True, False
            case FallbackAcknowledged():
                self.fell_back, self.fallback_seen = False, True
            case StepUpProposed() | StepDownProposed():
                pass
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a pathway")


def _naming(named: KeyWorkerNamed, recorded: Recorded) -> Edit:
    return Edit(
        id=named.edit or edits.of_old(type(named).__name__, recorded.effective_at),
        value=str(named.key_worker),
        at=recorded.effective_at,
        instead_of=frozenset(named.instead_of) if named.edit else None,
    )


FACTS: tuple[type[Fact], ...] = (
    PathwayOpened,
    KeyWorkerNamed,
    StepUpProposed,
    StepDownProposed,
    HandoverOffered,
    HandoverAccepted,
    HandoverDeclined,
    HandoverLapsed,
    HandoverSilenceEscalated,
    HandoverSilenceAcknowledged,
    SteppedUp,
    SteppedDown,
    PathwayClosed,
    PathwayReopened,
    ResponsibilityFellBack,
    FallbackAcknowledged,
)
