"""Safeguarding: on which duty somebody is referred, as dated data; it knows no person and no body.

Consent is not needed and asking for it is usually inappropriate (RCGP, *Safeguarding toolkit*;
*Working together to safeguard children*, 2023; Care and Support Statutory Guidance, ch. 14):
whether the person was told is recorded instead, and why if they were not.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from domain.vocabulary import SafeguardingOf


@dataclass(frozen=True, slots=True)
class Basis:
    """The duty under which a local authority makes enquiries, and from when it holds."""

    code: str
    of: SafeguardingOf
    words: str
    source: str
    effective_from: date
    effective_to: date | None = None  # the first day it no longer holds


BASES: tuple[Basis, ...] = (
    Basis(
        code="Care Act 2014 s42",
        of=SafeguardingOf.ADULT,
        words="an adult with care and support needs, at risk of abuse or neglect",
        source="Care Act 2014 (c. 23), section 42, in force from 1 April 2015",
        effective_from=date(2015, 4, 1),
    ),
    Basis(
        code="Children Act 1989 s47",
        of=SafeguardingOf.CHILD,
        words="a child suffering, or likely to suffer, significant harm",
        source="Children Act 1989 (c. 41), section 47, in force from 14 October 1991",
        effective_from=date(1991, 10, 14),
    ),
    Basis(
        code="Children Act 1989 s17",
        of=SafeguardingOf.CHILD,
        words="a child in need",
        source="Children Act 1989 (c. 41), section 17, in force from 14 October 1991",
        effective_from=date(1991, 10, 14),
    ),
)


def bases(of: SafeguardingOf, on: date, among: Collection[Basis] = BASES) -> tuple[Basis, ...]:
    """The duties that hold on a day, for an adult or for a child; the first is the usual one."""
    return tuple(
        each
        for each in among
        if each.of is of
        and each.effective_from <= on
        and (each.effective_to is None or on < each.effective_to)
    )
