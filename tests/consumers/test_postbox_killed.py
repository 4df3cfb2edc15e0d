"""The reader of inbox topics is killed before any line; each answer is done once all the same."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from consumers.kafka.access import dead_of
from tests.consumers.answering import Answering, answering, message
from tests.consumers.brokers import KafkaServer
from tests.consumers.place import THERAPIES, Place
from tests.consumers.postmen import LINES, postmen
from tests.consumers.test_postbox import Writer

pytestmark = [pytest.mark.broker, pytest.mark.process]

SEED = 20_261_122
KILLS = int(os.environ.get("THROUGHCARE_KILLS", "6"))
"""Lives that are ended: a few in the tests, all lines with ``THROUGHCARE_KILLS=220``."""

EACH = 8
"""Messages of each kind."""


@pytest.fixture
def post(town: Place) -> Iterator[Answering]:
    with answering(town, THERAPIES) as made:
        yield made


@dataclass(frozen=True)
class Found:
    """What a partner would notice."""

    missing: int
    twice: int
    recorded: int
    gaps: int
    letters: list[int]


def after_kills(post: Answering, kafka: KafkaServer, *, mutant: bool = False) -> Found:
    """Live and die at many lines, then come to the end; what became of every message."""
    therapies = post.town.partners[THERAPIES]
    partner = Writer(kafka, therapies)
    accepted = [post.referred() for _ in range(EACH)]
    before = post.facts()
    names = set()
    for n, referral in enumerate(accepted):
        yes = message("AcceptReferral", f"yes-{n}", referral=referral)
        no = message("AcknowledgeWithdrawals", f"no-{n}", up_to=10**9)
        partner.write(yes, no, yes)
        names |= {f"yes-{n}", f"no-{n}"}
    partner.broker.close()
    chance = random.Random(SEED)
    with postmen(post, kafka, mutant=mutant) as lives:
        for line in chance.sample(range(LINES), KILLS):
            lives.killed_at(line)
        lives.to_the_end()
    told = post.told()
    outcomes = Counter(name for _, name, _, _ in told)
    return Found(
        missing=len(names - outcomes.keys()),
        twice=sum(count - 1 for count in outcomes.values()),
        recorded=post.facts() - before,
        gaps=len(told) - max((number for number, *_ in told), default=0),
        letters=[
            int(dict(each.headers)["inbox_number"]) for each in kafka.read(dead_of(therapies))
        ],
    )


def test_an_inbox_killed_at_any_line_does_each_answer_once_and_loses_none(
    post: Answering, kafka: KafkaServer
) -> None:
    found = after_kills(post, kafka)
    refused = [number for number, _, became, _ in post.told() if became == "refused"]
    assert found == Found(missing=0, twice=0, recorded=EACH, gaps=0, letters=refused)
    assert len(refused) == EACH


def test_a_place_that_is_kept_before_the_outcome_is_found_out_by_the_same_kills(
    post: Answering, kafka: KafkaServer
) -> None:
    assert after_kills(post, kafka, mutant=True).missing > 0
