"""The audit's reads: who looked, and who was told what kind of thing; ids and times, no content.

It reads as a role that may see no record, and refuses to know anybody's name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.policies.looking import A_FEW, Seen
from domain.vocabulary import PartnerId, PersonId, PractitionerId
from projections.looking import Kind
from projections.pseudonyms import Pseudonyms
from projections.statements import statements

SQL = statements("audit")

LAST = 2**62
"""A number after every look."""

AT_MOST = 200_000
"""Looks that are searched for unusual ones, the newest first."""

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """One look as it is kept. Of a list the ``persons`` are counted in ``many`` and not named."""

    number: int
    at: datetime
    kind: Kind
    organisation: PartnerId
    practitioner: PractitionerId | None
    account: str | None
    role: str
    purpose: str
    route: str
    request: UUID
    position: int | None
    first: int | None
    last: int | None
    read_for: PartnerId | None
    many: int
    persons: tuple[PersonId, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """How often one partner was told one type of thing of a person, and when first and last."""

    partner: PartnerId
    type: str
    first: datetime
    last: datetime
    times: int


class Audit:
    """The audit's questions over its own connections. Open it before use and close it after."""

    def __init__(self, dsn: str, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
            dsn,
            kwargs={"autocommit": True, "connect_timeout": 2},
            min_size=0,
            max_size=2,
            timeout=2.0,
            open=False,
        )

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    async def looks(
        self,
        *,
        organisation: PartnerId | None,
        person: PersonId | None = None,
        practitioner: PractitionerId | None = None,
        since: datetime,
        until: datetime,
        before: int = LAST,
        limit: int = 50,
    ) -> list[Kept]:
        """Looks from the newest back; ``organisation`` keeps those that were for it."""
        asked = {
            "organisation": organisation,
            "person": person,
            "practitioner": practitioner,
            "since": since,
            "until": until,
            "before": before,
            "limit": limit,
        }
        if person:
            rows = await self._rows(SQL["of_person"], asked)
        elif practitioner:
            rows = await self._rows(SQL["of_practitioner"], asked)
        elif organisation:
            rows = await self._rows(SQL["of_organisation"], asked)
        else:
            rows = await self._rows(SQL["of_everybody"], asked)
        return [_kept(row) for row in rows]

    async def seen(
        self, *, organisation: PartnerId | None, since: datetime, until: datetime
    ) -> list[Seen]:
        """Every look of a practitioner in this time, as the patterns want it."""
        rows = await self._rows(
            SQL["seen"],
            {
                "organisation": organisation,
                "since": since,
                "until": until,
                "few": A_FEW,
                "limit": AT_MOST,
            },
        )
        return [
            Seen(at, practitioner, of, persons, kind == Kind.SEARCH, kind == Kind.EMERGENCY)
            for at, practitioner, of, kind, persons in rows
        ]

    async def told_last(
        self, pairs: Collection[tuple[PartnerId, PersonId]]
    ) -> dict[tuple[PartnerId, PersonId], datetime]:
        """When each organisation whose help to a person is over was last told of them."""
        whose = {(p, self._pseudonyms.of(p, person)): (p, person) for p, person in pairs}
        partners, subjects = [p for p, _ in whose], [subject for _, subject in whose]
        rows = await self._rows(SQL["told_last"], (partners, subjects))
        return {whose[partner, subject]: last for partner, subject, last in rows if last}

    async def told_of(self, person: PersonId) -> list[Told]:
        """What types of thing each partner was told of a person, and when."""
        return [Told(*row) for row in await self._rows(SQL["told_of"], (person,))]

    async def acknowledged(self, person: PersonId) -> dict[PartnerId, datetime | None]:
        """When each partner said that it removed what was last withdrawn of a person, if it did."""
        return dict(await self._rows(SQL["acknowledged"], (person,)))

    async def circle(self, person: PersonId) -> dict[str, Any]:
        """Who is involved with a person and on which basis, by ids."""
        rows = await self._rows(SQL["circle"], (person,))
        found: dict[str, Any] = orjson.loads(rows[0][0]) if rows else {}
        return found

    async def _rows(self, statement: str, asked: dict[str, Any] | Sequence[Any]) -> list[Row]:
        async with self._pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(statement, asked)
            return await cursor.fetchall()


def _kept(row: Row) -> Kept:
    *told, persons = row
    number, at, kind, *who = told
    named = tuple(persons) if len(persons) <= A_FEW else ()
    return Kept(number, at, Kind(kind), *who, len(persons), named)  # type: ignore[call-arg]
