"""Moves between steps, and discharges, under another stepped-care model; or under the one of then.

Without another model it says where the real pathways depart from the model that was in force.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from domain.discharge import WITH_THEIR_OWN_ACTIVITY
from domain.kernel import REMOVED, Recorded
from domain.measure import MeasureCompleted, ScoreCorrected
from domain.pathway import Pathway, PathwayClosed
from domain.policies import steps
from domain.policies.days import local_date
from domain.policies.steps import Evidence, SteppedCare
from domain.steps import (
    Grounds,
    IllegalMove,
    NoStepWithoutItsEvidence,
    StepDownProposed,
    StepUpProposed,
)
from domain.vocabulary import Instrument, Moment, PartnerId, Step
from projections.directory import Directory
from projections.otherwise import Otherwise

ALLOWED = "allowed"
BY_WORDS = frozenset({Evidence.PERSONS_REQUEST, Evidence.URGENT_NEED})


@dataclass(frozen=True, slots=True)
class Threshold:
    """A score that a move on a measure of this instrument needs; no model that ships has one."""

    instrument: Instrument
    from_step: Step
    to_step: Step
    at_least: int


@dataclass
class StepsJudge:
    """Moves and discharges under other models; under none, by what was in force alone."""

    NOUNS: ClassVar[frozenset[str]] = frozenset({"partner", "pathway", "measure"})

    host: PartnerId
    models: Sequence[SteppedCare] = ()
    thresholds: Sequence[Threshold] = ()
    judged: int = 0
    _directory: Directory = field(default_factory=Directory)
    _pathways: dict[UUID, Pathway] = field(default_factory=dict)
    _scores: dict[UUID, tuple[Instrument, int]] = field(default_factory=dict)

    def follow(self, recorded: Recorded) -> Iterator[Otherwise]:
        match recorded.fact:
            case StepUpProposed() | StepDownProposed() as proposed:
                yield from self._proposed(recorded, proposed)
            case PathwayClosed() as closed:
                yield from self._closed(recorded, closed)
            case MeasureCompleted() | ScoreCorrected() as scored:
                self._scores[recorded.originator_id] = scored.instrument, scored.total
            case _:
                pass
        noun = recorded.fact.TOPIC.partition(":")[0]
        if noun == "partner":
            self._directory.follow(recorded)
        elif noun == "pathway":
            self._way(recorded).follow(recorded)

    def finish(self, at: Moment) -> Iterator[Otherwise]:
        """Nothing is left to say: each move was judged when it was made."""
        yield from ()

    def _proposed(
        self, recorded: Recorded, proposed: StepUpProposed | StepDownProposed
    ) -> Iterator[Otherwise]:
        self.judged += 1
        way = self._way(recorded)
        was = self._move(way, proposed, self._then(recorded.effective_at))
        now = was
        if self._another:
            now = self._move(way, proposed, self._now(recorded.effective_at))
            if now == ALLOWED:
                now = self._score(proposed)
        what = f"step {proposed.from_step.value} to {proposed.to_step.value}"
        kind = proposed.evidence_kind.value if proposed.evidence_kind else "nothing named"
        yield from self._said(recorded, f"{what}, on {kind}", was, now)

    def _closed(self, recorded: Recorded, closed: PathwayClosed) -> Iterator[Otherwise]:
        if closed.reason in WITH_THEIR_OWN_ACTIVITY or recorded.causation is not None:
            return
        self.judged += 1
        way = self._way(recorded)
        was = now = _discharge(way, self._then(recorded.effective_at))
        if self._another:
            now = _discharge(way, self._now(recorded.effective_at))
        yield from self._said(recorded, f"closed, {closed.reason.value}", was, now)

    def _said(self, recorded: Recorded, what: str, was: str, now: str) -> Iterator[Otherwise]:
        if self._another and (was == ALLOWED) == (now == ALLOWED):
            return
        if now == ALLOWED and not self._another:
            return
        assert recorded.person is not None, "a pathway is somebody's"
        yield Otherwise(
            person=recorded.person,
            position=recorded.position,
            at=recorded.effective_at,
            what=what,
            about=recorded.originator_id,
            then=was if self._another else "done",
            now=now,
        )

    @property
    def _another(self) -> bool:
        return bool(self.models or self.thresholds)

    def _then(self, at: Moment) -> SteppedCare:
        host = self._directory.partners.get(self.host)
        return steps.in_force(self.host, at, host.models if host else ())

    def _now(self, at: Moment) -> SteppedCare:
        """Of the other models the one in force; before the first, the first."""
        if not self.models:
            return self._then(at)
        held = [each for each in self.models if each.effective_from <= local_date(at)]
        first = min(self.models, key=lambda model: model.effective_from)
        return max(held, key=lambda model: model.effective_from, default=first)

    def _move(
        self, way: Pathway, proposed: StepUpProposed | StepDownProposed, model: SteppedCare
    ) -> str:
        if not way.entered:
            entered = model.enters(proposed.to_step)
            return ALLOWED if entered else f"refused: nobody enters at this step ({model.name})"
        # Words lie under the person's key, and were there: without them it was not recorded.
        grounds = Grounds(
            kind=proposed.evidence_kind,
            words=REMOVED if proposed.evidence_kind in BY_WORDS else None,
            measure=proposed.measure,
            decision=proposed.decision,
        )
        try:
            grounds.enough(model, proposed.from_step, proposed.to_step)
        except IllegalMove:
            return f"refused: no such move ({model.name})"
        except NoStepWithoutItsEvidence as refused:
            return f"refused: needs {' or '.join(refused.needs)} ({model.name})"
        return ALLOWED

    def _score(self, proposed: StepUpProposed | StepDownProposed) -> str:
        if proposed.evidence_kind is not Evidence.MEASURE or proposed.measure is None:
            return ALLOWED
        instrument, total = self._scores.get(proposed.measure, (None, 0))
        for each in self.thresholds:
            between = (each.from_step, each.to_step) == (proposed.from_step, proposed.to_step)
            if between and each.instrument is instrument and total < each.at_least:
                return f"refused: needs {each.instrument.value} of {each.at_least}, was {total}"
        return ALLOWED

    def _way(self, recorded: Recorded) -> Pathway:
        stream = recorded.originator_id
        return self._pathways.setdefault(stream, Pathway(id=stream))


def _discharge(way: Pathway, model: SteppedCare) -> str:
    missing = model.still_to_agree(way.discharge.agreed if way.discharge else ())
    if not missing:
        return ALLOWED
    return f"refused: needs {' and '.join(who.value for who in missing)} ({model.name})"
