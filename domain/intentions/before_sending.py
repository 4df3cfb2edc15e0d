"""What may be asked before a referral is sent: advice, and what the service wants to be told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from domain import advice, partner, person, referral, service
from domain.description import age_on
from domain.intentions.answers import Answer
from domain.intentions.linking import LinkingIntentions, told_anew
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked, Category
from domain.policies import entry, minimum_data
from domain.policies.days import local_date
from domain.policies.minimum_data import Needed
from domain.vocabulary import (
    Doubt,
    Label,
    Mode,
    Moment,
    PartnerId,
    PartnerKind,
    PersonId,
    Priority,
    Recommendation,
    ReferralId,
    ServiceId,
    Source,
)


@dataclass(frozen=True, slots=True)
class Given:
    """What is told with a referral, besides the person's own details."""

    source: Source
    mode: Mode = Mode.WRITTEN
    ask: str | None = None
    reason: str | None = None
    said_by: str | None = None
    priority: Priority | None = Priority.ROUTINE


class BeforeSending(LinkingIntentions):
    """Advice given and asked, and a list of what is missing: nothing has been sent yet."""

    def ask_advice(
        self,
        referral_id: ReferralId,
        person_id: PersonId,
        service_id: ServiceId,
        question: str,
        *,
        priority: Priority = Priority.ROUTINE,
        registering: person.Details | None = None,
        alike: Iterable[PersonId] = (),
        asked: Asked,
    ) -> Answer:
        """Ask a service for advice about a person; what comes of it has the same id.

        No pathway opens: the one who asks goes on as before.
        """

        def decide() -> tuple[Aggregate, ...]:
            wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
            receiver = self._receiver(wanted, Source.PROFESSIONAL)
            between = (asked.organisation, receiver)
            helped = self._known(person_id, registering, asked, alike, between)
            helped.must_live()
            for partner_id in between:
                if self._kind(partner_id) not in entry.ADVISING:
                    raise advice.NoAdviceIsGivenThere(partner_id)
                self._welcome(helped.person, partner_id)
            asking = self._load(referral.Referral, referral_id)
            asking.ask_advice(
                advice.AdviceAsked(
                    service=service_id,
                    receiver=receiver,
                    sender=asked.organisation,
                    priority=priority,
                    question=question,
                ),
                person=helped.person,
                label=self._label(asked.organisation, self._label(receiver, wanted.label)),
                asked=asked,
            )
            return helped, asking

        return self._ask(referral_id, asked, decide)

    def give_advice(
        self,
        referral_id: ReferralId,
        answer: str,
        recommendation: Recommendation,
        *,
        instead: ServiceId | None = None,
        asked: Asked,
    ) -> Answer:
        """Advise whoever asked; ``instead`` is the other service that is recommended."""

        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            asking.give_advice(
                answer,
                recommendation,
                instead=instead,
                label=self._suggested(instead, asking, asked),
                asked=asked,
            )
            return (asking,)

        return self._ask(referral_id, asked, decide)

    def _suggested(
        self, instead: ServiceId | None, asking: referral.Referral, asked: Asked
    ) -> Label:
        """The label of the service somebody suggests instead.

        Raises `ServiceIsNotOpen` when it takes nobody, `ServiceIsFull` when there is no place left,
        `DestinationIsNeeded` when it is the same.
        """
        if instead is None:
            return Label.ORDINARY
        wanted = self._get(service.Service, instead, service.ServiceIsNotOpen)
        if not wanted.taking or wanted.partner is None:
            raise service.ServiceIsNotOpen(instead)
        if instead == asking.service:
            raise advice.DestinationIsNeeded(asking.id)
        wanted.must_have_room(asked.at, urgent=asking.priority is Priority.EMERGENCY)
        return self._label(wanted.partner, wanted.label)

    def what_is_missing(
        self,
        service_id: ServiceId,
        given: Given,
        *,
        sender: PartnerId,
        person_id: PersonId | None = None,
        details: person.Details | None = None,
        at: Moment,
    ) -> tuple[Needed, ...]:
        """What a service would still ask to be told; nothing is recorded.

        Raises what making the referral would: `ServiceIsNotOpen`, `ServiceIsFull`,
        `TakesNoReferrals`.
        """
        wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
        helped = self._load(person.Person, person_id or UUID(int=0))
        told = helped.told
        if details is not None:
            told |= {each.name for each in fields(details) if getattr(details, each.name)}
        receiver = self._receiver(wanted, given.source)
        wanted.must_have_room(at, urgent=given.priority is Priority.EMERGENCY)
        agreed = receiver in helped.consents
        return self._missing(told, agreed, sender, receiver, given, at)

    def doubts(
        self,
        service_id: ServiceId,
        source: Source,
        *,
        person_id: PersonId | None = None,
        details: person.Details | None = None,
        asked: Asked,
    ) -> tuple[Doubt, ...]:
        """What is not certain about whether the person may come; nothing is recorded.

        It goes by no more than the asker may know of them.
        """
        wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
        helped = self._load(person.Person, person_id or UUID(int=0))
        born = self._born(helped, details, asked)
        practice = helped.practice if self._may_know_age(helped, asked) else None
        return wanted.description.criteria.doubts(
            age=age_on(born, local_date(asked.at)) if born else None,
            practice=details.practice if details and details.practice else practice,
            agreed=source is Source.SELF or wanted.partner in helped.consents,
        )

    def _born(
        self, helped: person.Person, details: person.Details | None, asked: Asked
    ) -> date | None:
        """The date of birth, where the asker says it or may know it: no refusal tells it."""
        if details is not None and details.date_of_birth is not None:
            return details.date_of_birth
        return helped.born if self._may_know_age(helped, asked) else None

    def _may_know_age(self, helped: person.Person, asked: Asked) -> bool:
        known = helped.registered and helped.version > 0
        return known and self._may_hear(
            helped.person, asked.organisation, asked, Category.DEMOGRAPHIC
        )

    def _missing(
        self,
        told: set[str],
        agreed: bool,
        sender: PartnerId,
        receiver: PartnerId,
        given: Given,
        at: Moment,
    ) -> tuple[Needed, ...]:
        """What the receiver wants to be told and is not, by the rule of that moment.

        A practice that refers need not say which practice; who refers herself agrees to it.
        """
        kind = self._kind(receiver)
        if kind is None:
            raise partner.PartnerIsUnknown(receiver)
        said: dict[str, object] = dict.fromkeys(told, True)
        if self._kind(sender) is PartnerKind.PRACTICE:
            said["practice"] = True
        said |= {each.name: getattr(given, each.name) for each in fields(given)}
        said["consent"] = agreed or given.source is Source.SELF
        return minimum_data.missing(kind, said, at)

    def _known(
        self,
        person_id: PersonId,
        registering: person.Details | None,
        asked: Asked,
        alike: Iterable[PersonId] = (),
        between: Iterable[PartnerId] = (),
    ) -> person.Person:
        """The person, made known first if need be: once, whoever of those ``alike`` they are.

        Of one who is known, what is new is written beside what stands, and replaces nothing.
        Raises `PersonIsUnknown`, `ThePersonHasDied`, `BeforeTheyWereBorn`.
        """
        if registering is None:
            helped = self._load(person.Person, self._kept(person_id))
        elif same := self.same_person(registering, alike, between):
            helped = self._load(person.Person, same)
            helped.make_known_again(registering, made_as=person_id, asked=asked)
            if new := told_anew(helped, registering):
                helped.correct_details(new, instead_of=(), asked=asked)
        else:
            helped = self._load(person.Person, person_id)
            self._register(helped, registering, asked)
        if not helped.registered:
            raise PersonIsUnknown(person_id)
        helped.must_live()
        helped.lived(asked.at)
        return helped
