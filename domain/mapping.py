"""Fact to stored bytes and back: the registry of topics, upcasts, encryption per person.

It refuses to import anything because a row names it, and to know where bytes or keys are kept.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from os import urandom
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from eventsourcing.persistence import Mapper, StoredEvent

from domain.kernel import REMOVED, BrokenRule, Fact, Recorded
from domain.vocabulary import Label, PartnerId, PersonId, PractitionerId, Purpose, Retention

_PURPOSES = {each.value: each for each in Purpose}
_LABELS = {each.value: each for each in Label}

FORMAT = b"\x01"
IN_A_VOLUME = b"\x02"
"""Bytes that say which volume they rest in; those of `FORMAT` rest in the care record."""

NONCE_BYTES = 12
_HEAD = struct.Struct(">cBB")
_NUMBERED = {Retention.CORRESPONDENCE: 1, Retention.FEEDBACK: 2}
_RETENTIONS = {number: each for each, number in _NUMBERED.items()}


class Volume(NamedTuple):
    """Of what is kept of one person, what is destroyed together; it has a key of its own.

    Of the care record there is one, for as long as the person is known. Of anything else a new one
    begins when the one before may go, as a paper file is closed and another opened.
    """

    retention: Retention
    number: int = 0


CARE = Volume(Retention.CARE)


class Keys(Protocol):
    """Where persons' keys come from. A destroyed key is answered with ``None``, for ever."""

    def of(self, person: UUID, volume: Volume = CARE) -> AESGCM | None:
        """The key of a person's volume, made on first use; ``None`` once destroyed."""

    def newest(self, person: UUID, retention: Retention) -> Volume:
        """The volume in which what is recorded of a person now comes to rest."""


class DestroyableKeys(Keys, Protocol):
    """Keys that can be destroyed."""

    def destroy(self, person: UUID) -> None:
        """Destroy every key of a person, for ever."""


class TextCannotBeStored(BrokenRule):
    """A text holds a NUL or half a character; remove it and send again."""


class PersonWasErased(BrokenRule):
    """This person was erased at their wish; nothing more can be recorded about them."""


class UnreadableFact(Exception):
    """Stored bytes that cannot become a fact. Carries its id and topic, never its content."""


@dataclass(frozen=True)
class StoredFact(StoredEvent):
    """A fact as the log's columns hold it (the envelope beside the bytes)."""

    schema: int
    person: UUID | None
    label: str
    effective_at: datetime
    practitioner: UUID | None
    organisation: UUID
    purpose: str
    correlation: UUID
    causation: str | None
    intention: UUID
    position: int = 0
    recorded_at: datetime | None = None


class Topics:
    """The registry: every topic that can be stored, and the fact it names."""

    def __init__(self, facts: Iterable[type[Fact]]) -> None:
        self._facts: dict[str, type[Fact]] = {}
        for fact in facts:
            assert fact.TOPIC not in self._facts, f"two facts share the topic {fact.TOPIC}"
            self._facts[fact.TOPIC] = fact

    def __iter__(self) -> Iterator[type[Fact]]:
        return iter(self._facts.values())

    def fact(self, topic: str) -> type[Fact]:
        """The fact a topic names. Raises ``KeyError`` for a topic that was never registered."""
        return self._facts[topic]


def volume_of(state: bytes) -> Volume:
    """The volume sealed bytes rest in. Raises ``ValueError`` for bytes of no known format."""
    if state[:1] == FORMAT:
        return CARE
    if state[:1] != IN_A_VOLUME or len(state) < _HEAD.size:
        raise ValueError("bytes of an unknown format")
    _, retention, number = _HEAD.unpack_from(state)
    if retention not in _RETENTIONS:
        raise ValueError("bytes of an unknown format")
    return Volume(_RETENTIONS[retention], number)


def head_of(volume: Volume) -> bytes:
    """How sealed bytes that rest in a volume begin."""
    if volume == CARE:
        return FORMAT
    return _HEAD.pack(IN_A_VOLUME, _NUMBERED[volume.retention], volume.number)


def seal(
    content: Mapping[str, Any],
    personal: frozenset[str],
    key: AESGCM | None,
    bound_to: bytes,
    volume: Volume = CARE,
) -> bytes:
    """Write content as bytes: the open part as JSON, the personal part under the volume's key.

    ``bound_to`` (stream, version and topic, or partner, number and type) is authenticated, so that
    bytes moved to another row no longer open. Raises `TextCannotBeStored`, `PersonWasErased`.
    """
    open_part = _json({k: v for k, v in content.items() if k not in personal})
    closed = {k: v for k, v in content.items() if k in personal and v is not None}
    head = head_of(volume) + struct.pack(">I", len(open_part)) + open_part
    if not closed:
        return head
    if key is None:
        raise PersonWasErased
    nonce = urandom(NONCE_BYTES)
    return head + nonce + key.encrypt(nonce, _json(closed), bound_to)


def unseal(
    state: bytes, texts: frozenset[str], key: AESGCM | None, bound_to: bytes
) -> dict[str, Any]:
    """Read sealed bytes. Without the key, the personal texts read ``REMOVED``.

    Raises ``ValueError`` for bytes of no known format and ``InvalidTag`` for bytes that were moved
    or altered.
    """
    start = len(FORMAT) if volume_of(state) == CARE else _HEAD.size
    (length,) = struct.unpack_from(">I", state, start)
    start += 4
    end = start + length
    content = orjson.loads(state[start:end])
    if not isinstance(content, dict):
        raise ValueError("bytes that are not a fact's")
    if len(state) == end:
        return content
    if key is None:
        return content | dict.fromkeys(texts, REMOVED)
    nonce = state[end : end + NONCE_BYTES]
    content.update(orjson.loads(key.decrypt(nonce, state[end + NONCE_BYTES :], bound_to)))
    return content


def _json(content: Mapping[str, Any]) -> bytes:
    try:
        written = orjson.dumps(content)
    except orjson.JSONEncodeError as refused:
        raise TextCannotBeStored from refused
    if b"\\u0000" in written:
        raise TextCannotBeStored
    return written


class FactMapper(Mapper[UUID]):
    """The library's mapper seam, with our bytes: no class is ever named by a row."""

    def __init__(self, topics: Topics, keys: Keys) -> None:
        self.topics = topics
        self.keys = keys

    def to_stored_event(self, domain_event: Any) -> StoredFact:
        recorded: Recorded = domain_event
        fact = recorded.fact
        content = fact.model_dump(mode="json", exclude_none=True)
        key, volume = None, CARE
        if fact.PERSONAL_FIELDS:
            assert recorded.person is not None
            if fact.RETENTION is not Retention.CARE:
                volume = self.keys.newest(recorded.person, fact.RETENTION)
            key = self.keys.of(recorded.person, volume)
        return StoredFact(
            originator_id=recorded.originator_id,
            originator_version=recorded.originator_version,
            topic=fact.TOPIC,
            state=seal(
                content,
                fact.PERSONAL_FIELDS,
                key,
                _bound(recorded.originator_id, recorded.originator_version, fact.TOPIC),
                volume,
            ),
            schema=fact.SCHEMA,
            person=recorded.person,
            label=recorded.label.value,
            effective_at=recorded.effective_at,
            practitioner=recorded.practitioner,
            organisation=recorded.organisation,
            purpose=recorded.purpose.value,
            correlation=recorded.correlation,
            causation=recorded.causation,
            intention=recorded.intention,
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        assert isinstance(stored_event, StoredFact)
        return self.read(stored_event)

    def read(self, stored: StoredFact) -> Recorded:
        """Make the fact again. Raises `UnreadableFact`."""
        stream, version, topic = stored.originator_id, stored.originator_version, stored.topic
        assert isinstance(stream, UUID)
        try:
            kind = self.topics.fact(topic)
            key, volume = None, volume_of(stored.state)
            if kind.PERSONAL_FIELDS and stored.person is not None:
                key = self.keys.of(stored.person, volume)
            body = unseal(stored.state, kind.PERSONAL_TEXTS, key, _bound(stream, version, topic))
            if stored.schema < kind.SCHEMA:
                body = kind.upcast(body, stored.schema)
            fact = kind.model_validate(body)
            return Recorded(
                fact=fact,
                originator_id=stream,
                originator_version=version,
                effective_at=stored.effective_at,
                organisation=PartnerId(stored.organisation),
                purpose=_PURPOSES[stored.purpose],
                intention=stored.intention,
                correlation=stored.correlation,
                causation=stored.causation,
                practitioner=None
                if stored.practitioner is None
                else PractitionerId(stored.practitioner),
                person=None if stored.person is None else PersonId(stored.person),
                label=_LABELS[stored.label],
                position=stored.position,
                recorded_at=stored.recorded_at,
                volume=volume.number,
            )
        except (KeyError, ValueError, InvalidTag, struct.error) as unreadable:
            raise UnreadableFact(f"{stream}/{version}", topic) from unreadable


def _bound(stream: UUID, version: int, topic: str) -> bytes:
    return stream.bytes + version.to_bytes(8, "big") + topic.encode()
