"""The shared care of a person in the record of those who share it."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from domain.shared_care import SharedCare
from domain.vocabulary import PartnerId, ReviewOf

SHARED, OVER = "shared", "ended"
AGREED = ("practice", "prescriber", "drug_service", "key_worker", "pharmacy", "signed_on")


def fold(care: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about shared care."""
    match fact:
        case "SharedCareAgreed":
            care.clear()
            care.update({k: data[k] for k in AGREED if k in data}, state=SHARED, since=at)
            care.update({k: v for k, v in {"review_on": data.get("review_on")}.items() if v})
        case "PharmacyChanged":
            care.update({k: data[k] for k in ("pharmacy",) if k in data})
        case "SupervisionAgreed":
            care["supervised"] = {k: data[k] for k in ("begins", "review_on")}
            _looked_at(care, ReviewOf.SUPERVISION)
        case "SupervisionEnded":
            care["supervised"] = None
            _looked_at(care, ReviewOf.SUPERVISION)
        case "DosesMissed":
            care["missed"] = [*care.get("missed", []), [data["first_on"], data["last_on"]]]
        case "DispensingStopped":
            care["stopped_at"] = at
        case "DispensingResumed":
            care.update(stopped_at=None, missed=[])
        case "JointReviewHeld":
            held = ("gp", "key_worker", "next_on", "outcome")
            care["last_review"] = {"at": at} | {k: data[k] for k in held if k in data}
            care["review_on"] = data["next_on"]
            _looked_at(care, ReviewOf.JOINT)
        case "SharedCareReviewFellDue":
            overdue = care.setdefault("overdue", {})
            overdue[data["review"]] = {k: data[k] for k in ("about", "due_on")}
        case "SharedCareEnded":
            care.update(state=OVER, ended_at=at, overdue={}, stopped_at=None)
            care.update({k: data[k] for k in ("reason", "note") if k in data})


def _looked_at(care: dict[str, Any], about: ReviewOf) -> None:
    fallen = care.get("overdue", {})
    care["overdue"] = {which: what for which, what in fallen.items() if what["about"] != about}


def actions(care: dict[str, Any] | None, partner: str) -> list[str]:
    """What the partner may ask next, by the domain's own words.

    A pharmacy is not told which pharmacy dispenses, for it is the one.
    """
    if not care or care.get("state") != SHARED:
        return []
    known = SharedCare(
        id=UUID(int=0),
        shared=True,
        practice=_partner(care.get("practice")),
        drug_service=_partner(care.get("drug_service")),
        pharmacy=_partner(care.get("pharmacy") or partner),
        stopped=care.get("stopped_at") is not None,
    )
    if supervised := care.get("supervised"):
        known.supervised = date.fromisoformat(supervised["begins"])
    return list(known.next_actions(PartnerId(UUID(partner))))


def _partner(told: str | None) -> PartnerId | None:
    return PartnerId(UUID(told)) if told else None
