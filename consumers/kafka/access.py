"""What a partner has at the broker: topics, a user, what that user may do, and how much of it.

All of it follows from the agreements. It refuses to talk to a broker: it says what is to be
changed there, so that a plan can be read before it is carried out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from consumers.kafka.topics import KEPT
from projections.topics import topic_of

PREFIX = "throughcare."

CHECKPOINTS = "throughcare.checkpoints"
"""The one topic that is every partner's: how far the log has come, and nothing of anybody."""

QUOTAS = {
    "consumer_byte_rate": 5_000_000.0,
    "producer_byte_rate": 250_000.0,
    "request_percentage": 25.0,
}
"""Of one partner's user, at each broker: bytes a second read and written, and percent of one of
its threads. Who operates the place may set others."""


def user_of(partner: UUID) -> str:
    """Who a partner's systems sign in as; the first part of their groups' names too."""
    return f"{PREFIX}{partner}"


def partner_of(user: str) -> UUID | None:
    """Whose user that is; ``None`` for one that is not ours."""
    try:
        return UUID(user.removeprefix(PREFIX)) if user.startswith(PREFIX) else None
    except ValueError:
        return None


def inbox_of(partner: UUID) -> str:
    """The topic to which a partner's systems write."""
    return f"{PREFIX}inbox.{partner}"


def dead_of(partner: UUID) -> str:
    """The topic of what they wrote and nothing could be made of."""
    return f"{inbox_of(partner)}.dead"


class Does(StrEnum):
    READ = "read"
    WRITE = "write"


class On(StrEnum):
    TOPIC = "topic"
    GROUP = "group"


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    """What a user may do to a topic or a group of this name, or whose name begins so."""

    does: str
    on: str
    name: str
    prefixed: bool = False

    def __str__(self) -> str:
        return f"{self.does} {self.on} {self.name}{'*' if self.prefixed else ''}"


def permissions(partner: UUID) -> frozenset[Permission]:
    """All that a partner's user may do."""
    return frozenset(
        {
            Permission(Does.READ, On.TOPIC, topic_of(partner)),
            Permission(Does.READ, On.TOPIC, f"{topic_of(partner)}.", prefixed=True),
            Permission(Does.READ, On.TOPIC, dead_of(partner)),
            Permission(Does.READ, On.TOPIC, CHECKPOINTS),
            Permission(Does.READ, On.GROUP, f"{user_of(partner)}.", prefixed=True),
            Permission(Does.WRITE, On.TOPIC, inbox_of(partner)),
        }
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What there is at the broker of all partners."""

    topics: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By name, with what each is set to."""

    users: Set[UUID] = frozenset()
    permissions: Mapping[UUID, Set[Permission]] = field(default_factory=dict)
    quotas: Mapping[UUID, Mapping[str, float]] = field(default_factory=dict)


class Do(StrEnum):
    """What is changed."""

    FORBID = "forbid"
    REMOVE_USER = "remove user"
    LIFT_QUOTAS = "lift quotas"
    MAKE_TOPIC = "make topic"
    SET_TOPIC = "set topic"
    SET_QUOTAS = "set quotas"
    ALLOW = "allow"
    ADD_USER = "add user"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to change at the broker for a partner."""

    do: Do
    partner: UUID
    what: str
    permission: Permission | None = None


def plan(
    found: Found,
    agreed: Mapping[UUID, Collection[str]],
    known: Collection[UUID],
    quotas: Mapping[str, float] = QUOTAS,
) -> list[Change]:
    """What is to be changed, so that partners have what was agreed and nothing else.

    ``agreed`` names who may be told by Kafka, and the topics of their share that there are to be.
    What is taken comes first, and a user comes after all that bounds it. Who is not among those
    ``known`` is somebody else's, and left alone.
    """
    taken = [
        change
        for partner in sorted(known)
        for change in _taken(found, partner, keeps=partner in agreed)
    ]
    given = [
        change
        for partner in sorted(agreed)
        for change in _given(found, partner, agreed[partner], quotas)
    ]
    return taken + given


def _taken(found: Found, partner: UUID, *, keeps: bool) -> Iterator[Change]:
    may = permissions(partner) if keeps else frozenset()
    for permission in sorted(found.permissions.get(partner, frozenset()) - may):
        yield Change(Do.FORBID, partner, str(permission), permission)
    if keeps:
        return
    if partner in found.users:
        yield Change(Do.REMOVE_USER, partner, user_of(partner))
    if found.quotas.get(partner):
        yield Change(Do.LIFT_QUOTAS, partner, user_of(partner))


def _given(
    found: Found, partner: UUID, shares: Collection[str], quotas: Mapping[str, float]
) -> Iterator[Change]:
    for topic in sorted({*shares, inbox_of(partner), dead_of(partner)}):
        if topic not in found.topics:
            yield Change(Do.MAKE_TOPIC, partner, topic)
        elif KEPT.items() - found.topics[topic].items():
            yield Change(Do.SET_TOPIC, partner, topic)
    if found.quotas.get(partner) != quotas:
        yield Change(Do.SET_QUOTAS, partner, user_of(partner))
    for permission in sorted(permissions(partner) - found.permissions.get(partner, frozenset())):
        yield Change(Do.ALLOW, partner, str(permission), permission)
    if partner not in found.users:
        yield Change(Do.ADD_USER, partner, user_of(partner))
