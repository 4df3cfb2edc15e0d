"""What is said in each message: its headers, its shape and an example, as it is published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.contract import ENTRY, Contract, Message, Told

Described = dict[str, Any]

_ID = {"type": "string", "format": "uuid"}
_SAID = ("id", "type", "time", "subject", "sharenumber", "position", "backfill", "source")


def of(contract: Contract, *told: Told) -> list[str]:
    """The types that go so."""
    return [message.type for message in contract.values() if message.told in told]


def messages(contract: Contract, address: str) -> Described:
    """Every message, by itself as on a topic, and as it comes over HTTP."""
    single = {type_: _message(message, address) for type_, message in contract.items()}
    entry, answer = _schema("AnyEntry"), _schema("AnyAnswer")
    return single | {
        "ShareEntry": {
            "title": "An entry, as an event",
            "contentType": "text/event-stream",
            "payload": entry,
            "description": "`id` is the number, `event` the type, `data` the entry.",
        },
        "SharePage": {
            "title": "Entries after a number, empty at the end",
            "contentType": "application/cloudevents-batch+json",
            "payload": {"type": "array", "items": entry},
        },
        "Answers": {
            "title": "One answer, or several in a list",
            "contentType": "application/cloudevents-batch+json",
            "payload": {"anyOf": [answer, {"type": "array", "items": answer}]},
        },
        "DeadLetter": {
            "title": "An answer as it came, with why it was not taken",
            "contentType": "application/octet-stream",
            "payload": {"type": "string", "description": "The bytes of your message."},
            "traits": [{"$ref": "#/components/messageTraits/deadLetter"}],
        },
    }


def _message(message: Message, address: str) -> Described:
    said: Described = {
        "name": message.type,
        "title": message.name.rpartition(".")[2],
        "description": message.meaning,
        "contentType": "application/json",
        "payload": _schema(message.type),
        "tags": [{"name": message.name.partition(".")[0]}],
        "externalDocs": {"url": f"{address}/v1/schemas/{message.type}"},
    }
    shown = message.example["data"]
    if message.told is Told.TO_PARTNERS:
        said["traits"] = [{"$ref": "#/components/messageTraits/entry"}]
        said["examples"] = [{"name": "stored", "headers": _headers(message), "payload": shown}]
    elif message.told is Told.BY_PARTNERS:
        said["traits"] = [{"$ref": "#/components/messageTraits/answer"}]
        said["examples"] = [{"name": "sent", "payload": shown}]
    elif message.told is Told.BETWEEN_ENTRIES:
        said["traits"] = [{"$ref": "#/components/messageTraits/heartbeat"}]
        said["examples"] = [{"name": "sent", "headers": _headers(message), "payload": shown}]
    else:
        said["traits"] = [{"$ref": "#/components/messageTraits/signed"}]
        said["payload"] = _whole(message)
        said["examples"] = [{"name": "sent", "payload": message.example}]
    if message.deprecated:
        since, last = message.deprecated.since, message.deprecated.last
        said["tags"].append({"name": "deprecated"})
        said["x-deprecated"] = {
            "since": since.isoformat(),
            **({"last": last.isoformat()} if last else {}),
            **({"successor": s} if (s := message.deprecated.successor) else {}),
        }
    return said


def _headers(message: Message) -> Described:
    """An example's attributes as they stand in headers."""
    attributes = (*_SAID, "held")
    return {f"ce_{n}": _text(message.example[n]) for n in attributes if n in message.example}


def _whole(message: Message) -> Described:
    """The body of what wakes an endpoint."""
    return {
        "type": "object",
        "properties": {
            "type": {"const": message.type},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": _schema(message.type),
        },
        "required": ["type", "timestamp", "data"],
    }


def message_traits() -> Described:
    written = {"type": "string"}
    named = {f"ce_{name}": _header(name) for name in _SAID}
    return {
        "entry": {
            "headers": {
                "type": "object",
                "description": "CloudEvents 1.0, binary mode; the value is the entry's `data`.",
                "properties": {
                    "content-type": {"const": "application/json"},
                    "ce_specversion": {"const": "1.0"},
                    **named,
                },
                "required": ["content-type", "ce_id", "ce_type", "ce_time", "ce_sharenumber"],
            },
            "bindings": {
                "kafka": {
                    "key": _ID | {"description": "The subject, else your organisation's id."},
                    "bindingVersion": "0.5.0",
                }
            },
        },
        "heartbeat": {
            "headers": {
                "type": "object",
                "description": "As an entry's, and what waits.",
                "properties": {
                    "ce_type": written,
                    "ce_sharenumber": written | {"description": "How far the topic is."},
                    "ce_held": {
                        "type": "string",
                        "pattern": "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$",
                        "description": "Numbers that wait: `42,57-60`. Such a gap is no loss.",
                    },
                },
                "required": ["ce_type", "ce_sharenumber"],
            }
        },
        "answer": {
            "headers": {
                "type": "object",
                "description": "CloudEvents 1.0, binary mode; or structured, then none of these.",
                "properties": {
                    "ce_specversion": {"const": "1.0"},
                    "ce_id": written | {"description": "Unique in your organisation, for ever."},
                    "ce_source": written,
                    "ce_type": written,
                    "ce_time": {"type": "string", "format": "date-time"},
                },
            }
        },
        "deadLetter": {
            "headers": {
                "type": "object",
                "description": "The headers that your message came with, and what became of it.",
                "properties": {
                    "inbox_number": written | {"description": "The outcome's, 1, 2, 3 …"},
                    "inbox_id": written | {"description": "Your message's id."},
                    "inbox_outcome": {"enum": ["refused", "dead"]},
                    "inbox_problem": written | {"description": "The rule: `/problems/` and it."},
                    "inbox_detail": written | {"description": "The rule as a sentence."},
                    "inbox_errors": written | {"description": "JSON: what is wrong, and where."},
                    "inbox_at": {"type": "string", "format": "date-time"},
                },
                "required": [
                    *("inbox_number", "inbox_id", "inbox_outcome", "inbox_problem"),
                    *("inbox_detail", "inbox_errors", "inbox_at"),
                ],
            }
        },
        "signed": {
            "headers": {
                "type": "object",
                "description": "Standard Webhooks.",
                "properties": {
                    "webhook-id": written | {"description": "The same when it is tried again."},
                    "webhook-timestamp": written,
                    "webhook-signature": written | {"description": "Of id, timestamp and body."},
                },
                "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
            }
        },
    }


def _header(name: str) -> Described:
    """An attribute as a header: the same in words, and always text."""
    description = ENTRY["properties"][name].get("description")
    kept = {"type": "string"} | ({"description": description} if description else {})
    return kept | ({"format": "date-time"} if name == "time" else {})


# Of which shape


def _schema(name: str) -> Described:
    return {"$ref": f"#/components/schemas/{name}"}


def schemas(contract: Contract) -> Described:
    """Each message's data; what several of them name is there once, under its own name."""
    found: Described = {}
    for type_, message in contract.items():
        schema = {
            key: value for key, value in message.published.items() if key not in ("$schema", "$id")
        }
        sent = "Sent" if message.told is Told.BY_PARTNERS else ""  # what is sent is closed
        for name, definition in schema.pop("$defs", {}).items():
            shared = _elsewhere(definition, sent)
            before = found.setdefault(f"{name}{sent}", shared)
            assert before == shared, f"two definitions are called {name}"
        found[type_] = _elsewhere(schema, sent)
    entry = {key: value for key, value in ENTRY.items() if key not in ("$schema", "$id")}
    told, answers = of(contract, Told.TO_PARTNERS), of(contract, Told.BY_PARTNERS)
    return found | {
        "Entry": entry,
        "AnyEntry": {"allOf": [_schema("Entry")], "oneOf": [_with(type_) for type_ in told]},
        "AnyAnswer": {
            "type": "object",
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string", "description": "Unique in your organisation."},
                "source": {"type": "string"},
                "time": {"type": "string", "format": "date-time"},
            },
            "required": ["specversion", "id", "source", "type", "data"],
            "oneOf": [_with(type_) for type_ in answers],
        },
    }


def _with(type_: str) -> Described:
    return {"properties": {"type": {"const": type_}, "data": _schema(type_)}}


def _elsewhere(schema: Any, sent: str) -> Any:
    """The same schema where its definitions lie beside it and not within."""
    match schema:
        case Mapping():
            return {
                key: f"#/components/schemas/{value.removeprefix('#/$defs/')}{sent}"
                if key == "$ref"
                else _elsewhere(value, sent)
                for key, value in schema.items()
            }
        case list():
            return [_elsewhere(each, sent) for each in schema]
        case _:
            return schema


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
