"""Bytes in, one referral out or the exact element that stands in the way; stores nothing."""

import hashlib
from datetime import UTC, datetime

from api.fhir.bundle import Resources
from api.fhir.codes import BARS_EVENTS, URI, check_codes, check_modifiers
from api.fhir.document import json_object
from api.fhir.message import (
    Destination,
    Identifier,
    MessageRefused,
    PersonDetails,
    PersonName,
    Priority,
    ReasonCode,
    ReferralMessage,
    Repair,
    Sender,
)
from api.fhir.parties import read_destination, read_identifiers, read_sender
from api.fhir.person import read_person
from api.fhir.reasons import CLINICAL, read_ask, read_reasons
from api.fhir.repairs import conform
from api.fhir.tree import Element, JsonObject, codes

__all__ = [
    "Destination",
    "MessageRefused",
    "PersonDetails",
    "PersonName",
    "ReferralMessage",
    "Repair",
    "Sender",
    "read_referral",
]

_BUNDLES = ("message", "transaction", "collection", "searchset")
_READ = {
    "MessageHeader",
    "ServiceRequest",
    "Patient",
    "Organization",
    "HealthcareService",
    "Practitioner",
    "PractitionerRole",
    *CLINICAL,
}


def read_referral(original: bytes) -> ReferralMessage:
    """The referral in a FHIR R4 message. Raises MessageRefused."""
    tree = json_object(original)
    kind = _kind(tree)
    repairs = conform(tree, kind)
    check_modifiers(tree, kind)
    root = Element(kind, tree)
    check_codes(root)
    resources = Resources(root)
    for resource in resources.listed:
        check_codes(resource)

    header = _header(root, resources)
    request = _request(header, resources)
    reason_code = _reason_code(header, request)
    patient = _patient(request, resources)
    person, set_aside = read_person(patient)
    return ReferralMessage(
        sha256=hashlib.sha256(original).hexdigest(),
        message_id=_message_id(root, header),
        referral_identifiers=_referral_identifiers(request, resources),
        reason_code=reason_code,
        sent_at=_sent_at(root, header, request),
        person=person,
        destination=read_destination(header, request, resources),
        sender=read_sender(header, request, resources),
        ask=read_ask(request),
        reason=read_reasons(request, patient, resources),
        priority=_priority(request),
        repairs=(*repairs, *set_aside),
        unread=tuple(f"{r.path} ({r.kind})" for r in resources.listed if r.kind not in _READ),
    )


def _kind(tree: JsonObject) -> str:
    kind = tree.get("resourceType")
    if isinstance(kind, str) and kind in {"Bundle", "ServiceRequest", "Task"}:
        return kind
    raise MessageRefused(
        "resourceType",
        "Is not a referral. Send a Bundle with the ServiceRequest and its Patient, or a "
        "ServiceRequest that contains its Patient.",
    )


def _header(root: Element, resources: Resources) -> Element | None:
    if root.kind != "Bundle":
        return None
    if root.text("type") not in _BUNDLES:
        raise MessageRefused(
            f"{root.path}.type", f"Is not read. Send one of {', '.join(_BUNDLES)}."
        )
    headers = resources.of_kind("MessageHeader")
    if root.text("type") == "message" and headers[:1] != resources.listed[:1]:
        raise MessageRefused(
            f"{root.path}.entry[0].resource", "Is no MessageHeader. Send the MessageHeader first."
        )
    if len(headers) > 1:
        raise MessageRefused(headers[1].path, "Is a second MessageHeader. Send one.")
    if not headers:
        _refuse_replacement(root)
        return None
    event = headers[0].child("eventCoding")
    if (
        event
        and event.text("system") == BARS_EVENTS
        and event.text("code") != "servicerequest-request"
    ):
        raise MessageRefused(
            f"{event.path}.code", "Is not a referral. Only servicerequest-request is read."
        )
    return headers[0]


def _request(header: Element | None, resources: Resources) -> Element:
    """The one ServiceRequest the message is about."""
    focus = header.children("focus") if header else []
    focused = [found for reference in focus if (found := resources.find(reference))]
    requests = [r for r in focused if r.kind == "ServiceRequest"] or resources.of_kind(
        "ServiceRequest"
    )
    if len(requests) > 1:
        raise MessageRefused(
            requests[1].path, "Is a second ServiceRequest. Send each referral in its own message."
        )
    if requests:
        _refuse_answer(resources)
        return requests[0]
    for task in resources.of_kind("Task"):
        about = task.child("focus")
        literal = about.text("reference") if about else None
        raise MessageRefused(
            f"{task.path}.focus",
            f"Refers to {literal or 'no resource'}, a ServiceRequest this place has not received. "
            "Send the ServiceRequest with its Patient in one Bundle first.",
        )
    raise MessageRefused("Bundle.entry", "Holds no ServiceRequest. Send the referral itself.")


def _refuse_answer(resources: Resources) -> None:
    """A Task that has moved on tells of a referral; it does not make one."""
    for task in resources.of_kind("Task"):
        if task.text("status") not in {"requested", "ready"}:
            raise MessageRefused(
                f"{task.path}.status",
                "Tells how a referral goes on and asks for none. Send requested to refer.",
            )


def _refuse_replacement(root: Element) -> None:
    """Without a MessageHeader nothing says whether a replaced ServiceRequest is new."""
    for entry in root.children("entry"):
        resource, asked = entry.child("resource"), entry.child("request")
        posted = asked is None or asked.text("method") == "POST"
        if asked and resource and resource.kind == "ServiceRequest" and not posted:
            raise MessageRefused(
                f"{asked.path}.method",
                "Is not POST. Send changes as a message with a MessageHeader and its reason.",
            )


def _reason_code(header: Element | None, request: Element) -> ReasonCode:
    """New, update or delete, as the header and the request's status say together."""
    path, status = f"{request.path}.status", request.text("status")
    if request.flag("doNotPerform"):
        raise MessageRefused(
            f"{request.path}.doNotPerform", "Asks that nothing be done. No referral is made of it."
        )
    if request.text("intent") in {"proposal", "option"}:
        raise MessageRefused(
            f"{request.path}.intent", "Asks nobody to act. Send an order, a directive or a plan."
        )
    if status not in {"active", "revoked", "entered-in-error"}:
        raise MessageRefused(
            path, "Is neither active nor revoked. Send active to refer, revoked to cancel."
        )
    if header is None:
        return "new" if status == "active" else "delete"
    stated = codes(header.child("reason"))
    if stated == {"new"}:
        if status != "active":
            raise MessageRefused(path, "Must be active in a message whose reason is new.")
        return "new"
    if stated == {"update"}:
        return "update" if status == "active" else "delete"
    if stated == {"delete"}:
        if status == "active":
            raise MessageRefused(
                path, "Is active in a message whose reason is delete. Send revoked to cancel."
            )
        return "delete"
    raise MessageRefused(f"{header.path}.reason", "Must be one of new, update and delete.")


def _patient(request: Element, resources: Resources) -> Element:
    subject = request.child("subject")
    remedy = (
        "Send the Patient with name, date of birth and NHS number, and the service asked, in the "
        "same Bundle."
    )
    if subject is None:
        raise MessageRefused(f"{request.path}.subject", f"Is missing. {remedy}")
    literal = subject.text("reference")
    if literal is None:
        raise MessageRefused(
            subject.path, f"Gives no reference, and the message holds no such Patient. {remedy}"
        )
    try:
        found = resources.find(subject)
    except MessageRefused:
        raise MessageRefused(
            subject.path,
            f"Refers to {literal}, and the message holds no such Patient with a name. {remedy}",
        ) from None
    assert found is not None, "a literal reference resolves or is refused"
    if found.kind != "Patient":
        raise MessageRefused(subject.path, f"Refers to a {found.kind}. Refer to the Patient.")
    return found


def _sent_at(root: Element, header: Element | None, request: Element) -> datetime:
    """When the message was sent, from the first of the places that say so."""
    stated = [(f"{root.path}.timestamp", root.text("timestamp"))]
    for resource in [header, root, request]:
        meta = resource.child("meta") if resource else None
        if meta:
            stated.append((f"{meta.path}.lastUpdated", meta.text("lastUpdated")))
    stated.append((f"{request.path}.authoredOn", request.text("authoredOn")))
    for path, text in stated:
        if text is None or "T" not in text:
            continue
        try:
            return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            raise MessageRefused(path, "Is no moment in time. Correct it.") from None
    raise MessageRefused(stated[0][0], "Is missing. Say when the message was sent.")


def _message_id(root: Element, header: Element | None) -> str | None:
    identifier = root.child("identifier") if root.kind == "Bundle" else None
    return (
        root.text("id")
        or (header.text("id") if header else None)
        or (identifier.text("value") if identifier else None)
    )


def _referral_identifiers(request: Element, resources: Resources) -> tuple[Identifier, ...]:
    address = resources.address(request)
    return (
        *read_identifiers(request.children("identifier")),
        *([(URI, address)] if address else []),
    )


def _priority(request: Element) -> Priority:
    match request.text("priority"):
        case "urgent":
            return "urgent"
        case "asap":
            return "asap"
        case "stat":
            return "stat"
        case _:
            return "routine"
