"""A table of edges as it is written in Markdown: who asks what while what is so, and what is then.

It refuses to know the domain: what the words stand for is said by who walks the table.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Edge:
    """Somebody asks something in one state."""

    who: str
    asks: str
    before: str


UNTOLD = ("timer", "anybody", "key worker", "co-ordinator", "somebody else")
"""Parts that nobody is told the next activities of: organisations are, and not each of them."""


@dataclass(frozen=True)
class Table:
    """Every state, everything that may be asked, and where each legal edge leads.

    ``late`` are the legal ones that are offered to nobody: in brackets, on the page.
    ``same`` gives a state that is reached under another name: the same, with the parts exchanged.
    """

    states: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    legal: dict[Edge, str]
    same: Mapping[str, str] = field(default_factory=dict)
    late: frozenset[Edge] = frozenset()

    @property
    def edges(self) -> list[Edge]:
        """Every edge, legal or not."""
        return [Edge(who, asks, state) for state in self.states for who, asks in self.questions]

    @property
    def told(self) -> list[str]:
        """Parts whose next activities the domain says."""
        return [who for who in dict.fromkeys(who for who, _ in self.questions) if who not in UNTOLD]

    def may(self, who: str, state: str) -> set[str]:
        """What somebody may ask in a state."""
        named = self.same.get(state, state)
        offered = self.legal.keys() - self.late
        return {edge.asks for edge in offered if (edge.who, edge.before) == (who, named)}

    def way_to(self, state: str) -> list[Edge]:
        """The shortest way to a state from the first one."""
        found: dict[str, list[Edge]] = {self.states[0]: []}
        waiting = deque(found)
        while waiting:
            here = waiting.popleft()
            for edge, there in self.legal.items():
                if edge.before == here and there not in found:
                    found[there] = [*found[here], edge]
                    waiting.append(there)
        return found[state]


def read(name: str, same: Mapping[str, str] | None = None) -> Table:
    """The one table of a page in this folder."""
    lines = (HERE / f"{name}.md").read_text().splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("|") and not line.startswith("|---")
    ]
    (who, asks, *states), *body = rows
    assert (who, asks) == ("who", "asks"), f"{name}.md has another table than this reads"
    legal = {
        Edge(row[0], row[1], state): then.strip("()")
        for row in body
        for state, then in zip(states, row[2:], strict=True)
        if then
    }
    late = frozenset(
        Edge(row[0], row[1], state)
        for row in body
        for state, then in zip(states, row[2:], strict=True)
        if then.startswith("(")
    )
    questions = tuple((row[0], row[1]) for row in body)
    return Table(tuple(states), questions, legal, same or {}, late)
