"""Looks at records that are unusual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages import looks
from api.pages.visit import Visit


async def shown(visit: Visit) -> Mapping[str, Any]:
    """What fits a pattern of misuse in the last week."""
    found = await looks.unusual(visit)
    return {"unusual": found} if found else {}
