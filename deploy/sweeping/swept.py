"""What the sweep did, as it is logged and shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Swept:
    """One thing that was due and is done: what it was about, which, and what was asked."""

    about: str
    id: UUID
    done: str
    due_at: datetime
