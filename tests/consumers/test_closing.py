"""The signed digest of a day: anybody can reckon it from what they received; it never changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jws
from joserfc.jwk import OKPKey

from consumers.closing import Closing
from domain.vocabulary import PartnerId
from projections import schema
from projections.behalf import acting_for
from projections.cloudevents import cloudevent
from projections.digests import BEFORE_THE_FIRST, Signer, chained, document, leaf, public_jwk
from projections.entries import Entry
from projections.questions.digests import SignedDay
from projections.reading import Reading
from tests.consumers.place import HOUSING, PRACTICE, Past, Place, place
from tests.consumers.signing import Signer as LogSigner
from tests.database import Database, unreadable

MONDAY = datetime(2026, 3, 23, 10, tzinfo=UTC)
DAY = timedelta(days=1)
SATURDAY = MONDAY + 5 * DAY


@pytest.fixture
def town(database: Database) -> Iterator[Place]:
    """A place that began on a Monday in March, before the clocks went forward."""
    with place(database, MONDAY) as made:
        yield made


@pytest.fixture
def signer() -> Signer:
    return Signer(Ed25519PrivateKey.generate())


def closing(town: Place, signer: Signer, now: datetime | None = None) -> Closing:
    return Closing(town.dsn, town.keys, signer, lambda: now or datetime.now(UTC))


def past(town: Place) -> Past:
    assert town.past
    return town.past


def days(town: Place, partner: PartnerId) -> list[SignedDay]:
    return _read(town, partner)[0]


def entries(town: Place, partner: PartnerId) -> list[Entry]:
    return _read(town, partner)[1]


def _read(town: Place, partner: PartnerId) -> tuple[list[SignedDay], list[Entry]]:
    async def ask() -> tuple[list[SignedDay], list[Entry]]:
        reading = Reading(town.database.dsn(schema.SERVE), town.keys, town.pseudonyms)
        await reading.open()
        try:
            listed = await reading.digests(partner, after=date.min, limit=400)
            closed = [await reading.digest(partner, each.day) for each in listed]
            told = await reading.entries(partner, after=0, limit=1000)
            return [each for each in closed if each], told
        finally:
            await reading.close()

    with acting_for(partner):
        return asyncio.run(ask())


def a_week(town: Place) -> PartnerId:
    """The practice refers to housing on Monday, twice late on Tuesday, and on Friday."""
    for when in (MONDAY, MONDAY + timedelta(hours=37, minutes=30), MONDAY + 4 * DAY):
        past(town).at = when
        town.refer(HOUSING)
    town.tell()
    return town.partners[HOUSING]


def test_every_day_that_is_over_is_closed_once_and_in_a_chain(town: Place, signer: Signer) -> None:
    housing = a_week(town)
    assert closing(town, signer, MONDAY + 5 * DAY).once() > 0
    closed, told = days(town, housing), entries(town, housing)

    assert [each.day for each in closed] == [(MONDAY + n * DAY).date() for n in range(5)]
    first, chain = 1, BEFORE_THE_FIRST
    for each in closed:
        said = document(each.signed)
        ours = [e for e in told if e.recorded_at.date() == each.day]
        chain_then, chain = chain, chained(chain, (leaf(cloudevent(e)) for e in ours))
        assert said["previous"] == chain_then.hex()
        assert said["sha256"] == chain.hex()
        assert (said["first"], said["last"], said["count"]) == (
            first,
            first + len(ours) - 1,
            len(ours),
        )
        first += len(ours)
    assert first == town.told()[housing] + 1
    assert closing(town, signer, MONDAY + 5 * DAY).once() == 0


def test_a_day_ends_at_midnight_in_london(town: Place, signer: Signer) -> None:
    """The clocks go forward on Sunday, 29 March: 23:30 UTC on the Monday after is Tuesday."""
    town.refer(HOUSING)
    past(town).at = MONDAY + 7 * DAY + timedelta(hours=13, minutes=30)
    town.refer(HOUSING)
    town.tell()
    closing(town, signer, MONDAY + 10 * DAY).once()
    counts = {
        each.day.isoformat(): document(each.signed)["count"]
        for each in days(town, town.partners[HOUSING])
    }

    assert counts["2026-03-30"] == 0
    assert counts["2026-03-31"] > 0


def test_a_day_is_not_closed_before_it_was_told_of_to_its_end(town: Place, signer: Signer) -> None:
    housing = a_week(town)
    past(town).at = SATURDAY
    town.refer(HOUSING)
    closing(town, signer).once()  # long after, with Saturday's facts not folded yet

    assert days(town, housing)[-1].day == (MONDAY + 4 * DAY).date()
    town.tell()
    closing(town, signer).once()
    by_day = {each.day: document(each.signed)["count"] for each in days(town, housing)}
    assert by_day[SATURDAY.date()] > 0


def test_a_day_with_an_entry_that_cannot_be_read_waits_and_nobody_elses_does(
    town: Place, signer: Signer
) -> None:
    housing = a_week(town)
    closer = closing(town, signer, MONDAY + 5 * DAY)
    with unreadable(town.database.dsn("postgres"), housing, 1):
        closer.once()
        assert days(town, housing) == []
        others = [PartnerId(each) for each in town.told().keys() - {housing}]
        assert others
        assert all(days(town, other) for other in others)
    assert closer.once() == len(days(town, housing)) > 0


def test_whoever_closes_and_whenever_finds_the_same(town: Place, signer: Signer) -> None:
    """One that closes each day at its end, and one that closes all of them long after."""
    housing = a_week(town)
    for after in range(1, 8):
        closing(town, signer, MONDAY + after * DAY).once()
    said = [document(each.signed) for each in days(town, housing)]
    with psycopg.connect(town.database.dsn("postgres"), autocommit=True) as connection:
        connection.execute("alter table delivery.digests disable trigger digests_are_kept")
        connection.execute("delete from delivery.digests")
        connection.execute("alter table delivery.digests enable always trigger digests_are_kept")
    closing(town, signer, MONDAY + 7 * DAY).once()
    again = [document(each.signed) for each in days(town, housing)]

    assert [each | {"at": None} for each in again] == [each | {"at": None} for each in said]


def test_a_closed_day_never_changes(town: Place, signer: Signer) -> None:
    housing = a_week(town)
    closing(town, signer, MONDAY + 3 * DAY).once()
    before = days(town, housing)
    another = Signer(Ed25519PrivateKey.generate())
    closing(town, another, MONDAY + 5 * DAY).once()

    assert days(town, housing)[: len(before)] == before
    for role in (schema.RELAY, schema.OWNER):
        with (
            psycopg.connect(town.database.dsn(role)) as connection,
            pytest.raises((psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)),
        ):
            connection.execute("update delivery.digests set last = 0")


def test_what_is_told_late_stands_in_a_later_day(town: Place, signer: Signer) -> None:
    """A case that was parked on Monday and mended on Friday: its entries have later numbers."""
    housing = a_week(town)
    told = entries(town, housing)
    last = next(n for n, e in enumerate(told) if e.recorded_at.date() == (MONDAY + 4 * DAY).date())
    with psycopg.connect(town.database.dsn("postgres"), autocommit=True) as connection:
        connection.execute("alter table share.entries disable trigger entries_are_kept")
        connection.execute(
            "update share.entries set recorded_at = %s where partner = %s and number = %s",
            [MONDAY, housing, told[last + 1].number],
        )
        connection.execute("alter table share.entries enable always trigger entries_are_kept")
    closing(town, signer, MONDAY + 5 * DAY).once()
    friday = document(days(town, housing)[-1].signed)

    assert (friday["first"], friday["last"]) == (told[last].number, told[-1].number)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # the name, which RFC 9864 makes Ed25519
def test_a_verifier_that_nobody_here_wrote_checks_the_signature(
    town: Place, signer: Signer
) -> None:
    housing = a_week(town)
    closing(town, signer, MONDAY + 5 * DAY).once()
    signed = days(town, housing)[0].signed
    key = OKPKey.import_key({**public_jwk(signer.public)})

    checked = jws.deserialize_compact(signed, key, algorithms=["EdDSA"])
    assert json.loads(checked.payload) == document(signed)
    assert checked.headers()["kid"] == key.thumbprint() == signer.id


def test_an_entry_erased_later_is_proved_by_the_digest_it_had(town: Place, signer: Signer) -> None:
    past(town).at = MONDAY
    _, ann = town.refer(HOUSING)
    town.tell()
    housing = town.partners[HOUSING]
    before = {e.number: leaf(cloudevent(e)) for e in entries(town, housing)}
    closing(town, signer, MONDAY + DAY).once()
    town.keys.destroy(ann)
    (monday,) = days(town, housing)
    after = {e.number: leaf(cloudevent(e)) for e in entries(town, housing)}

    changed = {n for n in before if before[n] != after[n]}
    assert changed, "the erasure takes words out of what can be read again"
    assert changed <= monday.erased.keys()
    assert {n: before[n].hex() for n in monday.erased} == monday.erased
    proved = [bytes.fromhex(monday.erased.get(n, after[n].hex())) for n in sorted(after)]
    assert chained(BEFORE_THE_FIRST, proved).hex() == document(monday.signed)["sha256"]


def test_digests_are_read_by_their_own_partner_alone(town: Place, signer: Signer) -> None:
    a_week(town)
    closing(town, signer, MONDAY + 5 * DAY).once()

    async def ask() -> list[SignedDay]:
        reading = Reading(town.database.dsn(schema.SERVE), town.keys, town.pseudonyms)
        await reading.open()
        try:
            return await reading.digests(town.partners[HOUSING], after=date.min, limit=400)
        finally:
            await reading.close()

    with acting_for(town.partners[PRACTICE]):
        assert asyncio.run(ask()) == []


def test_a_digest_says_how_far_the_whole_log_had_come(town: Place, signer: Signer) -> None:
    town.refer(HOUSING)
    town.tell()
    closing(town, signer, MONDAY + DAY).once()
    LogSigner(town).sign()
    closing(town, signer, MONDAY + 2 * DAY).once()
    with psycopg.connect(town.dsn) as connection:
        ((note,),) = connection.execute("select note from tree.checkpoints").fetchall()
    said = [day.document().get("checkpoint") for day in days(town, town.partners[HOUSING])]
    assert said == [None, note]
