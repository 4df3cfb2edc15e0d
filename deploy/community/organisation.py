"""An organisation of the place, its people and services, and how it comes to be known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from domain.kernel import Asked
from domain.service import ServiceOpened
from domain.vocabulary import (
    Label,
    PartnerId,
    PartnerKind,
    PractitionerId,
    Purpose,
    Role,
    ServiceId,
    Source,
    Step,
)

if TYPE_CHECKING:  # settings name an organisation, and every command reads them
    from domain.application import CareCoordination

NAMESPACE = UUID("b6b2a7de-5a3c-5d0e-9c52-7a1f0c9e4b10")
"""Ids of the place follow from it and a name, so every demo has the same ones."""

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


@cache
def _id(kind: str, key: str) -> UUID:
    return uuid5(NAMESPACE, f"{kind} {key}")


@dataclass(frozen=True, slots=True)
class Practitioner:
    """Somebody who works for a partner."""

    key: str
    name: str
    role: Role
    title: str

    @property
    def id(self) -> PractitionerId:
        return PractitionerId(_id("practitioner", self.key))


@dataclass(frozen=True, slots=True)
class Offer:
    """A service of a partner; ``activity`` is what its appointments are called."""

    key: str
    name: str
    step: Step
    ways_in: tuple[Source, ...]
    eligibility: str
    activity: str
    group: bool = False
    label: Label = Label.ORDINARY
    dos: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> ServiceId:
        return ServiceId(_id("service", self.key))


@dataclass(frozen=True, slots=True)
class Organisation:
    """A partner, with its people and services."""

    key: str
    name: str
    kind: PartnerKind
    ods: str
    people: tuple[Practitioner, ...]
    offers: tuple[Offer, ...] = ()
    officer: Practitioner | None = None
    office: Practitioner | None = None

    @property
    def everybody(self) -> tuple[Practitioner, ...]:
        """Those who take part in care, who looks after privacy, who sees to its systems."""
        return (*self.people, *(each for each in (self.officer, self.office) if each))

    @property
    def id(self) -> PartnerId:
        return PartnerId(_id("partner", self.key))

    def those(self, *roles: Role) -> tuple[Practitioner, ...]:
        return tuple(p for p in self.people if p.role in roles)

    @property
    def seeing(self) -> tuple[Practitioner, ...]:
        """Those who see people."""
        return self.those(Role.CLINICIAN, Role.HELPER)


def found(
    care: CareCoordination,
    partners: Sequence[Organisation],
    at: datetime,
    keys: Iterator[UUID],
    host: Organisation | None = None,
) -> None:
    """Let every organisation in, name its people and open its services; the first one hosts."""
    host = host or partners[0]
    chair = host.those(Role.CHAIR)[0]

    def asked() -> Asked:
        return Asked(
            organisation=host.id,
            at=at,
            key=next(keys),
            practitioner=chair.id,
            purpose=Purpose.ADMINISTRATION,
        )

    for partner in partners:
        care.join_partner(
            partner.id,
            name=partner.name,
            kind=partner.kind,
            identifiers={ODS: partner.ods},
            asked=asked(),
        )
        for person in partner.people:
            care.add_practitioner(
                partner.id,
                person.id,
                name=person.name,
                role=person.role,
                title=person.title,
                asked=asked(),
            )
        for offer in partner.offers:
            care.open_service(
                offer.id,
                ServiceOpened(
                    partner=partner.id,
                    name=offer.name,
                    step=offer.step,
                    ways_in=offer.ways_in,
                    eligibility=offer.eligibility,
                    group=offer.group,
                    label=offer.label,
                    identifiers=dict(offer.dos),
                ),
                asked=asked(),
            )
