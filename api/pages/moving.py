"""What is asked of a person's way through the steps: moves, holds, and who agrees to an end.

It says questions and what stands; it refuses to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.pages import choosing, words
from api.pages.forms import Choice, Question, choices
from api.pages.visit import Visit
from domain.discharge import WITH_THEIR_OWN_ACTIVITY
from domain.policies import steps
from domain.policies.steps import Agreement, Evidence
from domain.request import OPEN
from domain.sharing import SENT
from domain.vocabulary import EndReason, Source

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A discharge that is proposed, and who has still to agree to it."""

    reason: str
    since: str
    plan: str
    agreed: tuple[str, ...]
    missing: tuple[str, ...]


def model(visit: Visit) -> steps.SteppedCare:
    """The stepped-care model this place works by now."""
    care = visit.here.care
    host = visit.names.directory.partners.get(care.host)
    return steps.in_force(care.host, visit.now, host.models if host else ())


def proposed(row: Row, visit: Visit) -> Proposed | None:
    """The discharge a page shows, if one is proposed."""
    discharge = row.get("discharge")
    if not discharge:
        return None
    agreed = {Agreement(who): by for who, by in discharge["agreed"].items()}
    return Proposed(
        reason=discharge["reason"],
        since=discharge["at"],
        plan=discharge.get("plan") or "",
        agreed=tuple(f"{who.value}, {visit.names.practitioner(by)}" for who, by in agreed.items()),
        missing=tuple(who.value for who in model(visit).still_to_agree(agreed)),
    )


def evidence(row: Row | None) -> list[Question]:
    """What speaks for another step. A meeting's decision makes its own offer."""
    latest = row.get("latest_measure") if row else None
    hints = {
        Evidence.MEASURE.value: (
            f"{latest['instrument']} of {latest['total']} on {words.day(latest['at'])}"
            if latest
            else "No score of theirs is shared with you"
        ),
        Evidence.PERSONS_REQUEST.value: "Say below what they asked for",
        Evidence.URGENT_NEED.value: "Say below what cannot wait",
    }
    kinds = [c for c in choices(Evidence, hints) if c[0] in hints]
    return [
        Question(
            "evidence_kind",
            "What speaks for another step?",
            "radios",
            choices=kinds,
            optional=True,
            hint="Needed when their step changes and they have been handed over before.",
        ),
        Question("evidence", "Why now?", "textarea", optional=True),
    ]


def handover(visit: Visit, row: Row) -> list[Question]:
    offered = choosing.services(
        visit.names, Source.PROFESSIONAL, without=visit.caller.organisation, holding=True
    )
    return [
        Question(
            "service",
            "Which service should take them on?",
            "select",
            choices=offered,
            missing="Select a service",
        ),
        *evidence(row),
    ]


def hand_back(_visit: Visit, row: Row) -> list[Question]:
    return [
        Question("reason", "Why do they go back?", "textarea", missing="Enter why they go back"),
        *evidence(row),
    ]


def hold(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "reason",
            "What do you wait for?",
            "textarea",
            hint="For example: active monitoring for two weeks.",
            missing="Enter what you wait for",
        ),
        Question("review_on", "When do you look again?", "date", missing="Enter a day ahead"),
    ]


def _colleagues(visit: Visit) -> list[Choice]:
    return choosing.practitioners(visit.names, [visit.caller.organisation])


def key_worker(visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "key_worker",
            "Who?",
            "select",
            choices=_colleagues(visit),
            missing="Select the key worker",
        )
    ]


def coordinator(visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "coordinator",
            "Who?",
            "select",
            choices=_colleagues(visit),
            missing="Select the clinical co-ordinator",
        )
    ]


def _reasons() -> list[Choice]:
    """Why a pathway may be closed; a death and a move are recorded as what they are."""
    elsewhere = {reason.value for reason in (*WITH_THEIR_OWN_ACTIVITY, EndReason.PROVIDER_LEFT)}
    return [choice for choice in choices(EndReason) if choice[0] not in elsewhere]


def discharge(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question("reason", "Why?", "radios", choices=_reasons(), missing="Select a reason"),
        Question(
            "plan",
            "What comes after?",
            "textarea",
            hint="What they do to keep well, and whom they turn to when it gets worse.",
            missing="Enter what comes after",
        ),
    ]


def agreement(_visit: Visit, _row: Row) -> list[Question]:
    hints = {
        Agreement.LINK_WORKER.value: "You are their key worker",
        Agreement.CLINICAL_COORDINATOR.value: "You are their clinical co-ordinator",
    }
    return [
        Question(
            "agreement",
            "As whom do you agree?",
            "radios",
            choices=choices(Agreement, hints),
            missing="Select as whom you agree",
        )
    ]


def closing(_visit: Visit, row: Row) -> list[Question]:
    stands = row.get("discharge") or {}
    waiting = [r for r in row["referrals"].values() if r["part"] == SENT and r["state"] in OPEN]
    warning = (
        "A referral you sent still waits. It stays with who received it, and you are told when "
        "nobody answers; withdraw it if it is no longer needed."
        if waiting
        else ""
    )
    return [
        Question(
            "reason",
            "Why?",
            "radios",
            choices=_reasons(),
            value=stands.get("reason", ""),
            hint=warning,
            missing="Select a reason",
        )
    ]
