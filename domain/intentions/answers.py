"""Answers: what an intention led to, the same each time it is asked.

It refuses to know how anything is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson

from domain import (
    action,
    carer,
    concern,
    contact,
    group,
    meeting,
    pathway,
    plan,
    referral,
    service,
    shared_care,
    social_work,
)
from domain.intentions.log import Earlier, Intention
from domain.kernel import Aggregate, Asked, BrokenRule
from domain.policies.ways import Way
from domain.vocabulary import PartnerId


@dataclass(frozen=True, slots=True)
class Answer:
    """What an intention led to: its noun, the log position to wait for, what may happen next."""

    id: UUID
    position: int
    actions: tuple[str, ...] = ()
    repeated: bool = False


class KeyStandsForAnotherIntention(BrokenRule):
    """This idempotency key was used for a different request; use a new key."""


ACTING = (
    referral.Referral,
    pathway.Pathway,
    meeting.Meeting,
    action.Action,
    social_work.SocialWork,
    concern.Concern,
    contact.Contact,
    group.Group,
    carer.Carer,
    shared_care.SharedCare,
    plan.Plan,
    service.Service,
)
"""Nouns that say what may be asked of them next."""


def next_actions(
    noun: UUID, changed: Sequence[Aggregate], organisation: PartnerId, way: Callable[[], Way | None]
) -> tuple[str, ...]:
    """What the organisation may ask next of the noun that its intention was about.

    Where the way the place works in has no colours, none is asked for.
    """
    for aggregate in changed:
        if aggregate.id == noun and isinstance(aggregate, ACTING):
            actions = aggregate.next_actions(organisation)
            if "complexity" in actions and not ((held := way()) and held.complexity):
                return tuple(action for action in actions if action != "complexity")
            return actions
    return ()


def kept(noun: UUID, asked: Asked, actions: tuple[str, ...]) -> Intention:
    """An intention and its answer, as the log keeps them."""
    answer = orjson.dumps({"id": str(noun), "actions": actions})
    return Intention(asked.organisation, asked.key, asked.digest, answer)


def first_answer(earlier: Earlier, asked: Asked) -> Answer:
    """What was answered when it was first asked. Raises `KeyStandsForAnotherIntention`."""
    if earlier.digest != asked.digest:
        raise KeyStandsForAnotherIntention(asked.key)
    answer = orjson.loads(earlier.answer)
    return Answer(UUID(answer["id"]), earlier.position, tuple(answer["actions"]), repeated=True)
