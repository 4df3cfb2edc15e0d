"""What each role is there for and sees of a person, and what each purpose asks: dated data.

It refuses to know any person and today's date. It only narrows: what an organisation was never
told, nobody in it sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.kernel import Category
from domain.policies.agreements import OF_THE_PLACE
from domain.vocabulary import Purpose, Role, Scope

CALDICOTT = (
    "National Data Guardian, The Eight Caldicott Principles (8 December 2020), principle 4: access "
    "to confidential information on a strict need-to-know basis; UK GDPR 5(1)(c)"
)
AGGREGATES = (
    "NHS England, Data sharing and data access for commissioners: counts do for planning; the "
    "national data opt-out holds for anything else"
)
WRITTEN_ON = date(2020, 12, 8)


class Duty(StrEnum):
    """What somebody in a role is there for: which addresses are open to them."""

    CARE = "takes part in people's care"
    DESK = "looks after the front desk"
    PRIVACY = "answers for privacy"
    AUDIT = "sees who looked"
    REPLAY = "sees, at the host, what an organisation could see"
    COUNTS = "sees totals"
    OPERATION = "sees that it runs"


OF_PERSONS = frozenset(Category) - {Category.STAFF, Category.DIRECTORY}
"""Every category of data that is about somebody who is helped."""

AT_THE_DESK = frozenset(
    {Category.IDENTITY, Category.DEMOGRAPHIC, Category.ACCESS, Category.ENGAGEMENT}
)
"""Who somebody is, how to speak with them, and that and when their appointments are."""

WHO_IT_IS = frozenset({Category.IDENTITY, Category.DEMOGRAPHIC})
NOTHING: frozenset[Category] = frozenset()

CARING = frozenset(
    {
        Purpose.DIRECT_CARE,
        Purpose.SAFEGUARDING,
        Purpose.COMMUNITY_SUPPORT,
        Purpose.JUSTICE,
        Purpose.ADMINISTRATION,
    }
)
"""Why those who take part in care may look."""


@dataclass(frozen=True, slots=True)
class RoleRule:
    """What a role is there for, which categories it sees, and why it may look, between two dates.

    ``scope`` own: of what is arranged, only appointments with its own organisation.
    """

    role: Role
    duties: frozenset[Duty]
    sees: frozenset[Category]
    purposes: frozenset[Purpose]
    scope: Scope = Scope.EPISODE
    effective_from: date = WRITTEN_ON
    source: str = CALDICOTT
    effective_to: date | None = None  # the first day it no longer holds


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """Which categories a purpose needs, between two dates; the agreement may give fewer."""

    purpose: Purpose
    needs: frozenset[Category]
    effective_from: date = WRITTEN_ON
    source: str = CALDICOTT
    effective_to: date | None = None


def _caring(role: Role) -> RoleRule:
    return RoleRule(role, frozenset({Duty.CARE, Duty.DESK, Duty.COUNTS}), OF_PERSONS, CARING)


ROLES: tuple[RoleRule, ...] = (
    _caring(Role.CLINICIAN),
    _caring(Role.HELPER),
    _caring(Role.CHAIR),
    _caring(Role.ADMINISTRATOR),
    _caring(Role.SYSTEM),
    RoleRule(
        Role.RECEPTION,
        frozenset({Duty.DESK}),
        AT_THE_DESK,
        CARING - {Purpose.SAFEGUARDING},
        Scope.OWN,
    ),
    RoleRule(
        Role.PRIVACY_OFFICER,
        frozenset({Duty.PRIVACY, Duty.AUDIT, Duty.COUNTS}),
        WHO_IT_IS,
        frozenset({Purpose.AUDIT}),
    ),
    RoleRule(
        Role.AUDITOR,
        frozenset({Duty.AUDIT, Duty.COUNTS, Duty.REPLAY}),
        NOTHING,
        frozenset({Purpose.AUDIT}),
    ),
    RoleRule(
        Role.COMMISSIONER,
        frozenset({Duty.COUNTS}),
        NOTHING,
        frozenset({Purpose.PLANNING, Purpose.ADMINISTRATION}),
        source=AGGREGATES,
    ),
    RoleRule(
        Role.OPERATOR,
        frozenset({Duty.OPERATION, Duty.COUNTS}),
        NOTHING,
        frozenset({Purpose.ADMINISTRATION}),
    ),
)

PURPOSES: tuple[PurposeRule, ...] = (
    PurposeRule(Purpose.DIRECT_CARE, OF_PERSONS),
    PurposeRule(Purpose.COMMUNITY_SUPPORT, OF_PERSONS),
    PurposeRule(Purpose.JUSTICE, OF_PERSONS),
    PurposeRule(Purpose.SAFEGUARDING, OF_PERSONS - {Category.EQUALITY}),
    PurposeRule(
        Purpose.ADMINISTRATION,
        AT_THE_DESK | {Category.REFERRAL, Category.COORDINATION},
    ),
    PurposeRule(Purpose.PLANNING, NOTHING, source=AGGREGATES),
    PurposeRule(Purpose.AUDIT, WHO_IT_IS),
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees of what their organisation was told."""

    categories: frozenset[Category] = OF_PERSONS
    scope: Scope = Scope.EPISODE

    @property
    def whole(self) -> bool:
        """Whether it is all that the organisation was told."""
        return self.categories >= OF_PERSONS and self.scope is Scope.EPISODE


WHOLE = Sight()


def role_in_force(role: Role, on: date, rules: Sequence[RoleRule] = ROLES) -> RoleRule:
    """What held for a role on a day; before the first, the first."""
    its = [rule for rule in rules if rule.role is role]
    held = [rule for rule in its if rule.effective_from <= on]
    return max(held, key=lambda rule: rule.effective_from) if held else its[0]


def purpose_in_force(
    purpose: Purpose, on: date, rules: Sequence[PurposeRule] = PURPOSES
) -> PurposeRule:
    """What a purpose needed on a day; before the first, the first."""
    its = [rule for rule in rules if rule.purpose is purpose]
    held = [rule for rule in its if rule.effective_from <= on]
    return max(held, key=lambda rule: rule.effective_from) if held else its[0]


def sight(role: Role, purpose: Purpose, on: date) -> Sight:
    """What somebody in a role sees for a purpose: what both allow, and nothing else."""
    ruled = role_in_force(role, on)
    if purpose not in ruled.purposes:
        return Sight(NOTHING, ruled.scope)
    return Sight(ruled.sees & purpose_in_force(purpose, on).needs, ruled.scope)


def purposes(role: Role, agreed: Sequence[Purpose], on: date) -> tuple[Purpose, ...]:
    """Why somebody in a role may look, under an agreement for these purposes; the usual one first.

    Looking after records, and after who looked at them, is in nobody's agreement and needs none.
    """
    its = role_in_force(role, on).purposes
    return tuple(each for each in (*agreed, *sorted(OF_THE_PLACE)) if each in its)
