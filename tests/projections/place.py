"""The whole house over one test's database: intentions in, the engine, and what partners read."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import orjson
import psycopg
from psycopg import sql

from domain.application import CareCoordination
from domain.concern import Concern
from domain.facts import FACTS
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.mapping import FactMapper
from domain.pathway import Pathway, pathway_of
from domain.person import Details
from domain.policies.concerns import ConcernDue
from domain.referral import Referral
from domain.silence import Wait
from domain.vocabulary import (
    Mode,
    PartnerId,
    PersonId,
    PractitionerId,
    ReferralId,
    Responsibility,
    Role,
    ServiceId,
    Source,
)
from projections import concerns, schema, silences
from projections.behalf import act_for
from projections.engine import Engine
from projections.entries import Entry, opened
from projections.keys import PersonKeys
from projections.log import PostgresLog
from projections.pseudonyms import Pseudonyms
from projections.reading import Reading
from tests.database import Database
from tests.people import (
    DR_TOLLEY,
    KINDS,
    MONDAY,
    PEOPLE,
    PRACTITIONERS,
    ROSA,
    SERVICES,
    THERAPY,
    WIGG,
    details,
    named,
)

T = TypeVar("T")
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2020, 1, 6, 9, 0, tzinfo=UTC)
ENTRIES = """
select partner, number, position, person, subject, type, effective_at, recorded_at, backfill, state
from share.entries order by partner, number
"""
COUNTS = (
    (
        "select partner, status, people from views.caseload_counts order by 1, 2",
        "select partner, status, count(*) from views.caseload group by 1, 2 order by 1, 2",
    ),
    (
        "select partner, part, state, referrals from views.referrals_counts order by 1, 2, 3",
        "select partner, part, state, count(*) from views.referrals group by 1, 2, 3 "
        "order by 1, 2, 3",
    ),
)
VIEWS = ("caseload", "referrals", "meetings", "agreed", "groups")
Views = dict[str, dict[tuple[UUID, UUID], dict[str, Any]]]


class ForWhomItIsAsked:
    """The reads as whoever signs in for the partner that a question names would ask them."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def __getattr__(self, name: str) -> Callable[..., Any]:
        question = getattr(self._reading, name)

        async def asked(*about: Any, **more: Any) -> Any:
            act_for(_partner(about))
            return await question(*about, **more)

        def followed(*about: Any, **more: Any) -> Any:
            act_for(_partner(about))
            return question(*about, **more)

        return asked if iscoroutinefunction(question) else followed


def _partner(about: Sequence[Any]) -> PartnerId | None:
    return next((PartnerId(each) for each in about[:1] if isinstance(each, UUID)), None)


@dataclass
class Place:
    """Every partner and service of the tests, their agreements long in force."""

    database: Database

    def __post_init__(self) -> None:
        database = self.database
        self.master = database.server.master
        self.forget_keys()
        self.log = PostgresLog(database.pool(schema.DECIDE))
        self.care = CareCoordination(log=self.log, keys=self.keys, host=WIGG)
        database.opened.callback(self.care.close)
        with self.care.batch():
            for partner, kind in KINDS.items():
                self.care.join_partner(
                    partner,
                    name=kind.value,
                    kind=kind,
                    identifiers={},
                    asked=self.by(partner, at=LONG_AGO),
                )
            for partner, practitioner in (*PRACTITIONERS.items(), (WIGG, DR_TOLLEY)):
                self.care.add_practitioner(
                    partner,
                    practitioner,
                    name="somebody",
                    role=Role.CLINICIAN,
                    title="clinician",
                    asked=self.by(WIGG, at=LONG_AGO),
                )
            for service, opening in SERVICES.items():
                asked = self.by(opening.partner, at=LONG_AGO)
                self.care.open_service(service, opening, asked=asked)

    def forget_keys(self) -> None:
        """As a process that has just started."""
        self.keys = PersonKeys(self.database.pool(schema.KEYS, most=2), self.master)
        self.pseudonyms = Pseudonyms(self.master)
        self.engine = self.another_engine()

    def another_engine(self) -> Engine:
        """As another process would have it."""
        mapper = FactMapper(FACTS, self.keys)
        return Engine(self.database.dsn(schema.PROJECT), mapper, self.keys, self.pseudonyms)

    # Asking

    def by(
        self,
        organisation: PartnerId,
        *,
        at: datetime = MONDAY,
        practitioner: PractitionerId | None = None,
    ) -> Asked:
        somebody = practitioner or PRACTITIONERS.get(organisation)
        return Asked(organisation, at, uuid4(), somebody)

    def register(
        self, person: PersonId = ROSA, *, name: str | None = None, practice: PartnerId = WIGG
    ) -> Answer:
        told = details(person, practice=practice) if person in PEOPLE else Details(name="")
        if name is not None:
            told = Details(name=name, practice=practice)
        return self.care.register_person(person, told, asked=self.by(practice))

    def refer(
        self,
        words: str,
        *,
        to: ServiceId = THERAPY,
        sender: PartnerId = WIGG,
        person: PersonId = ROSA,
        take_over: bool = False,
        at: datetime = MONDAY,
        **more: Any,
    ) -> ReferralId:
        """A referral named in the test's own words, which are also its ask."""
        referral = ReferralId(named(words))
        taking_over = Responsibility.TAKE_OVER if take_over else Responsibility.HELP_ALONGSIDE
        self.care.make_referral(
            referral,
            person,
            to,
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            ask=words,
            responsibility=taking_over,
            sent_without="Not known yet.",
            asked=self.by(sender, at=at),
            **more,
        )
        return referral

    # Folding

    def fold(self, *, batch: int = 2_000) -> int:
        """Fold all there is, in batches of this many facts; how many batches it took."""
        with psycopg.connect(self.database.dsn(schema.PROJECT), autocommit=True) as connection:
            batches = 0
            while self.engine.step(connection, batch):
                batches += 1
            return batches

    def forget_what_was_told(self) -> None:
        forget_what_was_told(self.database.dsn("postgres"))

    def as_superuser(self) -> psycopg.Connection:
        """A connection no process of ours has. Close it."""
        return psycopg.connect(self.database.dsn("postgres"), autocommit=True)

    def rows(self, statement: str, *asked: object) -> list[tuple[Any, ...]]:
        with self.as_superuser() as connection:
            return connection.cursor(binary=True).execute(statement, asked).fetchall()

    # What there is to read

    def ask(self, question: Callable[[Reading], Awaitable[T]]) -> T:
        """Ask the reads one question."""

        async def asking() -> T:
            reading = Reading(self.database.dsn(schema.SERVE), self.keys, self.pseudonyms)
            await reading.open()
            try:
                return await question(cast("Reading", ForWhomItIsAsked(reading)))
            finally:
                await reading.close()

        return asyncio.run(asking())

    def assert_counted(self) -> None:
        """What is kept of how many rows stand where is what counting them gives."""
        for kept, counted in COUNTS:
            assert self.rows(kept) == self.rows(counted)

    def entries(self) -> list[Entry]:
        return entries(self.database.dsn("postgres"), self.keys)

    def waits(self, people: Sequence[PersonId]) -> dict[UUID, Wait]:
        """What the timer's view holds of what may still be escalated."""
        with psycopg.connect(self.database.dsn(schema.PROJECT)) as connection:
            due = silences.due(connection, NEVER)
        return {row.id: row.wait for row in due if row.person in people}

    def awaited(self, people: Sequence[PersonId]) -> dict[UUID, Wait]:
        """The same, as the domain has it: loaded from the log."""
        made = self.rows(
            "select stream from log.facts where topic = 'referral:ReferralMade' "
            "and person = any(%s)",
            list(people),
        )
        found: dict[UUID, Wait] = {}
        for person in people:
            offer = self.care._load(Pathway, pathway_of(person)).offer
            if offer and (offer.handover,) not in made:
                found[offer.handover] = offer.wait
        for (stream,) in made:
            asked_for = self.care._load(Referral, stream)
            if asked_for.wait:
                found[stream] = asked_for.wait
        return {what: wait for what, wait in found.items() if wait.next(NEVER) or wait.expires_at}

    def worries(self, people: Sequence[PersonId]) -> dict[UUID, ConcernDue]:
        """Who the timer's view would tell next that nobody has looked at a concern, and when."""
        with psycopg.connect(self.database.dsn(schema.PROJECT)) as connection:
            waiting = concerns.due(connection, NEVER)
        return {row.id: row.next for row in waiting if row.person in people and row.next}

    def worried(self, people: Sequence[PersonId]) -> dict[UUID, ConcernDue]:
        """The same, as the domain has it: loaded from the log."""
        made = self.rows(
            "select stream from log.facts where topic = 'concern:SafetyConcernRaised' "
            "and person = any(%s)",
            list(people),
        )
        known = {stream: self.care._load(Concern, stream).next_rung() for (stream,) in made}
        return {stream: due for stream, due in known.items() if due}

    def told(self, partner: PartnerId, person: PersonId | None = None) -> list[str]:
        """The names of what a partner was told, of one person or of anybody."""
        subject = person and self.subject(partner, person)
        return [
            e.type.split(".")[1] + (" again" if e.backfill else "")
            for e in self.entries()
            if e.partner == partner and (person is None or e.subject == subject)
        ]

    def subject(self, partner: PartnerId, person: PersonId) -> UUID:
        return self.pseudonyms.of(partner, person)

    def views(self) -> Views:
        return views(self.database.dsn("postgres"))


def entries(dsn: str, keys: PersonKeys) -> list[Entry]:
    """The whole share, opened: partner by partner, in the order of their numbers."""
    with psycopg.connect(dsn) as connection:
        rows = connection.cursor(binary=True).execute(ENTRIES).fetchall()
    return [opened(row, keys) for row in rows]


def views(dsn: str) -> Views:
    """Every row of every view, whoever's it is."""
    of = {
        "caseload": "subject",
        "referrals": "referral",
        "meetings": "meeting",
        "agreed": "item",
        "groups": "programme || ' ' || subject",
    }
    found: Views = {}
    for view in VIEWS:
        statement = sql.SQL("select partner, {}, content from views.{}").format(
            sql.SQL(of[view]), sql.Identifier(view)
        )
        with psycopg.connect(dsn) as connection:
            rows = connection.cursor(binary=True).execute(statement).fetchall()
        found[view] = {(partner, key): orjson.loads(row) for partner, key, row in rows}
    return found


def forget_what_was_told(dsn: str) -> None:
    """As if the engine had never run. Only a superuser that first disarms the guard can."""
    with psycopg.connect(dsn) as connection:
        connection.execute("alter table share.entries disable trigger entries_are_kept")
        connection.execute(
            "truncate share.entries, share.partners, share.subjects, share.circles, "
            "share.identifiers, share.parked, views.directory, views.caseload, "
            "views.referrals, views.meetings, views.agreed, views.silences, views.ties, "
            "views.gone, views.reviews, views.concerns, "
            "views.unmet, views.queues, views.closed, views.matches"
        )
        connection.execute("truncate views.feedback, views.training, views.training_attended")
        connection.execute("truncate views.groups, views.exceptional, views.subject_access")
        connection.execute("truncate views.erasures, views.erased, views.kept_no_longer")
        connection.execute("truncate views.caseload_counts, views.referrals_counts")
        connection.execute("truncate views.caseload_versions, views.caseload_changes")
        connection.execute("update views.kept_from set position = 0")
        connection.execute("update views.positions set position = 0")
        connection.execute("alter table share.entries enable always trigger entries_are_kept")


def plain(entries: Sequence[Entry]) -> list[tuple[object, ...]]:
    """Entries without the numbers and moments that a later telling would change."""
    return [(e.partner, e.subject, e.type, e.effective_at, e.backfill, e.data) for e in entries]
