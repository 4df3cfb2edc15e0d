"""The sweep as it really runs, two processes at once, killed in mid-round again and again.

Nothing is told twice and nothing never: what the log holds at the end, against what was silent.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4, uuid5

import psycopg
import pytest

from deploy.wiring import House as Parts
from domain.handover_offer import HandoverSilenceEscalated
from domain.kernel import Asked, Recorded
from domain.person import Details
from domain.policies.escalation import Rung
from domain.unanswered import SilenceEscalated
from domain.vocabulary import HandoverId, Mode, PartnerId, PersonId, ReferralId, Source
from projections import schema
from tests.people import KINDS, SERVICES, SUPPORT, TALKING, THERAPY, WARD, WIGG, named
from tests.processes.house import ROOT, House
from tests.processes.marked import LONG_AGO
from tests.sampling import THOROUGH
from tests.waiting import until

pytestmark = pytest.mark.process

SEED = 20260302
REFERRALS = 180
OFFERS = 60
KILLS = 6 if THOROUGH else 4


@pytest.fixture
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    house = House(folder, holder=WIGG)
    try:
        yield house
    finally:
        house.kill_database()  # if it has outlived those who used it
        shutil.rmtree(folder, ignore_errors=True)


def asked(partner: PartnerId, *, days: int = 0) -> Asked:
    return Asked(partner, LONG_AGO + timedelta(days=days), uuid4())


def silent(parts: Parts) -> Counter[tuple[UUID, str]]:
    """A history of referrals and hand-overs that nobody answered for years.

    The first rungs of some were told in their time; each has one that is due now. What follows is
    every rung that the log shall hold at the end.
    """
    people = [PersonId(named(f"in silence {number}")) for number in range(REFERRALS)]
    care, rungs = parts.care, list(Rung)
    with care.batch(recorded_at=when_it_happened):
        for partner, kind in KINDS.items():
            asking = asked(partner)
            care.join_partner(partner, name=kind.value, kind=kind, identifiers={}, asked=asking)
        for service in (THERAPY, WARD, SUPPORT):
            care.open_service(service, SERVICES[service], asked=asked(SERVICES[service].partner))
    with care.batch(recorded_at=when_it_happened):
        for person in people:
            care.make_referral(
                ReferralId(uuid5(person, "referral")),
                person,
                THERAPY,
                source=Source.PROFESSIONAL,
                mode=Mode.WRITTEN,
                sent_without="Not known yet.",
                ask="Please see her.",
                registering=Details(name="One of many", practice=WIGG),
                asked=asked(WIGG),
            )
    with care.batch(recorded_at=when_it_happened):
        for person in people[:OFFERS]:
            offer = HandoverId(uuid5(person, "offer"))
            care.offer_handover(person, offer, SUPPORT, asked=asked(WIGG))
    expected: Counter[tuple[UUID, str]] = Counter()
    for nth, rung in enumerate(rungs):
        with care.batch(recorded_at=when_it_happened):
            for number, person in enumerate(people):
                told, asking = number % len(rungs), asked(WIGG, days=20 * (nth + 1))
                referral, offer = uuid5(person, "referral"), HandoverId(uuid5(person, "offer"))
                silences = [referral, offer] if number < OFFERS else [referral]
                expected.update((each, rung.value) for each in silences if nth <= told)
                if nth >= told:
                    continue
                care.escalate_referral(ReferralId(referral), rung, asked=asking)
                if offer in silences:
                    again = asked(WIGG, days=20 * (nth + 1))
                    care.escalate_handover(person, offer, rung, asked=again)
    parts.engine.catch_up()
    return expected


def when_it_happened(recorded: Recorded) -> datetime:
    return recorded.effective_at


def sweeping(house: House) -> subprocess.Popen[bytes]:
    """One round of the sweep, in a process of its own."""
    with house.written.open("ab") as written:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.cli", "sweep", "--json"],
            cwd=ROOT,
            env=house.environment,
            stdout=subprocess.DEVNULL,
            stderr=written,
            stdin=subprocess.DEVNULL,
        )


def told(parts: Parts) -> Counter[tuple[UUID, str]]:
    """How often the log says that each silence was escalated to each rung."""
    found: Counter[tuple[UUID, str]] = Counter()
    with psycopg.connect(parts.database.dsn(schema.AUDIT)) as connection:
        streams = connection.execute("select distinct stream from log.facts").fetchall()
    for (stream,) in streams:
        for stored in parts.log.select_events(stream):
            recorded = parts.care.mapper.to_domain_event(stored)
            assert isinstance(recorded, Recorded)
            match recorded.fact:
                case SilenceEscalated(rung=rung):
                    found[stream, rung.value] += 1
                case HandoverSilenceEscalated(rung=rung, handover=handover):
                    found[handover, rung.value] += 1
                case _:
                    pass
    return found


def heard(parts: Parts, partner: PartnerId) -> Counter[str]:
    """What a partner was told of silences, by kind."""
    with psycopg.connect(parts.database.dsn(schema.AUDIT)) as connection:
        rows = connection.execute(
            "select split_part(type, '.', 2), count(*) from share.entries "
            "where partner = %s and not backfill group by 1",
            [partner],
        ).fetchall()
    return Counter(dict(rows))


def test_two_sweeps_killed_in_mid_round_tell_nothing_twice_and_nothing_never(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    chance, killed, rounds = Random(SEED), 0, 0
    with house.parts(history=True) as seeding:
        expected = silent(seeding)
        seeded = told(seeding).total()
    with ExitStack() as stack:
        parts = stack.enter_context(house.parts())
        counting = stack.enter_context(
            psycopg.connect(parts.database.dsn(schema.AUDIT), autocommit=True)
        )

        def facts() -> int:
            (count,) = counting.execute("select position from log.head").fetchone() or (0,)
            return int(count)

        while killed < KILLS:
            before, enough = facts(), chance.randint(1, 15)
            both = [sweeping(house), sweeping(house)]
            # One is killed while the other goes on, and that one soon after: much is left to do.
            for times, process in enumerate(both, start=1):
                until(
                    lambda told=before + times * enough, both=both: (  # type: ignore[misc]
                        facts() > told or all(p.poll() is not None for p in both)
                    ),
                    within=60,
                )
                process.send_signal(signal.SIGKILL)
            ended = [process.wait(timeout=60) for process in both]
            assert set(ended) <= {0, -signal.SIGKILL}, house.written.read_text()[-2000:]
            killed, rounds = killed + ended.count(-signal.SIGKILL), rounds + 1
            if chance.random() < 0.5:
                parts.engine.catch_up()  # else begun again where the view stood
        half_way = told(parts).total()
        parts.engine.catch_up()
        while parts.sweep().once():
            parts.engine.catch_up()

        assert told(parts) == expected
        offers = {uuid5(named(f"in silence {number}"), "offer") for number in range(OFFERS)}
        of_offers = sum(1 for silence, _ in expected if silence in offers)
        for partner in (WIGG, TALKING):
            entries = heard(parts, partner)
            assert entries["SilenceEscalated"] == len(expected) - of_offers
        assert heard(parts, WIGG)["HandoverSilenceEscalated"] == of_offers
    assert seeded < half_way < len(expected), "nothing was left to do when the killing ended"
    with capsys.disabled():
        print(
            f"\n{rounds} rounds of two sweeps, {killed} killed in mid-round: "
            f"{len(expected) - seeded} rungs told, each once"
        )
