"""No wording of an instrument that may not be copied lies in the repository.

The phrases that would betray one are kept beside it as hashes of five words in a row, so that no
wording lies here either. ``python -m tests.test_wording`` hashes what it reads, line by line, to
add to them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORDS_IN_A_ROW = 5
KEPT = ("domain", "projections", "api", "consumers", "deploy", "tests", "docs", ".ci")
READ = {".py", ".md", ".html", ".txt", ".json", ".toml", ".js", ".css", ".sql", ".yml", ".csv", ""}

BETRAYS = frozenset((Path(__file__).parent / "wording.txt").read_text("ascii").split())
"""WSAS, CORE-10, ReQoL-10, DIALOG, WEMWBS and SWEMWBS: each question's own words."""


def shingles(text: str) -> Iterator[str]:
    """Every so many words in a row, hashed, however they are spaced, marked or capitalised."""
    words = re.findall(r"[a-z]+", text.lower().replace("’", "").replace("'", ""))
    for first in range(len(words) - WORDS_IN_A_ROW + 1):
        said = " ".join(words[first : first + WORDS_IN_A_ROW])
        yield blake2b(said.encode(), digest_size=8).hexdigest()


def files() -> list[Path]:
    """Every file that somebody here wrote."""
    return [
        path
        for folder in KEPT
        for path in (ROOT / folder).rglob("*")
        if path.suffix in READ and path.is_file() and "vendor" not in path.parts
    ] + [path for path in ROOT.iterdir() if path.suffix in READ and path.is_file()]


def test_no_wording_of_a_restricted_instrument_is_in_the_repository() -> None:
    looked = files()
    assert len(looked) > 300
    copied = [
        str(path.relative_to(ROOT))
        for path in looked
        if BETRAYS.intersection(shingles(path.read_text(encoding="utf-8", errors="replace")))
    ]
    assert copied == []


def test_a_phrase_is_known_however_it_is_written() -> None:
    plain = set(shingles("an apple a day keeps the doctor away"))
    assert len(plain) == 4
    assert plain == set(
        shingles("An apple,\n  a day -- keeps   the Doctor’s-away".replace("’s", ""))
    )
    assert not plain & set(shingles("an apple a week keeps the doctor near"))
    assert len(BETRAYS) >= 60


if __name__ == "__main__":
    for line in sys.stdin:
        for each in shingles(line):
            sys.stdout.write(f"{each}\n")
