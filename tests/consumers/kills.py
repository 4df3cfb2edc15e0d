"""``python -m tests.consumers.kills [--kills N] [--seed N] [--away S] [--mutant NAME]``.

Relay, inbox, broker and subscriber are killed (SIGKILL) by turns of chance under load, on Apache
Kafka; then what the subscriber has is compared with what its partners were told, entry by entry and
by the signed digest of the day, and every answer a partner sent with what became of it. Prints the
ledger as a line of JSON, and fails if anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from os import devnull
from pathlib import Path
from shutil import rmtree
from time import monotonic, sleep

import psutil
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consumers.closing import Closing
from consumers.relay import BATCH
from consumers.subscriber import _bytes, _chained, _verify
from deploy.broker.nodes import nodes
from deploy.embedded import DATABASE, start
from projections.digests import Signer, document, public_jwk
from projections.topics import topic_of
from tests.consumers import postmen as inboxes
from tests.consumers.answering import answering
from tests.consumers.brokers import ApacheKafka, KafkaServer
from tests.consumers.following import Follower, follower
from tests.consumers.place import THERAPIES, Place, place
from tests.consumers.relaying import (
    AN_ATTEMPT,
    LINES,
    PUBLISHING,
    Relays,
    referrals_coming_in,
    relays,
)
from tests.consumers.replying import Replies, replying
from tests.database import Database

VICTIMS = {
    "relay at a line": 3,
    "relay at a moment": 2,
    "inbox at a line": 1,
    "inbox at a moment": 1,
    "subscriber": 2,
    "broker": 1,
}
"""Who is killed how often, of ten."""

TOLD_UNTIL_TOMORROW = """
create or replace function delivery.told_until() returns timestamptz language sql stable
security definer set search_path = pg_catalog
return clock_timestamp() + interval '1 day'
"""

WRONG = (
    *("missing", "twice", "out of order", "not of the share", "digests that differ"),
    *("answers without outcome", "answers with several", "answers with another"),
    *("outcomes out of number", "dead letters missing", "dead letters twice or out of order"),
)
"""What may not be."""

POINTS, NEVER = 60, 0
"""Before which step of its work a reader dies by itself, at most; and what lets it live."""

ENDS_WITHIN = 120.0
"""Seconds in which all that was told arrives, once nobody is killed any more."""


def killed(
    town: Place,
    kafka: KafkaServer,
    kills: int,
    seed: int,
    *,
    mutant: str = "",
    away: float = 0.0,
) -> dict[str, int]:
    """Kill so often, come to the end, and say what is wrong and how much there was.

    Before that the broker is ``away`` for so many seconds, while people are referred.
    """
    chance = random.Random(seed)
    deaths: Counter[str] = Counter()
    topics = [topic_of(partner) for partner in town.partners.values()]
    with (
        answering(town, THERAPIES) as post,
        relays(town, kafka, mutant=mutant == "relay") as lives,
        inboxes.postmen(post, kafka) as readers,
        follower(town, kafka, topics, mutant=mutant == "subscriber") as follows,
    ):
        coming = ExitStack()
        replies = coming.enter_context(replying(post, kafka))
        coming.enter_context(referrals_coming_in(town, replies.referred.put))
        readers.begin(chance.randrange(inboxes.LINES))
        lives.killed_after(1.0)  # its topics are there now
        follows.begin(chance.randrange(1, POINTS))
        if away:
            found_then = waited(kafka, lives, away)
        for victim in chance.choices(list(VICTIMS), list(VICTIMS.values()), k=kills):
            deaths[victim] += 1
            match victim:
                case "relay at a line":
                    most, inside = chance.choice([(LINES, PUBLISHING), (70, AN_ATTEMPT)])
                    lives.killed_at(chance.randrange(most), chance.randrange(3), inside)
                case "relay at a moment":
                    lives.killed_after(chance.uniform(0.0, 0.3))
                case "inbox at a line" | "inbox at a moment":
                    with lives.alive():
                        sleep(chance.uniform(0.0, 0.5))
                        readers.kill(at_its_line=victim.endswith("line"))
                        readers.begin(chance.randrange(inboxes.LINES))
                case "subscriber":
                    with lives.alive():
                        sleep(chance.uniform(0.2, 0.8))
                        follows.kill()
                        follows.begin(chance.randrange(1, POINTS))
                case _:
                    with lives.alive():
                        sleep(chance.uniform(0.0, 0.5))
                        kafka.kill()
                        kafka.start()
        coming.close()
        follows.kill()
        follows.begin(NEVER)
        with lives.alive(BATCH):
            until = monotonic() + ENDS_WITHIN
            while not _all_came(found := faults(town, kafka, follows, replies)):
                if monotonic() > until:
                    break
                sleep(0.5)
                town.tell()
        readers.kill()
        found["digests that differ"] = differing(town, follows.leaves())
    told = sum(town.told().values())
    if away:
        found |= found_then
    more = {"told": told, "answered": len(replies.done | replies.refused)}
    return found | more | {f"killed: {victim}": deaths[victim] for victim in VICTIMS}


def waited(kafka: KafkaServer, lives: Relays, away: float) -> dict[str, int]:
    """The broker is away, and a relay and a subscriber wait for it; what of the relay grew."""
    with lives.alive() as pid:
        sleep(3.0)
        relay = psutil.Process(pid)
        before = relay.memory_info().rss, relay.num_fds()
        kafka.stop()
        sleep(away)
        grown = relay.memory_info().rss - before[0], relay.num_fds() - before[1]
        kafka.start()
    return {"seconds away": round(away), "KiB more": grown[0] >> 10, "files more": grown[1]}


def _all_came(found: dict[str, int]) -> bool:
    late = ("missing", "answers without outcome", "dead letters missing")
    return not any(found[each] for each in late)


def faults(town: Place, kafka: KafkaServer, follows: Follower, replies: Replies) -> dict[str, int]:
    """What is wrong with what the subscriber took, with its topics, and with what was answered."""
    found = Counter(dict.fromkeys(("missing", "twice", "out of order", "not of the share"), 0))
    found.update(replies.faults())
    taken = follows.taken()
    for partner, number in town.told().items():
        mine = taken[topic_of(partner)]
        every, have = set(range(1, number + 1)), {each for each, _ in mine}
        found["missing"] += len(every - have)
        found["not of the share"] += len(have - every)
        by_person = sorted(((key, nth, n) for nth, (n, key) in enumerate(mine)))
        for _, theirs in groupby(by_person, key=lambda each: each[0]):
            found["out of order"] += sum(b[2] < a[2] for a, b in pairwise(theirs))
        there = kafka.numbers(topic_of(partner))
        found["twice"] += len(there) - len(set(there))
    return dict(found)


def differing(town: Place, leaves: dict[str, list[bytes]]) -> int:
    """How many signed days are not what the subscriber read; the day of the run is made to be over.

    Each partner's days are all there, signed, and end with its last number.
    """
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    signer = Signer(Ed25519PrivateKey.generate())
    with town.database.connect("postgres") as connection:
        connection.execute(TOLD_UNTIL_TOMORROW)
    Closing(town.dsn, town.keys, signer, lambda: tomorrow).once()
    with town.database.connect("postgres") as connection:
        days = connection.execute(
            "select partner, signed from delivery.digests order by partner, day"
        ).fetchall()
    public = public_jwk(signer.public)["x"]
    wrong, reached = 0, dict.fromkeys(town.told(), 0)
    for partner, signed in days:
        signing, _, signature = signed.rpartition(".")
        _verify(public, signing.encode(), _bytes(signature))
        said, mine = document(signed), leaves[topic_of(partner)]
        assert said["first"] == reached[partner] + 1
        reached[partner] = said["last"]
        chain = _chained(said["previous"], mine[said["first"] - 1 : said["last"]])
        wrong += chain != said["sha256"]
    assert reached == town.told(), "the days that are over do not go to the end of the share"
    return wrong


def main() -> None:
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--kills", type=int, default=200)
    asks.add_argument("--seed", type=int, default=20_261_122)
    asks.add_argument("--mutant", choices=["", "relay", "subscriber"], default="")
    asks.add_argument("--away", type=float, default=0.0, help="seconds without a broker, first")
    asked = asks.parse_args()
    log = Path(devnull).open("w")  # noqa: SIM115 - written to until the process ends
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    server = start(folder / "d")
    kafka = ApacheKafka(nodes(folder / "k"))
    try:
        kafka.start()
        with ExitStack() as opened, place(Database(DATABASE, server, opened)) as town:
            began = monotonic()
            ledger = killed(
                *(town, kafka, asked.kills, asked.seed), mutant=asked.mutant, away=asked.away
            )
            seconds = round(monotonic() - began)
            print(json.dumps({"seed": asked.seed, "seconds": seconds} | ledger), flush=True)
    finally:
        kafka.stop()
        server.stop()
        rmtree(folder)
    sys.exit(any(ledger[each] for each in WRONG))


if __name__ == "__main__":
    main()
