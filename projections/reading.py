"""Everything a partner may read, always for one partner; there is no question without one.

It reads what was folded from that partner's share, now or as at an earlier moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

import orjson
import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.policies.days import local_date
from domain.policies.friends_and_family import month_of
from domain.policies.matching import Known
from domain.vocabulary import PartnerId, PartnerKind, PersonId
from projections import (
    agreed,
    clocks,
    directory,
    earlier,
    feedback,
    groups,
    meetings,
    paging,
    record,
    referrals,
    suggestions,
    training,
    unmet,
)
from projections.directory import Directory
from projections.entries import Entry, opened
from projections.keys import PersonKeys
from projections.matching import blinded
from projections.paging import NoSuchPage as NoSuchPage
from projections.paging import Page as Page
from projections.pseudonyms import Pseudonyms
from projections.record import links
from projections.statements import statements

CASELOAD = statements("caseload")
REFERRALS = statements("referrals")
MEETINGS = statements("meetings")
AGREED = statements("agreed")
GROUPS = statements("groups")
FEEDBACK = statements("feedback")
TRAINING = statements("training")
MATCHING = statements("matching")
SHARE = statements("share")
ENGINE = statements("engine")
DIRECTORY = statements("directory")
LOG = statements("log")
UNMET = statements("unmet")

KEEP_ALIVE = 15.0
"""Seconds after which a live stream looks for entries without having heard of any."""


@dataclass(frozen=True, slots=True)
class When:
    """The moment a read is asked for: what was known (``as_at``), what was true (``as_of``)."""

    as_at: int | datetime | None = None
    as_of: datetime | None = None

    @property
    def now(self) -> bool:
        return self.as_at is None and self.as_of is None


NOW = When()


class Reading:
    """The reads of one process. Open it before use and close it after."""

    def __init__(self, dsn: str, keys: PersonKeys, pseudonyms: Pseudonyms) -> None:
        self._dsn, self._keys, self.pseudonyms = dsn, keys, pseudonyms
        self._pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
            dsn,
            kwargs={"autocommit": True, "connect_timeout": 2},
            min_size=1,
            max_size=8,
            timeout=2.0,
            open=False,
        )
        self._moved = asyncio.Condition()
        self._word = 0  # how often word of new entries came: none is missed between look and wait
        self._listening: asyncio.Task[None] | None = None
        self._directory: tuple[int, Directory] = (-1, Directory())

    async def open(self) -> None:
        """Connect, and listen for word of new entries."""
        await self._pool.open()
        self._listening = asyncio.create_task(self._listen())

    async def close(self) -> None:
        """Let go of every connection; live streams end."""
        if self._listening:
            self._listening.cancel()
            with suppress(asyncio.CancelledError):
                await self._listening
        await self._pool.close()

    # Moments

    async def head(self) -> int:
        """The position of the newest fact in the log."""
        ((position,),) = await self._rows(LOG["head"])
        return int(position)

    async def positions(self) -> dict[str, tuple[int, float]]:
        """Each view's position and how many seconds it is behind the log."""
        rows = await self._rows(ENGINE["positions"])
        return {name: (position, lag) for name, position, lag in rows}

    async def reached(self, position: int, within: float) -> bool:
        """Wait until the views show this position; whether they do, ``within`` seconds."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            rows = await self._rows(ENGINE["behind"], ["caseload"])
            if all(at >= position for _, at in rows):
                return True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await self._wait(min(left, 0.05), self._word)

    async def position(self, when: When) -> int:
        """The log position a moment means: that of the views now, or the last one known then."""
        ((_, reached),) = await self._rows(ENGINE["behind"], ["caseload"])
        if isinstance(when.as_at, int):
            return min(when.as_at, int(reached))
        if when.as_at is None:
            return int(reached)
        rows = await self._rows(ENGINE["at_time"], when.as_at)
        return min(int(rows[0][0]), int(reached)) if rows else 0

    # Persons

    async def person_of(self, partner: PartnerId, subject: UUID) -> PersonId | None:
        """Whose id this is for the partner; ``None`` for a person it was never told of."""
        rows = await self._rows(SHARE["person_of"], partner, subject)
        return PersonId(rows[0][0]) if rows else None

    async def alike(self, told: Known) -> list[PersonId]:
        """Whom these details may be of: few of many, looked up by blinded keys."""
        blinds = blinded(told, self.pseudonyms)
        rows = await self._rows(MATCHING["alike"], list(blinds))
        return sorted({PersonId(person) for _, person in rows})

    async def only_said(self, partner: PartnerId, person: PersonId) -> bool:
        """Whether a partner made this person known again, and knows what it said itself alone."""
        rows = await self._rows(SHARE["acquainted"], str(partner), person)
        return bool(rows and rows[0][0])

    async def matches(
        self, partner: PartnerId, states: Sequence[str], *, match: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Records that may be one person's, of those the partner is involved with both of."""
        asked = {"partner": partner, "states": list(states), "match": match}
        found = []
        for which, one, other, verdict, state, since, *rows in await self._rows(
            MATCHING["known_to"], asked
        ):
            shown = [orjson.loads(row) for row in rows]
            if not any(row["withdrawn"] or row["ended"] for row in shown):
                found.append(
                    {
                        "id": str(which),
                        "verdict": verdict,
                        "state": state,
                        "since": since.isoformat(),
                        "persons": (PersonId(one), PersonId(other)),
                        "rows": shown,
                    }
                )
        return found

    async def every_match(
        self, states: Sequence[str], *, match: UUID | None = None
    ) -> list[dict[str, Any]]:
        """Records that may be one person's, for who looks after the records of the place."""
        asked = {"states": list(states), "match": match}
        return [
            {
                "id": str(which),
                "verdict": verdict,
                "state": state,
                "since": since.isoformat(),
                "persons": (PersonId(one), PersonId(other)),
            }
            for which, one, other, verdict, state, since in await self._rows(MATCHING["all"], asked)
        ]

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
    ) -> Page:
        """A page of the partner's caseload: most urgent first, by complexity, or by name."""
        if not when.now:
            told = await self._told(partner, when)
            return await asyncio.to_thread(
                earlier.caseload,
                told,
                status=status,
                complexity=complexity,
                query=query,
                sort=sort,
                after=after,
                limit=limit,
            )
        asked: dict[str, Any] = {
            "partner": partner,
            "status": list(status),
            "complexity": record.ranks(complexity),
            "name": f"%{_literal(query)}%",
            "limit": limit + 1,
        }
        if sort == "name":
            asked |= {"after": paging.by_name(after)}
            rows = await self._rows(CASELOAD["page_by_name"], asked)
        else:
            urgency, waiting, subject = paging.by_urgency(after)
            asked |= {"urgency": urgency, "waiting": waiting, "subject": subject}
            rows = await self._rows(CASELOAD[f"page_by_{sort}"], asked)
        counts = dict(await self._rows(CASELOAD["counts"], partner))
        page = [_with_actions(orjson.loads(row[-1])) for row in rows[:limit]]
        linked = await self.linked(partner, page)
        return Page(
            rows=list(links.once(page, linked, status, query, record.urgency)),
            next=_next([row[1:] for row in rows] if sort == "name" else rows, limit),
            counts=counts,
            total=sum(n for name, n in counts.items() if name != "past"),
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
        self, partner: PartnerId, subject: UUID, when: When = NOW
    ) -> dict[str, Any] | None:
        """One person's record as the partner may know it."""
        if when.now:
            rows = await self._rows(CASELOAD["one"], partner, subject)
            return _with_actions(orjson.loads(rows[0][0])) if rows else None
        return record.folded(await self.history(partner, subject, when))

    async def history(self, partner: PartnerId, subject: UUID, when: When = NOW) -> list[Entry]:
        """What the partner was told of a person, oldest first."""
        rows = await self._rows(SHARE["of_subject"], partner, subject, await self.position(when))
        return _true_by(await self._opened(rows), when)

    async def clocks(
        self, partner: PartnerId, subject: UUID, when: When, *, now: datetime
    ) -> list[dict[str, Any]]:
        """Where the person's waiting-time clocks stand, on what the partner was told by then."""
        told = await self.history(partner, subject, when)
        at = when.as_of or (when.as_at if isinstance(when.as_at, datetime) else now)
        if isinstance(when.as_at, int) and when.as_of is None:
            at = max((entry.recorded_at for entry in told), default=now)
        return clocks.running(told, await self.directory(), partner, at=at)

    # Referrals and meetings

    async def referrals(
        self,
        partner: PartnerId,
        *,
        part: str,
        states: Sequence[str] = (),
        after: str | None = None,
        limit: int = 50,
        when: When = NOW,
    ) -> Page:
        """A page of the referrals the partner received or sent, most urgent and oldest first."""
        if not when.now:
            told = await self._told(partner, when)
            return await asyncio.to_thread(
                earlier.referred, told, part=part, states=states, after=after, limit=limit
            )
        urgency, made, referral = paging.by_urgency(after)
        found = await self._rows(
            REFERRALS["page"],
            {
                "partner": partner,
                "part": part,
                "states": list(states),
                "urgency": urgency,
                "made": made,
                "referral": referral,
                "limit": limit + 1,
            },
        )
        counts = dict(await self._rows(REFERRALS["counts"], partner, part))
        return Page(
            rows=[_named(content, name, partner) for _, _, _, content, name in found[:limit]],
            next=_next([row[:4] for row in found], limit),
            counts=counts,
            total=sum(counts.values()),
        )

    async def referral(
        self, partner: PartnerId, referral: UUID, when: When = NOW
    ) -> dict[str, Any] | None:
        """One referral as the partner may know it."""
        if when.now:
            rows = await self._rows(REFERRALS["one"], partner, referral)
            if not rows:
                return None
            found = _named(rows[0][0], rows[0][1], partner)
            if "appointments" in found["actions"] and await self._social_work(partner):
                found["actions"] = [*found["actions"], "work"]
            person = UUID(found["person"])
            of_person = await self._rows(REFERRALS["of_subjects"], [partner], [person])
            return referrals.with_earlier(found, (orjson.loads(each[2]) for each in of_person))
        told = await self._told(partner, when)
        known = referrals.folded(told)
        row = known.get(str(referral))
        if row is not None:
            referrals.with_earlier(row, known.values())
            of = [entry for entry in told if str(entry.subject) == row["person"]]
            if name := (record.folded(of) or {}).get("name"):
                row["name"] = name
        return row

    async def _social_work(self, partner: PartnerId) -> bool:
        """Whether a partner is a social work team, and so takes up social work."""
        known = (await self.directory()).partners.get(partner)
        return known is not None and known.kind is PartnerKind.SOCIAL_WORK

    async def meetings(self, partner: PartnerId, when: When = NOW) -> list[dict[str, Any]]:
        """The meetings the partner is invited to, newest first."""
        if when.now:
            found = await self._rows(MEETINGS["all"], partner)
            return [_may(orjson.loads(row), partner) for (row,) in found]
        folded = meetings.folded(await self._told(partner, when))
        known = [row for row in folded.values() if "starts_at" in row]
        return sorted(known, key=lambda row: str(row["starts_at"]), reverse=True)

    async def meeting(
        self, partner: PartnerId, meeting: UUID, when: When = NOW
    ) -> dict[str, Any] | None:
        """One meeting as the partner may know it."""
        if when.now:
            rows = await self._rows(MEETINGS["one"], partner, meeting)
            return _may(orjson.loads(rows[0][0]), partner) if rows else None
        row = meetings.folded(await self._told(partner, when)).get(str(meeting))
        return row if row and "starts_at" in row else None

    async def agreed(
        self,
        partner: PartnerId,
        kind: str,
        states: Sequence[str],
        *,
        mine: bool = False,
        limit: int = 200,
        when: When = NOW,
    ) -> list[dict[str, Any]]:
        """Actions or decisions, the first that are due first; ``mine`` leaves the partner's own."""
        owner = partner if mine else None
        if not when.now:
            told = await self._told(partner, when)
            names = {str(key): row.get("name") for key, row in earlier.records(told).items()}
            rows = agreed.chosen(agreed.folded(told).values(), kind, states, owner)
            return [_agreed(row, names.get(row["person"]), partner) for row in rows[:limit]]
        asked = {"partner": partner, "kind": kind, "states": list(states)}
        found = await self._rows(AGREED["all"], asked | {"owner": owner, "limit": limit})
        return [_agreed(orjson.loads(content), name, partner) for content, name in found]

    async def feedback(self, partner: PartnerId, today: date) -> list[dict[str, Any]]:
        """What was said of a partner's own services, by month, of the months that are over."""
        counts = await self._rows(FEEDBACK["counts"], partner, month_of(today))
        words = await self._rows(FEEDBACK["words"], partner, month_of(today))
        return feedback.months(counts, words)

    async def training(self, partner: PartnerId) -> list[dict[str, Any]]:
        """The sessions that were held, and who of a partner's own, or at its own, was there."""
        attended = await self._rows(TRAINING["attended"], partner, partner)
        return training.sessions(await self._rows(TRAINING["sessions"]), attended)

    async def training_owing(self, partner: PartnerId, today: date) -> list[dict[str, Any]]:
        """What each who works for a partner has still to attend, the first that is due first."""
        employer = (await self.directory()).partners.get(partner)
        if employer is None or employer.left:
            return []
        attended = await self._rows(TRAINING["attended"], partner, partner)
        return training.owing(employer, attended, today)

    async def action(self, partner: PartnerId, action: UUID) -> dict[str, Any] | None:
        """One action as the partner may know it."""
        rows = await self._rows(AGREED["one"], partner, action)
        row = orjson.loads(rows[0][0]) if rows else None
        return row if row and row["kind"] == agreed.ACTION else None

    async def suggestions(
        self, partner: PartnerId, meeting: dict[str, Any]
    ) -> list[suggestions.Suggested]:
        """Whom this partner might put on a meeting's list, and why; nobody once it is over."""
        if meeting["closed"] or "cases" not in meeting.get("actions", ()):
            return []
        way = (await self.directory()).way(local_date(datetime.fromisoformat(meeting["starts_at"])))
        others = await self.meetings(partner)
        rows = await self._rows(CASELOAD["held_open"], partner)
        return await asyncio.to_thread(
            lambda: suggestions.suggested(
                (orjson.loads(content) for (content,) in rows), meeting, others, way
            )
        )

    async def register(
        self, partner: PartnerId, programme: UUID, when: When = NOW
    ) -> list[dict[str, Any]]:
        """Who is, waits or was in a group of the partner's own, each with their sessions."""
        if not when.now:
            told = await self._told(partner, when)
            names = {str(key): row.get("name") for key, row in earlier.records(told).items()}
            places = groups.register(groups.folded(told), str(programme))
            named = [_place(place, names.get(place["person"])) for place in places]
            return sorted(named, key=lambda place: str(place.get("name")))
        rows = await self._rows(GROUPS["register"], partner, programme)
        return [_place(orjson.loads(content), name) for content, name in rows]

    # The share itself

    async def entries(self, partner: PartnerId, *, after: int, limit: int) -> list[Entry]:
        """The partner's entries that follow a number, in order."""
        return await self._opened(await self._rows(SHARE["after"], partner, after, limit))

    async def newest(self, partner: PartnerId) -> int:
        """The number of the partner's newest entry; 0 before the first."""
        ((number,),) = await self._rows(SHARE["newest"], partner)
        return int(number)

    async def live(self, partner: PartnerId, after: int) -> AsyncGenerator[Entry | None, None]:
        """The partner's entries that follow a number, and then each as it is told, for ever.

        ``None`` comes when nothing was told for `KEEP_ALIVE` seconds.
        """
        while True:
            word = self._word
            some = await self.entries(partner, after=after, limit=500)
            for entry in some:
                yield entry
                after = entry.number
            if not some and not await self._wait(KEEP_ALIVE, word):
                yield None

    async def arrived(self, partner: PartnerId, *, after: int, within: float) -> bool:
        """Wait for an entry that follows a number; whether there is one within the time."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            word = self._word
            if await self.newest(partner) > after:
                return True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await self._wait(left, word)

    # The place

    async def unmet(self, partner: PartnerId | None, when: When = NOW) -> list[unmet.Counted]:
        """How often what was wanted in vain; ``None`` counts the place, each once."""
        position = await self.position(when)
        found = (
            await self._rows(UNMET["of_the_place"], position)
            if partner is None
            else await self._rows(UNMET["of_partner"], partner, position)
        )
        rows = (unmet.Wanted(*row) for row in found)
        true_by = (row for row in rows if when.as_of is None or row.at <= when.as_of)
        return unmet.counted(true_by, position)

    async def custody(self) -> dict[str, Any]:
        """How many persons each organisation is responsible for, and how many nobody is."""
        rows = await self._rows(SHARE["custody"])
        held = {str(partner): count for partner, count in rows if partner}
        nobody = sum(count for partner, count in rows if partner is None)
        return {
            "open": sum(held.values()) + nobody,
            "held_by_nobody": nobody,
            "by_organisation": held,
        }

    async def directory(self) -> Directory:
        """Partners, services and practitioners; about nobody who is helped."""
        ((_, position),) = await self._rows(ENGINE["behind"], ["directory"])
        if position != self._directory[0]:
            self._directory = (position, directory.read(await self._rows(DIRECTORY["all"])))
        return self._directory[1]

    async def parked(self) -> list[dict[str, Any]]:
        """The cases whose facts could not be folded."""
        names = ("case", "position", "topic", "reason", "parked_at")
        return [dict(zip(names, row, strict=True)) for row in await self._rows(SHARE["parked"])]

    # How it is done

    async def _told(self, partner: PartnerId, when: When) -> list[Entry]:
        rows = await self._rows(SHARE["up_to"], partner, await self.position(when))
        return _true_by(await self._opened(rows), when)

    async def _opened(self, rows: Sequence[Any]) -> list[Entry]:
        def unseal() -> list[Entry]:
            self._keys.many({row[3] for row in rows if row[3]})
            return [opened(row, self._keys) for row in rows]

        return await asyncio.to_thread(unseal)

    async def _rows(self, statement: LiteralString | str, *asked: Any) -> list[Any]:
        parameters = asked[0] if asked and isinstance(asked[0], dict) else asked
        async with self._pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            await cursor.execute(statement, parameters)
            return await cursor.fetchall()

    async def _wait(self, seconds: float, word: int) -> bool:
        """Wait for word of new entries after this one; whether it came."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self._word != word)
        except TimeoutError:
            return False
        return True

    async def _heard(self) -> None:
        async with self._moved:
            self._word += 1
            self._moved.notify_all()

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.OperationalError):
                async with _listener(self._dsn) as connection:
                    await self._heard()  # whatever came while nobody listened
                    async for _ in connection.notifies():
                        await self._heard()
            await asyncio.sleep(1.0)


@asynccontextmanager
async def _listener(dsn: str) -> AsyncIterator[AsyncConnection]:
    connection = await AsyncConnection.connect(dsn, autocommit=True, connect_timeout=2)
    try:
        await connection.execute("listen throughcare_share")
        yield connection
    finally:
        await connection.close()


def _true_by(entries: Iterable[Entry], when: When) -> list[Entry]:
    return [e for e in entries if when.as_of is None or e.effective_at <= when.as_of]


def _literal(query: str) -> str:
    """A search text as it is, with nothing in it that stands for something else."""
    return query.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _next(rows: Sequence[Any], limit: int) -> str | None:
    if len(rows) <= limit:
        return None
    return paging.cursor(rows[limit - 1][:-1])


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


def _may(row: dict[str, Any], partner: UUID) -> dict[str, Any]:
    row["actions"] = meetings.actions(row, partner)
    return row


def _agreed(row: dict[str, Any], name: str | None, partner: UUID) -> dict[str, Any]:
    if name:
        row["name" if "name" not in row else "cares_for"] = name
    if row["kind"] == agreed.ACTION:
        row["actions"] = record.action.actions(row, str(partner))
    if row["kind"] == agreed.CARER:
        row["actions"] = record.carer.actions(row, str(partner))
    return row


def _place(row: dict[str, Any], name: str | None) -> dict[str, Any]:
    return row | {"name": name} if name else row


def _named(content: bytes, name: str | None, partner: UUID) -> dict[str, Any]:
    row: dict[str, Any] = orjson.loads(content)
    if name:
        row["name"] = name
    row["actions"] = record.referral.actions(row, str(partner))
    return row
