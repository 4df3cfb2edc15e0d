"""What an operator of the machine is shown of persons: written down before a command prints it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import psycopg

from deploy.commands.output import Stopped
from deploy.wiring import Database, House
from domain.vocabulary import PartnerId, PersonId, Purpose, Role
from projections import schema
from projections.looking import SHOWN, Kind, Shown
from projections.looks import Look, write
from projections.reading import Reading

AT_ONCE = 5_000
"""Persons named by one look: who looked at more is written down as several looks of one request."""


@dataclass
class Looking:
    """One command that shows what one partner was told. ``command`` is its name, no argument."""

    house: House
    partner: PartnerId
    command: str
    kind: Kind
    _shown: Shown = field(default_factory=Shown)

    def __post_init__(self) -> None:
        SHOWN.set(self._shown)

    async def recorded(self, reading: Reading) -> None:
        """Write down what was read since the last time; to be waited for before it is printed."""
        shown, self._shown = self._shown, Shown()
        SHOWN.set(self._shown)
        subjects = {subject for _, subject in shown.outright}
        persons = [*shown.persons, *await reading.persons_of(self.partner, subjects)]
        if not persons and shown.numbers is None:
            return
        look = Look(
            organisation=self.partner,
            practitioner=None,
            account=getpass.getuser(),
            role=Role.OPERATOR.value,
            purpose="",
            kind=self.kind,
            route=self.command,
            request=uuid4(),
            persons=[PersonId(person) for person in persons],
            numbers=shown.numbers,
        )
        try:
            with psycopg.connect(self.house.database.dsn(schema.SERVE)) as connection:
                write(connection, [look])
        except psycopg.Error:
            raise Stopped("it cannot be recorded who looks, so nothing is shown") from None


def exported(
    database: Database, host: PartnerId, command: str, persons: set[UUID], up_to: int
) -> None:
    """Who took it and about whom, or that it is about nobody; before it has its name."""
    request, whom = uuid4(), sorted(persons)
    looks = [
        Look(
            organisation=host,
            practitioner=None,
            account=getpass.getuser(),
            role=Role.OPERATOR.value,
            purpose=Purpose.AUDIT.value,
            kind=Kind.EXPORT,
            route=command,
            request=request,
            persons=[PersonId(each) for each in whom[begin : begin + AT_ONCE]],
            position=up_to,
        )
        for begin in range(0, max(len(whom), 1), AT_ONCE)
    ]
    try:
        with psycopg.connect(database.dsn(schema.SERVE)) as connection:
            for look in looks:
                write(connection, [look])
    except psycopg.Error:
        raise Stopped("it cannot be recorded who looks, so nothing is exported") from None
