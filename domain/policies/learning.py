"""What an organisation might learn from: when it is worth a look, by whose rule.

It refuses to know any person, and who asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.policies.clocks.rules import COCM

LATELY = 90
"""Days back in which a referral that was turned back, or a decision given up, is news."""

DECISION_WAITS = 28
"""Days in which what a meeting decided is done; the next meeting asks after it."""

MONTHS = 3
"""Published months in a row in which a service is asked for more than it finishes."""

ROUNDING = 2
"""By how many a figure that is rounded to 5 may be off."""

FLOW = (
    "NHS England and NHS Improvement, Quality, Service Improvement and Redesign Tools: Demand and "
    "capacity, a comprehensive guide"
)

OWN = "this place's own: no national rule says so"

RULES = {
    "signals": "Published measures of which the last month is more than chance, by the rules of "
    "NHS England’s Making Data Count, as their charts have it.",
    "outgrown": f"In each of the last {MONTHS} published months a service was asked for more "
    "(accepted, and declined because it was full) than it ended, by more than rounding can hide, "
    "and it has no places left for another such month: what flows in faster than out waits "
    f"({FLOW}).",
    "unimproved": "On your organisation’s caseload: a case by PHQ-9 or GAD-7 at the first score of "
    "an open course of care, eight weeks or more ago, and at the last, and not better by more than "
    f"the error of measurement (week 8 of collaborative care: {COCM}).",
    "undone": f"As far as your organisation may know: decisions awaited for {DECISION_WAITS} days "
    f"or more, decisions given up in the last {LATELY} days, and actions after their day ({OWN}).",
    "incomplete": f"Referrals made in the last {LATELY} days that were declined as incomplete, or "
    f"wait for an answer to what the receiver asked back ({OWN}). Only the two organisations "
    "see how many.",
}
"""Each list's rule in a sentence."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A service's month as published: accepted, declined because it was full, ended.

    ``None`` is hidden.
    """

    accepted: int | None
    full: int | None
    ended: int | None

    @property
    def excess(self) -> int | None:
        """How many more were asked for than ended, where it is more whatever was rounded."""
        if self.accepted is None or self.ended is None:
            return None
        more = self.accepted + (self.full or 0) - self.ended
        figures = 2 if self.full is None else 3
        return more if more > figures * ROUNDING else None


def outgrown(months: Sequence[Demand], left: int | None) -> int | None:
    """By how many demand was greater in the last months together, if it outgrows the service.

    ``left`` is how many places it says to have; who says nothing is taken to have none.
    """
    excesses = [each.excess for each in months[-MONTHS:]]
    more = sum(each or 0 for each in excesses)
    if len(excesses) < MONTHS or None in excesses or (left or 0) * MONTHS >= more:
        return None
    return more
