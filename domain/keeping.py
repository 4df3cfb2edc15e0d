"""Keeping: what of a person is kept, as what, since when it is over, and from which day it may go.

It decides from facts alone. It refuses to know keys, and to let anything go itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.erased import PersonErased
from domain.erasure import ErasureFact
from domain.feedback import FeedbackFact
from domain.kept_no_longer import KeptNoLonger
from domain.kernel import Recorded
from domain.legal_hold import LegalHoldFact, LegalHoldLifted, LegalHoldPlaced
from domain.linking import PersonsLinked, PersonsUnlinked
from domain.pathway import PathwayClosed, PathwayOpened, PathwayReopened
from domain.person import DeathRecordedInError, PersonDied
from domain.policies.days import local_date
from domain.policies.retention import due_on
from domain.rectification import RectificationAsked, RectificationDecided
from domain.subject_access import (
    SubjectAccessAnswered,
    SubjectAccessFact,
    SubjectAccessRequested,
)
from domain.vocabulary import Retention

OF_THE_HOUSE = (
    ErasureFact,
    PersonErased,
    KeptNoLonger,
    LegalHoldFact,
    SubjectAccessFact,
    RectificationAsked,
    FeedbackFact,
)
"""What is recorded of somebody without seeing or helping them: it is no contact."""


class KeptBy(StrEnum):
    """What keeps something for now, or since when it is over."""

    OPEN_PATHWAY = "an organisation is responsible for them"
    LEGAL_HOLD = "a legal hold"
    UNANSWERED = "a request is not answered"
    LAST_CONTACT = "last contact"
    DEATH = "death"
    ANSWERED = "last answer"
    SAID = "last said"


@dataclass(frozen=True, slots=True)
class Kept:
    """How something of a person stands: why it is kept, since when that counts, until which day.

    Nothing counts yet where ``since`` is ``None``: it is kept whatever the day.
    """

    retention: Retention
    why: KeptBy
    since: date | None
    due_on: date | None

    def is_due(self, on: date) -> bool:
        return self.due_on is not None and self.due_on <= on


@dataclass
class Keeping:
    """All that was recorded of one person, on whichever of their records, as far as it counts."""

    open: set[UUID] = field(default_factory=set)
    held: set[UUID] = field(default_factory=set)
    waiting: set[UUID] = field(default_factory=set)
    died_on: date | None = None
    contact: date | None = None
    answered: date | None = None
    said: date | None = None

    def follow(self, recorded: Recorded) -> None:
        """Follow one fact, in the order in which they were recorded."""
        fact, on = recorded.fact, local_date(recorded.effective_at)
        if not isinstance(fact, OF_THE_HOUSE):
            self.contact = _later(self.contact, on)
        match fact:
            case PathwayOpened() | PathwayReopened():
                self.open.add(recorded.originator_id)
            case PathwayClosed():
                self.open.discard(recorded.originator_id)
            case LegalHoldPlaced():
                self.held.add(recorded.originator_id)
            case LegalHoldLifted():
                self.held.discard(recorded.originator_id)
            case PersonDied(died_on=died_on):
                self.died_on = died_on
            case DeathRecordedInError():
                self.died_on = None
            case RectificationAsked(rectification=rectification):
                self.waiting.add(rectification)
            case RectificationDecided(rectification=rectification):
                self.waiting.discard(rectification)
                self.answered = _later(self.answered, on)
            case SubjectAccessRequested():
                self.waiting.add(recorded.originator_id)
            case SubjectAccessAnswered():
                self.waiting.discard(recorded.originator_id)
                self.answered = _later(self.answered, on)
            case FeedbackFact():
                self.said = _later(self.said, on)
            case _:
                pass

    def kept(self, retention: Retention, on: date) -> Kept | None:
        """How what is kept as this stands on a day; ``None`` if there is nothing of the kind."""
        since = _SINCE[retention](self)
        if since is None and not (retention is Retention.CORRESPONDENCE and self.waiting):
            return None
        if self.held:
            return Kept(retention, KeptBy.LEGAL_HOLD, None, None)
        if retention is Retention.CARE and self.open:
            return Kept(retention, KeptBy.OPEN_PATHWAY, None, None)
        if retention is not Retention.FEEDBACK and self.waiting:
            return Kept(retention, KeptBy.UNANSWERED, None, None)
        assert since is not None, "what waits for nothing was answered once"
        died_on = self.died_on if retention is Retention.CARE else None
        why = KeptBy.DEATH if died_on is not None else _WHY[retention]
        return Kept(retention, why, died_on or since, due_on(retention, since, died_on, on))


def keeping(facts: Iterable[Recorded]) -> Keeping:
    """What facts of one person, in the order of their positions, come to."""
    found = Keeping()
    for recorded in facts:
        found.follow(recorded)
    return found


def linked(facts: Iterable[Recorded]) -> set[UUID]:
    """The other records that these facts say are this person's too."""
    standing: set[UUID] = set()
    for recorded in facts:
        match recorded.fact:
            case PersonsLinked(other=other):
                standing.add(other)
            case PersonsUnlinked(other=other):
                standing.discard(other)
            case _:
                pass
    return standing


def _later(one: date | None, other: date) -> date:
    return other if one is None else max(one, other)


_SINCE: Mapping[Retention, Callable[[Keeping], date | None]] = {
    Retention.CARE: lambda of: of.contact,
    Retention.CORRESPONDENCE: lambda of: of.answered,
    Retention.FEEDBACK: lambda of: of.said,
}
_WHY = {
    Retention.CARE: KeptBy.LAST_CONTACT,
    Retention.CORRESPONDENCE: KeptBy.ANSWERED,
    Retention.FEEDBACK: KeptBy.SAID,
}
