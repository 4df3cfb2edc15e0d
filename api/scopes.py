"""Which scope opens which address to a partner's system; what is not here is open to none.

A person's token has no scopes: what a person may do is decided by their role and organisation.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

SCOPES: Mapping[str, tuple[str, ...]] = {
    "carers.read": ("GET /v1/carers",),
    "carers.write": (
        "POST /v1/people/{person}/carers",
        "POST /v1/people/{person}/carers/{carer}/assessment",
        "POST /v1/people/{person}/carers/{carer}/assessment-completion",
        "POST /v1/people/{person}/carers/{carer}/assessment-refusal",
        "POST /v1/people/{person}/carers/{carer}/emergency-contact",
        "POST /v1/people/{person}/carers/{carer}/end",
        "POST /v1/people/{person}/carers/{carer}/may-be-told",
        "POST /v1/people/{person}/carers/{carer}/registration",
    ),
    "concerns.read": (
        "GET /v1/concerns",
        "GET /v1/people/{person}/concerns",
    ),
    "concerns.write": (
        "POST /v1/concerns/{concern}/acknowledgement",
        "POST /v1/concerns/{concern}/passing-on",
        "POST /v1/concerns/{concern}/refusal",
        "POST /v1/concerns/{concern}/resolution",
        "POST /v1/people/{person}/concerns",
        "POST /v1/people/{person}/safeguarding",
    ),
    "directory.read": (
        "GET /v1/custody",
        "GET /v1/partners",
        "GET /v1/stepped-care",
        "GET /v1/ways",
    ),
    "directory.write": (
        "POST /v1/partners/liaison",
        "POST /v1/stepped-care",
        "POST /v1/ways",
        "POST /v1/ways/choice",
    ),
    "feedback.read": ("GET /v1/feedback",),
    "feedback.write": (
        "POST /v1/feedback",
        "POST /v1/people/{person}/feedback",
    ),
    "groups.read": (
        "GET /v1/groups",
        "GET /v1/groups/{group}",
    ),
    "groups.write": (
        "POST /v1/groups",
        "POST /v1/groups/{group}/departure",
        "POST /v1/groups/{group}/ending",
        "POST /v1/groups/{group}/free-places",
        "POST /v1/groups/{group}/member",
        "POST /v1/groups/{group}/session",
        "POST /v1/groups/{group}/session-cancellation",
        "POST /v1/groups/{group}/waiting-place",
    ),
    "inbox.read": ("GET /v1/inbox",),
    "inbox.write": ("POST /v1/inbox",),
    "matches.read": ("GET /v1/matches",),
    "matches.write": (
        "POST /v1/matches/{match}/link",
        "POST /v1/matches/{match}/ruling-out",
        "POST /v1/matches/{match}/unlinking",
        "POST /v1/people/{person}/link",
    ),
    "measures.write": (
        "POST /v1/measures",
        "POST /v1/measures/{measure}/correction",
    ),
    "meetings.read": (
        "GET /v1/actions",
        "GET /v1/decisions",
        "GET /v1/learning/own",
        "GET /v1/meetings",
        "GET /v1/meetings/{meeting}",
        "GET /v1/meetings/{meeting}/cases/{person}/room",
        "GET /v1/meetings/{meeting}/suggestions",
    ),
    "meetings.write": (
        "POST /v1/actions/{action}/completion",
        "POST /v1/actions/{action}/drop",
        "POST /v1/meetings",
        "POST /v1/meetings/{meeting}/apologies",
        "POST /v1/meetings/{meeting}/cases",
        "POST /v1/meetings/{meeting}/cases/{person}/actions",
        "POST /v1/meetings/{meeting}/cases/{person}/attendance",
        "POST /v1/meetings/{meeting}/cases/{person}/decision",
        "POST /v1/meetings/{meeting}/cases/{person}/dissent",
        "POST /v1/meetings/{meeting}/circulation",
        "POST /v1/meetings/{meeting}/closure",
        "POST /v1/meetings/{meeting}/next",
        "POST /v1/people/{person}/decisions/{decision}/implementation",
        "POST /v1/people/{person}/decisions/{decision}/non-implementation",
        "POST /v1/people/{person}/decisions/{decision}/supersession",
        "POST /v1/people/{person}/discussions",
    ),
    "messages.write": ("POST /fhir/$process-message",),
    "pathways.write": (
        "POST /v1/pathways/{person}/closure",
        "POST /v1/pathways/{person}/complexity",
        "POST /v1/pathways/{person}/coordinator",
        "POST /v1/pathways/{person}/discharge",
        "POST /v1/pathways/{person}/discharge-agreement",
        "POST /v1/pathways/{person}/discharge-withdrawal",
        "POST /v1/pathways/{person}/fallback-acknowledgement",
        "POST /v1/pathways/{person}/hand-back",
        "POST /v1/pathways/{person}/handover",
        "POST /v1/pathways/{person}/handover-acceptance",
        "POST /v1/pathways/{person}/handover-decline",
        "POST /v1/pathways/{person}/handover-withdrawal",
        "POST /v1/pathways/{person}/hold",
        "POST /v1/pathways/{person}/hold-end",
        "POST /v1/pathways/{person}/key-worker",
        "POST /v1/pathways/{person}/reopening",
        "POST /v1/pathways/{person}/review",
        "POST /v1/pathways/{person}/silence-acknowledgement",
    ),
    "people.read": (
        "GET /v1/caseload",
        "POST /v1/caseload/search",
        "GET /v1/people/{person}",
        "GET /v1/people/{person}/difference",
        "GET /v1/people/{person}/history",
        "GET /v1/people/{person}/why",
    ),
    "people.write": (
        "POST /v1/people",
        "POST /v1/people/{person}/adjustments",
        "POST /v1/people/{person}/communication-needs",
        "POST /v1/people/{person}/conflict-settlement",
        "POST /v1/people/{person}/consent-withdrawal",
        "POST /v1/people/{person}/consents",
        "POST /v1/people/{person}/corrections",
        "POST /v1/people/{person}/death",
        "POST /v1/people/{person}/death-in-error",
        "POST /v1/people/{person}/disagreements",
        "POST /v1/people/{person}/disclosures",
        "POST /v1/people/{person}/moving-away",
        "POST /v1/people/{person}/need-end",
        "POST /v1/people/{person}/need-met",
        "POST /v1/people/{person}/needs-review",
        "POST /v1/people/{person}/objection-lifting",
        "POST /v1/people/{person}/objections",
        "POST /v1/people/{person}/rectifications",
        "POST /v1/people/{person}/rectifications/{rectification}/decision",
        "POST /v1/people/{person}/seals",
        "POST /v1/people/{person}/seals/{seal}/lifting",
        "POST /v1/people/{person}/use-objection-lifting",
        "POST /v1/people/{person}/use-objections",
    ),
    "plans.write": (
        "POST /v1/people/{person}/goals",
        "POST /v1/people/{person}/goals/{goal}/drop",
        "POST /v1/people/{person}/goals/{goal}/reaching",
        "POST /v1/people/{person}/plan",
        "POST /v1/people/{person}/plan/review",
    ),
    "referrals.read": (
        "GET /v1/referrals",
        "GET /v1/referrals/{referral}",
    ),
    "referrals.write": (
        "POST /v1/appointments/{appointment}/attendance",
        "POST /v1/appointments/{appointment}/correction",
        "POST /v1/appointments/{appointment}/no-time",
        "POST /v1/appointments/{appointment}/rebooking",
        "POST /v1/appointments/{appointment}/time-choice",
        "POST /v1/referrals",
        "POST /v1/referrals/advice",
        "POST /v1/referrals/completeness",
        "POST /v1/referrals/{referral}/acceptance",
        "POST /v1/referrals/{referral}/acknowledgement",
        "POST /v1/referrals/{referral}/advice",
        "POST /v1/referrals/{referral}/appointment-offer",
        "POST /v1/referrals/{referral}/appointments",
        "POST /v1/referrals/{referral}/closure",
        "POST /v1/referrals/{referral}/decline",
        "POST /v1/referrals/{referral}/first-contact",
        "POST /v1/referrals/{referral}/information",
        "POST /v1/referrals/{referral}/information-request",
        "POST /v1/referrals/{referral}/nullification",
        "POST /v1/referrals/{referral}/pause",
        "POST /v1/referrals/{referral}/redirection",
        "POST /v1/referrals/{referral}/reinstatement",
        "POST /v1/referrals/{referral}/resumption",
        "POST /v1/referrals/{referral}/silence-acknowledgement",
        "POST /v1/referrals/{referral}/withdrawal",
        "POST /v1/referrals/{referral}/work",
        "POST /v1/work/{work}/done",
    ),
    "services.read": (
        "GET /v1/learning",
        "GET /v1/services",
        "GET /v1/services/{service}",
        "GET /v1/statistics",
        "GET /v1/unmet-need",
    ),
    "services.write": (
        "POST /v1/services",
        "POST /v1/services/{service}/capacity",
        "POST /v1/services/{service}/closure",
        "POST /v1/services/{service}/description",
        "POST /v1/services/{service}/pause",
        "POST /v1/services/{service}/reopening",
        "POST /v1/unmet-need",
    ),
    "share.read": (
        "GET /v1/share",
        "GET /v1/share/digests",
        "GET /v1/share/digests/{day}",
        "GET /v1/share/live",
        "GET /v1/withdrawals",
    ),
    "share.write": (
        "POST /v1/share/read",
        "POST /v1/withdrawals/acknowledgement",
    ),
    "shared-care.write": (
        "POST /v1/people/{person}/shared-care",
        "POST /v1/people/{person}/shared-care/end",
        "POST /v1/people/{person}/shared-care/joint-review",
        "POST /v1/people/{person}/shared-care/missed-doses",
        "POST /v1/people/{person}/shared-care/pharmacy",
        "POST /v1/people/{person}/shared-care/resumption",
        "POST /v1/people/{person}/shared-care/supervision",
        "POST /v1/people/{person}/shared-care/supervision-end",
    ),
    "streams.read": (
        "GET /v1/streams",
        "GET /v1/streams/endpoints/{endpoint}",
        "GET /v1/streams/endpoints/{endpoint}/attempts",
        "GET /v1/streams/endpoints/{endpoint}/messages",
        "GET /v1/partners/{partner}/webhook-hosts",
    ),
    "streams.write": (
        "POST /v1/streams/endpoints",
        "POST /v1/streams/endpoints/{endpoint}/ending",
        "POST /v1/streams/endpoints/{endpoint}/pause",
        "POST /v1/streams/endpoints/{endpoint}/redrive",
        "POST /v1/streams/endpoints/{endpoint}/replay",
        "POST /v1/streams/endpoints/{endpoint}/resumption",
        "POST /v1/streams/endpoints/{endpoint}/secret",
        "POST /v1/streams/endpoints/{endpoint}/test",
    ),
    "training.read": (
        "GET /v1/training",
        "GET /v1/training/owing",
    ),
    "training.write": (
        "POST /v1/training",
        "POST /v1/training/{training}/attendance",
    ),
}
"""For each scope, the method and address of each route it opens, as the route table has them."""

MEANING: Mapping[str, str] = {
    "carers.read": "see the carers' register",
    "carers.write": "record carers, their assessments and what they may be told",
    "concerns.read": "see concerns for somebody's safety",
    "concerns.write": "raise concerns and see to them",
    "directory.read": "see organisations, ways of working and counts of who is held",
    "directory.write": "say how the place works, as far as the organisation may",
    "feedback.read": "see what people say of the organisation's services",
    "feedback.write": "give people's answers on",
    "groups.read": "see groups and their registers",
    "groups.write": "run groups",
    "inbox.read": "see what became of the messages it sent",
    "inbox.write": "answer referrals and withdrawals by messages",
    "matches.read": "see records that may be one person's",
    "matches.write": "link records, and take links apart",
    "measures.write": "send scores",
    "meetings.read": "see meetings, decisions and actions",
    "meetings.write": "run meetings, record decisions and actions",
    "messages.write": "send FHIR messages",
    "pathways.write": "hand over, hold, discharge",
    "people.read": "see the caseload, records and histories",
    "people.write": "register people, put right and add to their details",
    "plans.write": "set goals and agree plans",
    "referrals.read": "see referrals",
    "referrals.write": "make and answer referrals, book and note appointments",
    "services.read": "see what is offered and where there is room",
    "services.write": "say what is offered and where there is room",
    "share.read": "follow what the organisation is told, entry by entry",
    "share.write": "say what was read, and that what was withdrawn is removed",
    "shared-care.write": "share the care of people on methadone",
    "streams.read": "see where the organisation is told of news, and what came of each try",
    "streams.write": "add endpoints, change secrets, pause, resume, try and send again",
    "training.read": "see training",
    "training.write": "record training",
}
"""Each scope in plain words, as an administrator chooses it."""

_OPENS: Mapping[str, str] = {route: scope for scope, routes in SCOPES.items() for route in routes}


def needed(method: str, path: str) -> str | None:
    """The scope that opens a route to a system; ``None``: none does."""
    return _OPENS.get(f"{'GET' if method == 'HEAD' else method} {path}")


def page() -> str:
    """All of it as a page of the documentation."""
    rows = [
        f"| `{scope}` | {MEANING[scope]} | {', '.join(f'`{route}`' for route in routes)} |"
        for scope, routes in SCOPES.items()
    ]
    return "\n".join(
        [
            "# Scopes",
            "",
            "What a partner's system may be let do, and which addresses that opens. An address "
            "that is not here is open to no system. Written by `python -m api.scopes`; "
            "[partner systems](partner-systems.md) says how one gets them.",
            "",
            "| scope | lets a system | addresses |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(page())
