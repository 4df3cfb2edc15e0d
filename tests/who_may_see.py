"""Who may see what, by role and purpose, as the committed tables say it: an oracle in plain Python.

It reads ``who_may_know.txt``, ``docs/events.md`` and ``docs/privacy.md``, which people have read,
and never asks the code that decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WHO_MAY_KNOW = ROOT / "tests" / "domain" / "who_may_know.txt"
EVENTS = ROOT / "docs" / "events.md"
PRIVACY = ROOT / "docs" / "privacy.md"

SHORT = {
    "practice": "practice",
    "trust": "mental-health trust",
    "talking": "talking therapies",
    "social": "social work team",
    "drugs": "drug service",
    "pharmacy": "pharmacy",
    "charity": "charity",
    "group": "patient-run group",
    "school": "school",
    "library": "library",
    "housing": "housing advice",
    "probation": "probation",
    "commiss.": "commissioner",
}


HAPPENED = re.compile(r"^`(\w+)\.(\w+)\.v\d+` · that it happened is \*(\w+)\*", re.M)


@dataclass(frozen=True)
class Ruled:
    """One row of the table of roles."""

    sees: frozenset[str]
    own: bool
    purposes: frozenset[str]
    duties: frozenset[str]


@cache
def tables() -> list[list[list[str]]]:
    """Every table of the privacy page, as cells."""
    blocks = re.findall(r"(?:^\|.*\|\n)+", PRIVACY.read_text(encoding="utf-8"), re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip()[1:-1].split("|")] for line in block.splitlines()]
        for block in blocks
    ]


def _table(first: str) -> list[list[str]]:
    return next(table for table in tables() if table[0][0] == first)


@cache
def roles() -> dict[str, Ruled]:
    head, _, *rows = _table("role")
    return {
        row[0]: Ruled(
            frozenset(name for name, cell in zip(head, row, strict=True) if cell == "●"),
            row[head.index("of")] == "own",
            frozenset(row[head.index("may look for")].split(", ")),
            frozenset(row[head.index("is there to")].split("; ")),
        )
        for row in rows
    }


@cache
def needed() -> dict[str, frozenset[str]]:
    """What each purpose needs."""
    head, _, *rows = _table("purpose")
    return {
        row[0]: frozenset(n for n, cell in zip(head, row, strict=True) if cell == "●")
        for row in rows
    }


def sees(role: str, purpose: str) -> frozenset[str]:
    """The categories that somebody in a role sees for a purpose."""
    ruled = roles()[role]
    return ruled.sees & needed()[purpose] if purpose in ruled.purposes else frozenset()


@cache
def categories() -> dict[tuple[str, str], str]:
    """The category of each fact (under "") and of each of its fields, by ``noun Name``."""
    found: dict[tuple[str, str], str] = {}
    for section in EVENTS.read_text(encoding="utf-8").split("\n### ")[1:]:
        head = HAPPENED.search(section)
        assert head, section[:80]
        name = f"{head[1]} {head[2]}"
        found[name, ""] = head[3]
        for field, category in re.findall(r"^\| `(\w+)` \| [^|]+ \| (\w+) \|", section, re.M):
            found[name, field] = category
    return found


@cache
def cells() -> dict[tuple[str, str, str], str]:
    """``all``, ``most``, ``own`` or ``.`` for each fact, field (or "") and kind of partner."""
    found: dict[tuple[str, str, str], str] = {}
    for block in WHO_MAY_KNOW.read_text(encoding="utf-8").split("\n\n"):
        lines = block.strip("\n").splitlines()
        if not lines or not lines[0].split()[-1].startswith("commiss"):
            continue
        noun, name, *short = lines[0].split()
        for line in lines[1:]:
            field, told = line[:38].strip(), line[38:].split()
            for kind, cell in zip(short, told, strict=True):
                found[f"{noun} {name}", field, SHORT[kind]] = cell
    return found


def may_see(kind: str, role: str, purpose: str, fact: str, field: str, *, part: bool) -> bool:
    """Whether it is seen: what the organisation was told, in a category that is seen.

    ``part`` is whether the organisation takes part in it; anything else is not drug care.
    """
    if cells()[fact, field, kind] not in (("all", "most", "own") if part else ("all", "most")):
        return False
    seen = sees(role, purpose)
    if categories()[fact, ""] not in seen or categories()[fact, field] not in seen:
        return False
    if not roles()[role].own:
        return True
    if categories()[fact, ""] == "engagement":
        return fact.startswith("contact ") and part
    return fact.startswith("person ")
