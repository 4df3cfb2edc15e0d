"""A person's record as one partner may know it: folded from that partner's entries alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.policies.escalation import Rung, Silence
from domain.referral import Referral, State
from domain.sharing import ENDED, RECEIVED, SENT, WITHDRAWN
from domain.silence import Wait
from domain.vocabulary import PartnerId
from projections.entries import Entry

STATUSES = (
    "hand-over to accept",
    "referral to answer",
    "information asked",
    "hand-over offered",
    "waiting",
    "in treatment",
    "sent",
    "held",
    "involved",
    "past",
)
"""What a row may be, most urgent first."""

OPEN_STATES = {State.WAITING.value, State.INFORMATION_ASKED.value}
ENDED_STATES = {
    State.DECLINED.value,
    State.WITHDRAWN.value,
    State.EXPIRED.value,
    State.CLOSED.value,
    State.ACKNOWLEDGED.value,
}
SILENCE_ENDS = {
    "ReferralMade",
    "InformationAsked",
    "InformationGiven",
    "ReferralAccepted",
    "ReferralDeclined",
    "ReferralRedirected",
    "ReferralWithdrawn",
    "ReferralExpired",
}
"""What ends a referral's silence, or begins the wait (anew, or told again)."""
DETAILS = (
    "name",
    "phone",
    "date_of_birth",
    "nhs_number",
    "address",
    "postcode",
    "sex",
    "language",
    "needs",
    "ethnicity",
    "deprivation_decile",
    "practice",
)


def fold(row: dict[str, Any] | None, entry: Entry) -> dict[str, Any]:
    """The row after one more entry. It never refuses what was told."""
    if row is None or entry.type == WITHDRAWN:
        row = _blank(entry, withdrawn=entry.type == WITHDRAWN)
    data, at = entry.data, entry.effective_at.isoformat()
    noun, fact, _ = entry.type.split(".")
    row["withdrawn"], row["ended"] = entry.type == WITHDRAWN, entry.type == ENDED
    match noun:
        case "person":
            row.update({name: data[name] for name in DETAILS if data.get(name) is not None})
        case "referral":
            _referral(row, fact, data, at)
        case "pathway":
            _pathway(row, fact, data, at)
        case "meeting":
            _meeting(row, fact, data, at)
        case "contact":
            _contact(row, fact, data, at)
        case "measure":
            scores = row["measures"].setdefault(data["instrument"], [])
            scores.append([at, data["total"]])
            scores.sort()
    if noun != "share" and not entry.backfill:
        row["latest"] = {
            "type": entry.type,
            "at": at,
            "by_organisation": data.get("by_organisation"),
            "by_practitioner": data.get("by_practitioner"),
        }
    row["number"], row["position"] = entry.number, entry.position
    row["status"] = status(row)
    row["waiting_since"] = waiting_since(row)
    return row


def folded(entries: Iterable[Entry]) -> dict[str, Any] | None:
    """One person's row from their entries, oldest first."""
    row: dict[str, Any] | None = None
    for entry in entries:
        row = fold(row, entry)
    return row


def folded_referral(row: dict[str, Any], entry: Entry) -> dict[str, Any]:
    """One referral's row after one more entry about it."""
    holder = {"partner": str(entry.partner), "referrals": {entry.data["stream"]: row}}
    _, fact, _ = entry.type.split(".")
    _referral(holder, fact, entry.data, entry.effective_at.isoformat())
    return row


def folded_case(holder: dict[str, Any], entry: Entry) -> None:
    """Follow one entry about a case on a meeting's list."""
    _, fact, _ = entry.type.split(".")
    _meeting(holder, fact, entry.data, entry.effective_at.isoformat())


def status(row: dict[str, Any]) -> str:
    """Where the person stands for this partner, most urgent first."""
    if row["withdrawn"] or row["ended"]:
        return "past"
    me, offer = row["partner"], row["offer"]
    mine = list(row["referrals"].values())
    received = [r for r in mine if r.get("receiver") == me and r["state"] not in ENDED_STATES]
    sent = [r for r in mine if r["part"] == SENT and r["state"] not in ENDED_STATES]
    if offer and offer["receiver"] == me and offer["handover"] not in row["referrals"]:
        return "hand-over to accept"
    if any(r["state"] == State.WAITING for r in received):
        return "referral to answer"
    if any(r["state"] == State.INFORMATION_ASKED for r in sent + received):
        return "information asked"
    if offer and offer["sender"] == me:
        return "hand-over offered"
    accepted = [r for r in received if r["state"] == State.ACCEPTED]
    if accepted:
        seen = any(r.get("first_contact_at") for r in accepted)
        return "in treatment" if seen else "waiting"
    if sent:
        return "sent"
    if row["open"] and row.get("responsible") == me:
        return "held"
    if row["open"]:
        return "involved"
    return "past"


def waiting_since(row: dict[str, Any]) -> str | None:
    """Since when a first contact is waited for: the earliest open referral without one."""
    me = row["partner"]
    waits = [
        r["made_at"]
        for r in row["referrals"].values()
        if r["state"] not in ENDED_STATES
        and not r.get("first_contact_at")
        and (r.get("receiver") == me or r["part"] == SENT)
    ]
    return min(waits, default=None)


def urgency(row: dict[str, Any]) -> int:
    """Where the row's status stands among `STATUSES`."""
    return STATUSES.index(row["status"])


def referral_actions(asked: dict[str, Any], partner: str) -> list[str]:
    """What this partner may ask next of a referral, by the domain's own words."""
    known = Referral(id=UUID(int=0))
    known.state = State(asked["state"])
    me = PartnerId(UUID(partner))
    known.receiver = me if asked.get("receiver") == partner else None
    known.sender = me if asked.get("sender") == partner or asked["part"] == SENT else None
    known.wait = _wait(asked.get("silence"), asked["made_at"], Silence.REFERRAL)
    return list(known.next_actions(me))


def _wait(silence: dict[str, Any] | None, since: str, about: Silence) -> Wait | None:
    """What was escalated of a silence, and whether somebody has acknowledged it."""
    if silence is None:
        return None
    sent = tuple(Rung(rung) for rung in silence["rungs"])
    since_when = datetime.fromisoformat(since)
    return Wait(about, since_when, sent=sent, acknowledged="acknowledged_at" in silence)


def _silence(of: dict[str, Any], data: dict[str, Any], at: str, *, escalated: bool) -> None:
    """Follow the escalation of what waits, and somebody's word that they see to it."""
    silence = of.setdefault("silence", {"rungs": []})
    if escalated:
        silence["rungs"].append(data["rung"])
        silence["escalated_at"] = at
    else:
        silence["acknowledged_at"] = at


def actions(row: dict[str, Any]) -> list[str]:
    """What this partner may ask next of the person's pathway."""
    me, offer = row["partner"], row["offer"]
    known: list[str] = []
    if offer and offer["receiver"] == me:
        known += ["handover-acceptance", "handover-decline"]
    if row["open"] and row.get("responsible") == me:
        known.append("key-worker")
        if offer is None:
            known += ["handover", "closure"]
        elif offer["handover"] not in row["referrals"]:
            known.append("handover-withdrawal")
    if offer and me in (offer["receiver"], offer["sender"]):
        wait = _wait(offer.get("silence"), offer["at"], Silence.HANDOVER)
        if wait and wait.unacknowledged:
            known.append("silence-acknowledgement")
    return known


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
        "contacts": {},
        "meetings": {},
        "latest": None,
    }


def _referral(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    key = data["stream"]
    asked = row["referrals"].setdefault(key, {})
    asked.setdefault("part", "")
    asked.setdefault("state", State.WAITING.value)
    if fact in SILENCE_ENDS:
        asked.pop("silence", None)
    match fact:
        case "ReferralMade":
            asked.update(
                {
                    name: data[name]
                    for name in (
                        "service",
                        "receiver",
                        "sender",
                        "source",
                        "mode",
                        "part",
                        "ask",
                        "reason",
                        "said_by",
                        "priority",
                        "responsibility",
                    )
                    if name in data
                },
                made_at=at,
                state=State.WAITING.value,
            )
        case "InformationAsked":
            asked.update(state=State.INFORMATION_ASKED.value, question=data.get("question"))
        case "InformationGiven":
            asked.update(state=State.WAITING.value, answer=data.get("answer"))
        case "ReferralAccepted":
            asked.update(state=State.ACCEPTED.value, answered_at=at)
        case "ReferralDeclined":
            asked.update(
                state=State.DECLINED.value,
                answered_at=at,
                decline_reason=data.get("reason"),
                note=data.get("note"),
            )
        case "ReferralRedirected":
            asked.update(
                state=State.WAITING.value,
                service=data["service"],
                receiver=data["receiver"],
                note=data.get("note"),
                redirected_at=at,
            )
            if asked["part"] != SENT:
                asked["part"] = RECEIVED if data["receiver"] == row["partner"] else ""
        case "ReferralWithdrawn":
            asked.update(state=State.WITHDRAWN.value, answered_at=at, note=data.get("note"))
        case "ReferralExpired":
            asked.update(state=State.EXPIRED.value, answered_at=at)
        case "FirstContactMade":
            asked["first_contact_at"] = at
        case "ReferralClosed":
            asked.update(
                state=State.CLOSED.value,
                ended_at=at,
                end_reason=data.get("reason"),
                summary=data.get("summary"),
            )
        case "OutcomeAcknowledged":
            asked["state"] = State.ACKNOWLEDGED.value
        case "SilenceEscalated" | "SilenceAcknowledged":
            _silence(asked, data, at, escalated=fact == "SilenceEscalated")
    asked.setdefault("made_at", at)


def _pathway(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    match fact:
        case "PathwayOpened" | "PathwayReopened":
            row.update(open=True, step=data["step"], responsible=data.get("responsible"))
        case "KeyWorkerNamed":
            row["key_worker"] = data["key_worker"]
        case "HandoverOffered":
            row["offer"] = {
                name: data[name] for name in ("handover", "sender", "receiver", "to_step")
            } | {"at": at}
        case "HandoverAccepted":
            # Absent when a drug service took over and this partner may not know which.
            row.update(open=True, responsible=data.get("receiver"), offer=None, key_worker=None)
        case "HandoverDeclined" | "HandoverLapsed":
            row["offer"] = None
        case "HandoverSilenceEscalated" | "HandoverSilenceAcknowledged":
            if row["offer"]:
                _silence(row["offer"], data, at, escalated=fact == "HandoverSilenceEscalated")
        case "SteppedUp" | "SteppedDown":
            row["step"] = data["to_step"]
        case "PathwayClosed":
            row.update(open=False, responsible=None, key_worker=None)


def _meeting(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    case = row["meetings"].setdefault(data["stream"], {})
    match fact:
        case "CaseListed":
            case.update(
                question=data.get("question"),
                present=data.get("present"),
                listed_only=data.get("listed_only", False),
                listed_at=at,
            )
        case "AttendanceRecorded":
            case["attendees"] = data["attendees"]
        case "CaseNotReached":
            case["not_reached_at"] = at
        case "MdtDecisionRecorded":
            case.update(
                {
                    name: data[name]
                    for name in (
                        "decision",
                        "outcome",
                        "service",
                        "receiver",
                        "rationale",
                        "persons_view",
                        "dissent",
                        "quorum_rule",
                        "review_on",
                    )
                    if name in data
                },
                decided_at=at,
            )


def _contact(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    seen = row["contacts"].setdefault(data["stream"], {})
    if fact == "AppointmentBooked":
        seen.update(
            {
                name: data[name]
                for name in ("referral", "provider", "starts_at", "medium", "activity")
                if name in data
            }
        )
    else:
        seen.update(outcome=data["attendance"], outcome_at=at)
        seen.setdefault("provider", data["provider"])
