"""Which problems each address may answer with, written into the description of the interface.

It refuses to know any rule by name: which status a rule has is `api.problems`' to say, and which
statuses an address can come to follows from what it takes and what it asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api import problems

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string", "format": "json-pointer"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
        "needs": {"type": "array", "items": {"type": "string"}},
        "actions": {"type": "array", "items": {"type": "string"}},
        "instead": {"type": "array", "items": {"type": "object"}},
        "after": {"type": "array", "items": {"type": "string", "format": "uuid"}},
    },
}
"""RFC 9457, with what is not valid, what would do, what is allowed, and what must come first."""

OUTCOME_SCHEMA = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array"}},
}
"""What a FHIR message is refused with."""

COMPONENTS = {"Problem": PROBLEM_SCHEMA, "OperationOutcome": OUTCOME_SCHEMA}


def describe(app: FastAPI) -> None:
    """Let the served description name the problems of each address, status by status."""
    written = app.openapi
    types = by_status()

    def described() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = written()
        schema.setdefault("components", {}).setdefault("schemas", {}).update(COMPONENTS)
        for path, methods in schema["paths"].items():
            for method, operation in methods.items():
                answers = operation["responses"]
                answers.pop("4XX", None)
                for status in statuses(method, operation):
                    answers.setdefault(str(status), _answer(path, status, types))
        return schema

    app.openapi = described  # type: ignore[method-assign]


def by_status() -> dict[int, list[str]]:
    """The types of the problems that have each status."""
    found: dict[int, list[str]] = {}
    for name, rule in problems.catalogue().items():
        found.setdefault(problems.status_of(rule), []).append(f"/problems/{name}")
    return {status: sorted(names) for status, names in found.items()}


def statuses(method: str, operation: Mapping[str, Any]) -> Iterator[HTTPStatus]:
    """The refusals an address can come to, by what it takes."""
    takes = {(each["in"], each["name"].lower()) for each in operation.get("parameters", ())}
    changes = ("header", "idempotency-key") in takes
    if operation.get("security"):
        yield HTTPStatus.UNAUTHORIZED
        yield HTTPStatus.FORBIDDEN
        yield HTTPStatus.TOO_MANY_REQUESTS
        yield HTTPStatus.SERVICE_UNAVAILABLE
    if method == "post":
        yield HTTPStatus.BAD_REQUEST
        yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    if changes:
        yield HTTPStatus.PRECONDITION_FAILED
    if method == "post" and operation.get("security"):
        yield HTTPStatus.CONFLICT
    if changes or any(place == "path" for place, _ in takes):
        yield HTTPStatus.NOT_FOUND
    if takes or operation.get("requestBody"):
        yield HTTPStatus.UNPROCESSABLE_ENTITY


def _answer(path: str, status: HTTPStatus, types: Mapping[int, list[str]]) -> dict[str, Any]:
    schema: dict[str, Any] = {"$ref": "#/components/schemas/OperationOutcome"}
    media = problems.FHIR
    if not path.startswith("/fhir/"):
        media = problems.PROBLEM
        named = {"properties": {"type": {"enum": types.get(status, [])}}}
        schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, named]}
    return {"description": status.phrase, "content": {media: {"schema": schema}}}
