"""Load, decide, save: how every intention is asked once and answered once.

It knows the log as a protocol; it refuses to know PostgreSQL, HTTP and the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from eventsourcing.persistence import IntegrityError

from domain import handover_offer, implementation, pathway, request, service
from domain.intentions.answers import Answer, first_answer, kept, next_actions
from domain.intentions.loading import Batch, Loaded
from domain.intentions.log import AlreadyRecorded
from domain.intentions.persons import AboutPersons
from domain.intentions.places import places
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.request import ReferralIsNotWaiting
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.vocabulary import Moment, PartnerId, ServiceId

TRIES = 5
"""How often an intention is decided anew when another one was recorded first."""


OVER = (
    handover_offer.NobodyOfferedThisHandover,
    OnlyTheResponsibleMay,
    PathwayIsClosed,
    ReferralIsNotWaiting,
    request.ReferralWasNotAccepted,
)
"""Refusals that say that something is over, and not why."""


class TooManyAtOnce(BrokenRule):
    """Others are changing the same record at this moment; try again."""


class Deciding(AboutPersons):
    """Deciding once, saving all of it or nothing, and answering the same again."""

    @contextmanager
    def batch(
        self,
        *,
        recorded_at: Callable[[Recorded], Moment] | None = None,
        known: Loaded | None = None,
    ) -> Iterator[Batch]:
        """Gather intentions into one append; for imports and seeding, one thread at a time.

        ``recorded_at`` says when each fact of a history was recorded; it needs a log opened for
        histories. ``known``, kept by the caller from batch to batch, holds every noun of a log that
        nobody else writes to: what is not in it is new and is not looked for. Answers within a
        batch have position 0.
        """
        assert self._batch is None, "batches do not nest"
        self._batch = gathered = Batch() if known is None else Batch(known, whole=True)
        try:
            yield gathered
        finally:
            self._batch = None
        if gathered.facts:
            times = [recorded_at(f) for f in gathered.facts] if recorded_at else None
            self.events.put(gathered.facts, intentions=gathered.intentions, recorded_at=times)

    def not_recorded(self, organisation: PartnerId, keys: Iterable[UUID]) -> tuple[UUID, ...]:
        """Which of an organisation's intentions are not recorded, or not yet."""
        return tuple(key for key in keys if self._log.earlier(organisation, key) is None)

    def _ask(self, noun: UUID, asked: Asked, decide: Callable[[], tuple[Aggregate, ...]]) -> Answer:
        """Decide and save; repeat the decision when somebody else's was saved first.

        Raises what the rules raise, `KeyStandsForAnotherIntention` and `TooManyAtOnce`.
        """
        if self._batch is not None:
            try:
                changed = self._counted(self._followed_up(decide(), asked), asked)
            except BrokenRule:
                self._forget(self._batch)
                raise
            return self._gather(self._batch, noun, asked, changed)
        earlier, history = self._log.opening(asked.organisation, asked.key, noun)
        if earlier:
            return first_answer(earlier, asked)
        self._opened.put(noun, history)
        try:
            return self._decided(noun, asked, decide)
        finally:
            self._opened.close()

    def _decided(
        self, noun: UUID, asked: Asked, decide: Callable[[], tuple[Aggregate, ...]]
    ) -> Answer:
        for _ in range(TRIES):
            try:
                changed = self._counted(self._followed_up(decide(), asked), asked)
            except BrokenRule as rule:
                # The same intention, asked at the same moment, may have been recorded meanwhile.
                if same := self._log.earlier(asked.organisation, asked.key):
                    return first_answer(same, asked)
                if isinstance(rule, OVER):
                    self._living_behind(noun)  # it is over because they died: say so
                raise
            decided = [fact for aggregate in changed for fact in aggregate.collect_events()]
            actions = next_actions(noun, changed, asked.organisation, lambda: self._way(asked))
            if not decided:
                return Answer(noun, self._log.max_notification_id() or 0, actions, repeated=True)
            try:
                saved = self.events.put(decided, intentions=[kept(noun, asked, actions)])
            except IntegrityError:
                self._opened.close()
                continue
            except AlreadyRecorded as repeated:
                return first_answer(repeated.earlier[0], asked)
            return Answer(noun, saved[-1].notification.id, actions)
        raise TooManyAtOnce(noun)

    def _followed_up(self, changed: tuple[Aggregate, ...], asked: Asked) -> tuple[Aggregate, ...]:
        """With what a hand-over's answer, or a pathway's end, says of the decision behind it."""
        for way in changed:
            if not isinstance(way, pathway.Pathway) or way.person is None:
                continue
            answers = [r for r in way.pending if isinstance(r.fact, implementation.ANSWERS)]
            if not answers:
                continue
            of = implementation.implementation_of(way.person)
            known = next((each for each in changed if each.id == of), None)
            following = known or self._load(implementation.Implementation, of)
            assert isinstance(following, implementation.Implementation)
            for answer in answers:
                following.hear(answer, asked=asked)
            return changed if known else (*changed, following)
        return changed

    def _counted(self, changed: tuple[Aggregate, ...], asked: Asked) -> tuple[Aggregate, ...]:
        """With the places that referrals took or freed at services. Raises `ServiceIsFull`."""

        def load(service_id: ServiceId) -> service.Service:
            return self._load(service.Service, service_id)

        return *changed, *places(changed, load, asked)

    def _gather(
        self, batch: Batch, noun: UUID, asked: Asked, changed: Sequence[Aggregate]
    ) -> Answer:
        for aggregate in changed:
            batch.loaded[aggregate.id] = aggregate
            batch.facts += aggregate.collect_events()
        batch.intentions.append(kept(noun, asked, ()))
        return Answer(noun, 0)

    def _forget(self, batch: Batch) -> None:
        """Take back what a refused intention had decided so far."""
        for noun, changed in list(batch.loaded.items()):
            if changed.pending:
                gathered = [fact for fact in batch.facts if fact.originator_id == noun]
                batch.loaded[noun] = self._stored(type(changed), noun)
                for fact in gathered:
                    batch.loaded[noun].follow(fact)
