"""Killed at any moment under load, the place loses nothing it acknowledged and does nothing twice.

The ledger is kept outside: what the writers were answered, against what the log holds at the end.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Lock, Thread
from time import sleep
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from deploy.wiring import House as Parts
from domain.kernel import Asked
from domain.vocabulary import Role
from projections import schema
from tests.people import KINDS, SERVICES, TALKING, THERAPY, WIGG
from tests.processes.canary import worker
from tests.processes.house import House
from tests.processes.marked import LONG_AGO
from tests.projections.place import entries, forget_what_was_told, views
from tests.projections.test_views import assert_views_are_as_told
from tests.sampling import THOROUGH
from tests.trusting import TRUSTED
from tests.waiting import until

pytestmark = pytest.mark.process

SEED = 20260302
WRITERS = 4
KILLS = 8 if THOROUGH else 6


@dataclass
class Ledger:
    """What was asked with which key, and the definite answer it got."""

    house: House
    tokens: dict[object, str]
    lock: Lock = field(default_factory=Lock)
    answers: dict[UUID, tuple[str, dict[str, Any], dict[str, Any]]] = field(default_factory=dict)
    refused: Counter[int] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.answers)

    def write(self, number: int, enough: Event) -> None:
        """One writer: refers people, and sometimes accepts what was referred."""
        with httpx.Client(base_url=self.house.url, timeout=20, verify=TRUSTED) as http:
            self._write(number, http, enough)

    def _write(self, number: int, http: httpx.Client, enough: Event) -> None:
        chance, made = Random(SEED + number), list[str]()
        while not enough.is_set():
            key = UUID(int=chance.getrandbits(128))
            if made and chance.random() < 0.3:
                path, body = f"/v1/referrals/{made.pop()}/acceptance", dict[str, Any]()
                self._ask(http, key, path, body, TALKING)
                continue
            body = {
                "service": str(THERAPY),
                "person": {"name": f"Writer {number}'s person", "practice": str(WIGG)},
                "source": "professional",
                "ask": "Low mood.",
                "sent_without": "Not known yet.",
                "responsibility": chance.choice(["take over", "help alongside"]),
            }
            answer = self._ask(http, key, "/v1/referrals", body, WIGG)
            if answer:
                made.append(answer["id"])

    def _ask(
        self, http: httpx.Client, key: UUID, path: str, body: dict[str, Any], by: object
    ) -> dict[str, Any] | None:
        """Ask until there is a definite answer, with the same key each time."""
        while True:
            try:
                answer = self.post(http, key, path, body, by)
            except httpx.TransportError as lost:
                self._unclear(type(lost).__name__)
                continue
            if answer.status_code in (200, 201):
                with self.lock:
                    self.answers[key] = (path, body, answer.json())
                found: dict[str, Any] = answer.json()
                return found
            if answer.status_code == 503:
                self._unclear("503")
                continue
            with self.lock:
                self.refused[answer.status_code] += 1
            return None

    def are_known(self) -> bool:
        """Whether the view of who acts for whom has the writers: until then nobody is anybody."""
        with httpx.Client(base_url=self.house.url, timeout=20, verify=TRUSTED) as http:
            return all(
                http.get("/v1/partners", headers={"Authorization": f"Bearer {token}"}).is_success
                for token in self.tokens.values()
            )

    def post(
        self, http: httpx.Client, key: UUID, path: str, body: dict[str, Any], by: object
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[by]}", "Idempotency-Key": str(key)}
        return http.post(path, json=body, headers=headers)

    def _unclear(self, how: str) -> None:
        with self.lock:
            self.unclear[how] += 1
        sleep(0.05)


@pytest.fixture
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    house = House(folder, holder=WIGG)
    try:
        yield house
    finally:
        house.stop()
        house.kill_database()  # if it has outlived those who used it
        shutil.rmtree(folder, ignore_errors=True)


def founded(parts: Parts) -> dict[object, str]:
    """The organisations of the tests, and a way in for those who write."""
    for partner, kind in KINDS.items():
        asked = Asked(partner, LONG_AGO, uuid4())
        parts.care.join_partner(partner, name=kind.value, kind=kind, identifiers={}, asked=asked)
    for partner in (WIGG, TALKING):
        parts.care.add_practitioner(
            partner,
            worker(partner),
            name="Worker",
            role=Role.CLINICIAN,
            title="worker",
            asked=Asked(partner, LONG_AGO, uuid4()),
        )
    parts.care.open_service(THERAPY, SERVICES[THERAPY], asked=Asked(TALKING, LONG_AGO, uuid4()))
    return {p: parts.tokens.issue(worker(p), p, Role.CLINICIAN) for p in (WIGG, TALKING)}


def test_killed_under_load_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.start()
    with house.parts() as parts:
        ledger = Ledger(house, founded(parts))
    until(ledger.are_known, within=60)
    chance, enough = Random(SEED), Event()
    writers = [
        Thread(target=ledger.write, args=(number, enough), daemon=True) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    for kill in range(KILLS):
        begun = len(ledger)
        until(lambda begun=begun: len(ledger) > begun + WRITERS, within=60)  # type: ignore[misc]
        sleep(chance.uniform(0.0, 2.0))  # the seeded random moment
        if kill == KILLS // 2:
            assert house.kill_database() > 1
        house.kill()
        house.start()
    begun = len(ledger)
    until(lambda: len(ledger) > begun + WRITERS, within=60)
    enough.set()
    for writer in writers:
        writer.join(timeout=60)
        assert not writer.is_alive(), "a writer never got a definite answer"

    assert_every_key_still_gives_its_first_answer(ledger)
    custody = house.command("custody", "--json")
    assert custody.returncode == 0, custody.stdout + custody.stderr
    house.kill()
    with house.parts() as parts:
        assert_the_log_holds_the_ledger(ledger, parts)
        assert_what_was_told_is_what_the_log_says(parts)
    with capsys.disabled():
        print(
            f"\n{KILLS} kills of the server, one of PostgreSQL: {len(ledger)} acknowledged, 0 lost,"
            f" 0 doubled; {sum(ledger.unclear.values())} unclear answers asked again"
            f" {dict(ledger.unclear)}; refused {dict(ledger.refused)}"
        )


def assert_every_key_still_gives_its_first_answer(ledger: Ledger) -> None:
    sample = Random(SEED).sample(sorted(ledger.answers), min(60, len(ledger)))
    with httpx.Client(base_url=ledger.house.url, timeout=20, verify=TRUSTED) as http:
        for key in sample:
            assert_key_gives_its_first_answer(ledger, http, key)


def assert_key_gives_its_first_answer(ledger: Ledger, http: httpx.Client, key: UUID) -> None:
    path, body, first = ledger.answers[key]
    by = TALKING if path.endswith("acceptance") else WIGG
    again = ledger.post(http, key, path, body, by)
    assert again.is_success, again.text
    assert again.json() == first
    other = ledger.post(http, key, path, body | {"at": "2026-03-02T09:00:00Z"}, by)
    assert other.status_code == 422, other.text


def assert_the_log_holds_the_ledger(ledger: Ledger, parts: Parts) -> None:
    with psycopg.connect(parts.database.dsn(schema.AUDIT)) as connection:
        count, newest, head = connection.execute(
            "select count(*), max(position), (select position from log.head) from log.facts"
        ).fetchone() or (0, 0, -1)
        assert count == newest == head
        assert (
            connection.execute(
                "select stream from log.facts group by stream having count(*) <> max(version)"
            ).fetchall()
            == []
        )
        stored: dict[str, Counter[str]] = defaultdict(Counter)
        for stream, topic in connection.execute("select stream, topic from log.facts"):
            stored[str(stream)][topic] += 1
        kept: dict[UUID, int] = dict(
            connection.execute("select key, position from log.intentions").fetchall()
        )
    assert set(ledger.refused) <= {409}, ledger.refused
    for key, (path, _, answer) in ledger.answers.items():
        topic = "ReferralAccepted" if path.endswith("acceptance") else "ReferralMade"
        assert stored[answer["id"]][f"referral:{topic}"] == 1, f"{path} was lost or doubled"
        assert kept[key] == answer["position"]
    referrals = [path for path, *_ in ledger.answers.values() if path == "/v1/referrals"]
    assert sum(of["referral:ReferralMade"] for of in stored.values()) == len(referrals)


def assert_what_was_told_is_what_the_log_says(parts: Parts) -> None:
    parts.engine.catch_up()
    dsn = parts.database.dsn(schema.PROJECT)
    as_superuser = psycopg.conninfo.make_conninfo(dsn, user="postgres")
    told, shown = entries(as_superuser, parts.keys), views(as_superuser)
    assert_views_are_as_told(shown, told)
    forget_what_was_told(as_superuser)
    parts.engine.catch_up()
    assert entries(as_superuser, parts.keys) == told
    assert views(as_superuser) == shown
