"""What a partner may do at the broker follows from its agreement: Apache Kafka itself refuses."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import confluent_kafka
import psycopg
import pytest

from consumers.admitting import Admitting
from consumers.entries_topic import GROUP, TOPIC
from consumers.kafka.access import QUOTAS, Do, dead_of, inbox_of, user_of
from consumers.kafka.administration import Administration, MayNotAdminister
from consumers.kafka.connecting import Record
from consumers.kafka.following import Follower
from consumers.kafka.group import Group
from consumers.kafka.publishing import Broker
from consumers.records import HEARTBEAT
from consumers.relay import Relay
from consumers.watchdog import Watchdog
from deploy.cli import main
from domain.agreement import AgreementSigned
from domain.kernel import Category
from domain.policies.agreements import TEMPLATES
from domain.vocabulary import PartnerKind, Way
from projections import directory, schema
from projections.topics import topic_of
from tests.consumers.brokers import ApacheKafka, ForgetfulServer
from tests.consumers.place import HOUSING, PRACTICE, THERAPIES, Place
from tests.consumers.test_relay import must_not_end, relay_of
from tests.consumers.test_relay_parking import published

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
    from kafka.admin import (
        ACL,
        ACLOperation,
        ACLPermissionType,
        ACLResourcePatternType,
        ConfigResource,
        ConfigResourceType,
        NewTopic,
        ResourcePattern,
        ResourceType,
        ScramMechanism,
        UserScramCredentialUpsertion,
    )
    from kafka.errors import (
        ClusterAuthorizationFailedError,
        GroupAuthorizationFailedError,
        KafkaError,
        TopicAuthorizationFailedError,
        TransactionalIdAuthorizationFailedError,
    )

pytestmark = [
    pytest.mark.broker,
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def agree(town: Place, kind: PartnerKind, *ways: Way) -> UUID:
    """An agreement of this kind that is for these ways and no others."""
    terms = TEMPLATES[kind]
    signed = AgreementSigned.under(
        terms, reference=str(uuid4()), starts=datetime.now(UTC).date()
    ).model_copy(update={"ways": ways})
    town.care.sign_agreement(town.partners[kind], signed, asked=town.asked())
    town.tell()
    return town.partners[kind]


@dataclass
class Town:
    """Two partners that may be told by Kafka, one that may not, and the passwords they got."""

    town: Place
    kafka: ApacheKafka
    passwords: dict[UUID, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.administration = Administration(self.kafka.connection)
        self.admitting = Admitting(self._directory, self.administration, self.passwords.__setitem__)
        self.therapies = agree(self.town, THERAPIES, Way.KAFKA)
        self.housing = agree(self.town, HOUSING, Way.FEED, Way.KAFKA)
        self.practice = agree(self.town, PRACTICE, Way.FEED)

    def _directory(self) -> directory.Directory:
        with psycopg.connect(self.town.database.dsn(schema.SERVE)) as connection:
            return directory.load(connection)

    def connection(self, partner: UUID, password: str | None = None) -> dict[str, Any]:
        signing = password or self.passwords[partner]
        made = self.kafka.nodes.connection(user_of(partner), signing)
        return made | {"request_timeout_ms": 10_000, "bootstrap_timeout_ms": 10_000}

    def publish(self, topic: str, value: bytes) -> None:
        with closing(KafkaAdminClient(**self.kafka.connection)) as admin:
            if topic not in admin.list_topics():
                admin.create_topics([NewTopic(topic, num_partitions=1)], wait_for_metadata=True)
        written(self.kafka.connection, topic, value)


@pytest.fixture
def there(town: Place, apache: ApacheKafka) -> Town:
    made = Town(town, apache)
    made.admitting.once()
    for partner in (made.therapies, made.housing):
        made.publish(topic_of(partner), str(partner).encode())
    return made


def written(connection: dict[str, Any], topic: str, value: bytes = b"{}") -> None:
    with closing(KafkaProducer(**connection, max_block_ms=5_000)) as producer:
        producer.send(topic, value).get(timeout=10)


def read(connection: dict[str, Any], topic: str, group: str | None = None) -> list[bytes]:
    """All that is in a topic, by a group that then says how far it came."""
    settings = connection | {"group_id": group, "enable_auto_commit": False}
    if group:
        settings |= {"session_timeout_ms": 6_000, "heartbeat_interval_ms": 2_000}
    with closing(KafkaConsumer(**settings)) as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        found: list[bytes] = []
        while consumer.position(partition) < consumer.end_offsets([partition])[partition]:
            for records in consumer.poll(timeout_ms=500).values():
                found += [record.value for record in records]
        if group:
            consumer.commit()
        return found


def test_a_partner_reads_its_share_and_writes_to_its_inbox(there: Town) -> None:
    mine = there.connection(there.housing)
    group = f"{user_of(there.housing)}.case-system"
    assert read(mine, topic_of(there.housing), group) == [str(there.housing).encode()]
    written(mine, inbox_of(there.housing))
    assert read(there.kafka.connection, inbox_of(there.housing)) == [b"{}"]
    there.publish(dead_of(there.housing), b"no")
    assert read(mine, dead_of(there.housing)) == [b"no"]
    there.publish(f"{topic_of(there.housing)}.g2", b"after a narrowing")
    assert read(mine, f"{topic_of(there.housing)}.g2") == [b"after a narrowing"]


class NotAllowed(Exception):
    """A broker's answer says so."""


Asks = Callable[[Town, dict[str, Any]], object]
NOT_ALLOWED: dict[str, tuple[Asks, type[Exception]]] = {
    "reads another's share": (
        lambda there, mine: read(mine, topic_of(there.therapies)),
        TopicAuthorizationFailedError,
    ),
    "reads a later topic of another's share": (
        lambda there, mine: read(mine, f"{topic_of(there.therapies)}.g2"),
        TopicAuthorizationFailedError,
    ),
    "reads another's inbox": (
        lambda there, mine: read(mine, inbox_of(there.therapies)),
        TopicAuthorizationFailedError,
    ),
    "reads another's dead letters": (
        lambda there, mine: read(mine, dead_of(there.therapies)),
        TopicAuthorizationFailedError,
    ),
    "reads what is handed out to workers": (
        lambda there, mine: read(mine, TOPIC),
        TopicAuthorizationFailedError,
    ),
    "reads its own inbox": (
        lambda there, mine: read(mine, inbox_of(there.housing)),
        TopicAuthorizationFailedError,
    ),
    "writes to its share": (
        lambda there, mine: written(mine, topic_of(there.housing)),
        TopicAuthorizationFailedError,
    ),
    "writes to another's inbox": (
        lambda there, mine: written(mine, inbox_of(there.therapies)),
        TopicAuthorizationFailedError,
    ),
    "writes to where the dead are put": (
        lambda there, mine: written(mine, dead_of(there.housing)),
        TopicAuthorizationFailedError,
    ),
    "writes to a later topic of its share": (
        lambda there, mine: written(mine, f"{topic_of(there.housing)}.g2"),
        TopicAuthorizationFailedError,
    ),
    "removes what its topic holds": (
        lambda there, mine: admin(mine, lambda it: it.delete_records({share_of(there): 1})),
        TopicAuthorizationFailedError,
    ),
    "keeps its topic for longer": (
        lambda there, mine: admin(
            mine, lambda it: said(it.alter_configs([for_ever(there)], raise_on_unknown=False))
        ),
        NotAllowed,
    ),
    "makes a topic": (
        lambda there, mine: made(mine, "its-own"),
        TopicAuthorizationFailedError,
    ),
    "makes a topic that it may read": (
        lambda there, mine: made(mine, f"{topic_of(there.housing)}.g9"),
        TopicAuthorizationFailedError,
    ),
    "deletes its topic": (
        lambda there, mine: admin(mine, lambda it: it.delete_topics([topic_of(there.housing)])),
        TopicAuthorizationFailedError,
    ),
    "reads as another's group": (
        lambda there, mine: read(mine, topic_of(there.housing), f"{user_of(there.therapies)}.x"),
        GroupAuthorizationFailedError,
    ),
    "joins another's group": (
        lambda there, mine: joined(mine, topic_of(there.housing), f"{user_of(there.therapies)}.x"),
        GroupAuthorizationFailedError,
    ),
    "looks how far another's group is": (
        lambda there, mine: admin(
            mine, lambda it: it.list_group_offsets({f"{user_of(there.therapies)}.x": None})
        ),
        GroupAuthorizationFailedError,
    ),
    "ends another's group": (
        lambda there, mine: admin(
            mine, lambda it: it.delete_groups([f"{user_of(there.therapies)}.x"])
        ),
        GroupAuthorizationFailedError,
    ),
    "publishes as the relay": (
        lambda there, mine: transaction(mine, "throughcare-relay"),
        TransactionalIdAuthorizationFailedError,
    ),
    "looks at users": (
        lambda there, mine: admin(
            mine, lambda it: it.describe_user_scram_credentials(["throughcare"])
        ),
        ClusterAuthorizationFailedError,
    ),
    "gives itself another's user": (
        lambda there, mine: admin(mine, lambda it: password_of(it, user_of(there.therapies))),
        ClusterAuthorizationFailedError,
    ),
    "looks at access lists": (
        lambda there, mine: Administration(without_deadlines(mine)).found(),
        MayNotAdminister,
    ),
}


def without_deadlines(mine: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in mine.items() if not name.endswith("_ms")}


def admin(mine: dict[str, Any], ask: Callable[[Any], object]) -> None:
    with closing(KafkaAdminClient(**mine)) as client:
        ask(client)


def made(mine: dict[str, Any], topic: str) -> None:
    admin(mine, lambda it: it.create_topics([NewTopic(topic, num_partitions=1)]))


def share_of(there: Town) -> TopicPartition:
    return TopicPartition(topic_of(there.housing), 0)


def for_ever(there: Town) -> ConfigResource:
    kept = {"retention.ms": "-1"}
    return ConfigResource(ConfigResourceType.TOPIC, topic_of(there.housing), kept)


def said(answer: object) -> None:
    """What a broker answered of each that was asked for, where the client raises nothing."""
    if "AuthorizationFailed" in repr(answer):
        raise NotAllowed(repr(answer))


def joined(mine: dict[str, Any], topic: str, group: str) -> None:
    with closing(KafkaConsumer(topic, **mine, group_id=group)) as consumer:
        until = monotonic() + 10.0
        while monotonic() < until:
            consumer.poll(timeout_ms=500)


def password_of(client: Any, user: str) -> None:
    wanted = UserScramCredentialUpsertion(user, ScramMechanism.SCRAM_SHA_512, "mine")
    for message in client.alter_user_scram_credentials([wanted]).values():
        if message:
            raise ClusterAuthorizationFailedError(message)


def transaction(mine: dict[str, Any], name: str) -> None:
    settings = mine | {"max_block_ms": 5_000}
    with closing(KafkaProducer(**settings, transactional_id=name)) as producer:
        producer.init_transactions()


def test_a_partner_may_do_nothing_else(there: Town) -> None:
    mine, allowed = there.connection(there.housing), []
    for topic in (
        *(f"{topic_of(there.therapies)}.g2", dead_of(there.therapies)),
        *(inbox_of(there.housing), inbox_of(there.therapies)),
        later := f"{topic_of(there.housing)}.g2",
    ):
        there.publish(topic, b"not for housing")
    theirs = f"{user_of(there.therapies)}.x"
    assert read(there.connection(there.therapies), topic_of(there.therapies), theirs)
    for what, (ask, refused) in NOT_ALLOWED.items():
        try:
            ask(there, mine)
            allowed.append(what)
        except refused:
            continue
    assert allowed == []
    with closing(KafkaAdminClient(**mine)) as client:
        seen = set(client.list_topics())
        assert theirs not in repr(client.list_groups())
    mine_are = {topic_of(there.housing), later, inbox_of(there.housing), dead_of(there.housing)}
    assert seen == mine_are


def test_what_is_planned_is_done_once_and_then_nothing_is_planned(
    town: Place, apache: ApacheKafka
) -> None:
    there = Town(town, apache)
    planned = there.admitting.planned()
    assert there.admitting.planned() == planned  # to plan changes nothing
    assert {change.partner for change in planned} == {there.therapies, there.housing}
    assert there.admitting.once() == planned
    assert there.admitting.planned() == []
    assert set(there.passwords) == {there.therapies, there.housing}


def test_who_may_be_told_by_kafka_no_more_is_let_in_no_more(there: Town) -> None:
    mine = there.connection(there.housing)
    topic = topic_of(there.housing)
    with closing(KafkaConsumer(**mine, enable_auto_commit=False)) as still_connected:
        partition = TopicPartition(topic, 0)
        still_connected.assign([partition])
        still_connected.seek_to_beginning(partition)
        while not still_connected.poll(timeout_ms=500):
            pass
        agree(there.town, HOUSING, Way.FEED)
        assert {change.do for change in there.admitting.once()} == {
            Do.FORBID,
            Do.REMOVE_USER,
            Do.LIFT_QUOTAS,
        }
        there.publish(topic, b"not for it")
        assert refused_within(20, still_connected)
    with pytest.raises(KafkaError):
        read(mine | {"bootstrap_timeout_ms": 2_000}, topic)
    assert read(there.connection(there.therapies), topic_of(there.therapies))
    assert there.admitting.planned() == []


def refused_within(polls: int, consumer: Any) -> bool:
    """Whether a consumer that was let in before is refused, and gets nothing meanwhile."""
    try:
        for _ in range(polls):
            assert not consumer.poll(timeout_ms=500)
    except TopicAuthorizationFailedError:
        return True
    return False


def test_what_was_changed_by_hand_is_put_back(there: Town) -> None:
    too_much = ACL(
        f"User:{user_of(there.housing)}",
        "*",
        ACLOperation.READ,
        ACLPermissionType.ALLOW,
        ResourcePattern(ResourceType.TOPIC, topic_of(there.therapies)),
    )
    longer = ConfigResource(
        ConfigResourceType.TOPIC, inbox_of(there.housing), {"retention.ms": "-1"}
    )
    with closing(KafkaAdminClient(**there.kafka.connection)) as client:
        client.create_acls([too_much])
        client.alter_configs([longer])
    mine = there.connection(there.housing)
    assert read(mine, topic_of(there.therapies))
    assert [change.do for change in there.admitting.once()] == [Do.FORBID, Do.SET_TOPIC]
    with pytest.raises(TopicAuthorizationFailedError):
        read(mine, topic_of(there.therapies))
    assert there.admitting.planned() == []


def test_what_a_partner_may_ask_of_the_broker_is_as_it_is_set(there: Town) -> None:
    quotas = QUOTAS | {"consumer_byte_rate": 1_000_000.0}
    administration = Administration(there.kafka.connection, quotas=quotas)
    admitting = Admitting(there._directory, administration, there.passwords.__setitem__)
    assert {change.do for change in admitting.once()} == {Do.SET_QUOTAS}
    assert administration.found().quotas[there.housing] == quotas
    assert admitting.planned() == []


def test_a_new_password_ends_the_one_before_it(there: Town) -> None:
    before = there.passwords[there.housing]
    there.administration.renew(there.housing, "another", there.passwords.__setitem__)
    assert read(there.connection(there.housing), topic_of(there.housing))
    with pytest.raises(KafkaError):
        read(
            there.connection(there.housing, before) | {"bootstrap_timeout_ms": 2_000},
            topic_of(there.housing),
        )


def test_a_broker_without_access_lists_is_not_taken_for_one_that_keeps_them(
    forgetful: ForgetfulServer,
) -> None:
    with pytest.raises(MayNotAdminister):
        Administration(forgetful.connection).found()


@dataclass
class Command:
    """The command of this place, with a folder of its own."""

    there: Town
    folder: Path
    said: pytest.CaptureFixture[bytes]

    def __call__(self, *words: str) -> tuple[list[dict[str, str]], int]:
        """What it prints, and its exit code."""
        code = 0
        try:
            main(["broker", *words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        out = self.said.readouterr().out
        return [json.loads(line) for line in out.splitlines()], code

    def file(self, partner: UUID) -> Path:
        return self.folder / "kafka" / f"{partner}.properties"


@pytest.fixture
def command(
    town: Place,
    apache: ApacheKafka,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> Command:
    (tmp_path / "roles.json").write_text(json.dumps(dict.fromkeys(schema.ROLES, "unused")))
    (tmp_path / "password").write_text(apache.connection["sasl_plain_password"])
    for name, value in {
        "DATA": tmp_path,
        "DATABASE": town.database.dsn("postgres"),
        "KAFKA": apache.nodes.servers,
        "KAFKA_USER": apache.connection["sasl_plain_username"],
        "KAFKA_PASSWORD_FILE": tmp_path / "password",
    }.items():
        monkeypatch.setenv(f"THROUGHCARE_{name}", str(value))
    return Command(Town(town, apache), tmp_path, capsysbinary)


def test_the_command_says_what_it_would_do_does_it_once_and_shows_no_password(
    command: Command,
) -> None:
    housing = command.there.housing
    planned, code = command("apply", "--dry-run")
    assert code == 0
    assert not command.file(housing).exists()
    done, code = command("apply")
    assert (done, code) == (planned, 0)
    assert {row["partner"] for row in done} == {str(housing), str(command.there.therapies)}
    assert command("apply") == ([], 3)
    kept = command.file(housing)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    password = re.findall(r"sasl.password=(.+)", kept.read_text())[0]
    assert password not in json.dumps(done)
    renewed, _ = command("password", str(housing))
    assert renewed[0]["file"] == str(kept)
    assert password not in kept.read_text()
    _, refused = command("password", str(command.there.practice))
    assert refused == 4


def read_by_librdkafka(file: Path, topic: str) -> list[Any]:
    """All of a topic, as a client reads it that has the file we keep for a partner."""
    settings = dict(line.split("=", 1) for line in file.read_text().splitlines())
    group = {"group.id": f"{settings['sasl.username']}.case-system"}
    at_first = {"auto.offset.reset": "earliest", "enable.partition.eof": True}
    consumer = confluent_kafka.Consumer(settings | group | at_first)
    try:
        consumer.subscribe([topic])
        found: list[Any] = []
        until = monotonic() + 60.0
        while monotonic() < until:
            message: Any = consumer.poll(0.5)
            if message is None:
                continue
            if message.error() is None:
                found.append(message)
            elif message.error().code() == confluent_kafka.KafkaError._PARTITION_EOF:
                return found
            else:
                raise confluent_kafka.KafkaException(message.error())
        raise AssertionError("the topic could not be read to its end")
    finally:
        consumer.close()


def test_a_client_that_nobody_here_wrote_reads_its_share_and_no_other(
    command: Command, apache: ApacheKafka
) -> None:
    town, housing = command.there.town, command.there.housing
    for _ in range(3):
        town.refer(HOUSING, ask="rent arrears")
    town.tell()
    command("apply")
    relay = relay_of(town, apache)
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        while relay.step(connection):
            pass
    relay._forget()

    file = command.file(housing)
    told = read_by_librdkafka(file, topic_of(housing))
    headers = [{name: value.decode() for name, value in each.headers()} for each in told]
    numbers = [int(each["ce_sharenumber"]) for each in headers if each["ce_type"] != HEARTBEAT]
    assert numbers == list(range(1, town.told()[housing] + 1))
    assert any(json.loads(each.value()).get("ask") == "rent arrears" for each in told)
    with pytest.raises(confluent_kafka.KafkaException) as refused:
        read_by_librdkafka(file, topic_of(command.there.therapies))
    code = confluent_kafka.KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert refused.value.args[0].code() == code


@pytest.fixture
def kcat(tmp_path: Path) -> Kcat:
    """Debian's, over the librdkafka of the wheel: Debian 12's own cannot sign in to Kafka 4."""
    if shutil.which("kcat") is None:
        pytest.skip("kcat is not on the path: no client of Debian's to try the sign-in with")
    (library,) = (
        Path(confluent_kafka.__file__).parents[1].glob("confluent_kafka.libs/librdkafka-*.so*")
    )
    (tmp_path / "newer").mkdir()
    (tmp_path / "newer" / "librdkafka.so.1").symlink_to(library)
    return Kcat(tmp_path / "newer")


@dataclass
class Kcat:
    """A program that nobody here wrote, with the file that is handed over to a partner."""

    library: Path

    def __call__(
        self, file: Path, *words: str, typed: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["kcat", "-F", str(file), "-q", *words],
            env=os.environ | {"LD_LIBRARY_PATH": str(self.library)},
            input=typed,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def read(self, file: Path, topic: str) -> subprocess.CompletedProcess[bytes]:
        return self(file, "-C", "-t", topic, "-o", "beginning", "-e", "-f", "%s\n")

    def write(self, file: Path, topic: str, value: bytes) -> subprocess.CompletedProcess[bytes]:
        return self(file, "-P", "-t", topic, "-X", "message.timeout.ms=5000", typed=value)


def test_kcat_signs_in_as_a_partner_and_reads_nobody_elses(command: Command, kcat: Kcat) -> None:
    there = command.there
    command("apply")
    file = command.file(there.housing)
    for partner in (there.housing, there.therapies):
        for topic in (topic_of(partner), dead_of(partner), inbox_of(partner)):
            there.publish(topic, topic.encode())

    for topic in (topic_of(there.housing), dead_of(there.housing)):
        mine = kcat.read(file, topic)
        assert (mine.returncode, mine.stdout) == (0, topic.encode() + b"\n"), mine.stderr
    assert kcat.write(file, inbox_of(there.housing), b"an answer").returncode == 0
    assert b"an answer" in read(there.kafka.connection, inbox_of(there.housing))

    for topic in (
        *(topic_of(there.therapies), dead_of(there.therapies), inbox_of(there.therapies)),
        inbox_of(there.housing),
    ):
        others = kcat.read(file, topic)
        assert others.returncode != 0
        assert others.stdout == b""
        assert b"authorization failed" in others.stderr
    group = f"{user_of(there.therapies)}.case-system"
    others = kcat(file, "-G", group, topic_of(there.housing), "-e")
    assert (others.stdout, b"authorization failed" in others.stderr) == (b"", True)
    assert kcat.write(file, inbox_of(there.therapies), b"theirs").returncode != 0


May = tuple[ResourcePattern, ACLOperation]


def of(kind: ResourceType, name: str, *may: ACLOperation, exactly: bool = False) -> list[May]:
    """What may be done to what has this name, or begins with it."""
    pattern = ACLResourcePatternType.LITERAL if exactly else ACLResourcePatternType.PREFIXED
    return [(ResourcePattern(kind, name, pattern), each) for each in may]


CREATE, READ, WRITE = ACLOperation.CREATE, ACLOperation.READ, ACLOperation.WRITE
SET = ACLOperation.ALTER_CONFIGS
OF_THIS_PLACE = [
    *of(ResourceType.CLUSTER, "kafka-cluster", ACLOperation.ALTER, SET, exactly=True),
    *of(ResourceType.TOPIC, "throughcare.share.", CREATE, READ, WRITE, ACLOperation.DELETE),
    *of(ResourceType.TOPIC, "throughcare.inbox.", CREATE, READ, WRITE, SET),
    *of(ResourceType.TRANSACTIONAL_ID, "throughcare-", WRITE),
    *of(ResourceType.TOPIC, TOPIC, CREATE, READ, WRITE, exactly=True),
    *of(ResourceType.GROUP, GROUP, READ, exactly=True),
]
"""What docs/deploy.md says that the user of this place needs."""


def test_this_place_needs_no_more_at_the_broker_than_its_page_says(
    town: Place, apache: ApacheKafka
) -> None:
    there, name = Town(town, apache), f"place-{uuid4()}"
    with closing(KafkaAdminClient(**apache.connection)) as client:
        client.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(name, ScramMechanism.SCRAM_SHA_512, "own")]
        )
        allow = ACLPermissionType.ALLOW
        client.create_acls(
            [ACL(f"User:{name}", "*", may, allow, pattern) for pattern, may in OF_THIS_PLACE]
        )
    own = apache.nodes.connection(name, "own")
    letting_in = Admitting(there._directory, Administration(own), there.passwords.__setitem__)
    assert {change.do for change in letting_in.once()} == {
        *(Do.MAKE_TOPIC, Do.SET_QUOTAS, Do.ALLOW, Do.ADD_USER)
    }
    watchdog = Watchdog(must_not_end)
    relay = Relay(town.dsn, town.keys, Broker(own, watchdog), "/v1/share")
    town.refer(HOUSING)
    town.tell()
    published(town, relay)
    town.sign(HOUSING, categories=(Category.IDENTITY, Category.REFERRAL), ways=(Way.KAFKA,))
    town.tell()
    published(town, relay)
    generations = [topic_of(there.housing, n) for n in (1, 2)]
    assert [apache.has(topic) for topic in generations] == [False, True]
    agree(town, HOUSING, Way.FEED)
    assert {change.do for change in letting_in.once()} == {
        *(Do.FORBID, Do.REMOVE_USER, Do.LIFT_QUOTAS)
    }
    published(town, relay)
    assert not apache.has(generations[1])

    inbox, dead = inbox_of(there.therapies), dead_of(there.therapies)
    written(there.connection(there.therapies), inbox)
    follower = Follower(own, watchdog)
    follower.follow({inbox: None})
    assert follower.take(10.0, 1)
    follower.close()
    for transactional, topic in (("throughcare-inbox", dead), ("throughcare-teller", TOPIC)):
        broker = Broker(own, watchdog, transactional)
        broker.tails([topic])
        broker.publish({topic: [Record(b"", b"{}", [])]})
        broker.close()
    member = Group(own, watchdog, TOPIC, GROUP)
    member.poll(0.1, 1)
    member.close()

    there.publish("somebody-elses", b"{}")
    broker = Broker(own, watchdog)
    for topic in (inbox, dead, TOPIC, "somebody-elses"):
        assert not broker.drop(topic), "what it never deletes it may not delete"
        assert apache.has(topic)
    assert Broker(apache.connection, watchdog).drop(TOPIC)


def test_an_account_that_may_not_administer_is_told_so_at_once(there: Town) -> None:
    with pytest.raises(MayNotAdminister):
        Administration(without_deadlines(there.connection(there.housing))).found()
