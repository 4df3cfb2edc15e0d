"""The reference subscriber finds out whatever is missing, changed, signed by another, or silent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Timer
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consumers import subscriber
from consumers.closing import Closing
from consumers.subscriber import Entry, Kept, Missed, NotVerified, leaf
from projections import held, verifier
from projections.digests import Signer
from projections.digests import leaf as leaf_here
from tests.consumers.place import HOUSING, PRACTICE, Place, place
from tests.consumers.signing import Signer as LogSigner
from tests.consumers.signing import rewrite
from tests.consumers.test_subscriber import Edge, happens, server
from tests.database import Database, unreadable

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def town(database: Database) -> Iterator[Place]:
    with place(database, MONDAY) as made:
        yield made


@pytest.fixture
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


@pytest.fixture
def edge(town: Place) -> Iterator[Edge]:
    """Three days of referrals to housing, all told."""
    assert town.past
    for day in range(3):
        town.past.at = MONDAY + day * DAY
        town.refer(HOUSING)
        town.refer(HOUSING)
    town.tell()
    there = Edge(town)
    with there.up():
        yield there


def closed(town: Place, signer: Signer, days: int = 3) -> None:
    Closing(town.dsn, town.keys, signer, lambda: MONDAY + days * DAY).once()


def follow(edge: Edge, number: int, **how: Any) -> tuple[list[Entry], list[str]]:
    """Subscribe until an entry and all digests have come; what came, and what was said."""
    stop, seen, said = Event(), list[Entry](), list[str]()
    wanted = how.pop("said", 3)

    def enough() -> None:
        verified = sum("verified" in each for each in said)
        if len(seen) and seen[-1]["sharenumber"] >= number and verified >= wanted:
            stop.set()

    def say(sentence: str) -> None:
        said.append(sentence)
        enough()

    def emit(entry: Entry) -> None:
        seen.append(entry)
        enough()

    given: dict[str, Any] = {"after": None, "cursor": None, "live": False, "wait": 0.0} | how
    given_up = Timer(given.pop("within", 30.0), stop.set)
    given_up.start()
    token = edge.token(given.pop("partner", edge.town.partners[HOUSING]))
    subscriber.subscribe(edge.url, token, stop=stop, emit=emit, say=say, **given)
    assert given_up.is_alive(), (number, wanted, seen[-1:], said)
    given_up.cancel()
    return seen, said


def superuser(town: Place, *statements: str) -> None:
    """Change what nobody may: the guards of history are off for it."""
    with town.database.connect("postgres") as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("alter table share.entries disable trigger entries_are_kept")
        for statement in statements:
            connection.execute(statement)
        connection.execute("alter table share.entries enable always trigger entries_are_kept")


@pytest.mark.parametrize("live", [False, True])
def test_every_day_is_verified(
    edge: Edge, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: bool
) -> None:
    monkeypatch.setattr("projections.questions.share.KEEP_ALIVE", 0.05)
    closed(edge.town, signer)
    last = edge.town.told()[edge.town.partners[HOUSING]]
    seen, said = follow(edge, last, live=live, cursor=tmp_path / "cursor")

    assert [entry["sharenumber"] for entry in seen] == list(range(1, last + 1))
    assert [each[:10] for each in said if "verified" in each] == [
        (MONDAY + n * DAY).date().isoformat() for n in range(3)
    ]
    kept = Kept.read(tmp_path / "cursor")
    assert (kept.number, kept.checked, kept.leaves) == (last, last, [])
    assert list(kept.keys) == [signer.id]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["cursor", f"cursor.{last}.leaves"]


def test_the_checkpoint_in_a_digest_is_held_against_the_one_before(
    edge: Edge, signer: Signer, tmp_path: Path
) -> None:
    """Who reads the feed alone, and never the log, finds out all the same."""
    town, log = edge.town, LogSigner(edge.town)
    last = town.told()[town.partners[HOUSING]]
    first = log.sign()
    closed(town, signer, days=2)
    follow(edge, last, cursor=tmp_path / "cursor", said=2)
    kept = Kept.read(tmp_path / "cursor")
    assert verifier.Checkpoint.parse(verifier.Note.parse(kept.checkpoint).text) == first

    rewrite(town, "update tree.leaves set hash = sha256(hash) where position = 3")
    town.refer(HOUSING)
    town.tell()
    log.sign()
    closed(town, signer)
    with pytest.raises(NotVerified, match="the log was rewritten"):
        follow(edge, last + 1, cursor=tmp_path / "cursor")


def test_the_digest_of_an_entry_is_the_same_on_both_sides(edge: Edge) -> None:
    seen, _ = follow(edge, 3, verify=False, said=0)
    assert seen
    for entry in seen:
        assert leaf(entry) == leaf_here(entry)
        for name in ("id", "type", "time", "subject", "position", "backfill"):
            assert leaf(entry | {name: "another"}) != leaf(entry)
        assert leaf(entry | {"data": entry["data"] | {"ask": "another"}}) != leaf(entry)
        assert leaf(entry | {"traceparent": "00-1-1-00"}) == leaf(entry)


def test_what_was_changed_after_it_was_received_is_found_out(
    edge: Edge, signer: Signer, tmp_path: Path
) -> None:
    last = edge.town.told()[edge.town.partners[HOUSING]]
    follow(edge, last, cursor=tmp_path / "cursor", said=0)
    superuser(edge.town, "update share.entries set position = position + 1 where number = 2")
    closed(edge.town, signer)

    with pytest.raises(NotVerified, match=r"2026-03-02: entries 1 to \d+ are not what was signed"):
        follow(edge, last + 1, cursor=tmp_path / "cursor")


def test_entries_left_off_the_end_are_found_out(edge: Edge, signer: Signer) -> None:
    """The numbers alone have no gap, and the server says that there is no more."""
    closed(edge.town, signer)
    housing = edge.town.partners[HOUSING]
    last = edge.town.told()[housing]
    superuser(
        edge.town,
        f"delete from share.entries where partner = '{housing}' and number = {last}",
        f"update share.partners set number = {last - 1} where partner = '{housing}'",
    )
    with pytest.raises(Missed) as missed:
        follow(edge, last)
    assert (missed.value.first, missed.value.last) == (last, last)


def test_a_page_that_ends_before_the_newest_number_is_found_out() -> None:
    with server([1, 2], newest=3) as url, pytest.raises(Missed) as missed:
        subscriber.subscribe(
            url,
            "token",
            after=None,
            cursor=None,
            live=False,
            stop=Event(),
            emit=lambda _: None,
            wait=0.0,
            verify=False,
        )
    assert (missed.value.first, missed.value.last) == (3, 3)


def test_a_server_that_was_put_back_to_an_earlier_time_is_found_out(
    edge: Edge, tmp_path: Path
) -> None:
    housing = edge.town.partners[HOUSING]
    last = edge.town.told()[housing]
    follow(edge, last, cursor=tmp_path / "cursor", said=0)
    superuser(
        edge.town,
        f"delete from share.entries where partner = '{housing}' and number = {last}",
        f"update share.partners set number = {last - 1} where partner = '{housing}'",
    )
    with pytest.raises(NotVerified, match="put back to an earlier time"):
        follow(edge, last + 1, cursor=tmp_path / "cursor", verify=False)


def test_what_was_erased_since_is_proved_by_the_digest_it_had(edge: Edge, signer: Signer) -> None:
    _, ann = edge.town.refer(HOUSING)
    edge.town.tell()
    last = edge.town.told()[edge.town.partners[HOUSING]]
    closed(edge.town, signer)
    edge.town.keys.destroy(ann)
    _, said = follow(edge, last)

    assert any("erased since" in each for each in said)
    assert sum("verified" in each for each in said) == 3


@pytest.mark.parametrize("live", [False, True])
def test_what_the_server_holds_back_is_no_gap_and_is_verified_once_it_came(
    edge: Edge, signer: Signer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: bool
) -> None:
    monkeypatch.setattr("projections.questions.share.KEEP_ALIVE", 0.05)
    town, cursor = edge.town, tmp_path / "cursor"
    closed(town, signer)
    housing = town.partners[HOUSING]
    last = town.told()[housing]
    told, _ = follow(edge, last, said=0)
    bad = told[len(told) // 2]
    theirs = [
        each["sharenumber"]
        for each in told
        if each["subject"] == bad["subject"] and each["sharenumber"] >= bad["sharenumber"]
    ]
    with unreadable(town.database.dsn("postgres"), housing, bad["sharenumber"]):
        seen, said = follow(edge, last, said=1, live=live, cursor=cursor)
    kept = Kept.read(cursor)
    assert kept.held == theirs
    assert f"held back by the server for now: {theirs}" in said
    assert [each["sharenumber"] for each in seen] == [n for n in range(1, last + 1) if kept.has(n)]
    with psycopg.connect(town.dsn, autocommit=True) as connection:
        (case,) = held.cases(connection)
        assert held.give(connection, case, town.keys) is None
    seen, said = follow(edge, theirs[-1], said=2, live=live, cursor=cursor)
    assert [each["sharenumber"] for each in seen] == theirs
    assert Kept.read(cursor).checked == last, "every day is verified"


def test_a_key_that_was_not_pinned_signs_nothing(
    edge: Edge, signer: Signer, tmp_path: Path
) -> None:
    closed(edge.town, signer, days=1)
    last = edge.town.told()[edge.town.partners[HOUSING]]
    follow(edge, last, cursor=tmp_path / "cursor", said=1)
    with pytest.raises(NotVerified, match="no key that you know"):
        follow(edge, last, key="AAAA")
    _, said = follow(edge, last, key=signer.id, said=1)
    assert f"digests are checked by the key {signer.id}" in said
    closed(edge.town, Signer(Ed25519PrivateKey.generate()))
    with pytest.raises(NotVerified, match="no key that you know"):
        follow(edge, last + 1, cursor=tmp_path / "cursor")


def test_a_signature_that_does_not_fit_is_found_out(edge: Edge, signer: Signer) -> None:
    closed(edge.town, signer)
    superuser(
        edge.town,
        "alter table delivery.digests disable trigger digests_are_kept",
        "update delivery.digests set signed = regexp_replace(signed, '....$', 'AAAA')",
    )
    with pytest.raises(NotVerified, match="not signed by the key"):
        follow(edge, 1)


def test_who_begins_in_the_middle_verifies_from_the_next_day(edge: Edge, signer: Signer) -> None:
    closed(edge.town, signer)
    last = edge.town.told()[edge.town.partners[HOUSING]]
    _, said = follow(edge, last, after=1, said=2)

    assert [each for each in said if "not checked" in each]
    assert sum("verified" in each for each in said) == 2


def test_a_crash_between_any_two_writes_loses_nothing(
    edge: Edge, signer: Signer, tmp_path: Path
) -> None:
    """Whatever of a page reached the disk, it goes on and verifies what it received."""
    cursor = tmp_path / "cursor"
    last = edge.town.told()[edge.town.partners[HOUSING]]
    follow(edge, 2, cursor=cursor, said=0)
    early = cursor.read_bytes()
    follow(edge, last, cursor=cursor, said=0)
    cursor.write_bytes(early)  # the leaves were written, the number was not
    closed(edge.town, signer)
    seen, said = follow(edge, last, cursor=cursor)

    number = json.loads(early)["number"]
    assert [entry["sharenumber"] for entry in seen] == list(range(number + 1, last + 1))
    assert sum("verified" in each for each in said) == 3


def test_a_new_subscriber_ends_as_one_attached_from_the_first_day(
    town: Place, signer: Signer, tmp_path: Path
) -> None:
    edge, practice = Edge(town), town.partners[PRACTICE]
    assert town.past
    attached, late = tmp_path / "attached", tmp_path / "late"
    with edge.up():
        for day in range(4):
            town.past.at = MONDAY + day * DAY
            for _ in range(5):
                town.refer(HOUSING)
            town.tell()
            closed(town, signer, day + 1)
            last = town.told()[practice]
            follow(edge, last, partner=practice, cursor=attached, said=1)
        follow(edge, last, partner=practice, cursor=late, said=4)

    assert late.read_bytes() == attached.read_bytes()
    assert Kept.read(late).number == last


# Whoever is silent


def ticking(seconds: float) -> Callable[[], float]:
    """A clock that goes on by so much each time it is looked at."""
    at = 0.0

    def clock() -> float:
        nonlocal at
        at += seconds
        return at

    return clock


def test_a_silent_server_is_noticed_once_and_so_is_its_return() -> None:
    said, stop = list[str](), Event()
    with server([1], flaws=[503] * 5) as url:
        subscriber.subscribe(
            url,
            "token",
            after=None,
            cursor=None,
            live=False,
            stop=stop,
            emit=lambda _: stop.set(),
            wait=0.0,
            verify=False,
            say=said.append,
            clock=ticking(120.0),
        )
    silent = [each for each in said if "acknowledged" not in each]
    assert silent == ["no word from the server for 6 minutes", "the server speaks again"]


def test_a_digest_that_is_late_is_noticed(edge: Edge, signer: Signer) -> None:
    closed(edge.town, signer, days=1)
    said, stop = list[str](), Event()

    def say(sentence: str) -> None:
        said.append(sentence)
        if "late" in sentence:
            stop.set()

    subscriber.subscribe(
        edge.url,
        edge.token(edge.town.partners[HOUSING]),
        after=None,
        cursor=None,
        live=False,
        stop=stop,
        emit=lambda _: None,
        wait=0.0,
        say=say,
        now=lambda: MONDAY + 4 * DAY,
    )
    assert said[-1] == "the digest of the day after 2026-03-02 is late: nobody closes days"


def test_what_is_read_is_acknowledged(edge: Edge) -> None:
    housing = edge.town.partners[HOUSING]
    last = edge.town.told()[housing]
    follow(edge, last, said=0)

    def read() -> int:
        rows = edge.town.database.connect("postgres").execute(
            "select number from delivery.readers where partner = %s and way = 'feed'", [housing]
        )
        return max((number for (number,) in rows.fetchall()), default=-1)

    happens(lambda: read() == last)
