"""The words pages use for times, codes, statuses and what happened; it decides nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel import Category

LONDON = ZoneInfo("Europe/London")


def instant(value: datetime | str) -> datetime:
    """A moment as people here read their clocks."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(LONDON)


def day(value: date | datetime | str) -> str:
    """4 November 2026."""
    if isinstance(value, str) and len(value) == len("2026-11-04"):
        value = date.fromisoformat(value)
    on = value if isinstance(value, date) and not isinstance(value, datetime) else instant(value)
    return f"{on.day} {on:%B %Y}"


def short_day(value: datetime | str) -> str:
    """4 Nov."""
    at = instant(value)
    return f"{at.day}\N{NO-BREAK SPACE}{at:%b}"


def moment(value: datetime | str) -> str:
    """4 November 2026, 11:30."""
    return f"{day(value)}, {instant(value):%H:%M}"


def nhs_number(value: str) -> str:
    """999 012 3456."""
    digits = value.replace(" ", "")
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}" if len(digits) == 10 else value


def age(born: str, today: date) -> int:
    birthday = date.fromisoformat(born)
    return today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))


def elapsed(earlier: datetime, later: datetime) -> str:
    """How long after: same moment, 20 minutes later, 1 day later."""
    seconds = int((later - earlier).total_seconds())
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'} later"
    return "same moment"


def overdue(action: Mapping[str, Any], today: date) -> str:
    """3 days overdue: how long ago an action should have been done, or nothing."""
    due = action.get("due_on")
    days = (today - date.fromisoformat(due)).days if due and action.get("state") == "to do" else 0
    return f"{days} day{'' if days == 1 else 's'} overdue" if days > 0 else ""


def behind(seconds: float) -> str:
    """2 seconds behind, 6 minutes behind."""
    if seconds < 1:
        return "up to date"
    if seconds < 120:
        count, unit = round(seconds), "second"
    else:
        count, unit = round(seconds / 60), "minute"
    return f"{count:,} {unit}{'' if count == 1 else 's'} behind"


def sentence(text: str) -> str:
    """A code's words with a capital in front."""
    return text[:1].upper() + text[1:]


def identifier(value: UUID | str) -> str:
    """The first part of an id: enough to tell two people of one name apart on a page."""
    return str(value)[:8]


@dataclass(frozen=True, slots=True)
class Tag:
    """Words and a colour; the words always say it too."""

    text: str
    colour: str


COMPLEXITY = {
    "red": Tag("Complexity: red", "red"),
    "amber": Tag("Complexity: amber", "orange"),
    "green": Tag("Complexity: green", "green"),
}
"""The colours of a case, said in words too."""

STATUS = {
    "concern to look at": Tag("Concern to look at", "red"),
    "concern open": Tag("Concern open", "red"),
    "fallen back": Tag("Fell back to us", "red"),
    "hand-over to accept": Tag("Hand-over to accept", "purple"),
    "referral to answer": Tag("Referral to answer", "orange"),
    "advice to give": Tag("Advice to give", "orange"),
    "information asked": Tag("Information asked", "yellow"),
    "advice to read": Tag("Advice to read", "yellow"),
    "review overdue": Tag("Review overdue", "red"),
    "hand-over offered": Tag("Hand-over offered", "pink"),
    "waiting": Tag("Waiting", "blue"),
    "in treatment": Tag("In treatment", "green"),
    "sent": Tag("Referral sent", "aqua-green"),
    "action to do": Tag("Action to do", "orange"),
    "on hold": Tag("On hold", "aqua-green"),
    "held": Tag("Held by us", "white"),
    "involved": Tag("Involved", "grey"),
    "died": Tag("Died", "red"),
    "past": Tag("Past", "grey"),
}
"""Where a person stands for one organisation, most urgent first."""

STATE = {
    "advice asked": Tag("Advice asked", "orange"),
    "advice given": Tag("Advice given", "yellow"),
    "waiting": Tag("Waiting for an answer", "orange"),
    "information asked": Tag("Information asked", "yellow"),
    "accepted": Tag("Accepted", "green"),
    "declined": Tag("Declined", "red"),
    "withdrawn": Tag("Withdrawn", "grey"),
    "expired": Tag("Not answered in time", "red"),
    "closed": Tag("Ended", "white"),
    "acknowledged": Tag("Outcome read", "grey"),
}
"""What became of a referral."""

ACTIONS = {
    "advice": "Give advice",
    "referral": "Make the referral",
    "onward-referral": "Refer onward",
    "first-contact": "Record that you have seen or spoken with them",
    "acceptance": "Accept the referral",
    "decline": "Decline the referral",
    "redirection": "Redirect to another service",
    "information-request": "Ask for information",
    "information": "Answer the question",
    "withdrawal": "Withdraw the referral",
    "appointments": "Book an appointment",
    "appointment-offer": "Offer times",
    "closure": "End this help",
    "acknowledgement": "Say that you have read the outcome",
    "handover": "Offer a hand-over",
    "handover-acceptance": "Accept the hand-over",
    "handover-decline": "Decline the hand-over",
    "handover-withdrawal": "Take back the hand-over",
    "key-worker": "Name a key worker",
    "hand-back": "Hand back",
    "hold": "Put on hold",
    "hold-end": "End the hold",
    "coordinator": "Name a clinical co-ordinator",
    "discharge": "Propose a discharge",
    "discharge-agreement": "Agree to the discharge",
    "discharge-withdrawal": "Take back the proposal to discharge",
    "silence-acknowledgement": "Say that you see to what nobody answered",
    "goal": "Set a goal",
    "goal-reached": "Say that a goal is reached",
    "goal-dropped": "Say that a goal is no longer wanted",
    "plan": "Agree the plan",
    "plan-review": "Review the plan",
    "review": "Record a review that is overdue",
    "reopening": "Open the pathway again",
    "fallback-acknowledgement": "Say that you have seen that they fell back to you",
    "moving-away": "Record that they moved away",
    "death": "Record that they died",
    "death-in-error": "Say that they did not die",
    "resolution": "Say what came of the concern",
    "passing-on": "Pass the concern on",
    "refusal": "Not take the concern on",
    "pause": "Pause the wait",
    "resumption": "End the pause of the wait",
    "nullification": "Say that the wait should never have started",
    "reinstatement": "Let the wait count again",
}
"""What may be asked next, by the name the interface gives it."""

NOT_SHARED = {
    Category.DEMOGRAPHIC: "date of birth, NHS number and address",
    Category.ACCESS: "language and communication needs",
    Category.ASK: "what was asked",
    Category.ENGAGEMENT: "appointments and attendance",
    Category.COORDINATION: "step, key worker and who is responsible",
    Category.CLINICAL: "clinical reasons, scores and decisions",
    Category.PLAN: "goals and the plan",
    Category.EQUALITY: "ethnicity and deprivation",
    Category.SAFETY: "concerns for safety, and safeguarding",
}


class Names:
    """Names of organisations, people and services, by the directory."""

    def __init__(self, directory: Any) -> None:
        self.directory = directory
        self.practitioners = directory.practitioners

    def organisation(self, partner: UUID | str | None) -> str:
        return self._name(self.directory.partners, partner, "Another organisation")

    def practitioner(self, practitioner: UUID | str | None) -> str:
        return self._name(self.practitioners, practitioner, "A system")

    def service(self, service: UUID | str | None) -> str:
        return self._name(self.directory.services, service, "A service")

    def by(self, data: Mapping[str, Any]) -> str:
        """Who did it, as far as this organisation may know."""
        who = []
        if practitioner := data.get("by_practitioner"):
            who.append(self.practitioner(practitioner))
        if organisation := data.get("by_organisation"):
            who.append(self.organisation(organisation))
        return ", ".join(who)

    @staticmethod
    def _name(entries: Mapping[UUID, Any], key: UUID | str | None, otherwise: str) -> str:
        if key is None:
            return otherwise
        entry = entries.get(key if isinstance(key, UUID) else UUID(key))
        return str(entry.name) if entry else otherwise


ETHNICITY = {
    "A": "White: British",
    "B": "White: Irish",
    "C": "White: any other background",
    "D": "Mixed: White and Black Caribbean",
    "E": "Mixed: White and Black African",
    "F": "Mixed: White and Asian",
    "G": "Mixed: any other background",
    "H": "Indian",
    "J": "Pakistani",
    "K": "Bangladeshi",
    "L": "Any other Asian background",
    "M": "Black Caribbean",
    "N": "Black African",
    "P": "Any other Black background",
    "R": "Chinese",
    "S": "Any other ethnic group",
    "Z": "Not stated",
}
"""Ethnic category codes of the NHS Data Dictionary (2001 categories)."""

MOVING = frozenset({"step up", "step down", "hand over"})
"""Decisions that a hand-over carries: its answer says what became of them."""

HAPPENED = {
    "PersonRegistered": "Details recorded",
    "DetailsCorrected": "Details corrected",
    "CommunicationNeedsRecorded": "Communication needs recorded",
    "AdjustmentAgreed": "Adjustment agreed: {need}",
    "NeedEnded": "No longer needed: {need}",
    "NeedMet": "Need met: {need}",
    "NeedNotMet": "Need not met: {need}",
    "NeedsReviewed": "Needs looked at again with the person",
    "CarerIdentified": "Carer identified",
    "CarerMayBeTold": "What a carer may be told: {may}",
    "EmergencyContactChosen": "Emergency contact recorded",
    "CarerNoLonger": "Cares no longer: {reason}",
    "CarerRegistered": "On the carers’ register",
    "CarersAssessmentAsked": "Carer’s assessment asked of {asked_of}, by {due_on}",
    "CarersAssessmentDone": "Carer assessed by {asked_of}",
    "CarersAssessmentDeclined": "Carer’s assessment declined",
    "CarerTakenOff": "Off the carers’ register",
    "SharedCareAgreed": "Care is shared; the person signed the agreement",
    "PharmacyChanged": "Another pharmacy dispenses",
    "SupervisionAgreed": "Doses are taken at the pharmacy from {begins}",
    "SupervisionEnded": "Doses are taken home from {ended_on}",
    "DosesMissed": "Doses missed from {first_on} to {last_on}",
    "DispensingStopped": "Nothing is dispensed until the prescriber has spoken",
    "DispensingResumed": "The pharmacy dispenses again",
    "JointReviewHeld": "Joint review held; the next by {next_on}",
    "SharedCareReviewFellDue": "Overdue since {due_on}: {about}",
    "SharedCareEnded": "Shared care ended",
    "LiaisonNamed": "Named for liaison with the drug service",
    "ConflictSettled": "Of several entries, one was said to be right",
    "DisagreementRecorded": "The person disagrees with something recorded",
    "ObjectionRaised": "Objection recorded: {to} is told nothing more",
    "ObjectionLifted": "Objection to {to} taken back",
    "ConsentGiven": "Consent given to tell {to}",
    "PersonDied": "Died on {died_on}",
    "PersonsLinked": "Two records are one person: {reason}",
    "PersonsUnlinked": "Two records are two people after all: {reason}",
    "DeathRecordedInError": "Not dead: the death was recorded in error",
    "PersonMovedAway": "Moved away: {where_to}",
    "UnmetNeedRecorded": "A service was wanted and could not be had: {why}",
    "AdviceAsked": "Advice asked before referring",
    "AdviceGiven": "Advice given: {recommendation}",
    "InformationAsked": "More information asked",
    "InformationGiven": "Information given",
    "ReferralAccepted": "Referral accepted by {receiver}",
    "ReferralDeclined": "Referral declined by {receiver}",
    "ReferralRedirected": "Referral redirected to {service}",
    "ReferralWithdrawn": "Referral withdrawn",
    "ReferralExpired": "Referral not answered in time",
    "ReferredOnward": "Referred onward to another service",
    "FirstContactMade": "Seen for the first time",
    "FirstContactCorrected": "First contact put right",
    "ReferralClosed": "Help ended",
    "OutcomeAcknowledged": "Outcome read by the sender",
    "SilenceEscalated": "No answer in time: escalated to the {rung}",
    "SilenceAcknowledged": "Somebody sees to it that nobody answered",
    "WaitPaused": "Wait paused: {reason}",
    "WaitResumed": "Wait resumed",
    "ClockNullified": "Wait nullified: {reason}",
    "ClockReinstated": "Wait counts again",
    "PathwayOpened": "Held by {responsible}",
    "PathwayReopened": "Held again by {responsible}",
    "ReviewFellDue": "Review overdue since {due_on}: {about}",
    "ReviewDone": "Review done",
    "PathwayClosed": "Pathway closed",
    "ResponsibilityFellBack": "Held by {responsible} from now on, as who held them is gone",
    "FallbackAcknowledged": "{responsible} has seen that it holds the person",
    "KeyWorkerNamed": "Key worker named: {key_worker}",
    "StepUpProposed": "Step-up to step {to_step} proposed",
    "StepDownProposed": "Step-down to step {to_step} proposed",
    "HandoverOffered": "Hand-over offered to {receiver}",
    "HandoverAccepted": "Hand-over accepted by {receiver}",
    "HandoverDeclined": "Hand-over declined by {receiver}",
    "HandoverLapsed": "Hand-over to {receiver} ended unanswered",
    "HandoverSilenceEscalated": "No answer to the hand-over in time: escalated to the {rung}",
    "HandoverSilenceAcknowledged": "Somebody sees to it that nobody answered the hand-over",
    "ComplexityCoded": "Complexity: {complexity}",
    "WorkBegun": "Social work taken up: {kind}",
    "WorkDone": "Social work ended: {outcome}",
    "PutOnHold": "Put on hold; looked at again on {review_on}",
    "HoldEnded": "No longer on hold",
    "CoordinatorNamed": "Clinical co-ordinator named: {coordinator}",
    "DischargeProposed": "Discharge proposed: {reason}",
    "DischargeAgreed": "Discharge agreed by the {agreement}",
    "DischargeWithdrawn": "Discharge no longer proposed",
    "SteppedUp": "Stepped up to step {to_step}",
    "SteppedDown": "Stepped down to step {to_step}",
    "AppointmentOffered": "Times offered",
    "NoTimeChosen": "None of the times taken",
    "AppointmentBooked": "Appointment booked, {starts_at}",
    "Attended": "Appointment attended",
    "DidNotAttend": "Appointment missed",
    "Cancelled": "Appointment cancelled",
    "OutcomeCorrected": "Attendance put right: {attendance}",
    "GroupJoined": "Joined a group",
    "PlaceAwaited": "Waits for a place in a group",
    "GroupLeft": "Left a group",
    "MeasureCompleted": "{instrument} recorded: {total}",
    "ScoreCorrected": "{instrument} of {was} put right: {total}",
    "MeetingScheduled": "Meeting scheduled",
    "ListCirculated": "Meeting list circulated",
    "ApologiesRecorded": "Apologies recorded",
    "CaseListed": "Listed for a meeting",
    "AttendanceRecorded": "Meeting attendance recorded",
    "MdtDecisionRecorded": "Meeting decided: {outcome}",
    "MeetingClosed": "Meeting closed",
    "DissentRecorded": "Dissent recorded",
    "CaseNoted": "Noted by the meeting",
    "CaseNotReached": "Not reached by the meeting",
    "ImplementationAwaited": "Decision waits for {owner} to act on it: {outcome}",
    "DecisionImplemented": "Decision implemented: {outcome}",
    "DecisionNotImplemented": "Decision not implemented: {outcome}",
    "DecisionSuperseded": "Decision superseded by a later one: {outcome}",
    "ActionAgreed": "Action agreed for {owner}: {what}",
    "ActionDone": "Action done by {owner}",
    "ActionDropped": "Action of {owner} dropped",
    "CaseDiscussed": "Case discussed by two practitioners",
    "FeedbackGiven": "Said of our service: {experience}",
    "AnonymousFeedbackGiven": "Said by nobody by name: {experience}",
    "TrainingHeld": "Training held: {title}",
    "TrainingAttended": "Training attended",
    "GoalSet": "Goal: {words}",
    "GoalReached": "Goal reached",
    "GoalDropped": "Goal no longer wanted",
    "PlanAgreed": "Plan agreed, to be looked at by {review_on}",
    "PlanReviewed": "Plan reviewed, next by {review_on}",
    "SafetyConcernRaised": "Concern for their safety raised",
    "ConcernAcknowledged": "Somebody looked at the concern",
    "ConcernPassedOn": "Concern passed on to {to}",
    "ConcernNotTaken": "Concern not taken on by {to}",
    "ConcernEscalated": "Nobody looked at the concern in time: {to} told",
    "ConcernFellBack": "Concern with {acts} from now on, as who had it is gone",
    "ConcernResolved": "Concern resolved: {outcome}",
    "SafeguardingReferred": "Referred for safeguarding: {basis}",
    "Withdrawn": "No longer shared with us",
    "InvolvementEnded": "No longer involved",
}

LATEST = {
    "AdviceAsked": "Advice asked",
    "AdviceGiven": "Advice given",
    "ReferredOnward": "Referred onward",
    "ReviewFellDue": "Review overdue",
    "ReferralMade": "Referral made",
    "ReferralAccepted": "Referral accepted",
    "ReferralDeclined": "Referral declined",
    "ReferralRedirected": "Referral redirected",
    "WaitPaused": "Wait paused",
    "ClockNullified": "Wait nullified",
    "PathwayOpened": "Pathway opened",
    "PathwayReopened": "Pathway opened again",
    "KeyWorkerNamed": "Key worker named",
    "StepUpProposed": "Step-up proposed",
    "StepDownProposed": "Step-down proposed",
    "HandoverOffered": "Hand-over offered",
    "HandoverAccepted": "Hand-over accepted",
    "HandoverDeclined": "Hand-over declined",
    "HandoverLapsed": "Hand-over ended unanswered",
    "SilenceEscalated": "No answer in time",
    "SilenceAcknowledged": "Silence seen to",
    "HandoverSilenceEscalated": "No answer to the hand-over",
    "HandoverSilenceAcknowledged": "Silence seen to",
    "ComplexityCoded": "Complexity coded",
    "WorkBegun": "Social work taken up",
    "WorkDone": "Social work ended",
    "PutOnHold": "Put on hold",
    "CoordinatorNamed": "Co-ordinator named",
    "DischargeProposed": "Discharge proposed",
    "DischargeAgreed": "Discharge agreed",
    "SteppedUp": "Stepped up",
    "SteppedDown": "Stepped down",
    "AppointmentBooked": "Appointment booked",
    "MeasureCompleted": "Score recorded",
    "ScoreCorrected": "Score put right",
    "MdtDecisionRecorded": "Meeting decided",
    "ImplementationAwaited": "Decision to act on",
    "DecisionImplemented": "Decision implemented",
    "DecisionNotImplemented": "Decision not implemented",
    "DecisionSuperseded": "Decision superseded",
    "ActionAgreed": "Action agreed",
    "ActionDone": "Action done",
    "ActionDropped": "Action dropped",
    "FeedbackGiven": "Feedback given",
    "GoalSet": "Goal set",
    "GoalReached": "Goal reached",
    "GoalDropped": "Goal dropped",
    "PlanAgreed": "Plan agreed",
    "PlanReviewed": "Plan reviewed",
    "SafetyConcernRaised": "Concern raised",
    "ConcernAcknowledged": "Concern looked at",
    "ConcernPassedOn": "Concern passed on",
    "ConcernNotTaken": "Concern not taken on",
    "ConcernEscalated": "Nobody looked in time",
    "ConcernFellBack": "Concern fell back",
    "ConcernResolved": "Concern resolved",
    "SafeguardingReferred": "Referred for safeguarding",
    "ObjectionRaised": "Objection recorded",
    "ObjectionLifted": "Objection taken back",
    "ConsentGiven": "Consent given",
    "PersonDied": "Died",
    "PersonsLinked": "Linked with another record",
    "PersonsUnlinked": "No longer linked with another record",
    "DeathRecordedInError": "Death was recorded in error",
    "PersonMovedAway": "Moved away",
    "ResponsibilityFellBack": "Fell back to who holds them now",
    "FallbackAcknowledged": "Fall-back seen",
    "ConflictSettled": "Conflict settled",
    "DisagreementRecorded": "Disagreement recorded",
}
"""What happened last, in few words; other facts say the same long and short."""

_ORGANISATIONS = frozenset(
    {"to", "receiver", "sender", "responsible", "from_receiver", "partner", "owner", "acts"}
)


def noun(type_: str) -> str:
    """``referral.ReferralMade.v1`` is about a ``ReferralMade``."""
    return type_.split(".")[1] if "." in type_ else type_


def happened(type_: str, data: Mapping[str, Any], names: Names) -> str:
    """One entry of a share as a sentence."""
    name = noun(type_)
    if name == "ReferralMade":
        to = names.service(data.get("service"))
        return f"Referral sent to {to}" if data.get("part") == "sent" else f"Referred to {to}"
    told = {key: _words(key, value, names) for key, value in data.items()}
    pattern = HAPPENED.get(name) or sentence(re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower())
    return pattern.format_map(_Otherwise(told))


def latest(type_: str) -> str:
    """The newest entry in as few words as a row has room for."""
    name = noun(type_)
    return LATEST.get(name) or HAPPENED.get(name) or "Something else"


def why(data: Mapping[str, Any]) -> str:
    """The words somebody gave with an entry: a reason, a note, an answer."""
    given = (
        "rationale",
        "evidence",
        "urgent",
        "reason",
        "ask",
        "question",
        "answer",
        "note",
        "elsewhere",
        "summary",
        "words",
        "advice",
    )
    return next((sentence(str(data[key])) for key in given if data.get(key)), "")


class _Otherwise(dict[str, str]):
    """An organisation that is not told who, reads "another organisation"."""

    def __missing__(self, key: str) -> str:
        return "another organisation" if key in _ORGANISATIONS else "another"


def _words(key: str, value: Any, names: Names) -> str:
    if key in _ORGANISATIONS:
        return names.organisation(value)
    if key == "service":
        return names.service(value)
    if key in ("key_worker", "coordinator"):
        return names.practitioner(value)
    if key == "review_on":
        return day(value)
    if key == "starts_at":
        return moment(value)
    return str(value)
