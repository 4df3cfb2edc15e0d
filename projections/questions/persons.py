"""Persons: a partner's caseload and each record in it, now or as at an earlier moment.

It refuses to know anybody the partner was not told of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from domain.kernel import Category
from domain.policies.roles import WHOLE, Sight
from domain.vocabulary import PartnerId
from projections import clocks, earlier, looking, paging, record
from projections.directory import meant
from projections.entries import Entry
from projections.keys import PersonKeys
from projections.moments import NOW, When
from projections.paging import Page
from projections.pseudonyms import Pseudonyms
from projections.questions.share import SHARE
from projections.questions.versions import Asked, VersionQuestions
from projections.record import links
from projections.sight import row as seen_row
from projections.statements import statements
from projections.writing import WrittenPage, WrittenRows

CASELOAD = statements("caseload")
ERASURES = statements("erasures")


class PersonQuestions(VersionQuestions):
    """Whom a partner helps or helped, and what it may know of each."""

    def __init__(
        self, dsn: str, keys: PersonKeys, pseudonyms: Pseudonyms, *, most: int = 8
    ) -> None:
        super().__init__(dsn, keys, pseudonyms, most=most)
        self._written = WrittenRows()

    async def caseload(
        self,
        partner: PartnerId,
        *,
        status: Sequence[str] = (),
        complexity: Sequence[str] = (),
        query: str = "",
        sort: str = "urgency",
        after: str | None = None,
        limit: int = 50,
        when: When = NOW,
        sight: Sight = WHOLE,
    ) -> Page:
        """A page of the partner's caseload: most urgent first, by complexity, or by name.

        Whose sight is narrow gets it by name alone: any other order tells what they do not see.
        """
        if query:
            looking.note_search()
        if not sight.whole:
            return await self._by_sight(partner, sight, query, after, limit, when)
        if not when.now:
            before = Asked(status, complexity, query, sort, after, limit)
            then = await self._then(partner, before, when)
            looking.note_rows(partner, then.rows)
            return then
        rows, counts = await self._page(partner, status, complexity, query, sort, after, limit)
        page = [_with_actions(orjson.loads(row[-1])) for row in rows[:limit]]
        linked = await self.linked(partner, page)
        shown = list(links.once(page, linked, status, query, record.urgency))
        looking.note_rows(partner, shown)
        return Page(
            rows=shown,
            next=paging.following([row[1:] for row in rows] if sort == "name" else rows, limit),
            counts=counts,
            total=_total(counts),
        )

    async def written_caseload(
        self,
        partner: PartnerId,
        *,
        status: Sequence[str] = (),
        complexity: Sequence[str] = (),
        sort: str = "urgency",
        after: str | None = None,
        limit: int = 50,
        coded: bool = True,
    ) -> WrittenPage:
        """The same page as it is now, to be answered as it is; ``coded``: with how complex it is.

        Nobody is read from it: it shows all that it holds, and so everybody in it was looked at.
        """
        rows, counts = await self._page(partner, status, complexity, "", sort, after, limit)
        written = [
            self._written.row(partner, row[-2], row[-1], coded=coded, shown=_shown)
            for row in rows[:limit]
        ]
        following = paging.following([row[1:] for row in rows] if sort == "name" else rows, limit)
        if any(row.linked for row in written):
            page = [_shown(row.content, coded) for row in written]
            linked = await self.linked(partner, page)
            once = list(links.once(page, linked, status, "", record.urgency))
            looking.note_rows(partner, once)
            answered = [orjson.dumps(row) for row in once]
        else:
            looking.note_all(partner, [row[-2] for row in rows[:limit]])
            answered = [row.answered for row in written]
        return WrittenPage(answered, following, counts, _total(counts))

    async def _page(
        self,
        partner: PartnerId,
        status: Sequence[str],
        complexity: Sequence[str],
        query: str,
        sort: str,
        after: str | None,
        limit: int,
    ) -> tuple[list[Any], dict[str, int]]:
        """The rows of a page, each ending with its id and content, and how many stand where."""
        asked: dict[str, Any] = {
            "partner": partner,
            "status": list(status),
            "complexity": record.ranks(complexity),
            "name": f"%{paging.literal(query)}%",
            "limit": limit + 1,
        }
        if sort == "name":
            asked |= {"after": paging.by_name(after)}
        else:
            urgency, waiting, subject = paging.by_urgency(after)
            asked |= {"urgency": urgency, "waiting": waiting, "subject": subject}
        rows, counts = await self._rows_of(
            (CASELOAD[f"page_by_{sort}"], asked), (CASELOAD["counts"], (partner,))
        )
        return rows, dict(counts)

    async def _then(self, partner: PartnerId, asked: Asked, when: When) -> Page:
        """A page of an earlier moment: from what is kept of then, or else folded anew."""
        if (position := await self.kept_at(when)) is not None:
            return await self._caseload_then(partner, position, asked)
        told = await self._told(partner, when)
        return await asyncio.to_thread(
            earlier.caseload,
            told,
            status=asked.status,
            complexity=asked.complexity,
            query=asked.query,
            sort=asked.sort,
            after=asked.after,
            limit=asked.limit,
        )

    async def _by_sight(
        self,
        partner: PartnerId,
        sight: Sight,
        query: str,
        after: str | None,
        limit: int,
        when: When,
    ) -> Page:
        """A page by name, each record folded from what is seen; nothing is counted."""
        if Category.IDENTITY not in sight.categories:
            return Page(rows=[], next=None, counts={}, total=0)
        rows = await self._rows(
            CASELOAD["page_of_names"],
            {
                "partner": partner,
                "name": f"%{paging.literal(query)}%",
                "after": paging.by_name(after),
                "limit": limit + 1,
            },
        )
        found = await self._rows(
            SHARE["of_subjects"],
            partner,
            [subject for subject, _ in rows[:limit]],
        )
        told: dict[UUID, list[Entry]] = {subject: [] for subject, _ in rows[:limit]}
        for entry in await self._known(found, when):
            assert entry.subject is not None
            told[entry.subject].append(entry)
        seen = (seen_row(entries, sight) for entries in told.values())
        shown = [row for row in seen if row is not None]
        looking.note_rows(partner, shown)
        return Page(
            rows=shown,
            next=paging.following(rows, limit),
            counts={},
            total=0,
        )

    async def linked(
        self, partner: PartnerId, rows: Iterable[dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        """These rows and those of every record linked to them, by the partner's ids."""
        found = {row["person"]: row for row in rows}
        while ahead := {o for row in found.values() for o in row.get("linked", ())} - found.keys():
            more = await self._rows(CASELOAD["rows"], [partner] * len(ahead), [*map(UUID, ahead)])
            if not more:
                break
            found |= {str(subject): orjson.loads(content) for _, subject, content in more}
        return found

    async def record(
        self, partner: PartnerId, subject: UUID, when: When = NOW, *, sight: Sight = WHOLE
    ) -> dict[str, Any] | None:
        """One person's record as the partner may know it, as far as the sight goes."""
        if not sight.whole:
            return seen_row(await self.history(partner, subject, when), sight)
        if when.now:
            rows = await self._rows(CASELOAD["one"], partner, subject)
            if not rows:
                return None
            looking.note(partner, subject)
            row = _with_actions(orjson.loads(rows[0][0]))
            if row.get("emergencies"):
                looking.note_emergency()
            return row
        then = record.folded(await self.history(partner, subject, when))
        if then is not None and "name" not in then:
            for order, at in await self._rows(ERASURES["under"], subject):
                then["erased"] = {"order": order, "at": at.isoformat()}
        return then

    async def names(self, partner: PartnerId, subjects: Iterable[UUID]) -> dict[UUID, str]:
        """Names alone: nobody is noted as looked at. Who shows one notes them, or compares only."""
        return dict(await self._rows(CASELOAD["names"], partner, list(subjects)))

    async def clocks(
        self, partner: PartnerId, subject: UUID, when: When, *, now: datetime
    ) -> list[dict[str, Any]]:
        """Where the person's waiting-time clocks stand, on what the partner was told by then."""
        told = await self.history(partner, subject, when)
        at = when.as_of or (when.as_at if isinstance(when.as_at, datetime) else now)
        if isinstance(when.as_at, int) and when.as_of is None:
            at = max((entry.recorded_at for entry in told), default=now)
        return clocks.running(told, await self.directory(), partner, at=at)


def _total(counts: Mapping[str, int]) -> int:
    return sum(n for name, n in counts.items() if name != "past")


def _shown(content: bytes, coded: bool) -> dict[str, Any]:
    """A row as it is answered, with what may be done next."""
    row = _with_actions(orjson.loads(content))
    row["actions"] = meant(row["actions"], coded)
    return row


def _with_actions(row: dict[str, Any]) -> dict[str, Any]:
    row["actions"] = record.pathway.actions(row) + record.plan.actions(row)
    for worry in row.get("concerns", {}).values():
        worry["actions"] = record.concern.actions(worry, row["partner"])
    me = row["partner"]
    for each in (row.get("carers") or {}).values():
        each["actions"] = record.carer.carers_actions(each, me)
    for each in (row.get("carers_register") or {}).values():
        each["actions"] = record.carer.actions(each, me)
    if care := row.get("shared_care"):
        care["actions"] = record.shared_care.actions(care, me)
    return row
