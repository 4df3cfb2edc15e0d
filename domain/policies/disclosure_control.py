"""Disclosure control: what of a table of counts is published, so that nobody is picked out of it.

Counts under 5 are hidden and the rest rounded to 5, as NHS England publishes NHS Talking Therapies.
More is hidden until no difference between what is shown leaves a count under 5: whoever adds and
subtracts is taken to know every shown count to the unit. It refuses to know what is counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Generic, TypeVar

FEWEST = 5
"""Counts under it are hidden, 0 too: that nobody is there may be told of those who are not."""

NEAREST = 5
PRIME = 2_147_483_647
"""What follows from sums is found by elimination in whole numbers of this size."""

ROUNDS = 50
"""How often all sums are gone through for what one says of another."""

Cell = TypeVar("Cell", bound=Hashable)
Row = dict[Cell, int]


@dataclass(frozen=True, slots=True)
class Sum(Generic[Cell]):
    """One count is the sum of others: a total of its parts."""

    whole: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        return (self.whole, *self.parts)


def published(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum[Cell]],
    never: Set[Cell] = frozenset(),
    few: Set[Cell] = frozenset(),
) -> dict[Cell, int | None]:
    """Every count as it is published; ``None`` where it is hidden.

    ``sums`` are all ways in which the counts add up. ``never`` are counts that are not shown, and
    could be worked out: those who were not counted by a measure, beside those who were. ``few`` are
    of fewer than five people however much they count, such as the appointments of one person.
    """
    hidden = hidden_of(counts, sums, never, few)
    return {
        cell: None if cell in hidden else rounded(count)
        for cell, count in counts.items()
        if cell not in never
    }


def rounded(count: int) -> int:
    """To the nearest 5, upwards from the middle."""
    return (2 * count + NEAREST) // (2 * NEAREST) * NEAREST


def hidden_of(
    counts: Mapping[Cell, int],
    sums: Sequence[Sum[Cell]],
    never: Set[Cell] = frozenset(),
    few: Set[Cell] = frozenset(),
) -> set[Cell]:
    """Which counts are hidden: those of few, and those that would give one of them away."""
    beside: dict[Cell, list[Sum[Cell]]] = defaultdict(list)
    for each in sums:
        for cell in each.cells:
            beside[cell].append(each)
    hidden = {cell for cell, count in counts.items() if count < FEWEST} | never | few
    while given_away := isolated(counts, sums, hidden, few):
        covered = [_cover(cell, counts, beside, hidden) for cell in sorted(given_away, key=repr)]
        if not any(covered):
            break  # nothing that they add up with is shown any more
    return hidden


def isolated(
    counts: Mapping[Cell, int],
    sums: Iterable[Sum[Cell]],
    hidden: Set[Cell],
    few: Set[Cell] = frozenset(),
) -> set[Cell]:
    """Hidden counts of 1 to 4 that whoever knows all others shown can tell to be from 1 to 4, and
    those of ``few`` that they can work out at all.
    """
    rows = [_unknown(each, counts, hidden) for each in sums]
    rows = [row for row in rows if row[0]]
    least, most = _bounds(rows, far=sum(counts.values()))
    known = _determined(row for row, _ in rows)
    in_all = {  # together no more than a few, whichever of them they are
        cell
        for row, come_to in rows
        if 0 < come_to < FEWEST and min(row.values()) > 0
        for cell in row
    }
    surely = {cell for cell in least if least[cell] > 0 and most[cell] < FEWEST}
    exactly = known | {cell for cell in few & least.keys() if least[cell] == most[cell]}
    return {
        cell
        for cell in least
        if (0 < counts[cell] < FEWEST and cell in known | in_all | surely)
        or (cell in few and cell in exactly)
    }


def _cover(
    cell: Cell,
    counts: Mapping[Cell, int],
    beside: Mapping[Cell, list[Sum[Cell]]],
    hidden: set[Cell],
) -> bool:
    """Hide the smallest count beside this one, a total after its parts; whether there was one."""
    reached, seen = [cell], {cell}
    while reached:
        near = [each for one in reached for each in beside[one]]
        for kind in ({p for e in near for p in e.parts}, {e.whole for e in near}):
            if shown := kind - hidden:
                hidden.add(min(shown, key=lambda other: (counts[other], repr(other))))
                return True
        reached = list({other for each in near for other in each.cells} - seen)
        seen.update(reached)
    return False


def _unknown(
    each: Sum[Cell], counts: Mapping[Cell, int], hidden: Set[Cell]
) -> tuple[Row[Cell], int]:
    """The hidden counts of a sum with their signs, and what they come to."""
    row = {cell: 1 for cell in each.parts if cell in hidden}
    rest = sum(counts[cell] for cell in each.parts if cell not in hidden)
    if each.whole in hidden:
        return row | {each.whole: -1}, -rest
    return row, counts[each.whole] - rest


def _bounds(
    rows: Sequence[tuple[Row[Cell], int]], far: int
) -> tuple[dict[Cell, int], dict[Cell, int]]:
    """The least and the most that each hidden count can be, sum after sum until no more follows."""
    least = {cell: 0 for row, _ in rows for cell in row}
    most = dict.fromkeys(least, far)
    within: dict[Cell, list[int]] = defaultdict(list)
    for number, (row, _) in enumerate(rows):
        for cell in row:
            within[cell].append(number)
    again = set(range(len(rows)))
    for _ in range(ROUNDS):
        if not again:
            break
        following, again = sorted(again), set()
        for number in following:
            for cell in _narrow(*rows[number], least, most):
                again.update(within[cell])
    return least, most


def _narrow(
    row: Row[Cell], come_to: int, least: dict[Cell, int], most: dict[Cell, int]
) -> list[Cell]:
    """What one sum says of each count in it, in place; of which it said something new."""
    low = sum(least[cell] if sign > 0 else -most[cell] for cell, sign in row.items())
    high = sum(most[cell] if sign > 0 else -least[cell] for cell, sign in row.items())
    narrowed = []
    for cell, sign in row.items():
        was = least[cell], most[cell]
        its = was if sign > 0 else (-was[1], -was[0])
        left = (come_to - (high - its[1]), come_to - (low - its[0]))
        lower, upper = left if sign > 0 else (-left[1], -left[0])
        now = max(was[0], lower), min(was[1], upper)
        if now != was:
            least[cell], most[cell] = now
            narrowed.append(cell)
            new = now if sign > 0 else (-now[1], -now[0])
            low, high = low + new[0] - its[0], high + new[1] - its[1]
    return narrowed


def _determined(rows: Iterable[Row[Cell]]) -> set[Cell]:
    """The counts that follow from the sums alone, whatever the others are."""
    reduced: dict[Cell, Row[Cell]] = {}
    used: dict[Cell, set[Cell]] = defaultdict(set)  # by which leads each count is in the row of
    for given in sorted(rows, key=len):
        row = dict(given)
        for lead in [cell for cell in row if cell in reduced]:
            _less(row, row[lead], reduced[lead])
        if not row:
            continue
        lead = min(row, key=lambda cell: len(used[cell]))
        inverse = pow(row[lead], -1, PRIME)
        row = {cell: factor * inverse % PRIME for cell, factor in row.items()}
        for other in used.pop(lead, ()):
            before = set(reduced[other])
            _less(reduced[other], reduced[other][lead], row)
            for cell in before - reduced[other].keys() - {lead}:
                used[cell].discard(other)
            for cell in reduced[other].keys() - before:
                used[cell].add(other)
        reduced[lead] = row
        for cell in row.keys() - {lead}:
            used[cell].add(lead)
    return {lead for lead, row in reduced.items() if len(row) == 1}


def _less(row: Row[Cell], times: int, other: Row[Cell]) -> None:
    """Take a row so many times from another, in place."""
    for cell, factor in other.items():
        left = (row.get(cell, 0) - times * factor) % PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
