"""What of a fact may leave in an export for mining: its name, times, coded answers, and what of.

No key is ever asked for here, so no name and no text of a person can be read at all. Which coded
answers leave is a list of its own: what is added to a fact stays in until somebody adds it here.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cache, lru_cache
from typing import Any, get_args
from uuid import UUID

from psycopg import Connection

from domain import vocabulary
from domain.facts import FACTS
from domain.kernel import Fact
from domain.mapping import StoredFact, unseal
from domain.policies.escalation import Rung
from domain.policies.sealing import BELONGING
from domain.policies.steps import Agreement, Evidence
from projections.statements import statements

SQL = statements("mining")

STREAMS: Mapping[str, str | None] = {
    "referral": "referral",
    "pathway": "pathway",
    "meeting": "meeting",
    "implementation": None,  # one stream a person: what matters of it is the decision
    "action": "action",
    "contact": "appointment",
    "group": "group",
    "measure": "measure",
    "social_work": "social work",
    "plan": "plan",
    "discussion": "discussion",
}
"""Nouns whose facts leave, and what kind of object their streams are.

Not who somebody is, what keeps them safe, how they are met, what they take, who opened their record
or what they complained of: an auditor reads those one by one, with a reason, and not by the file.
"""

OBJECTS: Mapping[Any, str] = {
    vocabulary.PartnerId: "organisation",
    vocabulary.ServiceId: "service",
    vocabulary.ReferralId: "referral",
    vocabulary.HandoverId: "hand-over",
    vocabulary.MeetingId: "meeting",
    vocabulary.DecisionId: "decision",
    vocabulary.ContactId: "appointment",
    vocabulary.MeasureId: "measure",
    vocabulary.GroupId: "group",
    vocabulary.PlanId: "plan",
    vocabulary.ActionId: "action",
}
"""Ids in a fact that become objects of the export. No practitioner does."""

CODED: frozenset[type[Enum]] = frozenset(
    {
        Agreement,
        Evidence,
        Rung,
        vocabulary.Attendance,
        vocabulary.CancelledBecause,
        vocabulary.Complexity,
        vocabulary.Content,
        vocabulary.Decision,
        vocabulary.DeclineReason,
        vocabulary.EndReason,
        vocabulary.Instrument,
        vocabulary.LeftBecause,
        vocabulary.MeetingKind,
        vocabulary.Medium,
        vocabulary.Mode,
        vocabulary.NoTimeBecause,
        vocabulary.NotImplementedReason,
        vocabulary.NullificationReason,
        vocabulary.Priority,
        vocabulary.Recommendation,
        vocabulary.Responsibility,
        vocabulary.ReviewOf,
        vocabulary.Source,
        vocabulary.Step,
        vocabulary.WorkKind,
        vocabulary.WorkOutcome,
    }
)
"""Coded answers that leave."""

SAID = frozenset({"hand_back", "late", "listed_only", "quorum_met"})
"""Fields that say yes or no, and leave."""

SENSITIVE = frozenset({"organisation", "service"})
"""Objects that would say, of a fact with a label, that somebody takes help with drugs."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Which fields of one kind of fact leave, and as what."""

    name: str
    stream: str | None
    coded: Mapping[str, type]
    related: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Outline:
    """One fact as it leaves. ``related`` is the qualifier, the kind and the id of each object."""

    position: int
    name: str
    at: datetime
    recorded_at: datetime
    person: UUID | None
    stream: UUID
    organisation: UUID
    coded: Mapping[str, str | int | bool]
    related: tuple[tuple[str, str, UUID], ...]


@dataclass(frozen=True, slots=True)
class Period:
    """Facts that were true from a moment on and before another."""

    since: datetime
    until: datetime

    def holds(self, at: datetime) -> bool:
        return self.since <= at < self.until


ALWAYS = Period(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass
class Counted:
    """What became of each fact that was looked at; together they are all of them."""

    facts: int = 0
    events: int = 0
    other: int = 0
    """Facts of nouns that do not leave, and those outside of the period."""
    opted_out: int = 0
    """Of persons who do not want what is known of them used for planning, or who were erased."""
    sealed: int = 0
    """What a person had sealed, and what belongs to it."""
    persons: set[UUID] = field(default_factory=set)
    """Whom the file speaks of, by the one id that is in no file."""


@dataclass
class Withheld:
    """Who and what is left out: read from the facts themselves, as they stand at a position."""

    persons: set[UUID] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)

    def hides(self, stored: StoredFact, noun: str) -> bool:
        """Whether a person had this sealed, or what it belongs to."""
        if not self.sealed or noun not in BELONGING:
            return False
        stream = str(stored.originator_id)
        names = {f"{stream}/{stored.originator_version}", stream, str(stored.correlation)}
        return not names.isdisjoint(self.sealed)


class Pseudonym:
    """Ids made for one export, and for no other: two files cannot be put together by them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self.of = lru_cache(maxsize=200_000)(self._of)

    def _of(self, kind: str, given: UUID) -> str:
        digest = hmac.digest(self._secret, kind.encode() + given.bytes, "sha256")
        return f"{kind} {digest.hex()[:16]}"


def withheld(connection: Connection, up_to: int) -> Withheld:
    """Who does not want to be counted, who was erased, and what is sealed, at a position."""
    opted_out, erased, seals = set[UUID](), set[UUID](), dict[str, str]()
    for topic, person, state in connection.execute(SQL["withheld"], [up_to], binary=True):
        told = unseal(state, frozenset(), None, b"")
        match topic:
            case "person:UseObjectedTo" if told["use"] == vocabulary.Purpose.PLANNING:
                opted_out.add(person)
            case "person:UseObjectionLifted" if told["use"] == vocabulary.Purpose.PLANNING:
                opted_out.discard(person)
            case "person:ItemSealed":
                seals[told["seal"]] = told["item"]
            case "person:ItemUnsealed":
                seals.pop(told["seal"], None)
            case "person:PersonErased":
                erased.add(person)
    return Withheld(opted_out | erased, set(seals.values()))


def outlined(
    stored: Iterator[StoredFact], left_out: Withheld, period: Period, counted: Counted
) -> Iterator[Outline]:
    """Each fact that leaves, as it leaves; all of them are counted."""
    for fact in stored:
        counted.facts += 1
        noun = fact.topic.partition(":")[0]
        assert fact.recorded_at is not None, "the log tells when it recorded a fact"
        if noun not in STREAMS or not period.holds(fact.effective_at):
            counted.other += 1
        elif fact.person in left_out.persons:
            counted.opted_out += 1
        elif left_out.hides(fact, noun):
            counted.sealed += 1
        else:
            counted.events += 1
            if fact.person:
                counted.persons.add(fact.person)
            yield outline(fact)


def outline(stored: StoredFact) -> Outline:
    """What of one fact leaves. Of one with a label, nothing that names who helps."""
    kind = FACTS.fact(stored.topic)
    told, its = unseal(stored.state, frozenset(), None, b""), shape(kind)
    if stored.schema < kind.SCHEMA:
        told = kind.upcast(told, stored.schema)
    ordinary = stored.label == vocabulary.Label.ORDINARY.value
    related = [
        (name.replace("_", " "), what, UUID(each))
        for name, what in its.related.items()
        for each in _listed(told.get(name))
        if ordinary or what not in SENSITIVE
    ]
    if ordinary:
        related.append(("recorded by", "organisation", stored.organisation))
    assert isinstance(stored.originator_id, UUID), "our streams are named by a UUID"
    assert stored.recorded_at is not None, "the log tells when it recorded a fact"
    return Outline(
        position=stored.position,
        name=its.name,
        at=stored.effective_at.astimezone(UTC),
        recorded_at=stored.recorded_at.astimezone(UTC),
        person=stored.person,
        stream=stored.originator_id,
        organisation=stored.organisation,
        coded={name: told[name] for name in its.coded if told.get(name) is not None},
        related=tuple(dict.fromkeys(related)),
    )


@cache
def shape(kind: type[Fact]) -> Shape:
    """Which fields of a kind of fact leave."""
    coded: dict[str, type] = {}
    related: dict[str, str] = {}
    for name, info in kind.model_fields.items():
        if name in kind.PERSONAL_FIELDS:
            continue
        for leaf in _leaves(info.annotation):
            if leaf in OBJECTS:
                related[name] = OBJECTS[leaf]
            elif leaf in CODED:
                coded[name] = int if issubclass(leaf, int) else str
            elif leaf is bool and name in SAID:
                coded[name] = bool
    return Shape(kind.__name__, STREAMS[kind.TOPIC.partition(":")[0]], coded, related)


def _leaves(annotation: Any) -> Iterator[Any]:
    """The types within ``X | None`` and ``tuple[X, ...]``."""
    inner = get_args(annotation)
    if not inner:
        yield annotation
    for each in inner:
        yield from _leaves(each)


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
