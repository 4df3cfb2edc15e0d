"""What may be asked about a person's details: put right, settled, and what they disagree with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from domain import partner, person
from domain.corrections import (
    About,
    Detail,
    DetailIsNotShared,
    NothingSuchWasRecorded,
    category_of,
)
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked, Recorded
from domain.vocabulary import AccessNeed, EditId, PersonId, RectificationId, Rectified


class CorrectionIntentions(Deciding):
    """Two people's edits, in either order, end the same; nobody's word is overwritten unseen."""

    def record_communication_needs(
        self,
        person_id: PersonId,
        needs: str,
        *,
        language: str | None,
        need: AccessNeed | None = None,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Answer:
        """Note how to communicate with a person: all in words, or one need of the list."""

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            known.record_communication_needs(
                needs,
                language=language,
                need=need,
                edit=edit,
                instead_of=instead_of,
                asked=asked,
            )
            return (known,)

        return self._ask(person_id, asked, decide)

    def correct_details(
        self,
        person_id: PersonId,
        details: Mapping[Detail, str | None],
        *,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Answer:
        """Put a person's details right.

        Raises `DetailIsNotShared`: what an organisation is not told it cannot have seen.
        """

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            self._told(details, asked)
            known.correct_details(details, edit=edit, instead_of=instead_of, asked=asked)
            return (known,)

        return self._ask(person_id, asked, decide)

    def settle_conflict(
        self,
        person_id: PersonId,
        detail: About,
        stands: EditId,
        *,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Answer:
        """Say which of several things that people wrote of one detail is right.

        ``instead_of`` are the edits that were looked at; others still stand beside the answer.
        Raises `DetailIsNotShared`.
        """

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            self._told((detail,), asked)
            known.settle_conflict(detail, stands, instead_of=instead_of, asked=asked)
            return (known,)

        return self._ask(person_id, asked, decide)

    def record_disagreement(
        self, person_id: PersonId, stream: UUID, version: int, words: str, *, asked: Asked
    ) -> Answer:
        """Keep beside something recorded that the person disagrees with it; it is not changed.

        Raises `NothingSuchWasRecorded` for a fact about nobody, or about somebody else. Details are
        put right instead.
        """

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            known.disagree(self._fact(stream, version, person_id), words, asked=asked)
            return (known,)

        return self._ask(person_id, asked, decide)

    def ask_rectification(
        self, person_id: PersonId, stream: UUID, version: int, words: str, *, asked: Asked
    ) -> Answer:
        """Ask who recorded something to put it right. Raises `NothingSuchWasRecorded`."""

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            known.ask_rectification(self._fact(stream, version, person_id), words, asked=asked)
            return (known,)

        return self._ask(person_id, asked, decide)

    def decide_rectification(
        self,
        person_id: PersonId,
        which: RectificationId,
        outcome: Rectified,
        words: str,
        *,
        asked: Asked,
    ) -> Answer:
        """Put something right, or keep it with the person's disagreement beside it."""

        def decide() -> tuple[Aggregate, ...]:
            known = self._get(person.Person, person_id, PersonIsUnknown)
            known.decide_rectification(which, outcome, words, asked=asked)
            return (known,)

        return self._ask(person_id, asked, decide)

    def _told(self, details: Iterable[About], asked: Asked) -> None:
        """Raises `DetailIsNotShared`."""
        shared = self._load(partner.Partner, asked.organisation).categories
        for detail in details:
            if category_of(detail) not in shared:
                raise DetailIsNotShared(asked.organisation)

    def _fact(self, stream: UUID, version: int, person_id: PersonId) -> Recorded:
        for recorded in self._facts(stream):
            if recorded.originator_version == version and recorded.person == person_id != stream:
                return recorded
        raise NothingSuchWasRecorded(stream)
