"""Waits under another clock: what happened is read by the rule of then and by the other one.

Every wait is judged by what its provider knows; who may see which clock is no part of the rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from domain.kernel import Recorded
from domain.policies.clocks import Clock, ClockReading, ClockRule, Happening, State, reckoned
from domain.policies.clocks.standards import COLLABORATIVE_CARE
from domain.referral import ReferralMade
from domain.vocabulary import Moment, PersonId, Step
from projections.clocks import Told, measured
from projections.directory import Directory
from projections.entries import Entry
from projections.otherwise import Otherwise


@dataclass
class WaitingJudge:
    """Waits under other rules of the clocks that ``rules`` name."""

    NOUNS: ClassVar[frozenset[str]] = frozenset(
        {"partner", "service", "group", "referral", "contact", "measure", "pathway", "plan"}
        | {"meeting"}
    )

    rules: Sequence[ClockRule]
    sealed: frozenset[str] = frozenset()
    judged: int = 0
    _directory: Directory = field(default_factory=Directory)
    _told: defaultdict[PersonId, Told] = field(default_factory=lambda: defaultdict(Told))
    _made: dict[str, int] = field(default_factory=dict)
    _stepped: dict[PersonId, tuple[int, UUID]] = field(default_factory=dict)

    def follow(self, recorded: Recorded) -> Iterator[Otherwise]:
        yield from ()
        self._directory.follow(recorded)
        person = recorded.person
        if person is None:
            return
        if isinstance(recorded.fact, ReferralMade):
            self._made[str(recorded.originator_id)] = recorded.position
        told = self._told[person]
        before = told.at_step
        told.follow(_entry(recorded))
        if told.at_step != before and told.at_step == Step.COLLABORATIVE_CARE:
            self._stepped[person] = recorded.position, recorded.originator_id

    def finish(self, at: Moment) -> Iterator[Otherwise]:
        clocks = {rule.clock for rule in self.rules}
        kinds = {str(k): p.kind for k, p in self._directory.partners.items()}
        for person, told in self._told.items():
            for clock, _, runs, happened in measured(told, self._directory, kinds, None, None):
                referral = runs[-1].referral
                if clock in clocks and referral not in self.sealed:
                    about = self._made[referral], UUID(referral)
                    yield from self._read(person, clock, happened, about, at)
            for clock in clocks.intersection(COLLABORATIVE_CARE):
                if person in self._stepped:
                    yield from self._read(person, clock, told.step, self._stepped[person], at)

    def _read(
        self,
        person: PersonId,
        clock: Clock,
        happened: Sequence[Happening],
        about: tuple[int, UUID],
        at: Moment,
    ) -> Iterator[Otherwise]:
        was, now = reckoned(clock, happened, at), reckoned(clock, happened, at, self.rules)
        if was.state is State.NOT_STARTED and now.state is State.NOT_STARTED:
            return
        self.judged += 1
        if (was.state, was.breached) == (now.state, now.breached):
            return
        yield Otherwise(
            person=person,
            position=about[0],
            at=(now.started or was.started or at),
            what=f"wait, {clock.value}",
            about=about[1],
            then=_words(was),
            now=_words(now),
        )


def _words(reading: ClockReading) -> str:
    return f"{reading.words} ({reading.rule})"


def _entry(recorded: Recorded) -> Entry:
    """The fact as somebody would be told it who is told everything."""
    noun, _, fact = recorded.fact.TOPIC.partition(":")
    assert recorded.recorded_at is not None, "the log tells when it recorded a fact"
    told = recorded.fact.model_dump(mode="json", exclude_none=True)
    return Entry(
        partner=recorded.organisation,
        number=recorded.position,
        position=recorded.position,
        subject=recorded.person,
        type=f"{noun}.{fact}.v1",
        effective_at=recorded.effective_at,
        recorded_at=recorded.recorded_at,
        backfill=False,
        data=told | {"stream": str(recorded.originator_id), "fact": recorded.id},
    )
