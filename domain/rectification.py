"""Rectification: a person asks that something be put right, and who recorded it decides in time.

Its facts belong to the person's own stream. Nothing recorded is rewritten: what is right stands
beside what was wrong, and an opinion that is kept has the person's disagreement beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar
from uuid import uuid5

from domain.corrections import CorrectionFact
from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies import rectification
from domain.policies.days import local_date
from domain.vocabulary import PartnerId, PersonId, RectificationId, Rectified, Retention

# What happened


class RectificationFact(CorrectionFact):
    """The person asked that something be put right, or it was decided.

    ``about`` is the fact's own id, and ``owner`` who recorded it. Whoever was told of that fact is
    told of this too, involved or no longer.
    """

    TOPIC: ClassVar[str] = "person:"
    CATEGORY: ClassVar[Category] = Category.CLINICAL

    rectification: RectificationId
    about: str
    owner: PartnerId


class RectificationAsked(RectificationFact):
    """The person says that something recorded is wrong; it is answered within a month."""

    TOPIC: ClassVar[str] = "person:RectificationAsked"
    RETENTION: ClassVar[Retention] = Retention.CORRESPONDENCE

    words: PersonalText
    due_on: date


class RectificationDecided(RectificationFact):
    """Who recorded it put it right, or keeps it as a professional's opinion.

    ``words`` say what is right, or why it is kept; ``disagreement`` is what the person said, which
    stands beside what is kept wherever that is shown. What was recorded first stays readable.
    """

    TOPIC: ClassVar[str] = "person:RectificationDecided"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.OWNER,)

    outcome: Rectified
    words: PersonalText
    disagreement: PersonalText | None = None


# What is refused


class RectificationIsUnknown(Unknown):
    """The person did not ask for this to be put right."""


class RectificationIsDecided(BrokenRule):
    """This is decided already; what the person does not agree with can be recorded beside it."""


class OnlyWhoRecordedItDecides(BrokenRule):
    """Only the organisation that recorded it decides whether it is put right."""


# What is true now and may happen next


@dataclass
class Rectifying(Aggregate):
    """What a person asked to be put right."""

    to_put_right: dict[RectificationId, Recorded] = field(default_factory=dict)
    decided: set[RectificationId] = field(default_factory=set)

    def ask_rectification(self, about: Recorded, words: str, *, asked: Asked) -> Recorded:
        """Ask who recorded something to put it right, within the time that the law gives them."""
        fact = RectificationAsked(
            rectification=RectificationId(uuid5(asked.key, f"rectify {about.id}")),
            about=about.id,
            owner=about.organisation,
            words=words,
            due_on=rectification.due_on(local_date(asked.at)),
        )
        return self.record(
            fact,
            asked,
            person=PersonId(self.id),
            label=about.label,
            correlation=about.correlation,
            cause=about.id,
        )

    def decide_rectification(
        self, which: RectificationId, outcome: Rectified, words: str, *, asked: Asked
    ) -> Recorded:
        """Put it right, or keep it with the person's disagreement beside it.

        Raises `RectificationIsUnknown`, `RectificationIsDecided`, `OnlyWhoRecordedItDecides`.
        """
        if which in self.decided:
            raise RectificationIsDecided(which)
        request = self.to_put_right.get(which)
        if request is None or not isinstance(request.fact, RectificationAsked):
            raise RectificationIsUnknown(which)
        if asked.organisation != request.fact.owner:
            raise OnlyWhoRecordedItDecides(which)
        fact = RectificationDecided(
            rectification=which,
            about=request.fact.about,
            owner=request.fact.owner,
            outcome=outcome,
            words=words,
            disagreement=request.fact.words if outcome is Rectified.KEPT else None,
        )
        return self.record(
            fact,
            asked,
            person=PersonId(self.id),
            label=request.label,
            correlation=request.correlation,
            cause=request.fact.about,
        )

    def follow_rectification(self, recorded: Recorded) -> None:
        """Follow what was asked, and what was decided."""
        match recorded.fact:
            case RectificationAsked(rectification=which):
                self.to_put_right[which] = recorded
            case RectificationDecided(rectification=which):
                self.to_put_right.pop(which, None)
                self.decided.add(which)
            case other:
                raise AssertionError(f"{other.TOPIC} puts nothing right")


FACTS: tuple[type[Fact], ...] = (RectificationAsked, RectificationDecided)
