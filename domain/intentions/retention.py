"""What may be asked of how long a person's record is kept: that the law holds it, or no longer."""

from __future__ import annotations

from domain import person
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked
from domain.legal_hold import LegalHold, OnlyTheHostHolds, legal_hold_of
from domain.vocabulary import LegalHoldReason, PersonId


class RetentionIntentions(Deciding):
    """The host keeps a record for the law."""

    def place_legal_hold(
        self,
        person_id: PersonId,
        order: str,
        *,
        reason: LegalHoldReason,
        words: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Keep a person's record under an order. Raises `OnlyTheHostHolds`, `PersonIsUnknown`."""
        which = legal_hold_of(person_id, order)

        def decide() -> tuple[Aggregate, ...]:
            self._by_the_host(asked)
            self._get(person.Person, person_id, PersonIsUnknown)
            hold = self._load(LegalHold, which)
            hold.place(person_id, order, reason, words, asked=asked)
            return (hold,)

        return self._ask(which, asked, decide)

    def lift_legal_hold(self, person_id: PersonId, order: str, *, asked: Asked) -> Answer:
        """Keep it no more under this order. Raises `OnlyTheHostHolds`, `LegalHoldIsUnknown`."""
        which = legal_hold_of(person_id, order)

        def decide() -> tuple[Aggregate, ...]:
            self._by_the_host(asked)
            hold = self._load(LegalHold, which)
            hold.lift(order, asked=asked)
            return (hold,)

        return self._ask(which, asked, decide)

    def _by_the_host(self, asked: Asked) -> None:
        if asked.organisation != self.host:
            raise OnlyTheHostHolds(asked.organisation)
