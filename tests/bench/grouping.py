"""A group of workers: what two of them fold against one, and against a process that folds all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from shutil import rmtree
from statistics import median
from time import perf_counter
from typing import NamedTuple

import psycopg

from consumers.kafka.group import SILENT
from deploy.broker.jars import BrokerIsNotHere, jars
from deploy.broker.nodes import nodes
from projections import schema
from tests.bench.measuring import line
from tests.consumers.brokers import ApacheKafka
from tests.consumers.working import Crowd
from tests.projections.place import Place

KEEP = """
create table public.kept_partitions as select * from views.partitions;
create table public.kept_numbers as select * from views.partition_numbers
"""
AGAIN = """
truncate views.caseload, views.referrals, views.agreed, views.groups;
truncate views.partitions cascade;
insert into views.partitions select * from public.kept_partitions;
insert into views.partition_numbers select * from public.kept_numbers
"""
LEFT = """
select 1 from views.partitions
where position < (select position from views.positions where name = 'share')
"""


class Run(NamedTuple):
    """How long one run took, until all was told, and how busy all cores were meanwhile."""

    seconds: float
    told: float
    busy: float


def lines(place: Place, *, repeats: int, facts: int) -> Iterator[str]:
    """The figures; none, and a reason on stderr, where Apache Kafka cannot run.

    So many facts at most are told and folded in one run. The place has folded some of its facts
    afterwards, and not all.
    """
    try:
        jars()
    except BrokerIsNotHere as missing:
        print(f"no figures of a group: {missing}", file=sys.stderr)
        return
    folder = Path(tempfile.mkdtemp(prefix="throughcare-kafka-"))
    server = ApacheKafka(nodes(folder))
    try:
        server.start()
        yield from_the_topic(place, server, repeats, facts)
        yield from_the_log(place, server, repeats, facts)
    finally:
        server.stop()
        rmtree(folder)


def from_the_topic(place: Place, server: ApacheKafka, repeats: int, facts: int) -> str:
    """The same entries by one worker and by two, by turns, from the topic to the last row."""
    crowd = _anew(place, server)
    dsn = place.database.dsn(schema.PROJECT)
    with closing(crowd.handing_out(quiet=0.0)) as handing, psycopg.connect(dsn) as connection:
        connection.autocommit = True
        handing.step(connection)
        _tell(place, facts)
        _superuser(place, KEEP)
        entries = sum(iter(lambda: handing.step(connection), 0))

        def run(workers: int) -> Run:
            with _workers(crowd, workers):
                crowd.until(lambda: not place.rows(LEFT))
                with _measured() as measured:
                    _superuser(place, AGAIN)
                    handing.step(connection)  # who gets a record sees that it must take them again
                    crowd.until(lambda: not place.rows(LEFT))
                    return measured()

        runs = _by_turns(repeats, {1: lambda: run(1), 2: lambda: run(2)})
        _superuser(place, "drop table public.kept_partitions, public.kept_numbers")
    return line(
        "fold what is of one person, by two workers of a group",
        events=entries,
        value=entries / _median(runs[2]).seconds,
        unit="entries/s",
        limit="one worker, PostgreSQL and Kafka on the same cores",
        limit_value=entries / _median(runs[1]).seconds,
        repeats=repeats,
        cores_busy_with_one=_median(runs[1]).busy,
        cores_busy_with_two=_median(runs[2]).busy,
    )


def from_the_log(place: Place, server: ApacheKafka, repeats: int, facts: int) -> str:
    """The same facts by one process, and by a teller with one worker and with two, by turns."""

    def grouped(workers: int) -> Run:
        crowd = _anew(place, server)
        with crowd.handed_out(), _workers(crowd, workers), _measured() as measured:
            _tell(place, facts)
            told = measured().seconds
            crowd.until(lambda: not place.rows(LEFT))
            return measured()._replace(told=told)

    def alone() -> Run:
        _anew(place, server)
        with _measured() as measured:
            _tell(place, facts)
            return measured()

    runs = _by_turns(repeats, {0: alone, 1: lambda: grouped(1), 2: lambda: grouped(2)})
    ((told,),) = place.rows("select position from views.positions where name = 'share'")
    found = {workers: _median(of) for workers, of in runs.items()}
    return line(
        "tell and fold all, by a teller and two workers of a group",
        events=told,
        value=told / found[2].seconds,
        unit="facts/s",
        limit="one process that tells and folds all",
        limit_value=told / found[0].seconds,
        repeats=repeats,
        told=told / found[2].told,
        with_one_worker=told / found[1].seconds,
        cores_busy_alone=found[0].busy,
        cores_busy_with_two=found[2].busy,
    )


def _anew(place: Place, server: ApacheKafka) -> Crowd:
    """Nothing is told yet, and nobody works."""
    _superuser(place, "truncate views.partitions cascade")
    place.forget_what_was_told()
    return Crowd(place, server)


def _tell(place: Place, facts: int) -> None:
    with psycopg.connect(place.database.dsn(schema.PROJECT), autocommit=True) as connection:
        while 0 < place.engine.step(connection) < facts:
            pass


@contextmanager
def _workers(crowd: Crowd, count: int) -> Iterator[None]:
    """So many workers, each with its partitions."""
    _superuser(crowd.place, "update views.partitions set owner = null")
    with ExitStack() as stack:
        for _ in range(count):
            crowd.begin(stack.enter_context(crowd.process()), silent=SILENT)
        crowd.until(lambda: len(crowd.owners()) == count)
        yield


@contextmanager
def _measured() -> Iterator[Callable[[], Run]]:
    """From here on; what is yielded says how it went until then."""
    spent, began = _spent(), perf_counter()

    def so_far() -> Run:
        seconds = perf_counter() - began
        return Run(seconds, seconds, (_spent() - spent) / seconds / (os.cpu_count() or 1))

    yield so_far


def _by_turns(repeats: int, ways: dict[int, Callable[[], Run]]) -> dict[int, list[Run]]:
    runs: dict[int, list[Run]] = {workers: [] for workers in ways}
    for _ in range(repeats):
        for workers, way in ways.items():
            runs[workers].append(way())
    return runs


def _median(runs: list[Run]) -> Run:
    return Run(*(median(each) for each in zip(*runs, strict=True)))


def _superuser(place: Place, statements: str) -> None:
    with place.as_superuser() as connection:
        connection.execute(statements)


def _spent() -> float:
    """Seconds that all cores together have worked since the machine began."""
    _, *ticks = Path("/proc/stat").read_text().splitlines()[0].split()
    user, nice, system = (int(each) for each in ticks[:3])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")
