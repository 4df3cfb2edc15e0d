"""Every edge of a meeting, legal or not: what may be asked when, and what is recorded then."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.case import Attendee, Dissent
from domain.intentions.answers import Answer
from domain.kernel import Asked, BrokenRule
from domain.meeting import Absence, MeetingScheduled
from domain.vocabulary import (
    ActionId,
    Decision,
    DecisionId,
    MeetingId,
    MeetingKind,
    PartnerId,
)
from tests.people import (
    CHARITY,
    DR_OKAFOR,
    DR_PATEL,
    GARDENING,
    MONDAY,
    ROSA,
    SAM,
    SOCIAL,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.scenario import Community, by

SPRING = MONDAY + timedelta(days=35)
"""After 1 April 2026, when the quorum began to ask for the responsible clinician."""

STARTS = SPRING + timedelta(days=3)
MDT = MeetingId(named("an MDT in spring"))
DECISION = DecisionId(named("what it decides"))

WAYS: dict[str, tuple[str, ...]] = {
    "not scheduled": (),
    "scheduled": ("schedule",),
    "list gone round": ("schedule", "send the list round"),
    "listed": ("schedule", "list in time"),
    "listed only": ("schedule", "list only"),
    "heard": ("schedule", "list in time", "attend with the clinician"),
    "heard without clinician": ("schedule", "list in time", "attend without the clinician"),
    "decided": ("schedule", "list in time", "attend with the clinician", "decide a step up"),
    "over, undecided": ("schedule", "list in time", "close"),
    "over, decided": (
        "schedule",
        "list in time",
        "attend with the clinician",
        "decide a step up",
        "close",
    ),
}
"""Each state, and how one gets there."""


@dataclass
class Room:
    """Rosa, held by her practice, and the meeting about her."""

    place: Community = field(default_factory=Community)

    def __post_init__(self) -> None:
        self.place.register()
        self.place.refer("Rosa to gardening", to=GARDENING)

    def ask(self, words: str) -> Answer:
        """Ask it as the table words it; whoever is not named asks for the practice."""
        ask, _, who = words.partition(", by ")
        partner = {"": WIGG, "the trust": TRUST, "the charity": CHARITY}[who]
        return self._ask(ask, replace(by(partner), at=SPRING))

    def _ask(self, ask: str, asked: Asked) -> Answer:
        care, late = self.place.care, replace(asked, at=STARTS - timedelta(hours=2))
        match ask:
            case "schedule":
                return care.schedule_meeting(MDT, SCHEDULED, asked=asked)
            case "send the list round":
                return care.circulate_list(MDT, asked=asked)
            case "list in time":
                return self._list(asked)
            case "list late, urgent":
                return self._list(late, urgent="She said goodbye to her sister")
            case "list late":
                return self._list(late)
            case "list only":
                return self._list(asked, listed_only=True)
            case "list for the charity to hear":
                return self._list(asked, present=(WIGG, CHARITY))
            case "attend with the clinician":
                return self._attend(asked, GP, PSYCHIATRIST)
            case "attend without the clinician":
                return self._attend(asked, LINK_WORKER, PSYCHIATRIST)
            case "attend for who was not asked":
                return self._attend(asked, SOCIAL_WORKER)
            case "attend for whom she objects to":
                care.object_to(ROSA, TRUST, asked=by(WIGG))
                return self._attend(asked, GP, PSYCHIATRIST)
            case "decide a step up":
                return self._decide(asked, Decision.STEP_UP)
            case "decide otherwise":
                other = DecisionId(named("something else"))
                return self._decide(asked, Decision.STAY, decision=other)
            case "decide to stay":
                return self._decide(asked, Decision.STAY)
            case "decide, somebody elsewhere dissenting":
                return self._decide(asked, Decision.STAY, dissenting=SAM)
            case "dissent":
                against = Dissent(practitioner=DR_OKAFOR, reason="Not yet")
                return care.record_dissent(MDT, ROSA, against, asked=asked)
            case "dissent from elsewhere":
                against = Dissent(practitioner=SAM, reason="Not yet")
                return care.record_dissent(MDT, ROSA, against, asked=asked)
            case "agree an action":
                return self._agree(asked, CHARITY)
            case "apologise":
                return care.record_apologies(MDT, (Absence(partner=TRUST),), asked=asked)
            case "schedule the next":
                return care.schedule_next_meeting(MDT, asked=asked)
            case "close":
                return care.close_meeting(MDT, asked=asked)
        raise AssertionError(f"nobody knows how to {ask}")

    def _list(
        self,
        asked: Asked,
        *,
        present: tuple[PartnerId, ...] = (WIGG, TRUST),
        urgent: str | None = None,
        listed_only: bool = False,
    ) -> Answer:
        return self.place.care.list_case(
            MDT,
            ROSA,
            question="Is she safe?",
            present=present,
            listed_only=listed_only,
            urgent=urgent,
            asked=asked,
        )

    def _attend(self, asked: Asked, *attendees: Attendee) -> Answer:
        return self.place.care.record_attendance(MDT, ROSA, attendees, asked=asked)

    def _decide(
        self,
        asked: Asked,
        outcome: Decision,
        *,
        decision: DecisionId = DECISION,
        dissenting: object = None,
    ) -> Answer:
        return self.place.care.record_decision(
            MDT,
            ROSA,
            decision,
            outcome=outcome,
            service_id=WARD if outcome is Decision.STEP_UP else None,
            rationale="No sleep",
            persons_view="She agrees",
            dissent=(Dissent(practitioner=SAM, reason="No"),) if dissenting else (),
            asked=asked,
        )

    def _agree(self, asked: Asked, owner: PartnerId) -> Answer:
        return self.place.care.agree_action(
            MDT,
            ROSA,
            ActionId(named("a place in the garden")),
            what="Keep a place for her",
            owner=owner,
            due_on=STARTS.date(),
            asked=asked,
        )

    def comes_to(self, words: str) -> str:
        """What asking leads to, in the table's words."""
        before = len(self.place.log.facts)
        try:
            self.ask(words)
        except BrokenRule as rule:
            return rule.rule
        recorded = [type(fact).__name__ for fact in self.place.facts(before)]
        return " + ".join(name for name in recorded if name != "ObjectionRaised") or "already so"


SCHEDULED = MeetingScheduled(
    kind=MeetingKind.WEEKLY_MDT,
    name="MDT",
    starts_at=STARTS,
    chair=DR_PATEL,
    invited=(WIGG, TRUST, SOCIAL),
)
GP = Attendee(practitioner=DR_PATEL, partner=WIGG)
LINK_WORKER = Attendee(practitioner=SAM, partner=WIGG)
PSYCHIATRIST = Attendee(practitioner=DR_OKAFOR, partner=TRUST)
SOCIAL_WORKER = Attendee(practitioner=SAM, partner=SOCIAL)


def table() -> list[tuple[str, str, str]]:
    """State, what is asked, and what comes of it, as the page says."""
    lines = (Path(__file__).parent / "meeting.md").read_text(encoding="utf-8").splitlines()
    state, found = "", []
    for line in lines:
        if line.startswith("## "):
            state = line.removeprefix("## ").lower()
        elif line.startswith("| ") and not line.startswith("| asked"):
            asked, comes = (cell.strip() for cell in line.strip("|").split("|"))
            found.append((state, asked, comes))
    return found


TABLE = table()


@pytest.mark.parametrize(("state", "asked", "comes"), TABLE, ids=[f"{s}: {a}" for s, a, _ in TABLE])
def test_a_meeting_goes_as_the_table_says(state: str, asked: str, comes: str) -> None:
    room = Room()
    for step in WAYS[state]:
        room.ask(step)
    assert room.comes_to(asked) == comes


def test_the_table_has_everything_in_every_state() -> None:
    asked = {words for _, words, _ in TABLE}
    assert {(state, words) for state, words, _ in TABLE} == {
        (state, words) for state in WAYS for words in asked
    }
    assert len(asked) >= 24
