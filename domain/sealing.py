"""Sealing: what a person wants kept from everybody but who recorded it.

Its facts belong to the person's own stream. It refuses to know how a sealed item is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import uuid5

from domain.corrections import DisagreementRecorded
from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies import sealing
from domain.rectification import RectificationFact
from domain.vocabulary import PartnerId, PersonId, SealId

# What happened


class SealFact(Fact):
    """The person had something kept from others, or no longer does.

    Those who coordinate care learn that something is sealed and when, not what or by whom;
    whoever keeps it learns what.
    """

    TOPIC: ClassVar[str] = "person:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)

    seal: SealId


class ItemSealed(SealFact):
    """The person wants this kept from everybody but who recorded it; no reason is needed.

    ``item`` is one fact by its own id, or a whole stream, such as a referral with the appointments
    and scores under it. ``keepers`` are the organisations that recorded any of it. Whoever else was
    told of it forgets it, and is told the rest again.
    """

    TOPIC: ClassVar[str] = "person:ItemSealed"

    item: str
    keepers: tuple[PartnerId, ...]


class ItemUnsealed(SealFact):
    """The person no longer wants this kept from others, who are told of it as they may be."""

    TOPIC: ClassVar[str] = "person:ItemUnsealed"


# What is refused


class ThisCannotBeSealed(BrokenRule):
    """This cannot be sealed: it says who holds the person, or keeps somebody safe."""


class SomebodyHasStillToAnswer(BrokenRule):
    """An organisation has still to answer this referral and must see it; seal it afterwards."""


class SealIsUnknown(Unknown):
    """Nothing is sealed under this id."""


# What is true now and may happen next

DISPUTING = (DisagreementRecorded, RectificationFact)
"""What the person says of something else, and so is sealed with it."""

Sealed = Mapping[str, frozenset[PartnerId]]
"""What is sealed, by fact or stream, and who recorded any of it."""


def hidden(recorded: Recorded, partner: PartnerId, sealed: Sealed) -> bool:
    """Whether a fact is kept from a partner because it, or what it belongs to, is sealed.

    What belongs to a sealed referral is sealed with it, and so is what the person disputes of it.
    """
    if not sealed or recorded.organisation == partner:
        return False
    if not isinstance(recorded.fact, DISPUTING) and not sealing.belongs(recorded.fact):
        return False
    return any(partner not in sealed[item] for item in _names(recorded) if item in sealed)


def _names(recorded: Recorded) -> set[str]:
    names = {recorded.id, str(recorded.originator_id), str(recorded.correlation)}
    if isinstance(recorded.fact, DISPUTING):
        about = recorded.fact.about
        names |= {about, about.split("/")[0]}
    return names


@dataclass
class Sealing(Aggregate):
    """What a person has sealed."""

    seals: dict[SealId, str] = field(default_factory=dict)

    def seal(self, about: Recorded, told: Iterable[Recorded], *, asked: Asked) -> Recorded | None:
        """Keep something from everybody but those who recorded it. Asked twice, it answers once.

        The first fact of a stream is sealed with all of it, of which ``told`` is what there is.
        Who recorded something else there keeps nothing by it that is sealed alone. Raises
        `ThisCannotBeSealed`.
        """
        item = sealing.item(about)
        if item is None:
            raise ThisCannotBeSealed(about.id)
        if item in self.seals.values():
            return None
        sealed = [about] if item == about.id else told
        fact = ItemSealed(
            seal=SealId(uuid5(asked.key, f"seal of {asked.organisation}")),
            item=item,
            keepers=tuple(sorted({each.organisation for each in sealed})),
        )
        return self.record(fact, asked, person=PersonId(self.id), label=about.label)

    def unseal(self, seal: SealId, *, asked: Asked) -> Recorded:
        """Let others know of it again, as they may. Raises `SealIsUnknown`."""
        if seal not in self.seals:
            raise SealIsUnknown(seal)
        return self.record(ItemUnsealed(seal=seal), asked, person=PersonId(self.id))

    def follow_seal(self, fact: SealFact) -> None:
        """Follow what is sealed."""
        match fact:
            case ItemSealed(seal=seal, item=item):
                self.seals[seal] = item
            case ItemUnsealed(seal=seal):
                self.seals.pop(seal, None)
            case other:
                raise AssertionError(f"{other.TOPIC} seals nothing")


FACTS: tuple[type[Fact], ...] = (ItemSealed, ItemUnsealed)
