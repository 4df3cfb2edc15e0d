"""A person's record as one partner may know it: folded from that partner's entries alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from domain.policies import reviews
from domain.policies.missed import SEEN
from domain.request import State
from domain.sharing import ENDED, ERASED, LET_GO, SENT, WITHDRAWN
from domain.vocabulary import Attendance, Complexity, Content, ReviewOf
from projections.arranging import arranged
from projections.entries import Entry
from projections.record import (
    action,
    carer,
    concern,
    contact,
    discussion,
    emergency,
    group,
    measure,
    meeting,
    opening,
    outcome,
    pathway,
    person,
    plan,
    referral,
    shared_care,
    social_work,
)

STATUSES = (
    "concern to look at",
    "concern open",
    "fallen back",
    "hand-over to accept",
    "referral to answer",
    "advice to give",
    "information asked",
    "advice to read",
    "review overdue",
    "hand-over offered",
    "waiting",
    "in treatment",
    "sent",
    "action to do",
    "on hold",
    "held",
    "involved",
    "died",
    "past",
)
"""What a row may be, most urgent first. Their places are kept in ``views.caseload``, its versions
and its changes: a migration moves them there when one is put between others."""


OF_THE_PAST = {
    "RectificationAsked",
    "RectificationDecided",
    "ScoreCorrected",
    "OutcomeCorrected",
}
"""What is told of the past, and involves nobody anew."""

OF_RECORDS = {"PersonsLinked", "PersonsUnlinked"}
"""What happened to records, and not to the person."""


def fold(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The row after one more entry. It never refuses what was told."""
    return settled(follow(row, entry))


def settled(row: dict[str, Any]) -> dict[str, Any]:
    """The row with what follows from all it says; asked once after any number of entries."""
    row["status"] = status(row)
    row["waiting_since"] = waiting_since(row)
    return row


def follow(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The row after one more entry, before it is `settled`."""
    if row is None or entry.type == WITHDRAWN:
        row = _blank(entry, withdrawn=entry.type == WITHDRAWN)
    if entry.type == LET_GO:  # what was let go is no more in the entries that told it
        return _reached(row, entry)
    for name in ("edits", "conflicts"):
        row.setdefault(name, {})  # absent from rows of a version that knew of no conflicts
    row.setdefault("disagreements", [])
    data, at = entry.data, entry.effective_at.isoformat()
    noun, fact, _ = entry.type.split(".")
    past = row["ended"] and fact in OF_THE_PAST
    if noun != "unmet" and not past:  # told to who wanted a service, involved or not
        row["withdrawn"] = entry.type == WITHDRAWN
        row["ended"] = entry.type in (ENDED, ERASED)
    match noun:
        case "person":
            person.fold(row, fact, data, at)
        case "referral":
            referral.fold(
                row["referrals"].setdefault(data["stream"], {}), fact, data, at, row["partner"]
            )
        case "pathway":
            pathway.fold(row, fact, data, at)
        case "meeting":
            meeting.fold(row["meetings"].setdefault(data["stream"], {}), fact, data, at)
            if fact == "MdtDecisionRecorded":
                pathway.looked_at(row, ReviewOf.DECISION, ReviewOf.PSYCHIATRIC, ReviewOf.TEAM)
            elif fact == "CaseNoted":
                pathway.looked_at(row, ReviewOf.TEAM)
        case "implementation":
            case = row["meetings"].setdefault(data["meeting"], {})
            meeting.follow_up(case, fact, data, at)
        case "action":
            action.fold(row.setdefault("agreed", {}).setdefault(data["stream"], {}), fact, data, at)
        case "plan":
            plan.fold(row.setdefault("plans", {}).setdefault(data["stream"], {}), fact, data, at)
        case "carer":
            carer.fold(row.setdefault("carers", {}).setdefault(data["stream"], {}), fact, data, at)
        case "registered_carer":
            entries = row.setdefault("carers_register", {})
            carer.register(entries.setdefault(data["stream"], {}), fact, data, at)
        case "shared_care":
            shared_care.fold(row.setdefault("shared_care", {}), fact, data, at)
        case "discussion":
            discussion.fold(
                row.setdefault("discussions", {}).setdefault(data["stream"], {}), fact, data, at
            )
        case "concern":
            concern.fold(
                row.setdefault("concerns", {}).setdefault(data["stream"], {}), fact, data, at
            )
        case "emergency":
            emergency.fold(row, data["stream"], fact, data, at)
        case "opening":
            opening.fold(row, data["stream"], fact, data)
        case "safeguarding":
            referred = row.setdefault("safeguarding", {}).setdefault(data["stream"], {})
            concern.refer(referred, data, at)
        case "social_work":
            work = row.setdefault("work", {}).setdefault(data["stream"], {})
            social_work.fold(work, fact, data, at)
        case "contact":
            seen = row["contacts"].setdefault(data["stream"], {})
            contact.fold(seen, fact, data, at)
            contact.count_missed(row, seen.get("referral"))
            if fact in contact.SAYS_SEEN and Attendance(data["attendance"]) in SEEN:
                pathway.looked_at(row, *reviews.seen_to_by(_content(data)))
        case "group":
            group.fold(row.setdefault("groups", {}).setdefault(data["stream"], {}), fact, data, at)
        case "measure":
            measure.fold(row, fact, data, at)
    newest = row["latest"] is None or row["latest"]["at"] <= at
    live = not entry.backfill or "told_again" in data
    if noun != "share" and fact not in OF_RECORDS and live and newest:
        row["latest"] = {
            "type": entry.type,
            "at": at,
            "by_organisation": data.get("by_organisation"),
            "by_practitioner": data.get("by_practitioner"),
        }
    return _reached(row, entry)


def _reached(row: dict[str, Any], entry: Entry) -> dict[str, Any]:
    row["number"] = max(row.get("number", 0), entry.number)
    row["position"] = max(row.get("position", 0), entry.position)
    return row


def folded(entries: Iterable[Entry]) -> dict[str, Any] | None:
    """One person's row from their entries, oldest first."""
    row: dict[str, Any] | None = None
    for entry in arranged(entries):
        row = follow(row, entry)
    return None if row is None else settled(row)


def status(row: dict[str, Any]) -> str:
    """Where the person stands for this partner, most urgent first."""
    if row["withdrawn"]:
        return "past"
    if worry := concern.status(row):
        return worry
    if row.get("died"):
        return "died"
    if row["ended"]:
        return "past"
    me, offer = row["partner"], row["offer"]
    if row["open"] and row.get("fell_back_at") and row.get("responsible") == me:
        return "fallen back"
    mine = list(row["referrals"].values())
    received = [
        r for r in mine if r.get("receiver") == me and r["state"] not in referral.ENDED_STATES
    ]
    sent = [r for r in mine if r["part"] == SENT and r["state"] not in referral.ENDED_STATES]
    if offer and offer["receiver"] == me and offer["handover"] not in row["referrals"]:
        return "hand-over to accept"
    if any(r["state"] == State.WAITING for r in received):
        return "referral to answer"
    if any(r["state"] == State.ADVICE_ASKED for r in received):
        return "advice to give"
    if any(r["state"] == State.ADVICE_GIVEN for r in sent):
        return "advice to read"
    if any(r["state"] == State.INFORMATION_ASKED for r in sent + received):
        return "information asked"
    if row["open"] and row.get("responsible") == me and row.get("reviews"):
        return "review overdue"
    care = row.get("shared_care") or {}
    sharing = care.get("state") == shared_care.SHARED
    if sharing and care.get("overdue") and me in (care["practice"], care.get("drug_service")):
        return "review overdue"
    if offer and offer["sender"] == me:
        return "hand-over offered"
    accepted = [r for r in received if r["state"] == State.ACCEPTED]
    if accepted:
        seen = any(r.get("first_contact_at") for r in accepted)
        return "in treatment" if seen else "waiting"
    if sent:
        return "sent"
    if any(a["owner"] == me and a.get("state") == action.OPEN for a in agreed_of(row)):
        return "action to do"
    if any(e.get("owner") == me and e["state"] == carer.ASKED for e in _entries(row)):
        return "action to do"
    if sharing and care.get("stopped_at") and care["practice"] == me:
        return "action to do"
    if row["open"] and row.get("responsible") == me:
        return "on hold" if row.get("hold") else "held"
    if row["open"] or sharing:
        return "involved"
    return "past"


def _entries(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The carer's entries on the register that lie in this record."""
    return list((row.get("carers_register") or {}).values())


def agreed_of(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The actions agreed for the person, the first that are due first."""
    actions = row.get("agreed", {}).values()
    return sorted(actions, key=lambda agreed: str(agreed.get("due_on")))


def waiting_since(row: dict[str, Any]) -> str | None:
    """Since when a first contact is waited for: the earliest open referral without one.

    One whose clock was nullified should never have started it.
    """
    me = row["partner"]
    waits = [
        r["made_at"]
        for r in row["referrals"].values()
        if r["state"] not in referral.ENDED_STATES | referral.BEFORE_SENDING
        and not r.get("first_contact_at")
        and "nullified" not in r
        and (r.get("receiver") == me or r["part"] == SENT)
    ]
    return min(waits, default=None)


def unimproved_since(row: dict[str, Any]) -> datetime | None:
    """When the first score was taken of a course of care that shows no improvement till now."""
    if row["status"] in ("past", "died"):
        return None
    return min((each.since for each in outcome.unimproved(row)), default=None)


def looked_at(row: dict[str, Any]) -> str:
    """When a meeting last looked at the person at the step where they are; or nothing."""
    came = str(row.get("at_step_since") or "")
    looks = (
        str(case[name])
        for case in row["meetings"].values()
        for name in ("decided_at", "noted_at")
        if case.get(name)
    )
    return max((at for at in looks if at >= came), default="")


def unseen_since(row: dict[str, Any]) -> datetime | None:
    """Since when no meeting has looked at somebody whom the partner holds."""
    held = row["open"] and row.get("responsible") == row["partner"]
    if not held or row["status"] in ("past", "died"):
        return None
    return moment(looked_at(row) or row.get("at_step_since"))


def urgency(row: dict[str, Any]) -> int:
    """Where the row's status stands among `STATUSES`."""
    return STATUSES.index(row["status"])


CODED = tuple(each.value for each in Complexity)
"""The colours a case may have, the busiest first."""


def complexity(row: dict[str, Any]) -> int:
    """Where the row's colour stands among `CODED`; what is not coded comes last."""
    coded = row.get("complexity")
    return CODED.index(coded["complexity"]) if coded else len(CODED)


def ranks(colours: Iterable[str]) -> list[int]:
    """Where these colours stand; no such colour stands nowhere."""
    return [CODED.index(colour) for colour in colours if colour in CODED]


def _content(data: dict[str, Any]) -> Content | None:
    return Content(data["content"]) if data.get("content") else None


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _blank(entry: Entry, *, withdrawn: bool) -> dict[str, Any]:
    return {
        "person": str(entry.subject),
        "partner": str(entry.partner),
        "withdrawn": withdrawn,
        "ended": False,
        "open": False,
        "offer": None,
        "referrals": {},
        "measures": {},
        "scores": {},
        "contacts": {},
        "meetings": {},
        "agreed": {},
        "discussions": {},
        "plans": {},
        "access": {},
        "carers": {},
        "carers_register": {},
        "shared_care": {},
        "latest": None,
        "status": None,
        "waiting_since": None,
    }
