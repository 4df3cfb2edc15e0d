"""What may be asked of forgetting a person: ordered, confirmed, cancelled; done by a timer."""

from __future__ import annotations

from collections.abc import Collection

from domain import erasure, partner, person
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked
from domain.legal_hold import ALegalHoldKeepsThem
from domain.policies.erasure import in_force
from domain.vocabulary import ErasureId, ErasureReason, PersonId, Role


class ErasureIntentions(Deciding):
    """A person is forgotten once two people of the host said so and its time has come."""

    def order_erasure(
        self,
        erasure_id: ErasureId,
        person_id: PersonId,
        order: str,
        *,
        reason: ErasureReason,
        words: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Order it, for the host. The system itself orders only what is kept no longer.

        Raises `OnlyTheHostErases`, `PersonIsUnknown`, `ThePersonIsErased`, `ThePersonIsStillHeld`
        and what `Erasure.order` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            by_itself = asked.practitioner is None and reason is ErasureReason.RETENTION
            if not (by_itself and asked.organisation == self.host):
                self._of_the_host(asked, in_force(asked.at).orders)
            self._records_to_erase(person_id)
            ordering = self._load(erasure.Erasure, erasure_id)
            ordering.order(person_id, order, reason, words, asked=asked)
            return (ordering,)

        return self._ask(erasure_id, asked, decide)

    def confirm_erasure(self, erasure_id: ErasureId, *, asked: Asked) -> Answer:
        """Say so too. Raises `SomebodyElseConfirms` and what ordering raises."""

        def decide() -> tuple[Aggregate, ...]:
            self._of_the_host(asked, in_force(asked.at).confirms)
            confirming, about = self._erasure(erasure_id)
            self._records_to_erase(about)
            confirming.confirm(asked=asked)
            return (confirming,)

        return self._ask(erasure_id, asked, decide)

    def cancel_erasure(self, erasure_id: ErasureId, *, asked: Asked) -> Answer:
        """Take an order back. Raises `OnlyTheHostErases`, `ThePersonIsErased`, `ErasureIsOver`."""

        def decide() -> tuple[Aggregate, ...]:
            rule = in_force(asked.at)
            self._of_the_host(asked, rule.orders | rule.confirms)
            cancelling, about = self._erasure(erasure_id)
            if self._load(person.Person, about).erased == erasure_id:
                raise erasure.ThePersonIsErased(erasure_id)
            cancelling.cancel(asked=asked)
            return (cancelling,)

        return self._ask(erasure_id, asked, decide)

    def erase_person(self, erasure_id: ErasureId, *, asked: Asked) -> Answer:
        """Forget the person, on every record of theirs; a timer asks it, and asks it again.

        Raises `ErasureIsNotDue`, `ThePersonIsStillHeld`.
        """

        def decide() -> tuple[Aggregate, ...]:
            done, about = self._erasure(erasure_id)
            done.must_be_due(asked.at)
            if self._load(person.Person, about).erased is not None:
                return (self._load(person.Person, about),)
            records = self._records_to_erase(about)
            for each in records:
                each.erase(erasure_id, done.order_, asked=asked)
            return tuple(records)

        return self._ask(erasure_id, asked, decide)

    def destroy_keys(self, erasure_id: ErasureId, *, backups_for: int, asked: Asked) -> Answer:
        """Destroy the keys of a person who is erased, and note that; a timer asks it.

        Killed between the two, it is asked again: what is destroyed stays so. Raises
        `ErasureIsNotDue` for whom nobody erased.
        """

        def decide() -> tuple[Aggregate, ...]:
            finishing, about = self._erasure(erasure_id)
            for each, record in self._one_person(about).items():
                if record.erased is None:
                    raise erasure.ErasureIsNotDue(erasure_id)
                self._keys.destroy(each)
            finishing.finish(backups_for, asked=asked)
            return (finishing,)

        return self._ask(erasure_id, asked, decide)

    def _erasure(self, erasure_id: ErasureId) -> tuple[erasure.Erasure, PersonId]:
        found = self._get(erasure.Erasure, erasure_id, erasure.ErasureIsUnknown)
        assert found.person is not None, "an erasure is a person's from its first fact on"
        return found, found.person

    def _records_to_erase(self, person_id: PersonId) -> list[person.Person]:
        """Every record that is this person's. Raises `PersonIsUnknown`, `ThePersonIsErased`,
        `ThePersonIsStillHeld`, `ALegalHoldKeepsThem`.
        """
        self._get(person.Person, person_id, PersonIsUnknown)
        records = self._one_person(person_id)
        if any(each.erased is not None for each in records.values()):
            raise erasure.ThePersonIsErased(person_id)
        if self._holders(person_id):
            raise erasure.ThePersonIsStillHeld(person_id)
        if any(self._held_for_the_law(each) for each in records):
            raise ALegalHoldKeepsThem(person_id)
        return [records[each] for each in sorted(records)]

    def _of_the_host(self, asked: Asked, roles: Collection[Role]) -> None:
        """Raises `OnlyTheHostErases`."""
        host = self._load(partner.Partner, self.host)
        role = host.practitioners.get(asked.practitioner) if asked.practitioner else None
        if asked.organisation != self.host or role not in roles:
            raise erasure.OnlyTheHostErases(asked.organisation)
