"""What is kept of a row's earlier versions is what folding anew would say of then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.kernel import Category
from domain.sharing import WITHDRAWN
from domain.vocabulary import PartnerId
from projections import earlier, retention, schema, versions
from projections.arranging import arranged, standing
from projections.entries import ADDED, Entry
from projections.moments import When
from projections.reading import Reading
from projections.record import STATUSES
from projections.versions import FOREVER, Pair, Version
from tests.database import Database
from tests.people import ROSA, TALKING, TOM, TRUST, WARD, WIGG
from tests.projections.chance import Chance
from tests.projections.place import Place
from tests.projections.test_agreements import (
    Parts,
    change,
    live_through,
    parts_of_a_life,
    sign,
    without,
)
from tests.projections.test_engine import tampered
from tests.projections.week import busy_week

KEPT = """
select partner, subject, known_from, known_until, nullif(waiting, 'infinity'), v.urgency,
       v.complexity, v.name, v.packed, c.content
from views.caseload_versions as v join views.caseload as c using (partner, subject)
order by partner, subject, known_until
"""
COUNTED = """
select partner, span, bucket, urgency, many from views.caseload_changes
"""


def by_pair(entries: Iterable[Entry]) -> dict[Pair, list[Entry]]:
    told: dict[Pair, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.subject:
            told[entry.partner, entry.subject].append(entry)
    return told


def kept(place: Place) -> dict[Pair, list[Version]]:
    """Every version that is kept, and what holds now after them."""
    found: dict[Pair, list[Version]] = defaultdict(list)
    for partner, subject, *numbers, waiting, urgency, complexity, name, content, now in place.rows(
        KEPT
    ):
        known_from, known_until = numbers
        assert (content is None) == (known_until == FOREVER)
        said = versions.unpacked(content) if content else now
        one = Version(known_from, known_until, waiting, urgency, complexity, name, said)
        found[partner, subject].append(one)
    return found


def slowly(entries: Sequence[Entry]) -> list[Version]:
    """What a row was at each position at which something was told, each folded from nothing."""
    stands = standing(entries)
    positions = sorted({entry.position for entry in stands})
    found = []
    for position, until in zip(positions, [*positions[1:], FOREVER], strict=True):
        then = arranged(entry for entry in stands if entry.position <= position)
        (row,) = earlier.records(then).values()
        found.append(versions.version(row, position, until))
    return found


def assert_kept_as_folded(place: Place) -> None:
    told, found = by_pair(place.entries()), kept(place)
    assert found.keys() == told.keys()
    came: Counter[tuple[Any, ...]] = Counter()
    for pair, entries in told.items():
        expected = slowly(entries)
        assert versions.versions(entries) == expected
        assert found[pair] == expected, pair
        for one in expected:
            for span in range(versions.SPANS):
                came[pair[0], span, one.known_from >> 5 * span, one.urgency] += 1
                if one.known_until != FOREVER:
                    came[pair[0], span, one.known_until >> 5 * span, one.urgency] -= 1
    counted = {tuple(key): many for *key, many in place.rows(COUNTED)}
    assert counted == {key: many for key, many in came.items() if many}


async def assert_pages_as_folded(
    entries: Sequence[Entry], reading: Reading, partner: PartnerId, position: int
) -> None:
    """Every page of every order is, to the byte, what folding anew would give out."""
    told = [entry for entry in entries if entry.partner == partner]
    then = arranged(entry for entry in standing(told) if entry.position <= position)
    when = When(as_at=position)
    for sort in earlier.PLACES:
        for status, query in SEARCHES:
            after: str | None = None
            while True:
                asked: dict[str, Any] = {"query": query, "sort": sort, "after": after, "limit": 3}
                page = await reading.caseload(partner, status=status, when=when, **asked)
                folded = earlier.caseload(then, status=status, **asked)
                assert orjson.dumps(page.rows) == orjson.dumps(folded.rows)
                assert (page.next, page.counts, page.total) == (
                    folded.next,
                    folded.counts,
                    folded.total,
                )
                if (after := page.next) is None:
                    break


SEARCHES: tuple[tuple[Sequence[str], str], ...] = (
    ((), ""),
    (STATUSES, ""),
    (("past", "held", "no such status"), ""),
    ((), "o"),
)


@pytest.mark.parametrize("kept_from", [0, 40, 10**9], ids=["all", "some", "nothing"])
def test_every_page_of_every_moment_is_as_folded_anew(place: Place, kept_from: int) -> None:
    busy_week(place)
    place.fold(batch=9)
    head = place.log.max_notification_id() or 0
    if kept_from:
        with place.as_superuser() as connection:
            connection.execute("update views.kept_from set position = %s", [kept_from])
            connection.execute(
                "delete from views.caseload_versions where known_until <= %s", [kept_from]
            )
    else:
        assert_kept_as_folded(place)

    entries = place.entries()

    async def compare(reading: Reading) -> None:
        assert await reading.kept_at(When(as_at=head)) == (head if kept_from <= head else None)
        for position in (0, 39, 40, head - 9, head):
            for partner in (WIGG, TALKING):
                await assert_pages_as_folded(entries, reading, partner, position)
        beyond = When(as_at=head + 10)
        assert await reading.caseload(WIGG, when=beyond) == await reading.caseload(
            WIGG, when=When(as_at=head)
        )

    place.ask(compare)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    parts=parts_of_a_life,
    batch=st.sampled_from([1, 7, 2_000]),
)
def test_whatever_is_asked_and_agreed_what_is_kept_is_as_folded_anew(
    place: Place,
    parts: Parts,
    batch: int,
) -> None:
    live_through(place, Chance(place), parts)
    place.fold(batch=batch)
    assert_kept_as_folded(place)


@pytest.mark.parametrize("batch", [1, 7, 2_000])
def test_what_new_terms_take_and_add_is_kept_as_folded_anew(place: Place, batch: int) -> None:
    busy_week(place)
    for which, how in [(0, 1), (1, 2), (0, 5), (2, 5), (1, 8), (0, 4), (2, 9), (1, 0), (0, 0)]:
        change(place, which, how)
        place.care.record_communication_needs(
            ROSA, f"Number {how}.", language=None, asked=place.by(WIGG)
        )
    place.fold(batch=batch)
    assert any(ADDED in entry.data for entry in place.entries())
    assert any(entry.type == WITHDRAWN for entry in place.entries())
    assert_kept_as_folded(place)


def test_what_waited_and_is_told_late_is_known_of_then(place: Place) -> None:
    """Told after what was recorded later, it is nevertheless known as at its own position."""
    place.register()
    place.register(TOM)
    asked = place.refer("Rosa: low mood")
    spoilt = place.log.max_notification_id()
    place.care.accept_referral(asked, asked=place.by(TALKING))
    flip = (
        "update log.facts set state = set_byte(state, length(state) - 1, "
        "255 - get_byte(state, length(state) - 1)) where position = %s"
    )
    tampered(place, flip, spoilt)
    place.fold()
    sign(place, WIGG, categories=without(WIGG, Category.EQUALITY))
    place.fold()
    tampered(place, flip, spoilt)
    assert place.engine.retry(ROSA)
    told = by_pair(place.entries())[WIGG, place.subject(WIGG, ROSA)]
    assert [entry.position for entry in told] != sorted(entry.position for entry in told)
    assert_kept_as_folded(place)
    place.refer("Rosa: the ward", to=WARD)
    place.fold()
    assert_kept_as_folded(place)


def test_of_somebody_erased_no_page_of_then_says_a_word(place: Place) -> None:
    place.register()
    place.refer("Rosa: low mood")
    place.refer("Rosa: the ward", to=WARD)
    place.fold()
    head = place.log.max_notification_id() or 0

    async def read(reading: Reading) -> None:
        entries = place.entries()
        for position in (head - 1, head):
            await assert_pages_as_folded(entries, reading, WIGG, position)

    place.ask(read)
    assert "Rosa" in repr(place.ask(lambda r: r.caseload(WIGG, when=When(as_at=head - 1))))
    with place.as_superuser() as admin:
        admin.execute(
            "insert into views.erased values (%s, gen_random_uuid(), 'IG/1', now(), %s)",
            [ROSA, head],
        )
    place.keys.destroy(ROSA)
    place.forget_keys()
    place.ask(read)
    assert "Rosa" not in repr(place.ask(lambda r: r.caseload(WIGG, when=When(as_at=head - 1))))


def test_whatever_lasts_however_long_is_found_in_its_cell(database: Database) -> None:
    dice = Random(7)
    rows = []
    for number in range(3_000):
        begun = dice.randrange(2 ** dice.randrange(1, 34))
        until = begun + dice.randrange(1, 2 ** dice.randrange(1, 34))
        rows.append((UUID(int=number), begun, FOREVER if number % 9 == 0 else until))
    with database.connect(schema.PROJECT) as connection:
        connection.execute(
            "insert into views.caseload_versions (partner, subject, known_from, known_until, "
            "waiting, urgency, complexity, name) select %s, s, f, u, 'infinity', 1, 3, '' "
            "from unnest(%s::uuid[], %s::bigint[], %s::bigint[]) as r (s, f, u)",
            [WIGG, *(list(column) for column in zip(*rows, strict=True))],
        )
        for position in (0, 1, 4095, 4096, 70_000, 2**20, 2**27 + 5, *(r[1] for r in rows[:60])):
            cells = versions.cells(position)
            assert len(cells) == len(set(cells))
            found = connection.execute(
                "select subject from views.caseload_versions where cell = any(%s) "
                "and known_from <= %s and known_until > %s",
                [cells, position, position],
            ).fetchall()
            known = {subject for subject, begun, until in rows if begun <= position < until}
            assert {subject for (subject,) in found} == known


@given(st.integers(0, 2**30))
def test_stretches_make_up_all_positions_up_to_one(position: int) -> None:
    covered = [
        (low << 5 * span, high << 5 * span)
        for span, low, high in zip(*versions.stretches(position), strict=True)
        if low < high
    ]
    assert sorted(covered) == covered[::-1]
    ends = [0, *(end for _, end in reversed(covered))]
    assert [begin for begin, _ in reversed(covered)] == ends[:-1]
    assert ends[-1] == position + 1


STORED = "014332b228bf381168123cb4a0218ae4c03c601502b4ee702b50612d00"


def test_what_was_packed_once_is_read_for_ever() -> None:
    row = {"person": "rosa", "status": "held", "number": 1, "name": "Åsa"}
    assert orjson.loads(versions.unpacked(bytes.fromhex(STORED))) == row


def test_what_was_over_long_enough_ago_is_let_go_and_still_read(place: Place) -> None:
    place.register()
    place.refer("Rosa: low mood")
    place.fold()
    ((then,),) = place.rows("select clock_timestamp()")
    border = place.log.max_notification_id() or 0
    for number in range(4):
        place.refer(f"Rosa: {number}", to=WARD)
    place.fold()
    head = place.log.max_notification_id() or 0
    with place.database.connect(schema.PROJECT) as connection:
        assert retention.let_go(connection, then) == 0, "nobody is overtaken while they read"
        let_go = [retention.let_go(connection, then, most=1) for _ in range(6)]
        assert set(let_go) == {0, 1}
        assert let_go == sorted(let_go, reverse=True)
    assert place.rows("select position from views.kept_from") == [(border,)]
    assert place.rows(
        "select count(*) from views.caseload_versions where known_until <= %s", border
    ) == [(0,)]

    async def compare(reading: Reading) -> None:
        entries = place.entries()
        for position in (border - 1, border, border + 1, head):
            assert await reading.kept_at(When(as_at=position)) == (
                position if position >= border else None
            )
            await assert_pages_as_folded(entries, reading, TRUST, position)

    place.ask(compare)
    place.refer("Rosa: once more", to=WARD)
    place.fold()
    place.ask(compare)
