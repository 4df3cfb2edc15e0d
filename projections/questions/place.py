"""The place: its directory, how many are held, what was wanted in vain, what could not be folded.

It refuses to name anybody who is helped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.vocabulary import PartnerId
from projections import directory, partitions, unmet
from projections.directory import Directory
from projections.keys import PersonKeys
from projections.moments import NOW, When
from projections.partitions import GroupLag
from projections.pseudonyms import Pseudonyms
from projections.questions.share import ENGINE, SHARE, ShareQuestions
from projections.statements import statements
from projections.topics import CURRENT, LAG, Lag, topic_of

DIRECTORY = statements("directory")
UNMET = statements("unmet")


@dataclass(frozen=True, slots=True)
class Glance:
    """Everybody who helps, and the position that the views show at least."""

    directory: Directory
    position: int


class PlaceQuestions(ShareQuestions):
    """What is known of the place and told to everybody in it."""

    def __init__(
        self, dsn: str, keys: PersonKeys, pseudonyms: Pseudonyms, *, most: int = 8
    ) -> None:
        super().__init__(dsn, keys, pseudonyms, most=most)
        self._directory: tuple[int, Directory] = (-1, Directory())

    async def directory(self) -> Directory:
        """Partners, services and practitioners; about nobody who is helped."""
        return (await self.glance()).directory

    async def glance(self, positions: tuple[int, int] | None = None) -> Glance:
        """The directory and what the views show: what every request begins with.

        ``positions`` are of the directory and of what is shown, where they were just read.
        """
        if positions is None:
            (positions,) = await self._of_everybody(ENGINE["glance"])
        at, shown = positions
        if at != self._directory[0]:
            self._directory = (at, directory.read(await self._of_everybody(DIRECTORY["all"])))
        return Glance(self._directory[1], shown)

    async def unmet(self, partner: PartnerId | None, when: When = NOW) -> list[unmet.Counted]:
        """How often what was wanted in vain; ``None`` counts the place, each once."""
        position = await self.position(when)
        found = (
            await self._rows(UNMET["of_the_place"], position)
            if partner is None
            else await self._rows(UNMET["of_partner"], partner, position)
        )
        rows = (unmet.Wanted(*row) for row in found)
        true_by = (row for row in rows if when.as_of is None or row.at <= when.as_of)
        return unmet.counted(true_by, position)

    async def custody(self) -> dict[str, Any]:
        """How many persons each organisation is responsible for, and how many nobody is."""
        rows = await self._rows(SHARE["custody"])
        held = {str(partner): count for partner, count in rows if partner}
        nobody = sum(count for partner, count in rows if partner is None)
        return {
            "open": sum(held.values()) + nobody,
            "held_by_nobody": nobody,
            "by_organisation": held,
        }

    async def relay_lag(self) -> Lag:
        """How far the partners' Kafka topics are behind what was told, without saying whose."""
        ((topics, entries, seconds, parked),) = await self._rows(LAG)
        return Lag(topics, entries, seconds, parked)

    async def group_lag(self) -> GroupLag:
        """How far a group of workers is behind what was told, without saying of whom."""
        ((of, behind, seconds, idle, parked),) = await self._rows(partitions.LAG, partitions.IDLE)
        return GroupLag(of, behind, seconds, idle, parked)

    async def topic(self, partner: PartnerId) -> str | None:
        """The Kafka topic that a partner's share is on, if it is on one."""
        rows = await self._rows(CURRENT, partner)
        return topic_of(partner, rows[0][0]) if rows else None

    async def parked(self) -> list[dict[str, Any]]:
        """The cases whose facts could not be folded."""
        names = ("case", "position", "topic", "reason", "parked_at")
        return [dict(zip(names, row, strict=True)) for row in await self._rows(SHARE["parked"])]
