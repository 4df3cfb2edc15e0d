"""One CloudEvent from its bytes, in JSON or in Kafka's binary mode, and a batch into its messages.

It refuses to know what any message asks. What it refuses it names by a place, never by its value.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from domain.kernel import BrokenRule
from domain.texts import Instant
from projections.refusals import RequestIsNotValid, RequestIsNotWellFormed, flaw

STRUCTURED = "application/cloudevents+json"
ATTRIBUTE = "ce_"
KEPT = ("content-type",)
"""Headers besides a CloudEvent's that say how the bytes are to be read."""

MOST = 100
"""Messages in one batch."""

MOST_FLAWS = 20
"""Flaws of one message that are named."""

_SPACE = re.compile(r"[ \t\r\n]*")

_NAMED = r"^[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,199}$"
Name = Annotated[str, StringConstraints(pattern=_NAMED)]
"""A message's id: a UUID, or anything of letters, digits and ``. _ : / + = @ -``."""


class Flawed(Exception):
    """A message that cannot be read: the rule it breaks, and where."""

    def __init__(self, rule: BrokenRule, errors: tuple[dict[str, str], ...] = ()) -> None:
        super().__init__(rule)
        self.rule, self.errors = rule, errors


class Envelope(BaseModel):
    """What a CloudEvent says around its data. Attributes that are not named here are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"]
    id: Name
    type: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    source: Annotated[str, StringConstraints(min_length=1, max_length=400)]
    subject: Annotated[str, StringConstraints(max_length=100)] | None = None
    time: Instant | None = None
    data: dict[str, Any]

    @property
    def said(self) -> bytes:
        """The hash of what it says, however it was spaced and whichever way it came."""
        content = {
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "data": self.data,
        }
        return sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).digest()


def named(original: bytes, headers: Mapping[str, str]) -> str | None:
    """The id a message gives itself, if that can be read and is one; also of a flawed message."""
    try:
        found = _content(original, headers).get("id")
    except Flawed:
        return None
    return found if isinstance(found, str) and re.fullmatch(_NAMED, found) else None


def read(original: bytes, headers: Mapping[str, str]) -> Envelope:
    """The CloudEvent that these bytes are. Raises `Flawed`."""
    try:
        envelope = Envelope.model_validate(_content(original, headers))
        assert envelope.said, "what cannot be written again is nested too deeply to be read"
    except ValidationError as unfit:
        raise Flawed(RequestIsNotValid(), flaws(unfit)) from unfit
    except orjson.JSONEncodeError as unfit:
        raise Flawed(RequestIsNotWellFormed()) from unfit
    return envelope


def flaws(unfit: ValidationError, *within: str) -> tuple[dict[str, str], ...]:
    """Where what was sent is not valid, the first of many; ``within`` is what it stands in."""
    found = unfit.errors()[:MOST_FLAWS]
    return tuple(flaw({"loc": (*within, *each["loc"]), "msg": each["msg"]}) for each in found)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Of a record's or request's headers, those without which its bytes cannot be read again."""
    lower = {name.lower(): value for name, value in headers.items()}
    return {n: v for n, v in lower.items() if n in KEPT or n.startswith(ATTRIBUTE)}


def split(original: bytes) -> list[bytes]:
    """The messages of a batch, each with the very bytes it came in; one message alone is itself.

    What is no whole array is one message, which says what is wrong with it when it is read.
    """
    try:
        text = original.decode()
    except UnicodeDecodeError:
        return [original]
    at = _past(text, 0)
    if text[at : at + 1] != "[":
        return [original]
    found: list[bytes] = []
    reading = json.JSONDecoder()
    at = _past(text, at + 1)
    try:
        while text[at : at + 1] != "]":
            _, end = reading.raw_decode(text, at)
            found.append(text[at:end].encode())
            at = _past(text, end)
            if text[at : at + 1] == ",":
                at = _past(text, at + 1)
                if text[at : at + 1] == "]":
                    return [original]
            elif text[at : at + 1] != "]":
                return [original]
    except (ValueError, RecursionError):
        return [original]
    return found if _past(text, at + 1) == len(text) else [original]


def _past(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None, "any space, or none, is there"
    return found.end()


def _content(original: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """A CloudEvent's attributes and its data, from either mode. Raises `Flawed`."""
    try:
        content = orjson.loads(original)
    except orjson.JSONDecodeError as unreadable:
        raise Flawed(RequestIsNotWellFormed()) from unreadable
    attributes: dict[str, Any] = {
        name.removeprefix(ATTRIBUTE): value
        for name, value in kept_headers(headers).items()
        if name.startswith(ATTRIBUTE)
    }
    if attributes:
        return attributes | {"data": content}
    if not isinstance(content, dict):
        raise Flawed(RequestIsNotWellFormed())
    return content


def moment(envelope: Envelope, at: datetime | None, received_at: datetime) -> datetime:
    """When what a message says was true: as its data says, else its own time, else its arrival."""
    return at or envelope.time or received_at
