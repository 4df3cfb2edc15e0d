"""Appointments and contacts on a person's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.pages.person.doing import Row
from api.pages.visit import Visit


async def shown(_visit: Visit, row: Row) -> Mapping[str, Any]:
    """The contacts, newest first."""
    contacts = row["contacts"].values()
    newest_first = sorted(contacts, key=lambda c: str(c.get("starts_at", "")), reverse=True)
    return {"contacts": newest_first} if newest_first else {}
