"""OCEL 2.0 as JSON: every fact an event, beside the objects it is about, with what each is to it.

See the OCEL 2.0 specification (Berti et al., 2023), section on JSON. It refuses to hold the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any
from uuid import UUID

import orjson

from domain.facts import FACTS
from domain.vocabulary import PartnerId, ServiceId
from projections.directory import Directory
from projections.mining.outline import STREAMS, Outline, Pseudonym, shape

TYPES: Mapping[type, str] = {str: "string", int: "integer", bool: "boolean"}

EVERY = ({"name": "position", "type": "integer"}, {"name": "recorded", "type": "time"})
"""What every event says: its place in the log, where it can be proved, and when it was recorded."""

OF_OBJECTS: Mapping[str, Mapping[str, type]] = {
    "organisation": {"name": str, "kind": str},
    "service": {"name": str, "step": int},
    "pathway": {"step": int},
}
"""What objects say of themselves. A pathway's step changes, and says from when on it is so."""

UNDER = frozenset({"referral", "meeting"})
"""What something may belong to: an appointment to a referral, an action to a meeting."""


@dataclass
class Thing:
    """One object of the export."""

    kind: str
    said: dict[tuple[str, str], str | int] = field(default_factory=dict)
    """By the name of what is said, and the moment from which on it is so."""
    related: dict[tuple[str, str], None] = field(default_factory=dict)


@dataclass
class Ocel:
    """The file as it is written: events as they come, then the objects that they named."""

    file: IO[bytes]
    names: Pseudonym
    directory: Directory
    _things: dict[str, Thing] = field(default_factory=dict)
    _kinds: set[str] = field(default_factory=set)

    def write(self, outlines: Iterable[Outline]) -> int:
        """Write all of it; how many objects there are."""
        self.file.write(b'{"events":[')
        for number, each in enumerate(outlines):
            self.file.write(b",\n" if number else b"\n")
            self.file.write(orjson.dumps(self._event(each)))
        self.file.write(b'],\n"objects":[')
        for number, (name, thing) in enumerate(self._things.items()):
            self.file.write(b",\n" if number else b"\n")
            self.file.write(orjson.dumps(_object(name, thing)))
        self.file.write(b'],\n"eventTypes":')
        self.file.write(orjson.dumps(list(self._event_types())))
        self.file.write(b',\n"objectTypes":')
        kinds = sorted({thing.kind for thing in self._things.values()})
        self.file.write(orjson.dumps([_type(kind, OF_OBJECTS.get(kind, {})) for kind in kinds]))
        self.file.write(b"}\n")
        return len(self._things)

    def _event(self, outline: Outline) -> dict[str, Any]:
        self._kinds.add(outline.name)
        about: list[tuple[str, str]] = []
        person = self._thing("person", outline.person) if outline.person else None
        if person:
            about.append((person, "about"))
        under = [
            (self._thing(kind, given), qualifier, kind)
            for qualifier, kind, given in outline.related
        ]
        own = self._own(outline, person, under)
        if own:
            about.append((own, "of"))
        about += [(name, qualifier) for name, qualifier, _ in under]
        attributes: list[dict[str, Any]] = [
            {"name": "position", "value": outline.position},
            {"name": "recorded", "value": moment(outline.recorded_at)},
        ]
        attributes += [{"name": name, "value": value} for name, value in outline.coded.items()]
        return {
            "id": f"event {outline.position}",
            "type": outline.name,
            "time": moment(outline.at),
            "attributes": attributes,
            "relationships": [{"objectId": name, "qualifier": said} for name, said in about],
        }

    def _own(
        self, outline: Outline, person: str | None, under: list[tuple[str, str, str]]
    ) -> str | None:
        """The object that the fact's stream is, with what it belongs to."""
        kind = STREAM_OF[outline.name]
        if kind is None:
            return None
        own = self._thing(kind, outline.stream)
        related = self._things[own].related
        # A meeting and a group are many persons': what happened in them is about each.
        if person and kind not in ("meeting", "group"):
            related[person, "of"] = None
        for name, _, what in under:
            if what in UNDER and name != own:
                related[name, "under"] = None
        moved = outline.name in ("SteppedUp", "SteppedDown")
        step = outline.coded.get("to_step" if moved else "step")
        if kind == "pathway" and step is not None:
            self._things[own].said["step", moment(outline.at)] = step
        return own

    def _thing(self, kind: str, given: UUID) -> str:
        name = self.names.of(kind, given)
        if name not in self._things:
            self._things[name] = Thing(kind, self._said(kind, given))
        return name

    def _said(self, kind: str, given: UUID) -> dict[tuple[str, str], str | int]:
        told: dict[str, str | int] = {}
        if kind == "organisation" and (partner := self.directory.partners.get(PartnerId(given))):
            told = {"name": partner.name, "kind": partner.kind.value}
        if kind == "service" and (service := self.directory.services.get(ServiceId(given))):
            told = {"name": service.name, "step": service.step.value}
        since = "1970-01-01T00:00:00Z"  # as the specification says of what never changes
        return {(name, since): value for name, value in told.items()}

    def _event_types(self) -> Iterator[dict[str, Any]]:
        for fact in FACTS:
            if fact.__name__ in self._kinds:
                described = _type(fact.__name__, shape(fact).coded)
                yield described | {"attributes": [*EVERY, *described["attributes"]]}


STREAM_OF: Mapping[str, str | None] = {
    fact.__name__: STREAMS[noun]
    for fact in FACTS
    if (noun := fact.TOPIC.partition(":")[0]) in STREAMS
}
"""By the name of a fact, what kind of object its stream is."""


def moment(at: datetime) -> str:
    """A moment as the formats take it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _type(name: str, said: Mapping[str, type]) -> dict[str, Any]:
    return {
        "name": name,
        "attributes": [{"name": each, "type": TYPES[kind]} for each, kind in said.items()],
    }


def _object(name: str, thing: Thing) -> dict[str, Any]:
    return {
        "id": name,
        "type": thing.kind,
        "attributes": [
            {"name": each, "time": since, "value": value}
            for (each, since), value in thing.said.items()
        ],
        "relationships": [
            {"objectId": other, "qualifier": qualifier} for other, qualifier in thing.related
        ],
    }
