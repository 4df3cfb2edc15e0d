"""What a partner's views must hold, worked out slowly and anew from all it was told.

It folds nothing: for each field it looks for the last thing said about it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from domain import edits
from projections.entries import Entry
from tests.projections import caring

STATES = {
    "AdviceAsked": "advice asked",
    "AdviceGiven": "advice given",
    "ReferralMade": "waiting",
    "InformationAsked": "information asked",
    "InformationGiven": "waiting",
    "ReferralAccepted": "accepted",
    "ReferralDeclined": "declined",
    "ReferralRedirected": "waiting",
    "ReferralWithdrawn": "withdrawn",
    "ReferralExpired": "expired",
    "ReferralClosed": "closed",
    "OutcomeAcknowledged": "acknowledged",
}
ANSWERED = STATES.keys() - {"ReferralClosed", "OutcomeAcknowledged"}
OVER = {"declined", "withdrawn", "expired", "closed", "acknowledged"}
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
)
WHO = ("by_organisation", "by_practitioner")
ASKED = (
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
DECIDED = (
    "decision",
    "outcome",
    "service",
    "receiver",
    "options",
    "rationale",
    "persons_view",
    "view_obtained",
    "dissent",
    "informs",
    "quorum_rule",
    "quorum_met",
    "review_on",
)

ENDS = {
    "DecisionImplemented": "implemented",
    "DecisionNotImplemented": "not implemented",
    "DecisionSuperseded": "superseded",
}
AGREED = ("what", "owner", "practitioner", "due_on", "priority", "meeting", "plan")
WORRIED = ("source", "raised_by", "because", "words", "measure", "sealed_from")
SAFEGUARDED = (
    *("of", "basis", "body", "outside_body", "content", "shared", "told", "not_told"),
    *("concern", "alleged", *WHO),
)
DISCLOSED = ("to_whom", "ground", "basis", "content", "order", "on", "person_told", "why_not")
DISCUSSED = ("asked_by", "advised_by", "question", "advice", "medium", "family", "kind")
WORKED = ("referral", "provider", "kind", "what", "outcome", "admission_avoided", "note")

Row = dict[str, Any]


def caseload(entries: Sequence[Entry]) -> dict[str, Row]:
    """The partner's rows by the person's id, without what is empty."""
    subjects = {str(e.subject) for e in entries if e.subject}
    return {s: _record([e for e in entries if str(e.subject) == s]) for s in subjects}


def referrals(entries: Sequence[Entry]) -> dict[str, Row]:
    """The partner's referrals by id, without what is empty."""
    found = {}
    for stream in {e.data["stream"] for e in entries if e.type.startswith("referral.")}:
        said = [e for e in entries if e.data.get("stream") == stream]
        person = said[0].subject
        ends = [e.number for e in entries if e.type == "share.Withdrawn.v1" and e.subject == person]
        row = {"id": stream, "person": str(person)} | _referral(said, said[0].partner)
        if ends and ends[-1] > said[-1].number:
            kept = {"person", "id", "part", "state", "made_at", "service", "decline_reason"}
            kept |= {"sender"} if row.get("decline_reason") == "incomplete" else set()
            row = {name: row[name] for name in kept if name in row}
        found[stream] = row
    return found


def meetings(entries: Sequence[Entry]) -> dict[str, Row]:
    """The partner's meetings by id, of those it was told when they are."""
    found = {}
    for each in entries:
        if each.type == "meeting.MeetingScheduled.v1":
            named = ("kind", "name", "starts_at", "chair", "invited")
            also = ("series", "slot")
            stream = each.data["stream"]
            said = [e for e in entries if stream in (e.data.get("stream"), e.data.get("meeting"))]
            rounds = [i for i, e in enumerate(said) if _fact(e) == "ListCirculated"]
            absences = [e.data["absent"] for e in said if _fact(e) == "ApologiesRecorded"]
            pens = [
                {
                    "practitioner": e.data["practitioner"],
                    "since": e.effective_at.isoformat(),
                    "seen": max(
                        at.effective_at.isoformat()
                        for at in [e, *said[i:]]
                        if at is e
                        or (
                            at.type.startswith("meeting.")
                            and at.data.get("by_practitioner") == e.data["practitioner"]
                        )
                    ),
                }
                for i, e in enumerate(said)
                if _fact(e) == "PenTaken"
            ]
            runs = max((i for i, e in enumerate(said) if _fact(e) == "PenTaken"), default=0)
            items = [
                {"item": e.data["item"], "at": e.effective_at.isoformat()}
                for e in said
                if _fact(e) == "ItemCalled"
            ]
            heard = _until_withdrawn([e for e in entries if e in said or _withdrawn(e)])
            found[stream] = {name: each.data[name] for name in named} | {
                **{name: each.data[name] for name in also if name in each.data},
                "convener": each.data["by_organisation"],
                "circulated_at": said[rounds[-1]].effective_at.isoformat() if rounds else None,
                "absent": absences[-1] if absences else None,
                "id": stream,
                "pen": pens[-1] if pens else None,
                "asking": [e.data["practitioner"] for e in said[runs:] if _fact(e) == "PenAsked"],
                "called": items[-1] if items else None,
                "closed": any(_fact(e) == "MeetingClosed" for e in said),
                "cases": {
                    subject: _case([e for e in heard if str(e.subject) == subject])
                    | {"agreed": _agreed([e for e in heard if str(e.subject) == subject])}
                    for subject in {str(e.subject) for e in heard if e.subject}
                },
            }
    return found


def groups(entries: Sequence[Entry]) -> dict[str, Row]:
    """The places in the partner's own groups, of those whose persons it still knows."""
    held = [e for e in _until_withdrawn(list(entries)) if e.data.get("provider") == str(e.partner)]
    of = {e.data["stream"]: e.data["group"] for e in held if "group" in e.data}
    found: dict[str, Row] = {}
    for subject in {str(e.subject) for e in held if e.subject}:
        mine = [e for e in held if str(e.subject) == subject]
        places = _groups(mine)
        for stream, programme in of.items():
            said = [e for e in mine if _of(e, "contact", stream)]
            if said:
                sessions = places.setdefault(programme, {}).setdefault("sessions", {})
                sessions[stream] = _contact(said)
        for programme, place in places.items():
            found[f"{programme} {subject}"] = place | {"group": programme, "person": subject}
    return found


def agreed(entries: Sequence[Entry]) -> dict[str, Row]:
    """The partner's actions and decisions by id, of those whose persons it still knows."""
    held = _until_withdrawn(list(entries))
    who = {e.data["stream"]: str(e.subject) for e in held if e.type.startswith("action.")}
    found = {
        key: row | {"id": key, "person": who[key], "kind": "action"}
        for key, row in _agreed(held).items()
    }
    for key in {e.data["stream"] for e in held if e.type.startswith("registered_carer.")}:
        said = [e for e in held if _of(e, "registered_carer", key)]
        about = {"id": key, "person": str(said[0].subject), "kind": "carer"}
        found[key] = caring.entry(said) | about
    for e in held:
        if e.type.startswith("implementation."):
            key, d = e.data["decision"], e.data
            said = [o for o in held if o.data.get("decision") == key and _became(o, d["meeting"])]
            became = _case(said)["implementation"]
            found[key] = became | {
                "id": key,
                "person": str(e.subject),
                "kind": "decision",
                "meeting": d["meeting"],
                "outcome": d["outcome"],
            }
    return found


def bare(value: Any) -> Any:
    """A row without what is empty, so that absent and empty are the same."""
    if isinstance(value, dict):
        return {k: bare(v) for k, v in value.items() if v not in (None, {}, [])}
    return value


def _record(told: list[Entry]) -> Row:
    me = str(told[0].partner)
    last = told[-1]
    if _withdrawn(last):
        held: list[Entry] = []
    else:
        ends = [i for i, e in enumerate(told) if _withdrawn(e)]
        held = told[ends[-1] + 1 :] if ends else told
    streams = {e.data["stream"] for e in held if e.type.startswith("referral.")}
    asked = {
        s: _referral([e for e in held if _of(e, "referral", s)], last.partner) for s in streams
    }
    row: Row = {
        "person": str(last.subject),
        "partner": me,
        "withdrawn": _withdrawn(last),
        "ended": last.type == "share.InvolvementEnded.v1",
        "number": last.number,
        "position": last.position,
        "open": _open(held),
        "step": _said(held, {"PathwayOpened": "step", "PathwayReopened": "step"} | _STEPPED),
        "at_step_since": _at(_last(held, {*_OPENING, *_STEPPED})),
        "complexity": _complexity(held),
        "complexity_history": _coded(held),
        "work": _work(held),
        "responsible": _responsible(held),
        "key_worker": _key_worker(held),
        "coordinator": _coordinator(held),
        "came_from": _came_from(held),
        "offer": _offer(held),
        "hold": _hold(held),
        "discharge": _discharge(held),
        "fell_back_at": _fell_back(held),
        "last_responsible": _said(held, {"PathwayClosed": "responsible"}),
        "reviews": _reviews(held),
        "died": _died(held),
        "not_dead_at": _at(_last(held, {"DeathRecordedInError"})),
        "moved_away": _moved(held),
        "referrals": asked,
        "measures": _measures(held),
        "scores": _scores(held),
        "latest_measure": _latest_measure(held),
        "contacts": {
            s: _contact([e for e in held if _of(e, "contact", s)])
            for s in {e.data["stream"] for e in held if e.type.startswith("contact.")}
        },
        "groups": _groups(held),
        "meetings": {
            s: _case([e for e in held if _of(e, "meeting", s) or _became(e, s)])
            for s in {
                e.data["meeting" if e.type.startswith("implementation.") else "stream"]
                for e in held
                if e.type.startswith(("meeting.", "implementation."))
            }
        },
        "agreed": _agreed(held),
        "plans": {
            s: _plan([e for e in held if _of(e, "plan", s)])
            for s in {e.data["stream"] for e in held if e.type.startswith("plan.")}
        },
        "discussions": {
            e.data["stream"]: {name: e.data.get(name) for name in DISCUSSED}
            | {"at": e.effective_at.isoformat()}
            for e in held
            if _fact(e) == "CaseDiscussed"
        },
        "carers": {
            s: caring.carer([e for e in held if _of(e, "carer", s)])
            for s in {e.data["stream"] for e in held if e.type.startswith("carer.")}
        },
        "carers_register": {
            s: caring.entry([e for e in held if _of(e, "registered_carer", s)])
            for s in {e.data["stream"] for e in held if e.type.startswith("registered_carer.")}
        },
        "shared_care": caring.shared([e for e in held if e.type.startswith("shared_care.")]),
        "needs_met": caring.met(held),
        "needs_reviewed_at": max(
            (e.effective_at.isoformat() for e in held if _fact(e) == "NeedsReviewed"), default=None
        ),
        "concerns": {
            s: _concern([e for e in held if _of(e, "concern", s)])
            for s in {e.data["stream"] for e in held if e.type.startswith("concern.")}
        },
        "safeguarding": {
            e.data["stream"]: {name: e.data[name] for name in SAFEGUARDED if name in e.data}
            | {"at": e.effective_at.isoformat()}
            for e in held
            if _fact(e) == "SafeguardingReferred"
        },
        "latest": _latest(held),
        "registered": _registered(held),
        "disagreements": _disagreements(held),
        "wishes": {
            "objects_to": _stood(held, "to", {"ObjectionRaised"}, {"ObjectionLifted"}),
            "refused_uses": _stood(held, "use", {"UseObjectedTo"}, {"UseObjectionLifted"}),
            "agreed_to_being_told": _stood(
                held, "to", {"ConsentGiven"}, {"ConsentWithdrawn", "ObjectionRaised"}
            ),
        },
        "sealed": {
            e.data["seal"]: {"at": e.effective_at.isoformat()}
            | {name: e.data[name] for name in ("item",) if name in e.data}
            for e in held
            if _fact(e) == "ItemSealed"
            and e.data["seal"] in _stood(held, "seal", {"ItemSealed"}, {"ItemUnsealed"})
        },
        "disclosures": [
            {name: e.data[name] for name in DISCLOSED if name in e.data}
            | {"recorded_at": e.effective_at.isoformat()}
            for e in held
            if _fact(e) == "DisclosedWithoutConsent"
        ],
    }
    for name in ("deprivation_decile", "practice"):
        values = [e.data.get(name) for e in held if _fact(e) == "PersonRegistered"]
        row[name] = values[-1] if values else None
    standing = {name: _standing(_edits(name, held)) for name in DETAILS}
    row |= {name: each[-1]["value"] if each else None for name, each in standing.items()}
    since = held[_end_of_holding(held) :]
    standing["key_worker"] = _standing(_edits("key_worker", since))
    of_needs = {need: _standing(caring.edits_of(need, held)) for need in caring.NEEDS}
    standing |= {need: each for need, each in of_needs.items() if each}
    row["access"] = caring.access(of_needs, held)
    of_one = {name: each for name, each in standing.items() if _more_than_registered(each)}
    row["edits"] = {name: [_bare_edit(e) for e in each] for name, each in of_one.items()}
    row["conflicts"] = {
        name: row["edits"][name]
        for name, each in of_one.items()
        if len({edit["value"] for edit in each}) > 1
    }
    row["status"] = _status(row, me)
    waits = [
        r["made_at"]
        for r in asked.values()
        if r["state"] not in {*OVER, "advice asked", "advice given"}
        and "first_contact_at" not in r
        and "nullified" not in r
        and (r.get("receiver") == me or r["part"] == "sent")
    ]
    row["waiting_since"] = min(waits) if waits else None
    row["missed"] = _missed(row["contacts"])
    return bare(row)  # type: ignore[no-any-return]


def _stood(held: list[Entry], about: str, said: set[str], unsaid: set[str]) -> dict[str, str]:
    """When each was said of which the last word said it and did not take it back."""
    last = {e.data[about]: e for e in held if _fact(e) in said | unsaid}
    return {key: e.effective_at.isoformat() for key, e in last.items() if _fact(e) in said}


def _status(row: Row, me: str) -> str:
    mine = row["referrals"].values()
    received = [r for r in mine if r.get("receiver") == me and r["state"] not in OVER]
    sent = [r for r in mine if r["part"] == "sent" and r["state"] not in OVER]
    offer = row["offer"]
    to_me = offer and offer["receiver"] == me and offer["handover"] not in row["referrals"]
    rules: list[tuple[str, Callable[[], bool]]] = [
        ("past", lambda: row["withdrawn"]),
        ("concern to look at", lambda: any(_to_look(w, row, me) for w in row["concerns"].values())),
        (
            "concern open",
            lambda: any(
                w["state"] == "looked at" and w["acts"] == me and "look_by" in w
                for w in row["concerns"].values()
            ),
        ),
        ("died", lambda: row["died"] is not None),
        ("past", lambda: row["ended"]),
        ("fallen back", lambda: row["open"] and row["fell_back_at"] and row["responsible"] == me),
        ("hand-over to accept", lambda: bool(to_me)),
        ("referral to answer", lambda: any(r["state"] == "waiting" for r in received)),
        ("advice to give", lambda: any(r["state"] == "advice asked" for r in received)),
        ("advice to read", lambda: any(r["state"] == "advice given" for r in sent)),
        (
            "information asked",
            lambda: any(r["state"] == "information asked" for r in (*sent, *received)),
        ),
        (
            "review overdue",
            lambda: bool(row["open"] and row["responsible"] == me and row["reviews"]),
        ),
        ("review overdue", lambda: caring.overdue(row["shared_care"], me)),
        ("hand-over offered", lambda: bool(offer and offer["sender"] == me)),
        ("in treatment", lambda: any("first_contact_at" in r for r in received)),
        ("waiting", lambda: any(r["state"] == "accepted" for r in received)),
        ("sent", lambda: bool(sent)),
        (
            "action to do",
            lambda: any(a["owner"] == me and a["state"] == "to do" for a in row["agreed"].values()),
        ),
        ("action to do", lambda: caring.to_do(row, me)),
        ("on hold", lambda: row["open"] and row["responsible"] == me and bool(row["hold"])),
        ("held", lambda: row["open"] and row["responsible"] == me),
        ("involved", lambda: row["open"] or row["shared_care"].get("state") == "shared"),
    ]
    return next((status for status, holds in rules if holds()), "past")


def _to_look(worry: Row, row: Row, me: str) -> bool:
    """Whether somebody of this partner's is to look, or nobody's has and it may know."""
    if "look_by" not in worry or worry["state"] == "resolved":
        return False
    waits, offer = worry["state"] == "to look at", worry["offer"] or {}
    asked = {told["to"] for told in worry["escalations"]} | {offer.get("to")}
    return (waits and (worry["acts"] == me or not (row["died"] or row["ended"]))) or me in asked


def _concern(told: list[Entry]) -> Row:
    """By what was said last of each thing; who raised it and knows no more has only its state."""
    first = _last(told, {"SafetyConcernRaised"})
    looks, over = _last(told, {"ConcernAcknowledged"}), _last(told, {"ConcernResolved"})
    stands = _last(told, {"SafetyConcernRaised", "ConcernAcknowledged", "ConcernFellBack"})
    fell = _last(told, {"ConcernFellBack"})
    state = "looked at" if stands and stands is looks else "to look at"
    row: Row = {"state": "resolved" if over else state, "acts": told[-1].data.get("acts")}
    if first:
        row |= {name: first.data[name] for name in (*WORRIED, "look_by") if name in first.data}
        row |= {"raised_at": _at(first)}
        row["raised_by_practitioner"] = first.data.get("by_practitioner")
    if looks:
        row |= {"looked_at": _at(looks), "first_did": looks.data.get("first_did")}
        row["looked_by"] = looks.data.get("by_practitioner")
    if fell:
        row |= {"look_by": fell.data["look_by"], "fell_back_at": _at(fell)}
    if over:
        row |= {"resolved_at": _at(over), "outcome": over.data["outcome"]}
        row["outcome_words"] = over.data.get("words")
    answers = {"ConcernAcknowledged", "ConcernNotTaken", "ConcernFellBack", "ConcernResolved"}
    passed = _last(told, {"ConcernPassedOn", *answers})
    row["offer"] = None
    if passed and _fact(passed) == "ConcernPassedOn":
        row["offer"] = {name: passed.data.get(name) for name in ("to", "words", "look_by")}
        row["offer"]["at"] = _at(passed)
    declined = _last(told, {"ConcernPassedOn", "ConcernNotTaken"})
    if declined and _fact(declined) == "ConcernNotTaken":
        row["not_taken"] = {"by": declined.data.get("to"), "words": declined.data.get("words")}
        row["not_taken"]["at"] = _at(declined)
    row["escalations"] = [
        {"rung": e.data["rung"], "to": e.data.get("to"), "at": _at(e)}
        for number, e in enumerate(told)
        if _fact(e) == "ConcernEscalated" and not _waits_anew(told, number)
    ]
    return row


def _waits_anew(told: list[Entry], number: int) -> bool:
    """Whether the wait in which this was told is over: somebody looked, or another one began."""
    looked = [_fact(e) for e in told[:number] if _fact(e) in ("ConcernAcknowledged", *FELL)]
    begins = {"ConcernAcknowledged", *FELL}
    if looked and looked[-1] == "ConcernAcknowledged":
        begins |= {"ConcernPassedOn", "ConcernNotTaken"}
    return any(_fact(e) in begins for e in told[number + 1 :])


FELL = ("ConcernFellBack",)


def _referral(said: list[Entry], partner: object) -> Row:
    row: Row = {"state": "waiting", "part": "", "made_at": said[0].effective_at.isoformat()}
    for e in said:
        at, d = e.effective_at.isoformat(), e.data
        row["state"] = STATES.get(_fact(e), row["state"])
        match _fact(e):
            case "ReferralMade":
                row |= {name: d[name] for name in ASKED if name in d} | {"made_at": at}
            case "AdviceAsked":
                row |= {name: d[name] for name in ASKED if name in d} | {"made_at": at}
                row |= {"source": "professional", "advice_question": d.get("question")}
            case "AdviceGiven":
                row |= {"answered_at": at, "recommendation": d.get("recommendation")}
                row |= {"instead": d.get("instead"), "advice": d.get("advice")}
            case "ReferredOnward":
                row["onward"] = [*row.get("onward", []), d["onward"]]
            case "InformationAsked":
                row["question"] = d.get("question")
            case "InformationGiven":
                row["answer"] = d.get("answer")
            case "ReferralAccepted" | "ReferralExpired":
                row["answered_at"] = at
            case "ReferralWithdrawn":
                row |= {"answered_at": at, "note": d.get("note")}
                row |= {"end_reason": d["reason"]} if d.get("reason") else {}
            case "ReferralDeclined":
                row |= {"answered_at": at, "decline_reason": d["reason"], "note": d.get("note")}
                row["instead"] = d.get("instead")
            case "ReferralRedirected":
                row |= {"redirected_at": at, "note": d.get("note")}
                row |= {"service": d["service"], "receiver": d["receiver"]}
                if row["part"] != "sent":
                    row["part"] = "received" if d["receiver"] == str(partner) else ""
            case "FirstContactMade" | "FirstContactCorrected":
                row["first_contact_at"] = _first_contact(said[: said.index(e) + 1])
            case "ReferralClosed":
                row |= {"ended_at": at, "end_reason": d.get("reason"), "summary": d.get("summary")}
                row["elsewhere"] = d.get("elsewhere")
    row["silence"] = _silence(said, ANSWERED, "SilenceEscalated", "SilenceAcknowledged")
    return {name: value for name, value in row.items() if value is not None}


def _silence(said: list[Entry], ended: set[str], escalated: str, acknowledged: str) -> Row | None:
    """What was said of the silence since it last began."""
    ends = [number for number, e in enumerate(said) if _fact(e) in ended]
    since = said[ends[-1] :] if ends else said
    told = [e for e in since if _fact(e) == escalated]
    seen = [e for e in since if _fact(e) == acknowledged]
    if not told + seen:
        return None
    row: Row = {"rungs": [e.data["rung"] for e in told]}
    row |= {"escalated_at": told[-1].effective_at.isoformat()} if told else {}
    return row | ({"acknowledged_at": seen[-1].effective_at.isoformat()} if seen else {})


def _case(said: list[Entry]) -> Row:
    row: Row = {}
    for e in said:
        at, d = e.effective_at.isoformat(), e.data
        match _fact(e):
            case "CaseListed":
                row |= {"question": d.get("question"), "present": d.get("present")}
                row |= {"listed_only": d.get("listed_only", False), "listed_at": at}
                row |= {"late": d.get("late", False), "urgent": d.get("urgent")}
                row["carried_over_from"] = d.get("carried_over_from")
            case "AttendanceRecorded":
                row["attendees"] = d["attendees"]
            case "CaseCalled":
                row |= {"item": d["item"], "called_at": at}
            case "CaseNotReached":
                row["not_reached_at"] = at
            case "CaseNoted":
                row["noted_at"] = at
            case "DissentRecorded":
                against = {"practitioner": d["practitioner"], "reason": d["reason"], "at": at}
                row["dissent_since"] = [*row.get("dissent_since", []), against]
            case "ImplementationAwaited":
                row["implementation"] = {"state": "awaited", "owner": d["owner"], "since": at}
            case "DecisionImplemented" | "DecisionNotImplemented" | "DecisionSuperseded" as end:
                before = row.get("implementation", {})
                row["implementation"] = before | {"state": ENDS[end], "ended_at": at}
                row["implementation"] |= {k: d[k] for k in ("reason", "note", "by") if k in d}
            case "MdtDecisionRecorded":
                row |= {name: d[name] for name in DECIDED if name in d} | {"decided_at": at}
    return row


def _became(entry: Entry, meeting: str) -> bool:
    return entry.type.startswith("implementation.") and entry.data["meeting"] == meeting


def _agreed(held: list[Entry]) -> Row:
    """Every action the partner was told of, by id."""
    found: dict[str, Row] = {}
    for e in held:
        if e.type.startswith("action."):
            row, at, d = found.setdefault(e.data["stream"], {}), e.effective_at.isoformat(), e.data
            match _fact(e):
                case "ActionAgreed":
                    row |= {name: d[name] for name in AGREED if name in d}
                    row |= {"state": "to do", "agreed_at": at}
                    row["agreed_by"] = d.get("by_organisation")
                case "ActionDone":
                    row |= {"state": "done", "ended_at": at, "note": d.get("note")}
                case _:
                    row |= {"state": "dropped", "ended_at": at, "reason": d.get("reason")}
    return found


def _first_contact(said: list[Entry]) -> str | None:
    """The earliest since the last time it was put right."""
    told = [e for e in said if _fact(e) in ("FirstContactMade", "FirstContactCorrected")]
    put_right = [i for i, e in enumerate(told) if _fact(e) == "FirstContactCorrected"]
    after = told[put_right[-1] + 1 :] if put_right else told
    moments = [e.effective_at for e in after]
    if put_right and (first := told[put_right[-1]].data.get("first_at")):
        moments.append(_moment(first))
    return min(moments).isoformat() if moments else None


def _contact(said: list[Entry]) -> Row:
    row: Row = {}
    for e in said:
        d = e.data
        match _fact(e):
            case "AppointmentOffered":
                row |= {name: d[name] for name in BOOKED if name in d} | {"offered": d["times"]}
                row.pop("no_time", None)
            case "NoTimeChosen":
                row["no_time"] = {"at": e.effective_at.isoformat(), "reason": d.get("reason")}
                row.pop("offered", None)
            case "AppointmentBooked":
                row |= {name: d[name] for name in BOOKED if name in d}
                row.pop("offered", None)
            case fact:
                if fact == "OutcomeCorrected" and "outcome" in row:
                    row["corrected_from"] = row["outcome"]
                row |= {"outcome": d["attendance"], "outcome_at": e.effective_at.isoformat()}
                row |= {name: d[name] for name in (*BOOKED, "reason", "seen_by") if name in d}
                row |= {"moved_to": d["moved_to"]} if "moved_to" in d else {}
    return row


BOOKED = (
    *("referral", "provider", "starts_at", "medium", "activity", "content"),
    *("place", "minutes", "practitioner", "instead_of", "group"),
)


def _missed(contacts: Row) -> Row:
    """By referral, how many were missed since the person was last seen; it counts from the end."""
    counted: Row = {}
    of = [c for c in contacts.values() if "outcome" in c]
    for referral in {c["referral"] for c in of}:
        told = [c for c in of if c["referral"] == referral]
        told.sort(key=lambda c: _moment(c.get("starts_at", c["outcome_at"])), reverse=True)
        for each in told:
            if each["outcome"] in ("attended on time", "late but seen"):
                break
            if each["outcome"] in ("did not attend", "late, could not be seen"):
                counted[referral] = counted.get(referral, 0) + 1
    return counted


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _groups(held: list[Entry]) -> Row:
    """Where the person stands with each group the partner was told of, by the last word of it."""
    found: dict[str, Row] = {}
    for e in held:
        if e.type.startswith("group."):
            place, at = found.setdefault(e.data["stream"], {}), e.effective_at.isoformat()
            place |= {"referral": e.data["referral"], "provider": e.data["provider"]}
            if _fact(e) == "GroupLeft":
                place |= {"state": "left", "left_at": at, "reason": e.data.get("reason")}
            else:
                state = "member" if _fact(e) == "GroupJoined" else "waiting"
                place |= {"state": state, "since": at}
                place.pop("left_at", None)
                place.pop("reason", None)
    return found


def _latest_measure(held: list[Entry]) -> Row | None:
    scored = [e for e in held if _fact(e) == "MeasureCompleted"]
    if not scored:
        return None
    last = sorted(scored, key=lambda e: e.effective_at)[-1]
    told = {"instrument": last.data["instrument"], "total": _as_put_right(held, last).data["total"]}
    return told | {"id": last.data["stream"], "at": _at(last)}


def _measures(held: list[Entry]) -> Row:
    scores: dict[str, list[list[Any]]] = {}
    for e in held:
        if _fact(e) == "MeasureCompleted":
            of = scores.setdefault(e.data["instrument"], [])
            of.append([e.effective_at.isoformat(), _as_put_right(held, e).data["total"]])
    return {instrument: sorted(of) for instrument, of in scores.items()}


def _as_put_right(held: list[Entry], completed: Entry) -> Entry:
    """The score as it was last put right."""
    return [e for e in held if _of(e, "measure", completed.data["stream"])][-1]


def _scores(held: list[Entry]) -> Row:
    rows: Row = {}
    for e in held:
        if _fact(e) != "MeasureCompleted":
            continue
        last = _as_put_right(held, e)
        named = ("instrument", "provider", "referral", "total", "items", "goals")
        row = {name: last.data.get(name) for name in named} | {"at": _at(e)}
        if last.data["instrument"] == "PHQ-9":
            ninth = (last.data.get("items") or [None])[-1]
            row["item_9"] = "not known" if ninth is None else "above 0" if ninth else "0"
        if last is not e:
            row |= {"corrected_at": _at(last), "was": last.data["was"]}
            row["reason"] = last.data.get("reason")
        rows[e.data["stream"]] = row
    return rows


_STEPPED = {"SteppedUp": "to_step", "SteppedDown": "to_step"}
_OPENING = {"PathwayOpened", "PathwayReopened"}
_HOLDING = {*_OPENING, "HandoverAccepted", "ResponsibilityFellBack", "PathwayClosed"}
_LETTING_GO = {"HandoverAccepted", "ResponsibilityFellBack", "PathwayClosed"}
_ANSWERS = {"HandoverAccepted", "HandoverDeclined", "HandoverLapsed"}


def _said(held: list[Entry], where: dict[str, str]) -> Any:
    values = [e.data.get(where[_fact(e)]) for e in held if _fact(e) in where]
    return values[-1] if values else None


def _last(held: list[Entry], facts: Iterable[str]) -> Entry | None:
    return next((e for e in reversed(held) if _fact(e) in facts), None)


def _open(held: list[Entry]) -> bool:
    last = _last(held, _HOLDING)
    return last is not None and _fact(last) != "PathwayClosed"


def _responsible(held: list[Entry]) -> Any:
    last = _last(held, _HOLDING)
    if last is None or _fact(last) == "PathwayClosed":
        return None
    return last.data.get("receiver" if _fact(last) == "HandoverAccepted" else "responsible")


def _key_worker(held: list[Entry]) -> Any:
    standing = _standing(_edits("key_worker", held[_end_of_holding(held) :]))
    return standing[-1]["value"] if standing else None


def _coordinator(held: list[Entry]) -> Any:
    last = _last(held, {"CoordinatorNamed", *_LETTING_GO})
    return last.data["coordinator"] if last and _fact(last) == "CoordinatorNamed" else None


def _came_from(held: list[Entry]) -> list[Any]:
    """Who handed the person over since somebody last held them anew, without who took them back."""
    stack: list[Any] = []
    offered: Entry | None = None
    for e in held:
        if _fact(e) in {*_OPENING, "ResponsibilityFellBack", "PathwayClosed"}:
            stack, offered = [], None
        elif _fact(e) == "HandoverOffered":
            offered = e
        elif _fact(e) == "HandoverAccepted":
            back = offered is not None and offered.data.get("hand_back")
            stack = stack[:-1] if back else [*stack, e.data.get("sender")]
            offered = None
        elif _fact(e) in _ANSWERS:
            offered = None
    return stack


def _hold(held: list[Entry]) -> Row | None:
    ends = {"HoldEnded", "DischargeProposed", *_STEPPED, *_LETTING_GO}
    last = _last(held, {"PutOnHold", *ends})
    if last is None or _fact(last) != "PutOnHold":
        return None
    said = {name: last.data.get(name) for name in ("reason", "review_on")}
    return bare(said | {"at": _at(last)})  # type: ignore[no-any-return]


def _discharge(held: list[Entry]) -> Row | None:
    ends = {"DischargeWithdrawn", "PutOnHold", "HandoverOffered", *_STEPPED, *_LETTING_GO}
    last = _last(held, {"DischargeProposed", *ends})
    if last is None or _fact(last) != "DischargeProposed":
        return None
    agreed = {}
    for e in held[held.index(last) :]:
        if _fact(e) == "DischargeAgreed":
            agreed[e.data["agreement"]] = e.data.get("by_practitioner")
        elif _fact(e) == "KeyWorkerNamed":
            agreed.pop("link worker", None)
        elif _fact(e) == "CoordinatorNamed":
            agreed.pop("clinical co-ordinator", None)
    said = {name: last.data.get(name) for name in ("reason", "plan", "decision")}
    return bare(said | {"at": _at(last), "agreed": agreed})  # type: ignore[no-any-return]


def _coded(held: list[Entry]) -> list[Row]:
    """Every colour the case was given, the one that was true last the last."""
    said = [
        {
            "complexity": e.data["complexity"],
            "why": e.data.get("why"),
            "way": e.data["way"],
            "at": _at(e),
            "by": e.data.get("by_practitioner"),
        }
        for e in held
        if _fact(e) == "ComplexityCoded"
    ]
    return sorted(said, key=lambda each: str(each["at"]))


def _complexity(held: list[Entry]) -> Row | None:
    ends = [number for number, e in enumerate(held) if _fact(e) == "PathwayClosed"]
    since = held[ends[-1] :] if ends else held
    coded = [e for e in since if _fact(e) == "ComplexityCoded"]
    return _coded(held)[-1] if coded else None


def _work(held: list[Entry]) -> Row:
    found: Row = {}
    for e in held:
        if e.type.startswith("social_work."):
            work = found.setdefault(e.data["stream"], {})
            work |= {name: e.data[name] for name in WORKED if name in e.data}
            work["begun_at" if _fact(e) == "WorkBegun" else "done_at"] = _at(e)
    return found


def _offer(held: list[Entry]) -> Row | None:
    ends = {*_ANSWERS, "PathwayClosed"}
    last = _last(held, {"HandoverOffered", *ends})
    if last is None or _fact(last) in ends:
        return None
    named = ("handover", "sender", "receiver", "to_step", "hand_back", "reason")
    said = held[held.index(last) :]
    silence = _silence(said, set(), "HandoverSilenceEscalated", "HandoverSilenceAcknowledged")
    offer = {name: last.data[name] for name in named if last.data.get(name)} | {"at": _at(last)}
    fell = _last(said, {"ResponsibilityFellBack"})
    if fell and "responsible" in fell.data:
        offer["sender"] = fell.data["responsible"]
    return offer | {"silence": silence}


ALL_LET_GO = {"HandoverAccepted", "ResponsibilityFellBack", "PutOnHold", "HoldEnded"}
SEES_TO = {
    "hold": ALL_LET_GO | {"SteppedUp", "SteppedDown"},
    "decision of a meeting": {"MdtDecisionRecorded"},
    "plan": set(),
    "follow-up in collaborative care": {"SteppedUp", "SteppedDown"},
    "psychiatric review in collaborative care": {"SteppedUp", "SteppedDown", "MdtDecisionRecorded"},
    "weekly look at new and existing cases": {
        "SteppedUp",
        "SteppedDown",
        "MdtDecisionRecorded",
        "CaseNoted",
    },
}
CONTENTS: dict[str, set[str | None]] = {
    "follow-up in collaborative care": {
        None,
        "treatment",
        "assessment and treatment",
        "review",
        "follow-up",
    },
    "psychiatric review in collaborative care": {"review", "consultation"},
}


def _reviews(held: list[Entry]) -> Row:
    found: Row = {}
    for number, e in enumerate(held):
        if _fact(e) != "ReviewFellDue":
            continue
        about, since = e.data["about"], held[number + 1 :]
        over = any(
            _fact(o) in SEES_TO[about] | {"PathwayClosed"}
            or (_fact(o) == "Attended" and o.data.get("content") in CONTENTS.get(about, set()))
            or (_fact(o) == "ReviewDone" and o.data["review"] == e.data["review"])
            for o in since
        )
        if not over:
            found[e.data["review"]] = {"about": about, "due_on": e.data["due_on"]}
    return found


def _plan(told: list[Entry]) -> Row:
    """What the person wants, and what stands of what was agreed."""
    goals: Row = {}
    for e in told:
        if _fact(e) == "GoalSet":
            wanted = {n: e.data[n] for n in ("words", "difference", "helps") if n in e.data}
            ends = [
                o
                for o in told
                if _fact(o) in ("GoalReached", "GoalDropped") and o.data["goal"] == e.data["goal"]
            ]
            ended: Row = {"state": "wanted"}
            for o in ends:
                how = "reached" if _fact(o) == "GoalReached" else "dropped"
                ended = {"state": how, "ended_at": _at(o), "said": o.data.get("words")}
            goals[e.data["goal"]] = wanted | {"at": _at(e)} | ended
    agreed = [i for i, e in enumerate(told) if _fact(e) == "PlanAgreed"]
    row: Row = {"goals": goals}
    if agreed:
        first = told[agreed[-1]]
        since = [e for e in told[agreed[-1] :] if _fact(e) == "PlanReviewed"]
        not_said = ("stream", "fact", "correlation", "causation")
        said = {
            n: v
            for n, v in first.data.items()
            if n not in not_said and not n.startswith(("by_", "first_recorded"))
        }
        next_one = since[-1] if since else first
        row["versions"] = len(agreed)
        row["agreed"] = said | {"at": _at(first), "review_on": next_one.data["review_on"]}
        row["reviews"] = [{"at": _at(e), "changed": e.data.get("changed")} for e in since]
    return row


def _fell_back(held: list[Entry]) -> Any:
    ends = {"FallbackAcknowledged", "HandoverAccepted", "PathwayClosed"}
    last = _last(held, {"ResponsibilityFellBack", *ends})
    return _at(last) if last and _fact(last) == "ResponsibilityFellBack" else None


def _died(held: list[Entry]) -> Row | None:
    last = _last(held, {"PersonDied", "DeathRecordedInError"})
    if last is None or _fact(last) == "DeathRecordedInError":
        return None
    return {"on": last.data["died_on"], "known_by": last.data["known_by"], "told_at": _at(last)}


def _moved(held: list[Entry]) -> Row | None:
    last = _last(held, {"PersonMovedAway", *_OPENING})
    if last is None or _fact(last) in _OPENING:
        return None
    return {name: last.data[name] for name in ("since", "where_to", "new_place_told")}


def _at(entry: Entry | None) -> str | None:
    return entry.effective_at.isoformat() if entry else None


def _latest(held: list[Entry]) -> Row | None:
    fresh = [e for e in held if not e.backfill and not e.type.startswith("share.")]
    if not fresh:
        return None
    newest = max(e.effective_at for e in fresh)
    last = [e for e in fresh if e.effective_at == newest][-1]
    return {"type": last.type, "at": last.effective_at.isoformat()} | {
        name: last.data.get(name) for name in WHO
    }


# What stands of each detail, whoever wrote it


def _registered(held: list[Entry]) -> Row | None:
    first = _last(held, {"PersonRegistered"})
    return {"at": first.effective_at.isoformat()} | _by(first) if first else None


def _by(entry: Entry) -> Row:
    return {name: entry.data[name] for name in WHO if name in entry.data}


def _edits(name: str, held: list[Entry]) -> list[Row]:
    """Everything that was ever written of a detail."""
    found = []
    for e in held:
        d, fact = e.data, _fact(e)
        if d.get("need") and name == "needs":
            continue  # one need of the list stands beside what is said in words
        if fact == "ConflictSettled" and d["detail"] == name:
            value = d.get("value")
        elif fact in _WRITTEN and (d.get(name) is not None or name in d.get("taken_out", ())):
            value = d.get(name)
        else:
            continue
        made = d.get("edit") or str(edits.of_old(fact, e.effective_at))
        found.append(
            {
                "id": made,
                "value": value,
                "at": e.effective_at.isoformat(),
                "of_old": "edit" not in d,
                "fact": fact,
                "instead_of": d.get("instead_of", ()),
            }
            | _by(e)
        )
    return found


def _standing(written: list[Row]) -> list[Row]:
    """What nobody replaced who had seen it, the one that counts last."""
    replaced = {other for edit in written for other in edit["instead_of"]}
    left = [edit for edit in written if edit["id"] not in replaced]
    of_old = [edit for edit in left if edit["of_old"]]
    newest = max(of_old, key=_place, default=None)
    return sorted((e for e in left if not e["of_old"] or e is newest), key=_place)


def _place(edit: Row) -> tuple[str, str, str]:
    return edit["at"], edit["id"], edit["value"] or ""


def _more_than_registered(standing: list[Row]) -> bool:
    return any(edit["fact"] != "PersonRegistered" for edit in standing)


def _bare_edit(edit: Row) -> Row:
    return {name: edit[name] for name in edit if name not in ("fact", "instead_of")}


def _end_of_holding(held: list[Entry]) -> int:
    """Where the last holder's word of the key worker ends."""
    over = {"HandoverAccepted", "ResponsibilityFellBack", "PathwayClosed"}
    ends = [i for i, e in enumerate(held) if _fact(e) in over]
    return ends[-1] + 1 if ends else 0


def _disagreements(held: list[Entry]) -> list[Row]:
    said = [
        {"about": e.data["about"], "words": e.data.get("words"), "at": e.effective_at.isoformat()}
        | _by(e)
        for e in held
        if _fact(e) == "DisagreementRecorded"
    ]
    return sorted(said, key=lambda one: (one["at"], one["about"], one["words"]))


_WRITTEN = {
    "PersonRegistered",
    "DetailsCorrected",
    "CommunicationNeedsRecorded",
    "KeyWorkerNamed",
}


def _until_withdrawn(entries: list[Entry]) -> list[Entry]:
    """What is left when all that was said of a person before their withdrawal is forgotten."""
    ends = {e.subject: e.number for e in entries if _withdrawn(e)}
    return [e for e in entries if e.number > ends.get(e.subject, 0) and not _withdrawn(e)]


def _of(entry: Entry, noun: str, stream: str) -> bool:
    return entry.type.startswith(f"{noun}.") and entry.data["stream"] == stream


def _withdrawn(entry: Entry) -> bool:
    return entry.type == "share.Withdrawn.v1"


def _fact(entry: Entry) -> str:
    return entry.type.split(".")[1]
