"""Complexity is never called a risk: the two words stand nowhere together, in code, page or text.

Red, amber and green say how much somebody's needs ask of those who help. Nothing here grades how
likely anybody is to come to harm (NICE NG225, 2022).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOOKED_THROUGH = ("domain", "projections", "api", "consumers", "deploy", "docs")
KINDS = {".py", ".html", ".md", ".sql", ".toml"}
COLOURED = re.compile(r"complexit|ComplexityCoded|amber", re.IGNORECASE)
RISK = re.compile(r"risk", re.IGNORECASE)
WITHIN = 200


def near(text: str) -> Iterator[str]:
    """What stands around every place where a word of complexity is near the other word."""
    for found in COLOURED.finditer(text):
        around = text[max(0, found.start() - WITHIN) : found.end() + WITHIN]
        if RISK.search(around):
            yield around


def test_complexity_is_never_called_a_risk() -> None:
    files = [
        path
        for folder in LOOKED_THROUGH
        for path in (ROOT / folder).rglob("*")
        if path.suffix in KINDS and "vendor" not in path.parts
    ]
    assert len(files) > 200
    said = {
        str(path.relative_to(ROOT)): around
        for path in files
        for around in near(path.read_text(encoding="utf-8"))
    }
    assert said == {}


def test_the_search_finds_what_it_looks_for() -> None:
    assert list(near("A red complexity means a high risk."))
    assert not list(near("Complexity." + " " * 400 + "Risk."))
