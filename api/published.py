"""Each published message in words: its fields, its versions, who may know it, until when.

It refuses to know where that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import orjson

from domain.catalogue import FactEntry, catalogue, told
from domain.contract import TELLING
from projections.contract import Contract, Deprecated, Message

PLAIN = {"string": "text", "integer": "number", "number": "number", "boolean": "yes or no"}
FORMATS = {"uuid": "id", "date-time": "time", "date": "date", "time": "time of day"}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message's data. ``always`` is whether no agreement leaves it out."""

    name: str
    type: str
    always: bool
    category: str | None
    personal: bool
    meaning: str


def fields(message: Message) -> list[Field]:
    """What a message may say, without what any entry may say of its own telling."""
    schema = message.schema
    required = schema.get("required", ())
    return [
        Field(
            name=name,
            type=in_words(about, schema.get("$defs", {})),
            always=name in required,
            category=about.get("x-category"),
            personal=about.get("x-personal", False),
            meaning=about.get("description", ""),
        )
        for name, about in schema.get("properties", {}).items()
        if name not in TELLING
    ]


def in_words(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The type of a field as somebody says it."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        named = definitions[name]
        if "enum" not in named:
            return str(name)
        return f"{name}: {_listed(named['enum'])}"
    if "enum" in schema:
        return _listed(schema["enum"])
    if "const" in schema:
        return "yes" if schema["const"] is True else str(schema["const"])
    if "anyOf" in schema:
        kinds = [in_words(each, definitions) for each in schema["anyOf"] if each != NULL]
        return " or ".join(kinds)
    kind = schema.get("type")
    if kind == "array":
        return f"list of {in_words(schema.get('items', {}), definitions)}"
    if kind == "object":
        return "values by name"
    return FORMATS.get(schema.get("format", "")) or PLAIN.get(str(kind), "anything")


NULL = {"type": "null"}


def _listed(words: list[object]) -> str:
    return ", ".join("none" if word == "" else str(word) for word in words)


def until(deprecated: Deprecated) -> str:
    """What a reader of a deprecated version is to know, as a sentence."""
    said = f"Deprecated since {deprecated.since:%-d %B %Y}"
    if deprecated.successor:
        said += f"; {deprecated.successor} takes its place"
    if deprecated.last:
        said += f"; its last day is {deprecated.last:%-d %B %Y}"
    return f"{said}."


def row(message: Message, contract: Contract) -> dict[str, Any]:
    """A message as one object."""
    entry = entries().get(message.type)
    return {
        "type": message.type,
        "told": message.told.value,
        "version": message.version,
        "versions": [each.type for each in contract.versions(message.name)],
        "meaning": message.meaning,
        "category": message.category,
        "deprecated": asdict(message.deprecated) if message.deprecated else None,
        "schema": f"/v1/schemas/{message.type}",
        "fields": [asdict(field) for field in fields(message)],
        "told_by_default": [
            {"to": line, "narrower": inner} for line, inner in (told(entry) if entry else ())
        ],
        "example": message.example,
    }


def written(message: Message) -> str:
    """Its example as JSON; the ids in it stand for nobody."""
    return orjson.dumps(message.example, option=orjson.OPT_INDENT_2).decode()


@cache
def entries() -> Mapping[str, FactEntry]:
    """What the catalogue of facts says of each message that tells of one."""
    return {entry.type: entry for entry in catalogue()}
