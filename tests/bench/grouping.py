"""A group of workers: how many entries a second two of them fold, against one."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import rmtree
from statistics import median
from time import perf_counter

import psycopg

from deploy.broker.jars import BrokerIsNotHere, jars
from deploy.broker.nodes import nodes
from projections import schema
from tests.bench.measuring import line
from tests.consumers.brokers import ApacheKafka
from tests.consumers.working import Crowd
from tests.projections.place import Place

ENTRIES = 40_000
"""Entries at most that are folded in one run."""

REPEATS = 3

KEEP = """
create table public.kept_partitions as select * from views.partitions;
create table public.kept_numbers as select * from views.partition_numbers
"""
TAKE_AWAY = """
truncate views.caseload, views.referrals, views.agreed, views.groups;
truncate views.partitions cascade
"""
GIVE_BACK = """
insert into views.partitions select * from public.kept_partitions;
insert into views.partition_numbers select * from public.kept_numbers
"""
LEFT = "select count(*) from views.partitions where position < %s"


def lines(place: Place) -> Iterator[str]:
    """The figure; none, and a reason on stderr, where Apache Kafka cannot run."""
    try:
        jars()
    except BrokerIsNotHere as missing:
        print(f"no figures of a group: {missing}", file=sys.stderr)
        return
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    server = ApacheKafka(nodes(folder))
    try:
        server.start()
        yield throughput(place, Crowd(place, server))
    finally:
        server.stop()
        rmtree(folder)


def throughput(place: Place, crowd: Crowd) -> str:
    """The same entries by one worker and by two, by turns, from the topic to the last row."""
    figures: dict[int, list[float]] = {1: [], 2: []}
    busy: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        entries, position = _handed_out(place, crowd, stack)

        def run(workers: int) -> None:
            with place.as_superuser() as connection:
                connection.execute(TAKE_AWAY)
                spent, began = _spent(), perf_counter()
                connection.execute(GIVE_BACK)
                crowd.until(lambda: connection.execute(LEFT, [position]).fetchone() == (0,))
                seconds = perf_counter() - began
            figures[workers].append(entries / seconds)
            busy[workers].append((_spent() - spent) / seconds / (os.cpu_count() or 1))

        stack.enter_context(crowd.worker())
        crowd.until(lambda: len(crowd.owners()) == 1)
        for _ in range(REPEATS):
            run(1)
            with crowd.worker():
                crowd.until(lambda: len(crowd.owners()) == 2)
                run(2)
            # The run is the first's alone once it has what the other one had.
            with place.as_superuser() as connection:
                connection.execute("update views.partitions set owner = null")
            crowd.until(lambda: len(crowd.owners()) == 1)
    with place.as_superuser() as connection:
        connection.execute("truncate views.partitions cascade")
        connection.execute("drop table public.kept_partitions, public.kept_numbers")
    place.forget_what_was_told()
    place.fold()
    return line(
        "fold what is of one person, by two workers of a group",
        events=entries,
        value=median(figures[2]),
        unit="entries/s",
        limit="one worker, PostgreSQL and Kafka on the same cores",
        limit_value=median(figures[1]),
        repeats=REPEATS,
        cores_busy_with_one=median(busy[1]),
        cores_busy_with_two=median(busy[2]),
    )


def _handed_out(place: Place, crowd: Crowd, stack: ExitStack) -> tuple[int, int]:
    """Have the share told and put into the topic; how many entries, and up to which position."""
    place.forget_what_was_told()
    handing, entries = crowd.handing_out(), 0
    stack.callback(handing.close)
    connection = stack.enter_context(
        psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True)
    )
    handing.step(connection)
    place.fold()
    with place.as_superuser() as superuser:
        superuser.execute(KEEP)
    while entries < ENTRIES and (some := handing.step(connection)):
        entries += some
    return entries, handing._position


def _spent() -> float:
    """Seconds that all cores together have worked since the machine began."""
    _, *ticks = Path("/proc/stat").read_text().splitlines()[0].split()
    user, nice, system = (int(each) for each in ticks[:3])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")
