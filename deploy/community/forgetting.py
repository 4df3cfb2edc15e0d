"""People of the place who are to be forgotten, or whose records the law keeps.

One is due, so that the first sweep forgets them; one order was a mistake; one waits for a second
person. How often is assumed.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from uuid import UUID

from deploy.community import place, somebody
from deploy.community.community import Community, Life
from domain.kernel import Asked
from domain.vocabulary import ErasureId, ErasureReason, LegalHoldReason, PersonId, Purpose, Role

OVERSEER = next(each for each in place.PRACTICE.those(Role.ADMINISTRATOR))
"""Who confirms what the privacy officer orders."""


def forgotten(c: Community) -> Life:
    """Three orders to erase: of six weeks ago, of a fortnight ago, and of this week."""
    chance = Random(f"{c.seed} forgetting")  # noqa: S311 -- chance, not secrecy
    about: set[PersonId] = set()
    if somebody.days_ago(c, 40) < c.start:
        return
    yield somebody.days_ago(c, 40)
    done = _ordered(c, chance, about, "IG-114", ErasureReason.CONSENT)
    yield somebody.days_ago(c, 38)
    if done:
        c.care.confirm_erasure(done, asked=_asked(c, chance, officer=False))
    yield somebody.days_ago(c, 14)
    mistaken = _ordered(c, chance, about, "IG-131", ErasureReason.WRONG_PERSON)
    yield somebody.days_ago(c, 12)
    if mistaken:
        c.care.cancel_erasure(mistaken, asked=_asked(c, chance))
    yield somebody.days_ago(c, 2)
    _ordered(c, chance, about, "IG-140", ErasureReason.OBJECTION)


def kept(c: Community) -> Life:
    """Two records are kept for the law, one no longer."""
    chance = Random(f"{c.seed} legal holds")  # noqa: S311 -- chance, not secrecy
    if somebody.days_ago(c, 36) < c.start:
        return
    yield somebody.days_ago(c, 36)
    over = somebody.no_longer(c, chance)
    if over:
        _hold(c, chance, somebody.person_of(over), "COR-27", LegalHoldReason.INQUIRY)
    yield somebody.days_ago(c, 20)
    if over:
        asked = _asked(c, chance)
        c.care.lift_legal_hold(somebody.person_of(over), "COR-27", asked=asked)
    yield somebody.days_ago(c, 5)
    if stands := somebody.helped(c, chance):
        _hold(c, chance, somebody.person_of(stands), "CLM-8", LegalHoldReason.CLAIM)


def _ordered(
    c: Community, chance: Random, about: set[PersonId], order: str, reason: ErasureReason
) -> ErasureId | None:
    found = somebody.no_longer(c, chance)
    if found is None or somebody.person_of(found) in about:
        return None
    person = somebody.person_of(found)
    about.add(person)
    erasure = ErasureId(UUID(int=chance.getrandbits(128), version=4))
    c.care.order_erasure(erasure, person, order, reason=reason, asked=_asked(c, chance))
    return erasure


def _hold(
    c: Community, chance: Random, person: PersonId, order: str, reason: LegalHoldReason
) -> None:
    c.care.place_legal_hold(person, order, reason=reason, asked=_asked(c, chance))


def _asked(c: Community, chance: Random, *, officer: bool = True) -> Asked:
    by = place.PRACTICE.officer if officer else OVERSEER
    return replace(c.asked_apart(chance, place.PRACTICE, by), purpose=Purpose.AUDIT)
