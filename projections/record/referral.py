"""One referral in a record: its fold, and what may be asked next."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.policies.escalation import Silence
from domain.referral import Referral
from domain.request import State
from domain.sharing import RECEIVED, SENT
from domain.vocabulary import PartnerId, Source
from domain.waiting import Clock
from projections.record import silence

ENDED_STATES = {
    State.DECLINED.value,
    State.WITHDRAWN.value,
    State.EXPIRED.value,
    State.CLOSED.value,
    State.ACKNOWLEDGED.value,
}

BEFORE_SENDING = {State.ADVICE_ASKED.value, State.ADVICE_GIVEN.value}

QUESTION = ("service", "receiver", "sender", "part", "priority")

SILENCE_ENDS = {
    "AdviceAsked",
    "AdviceGiven",
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


def fold(asked: dict[str, Any], fact: str, data: dict[str, Any], at: str, partner: str) -> None:
    """Follow one fact about a referral, as ``partner`` was told of it."""
    asked.setdefault("part", "")
    asked.setdefault("state", State.WAITING.value)
    if fact in SILENCE_ENDS:
        asked.pop("silence", None)
    match fact:
        case "AdviceAsked":
            asked.update(
                {name: data[name] for name in QUESTION if name in data},
                made_at=at,
                advice_question=data.get("question"),
                state=State.ADVICE_ASKED.value,
                source=Source.PROFESSIONAL.value,
            )
        case "AdviceGiven":
            asked.update(
                answered_at=at,
                recommendation=data.get("recommendation"),
                instead=data.get("instead"),
                advice=data.get("advice"),
                state=State.ADVICE_GIVEN.value,
            )
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
                        "onward_from",
                        "missing",
                        "sent_without",
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
                instead=data.get("instead"),
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
                asked["part"] = RECEIVED if data["receiver"] == partner else ""
        case "ReferralWithdrawn":
            asked.update(state=State.WITHDRAWN.value, answered_at=at, note=data.get("note"))
            if reason := data.get("reason"):
                asked["end_reason"] = reason
        case "ReferralExpired":
            asked.update(state=State.EXPIRED.value, answered_at=at)
        case "ReferredOnward":
            asked.setdefault("onward", []).append(data["onward"])
        case "FirstContactMade":
            asked["first_contact_at"] = min(at, asked.get("first_contact_at") or at)
        case "FirstContactCorrected":
            asked.pop("first_contact_at", None)
            if first := data.get("first_at"):
                asked["first_contact_at"] = datetime.fromisoformat(first).isoformat()
        case "ReferralClosed":
            asked.update(
                state=State.CLOSED.value,
                ended_at=at,
                end_reason=data.get("reason"),
                elsewhere=data.get("elsewhere"),
                summary=data.get("summary"),
            )
        case "OutcomeAcknowledged":
            asked["state"] = State.ACKNOWLEDGED.value
        case "SilenceEscalated" | "SilenceAcknowledged":
            silence.follow(asked, data, at, escalated=fact == "SilenceEscalated")
        case "WaitPaused":
            told = {name: data[name] for name in ("reason", "until", "note") if name in data}
            asked["pause"] = {"from": at, **told}
        case "WaitResumed":
            asked.pop("pause", None)
        case "ClockNullified":
            asked["nullified"] = data["reason"]
        case "ClockReinstated":
            asked.pop("nullified", None)
    asked.setdefault("made_at", at)


def actions(asked: dict[str, Any], partner: str) -> list[str]:
    """What this partner may ask next of a referral, by the domain's own words."""
    known = Referral(id=UUID(int=0))
    known.state = State(asked["state"])
    me = PartnerId(UUID(partner))
    known.receiver = me if asked.get("receiver") == partner else None
    seen_at = asked.get("first_contact_at")
    known.first_contacts = [datetime.fromisoformat(seen_at)] if seen_at else []
    known.sender = me if asked.get("sender") == partner or asked["part"] == SENT else None
    paused_since = datetime.fromisoformat(asked["pause"]["from"]) if "pause" in asked else None
    known.clock = Clock(paused_since, nullified="nullified" in asked)
    known.wait = silence.wait(asked.get("silence"), asked["made_at"], Silence.REFERRAL)
    return list(known.next_actions(me))
