"""Addressing: what statements say of some tables, said of others. It refuses to know what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from psycopg import Cursor
from psycopg.rows import TupleRow


def addressed(instead: Mapping[str, str]) -> type[Cursor[TupleRow]]:
    """A cursor to which each of these tables is the other: who asks need not know."""
    tables = re.compile(rf"\b({'|'.join(map(re.escape, instead))})\b")

    @cache
    def readdressed(query: str) -> str:
        return tables.sub(lambda found: instead[found[0]], query)

    class Elsewhere(Cursor[TupleRow]):
        def execute(self, query: Any, *asked: Any, **how: Any) -> Elsewhere:
            return super().execute(readdressed(query), *asked, **how)

    return Elsewhere
