"""How partners are told, by each way that pushes: of organisations, for who operates the place."""

from __future__ import annotations

from domain.vocabulary import Way
from projections.operating import SQL, CasesWait, EndpointStands, MailboxStands, TopicStands
from projections.questions.share import ShareQuestions
from projections.tree import SQL as TREE
from projections.tree import TreeStands


class OperatingQuestions(ShareQuestions):
    """What is asked by who operates the place, and by who counts."""

    async def topics_stand(self) -> list[TopicStands]:
        """The topic of each partner that has one, and how far it is."""
        return [TopicStands(*row) for row in await self._rows(SQL["topics"])]

    async def mailboxes_stand(self) -> list[MailboxStands]:
        """The mailbox of each partner that has one, and how far it is."""
        return [MailboxStands(*row) for row in await self._rows(SQL["mailboxes"])]

    async def cases_wait(self) -> list[CasesWait]:
        """For how many cases something waits, by partner and way."""
        return [
            CasesWait(partner, Way(way), cases, since)
            for partner, way, cases, since in await self._rows(SQL["cases"])
        ]

    async def endpoints_stand(self) -> list[EndpointStands]:
        """Every endpoint that has not ended, and how it stands."""
        return [EndpointStands(*row) for row in await self._rows(SQL["endpoints"])]

    async def tree_stands(self) -> TreeStands:
        """How far the log is signed, and why it is not further."""
        (row,) = await self._rows(TREE["stands"])
        return TreeStands(*row)
