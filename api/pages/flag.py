"""The flag of what a person needs, in words, wherever somebody is about to contact them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def flag(row: Mapping[str, Any]) -> str:
    """All that the person needs, in words, for wherever somebody is about to contact them."""
    said = [
        f"{need} ({of['words']})" if of.get("words") else need
        for need, of in sorted((row.get("access") or {}).items())
    ]
    return " · ".join([*said, *([row["needs"]] if row.get("needs") else [])])
