"""For whom somebody reads: their own organisation, or another one, if they audit the host.

It refuses to let anybody of an organisation read for another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request

from api.access import SignedIn, seeing
from api.parts import Caller, Here, Parts
from api.problems import NotForThisRole, NothingIsHere
from api.reads import At, Seen
from domain.policies.roles import WHOLE, Duty, Sight
from domain.vocabulary import PartnerId
from projections.behalf import act_for, acting_for
from projections.moments import When

FOR = (
    "An organisation: what could it see? For auditors of the host. What was taken back from it "
    "later is in what it could see before."
)


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """Whose share is read, and how far it is seen. ``audited``: it is not the caller's own."""

    organisation: PartnerId
    sight: Sight
    audited: bool
    here: Parts

    def moment(self, when: When, position: int) -> When:
        """When the read is for: an audit asks what was told by then, whatever became of it."""
        if not self.audited:
            return when
        return replace(when, as_at=position if when.as_at is None else when.as_at, as_told=True)

    async def known_as(self, person: UUID) -> UUID:
        """By which id the organisation knows somebody; an audit may name them by the host's id."""
        reading = self.here.reading
        if not self.audited or await reading.person_of(self.organisation, person):
            return person
        host = self.here.care.host
        with acting_for(host):
            known = await reading.person_of(host, person)
        return self.here.pseudonyms.of(self.organisation, known) if known else person


async def viewpoint(
    request: Request,
    caller: SignedIn,
    here: Here,
    wanted: Annotated[UUID | None, Query(alias="for", description=FOR)] = None,
) -> Viewpoint:
    """From where this read looks.

    Raises `NoAgreementIsInForce` and `NotForThisRole`; `NothingIsHere` for no organisation's id.
    """
    if wanted is None:
        await seeing(caller)
        return Viewpoint(caller.organisation, caller.sight, audited=False, here=here)
    if not replays(caller, here):
        raise NotForThisRole
    partner = PartnerId(wanted)
    if partner not in (await here.reading.directory()).partners:
        raise NothingIsHere
    request.scope["read_for"] = partner
    act_for(partner)  # who looked is written down by the ids that this organisation has
    return Viewpoint(partner, WHOLE, audited=True, here=here)


def replays(caller: Caller, here: Parts) -> bool:
    """Whether somebody sees what any organisation could see: an auditor of the host."""
    return Duty.REPLAY in caller.duties and caller.organisation == here.care.host


View = Annotated[Viewpoint, Depends(viewpoint)]
"""Whose share is read: the caller's own, or the one that an auditor of the host names."""


async def seen_from(view: View, at: At) -> Seen:
    """The moment a read looks at, from there."""
    return replace(at, when=view.moment(at.when, at.position))


AtFrom = Annotated[Seen, Depends(seen_from)]
"""The moment a read looks at, from wherever it looks."""
