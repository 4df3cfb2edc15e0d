"""PostgreSQL's wall alone: whatever a question asks for, only the rows of who came in are given."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Iterator
from datetime import UTC, date, datetime
from inspect import Parameter, getmembers, isasyncgen, signature
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from deploy.embedded import Embedded
from domain.vocabulary import PartnerId
from projections import learning, schema
from projections.behalf import acting_for
from projections.moments import NOW, When
from projections.paging import Page
from projections.questions.replaying import FOLDS, Moments
from projections.reading import Reading
from projections.statements import statements
from projections.writing import WrittenPage
from tests.database import Database, made
from tests.people import CHARITY, DRUGS, GROUP, HOUSING, LIBRARY, SOCIAL, TALKING, TRUST, WIGG
from tests.projections.place import Place
from tests.projections.week import busy_week

STRANGER = PartnerId(uuid4())
PARTNERS = (WIGG, TALKING, TRUST, SOCIAL, DRUGS, CHARITY, GROUP, LIBRARY, HOUSING)
ASKING = [
    name
    for name, question in getmembers(Reading, callable)
    if not name.startswith("_") and "partner" in signature(question).parameters
]
"""Every question that names a partner."""

OF_THE_DIRECTORY = {"training_owing"}
"""What is worked out from what everybody who signs in reads; who attended is not given either."""

NOTHING_THIS_WEEK = {
    "digest",
    "digests",
    "erasure",
    "erasures",
    "exceptional",
    "feedback",
    "held",
    "incomplete",
    "listing_next",
    "only_said",
    "outcomes",
    "subject_access",
    "to_remove",
    "told_of_erasure",
    "topic",
    "training",
    "unimproved",
}
"""Of these nothing happens in the week of the tests; their tables stand behind the wall too."""

SAID = re.compile(r"set_config\(\s*'throughcare[^)]*\)|set\s+(?:local |session )?throughcare\.")


@pytest.fixture
def week(place: Place) -> Place:
    busy_week(place)
    place.fold()
    return place


def test_a_transaction_that_names_nobody_reads_nothing(week: Place) -> None:
    walled = [name for (name,) in week.rows(OF_PARTNER)]
    assert len(walled) > 10
    filled = {name for name in walled if week.rows(f"select from {name} limit 1")}
    assert {"share.entries", "share.subjects", "views.caseload", "views.referrals"} <= filled
    with week.database.connect(schema.SERVE) as connection:

        def counted() -> list[int]:
            found = [connection.execute(f"select count(*) from {name}") for name in walled]
            return [count for (count,) in (each.fetchone() or (-1,) for each in found)]

        assert not any(counted()), "never named"
        connection.execute("select set_config('throughcare.partner', '', false)")
        assert not any(counted()), "named by nothing"
        with connection.transaction():
            connection.execute("select set_config('throughcare.partner', %s, true)", [str(WIGG)])
            assert any(counted())
        assert not any(counted()), "named by a transaction that is over"
        with connection.transaction():
            connection.execute("select set_config('throughcare.partner', 'Wigg', true)")
            with pytest.raises(psycopg.errors.InvalidTextRepresentation):
                connection.execute("select from share.entries")
            raise psycopg.Rollback


def test_a_question_without_a_where_gives_the_rows_of_one_partner(week: Place) -> None:
    """As a forgotten condition would ask, of each table and for each partner."""
    tables = [name for (name,) in week.rows(OF_PARTNER) if name in WITH_PARTNER]
    with week.database.connect(schema.SERVE) as connection:
        for partner in PARTNERS:
            for name in tables:
                with connection.transaction():
                    connection.execute(
                        "select set_config('throughcare.partner', %s, true)", [str(partner)]
                    )
                    whose = connection.execute(f"select distinct partner from {name}").fetchall()
                there = week.rows(f"select from {name} where partner = %s limit 1", partner)
                assert whose == [(partner,)] * len(there), name


def test_whoever_asks_for_anothers_rows_is_given_none(
    week: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The application's rule is off: what every question asks for is another's, by their ids."""
    monkeypatch.setattr("projections.questions.share.KEEP_ALIVE", 0.01)
    answered: set[str] = set()

    async def asking() -> None:
        reading = Reading(week.database.dsn(schema.SERVE), week.keys, week.pseudonyms, most=1)
        await reading.open()
        try:
            for partner in (WIGG, TALKING, GROUP, LIBRARY):
                known = rows_of(week, partner)
                for question in set(ASKING) - OF_THE_DIRECTORY:
                    for more in arguments(question, known):
                        if await gives(reading, question, partner, more, came_in=partner):
                            answered.add(question)
                        for other in (STRANGER, LIBRARY if partner != LIBRARY else DRUGS):
                            given = await gives(reading, question, partner, more, came_in=other)
                            assert not given, (question, partner, more)
        finally:
            await reading.close()

    asyncio.run(asking())
    assert answered == set(ASKING) - OF_THE_DIRECTORY - NOTHING_THIS_WEEK


def rows_of(place: Place, partner: PartnerId) -> dict[tuple[str, str], list[Any]]:
    """What questions may be asked with about this partner's rows, by name and type."""

    def one(statement: str) -> Any:
        rows = place.rows(statement, partner)
        return rows[0][0] if rows else uuid4()

    subject = one("select subject from share.subjects where partner = %s order by subject")
    meeting = one("select meeting from views.meetings where partner = %s")
    return {
        ("subject", "UUID"): [subject],
        ("subjects", "Collection[UUID]"): [[subject]],
        ("subjects", "Iterable[UUID]"): [[subject]],
        ("person", "PersonId"): [one("select person from share.subjects where partner = %s")],
        ("rows", "Iterable[dict[str, Any]]"): [[{"person": "x", "linked": [str(subject)]}]],
        ("referral", "UUID"): [one("select referral from views.referrals where partner = %s")],
        ("meeting", "UUID"): [meeting],
        ("meeting", "dict[str, Any]"): [
            {
                "id": str(meeting),
                "closed": False,
                "actions": ["cases"],
                "starts_at": "2026-03-05T12:30:00+00:00",
                "kind": "weekly MDT",
                "cases": {},
            }
        ],
        ("action", "UUID"): [
            one("select item from views.agreed where partner = %s and kind = 'action'")
        ],
        ("programme", "UUID"): [one("select programme from views.groups where partner = %s")],
        ("kind", "str"): ["action", "decision"],
        ("part", "str"): ["received", "sent"],
        ("view", "str"): list(FOLDS),
        ("field", "str"): ["status"],
        ("moments", "Moments"): [Moments(When(as_at=0))],
        ("states", "Sequence[str]"): [["open", "done", "to review", "linked"]],
        ("erasure", "UUID"): [subject],
        ("after", "int"): [0],
        ("after", "date"): [date.min],
        ("day", "date"): [date(2026, 3, 2)],
        ("limit", "int"): [1000],
        ("within", "float"): [0.0],
        ("when", "When"): [NOW],
        ("now", "datetime"): [datetime(2027, 1, 1, tzinfo=UTC)],
        ("moment", "datetime"): [datetime(2027, 1, 1, tzinfo=UTC)],
        ("today", "date"): [datetime(2027, 1, 1, tzinfo=UTC).date()],
    }


def arguments(question: str, known: dict[tuple[str, str], list[Any]]) -> list[dict[str, Any]]:
    """Every way to ask a question about these rows."""
    wanted = [
        each
        for each in signature(getattr(Reading, question)).parameters.values()
        if each.name not in ("self", "partner") and each.default is Parameter.empty
    ]
    ways: list[dict[str, Any]] = [{}]
    for each in wanted:
        values = known[each.name, str(each.annotation)]
        ways = [way | {each.name: value} for way in ways for value in values]
    return ways


async def gives(
    reading: Reading,
    question: str,
    partner: PartnerId,
    more: dict[str, Any],
    *,
    came_in: PartnerId,
) -> bool:
    """Whether a question for one partner gives something to who came in for another."""
    with acting_for(came_in):
        asked = getattr(reading, question)(partner, **more)
        answer: Any = await (anext(asked) if isasyncgen(asked) else asked)
    if isinstance(answer, Page | WrittenPage):
        return bool(answer.rows or answer.counts)
    if isinstance(answer, tuple):  # several answers in one
        return any(answer)
    return len(answer) > 1 if question == "linked" else bool(answer)


def test_organisations_that_share_one_connection_never_see_each_others_rows(week: Place) -> None:
    """Hundreds at once by turns on one connection, some called off and some failing in between."""
    chance = Random(20261122)

    async def asking() -> tuple[int, int, int]:
        reading = Reading(week.database.dsn(schema.SERVE), week.keys, week.pseudonyms, most=1)
        await reading.open()
        ended = [0, 0, 0]
        try:
            expected = {partner: await told(reading, partner) for partner in PARTNERS}
            assert len({repr(each) for each in expected.values()}) > len(PARTNERS) // 2

            async def come_in(partner: PartnerId) -> None:
                assert await told(reading, partner) == expected[partner]
                ended[0] += 1

            async def fail(partner: PartnerId) -> None:
                with acting_for(partner), pytest.raises(psycopg.errors.DivisionByZero):
                    await reading._rows("select number / 0 from share.entries union select 1 / 0")
                ended[1] += 1

            async def called_off(work: Awaitable[None]) -> None:
                going = asyncio.ensure_future(work)
                await asyncio.sleep(chance.random() * 0.02)
                ended[2] += going.cancel()
                await asyncio.gather(going, return_exceptions=True)

            for _ in range(12):
                await asyncio.gather(
                    *(come_in(chance.choice(PARTNERS)) for _ in range(10)),
                    *(fail(chance.choice(PARTNERS)) for _ in range(3)),
                    *(called_off(come_in(chance.choice(PARTNERS))) for _ in range(6)),
                    *(called_off(slowly(reading, chance.choice(PARTNERS))) for _ in range(2)),
                )
            assert await told(reading, WIGG) == expected[WIGG]
            async with reading._pool.connection() as shared:
                left = await shared.execute("select current_setting('throughcare.partner', true)")
                assert await left.fetchone() in ((None,), ("",)), "nothing is carried on"
            assert await reading._rows("select count(*) from share.entries") == [(0,)]
        finally:
            await reading.close()
        return ended[0], ended[1], ended[2]

    served, failed, called_off = asyncio.run(asking())
    assert served >= 12 * 10
    assert failed == 12 * 3
    assert called_off > 12


async def told(reading: Reading, partner: PartnerId) -> list[Any]:
    """What a partner reads, and whose rows a forgotten condition would have given it."""
    with acting_for(partner):
        whose = await reading._rows(
            "select partner from share.entries union select partner from views.caseload"
        )
        assert whose in ([], [(partner,)])
        return [
            await reading.entries(partner, after=0, limit=1000),
            (await reading.caseload(partner, limit=100)).rows,
            (await reading.referrals(partner, part="received")).rows,
            await reading.newest(partner),
        ]


async def slowly(reading: Reading, partner: PartnerId) -> None:
    with acting_for(partner):
        await reading._rows("select pg_sleep(0.05) from share.entries limit 1")


def test_a_plan_that_was_prepared_for_one_partner_serves_the_next_its_own(week: Place) -> None:
    with week.database.connect(schema.SERVE) as connection:
        connection.execute("set plan_cache_mode = force_generic_plan")
        for turn in range(30):
            partner = PARTNERS[turn % len(PARTNERS)]
            with connection.transaction():
                connection.execute(
                    "select set_config('throughcare.partner', %s, true)", [str(partner)]
                )
                whose = connection.execute(
                    "select distinct partner from share.entries where number > %s",
                    [0],
                    prepare=True,
                ).fetchall()
            assert whose in ([], [(partner,)])


def test_whose_rows_are_read_is_said_in_one_place_and_for_one_transaction() -> None:
    root = Path(__file__).parents[2]
    said = {
        str(path.relative_to(root)): SAID.findall(text)
        for folder in ("domain", "projections", "api", "consumers", "deploy")
        for path in (root / folder).rglob("*.*")
        if path.suffix in (".py", ".sql") and (text := path.read_text("utf-8").lower())
    }
    found = {path: each for path, each in said.items() if each}
    assert found == {"projections/behalf.py": ["set_config('throughcare.partner', %s, true)"]}


FAR_IN = {
    "partner": WIGG,
    "urgency": 7,
    "waiting": "infinity",
    "subject": UUID(int=1),
    "after": UUID(int=2),
    "part": "received",
    "made": "2026-03-02T09:00:00Z",
    "referral": UUID(int=3),
    "status": [],
    "states": [],
    "complexity": [],
    "name": "%",
    "limit": 20,
}
"""Where a page goes on, and all else that the statements of pages ask for."""


@pytest.mark.parametrize(
    ("noun", "page"),
    [
        ("caseload", "page_by_urgency"),
        ("caseload", "page_by_complexity"),
        ("caseload", "page_by_name"),
        ("caseload", "page_of_names"),
        ("referrals", "page"),
    ],
)
def test_a_page_far_into_a_list_is_searched_for_behind_the_wall(
    crowded: Database, noun: str, page: str
) -> None:
    """Whose rows and where to go on are both in the index: the rows before are never read."""
    with crowded.connect(schema.SERVE) as connection, connection.transaction():
        connection.execute("select set_config('throughcare.partner', %s, true)", [str(WIGG)])
        connection.execute("set local enable_seqscan = off")
        connection.execute("set local enable_bitmapscan = off")
        plan = "\n".join(
            line
            for (line,) in connection.execute(
                "explain (costs off) " + statements(noun)[page], FAR_IN
            )
        )
    assert re.search(r"Index Cond: \(\(partner = .*ROW\(.*\) > ROW\(", plan), plan


def test_whom_to_discuss_is_found_without_reading_the_caseload(crowded: Database) -> None:
    """Each reason is searched for by an index of its own, behind the wall."""
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    asked = {
        "partner": WIGG,
        "urgent": [0, 1],
        "waiting": long_ago,
        "unimproved": long_ago,
        "before": None,
        "most": 50,
        "held": 200,
    }
    with crowded.connect(schema.SERVE) as connection, connection.transaction():
        connection.execute("select set_config('throughcare.partner', %s, true)", [str(WIGG)])
        explained = "explain (costs off) " + statements("caseload")["to_discuss"]
        plan = "\n".join(line for (line,) in connection.execute(explained, asked))
    assert "Seq Scan" not in plan, plan
    for index in ("urgency", "waiting", "unimproved", "unseen_by_complexity", "unseen"):
        assert re.search(rf"Index.* Scan .*caseload_(by_)?{index}\b", plan), plan


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("unimproved", "caseload_unimproved"),
        ("coming", "meetings_by_time"),
        ("undone", "agreed_by_day"),
        ("turned_back", "referrals_turned_back"),
    ],
)
def test_what_to_learn_from_is_searched_for_behind_the_wall(
    crowded: Database, question: str, index: str
) -> None:
    asked = learning.to_look_for(WIGG, datetime(2026, 3, 2, 9, tzinfo=UTC))
    with crowded.connect(schema.SERVE) as connection, connection.transaction():
        connection.execute("select set_config('throughcare.partner', %s, true)", [str(WIGG)])
        connection.execute("set local enable_seqscan = off")
        explained = "explain (costs off) " + statements("learning")[question]
        plan = "\n".join(line for (line,) in connection.execute(explained, asked))
    assert re.search(rf"Index.* Scan .*{index}\b.*\n.*Index Cond: .*partner = .* AND ", plan), plan


@pytest.fixture(scope="module")
def crowded(server: Embedded) -> Iterator[Database]:
    """Many rows of many partners, and of this one."""
    partners = [[uuid4() for _ in range(20)] + [WIGG]]
    with made(server) as database:
        with database.connect("postgres") as filling:
            filling.execute(
                "insert into views.caseload (partner, subject, name, status, urgency, complexity, "
                "content) select p, gen_random_uuid(), n::text, 'held', n %% 16, 3, '' "
                "from unnest(%s::uuid[]) as p, generate_series(1, 2000) as n",
                partners,
            )
            filling.execute(
                "insert into views.referrals (partner, referral, subject, part, state, urgency, "
                "made_at, content) select p, gen_random_uuid(), gen_random_uuid(), 'received', "
                "'waiting', n %% 3, '2026-03-02', '' "
                "from unnest(%s::uuid[]) as p, generate_series(1, 2000) as n",
                partners,
            )
            filling.execute("analyze views.caseload, views.referrals")
        yield database


OF_PARTNER = """
select p.polrelid::regclass::text from pg_policy as p
where p.polname = 'of_partner' order by 1
"""
WITH_PARTNER = {
    "share.entries",
    "share.subjects",
    "views.agreed",
    "views.caseload",
    "views.caseload_changes",
    "views.caseload_counts",
    "views.caseload_versions",
    "views.feedback",
    "views.groups",
    "views.meetings",
    "views.referrals_counts",
    "views.referrals",
    "views.unmet",
}
