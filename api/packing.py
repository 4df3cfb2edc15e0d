"""An evidence pack put together: what was told, who looked and who was told, and what proves it.

It refuses to know who asks for it, and to write down that it was made: whoever gives it does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

import anyio.to_thread
import orjson

from api.pages import packed as readable
from api.pages.words import Names
from api.pages.words import moment as said
from domain.intentions.persons import PersonIsUnknown
from domain.vocabulary import PartnerId, PersonId
from projections import looking
from projections.audit import LAST, Audit, Kept
from projections.entries import Entry
from projections.moments import When
from projections.packs import (
    MOST,
    About,
    Made,
    Maker,
    PackIsTooLarge,
    Packs,
    Proofs,
    Question,
    packed,
)
from projections.reading import Reading
from projections.tree import Signed

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
TOGETHER = 500
LINES_OF_A_FACT = 10
"""Entries, and looks, that one pack holds at most, for each fact that it may hold."""

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack, and what is to be written down of it before anybody is given it."""

    content: bytes
    made: Made


@dataclass(frozen=True, slots=True)
class Packing:
    """From what the packs of the host are put together; ``most`` is how many facts one holds."""

    host: PartnerId
    reading: Reading
    audit: Audit
    packs: Packs
    at: datetime
    most: int = MOST

    async def pack(self, question: Question, by: Maker, called: str) -> Pack:
        """The pack that answers a question, made by whoever is ``called`` so.

        Raises `NothingIsSigned`, `NothingSignedFits`, `PackIsTooLarge`, `PersonIsUnknown`.
        """
        under = await _in_thread(self.packs.newest)
        whose = await self._person(question)
        entries = await self._entries(question, under)
        looks = await self._looks(question, whose)
        proofs = await _in_thread(
            lambda: self.packs.proofs(question, whose, entries, under, most=self.most)
        )
        told = await self.audit.told_of(whose) if whose else proofs.told
        names = Names(await self.reading.directory())
        id_ = uuid4()
        telling = readable.Telling(
            str(id_),
            _title(question),
            names.organisation(self.host),
            called,
            self.at,
            under.size,
            question.whole,
            proofs.entries,
            told,
            looks,
        )
        content, digest = await _in_thread(
            lambda: self._packed(telling, names, question, proofs, under)
        )
        made = Made(
            id_,
            self.host,
            by,
            question,
            under.size,
            len(proofs.facts),
            len(proofs.entries),
            len(looks),
            digest,
        )
        return Pack(content, made)

    def _packed(
        self,
        telling: readable.Telling,
        names: Names,
        question: Question,
        proofs: Proofs,
        under: Signed,
    ) -> tuple[bytes, bytes]:
        files = readable.files(telling, names)
        files["facts.jsonl"] = b"".join(orjson.dumps(fact) + b"\n" for fact in proofs.facts)
        files["checkpoint.txt"] = under.note.encode()
        files["key.txt"] = "".join(f"{key}\n" for key in proofs.keys).encode()
        about = {
            "id": telling.id,
            "about": question.about,
            "whole": question.whole,
            "made_at": self.at,
        }
        return packed(files, about, self.at)

    async def _person(self, question: Question) -> PersonId | None:
        if question.subject is None:
            return None
        whose = await self.reading.person_of(self.host, question.subject)
        if whose is None:
            raise PersonIsUnknown(question.subject)
        looking.note(self.host, question.subject)  # of whom nothing can be read, too
        return whose

    async def _entries(self, question: Question, under: Signed) -> list[Entry]:
        """What the host was told of it, as far as the log is signed."""
        if question.subject:
            told = await self.reading.history(self.host, question.subject, When(under.size))
            if question.decision is None:
                return told
            decision = str(question.decision)
            return [entry for entry in told if decision in map(str, entry.data.values())]
        assert question.since
        assert question.until
        after = await self.reading.recorded_before(self.host, question.since)
        last = await self.reading.recorded_before(self.host, question.until)
        found: list[Entry] = []
        while after < last:
            some = await self.reading.entries(
                self.host, after=after, limit=min(TOGETHER, last - after)
            )
            if not some:
                break
            after = some[-1].number
            found += [
                entry
                for entry in some
                if question.since <= entry.recorded_at < question.until
                and entry.position <= under.size
            ]
            if len(found) > self.most * LINES_OF_A_FACT:
                raise PackIsTooLarge
        return found

    async def _looks(self, question: Question, whose: PersonId | None) -> list[Kept]:
        """Who looked at the person, or at anybody in the period, oldest first."""
        found: list[Kept] = []
        before = LAST
        while some := await self.audit.looks(
            organisation=None,
            person=whose,
            since=question.since or BEGINNING,
            until=question.until or self.at,
            before=before,
            limit=TOGETHER,
        ):
            found += some
            before = some[-1].number
            if len(found) > self.most * LINES_OF_A_FACT:
                raise PackIsTooLarge
        return found[::-1]


async def _in_thread(work: Callable[[], A]) -> A:
    return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)


def _title(question: Question) -> str:
    if question.since and question.until:
        return f"What happened from {said(question.since)} to {said(question.until)}"
    if question.decision:
        return f"What belongs to decision {question.decision}"
    return f"The history of person {question.subject}"


def question_of(
    person: UUID | None, decision: UUID | None, since: datetime | None, until: datetime
) -> Question:
    """What is asked for: a person, a decision of theirs, or else what happened in a time."""
    if since is not None:
        return Question(About.PERIOD, since=since, until=until)
    if decision is not None:
        return Question(About.DECISION, person, decision)
    return Question(About.PERSON, person)
