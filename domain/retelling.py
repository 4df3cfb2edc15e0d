"""Telling anew: what one partner is told when what it may know of a person changes.

It refuses to know why it changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.kernel import Recorded
from domain.sharing import Backfill, Disclosure
from domain.vocabulary import PartnerId


@dataclass(frozen=True, slots=True)
class Retelling:
    """What a partner might know of a person's earlier facts, and what it may know of them now.

    Nobody is told anything whom the change makes no difference to. Whoever may know less forgets
    all of it and is told again what stands; whoever may only know more is told the rest. ``over``
    is a partner that is no longer involved: what it is told again stays its record.
    """

    was: Backfill
    now: Backfill
    over: bool = False

    @property
    def partner(self) -> PartnerId:
        return self.now.partner

    def of(self, history: Iterable[Recorded]) -> tuple[bool, list[Disclosure]]:
        """Whether the partner forgets what it was told, and what it is told then."""
        facts = list(history)
        before, after = list(self.was.of(facts)), list(self.now.of(facts))
        known = {_said(each) for each in before}
        if known <= {_said(each) for each in after}:
            return False, [each for each in after if _said(each) not in known]
        return True, after


def _said(disclosure: Disclosure) -> tuple[str, str]:
    return disclosure.recorded.id, repr(sorted(disclosure.data.items()))
