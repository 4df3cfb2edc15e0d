"""The shared care of a person, on the page of those who share it and of nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from fastapi import Response

from api import shared_care
from api.asking import Activity, Asking
from api.pages import choosing, words
from api.pages.forms import Choice, Question, choices
from api.pages.person.doing import Doing, Row, Where, asking, nothing
from api.pages.visit import Visit
from domain.vocabulary import PartnerKind, SharedCareEnd
from projections.record.shared_care import SHARED

PREFIX = "shared-care-"
BEGINNING = frozenset({PartnerKind.PRACTICE, PartnerKind.DRUG_SERVICE})


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Who shares the care, how it stands, and what is overdue."""
    care = row.get("shared_care") or {}
    if care.get("state") != SHARED:
        return {}
    names = visit.names
    who = [
        ("Prescriber", names.practitioner(care["prescriber"])),
        ("Practice", names.organisation(care["practice"])),
        ("Drug service", names.organisation(d) if (d := care.get("drug_service")) else ""),
        ("Key worker", names.practitioner(k) if (k := care.get("key_worker")) else ""),
        ("Pharmacy", names.organisation(p) if (p := care.get("pharmacy")) else ""),
        ("Agreement signed", words.day(s) if (s := care.get("signed_on")) else ""),
        ("Next joint review by", words.day(r) if (r := care.get("review_on")) else ""),
    ]
    if supervised := care.get("supervised"):
        who.append(("Doses taken at the pharmacy since", words.day(supervised["begins"])))
    return {
        "who": [(label, said) for label, said in who if said],
        "stopped_at": care.get("stopped_at"),
        "overdue": sorted(
            (care.get("overdue") or {}).values(), key=lambda one: (one["due_on"], one["about"])
        ),
        "missed": care.get("missed") or [],
        "last": care.get("last_review"),
    }


def allowed(row: Row, visit: Visit) -> set[str]:
    """What may be asked of it now; to begin is for a practice and a drug service."""
    care = row.get("shared_care") or {}
    if care.get("state") == SHARED:
        return {f"{PREFIX}{action}" for action in care.get("actions", ())}
    kind = visit.names.directory.partners[visit.caller.organisation].kind
    return {"shared-care"} if kind in BEGINNING else set()


def _partners(visit: Visit, kind: PartnerKind) -> list[Any]:
    return [p.id for p in visit.names.directory.partners.values() if p.kind is kind]


def _one(name: str, label: str, offered: Iterable[Choice], missing: str) -> Question:
    return Question(name, label, "select", choices=list(offered), missing=missing)


def _pharmacy(visit: Visit, _row: Row) -> list[Question]:
    offered = choosing.organisations(visit.names, _partners(visit, PartnerKind.PHARMACY))
    return [_one("pharmacy", "Which pharmacy dispenses?", offered, "Select a pharmacy")]


def _beginning(visit: Visit, row: Row) -> list[Question]:
    names = visit.names
    practices = _partners(visit, PartnerKind.PRACTICE)
    services = _partners(visit, PartnerKind.DRUG_SERVICE)
    return [
        _one(
            "practice",
            "Which practice prescribes?",
            choosing.organisations(names, practices),
            "Select a practice",
        ),
        _one(
            "prescriber",
            "Who prescribes?",
            choosing.practitioners(names, practices),
            "Select who prescribes",
        ),
        _one(
            "drug_service",
            "Which drug service?",
            choosing.organisations(names, services),
            "Select a drug service",
        ),
        _one(
            "key_worker",
            "Who is the key worker?",
            choosing.practitioners(names, services),
            "Select a key worker",
        ),
        *_pharmacy(visit, row),
        Question(
            "signed_on",
            "When did the person sign the agreement?",
            "date",
            missing="Enter the day they signed",
        ),
    ]


def _reviewing(visit: Visit, row: Row) -> list[Question]:
    care, names = row.get("shared_care") or {}, visit.names
    return [
        _one(
            "gp",
            "Which GP took part?",
            choosing.practitioners(names, [p for p in (care.get("practice"),) if p]),
            "Select a GP",
        ),
        _one(
            "key_worker",
            "Which key worker took part?",
            choosing.practitioners(names, [p for p in (care.get("drug_service"),) if p]),
            "Select a key worker",
        ),
        Question("next_on", "When is the next?", "date", optional=True),
        Question("outcome", "What came of it?", "textarea", optional=True),
    ]


async def _resume(person: UUID, body: Activity, asks: Asking) -> Response:
    return await shared_care.resume_dispensing(person, asks, body)


DOING: dict[str, Doing] = {
    "shared-care": Doing(
        "Share methadone treatment",
        shared_care.Sharing,
        shared_care.agree_shared_care,
        _beginning,
        "Practice, drug service and pharmacy treat them together. Nobody else learns of it. "
        "What is prescribed stays in the prescription.",
        where=Where.WISHES,
    ),
    "shared-care-joint-review": Doing(
        "Record the joint review",
        shared_care.ReviewingTogether,
        shared_care.hold_joint_review,
        _reviewing,
    ),
    "shared-care-supervision": Doing(
        "Doses are taken at the pharmacy",
        shared_care.Supervising,
        shared_care.agree_supervision,
        asking([Question("begins", "From when?", "date", missing="Enter from which day")]),
    ),
    "shared-care-supervision-end": Doing(
        "Doses are taken home",
        shared_care.EndingSupervision,
        shared_care.end_supervision,
        asking([Question("ended_on", "From when?", "date", missing="Enter from which day")]),
    ),
    "shared-care-pharmacy": Doing(
        "Change the pharmacy",
        shared_care.ChangingPharmacy,
        shared_care.change_pharmacy,
        _pharmacy,
    ),
    "shared-care-missed-doses": Doing(
        "Report doses that were missed",
        shared_care.Missing,
        shared_care.report_missed_doses,
        asking(
            [
                Question("first_on", "From which day?", "date", missing="Enter the first day"),
                Question("last_on", "To which day?", "date", missing="Enter the last day"),
            ]
        ),
        "After three days missed in a row, dispense nothing: the prescriber speaks first.",
    ),
    "shared-care-resumption": Doing(
        "Let the pharmacy dispense again",
        Activity,
        _resume,
        nothing,
        "You have seen the person, and there is a prescription of today.",
    ),
    "shared-care-end": Doing(
        "End shared care",
        shared_care.EndingSharedCare,
        shared_care.end_shared_care,
        asking(
            [
                Question(
                    "reason", "Why?", "radios", choices=choices(SharedCareEnd), missing="Select why"
                ),
                Question("note", "What else is to be known?", "textarea", optional=True),
            ]
        ),
    ),
}
