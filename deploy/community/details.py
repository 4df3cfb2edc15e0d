"""Details put right: somebody moves house or changes a number, and two write it differently."""

from __future__ import annotations

from random import Random

from deploy.community import place, wording
from deploy.community.community import Community, Helped, Life
from deploy.community.organisation import Organisation, Practitioner
from domain.corrections import Detail
from domain.person import Person
from domain.vocabulary import EditId

CORRECTED = 0.03  # assumed, of people; of those the share that two write differently:
DIFFERENTLY = 0.5
SETTLED = 0.5
DISAGREES = 0.006


def corrected(c: Community, h: Helped) -> Life:
    """The practice puts a detail right, and talking therapies may have written it otherwise."""
    yield c.soon()
    if not h.known:
        return
    if c.chance(0.4):
        address = {Detail.ADDRESS: c.people.address(), Detail.POSTCODE: c.people.postcode()}
        _write(c, h, address, place.PRACTICE, c.office_of(place.PRACTICE))
        return
    seen = _standing(c, h)
    _write(c, h, {Detail.PHONE: c.people.phone()}, place.PRACTICE, c.office_of(place.PRACTICE))
    if place.TALKING.id not in h.helpers or not c.chance(DIFFERENTLY):
        return
    yield c.later(0, 1)
    # Written from what its own page showed before the practice's word reached it.
    therapist = c.one_of(place.TALKING)
    _write(c, h, {Detail.PHONE: c.people.phone()}, place.TALKING, therapist, seen=seen)
    if c.chance(SETTLED):
        yield c.later(2, 10)
        stands = c.one(tuple(_standing(c, h)))
        c.care.settle_conflict(
            h.id, Detail.PHONE, stands, asked=c.asked(place.PRACTICE, c.office_of(place.PRACTICE))
        )


def _standing(c: Community, h: Helped) -> list[EditId]:
    known = c.known[h.id]
    assert isinstance(known, Person)
    return [edit.id for edit in known.known.standing.get(Detail.PHONE, ())]


def _write(
    c: Community,
    h: Helped,
    details: dict[Detail, str],
    organisation: Organisation,
    by: Practitioner,
    *,
    seen: list[EditId] | None = None,
) -> None:
    c.care.correct_details(h.id, dict(details), instead_of=seen, asked=c.asked(organisation, by))


def disagreed(c: Community, h: Helped) -> Life:
    """The person does not agree with something that is recorded; it stays, and so does that."""
    yield c.soon()
    way = c.way_of(h)
    if way is None or way.version == 0:
        return
    chance = Random(f"{c.seed} disagreement {h.id}")  # noqa: S311 -- chance, not secrecy
    asked = c.asked_apart(chance, place.PRACTICE, h.gp)
    c.care.record_disagreement(h.id, way.id, 1, chance.choice(wording.DISAGREES), asked=asked)
