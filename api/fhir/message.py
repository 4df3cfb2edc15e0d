"""What a referral message says once it has been read; knows nothing of FHIR's shapes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ReasonCode = Literal["new", "update", "delete"]
Priority = Literal["routine", "urgent", "asap", "stat"]
Identifier = tuple[str, str]
"""System and value, the system in its registered spelling."""


class MessageRefused(ValueError):
    """The message cannot become a referral: the exact element, why, and what to send instead.

    Neither text carries a person's details, so both may be logged and sent back.
    """

    def __init__(self, element: str, reason: str) -> None:
        super().__init__(f"{element}: {reason}")
        self.element = element
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Repair:
    """A fault that was put right by a named rule; the original bytes stay as they came."""

    element: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class PersonName:
    display: str
    family: str | None
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonDetails:
    name: PersonName
    nhs_number: str | None
    """Ten digits with a valid check digit."""
    nhs_number_verified: bool
    """The sender says the number was traced, not only written down."""
    date_of_birth: str | None
    """A whole date, `YYYY-MM-DD`."""
    sex: str | None
    phone: str | None
    address: str | None
    postcode: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Destination:
    """Whom the sender asks: a service, or an organisation when no service is named."""

    service_identifiers: tuple[Identifier, ...]
    service_name: str | None
    organisation_identifiers: tuple[Identifier, ...]
    organisation_name: str | None


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the message says it is from; whether to believe it is for the receiver to decide."""

    identifiers: tuple[Identifier, ...]
    name: str | None
    practitioner: str | None


@dataclass(frozen=True, slots=True)
class ReferralMessage:
    sha256: str
    """Hex, over the original bytes."""
    message_id: str | None
    referral_identifiers: tuple[Identifier, ...]
    """How the sender will name the same referral in an update or a cancellation."""
    reason_code: ReasonCode
    sent_at: datetime
    """Aware, in UTC."""
    person: PersonDetails
    destination: Destination
    sender: Sender
    ask: str
    """What is asked for, in practical words, without clinical reasons."""
    reason: str
    """The clinical text, one statement a line; empty when the message carries none."""
    priority: Priority
    repairs: tuple[Repair, ...]
    unread: tuple[str, ...]
    """Elements kept in the original bytes whose content this reader does not take over."""
