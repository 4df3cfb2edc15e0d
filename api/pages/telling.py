"""What happened, told in a sentence; it refuses to know who may be told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from api.pages.words import Names, day, moment, sentence
from projections.entries import REMOVED_UNDER

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
    "EmergencyAccessTaken": "Opened in an emergency until {until}: {reason}",
    "EmergencyAccessEnded": "Access in an emergency is over",
    "SealedItemOpened": "Something sealed was opened until {until}: {reason}",
    "SealedItemClosed": "What was opened is sealed again",
    "LiaisonNamed": "Named for liaison with the drug service",
    "ConflictSettled": "Of several entries, one was said to be right",
    "DisagreementRecorded": "The person disagrees with something recorded",
    "ObjectionRaised": "Objection recorded: {to} is told nothing more",
    "ObjectionLifted": "Objection to {to} taken back",
    "ConsentGiven": "Agreed to {to} being told",
    "ConsentWithdrawn": "No longer agrees to {to} being told",
    "UseObjectedTo": "Objection recorded to use for {use}",
    "UseObjectionLifted": "Objection to use for {use} taken back",
    "ItemSealed": "Something was sealed",
    "RectificationAsked": "Asked to be put right, by {due_on}",
    "RectificationDecided": "Asked to be put right: {outcome}",
    "ItemUnsealed": "A seal was lifted",
    "DisclosedWithoutConsent": "Told without consent: {to_whom}",
    "KeptNoLonger": "Removed under retention rule: {rule}",
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
    "PenTaken": "Meeting run by another: {reason}",
    "PenAsked": "Asked to run the meeting",
    "ItemCalled": "The meeting went on to a case",
    "CaseCalled": "The meeting came to the case",
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
    "ConsentGiven": "Agreed to somebody being told",
    "ConsentWithdrawn": "No longer agrees to somebody being told",
    "UseObjectedTo": "Objection to a use recorded",
    "UseObjectionLifted": "Objection to a use taken back",
    "DisclosedWithoutConsent": "Told without consent",
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

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}")
_ORGANISATIONS = frozenset(
    {
        "asked_of",
        "to",
        "receiver",
        "sender",
        "responsible",
        "from_receiver",
        "partner",
        "owner",
        "acts",
    }
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
    said = pattern.format_map(_Otherwise(told))
    return f"{said}. {data[REMOVED_UNDER]}" if REMOVED_UNDER in data else said


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
    said = next((sentence(str(data[key])) for key in given if data.get(key)), "")
    more = [sentence(str(data[key])) for key in ("note", "summary") if data.get(key)]
    return ": ".join([said, *more]) if data.get("reason") else said


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
    text = str(value)
    if _DAY.fullmatch(text):
        return day(text)
    return moment(text) if _MOMENT.match(text) else text
