"""What a partner has still to remove, and who has not said that they did."""

from __future__ import annotations

from collections.abc import Sequence

from domain.vocabulary import PartnerId, PersonId
from projections import looking
from projections.questions.share import ShareQuestions
from projections.withdrawals import SQL, Withdrawal


class WithdrawalQuestions(ShareQuestions):
    """Withdrawals that nobody has acknowledged."""

    async def to_remove(self, partner: PartnerId) -> list[Withdrawal]:
        """What was withdrawn from a partner and not acknowledged, the oldest first."""
        rows = await self._rows(SQL["of_partner"], partner)
        looking.note_rows(partner, ({"person": str(subject)} for _, subject, *_ in rows))
        return [
            Withdrawal(partner, subject, position, at, number, kept_as=kept_as)
            for number, subject, position, at, kept_as in rows
        ]

    async def not_acknowledged(
        self, host: PartnerId, person: PersonId | None = None
    ) -> Sequence[Withdrawal]:
        """Who has not said that they removed what was withdrawn, by the host's ids of persons."""
        rows = await self._rows(SQL["of_everybody"], person)
        looking.note_persons(PersonId(who) for _, who, _, _ in rows)
        return [
            Withdrawal(partner, self.pseudonyms.of(host, PersonId(who)), position, at)
            for partner, who, position, at in rows
        ]
