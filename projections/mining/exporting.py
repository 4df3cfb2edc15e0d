"""One export for mining: the log is read up to a position, and what leaves is written to a file.

It refuses to know who asked, and where the file is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from psycopg import Connection

from domain.facts import FACTS
from domain.mapping import FactMapper, StoredFact
from projections import log
from projections.directory import Directory
from projections.mining.ocel import Ocel
from projections.mining.outline import (
    ALWAYS,
    SQL,
    Counted,
    Outline,
    Period,
    Pseudonym,
    outlined,
    withheld,
)
from projections.mining.xes import Xes
from projections.otherwise import NoKeys

PERSONS = 200
"""Persons whose facts are in memory at a time."""


@dataclass(frozen=True)
class Export:
    """What is read, from where: ``connection`` is the auditing role's, in autocommit."""

    connection: Connection
    names: Pseudonym
    up_to: int
    period: Period = ALWAYS

    def ocel(self, file: IO[bytes]) -> tuple[Counted, int]:
        """All of the log; what became of its facts, and how many objects they were about."""
        counted, left_out = Counted(), withheld(self.connection, self.up_to)
        outlines = outlined(self._whole(), left_out, self.period, counted)
        return counted, Ocel(file, self.names, self._directory()).write(outlines)

    def xes(self, file: IO[bytes]) -> tuple[Counted, int]:
        """Everybody who ever had a pathway; what became of the facts, and how many traces."""
        counted = Counted()
        return counted, Xes(file, self.names, self._directory()).write(self._cases(counted))

    def _directory(self) -> Directory:
        """Out of the log, as it was then: the views may be behind it."""
        found, mapper = Directory(), FactMapper(FACTS, NoKeys())
        cursor = self.connection.cursor(binary=True)
        for row in cursor.execute(SQL["directory"], [self.up_to]).fetchall():
            found.follow(mapper.read(StoredFact(*row)))
        return found

    def _whole(self) -> Iterator[StoredFact]:
        for fact in log.whole(self.connection):
            if fact.position > self.up_to:
                return
            yield fact

    def _cases(self, counted: Counted) -> Iterator[tuple[UUID, list[Outline]]]:
        left_out = withheld(self.connection, self.up_to)
        cursor = self.connection.cursor(binary=True)
        rows = cursor.execute(SQL["pathways"], [self.up_to]).fetchall()
        whose = [person for (person,) in rows]
        for begin in range(0, len(whose), PERSONS):
            some = whose[begin : begin + PERSONS]
            facts = iter(log.of_persons(self.connection, some, self.up_to))
            cases: dict[UUID, list[Outline]] = {person: [] for person in some}
            for each in outlined(facts, left_out, self.period, counted):
                assert each.person is not None, "read by who they are about"
                cases[each.person].append(each)
            yield from cases.items()
