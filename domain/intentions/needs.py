"""What may be asked about a person's needs: adjusted to, met or not, looked at again, ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain import person
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked
from domain.vocabulary import AccessNeed, EditId, PersonId


class NeedIntentions(Deciding):
    """Who reaches somebody knows how; who meets a need, or does not, says so."""

    def agree_adjustment(
        self,
        person_id: PersonId,
        need: AccessNeed,
        words: str | None,
        *,
        impairment: str | None = None,
        shared: bool,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Answer:
        """Agree a reasonable adjustment with the person, and whether others may be told of it."""
        return self._on_person(
            person_id,
            asked,
            lambda known: known.agree_adjustment(
                need,
                words,
                impairment=impairment,
                shared=shared,
                edit=edit,
                instead_of=instead_of,
                asked=asked,
            ),
        )

    def end_need(
        self,
        person_id: PersonId,
        need: AccessNeed,
        *,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Answer:
        """Say that the person does not need this any more."""
        return self._on_person(
            person_id,
            asked,
            lambda known: known.end_need(need, edit=edit, instead_of=instead_of, asked=asked),
        )

    def note_need(
        self,
        person_id: PersonId,
        need: AccessNeed,
        met: bool,
        *,
        what_came_of_it: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Say whether a need was met where the person was seen."""
        return self._on_person(
            person_id,
            asked,
            lambda known: known.note_need(need, met, what_came_of_it=what_came_of_it, asked=asked),
        )

    def review_needs(self, person_id: PersonId, *, asked: Asked) -> Answer:
        """Say that the person was asked again and that what stands of their needs is right."""
        return self._on_person(person_id, asked, lambda known: known.review_needs(asked=asked))

    def _on_person(
        self, person_id: PersonId, asked: Asked, activity: Callable[[person.Person], object]
    ) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            activity(known)
            return (known,)

        return self._ask(person_id, asked, decide)
