"""What somebody sees of what their organisation was told, by their role and purpose; purely.

It narrows what the share holds and never adds to it; it refuses to know who the organisation is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.contact import ContactFact
from domain.corrections import ConflictSettled, Detail, DetailsCorrected, category_of
from domain.facts import FACTS
from domain.kernel import Category, Fact
from domain.policies.roles import Sight
from domain.sharing import ENDED, ERASED, WITHDRAWN, message_type
from domain.vocabulary import PartnerId, Scope

NOTICES = frozenset({WITHDRAWN, ENDED, ERASED})
"""What is seen whatever one sees: that something is over."""

OF_THE_TELLING = frozenset(
    {
        "stream",
        "fact",
        "first_recorded_at",
        "first_position",
        "told_again",
        "added",
        "third_party",
        "part",
        "correlation",
    }
)
"""What an entry says beside the fact's own fields, to whoever sees the fact."""

WHO_COORDINATES = frozenset({"by_organisation", "by_practitioner", "causation"})
"""What it says to who sees how care is coordinated; that it was oneself, everybody sees."""


def _name(kind: str) -> str:
    return kind.rpartition(".")[0]


TYPES: dict[str, type[Fact]] = {_name(message_type(fact)): fact for fact in FACTS}
"""Which fact a message type tells of, whatever its version."""


def seen(
    kind: str, told: Mapping[str, Any], partner: PartnerId, sight: Sight
) -> dict[str, Any] | None:
    """What is seen of one entry, of a message type, in a partner's share; nothing of others.

    What nobody has a rule for, nobody sees whose sight is narrow.
    """
    if sight.whole:
        return dict(told)
    if kind in NOTICES:
        return dict(told)
    fact = TYPES.get(_name(kind))
    if fact is None or fact.CATEGORY not in sight.categories:
        return None
    if sight.scope is Scope.OWN and not _at_the_desk(fact, told, partner):
        return None
    fields = {n for n, category in fact.FIELD_CATEGORY.items() if category in sight.categories}
    fields |= OF_THE_TELLING
    if Category.COORDINATION in sight.categories:
        fields |= WHO_COORDINATES
    elif told.get("by_organisation") == str(partner):
        fields |= {"by_organisation"}
    left = {name: value for name, value in told.items() if name in fields}
    return _of_details(fact, left, sight)


def _at_the_desk(fact: type[Fact], told: Mapping[str, Any], partner: PartnerId) -> bool:
    """Whether it is about who somebody is, or an appointment with one's own organisation."""
    if fact.CATEGORY is not Category.ENGAGEMENT:
        return fact.TOPIC.startswith("person:")
    return issubclass(fact, ContactFact) and told.get("provider") == str(partner)


def _of_details(fact: type[Fact], left: dict[str, Any], sight: Sight) -> dict[str, Any] | None:
    """A correction speaks of details that have a category each."""
    if issubclass(fact, ConflictSettled):
        return left if category_of(Detail(left["detail"])) in sight.categories else None
    if issubclass(fact, DetailsCorrected):
        named = [d for d in left.get("taken_out", ()) if category_of(Detail(d)) in sight.categories]
        if "taken_out" in left:
            left["taken_out"] = named
        return left if named or any(detail in left for detail in Detail) else None
    return left
