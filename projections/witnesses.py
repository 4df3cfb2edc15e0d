"""Who outside countersigns how far the log has come, and how that stands.

It refuses to ask them: `consumers.witnessing` does. It says nothing of anybody who is helped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlsplit

from projections.statements import statements
from projections.verifier import COSIGNATURE, Key, Wrong

SQL = statements("witnesses")

UNWITNESSED = timedelta(minutes=15)
"""How long what is signed may stand without any witness before somebody should look."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A witness: by which key it countersigns, and where it is asked."""

    key: Key
    url: str

    @classmethod
    def read(cls, text: str) -> Self:
        """``name+id+key https://…``. Raises `ValueError`."""
        wrong = ValueError("a witness is named by its key and its address")
        key, _, url = text.strip().partition(" ")
        try:
            known, where = Key.parse(key), urlsplit(url.strip().removesuffix("/"))
        except Wrong:
            raise wrong from None
        if known.kind != COSIGNATURE or where.scheme not in ("http", "https") or not where.hostname:
            raise wrong
        return cls(known, where.geturl())


@dataclass(frozen=True, slots=True)
class WitnessStands:
    """A witness: up to which size it signed, and since when the next checkpoint waits for it.

    ``denied`` is what it says of the history it knew, when it says that that was taken back.
    """

    name: str
    size: int
    at: datetime | None
    failure: str | None
    denied: str | None
    waits_since: datetime | None

    def late(self, now: datetime) -> bool:
        return self.waits_since is not None and now - self.waits_since > UNWITNESSED


def alarm(witnesses: Sequence[WitnessStands], now: datetime) -> str:
    """What somebody should look at, as a sentence; empty when that is nothing.

    One witness that keeps up is enough, and one that was shown another history is too many.
    """
    if denying := [each for each in witnesses if each.denied]:
        return "; ".join(f"{each.name} does not sign: {each.denied}" for each in denying)
    if witnesses and all(each.late(now) for each in witnesses):
        since = max(each.waits_since for each in witnesses if each.waits_since)
        return f"no witness has signed what was recorded since {since:%Y-%m-%d %H:%M}"
    return ""
