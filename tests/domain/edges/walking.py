"""Walking a table of edges through the real domain: every legal one leads where it says, no other.

It refuses to know the nouns: a ground says how somebody asks, and what they are told they may ask.
"""

from __future__ import annotations

from typing import Protocol

from domain.kernel import BrokenRule
from tests.domain.edges.table import Edge, Table


class Ground(Protocol):
    """Where a table is walked: one noun of a community, and who plays which part now."""

    def ask(self, who: str, asks: str) -> object: ...

    def facts(self) -> int:
        """How many facts there are about the noun."""
        ...

    def offered(self, who: str) -> set[str]:
        """What the domain says somebody may ask next."""
        ...


def walk(table: Table, ground: Ground, edge: Edge) -> None:
    """Go to the edge's state, ask, and see: the facts, and what everybody may ask then."""
    for step in table.way_to(edge.before):
        ground.ask(step.who, step.asks)
    assert_everybody_is_offered_what_the_table_says(table, ground, edge.before)
    facts = ground.facts()
    try:
        ground.ask(edge.who, edge.asks)
    except BrokenRule:
        assert edge not in table.legal, f"{edge} is refused"
    if edge in table.legal:
        assert ground.facts() > facts, f"{edge} records nothing"
        assert_everybody_is_offered_what_the_table_says(table, ground, table.legal[edge])
    else:
        assert ground.facts() == facts, f"{edge} is not in the table, but happens"
        assert_everybody_is_offered_what_the_table_says(table, ground, edge.before)


def assert_everybody_is_offered_what_the_table_says(
    table: Table, ground: Ground, state: str
) -> None:
    words = {asks for _, asks in table.questions}
    for who in table.told:
        assert ground.offered(who) & words == table.may(who, state), f"{who}, {state}"
