"""What became of the mutants of the last run, module by module: ``python -m tests.mutants``."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

MUTANTS = Path(__file__).resolve().parents[1] / "mutants"
BECAME = {0: "survived", 1: "killed", 3: "killed", 33: "no test reaches it"}
"""By the exit code of the tests; any other is a mutant that went on for ever or crashed."""
KINDS = ("killed", "survived", "no test reaches it", "did not end")


def results(folder: Path = MUTANTS) -> dict[str, Counter[str]]:
    """How many mutants of each module that was tried ended how; those not tried are left out."""
    found = {}
    for meta in sorted((folder / "domain").rglob("*.py.meta")):
        codes = json.loads(meta.read_text())["exit_code_by_key"].values()
        tried = Counter(BECAME.get(code, "did not end") for code in codes if code is not None)
        if tried:
            module = meta.relative_to(folder).as_posix().removesuffix(".py.meta")
            found[module] = tried
    return found


def table(found: dict[str, Counter[str]]) -> str:
    """The results as a table of Markdown, with their sum."""
    together: Counter[str] = Counter()
    for tried in found.values():
        together.update(tried)
    lines = [f"| module | tried | {' | '.join(KINDS)} |", "|---" * (len(KINDS) + 2) + "|"]
    rows = {f"`{module}`": tried for module, tried in found.items()}
    for name, tried in (rows | {"together": together}).items():
        counts = " | ".join(f"{tried[kind]:,}" for kind in KINDS)
        lines.append(f"| {name} | {tried.total():,} | {counts} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(results()))
