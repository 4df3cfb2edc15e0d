"""Somebody who wants to find a small number in what is published, by linear programming.

They know each number that is shown to the unit, and every definition: which counts are sums of
others, and which are some of others. Of what is hidden they ask for the least and the most that it
can be. Nothing here is taken from how it was hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import highspy
import numpy as np

from domain.policies.counted import Of
from projections.monthly import EVERY, EVERYBODY, OF_EVERYBODY, PARTS, SAID, Cell, Line

MOST = 400
"""Sums that are looked at together: those farther away say nothing more."""


class Bounds(NamedTuple):
    """The least and the most that a hidden number can be."""

    least: float
    most: float

    @property
    def tells(self) -> bool:
        """Whether it is known that there is somebody, and that they are fewer than five."""
        return self.least > 1e-6 and self.most < 5 - 1e-6


class Attacker:
    """Knows what is shown of one month, and what the rest must come to."""

    def __init__(self, shown: Mapping[Cell, int], hidden: Iterable[Cell]) -> None:
        self._shown = shown
        self.hidden = set(hidden)
        self._rows: list[tuple[float, float, dict[Cell, float]]] = []
        self._of: dict[Cell, list[int]] = {cell: [] for cell in self.hidden}

    def learns(self, whole: Cell, parts: Sequence[Cell], *, exactly: bool = True) -> None:
        """The parts come to the whole; or to no more than it, where they are some of it."""
        left, factors = 0.0, dict[Cell, float]()
        for cell, sign in ((whole, 1.0), *((part, -1.0) for part in parts)):
            if cell in self.hidden:
                factors[cell] = factors.get(cell, 0.0) + sign
            else:
                left -= sign * self._shown.get(cell, 0)
        for cell in factors:
            self._of[cell].append(len(self._rows))
        self._rows.append((left, left if exactly else highspy.kHighsInf, factors))

    def bounds(self, cell: Cell) -> Bounds:
        """What can be said of a hidden number by what is near it."""
        rows = self._near(cell)
        solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        solver.setOptionValue("output_flag", False)
        place = {each: n for n, each in enumerate({c for row in rows for c in row[2]} | {cell})}
        for _ in place:
            solver.addVar(0, highspy.kHighsInf)
        for low, high, factors in rows:
            numbers = np.array([place[each] for each in factors], dtype=np.int32)
            solver.addRow(low, high, len(factors), numbers, np.array(list(factors.values())))
        solver.changeColCost(place[cell], 1.0)
        found = []
        for sense, unbounded in (
            (highspy.ObjSense.kMinimize, 0.0),
            (highspy.ObjSense.kMaximize, np.inf),
        ):
            solver.changeObjectiveSense(sense)
            solver.run()
            best = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            found.append(solver.getObjectiveValue() if best else unbounded)
        return Bounds(*found)

    def _near(self, cell: Cell) -> list[tuple[float, float, dict[Cell, float]]]:
        """The sums that it is in, those that their numbers are in, and so on, up to `MOST`."""
        found, seen, reached = dict[int, None](), {cell}, [cell]
        while reached and len(found) < MOST:
            rows = dict.fromkeys(row for each in reached for row in self._of[each])
            found |= dict.fromkeys(row for row in rows if row not in found)
            around = dict.fromkeys(c for row in rows for c in self._rows[row][2])
            reached = [each for each in around if each not in seen]
            seen.update(reached)
        return [self._rows[row] for row in list(found)[:MOST]]


def attack(lines: Sequence[Line], counts: Mapping[Cell, int]) -> Attacker:
    """Who reads the lines of a month; ``counts`` are what is counted, shown and hidden."""
    shown, hidden = dict[Cell, int](), dict[Cell, None]()
    of = {measure.name: measure.of.value for measure in SAID}
    for line in lines:
        place = (line.service, line.characteristic, line.value)
        for name, number in ((line.measure, line.counted), (of[line.measure], line.of)):
            cell = Cell(name, *place)
            if number is None:
                hidden[cell] = None
            else:
                shown[cell] = counts[cell]
    assert not shown.keys() & hidden.keys()
    attacker = Attacker(shown, hidden)
    known = shown.keys() | hidden.keys()
    for cell, parts in _sums(known):
        attacker.learns(cell, parts)
    for measure in SAID:
        for cell in known:
            if cell.what == measure.name:
                whole = Cell(measure.of.value, *cell[1:])
                attacker.learns(whole, [cell], exactly=False)
    for some, others in APART:
        for cell in known:
            if cell.what == some[0]:
                parts = [Cell(name, *cell[1:]) for name in some]
                attacker.learns(Cell(others, *cell[1:]), parts, exactly=False)
    return attacker


APART: tuple[tuple[tuple[str, ...], str], ...] = (
    (("reliable improvement", "reliable deterioration"), Of.SCORED),
    (("reliable recovery",), "recovery"),
    (("reliable recovery",), "reliable improvement"),
    (("first treatment within 6 weeks",), "first treatment within 18 weeks"),
    (("hand-overs accepted within 7 days",), "hand-overs accepted"),
    (("steps up to hospital care",), "steps up"),
    ((Of.CASES,), Of.SCORED),
    ((Of.SCORED,), Of.FINISHED),
)
"""What is some of what, and not of each other, beside what a measure says itself that it is of."""


def _sums(known: Iterable[Cell]) -> Iterator[tuple[Cell, list[Cell]]]:
    every = set(known)
    by_place: dict[tuple[str, str], set[str]] = {}
    services: dict[tuple[str, str, str], set[str]] = {}
    for what, service, characteristic, value in every:
        if characteristic != EVERYBODY:
            by_place.setdefault((service, characteristic), set()).add(value)
        if service != EVERY:
            services.setdefault((what, characteristic, value), set()).add(service)
    for cell in sorted(every):
        if cell.characteristic == EVERYBODY and cell.what not in OF_EVERYBODY:
            for (service, characteristic), values in by_place.items():
                parts = [Cell(cell.what, service, characteristic, v) for v in sorted(values)]
                if service == cell.service and every.issuperset(parts):
                    yield cell, parts
        there = services.get((cell.what, cell.characteristic, cell.value))
        if cell.service == EVERY and there:
            yield cell, [cell._replace(service=service) for service in sorted(there)]
    for big, names in PARTS:
        for cell in sorted(every):
            parts = [cell._replace(what=name) for name in names]
            if cell.what == big and every.issuperset(parts):
                yield cell, parts
