"""What anybody may ask, drawn by chance from the types of the intentions themselves.

A new intention is asked as soon as there is one. It refuses to know what any of them means.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import EnumMeta
from functools import cache, cached_property
from random import Random
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import BaseModel

from domain import person
from domain.application import CareCoordination
from domain.corrections import Detail
from domain.intentions.deciding import Deciding
from domain.kernel import Asked
from domain.vocabulary import (
    HandoverId,
    PartnerId,
    PersonId,
    PractitionerId,
    ReferralId,
    ServiceId,
)
from tests.people import (
    CHARITY,
    COLLABORATIVE_CARE,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    MONDAY,
    PRACTITIONERS,
    ROSA,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    details,
    named,
)

ACTORS = (WIGG, TALKING, TRUST, DRUGS, CHARITY)
PEOPLE = (ROSA, TOM)
SERVICES = (THERAPY, WARD, DRUG_CARE, COLLABORATIVE_CARE, GARDENING)

FOUNDING = frozenset(
    {
        "add_practitioner",
        "begin_agreement",
        "choose_stepped_care",
        "choose_way",
        "describe_service",
        "end_agreement",
        "expire_agreement",
        "join_partner",
        "open_service",
        "sign_agreement",
        "write_way",
    }
)
"""Intentions that found a place: what the tests' people and services rest on stays as it is."""

RARE = frozenset({"close_service", "leave", "record_death", "object_to", "take_back_death"})
"""Intentions after which little is left to ask."""


@cache
def intentions() -> dict[str, Callable[..., Any]]:
    """Every intention of the application by its name."""
    plumbing = set(dir(Deciding))
    return {
        name: method
        for name, method in inspect.getmembers(CareCoordination, inspect.isfunction)
        if not name.startswith("_")
        and name.isascii()  # a mutant has a name of its own beside the intention's
        and name not in plumbing | FOUNDING
        and "asked" in inspect.signature(method).parameters
    }


@cache
def parameters(name: str) -> list[tuple[str, Any, bool]]:
    """What an intention takes, but for who asks: its name, its type, whether it must be given."""
    method = intentions()[name]
    hints = get_type_hints(method)
    return [
        (each.name, hints[each.name], each.default is inspect.Parameter.empty)
        for each in list(inspect.signature(method).parameters.values())[1:]
        if hints[each.name] is not Asked
    ]


@dataclass
class Pool:
    """What there is to ask about by now, and the time."""

    chance: Random
    referrals: list[ReferralId] = field(default_factory=list)
    offers: list[HandoverId] = field(default_factory=list)
    actor: PartnerId = WIGG
    now: datetime = MONDAY

    def draw(self, name: str, kind: Any) -> Any:
        """A value of a type; a few ids for each noun that has no pool of its own."""
        origin, inner = get_origin(kind), get_args(kind)
        if kind in self._drawing:
            return self._drawing[kind]()
        if origin is Annotated:
            return self.draw(name, inner[0])
        if type(None) in inner:
            (other,) = (each for each in inner if each is not type(None))
            return self.draw(name, other) if self.chance.random() < 0.5 else None
        if origin is tuple and ... not in inner:
            return tuple(self.draw(name, each) for each in inner)
        if origin in (tuple, Iterable, Sequence, Collection, frozenset):
            drawn = (self.draw(name, inner[0]) for _ in range(self.chance.randrange(3)))
            return frozenset(drawn) if origin is frozenset else tuple(drawn)
        if origin in (Union, UnionType):
            return self.draw(name, self.chance.choice(inner))
        if origin is Mapping:
            return {self.draw(name, inner[0]): self.draw(name, inner[1]) for _ in range(2)}
        if isinstance(kind, EnumMeta):
            return self.chance.choice(list(kind))
        if getattr(kind, "__supertype__", None) is UUID:
            return kind(named(f"{name} {self.chance.randrange(5)}"))
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            hints = get_type_hints(kind, include_extras=False)
            return kind(**{field: self.draw(field, hints[field]) for field in kind.model_fields})
        if isinstance(kind, type) and is_dataclass(kind):
            hints = get_type_hints(kind)
            return kind(
                **{each.name: self.draw(each.name, hints[each.name]) for each in fields(kind)}
            )
        raise NotImplementedError(f"teach tests/domain/chance.py to draw {kind}, for {name}")

    @cached_property
    def _drawing(self) -> Mapping[Any, Callable[[], Any]]:
        return {
            PersonId: lambda: self.chance.choice(PEOPLE),
            PartnerId: lambda: self.chance.choice(ACTORS),
            ServiceId: lambda: self.chance.choice(SERVICES),
            PractitionerId: lambda: PRACTITIONERS.get(self.actor, PRACTITIONERS[WIGG]),
            ReferralId: lambda: self.chance.choice(self.referrals[-8:]),
            HandoverId: lambda: self.chance.choice(
                [*self.offers[-2:], HandoverId(named("no offer"))]
            ),
            UUID: lambda: self.chance.choice(self.referrals),
            str: lambda: f"words {self.chance.randrange(4)}",
            int: lambda: self.chance.randrange(28),
            bool: lambda: self.chance.random() < 0.5,
            time: lambda: time(self.chance.randrange(24)),
            date: lambda: self.now.date() + timedelta(days=self.chance.randrange(-7, 30)),
            datetime: lambda: self.now + timedelta(days=self.chance.randrange(4)),
            person.Details: lambda: details(self.chance.choice(PEOPLE)),
            Mapping[Detail, str | None]: lambda: {
                Detail.PHONE: self.draw("words", str),
                Detail.DATE_OF_BIRTH: f"199{self.chance.randrange(4)}-03-02",
            },
        }

    def arguments(self, name: str, **known: Any) -> dict[str, Any]:
        """What an intention is asked with, but for who asks. Half of what may be left out is."""
        found: dict[str, Any] = {}
        for parameter, kind, needed in parameters(name):
            if parameter in known:
                found[parameter] = known[parameter]
            elif needed or self.chance.random() < 0.5:
                found[parameter] = self.draw(parameter, kind)
        return found
