"""Looks at records that are unusual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.visit import Visit


async def shown(_visit: Visit) -> Mapping[str, Any]:
    """Nothing waits."""
    return {}
