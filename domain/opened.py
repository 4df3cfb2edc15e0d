"""To whom one person's record is open in an emergency, and up to where each knew it in its right.

It refuses to know agreements, and what anybody is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.emergency import EmergencyAccessEnded, EmergencyAccessTaken
from domain.involvement import Involvement
from domain.kernel import Recorded
from domain.opening import SealedItemClosed, SealedItemOpened
from domain.vocabulary import PartnerId


@dataclass
class Opened(Involvement):
    """Who opened the record, and until when; an access is over by the clock of the log itself.

    A fact that is recorded after the hour is told to nobody because of it, whether or not a timer
    has said by then that it is over. ``elsewhere`` are those who opened a record linked to this
    one, ``open_to`` all to whom it was open when the last fact was followed. ``in_right`` is the
    position up to which each of them was told without it; 0 for who was told nothing. ``openings``
    are who opened which sealed item, and until when.
    """

    accesses: dict[PartnerId, dict[UUID, datetime]] = field(default_factory=dict)
    elsewhere: set[PartnerId] = field(default_factory=set)
    open_to: set[PartnerId] = field(default_factory=set)
    in_right: dict[PartnerId, int] = field(default_factory=dict)
    openings: dict[UUID, tuple[PartnerId, str, datetime]] = field(default_factory=dict)

    def opened_by(self, recorded: Recorded) -> set[PartnerId]:
        """Whose accesses to this record are open at the moment of a fact, of any record."""
        return {
            partner
            for partner, until in self.accesses.items()
            if any(_moment(recorded) < each for each in until.values())
        }

    def turn(self, recorded: Recorded) -> tuple[set[PartnerId], set[PartnerId]]:
        """Follow a fact, of this record or of one linked to it: to whom it opens, and closes."""
        match recorded.fact:
            case EmergencyAccessTaken(until=until) if recorded.person == self.person:
                taken = self.accesses.setdefault(recorded.organisation, {})
                taken[recorded.originator_id] = until
            case EmergencyAccessEnded() if recorded.person == self.person:
                self.accesses.get(recorded.organisation, {}).pop(recorded.originator_id, None)
            case _:
                pass
        now = _moment(recorded)
        if recorded.person == self.person:
            self._unseal(recorded, now)
        for partner, taken in list(self.accesses.items()):
            self.accesses[partner] = {of: until for of, until in taken.items() if now < until}
        self.accesses = {partner: taken for partner, taken in self.accesses.items() if taken}
        was, self.open_to = self.open_to, self.accesses.keys() | self.elsewhere
        return self.open_to - was, was - self.open_to

    def _unseal(self, recorded: Recorded, now: datetime) -> None:
        """Let who opened a sealed item be told of it as those who keep it, until its time is over.

        It closes by a fact of this very record, so that what was told is told anew with it.
        """
        match recorded.fact:
            case SealedItemOpened(seal=seal, until=until):
                item, who = self.seals.get(seal, ""), recorded.organisation
                keeps = who in self.sealed.get(item, {who}) and not self._opened(who, item)
                if not keeps:
                    self.openings[recorded.originator_id] = (who, item, until)
                    self.sealed[item] |= {who}
            case SealedItemClosed():
                self._seal_again(recorded.originator_id)
            case _:
                pass
        for stream, (_, _, until) in list(self.openings.items()):
            if until <= now:
                self._seal_again(stream)

    def _seal_again(self, stream: UUID) -> None:
        who, item, _ = self.openings.pop(stream, (None, "", None))
        if who and item in self.sealed and not self._opened(who, item):
            self.sealed[item] -= {who}

    def _opened(self, who: PartnerId, item: str) -> bool:
        return any((who, item) == each[:2] for each in self.openings.values())


def _moment(recorded: Recorded) -> datetime:
    return recorded.recorded_at or recorded.effective_at
