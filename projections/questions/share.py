"""A partner's share: its entries in their order, live, of one person, and up to a moment.

Every other question is asked over this one's connections. It refuses to know what entries say.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from domain.kept_no_longer import in_words
from domain.mapping import CARE, Volume, volume_of
from domain.policies.roles import WHOLE, Sight
from domain.vocabulary import PartnerId, PersonId, Retention
from projections import looking, progress
from projections.arranging import arranged, standing
from projections.behalf import WHOSE, whose
from projections.entries import REMOVED_UNDER, Entry, opened_all
from projections.erasures import SQL as ERASURES
from projections.held import SQL as HELD
from projections.held import readable
from projections.keys import PersonKeys
from projections.moments import NOW, When
from projections.progress import Progress
from projections.pseudonyms import Pseudonyms
from projections.sight import seen
from projections.statements import statements

SHARE = statements("share")
ENGINE = statements("engine")
LOG = statements("log")

_log = structlog.get_logger("projections")

REMEMBERED = 200_000
"""Ids of persons whose holder is remembered, so that a read asks once whose they are."""

KEEP_ALIVE = 15.0
"""Seconds after which a live stream looks for entries without having heard of any."""


class ShareQuestions:
    """The reads of one process, over its connections. Open it before use and close it after.

    Every question is answered from the rows of the partner on whose behalf the task reads
    (`projections.behalf`), whichever partner it names.
    """

    def __init__(
        self, dsn: str, keys: PersonKeys, pseudonyms: Pseudonyms, *, most: int = 8
    ) -> None:
        self._dsn, self._keys, self.pseudonyms = dsn, keys, pseudonyms
        self._pool: AsyncConnectionPool[AsyncConnection] = AsyncConnectionPool(
            dsn,
            kwargs={"autocommit": True, "connect_timeout": 2},
            min_size=1,
            max_size=most,
            timeout=2.0,
            open=False,
        )
        self._moved = asyncio.Condition()
        self._whose: dict[tuple[str, PartnerId], dict[UUID, PersonId]] = {}
        self._looking = asyncio.Lock()
        self._seen: tuple[float, Progress] | None = None  # when, and how far the views were
        self._word = 0  # how often word of new entries came: none is missed between look and wait
        self._listening: asyncio.Task[None] | None = None

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

    async def progress(self) -> Progress:
        """How far every view follows the log, and whether it moves."""
        return progress.read(await self._rows(ENGINE["positions"]))

    async def progress_lately(self, within: float) -> Progress:
        """The same, as it was seen at most so many seconds ago: many who ask share one look."""
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if self._seen is None or now - self._seen[0] > within:
                self._seen = now, await self.progress()
            return self._seen[1]

    async def shown(self) -> int:
        """The position that every view shows; what is read now shows it, or more."""
        ((position,),) = await self._rows(ENGINE["shown"])
        return int(position)

    async def reached(self, position: int, within: float) -> bool:
        """Wait until the views show this position; whether they do, ``within`` seconds."""
        deadline = asyncio.get_running_loop().time() + within
        while True:
            if await self.shown() >= position:
                return True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await self._wait(min(left, 0.05), self._word)

    async def position(self, when: When) -> int:
        """The log position a moment means: that of the views now, or the last one known then."""
        reached = await self.shown()
        if isinstance(when.as_at, int):
            return min(when.as_at, reached)
        if when.as_at is None:
            return reached
        rows = await self._rows(ENGINE["at_time"], when.as_at)
        return min(int(rows[0][0]), reached) if rows else 0

    # Entries

    async def person_of(self, partner: PartnerId, subject: UUID) -> PersonId | None:
        """Whose id this is for the partner; ``None`` for a person it was never told of."""
        rows = await self._rows(SHARE["person_of"], partner, subject)
        return PersonId(rows[0][0]) if rows else None

    async def persons_of(self, partner: PartnerId, subjects: Collection[UUID]) -> list[PersonId]:
        """Whose ids these are for the partner; whose an id is never changes, so it is kept."""
        known = self._whose.setdefault((whose(), partner), {})
        unknown = [each for each in subjects if each not in known]
        if unknown:
            if sum(map(len, self._whose.values())) > REMEMBERED:
                self._whose.clear()
                known, unknown = self._whose.setdefault((whose(), partner), {}), [*subjects]
            known.update(await self._rows(SHARE["persons_of"], partner, unknown))
        return [known[subject] for subject in subjects if subject in known]

    async def history(
        self, partner: PartnerId, subject: UUID, when: When = NOW, *, sight: Sight = WHOLE
    ) -> list[Entry]:
        """What the partner was told of a person, oldest first, as far as the sight goes."""
        rows = await self._rows(SHARE["of_subject"], partner, subject)
        told = await self._explained(subject, rows, await self._known(rows, when))
        if told:
            looking.note(partner, subject)
        return list(seen(told, sight))

    async def entries(
        self, partner: PartnerId, *, after: int, limit: int, sight: Sight = WHOLE
    ) -> list[Entry]:
        """The partner's entries that follow a number, in order, as far as the sight goes.

        Only at the end are there fewer than ``limit``: what is not seen is passed over, and so is
        what is `held` back.
        """
        found: list[Entry] = []
        while len(found) < limit:
            rows = await self._rows(SHARE["given"], partner, after, limit)
            shown = list(seen(await self._readable(rows), sight))[: limit - len(found)]
            numbers = {entry.number for entry in shown}
            looking.note_persons(PersonId(row[3]) for row in rows if row[3] and row[1] in numbers)
            found += shown
            if len(rows) < limit:
                break
            after = rows[-1][1]
        if found:
            looking.note_numbers(found[0].number, found[-1].number)
        return found

    async def fitting(
        self,
        partner: PartnerId,
        *,
        after: int,
        limit: int,
        types: Sequence[str] = (),
        subject: UUID | None = None,
        sight: Sight = WHOLE,
    ) -> tuple[list[Entry], int]:
        """Those of the entries that follow a number which are of a type, of a person, in order.

        And the number up to which this is all of them: each up to it that is not here does not
        fit. A type is meant with every version and every fact below it.
        """
        newest = await self.newest(partner)
        asked = {
            "partner": partner,
            "after": after,
            "up_to": newest,
            "subject": subject,
            "types": list(types) or None,
            "limit": limit,
        }
        rows = await self._rows(SHARE["fitting"], asked)
        found = list(seen(await self._readable(rows), sight))
        numbers = {entry.number for entry in found}
        looking.note_persons(PersonId(row[3]) for row in rows if row[3] and row[1] in numbers)
        if found:
            looking.note_numbers(found[0].number, found[-1].number)
        return found, rows[-1][1] if len(rows) == limit else max(after, newest)

    async def recorded_before(self, partner: PartnerId, moment: datetime) -> int:
        """The number of the last entry recorded before a time; 0 if there is none."""
        ((number,),) = await self._rows(SHARE["recorded_before"], partner, moment)
        return int(number)

    async def newest(self, partner: PartnerId) -> int:
        """The number of the partner's newest entry; 0 before the first."""
        ((number,),) = await self._rows(SHARE["newest"], partner)
        return int(number)

    async def newest_shown(self, partner: PartnerId) -> int:
        """The number of the newest entry that every view of the partner shows."""
        ((number,),) = await self._rows(SHARE["newest_shown"], partner)
        return int(number)

    async def news(
        self, partner: PartnerId, *, after: int, limit: int, within: float
    ) -> list[tuple[int, UUID | None]]:
        """The numbers that follow a number, once every view shows them; none if none came in time.

        Each comes with the person's id and nothing of what is told. Nobody is shown by it: whoever
        wants to know more asks for the person's record.
        """
        word = self._word
        some = await self._rows(SHARE["news"], partner, after, limit)
        if not some and await self._wait(within, word):
            await self.reached(await self.head(), within)
            some = await self._rows(SHARE["news"], partner, after, limit)
        return [(number, of) for number, of in some]

    async def newest_and_held(self, partner: PartnerId) -> tuple[int, list[int]]:
        """The number of the partner's newest entry, and which numbers are held back now."""
        ((newest, held),) = await self._rows(HELD["newest_and_numbers"], partner, partner)
        return int(newest), held

    async def held(self, partner: PartnerId) -> list[int]:
        """The partner's numbers that are held back: an entry of their person cannot be read."""
        return [number for (number,) in await self._rows(HELD["numbers"], partner)]

    async def live(
        self, partner: PartnerId, after: int, *, sight: Sight = WHOLE
    ) -> AsyncGenerator[Entry | None, None]:
        """The partner's entries that follow a number, and then each as it is told, for ever.

        ``None`` comes when nothing was told for `KEEP_ALIVE` seconds.
        """
        while True:
            word = self._word
            some = await self.entries(partner, after=after, limit=500, sight=sight)
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
            ((given,),) = await self._rows(HELD["newest_told"], partner)
            if given > after:
                return True
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                return False
            await self._wait(left, word)

    # How it is done

    async def _explained(
        self, subject: UUID, rows: Sequence[Any], told: list[Entry]
    ) -> list[Entry]:
        """These entries; where words were kept for long enough, the rule stands for them."""
        rests = {row[1]: volume_of(row[9]) for row in rows if row[3]}
        if set(rests.values()) <= {CARE}:
            return told
        gone = {
            Volume(Retention(kept_as), number): in_words(rule, since)
            for kept_as, number, rule, since, _ in await self._rows(
                ERASURES["kept_no_longer"], subject
            )
        }
        words = {number: gone[rest] for number, rest in rests.items() if rest in gone}
        return [
            replace(entry, data=entry.data | {REMOVED_UNDER: words[entry.number]})
            if entry.number in words
            else entry
            for entry in told
        ]

    async def _told(self, partner: PartnerId, when: When) -> list[Entry]:
        asked = {"partner": partner, "position": await self.position(when)}
        return list(arranged(await self._known(await self._rows(SHARE["up_to"], asked), when)))

    async def _known(self, rows: Sequence[Any], when: When) -> list[Entry]:
        """The entries in these rows that were known, and true, by a moment, and still stand.

        Asked as it was told, they are those that stood then.
        """
        up_to = await self.position(when)
        found = await self._opened(rows)
        if when.as_told:
            found = [entry for entry in found if entry.position <= up_to]
        return [e for e in true_by(standing(found), when) if e.position <= up_to]

    async def _readable(self, rows: Sequence[Any]) -> list[Entry]:
        """The entries in these rows; what cannot be read is held back from now on, and said."""
        found, unreadable = await asyncio.to_thread(readable, rows, self._keys)
        for each in unreadable:
            if await self._rows(HELD["hold"], asdict(each)):
                _log.error(
                    "case held",
                    partner=str(each.partner),
                    number=each.number,
                    type=each.type,
                    reason=each.reason,
                )
        return found

    async def _opened(self, rows: Sequence[Any]) -> list[Entry]:
        def unseal() -> list[Entry]:
            self._keys.many({row[3] for row in rows if row[3]})
            return opened_all(rows, self._keys)

        return await asyncio.to_thread(unseal)

    async def _rows(self, statement: LiteralString | str, *asked: Any) -> list[Any]:
        parameters = asked[0] if asked and isinstance(asked[0], dict) else asked
        async with self._pool.connection() as connection:
            # One round trip and one transaction: whose rows it reads is forgotten at its end.
            async with connection.pipeline():
                await connection.execute(WHOSE, [whose()])
                cursor = connection.cursor(binary=True)
                await cursor.execute(statement, parameters)
            return await cursor.fetchall()

    async def _rows_of(
        self, *asked: tuple[LiteralString | str, Sequence[Any] | Mapping[str, Any]]
    ) -> list[list[Any]]:
        """The rows of several statements, one after the other: one round trip, one transaction."""
        async with self._pool.connection() as connection:
            async with connection.pipeline():
                await connection.execute(WHOSE, [whose()])
                cursors = [connection.cursor(binary=True) for _ in asked]
                for cursor, (statement, parameters) in zip(cursors, asked, strict=True):
                    await cursor.execute(statement, parameters)
            return [await cursor.fetchall() for cursor in cursors]

    async def _of_everybody(self, statement: LiteralString | str, *asked: Any) -> list[Any]:
        """Rows that are about nobody who is helped, and behind no wall: it is not said for whom."""
        parameters = asked[0] if asked and isinstance(asked[0], dict) else asked
        async with self._pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            return await (await cursor.execute(statement, parameters)).fetchall()

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


def true_by(entries: Iterable[Entry], when: When) -> list[Entry]:
    return [e for e in entries if when.as_of is None or e.effective_at <= when.as_of]
