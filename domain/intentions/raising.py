"""Who must look at a concern, and how one is raised: shared by all that raises one."""

from __future__ import annotations

from collections.abc import Iterator

from domain import concern, person
from domain.intentions.deciding import Deciding
from domain.kernel import Asked, BrokenRule
from domain.policies import entry
from domain.policies.concerns import Looker, MustLook
from domain.vocabulary import ConcernSource, Label, MeasureId, PartnerId, PersonId


class NobodyMayLook(BrokenRule):
    """The person objects to everybody who could look. In danger call 999, else NHS 111 option 2."""


class ConcernIsOpen(BrokenRule):
    """A concern about this person's safety is open; resolve it or have it passed on first."""


class Raising(Deciding):
    """One organisation always has a concern, from the save that raises it."""

    def _concern_of_item_9(
        self, person_id: PersonId, measure_id: MeasureId, *, label: Label, asked: Asked
    ) -> concern.Concern:
        """What an answer to PHQ-9 item 9 above 0 raises, to be saved before the measure itself.

        It never refuses: the organisation that took the measure looks, or else who holds the
        person. Asked twice, it is raised once.
        """
        raising = self._load(concern.Concern, concern.concern_of(measure_id))
        raising.raise_for(
            person_id,
            self._looker(person_id, asked, measured=True)
            or Looker(asked.organisation, MustLook.RAISED),
            source=ConcernSource.ITEM_9,
            measure=measure_id,
            label=label,
            asked=asked,
        )
        return raising

    def _looker(
        self,
        person_id: PersonId,
        asked: Asked,
        *,
        measured: bool = False,
        without: tuple[PartnerId, ...] = (),
    ) -> Looker | None:
        """Which organisation must look: the first that stays, may be told and is not sealed off.

        Who takes a measure has the person before them; else it is who is responsible, the
        practice, the host; at last who raised it, when it gives care itself.
        """
        for looker in self._lookers(person_id, asked, measured):
            if looker.partner not in without and self._may_look(person_id, looker.partner, asked):
                return looker
        return None

    def _lookers(self, person_id: PersonId, asked: Asked, measured: bool) -> Iterator[Looker]:
        if measured:
            yield Looker(asked.organisation, MustLook.MEASURED)
        way = self._pathway(person_id)
        if way.responsible is not None:
            yield Looker(way.responsible, MustLook.RESPONSIBLE)
        if practice := self._load(person.Person, person_id).practice:
            yield Looker(practice, MustLook.PRACTICE)
        yield Looker(self.host, MustLook.HOST)
        yield Looker(asked.organisation, MustLook.RAISED)

    def _may_look(self, person_id: PersonId, partner_id: PartnerId, asked: Asked) -> bool:
        """It gives care, under an agreement that holds, and the person does not object to it."""
        if self._kind(partner_id) not in entry.HOLDING or not self._hears(partner_id, asked):
            return False
        return not self._objects(person_id, partner_id)

    def _open_concerns(self, person_id: PersonId, organisation: PartnerId) -> list[concern.Concern]:
        """The open concerns about a person, but for those an organisation may never learn of."""
        return [
            each
            for each in self._every(concern.Concern, person_id)
            if each.open and organisation not in each.sealed_from
        ]

    def _nobody_is_worried(self, person_id: PersonId, organisation: PartnerId) -> None:
        """Raises `ConcernIsOpen`."""
        if worries := self._open_concerns(person_id, organisation):
            raise ConcernIsOpen(worries[0].id)
