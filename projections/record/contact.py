"""Appointments in a record: times offered, what was booked, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.contact import AppointmentBooked, Contact
from domain.offered import AppointmentOffered
from domain.policies import missed
from domain.policies.codes import ATTENDANCES, MECHANISMS
from domain.vocabulary import Attendance, Medium, PartnerId

BOOKED = (
    "referral",
    "provider",
    "starts_at",
    "medium",
    "activity",
    "content",
    "place",
    "minutes",
    "practitioner",
    "instead_of",
    "group",
)
BECAME = ("reason", "moved_to", "seen_by", "minutes", "medium", "content")


def fold(seen: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about an appointment."""
    match fact:
        case "AppointmentOffered":
            seen.pop("no_time", None)
            seen.update({name: data[name] for name in BOOKED if name in data})
            seen["offered"] = data["times"]
        case "NoTimeChosen":
            seen.pop("offered", None)
            seen["no_time"] = {"at": at, "reason": data.get("reason")}
        case "AppointmentBooked":
            seen.pop("offered", None)
            seen.update({name: data[name] for name in BOOKED if name in data})
        case _:
            if fact == "OutcomeCorrected" and "outcome" in seen:
                seen["corrected_from"] = seen["outcome"]
            seen.update(outcome=data["attendance"], outcome_at=at)
            seen.update({name: data[name] for name in BECAME if name in data})
    seen.setdefault("provider", data["provider"])
    if "referral" in data:
        seen.setdefault("referral", data["referral"])


def codes(seen: Mapping[str, Any]) -> dict[str, str | None]:
    """The national codes of an appointment's outcome and of how the person was met."""
    found: dict[str, str | None] = {}
    if seen.get("outcome"):
        when = datetime.fromisoformat(seen["outcome_at"])
        found["attendance_code"] = ATTENDANCES.write(Attendance(seen["outcome"]), when)
    if seen.get("medium") and seen.get("starts_at"):
        when = datetime.fromisoformat(seen["starts_at"])
        found["mechanism_code"] = MECHANISMS.write(Medium(seen["medium"]), when)
    return found


def missed_in_a_row(contacts: Mapping[str, Mapping[str, Any]], referral: str) -> int:
    """How many appointments under a referral were missed since the person was last seen."""
    of = [c for c in contacts.values() if c.get("referral") == referral and c.get("outcome")]
    of.sort(key=lambda c: datetime.fromisoformat(c.get("starts_at") or c["outcome_at"]))
    return missed.in_a_row(Attendance(c["outcome"]) for c in of)


def count_missed(row: dict[str, Any], referral: str | None) -> None:
    """Keep in a record how many were missed in a row, by referral; none is not kept."""
    if referral is None:
        return
    counted = row.setdefault("missed", {})
    if count := missed_in_a_row(row["contacts"], referral):
        counted[referral] = count
    else:
        counted.pop(referral, None)


SAYS_SEEN = ("Attended", "OutcomeCorrected")
"""Facts that may say that the person was seen."""


def actions(seen: Mapping[str, Any], partner: PartnerId) -> list[str]:
    """What this partner may say of an appointment next, by the domain's own words."""
    if str(partner) != seen["provider"]:
        return []
    known = Contact(id=partner)
    known.provider = partner
    known.outcome = Attendance(seen["outcome"]) if seen.get("outcome") else None
    under = {"referral": partner, "provider": partner, "medium": Medium.VIDEO}
    if seen.get("offered"):
        known.offered = AppointmentOffered.model_validate(under | {"times": seen["offered"]})
    elif seen.get("starts_at"):
        when = {"starts_at": seen["starts_at"]}
        known.booked = AppointmentBooked.model_validate(under | when)
    return list(known.next_actions(partner))
