"""Which uses of what is known of them a person may object to, and what such an objection closes.

What the law of confidence and data protection says here is a default for a place to confirm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from domain.vocabulary import Purpose


@dataclass(frozen=True, slots=True)
class Refusable:
    """A use that may be objected to, on whose word, and since when."""

    use: Purpose
    source: str
    effective_from: date
    effective_to: date | None = None


REFUSABLE: tuple[Refusable, ...] = (
    Refusable(
        Purpose.DIRECT_CARE,
        "Health and Social Care Act 2012 s251B(4): the duty to share does not apply where the "
        "person objects; GMC, Confidentiality 28",
        date(2015, 10, 1),
    ),
    Refusable(
        Purpose.COMMUNITY_SUPPORT,
        "NHS England, Sharing information with the voluntary sector; UK GDPR art. 21",
        date(2018, 5, 25),
    ),
    Refusable(Purpose.JUSTICE, "UK GDPR art. 21; explicit consent is asked for", date(2018, 5, 25)),
    Refusable(
        Purpose.PLANNING, "DCB3058, Compliance with National Data Opt-outs", date(2018, 5, 25)
    ),
)
"""What is not here is asked for by law, or looks after the record itself: safeguarding (Care Act
2014 s45, Children Act 2004 s10), administration and audit (UK GDPR art. 30 and 32)."""

_EVER = frozenset(each.use for each in REFUSABLE)


def may_be_refused(use: Purpose, on: date) -> bool:
    """Whether a person may object to this use on a day."""
    return any(
        each.use is use
        and each.effective_from <= on
        and (each.effective_to is None or on < each.effective_to)
        for each in REFUSABLE
    )


def closes(refused: Collection[Purpose], uses: Iterable[Purpose]) -> bool:
    """Whether all that an organisation is told for is objected to.

    A use that nobody can refuse opens no door alone: who is told for care and safeguarding, and is
    refused for care, may be told of a danger by whoever knows of it, with a record of that.
    """
    if not refused:
        return False
    open_to_refusal = _EVER.intersection(uses)
    return bool(open_to_refusal) and open_to_refusal <= set(refused)
