"""``invite``: lets somebody sign in who is to say who else may, before anybody can."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from cyclopts import Parameter

from api.practitioners import INVITED_FOR, fingerprint
from deploy.commands.house import opened, partner_named
from deploy.commands.output import Stopped, note
from deploy.kept import now
from domain.kernel import Asked, BrokenRule
from domain.practitioner import Invitation
from domain.vocabulary import PractitionerId, Purpose, Role
from projections.sessions import new_secret


def invite(
    organisation: Annotated[str, Parameter(help="The organisation they act for.")],
    name: Annotated[str, Parameter(help="Their name.")],
    /,
    *,
    title: Annotated[str, Parameter(help="What they do.")] = "Administrator",
) -> None:
    """Make an administrator of an organisation, or find them by name, and print an invitation."""
    with opened() as house:
        partner = partner_named(house.lookups.directory(), organisation)
        known = next((each for each in partner.here if each.name == name), None)
        who = known.id if known else PractitionerId(uuid4())
        host = house.settings.holder

        def asked() -> Asked:
            return Asked(host, now(), uuid4(), purpose=Purpose.ADMINISTRATION)

        code = new_secret()
        try:
            if known is None:
                house.care.add_practitioner(
                    partner.id,
                    who,
                    name=name,
                    role=Role.ADMINISTRATOR,
                    title=title,
                    asked=asked(),
                )
            house.care.invite_practitioner(
                partner.id,
                who,
                Invitation(fingerprint(code), now() + INVITED_FOR),
                asked=asked(),
            )
        except BrokenRule as rule:
            raise Stopped(rule.text) from None
    note(f"{name} signs in for {partner.name} with this code, once, within a week:")
    print(code)
