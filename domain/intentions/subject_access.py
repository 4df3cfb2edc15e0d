"""What may be asked about a person's request to see what is held of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from domain import subject_access
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked
from domain.vocabulary import PartnerId, PersonId, SubjectAccessId, WithheldGround


class SubjectAccessIntentions(Deciding):
    """A request is noted, its items are judged, and it is answered."""

    def request_subject_access(
        self, request_id: SubjectAccessId, person_id: PersonId, received_on: date, *, asked: Asked
    ) -> Answer:
        """Note that a person asked. Raises what `SubjectAccess.request` raises."""

        def decide() -> tuple[Aggregate, ...]:
            request = self._load(subject_access.SubjectAccess, request_id)
            request.request(person_id, received_on, asked=asked)
            return (request,)

        return self._ask(request_id, asked, decide)

    def decide_subject_access(
        self,
        request_id: SubjectAccessId,
        items: Collection[str],
        ground: WithheldGround | None,
        *,
        shown: bool,
        asked: Asked,
    ) -> Answer:
        """Show or withhold items. Raises what `SubjectAccess.decide` raises."""

        def decide() -> tuple[Aggregate, ...]:
            request = self._request(request_id)
            request.decide(items, ground, shown=shown, asked=asked)
            return (request,)

        return self._ask(request_id, asked, decide)

    def answer_subject_access(
        self,
        request_id: SubjectAccessId,
        items: Collection[str],
        to_decide: Collection[str],
        *,
        asked: Asked,
    ) -> Answer:
        """Make the export. Raises what `SubjectAccess.answer` raises."""

        def decide() -> tuple[Aggregate, ...]:
            request = self._request(request_id)
            request.answer(items, to_decide, asked=asked)
            return (request,)

        return self._ask(request_id, asked, decide)

    def subject_access_request(
        self, request_id: SubjectAccessId, organisation: PartnerId
    ) -> subject_access.SubjectAccess:
        """An organisation's own request as it stands. Raises `SubjectAccessIsUnknown`."""
        request = self._request(request_id)
        if request.organisation != organisation:
            raise subject_access.SubjectAccessIsUnknown(request_id)
        return request

    def _request(self, request_id: SubjectAccessId) -> subject_access.SubjectAccess:
        return self._get(
            subject_access.SubjectAccess, request_id, subject_access.SubjectAccessIsUnknown
        )
