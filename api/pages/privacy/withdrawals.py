"""What was withdrawn, and who has not said yet that they forgot it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.visit import Visit


async def shown(_visit: Visit) -> Mapping[str, Any]:
    """Nothing waits."""
    return {}
