"""Which change of a published message breaks somebody, and why. It refuses to know what changed it.

What partners read must stay valid both ways: entries told long ago are told again by number, and a
subscriber reads tomorrow's with what it knows of today's. What partners send must still be taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from projections.contract import Contract, Message, Told

NOTICE = timedelta(days=180)
"""How long a version goes on after it was said that it ends."""

WORDS = frozenset({"description", "title", "examples", "x-category", "x-personal", "$defs"})
"""What a schema says to people alone."""

AT_MOST = frozenset({"maxLength", "maximum", "maxItems", "maxProperties"})
AT_LEAST = frozenset({"minLength", "minimum", "minItems", "minProperties"})


def breaks(was: Contract, now: Contract) -> list[str]:
    """What in ``now`` breaks whoever keeps to ``was``; nothing if anybody may go on as they are."""
    found: list[str] = []
    for type_, message in was.items():
        if type_ not in now:
            found.append(f"{type_}: is no longer published; an old version stays, deprecated")
        else:
            found += broken(message, now[type_])
    return found


def broken(was: Message, now: Message) -> Iterator[str]:
    """What breaks in one version of one type."""
    if was.told is not now.told:
        yield f"{was.type}: went {was.told.value}, and goes {now.told.value} now"
    reading = was.told is not Told.BY_PARTNERS
    for sentence in _schema(_Node(was.schema), _Node(now.schema), "data", reading=reading):
        yield f"{was.type}: {sentence}"
    yield from _dates(was, now)


def _dates(was: Message, now: Message) -> Iterator[str]:
    old, new = was.deprecated, now.deprecated
    if new and new.last and new.last < new.since + NOTICE:
        yield f"{now.type}: its last day comes sooner than {NOTICE.days} days after notice"
    if old and old.last and (new is None or (new.last and new.last < old.last)):
        yield f"{now.type}: its last day was to be {old.last}, and is {new and new.last} now"


class _Node:
    """A schema with the definitions it may name; what it names is read in its place."""

    def __init__(self, schema: Mapping[str, Any], root: Mapping[str, Any] | None = None) -> None:
        self.root = schema if root is None else root
        if ref := schema.get("$ref"):
            named = self.root["$defs"][str(ref).removeprefix("#/$defs/")]
            schema = {**named, **{key: value for key, value in schema.items() if key != "$ref"}}
        self.says = schema

    def of(self, schema: Mapping[str, Any]) -> _Node:
        return _Node(schema, self.root)

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.says.get("properties", {})
        return found

    @property
    def required(self) -> set[str]:
        return set(self.says.get("required", ()))

    @property
    def plain(self) -> dict[str, Any]:
        """What it says of a value by itself, not of its parts."""
        parts = WORDS | {"properties", "required", "items", "enum", "anyOf"}
        return {key: value for key, value in self.says.items() if key not in parts}

    @property
    def choices(self) -> list[dict[str, Any]]:
        """What it may be, whatever order that is written in; one schema is a choice of one."""
        return [self.of(each).flat for each in self.says.get("anyOf", [self.says])]

    @property
    def flat(self) -> dict[str, Any]:
        """Everything it says and what it names says, without the words for people."""
        said: dict[str, Any] = {}
        for key, value in self.says.items():
            if key == "properties":
                said[key] = {name: self.of(inner).flat for name, inner in value.items()}
            elif key in ("items", "additionalProperties") and isinstance(value, Mapping):
                said[key] = self.of(value).flat
            elif key == "anyOf":
                said[key] = [self.of(each).flat for each in value]
            elif key not in WORDS:
                said[key] = value
        return said


def _schema(was: _Node, now: _Node, where: str, *, reading: bool) -> Iterator[str]:
    if "anyOf" in was.says or "anyOf" in now.says:
        yield from _choices(was, now, where, reading=reading)
        return
    for key in sorted(was.plain.keys() | now.plain.keys()):
        old, new = was.plain.get(key), now.plain.get(key)
        if old != new and (reading or not _looser(key, old, new)):
            yield f"{where}: {key} was {old!r}, and is {new!r} now"
    yield from _codes(was, now, where, reading=reading)
    for name, inner in was.properties.items():
        if name not in now.properties:
            yield f"{where}.{name}: is gone"
        else:
            old, new = was.of(inner), now.of(now.properties[name])
            yield from _schema(old, new, f"{where}.{name}", reading=reading)
    for name in sorted(now.required - was.required):
        yield f"{where}.{name}: was not required, and is now"
    for name in sorted(was.required - now.required):
        if reading:
            yield f"{where}.{name}: was always there, and may be absent now"
    if "items" in was.says and "items" in now.says:
        each = was.of(was.says["items"]), now.of(now.says["items"])
        yield from _schema(*each, f"{where}[]", reading=reading)
    elif "items" in was.says or "items" in now.says:
        yield f"{where}: its items are of another kind"


def _codes(was: _Node, now: _Node, where: str, *, reading: bool) -> Iterator[str]:
    old, new = was.says.get("enum"), now.says.get("enum")
    if old is None:
        if new is not None:
            yield f"{where}: took any value, and takes {len(new)} now"
    elif new is None:
        if reading:
            yield f"{where}: was one of {len(old)} words, and may be anything now"
    else:
        for word in old:
            if word not in new:
                yield f"{where}: the word {word!r} is gone"


def _choices(was: _Node, now: _Node, where: str, *, reading: bool) -> Iterator[str]:
    old, new = was.choices, now.choices
    if any(each not in new for each in old):
        yield f"{where}: was one of {len(old)} kinds, and one of them is gone or another now"
    if reading and any(each not in old for each in new):
        yield f"{where}: may be of a kind that it was not"


def _looser(key: str, old: Any, new: Any) -> bool:
    """Whether what was taken before is taken still."""
    if new is None:
        return key not in ("type", "additionalProperties")
    if key in AT_MOST:
        return old is not None and bool(new >= old)
    if key in AT_LEAST:
        return old is not None and bool(new <= old)
    return False
