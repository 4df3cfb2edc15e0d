"""What may be asked about carers: identified, registered, assessed, told what the person wishes."""

from __future__ import annotations

from datetime import date, timedelta

from domain import person
from domain.carer import Carer, CarerIdentified, CarerIsOver, CarerIsUnknown
from domain.corrections import Detail
from domain.edits import current
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown, ThePersonObjects
from domain.kernel import REMOVED, Aggregate, Asked, BrokenRule
from domain.policies import caring, entry
from domain.policies.days import local_date
from domain.registered_carer import (
    CarerIsNotRegistered,
    NobodyMayAssess,
    RegisteredCarer,
    registered_of,
)
from domain.vocabulary import (
    CarerId,
    CaringEnd,
    MayBeTold,
    PartnerId,
    PartnerKind,
    PersonId,
)


class OnlyCareMayRegister(BrokenRule):
    """A carer is put on the register by an organisation that gives health or social care."""


class CarerIntentions(Deciding):
    """Who cares for somebody is seen, asked, and not left to it alone."""

    def identify_carer(
        self,
        person_id: PersonId,
        carer_id: CarerId,
        identified: CarerIdentified,
        *,
        agreed: bool,
        asked: Asked,
    ) -> Answer:
        """Record who cares for a person, with the carer's own agreement.

        A carer with a record of their own is young by their date of birth, where it is known.
        """

        def decide() -> tuple[Aggregate, ...]:
            cared_for = self._get(person.Person, person_id, PersonIsUnknown)
            cared_for.must_live()
            fact = identified
            if identified.carer_person is not None:
                known = self._get(person.Person, identified.carer_person, PersonIsUnknown)
                known.must_live()
                young = identified.young or _is_young(known, asked)
                fact = identified.model_copy(update={"known_here": True, "young": young})
            seen = self._load(Carer, carer_id)
            seen.identify(person_id, fact, agreed=agreed, asked=asked)
            return (seen,)

        return self._ask(carer_id, asked, decide)

    def let_carer_be_told(
        self, carer_id: CarerId, may: MayBeTold, what: str | None, *, asked: Asked
    ) -> Answer:
        """Record what the person wishes a carer to be told."""

        def decide() -> tuple[Aggregate, ...]:
            seen = self._carer(carer_id)
            seen.may_be_told(may, what, asked=asked)
            return (seen,)

        return self._ask(carer_id, asked, decide)

    def choose_emergency_contact(self, carer_id: CarerId, chosen: bool, *, asked: Asked) -> Answer:
        """Record whether a carer is rung in an emergency, at the person's word."""

        def decide() -> tuple[Aggregate, ...]:
            seen = self._carer(carer_id)
            seen.choose_emergency_contact(chosen, asked=asked)
            return (seen,)

        return self._ask(carer_id, asked, decide)

    def register_carer(self, carer_id: CarerId, social_work: PartnerId, *, asked: Asked) -> Answer:
        """Put a carer on the register, which asks the local authority to assess them.

        Raises `OnlyCareMayRegister`, `CarerIsOver`, `NobodyMayAssess`, `ThePersonObjects`.
        """

        def decide() -> tuple[Aggregate, ...]:
            if self._kind(asked.organisation) not in entry.HOLDING:
                raise OnlyCareMayRegister(asked.organisation)
            seen = self._carer(carer_id)
            if seen.over:
                raise CarerIsOver(carer_id)
            entered = self._entered(seen)
            entered.register(
                seen.about,
                carer_id,
                name=None if seen.carer_person else seen.name,
                young=seen.young,
                asked=asked,
            )
            self._ask_assessment(entered, seen, social_work, asked)
            return (entered,)

        return self._ask(carer_id, asked, decide)

    def ask_carers_assessment(
        self, carer_id: CarerId, social_work: PartnerId, *, asked: Asked
    ) -> Answer:
        """Ask again for the assessment of a carer who is on the register.

        Raises `CarerIsNotRegistered`, `NobodyMayAssess`, `ThePersonObjects`.
        """

        def decide() -> tuple[Aggregate, ...]:
            seen = self._carer(carer_id)
            entered = self._registered(seen)
            self._ask_assessment(entered, seen, social_work, asked)
            return (entered,)

        return self._ask(carer_id, asked, decide)

    def complete_carers_assessment(
        self, carer_id: CarerId, outcome: str | None, *, asked: Asked
    ) -> Answer:
        """Say that a carer was assessed, and what came of it."""

        def decide() -> tuple[Aggregate, ...]:
            entered = self._registered(self._carer(carer_id))
            entered.complete_assessment(outcome, asked=asked)
            return (entered,)

        return self._ask(carer_id, asked, decide)

    def decline_carers_assessment(self, carer_id: CarerId, *, asked: Asked) -> Answer:
        """Record that a carer does not want to be assessed."""

        def decide() -> tuple[Aggregate, ...]:
            entered = self._registered(self._carer(carer_id))
            entered.decline_assessment(asked=asked)
            return (entered,)

        return self._ask(carer_id, asked, decide)

    def end_caring(self, carer_id: CarerId, reason: CaringEnd, *, asked: Asked) -> Answer:
        """Say that somebody no longer cares for a person; the register follows."""

        def decide() -> tuple[Aggregate, ...]:
            return self._end_caring(self._carer(carer_id), reason, asked)

        return self._ask(carer_id, asked, decide)

    def _end_caring(self, seen: Carer, reason: CaringEnd, asked: Asked) -> tuple[Aggregate, ...]:
        seen.end(reason, asked=asked)
        entered = self._entered(seen)
        entered.take_off(seen.carer, asked=asked)
        return seen, entered

    def _ask_assessment(
        self, entered: RegisteredCarer, seen: Carer, social_work: PartnerId, asked: Asked
    ) -> None:
        stays = self._stays(social_work)
        if not stays or self._kind(social_work) is not PartnerKind.SOCIAL_WORK:
            raise NobodyMayAssess(social_work)
        if self._objects(seen.about, social_work):
            raise ThePersonObjects(social_work)
        owed = caring.owed(seen.young, asked.at)
        if owed is not None:
            due_on = local_date(asked.at) + timedelta(days=owed.days)
            entered.ask_assessment(social_work, due_on, owed.law, asked=asked)

    def _carer(self, carer_id: CarerId) -> Carer:
        return self._get(Carer, carer_id, CarerIsUnknown)

    def _entered(self, seen: Carer) -> RegisteredCarer:
        return self._load(RegisteredCarer, registered_of(seen.carer_person or seen.carer))

    def _registered(self, seen: Carer) -> RegisteredCarer:
        entered = self._entered(seen)
        if seen.carer not in entered.caring:
            raise CarerIsNotRegistered(seen.id)
        return entered


def _is_young(known: person.Person, asked: Asked) -> bool:
    born = current(known.known.standing.get(Detail.DATE_OF_BIRTH, ()))
    if not born or born == REMOVED:
        return False
    return caring.is_young(date.fromisoformat(born), local_date(asked.at))
