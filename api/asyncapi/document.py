"""The description of every way out and in for messages, as AsyncAPI 3.0 has it.

It refuses to know any message by name: they are what is published.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from api.asyncapi.channels import channels, operation_traits, operations, servers
from api.asyncapi.messages import message_traits, messages, schemas
from projections.contract import Contract


def document(contract: Contract, *, address: str, version: str) -> dict[str, Any]:
    """What partners are told, answer and are woken by, at this address."""
    split = urlsplit(address)
    return {
        "asyncapi": "3.0.0",
        "id": "urn:throughcare:streams",
        "info": {
            "title": "Throughcare: streams to and from partners",
            "version": version,
            "description": (
                "What your organisation may know is told to it as a numbered list, its share: the "
                "same entries, numbers and ids whichever way they come. `sharenumber` runs 1, 2, 3 "
                "… without a gap. What you answer is taken once, by its `id`."
            ),
            "license": {
                "name": "Apache 2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
            "externalDocs": {"url": f"{address}/catalogue", "description": "The event catalogue"},
        },
        "defaultContentType": "application/json",
        "servers": servers(split.netloc, split.scheme),
        "channels": channels(contract),
        "operations": operations(contract),
        "components": {
            "messages": messages(contract, address),
            "messageTraits": message_traits(),
            "operationTraits": operation_traits(),
            "schemas": schemas(contract),
            "parameters": {
                "partner": {"description": "Your organisation's id, as in your entries' ids."}
            },
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Your system's token, by `POST /oauth/token`.",
                },
                "scram": {"type": "scramSha512", "description": "What the host gave you."},
                "mailbox": {
                    "type": "userPassword",
                    "description": "Your mailbox's id and password at MESH, and your certificate.",
                },
                "signature": {
                    "type": "symmetricEncryption",
                    "description": "Standard Webhooks: HMAC-SHA256 by your endpoint's secret.",
                },
            },
        },
    }
