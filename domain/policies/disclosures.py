"""On which grounds something may be told of a person without their consent: dated, with sources.

What it says of the law is a default that a place's own privacy officer has to confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.vocabulary import DisclosureGround


@dataclass(frozen=True, slots=True)
class Law:
    """What lets something be told, or bids it, and whether an order has to be named."""

    ground: DisclosureGround
    basis: str
    source: str
    asks_for_order: bool
    effective_from: date
    effective_to: date | None = None


LAWS: tuple[Law, ...] = (
    Law(
        DisclosureGround.SAFEGUARDING,
        "UK GDPR 6(1)(e), 9(2)(g); DPA 2018 Sch. 1 para. 18; Care Act 2014 s42-45",
        "RCGP, Safeguarding toolkit: consent is not needed, and asking is usually inappropriate",
        False,
        date(2018, 5, 25),
    ),
    Law(
        DisclosureGround.COURT_ORDER,
        "UK GDPR 6(1)(c), 9(2)(f); order of a court",
        "GMC, Confidentiality 87-94: only what the order asks for",
        True,
        date(2018, 5, 25),
    ),
    Law(
        DisclosureGround.CRIME,
        "UK GDPR 6(1)(e), 9(2)(g); DPA 2018 Sch. 1 para. 10 and Sch. 2 para. 2",
        "GMC, Confidentiality 63-70: where failing to tell exposes others to death or serious harm",
        False,
        date(2018, 5, 25),
    ),
    Law(
        DisclosureGround.CHILD_PROTECTION,
        "UK GDPR 6(1)(e), 9(2)(g); Children Act 1989 s47, Children Act 2004 s10",
        "HM Government, Information sharing advice for safeguarding practitioners",
        False,
        date(2018, 5, 25),
    ),
)


def law(ground: DisclosureGround, on: date) -> Law | None:
    """The law in force for a ground on a day."""
    held = [
        one
        for one in LAWS
        if one.ground is ground
        and one.effective_from <= on
        and (one.effective_to is None or on < one.effective_to)
    ]
    return max(held, key=lambda one: one.effective_from, default=None)
