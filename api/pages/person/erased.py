"""That a person was erased, and under which order, where their record was; it knows no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.person.doing import Row
from api.pages.visit import Visit


async def shown(_: Visit, row: Row) -> Mapping[str, Any]:
    """The order's reference and the day; nothing of anybody who was not erased."""
    return row.get("erased") or {}
