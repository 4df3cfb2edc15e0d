"""The log as intentions need it: facts in one order, and a memory of what was asked.

It refuses to know where the log is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from eventsourcing.persistence import ApplicationRecorder, StoredEvent

from domain.vocabulary import Moment


@dataclass(frozen=True, slots=True)
class Intention:
    """What the log keeps of an intention, so that asking it again gives the first answer."""

    organisation: UUID
    key: UUID
    digest: bytes
    answer: bytes


@dataclass(frozen=True, slots=True)
class Earlier:
    """An intention as the log remembers it; ``position`` is that of its last fact."""

    organisation: UUID
    key: UUID
    digest: bytes
    answer: bytes
    position: int
    recorded_at: Moment


class AlreadyRecorded(Exception):
    """The log holds these intentions; nothing was recorded again."""

    def __init__(self, earlier: Sequence[Earlier]) -> None:
        super().__init__(*(str(e.key) for e in earlier))
        self.earlier = earlier


class Memory(Protocol):
    """The log's memory of intentions, and of which streams tell of a person."""

    def earlier(self, organisation: UUID, key: UUID) -> Earlier | None: ...

    def streams_of(self, person: UUID) -> Sequence[tuple[UUID, str]]: ...


class Log(ApplicationRecorder, Memory):
    """What intentions need of the log: the library's recorder, and its memory of intentions."""

    def opening(
        self, organisation: UUID, key: UUID, stream: UUID
    ) -> tuple[Earlier | None, Sequence[StoredEvent]]:
        """What an intention begins with: was it asked before, and a stream's facts, oldest first.

        Of an intention that was, the facts may be left out.
        """
        return self.earlier(organisation, key), self.select_events(stream)
