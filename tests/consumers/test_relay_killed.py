"""The relay is killed at any moment under load; its topics still have each entry once, in order."""

from __future__ import annotations

import random
from itertools import pairwise
from time import monotonic, sleep

import pytest

from consumers.relay import BATCH
from projections.topics import topic_of
from tests.consumers.brokers import ApacheKafka, KafkaServer
from tests.consumers.kills import WRONG, killed
from tests.consumers.place import Place
from tests.consumers.relaying import AN_ATTEMPT, LINES, referrals_coming_in, relays
from tests.sampling import THOROUGH

pytestmark = [pytest.mark.broker, pytest.mark.process]

SEED = 20_261_121
LIVES = 10 if THOROUGH else 6
"""Lives that end themselves somewhere in an attempt, beside one before each line of publishing."""

MOMENTS = 5 if THOROUGH else 3
"""Lives ended from outside, at moments of their own."""


def faults(town: Place, kafka: KafkaServer) -> dict[str, int]:
    """What a partner would notice, over all topics."""
    found = {"missing": 0, "duplicate": 0, "out of order": 0}
    for partner, number in town.told().items():
        seen = kafka.numbers(topic_of(partner))
        found["missing"] += len(set(range(1, number + 1)) - set(seen))
        found["duplicate"] += len(seen) - len(set(seen))
        found["out of order"] += sum(b < a for a, b in pairwise(seen))
    return found


def after_kills(town: Place, kafka: KafkaServer, *, mutant: bool = False) -> dict[str, int]:
    """Live and die at each line and at some moments, then come to the end; what a partner sees."""
    chance = random.Random(SEED)
    lines = chance.sample(range(LINES), LINES)
    with relays(town, kafka, mutant=mutant) as lives:
        with referrals_coming_in(town):
            for line in lines:
                lives.killed_at(line, steps=chance.randrange(3))
            for _ in range(LIVES):
                lives.killed_at(chance.randrange(70), chance.randrange(3), AN_ATTEMPT)
            for _ in range(MOMENTS):
                lives.killed_after(chance.uniform(0.0, 0.2))
        with lives.alive(BATCH):
            until = monotonic() + 60.0
            while (found := faults(town, kafka))["missing"] and monotonic() < until:
                sleep(0.2)
    return found


def test_a_relay_killed_at_any_moment_leaves_no_entry_out_and_sends_none_twice(
    town: Place, kafka: KafkaServer
) -> None:
    assert after_kills(town, kafka) == {"missing": 0, "duplicate": 0, "out of order": 0}


def test_a_position_kept_elsewhere_is_found_out_by_the_same_kills(
    town: Place, kafka: KafkaServer
) -> None:
    found = after_kills(town, kafka, mutant=True)

    assert found["missing"] == 0
    assert found["duplicate"] > 0
    assert found["out of order"] > 0


# kafka-python forgets to close a socket whose connection was refused.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_whoever_is_killed_the_subscriber_has_everything_once_and_in_order(
    town: Place, apache: ApacheKafka
) -> None:
    """The short form of ``make kills``, which kills two hundred times."""
    ledger = killed(town, apache, kills=6, seed=SEED)
    assert {each: ledger[each] for each in WRONG} == dict.fromkeys(WRONG, 0)
    assert ledger["told"] > 100
    assert ledger["answered"] > 0
