"""Who orders and confirms that a person is erased, and after how long it is done: dated data.

It refuses to know who is erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.policies.days import local_date
from domain.vocabulary import Moment, Role


@dataclass(frozen=True, slots=True)
class ErasureRule:
    """How an erasure goes, between two dates.

    It is done when ``delay`` is over since it was confirmed; until then it can be cancelled.
    """

    source: str
    effective_from: date
    orders: frozenset[Role]
    confirms: frozenset[Role]
    delay: timedelta
    effective_to: date | None = None  # the first day it no longer holds

    def __post_init__(self) -> None:
        assert self.delay >= timedelta(0)


RULES: tuple[ErasureRule, ...] = (
    ErasureRule(
        source=(
            "UK GDPR 17 and 12(3): without undue delay, and within one month of receipt, which may "
            "be extended. Who orders, who confirms, and thirty days in which a mistake is noticed, "
            "are Throughcare's own defaults: no guidance sets them"
        ),
        effective_from=date.min,
        orders=frozenset({Role.PRIVACY_OFFICER}),
        confirms=frozenset({Role.PRIVACY_OFFICER, Role.ADMINISTRATOR}),
        delay=timedelta(days=30),
    ),
)


def in_force(at: Moment, rules: tuple[ErasureRule, ...] = RULES) -> ErasureRule:
    """The rule that holds at a moment."""
    on = local_date(at)
    held = [
        rule
        for rule in rules
        if rule.effective_from <= on and (rule.effective_to is None or on < rule.effective_to)
    ]
    assert held, f"no rule for erasure on {on}"
    return max(held, key=lambda rule: rule.effective_from)
