"""Hold: a person is watched over without a change of step until a day when it is looked at again.

Its facts belong to the person's pathway, which decides (`domain.pathway`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from domain.handover import HandingOver
from domain.kernel import Asked, BrokenRule, Clinical, Fact, PersonalText, Recorded
from domain.policies.days import local_date
from domain.standing import PathwayFact

# What happened


class PutOnHold(PathwayFact):
    """Nothing changes for now and somebody keeps an eye on the person, until ``review_on``.

    For example active monitoring (NICE CG123, step 1). It ends when it is said to, and with a step,
    a discharge that is proposed, another organisation that holds the person, and the pathway.
    """

    TOPIC: ClassVar[str] = "pathway:PutOnHold"

    reason: Clinical[PersonalText]
    review_on: date


class HoldEnded(PathwayFact):
    """The person is on hold no more: what was waited for has been looked at."""

    TOPIC: ClassVar[str] = "pathway:HoldEnded"


# What is refused


class ReviewLiesBehind(BrokenRule):
    """A hold is reviewed on a later day than it begins; choose a day ahead."""


# What is true now


@dataclass(frozen=True, slots=True)
class Hold:
    """Why nothing changes for now, and when it is looked at again."""

    reason: str
    review_on: date


# What may happen next


@dataclass
class OnHold(HandingOver):
    """Whether nothing changes for now."""

    hold: Hold | None = None

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


FACTS: tuple[type[Fact], ...] = (PutOnHold, HoldEnded)
