"""The published contract: every type of message, its versions, examples and last days.

It reads what was published and refuses to make any of it up: `python -m tests.contract` writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import orjson

PUBLISHED = Path(__file__).parent / "published"
"""One file for each type and version that was ever published; none is ever taken away."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_MOMENT = {"type": "string", "format": "date-time"}

ENTRY: dict[str, Any] = {
    "$schema": DIALECT,
    "$id": "/v1/schemas/share.Entry.v1",
    "title": "share.Entry.v1",
    "description": "An entry of a share, a CloudEvent 1.0; its type names the schema of its data.",
    "type": "object",
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {
            "type": "string",
            "pattern": "^[0-9a-f-]{36}/[1-9][0-9]*$",
            "description": "Your organisation and the number; the same whenever it comes.",
        },
        "source": {"const": "/v1/share"},
        "type": {
            "type": "string",
            "pattern": "^[a-z_]+\\.[A-Za-z]+\\.v[1-9][0-9]*$",
            "description": "What happened, and in which version it is told.",
        },
        "time": _MOMENT | {"description": "When what caused the telling was recorded."},
        "subject": {
            "type": "string",
            "format": "uuid",
            "description": "The person as you know them; absent where it is about nobody.",
        },
        "sharenumber": {
            "type": "integer",
            "minimum": 1,
            "description": "1, 2, 3 … within your share, without a gap.",
        },
        "position": {
            "type": "integer",
            "minimum": 1,
            "description": "Where what caused the telling stands in the log.",
        },
        "backfill": {"type": "boolean", "description": "No news: it was so before you came."},
        "datacontenttype": {"const": "application/json"},
        "data": {"type": "object", "description": "As `/v1/schemas/` and the type says."},
    },
    "required": [
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "sharenumber",
        "position",
        "backfill",
        "datacontenttype",
        "data",
    ],
}
"""The clothes of every entry, whichever way it goes out."""


class Told(StrEnum):
    """Which way a message goes."""

    TO_PARTNERS = "to partners"  # in their share, whichever way they read it
    BETWEEN_ENTRIES = "between entries"  # on a topic: no entry, and no news
    TO_AN_ENDPOINT = "to an endpoint"  # by webhook: that there is news
    BY_PARTNERS = "by partners"  # answers, by HTTP, Kafka or in reply to a webhook


@dataclass(frozen=True, slots=True)
class Deprecated:
    """A version that another takes the place of. After ``last`` nothing new comes in it, and
    nothing is taken in it; what was told in it stays as it is, for ever."""

    since: date
    last: date | None = None
    successor: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One version of one type. ``schema`` says of its ``data`` exactly what it may be today."""

    type: str
    told: Told
    meaning: str
    schema: dict[str, Any]
    example: dict[str, Any]
    category: str | None = None
    deprecated: Deprecated | None = None

    @property
    def name(self) -> str:
        """Its type without the version."""
        return self.type.rpartition(".v")[0]

    @property
    def version(self) -> int:
        return int(self.type.rpartition(".v")[2])

    @property
    def published(self) -> dict[str, Any]:
        """Its schema as readers are to use it."""
        schema = self.schema if self.told is Told.BY_PARTNERS else opened(self.schema)
        noted = {"$schema": DIALECT, "$id": f"/v1/schemas/{self.type}", "title": self.type}
        dated = {"deprecated": True} if self.deprecated else {}
        return noted | {"description": self.meaning} | dated | schema


class Contract(Mapping[str, Message]):
    """Every message by its type."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._messages = {message.type: message for message in messages}

    def __getitem__(self, type_: str) -> Message:
        return self._messages[type_]

    def __iter__(self) -> Iterator[str]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)

    def versions(self, name: str) -> tuple[Message, ...]:
        """Every version of a type that was published, the newest last."""
        found = (message for message in self.values() if message.name == name)
        return tuple(sorted(found, key=lambda message: message.version))


@cache
def contract() -> Contract:
    """What is published with this release."""
    found = Contract(read(path.read_bytes()) for path in sorted(PUBLISHED.glob("*.json")))
    assert found, "this installation lacks what is published: projections/published"
    return found


def read(written: bytes) -> Message:
    """A message from its file."""
    said = orjson.loads(written)
    dates = said.pop("deprecated", None)
    deprecated = None
    if dates:
        last = dates.get("last")
        deprecated = Deprecated(
            since=date.fromisoformat(dates["since"]),
            last=date.fromisoformat(last) if last else None,
            successor=dates.get("successor"),
        )
    return Message(told=Told(said.pop("told")), deprecated=deprecated, **said)


def write(message: Message) -> bytes:
    """A message as its file: one that is written again is the same bytes."""
    said: dict[str, Any] = {"type": message.type, "told": message.told.value}
    if message.category:
        said["category"] = message.category
    if message.deprecated:
        given = (("since", message.deprecated.since), ("last", message.deprecated.last))
        said["deprecated"] = {name: day.isoformat() for name, day in given if day}
        if message.deprecated.successor:
            said["deprecated"]["successor"] = message.deprecated.successor
    said |= {"meaning": message.meaning, "schema": message.schema, "example": message.example}
    return orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def opened(schema: Any) -> Any:
    """The schema for whoever reads messages: new fields and new words of a code break nothing."""
    match schema:
        case dict():
            inner = {key: opened(value) for key, value in schema.items()}
            if inner.get("additionalProperties") is False:
                del inner["additionalProperties"]
            if isinstance(words := inner.pop("enum", None), list):
                kind = inner.pop("type", "string")
                inner["anyOf"] = [{"enum": words}, {"type": kind}]
            return inner
        case list():
            return [opened(each) for each in schema]
        case _:
            return schema


def ending(types: Iterable[str], contract: Contract, place: str = "") -> dict[str, str]:
    """Headers that say that some of these types are deprecated (RFC 9745), and end (RFC 8594).

    Of several, the one that ends first. ``place`` is the address of this place, where who reads
    them has not asked it.
    """
    dated = [
        (message.deprecated.last or date.max, message.deprecated, message.type)
        for message in (contract[each] for each in set(types) if each in contract)
        if message.deprecated
    ]
    if not dated:
        return {}
    last, deprecated, type_ = min(dated, key=lambda each: (each[0], each[2]))
    noun = type_.partition(".")[0]
    links = [f'<{place}/catalogue/{noun}#{type_}>; rel="deprecation"']
    if deprecated.successor:
        links.append(f'<{place}/v1/schemas/{deprecated.successor}>; rel="successor-version"')
    said = {"Deprecation": f"@{int(_begin(deprecated.since).timestamp())}"}
    if deprecated.last:
        said["Sunset"] = format_datetime(_begin(last + timedelta(days=1)), usegmt=True)
    return said | {"Link": ", ".join(links)}


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
