"""Nouns as they are now, loaded from the log or from the batch that is being gathered.

It refuses to decide and to save.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import local
from typing import Any, TypeVar, cast
from uuid import UUID

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.persistence import ApplicationRecorder, StoredEvent
from eventsourcing.utils import Environment

from domain import pathway, referral
from domain.facts import FACTS
from domain.intentions.log import Intention, Log
from domain.kernel import Aggregate, BrokenRule, Recorded, Unknown
from domain.mapping import DestroyableKeys, FactMapper
from domain.pathway import pathway_of
from domain.vocabulary import PartnerId, PartnerKind, PersonId, ReferralId

A = TypeVar("A", bound=Aggregate)


class Loaded(dict[UUID, Aggregate]):
    """Nouns by their ids. Those of one kind are found without looking at all the others."""

    def __init__(self) -> None:
        super().__init__()
        self._kinds: dict[type[Aggregate], dict[UUID, Aggregate]] = {}

    def __setitem__(self, noun: UUID, loaded: Aggregate) -> None:
        super().__setitem__(noun, loaded)
        self._kinds.setdefault(type(loaded), {})[noun] = loaded

    def of(self, kind: type[A]) -> Iterable[A]:
        """Every noun of a kind, in the order in which they came."""
        return cast("Iterable[A]", self._kinds.get(kind, {}).values())


@dataclass
class Batch:
    """Intentions gathered into one append, for imports and seeding."""

    loaded: Loaded = field(default_factory=Loaded)
    whole: bool = False
    facts: list[Recorded] = field(default_factory=list)
    intentions: list[Intention] = field(default_factory=list)


class Opened(local):
    """The stream read with an intention's first question, until it is loaded; a thread's own."""

    stream: UUID | None = None
    facts: Sequence[StoredEvent] = ()

    def put(self, stream: UUID, facts: Sequence[StoredEvent]) -> None:
        self.stream, self.facts = stream, facts

    def close(self) -> None:
        self.stream, self.facts = None, ()


class Loading(Application[UUID]):
    """The library's application with our log. ``host`` holds whom nobody else would hold."""

    name = "throughcare"

    def __init__(self, *, log: Log, keys: DestroyableKeys, host: PartnerId) -> None:
        self._log, self._keys, self.host = log, keys, host
        self._batch: Batch | None = None
        self._opened = Opened()
        self._kinds: dict[PartnerId, PartnerKind | None] = {}
        super().__init__()

    def construct_env(self, name: str, env: Any = None) -> Environment:
        """Take nothing from the process's environment: no setting can swap the recorder."""
        return Environment(name, {})

    def construct_recorder(self) -> ApplicationRecorder:
        return self._log

    def construct_mapper(self) -> FactMapper:
        return FactMapper(FACTS, self._keys)

    def _load(self, kind: type[A], noun: UUID) -> A:
        """The noun as it is, or blank when nothing is recorded of it."""
        if self._batch is not None and noun in self._batch.loaded:
            loaded = self._batch.loaded[noun]
            if not isinstance(loaded, kind):
                raise Unknown(noun)
            return loaded
        if self._batch is not None and self._batch.whole:
            return kind(id=noun)
        return self._stored(kind, noun)

    def _stored(self, kind: type[A], noun: UUID) -> A:
        if self._opened.stream == noun:
            facts = map(self.mapper.to_domain_event, self._opened.facts)
            self._opened.close()
            return kind.fold(None, cast("Iterable[Recorded]", facts)) or kind(id=noun)
        try:
            return self.repository.get(noun, projector_func=kind.fold)
        except AggregateNotFoundError:
            return kind(id=noun)

    def _facts(self, stream: UUID) -> list[Recorded]:
        """Every fact of a stream, in order: what is stored, and what the batch gathered of it."""
        gathered = self._batch.facts if self._batch is not None else []
        stored = [each for each in self.events.get(stream) if isinstance(each, Recorded)]
        return stored + [each for each in gathered if each.originator_id == stream]

    def _get(self, kind: type[A], noun: UUID, unknown: type[BrokenRule]) -> A:
        """The noun as it is. Raises ``unknown`` when nothing is recorded of it."""
        loaded = self._load(kind, noun)
        if loaded.version == 0:
            raise unknown(noun)
        return loaded

    def _every(self, kind: type[A], person_id: PersonId) -> list[A]:
        """Every noun of a kind that tells of a person, in the order in which they began."""
        gathered = self._batch.loaded.of(kind) if self._batch is not None else ()
        known = [each.id for each in gathered if getattr(each, "person", None) == person_id]
        if self._batch is None or not self._batch.whole:
            stored = self._log.streams_of(person_id)
            known = [stream for stream, noun in stored if noun == kind.NOUN] + known
        return [self._load(kind, noun) for noun in dict.fromkeys(known)]

    def _referral(self, referral_id: ReferralId) -> referral.Referral:
        return self._get(referral.Referral, referral_id, referral.ReferralIsUnknown)

    def _pathway(self, person_id: PersonId) -> pathway.Pathway:
        return self._load(pathway.Pathway, pathway_of(person_id))
