"""Shares dealt like cards: in every block the mix is as published, in an order left to chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


class Deck(Generic[T]):
    """Deals values so that every ``size`` of them hold the shares, rounded to whole cards.

    Drawing each on its own would leave a community of a few hundred people several percent from
    the figures it is calibrated to.
    """

    def __init__(self, shares: Mapping[T, float], rng: Random, *, size: int = 200) -> None:
        self._rng = rng
        whole = sum(shares.values())
        self._due = {value: share / whole * size for value, share in shares.items()}
        self._owed = dict.fromkeys(shares, 0.0)
        self._size = size
        self._cards: list[T] = []

    def deal(self) -> T:
        """The next card; a new block is shuffled when the last one is used up."""
        if not self._cards:
            self._cards = self._block()
        return self._cards.pop()

    def deal_to(self, likelier: Callable[[T], float]) -> T:
        """A card that is likelier for some than for others: the mix of all stays as published."""
        while len(self._cards) <= self._size:
            self._cards += self._block()
        weights = [likelier(card) for card in self._cards]
        (place,) = self._rng.choices(range(len(self._cards)), weights)
        return self._cards.pop(place)

    def _block(self) -> list[T]:
        """What rounding withheld from a value in one block it gets in a later one."""
        for value, due in self._due.items():
            self._owed[value] += due
        cards: list[T] = []
        for value, owed in self._owed.items():
            cards += [value] * int(owed)
        most_owed = sorted(self._owed, key=lambda v: self._owed[v] % 1, reverse=True)
        cards += most_owed[: self._size - len(cards)]
        for card in cards:
            self._owed[card] -= 1
        self._rng.shuffle(cards)
        return cards
