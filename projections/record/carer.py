"""Who cares for a person, and a carer's entry on the register, in the record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from domain.carer import Carer
from domain.registered_carer import RegisteredCarer
from domain.vocabulary import CarerId, PartnerId

CARES, OVER = "cares", "cares no longer"
REGISTERED, ASKED, DONE, DECLINED, OFF = (
    "on the register",
    "assessment asked for",
    "assessed",
    "assessment declined",
    "off the register",
)


def fold(carer: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a carer."""
    match fact:
        case "CarerIdentified":
            named = ("name", "phone", "relation", "young", "known_here", "emergency_contact")
            carer.update({k: data[k] for k in named if k in data}, state=CARES, since=at)
        case "CarerMayBeTold":
            carer["may_be_told"] = {k: data[k] for k in ("may", "what") if k in data}
        case "EmergencyContactChosen":
            carer["emergency_contact"] = data["chosen"]
        case "CarerNoLonger":
            carer.update(state=OVER, ended_at=at, reason=data["reason"], emergency_contact=False)


def register(entry: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about a carer's entry on the register."""
    match fact:
        case "CarerRegistered":
            caring = {*entry.get("caring", ()), data["carer"]}
            entry.update(caring=sorted(caring), young=data.get("young", False))
            entry.update({k: data[k] for k in ("name",) if k in data})
            entry.setdefault("since", at)
            if entry.get("state") in (None, OFF):
                entry["state"] = REGISTERED
        case "CarersAssessmentAsked":
            entry.update(state=ASKED, owner=data["asked_of"], due_on=data["due_on"])
            entry["law"] = data["law"]
        case "CarersAssessmentDone":
            entry.update(state=DONE, ended_at=at, outcome=data.get("outcome"))
        case "CarersAssessmentDeclined":
            entry.update(state=DECLINED, ended_at=at)
        case "CarerTakenOff":
            entry["caring"] = [each for each in entry.get("caring", ()) if each != data["carer"]]
            if not entry["caring"]:
                entry.update(state=OFF, ended_at=at)


def actions(entry: dict[str, Any], partner: str) -> list[str]:
    """What the partner may ask next of a carer on the register, by the domain's own words."""
    known = RegisteredCarer(id=UUID(int=0), caring={*map(_carer, entry.get("caring", ()))})
    if entry.get("state") == ASKED:
        known.asked_of = PartnerId(UUID(entry["owner"]))
    return list(known.next_actions(PartnerId(UUID(partner))))


def carers_actions(carer: dict[str, Any], partner: str) -> list[str]:
    """What the partner may say next of who cares for somebody, by the domain's own words."""
    known = Carer(id=UUID(int=0), over=carer.get("state") != CARES)
    return list(known.next_actions(PartnerId(UUID(partner))))


def _carer(of: str) -> CarerId:
    return CarerId(UUID(of))
