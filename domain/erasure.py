"""Erasure: a person is to be forgotten; two people say so, and it is done when a delay is over.

It refuses to know who the person was, and to destroy a key itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies.erasure import in_force
from domain.vocabulary import ErasureReason, Moment, PersonId, PractitionerId

# What happened


class ErasureFact(Fact):
    """What happened to an order that a person is forgotten; it is told to nobody."""

    TOPIC: ClassVar[str] = "erasure:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PRIVACY,)


class ErasureOrdered(ErasureFact):
    """A person is to be forgotten, under an order with this reference, for this reason.

    The reference names nobody: it is what everybody sees in the person's place. ``words`` are
    erased with the person.
    """

    TOPIC: ClassVar[str] = "erasure:ErasureOrdered"

    order: str
    reason: ErasureReason
    words: PersonalText | None = None


class ErasureConfirmed(ErasureFact):
    """A second person said so too: the person is forgotten at ``erases_at``, if nobody cancels."""

    TOPIC: ClassVar[str] = "erasure:ErasureConfirmed"

    erases_at: Moment


class ErasureCancelled(ErasureFact):
    """The person is not forgotten under this order."""

    TOPIC: ClassVar[str] = "erasure:ErasureCancelled"


class KeysDestroyed(ErasureFact):
    """The person's keys are destroyed, after all that was told of them was taken out of views.

    Backups that still hold a key expire ``backups_for`` days later at the latest: from then on
    nobody can read who it was.
    """

    TOPIC: ClassVar[str] = "erasure:KeysDestroyed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    backups_for: int


# What is refused


class ErasureIsUnknown(Unknown):
    """No such erasure is known here."""


class ErasureIsOrdered(BrokenRule):
    """This erasure is ordered already."""


class OnlyTheHostErases(BrokenRule):
    """Only a privacy officer of the host orders that a person is erased."""


class SomebodyElseConfirms(BrokenRule):
    """Somebody else than who ordered it confirms it: a privacy officer or an administrator."""


class ErasureIsOver(BrokenRule):
    """This erasure was cancelled, or is done; order a new one if it is wanted."""


class ErasureIsNotDue(BrokenRule):
    """This erasure is not confirmed, or its time has not come."""


class ThePersonIsStillHeld(BrokenRule):
    """An organisation is still responsible for the person: their pathway ends first."""


class ThePersonIsErased(BrokenRule):
    """The person is erased already."""


# What is true now and may happen next


@dataclass
class Erasure(Aggregate):
    """One order that one person is forgotten."""

    NOUN: ClassVar[str] = "erasure"

    person: PersonId | None = None
    order_: str = ""
    reason: ErasureReason | None = None
    ordered_at: Moment | None = None
    ordered_by: PractitionerId | None = None
    confirmed_by: PractitionerId | None = None
    erases_at: Moment | None = None
    cancelled: bool = False
    destroyed_at: Moment | None = None

    def order(
        self,
        person: PersonId,
        reference: str,
        reason: ErasureReason,
        words: str | None,
        *,
        asked: Asked,
    ) -> Recorded:
        """Order that a person is forgotten. Raises `ErasureIsOrdered`."""
        if self.person is not None:
            raise ErasureIsOrdered(self.id)
        fact = ErasureOrdered(order=reference, reason=reason, words=words)
        return self.record(fact, asked, person=person)

    def confirm(self, *, asked: Asked) -> Recorded | None:
        """Say so too; the delay begins. Asked twice, it answers once.

        Raises `ErasureIsOver`, `SomebodyElseConfirms`.
        """
        self.must_stand()
        if asked.practitioner is None or asked.practitioner == self.ordered_by:
            raise SomebodyElseConfirms(self.id)
        if self.erases_at is not None:
            return None
        fact = ErasureConfirmed(erases_at=asked.at + in_force(asked.at).delay)
        return self.record(fact, asked, person=self.person)

    def cancel(self, *, asked: Asked) -> Recorded | None:
        """Take the order back before it is done. Asked twice, it answers once.

        Raises `ErasureIsOver`.
        """
        if self.cancelled:
            return None
        self.must_stand()
        return self.record(ErasureCancelled(), asked, person=self.person)

    def must_stand(self) -> None:
        """Raises `ErasureIsOver`."""
        if self.cancelled or self.destroyed_at is not None:
            raise ErasureIsOver(self.id)

    def must_be_due(self, at: Moment) -> None:
        """Raises `ErasureIsOver`, `ErasureIsNotDue`."""
        self.must_stand()
        if self.erases_at is None or at < self.erases_at:
            raise ErasureIsNotDue(self.id)

    def finish(self, backups_for: int, *, asked: Asked) -> Recorded | None:
        """Note that the keys are destroyed. Asked twice, it answers once."""
        if self.destroyed_at is not None:
            return None
        return self.record(KeysDestroyed(backups_for=backups_for), asked, person=self.person)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case ErasureOrdered(order=order, reason=reason):
                self.person, self.order_, self.reason = recorded.person, order, reason
                self.ordered_at, self.ordered_by = recorded.effective_at, recorded.practitioner
            case ErasureConfirmed(erases_at=erases_at):
                self.erases_at, self.confirmed_by = erases_at, recorded.practitioner
            case ErasureCancelled():
                self.cancelled = True
            case KeysDestroyed():
                self.destroyed_at = recorded.effective_at
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about an erasure")


FACTS: tuple[type[Fact], ...] = (
    ErasureOrdered,
    ErasureConfirmed,
    ErasureCancelled,
    KeysDestroyed,
)
