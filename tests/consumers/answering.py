"""A partner's system that answers: its messages, and the pipeline that takes them, with a clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg

from consumers.envelopes import STRUCTURED
from consumers.inbox import Inbox
from domain.vocabulary import ContactId, Medium, PartnerKind, ReferralId
from projections import directory, schema
from projections.behalf import WHOSE
from projections.directory import Directory
from projections.inbox import SQL, Letters, Taken, Via, taken
from tests.consumers.place import HOUSING, Place

JSON = {"content-type": STRUCTURED}


def message(intention: str, name: str | None = None, **content: Any) -> dict[str, Any]:
    """A CloudEvent as a partner would write it."""
    around = {
        key: content.pop(key)
        for key in ("subject", "time", "specversion", "type")
        if key in content
    }
    return {
        "specversion": "1.0",
        "id": name or str(uuid4()),
        "source": "urn:a-partner",
        "type": f"answer.{intention}.v1",
        "data": {key: str(v) if isinstance(v, UUID) else v for key, v in content.items()},
    } | around


@dataclass
class Answering:
    """The pipeline over a small place."""

    town: Place
    letters: Letters
    who: PartnerKind = HOUSING
    late: timedelta = timedelta(0)
    inbox: Inbox = field(init=False)

    def __post_init__(self) -> None:
        self.inbox = Inbox(
            self.town.care, self.letters, self.directory, self.town.pseudonyms, self.clock
        )

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.late

    def directory(self) -> Directory:
        with psycopg.connect(self.town.database.dsn(schema.SERVE)) as connection:
            return directory.load(connection)

    def take(
        self,
        said: Mapping[str, Any] | bytes,
        by: PartnerKind | None = None,
        via: Via = Via.HTTP,
        headers: Mapping[str, str] = JSON,
    ) -> Taken:
        raw = said if isinstance(said, bytes) else orjson.dumps(said)
        return self.inbox.take(self.town.partners[by or self.who], raw, headers, via)

    def referred(self) -> ReferralId:
        """The practice refers somebody to who answers, and they are told of it."""
        referral, _ = self.town.refer(self.who)
        self.town.tell()
        return referral

    def booked(self) -> tuple[ReferralId, ContactId]:
        """Somebody whom they took on, and their appointment."""
        referral, contact = self.referred(), ContactId(uuid4())
        self.town.care.accept_referral(referral, asked=self.town.asked(self.who))
        self.town.care.book_appointment(
            contact,
            referral,
            starts_at=datetime.now(UTC) - timedelta(minutes=5),
            medium=Medium.TELEPHONE,
            asked=self.town.asked(self.who),
        )
        self.town.tell()
        return referral, contact

    def facts(self) -> int:
        """How many facts there are."""
        return self.town.care.recorder.max_notification_id() or 0

    def told(self, by: PartnerKind | None = None) -> list[tuple[int, str, str, str | None]]:
        """Every outcome a partner was told: number, id, what became of it, why."""
        partner = self.town.partners[by or self.who]
        with self.town.database.connect(schema.SERVE) as connection, connection.transaction():
            connection.execute(WHOSE, [str(partner)])
            rows = connection.execute(SQL["after"], (partner, 0, 1_000_000)).fetchall()
        return [(t.number, t.name, t.outcome.value, t.problem) for t in map(taken, rows)]


@contextmanager
def answering(town: Place, who: PartnerKind = HOUSING) -> Iterator[Answering]:
    town.tell()
    yield Answering(town, Letters(town.database.pool(schema.SERVE, most=4), town.keys), who)
