"""How each partner is told, for who operates the place: topic, mailbox, endpoints, what waits.

It refuses to know what is told, and names nobody who is helped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from domain.vocabulary import Way
from projections.statements import statements
from projections.topics import topic_of

SQL = statements("operating")

LATE = timedelta(minutes=1)
"""How long the next entry may wait for a topic before somebody should look."""

UNSENT = timedelta(hours=1)
"""How long the next entry may wait to be put into a mailbox before somebody should look."""

FAILING = timedelta(hours=1)
"""How long an endpoint's tries may come to nothing before somebody should ask its partner."""

FAILS = "failing"
"""How an active endpoint stands whose last tries came to nothing."""

ENDED_BY_TERMS = "not agreed"
"""Why an endpoint is disabled whose partner's agreement is not for this way."""

STATES = ("active", FAILS, "paused", "disabled")


@dataclass(frozen=True, slots=True)
class TopicStands:
    """A partner's Kafka topic, as the relay last said."""

    partner: UUID
    generation: int
    reached: int | None
    newest: int
    at: datetime | None
    waits_since: datetime | None

    @property
    def name(self) -> str:
        return topic_of(self.partner, self.generation)

    @property
    def behind(self) -> int:
        """How many entries it has still to be given."""
        return self.newest - (self.reached or 0)

    def late(self, now: datetime) -> bool:
        return self.waits_since is not None and now - self.waits_since > LATE


@dataclass(frozen=True, slots=True)
class MailboxStands:
    """A partner's NHS MESH mailbox: up to which number entries were put there and taken out."""

    partner: UUID
    name: str
    reached: int
    collected: int | None
    newest: int
    at: datetime | None
    failure: str
    waits_since: datetime | None

    @property
    def behind(self) -> int:
        """How many entries it has still to be given."""
        return max(self.newest - self.reached, 0)

    def late(self, now: datetime) -> bool:
        """Whether what follows is not taken there, or not sent."""
        waits = self.waits_since is not None and now - self.waits_since > UNSENT
        return bool(self.failure) or waits


@dataclass(frozen=True, slots=True)
class CasesWait:
    """How many cases of a partner wait, beside its topic or before its systems that ask."""

    partner: UUID
    way: Way
    cases: int
    since: datetime


@dataclass(frozen=True, slots=True)
class EndpointStands:
    """An endpoint of a partner; ``host`` is all that is said of its address."""

    partner: UUID
    name: str
    host: str
    state: str
    why: str
    state_at: datetime
    told: int
    newest: int
    failures: int
    failing_since: datetime | None
    last_at: datetime | None
    due_at: datetime | None
    waits_since: datetime | None

    @property
    def stands(self) -> str:
        """Its state, or that it fails."""
        return FAILS if self.state == "active" and self.failures else self.state

    @property
    def behind(self) -> int:
        """How many entries its partner was not told of."""
        return max(self.newest - self.told, 0)

    def alarms(self, now: datetime) -> bool:
        """Whether its partner should be asked what became of it."""
        if self.state == "disabled":
            return self.why != ENDED_BY_TERMS
        return self.failing_since is not None and now - self.failing_since > FAILING


def by_state(endpoints: Iterable[EndpointStands]) -> Mapping[str, int]:
    """How many endpoints stand so, for each way to stand."""
    found = Counter(each.stands for each in endpoints)
    return {state: found[state] for state in STATES}
