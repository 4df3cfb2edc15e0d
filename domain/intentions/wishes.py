"""What may be asked at a person's word: objections, consent, seals; and what went without it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from domain import partner, person, referral
from domain.acknowledgement import NothingWasWithdrawnThen
from domain.corrections import NothingSuchWasRecorded
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked, BrokenRule
from domain.request import ADVICE, UNANSWERED
from domain.sealing import SomebodyHasStillToAnswer
from domain.vocabulary import DisclosureGround, PartnerId, PersonId, Purpose, SealId


class TheResponsibleMustKnow(BrokenRule):
    """The organisation responsible for the person must know of them; hand the person over first."""


class WishIntentions(Deciding):
    """What a person wants told, to whom and for what. Nobody asks them why."""

    def object_to(self, person_id: PersonId, to: PartnerId, *, asked: Asked) -> Answer:
        """Close an organisation's view of a person. Raises `TheResponsibleMustKnow`."""

        def decide(known: person.Person) -> None:
            if to in self._holders(person_id):
                raise TheResponsibleMustKnow(to)
            known.object_to(to, asked=asked)

        return self._wish(person_id, asked, decide)

    def lift_objection(self, person_id: PersonId, to: PartnerId, *, asked: Asked) -> Answer:
        """Open an organisation's view of a person again."""
        return self._wish(person_id, asked, lambda known: known.lift_objection(to, asked=asked))

    def object_to_use(self, person_id: PersonId, use: Purpose, *, asked: Asked) -> Answer:
        """Close the view of whoever is told for this use alone, but not of who is responsible."""
        return self._wish(person_id, asked, lambda known: known.object_to_use(use, asked=asked))

    def lift_use_objection(self, person_id: PersonId, use: Purpose, *, asked: Asked) -> Answer:
        """Let what is known of a person be used for this again."""
        return self._wish(
            person_id, asked, lambda known: known.lift_use_objection(use, asked=asked)
        )

    def consent_to(self, person_id: PersonId, to: PartnerId, *, asked: Asked) -> Answer:
        """Record that a person agreed in so many words to an organisation's being told."""
        return self._wish(person_id, asked, lambda known: known.consent_to(to, asked=asked))

    def withdraw_consent(self, person_id: PersonId, to: PartnerId, *, asked: Asked) -> Answer:
        """Record that a person no longer agrees to an organisation's being told."""
        return self._wish(person_id, asked, lambda known: known.withdraw_consent(to, asked=asked))

    def seal_item(self, person_id: PersonId, stream: UUID, version: int, *, asked: Asked) -> Answer:
        """Keep something recorded from everybody but those who recorded it.

        Raises `NothingSuchWasRecorded`, `SomebodyHasStillToAnswer` and what `Person.seal` raises.
        """

        def decide(known: person.Person) -> None:
            told = self._facts(stream)
            about = next((each for each in told if each.originator_version == version), None)
            if about is None or about.person != person_id or stream == person_id:
                raise NothingSuchWasRecorded(stream)
            if about.fact.TOPIC.startswith("referral:"):
                asking = self._load(referral.Referral, stream)
                if asking.state in UNANSWERED | ADVICE:
                    raise SomebodyHasStillToAnswer(stream)
            known.seal(about, told, asked=asked)

        return self._wish(person_id, asked, decide)

    def unseal_item(self, person_id: PersonId, seal: SealId, *, asked: Asked) -> Answer:
        """Let others know of what was sealed, as they may. Raises `SealIsUnknown`."""
        return self._wish(person_id, asked, lambda known: known.unseal(seal, asked=asked))

    def acknowledge_withdrawals(self, up_to: int, *, asked: Asked) -> Answer:
        """Say that one's organisation removed all that was withdrawn from it until a position.

        Raises `NothingWasWithdrawnThen`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if up_to > (self._log.max_notification_id() or 0):
                raise NothingWasWithdrawnThen(up_to)
            told = self._get(partner.Partner, asked.organisation, partner.PartnerIsUnknown)
            told.acknowledge_withdrawals(up_to, asked=asked)
            return (told,)

        return self._ask(asked.organisation, asked, decide)

    def record_disclosure(
        self,
        person_id: PersonId,
        to_whom: str,
        *,
        ground: DisclosureGround,
        content: str,
        order: str | None,
        on: date,
        person_told: bool,
        why_not: str | None,
        asked: Asked,
    ) -> Answer:
        """Keep what was told of a person without their consent. Raises what `disclose` raises."""

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            known.disclose(
                to_whom,
                ground=ground,
                content=content,
                order=order,
                on=on,
                person_told=person_told,
                why_not=why_not,
                label=self._label(asked.organisation),
                asked=asked,
            )
            return (known,)

        return self._ask(person_id, asked, decide)

    def _wish(
        self, person_id: PersonId, asked: Asked, wish: Callable[[person.Person], object]
    ) -> Answer:
        """Follow a wish of somebody who lives. Raises `PersonIsUnknown`, `ThePersonHasDied`."""

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            known.must_live()
            wish(known)
            return (known,)

        return self._ask(person_id, asked, decide)
