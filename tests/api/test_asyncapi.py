"""The description of every way is AsyncAPI, names what is there, and shows what is valid."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema_rs import Draft7Validator, Draft202012Validator

from api.asyncapi.channels import INBOX_TOPIC, SHARE_TOPIC
from api.asyncapi.document import document
from projections import cloudevents
from projections.contract import Told, contract
from projections.topics import topic_of
from tests.api.place import Place
from tests.contract.made import YOU

OFFICIAL = Path(sys.prefix) / "asyncapi" / "3.0.0.json"
DESCRIBED = document(contract(), address="https://throughcare.example", version="0.1.0")
MESSAGES: dict[str, Any] = DESCRIBED["components"]["messages"]


def refs(described: Any) -> Iterator[str]:
    match described:
        case dict():
            for key, value in described.items():
                if key == "$ref":
                    yield value
                else:
                    yield from refs(value)
        case list():
            for each in described:
                yield from refs(each)


def at(ref: str) -> Any:
    return reduce(lambda found, key: found[key], ref.removeprefix("#/").split("/"), DESCRIBED)


def shape(name: str) -> Draft202012Validator:
    """A schema of the document, with the others that it names."""
    rooted = {"$ref": f"#/components/schemas/{name}", "components": DESCRIBED["components"]}
    return Draft202012Validator(rooted, validate_formats=True)


def alone(payload: Any) -> Draft202012Validator:
    """A payload with the schemas that it names, and those that these name."""
    named: dict[str, Any] = {}
    waiting = [*refs(payload)]
    while waiting:
        name = waiting.pop().removeprefix("#/components/schemas/")
        if name not in named:
            named[name] = DESCRIBED["components"]["schemas"][name]
            waiting += refs(named[name])
    return Draft202012Validator(payload | {"components": {"schemas": named}}, validate_formats=True)


def test_it_is_what_asyncapi_says_a_document_is() -> None:
    if not OFFICIAL.exists():
        pytest.skip("AsyncAPI's own schema is not here; .ci/asyncapi fetches it by npm")
    official = Draft7Validator(orjson.loads(OFFICIAL.read_bytes()))
    assert [f"{e.instance_path}: {e.message[:200]}" for e in official.iter_errors(DESCRIBED)] == []
    breaking: tuple[dict[str, Any], ...] = (
        {"asyncapi": "2.6.0"},
        {"channels": {"feed": {"address": 1}}},
        {"info": {}},
    )
    for broken in breaking:
        assert not official.is_valid(DESCRIBED | broken)


def test_whatever_it_names_is_there() -> None:
    named = set(refs(DESCRIBED))
    assert len(named) > 300
    for ref in named:
        assert at(ref) is not None


def test_an_operation_speaks_only_of_messages_of_its_channel() -> None:
    for operation in DESCRIBED["operations"].values():
        for told in (operation, operation.get("reply", {})):
            channel = told.get("channel", {}).get("$ref", "")
            for message in told.get("messages", ()):
                assert message["$ref"].startswith(f"{channel}/messages/")


def test_every_message_goes_its_way_and_no_other() -> None:
    channels = {name: set(each["messages"]) for name, each in DESCRIBED["channels"].items()}
    of = {
        told: {type_ for type_, message in contract().items() if message.told is told}
        for told in Told
    }
    assert channels["shareTopic"] == of[Told.TO_PARTNERS] | of[Told.BETWEEN_ENTRIES]
    assert channels["inboxTopic"] == of[Told.BY_PARTNERS]
    assert channels["webhook"] == of[Told.TO_AN_ENDPOINT] | {"Answers"}


def test_an_example_is_as_its_message_says() -> None:
    for type_, message in contract().items():
        (shown,) = MESSAGES[type_]["examples"]
        assert alone(MESSAGES[type_]["payload"]).is_valid(shown["payload"]), type_
        if message.told in (Told.TO_PARTNERS, Told.BETWEEN_ENTRIES):
            trait = at(MESSAGES[type_]["traits"][0]["$ref"])
            headers = Draft202012Validator(trait["headers"], validate_formats=True)
            assert headers.is_valid(shown["headers"] | {"content-type": "application/json"}), type_


def test_an_entry_of_the_feed_and_an_answer_are_told_from_each_other_by_type() -> None:
    entry, answer = shape("AnyEntry"), shape("AnyAnswer")
    for type_, message in contract().items():
        assert entry.is_valid(message.example) == (message.told is Told.TO_PARTNERS), type_
        assert answer.is_valid(message.example) == (message.told is Told.BY_PARTNERS), type_
    made = contract()["referral.ReferralMade.v1"].example
    assert not entry.is_valid(made | {"data": {}})
    assert not entry.is_valid(made | {"type": "contact.Attended.v1"})


def test_topics_and_addresses_are_those_that_there_are(place: Place) -> None:
    assert SHARE_TOPIC.replace("{partner}", str(YOU)) == topic_of(YOU)
    assert INBOX_TOPIC == "throughcare.inbox.{partner}"
    paths = place.anybody().get("/openapi.json").json()["paths"]
    for name, method in (("feed", "get"), ("live", "get"), ("inbox", "post")):
        assert method in paths[DESCRIBED["channels"][name]["address"]]
    bound = DESCRIBED["operations"]["tellByPage"]["bindings"]["http"]["query"]["properties"]
    taken = {each["name"] for each in paths["/v1/share"]["get"]["parameters"]}
    assert bound.keys() <= taken


def test_it_is_served_to_anybody_with_where_it_is(place: Place) -> None:
    answer = place.anybody().get("/asyncapi.json")
    assert answer.status_code == 200
    served = answer.json()
    assert served["asyncapi"] == "3.0.0"
    assert served["servers"]["http"]["host"] in place.house.settings.address
    assert set(served["components"]["messages"]) == set(MESSAGES)
    assert served["channels"]["feed"]["address"] == cloudevents.SOURCE
