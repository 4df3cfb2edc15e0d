"""A month's published figures as files for others: CSV, Parquet, and what each column means.

Every figure went through disclosure control before it was published. It refuses to count anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from projections.measured import Said
from projections.monthly import SAID


class ParquetIsNotInstalled(Exception):
    """What writes Parquet is not installed."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the extract: its name, its type in Parquet, and what it means."""

    name: str
    type: str
    meaning: str


COLUMNS: tuple[Column, ...] = (
    Column("month", "date32", "The first day of the month that the figure is of."),
    Column("measure", "string", "What is counted; its definition is below in this file."),
    Column("service", "string", "Of which service, or all services."),
    Column("characteristic", "string", "By what people are told apart, or everybody."),
    Column("group", "string", "Which of the characteristic's groups; empty for everybody."),
    Column(
        "counted",
        "int32",
        "How many are counted, to the nearest 5; absent where hidden: under 5, or of fewer than 5 "
        "people, or what would tell of such a number by adding and subtracting.",
    ),
    Column("of", "int32", "Of how many, to the nearest 5; absent where hidden, likewise."),
    Column("hidden", "bool", "Whether either is hidden; a hidden number is not nought."),
    Column("position", "int64", "The fact of the log up to which was counted."),
    Column("published_at", "timestamp[us, UTC]", "When the figure was published."),
    Column("restated", "bool", "Whether it took the place of a figure published before."),
    Column("frozen", "bool", "Whether a named person said that it stays as it is."),
)

EVERYONE_WHO = (
    "Whoever objected to planning and research (the national data opt-out) is in no figure."
)


def rows(said: Sequence[Said]) -> Iterator[dict[str, Any]]:
    """Each figure as a row, whose columns are `COLUMNS`."""
    for each in said:
        yield {
            "month": each.month,
            "measure": each.measure,
            "service": each.service,
            "characteristic": each.characteristic,
            "group": each.value,
            "counted": each.counted,
            "of": each.of,
            "hidden": each.counted is None or each.of is None,
            "position": each.position,
            "published_at": each.published_at,
            "restated": each.restated,
            "frozen": each.frozen,
        }


def dictionary() -> Iterator[dict[str, str]]:
    """What each column means, and then each measure: of whom, who is counted, by whose rule."""
    for column in COLUMNS:
        yield _defined("column", column.name, column.type, column.meaning)
    for measure in SAID:
        yield _defined("measure", measure.name, measure.of.value, measure.numerator, measure.source)


def _defined(kind: str, name: str, of: str, meaning: str, source: str = "") -> dict[str, str]:
    return {"kind": kind, "name": name, "type or of": of, "meaning": meaning, "source": source}


def parquet(said: Sequence[Said]) -> bytes:
    """The rows as one Parquet file. Raises `ParquetIsNotInstalled`."""
    try:
        import pyarrow as pa
        from pyarrow import parquet as pq
    except ImportError:
        raise ParquetIsNotInstalled from None
    types = {
        "date32": pa.date32(),
        "string": pa.string(),
        "int32": pa.int32(),
        "int64": pa.int64(),
        "bool": pa.bool_(),
        "timestamp[us, UTC]": pa.timestamp("us", tz="UTC"),
    }
    schema = pa.schema(
        [
            pa.field(
                column.name,
                types[column.type],
                nullable=column.name in ("counted", "of"),
                metadata={"meaning": column.meaning},
            )
            for column in COLUMNS
        ],
        metadata={"left out": EVERYONE_WHO},
    )
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(list(rows(said)), schema=schema), sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())
