"""How far the views follow the log, and whether they move: for whoever says so, from one place.

Health, figures, commands, pages and answers say what is read here and nothing of their own. It
refuses to ask a process whether it lives: a view moves, or it does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_LAG = 30.0
"""Seconds that a view may be behind the log before somebody should look."""

STILL = 10.0
"""Seconds after which a view is stuck that has a fact before it and does not move: several times
what a batch of the engine takes."""


class State(StrEnum):
    """How the views are. A view that moves is behind at most; one that does not is stuck."""

    OK = "ok"
    BEHIND = "behind"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True)
class ViewStands:
    """One view: its position, by how many facts and seconds it is behind, how long it is still.

    ``seconds`` is how long its next fact has been recorded; 0 where there is none. ``still`` is
    how long its position has not moved, though there be nothing to move for.
    """

    name: str
    position: int
    behind: int
    seconds: float
    still: float

    @property
    def state(self) -> State:
        """A view is not stuck because nothing happens, nor for a fact that came just now."""
        if min(self.seconds, self.still) > STILL:
            return State.STUCK
        return State.BEHIND if self.seconds > MOST_LAG else State.OK


@dataclass(frozen=True, slots=True)
class Progress:
    """The newest fact's position, and every view beside it, all seen at one moment."""

    head: int
    views: tuple[ViewStands, ...]

    @property
    def position(self) -> int:
        """What every view shows, and so what any answer shows at least."""
        return min((view.position for view in self.views), default=0)

    @property
    def seconds(self) -> float:
        """How far the last of the views is behind."""
        return max((view.seconds for view in self.views), default=0.0)

    @property
    def stuck(self) -> tuple[ViewStands, ...]:
        """The views that do not move though facts wait."""
        return tuple(view for view in self.views if view.state is State.STUCK)

    @property
    def state(self) -> State:
        """How the worst of the views is."""
        if self.stuck:
            return State.STUCK
        return State.BEHIND if self.seconds > MOST_LAG else State.OK


def read(rows: Iterable[tuple[Any, ...]]) -> Progress:
    """The progress that ``engine.sql``'s ``positions`` found."""
    found = list(rows)
    views = tuple(ViewStands(name, at, behind, *since) for _, name, at, behind, *since in found)
    return Progress(max((row[0] for row in found), default=0), views)
