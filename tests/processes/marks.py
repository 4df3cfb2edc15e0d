"""Which marked words stand in what came out, however it was written."""

from __future__ import annotations

import re
from html import unescape

from tests.processes.marked import BORN, MARKS, NHS_NUMBER


def marks(text: str) -> set[str]:
    """The marks in what came out, however a page spaced, escaped or wrote them."""
    plain = re.sub(r"[\s\u00a0]+", "", unescape(text)).casefold()
    found = {each for each in MARKS if each.casefold() in plain}
    if re.search(r"19july1931|19/07/1931|19-07-1931|07/19/1931", plain):
        found.add(BORN.isoformat())
    if NHS_NUMBER in plain.replace("-", ""):
        found.add(NHS_NUMBER)
    return found
