"""Steps: where a person stands, how a move is proposed and made, and on which evidence.

Its facts belong to the person's pathway, which decides (`domain.pathway`); which evidence a move
needs is said by the stepped-care model of the place (`domain.policies.steps`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from domain.kernel import (
    Asked,
    BrokenRule,
    Clinical,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.policies.steps import Evidence, SteppedCare
from domain.standing import PathwayFact, Standing
from domain.vocabulary import DecisionId, Label, MeasureId, PartnerId, Step

# What happened


class StepUpProposed(PathwayFact):
    """More intensive help is thought right.

    ``evidence`` are the words for it; a person who is only entering the steps needs no kind.
    """

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
    evidence_kind: Clinical[Evidence | None] = None
    measure: Clinical[MeasureId | None] = None


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
    evidence_kind: Clinical[Evidence | None] = None
    measure: Clinical[MeasureId | None] = None


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


# What is refused


class AlreadyAtThisStep(BrokenRule):
    """The person is at this step with this organisation already; nothing would change."""


class IllegalMove(BrokenRule):
    """The stepped-care model of this place knows no such move; ask for help alongside."""


class NoStepWithoutItsEvidence(BrokenRule):
    """This move needs evidence that the place's model takes for it; any one kind is enough. Name a
    measure of this person or an MDT's decision, or say what they asked for or what is urgent.
    """


# On what somebody moves


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what a move is proposed. ``kind`` is ``None`` where nobody said one."""

    kind: Evidence | None = None
    words: str | None = None
    measure: MeasureId | None = None
    decision: DecisionId | None = None

    @property
    def shown(self) -> bool:
        """Whether what the kind of evidence points to is there."""
        match self.kind:
            case Evidence.MEASURE:
                return self.measure is not None
            case Evidence.MDT_DECISION:
                return self.decision is not None
            case Evidence.PERSONS_REQUEST | Evidence.URGENT_NEED:
                return bool(self.words)
            case None:
                return False

    def enough(self, model: SteppedCare, from_step: Step, to_step: Step) -> None:
        """Raises `IllegalMove` and `NoStepWithoutItsEvidence`, which says what would do."""
        move = model.between(from_step, to_step)
        if move is None:
            raise IllegalMove(from_step.value, to_step.value)
        if self.kind not in move.evidence or not self.shown:
            needed = tuple(kind.value for kind in Evidence if kind in move.evidence)
            raise NoStepWithoutItsEvidence(from_step.value, to_step.value, needs=needed)


NO_GROUNDS = Grounds()
"""Nothing was said: enough to enter, and for a hand-over that changes no step."""

# What is true now and may happen next


@dataclass
class Stepping(Standing):
    """At which step a person is, and on which grounds they move.

    A person has ``entered`` once a hand-over is accepted or a step changes; from then on each move
    needs the evidence that the model in force demands.
    """

    entered: bool = False
    proposal: Grounds | None = None
    decisions: dict[DecisionId, Step] = field(default_factory=dict)

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


FACTS: tuple[type[Fact], ...] = (StepUpProposed, StepDownProposed, SteppedUp, SteppedDown)
