"""Who comes to work in the place and who leaves: invited, signing in as themselves, in a role.

All of it is made up. Nobody of them can be chosen on the demo's own sign-in page.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from random import Random

from deploy.community import place, workdays
from deploy.community.community import Community, Life
from deploy.community.organisation import Organisation, Practitioner
from domain.kernel import Asked
from domain.policies.days import local_date
from domain.practitioner import Identity, Invitation
from domain.vocabulary import Moment, Purpose, Role

ISSUER = "https://staff.example"
"""A provider of identities that is nowhere."""

VALID = timedelta(days=7)
LOCUM = Practitioner("isobel", "Dr Isobel Crane", Role.CLINICIAN, "Locum GP")
TRAINEE = Practitioner("dylan", "Dylan Marsh", Role.HELPER, "Newly qualified social worker")
NEW = Practitioner("rowan", "Rowan Ellery", Role.RECEPTION, "Receptionist, from next week")


def begin_place(c: Community) -> None:
    """Where nobody who helps sees to keys and streams, somebody in the office does."""
    chance = Random("the office")  # noqa: S311 -- chance, not secrecy
    for at in place.PARTNERS:
        if (office := at.office) is not None:
            _add(c, chance, at, office)


def locum(c: Community) -> Life:
    """A locum comes to the practice and leaves after some weeks."""
    chance = Random("the locum")  # noqa: S311 -- chance, not secrecy
    yield _at(c, 1 / 8)
    yield from _comes(c, chance, place.PRACTICE, LOCUM)
    yield _at(c, 3 / 8)
    asked = _by_host(c, chance)
    c.care.let_go(place.PRACTICE.id, LOCUM.id, asked=asked)


def trainee(c: Community) -> Life:
    """Somebody learns beside the social workers, and is one of them once their year is done."""
    chance = Random("the trainee")  # noqa: S311
    yield _at(c, 1 / 6)
    yield from _comes(c, chance, place.SOCIAL_WORK, TRAINEE)
    yield _at(c, 3 / 4)
    asked = _by_host(c, chance)
    c.care.give_role(place.SOCIAL_WORK.id, TRAINEE.id, Role.CLINICIAN, asked=asked)


def invited(c: Community) -> Life:
    """Somebody who begins next week has not signed in yet."""
    chance = Random("who begins next week")  # noqa: S311
    yield c.until - timedelta(days=1, hours=2)
    _invite(c, chance, place.PRACTICE, NEW)


def _comes(c: Community, chance: Random, at: Organisation, who: Practitioner) -> Life:
    fingerprint = _invite(c, chance, at, who)
    yield c.now + timedelta(hours=chance.randint(2, 20))
    subject = f"{chance.getrandbits(64):016x}"
    asked = c.asked_apart(chance, at, None)
    c.care.accept_invitation(at.id, fingerprint, Identity(ISSUER, subject), asked=asked)


def _invite(c: Community, chance: Random, at: Organisation, who: Practitioner) -> str:
    """Add them, and give them a code that nobody else has; what is kept of it signs nobody in."""
    _add(c, chance, at, who)
    fingerprint = sha256(chance.randbytes(32)).hexdigest()
    invitation = Invitation(fingerprint, c.now + VALID)
    c.care.invite_practitioner(at.id, who.id, invitation, asked=_by_host(c, chance))
    return fingerprint


def _add(c: Community, chance: Random, at: Organisation, who: Practitioner) -> None:
    c.care.add_practitioner(
        at.id, who.id, name=who.name, role=who.role, title=who.title, asked=_by_host(c, chance)
    )


def _by_host(c: Community, chance: Random) -> Asked:
    office = place.PRACTICE.those(Role.ADMINISTRATOR)[0]
    return replace(c.asked_apart(chance, place.PRACTICE, office), purpose=Purpose.ADMINISTRATION)


def _at(c: Community, part: float) -> Moment:
    """A working morning, that part of the whole time from its beginning."""
    return workdays.at(workdays.workday(local_date(c.start + (c.until - c.start) * part)), 9, 40)
