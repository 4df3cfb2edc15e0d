"""Where messages go and come, and what is done there; what is in them it refuses to know."""

from __future__ import annotations

from collections.abc import Iterable

from api.asyncapi.messages import Described, of
from projections.contract import Contract, Told

HTTP, KAFKA, YOURS, MESH = "http", "kafka", "endpoint", "mesh"
SHARE_TOPIC, INBOX_TOPIC = "throughcare.share.{partner}", "throughcare.inbox.{partner}"
SEVEN_DAYS = 7 * 24 * 60 * 60 * 1000


def servers(host: str, protocol: str) -> Described:
    return {
        HTTP: {
            "host": host,
            "protocol": protocol,
            "description": "This place.",
            "security": [{"$ref": "#/components/securitySchemes/token"}],
        },
        KAFKA: {
            "host": "{broker}",
            "protocol": "kafka-secure",
            "description": "For partners inside the same network; the host says where.",
            "variables": {"broker": {"description": "Host and port of a broker."}},
            "security": [{"$ref": "#/components/securitySchemes/scram"}],
        },
        YOURS: {
            "host": "{host}",
            "protocol": "https",
            "description": "Your own endpoint, at a host that was allowed for you.",
            "variables": {"host": {"description": "The host that you registered."}},
            "security": [{"$ref": "#/components/securitySchemes/signature"}],
        },
        MESH: {
            "host": "mesh-sync.spineservices.nhs.uk",
            "protocol": "https",
            "description": "NHS England's MESH, where you empty your own mailbox.",
            "security": [{"$ref": "#/components/securitySchemes/mailbox"}],
        },
    }


def channels(contract: Contract) -> Described:
    partner = {"partner": {"$ref": "#/components/parameters/partner"}}
    topic = {
        "parameters": partner,
        "servers": [{"$ref": f"#/servers/{KAFKA}"}],
    }
    answers = of(contract, Told.BY_PARTNERS)
    return {
        "shareTopic": topic
        | {
            "address": SHARE_TOPIC,
            "title": "Your share as a Kafka topic",
            "description": (
                "One partition. Read committed. After narrower terms another topic takes its "
                "place, with `.g2`, `.g3` … behind the name; the old one is deleted."
            ),
            "messages": _refs(of(contract, Told.TO_PARTNERS, Told.BETWEEN_ENTRIES)),
            "bindings": {
                "kafka": {
                    "partitions": 1,
                    "topicConfiguration": {
                        "cleanup.policy": ["delete"],
                        "retention.ms": SEVEN_DAYS,
                    },
                    "bindingVersion": "0.5.0",
                }
            },
        },
        "feed": _over_http("/v1/share", "Your share page by page", ["SharePage"]),
        "live": _over_http("/v1/share/live", "Your share as it is told", ["ShareEntry"]),
        "webhook": {
            "address": None,
            "title": "Your endpoint",
            "description": "The address that you registered; its answer may hold answers.",
            "servers": [{"$ref": f"#/servers/{YOURS}"}],
            "messages": _refs([*of(contract, Told.TO_AN_ENDPOINT), "Answers"]),
        },
        "mailbox": {
            "address": None,
            "title": "Your NHS MESH mailbox",
            "description": (
                "Files that are pages of the feed, each the next numbers. Workflow id "
                "`THROUGHCARE_SHARE`; the local id ends with the first and the last number."
            ),
            "servers": [{"$ref": f"#/servers/{MESH}"}],
            "messages": _refs(["SharePage"]),
        },
        "inbox": _over_http("/v1/inbox", "Your answers", ["Answers"]),
        "inboxTopic": topic
        | {
            "address": INBOX_TOPIC,
            "title": "Your answers as a Kafka topic",
            "messages": _refs(answers),
        },
        "deadLetters": topic
        | {
            "address": f"{INBOX_TOPIC}.dead",
            "title": "What of your answers could not be taken, and why",
            "messages": _refs(["DeadLetter"]),
        },
    }


def _over_http(address: str, title: str, messages: Iterable[str]) -> Described:
    return {
        "address": address,
        "title": title,
        "servers": [{"$ref": f"#/servers/{HTTP}"}],
        "messages": _refs(messages),
    }


def operations(contract: Contract) -> Described:
    return {
        "tellByKafka": _does("send", "shareTopic", "Tell each entry once, in order.")
        | {"traits": [{"$ref": "#/components/operationTraits/committed"}]},
        "tellByPage": _does("send", "feed", "Answer with the entries after a number.")
        | {"bindings": {"http": _asked("GET", after=_NUMBER, limit=_LIMIT, timeout=_SECONDS)}},
        "tellLive": _does("send", "live", "Send each entry as it is told, as an event.")
        | {"bindings": {"http": _asked("GET", after=_NUMBER)}},
        "tellByMesh": _does("send", "mailbox", "Put the entries after a number there, in order."),
        "wake": _does("send", "webhook", "Say that there is news up to a number, and no more.")
        | {
            "messages": _in("webhook", of(contract, Told.TO_AN_ENDPOINT)),
            "reply": {
                "channel": {"$ref": "#/channels/webhook"},
                "messages": _in("webhook", ["Answers"]),
            },
            "bindings": {"http": _asked("POST")},
        },
        "take": _does("receive", "inbox", "Take one answer or several, each once by its id.")
        | {"bindings": {"http": _asked("POST")}},
        "takeByKafka": _does("receive", "inboxTopic", "Take each answer once, by its id."),
        "giveBack": _does("send", "deadLetters", "Give back what could not be taken, with why."),
    }


_NUMBER = {"type": "integer", "minimum": 0, "description": "The number you have."}
_LIMIT = {"type": "integer", "minimum": 1, "maximum": 1000}
_SECONDS = {"type": "number", "minimum": 0, "description": "Seconds to wait for news."}


def _does(action: str, channel: str, summary: str) -> Described:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _asked(method: str, **query: Described) -> Described:
    asked: Described = {"method": method, "bindingVersion": "0.3.0"}
    return asked | ({"query": {"type": "object", "properties": query}} if query else {})


def _in(channel: str, messages: Iterable[str]) -> list[Described]:
    return [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages]


def operation_traits() -> Described:
    return {
        "committed": {
            "description": "In transactions: read committed, or you see what is then undone.",
            "bindings": {"kafka": {"groupId": _GROUP, "bindingVersion": "0.5.0"}},
        }
    }


_GROUP = {"type": "string", "description": "A name that begins with `throughcare.`, your id, `.`"}


def _refs(names: Iterable[str]) -> Described:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}
