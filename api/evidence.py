"""What speaks for a move between steps, as a request says it, and the measure it may leave unnamed.

It refuses to judge: which evidence a move needs is said by the domain.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from api.asking import Activity, Asking
from domain.policies.steps import Evidence
from domain.steps import Grounds
from domain.texts import Text
from domain.vocabulary import DecisionId, MeasureId


class OnEvidence(Activity):
    """What speaks for a move to another step, as the place's stepped-care model demands.

    A measure that is not named is the person's latest that your organisation may know of.
    """

    evidence: Text | None = None
    evidence_kind: Evidence | None = None
    measure: UUID | None = None
    decision: UUID | None = None

    async def grounds(self, subject: UUID | None, asks: Asking) -> Grounds:
        """The grounds as the domain takes them; ``subject`` is the person as the caller knows."""
        given = Grounds(
            self.evidence_kind,
            words=self.evidence,
            measure=MeasureId(self.measure) if self.measure else None,
            decision=DecisionId(self.decision) if self.decision else None,
        )
        if given.kind is not Evidence.MEASURE or given.measure or subject is None:
            return given
        known = asks.known_as(await asks.person(subject))
        row = await asks.here.reading.record(asks.caller.organisation, known)
        latest = row.get("latest_measure") if row else None
        return replace(given, measure=MeasureId(UUID(latest["id"]))) if latest else given
