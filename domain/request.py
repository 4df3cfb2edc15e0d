"""Request: where a referral stands, between whom, and since when an answer is waited for.

It is the ground of the referral's parts, each a module of its own: advice before it, silence, the
wait to be seen, the first contact and the outcome. `domain.referral` puts them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.policies.escalation import Silence
from domain.silence import Wait
from domain.vocabulary import (
    Label,
    PartnerId,
    PersonId,
    Priority,
    Responsibility,
    ServiceId,
    Source,
)


class ReferralFact(Fact):
    """What is asked of a service, and what it answers."""

    TOPIC: ClassVar[str] = "referral:"
    CATEGORY: ClassVar[Category] = Category.REFERRAL
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RECEIVER,)


# What is refused


class ReferralExists(BrokenRule):
    """A referral of this id has been made already."""


class OnlyTheReceiverMay(BrokenRule):
    """Only the organisation the referral waits with may answer it so."""


class OnlyTheSenderMay(BrokenRule):
    """Only the organisation that made the referral may do this."""


class ReferralIsNotWaiting(BrokenRule):
    """The referral has been answered already; see its history for the answer."""


class ReferralWasNotAccepted(BrokenRule):
    """The referral was not accepted, so it cannot be worked or closed."""


# What is true now


class State(StrEnum):
    ADVICE_ASKED = "advice asked"
    ADVICE_GIVEN = "advice given"
    WAITING = "waiting"
    INFORMATION_ASKED = "information asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CLOSED = "closed"
    ACKNOWLEDGED = "acknowledged"


OPEN = frozenset({State.WAITING, State.INFORMATION_ASKED})
HELPED = frozenset({State.ACCEPTED, State.CLOSED})
"""States in which the receiver helps or has helped: what it saw may still be recorded, late."""
WAITED_UNDER = OPEN | {State.ACCEPTED}
"""States in which somebody may still be waiting to be seen."""

ADVICE = frozenset({State.ADVICE_ASKED, State.ADVICE_GIVEN})
AGAIN = ADVICE | {State.DECLINED, State.EXPIRED}
"""States in which the sender may refer: after advice under the same id, else by a new referral."""

UNANSWERED = OPEN | {State.ADVICE_ASKED}
"""States in which the sender waits for the receiver."""

ENDED = frozenset({State.DECLINED, State.EXPIRED, State.CLOSED, State.ADVICE_GIVEN})
"""States whose outcome the sender has still to acknowledge."""


@dataclass
class Request(Aggregate):
    """One request to one service about one person.

    ``correlation`` is the first referral of the chain it belongs to. ``wait`` is the receiver's
    silence. A question back ends it, for somebody has read the referral, and begins the sender's;
    the answer and a redirection begin the receiver's anew.
    """

    NOUN: ClassVar[str] = "referral"

    state: State | None = None
    person: PersonId | None = None
    sender: PartnerId | None = None
    receiver: PartnerId | None = None
    service: ServiceId | None = None
    source: Source | None = None
    responsibility: Responsibility = Responsibility.HELP_ALONGSIDE
    priority: Priority = Priority.ROUTINE
    label: Label = Label.ORDINARY
    wait: Wait | None = None
    correlation: UUID | None = None

    def _record(
        self,
        fact: Fact,
        asked: Asked,
        label: Label = Label.ORDINARY,
    ) -> Recorded:
        """Record under the referral's own label, or under a stricter one for this fact alone."""
        return self.record(
            fact,
            asked,
            person=self.person,
            label=label if self.label is Label.ORDINARY else self.label,
            correlation=self.correlation,
        )

    def _answering(self, asked: Asked) -> None:
        if asked.organisation != self.receiver:
            raise OnlyTheReceiverMay(self.id)
        if self.state not in OPEN:
            raise ReferralIsNotWaiting(self.id, self.state)

    def _sending(self, asked: Asked) -> None:
        if asked.organisation != self.sender:
            raise OnlyTheSenderMay(self.id)

    def _wait_since(self, recorded: Recorded, about: Silence = Silence.REFERRAL) -> Wait:
        return Wait.since(about, recorded, self.priority)
