"""A concern for the person's safety in a record, and what was referred for safeguarding."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.concern import Concern
from domain.vocabulary import PartnerId

TO_LOOK_AT, LOOKED_AT, RESOLVED = "to look at", "looked at", "resolved"

SOMEBODY = PartnerId(UUID(int=1))
"""Whoever it is with, when that is not the reader."""


def fold(worry: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a concern. Who only raised it is told that somebody looks."""
    if fact != "SafetyConcernRaised" or "look_by" in data:
        worry["acts"] = data.get("acts")
    match fact:
        case "SafetyConcernRaised":
            named = ("source", "raised_by", "because", "look_by", "words", "measure", "sealed_from")
            worry.update({name: data[name] for name in named if name in data})
            worry.update(state=TO_LOOK_AT, raised_at=at, escalations=[])
            if by := data.get("by_practitioner"):
                worry["raised_by_practitioner"] = by
        case "ConcernAcknowledged":
            worry.update(state=LOOKED_AT, looked_at=at, first_did=data.get("first_did"))
            worry.update(looked_by=data.get("by_practitioner"), escalations=[], offer=None)
        case "ConcernPassedOn":
            offer = {name: data.get(name) for name in ("to", "words", "look_by")}
            worry["offer"] = offer | {"at": at}
            worry["not_taken"] = None
            if worry.get("state") == LOOKED_AT:
                worry["escalations"] = []
        case "ConcernNotTaken":
            worry["not_taken"] = {"by": data.get("to"), "words": data.get("words"), "at": at}
            worry["offer"] = None
            if worry.get("state") == LOOKED_AT:
                worry["escalations"] = []
        case "ConcernEscalated":
            told = {"rung": data["rung"], "to": data.get("to"), "at": at}
            worry.setdefault("escalations", []).append(told)
        case "ConcernFellBack":
            worry.update(state=TO_LOOK_AT, look_by=data["look_by"], escalations=[], offer=None)
            worry["fell_back_at"] = at
        case "ConcernResolved":
            worry.update(state=RESOLVED, resolved_at=at, outcome=data["outcome"])
            worry.update(outcome_words=data.get("words"), offer=None)


def refer(referred: dict[str, Any], data: dict[str, Any], at: str) -> None:
    """Follow a safeguarding referral."""
    named = (
        "of",
        "basis",
        "body",
        "outside_body",
        "content",
        "shared",
        "told",
        "not_told",
        "concern",
        "alleged",
        "by_organisation",
        "by_practitioner",
    )
    referred.update({name: data[name] for name in named if name in data}, at=at)


def status(row: dict[str, Any]) -> str | None:
    """That somebody is to look, for all who may know; that it is open, for who has it."""
    me, gone = row["partner"], bool(row.get("died") or row["ended"])
    worries = [worry for worry in row.get("concerns", {}).values() if open_to(worry)]
    if any(mine(worry, me) or (waits(worry) and not gone) for worry in worries):
        return "concern to look at"
    if any(worry["acts"] == me for worry in worries):
        return "concern open"
    return None


def open_to(worry: dict[str, Any]) -> bool:
    """Whether it is open, and the partner may know more of it than that somebody looks."""
    return "look_by" in worry and worry["state"] != RESOLVED


def waits(worry: dict[str, Any]) -> bool:
    """Whether nobody has looked."""
    return bool(worry["state"] == TO_LOOK_AT)


def mine(worry: dict[str, Any], partner: str) -> bool:
    """Whether this partner is to look, or is asked to, or was told because nobody did."""
    if waits(worry) and worry["acts"] == partner:
        return True
    offer = worry.get("offer") or {}
    return partner == offer.get("to") or any(
        told["to"] == partner for told in worry.get("escalations", ())
    )


def actions(worry: dict[str, Any], partner: str) -> list[str]:
    """What the partner may ask next of a concern, by the domain's own words."""
    if not open_to(worry):
        return []
    me = PartnerId(UUID(partner))

    def of(somebody: str | None) -> PartnerId:
        return me if somebody == partner else SOMEBODY

    known = Concern(id=UUID(int=0), acts=of(worry["acts"]), looked=not waits(worry))
    if offer := worry.get("offer"):
        known.offered_to = of(offer["to"])
    known.escalated_to = frozenset(of(told["to"]) for told in worry.get("escalations", ()))
    return list(known.next_actions(me))


def of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The concerns of a record with what may be asked of each, open ones first, newest first."""
    told = [
        worry | {"id": which, "actions": actions(worry, row["partner"])}
        for which, worry in row.get("concerns", {}).items()
        if "look_by" in worry
    ]
    told.sort(key=lambda worry: str(worry["raised_at"]), reverse=True)
    return sorted(told, key=lambda worry: bool(worry["state"] == RESOLVED))
