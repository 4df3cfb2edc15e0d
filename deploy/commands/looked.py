"""What an operator of the machine is shown of persons: written down before a command prints it."""

from __future__ import annotations

import getpass
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg

from deploy.commands.output import Stopped
from deploy.wiring import House
from domain.vocabulary import PartnerId, PersonId, Role
from projections import schema
from projections.looking import SHOWN, Kind, Shown
from projections.looks import Look, write
from projections.reading import Reading


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
