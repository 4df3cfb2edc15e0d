"""What a record says of needs, carers and shared care, in plain Python and slowly: an oracle."""

from __future__ import annotations

from typing import Any

from domain.vocabulary import AccessNeed
from projections.entries import Entry

Row = dict[str, Any]
NEEDS = tuple(need.value for need in AccessNeed)
WORDS = {"CommunicationNeedsRecorded": "needs", "AdjustmentAgreed": "words"}


def _fact(entry: Entry) -> str:
    return entry.type.split(".")[1]


def _at(entry: Entry) -> str:
    return entry.effective_at.isoformat()


def _last(said: list[Entry], *facts: str) -> Entry | None:
    return next((e for e in reversed(said) if _fact(e) in facts), None)


def edits_of(need: str, held: list[Entry]) -> list[Row]:
    """Everything that was ever written of one need."""
    found = []
    for e in held:
        d, fact = e.data, _fact(e)
        if d.get("need") != need or fact not in (*WORDS, "NeedEnded", "ConflictSettled"):
            continue
        value = d.get("value") if fact == "ConflictSettled" else None
        if fact in WORDS:
            value = d.get(WORDS[fact]) or ""
        who = {k: d[k] for k in ("by_organisation", "by_practitioner") if k in d}
        found.append(
            {
                "id": d["edit"],
                "value": value,
                "at": _at(e),
                "of_old": False,
                "fact": fact,
                "instead_of": d.get("instead_of", ()),
            }
            | who
        )
    return found


def access(standing: dict[str, list[Row]], held: list[Entry]) -> Row:
    """Each need that counts, with its words, and what was last agreed of it since it began."""
    row: Row = {}
    for need in standing:
        for e in held:
            if e.data.get("need") != need or _fact(e) in ("NeedMet", "NeedNotMet"):
                continue
            by_now = _standing_by(need, held, e)
            if by_now is None:
                row.pop(need, None)
                continue
            told = {k: e.data[k] for k in ("impairment", "shared") if k in e.data}
            row[need] = row.get(need, {}) | told | {"words": by_now}
    return row


def _standing_by(need: str, held: list[Entry], last: Entry) -> str | None:
    written = edits_of(need, held[: held.index(last) + 1])
    replaced = {other for edit in written for other in edit["instead_of"]}
    left = [edit for edit in written if edit["id"] not in replaced]
    left.sort(key=lambda edit: (edit["at"], edit["id"], edit["value"] or ""))
    value: str | None = left[-1]["value"] if left else None
    return value


def met(held: list[Entry]) -> Row:
    """Whether each need was met when that was last said."""
    row: Row = {}
    for e in sorted(held, key=_at):
        if _fact(e) in ("NeedMet", "NeedNotMet") and "need" in e.data:
            also = {k: e.data[k] for k in ("what_came_of_it",) if k in e.data}
            row[e.data["need"]] = {"at": _at(e), "met": _fact(e) == "NeedMet"} | also
    return row


def carer(said: list[Entry]) -> Row:
    """Somebody who cares, by all that was said of them."""
    first, over = _last(said, "CarerIdentified"), _last(said, "CarerNoLonger")
    row: Row = {}
    if first:
        row = {k: v for k, v in first.data.items() if k in IDENTIFIED}
        row |= {"state": "cares", "since": _at(first)}
    if chosen := _last(said, "EmergencyContactChosen"):
        row["emergency_contact"] = chosen.data["chosen"]
    if wish := _last(said, "CarerMayBeTold"):
        row["may_be_told"] = {k: wish.data[k] for k in ("may", "what") if k in wish.data}
    if over:
        row |= {"state": "cares no longer", "ended_at": _at(over), "reason": over.data["reason"]}
        row["emergency_contact"] = False
    return row


IDENTIFIED = ("name", "phone", "relation", "young", "known_here", "emergency_contact")
ENDS = {
    "CarersAssessmentDone": "assessed",
    "CarersAssessmentDeclined": "assessment declined",
}


def entry(said: list[Entry]) -> Row:
    """A carer's entry on the register."""
    row: Row = {}
    caring: set[str] = set()
    for e in said:
        d, fact = e.data, _fact(e)
        if fact == "CarerRegistered":
            caring.add(d["carer"])
            row |= {"young": d["young"]} | {k: d[k] for k in ("name",) if k in d}
            row.setdefault("since", _at(e))
            if row.get("state") in (None, "off the register"):
                row["state"] = "on the register"
        elif fact == "CarersAssessmentAsked":
            row |= {"state": "assessment asked for", "owner": d["asked_of"]}
            row |= {"due_on": d["due_on"], "law": d["law"]}
        elif fact in ENDS:
            row |= {"state": ENDS[fact], "ended_at": _at(e)}
            row |= {"outcome": d.get("outcome")} if fact == "CarersAssessmentDone" else {}
        elif fact == "CarerTakenOff":
            caring.discard(d["carer"])
            row |= {} if caring else {"state": "off the register", "ended_at": _at(e)}
    return row | {"caring": sorted(caring)}


def shared(said: list[Entry]) -> Row:
    """How shared care stands since it was last agreed."""
    begun = [i for i, e in enumerate(said) if _fact(e) == "SharedCareAgreed"]
    if not begun:
        return {}
    since = said[begun[-1] :]
    d = since[0].data
    row: Row = {k: v for k, v in d.items() if k in SHARED} | {"since": _at(since[0])}
    missed: list[list[str]] = []
    for e in since:
        match _fact(e):
            case "PharmacyChanged" if "pharmacy" in e.data:
                row["pharmacy"] = e.data["pharmacy"]
            case "DosesMissed":
                missed = [*missed, [e.data["first_on"], e.data["last_on"]]]
            case "DispensingStopped":
                row["stopped_at"] = _at(e)
            case "DispensingResumed":
                missed, row["stopped_at"] = [], None
    if supervised := _last(since, "SupervisionAgreed", "SupervisionEnded"):
        told = {k: supervised.data[k] for k in ("begins", "review_on") if k in supervised.data}
        row["supervised"] = told if _fact(supervised) == "SupervisionAgreed" else None
    if held := _last(since, "JointReviewHeld"):
        names = ("gp", "key_worker", "next_on", "outcome")
        row["last_review"] = {"at": _at(held)} | {k: held.data[k] for k in names if k in held.data}
        row["review_on"] = held.data["next_on"]
    overdue = {}
    for i, e in enumerate(since):
        seen = SEEN_TO.get(e.data.get("about", ""), ())
        fallen = _fact(e) == "SharedCareReviewFellDue"
        if fallen and not [o for o in since[i:] if _fact(o) in (*seen, "SharedCareEnded")]:
            overdue[e.data["review"]] = {k: e.data[k] for k in ("about", "due_on")}
    over = _last(since, "SharedCareEnded")
    row |= {"missed": missed, "overdue": overdue, "state": "ended" if over else "shared"}
    if over:
        row |= {"ended_at": _at(over), "stopped_at": None}
        row |= {k: over.data[k] for k in ("reason", "note") if k in over.data}
    return row


SHARED = (
    "practice",
    "prescriber",
    "drug_service",
    "key_worker",
    "pharmacy",
    "signed_on",
    "review_on",
)
SEEN_TO = {
    "joint review in shared care": ("JointReviewHeld",),
    "supervised consumption": ("SupervisionAgreed", "SupervisionEnded"),
}


def overdue(care: Row, me: str) -> bool:
    """Whether a review of shared care waits for this partner."""
    sides = (care.get("practice"), care.get("drug_service"))
    return care.get("state") == "shared" and bool(care["overdue"]) and me in sides


def to_do(row: Row, me: str) -> bool:
    """Whether a carer waits to be assessed by this partner, or a pharmacy for its prescriber."""
    entries, care = row["carers_register"].values(), row["shared_care"]
    asked = any(e.get("owner") == me and e["state"] == "assessment asked for" for e in entries)
    return asked or bool(care.get("stopped_at") and care["practice"] == me)
