"""A busy week in which an agreement is made narrower and wider again, and much comes by chance."""

from __future__ import annotations

from random import Random

from domain.kernel import Category
from tests.people import TALKING
from tests.projections.chance import LIKELY, Chance
from tests.projections.place import Place
from tests.projections.test_agreements import sign, without
from tests.projections.week import busy_week


def unsteady_week(place: Place) -> None:
    """All of it is folded: people were withdrawn from talking therapies, and told of again."""
    busy_week(place)
    sign(place, TALKING, categories=without(TALKING, Category.PLAN, Category.DEMOGRAPHIC))
    place.fold(batch=9)
    sign(place, TALKING, categories=without(TALKING, Category.PLAN))
    chance, dice = Chance(place), Random(20_261_122)
    for _ in range(60):
        chance.do(dice.choice(LIKELY), dice.randrange(1_000))
    place.fold(batch=50)
