"""The processes: ``up`` runs all in one; ``serve``, ``work`` and ``relay`` run one each."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime
from threading import Event, Thread
from typing import Annotated

import structlog
import uvicorn
from api.app import create_app
from cyclopts import App, Parameter

from deploy.commands import community
from deploy.commands.house import settings
from deploy.commands.output import note
from deploy.wiring import House, build, now, open_database

app = App(name="processes")
PEOPLE, YEARS, SEED = 2_000, 1.0, 1
"""The demo community that ``up --demo`` loads into an empty place."""


@app.command
def up(
    *,
    demo: Annotated[bool, Parameter(help="Load the demo community into an empty place.")] = False,
) -> None:
    """Run everything in one process: pages, interface and projections."""
    asked, began = settings(), now()
    _logs()
    with ExitStack() as stack:
        database = open_database(asked, stack)
        house = build(asked, database, stack)
        if demo and not house.log.max_notification_id():
            _load_demo(asked_people=PEOPLE)
        stop = Event()
        worker = Thread(target=house.engine.run, args=(stop,), name="projections", daemon=True)
        worker.start()
        house.engine.catch_up()
        if demo:
            _welcome(asked.host, asked.port, began)
        try:
            _serve(house, asked.host, asked.port, demo=demo, worker=worker)
        finally:
            stop.set()
            worker.join(timeout=10)


@app.command
def serve() -> None:
    """Run pages and interface alone."""
    asked = settings()
    _logs()
    with ExitStack() as stack:
        house = build(asked, open_database(asked, stack), stack)
        _serve(house, asked.host, asked.port, demo=False, worker=None)


@app.command
def work(
    *,
    until_caught_up: Annotated[bool, Parameter(help="Stop once nothing is left to fold.")] = False,
) -> None:
    """Run the projections alone: the share, and every view folded from it."""
    asked = settings()
    _logs()
    with ExitStack() as stack:
        house = build(asked, open_database(asked, stack), stack)
        if until_caught_up:
            house.engine.catch_up()
            return
        stop = Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: stop.set())
        house.engine.run(stop)


def _serve(house: House, host: str, port: int, *, demo: bool, worker: Thread | None) -> None:
    people = community.demo_people() if demo else ()
    parts = house.parts(house.reading(), people, ready=worker.is_alive if worker else lambda: True)
    uvicorn.Server(
        uvicorn.Config(
            create_app(parts),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
        )
    ).run()


def _load_demo(asked_people: int) -> None:
    """Seed in a process of its own, and fold in another one beside it."""
    command = [sys.executable, "-m", "deploy.cli"]
    seeding = subprocess.Popen(
        [*command, "community", "seed", "--people", str(asked_people)], stdin=subprocess.DEVNULL
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


def _logs() -> None:
    """One JSON object a line on stderr, with ids and positions and nobody's details."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
