"""What every partner was told of linked records and may still know, worked out in memory.

It follows the facts as the share does, with or without the facts of linking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain import circles
from domain.agreement import AgreementSigned
from domain.circle import Circle, Telling
from domain.kernel import Recorded
from domain.linking import LinkingFact, PersonsLinked
from domain.partner import PartnerLeft
from domain.vocabulary import PartnerId, PersonId
from tests.people import KINDS, agreement

Agreements = Mapping[PartnerId, AgreementSigned]
AGREEMENTS: Agreements = {each: agreement(each) for each in KINDS}
Knows = dict[tuple[PersonId, PartnerId], list[tuple[str, str]]]


@dataclass
class Shared:
    """The share of every partner in several persons, in memory."""

    circles: dict[PersonId, Circle] = field(default_factory=dict)
    told: dict[tuple[PersonId, PartnerId], list[Any]] = field(
        default_factory=lambda: defaultdict(list)
    )
    notices: list[tuple[str, PersonId, PartnerId]] = field(default_factory=list)
    history: list[tuple[Recorded, Agreements]] = field(default_factory=list)
    agreements: Agreements = field(default_factory=lambda: AGREEMENTS)

    def follow(self, facts: Iterable[Recorded]) -> Shared:
        """Of the facts that are of nobody it follows only that a partner left."""
        for recorded in facts:
            if recorded.person is None:
                self._leave(recorded)
                continue
            about = {recorded.person}
            if isinstance(recorded.fact, PersonsLinked):
                about.add(recorded.fact.other)
            for each in about:
                self.circles.setdefault(each, Circle(each))
            for person, telling in circles.follow(
                recorded, self.circles, self.agreements, self._followed
            ):
                self._hear(person, telling)
            self.history.append((recorded, self.agreements))
        return self

    def _leave(self, recorded: Recorded) -> None:
        if not isinstance(recorded.fact, PartnerLeft):
            return
        gone = PartnerId(recorded.originator_id)
        self.agreements = {each: of for each, of in self.agreements.items() if each != gone}
        self.history.append((recorded, self.agreements))
        for person, circle in self.circles.items():
            if circle.leave(gone, recorded.position):
                self.notices.append(("ended", person, gone))

    def _followed(self, persons: frozenset[PersonId]) -> list[tuple[Recorded, Agreements]]:
        return [each for each in self.history if each[0].person in persons | {None}]

    def _hear(self, person: PersonId, telling: Telling) -> None:
        history = [each for each, _ in self.history if each.person == person]
        for partner in telling.forgotten:
            self._forget(person, partner)
        for disclosure in telling.again:
            self.told[person, disclosure.partner].append(disclosure)
        for backfill in telling.backfills:
            for disclosure in backfill.of(history):
                self.told[person, disclosure.partner].append(disclosure)
        for disclosure in telling.disclosures:
            self.told[person, disclosure.partner].append(disclosure)
        for partner in telling.withdrawn:
            self._forget(person, partner)
        for partner in telling.ended:
            self.notices.append(("ended", person, partner))

    def _forget(self, person: PersonId, partner: PartnerId) -> None:
        self.told.pop((person, partner), None)
        self.notices.append(("withdrawn", person, partner))

    def knows(self) -> Knows:
        """What each partner may still know, without the facts of linking."""
        return {
            key: said
            for key, told in self.told.items()
            if (
                said := [
                    (each.type, f"{each.data} {each.backfill}")
                    for each in told
                    if not isinstance(each.recorded.fact, LinkingFact)
                ]
            )
        }

    def involved(self) -> dict[PersonId, set[PartnerId]]:
        return {person: set(circle.told) for person, circle in self.circles.items()}


def never_linked(facts: Sequence[Recorded], *pairs: frozenset[PersonId]) -> list[Recorded]:
    """The facts as they would be had nobody ever linked these."""
    return [
        each
        for each in facts
        if not (
            isinstance(each.fact, LinkingFact)
            and each.person
            and frozenset({each.person, each.fact.other}) in pairs
        )
    ]
