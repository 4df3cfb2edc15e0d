"""What was published of each month. It names nobody: all went through disclosure control."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.vocabulary import Moment
from projections import measured
from projections.measured import SQL, Said
from projections.monthly import EVERY, EVERYBODY
from projections.questions.share import ShareQuestions


class MeasuredQuestions(ShareQuestions):
    """Measures of the place's months, for whoever may see totals."""

    async def said(
        self,
        *,
        service: str | None = EVERY,
        characteristic: str | None = EVERYBODY,
        measures: Sequence[str] | None = None,
        since: date | None = None,
        until: date | None = None,
        as_at: Moment | None = None,
    ) -> list[Said]:
        """The figures of each month that was published: those frozen, or else the last ones."""
        asking = measured.asked(
            service=service,
            characteristic=characteristic,
            measures=measures,
            since=since,
            until=until,
            as_at=as_at,
        )
        return [Said(*row) for row in await self._of_everybody(SQL["said"], asking)]

    async def months_said(self) -> list[date]:
        """Every month that was published, the first one first."""
        return [month for (month,) in await self._of_everybody(SQL["months"])]

    async def services_said(self) -> list[str]:
        """Every service with figures, by name, and ``all services``."""
        return [service for (service,) in await self._of_everybody(SQL["services"])]
