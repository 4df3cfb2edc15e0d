"""Wishes: whom the person does not want told, for which uses, and whom they agreed to being told.

They are facts of the person's own stream. It refuses to know who is involved, and whether the law
lets an organisation know something without being asked: that is `domain.agreement`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    Recorded,
    Recorder,
)
from domain.policies import objections
from domain.policies.days import local_date
from domain.vocabulary import PartnerId, PersonId, Purpose

# What happened


class WishFact(Fact):
    """What a person wants told of them, to whom and for what; nobody asks them why.

    It is told to nobody but the organisation they said it to: whom somebody does not want told
    would name a drug service, and for what, what they are in.
    """

    TOPIC: ClassVar[str] = "person:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)


class ObjectionRaised(WishFact):
    """The person does not want an organisation to know about them; no reason is needed."""

    TOPIC: ClassVar[str] = "person:ObjectionRaised"

    to: PartnerId


class ObjectionLifted(WishFact):
    """The person no longer objects to an organisation."""

    TOPIC: ClassVar[str] = "person:ObjectionLifted"

    to: PartnerId


class UseObjectedTo(WishFact):
    """The person does not want what is known of them used for this; no reason is needed.

    Whoever is told for that use alone is told no more. To object to planning and research is the
    national data opt-out: it leaves care as it is.
    """

    TOPIC: ClassVar[str] = "person:UseObjectedTo"

    use: Purpose


class UseObjectionLifted(WishFact):
    """The person no longer objects to this use of what is known of them."""

    TOPIC: ClassVar[str] = "person:UseObjectionLifted"

    use: Purpose


class ConsentGiven(WishFact):
    """The person agreed in so many words that an organisation outside care may be told.

    That is for the duty of confidence; it is not the lawful basis, which the agreement names.
    """

    TOPIC: ClassVar[str] = "person:ConsentGiven"

    to: PartnerId


class ConsentWithdrawn(WishFact):
    """The person no longer agrees to an organisation's being told; no reason is needed."""

    TOPIC: ClassVar[str] = "person:ConsentWithdrawn"

    to: PartnerId


# What is refused


class NobodyRefusesThisUse(BrokenRule):
    """Nobody can object to this use: the law asks for it, whoever wants it or does not."""


# What is true now and may happen next


class Wished(Protocol):
    """Whatever follows what a person wants."""

    objections: set[PartnerId]
    refused_uses: set[Purpose]
    consents: set[PartnerId]


def heed(wished: Wished, wish: WishFact) -> None:
    """Follow what the person wants now."""
    match wish:
        case ObjectionRaised(to=partner):
            wished.objections.add(partner)
            wished.consents.discard(partner)
        case ObjectionLifted(to=partner):
            wished.objections.discard(partner)
        case UseObjectedTo(use=use):
            wished.refused_uses.add(use)
        case UseObjectionLifted(use=use):
            wished.refused_uses.discard(use)
        case ConsentGiven(to=partner):
            wished.consents.add(partner)
        case ConsentWithdrawn(to=partner):
            wished.consents.discard(partner)
        case other:
            raise AssertionError(f"{other.TOPIC} is not a wish")


@dataclass
class Wishing(Aggregate):
    """Whom a person does not want told, which uses they do not want, and to whom they agreed."""

    objections: set[PartnerId] = field(default_factory=set)
    refused_uses: set[Purpose] = field(default_factory=set)
    consents: set[PartnerId] = field(default_factory=set)

    def objects_to(self, partner: PartnerId, uses: Iterable[Purpose] = ()) -> bool:
        """Whether the person does not want it told: it by name, or every use it is told for."""
        return partner in self.objections or objections.closes(self.refused_uses, uses)

    def object_to(self, partner: PartnerId, *, asked: Asked) -> Recorded | None:
        """Close an organisation's view of the person. Asked twice, it answers once."""
        if partner in self.objections:
            return None
        return self._wish(ObjectionRaised(to=partner), asked)

    def lift_objection(self, partner: PartnerId, *, asked: Asked) -> Recorded | None:
        """Take an objection back."""
        if partner not in self.objections:
            return None
        return self._wish(ObjectionLifted(to=partner), asked)

    def object_to_use(self, use: Purpose, *, asked: Asked) -> Recorded | None:
        """Close the views of whoever is told for this use alone. Asked twice, it answers once.

        Raises `NobodyRefusesThisUse`.
        """
        if not objections.may_be_refused(use, local_date(asked.at)):
            raise NobodyRefusesThisUse(use)
        if use in self.refused_uses:
            return None
        return self._wish(UseObjectedTo(use=use), asked)

    def lift_use_objection(self, use: Purpose, *, asked: Asked) -> Recorded | None:
        """Take an objection to a use back."""
        if use not in self.refused_uses:
            return None
        return self._wish(UseObjectionLifted(use=use), asked)

    def consent_to(self, partner: PartnerId, *, asked: Asked) -> Recorded | None:
        """Record that the person agreed to a partner's being told, where that is asked for."""
        if partner in self.consents:
            return None
        return self._wish(ConsentGiven(to=partner), asked)

    def withdraw_consent(self, partner: PartnerId, *, asked: Asked) -> Recorded | None:
        """Take back that the person agreed. Asked twice, it answers once."""
        if partner not in self.consents:
            return None
        return self._wish(ConsentWithdrawn(to=partner), asked)

    def _wish(self, fact: WishFact, asked: Asked) -> Recorded:
        return self.record(fact, asked, person=PersonId(self.id))


FACTS: tuple[type[Fact], ...] = (
    ObjectionRaised,
    ObjectionLifted,
    UseObjectedTo,
    UseObjectionLifted,
    ConsentGiven,
    ConsentWithdrawn,
)
