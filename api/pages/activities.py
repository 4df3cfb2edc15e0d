"""What may be asked of a referral, each as a page with its questions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import Response

from api import advice, contacts, referrals, social_work, waits
from api.asking import Activity, Asking
from api.pages import choosing, interruptions, words
from api.pages.forms import Question, choices, fields_alone
from api.pages.interruptions import Weighing
from api.pages.visit import Visit
from domain.kernel import Category
from domain.vocabulary import (
    Attendance,
    CancelledBecause,
    Content,
    DeclineReason,
    EndReason,
    Medium,
    NoTimeBecause,
    NullificationReason,
    PauseReason,
    Recommendation,
    Source,
    WorkKind,
)

DECLINE_HINTS = {
    DeclineReason.DUPLICATE: "You have this referral already",
    DeclineReason.ANOTHER_SERVICE_NEEDED: "Say which below, or redirect it instead",
    DeclineReason.INCOMPLETE: "If you can, ask for information instead",
    DeclineReason.FULL: "There is no room in a reasonable time",
}

CONTENT_HINTS = {
    Content.ASSESSMENT: "Stops the clock of an initial assessment",
    Content.TREATMENT: "Stops the clock of a first treatment",
    Content.ASSESSMENT_AND_TREATMENT: "Stops both",
    Content.SIGNPOSTING: "Counts as neither",
    Content.CONSULTATION: "With another professional; counts as neither",
}

Row = Mapping[str, Any]
Ask = Callable[[UUID, Any, Asking], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that may be asked of a referral. Without questions it is one button."""

    text: str
    model: type[Activity]
    ask: Ask
    questions: Callable[[Visit, Row], Sequence[Question]] = lambda _visit, _row: ()
    button: str = ""
    lede: str = ""
    kind: str = "secondary"
    shape: Callable[[Mapping[str, Any]], Mapping[str, Any]] = fields_alone
    weighing: Weighing | None = None


def _note(label: str, hint: str = "") -> Question:
    return Question("note", label, "textarea", optional=True, hint=hint)


def _instead(visit: Visit, label: str, hint: str) -> Question:
    offered = choosing.services(
        visit.names, Source.PROFESSIONAL, visit.today, without=visit.caller.organisation
    )
    return Question(
        "instead", label, "select", choices=offered, optional=True, nothing="None", hint=hint
    )


def _advise(visit: Visit, row: Row) -> Sequence[Question]:
    asked = str(row.get("advice_question") or "")
    return (
        Question(
            "recommendation",
            "What do you recommend?",
            "radios",
            choices=choices(Recommendation),
            missing="Select what you recommend",
        ),
        _instead(visit, "Which other service?", "If you recommend another service."),
        Question(
            "advice",
            "Your advice",
            "textarea",
            hint=f"They asked: {asked}" if asked else "",
            missing="Enter your advice",
        ),
    )


def _decline(visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "reason",
            "Why are you declining?",
            "radios",
            choices=choices(DeclineReason, {k.value: v for k, v in DECLINE_HINTS.items()}),
            missing="Select why you are declining",
        ),
        _instead(
            visit,
            "Which service is needed instead?",
            "If another service is needed: nobody is turned away without saying where to go.",
        ),
        _note("What should the sender know?", "The sender sees this."),
    )


def _redirect(visit: Visit, row: Row) -> Sequence[Question]:
    source = Source(row.get("source", Source.PROFESSIONAL))
    offered = choosing.services(visit.names, source, visit.today, without=visit.caller.organisation)
    return (
        Question(
            "service",
            "Which service fits better?",
            "select",
            choices=offered,
            missing="Select a service",
        ),
        _note("Why?", "The sender and the other service see this."),
    )


def _ask_information(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "question",
            "What do you need to know?",
            "textarea",
            hint="The sender sees this.",
            missing="Enter what you need to know",
        ),
    )


def _give_information(_visit: Visit, row: Row) -> Sequence[Question]:
    hint = f"They asked: {row['question']}" if row.get("question") else ""
    return (Question("answer", "Your answer", "textarea", hint=hint, missing="Enter your answer"),)


def _withdraw(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (_note("Why are you withdrawing it?", "The receiver sees this."),)


def _close(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "reason",
            "How did it end?",
            "radios",
            choices=choices(EndReason),
            missing="Select how it ended",
        ),
        Question(
            "elsewhere",
            "Where did they go on to?",
            optional=True,
            hint="If they were referred to another service, and not by an onward referral here.",
        ),
        Question(
            "summary",
            "Summary for the sender",
            "textarea",
            optional=True,
            hint="Shown to organisations whose agreement covers clinical matters.",
        ),
    )


def _content(visit: Visit, label: str) -> Sequence[Question]:
    """Which kind of contact it is: it says what is clinical, and decides which clocks stop."""
    if Category.CLINICAL not in visit.categories:
        return ()
    hints = {k.value: v for k, v in CONTENT_HINTS.items()}
    return (Question("content", label, "radios", choices=choices(Content, hints), optional=True),)


def _book(visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "starts_at",
            "When does it start?",
            "datetime-local",
            missing="Enter when it starts",
        ),
        Question(
            "medium", "How?", "radios", choices=choices(Medium), missing="Select how you will meet"
        ),
        Question("activity", "What for?", optional=True, hint="For example: benefits check"),
        Question("place", "Where?", optional=True),
        Question("minutes", "How many minutes?", optional=True, width=3, numeric=True),
        Question(
            "practitioner",
            "With whom?",
            "select",
            choices=choosing.practitioners(visit.names, [visit.caller.organisation]),
            optional=True,
            nothing="Not settled yet",
        ),
        *_content(visit, "What kind of contact will it be?"),
    )


def _attendance(visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "attendance",
            "Did it take place?",
            "radios",
            choices=choices(Attendance),
            missing="Select whether it took place",
        ),
        *_content(visit, "If it was another kind of contact than booked, which?"),
        Question(
            "medium",
            "If it was held in another way than booked, how?",
            "select",
            choices=choices(Medium),
            optional=True,
            nothing="As booked",
        ),
        _called_off("If it was called off, why?"),
        Question(
            "at",
            "When was that?",
            "datetime-local",
            optional=True,
            hint="Leave out if it is now. A contact written up late says when it was.",
        ),
    )


def _offer(visit: Visit, row: Row) -> Sequence[Question]:
    _, *others = _book(visit, row)
    return (
        Question("time-1", "First time", "datetime-local", missing="Enter at least one time"),
        Question("time-2", "Second time", "datetime-local", optional=True),
        Question("time-3", "Third time", "datetime-local", optional=True),
        *others,
    )


def _times(values: Mapping[str, Any]) -> Mapping[str, Any]:
    times = [values[name] for name in ("time-1", "time-2", "time-3") if values.get(name)]
    return {**values, "times": times}


def _choose(_visit: Visit, row: Row) -> Sequence[Question]:
    times = row["contact"].get("offered", ())
    return (
        Question(
            "starts_at",
            "Which time?",
            "radios",
            choices=[(time, words.moment(time), "") for time in times],
            missing="Select the time they chose",
        ),
    )


def _none(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "reason",
            "Why?",
            "radios",
            choices=choices(NoTimeBecause),
            missing="Select why none was taken",
        ),
    )


def _rebook(_visit: Visit, row: Row) -> Sequence[Question]:
    new = Question("starts_at", "When is it now?", "datetime-local", missing="Enter the new time")
    if row["contact"].get("outcome"):
        return (new,)
    return (
        new,
        Question(
            "moved_by",
            "Who could not keep the first time?",
            "radios",
            choices=[
                (Attendance.CANCELLED_BY_PERSON.value, "The person", ""),
                (Attendance.CANCELLED_BY_SERVICE.value, "We could not", ""),
            ],
            missing="Select who could not keep it",
        ),
        _called_off("Why?"),
    )


def _called_off(label: str) -> Question:
    return Question("reason", label, "select", choices=choices(CancelledBecause), optional=True)


def _correct(visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "attendance",
            "What became of it?",
            "radios",
            choices=choices(Attendance),
            missing="Select what became of it",
        ),
        *_content(visit, "If they were seen, what kind of contact was it?"),
    )


def _work(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "kind",
            "What kind of work?",
            "radios",
            choices=choices(WorkKind),
            missing="Select what kind of work",
        ),
        Question("what", "What about?", "textarea", optional=True),
    )


def _since(label: str) -> Question:
    return Question("at", label, "datetime-local", optional=True, hint="Leave out if it is now.")


def _pause(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "reason",
            "Why can the person not be seen?",
            "radios",
            choices=choices(PauseReason),
            missing="Select why the person cannot be seen",
        ),
        _since("Since when?"),
        Question("until", "Until when, as far as they know?", "date", optional=True),
        _note("What did they say?", "Shown where an agreement covers clinical matters."),
    )


def _resume(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (_since("Since when can they be seen again?"),)


def _nullify(_visit: Visit, _row: Row) -> Sequence[Question]:
    return (
        Question(
            "reason",
            "Why should this wait never have started?",
            "radios",
            choices=choices(NullificationReason),
            missing="Select why the wait should never have started",
        ),
        _note("What happened?", "The other side sees this."),
    )


async def _reinstate(referral: UUID, body: Activity, asks: Asking) -> Response:
    return await waits.reinstate_clock(referral, asks, body)


async def _resuming(referral: UUID, body: Activity, asks: Asking) -> Response:
    return await waits.resume_wait(referral, asks, body)


async def _accept(referral: UUID, body: Activity, asks: Asking) -> Response:
    return await referrals.accept_referral(referral, asks, body)


async def _withdrawing(referral: UUID, body: referrals.Withdrawal, asks: Asking) -> Response:
    return await referrals.withdraw_referral(referral, asks, body)


async def _first_contact(referral: UUID, body: Activity, asks: Asking) -> Response:
    return await referrals.note_first_contact(referral, asks, body)


async def _acknowledge(referral: UUID, body: Activity, asks: Asking) -> Response:
    return await referrals.acknowledge_outcome(referral, asks, body)


async def _acknowledge_silence(referral: UUID, body: Activity, asks: Asking) -> Response:
    return await referrals.acknowledge_referral_silence(referral, asks, body)


ON_REFERRAL: dict[str, Doing] = {
    "advice": Doing(
        "Give advice",
        advice.Advice,
        advice.give_advice,
        _advise,
        "Send the advice",
        "Nothing has been sent to you yet: who asks decides with your advice.",
        kind="",
    ),
    "acceptance": Doing("Accept the referral", Activity, _accept, kind=""),
    "information-request": Doing(
        "Ask for information",
        referrals.Question,
        referrals.ask_information,
        _ask_information,
        "Confirm and send",
        "The referral waits with you until the sender answers.",
    ),
    "redirection": Doing(
        "Redirect to another service",
        referrals.Redirecting,
        referrals.redirect_referral,
        _redirect,
        "Confirm and send",
        "Nobody is turned away: the other service gets the referral, and the sender sees where.",
    ),
    "decline": Doing(
        "Decline the referral",
        referrals.Declining,
        referrals.decline_referral,
        _decline,
        "Decline the referral",
        "The sender still holds the person and sees your reason.",
        weighing=interruptions.turning_away,
    ),
    "appointments": Doing(
        "Book an appointment",
        referrals.Booking,
        referrals.book_appointment,
        _book,
        "Book the appointment",
    ),
    "appointment-offer": Doing(
        "Offer times",
        referrals.OfferingTimes,
        referrals.offer_times,
        _offer,
        "Offer these times",
        "The person chooses one of them, or none.",
        shape=_times,
    ),
    "work": Doing(
        "Take up social work",
        social_work.BeginningWork,
        social_work.begin_work,
        _work,
        "Take it up",
        "Told to those who co-ordinate care, and to nobody outside it.",
    ),
    "first-contact": Doing("I have seen or spoken with them", Activity, _first_contact),
    "closure": Doing(
        "End this help",
        referrals.Closing,
        referrals.close_referral,
        _close,
        "End this help",
        "The sender sees how it ended.",
        weighing=interruptions.ending_help,
    ),
    "information": Doing(
        "Answer the question",
        referrals.Information,
        referrals.give_information,
        _give_information,
        "Confirm and send",
        kind="",
    ),
    "withdrawal": Doing(
        "Withdraw the referral",
        referrals.Withdrawal,
        _withdrawing,
        _withdraw,
        "Withdraw the referral",
        weighing=interruptions.taking_back,
    ),
    "silence-acknowledgement": Doing(
        "I see to it that nobody answered", Activity, _acknowledge_silence
    ),
    "acknowledgement": Doing("I have read the outcome", Activity, _acknowledge, kind=""),
    "pause": Doing(
        "Pause the wait",
        waits.Pausing,
        waits.pause_wait,
        _pause,
        "Pause the wait",
        "For when the person cannot be seen, at their own word. National clocks go on.",
    ),
    "resumption": Doing("End the pause", Activity, _resuming, _resume, "End the pause"),
    "nullification": Doing(
        "This wait should not count",
        waits.Nullifying,
        waits.nullify_clock,
        _nullify,
        "Nullify the wait",
        "For a referral made by mistake. It ends nothing; no clock counts it any more.",
    ),
    "reinstatement": Doing("Let this wait count again", Activity, _reinstate),
}
"""By the last part of their address, in the order they are offered."""

ON_APPOINTMENT: dict[str, Doing] = {
    "time-choice": Doing(
        "They chose a time",
        contacts.ChoosingTime,
        contacts.choose_time,
        _choose,
        "Book this time",
    ),
    "no-time": Doing(
        "They took none", contacts.TakingNone, contacts.take_no_time, _none, "Record it"
    ),
    "attendance": Doing(
        "Record attendance",
        contacts.NotingAttendance,
        contacts.note_attendance,
        _attendance,
        "Record attendance",
    ),
    "rebooking": Doing(
        "Book another time",
        contacts.Rebooking,
        contacts.rebook_appointment,
        _rebook,
        "Book this time",
        "The new appointment names the one it replaces.",
    ),
    "correction": Doing(
        "Put the outcome right",
        contacts.CorrectingAttendance,
        contacts.correct_attendance,
        _correct,
        "Put it right",
        "What was recorded before stays in the history. Waits and the first contact follow.",
    ),
}
"""What may be said of one appointment, by the last part of its address."""


def offered(row: Row, *, scores: bool) -> list[tuple[str, str, bool, str]]:
    """What may be asked of this referral now: address, words, whether it is one button, colour."""
    allowed = set(row.get("actions", ()))
    links = [
        (name, doing.text, not doing.button, doing.kind)
        for name, doing in ON_REFERRAL.items()
        if name in allowed
    ]
    if "appointments" in allowed and scores:
        links.append(("scores", "Record a score", False, "secondary"))
    return links
