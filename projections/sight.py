"""Entries and records as somebody sees them whose sight is narrower than their organisation's.

It refuses to decide what is seen (`domain.sight`), and folds as every record is folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from domain import sight as rule
from domain.policies.roles import Sight
from domain.vocabulary import PartnerId
from projections import record
from projections.entries import Entry

Row = dict[str, Any]

BY_ALL_THAT_IS_TOLD = frozenset({"status", "waiting_since"})
"""What a record says that would be wrong if it were said by a part of what was told."""


def seen(entries: Iterable[Entry], sight: Sight) -> Iterator[Entry]:
    """The entries of which anything is seen, each as far as it is."""
    if sight.whole:
        yield from entries
        return
    for entry in entries:
        data = rule.seen(entry.type, entry.data, PartnerId(entry.partner), sight)
        if data is not None:
            yield replace(entry, data=data)


def row(entries: Iterable[Entry], sight: Sight) -> Row | None:
    """One person's record, from their entries as they are seen; nobody whose name is not."""
    folded = record.folded(seen(entries, sight))
    if folded is None or not folded.get("name"):
        return None
    shown = {name: value for name, value in folded.items() if name not in BY_ALL_THAT_IS_TOLD}
    return {name: value for name, value in shown.items() if value not in (None, {}, [], False)}
