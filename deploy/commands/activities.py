"""What can be asked of a server, read off its own description of its interface (OpenAPI).

An activity that the interface gains is one here without another line. It refuses to know any
activity by name, and to talk to anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

Schema = Mapping[str, Any]

UNDER = "/v1/"
ZIP = "application/zip"


class NotUnderstood(Exception):
    """What was typed is no activity, or not all it needs; the sentence says what is wrong."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One address that something can be asked at: its words in order, then the ids it needs."""

    words: tuple[str, ...]
    ids: tuple[str, ...]
    path: str
    says: str
    schema: Schema

    @property
    def name(self) -> str:
        return " ".join(self.words)

    @property
    def usage(self) -> str:
        """As it is typed, without what may be left out."""
        needed = (f"{field}=…" for field in self.schema.get("required", ()))
        return " ".join((*self.words, *(name.upper() for name in self.ids), *needed))

    @property
    def may_also(self) -> list[str]:
        """Fields that may be left out."""
        required = self.schema.get("required", ())
        return [name for name in self.schema.get("properties", {}) if name not in required]

    def address(self, ids: Iterable[str]) -> str:
        """The address for these ids. Raises `NotUnderstood`."""
        path = self.path
        for name, typed in zip(self.ids, ids, strict=True):
            try:
                path = path.replace("{" + name + "}", str(UUID(typed)))
            except ValueError:
                raise NotUnderstood(f"{typed!r} is not the id of a {name}") from None
        return path


def activities(description: Mapping[str, Any]) -> tuple[Activity, ...]:
    """Every ``POST`` under ``/v1`` that the description names; what answers with a file is none."""
    return tuple(
        _activity(path, ways["post"], description)
        for path, ways in description["paths"].items()
        if path.startswith(UNDER) and "post" in ways and ZIP not in _answers(ways["post"])
    )


def _answers(post: Mapping[str, Any]) -> set[str]:
    """In which kinds of document it answers."""
    return {kind for answer in post["responses"].values() for kind in answer.get("content", ())}


def _activity(path: str, post: Mapping[str, Any], description: Mapping[str, Any]) -> Activity:
    steps = path.removeprefix(UNDER).split("/")
    body = post.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Activity(
        words=tuple(step for step in steps if not step.startswith("{")),
        ids=tuple(step[1:-1] for step in steps if step.startswith("{")),
        path=path,
        says=post.get("description", "").split("\n")[0],
        schema=whole(body.get("schema", {}), description),
    )


def whole(schema: Schema, description: Mapping[str, Any]) -> Schema:
    """A schema with what it refers to put in its place, and without its ``null``."""
    if "$ref" in schema:
        part: Any = description
        for step in schema["$ref"].removeprefix("#/").split("/"):
            part = part[step]
        return whole(part, description)
    for choice in schema.get("anyOf", ()):
        if choice.get("type") != "null":
            return whole(choice, description)
    complete = dict(schema)
    if "properties" in schema:
        inner = schema["properties"].items()
        complete["properties"] = {name: whole(about, description) for name, about in inner}
    if "items" in schema:
        complete["items"] = whole(schema["items"], description)
    return complete


def chosen(known: Iterable[Activity], typed: tuple[str, ...]) -> tuple[Activity, tuple[str, ...]]:
    """The activity that was typed, and its ids. Raises `NotUnderstood`."""
    found = [a for a in known if typed[: len(a.words)] == a.words]
    if not found:
        raise NotUnderstood(
            f"{' '.join(typed)!r} is no activity: `throughcare ask` lists what there is"
        )
    words = max(len(a.words) for a in found)
    ids = typed[words:]
    named = [a for a in found if len(a.words) == words]
    fitting = [a for a in named if len(a.ids) == len(ids)]
    if not fitting:
        usages = " or ".join(f"`throughcare ask {a.usage}`" for a in named)
        raise NotUnderstood(f"use it as {usages}")
    (activity,) = fitting
    return activity, ids


# What comes with it


def content(schema: Schema, typed: Iterable[str], given: dict[str, Any]) -> dict[str, Any]:
    """The body: what was given whole, and over it each ``field=value`` that was typed.

    ``person.name=…`` is a field within a field, ``attendees.0.partner=…`` one within a list; a
    list of words is the same field again and again. ``field:=…`` is JSON. Raises `NotUnderstood`.
    """
    body = given
    for each in typed:
        name, _, value = each.partition("=")
        raw = name.endswith(":")
        _put(body, schema, name.removesuffix(":").split("."), value, raw=raw, name=name)
    lacking = list(missing(schema, body))
    if lacking:
        raise NotUnderstood(f"missing: {', '.join(f'{name}=…' for name in lacking)}")
    return body


def missing(schema: Schema, body: Any, before: str = "") -> Iterator[str]:
    """What is required and not there, at any depth."""
    if isinstance(body, list):
        for number, each in enumerate(body):
            yield from missing(schema.get("items", {}), each, f"{before}{number}.")
    if not isinstance(body, dict):
        return
    for name in schema.get("required", ()):
        if name not in body:
            yield before + name
    for name, value in body.items():
        yield from missing(schema.get("properties", {}).get(name, {}), value, f"{before}{name}.")


def _put(body: Any, schema: Schema, steps: list[str], value: str, *, raw: bool, name: str) -> None:
    step, rest, about = _field(body, schema, steps, name)
    if rest:
        if isinstance(body, dict):
            body.setdefault(step, [] if about.get("type") == "array" else {})
        _put(body[step], about, rest, value, raw=raw, name=name)
    elif raw:
        try:
            body[step] = json.loads(value)
        except ValueError:
            raise NotUnderstood(f"{name}= is not followed by JSON") from None
    elif about.get("type") == "array":
        body.setdefault(step, []).append(_value(about["items"], value, name))
    else:
        body[step] = _value(about, value, name)


def _field(
    body: Any, schema: Schema, steps: list[str], name: str
) -> tuple[str | int, list[str], Schema]:
    """The next step into the body, the steps after it, and what belongs there."""
    if not isinstance(body, dict | list):
        raise NotUnderstood(f"{name}: what was given there already has no fields")
    if isinstance(body, list):
        return _place(body, schema, steps[0], name), steps[1:], schema["items"]
    known = schema.get("properties", {})
    if not known and schema.get("type", "object") == "object":
        return steps[0], steps[1:], {}  # an object of any fields
    if steps[0] not in known:
        raise NotUnderstood(f"{name} is no field here; there are {', '.join(known) or 'none'}")
    return steps[0], steps[1:], known[steps[0]]


def _place(body: list[Any], schema: Schema, step: str, name: str) -> int:
    """The place in a list: one that is there, or the next one."""
    if not step.isdecimal() or int(step) > len(body):
        raise NotUnderstood(f"{name}: give places in the list as 0, 1, 2 in their order")
    if int(step) == len(body):
        body.append({} if schema["items"].get("type") == "object" else None)
    return int(step)


def _value(schema: Schema, value: str, name: str) -> Any:
    """What was typed, as the kind of value the schema wants. Raises `NotUnderstood`."""
    if "enum" in schema and value not in {str(one) for one in schema["enum"]}:
        raise NotUnderstood(f"{name}= takes one of: {', '.join(map(str, schema['enum']))}")
    match schema.get("type"):
        case "integer":
            if not value.removeprefix("-").isdecimal():
                raise NotUnderstood(f"{name}= takes a whole number")
            return int(value)
        case "boolean":
            if value not in ("yes", "no", "true", "false"):
                raise NotUnderstood(f"{name}= takes yes or no")
            return value in ("yes", "true")
        case "object" | "array":
            raise NotUnderstood(f"{name} has fields of its own: give {name}.field=…")
    return value
