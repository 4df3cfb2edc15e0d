"""People of the demo who are registered twice: linked, rightly or not, told apart, or not yet.

All of it has a chance of its own, from the person's id: nobody else's numbers move by it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from deploy.community import place, somebody, workdays
from deploy.community.community import Community, Helped, Life
from domain.person import Details
from domain.policies.days import local_date
from domain.vocabulary import Moment, PersonId, Role

EVERY = 25  # assumed: of people, one in so many is registered a second time
FATES = ("again", "linked", "to review", "wrongly linked", "ruled out")
"""What comes of it, one after another, so that a small place has each."""

SURNAMES = ("Ashdown", "Bellweather", "Corrigan", "Dunmore", "Eastlake")
SURE = ("Both telephone numbers are hers", "He brought both letters", "The receptionist knows her")
WRONG = ("They are twins: their mother rang", "Cousins who share a birthday")


def begin(c: Community, h: Helped) -> None:
    """Now and then somebody is registered a second time, some weeks after they first came."""
    if c.people.made % EVERY == 0:
        chance = Random(f"{h.id} duplicates")  # noqa: S311 -- chance, not secrecy
        fate = FATES[c.people.made // EVERY % len(FATES)]
        c.begin(_registered_twice(c, h, chance, fate), _later(c.now, chance, 10, 40))


def _later(now: Moment, chance: Random, least: int, most: int) -> Moment:
    """Some working day from now on, within hours."""
    day = workdays.workday(local_date(now) + timedelta(days=chance.randint(least, most)))
    return workdays.at(day, chance.randint(9, 16), chance.randint(0, 59))


def _registered_twice(c: Community, h: Helped, chance: Random, fate: str) -> Life:
    """The front desk registers them again; somebody looks at the two records, or nobody yet."""
    yield c.now
    if h.gone or not h.known:
        return
    care, office = c.care, place.PRACTICE.those(Role.ADMINISTRATOR)[0]
    second = PersonId(UUID(int=chance.getrandbits(128), version=4))
    details = h.who.details if fate == "again" else _otherwise(h.who.details, chance, fate)
    asked = c.asked_apart(chance, place.PRACTICE, office)
    care.register_person(second, details, alike=(h.id,), asked=asked)
    if fate in ("again", "to review"):
        return
    yield _later(c.now, chance, 1, 9)
    asked = c.asked_apart(chance, place.PRACTICE, office)
    if fate == "ruled out":
        care.rule_out_match(h.id, second, reason=chance.choice(WRONG), asked=asked)
        return
    care.link_persons(h.id, second, keep=h.id, reason=chance.choice(SURE), asked=asked)
    if fate == "wrongly linked":
        yield _later(c.now, chance, 3, 14)
        asked = c.asked_apart(chance, place.PRACTICE, office)
        care.unlink_persons(h.id, second, reason=chance.choice(WRONG), asked=asked)
        somebody.forgotten(c, h.id)


def _otherwise(details: Details, chance: Random, fate: str) -> Details:
    """As another desk wrote it: without a number, married since, or day and month transposed."""
    forename, _, surname = details.name.partition(" ")
    without = replace(details, nhs_number=None)
    if fate in ("wrongly linked", "ruled out"):
        return replace(without, name=f"{forename[:2]}anna {surname}")
    born = details.date_of_birth
    if born and born.day <= 12 and born.day != born.month:
        return replace(without, date_of_birth=date(born.year, born.day, born.month))
    return replace(without, name=f"{forename} {chance.choice(SURNAMES)}")
