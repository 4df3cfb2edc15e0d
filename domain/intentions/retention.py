"""What may be asked of how long something is kept: that the law holds it, and what may go."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain import feedback, person
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kept_no_longer import LettingGo, OnlyATimerLetsGo
from domain.kernel import Aggregate, Asked
from domain.legal_hold import ALegalHoldKeepsThem, LegalHold, OnlyTheHostHolds, legal_hold_of
from domain.vocabulary import LegalHoldReason, PersonId, Retention


class RetentionIntentions(Deciding):
    """The host keeps a record for the law, and lets go of what was kept for long enough."""

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

    def let_volumes_go(
        self,
        person_id: PersonId,
        kept_as: Retention,
        volumes: Mapping[PersonId, Collection[int]],
        *,
        asked: Asked,
    ) -> Answer:
        """Let volumes of a person go, on each record of theirs; a sweep asks it, and asks it again.

        An answer that nobody gave by name stands where the person would. Raises `OnlyTheHostHolds`,
        `OnlyATimerLetsGo`, `PersonIsUnknown`, `ALegalHoldKeepsThem`, `OnlyErasureLetsARecordGo`.
        """

        def decide() -> tuple[Aggregate, ...]:
            self._by_the_host(asked)
            if asked.practitioner is not None:
                raise OnlyATimerLetsGo(person_id)
            about = {each: self._about(each) for each in sorted(volumes)}
            known = any(isinstance(each, person.Person) for each in about.values())
            records = self._one_person(person_id) if known else ()
            if any(self._held_for_the_law(each) for each in records):
                raise ALegalHoldKeepsThem(person_id)
            for each, noun in about.items():
                noun.let_volumes_go(kept_as, volumes[each], asked=asked)
            return tuple(about.values())

        return self._ask(person_id, asked, decide)

    def _about(self, person_id: PersonId) -> LettingGo:
        """The person, or the answer that is nobody's."""
        nouns = dict(self._log.streams_of(person_id))
        if nouns.get(person_id) == feedback.Feedback.NOUN:
            return self._load(feedback.Feedback, person_id)
        return self._get(person.Person, person_id, PersonIsUnknown)

    def _by_the_host(self, asked: Asked) -> None:
        if asked.organisation != self.host:
            raise OnlyTheHostHolds(asked.organisation)
