"""Agreements of the place through the year: one for a year that ends soon, and one that lapsed.

Whoever has nothing signed anew stays under the default for its kind.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from deploy.community import place, workdays
from deploy.community.community import Community, Life
from deploy.community.organisation import Organisation
from domain.agreement import AgreementSigned
from domain.kernel import Asked
from domain.policies.agreements import template
from domain.policies.days import DAY, local_date
from domain.vocabulary import Moment, Purpose, Role

SIGNED_BEFORE = timedelta(days=12)
ENDS_AFTER = timedelta(days=24)
"""The carers' charity is paid for by the year: its agreement ends so many days from now."""

LAPSED = 5
"""Days on which the commissioner, who is told of nobody, was without an agreement."""


def yearly(c: Community) -> Life:
    """The carers' charity signs before its agreement begins; the timer lets it begin on the day."""
    chance = Random("the carers' agreement")  # noqa: S311 -- chance, not secrecy
    yield workdays.at(workdays.workday(local_date(c.start)), 11)
    starts = local_date(c.now + SIGNED_BEFORE)
    ends = local_date(c.until + ENDS_AFTER)
    _sign(c, chance, place.CARERS, starts, ends)
    yield _midnight(starts)
    c.care.begin_agreement(place.CARERS.id, asked=c.asked_apart(chance, place.PRACTICE, None))


def lapsed(c: Community) -> Life:
    """The commissioner's runs out before anybody has signed the next: the timer says so."""
    chance = Random("the commissioner's agreement")  # noqa: S311
    yield workdays.at(workdays.workday(local_date(c.start)), 11, 20)
    ends = local_date(c.start + (c.until - c.start) / 3)
    _sign(c, chance, place.COMMISSIONER, local_date(c.now), ends)
    yield _midnight(ends + DAY)
    c.care.expire_agreement(
        place.COMMISSIONER.id, asked=c.asked_apart(chance, place.PRACTICE, None)
    )
    yield workdays.at(workdays.workday(ends + timedelta(days=LAPSED)), 10)
    _sign(c, chance, place.COMMISSIONER, local_date(c.now), None)


def _sign(
    c: Community, chance: Random, partner: Organisation, starts: date, ends: date | None
) -> None:
    agreement = AgreementSigned.under(
        template(partner.kind, starts),
        reference=f"{partner.name}, from {starts:%B %Y}",
        starts=starts,
        ends=ends,
    )
    c.care.sign_agreement(partner.id, agreement, asked=_by_host(c, chance))


def _by_host(c: Community, chance: Random) -> Asked:
    office = place.PRACTICE.those(Role.ADMINISTRATOR)[0]
    return replace(c.asked_apart(chance, place.PRACTICE, office), purpose=Purpose.ADMINISTRATION)


def _midnight(day: date) -> Moment:
    """The first minute of a day in London, when the timer looks."""
    return workdays.at(day, 0, 1)
