"""Bytes to one JSON object, faults named by their byte; refuses to know what the object means."""

import json
import re

from api.fhir.message import MessageRefused
from api.fhir.tree import JsonObject

LARGEST = 5_000_000
"""Bytes. The largest published message is under 40 kB."""
DEEPEST = 50
"""Objects and lists within one another. Published messages stay under 12."""

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\]:]', re.DOTALL)


def json_object(original: bytes) -> JsonObject:
    """The object these bytes hold. Raises MessageRefused with the offset of the first fault."""
    if len(original) > LARGEST:
        raise MessageRefused(
            "message",
            f"Holds {len(original):,} bytes, more than {LARGEST:,}. Send documents separately.",
        )
    try:
        text = original.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused_at(error.start, "Is not UTF-8. Send the message as UTF-8.") from None
    if text.startswith("\ufeff"):
        raise _refused_at(0, "Starts with a byte order mark. Send the message without it.")
    _refuse_depth(text)
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _refused_at(_byte(text, error.pos), f"Is not JSON ({error.msg}).") from None
    except ValueError:
        # The only other ValueError of json.loads: more digits than an integer may have.
        raise MessageRefused(
            "message", "Holds a number of absurd length. Send it as text."
        ) from None
    _refuse_repeated_names(text)
    if not isinstance(value, dict):
        raise MessageRefused("message", "Is not one JSON object. Send one FHIR resource.")
    return value


def _refuse_depth(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            depth += 1
            if depth > DEEPEST:
                reason = f"Is nested more than {DEEPEST} deep. Send a flatter message."
                raise _refused_at(_byte(text, token.start()), reason)
        elif token[0] in "}]":
            depth -= 1


def _refuse_repeated_names(text: str) -> None:
    """JSON lets the last of two equal names win; here neither does. The text is known to parse."""
    names: list[set[str]] = []
    latest = _TOKEN.match("{")
    for token in _TOKEN.finditer(text):
        match token[0]:
            case "{" | "[":
                names.append(set())
            case "}" | "]":
                names.pop()
            case ":":
                assert latest is not None
                name = json.loads(latest[0])
                if name in names[-1]:
                    reason = f"Gives the name {latest[0]} twice in one object. Send it once."
                    raise _refused_at(_byte(text, latest.start()), reason)
                names[-1].add(name)
            case _:
                latest = token


def _refuse_constant(name: str) -> None:
    raise MessageRefused("message", f"Holds {name}, which is not JSON. Leave the element out.")


def _byte(text: str, position: int) -> int:
    return len(text[:position].encode("utf-8"))


def _refused_at(offset: int, reason: str) -> MessageRefused:
    return MessageRefused(f"byte {offset}", reason)
