"""One share by every way out: the same bytes, ids and numbers, and nothing by one not agreed to.

Each way is read by a client that nobody here wrote.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_network
from uuid import uuid4

import orjson
import psycopg
import pytest
from standardwebhooks import Webhook

from consumers.mesh import Mailings
from consumers.outward import Outward
from consumers.watchdog import Watchdog
from consumers.webhooks import Webhooks
from domain.policies.agreements import EVERY_WAY
from domain.vocabulary import PartnerId, Way
from projections import directory, mailboxes, schema
from projections.behalf import acting_for
from projections.connections import async_pool
from projections.endpoints import Endpoints
from projections.topics import topic_of
from projections.webhook_secrets import Seals, new_secret
from tests.consumers.brokers import ForgetfulServer, KafkaServer
from tests.consumers.place import HOUSING, Place
from tests.consumers.receiving import Receiver, receiving
from tests.consumers.sandboxes import NO_SANDBOX, THEIRS, MeshSandbox
from tests.consumers.test_relay import must_not_end, relay_of
from tests.consumers.test_relay_parking import published
from tests.consumers.test_relay_topics import there
from tests.consumers.test_subscriber import Edge

pytestmark = [
    pytest.mark.broker,
    # kafka-python forgets to close a socket whose connection was refused.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]

SEALS = Seals(bytes(32))


@dataclass(frozen=True)
class Came:
    """What of an entry is the same by whichever way it comes; ``data`` as its bytes were."""

    id: str
    type: str
    subject: str | None
    number: int
    time: str
    data: bytes


def event(written: bytes) -> Came:
    """An entry as a CloudEvent in structured JSON, whose last part is ``data``."""
    said = orjson.loads(written)
    data = written[written.index(b'"data":') + len(b'"data":') : -1]
    assert orjson.loads(data) == said["data"]
    return Came(
        said["id"], said["type"], said.get("subject"), said["sharenumber"], said["time"], data
    )


@dataclass
class House:
    """A small place that tells by every way, and one partner's clients."""

    town: Place
    edge: Edge
    kafka: KafkaServer
    receiver: Receiver
    sandbox: MeshSandbox | None = None

    @property
    def housing(self) -> PartnerId:
        return self.town.partners[HOUSING]

    @property
    def newest(self) -> int:
        return self.town.told()[self.housing]

    def curl(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """What `curl` gets with the partner's token, whether or not it is let in."""
        token = self.edge.token(self.housing)
        return subprocess.run(
            ["curl", "-sSN", "-H", f"Authorization: Bearer {token}", *words],
            capture_output=True,
            timeout=60,
            check=False,
        )

    def by_feed(self, number: int) -> Came:
        page = self.curl(f"{self.edge.url}/v1/share?after={number - 1}&limit=1").stdout
        assert page[:1] + page[-1:] == b"[]"
        return event(page[1:-1])

    def by_live(self, number: int) -> Came:
        """The event that follows a number, from a stream that has no end."""
        token = self.edge.token(self.housing)
        command = [
            *("curl", "-sSN", "--max-time", "60", "-H", f"Authorization: Bearer {token}"),
            *("-H", f"Last-Event-ID: {number - 1}", f"{self.edge.url}/v1/share/live"),
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as reading:
            assert reading.stdout
            said: dict[bytes, bytes] = {}
            for line in reading.stdout:
                name, _, value = line.rstrip(b"\n").partition(b": ")
                said[name] = value
                if name == b"data":
                    break
            reading.kill()
        came = event(said[b"data"])
        assert (said[b"id"], said[b"event"]) == (b"%d" % came.number, came.type.encode())
        return came

    def by_kafka(self, number: int) -> Came:
        (record,) = [
            record
            for record in self.kafka.entries(topic_of(self.housing))
            if dict(record.headers)["ce_sharenumber"] == b"%d" % number
        ]
        said = {name: value.decode() for name, value in record.headers}
        assert record.key.decode() == said.get("ce_subject", str(self.housing))
        return Came(
            said["ce_id"],
            said["ce_type"],
            said.get("ce_subject"),
            int(said["ce_sharenumber"]),
            said["ce_time"],
            record.value,
        )

    def by_webhook(self, verifier: Webhook) -> list[Came]:
        """What the newest word of news asks its partner to read, after nothing so far."""
        assert self.send() == 1
        got = self.receiver.got[-1]
        up_to = verifier.verify(got.body, got.headers)["data"]["up_to"]
        return [self.by_feed(number) for number in range(1, up_to + 1)]

    def by_mesh(self) -> list[Came]:
        """What the partner's mailbox holds now, taken out of it: pages of the feed."""
        assert self.sandbox
        came: list[Came] = []
        for message in self.sandbox.collect():
            page = [orjson.dumps(each) for each in orjson.loads(message.body)]
            assert b"[" + b",".join(page) + b"]" == message.body
            entries = [event(each) for each in page]
            asked = f"after={entries[0].number - 1}&limit={len(entries)}"
            assert self.curl(f"{self.edge.url}/v1/share?{asked}").stdout == message.body
            came += entries
        return came

    def mailbox(self) -> None:
        """The partner has one, and nothing is in it."""
        with psycopg.connect(self.town.dsn, autocommit=True) as connection:
            mailboxes.begin(connection, self.housing, THEIRS, 0, datetime.now(UTC))

    def mail(self) -> None:
        """Fill mailboxes, as `throughcare relay` does."""
        assert self.sandbox
        sender = Mailings(
            self.town.dsn,
            self.town.keys,
            self.sandbox.sender,
            Watchdog(must_not_end),
            lambda: datetime.now(UTC),
            workflow="THROUGHCARE_SHARE",
            most=2,
        )
        with psycopg.connect(self.town.dsn, autocommit=True) as connection:
            sender.send(connection)

    def endpoint(self) -> Webhook:
        """The partner's endpoint is known; what verifies its messages."""
        secret, at = new_secret(), datetime.now(UTC)

        async def add() -> None:
            async with async_pool(self.town.database.dsn(schema.SERVE)) as pool:
                kept, by = Endpoints(pool, SEALS), uuid4()
                with acting_for(self.housing):
                    host = self.receiver.host
                    await kept.say_host(self.housing, host, allowed=True, by=by, at=at)
                    url = self.receiver.url
                    await kept.add(uuid4(), self.housing, "Ours", url, secret, by=by, at=at)

        asyncio.run(add())
        return Webhook(secret)

    def send(self) -> int:
        """Tell endpoints of news, as `throughcare relay` does; how many were called."""

        async def may_use(partner: PartnerId) -> bool:
            with psycopg.connect(self.town.dsn) as connection:
                return directory.load(connection).may_use(partner, Way.WEBHOOK)

        before = len(self.receiver.got)
        outward = Outward(also=[ip_network("127.0.0.0/8")], deadline=5)
        sender = Webhooks(
            self.town.dsn, SEALS, outward, clock=lambda: datetime.now(UTC), may_use=may_use
        )
        asyncio.run(sender.once())
        return len(self.receiver.got) - before

    def publish(self) -> None:
        published(self.town, relay_of(self.town, self.kafka))


@contextmanager
def house_over(
    town: Place, kafka: KafkaServer, sandbox: MeshSandbox | None = None
) -> Iterator[House]:
    """Somebody was referred to the partner, who took them on."""
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    town.refer(HOUSING)
    referral, _ = town.refer(HOUSING, ask='rent arrears, "Räumung" & </p> 🏠', name="Zoë O'Bee")
    town.care.accept_referral(referral, asked=town.asked(HOUSING))
    town.tell()
    edge = Edge(town)
    with receiving() as receiver, edge.up():
        yield House(town, edge, kafka, receiver, sandbox)


@pytest.fixture
def house(town: Place, kafka: KafkaServer, only_sandbox: MeshSandbox | None) -> Iterator[House]:
    """Without a sandbox its tests are of four ways, and are then skipped for the fifth."""
    if only_sandbox:
        only_sandbox.empty()
    with house_over(town, kafka, only_sandbox) as made:
        yield made


def test_an_entry_is_the_same_by_every_way(house: House) -> None:
    verifier = house.endpoint()
    house.publish()
    pulled = house.by_webhook(verifier)
    assert [came.number for came in pulled] == list(range(1, house.newest + 1))
    assert any("🏠".encode() in came.data for came in pulled)
    for came in pulled:
        assert came.id == f"{house.housing}/{came.number}"
        assert house.by_feed(came.number) == came
        assert house.by_live(came.number) == came
        assert house.by_kafka(came.number) == came
    if house.sandbox is None:
        pytest.skip(f"four ways bring the same; {NO_SANDBOX}")
    house.mailbox()
    house.mail()
    assert house.by_mesh() == pulled


def test_nothing_is_told_by_a_way_that_is_not_agreed(house: House) -> None:
    """And everything by all the others that are for systems; who is written to is in test_mail."""
    verifier = house.endpoint()
    if house.sandbox:
        house.mailbox()
    for lacking in ({Way.FEED}, {Way.LIVE, Way.MESH}, {Way.KAFKA, Way.WEBHOOK}):
        house.town.sign(HOUSING, ways=tuple(way for way in Way if way not in lacking))
        house.town.refer(HOUSING)
        house.town.tell()
        newest, told = house.newest, set()
        for path, way in (("", Way.FEED), ("/live", Way.LIVE)):
            if way in lacking:
                asked = house.curl(f"{house.edge.url}/v1/share{path}?after={newest - 1}")
                refused = orjson.loads(asked.stdout)
                assert (refused["status"], refused["type"]) == (403, "/problems/way-is-not-agreed")
            else:
                came = house.by_feed(newest) if way is Way.FEED else house.by_live(newest)
                told |= {way} if came.number == newest else set()
        house.publish()
        if topic_of(house.housing) in there(house.town, house.kafka):
            told |= {Way.KAFKA} if house.by_kafka(newest).number == newest else set()
        if house.send():
            got = house.receiver.got[-1]
            assert verifier.verify(got.body, got.headers)["data"] == {"up_to": newest}
            told.add(Way.WEBHOOK)
        if house.sandbox:
            house.mail()
            mailed = [
                entry for page in house.sandbox.collect() for entry in orjson.loads(page.body)
            ]
            told |= {Way.MESH} if [e for e in mailed if e["sharenumber"] == newest] else set()
        assert told == set(EVERY_WAY) - lacking - (set() if house.sandbox else {Way.MESH})
    if house.sandbox is None:
        pytest.skip(f"so it is with four ways; {NO_SANDBOX}")


def test_a_topic_is_read_by_kcat(town: Place, forgetful: ForgetfulServer) -> None:
    """As Debian has it; before librdkafka 2.6.1 it cannot sign in by SCRAM, so not there."""
    if shutil.which("kcat") is None:
        pytest.skip("no kcat here")
    with house_over(town, forgetful) as house:
        house.publish()
        read = subprocess.run(
            [
                *("kcat", "-C", "-q", "-e", "-b", forgetful.connection["bootstrap_servers"]),
                *("-X", "isolation.level=read_committed", "-o", "beginning"),
                *("-t", topic_of(house.housing), "-f", r"%k\n%h\n%S\n%s\n"),
            ],
            capture_output=True,
            timeout=60,
            check=True,
        )
        lines = read.stdout.split(b"\n")
        records = list(zip(*(iter(lines),) * 4, strict=False))
        assert read.stdout.count(b"\n") == 4 * len(records)
        came = {}
        for key, headers, size, value in records:
            said = dict(pair.split("=", 1) for pair in headers.decode().split(","))
            assert int(size) == len(value)
            if said["ce_type"] != "share.Heartbeat.v1":
                number = int(said["ce_sharenumber"])
                assert key.decode() == said.get("ce_subject", str(house.housing))
                came[number] = Came(
                    *(said["ce_id"], said["ce_type"], said.get("ce_subject"), number),
                    *(said["ce_time"], value),
                )
        assert list(came) == list(range(1, house.newest + 1))
        assert list(came.values()) == [house.by_feed(number) for number in came]
