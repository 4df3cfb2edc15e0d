"""The processes: ``up`` runs all in one; ``serve``, ``work`` and ``relay`` run one each."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import asdict, replace
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
from deploy.serving import Server
from deploy.settings import SettingIsWrong, Settings
from deploy.wiring import Database, House, now, persons_keys, signer, webhooks
from projections import schema
from projections.cloudevents import SOURCE
from projections.keys import PersonKeys

PEOPLE = 2_000
"""How many people of the demo community ``up --demo`` loads into an empty place."""


def up(
    *,
    demo: Annotated[bool, Parameter(help="Load the demo community into an empty place.")] = False,
) -> None:
    """Run everything in one process: pages, interface and projections; migrates first."""
    asked, began = settings(), now()
    if demo and asked.registration is not None:
        raise Stopped("--demo lets anybody in: leave it out where there is a provider", USAGE)
    asked = replace(asked, demo=asked.demo or demo)
    _begin()
    with ExitStack() as stack:
        database = connected(asked, stack, migrating=True)
        house = built(asked, database, stack)
        if demo and not house.log.max_notification_id():
            _load_demo()
        house.engine.catch_up()
        stop = Event()
        worker = Thread(target=house.engine.run, args=(stop,), name="projections", daemon=True)
        worker.start()
        sweeping = _sweeping(house, stop)
        closing = _closing(asked, database, house.keys, stop)
        telling = _telling(asked, database, stop, house.inbox)
        if demo:
            _welcome(asked.host, asked.port, began)
        try:
            _serve(house, worker)
        finally:
            stop.set()
            for thread in (worker, sweeping, closing, telling):
                thread.join(timeout=10)


def serve() -> None:
    """Run pages and interface alone."""
    asked = settings()
    _begin()
    with ExitStack() as stack:
        house = built(asked, connected(asked, stack), stack)
        _serve(house, None)


def work(
    *,
    until_caught_up: Annotated[bool, Parameter(help="Stop once nothing is left to fold.")] = False,
) -> None:
    """Run the projections alone: the share, every view, and the sweep for silences."""
    asked = settings()
    _begin()
    with ExitStack() as stack:
        house = built(asked, connected(asked, stack), stack)
        if until_caught_up:
            house.engine.catch_up()
        else:
            stop = _stopping()
            sweeping = _sweeping(house, stop)
            house.engine.run(stop)
            sweeping.join(timeout=10)


def sweep(*, json: Json = False) -> None:
    """Do once what has fallen due; `up` and `work` do it every half minute."""
    _begin()
    with opened() as house:
        swept = house.sweep().once()
        if not swept:
            raise Stopped("nothing is due", NOTHING)
        say([asdict(each) for each in swept], json=json)


def relay() -> None:
    """Run what pushes alone: webhooks, and every partner's share on its own Kafka topic."""
    from consumers.kafka.publishing import Broker
    from consumers.relay import Relay
    from consumers.watchdog import Watchdog

    asked = settings()
    _begin()
    with ExitStack() as stack:
        database, stop = connected(asked, stack), _stopping()
        keys = persons_keys(database, stack)
        closing = _closing(asked, database, keys, stop)
        decides = {schema.DECIDE, schema.SERVE} <= database.dsns.keys()
        inbox = built(asked, database, stack).inbox if decides else None
        telling = _telling(asked, database, stop, inbox)
        if asked.kafka is not None:
            broker = Broker({"bootstrap_servers": asked.kafka.split(",")}, Watchdog(os._exit))
            Relay(database.dsn(schema.RELAY), keys, broker, SOURCE).run(stop)
        for thread in (closing, telling):
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
    thread = Thread(target=house.sweep().run, args=(stop,), name="sweep", daemon=True)
    thread.start()
    return thread


def _closing(asked: Settings, database: Database, keys: PersonKeys, stop: Event) -> Thread:
    """Closes the days of every share, on a thread of its own; it ends when ``stop`` is set."""
    try:
        key = signer(asked, database.data)
    except SettingIsWrong as wrong:
        raise Stopped(str(wrong), USAGE) from None
    closing = Closing(database.dsn(schema.RELAY), keys, key, now)
    thread = Thread(target=closing.run, args=(stop,), name="digests", daemon=True)
    thread.start()
    return thread


def _telling(asked: Settings, database: Database, stop: Event, inbox: Inbox | None) -> Thread:
    """Webhooks on a thread of their own; it ends when ``stop`` is set."""
    sender = webhooks(asked, database, inbox)
    thread = Thread(target=sender.run, args=(stop,), name="webhooks", daemon=True)
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
    seeding = subprocess.Popen(
        [*command, "community", "seed", "--people", str(PEOPLE)], stdin=subprocess.DEVNULL
    )
    while seeding.poll() is None:
        subprocess.run(
            [*command, "work", "--until-caught-up"], check=True, stdin=subprocess.DEVNULL
        )
    if seeding.returncode:
        raise SystemExit(seeding.returncode)


def _welcome(host: str, port: int, began: datetime) -> None:
    seconds = (now() - began).total_seconds()
    note(f"\nThroughcare is ready after {seconds:.0f} s: http://{host}:{port}/\n")
    note("Sign in as any of its people:")
    for person in community.demo_people():
        note(f"  {person.name}, {person.title}, {person.organisation_name}")
    note("\nA token for one of them: throughcare token --as NAME. Ctrl-C stops everything.")


def _stopping() -> Event:
    """Set when the process is asked to stop."""
    stop = Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    return stop


def _leave(*_: object) -> None:
    """Leave by way of every ``finally``: a server that has stopped raises its signal again."""
    raise SystemExit(0)


def _begin() -> None:
    """Logs as JSON lines on stderr with nobody's details; signals that end cleanly; calmer gc."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, _leave)
    # A batch makes many objects that live briefly; collecting less often measured 1.5 times faster.
    gc.set_threshold(50_000, 10, 10)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
