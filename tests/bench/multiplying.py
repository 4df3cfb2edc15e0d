"""One small history made into a large one by PostgreSQL: the same lives, as if of other people.

What is multiplied stands in every table and index as what was lived would: other people, other
streams, the positions and numbers that follow. It can be counted, listed and gone past; it cannot
be opened, for what it holds is sealed for somebody else. What is opened was lived before or after.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import LiteralString, cast
from uuid import UUID

from psycopg import Connection, sql

SCHEMAS = ("log", "share", "views", "keys")
OF_THE_PLACE = frozenset(
    {
        "share.parked",
        "views.closed",
        "views.directory",
        "views.gone",
        "views.matches",
        "views.parked_persons",
        "views.training",
        "views.training_attended",
    }
)
"""Tables with somebody's or something's id that more people do not make larger. (Matches would; but
nobody here is like another.) A table without such an id is the place's in any case."""

COUNTED: dict[str, LiteralString] = {
    "views.caseload_counts": """
        insert into views.caseload_counts (partner, status, people)
        select partner, status, count(*) from views.caseload group by partner, status""",
    "views.referral_counts": """
        insert into views.referral_counts (partner, part, state, referrals)
        select partner, part, state, count(*) from views.referrals group by partner, part, state""",
    "views.caseload_changes": """
        insert into views.caseload_changes (partner, span, bucket, urgency, many)
        select v.partner, s.span, c.position >> (5 * s.span), v.urgency, sum(c.many)
        from views.caseload_versions as v
        cross join lateral (values (v.known_from, 1), (v.known_until, -1)) as c (position, many)
        cross join generate_series(0, 5) as s (span)
        where c.position < 9223372036854775807
        group by 1, 2, 3, 4 having sum(c.many) <> 0""",
}
"""Tables that say what can be counted in others: they are counted again."""

VERSIONS = frozenset({"views.caseload_versions", "views.referrals_versions"})

WHO_HELPS = frozenset(
    {"partner", "organisation", "practitioner", "responsible", "service", "practice", "holder"}
)
"""Columns with the ids of who helps; every other id is of whom, and of what is done for them."""

POSITIONS = frozenset({"position", "since", "known_from", "known_until", "met_position"})
NEVER = 2**63 - 1
"""In a position: until further notice."""


@dataclass(frozen=True)
class Column:
    """A column of a table that is multiplied."""

    name: str
    type: str

    @property
    def is_somebodys(self) -> bool:
        """Whether it is the id of a person, or of something of theirs."""
        return self.type == "uuid" and self.name not in WHO_HELPS

    def copied(self, table: str, ids: Iterable[Column]) -> sql.Composable:
        """What stands in it of another: ``b`` is the row lived, ``c`` says which copy it is of."""
        own = sql.SQL("b.{}").format(sql.Identifier(self.name))
        if self.is_somebodys:
            return _somebody(own)
        if self.type == "bigint" and self.name in POSITIONS:
            later = "case when {0} < {1} then {0} + c.copy * c.facts else {0} end"
            return sql.SQL(later).format(own, sql.Literal(NEVER))
        if (table, self.name) == ("share.entries", "number"):
            return sql.SQL("{} + c.copy * n.entries").format(own)
        if self.name == "recorded_at":
            # A microsecond a fact, all of them in the past once they are written.
            return sql.SQL(
                "c.lived_until + (b.position + c.copy * c.facts - c.before) * interval '1 us'"
            )
        if self.name == "blind":
            return sql.SQL("sha256({} || int8send(c.copy))").format(own)
        if self.name == "content":
            return _renamed(own, ids)
        return own


def _somebody(column: sql.Composable) -> sql.Composable:
    return sql.SQL("md5({}::text || c.copy)::uuid").format(column)


def _renamed(content: sql.Composable, ids: Iterable[Column]) -> sql.Composable:
    """JSON with this row's ids in it as they are now; what is packed stays as it is."""
    text: sql.Composable = sql.SQL("convert_from({}, 'UTF8')").format(content)
    for each in ids:
        was = sql.SQL("b.{}").format(sql.Identifier(each.name))
        text = sql.SQL("replace({}, {}::text, {}::text)").format(text, was, _somebody(was))
    return sql.SQL(
        "case when substr({0}, 1, 1) = '{{'::bytea then convert_to({1}, 'UTF8') else {0} end"
    ).format(content, text)


@dataclass(frozen=True)
class Lived:
    """A history to multiply, kept aside as it was lived; its facts follow ``before``."""

    before: int
    facts: int

    def multiply(
        self, admin: Connection, first: int, last: int, *, asked: UUID | None = None
    ) -> Iterator[int]:
        """Write these copies of it; the newest position after each.

        With ``asked``, a partner, they take less room and time: entries are without the bytes that
        nobody could open, versions are this partner's alone, and indexes are made at the end.
        """
        tables = [table for table in _tables(admin) if _kept(admin, table)]
        admin.execute("set synchronous_commit = off")
        indexes: list[LiteralString] = []
        if asked:
            admin.execute("update bench.share_entries set state = ''")
            for table in VERSIONS & set(tables):
                others = sql.SQL("delete from {} where partner <> %s").format(_aside(table))
                admin.execute(others, [asked])
            indexes = _without_indexes(admin, tables)
        for copy in range(first, last + 1):
            with admin.transaction():
                admin.execute("update bench.lived set copy = %s", [copy])
                for table in tables:
                    _copy(admin, table)
                reached = self.before + self.facts * (copy + 1)
                _move(admin, reached)
            yield reached
        admin.execute("set maintenance_work_mem = '1GB'")
        for index in indexes:
            admin.execute(index)
        with admin.transaction():
            for table, count in COUNTED.items():
                if _exists(admin, table):
                    admin.execute(sql.SQL("truncate {}").format(_named(table)))
                    admin.execute(count)
        admin.execute("vacuum (analyze)")
        admin.execute("checkpoint")


def lived(admin: Connection, before: int) -> Lived:
    """What was lived after this position and folded, with all that became of it, kept aside."""
    row = admin.execute("select position, recorded_at from log.head").fetchone()
    assert row is not None
    admin.execute("create schema bench")
    admin.execute(
        "create table bench.lived as select 0 as copy, %s::bigint as before, %s::bigint as facts, "
        "%s::timestamptz as lived_until",
        [before, row[0] - before, row[1]],
    )
    for table in _tables(admin):
        aside = sql.SQL("create table {} as select * from {}").format(_aside(table), _named(table))
        if "position" in {column.name for column in _columns(admin, table)}:
            aside = sql.SQL("{} where position > {}").format(aside, sql.Literal(before))
        admin.execute(aside)
    admin.execute(
        "create table bench.told as select partner, count(*) as entries "
        "from bench.share_entries group by partner"
    )
    return Lived(before, row[0] - before)


def known(admin: Connection) -> Lived | None:
    """What was kept aside in this database before, if anything was."""
    if not _exists(admin, "bench.lived"):
        return None
    row = admin.execute("select before, facts from bench.lived").fetchone()
    assert row is not None
    return Lived(*row)


def _copy(admin: Connection, table: str) -> None:
    columns = _columns(admin, table)
    ids = [column for column in columns if column.is_somebodys]
    told = (
        sql.SQL("join bench.told as n using (partner)") if table == "share.entries" else sql.SQL("")
    )
    admin.execute(
        sql.SQL("insert into {} ({}) select {} from bench.lived as c, {} as b {}").format(
            _named(table),
            sql.SQL(", ").join(sql.Identifier(column.name) for column in columns),
            sql.SQL(", ").join(column.copied(table, ids) for column in columns),
            _aside(table),
            told,
        )
    )


def _move(admin: Connection, reached: int) -> None:
    """What is written is recorded, told and folded."""
    admin.execute(
        "update log.head set position = %(reached)s, recorded_at = lived_until "
        "+ (%(reached)s - before) * interval '1 us' from bench.lived",
        {"reached": reached},
    )
    admin.execute(
        "update share.partners as p set number = p.number + t.entries "
        "from bench.told as t where t.partner = p.partner"
    )
    admin.execute("update views.positions set position = %s", [reached])


def _tables(admin: Connection) -> list[str]:
    rows = admin.execute(
        "select schemaname || '.' || tablename from pg_tables "
        "where schemaname = any(%s) order by 1",
        [list(SCHEMAS)],
    ).fetchall()
    named = (name for (name,) in rows if name not in OF_THE_PLACE and name not in COUNTED)
    return [name for name in named if any(c.is_somebodys for c in _columns(admin, name))]


def _columns(admin: Connection, table: str) -> list[Column]:
    """The columns that are written; what is generated from others is left to PostgreSQL."""
    rows = admin.execute(
        "select attname, format_type(atttypid, null) from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 and not attisdropped and attgenerated = '' "
        "order by attnum",
        [table],
    ).fetchall()
    return [Column(name, kind) for name, kind in rows]


def _kept(admin: Connection, table: str) -> bool:
    row = admin.execute(sql.SQL("select exists (select from {})").format(_aside(table))).fetchone()
    return bool(row and row[0])


def _without_indexes(admin: Connection, tables: Iterable[str]) -> list[LiteralString]:
    """Drop the indexes that guard nothing; the statements that make them again."""
    rows = admin.execute(
        "select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) from pg_index as i "
        "where i.indrelid = any(%s::regclass[]) and not i.indisunique",
        [list(tables)],
    ).fetchall()
    for name, _ in rows:
        admin.execute(sql.SQL("drop index {}").format(_named(name)))
    return [definition for _, definition in rows]


def _exists(admin: Connection, table: str) -> bool:
    row = admin.execute("select to_regclass(%s) is not null", [table]).fetchone()
    return bool(row and row[0])


def _named(table: str) -> sql.Identifier:
    return sql.Identifier(*cast("tuple[str, str]", tuple(table.split("."))))


def _aside(table: str) -> sql.Identifier:
    return sql.Identifier("bench", table.replace(".", "_"))
