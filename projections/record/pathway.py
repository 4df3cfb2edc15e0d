"""The pathway in a record: where the person stands, who holds them, and what is on offer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from domain.handover import Offer
from domain.pathway import Pathway
from domain.policies.escalation import Silence
from domain.silence import Wait
from domain.vocabulary import HandoverId, Label, PartnerId, Step
from projections.record import details, silence


def fold(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about the pathway."""
    match fact:
        case "PathwayOpened" | "PathwayReopened":
            row.update(open=True, step=data["step"], responsible=data.get("responsible"))
            row["moved_away"] = None
        case "KeyWorkerNamed":
            details.write(row, "key_worker", data["key_worker"], fact, data, at)
        case "HandoverOffered":
            row["offer"] = {
                name: data[name] for name in ("handover", "sender", "receiver", "to_step")
            } | {"at": at}
        case "HandoverAccepted":
            # Absent when a drug service took over and this partner may not know which.
            row.update(open=True, responsible=data.get("receiver"), offer=None, fell_back_at=None)
            details.forget(row, "key_worker")
        case "HandoverDeclined" | "HandoverLapsed":
            row["offer"] = None
        case "HandoverSilenceEscalated" | "HandoverSilenceAcknowledged":
            if row["offer"]:
                silence.follow(row["offer"], data, at, escalated=fact == "HandoverSilenceEscalated")
        case "ResponsibilityFellBack":
            # Absent when a drug service holds them now and this partner may not know which.
            row.update(open=True, responsible=data.get("responsible"), offer=None, fell_back_at=at)
            details.forget(row, "key_worker")
        case "FallbackAcknowledged":
            row["fell_back_at"] = None
        case "SteppedUp" | "SteppedDown":
            row["step"] = data["to_step"]
        case "PathwayClosed":
            row.update(open=False, responsible=None, fell_back_at=None)
            details.forget(row, "key_worker")


def actions(row: dict[str, Any]) -> list[str]:
    """What this partner may ask next of the person's pathway, by the domain's own words."""
    me, offer = PartnerId(UUID(row["partner"])), row["offer"]
    known = Pathway(id=UUID(int=0), open=row["open"], responsible=_partner(row.get("responsible")))
    known.fell_back = row.get("fell_back_at") is not None
    if offer:
        wait = silence.wait(offer.get("silence"), offer["at"], Silence.HANDOVER)
        known.offer = Offer(
            handover=HandoverId(UUID(offer["handover"])),
            sender=PartnerId(UUID(offer["sender"])),
            receiver=PartnerId(UUID(offer["receiver"])),
            to_step=Step(offer["to_step"]),
            label=Label.ORDINARY,
            correlation=known.id,
            fact="",
            wait=wait or Wait(Silence.HANDOVER, datetime.fromisoformat(offer["at"])),
        )
    allowed = list(known.next_actions(me))
    if offer and offer["handover"] in row["referrals"] and "handover-withdrawal" in allowed:
        allowed.remove("handover-withdrawal")  # it ends with the referral that carries it
    return allowed


def _partner(told: str | None) -> PartnerId | None:
    return PartnerId(UUID(told)) if told else None
