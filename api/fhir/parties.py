"""Who asks and who is asked, read from the message; refuses to know who they are to us."""

from collections.abc import Iterable

from api.fhir.bundle import Resources
from api.fhir.codes import DOS_SERVICE, ODS_CODE
from api.fhir.message import Destination, Identifier, MessageRefused, Sender
from api.fhir.person import person_name
from api.fhir.tree import Element

_REQUESTERS = (
    "Organization",
    "Practitioner",
    "PractitionerRole",
    "Patient",
    "RelatedPerson",
    "Device",
)
_PERFORMERS = (
    "HealthcareService",
    "Organization",
    "CareTeam",
    "Practitioner",
    "PractitionerRole",
    "Patient",
    "RelatedPerson",
    "Device",
)


def read_sender(header: Element | None, request: Element, resources: Resources) -> Sender:
    """The organisation that sends, and the practitioner who asks, if one is named."""
    requester = request.child("requester")
    asking = resources.find(requester, *_REQUESTERS) if requester else None
    roles = [role for role in resources.of_kind("PractitionerRole") if asking and role == asking]
    if asking and asking.kind == "Practitioner":
        roles = [
            role
            for role in resources.of_kind("PractitionerRole")
            if _target(role, "practitioner", resources) == asking
        ]
    practitioner = asking if asking and asking.kind == "Practitioner" else None
    if practitioner is None and roles:
        practitioner = _target(roles[0], "practitioner", resources)
    named = person_name(practitioner) if practitioner else None

    sending = header.child("sender") if header else None
    organisations: list[tuple[Element | None, Element]] = []
    if sending:
        organisations.append((resources.find(sending, *_REQUESTERS), sending))
    organisations += [
        (_target(role, "organization", resources), reference)
        for role in roles
        if (reference := role.child("organization"))
    ]
    if requester:
        organisations.append((asking, requester))
    for resource, reference in organisations:
        if resource is not None and resource.kind != "Organization":
            continue
        identifiers, name = _known_as(resource, reference)
        if identifiers or name:
            return Sender(identifiers, name, named.display if named else None)
    raise MessageRefused(
        f"{header.path}.sender" if header else f"{request.path}.requester",
        "Names no organisation. Send the Organization with its ODS code.",
    )


def read_destination(header: Element | None, request: Element, resources: Resources) -> Destination:
    """The service asked, by every identifier the message gives it."""
    services: list[Identifier] = []
    service_names: list[str] = []
    organisations: list[tuple[tuple[Identifier, ...], str | None]] = []
    for reference in request.children("performer"):
        resource = resources.find(reference, *_PERFORMERS)
        if resource is not None and resource.kind == "PractitionerRole":
            for offered in resource.children("healthcareService"):
                _add_service(offered, resources, services, service_names, organisations)
            continue
        _add_service(reference, resources, services, service_names, organisations)
    for addressed in _addressed(header):
        if receiver := addressed.child("receiver"):
            resource = resources.find(receiver, "Organization", "Practitioner", "PractitionerRole")
            if resource is None or resource.kind == "Organization":
                organisations.append(_known_as(resource, receiver))
        system, bar, value = (addressed.text("endpoint") or "").partition("|")
        if bar and system == ODS_CODE:
            organisations.append((((system, value),), None))
        elif bar:
            services.append((system, value))
            _refuse_two_services(services, f"{addressed.path}.endpoint")
    _refuse_two_services(services, f"{request.path}.performer")
    organisation = next((known for known in organisations if known[0]), None) or next(
        (known for known in organisations if known[1]), ((), None)
    )
    if not services and not organisation[0]:
        raise MessageRefused(
            f"{request.path}.performer",
            "Names no service or organisation by an identifier. Send the HealthcareService asked "
            f"with its identifier, for example of the system {DOS_SERVICE}.",
        )
    return Destination(
        service_identifiers=_unique(services),
        service_name=service_names[0] if service_names else None,
        organisation_identifiers=organisation[0],
        organisation_name=organisation[1],
    )


def _add_service(
    reference: Element,
    resources: Resources,
    services: list[Identifier],
    names: list[str],
    organisations: list[tuple[tuple[Identifier, ...], str | None]],
) -> None:
    resource = resources.find(reference, *_PERFORMERS)
    identifiers, name = _known_as(resource, reference)
    kind = resource.kind if resource else reference.text("type")
    if kind == "Organization" or any(system == ODS_CODE for system, _ in identifiers):
        organisations.append((identifiers, name))
    elif kind in {None, "HealthcareService"}:
        services += identifiers
        names += [name] if name else []
        provider = resource.child("providedBy") if resource else None
        if provider:
            organisations.append(_known_as(resources.find(provider, "Organization"), provider))


def _addressed(header: Element | None) -> list[Element]:
    destinations = header.children("destination") if header else []
    if len(destinations) > 1:
        raise MessageRefused(
            destinations[1].path, "Is a second destination. Send each place its own message."
        )
    return destinations


def _refuse_two_services(services: Iterable[Identifier], path: str) -> None:
    values: dict[str, str] = {}
    for system, value in services:
        if values.setdefault(system, value) != value:
            raise MessageRefused(
                path, "Names two different services. Send each service its own message."
            )


def _known_as(
    resource: Element | None, reference: Element
) -> tuple[tuple[Identifier, ...], str | None]:
    """Identifiers and name: the resource's own, else those the reference carries."""
    if resource is None:
        identifier = reference.child("identifier")
        return read_identifiers([identifier] if identifier else []), reference.text("display")
    return read_identifiers(resource.children("identifier")), resource.text("name")


def read_identifiers(elements: Iterable[Element]) -> tuple[Identifier, ...]:
    """System and value of every identifier that has both and is in use."""
    return _unique(
        (system, value)
        for element in elements
        if element.text("use") != "old"
        and (system := element.text("system"))
        and (value := element.text("value"))
    )


def _target(role: Element, name: str, resources: Resources) -> Element | None:
    reference = role.child(name)
    return resources.find(reference) if reference else None


def _unique(identifiers: Iterable[Identifier]) -> tuple[Identifier, ...]:
    return tuple(dict.fromkeys(identifiers))
