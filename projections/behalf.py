"""On whose behalf this task reads: what row-level security goes by, set where people come in.

It refuses to take an organisation from a question's own arguments: the second wall would then
stand wherever the first one does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from domain.vocabulary import PartnerId

WHOSE = "select set_config('throughcare.partner', %s, true)"
"""Says to PostgreSQL whose rows this transaction reads; forgotten when the transaction ends."""

_partner: ContextVar[PartnerId | None] = ContextVar("throughcare.partner", default=None)


def act_for(partner: PartnerId | None) -> None:
    """From here on this task, and each it begins, reads for this partner; ``None``: for nobody."""
    _partner.set(partner)


@contextmanager
def acting_for(partner: PartnerId) -> Iterator[None]:
    """Read for this partner within the block."""
    before = _partner.set(partner)
    try:
        yield
    finally:
        _partner.reset(before)


def whose() -> str:
    """The partner this task reads for, as `WHOSE` takes it."""
    partner = _partner.get()
    return "" if partner is None else str(partner)
