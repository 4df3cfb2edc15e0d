"""Silences: what waits for an answer, and when the next to be told that none came is due.

Folded from the facts and not from a share, because it is the timer's and no partner's: it holds
ids, times and a priority, and refuses to hold a word about anybody. A place that was in use before
this view was there follows what is offered from then on; what waited by then is not escalated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from domain import referral
from domain.advice import AdviceAsked, AdviceFact, AdviceGiven
from domain.handover import HandoverAccepted, HandoverDeclined, HandoverLapsed, HandoverOffered
from domain.handover_offer import HandoverSilenceAcknowledged, HandoverSilenceEscalated
from domain.kernel import Fact, Recorded
from domain.policies.escalation import Rung, Silence
from domain.request import ReferralFact
from domain.silence import Wait
from domain.unanswered import ReferralExpired, SilenceAcknowledged, SilenceEscalated
from domain.vocabulary import PartnerId, PersonId, Priority
from projections.statements import columns, statements

SQL = statements("silences")
ABOUT_A_REFERRAL = (ReferralFact, AdviceFact)
ANSWERS = (
    referral.ReferralAccepted,
    referral.ReferralDeclined,
    referral.ReferralWithdrawn,
    ReferralExpired,
    AdviceGiven,
    HandoverAccepted,
    HandoverDeclined,
    HandoverLapsed,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One referral or hand-over that waits. ``organisation`` is the sender: the timer asks for it.

    ``since`` is the position of the fact that began the wait. ``due_at`` is when the next rung
    falls due, or after the last one, when it expires; ``None`` once somebody has heard.
    """

    id: UUID
    person: PersonId
    organisation: PartnerId
    wait: Wait
    since: int
    due_at: datetime | None = None

    def key(self, what: Rung | str) -> UUID:
        """A rung's idempotency key, or the expiry's: whoever asks it, and how often, it is once."""
        return uuid5(self.id, f"{self.since} {what}")


class Silences:
    """The view's fold. Rows are keyed by referral or hand-over; what is answered has no row."""

    name = "silences"

    def __init__(self) -> None:
        self._rows: dict[UUID, Waiting] = {}
        self._changed: set[UUID] = set()

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> Iterator[None]:
        """Fetch the rows these facts touch."""
        self._changed = set()
        touched = {what for each in facts if (what := _about(each)) is not None}
        self._rows = {}
        if touched:
            cursor = connection.cursor(binary=True)
            cursor.execute(SQL["rows"], [list(touched)], prepare=True)
            yield
            self._rows = {row[0]: _waiting(row) for row in cursor}

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        what, fact, at = _about(recorded), recorded.fact, recorded.effective_at
        if what is None:
            return
        row = self._rows.get(what)
        match fact:
            case referral.ReferralMade() | AdviceAsked():
                wait = Wait.since(Silence.REFERRAL, recorded, fact.priority)
                self._begin(what, recorded, fact.sender, wait)
            case HandoverOffered() if row is None:
                # One that a referral carries has the referral's id, and waits as the referral.
                self._begin(what, recorded, fact.sender, Wait.since(Silence.HANDOVER, recorded))
            case (
                referral.InformationAsked()
                | referral.InformationGiven()
                | referral.ReferralRedirected()
            ) if row:
                asked_back = isinstance(fact, referral.InformationAsked)
                about = Silence.INFORMATION if asked_back else Silence.REFERRAL
                anew = Wait.since(about, recorded, row.wait.priority)
                self._keep(replace(row, wait=anew, since=recorded.position))
            case SilenceAcknowledged() | HandoverSilenceAcknowledged() if row:
                self._keep(replace(row, wait=row.wait.heard()))
            case SilenceEscalated(rung=rung) | HandoverSilenceEscalated(rung=rung) if row:
                self._keep(replace(row, wait=row.wait.climbed(rung, at)))
            case _ if row and isinstance(fact, ANSWERS) and _ends(fact, row.wait.about):
                del self._rows[what]
                self._changed.add(what)
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        rows = [self._rows[what] for what in self._changed if what in self._rows]
        answered = [what for what in self._changed if what not in self._rows]
        cursor = connection.cursor(binary=True)
        if rows:
            cursor.execute(SQL["save"], columns(map(_columns, rows)), prepare=True)
        if answered:
            cursor.execute(SQL["answered"], [answered], prepare=True)

    def _begin(self, what: UUID, recorded: Recorded, sender: PartnerId, wait: Wait) -> None:
        assert recorded.person is not None, "only about a person is anything offered"
        self._keep(Waiting(what, recorded.person, sender, wait, recorded.position))

    def _keep(self, row: Waiting) -> None:
        due = row.wait.next(row.wait.offered_at)
        self._rows[row.id] = replace(row, due_at=due.at if due else row.wait.expires_at)
        self._changed.add(row.id)


def due(connection: Connection, now: datetime) -> list[Waiting]:
    """Everything whose next rung or end has fallen due, the longest overdue first."""
    return [_waiting(row) for row in connection.cursor(binary=True).execute(SQL["due"], [now])]


def _about(recorded: Recorded) -> UUID | None:
    """The referral or the hand-over a fact is about."""
    if isinstance(recorded.fact, ABOUT_A_REFERRAL):
        return recorded.originator_id
    handover: UUID | None = getattr(recorded.fact, "handover", None)
    return handover


def _ends(fact: Fact, about: Silence) -> bool:
    """Whether an answer is one to this silence, where a referral and its offer share an id."""
    return isinstance(fact, ABOUT_A_REFERRAL) is not (about is Silence.HANDOVER)


def _waiting(row: Sequence[Any]) -> Waiting:
    (
        what,
        about,
        person,
        organisation,
        priority,
        offered_at,
        since,
        sent,
        acknowledged,
        told_at,
        due_at,
    ) = row
    wait = Wait(
        Silence(about),
        offered_at,
        Priority(priority),
        tuple(Rung(rung) for rung in sent),
        acknowledged,
        told_at,
    )
    if due_at is not None and wait.next(offered_at) is None:
        wait = replace(wait, expires_at=due_at)
    return Waiting(what, PersonId(person), PartnerId(organisation), wait, since, due_at)


def _columns(row: Waiting) -> tuple[Any, ...]:
    wait = row.wait
    return (
        row.id,
        wait.about.value,
        row.person,
        row.organisation,
        wait.priority.value,
        wait.offered_at,
        row.since,
        " ".join(rung.value for rung in wait.sent),  # rungs are words
        wait.acknowledged,
        wait.told_at,
        row.due_at,
    )
