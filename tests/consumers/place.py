"""A small place with a practice, talking therapies and a housing adviser, over a real database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent
from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain import person, service
from domain.agreement import AgreementSigned
from domain.application import CareCoordination
from domain.facts import FACTS
from domain.kernel import Asked
from domain.mapping import FactMapper
from domain.policies.agreements import TEMPLATES
from domain.vocabulary import (
    Mode,
    PartnerId,
    PartnerKind,
    PersonId,
    ReferralId,
    ServiceId,
    Source,
    Step,
    Way,
)
from projections import schema
from projections.engine import Engine
from projections.keys import PersonKeys
from projections.log import PostgresLog
from projections.pseudonyms import Pseudonyms
from projections.statements import statements
from tests.database import Database

PRACTICE, THERAPIES, HOUSING = (
    PartnerKind.PRACTICE,
    PartnerKind.TALKING_THERAPIES,
    PartnerKind.HOUSING_ADVICE,
)
STEPS = {PRACTICE: 1, THERAPIES: 2, HOUSING: 1}


class Past(PostgresLog):
    """A log of what was recorded earlier, each at the moment this is set to."""

    def __init__(self, pool: ConnectionPool[Connection], at: datetime) -> None:
        super().__init__(pool, history=True)
        self.at = at

    def insert_events(self, stored_events: Sequence[StoredEvent], **more: Any) -> Sequence[int]:
        more["recorded_at"] = [self.at] * len(stored_events)
        return super().insert_events(stored_events, **more)


@dataclass
class Place:
    """Partners, their services, and what is needed to ask intentions and to tell of them."""

    database: Database
    care: CareCoordination
    engine: Engine
    keys: PersonKeys
    pseudonyms: Pseudonyms
    partners: dict[PartnerKind, PartnerId]
    services: dict[PartnerKind, ServiceId]
    past: Past | None = None

    @property
    def dsn(self) -> str:
        return self.database.dsn(schema.RELAY)

    def asked(self, by: PartnerKind = PRACTICE) -> Asked:
        return Asked(
            organisation=self.partners[by],
            at=self.past.at if self.past else datetime.now(UTC),
            key=uuid4(),
        )

    def refer(
        self,
        to: PartnerKind,
        *,
        ask: str = "help with sleep",
        reason: str = "low mood",
        name: str = "Ann Bee",
        phone: str = "07700 900001",
    ) -> tuple[ReferralId, PersonId]:
        """The practice refers a new person."""
        referral, ann = ReferralId(uuid4()), PersonId(uuid4())
        self.care.make_referral(
            referral,
            ann,
            self.services[to],
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            ask=ask,
            reason=reason,
            sent_without="Not known yet.",
            registering=person.Details(name=name, phone=phone, practice=self.partners[PRACTICE]),
            asked=self.asked(),
        )
        return referral, ann

    def sign(self, kind: PartnerKind, **changed: Any) -> AgreementSigned:
        """An agreement as the kind's template has it but for this, told by any way."""
        terms = TEMPLATES[kind]
        signed = AgreementSigned.under(
            terms, reference=str(uuid4()), starts=self.asked().at.date()
        ).model_copy(update={"ways": tuple(Way)} | changed)
        self.care.sign_agreement(self.partners[kind], signed, asked=self.asked())
        return signed

    def tell(self) -> None:
        """Bring every partner's share up to the log."""
        self.engine.catch_up()

    def told(self) -> dict[UUID, int]:
        """The last number of each partner's share."""
        with psycopg.connect(self.dsn) as connection:
            return dict(connection.execute(statements("share")["numbers"]).fetchall())


@contextmanager
def place(database: Database, at: datetime | None = None) -> Iterator[Place]:
    """The place, founded now, or at a moment of the past."""
    keys = PersonKeys(database.pool(schema.KEYS), database.server.master)
    partners = {kind: PartnerId(uuid4()) for kind in STEPS}
    past = Past(database.pool(schema.SEED), at) if at else None
    log = past or PostgresLog(database.pool(schema.DECIDE))
    care = CareCoordination(log=log, keys=keys, host=partners[PRACTICE])
    pseudonyms = Pseudonyms(database.server.master)
    made = Place(
        database,
        care,
        Engine(database.dsn(schema.PROJECT), FactMapper(FACTS, keys), keys, pseudonyms),
        keys,
        pseudonyms,
        partners,
        {kind: ServiceId(uuid4()) for kind in STEPS},
        past,
    )
    for kind, step in STEPS.items():
        care.join_partner(
            partners[kind], name=kind.value, kind=kind, identifiers={}, asked=made.asked(kind)
        )
        care.open_service(
            made.services[kind],
            service.ServiceOpened(
                partner=partners[kind],
                name=f"{kind.value} service",
                step=Step(step),
                ways_in=tuple(Source),
                eligibility="anybody",
            ),
            asked=made.asked(kind),
        )
    made.sign(HOUSING)
    try:
        yield made
    finally:
        care.close()
