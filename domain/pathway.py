"""Pathway: a person's way through the steps of care, and who is responsible at every moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar
from uuid import UUID, uuid5

from domain import edits
from domain.complexity import FACTS as COMPLEXITY_FACTS
from domain.complexity import ComplexityCoded, WithComplexity
from domain.discharge import (
    FACTS as DISCHARGE_FACTS,
)
from domain.discharge import (
    WITH_THEIR_OWN_ACTIVITY,
    AnotherReasonWasAgreed,
    AskWithItsOwnActivity,
    CoordinatorNamed,
    Discharge,
    DischargeAgreed,
    DischargeIsNotAgreed,
    DischargeProposed,
    DischargeWithdrawn,
    Discharging,
)
from domain.handover import FACTS as HANDOVER_FACTS
from domain.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverLapsed,
    HandoverOffered,
    Holding,
)
from domain.handover_offer import HandoverSilenceAcknowledged, HandoverSilenceEscalated, Offer
from domain.hold import FACTS as HOLD_FACTS
from domain.hold import Hold, HoldEnded, OnHold, PutOnHold
from domain.kernel import (
    Asked,
    BrokenRule,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.key_worker import KeyWorkerNamed, naming
from domain.leaving import (
    FallbackAcknowledged,
    FallingBack,
    ResponsibilityFellBack,
)
from domain.policies.escalation import Silence
from domain.policies.steps import Agreement, SteppedCare
from domain.review import FACTS as REVIEW_FACTS
from domain.review import ReviewDone, ReviewFellDue, Reviewing
from domain.silence import Wait
from domain.standing import PathwayFact
from domain.steps import (
    FACTS as STEP_FACTS,
)
from domain.steps import (
    NO_GROUNDS,
    Grounds,
    StepDownProposed,
    SteppedDown,
    SteppedUp,
    StepUpProposed,
)
from domain.vocabulary import (
    EndReason,
    Label,
    PartnerId,
    PathwayId,
    PersonId,
    ReviewOf,
    Step,
)


def pathway_of(person: PersonId) -> PathwayId:
    """A person has one pathway; its id follows from the person's, so two can never be opened."""
    return PathwayId(uuid5(person, "pathway"))


AT_THE_STEP = (ReviewOf.HOLD, ReviewOf.FOLLOW_UP, ReviewOf.PSYCHIATRIC, ReviewOf.TEAM)
"""Reviews that another step leaves nothing of."""


# What happened


class PathwayOpened(PathwayFact):
    """The person's way through the steps began; an organisation is responsible from now on."""

    TOPIC: ClassVar[str] = "pathway:PathwayOpened"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER, Recorder.RECEIVER)

    step: Step
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
        Recorder.RESPONSIBLE,
        Recorder.PRACTICE,
    )

    step: Step
    responsible: PartnerId
    reason: Clinical[PersonalText | None] = None


# What is refused


class PathwayIsOpen(BrokenRule):
    """The person's pathway is open already."""


class NoPathwayWasClosed(BrokenRule):
    """This person's pathway was never opened here; a referral opens it."""


class OnlyWhoHeldThemMayReopen(BrokenRule):
    """Only who held the person last, or their practice, may open the pathway again; refer them."""


# What is true now and may happen next


@dataclass
class Pathway(Reviewing, FallingBack, Discharging, OnHold, WithComplexity):
    """One person's way through the steps. While it is open somebody is always responsible.

    ``label`` is that of the present holding. A fact about a hand-over carries the label of either
    side, so that neither taking a person on nor handing them back names a drug service.

    A person has ``entered`` once a hand-over is accepted or a step changes; from then on each move
    needs the evidence that the model in force demands. ``came_from`` are those who handed the
    person over, the last one last: whom they can be handed back to.
    """

    last_responsible: PartnerId | None = None
    ended_by: EndReason | None = None

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

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may ask next, in the words of the interface."""
        actions: list[str] = []
        if self.offer and self.offer.receiver == organisation:
            actions += ["handover-acceptance", "handover-decline"]
        if self.open and self.responsible == organisation:
            actions.append("key-worker")
            actions += ["handover-withdrawal"] if self.offer else self._moving()
            actions += ["coordinator", "complexity"]
            actions += [] if self.offer else self._ending()
            actions += ["fallback-acknowledgement"] if self.fell_back else []
            actions += ["review"] if set(self.overdue.values()) - {ReviewOf.PLAN} else []
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

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case PathwayOpened() | PathwayReopened() as opened:
                self.person, self.open = recorded.person, True
                self.step, self.responsible = opened.step, opened.responsible
                self.label, self.entered, self.came_from = recorded.label, False, ()
            case KeyWorkerNamed() as named:
                self.key_workers = edits.after(self.key_workers, naming(named, recorded))
                self._asks_anew(Agreement.LINK_WORKER)
            case CoordinatorNamed(coordinator=coordinator):
                self.coordinator = coordinator
                self._asks_anew(Agreement.CLINICAL_COORDINATOR)
            case ComplexityCoded() as coded:
                self.coded = coded
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
                self._looked_at(*AT_THE_STEP)
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
                self.overdue, self.coded = {}, None
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


FACTS: tuple[type[Fact], ...] = (
    PathwayOpened,
    KeyWorkerNamed,
    *STEP_FACTS,
    *HANDOVER_FACTS,
    *HOLD_FACTS,
    *DISCHARGE_FACTS,
    *REVIEW_FACTS,
    *COMPLEXITY_FACTS,
    PathwayClosed,
    PathwayReopened,
    ResponsibilityFellBack,
    FallbackAcknowledged,
)
