"""A fact of the tests' own and what it takes to record it; no noun of the domain is needed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from domain.intentions.log import Intention
from domain.kernel import Category, Fact, PersonalText, Recorded
from domain.mapping import FactMapper, Keys, StoredFact, Topics
from domain.vocabulary import PartnerId, PersonId, Purpose

JAMES_WIGG = PartnerId(UUID("11111111-0000-4000-8000-000000000001"))
AMIRA = PersonId(UUID("22222222-0000-4000-8000-00000000000a"))
TOM = PersonId(UUID("22222222-0000-4000-8000-00000000000b"))
MONDAY = datetime(2025, 3, 3, 9, 30, tzinfo=UTC)


class NoteTaken(Fact):
    """Somebody wrote something down."""

    TOPIC: ClassVar[str] = "test:NoteTaken"
    CATEGORY: ClassVar[Category] = Category.CLINICAL

    text: PersonalText


def taken(
    text: str, *, about: PersonId = AMIRA, stream: UUID | None = None, version: int = 1
) -> Recorded:
    """A note as an aggregate would hand it over."""
    stream = stream or uuid4()
    return Recorded(
        fact=NoteTaken(text=text),
        originator_id=stream,
        originator_version=version,
        effective_at=MONDAY,
        organisation=JAMES_WIGG,
        purpose=Purpose.DIRECT_CARE,
        intention=uuid4(),
        correlation=stream,
        person=about,
    )


def mapper(keys: Keys) -> FactMapper:
    return FactMapper(Topics([NoteTaken]), keys)


def stored(
    stream: UUID | None = None,
    version: int = 1,
    *,
    state: bytes = b"sealed",
    topic: str = NoteTaken.TOPIC,
    person: UUID | None = AMIRA,
    intention: UUID | None = None,
) -> StoredFact:
    """An envelope with bytes that nobody opens."""
    stream = stream or uuid4()
    return StoredFact(
        originator_id=stream,
        originator_version=version,
        topic=topic,
        state=state,
        schema=1,
        person=person,
        label="ordinary",
        effective_at=MONDAY,
        practitioner=None,
        organisation=JAMES_WIGG,
        purpose="direct care",
        correlation=stream,
        causation=None,
        intention=intention or uuid4(),
    )


def asked(answer: bytes = b"{}", *, key: UUID | None = None) -> Intention:
    return Intention(JAMES_WIGG, key or uuid4(), b"\x07" * 32, answer)
