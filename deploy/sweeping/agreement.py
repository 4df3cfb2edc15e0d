"""Agreements that begin or expire by the clock, and whom a partner without one still holds.

Whoever is held falls back first; only then does the agreement expire, and all of it is withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid5

from psycopg import Connection

from deploy.sweeping import gone
from deploy.sweeping.swept import Swept
from domain.agreement import AgreementSigned, Over, ahead, in_force, standing
from domain.application import CareCoordination
from domain.kernel import Asked
from domain.policies.days import LONDON, local_date
from domain.vocabulary import PartnerId
from projections import directory, ties
from projections.ties import Tie


@dataclass(frozen=True, slots=True)
class Turn:
    """An agreement that begins, or one that expires."""

    id: PartnerId
    agreement: AgreementSigned
    begins: bool
    day: date

    @property
    def key(self) -> UUID:
        """The idempotency key: whoever asks for it, and how often, it happens once."""
        what = "begins" if self.begins else "expires"
        return uuid5(self.id, f"{self.agreement.reference} {what} {self.day.isoformat()}")

    @property
    def due_at(self) -> datetime:
        return datetime.combine(self.day, time(), LONDON)


def due(connection: Connection, now: datetime) -> list[Tie | Turn]:
    """What begins; whom those without an agreement hold; and then what expires."""
    today = local_date(now)
    begin: list[Tie | Turn] = []
    lapsed: dict[PartnerId, datetime] = {}
    expire: list[Turn] = []
    for partner in directory.load(connection).partners.values():
        if partner.left or not partner.held:
            continue
        begun = [each.agreement for each in ahead(partner.held) if each.agreement.starts <= today]
        begin += [Turn(partner.id, each, True, each.starts) for each in begun[-1:]]
        if in_force(partner.held, today) is not None:
            continue
        last = standing(partner.held)
        ends = last.agreement.ends if last else None
        if last and ends:
            expired = Turn(partner.id, last.agreement, False, ends + timedelta(days=1))
            lapsed[partner.id] = expired.due_at
            if not begun:
                expire.append(expired)
        elif ended := [h.over_at for h in partner.held if h.over is Over.ENDED and h.over_at]:
            lapsed[partner.id] = max(ended)
    return [*begin, *ties.of_lapsed(connection, lapsed), *expire]


def ask(care: CareCoordination, due: Tie | Turn, now: datetime) -> Swept | None:
    """Let it begin, fall back or expire, for the host."""
    if isinstance(due, Tie):
        return gone.ask(care, due, now)
    asked = Asked(organisation=care.host, at=now, key=due.key)
    turn = care.begin_agreement if due.begins else care.expire_agreement
    answer = turn(due.id, asked=asked)
    done = "began" if due.begins else "expired"
    return None if answer.repeated else Swept("agreement", due.id, done, due.due_at)
