"""A view is folded anew beside the one that is served, proved equal, and put in its place."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest

from domain.sharing import WITHDRAWN
from projections import engine, partitions, rebuilding, record, schema
from projections.entries import ADDED
from projections.paging import Page
from projections.reading import Reading
from projections.rebuilding import Build, CannotRebuild
from tests.database import made
from tests.people import ROSA, TALKING, TOM
from tests.projections.place import Place
from tests.projections.unsteady import unsteady_week

NAMES = [view.name for view in engine.views()]


@pytest.fixture(scope="module")
def lived(server: Any) -> Iterator[Place]:
    """A busy week, an agreement made narrower and wider again, and much that came by chance."""
    with made(server) as database:
        place = Place(database)
        unsteady_week(place)
        assert any(ADDED in entry.data for entry in place.entries())
        assert any(entry.type == WITHDRAWN for entry in place.entries())
        yield place


@pytest.fixture(autouse=True)
def nothing_left_beside(lived: Place) -> Iterator[None]:
    yield
    for name in NAMES:
        with beside(lived, name) as building:
            building.drop()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many pieces, also of one person, as of a place of millions."""
    monkeypatch.setattr(rebuilding, "PIECE", 7)
    monkeypatch.setattr(rebuilding, "NEAR", 5)


def beside(place: Place, name: str, *, together: bool = False) -> AbstractContextManager[Build]:
    dsn = place.database.dsn(schema.PROJECT)
    return rebuilding.beside(dsn, name, place.keys, together=together)


def build(place: Place, name: str) -> list[tuple[int, int]]:
    heard: list[tuple[int, int]] = []
    with beside(place, name, together=True) as building:
        building.build(lambda done, of: heard.append((done, of)))
    return heard


def differing(place: Place, name: str) -> list[tuple[str, str]]:
    with beside(place, name) as building:
        compared = building.compare()
        assert sum(table.rows for table in compared) > 0
        return [each for table in compared for each in table.shown]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_built_beside_is_what_is_served(lived: Place, small: None, name: str) -> None:
    heard = build(lived, name)
    assert heard[-1][0] == heard[-1][1] == len(lived.entries())
    assert differing(lived, name) == []


def test_several_who_build_share_the_people(lived: Place, small: None) -> None:
    helped: list[int] = []

    def ask_two_more(done: int, _of: int) -> None:
        if helped:
            return
        with ThreadPoolExecutor(2) as others:
            for heard in others.map(lambda _: build(lived, "caseload"), "ab"):
                helped.append(len(heard))

    with beside(lived, "caseload", together=True) as building:
        entries, _ = building.build(ask_two_more)
    assert len(helped) == 2
    assert sum(helped) > 0
    assert entries == len(lived.entries())
    assert differing(lived, "caseload") == []


def test_a_row_that_is_wrong_is_named_and_no_other(lived: Place) -> None:
    build(lived, "caseload")
    hers = [TALKING, lived.subject(TALKING, ROSA)]
    where = "where partner = %s and subject = %s"
    ((was,),) = lived.rows(f"select content from views.caseload {where}", *hers)
    with lived.as_superuser() as admin:
        write = f"update views.caseload set content = %s {where}"
        admin.execute(write, [was.replace(b'"position":', b'"position":1'), *hers])
        assert differing(lived, "caseload") == [(" ".join(map(str, hers)), "says other things")]
        admin.execute(write, [was, *hers])
        admin.execute(f"delete from beside.caseload {where}", hers)
        assert differing(lived, "caseload") == [(" ".join(map(str, hers)), "only served")]


def test_a_fold_that_forgets_since_when_somebody_waits_is_found(
    lived: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(record, "waiting_since", lambda row: None)
        build(lived, "caseload")
    assert differing(lived, "caseload")


def test_a_build_that_was_killed_goes_on_while_people_go_on_writing(
    lived: Place, tmp_path: Path
) -> None:
    stop = Event()
    with ThreadPoolExecutor(2) as others:
        folding = others.submit(lived.another_engine().run, stop)
        writing = others.submit(_write, lived, stop)
        try:
            done = _killed(lived, after=3)
            first, *_ = build(lived, "caseload")
            assert first[0] > done, "what was folded before is not folded again"
            assert not folding.done()
            assert not writing.done()
            assert differing(lived, "caseload") == []
            with beside(lived, "caseload") as building:
                building.switch()
        finally:
            stop.set()
        assert writing.result(timeout=20) > 0
        folding.result(timeout=20)
    lived.fold()
    assert differing(lived, "caseload") == [], "and what was served before is caught up"


KILLED = """
import sys
from tests.database import Database
from projections import rebuilding
from projections.connections import open_pool
from projections.keys import PersonKeys
rebuilding.PIECE = 20
dsn, keys = sys.argv[1:]
with open_pool(keys) as pool:
    held = PersonKeys(pool, bytes.fromhex(sys.stdin.readline()))
    with rebuilding.beside(dsn, "caseload", held, together=True) as building:
        building.build(lambda done, of: print(done, flush=True))
"""


def _killed(place: Place, *, after: int) -> int:
    """Another process builds, and is killed after so many pieces; how many entries it had."""
    dsns = [place.database.dsn(role) for role in (schema.PROJECT, schema.KEYS)]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, *dsns],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(place.master.hex() + "\n")
        process.stdin.flush()
        heard = [process.stdout.readline() for _ in range(after)]
        process.send_signal(signal.SIGKILL)
    return int(heard[-1])


def _write(place: Place, stop: Event) -> int:
    written = 0
    while not stop.wait(0.005):
        place.care.record_communication_needs(
            ROSA, f"Ring after {written}.", language=None, asked=place.by(TALKING)
        )
        written += 1
    return written


def test_who_reads_notices_no_switch(lived: Place) -> None:
    build(lived, "caseload")
    stop = Event()

    def read() -> tuple[int, set[str]]:
        async def ask(reading: Reading) -> tuple[int, set[str]]:
            asked, seen = 0, set()
            while not stop.is_set():
                page: Page = await reading.caseload(TALKING)
                seen.add(repr(page.rows))
                asked += 1
            return asked, seen

        return lived.ask(ask)

    with ThreadPoolExecutor(3) as others:
        reading = [others.submit(read) for _ in range(3)]
        try:
            with beside(lived, "caseload") as building:
                for back in (False, True) * 4:
                    building.switch(back=back)
        finally:
            stop.set()
        for each in reading:
            asked, seen = each.result(timeout=20)
            assert asked > 8
            assert len(seen) == 1


def test_a_new_view_appears_whole_and_can_go_again(lived: Place) -> None:
    with lived.as_superuser() as admin:
        admin.execute("delete from views.positions where name = 'referrals'")
        admin.execute("truncate views.referrals, views.referrals_counts")
    lived.refer("Asked while nobody folds it.", person=TOM)
    lived.fold()
    assert lived.views()["referrals"] == {}, "nobody folds what is not served yet"
    build(lived, "referrals")
    with beside(lived, "referrals") as building:
        at = building.switch()
        assert lived.rows("select position from views.positions where name = 'referrals'") == [
            (at,)
        ]
        whole = lived.views()["referrals"]
        assert whole
        with pytest.raises(CannotRebuild, match="no whole referrals"):
            building.compare()
        building.switch(back=True)
        assert lived.views()["referrals"] == {}
        building.switch()
        assert lived.views()["referrals"] == whole


def test_walls_grants_and_indexes_are_those_of_the_view(lived: Place) -> None:
    asked = [
        "select attname, attacl::text from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 order by 1",
        "select polname, polcmd::text, polroles::oid[]::text, pg_get_expr(polqual, polrelid), "
        "pg_get_expr(polwithcheck, polrelid) from pg_policy "
        "where polrelid = %s::regclass order by 1",
        "select relacl::text, relrowsecurity, relforcerowsecurity, relowner, reloptions "
        "from pg_class where oid = %s::regclass",
        "select c.relname, i.indisunique, i.indisprimary from pg_index as i join pg_class as c "
        "on c.oid = i.indexrelid where i.indrelid = %s::regclass order by 1",
        "select conname, contype::text from pg_constraint where conrelid = %s::regclass order by 1",
    ]
    for name in NAMES:
        with beside(lived, name) as building:
            building.build(lambda done, of: None)
        for question in asked:
            built = lived.rows(question, f"beside.{name}")
            assert built == lived.rows(question, f"views.{name}"), name


def test_what_cannot_be_built_or_switched_says_why(lived: Place) -> None:
    with pytest.raises(CannotRebuild, match="name one of agreed, caseload"), beside(lived, "share"):
        pass
    with beside(lived, "groups") as building:
        with pytest.raises(CannotRebuild, match="no whole groups"):
            building.switch()
        with pytest.raises(CannotRebuild, match="another process"), beside(lived, "groups"):
            pass
        building.build(lambda done, of: None)
        with pytest.raises(CannotRebuild, match="nothing to go back to"):
            building.switch(back=True)
        building.switch()
        for again in (building.switch, lambda: building.build(lambda done, of: None)):
            with pytest.raises(CannotRebuild, match="--back"):
                again()
        building.switch(back=True)
    with lived.as_superuser() as admin:
        admin.execute("alter table views.groups add column more text")
        with (
            beside(lived, "groups") as building,
            pytest.raises(psycopg.errors.ObjectNotInPrerequisiteState),
        ):
            building.switch()
        admin.execute("alter table views.groups drop column more")


def test_while_a_group_folds_nothing_is_built(lived: Place) -> None:
    with psycopg.connect(lived.database.dsn(schema.PROJECT), autocommit=True) as connection:
        partitions.begin(connection, [0] * partitions.PARTITIONS)
        with pytest.raises(CannotRebuild, match="view ungroup"), beside(lived, "caseload"):
            pass
        partitions.end(connection)
