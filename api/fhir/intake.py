"""FHIR messages in: kept as they came, then asked as the same intention a person would ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid4, uuid5

from api.fhir.read import MessageRefused, PersonDetails, ReferralMessage, read_referral
from api.parts import Caller, Issue, Receipt
from domain.application import CareCoordination
from domain.intentions.linking import known_by
from domain.kernel import Asked, BrokenRule
from domain.person import Details
from domain.policies.matching import Known
from domain.vocabulary import (
    Mode,
    PartnerId,
    PersonId,
    Priority,
    ReferralId,
    ServiceId,
    Source,
)
from projections.directory import Directory
from projections.intake import Messages

PRIORITIES = {
    "routine": Priority.ROUTINE,
    "urgent": Priority.URGENT,
    "asap": Priority.URGENT,
    "stat": Priority.EMERGENCY,
}


class FhirIntake:
    """Receives referral messages. ``directory`` and ``alike`` are asked at each message."""

    def __init__(
        self,
        care: CareCoordination,
        messages: Messages,
        directory: Callable[[], Directory],
        alike: Callable[[Known], list[PersonId]],
    ) -> None:
        self._care, self._messages = care, messages
        self._directory, self._alike = directory, alike

    def receive(self, original: bytes, caller: Caller) -> Receipt:
        """Keep and read one message. A refused one is kept too, under a key of its own."""
        digest = sha256(original).digest()
        same = self._messages.same(caller.organisation, digest)
        if same and same.intention:
            return Receipt(True, digest.hex(), (_already(),), same.intention)
        try:
            message = read_referral(original)
            service = self._destination(message)
            sender = self._sender(message, caller)
        except MessageRefused as refused:
            return self._refuse(original, caller, refused.element, refused.reason)
        referral = ReferralId(uuid5(caller.organisation, message.sha256))
        registering = _details(message.person)
        asked = Asked(
            organisation=caller.organisation,
            at=message.sent_at,
            key=referral,
            practitioner=caller.practitioner,
            digest=digest,
        )
        try:
            answer = self._care.make_referral(
                referral,
                PersonId(uuid5(referral, "person")),  # the same if it is sent again
                service,
                source=Source.PROFESSIONAL,
                mode=Mode.WRITTEN,
                ask=message.ask,
                reason=message.reason or None,
                priority=PRIORITIES[message.priority],
                message=message.sha256,
                sender=sender,
                registering=registering,
                alike=self._alike(known_by(registering)),
                asked=asked,
            )
        except BrokenRule as broken:
            return self._refuse(original, caller, "ServiceRequest", broken.text, type(broken))
        person = self._care.person_of(referral)
        self._keep(original, caller, person, "recorded", referral)
        repairs = tuple(
            Issue("warning", "informational", r.element, f"{r.name}: {r.note}")
            for r in message.repairs
        )
        return Receipt(True, message.sha256, repairs, referral, answer.position)

    def _destination(self, message: ReferralMessage) -> ServiceId:
        wanted = message.destination
        found = self._directory().service_identified(set(wanted.service_identifiers))
        if found is None:
            named = ", ".join("|".join(pair) for pair in wanted.service_identifiers) or "none"
            raise MessageRefused(
                "MessageHeader.destination",
                f"no service here goes by these identifiers: {named}. "
                "Send a HealthcareService identifier that this place's directory lists.",
            )
        return found.id

    def _sender(self, message: ReferralMessage, caller: Caller) -> PartnerId | None:
        """The partner that sent it; the one that brings the message when it is not known here."""
        known = self._directory().partner_identified(set(message.sender.identifiers))
        if known is None or known.id == caller.organisation:
            return None
        raise MessageRefused(
            "MessageHeader.sender",
            f"the message comes from {known.name}, but was brought by another organisation. "
            "Bring it with a token of the organisation that sent it.",
        )

    def _refuse(
        self,
        original: bytes,
        caller: Caller,
        element: str,
        reason: str,
        rule: type[BrokenRule] | None = None,
    ) -> Receipt:
        outcome = rule.__name__ if rule else "MessageRefused"
        kept = self._keep(original, caller, None, f"{outcome} at {element}", None)
        issue = Issue("error", "business-rule" if rule else "invalid", element, reason)
        return Receipt(False, kept, (issue,))

    def _keep(
        self,
        original: bytes,
        caller: Caller,
        person: PersonId | None,
        outcome: str,
        intention: UUID | None,
    ) -> str:
        kept = self._messages.keep(
            uuid4(),
            original,
            organisation=caller.organisation,
            person=person,
            kind="fhir",
            outcome=outcome,
            intention=intention,
        )
        return kept.sha256.hex()


def _details(person: PersonDetails) -> Details:
    born = person.date_of_birth
    return Details(
        name=person.name.display,
        phone=person.phone,
        date_of_birth=date.fromisoformat(born) if born and len(born) == 10 else None,
        nhs_number=person.nhs_number,
        sex=person.sex,
        address=person.address,
        postcode=person.postcode,
        language=person.language,
    )


def _already() -> Issue:
    return Issue(
        "information", "duplicate", "Bundle", "These very bytes were received and recorded before."
    )
