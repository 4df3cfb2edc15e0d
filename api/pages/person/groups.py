"""The groups a person is in, or waits for, on their page; nobody else's name is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.pages.person.doing import Row
from api.pages.visit import Visit
from domain.vocabulary import GroupId


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Each place with its group's name, the newest first."""
    known = visit.names.directory.groups
    places = [(known.get(GroupId(UUID(of))), place) for of, place in row.get("groups", {}).items()]
    named = [(planned, place) for planned, place in places if planned is not None]
    return {"places": sorted(named, key=_since, reverse=True)} if named else {}


def _since(pair: tuple[Any, Mapping[str, Any]]) -> str:
    return str(pair[1].get("since", ""))
