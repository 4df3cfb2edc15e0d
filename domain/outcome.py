"""Outcome: how help under a referral ended, where the person went on to, and who has read it.

Its facts belong to the referral, which decides (`domain.referral`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from domain.kernel import (
    Asked,
    BrokenRule,
    Clinical,
    Coordination,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.request import (
    ENDED,
    OnlyTheReceiverMay,
    ReferralFact,
    ReferralWasNotAccepted,
    Request,
    State,
)
from domain.vocabulary import EndReason, PartnerId, PersonId, ReferralId

# What happened


class ReferredOnward(ReferralFact):
    """The receiver asked another service too, or instead: the chain goes on in ``onward``."""

    TOPIC: ClassVar[str] = "referral:ReferredOnward"

    onward: ReferralId


class ReferralClosed(ReferralFact):
    """The receiver's help ended; ``elsewhere`` is where the person went on to, in words."""

    TOPIC: ClassVar[str] = "referral:ReferralClosed"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (
        Recorder.RECEIVER,
        Recorder.REPORTING,
        Recorder.HOSTS_TIMER,
    )

    receiver: PartnerId
    reason: Coordination[EndReason]
    elsewhere: Coordination[PersonalText | None] = None
    summary: Clinical[PersonalText | None] = None


class OutcomeAcknowledged(ReferralFact):
    """The sender has read how it ended."""

    TOPIC: ClassVar[str] = "referral:OutcomeAcknowledged"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SENDER,)


# What is refused


class ReferralHasNotEnded(BrokenRule):
    """The referral has not ended, so there is no outcome to acknowledge yet."""


class OnwardIsForTheSamePerson(BrokenRule):
    """A referral is sent onward for the person it was made for, and for nobody else."""


class WhereToIsMissing(BrokenRule):
    """Say where the person went on to: refer onward first, or name the service in words."""


# What is true now and may happen next


@dataclass
class WithOutcome(Request):
    """How it ended. ``onward`` are the referrals that the receiver made from this one."""

    onward: list[ReferralId] = field(default_factory=list)

    def refer_onward(
        self, onward: ReferralId, *, person: PersonId, asked: Asked
    ) -> Recorded | None:
        """Note that the receiver asks another service from here. Asked twice, it is noted once.

        Raises `OnlyTheReceiverMay`, `ReferralWasNotAccepted`, `OnwardIsForTheSamePerson`.
        """
        if asked.organisation != self.receiver:
            raise OnlyTheReceiverMay(self.id)
        if self.state is not State.ACCEPTED:
            raise ReferralWasNotAccepted(self.id)
        if person != self.person:
            raise OnwardIsForTheSamePerson(self.id)
        if onward in self.onward:
            return None
        return self._record(ReferredOnward(onward=onward), asked)

    def close(
        self,
        reason: EndReason,
        *,
        elsewhere: str | None = None,
        summary: str | None,
        asked: Asked,
    ) -> Recorded | None:
        """End the help; who was referred on went somewhere (``elsewhere``, if not in a referral).

        Raises `OnlyTheReceiverMay`, `ReferralWasNotAccepted`, `WhereToIsMissing`.
        """
        if asked.organisation != self.receiver:
            raise OnlyTheReceiverMay(self.id)
        if self.state in (State.CLOSED, State.ACKNOWLEDGED):
            return None
        if self.state is not State.ACCEPTED:
            raise ReferralWasNotAccepted(self.id)
        if reason is EndReason.REFERRED_ON and not (self.onward or elsewhere):
            raise WhereToIsMissing(self.id)
        fact = ReferralClosed(
            receiver=asked.organisation, reason=reason, elsewhere=elsewhere, summary=summary
        )
        return self._record(fact, asked)

    def acknowledge_outcome(self, *, asked: Asked) -> Recorded | None:
        """Say that the outcome was read: the end of the help, or that there will be none.

        Raises `OnlyTheSenderMay`, `ReferralHasNotEnded`.
        """
        self._sending(asked)
        if self.state is State.ACKNOWLEDGED:
            return None
        if self.state not in ENDED:
            raise ReferralHasNotEnded(self.id)
        return self._record(OutcomeAcknowledged(), asked)


FACTS: tuple[type[Fact], ...] = (ReferredOnward, ReferralClosed, OutcomeAcknowledged)
