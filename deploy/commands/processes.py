"""The processes: ``up`` runs all in one; ``serve``, ``work`` and ``relay`` run one each."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from threading import Event, Thread
from typing import Annotated

import psycopg
import structlog
from cyclopts import Parameter

from api.app import create_app
from consumers.closing import Closing
from consumers.inbox import Inbox
from deploy.commands import community
from deploy.commands.house import built, connected, opened, settings
from deploy.commands.output import NOTHING, USAGE, Json, Stopped, note, say
from deploy.kept import now
from deploy.serving import Server
from deploy.settings import SettingIsWrong, Settings
from deploy.wiring import Database, House, persons_keys, signer, webhooks
from projections import schema
from projections.keys import PersonKeys

PEOPLE = 2_000
"""How many people of the demo community ``up --demo`` loads into an empty place."""


def up(
    *,
    demo: Annotated[bool, Parameter(help="Load the demo community into an empty place.")] = False,
    kafka: Annotated[
        bool, Parameter(negative="", help="Run Apache Kafka beside it, and the relay to it.")
    ] = False,
) -> None:
    """Run everything in one process: pages, interface and projections; migrates first."""
    asked, began = settings(), now()
    if kafka and asked.kafka is not None:
        raise Stopped(
            "--kafka runs a broker: leave it out where THROUGHCARE_KAFKA names one", USAGE
        )
    if demo and asked.registration is not None:
        raise Stopped("--demo lets anybody in: leave it out where there is a provider", USAGE)
    asked = asked.as_demo() if demo else asked
    begin()
    with ExitStack() as stack:
        database = connected(asked, stack, migrating=True)
        house = built(asked, database, stack)
        if demo and not house.log.max_notification_id():
            _load_demo()
            community.links_by_mail(house)
        house.engine.catch_up()
        stop = Event()
        worker = Thread(target=house.engine.run, args=(stop,), name="projections", daemon=True)
        worker.start()
        sweeping, signing = _sweeping(house, stop), _signing(asked, database, stop)
        closing, measuring = _closing(asked, database, house.keys, stop), _measuring(house, stop)
        tending = _tending(house, stop)
        telling = _telling(asked, database, stop, house.inbox)
        mailing = _mailing(asked, database, house.keys, stop) + _witnessing(asked, database, stop)
        answering = _thread("inbox", house.inbox.run, stop)
        publishing = _publishing(asked, house, stop, stack) if kafka else ()
        if demo:
            _welcome(asked.host, asked.port, began)
        try:
            _serve(house, worker)
        finally:
            stop.set()
            beside = (
                sweeping,
                measuring,
                tending,
                *signing,
                closing,
                telling,
                *mailing,
                answering,
                *publishing,
            )
            for thread in (worker, *beside):
                thread.join(timeout=10)


def serve() -> None:
    """Run pages and interface alone."""
    asked = settings()
    begin()
    with ExitStack() as stack:
        house = built(asked, connected(asked, stack), stack)
        _serve(house, None)


def work(
    *,
    until_caught_up: Annotated[bool, Parameter(help="Stop once nothing is left to fold.")] = False,
    teller: Annotated[
        bool, Parameter(negative="", help="Hand the views of one person out to a group, by Kafka.")
    ] = False,
    group: Annotated[
        bool, Parameter(negative="", help="Fold what is handed out, as one of the group.")
    ] = False,
) -> None:
    """Run the projections alone: the share, every view, the sweep for silences, and measures."""
    from consumers.watchdog import Watchdog
    from deploy import streaming

    if teller + group + until_caught_up > 1:
        raise Stopped("--teller, --group and --until-caught-up are three things: ask one", USAGE)
    asked = settings()
    if (teller or group) and asked.kafka is None:
        raise Stopped("a group shares its work by Kafka: set THROUGHCARE_KAFKA", USAGE)
    begin()
    with ExitStack() as stack:
        database = connected(asked, stack)
        if group:
            keys = persons_keys(database, stack)
            streaming.worker(asked, database, keys, Watchdog(os._exit)).run(stopping())
            return
        house = built(asked, database, stack)
        if until_caught_up:
            house.engine.catch_up()
            return
        stop = stopping()
        beside = [_sweeping(house, stop), _measuring(house, stop), _tending(house, stop)]
        beside += _signing(asked, database, stop)
        if teller:
            handing = streaming.handing_out(asked, database, house.pseudonyms, Watchdog(os._exit))
            beside.append(_thread("handing out", handing.run, stop))
        house.engine.run(stop)
        for thread in beside:
            thread.join(timeout=10)


def sweep(*, json: Json = False) -> None:
    """Do once what has fallen due; `up` and `work` do it every half minute."""
    begin()
    with opened() as house:
        swept = house.sweep().once()
        if not swept:
            raise Stopped("nothing is due", NOTHING)
        say([asdict(each) for each in swept], json=json)


def relay() -> None:
    """Run what pushes alone: webhooks, NHS MESH, and every partner's share on its Kafka topic."""
    from consumers.watchdog import Watchdog
    from deploy import streaming

    asked = settings()
    begin()
    with ExitStack() as stack:
        database, stop = connected(asked, stack), stopping()
        keys = persons_keys(database, stack)
        closing = _closing(asked, database, keys, stop)
        decides = {schema.DECIDE, schema.SERVE} <= database.dsns.keys()
        inbox = built(asked, database, stack).inbox if decides else None
        telling = _telling(asked, database, stop, inbox)
        mailing = _mailing(asked, database, keys, stop) + _witnessing(asked, database, stop)
        if asked.kafka is not None:
            letting_in = streaming.admitting(asked, database)
            _thread("admitting", letting_in.run, stop)
            checkpoints = streaming.checkpoints(asked, database, Watchdog(os._exit))
            _thread("checkpoints", checkpoints.run, stop)
            streaming.relay(asked, database, keys, Watchdog(os._exit)).run(stop)
        for thread in (closing, telling, *mailing):
            thread.join()


def migrate(*, json: Json = False) -> None:
    """Bring the database to this release: roles, tables, functions."""
    asked = settings()
    with ExitStack() as stack:
        database = connected(asked, stack, migrating=True)
        with psycopg.connect(database.dsn(schema.OWNER)) as connection:
            rows = connection.execute(
                "select name, applied_at from public.throughcare_migrations order by name"
            ).fetchall()
        say([{"migration": name, "applied_at": at} for name, at in rows], json=json)


def _sweeping(house: House, stop: Event) -> Thread:
    """The sweep on a thread of its own; it ends when ``stop`` is set."""
    return _thread("sweep", house.sweep().run, stop)


def _tending(house: House, stop: Event) -> Thread:
    """Carries out what is asked of views on pages, on a thread of its own."""
    return _thread("tending", house.tending().run, stop)


def _measuring(house: House, stop: Event) -> Thread:
    """Publishes what the months were, hourly, on a thread of its own."""
    return _thread("measures", house.measuring().run, stop)


def _signing(asked: Settings, database: Database, stop: Event) -> list[Thread]:
    """Signs the log, where this process was given the role's password, on a thread of its own."""
    if schema.TREE not in database.dsns:
        note("The log is not signed here: roles.json has no password of throughcare_tree.")
        return []
    from deploy.log_key import signing

    try:
        return [_thread("signing", signing(asked, database).run, stop)]
    except SettingIsWrong as wrong:
        raise Stopped(str(wrong), USAGE) from None


def _closing(asked: Settings, database: Database, keys: PersonKeys, stop: Event) -> Thread:
    """Closes the days of every share, on a thread of its own; it ends when ``stop`` is set."""
    try:
        key = signer(asked, database.data)
    except SettingIsWrong as wrong:
        raise Stopped(str(wrong), USAGE) from None
    return _thread("digests", Closing(database.dsn(schema.RELAY), keys, key, now).run, stop)


def _telling(asked: Settings, database: Database, stop: Event, inbox: Inbox | None) -> Thread:
    """Webhooks on a thread of their own; it ends when ``stop`` is set."""
    return _thread("webhooks", webhooks(asked, database, inbox).run, stop)


def _mailing(asked: Settings, database: Database, keys: PersonKeys, stop: Event) -> list[Thread]:
    """What fills partners' NHS MESH mailboxes, and what writes letters, each where it is set up,
    on a thread of its own."""
    if asked.mesh is None and asked.mail is None:
        return []
    from deploy import mailing

    threads = []
    if asked.mesh is not None:
        run = mailing.mailings(asked.mesh, database, keys).run
        threads.append(_thread("mesh", run, stop))
    if asked.mail is not None:
        run = mailing.mails(asked, asked.mail, database, keys).run
        threads.append(_thread("mail", run, stop))
    return threads


def _witnessing(asked: Settings, database: Database, stop: Event) -> list[Thread]:
    """What has witnesses countersign, where any are named, on a thread of its own."""
    if not asked.witnesses:
        return []
    from consumers.witnessing import Witnessing

    asking = Witnessing(database.dsn(schema.RELAY), asked.witnesses)
    return [_thread("witnesses", asking.run, stop)]


def _publishing(asked: Settings, house: House, stop: Event, stack: ExitStack) -> list[Thread]:
    """A Kafka broker of our own, whoever may read it, the relay and the inbox, each a thread."""
    from consumers.watchdog import Watchdog
    from deploy import streaming
    from deploy.broker.jars import BrokerIsNotHere
    from deploy.broker.nodes import BrokerDidNotStart

    note("Starting Apache Kafka; the first time its jars are fetched.")
    try:
        asked = _broker(asked, stack)
    except (BrokerIsNotHere, BrokerDidNotStart) as reason:
        raise Stopped(f"no Kafka broker: {reason}") from None
    relay = streaming.relay(asked, house.database, house.keys, Watchdog(os._exit))
    postbox = streaming.postbox(asked, house, Watchdog(os._exit))
    checkpoints = streaming.checkpoints(asked, house.database, Watchdog(os._exit))
    return [
        _thread("admitting", streaming.admitting(asked, house.database).run, stop),
        _thread("checkpoints", checkpoints.run, stop),
        _thread("relay", relay.run, stop),
        _thread("inbox topics", postbox.run, stop),
    ]


def _broker(asked: Settings, stack: ExitStack) -> Settings:
    """Apache Kafka beside it or, where that cannot run, the broker of the tests; the settings.

    Raises `BrokerIsNotHere`, `BrokerDidNotStart`.
    """
    from deploy import streaming
    from deploy.broker.jars import BrokerIsNotHere
    from deploy.broker.standin import LACKS

    try:
        started = streaming.beside(asked, stack)
    except BrokerIsNotHere as missing:
        instead = streaming.stand_in(asked, stack)
        if instead is None:
            raise BrokerIsNotHere(
                f"{missing}; nor is the wheel noida-db installed, which would do to look at"
            ) from None
        note(f"No Apache Kafka: {missing}. Instead noida-db, a broker to look at: {LACKS}.")
        note(f"Kafka is at {instead.kafka}; nobody signs in there")
        return instead
    note(f"Kafka is at {started.kafka}; how a partner signs in there: {asked.data / 'kafka'}")
    return started


def _thread(name: str, run: Callable[[Event], None], stop: Event) -> Thread:
    thread = Thread(target=run, args=(stop,), name=name, daemon=True)
    thread.start()
    return thread


def _serve(house: House, worker: Thread | None) -> None:
    asked = house.settings
    application = create_app(
        house.parts(
            house.reading(),
            community.demo_people() if asked.demo else (),
            ready=worker.is_alive if worker else lambda: True,
        )
    )

    Server(application, host=asked.host, port=asked.port, proxies=asked.proxies).run()


def _load_demo() -> None:
    """Seed in a process of its own, and fold in another one beside it."""
    command = [sys.executable, "-m", "deploy.cli"]
    with subprocess.Popen(
        [*command, "community", "seed", "--people", str(PEOPLE)], stdin=subprocess.DEVNULL
    ) as seeding:
        try:
            while seeding.poll() is None:
                subprocess.run(
                    [*command, "work", "--until-caught-up"], check=True, stdin=subprocess.DEVNULL
                )
        finally:
            seeding.terminate()  # who asked us alone to stop asked for all of it
    if seeding.returncode:
        raise SystemExit(seeding.returncode)


def _welcome(host: str, port: int, began: datetime) -> None:
    seconds = (now() - began).total_seconds()
    note(f"\nThroughcare is ready after {seconds:.0f} s: http://{host}:{port}/\n")
    note("Sign in as any of its people:")
    for person in community.demo_people():
        note(f"  {person.name}, {person.title}, {person.organisation_name}")
    note("\nA token for one of them: throughcare token --as NAME. Ctrl-C stops everything.")


def stopping() -> Event:
    """Set when the process is asked to stop."""
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop


def _leave(*_: object) -> None:
    """Leave by way of every ``finally``: a server that has stopped raises its signal again."""
    raise SystemExit(0)


def begin() -> None:
    """Logs as JSON lines on stderr with nobody's details; signals that end cleanly."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _leave)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
