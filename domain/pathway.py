"""Pathway: a person's way through the steps of care, and who is responsible at every moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

from domain import edits
from domain.discharge import (
    FACTS as DISCHARGE_FACTS,
)
from domain.discharge import (
    AnotherReasonWasAgreed,
    CoordinatorNamed,
    Discharge,
    DischargeAgreed,
    DischargeIsNotAgreed,
    DischargeProposed,
    DischargeWithdrawn,
    NoDischargeIsProposed,
    NotTheOneWhoAgrees,
)
from domain.edits import Edit
from domain.handover import (
    FACTS as HANDOVER_FACTS,
)
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
    Holding,
    NobodyHandedThemOver,
    NobodyOfferedThisHandover,
    Offer,
    OnlyTheReceiverMayAnswer,
)
from domain.hold import FACTS as HOLD_FACTS
from domain.hold import Hold, HoldEnded, PutOnHold, ReviewLiesBehind
from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
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
from domain.policies.days import local_date
from domain.policies.escalation import Rung, Silence
from domain.policies.steps import Agreement, Evidence, SteppedCare
from domain.review import FACTS as REVIEW_FACTS
from domain.review import NoReviewFellDue, ReviewDone, ReviewFellDue, ReviewIsNotDue
from domain.silence import Wait
from domain.steps import (
    FACTS as STEP_FACTS,
)
from domain.steps import (
    NO_GROUNDS,
    AlreadyAtThisStep,
    Grounds,
    IllegalMove,
    PathwayFact,
    StepDownProposed,
    SteppedDown,
    SteppedUp,
    StepUpProposed,
)
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
    ReviewId,
    ReviewOf,
    Step,
)


def pathway_of(person: PersonId) -> PathwayId:
    """A person has one pathway; its id follows from the person's, so two can never be opened."""
    return PathwayId(uuid5(person, "pathway"))


# What happened


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
        Recorder.RESPONSIBLE,
        Recorder.PRACTICE,
    )

    step: Step
    responsible: PartnerId
    reason: Clinical[PersonalText | None] = None


# What is refused


class PathwayIsOpen(BrokenRule):
    """The person's pathway is open already."""


class PathwayIsClosed(BrokenRule):
    """The person's pathway is closed; a new referral reopens it."""


class NoPathwayWasClosed(BrokenRule):
    """This person's pathway was never opened here; a referral opens it."""


class OnlyWhoHeldThemMayReopen(BrokenRule):
    """Only who held the person last, or their practice, may open the pathway again; refer them."""


class AskWithItsOwnActivity(BrokenRule):
    """A death or a move ends more than the pathway; record it as such, and it ends this too."""


class OnlyTheResponsibleMay(BrokenRule):
    """Only the organisation that is responsible for the person may do this."""


# What is true now and may happen next

WITH_THEIR_OWN_ACTIVITY = frozenset({EndReason.DIED, EndReason.MOVED_AWAY})
"""What ends more than the pathway, and that nobody agrees to."""


@dataclass
class Pathway(Aggregate):
    """One person's way through the steps. While it is open somebody is always responsible.

    ``label`` is that of the present holding. A fact about a hand-over carries the label of either
    side, so that neither taking a person on nor handing them back names a drug service.

    A person has ``entered`` once a hand-over is accepted or a step changes; from then on each move
    needs the evidence that the model in force demands. ``came_from`` are those who handed the
    person over, the last one last: whom they can be handed back to.
    """

    NOUN: ClassVar[str] = "pathway"

    person: PersonId | None = None
    open: bool = False
    responsible: PartnerId | None = None
    step: Step = Step.COMMUNITY_PREVENTION
    entered: bool = False
    key_workers: tuple[Edit, ...] = ()
    coordinator: PractitionerId | None = None
    came_from: tuple[Holding, ...] = ()
    offer: Offer | None = None
    hold: Hold | None = None
    discharge: Discharge | None = None
    proposal: Grounds | None = None
    decisions: dict[DecisionId, Step] = field(default_factory=dict)
    label: Label = Label.ORDINARY
    overdue: dict[ReviewId, ReviewOf] = field(default_factory=dict)
    reviewed: set[ReviewId] = field(default_factory=set)
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
        model: SteppedCare,
        grounds: Grounds = NO_GROUNDS,
        asked: Asked,
        correlation: UUID,
        cause: str | None = None,
    ) -> Recorded:
        """Offer the person to another organisation, which is not responsible until it accepts.

        A change of step is judged by the model in force when it is offered, and not again when it
        is accepted. Raises `PathwayIsClosed`, `AnotherHandoverIsOffered`, `AlreadyResponsible`,
        `IllegalMove`, `NoStepWithoutItsEvidence`.
        """
        fact = HandoverOffered(
            handover=handover,
            sender=self._free_to_move(),
            receiver=receiver,
            to_step=to_step,
            label=label,
        )
        return self._offer(
            fact, model=model, grounds=grounds, asked=asked, correlation=correlation, cause=cause
        )

    def hand_back(
        self,
        handover: HandoverId,
        *,
        reason: str,
        model: SteppedCare,
        grounds: Grounds = NO_GROUNDS,
        asked: Asked,
    ) -> Recorded:
        """Offer the person to who handed them over last, to the step they had there.

        It waits for its answer as any hand-over does, and a change of step needs its evidence
        likewise: nobody is sent back for want of room alone. Raises `OnlyTheResponsibleMay`,
        `NobodyHandedThemOver` and what `offer_handover` raises.
        """
        self._holding(asked)
        if not self.came_from:
            raise NobodyHandedThemOver(self.id)
        back = self.came_from[-1]
        fact = HandoverOffered(
            handover=handover,
            sender=self._free_to_move(),
            receiver=back.partner,
            to_step=back.step,
            label=back.label,
            hand_back=True,
            reason=reason,
        )
        return self._offer(fact, model=model, grounds=grounds, asked=asked, correlation=handover)

    def _free_to_move(self) -> PartnerId:
        if not self.open or self.responsible is None:
            raise PathwayIsClosed(self.id)
        if self.offer is not None:
            raise AnotherHandoverIsOffered(self.offer.handover)
        return self.responsible

    def _offer(
        self,
        offered: HandoverOffered,
        *,
        model: SteppedCare,
        grounds: Grounds,
        asked: Asked,
        correlation: UUID,
        cause: str | None = None,
    ) -> Recorded:
        if offered.receiver == self.responsible:
            raise AlreadyResponsible(offered.receiver)
        if offered.to_step != self.step:
            cause = self._propose(
                offered.to_step,
                grounds,
                model,
                label=offered.label,
                asked=asked,
                correlation=correlation,
                cause=cause,
            ).id
        return self.record(
            offered,
            asked,
            person=self.person,
            label=self._either(offered.label),
            correlation=correlation,
            cause=cause,
        )

    def _propose(
        self,
        to_step: Step,
        grounds: Grounds,
        model: SteppedCare,
        *,
        label: Label,
        asked: Asked,
        correlation: UUID,
        cause: str | None,
    ) -> Recorded:
        """Propose a move. Raises `IllegalMove`, `NoStepWithoutItsEvidence`."""
        if self.entered:
            grounds.enough(model, self.step, to_step)
        elif not model.enters(to_step):
            raise IllegalMove(self.step.value, to_step.value)
        proposal = StepUpProposed if to_step > self.step else StepDownProposed
        fact = proposal(
            from_step=self.step,
            to_step=to_step,
            decision=grounds.decision,
            evidence=grounds.words,
            evidence_kind=grounds.kind,
            measure=grounds.measure,
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
        model: SteppedCare,
        asked: Asked,
        correlation: UUID,
        cause: str,
    ) -> Recorded:
        """Step up or down with the organisation that is responsible already: nothing to accept.

        A meeting decided it, and its decision is the evidence. Raises `PathwayIsClosed`,
        `AnotherHandoverIsOffered`, `AlreadyAtThisStep`, `IllegalMove`.
        """
        responsible = self._free_to_move()
        if to_step == self.step:
            raise AlreadyAtThisStep(self.id)
        from_step = self.step
        proposed = self._propose(
            to_step,
            Grounds(Evidence.MDT_DECISION, decision=decision),
            model,
            label=label,
            asked=asked,
            correlation=correlation,
            cause=cause,
        )
        stepped = SteppedUp if to_step > from_step else SteppedDown
        return self.record(
            stepped(from_step=from_step, to_step=to_step, responsible=responsible),
            asked,
            person=self.person,
            label=self.label,
            correlation=correlation,
            cause=proposed.id,
        )

    # Hold

    def put_on_hold(self, *, reason: str, review_on: date, asked: Asked) -> Recorded | None:
        """Change nothing for now, and look at it again on a day; a discharge is off with it.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`, `AnotherHandoverIsOffered`,
        `ReviewLiesBehind`.
        """
        self._holding(asked)
        self._free_to_move()
        if review_on <= local_date(asked.at):
            raise ReviewLiesBehind(self.id)
        if self.hold == Hold(reason, review_on):
            return None
        return self._record(PutOnHold(reason=reason, review_on=review_on), asked)

    def end_hold(self, *, asked: Asked) -> Recorded | None:
        """Go on with the person. Raises what `put_on_hold` raises but for its day."""
        self._holding(asked)
        self._free_to_move()
        return self._record(HoldEnded(), asked) if self.hold else None

    # Discharge

    def name_coordinator(self, coordinator: PractitionerId, *, asked: Asked) -> Recorded | None:
        """Name the clinical co-ordinator. Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`."""
        self._holding(asked)
        if coordinator == self.coordinator:
            return None
        return self._record(CoordinatorNamed(coordinator=coordinator), asked)

    def propose_discharge(
        self,
        reason: EndReason,
        *,
        plan: str,
        decision: DecisionId | None = None,
        asked: Asked,
        cause: str | None = None,
    ) -> Recorded:
        """Propose that the person needs no more help for now; agreements begin anew.

        A meeting's ``decision`` proposes it for the organisation that holds the person, which had
        to be in the room. A hold ends with it. Raises `AskWithItsOwnActivity`, `PathwayIsClosed`,
        `OnlyTheResponsibleMay`, `AnotherHandoverIsOffered`.
        """
        if reason in WITH_THEIR_OWN_ACTIVITY:
            raise AskWithItsOwnActivity(self.id)
        if decision is None:
            self._holding(asked)
        self._free_to_move()
        return self.record(
            DischargeProposed(reason=reason, plan=plan, decision=decision),
            asked,
            person=self.person,
            label=self.label,
            correlation=decision,
            cause=cause,
        )

    def agree_discharge(self, agreement: Agreement, *, asked: Asked) -> Recorded | None:
        """Agree, as the one who is asked to. Asked twice, it answers once.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`, `NoDischargeIsProposed`,
        `NotTheOneWhoAgrees`, `TheSamePersonAgreedTwice`.
        """
        self._holding(asked)
        if self.discharge is None:
            raise NoDischargeIsProposed(self.id)
        agrees = {
            Agreement.LINK_WORKER: self.key_worker,
            Agreement.CLINICAL_COORDINATOR: self.coordinator,
        }[agreement]
        if agrees is None or asked.practitioner != agrees:
            raise NotTheOneWhoAgrees(self.id)
        if not self.discharge.may_agree(agreement, agrees):
            return None
        return self._record(DischargeAgreed(agreement=agreement), asked)

    def withdraw_discharge(self, *, asked: Asked) -> Recorded | None:
        """Propose it no more. Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`."""
        self._holding(asked)
        return self._record(DischargeWithdrawn(), asked) if self.discharge else None

    def close(self, reason: EndReason, *, model: SteppedCare, asked: Asked) -> Recorded | None:
        """End the pathway, once those agreed whom the model in force asks.

        A death or a move has its own activity: nobody agrees to those. Raises
        `AskWithItsOwnActivity`, `OnlyTheResponsibleMay`, `AnotherHandoverIsOffered`,
        `DischargeIsNotAgreed`, `AnotherReasonWasAgreed`.
        """
        if not self.open:
            return None
        if reason in WITH_THEIR_OWN_ACTIVITY:
            raise AskWithItsOwnActivity(self.id)
        self._holding(asked)
        self._free_to_move()
        missing = model.still_to_agree(self.discharge.agreed if self.discharge else ())
        if missing:
            raise DischargeIsNotAgreed(self.id, needs=tuple(who.value for who in missing))
        if model.discharge and self.discharge and self.discharge.reason is not reason:
            raise AnotherReasonWasAgreed(self.id)
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

    def reopen(
        self, reason: str, *, practice: PartnerId | None, label: Label, asked: Asked
    ) -> Recorded | None:
        """Hold the person again without a new referral, and say why.

        Raises `PathwayIsOpen`, `NoPathwayWasClosed`, `OnlyWhoHeldThemMayReopen`.
        """
        if self.open:
            raise PathwayIsOpen(self.id)
        if self.last_responsible is None:
            raise NoPathwayWasClosed(self.id)
        if asked.organisation not in (self.last_responsible, practice):
            raise OnlyWhoHeldThemMayReopen(self.id)
        fact = PathwayReopened(step=self.step, responsible=asked.organisation, reason=reason)
        return self.record(fact, asked, person=self.person, label=label)

    def reopen_after_error(self, *, asked: Asked, cause: str) -> Recorded | None:
        """Open again what a death closed that did not happen, with whom it was with."""
        if self.open or self.last_responsible is None or self.ended_by is not EndReason.DIED:
            return None
        fact = PathwayReopened(step=self.step, responsible=self.last_responsible)
        return self.record(fact, asked, person=self.person, label=self.label, cause=cause)

    def fall_back(
        self, to: PartnerId, *, because: Because, label: Label, asked: Asked
    ) -> Recorded | None:
        """Let another hold the person, whose organisation is gone; it offers what is on offer.

        ``None`` when the pathway is closed, or that organisation holds the person already.
        """
        if not self.open or self.responsible is None or self.responsible == to:
            return None
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

    # Reviews

    def let_review_fall_due(
        self, review: ReviewId, about: ReviewOf, due_on: date, *, asked: Asked
    ) -> Recorded | None:
        """Tell who holds the person that a review is overdue. Asked twice, it tells once.

        A timer asks this, and it is recorded for the organisation that is responsible. Raises
        `PathwayIsClosed`, `ReviewIsNotDue`.
        """
        if not self.open or self.responsible is None:
            raise PathwayIsClosed(self.id)
        if review in self.overdue or review in self.reviewed:
            return None
        if local_date(asked.at) <= due_on:
            raise ReviewIsNotDue(self.id)
        fact = ReviewFellDue(
            review=review, about=about, due_on=due_on, responsible=self.responsible
        )
        return self._record(fact, replace(asked, organisation=self.responsible))

    def record_review(
        self, review: ReviewId, *, outcome: str | None, asked: Asked
    ) -> Recorded | None:
        """Say that the person was looked at again. Asked twice, it answers once.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`, `NoReviewFellDue`.
        """
        self._holding(asked)
        if review in self.reviewed:
            return None
        if review not in self.overdue:
            raise NoReviewFellDue(self.id)
        return self._record(ReviewDone(review=review, outcome=outcome), asked)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may ask next, in the words of the interface."""
        actions: list[str] = []
        if self.offer and self.offer.receiver == organisation:
            actions += ["handover-acceptance", "handover-decline"]
        if self.open and self.responsible == organisation:
            actions.append("key-worker")
            actions += ["handover-withdrawal"] if self.offer else self._moving()
            actions.append("coordinator")
            actions += [] if self.offer else self._ending()
            actions += ["fallback-acknowledgement"] if self.fell_back else []
            actions += ["review"] if self.overdue else []
        if not self.open and organisation == self.last_responsible:
            actions.append("reopening")
        offer = self.offer
        if offer and offer.wait.unacknowledged and organisation in (offer.receiver, offer.sender):
            actions.append("silence-acknowledgement")
        return tuple(actions)

    def _moving(self) -> list[str]:
        back = ["hand-back"] if self.came_from else []
        resting = ["hold", "hold-end"] if self.hold else ["hold"]
        return ["handover", *back, *resting]

    def _ending(self) -> list[str]:
        """Closing is offered though the model in force, unknown here, may ask for agreements."""
        deciding = ["discharge-agreement", "discharge-withdrawal"] if self.discharge else []
        return ["discharge", *deciding, "closure"]

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
                self.label, self.entered, self.came_from = recorded.label, False, ()
            case KeyWorkerNamed() as named:
                self.key_workers = edits.after(self.key_workers, _naming(named, recorded))
                self._asks_anew(Agreement.LINK_WORKER)
            case CoordinatorNamed(coordinator=coordinator):
                self.coordinator = coordinator
                self._asks_anew(Agreement.CLINICAL_COORDINATOR)
            case StepUpProposed() | StepDownProposed() as proposed:
                self.proposal = Grounds(
                    kind=proposed.evidence_kind,
                    words=proposed.evidence,
                    measure=proposed.measure,
                    decision=proposed.decision,
                )
                if proposed.decision:
                    self.decisions[proposed.decision] = proposed.to_step
            case SteppedUp() | SteppedDown() as stepped:
                self.step, self.entered, self.proposal = stepped.to_step, True, None
                self.hold, self.discharge = None, None
                self._looked_at(ReviewOf.HOLD, ReviewOf.FOLLOW_UP, ReviewOf.PSYCHIATRIC)
            case HandoverOffered() as offered:
                self.offer = Offer(
                    handover=offered.handover,
                    sender=offered.sender,
                    receiver=offered.receiver,
                    to_step=offered.to_step,
                    label=offered.label,
                    correlation=recorded.correlation,
                    fact=recorded.id,
                    wait=Wait.since(Silence.HANDOVER, recorded),
                    hand_back=offered.hand_back,
                    grounds=self.proposal or NO_GROUNDS,
                )
                self.proposal, self.discharge = None, None
            case HandoverAccepted() as accepted:
                back = self.offer is not None and self.offer.hand_back
                held = Holding(accepted.sender, self.step, self.label)
                self.came_from = self.came_from[:-1] if back else (*self.came_from, held)
                self._let_go()
                self.responsible, self.entered = accepted.receiver, True
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
            case PutOnHold(reason=words, review_on=review_on):
                self.hold, self.discharge = Hold(words, review_on), None
                self._looked_at(ReviewOf.HOLD)
            case HoldEnded():
                self.hold = None
                self._looked_at(ReviewOf.HOLD)
            case DischargeProposed(reason=why):
                self.discharge, self.hold = Discharge(why), None
            case DischargeAgreed(agreement=agreement):
                assert self.discharge is not None, "only what is proposed is agreed"
                self.discharge = self.discharge.with_agreement(agreement, recorded.practitioner)
            case DischargeWithdrawn():
                self.discharge = None
            case PathwayClosed(reason=reason, responsible=responsible):
                self._let_go()
                self.overdue = {}
                self.open, self.responsible, self.came_from = False, None, ()
                self.ended_by, self.last_responsible = reason, responsible
            case ResponsibilityFellBack() as fallen:
                offer = self.offer and replace(self.offer, sender=fallen.responsible)
                self._let_go()
                self.responsible, self.label, self.came_from = fallen.responsible, fallen.label, ()
                self.offer, self.fell_back = offer, True
            case FallbackAcknowledged():
                self.fell_back, self.fallback_seen = False, True
            case ReviewFellDue(review=review, about=about):
                self.overdue[review] = about
            case ReviewDone(review=review):
                self.overdue.pop(review, None)
                self.reviewed.add(review)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a pathway")

    def _let_go(self) -> None:
        """What the organisation that held the person had arranged ends with its holding."""
        self.key_workers, self.coordinator = (), None
        self.offer, self.hold, self.discharge = None, None, None
        self.fell_back = self.fallback_seen = False
        self._looked_at(ReviewOf.HOLD)

    def _looked_at(self, *about: ReviewOf) -> None:
        """What happened is a review of its own, or leaves nothing to review."""
        self.overdue = {which: what for which, what in self.overdue.items() if what not in about}

    def _asks_anew(self, agreement: Agreement) -> None:
        """Who agrees is somebody else now, and has not agreed."""
        if self.discharge:
            self.discharge = self.discharge.without(agreement)


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
    *STEP_FACTS,
    *HANDOVER_FACTS,
    *HOLD_FACTS,
    *DISCHARGE_FACTS,
    *REVIEW_FACTS,
    PathwayClosed,
    PathwayReopened,
    ResponsibilityFellBack,
    FallbackAcknowledged,
)
