"""Schemas as validators: exactly what is told now, or what partners are given to read it with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from projections.cloudevents import cloudevent
from projections.contract import ENTRY, contract
from projections.entries import Entry


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    return Draft202012Validator(dict(schema), validate_formats=True)


@cache
def exactly(type_: str) -> Draft202012Validator:
    """What the data of a message may be today, and nothing else."""
    return validator(contract()[type_].schema)


@cache
def as_published(type_: str) -> Draft202012Validator:
    """What partners check the data of a message with."""
    return validator(contract()[type_].published)


@cache
def _clothes() -> Draft202012Validator:
    return validator(ENTRY | {"additionalProperties": False})


def wrong(entry: Entry) -> list[str]:
    """What of an entry no schema names, or names otherwise; never its content."""
    if entry.type not in contract():
        return [f"{entry.type} is not published"]
    event = cloudevent(entry)
    checked = (
        (_clothes(), event),
        *((check(entry.type), event["data"]) for check in (exactly, as_published)),
    )
    return [
        f"{entry.type} {'/'.join(map(str, error.instance_path))}: {error.schema_path}"
        for check, what in checked
        for error in check.iter_errors(what)
    ]
