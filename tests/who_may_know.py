"""The table of who may know what by default, as a text a privacy officer can read.

``python -m tests.who_may_know`` writes it; the test compares it with what was agreed.
"""

from __future__ import annotations

from pathlib import Path

from domain.catalogue import FactEntry, Told, catalogue
from domain.kernel import Category
from domain.vocabulary import PartnerKind

TABLE = Path(__file__).parent / "domain" / "who_may_know.txt"
SHORT = {
    PartnerKind.PRACTICE: "practice",
    PartnerKind.TRUST: "trust",
    PartnerKind.TALKING_THERAPIES: "talking",
    PartnerKind.SOCIAL_WORK: "social",
    PartnerKind.DRUG_SERVICE: "drugs",
    PartnerKind.PHARMACY: "pharmacy",
    PartnerKind.CHARITY: "charity",
    PartnerKind.PATIENT_GROUP: "group",
    PartnerKind.SCHOOL: "school",
    PartnerKind.LIBRARY: "library",
    PartnerKind.HOUSING_ADVICE: "housing",
    PartnerKind.PROBATION: "probation",
    PartnerKind.COMMISSIONER: "commiss.",
}
HEAD = """\
Who may know what by default, field by field.

  all   of anybody the partner is involved with, drug care included
  most  the same, but of drug care only when it takes part in it
  own   only when it takes part: its own referral, hand-over, meeting or appointment
  .     never

A line without a field says whether the partner is told that it happened at all.
Probation is told only with the person's explicit consent, nobody whom the person objects to.
"""


def table() -> str:
    """The table as it follows from the agreements' templates and the sharing rule."""
    lines = [HEAD]
    for entry in catalogue():
        if entry.category is Category.DIRECTORY:
            continue
        names = "".join(f"{SHORT[kind]:>10}" for kind in SHORT)
        lines.append(f"{entry.noun + ' ' + entry.name:<38}{names}")
        lines.append(_line(entry, None))
        lines += [_line(entry, field.name) for field in entry.fields]
        lines.append("")
    return "\n".join(lines)


def _line(entry: FactEntry, field: str | None) -> str:
    cells = "".join(f"{_cell(entry.told[kind], field):>10}" for kind in SHORT)
    return f"  {field or '':<36}{cells}"


def _cell(told: Told, field: str | None) -> str:
    def knows(fields: tuple[str, ...] | None) -> bool:
        return fields is not None and (field is None or field in fields)

    if knows(told.involved) and knows(told.substance):
        return "all"
    if knows(told.involved):
        return "most"
    return "own" if knows(told.taking_part) else "."


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
