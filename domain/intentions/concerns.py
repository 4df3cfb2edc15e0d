"""What may be asked about concerns for somebody's safety, and about safeguarding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from domain import concern, person, safeguarding
from domain.intentions.answers import Answer
from domain.intentions.persons import PersonIsUnknown
from domain.intentions.raising import NobodyMayLook, Raising
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.policies import entry
from domain.policies.concerns import ConcernRung, Looker, MustLook
from domain.vocabulary import (
    ConcernId,
    ConcernOutcome,
    ConcernSource,
    PartnerId,
    PersonId,
    Purpose,
    SafeguardingId,
)


class AnAnswerRaisesItself(BrokenRule):
    """An answer to item 9 raises its concern with its measure; raise another one in words."""


class TheyMayNotLook(BrokenRule):
    """This organisation gives no care, has left, or may not be told of them; name another."""


class OnlyCareRefersForSafeguarding(BrokenRule):
    """Your organisation raises a concern instead: who cares for the person is told, and looks."""


class ConcernIntentions(Raising):
    """A worry about somebody is with one organisation until somebody says what came of it."""

    def raise_concern(
        self,
        person_id: PersonId,
        concern_id: ConcernId,
        *,
        source: ConcernSource,
        words: str,
        sealed_from: tuple[PartnerId, ...] = (),
        asked: Asked,
    ) -> Answer:
        """Raise a concern about a person one knows; ``sealed_from`` never learn of it.

        Raises `AnAnswerRaisesItself`, `NobodyMayLook` and what `Concern.raise_for` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            if source in (ConcernSource.ITEM_9, ConcernSource.SAFEGUARDING):
                raise AnAnswerRaisesItself(concern_id)
            self._get(person.Person, person_id, PersonIsUnknown)
            looker = self._looker(person_id, asked, without=sealed_from)
            if looker is None:
                raise NobodyMayLook(person_id)
            raising = self._load(concern.Concern, concern_id)
            raising.raise_for(
                person_id,
                looker,
                source=source,
                words=words,
                sealed_from=sealed_from,
                label=self._label(looker.partner, self._label(asked.organisation)),
                asked=asked,
            )
            return (raising,)

        return self._ask(concern_id, asked, decide)

    def acknowledge_concern(self, concern_id: ConcernId, first_did: str, *, asked: Asked) -> Answer:
        """Say that you looked, and what you did first; your organisation has it from here."""
        return self._on_concern(concern_id, asked, lambda c: c.acknowledge(first_did, asked=asked))

    def pass_on_concern(
        self, concern_id: ConcernId, to: PartnerId, words: str, *, asked: Asked
    ) -> Answer:
        """Ask another organisation to act; one's own has it until somebody there looks.

        Raises `TheyMayNotLook` and what `Concern.pass_on` raises.
        """

        def pass_on(passing: concern.Concern) -> Recorded | None:
            assert passing.person is not None
            if to in passing.sealed_from or not self._may_look(passing.person, to, asked):
                raise TheyMayNotLook(to)
            return passing.pass_on(to, words, asked=asked)

        return self._on_concern(concern_id, asked, pass_on)

    def not_take_concern(self, concern_id: ConcernId, words: str, *, asked: Asked) -> Answer:
        """Say that one's organisation does not take a concern on."""
        return self._on_concern(concern_id, asked, lambda c: c.not_take(words, asked=asked))

    def resolve_concern(
        self, concern_id: ConcernId, outcome: ConcernOutcome, words: str, *, asked: Asked
    ) -> Answer:
        """Say what came of a concern."""
        return self._on_concern(concern_id, asked, lambda c: c.resolve(outcome, words, asked=asked))

    def escalate_concern(self, concern_id: ConcernId, rung: ConcernRung, *, asked: Asked) -> Answer:
        """Tell the next one that nobody has looked; a timer asks it, of whatever it is about."""

        def decide() -> tuple[Aggregate, ...]:
            waiting = self._get(concern.Concern, concern_id, concern.ConcernIsUnknown)
            waiting.escalate(rung, self._told_on(waiting, rung), asked=asked)
            return (waiting,)

        return self._ask(concern_id, asked, decide)

    def refer_safeguarding(
        self,
        person_id: PersonId,
        safeguarding_id: SafeguardingId,
        referred: safeguarding.SafeguardingReferred,
        *,
        asked: Asked,
    ) -> Answer:
        """Record a safeguarding referral; a body of this place must look, as at any concern.

        Raises `OnlyCareRefersForSafeguarding`, `TheyMayNotLook`, `ConcernIsUnknown` and what
        `Safeguarding.refer` raises.
        """
        for_safety = replace(asked, purpose=Purpose.SAFEGUARDING)

        def decide() -> tuple[Aggregate, ...]:
            if self._kind(asked.organisation) not in entry.HOLDING:
                raise OnlyCareRefersForSafeguarding(asked.organisation)
            self._get(person.Person, person_id, PersonIsUnknown)
            if referred.concern is not None:
                known = self._load(concern.Concern, referred.concern)
                if known.person != person_id or asked.organisation in known.sealed_from:
                    raise concern.ConcernIsUnknown(referred.concern)
            label = self._label(asked.organisation)
            referring = self._load(safeguarding.Safeguarding, safeguarding_id)
            if referred.body is None:
                referring.refer(person_id, referred, label=label, asked=for_safety)
                return (referring,)
            label = self._label(referred.body, label)
            made = referring.refer(person_id, referred, label=label, asked=for_safety)
            if not self._may_look(person_id, referred.body, asked):
                raise TheyMayNotLook(referred.body)
            looking = self._load(concern.Concern, concern.concern_of_safeguarding(safeguarding_id))
            looking.raise_for(
                person_id,
                Looker(referred.body, MustLook.NAMED),
                source=ConcernSource.SAFEGUARDING,
                words=referred.content,
                sealed_from=referred.alleged,
                label=label,
                asked=for_safety,
                cause=made.id,
            )
            return referring, looking

        return self._ask(safeguarding_id, asked, decide)

    def _told_on(self, waiting: concern.Concern, rung: ConcernRung) -> PartnerId:
        """Who is told on a rung: who holds the person, or else the host; never who it is about."""

        def among() -> Iterator[PartnerId]:
            assert waiting.person is not None
            way = self._pathway(waiting.person)
            if way.responsible and rung is not ConcernRung.HOST:
                yield way.responsible
            yield self.host
            if practice := self._load(person.Person, waiting.person).practice:
                yield practice

        assert waiting.acts is not None
        may = (each for each in among() if each not in waiting.sealed_from)
        return next(may, waiting.acts)

    def _on_concern(
        self,
        concern_id: ConcernId,
        asked: Asked,
        activity: Callable[[concern.Concern], Recorded | None],
    ) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            known = self._get(concern.Concern, concern_id, concern.ConcernIsUnknown)
            if asked.organisation in known.sealed_from:
                raise concern.ConcernIsUnknown(concern_id)
            activity(known)
            return (known,)

        return self._ask(concern_id, asked, decide)
