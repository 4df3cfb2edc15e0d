"""Telling anew: what one partner is told when what it may know of a person changes.

It refuses to know why it changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from domain.kernel import Recorded
from domain.sharing import Backfill, Disclosure
from domain.vocabulary import PartnerId


@dataclass(frozen=True, slots=True)
class Retelling:
    """What a partner might know of a person's earlier facts, and what it may know of them now.

    Nobody is told anything whom the change makes no difference to. Whoever may know less forgets
    all of it and is told again what stands; whoever may only know more is told the rest. ``over``
    is a partner that is no longer involved: what it is told again stays its record. ``parted`` are
    streams it was a party to and is no longer: what it heard of them is known to it all the same,
    and is not told again.
    """

    was: Backfill
    now: Backfill
    over: bool = False
    parted: frozenset[UUID] = frozenset()

    @property
    def partner(self) -> PartnerId:
        return self.now.partner

    def of(self, history: Iterable[Recorded]) -> tuple[bool, list[Disclosure]]:
        """Whether the partner forgets what it was told, and what it is told then."""
        facts = list(history)
        before, after = list(self.was.of(facts)), list(self.now.of(facts))
        known = {_said(each) for each in before}
        if known <= {_said(each) for each in after} and not self._lost(facts):
            return False, [each for each in after if _said(each) not in known]
        return True, after

    def _lost(self, facts: list[Recorded]) -> bool:
        """Whether it may have heard, as a party it no longer is, what is now kept from it."""
        if not self.parted:
            return False
        was, now = (
            {each.recorded.id for each in replace(one, own=one.own | self.parted).of(facts)}
            for one in (self.was, self.now)
        )
        return not was <= now


def _said(disclosure: Disclosure) -> tuple[str, str]:
    return disclosure.recorded.id, repr(sorted(disclosure.data.items()))
