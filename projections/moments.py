"""Moments: what a read was known by and true by. It refuses to know what is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class When:
    """The moment a read is asked for: what was known (``as_at``), what was true (``as_of``).

    ``as_told``: as it was told then, with what was taken back since. That is for who proves what an
    organisation could see, and for nobody of that organisation.
    """

    as_at: int | datetime | None = None
    as_of: datetime | None = None
    as_told: bool = False

    @property
    def now(self) -> bool:
        return self.as_at is None and self.as_of is None


NOW = When()
