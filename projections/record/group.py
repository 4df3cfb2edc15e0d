"""The groups a person is in, in their record; it says nothing of anybody else."""

from __future__ import annotations

from typing import Any

MEMBER, WAITING, LEFT = "member", "waiting", "left"
"""Where a person stands with a group."""


def fold(place: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a person's place in a group."""
    place.update(referral=data["referral"], provider=data["provider"])
    match fact:
        case "GroupJoined":
            place.update(state=MEMBER, since=at)
            place.pop("left_at", None)
            place.pop("reason", None)
        case "PlaceAwaited":
            place.update(state=WAITING, since=at)
            place.pop("left_at", None)
            place.pop("reason", None)
        case "GroupLeft":
            place.update(state=LEFT, left_at=at, reason=data.get("reason"))
