"""The words pages use for times, codes, statuses and what happened; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel import Category
from domain.vocabulary import Way

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


def month(value: str) -> str:
    """November 2026, of the day it begins with."""
    return f"{date.fromisoformat(value):%B %Y}"


def moment(value: datetime | str) -> str:
    """4 November 2026, 11:30."""
    return f"{day(value)}, {instant(value):%H:%M}"


def time(value: datetime | str) -> str:
    """11:30, of what is known to be today."""
    return f"{instant(value):%H:%M}"


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


def ago(earlier: datetime, now: datetime) -> str:
    """How long ago: just now, 10 seconds ago, 1 hour ago."""
    seconds = int((now - earlier).total_seconds())
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"


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

KINDS = {
    Category.IDENTITY: "name and telephone number",
    Category.DEMOGRAPHIC: "date of birth, NHS number and address",
    Category.ACCESS: "language and communication needs",
    Category.REFERRAL: "that help was asked for",
    Category.ASK: "what was asked, in practical words",
    Category.ENGAGEMENT: "appointments and attendance",
    Category.COORDINATION: "step, key worker and who is responsible",
    Category.CLINICAL: "clinical reasons, scores and decisions",
    Category.PLAN: "goals and the plan",
    Category.EQUALITY: "ethnicity and deprivation",
    Category.SAFETY: "concerns for safety, and safeguarding",
}
"""What each category of data about a person is called in plain words."""

WAYS = {
    Way.FEED: ("A list that they ask for", "Page by page, from any number on. Suits everybody."),
    Way.LIVE: ("A stream that stays open", "Each entry as it is told, over one connection."),
    Way.KAFKA: ("A topic of their own in Kafka", "For who runs Kafka within the same network."),
    Way.WEBHOOK: ("Word that there is news", "A call to their web server; then they ask the list."),
    Way.MESH: ("Their NHS MESH mailbox", "Files, for NHS bodies that have a mailbox."),
    Way.MAIL: ("A letter with a link", "For who has no systems: it opens one referral."),
}
"""What each way to be told is called in plain words, and whom it suits."""

SAID_OTHERWISE = frozenset({Category.IDENTITY, Category.REFERRAL})
"""What a page need not name as not shared: without it there would be no page."""


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
