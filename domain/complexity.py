"""Complexity: red, amber or green, in the words the place gives its colours, and why.

It says how much somebody's needs ask of those who help, so that the busiest cases are looked at
first; it foretells nothing about anybody. Its fact belongs to the person's pathway, which decides
(`domain.pathway`); what the colours mean is the place's own way (`domain.policies.ways`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain import vocabulary
from domain.kernel import Asked, BrokenRule, Clinical, Fact, PersonalText, Recorded
from domain.policies.ways import Way
from domain.standing import PathwayFact, Standing

# What happened


class ComplexityCoded(PathwayFact):
    """Who holds the person said how complex their case is, and why; an earlier colour is history.

    ``way`` is the place's way of working whose words the colour is read by.
    """

    TOPIC: ClassVar[str] = "pathway:ComplexityCoded"

    complexity: vocabulary.Complexity
    why: Clinical[PersonalText]
    way: str


# What is refused


class ColoursHaveNoMeaningHere(BrokenRule):
    """This place's way of working gives red, amber and green no meaning; choose one that does."""


# What is true now and may happen next


@dataclass
class WithComplexity(Standing):
    """How complex the case is, as it was coded last."""

    coded: ComplexityCoded | None = None

    def code_complexity(
        self,
        complexity: vocabulary.Complexity,
        why: str,
        *,
        way: Way | None,
        asked: Asked,
    ) -> Recorded | None:
        """Say how complex the case is, and why. The same said again is so already.

        Raises `PathwayIsClosed`, `OnlyTheResponsibleMay`, `ColoursHaveNoMeaningHere`.
        """
        self._holding(asked)
        if way is None or way.meaning(complexity) is None:
            raise ColoursHaveNoMeaningHere(self.id)
        fact = ComplexityCoded(complexity=complexity, why=why, way=way.name)
        return None if fact == self.coded else self._record(fact, asked)


FACTS: tuple[type[Fact], ...] = (ComplexityCoded,)
