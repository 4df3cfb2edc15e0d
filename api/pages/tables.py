"""Tables as CSV: what a spreadsheet would reckon is text.

It refuses to know what is in them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO

RECKONED = tuple("=+-@\t\r")
"""How a cell begins that a spreadsheet takes for a formula."""


def written(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Rows of the same columns, which the first line names, in UTF-8."""
    lines = StringIO()
    table = csv.writer(lines)
    for place, row in enumerate(rows):
        if place == 0:
            table.writerow(row)
        table.writerow(
            f"'{value}" if str(value).startswith(RECKONED) else value for value in row.values()
        )
    return lines.getvalue().encode()
