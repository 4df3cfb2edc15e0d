"""The pathway in a record: where the person stands, who holds them, and what is on offer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.discharge import Discharge
from domain.handover import Holding
from domain.handover_offer import Offer
from domain.hold import Hold
from domain.pathway import AT_THE_STEP, Pathway
from domain.policies.escalation import Silence
from domain.policies.steps import Agreement
from domain.silence import Wait
from domain.vocabulary import EndReason, HandoverId, Label, PartnerId, ReviewId, ReviewOf, Step
from projections.record import details, silence


def fold(row: dict[str, Any], fact: str, data: dict[str, Any], at: str) -> None:
    """Follow one fact about the pathway."""
    match fact:
        case "PathwayOpened" | "PathwayReopened":
            row.update(open=True, step=data["step"], responsible=data.get("responsible"))
            row.update(moved_away=None, came_from=[], at_step_since=at)
        case "KeyWorkerNamed":
            details.write(row, "key_worker", data["key_worker"], fact, data, at)
            _asks_anew(row, Agreement.LINK_WORKER)
        case "ComplexityCoded":
            said = {name: data.get(name) for name in ("complexity", "why", "way")}
            coded = said | {"at": at, "by": data.get("by_practitioner")}
            history = [*row.get("complexity_history", []), coded]
            row["complexity_history"] = sorted(history, key=lambda each: str(each["at"]))
            row["complexity"] = row["complexity_history"][-1]
        case "CoordinatorNamed":
            row["coordinator"] = data["coordinator"]
            _asks_anew(row, Agreement.CLINICAL_COORDINATOR)
        case "HandoverOffered":
            row["offer"] = {
                name: data[name]
                for name in ("handover", "sender", "receiver", "to_step", "hand_back", "reason")
                if data.get(name)
            } | {"at": at}
            row["discharge"] = None
        case "HandoverAccepted":
            # Absent when a drug service took over and this partner may not know which.
            came_from, offer = row.get("came_from", []), row["offer"]
            back = offer is not None and offer.get("hand_back", False)
            row["came_from"] = came_from[:-1] if back else [*came_from, data.get("sender")]
            _let_go(row)
            row.update(open=True, responsible=data.get("receiver"))
        case "HandoverDeclined" | "HandoverLapsed":
            row["offer"] = None
        case "HandoverSilenceEscalated" | "HandoverSilenceAcknowledged":
            if row["offer"]:
                silence.follow(row["offer"], data, at, escalated=fact == "HandoverSilenceEscalated")
        case "ResponsibilityFellBack":
            # Absent when a drug service holds them now and this partner may not know which.
            offer = row["offer"]
            _let_go(row)
            row.update(open=True, responsible=data.get("responsible"), offer=offer)
            row.update(came_from=[], fell_back_at=at)
            if offer and "responsible" in data:
                offer["sender"] = data["responsible"]
        case "FallbackAcknowledged":
            row["fell_back_at"] = None
        case "SteppedUp" | "SteppedDown":
            row.update(step=data["to_step"], hold=None, discharge=None, at_step_since=at)
            looked_at(row, *AT_THE_STEP)
        case "PutOnHold":
            row["hold"] = {"at": at, "review_on": data["review_on"], "reason": data.get("reason")}
            row["discharge"] = None
            looked_at(row, ReviewOf.HOLD)
        case "HoldEnded":
            row["hold"] = None
            looked_at(row, ReviewOf.HOLD)
        case "ReviewFellDue":
            fallen = {"about": data["about"], "due_on": data["due_on"]}
            row.setdefault("reviews", {})[data["review"]] = fallen
        case "ReviewDone":
            row.get("reviews", {}).pop(data["review"], None)
        case "DischargeProposed":
            said = {name: data.get(name) for name in ("reason", "plan", "decision")}
            row.update(discharge=said | {"at": at, "agreed": {}}, hold=None)
        case "DischargeAgreed":
            if row.get("discharge"):
                row["discharge"]["agreed"][data["agreement"]] = data.get("by_practitioner")
        case "DischargeWithdrawn":
            row["discharge"] = None
        case "PathwayClosed":
            _let_go(row)
            row.update(open=False, responsible=None, came_from=[], reviews={}, complexity=None)
            row["last_responsible"] = data.get("responsible")


def _let_go(row: dict[str, Any]) -> None:
    """What ends with the holding of an organisation."""
    row.update(coordinator=None, offer=None, hold=None, discharge=None, fell_back_at=None)
    details.forget(row, "key_worker")
    looked_at(row, ReviewOf.HOLD)


def looked_at(row: dict[str, Any], *about: ReviewOf) -> None:
    """What fell due and was seen to by what happened is overdue no more."""
    fallen = row.get("reviews", {})
    row["reviews"] = {which: what for which, what in fallen.items() if what["about"] not in about}


def _asks_anew(row: dict[str, Any], agreement: Agreement) -> None:
    """Who agrees is somebody else now, and has not agreed."""
    if row.get("discharge"):
        row["discharge"]["agreed"].pop(agreement.value, None)


def actions(row: dict[str, Any]) -> list[str]:
    """What this partner may ask next of the person's pathway, by the domain's own words.

    Who is told where a person stands gives care, and so may say that they died.
    """
    if row.get("died"):
        return ["death-in-error"]
    me, offer = PartnerId(UUID(row["partner"])), row["offer"]
    known = Pathway(id=UUID(int=0), open=row["open"], responsible=_partner(row.get("responsible")))
    known.fell_back = row.get("fell_back_at") is not None
    if row.get("came_from"):
        known.came_from = (Holding(me, known.step, Label.ORDINARY),)
    known.overdue = {
        ReviewId(UUID(which)): ReviewOf(what["about"])
        for which, what in row.get("reviews", {}).items()
    }
    if hold := row.get("hold"):
        known.hold = Hold("", date.fromisoformat(hold["review_on"]))
    if discharge := row.get("discharge"):
        known.discharge = Discharge(EndReason(discharge["reason"]))
    known.last_responsible = _partner(row.get("last_responsible"))
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
    if not row["open"] and "step" in row and row.get("practice") == row["partner"]:
        allowed += [] if "reopening" in allowed else ["reopening"]
    if row["open"] and row.get("responsible") == row["partner"]:
        allowed.append("moving-away")
    if "step" in row and not (row["withdrawn"] or row["ended"]):
        allowed.append("death")
    return allowed


def _partner(told: str | None) -> PartnerId | None:
    return PartnerId(UUID(told)) if told else None
