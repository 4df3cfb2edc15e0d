"""Where a partner's system gets a token: it proves itself by its key (RFC 6749, 7523, 8414).

Errors are OAuth's own, since that is what its clients read. What was wrong with a proof is in the
log by a word; the asker learns that it was not one.
"""

from __future__ import annotations

from typing import Any

import orjson
import structlog
from fastapi import APIRouter, Request, Response

from api import access_tokens, assertions
from api.assertions import AssertionIsNotValid
from api.parts import Here, Parts
from api.scopes import SCOPES
from domain.vocabulary import PartnerId

router = APIRouter(tags=["partner systems"])

PATH = "/oauth/token"
GRANT = "client_credentials"
FORM = "application/x-www-form-urlencoded"
log = structlog.get_logger("api")


class Refusal(Exception):
    """An error of RFC 6749 §5.2, in its own words."""

    def __init__(self, error: str, text: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.text, self.status = error, text, status


NOT_PROVED = "The client is not known, or its assertion is not valid."

ASKED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type", "client_assertion_type", "client_assertion"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": [GRANT]},
                        "client_assertion_type": {"type": "string", "enum": [assertions.TYPE]},
                        "client_assertion": {"type": "string"},
                        "client_id": {"type": "string", "format": "uuid"},
                        "scope": {"type": "string"},
                    },
                }
            }
        },
    },
    "responses": {
        "400": {"description": "An error of RFC 6749", "content": {"application/json": {}}},
        "401": {"description": "The client is not proved", "content": {"application/json": {}}},
    },
}


@router.post(PATH, response_model=dict[str, Any], openapi_extra=ASKED)
async def token(request: Request, here: Here) -> Response:
    """A token for a partner's system that proves itself: ten minutes, for the scopes it asks."""
    try:
        return _answer(await _granted(await _form(request), here))
    except AssertionIsNotValid as flaw:
        log.warning("system not proved", flaw=flaw.flaw, client=str(flaw.client or ""))
        return _refused(Refusal("invalid_client", NOT_PROVED, 401))
    except Refusal as refusal:
        return _refused(refusal)


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != FORM:
        raise Refusal("invalid_request", f"Send {FORM}.")
    sent = await request.form(max_fields=20)
    names = [name for name, _ in sent.multi_items()]
    if len(set(names)) < len(names):
        raise Refusal("invalid_request", "A parameter is there twice.")
    return {name: str(value) for name, value in sent.items()}


async def _granted(form: dict[str, str], here: Parts) -> dict[str, object]:
    """The answer for a system that proved itself. Raises `Refusal`, `AssertionIsNotValid`."""
    if "grant_type" not in form:
        raise Refusal("invalid_request", "The grant_type is missing.")
    if form["grant_type"] != GRANT:
        raise Refusal("unsupported_grant_type", f"The only grant_type here is {GRANT}.")
    if form.get("client_assertion_type") != assertions.TYPE or not form.get("client_assertion"):
        text = "Prove the client with private_key_jwt: client_assertion_type, client_assertion."
        raise Refusal("invalid_client", text, 401)
    if here.credentials is None or here.access_tokens is None:
        raise AssertionIsNotValid("no systems here")
    assertion = form["client_assertion"]
    claimed = assertions.claimed(assertion)
    client = await here.credentials.asking(claimed)
    if client is None or form.get("client_id", str(claimed)) != str(claimed):
        raise AssertionIsNotValid("another client or none", claimed)
    proof = assertions.proved(assertion, client, here.address + PATH, here.clock)
    partner = (await here.reading.directory()).partners.get(PartnerId(client.partner))
    if partner is None or partner.left:
        raise AssertionIsNotValid("its organisation has left", client.id)
    if await here.credentials.used_before(client.id, proof.id, proof.expires):
        raise AssertionIsNotValid("used before", client.id)
    asked = frozenset(form["scope"].split()) if form.get("scope") else frozenset(client.scopes)
    if not asked or not asked <= frozenset(client.scopes):
        raise Refusal("invalid_scope", "The client may not have all of these scopes.")
    log.info("token issued", client=str(client.id), organisation=str(client.partner))
    return {
        "access_token": here.access_tokens.issue(client.id, proof.thumbprint, asked),
        "token_type": "Bearer",
        "expires_in": int(access_tokens.LIFETIME.total_seconds()),
        "scope": " ".join(sorted(asked)),
    }


def _answer(content: dict[str, object], status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(orjson.dumps(content), status, headers, "application/json")


def _refused(refusal: Refusal) -> Response:
    answer = _answer({"error": refusal.error, "error_description": refusal.text}, refusal.status)
    if refusal.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="throughcare"'
    return answer


@router.get("/.well-known/oauth-authorization-server", response_model=dict[str, Any])
async def metadata(here: Here) -> Response:
    """How a partner's system gets a token here (RFC 8414)."""
    return _answer(
        {
            "issuer": here.address,
            "token_endpoint": here.address + PATH,
            "response_types_supported": [],
            "grant_types_supported": [GRANT],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(assertions.ALGORITHMS),
            "scopes_supported": sorted(SCOPES),
        }
    )
