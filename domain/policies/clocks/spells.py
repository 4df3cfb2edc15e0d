"""Spells: which referrals run under one clock, from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from domain.policies.clocks.happening import Happening, Kind
from domain.policies.clocks.rules import ClockRule
from domain.policies.days import local_date
from domain.vocabulary import Moment


@dataclass(frozen=True, slots=True)
class Spell:
    """One run of a clock; ``end`` is ``None`` while a referral is open."""

    referrals: frozenset[str]
    start: Moment
    end: Moment | None

    def holds(self, happening: Happening) -> bool:
        """Whether it belongs to the spell and lies, by the day, between its start and its end."""
        if happening.referral not in self.referrals:
            return False
        on = local_date(happening.at)
        return local_date(self.start) <= on and (self.end is None or on <= local_date(self.end))


def spells(rule: ClockRule, happenings: Iterable[Happening]) -> list[Spell]:
    """Every spell under a rule, oldest first.

    One referral, one spell, unless the rule joins those that overlap or lie close together.
    """
    by_referral: dict[str, list[Happening]] = {}
    for happening in sorted(happenings, key=lambda h: (h.at, h.kind is Kind.REFERRAL_REOPENED)):
        by_referral.setdefault(happening.referral, []).append(happening)
    single = [
        spell
        for referral, own in by_referral.items()
        if (spell := _of_one(rule, referral, own)) is not None
    ]
    single.sort(key=lambda spell: (spell.start, sorted(spell.referrals)))
    return single if rule.spell_gap is None else _joined(single, rule.spell_gap)


def _of_one(rule: ClockRule, referral: str, own: Sequence[Happening]) -> Spell | None:
    start: Moment | None = None
    end: Moment | None = None
    for happening in own:
        if happening.kind in rule.starts:
            if start is None and (rule.teams is None or happening.team in rule.teams):
                start = happening.at
        elif happening.kind in rule.ends:
            end = end or happening.at
        elif happening.kind is Kind.REFERRAL_REOPENED:
            end = None
    if start is None:
        return None
    return Spell(frozenset({referral}), start, end if end is None else max(start, end))


def _joined(single: Iterable[Spell], gap: int) -> list[Spell]:
    joined: list[Spell] = []
    for spell in single:
        last = joined[-1] if joined else None
        if last is not None and _near(last, spell, gap):
            ends = (last.end, spell.end)
            end = None if None in ends else max(end for end in ends if end is not None)
            joined[-1] = Spell(last.referrals | spell.referrals, last.start, end)
        else:
            joined.append(spell)
    return joined


def _near(last: Spell, spell: Spell, gap: int) -> bool:
    return last.end is None or local_date(spell.start) <= local_date(last.end) + timedelta(gap)
