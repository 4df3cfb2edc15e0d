"""What is asked of a person's way through the steps: moves, holds, and who agrees to an end.

It says questions and what stands; it refuses to decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from api import endings, pathways
from api.asking import Activity, Asking
from api.pages import choosing, interruptions, words
from api.pages.forms import Choice, Question, choices
from api.pages.person.doing import Doing, Row, Where, nothing
from api.pages.visit import Visit
from api.pages.waiting import overdue_reviews
from domain.discharge import WITH_THEIR_OWN_ACTIVITY
from domain.policies import steps
from domain.policies.steps import Agreement, Evidence
from domain.request import OPEN
from domain.sharing import SENT
from domain.vocabulary import EndReason, ReviewOf, Source


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
        visit.names,
        Source.PROFESSIONAL,
        visit.today,
        without=visit.caller.organisation,
        holding=True,
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


def _review(_visit: Visit, row: Row) -> list[Question]:
    fallen = tuple(
        (which, words.sentence(what["about"]), f"Since {words.day(what['due_on'])}")
        for which, what in overdue_reviews(row)
        if what["about"] != ReviewOf.PLAN  # a plan is reviewed itself
    )
    return [
        Question(
            "review", "Which review?", "radios", choices=fallen, missing="Select which review"
        ),
        Question("outcome", "What came of it?", "textarea", optional=True),
    ]


def _declining(_visit: Visit, _row: Row) -> list[Question]:
    return [
        Question(
            "note", "Why?", "textarea", optional=True, hint="The organisation that offered sees it."
        )
    ]


async def _end_hold(person: UUID, body: Activity, asks: Asking) -> Response:
    return await pathways.end_hold(person, asks, body)


async def _withdraw_discharge(person: UUID, body: Activity, asks: Asking) -> Response:
    return await pathways.withdraw_discharge(person, asks, body)


DOING: dict[str, Doing] = {
    "fallback-acknowledgement": Doing(
        "See that they fell back to us",
        Activity,
        endings.acknowledge_fallback,
        nothing,
        "The organisation that held the person is gone. Your organisation holds them now.",
        button="I have seen it",
    ),
    "handover": Doing(
        "Offer a hand-over",
        pathways.OfferingHandover,
        pathways.offer_handover,
        handover,
        "You stay responsible until they accept.",
        button="Confirm and send",
        weighing=interruptions.stepping_down,
    ),
    "hand-back": Doing(
        "Hand back to who handed them over",
        pathways.HandingBack,
        pathways.hand_back,
        hand_back,
        "They are offered the person at the step they had there. You stay responsible until they "
        "accept.",
        button="Confirm and send",
        weighing=interruptions.going_back,
    ),
    "handover-withdrawal": Doing(
        "Take back the hand-over",
        pathways.AcceptingHandover,
        pathways.withdraw_handover,
        nothing,
        "Your organisation stays responsible.",
        button="Take back the hand-over",
    ),
    "silence-acknowledgement": Doing(
        "See to the hand-over nobody answered",
        pathways.AcceptingHandover,
        pathways.acknowledge_handover_silence,
        nothing,
        "You have seen that the hand-over waits unanswered. It is escalated no further.",
        button="I see to it",
    ),
    "key-worker": Doing(
        "Name a key worker", pathways.NamingKeyWorker, pathways.name_key_worker, key_worker
    ),
    "hold": Doing(
        "Put on hold",
        pathways.Holding,
        pathways.put_on_hold,
        hold,
        "Nothing changes for now, and you stay responsible. A discharge that is proposed is off.",
        weighing=interruptions.going_back,
    ),
    "hold-end": Doing(
        "End the hold",
        Activity,
        _end_hold,
        nothing,
        "You have looked again, and go on.",
        button="End the hold",
    ),
    "coordinator": Doing(
        "Name a clinical co-ordinator",
        pathways.NamingCoordinator,
        pathways.name_coordinator,
        coordinator,
    ),
    "discharge": Doing(
        "Propose a discharge",
        pathways.ProposingDischarge,
        pathways.propose_discharge,
        discharge,
        "They stay with you until those have agreed whom this place asks, and you close.",
    ),
    "discharge-agreement": Doing(
        "Agree to the discharge",
        pathways.AgreeingDischarge,
        pathways.agree_discharge,
        agreement,
        "You agree for yourself; nobody does it for you.",
        button="I agree",
    ),
    "discharge-withdrawal": Doing(
        "Take back the proposal to discharge",
        Activity,
        _withdraw_discharge,
        nothing,
        "They stay where they are, and nobody has agreed.",
        button="Take it back",
    ),
    "review": Doing(
        "Record the review that is overdue",
        pathways.Reviewing,
        pathways.record_review,
        _review,
        "The day to look at them again has passed.",
        button="Record the review",
    ),
    "closure": Doing(
        "Close the pathway",
        pathways.ClosingPathway,
        pathways.close_pathway,
        closing,
        where=Where.ENDINGS,
    ),
    "handover-acceptance": Doing(
        "Accept the hand-over",
        pathways.AcceptingHandover,
        pathways.accept_handover,
        nothing,
        "From now on your organisation is responsible.",
        button="Accept the hand-over",
        where=Where.NOTICE,
    ),
    "handover-decline": Doing(
        "Decline the hand-over",
        pathways.DecliningHandover,
        pathways.decline_handover,
        _declining,
        "The organisation that offered the person still holds them.",
        button="Decline the hand-over",
        weighing=interruptions.not_taking,
        where=Where.NOTICE,
    ),
}


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """What stands out above the record: an offer, a hold, a discharge that is proposed."""
    return {
        "nobody_named": "key-worker" in row.get("actions", ()) and not row.get("key_worker"),
        "discharge": proposed(row, visit),
    }
