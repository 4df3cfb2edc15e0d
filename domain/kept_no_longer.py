"""Kept no longer: volumes of what is kept of somebody for less long than their record are let go.

Its fact belongs to the person's own stream; of an answer that nobody gave by name, to the answer's
own. It refuses to know what the volumes said, and to destroy a key itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from domain.kernel import Aggregate, Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.policies.days import local_date
from domain.policies.retention import in_force
from domain.vocabulary import PersonId, Retention

# What happened


class KeptNoLonger(Fact):
    """What rested in these volumes was kept for as long as it must be: nobody reads it any more.

    ``rule`` is the source that says for how long, and ``rule_since`` from when it holds. Whoever
    was told of anything in them is asked to remove it. Their keys are destroyed.
    """

    TOPIC: ClassVar[str] = "person:KeptNoLonger"
    CATEGORY: ClassVar[Category] = Category.IDENTITY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    kept_as: Retention
    volumes: tuple[int, ...]
    rule: str
    rule_since: date


# What is refused


class OnlyATimerLetsGo(BrokenRule):
    """Nobody lets anything go by hand: a sweep does, once it was kept for long enough."""


class OnlyErasureLetsARecordGo(BrokenRule):
    """A care record goes only with the person: order that they are erased."""


# What is true now and may happen next


@dataclass
class LettingGo(Aggregate):
    """Of whom volumes may go; each goes once."""

    let_go: set[tuple[Retention, int]] = field(default_factory=set)

    def let_volumes_go(
        self, kept_as: Retention, volumes: Collection[int], *, asked: Asked
    ) -> Recorded | None:
        """Let these volumes go, by the rule of the day. Asked twice, it answers once.

        Raises `OnlyErasureLetsARecordGo`.
        """
        if kept_as is Retention.CARE:
            raise OnlyErasureLetsARecordGo(self.id)
        going = sorted(each for each in volumes if (kept_as, each) not in self.let_go)
        if not going:
            return None
        rule = in_force(kept_as, local_date(asked.at))
        fact = KeptNoLonger(
            kept_as=kept_as,
            volumes=tuple(going),
            rule=rule.source,
            rule_since=rule.effective_from,
        )
        return self.record(fact, asked, person=PersonId(self.id))

    def follow_letting_go(self, fact: KeptNoLonger) -> None:
        """Follow what was let go."""
        self.let_go |= {(fact.kept_as, each) for each in fact.volumes}


def in_words(rule: str, since: date) -> str:
    """What stands in the place of words that were kept for long enough."""
    return f"Removed under retention rule: {rule}, in force since {since.isoformat()}"


FACTS: tuple[type[Fact], ...] = (KeptNoLonger,)
