"""Ties: what binds a person to an organisation, so that it can be ended when either is gone.

Folded from the facts and not from a share, because it is the timer's and no partner's: it holds ids
and times, and refuses to hold a word about anybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from psycopg import Connection

from domain import outcome, partner, pathway, person, referral
from domain.advice import AdviceAsked, AdviceGiven
from domain.concern import (
    ConcernAcknowledged,
    ConcernFellBack,
    ConcernResolved,
    SafetyConcernRaised,
)
from domain.handover import HandoverAccepted, HandoverDeclined, HandoverLapsed, HandoverOffered
from domain.kernel import Recorded
from domain.leaving import ResponsibilityFellBack
from domain.unanswered import ReferralExpired
from domain.vocabulary import PartnerId, PersonId, Tied
from projections.statements import columns, statements

SQL = statements("ties")


@dataclass(frozen=True, slots=True)
class Tie:
    """One thing that binds a person to an organisation; ``since`` is the position that tied it.

    ``gone_at`` is since when one of the two is gone.
    """

    about: Tied
    id: UUID
    person: PersonId
    organisation: PartnerId
    since: int
    gone_at: datetime

    @property
    def key(self) -> UUID:
        """The idempotency key of its end: whoever asks for it, and how often, it ends once."""
        return uuid5(self.id, f"{self.about} {self.since} {self.gone_at.isoformat()}")


class Ties:
    """The view's fold. A row is what is open; what ended has none."""

    name = "ties"

    def __init__(self) -> None:
        self._rows: dict[tuple[Tied, UUID], tuple[PersonId, PartnerId, int]] = {}
        self._changed: set[tuple[Tied, UUID]] = set()
        self._gone: dict[UUID, datetime | None] = {}

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Fetch nothing: every fact says all that its row holds."""
        self._rows, self._changed, self._gone = {}, set(), {}

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        stream, fact = recorded.originator_id, recorded.fact
        match fact:
            case AdviceAsked() | referral.ReferralMade() | referral.ReferralRedirected():
                self._tie(Tied.REFERRAL, stream, recorded, fact.receiver)
            case (
                AdviceGiven()
                | referral.ReferralDeclined()
                | referral.ReferralWithdrawn()
                | ReferralExpired()
                | outcome.ReferralClosed()
            ):
                self._untie(Tied.REFERRAL, stream)
            case HandoverOffered(handover=handover, receiver=receiver):
                self._tie(Tied.HANDOVER, handover, recorded, receiver)
            case HandoverAccepted(handover=handover, receiver=receiver):
                self._untie(Tied.HANDOVER, handover)
                self._tie(Tied.PATHWAY, _person(recorded), recorded, receiver)
            case HandoverDeclined(handover=handover) | HandoverLapsed(handover=handover):
                self._untie(Tied.HANDOVER, handover)
            case (
                pathway.PathwayOpened() | pathway.PathwayReopened() | ResponsibilityFellBack()
            ) as held:
                self._tie(Tied.PATHWAY, _person(recorded), recorded, held.responsible)
            case pathway.PathwayClosed():
                self._untie(Tied.PATHWAY, _person(recorded))
            case SafetyConcernRaised() | ConcernAcknowledged() | ConcernFellBack():
                self._tie(Tied.CONCERN, stream, recorded, fact.acts)
            case ConcernResolved():
                self._untie(Tied.CONCERN, stream)
            case person.PersonDied() | partner.PartnerLeft():
                self._gone[stream] = recorded.effective_at
            case person.DeathRecordedInError():
                self._gone[stream] = None
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write the touched rows, in the open transaction."""
        cursor = connection.cursor(binary=True)
        loose = [(about.value, what) for about, what in self._changed - self._rows.keys()]
        if loose:
            cursor.execute(SQL["untie"], columns(loose), prepare=True)
        tied = [
            (about.value, what, *self._rows[about, what])
            for about, what in self._changed & self._rows.keys()
        ]
        if tied:
            cursor.execute(SQL["save"], columns(tied), prepare=True)
        for who, at in self._gone.items():
            if at is None:
                cursor.execute(SQL["come_back"], (who,))
            else:
                cursor.execute(SQL["leave"], (who, at))

    def _tie(self, about: Tied, what: UUID, recorded: Recorded, to: PartnerId) -> None:
        self._rows[about, what] = (_person(recorded), to, recorded.position)
        self._changed.add((about, what))

    def _untie(self, about: Tied, what: UUID) -> None:
        self._rows.pop((about, what), None)
        self._changed.add((about, what))


def loose(connection: Connection, now: datetime) -> list[Tie]:
    """What binds somebody, or an organisation, that is gone; the longest gone first."""
    rows = connection.cursor(binary=True).execute(SQL["loose"], [now, now])
    return [
        Tie(Tied(about), what, PersonId(who), PartnerId(organisation), since, at)
        for about, what, who, organisation, since, at in rows
    ]


def of_lapsed(connection: Connection, lapsed: Mapping[PartnerId, datetime]) -> list[Tie]:
    """What binds somebody to an organisation that has no agreement, and since when it has none.

    A referral is none of it: it waits for another agreement, or comes back when nobody answers.
    """
    if not lapsed:
        return []
    rows = connection.cursor(binary=True).execute(SQL["of_organisations"], [list(lapsed)])
    return [
        Tie(Tied(about), what, PersonId(who), PartnerId(whose), since, lapsed[PartnerId(whose)])
        for about, what, who, whose, since in rows
    ]


def _person(recorded: Recorded) -> PersonId:
    assert recorded.person is not None, "only a person is tied to an organisation"
    return recorded.person
