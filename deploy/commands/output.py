"""How commands speak: a table on a terminal, else or with ``--json`` one JSON object a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import orjson
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

OK, FAILED, USAGE, NOTHING, CONFLICT, NOT_VERIFIED = range(6)
"""Exit codes of every command."""

Json = Annotated[bool, Parameter(name="--json", help="One JSON object a line on stdout.")]


class Stopped(Exception):
    """A command cannot go on: one sentence with the remedy, and the exit code."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def line(row: Mapping[str, Any]) -> None:
    """One JSON object on a line of stdout."""
    sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE, default=str))
    sys.stdout.buffer.flush()


def say(rows: Iterable[Mapping[str, Any]], *, json: bool) -> None:
    """Rows as a table, or as JSON lines."""
    told = list(rows)
    if json or not sys.stdout.isatty():
        for row in told:
            line(row)
        return
    if not told:
        return
    table = Table(box=None, header_style="bold")
    for name in told[0]:
        table.add_column(name.replace("_", " "), justify=_side(told[0][name]))
    for row in told:
        table.add_row(*(_text(value) for value in row.values()))
    Console().print(table)


def note(sentence: str) -> None:
    """Progress and remarks, on stderr."""
    print(sentence, file=sys.stderr, flush=True)


@dataclass
class Progress:
    """Progress on stderr: one line drawn over on a terminal, else a line now and then."""

    what: str
    started: datetime

    def __call__(self, done: int, total: int, at: datetime) -> None:
        seconds = max((at - self.started).total_seconds(), 0.001)
        rate = done / seconds
        left = (total - done) / rate if rate else 0
        text = f"{self.what}: {done:,} of {total:,}, {rate:,.0f}/s, {left:.0f} s left"
        if sys.stderr.isatty():
            print(f"\r{text:<78}", end="" if done < total else "\n", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)


def _side(value: Any) -> Any:
    return "right" if isinstance(value, int | float) and not isinstance(value, bool) else "left"


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.strftime("%-d %B %Y, %H:%M:%S")
    return "" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
