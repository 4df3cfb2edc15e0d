"""What a form was opened on, and what changed since: nobody answers unseen what has moved on.

It refuses to know what the form asks; it says what stood there, what stands there now, and who
changed it and when, as far as the visitor was told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Protocol
from uuid import UUID

from api.pages import telling, words
from api.pages.history import said
from api.pages.visit import Visit
from projections import record
from projections.entries import Entry

LOOKED_BACK = 20
"""Of how many of the newest entries it is said which line each one changed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One line that says something else than when the form was opened."""

    label: str
    before: str
    now: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Since:
    """What happened since, which lines it changed, and the version there is now."""

    version: str
    changes: Sequence[Change] = ()
    happened: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.changes or self.happened)


class Subject(Protocol):
    """What a form is about, as it was when the form was opened."""

    @property
    def version(self) -> str:
        """What the form sends back, so that it is known on what it was answered."""

    async def since(self, visit: Visit, version: str) -> Since:
        """What changed since another version of it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's record, or one referral in it, as it was when entry ``number`` was the newest."""

    person: UUID
    number: int
    referral: UUID | None = None

    @property
    def version(self) -> str:
        return str(self.number)

    async def since(self, visit: Visit, version: str) -> Since:
        """What was told of it after an entry, and what of the record that changed."""
        if not version.isdecimal():
            return Since(self.version)
        number = int(version)
        told = await visit.here.reading.history(visit.caller.organisation, self.person)
        newest = max((entry.number for entry in told), default=number)
        news = self.news(told, number)
        happened = [_said(entry, visit) for entry in news]
        return Since(str(newest), self._changes(visit, told, news), happened)

    def news(self, told: Sequence[Entry], number: int) -> list[Entry]:
        """What of all that was told concerns it and follows an entry."""
        return [entry for entry in told if entry.number > number and self._concerns(entry)]

    def _concerns(self, entry: Entry) -> bool:
        if self.referral is None:
            return entry.type.startswith(("person.", "pathway."))
        return str(self.referral) in (entry.data.get("stream"), entry.data.get("referral"))

    def _changes(
        self, visit: Visit, told: Sequence[Entry], news: Sequence[Entry]
    ) -> Sequence[Change]:
        """Each line that the news changed, with who changed it last."""
        found: dict[str, Change] = {}
        for entry in news[-LOOKED_BACK:]:
            before, after = (
                said(record.folded(e for e in told if e.number <= upto), visit)
                for upto in (entry.number - 1, entry.number)
            )
            for label in {*before, *after}:
                was, now = (
                    lines[label].text if label in lines else "" for lines in (before, after)
                )
                if was != now:
                    first = found[label].before if label in found else was
                    found[label] = Change(label, first, now, _by(entry, visit))
        return [change for change in found.values() if change.before != change.now]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a form itself showed: each line by its name, as (what it is called, what it says)."""

    lines: Mapping[str, tuple[str, str]]

    @property
    def version(self) -> str:
        """A short digest of every line, so that it can be said which ones changed."""
        return ",".join(f"{name}.{_digest(text)}" for name, (_, text) in self.lines.items())

    def showed(self, version: str, name: str, text: str) -> bool:
        """Whether a line said just this in another version; one that is not there said nothing."""
        return _lines(version).get(name, _digest("")) == _digest(text)

    async def since(self, visit: Visit, version: str) -> Since:
        """The lines that say something else now. Nobody is told here who changed them."""
        seen = _lines(version)
        changes = [
            Change(label, "", text)
            for name, (label, text) in self.lines.items()
            if seen.get(name) != _digest(text)
        ]
        gone = [name for name in seen if name not in self.lines]
        if gone and not changes:
            return Since(self.version, happened=["What this form showed is no longer there"])
        return Since(self.version, changes)


def _lines(version: str) -> dict[str, str]:
    """The digest of every line that a version names."""
    parts = (each.rpartition(".") for each in version.split(","))
    return {name: digest for name, _, digest in parts if name}


def _digest(text: str) -> str:
    return blake2s(text.encode(), digest_size=6).hexdigest()


def _by(entry: Entry, visit: Visit) -> str:
    """Who did it and when, as far as the visitor was told."""
    who = visit.names.by(entry.data)
    return f"{who}, {words.moment(entry.recorded_at)}" if who else words.moment(entry.recorded_at)


def _said(entry: Entry, visit: Visit) -> str:
    who = visit.names.by(entry.data)
    happened = telling.happened(entry.type, entry.data, visit.names)
    return f"{happened}, {words.moment(entry.effective_at)}" + (f" ({who})" if who else "")
