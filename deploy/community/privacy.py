"""Privacy in the place: who looks after it, and how often what they look after happens.

How often is assumed, in proportion to how many people are helped. All of it is made up, and has
chances of its own: nobody else's numbers move by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from deploy.community import (
    agreements,
    disputes,
    exceptional,
    forgetting,
    place,
    sealing,
    staff,
    subject_access,
    wishes,
)
from deploy.community.community import Community
from deploy.community.organisation import Organisation
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.policies.days import local_date
from domain.vocabulary import Purpose, Role

PEOPLE = 2_000
"""So many people have, in a year: emergencies, seals, uses refused, consents taken back, and so on.
"""
EMERGENCIES, SEALED, USES, CONSENTS, DISCLOSED, DISPUTED, SEEN = 16, 12, 14, 3, 6, 8, 8
A_YEAR = timedelta(days=365)


def begin(c: Community, people: int) -> None:
    """Let all of it happen from now on, in proportion, and leave some of it waiting at the end."""
    share = people / PEOPLE * min(1.0, (c.until - c.start) / A_YEAR)

    def so_many(a_year: int) -> int:
        return max(1, round(a_year * share))

    for happening in (
        exceptional.emergencies(c, so_many(EMERGENCIES)),
        exceptional.waiting(c),
        sealing.sealed(c, so_many(SEALED)),
        wishes.uses(c, so_many(USES)),
        wishes.consents(c, so_many(CONSENTS)),
        wishes.disclosures(c, so_many(DISCLOSED)),
        wishes.acknowledged(c),
        disputes.rectified(c, so_many(DISPUTED)),
        disputes.waiting(c),
        subject_access.requests(c, so_many(SEEN)),
        forgetting.forgotten(c),
        forgetting.kept(c),
        agreements.yearly(c),
        agreements.lapsed(c),
        staff.locum(c),
        staff.trainee(c),
        staff.invited(c),
    ):
        c.begin(happening, c.start)


def begin_place(c: Community) -> None:
    """Each organisation that gives care has its privacy officer from the first day on."""
    chance = Random("privacy officers")  # noqa: S311 -- chance, not secrecy
    name_officers(c.care, place.PARTNERS, c.now, c.keys_apart(chance))
    sealing.begin_place(c)


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
