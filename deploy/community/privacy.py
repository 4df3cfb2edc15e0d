"""Who looks after privacy where care is given. All of it is made up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from random import Random
from uuid import UUID

from deploy.community import place
from deploy.community.community import Community
from deploy.community.organisation import Organisation
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.policies.days import local_date
from domain.vocabulary import Purpose, Role


def begin_place(c: Community) -> None:
    """Each organisation that gives care has its privacy officer from the first day on."""
    chance = Random("privacy officers")  # noqa: S311 -- chance, not secrecy
    name_officers(c.care, place.PARTNERS, c.now, c.keys_apart(chance))


def name_officers(
    care: CareCoordination,
    partners: Sequence[Organisation],
    at: datetime,
    keys: Iterator[UUID],
) -> None:
    """Add them to their organisations, and name them; the host of the place says so."""
    chair = place.PRACTICE.those(Role.CHAIR)[0]

    def asked() -> Asked:
        return Asked(
            organisation=place.PRACTICE.id,
            at=at,
            key=next(keys),
            practitioner=chair.id,
            purpose=Purpose.ADMINISTRATION,
        )

    for partner in partners:
        if (officer := partner.officer) is None:
            continue
        care.add_practitioner(
            partner.id,
            officer.id,
            name=officer.name,
            role=officer.role,
            title=officer.title,
            asked=asked(),
        )
        care.name_privacy_officer(partner.id, officer.id, local_date(at), asked=asked())
