"""Characteristics of people by which measures are compared, each in groups as they are published.

Sources: age bands and ethnic groups of the NHS Talking Therapies annual report; ethnic category
codes of the NHS Data Dictionary. It refuses to know who somebody is.
"""

from __future__ import annotations

from datetime import date

from domain.description import age_on
from domain.kernel import REMOVED

NOT_KNOWN = "not known"
AGES = ((17, "under 18"), (25, "18 to 25"), (64, "26 to 64"), (74, "65 to 74"))
OLDEST = "75 and over"
GROUPS = {
    "White": "ABC",
    "Mixed": "DEFG",
    "Asian or Asian British": "HJKL",
    "Black or Black British": "MNP",
    "Other ethnic groups": "RS",
}
CHARACTERISTICS = ("age", "sex", "ethnicity", "deprivation", "language", "adjustment")


def age_band(born: str | None, on: date) -> str:
    """The band of somebody's age on a day, of the date of birth as it is recorded."""
    if not born or born == REMOVED:
        return NOT_KNOWN
    age = age_on(date.fromisoformat(born), on)
    return next((words for oldest, words in AGES if age <= oldest), OLDEST)


def ethnic_group(code: str | None) -> str:
    """The group of an ethnic category; ``Z``, not stated, is not known."""
    return next((group for group, codes in GROUPS.items() if code and code in codes), NOT_KNOWN)


def deprivation(decile: int | None) -> str:
    """The fifth of areas, of which the first is the most deprived, by decile (1 the most)."""
    return f"fifth {(decile + 1) // 2}" if decile else NOT_KNOWN


def language(said: str | None) -> str:
    """English or another: each other one would be a few people."""
    if not said:
        return NOT_KNOWN
    return "English" if said.casefold() in {"english", "en"} else "another language"
