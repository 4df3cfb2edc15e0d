"""SQL kept in ``.sql`` files: named statements, and numbered migrations.

It refuses to build SQL from pieces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_FOLDER = files("projections") / "sql"
_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
_MIGRATION = re.compile(r"^\d{3}_\w+\.sql$")


@cache
def statements(noun: str) -> Mapping[str, str]:
    """The statements of ``sql/<noun>.sql`` by name; each begins with a line ``-- name: <name>``."""
    _, *pairs = _NAME.split((_FOLDER / f"{noun}.sql").read_text("utf-8"))
    names, texts = pairs[::2], pairs[1::2]
    assert len(set(names)) == len(names), f"two statements of {noun} share a name"
    return MappingProxyType(dict(zip(names, map(str.strip, texts), strict=True)))


def columns(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """Rows as the arrays that a statement unnests: all of them are written in one. Not of none."""
    return [list(column) for column in zip(*rows, strict=True)]


def migrations(of: str = "") -> list[tuple[str, str]]:
    """Name and text of each migration (``sql/NNN_<name>.sql``), in their order.

    The events' database has them in that folder, another (``keys``) in a folder of its own there.
    """
    return sorted(
        (file.name, file.read_text("utf-8"))
        for file in (_FOLDER / of if of else _FOLDER).iterdir()
        if _MIGRATION.match(file.name)
    )
