"""Recovery, reliable improvement and deterioration on both measures, at every boundary."""

from __future__ import annotations

import pytest

from domain.policies.outcomes import Outcome, Pair
from domain.vocabulary import Instrument

TABLE = """
PHQ-9 from to, GAD-7 from to | case, recovered, improved, deteriorated, recovered reliably
10  9,  0  0 | case recovered -        -            -
10  4,  0  0 | case recovered improved -            reliably
10  5,  0  0 | case recovered -        -            -
15  9,  7  7 | case recovered improved -            reliably
16 10,  7  7 | case -         improved -            -
15  9,  7  8 | case -         improved -            -
15  9,  7 10 | case -         improved -            -
15  9,  3  7 | case recovered -        -            -
15  9,  4  7 | case recovered improved -            reliably
 9  3,  7  3 | -    -         improved -            -
 9  9,  7  7 | -    -         -        -            -
 9  9,  8  7 | case recovered -        -            -
 9  9,  8  4 | case recovered improved -            reliably
 9  9,  8  5 | case recovered -        -            -
 9 10,  8  4 | case -         improved -            -
 3  9, 12  7 | case recovered -        -            -
 4  9, 12  7 | case recovered improved -            reliably
20 14, 15 11 | case -         improved -            -
20 15, 15 12 | case -         -        -            -
20 15, 15 11 | case -         improved -            -
20 14, 15 12 | case -         improved -            -
20 14, 11 15 | case -         -        -            -
14 20, 15 11 | case -         -        -            -
14 20, 15 12 | case -         -        deteriorated -
14 20, 11 15 | case -         -        deteriorated -
15 20, 11 15 | case -         -        deteriorated -
15 20, 12 15 | case -         -        -            -
 0  6,  0  0 | -    -         -        deteriorated -
 0  5,  0  3 | -    -         -        -            -
 0  0,  0  4 | -    -         -        deteriorated -
27  0, 21  0 | case recovered improved -            reliably
 0 27,  0 21 | -    -         -        deteriorated -
10 10,  8  8 | case -         -        -            -
 9  0,  0  0 | -    -         improved -            -
"""


@pytest.mark.parametrize("row", [line.strip() for line in TABLE.strip().splitlines()[1:]])
def test_an_outcome_follows_the_published_rules(row: str) -> None:
    scores, expected = row.split("|")
    depression, anxiety = scores.split(",")
    outcome = Outcome(
        Pair(Instrument.PHQ_9, *(int(n) for n in depression.split())),
        Pair(Instrument.GAD_7, *(int(n) for n in anxiety.split())),
    )
    said = {
        "case": outcome.case_at_start,
        "recovered": outcome.recovered,
        "improved": outcome.reliably_improved,
        "deteriorated": outcome.reliably_deteriorated,
        "reliably": outcome.reliably_recovered,
    }
    assert [name if so else "-" for name, so in said.items()] == expected.split()
