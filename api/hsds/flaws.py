"""What is wrong with a row of a directory: where, in which field, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing that is wrong, in words that say the remedy and repeat nothing personal."""

    where: str
    field: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}, {self.field}: {self.text}"


class FlawsFound(Exception):
    """A service cannot be taken as it stands."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__(*(str(flaw) for flaw in flaws))
        self.flaws = tuple(flaws)
