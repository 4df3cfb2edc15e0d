"""Records that are one person's, as one partner knows them: shown as one, folded each alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

Row = dict[str, Any]


def group(row: Row, known: Mapping[str, Row]) -> list[Row]:
    """Every record that is the same person's, this one first."""
    found, ahead = {row["person"]: row}, [row]
    while ahead:
        for other in ahead.pop().get("linked", ()):
            if other in known and other not in found:
                found[other] = known[other]
                ahead.append(known[other])
    return list(found.values())


def once(
    rows: Iterable[Row],
    known: Mapping[str, Row],
    status: Collection[str],
    query: str,
    urgency: Callable[[Row], int],
) -> Iterator[Row]:
    """Each person once: of linked records that are asked for, the most urgent stands for all."""

    def place(row: Row) -> tuple[int, str, str]:
        return urgency(row), row["waiting_since"] or "~", row["person"]

    for row in rows:
        others = group(row, known)[1:]
        asked = [other for other in others if _fits(other, status, query)]
        if all(place(row) <= place(other) for other in asked):
            yield row | {"also": [other["person"] for other in others]} if others else row


def _fits(row: Row, status: Collection[str], query: str) -> bool:
    shown = row["status"] in status if status else row["status"] != "past"
    return shown and query.casefold() in row.get("name", "").casefold()
