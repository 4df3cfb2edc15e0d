"""Opt-outs: who does not want what is known of them used for planning and research.

Folded from the facts and not from a share, because nobody is told of it: totals for those who plan
services leave these persons out (DCB3058). It refuses to touch what those who care are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection

from domain.kernel import Recorded
from domain.vocabulary import Purpose
from domain.wishes import UseObjectedTo, UseObjectionLifted
from projections.statements import statements

SQL = statements("opt_outs")


class OptOuts:
    """The view's fold. A row is somebody whom no total counts."""

    name = "opt-outs"

    def __init__(self) -> None:
        self._out: dict[UUID, bool] = {}

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Fetch nothing: every fact says all that its row holds."""
        self._out = {}

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        match recorded.fact:
            case UseObjectedTo(use=Purpose.PLANNING) if recorded.person:
                self._out[recorded.person] = True
            case UseObjectionLifted(use=Purpose.PLANNING) if recorded.person:
                self._out[recorded.person] = False
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write who opted out, and who did so no longer, in the open transaction."""
        for statement, wanted in (("opt_out", True), ("opt_in", False)):
            if who := [person for person, out in self._out.items() if out is wanted]:
                connection.execute(SQL[statement], [who], binary=True)
