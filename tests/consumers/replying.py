"""A partner's system that answers what it is told, by its inbox topic, while others are killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from consumers.kafka.access import dead_of
from consumers.kafka.connecting import BrokerIsAway
from consumers.kafka.publishing import NotPublished
from domain.vocabulary import ReferralId
from tests.consumers.answering import Answering, message
from tests.consumers.brokers import KafkaServer
from tests.consumers.test_postbox import Writer

REFUSED_EACH = 3
"""One referral of so many is also answered with what a rule refuses."""


@dataclass
class Replies:
    """What was written, and what became of it."""

    post: Answering
    kafka: KafkaServer
    referred: SimpleQueue[ReferralId] = field(default_factory=SimpleQueue)
    done: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)

    def to(self, referral: ReferralId) -> list[dict[str, Any]]:
        """An answer to a referral, and now and then one that is refused."""
        name = f"yes-{referral}"
        self.done.add(name)
        said = [message("AcceptReferral", name, referral=referral)]
        if len(self.done) % REFUSED_EACH == 0:
            self.refused.add(f"no-{referral}")
            said.append(message("AcknowledgeWithdrawals", f"no-{referral}", up_to=10**9))
        return said

    def faults(self) -> dict[str, int]:
        """What the partner would notice: each message has one outcome, numbered without a gap, and
        each that was refused comes back once, in order."""
        told = self.post.told()
        outcomes = Counter(name for _, name, _, _ in told)
        became = {name: what for _, name, what, _ in told}
        refused = [number for number, _, what, _ in told if what == "refused"]
        topic = dead_of(self.post.town.partners[self.post.who])
        letters = [int(dict(each.headers)["inbox_number"]) for each in self.kafka.read(topic)]
        return {
            "answers without outcome": len((self.done | self.refused) - outcomes.keys()),
            "answers with several": sum(count - 1 for count in outcomes.values()),
            "answers with another": sum(became.get(name, "done") != "done" for name in self.done)
            + sum(became.get(name, "refused") != "refused" for name in self.refused),
            "outcomes out of number": sum(n != number for n, (number, *_) in enumerate(told, 1)),
            "dead letters missing": len(set(refused) - set(letters)),
            "dead letters twice or out of order": len(letters)
            - len(set(letters))
            + (letters != sorted(letters)),
        }


@contextmanager
def replying(post: Answering, kafka: KafkaServer) -> Iterator[Replies]:
    """Each referral that is put into the queue is answered; all of them by the block's end."""
    replies, stop = Replies(post, kafka), Event()

    def reply() -> None:
        partner = post.town.partners[post.who]
        writer: Writer | None = None
        owed: list[dict[str, Any]] = []
        while owed or not (stop.is_set() and replies.referred.empty()):
            with suppress(Empty):
                while len(owed) < 20:
                    owed += replies.to(replies.referred.get(timeout=0.1))
            if not owed:
                continue
            try:
                writer = writer or Writer(kafka, partner)
                writer.write(*owed, owed[0])
                owed = []
            except (BrokerIsAway, NotPublished):
                # Nobody knows whether they are there: they are sent again, under the same ids.
                if writer:
                    writer.broker.close()
                writer = None
                stop.wait(0.5)
        if writer:
            writer.broker.close()

    thread = Thread(target=reply)
    thread.start()
    try:
        yield replies
    finally:
        stop.set()
        thread.join()
