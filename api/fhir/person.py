"""Whom a message is about, read from its Patient; refuses a person it could mistake for another."""

import re
from dataclasses import dataclass
from datetime import date

from nhs_number.validate import is_valid

from api.fhir.codes import NHS_NUMBER
from api.fhir.message import MessageRefused, PersonDetails, PersonName, Repair
from api.fhir.tree import Element, codes, wording

_VERIFIED = {"number-present-and-verified", "01"}
_VERIFICATION = "NHSNumberVerificationStatus"


@dataclass(frozen=True, slots=True)
class _Number:
    value: str
    verified: bool
    path: str


def read_person(patient: Element) -> tuple[PersonDetails, tuple[Repair, ...]]:
    """The person's details, and what was set aside from them."""
    repairs: list[Repair] = []
    number = _nhs_number(patient)
    name = person_name(patient)
    if name is None:
        raise MessageRefused(
            f"{patient.path}.name", "Is missing. Send the name the person is known by."
        )
    born = _date_of_birth(patient, repairs)
    home = _preferred(patient.children("address"), "home")
    address, phone = _address(home), _phone(patient)
    postcode = home.text("postalCode") if home else None
    if number and not is_valid(number.value):
        if not (born and (address or postcode or phone)):
            raise MessageRefused(
                number.path,
                "Is no NHS number: its check digit is wrong, and the message gives no date of "
                "birth with an address or telephone to know the person by. Correct the number, "
                "or send those without it.",
            )
        repairs.append(
            Repair(
                number.path,
                "nhs-number-set-aside",
                "Is no NHS number: its check digit is wrong. The person is taken over without "
                "it, by name, date of birth and address or telephone.",
            )
        )
        number = None
    details = PersonDetails(
        name=name,
        nhs_number=number.value if number else None,
        nhs_number_verified=number is not None and number.verified,
        date_of_birth=born,
        sex=patient.text("gender"),
        phone=phone,
        address=address,
        postcode=postcode,
        language=_language(patient),
    )
    return details, tuple(repairs)


def person_name(holder: Element) -> PersonName | None:
    """The name a Patient or Practitioner goes by."""
    name = _preferred(holder.children("name"), "official", "usual")
    if name is None:
        return None
    family, given = name.text("family"), tuple(name.texts("given"))
    display = name.text("text") or " ".join([*given, *([family] if family else [])])
    return PersonName(display=display, family=family, given=given) if display else None


def _nhs_number(patient: Element) -> _Number | None:
    found = [
        _Number(value, _verified(identifier), f"{identifier.path}.value")
        for identifier in patient.children("identifier")
        if identifier.text("system") == NHS_NUMBER
        and identifier.text("use") != "old"
        and (value := identifier.text("value"))
    ]
    for other in found[1:]:
        if other.value != found[0].value:
            raise MessageRefused(
                other.path, "Is a second, different NHS number. Send the one in use."
            )
    return found[0] if found else None


def _verified(identifier: Element) -> bool:
    return any(
        codes(extension.child("valueCodeableConcept")) & _VERIFIED
        for extension in identifier.children("extension")
        if (extension.text("url") or "").endswith(_VERIFICATION)
    )


def _date_of_birth(patient: Element, repairs: list[Repair]) -> str | None:
    text, path = patient.text("birthDate"), f"{patient.path}.birthDate"
    if text is None:
        return None
    if re.fullmatch("[0-9]{4}(-[0-9]{2})?", text):
        note = "Gives no day. The person is taken over without a date of birth."
        repairs.append(Repair(path, "partial-birth-date-set-aside", note))
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise MessageRefused(path, "Is no date. Send it as YYYY-MM-DD.") from None


def _preferred(elements: list[Element], *uses: str) -> Element | None:
    """The first element of the first of these uses, else the first still in use."""
    current = [element for element in elements if element.text("use") != "old"]
    for use in uses:
        for element in current:
            if element.text("use") == use:
                return element
    return current[0] if current else None


def _address(address: Element | None) -> str | None:
    if address is None:
        return None
    named = (address.text(part) for part in ("city", "district", "postalCode"))
    lines = [*address.texts("line"), *(part for part in named if part)]
    return address.text("text") or ", ".join(lines) or None


def _phone(patient: Element) -> str | None:
    """The person's own number: their telecom, else that of the contact who is themselves."""
    own = patient.children("telecom")
    for contact in patient.children("contact"):
        if any("ONESELF" in codes(relation) for relation in contact.children("relationship")):
            own = [*own, *contact.children("telecom")]
    phones = [t for t in own if t.text("system") == "phone" and t.text("use") != "old"]
    mobile_first = sorted(phones, key=lambda phone: phone.text("use") != "mobile")
    return next((value for phone in mobile_first if (value := phone.text("value"))), None)


def _language(patient: Element) -> str | None:
    spoken = patient.children("communication")
    preferred = [language for language in spoken if language.flag("preferred")]
    for communication in [*preferred, *spoken]:
        language = communication.child("language")
        if language is not None:
            return wording(language)
    return None
