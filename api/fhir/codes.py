"""FHIR's required codes and the systems we read by name; the parser checks neither."""

import re

from api.fhir.message import MessageRefused
from api.fhir.tree import Element, Json, places

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS_CODE = "https://fhir.nhs.uk/Id/ods-organization-code"
DOS_SERVICE = "https://fhir.nhs.uk/Id/dos-service-id"
URI = "urn:ietf:rfc:3986"
BARS_EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"

_NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

REGISTERED_SYSTEMS = (
    NHS_NUMBER,
    ODS_CODE,
    DOS_SERVICE,
    "https://fhir.nhs.uk/Id/sds-user-id",
    "https://fhir.nhs.uk/Id/sds-role-profile-id",
    "https://fhir.nhs.uk/Id/UBRN",
)

_REQUEST_STATUS = "draft active on-hold revoked completed entered-in-error unknown"
_INTENT = (
    "proposal plan directive order original-order reflex-order filler-order instance-order option"
)
_REQUIRED = {
    ("Bundle", "type"): (
        "document message transaction transaction-response batch batch-response history "
        "searchset collection"
    ),
    ("ServiceRequest", "status"): _REQUEST_STATUS,
    ("ServiceRequest", "intent"): _INTENT,
    ("ServiceRequest", "priority"): "routine urgent asap stat",
    ("Task", "status"): (
        "draft requested received accepted rejected ready cancelled in-progress on-hold failed "
        "completed entered-in-error"
    ),
    ("Task", "intent"): (
        "unknown proposal plan order original-order reflex-order filler-order instance-order option"
    ),
    ("Task", "priority"): "routine urgent asap stat",
    ("Patient", "gender"): "male female other unknown",
    ("Encounter", "status"): (
        "planned arrived triaged in-progress onleave finished cancelled entered-in-error unknown"
    ),
    ("CarePlan", "status"): _REQUEST_STATUS,
    ("CarePlan", "intent"): "proposal plan order option",
    ("Observation", "status"): (
        "registered preliminary final amended corrected cancelled entered-in-error unknown"
    ),
    ("Consent", "status"): "draft proposed active rejected inactive entered-in-error",
    ("Flag", "status"): "active inactive entered-in-error",
}
REQUIRED_CODES = {element: frozenset(codes.split()) for element, codes in _REQUIRED.items()}


def check_codes(resource: Element) -> None:
    """Refuse a code outside FHIR's required list for that element."""
    for (kind, name), allowed in REQUIRED_CODES.items():
        if kind != resource.kind:
            continue
        code = resource.text(name)
        if code is not None and code not in allowed:
            raise MessageRefused(
                f"{resource.path}.{name}",
                f"Is not one of FHIR's codes for {kind}.{name}: {', '.join(sorted(allowed))}.",
            )


def check_text(tree: Json, root: str) -> None:
    """Refuse characters that cannot be shown or stored."""
    for place in places(tree, root):
        if isinstance(place.key, str):
            _check_characters(place.key, place.path.removesuffix(f".{place.key}"))
        if isinstance(place.value, str):
            _check_characters(place.value, place.path)


def check_modifiers(tree: Json, root: str) -> None:
    """Refuse what would change the meaning of the rest and is not understood here."""
    for place in places(tree, root):
        if place.key in {"modifierExtension", "implicitRules"} and place.value:
            raise MessageRefused(
                place.path,
                "Changes the meaning of what it stands in, and is not understood here. "
                "Send the message without it, or say the same in plain elements.",
            )


def _check_characters(text: str, path: str) -> None:
    if found := _NO_TEXT.search(text):
        raise MessageRefused(
            path,
            f"Holds the character U+{ord(found[0]):04X}, which is no text. Send it without; "
            "line breaks are sent as U+000A.",
        )
