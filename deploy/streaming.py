"""Puts together what needs Kafka: how to connect, who is let in, and where new passwords lie."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from consumers.admitting import Admitting
from consumers.checkpoints import Checkpoints
from consumers.entries_topic import GROUP, TOPIC
from consumers.handing_out import HandingOut
from consumers.kafka.access import QUOTAS, user_of
from consumers.kafka.administration import Administration, Keep
from consumers.kafka.connecting import connection
from consumers.kafka.following import Follower
from consumers.kafka.group import Group
from consumers.kafka.publishing import Broker
from consumers.kafka.topics import FOR_EVER
from consumers.postbox import Postbox
from consumers.relay import Relay
from consumers.watchdog import Watchdog
from consumers.worker import Worker
from deploy.broker import standin
from deploy.broker.nodes import ADMINISTRATOR, free, free_ports, nodes
from deploy.settings import Settings
from deploy.wiring import Database, House
from projections import directory, schema
from projections.cloudevents import SOURCE
from projections.keys import PersonKeys
from projections.partitions import PARTITIONS
from projections.pseudonyms import Pseudonyms

PORTS = (9092, 9093)
"""Where the demo's broker listens, if nothing else does: for clients, and for itself."""


def kafka_connection(settings: Settings) -> dict[str, Any]:
    """How this place's own processes reach the brokers."""
    assert settings.kafka is not None, "asked only where there is Kafka"
    return connection(
        settings.kafka,
        user=settings.kafka_user,
        password=settings.kafka_password,
        authority=settings.kafka_authority,
    )


def administration(settings: Settings) -> Administration:
    return Administration(kafka_connection(settings), quotas={**QUOTAS, **settings.kafka_quotas})


def admitting(settings: Settings, database: Database) -> Admitting:
    """Lets partners in at the brokers as the agreements say."""

    def known() -> directory.Directory:
        with psycopg.connect(database.dsn(schema.RELAY)) as connected:
            return directory.load(connected)

    return Admitting(known, administration(settings), keeping(settings))


def relay(settings: Settings, database: Database, keys: PersonKeys, watchdog: Watchdog) -> Relay:
    """Publishes every partner's share that may be told by Kafka."""
    broker = Broker(kafka_connection(settings), watchdog)
    return Relay(database.dsn(schema.RELAY), keys, broker, SOURCE)


def checkpoints(settings: Settings, database: Database, watchdog: Watchdog) -> Checkpoints:
    """What publishes how far the log has come."""
    connection = kafka_connection(settings)
    broker = Broker(connection, watchdog, "throughcare-checkpoints", kept=FOR_EVER)
    return Checkpoints(database.dsn(schema.RELAY), broker)


def postbox(settings: Settings, house: House, watchdog: Watchdog) -> Postbox:
    """Reads partners' inbox topics, and writes their dead letters."""
    connected = kafka_connection(settings)
    return Postbox(
        house.database.dsn(schema.SERVE),
        house.inbox,
        house.letters,
        house.lookups.directory,
        Follower(connected, watchdog),
        Broker(connected, watchdog, "throughcare-inbox"),
    )


def handing_out(
    settings: Settings, database: Database, pseudonyms: Pseudonyms, watchdog: Watchdog
) -> HandingOut:
    """Hands entries out to the group of workers."""
    broker = Broker(
        kafka_connection(settings), watchdog, "throughcare-teller", partitions=PARTITIONS
    )
    return HandingOut(database.dsn(schema.PROJECT), pseudonyms, broker)


def worker(settings: Settings, database: Database, keys: PersonKeys, watchdog: Watchdog) -> Worker:
    """One of the group of workers."""
    group = Group(kafka_connection(settings), watchdog, TOPIC, GROUP)
    return Worker(database.dsn(schema.PROJECT), keys, group)


def beside(settings: Settings, stack: ExitStack) -> Settings:
    """Start a broker in the data folder, which ``stack`` stops; the settings with it.

    Raises `BrokerIsNotHere`, `BrokerDidNotStart`.
    """
    started = nodes(settings.data / "broker", [PORTS] if free(*PORTS) else [])
    stack.callback(started.stop)
    started.start()
    return replace(
        settings,
        kafka=started.servers,
        kafka_user=ADMINISTRATOR,
        kafka_password=started.passwords[ADMINISTRATOR],
        kafka_authority=None,
    )


def stand_in(settings: Settings, stack: ExitStack) -> Settings | None:
    """The same with the broker of a wheel; ``None`` where that is not installed.

    Raises `BrokerDidNotStart`.
    """
    program = standin.program()
    if program is None:
        return None
    port = PORTS[0] if free(PORTS[0]) else free_ports(1)[0]
    started = standin.StandIn(program, settings.data / "broker-stand-in", port)
    stack.callback(started.stop)
    started.start()
    return replace(settings, kafka=started.servers, kafka_user=None, kafka_authority=None)


def password_file(settings: Settings, partner: UUID) -> Path:
    """Where a partner's password lies until it is handed over."""
    return settings.data / "kafka" / f"{partner}.properties"


def keeping(settings: Settings) -> Keep:
    """Writes a partner's new password into a file that only its owner may read.

    It is what a client of librdkafka reads whole (``kcat -F``), and says how to sign in.
    """
    secured = settings.kafka_authority is not None

    def keep(partner: UUID, password: str) -> None:
        path = password_file(settings, partner)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        new = path.with_suffix(".new")
        new.unlink(missing_ok=True)
        made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(made, "w", encoding="utf-8") as file:
            file.write(
                f"bootstrap.servers={settings.kafka}\n"
                f"security.protocol={'SASL_SSL' if secured else 'SASL_PLAINTEXT'}\n"
                "sasl.mechanisms=SCRAM-SHA-512\n"
                f"sasl.username={user_of(partner)}\n"
                f"sasl.password={password}\n"
                "isolation.level=read_committed\n"
            )
            file.flush()
            os.fsync(file.fileno())
        new.rename(path)

    return keep
