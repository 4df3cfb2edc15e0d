"""A discussion of a person's case by two practitioners, in the person's record."""

from __future__ import annotations

from typing import Any


def fold(discussion: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a discussion."""
    if fact == "CaseDiscussed":
        named = ("asked_by", "advised_by", "question", "advice", "medium", "family", "kind")
        discussion.update({name: data[name] for name in named if name in data}, at=at)
