"""FHIR messages over HTTP: taken as they come; every answer is an OperationOutcome."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Request, Response

from api.access import Caring
from api.asking import in_time
from api.parts import Here, Receipt
from api.problems import FHIR, ContentTypeIsNotRead, MessagesAreNotTaken

router = APIRouter(prefix="/fhir", tags=["fhir"])

READ = frozenset({FHIR, "application/json"})
BODY = {"requestBody": {"required": True, "content": {FHIR: {"schema": {"type": "object"}}}}}


@router.post("/$process-message", response_model=dict[str, Any], openapi_extra=BODY)
async def process_message(request: Request, caller: Caring, here: Here) -> Response:
    """Take one message: 200 when it was read, 422 with the element when it was only kept."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in READ:
        raise ContentTypeIsNotRead
    if here.intake is None:
        raise MessagesAreNotTaken
    receipt = await in_time(partial(here.intake.receive, await request.body(), caller))
    headers = {}
    if receipt.accepted:
        headers["X-Position"] = str(receipt.position)
    if receipt.referral is not None:
        headers["Location"] = f"/v1/referrals/{receipt.referral}"
    return Response(
        orjson.dumps(_outcome(receipt)), 200 if receipt.accepted else 422, headers, FHIR
    )


def _outcome(receipt: Receipt) -> dict[str, Any]:
    issues = [
        {
            "severity": issue.severity,
            "code": issue.code,
            "diagnostics": issue.text,
            **({"expression": [issue.expression]} if issue.expression else {}),
        }
        for issue in receipt.issues
    ]
    kept = {
        "severity": "information",
        "code": "informational",
        "diagnostics": f"Kept as it came; its SHA-256 is {receipt.sha256}.",
    }
    return {"resourceType": "OperationOutcome", "issue": [*issues, kept]}
