"""What may be asked about services: by those who offer them, and by who wanted one in vain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from domain import partner, service, unmet
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked, Recorded
from domain.person import Person
from domain.request import UNANSWERED
from domain.vocabulary import (
    HandoverId,
    Label,
    Need,
    PartnerId,
    PersonId,
    ReferralId,
    ServiceId,
    Step,
    UnmetNeedId,
    WhyUnmet,
)


class OfferingIntentions(Deciding):
    """A service opens, says what it is and how much room it has, pauses and closes."""

    def open_service(
        self, service_id: ServiceId, opening: service.ServiceOpened, *, asked: Asked
    ) -> Answer:
        """Offer a service. Raises `OnlyWhoOffersItMay`, `PartnerIsUnknown`, `PartnerHasLeft`."""

        def decide() -> tuple[Aggregate, ...]:
            if asked.organisation not in (opening.partner, self.host):
                raise service.OnlyWhoOffersItMay(service_id)
            if self._kind(opening.partner) is None:
                raise partner.PartnerIsUnknown(opening.partner)
            if not self._stays(opening.partner):
                raise partner.PartnerHasLeft(opening.partner)
            offered = self._load(service.Service, service_id)
            if offered.partner not in (None, opening.partner):
                raise service.OnlyWhoOffersItMay(service_id)
            offered.open(opening, asked=asked)
            return (offered,)

        return self._ask(service_id, asked, decide)

    def describe_service(
        self, service_id: ServiceId, described: service.ServiceDescribed, *, asked: Asked
    ) -> Answer:
        """Put right what a service says of itself: who may come, when, where and how."""
        return self._on_service(service_id, asked, lambda s: s.describe(described, asked=asked))

    def declare_capacity(
        self,
        service_id: ServiceId,
        available: int,
        *,
        maximum: int | None = None,
        until: date | None = None,
        asked: Asked,
    ) -> Answer:
        """Say how many more a service can take; places are counted from here on."""
        return self._on_service(
            service_id,
            asked,
            lambda s: s.declare_capacity(available, maximum=maximum, until=until, asked=asked),
        )

    def pause_service(self, service_id: ServiceId, reason: str, *, asked: Asked) -> Answer:
        """Take nobody new at a service for now; who waits already is still answered."""
        return self._on_service(service_id, asked, lambda s: s.pause(reason, asked=asked))

    def reopen_service(self, service_id: ServiceId, *, asked: Asked) -> Answer:
        """Take people again at a service that was paused."""
        return self._on_service(service_id, asked, lambda s: s.reopen(asked=asked))

    def close_service(self, service_id: ServiceId, reason: str, *, asked: Asked) -> Answer:
        """Stop offering a service; who waits for it goes back to their senders, one by one."""
        return self._on_service(service_id, asked, lambda s: s.close(reason, asked=asked))

    def return_from_closed(
        self, referral_id: ReferralId, service_id: ServiceId, *, asked: Asked
    ) -> Answer:
        """Let a referral that waits at a closed service come back; a timer asks it.

        Its sender holds the question again, and the offer of responsibility it carried lapses.
        Whoever was taken on already goes on being helped by those who took them on.
        """

        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            closed = self._get(service.Service, service_id, service.ServiceIsUnknown).closed
            if not closed or asking.service != service_id or asking.state not in UNANSWERED:
                return ()
            assert asking.sender is not None
            assert asking.person is not None
            for_sender = replace(asked, organisation=asking.sender)
            ended = asking.expire(left=True, asked=for_sender)
            assert ended is not None, "what was open has expired now"
            way = self._pathway(asking.person)
            way.lapse_handover(HandoverId(referral_id), asked=for_sender, cause=ended.id)
            return asking, way

        return self._ask(referral_id, asked, decide)

    def record_unmet_need(
        self,
        unmet_id: UnmetNeedId,
        *,
        why: WhyUnmet,
        need: Need,
        service_id: ServiceId | None = None,
        step: Step | None = None,
        practice: PartnerId | None = None,
        person_id: PersonId | None = None,
        asked: Asked,
    ) -> Answer:
        """Note that a service was wanted and could not be chosen, for somebody or for nobody named.

        The step is the service's, the practice the person's, where those are known. Raises
        `WhichServiceIsMissing`, `WhichStepIsMissing`, `PersonIsUnknown`.
        """

        def decide() -> tuple[Aggregate, ...]:
            noting = self._load(unmet.UnmetNeed, unmet_id)
            known = None if person_id is None else self._get(Person, person_id, PersonIsUnknown)
            if known:
                known.must_live()
            wanted = (
                None
                if service_id is None
                else self._get(service.Service, service_id, service.ServiceIsUnknown)
            )
            at_step = wanted.step if wanted else step
            if at_step is None:
                raise unmet.WhichStepIsMissing(unmet_id)
            drugs = need is Need.DRUGS_OR_ALCOHOL
            label = self._label(asked.organisation, Label.SUBSTANCE if drugs else Label.ORDINARY)
            if wanted and wanted.partner and label is Label.ORDINARY:
                label = self._label(wanted.partner, wanted.label)
            noting.write(
                unmet.UnmetNeedRecorded(
                    why=why,
                    step=at_step,
                    need=need,
                    service=service_id,
                    practice=known.practice if known else practice,
                ),
                person=person_id,
                label=label,
                asked=asked,
            )
            return (noting,)

        return self._ask(unmet_id, asked, decide)

    def _on_service(
        self,
        service_id: ServiceId,
        asked: Asked,
        activity: Callable[[service.Service], Recorded | None],
    ) -> Answer:
        """Raises `ServiceIsUnknown`, `OnlyWhoOffersItMay` and what the activity raises."""

        def decide() -> tuple[Aggregate, ...]:
            offered = self._get(service.Service, service_id, service.ServiceIsUnknown)
            if asked.organisation not in (offered.partner, self.host):
                raise service.OnlyWhoOffersItMay(service_id)
            activity(offered)
            return (offered,)

        return self._ask(service_id, asked, decide)
