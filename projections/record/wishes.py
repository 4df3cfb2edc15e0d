"""What a person said of who may be told, what is sealed, and what was told without their consent.

Only what was said to this partner is here, but for the mark that something is sealed.
"""

from __future__ import annotations

from typing import Any

DISCLOSED = ("to_whom", "ground", "basis", "content", "order", "on", "person_told", "why_not")

SAID = (
    "ObjectionRaised",
    "ObjectionLifted",
    "UseObjectedTo",
    "UseObjectionLifted",
    "ConsentGiven",
    "ConsentWithdrawn",
    "ItemSealed",
    "ItemUnsealed",
    "DisclosedWithoutConsent",
)


def fold(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about what the person wants."""
    match fact:
        case "ItemSealed":
            sealed = {"at": at} | ({"item": data["item"]} if "item" in data else {})
            row.setdefault("sealed", {})[data["seal"]] = sealed
        case "ItemUnsealed":
            row.setdefault("sealed", {}).pop(data["seal"], None)
        case "DisclosedWithoutConsent":
            told = {name: data[name] for name in DISCLOSED if name in data}
            row.setdefault("disclosures", []).append(told | {"recorded_at": at})
        case _:
            _say(row.setdefault("wishes", {}), fact, data, at)


def _say(wishes: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    objects_to = wishes.setdefault("objects_to", {})
    refused = wishes.setdefault("refused_uses", {})
    agreed = wishes.setdefault("agreed_to_being_told", {})
    match fact:
        case "ObjectionRaised":
            objects_to[data["to"]] = at
            agreed.pop(data["to"], None)
        case "ObjectionLifted":
            objects_to.pop(data["to"], None)
        case "UseObjectedTo":
            refused[data["use"]] = at
        case "UseObjectionLifted":
            refused.pop(data["use"], None)
        case "ConsentGiven":
            agreed[data["to"]] = at
        case "ConsentWithdrawn":
            agreed.pop(data["to"], None)
