"""Everything that can happen to a hand-over, searched by spin: nobody is ever left unheld.

Skipped, with the reason, where spin or a C compiler is not installed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.domain.edges.table import read
from tests.model import checking
from tests.model.checking import check

TABLE = read("handover", same={"handed over": "held"})
CLAIMS = ("somebody_holds", "every_offer_is_answered_or_escalated", "the_silence_climbs")


@pytest.fixture(autouse=True)
def needs_spin() -> None:
    if absent := checking.missing():
        pytest.skip(absent)


@pytest.mark.parametrize("claim", CLAIMS)
def test_whatever_happens_the_rules_of_the_handover_hold(claim: str, tmp_path: Path) -> None:
    verdict = check("handover", TABLE, claim, tmp_path)
    assert verdict.trail == ()
    assert verdict.errors == 0
    assert verdict.whole, "the search ended before everything was seen"
    assert verdict.states > 10_000, "too little happens for this to say anything"


def test_people_do_accept_in_the_model(tmp_path: Path) -> None:
    verdict = check("handover", TABLE, "nobody_ever_accepts", tmp_path)
    assert verdict.errors == 1
    assert verdict.trail[-1].endswith("then handed over")


def test_fire_and_forget_leaves_a_person_held_by_nobody(tmp_path: Path) -> None:
    verdict = check("handover", TABLE, "somebody_holds", tmp_path, ["FIRE_AND_FORGET"])
    assert verdict.errors == 1
    assert verdict.trail == ("sender: handover: held, then offered",)


def test_fire_and_forget_leaves_an_offer_for_ever_unanswered(tmp_path: Path) -> None:
    claim = "every_offer_is_answered_or_escalated"
    verdict = check("handover", TABLE, claim, tmp_path, ["FIRE_AND_FORGET"])
    assert verdict.errors == 1
    assert verdict.trail[-1].endswith("handover: held, then offered"), "and nothing after it"


def test_without_versions_two_answers_win(tmp_path: Path) -> None:
    verdict = check("handover", TABLE, "somebody_holds", tmp_path, ["WITHOUT_VERSIONS"])
    assert verdict.errors == 1
