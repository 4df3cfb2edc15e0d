"""Standing: whether a person's pathway is open, at which step, and who is responsible for them.

It is the ground of the pathway's parts, each a module of its own: steps, hand-overs, holds, the key
worker, discharge, falling back and reviews. `domain.pathway` puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.vocabulary import Label, PartnerId, PersonId, Step


class PathwayFact(Fact):
    """Where a person stands among the steps, and who holds them."""

    TOPIC: ClassVar[str] = "pathway:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLE,)


class PathwayIsClosed(BrokenRule):
    """The person's pathway is closed; a new referral reopens it."""


class OnlyTheResponsibleMay(BrokenRule):
    """Only the organisation that is responsible for the person may do this."""


@dataclass
class Standing(Aggregate):
    """Where a person stands. While it is ``open`` somebody is always ``responsible``.

    ``label`` is that of the present holding. A fact about a hand-over carries the label of either
    side, so that neither taking a person on nor handing them back names a drug service.
    """

    NOUN: ClassVar[str] = "pathway"

    person: PersonId | None = None
    open: bool = False
    responsible: PartnerId | None = None
    step: Step = Step.COMMUNITY_PREVENTION
    label: Label = Label.ORDINARY

    def _record(self, fact: Fact, asked: Asked) -> Recorded:
        return self.record(fact, asked, person=self.person, label=self.label)

    def _either(self, label: Label) -> Label:
        return label if self.label is Label.ORDINARY else self.label

    def _holding(self, asked: Asked) -> None:
        if not self.open:
            raise PathwayIsClosed(self.id)
        if asked.organisation != self.responsible:
            raise OnlyTheResponsibleMay(self.id)
