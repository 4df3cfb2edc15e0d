"""Why a referral is made, as lines of text; refuses to judge or to sum up."""

from api.fhir.bundle import Resources
from api.fhir.message import MessageRefused
from api.fhir.tree import Element, codes, wording

CLINICAL = ("CarePlan", "Condition", "Observation", "Flag")
_WITHDRAWN = "entered-in-error"


def read_ask(request: Element) -> str:
    """What is asked for, without why."""
    concepts = [
        *([code] if (code := request.child("code")) else []),
        *request.children("orderDetail"),
        *request.children("category"),
    ]
    for concept in concepts:
        if ask := wording(concept):
            return ask
    raise MessageRefused(
        f"{request.path}.code", "Is missing. Say in ServiceRequest.code.text what is asked for."
    )


def read_reasons(request: Element, patient: Element, resources: Resources) -> str:
    """Every clinical statement of the message, one a line, the request's own first."""
    for name in ("basedOn", "reasonReference", "supportingInfo"):
        for reference in request.children(name):
            resources.find(reference)
    lines = [line for concept in request.children("reasonCode") if (line := wording(concept))]
    lines += _notes(request)
    if instruction := request.text("patientInstruction"):
        lines.append(f"Told to the person: {instruction}")
    for resource in resources.of_kind(*CLINICAL):
        if resource.text("status") == _WITHDRAWN:
            continue
        if _WITHDRAWN in codes(resource.child("verificationStatus")):
            continue
        _refuse_another_person(resource, patient, resources)
        lines += _statements(resource)
    return "\n".join(dict.fromkeys(lines))


def _statements(resource: Element) -> list[str]:
    match resource.kind:
        case "CarePlan":
            return _care_plan(resource)
        case "Condition":
            standing = codes(resource.child("clinicalStatus")) | codes(
                resource.child("verificationStatus")
            )
            qualified = f" ({', '.join(sorted(standing))})" if standing else ""
            return [*_coded(resource, qualified), *_notes(resource)]
        case "Observation":
            observed = f": {value}" if (value := _value(resource)) else ""
            return [*_coded(resource, observed), *_notes(resource)]
        case _:
            return _coded(resource, "")


def _care_plan(plan: Element) -> list[str]:
    lines = [text for name in ("title", "description") if (text := plan.text(name))]
    for activity in plan.children("activity"):
        outcomes = activity.children("outcomeCodeableConcept")
        lines += [line for outcome in outcomes if (line := wording(outcome))]
        detail = activity.child("detail")
        if detail is not None:
            lines += _coded(detail, "", named=False)
            lines += [text] if (text := detail.text("description")) else []
    return [*lines, *_notes(plan)]


def _coded(element: Element, ending: str, *, named: bool = True) -> list[str]:
    concept = element.child("code")
    words = wording(concept) if concept else None
    if words is None:
        return []
    return [f"{element.kind}: {words}{ending}" if named else f"{words}{ending}"]


def _value(observation: Element) -> str | None:
    value = observation.value
    if concept := observation.child("valueCodeableConcept"):
        return wording(concept)
    if quantity := observation.child("valueQuantity"):
        comparator, unit = quantity.text("comparator") or "", quantity.text("unit") or ""
        return f"{comparator}{quantity.value.get('value', '')} {unit}".strip() or None
    if (answer := observation.flag("valueBoolean")) is not None:
        return "yes" if answer else "no"
    if (whole := value.get("valueInteger")) is not None:
        return str(whole)
    return observation.text("valueString")


def _notes(element: Element) -> list[str]:
    return [text for note in element.children("note") if (text := note.text("text"))]


def _refuse_another_person(resource: Element, patient: Element, resources: Resources) -> None:
    subject = resource.child("subject")
    if subject is None:
        return
    about = resources.find(subject)
    if about is not None and about.kind == "Patient" and about.path != patient.path:
        raise MessageRefused(
            subject.path,
            "Is about someone other than the person referred. Send one person's details only.",
        )
