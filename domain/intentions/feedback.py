"""What may be asked about what people say of services."""

from __future__ import annotations

from domain import feedback, service
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked
from domain.vocabulary import (
    Collected,
    Experience,
    FeedbackId,
    GivenBy,
    PersonId,
    ServiceId,
)


class FeedbackIntentions(Deciding):
    """People say how it was, and may stay unnamed."""

    def give_feedback(
        self,
        feedback_id: FeedbackId,
        service_id: ServiceId,
        experience: Experience,
        *,
        given_by: GivenBy = GivenBy.PERSON,
        collected: Collected,
        words: str | None = None,
        may_publish: bool = False,
        person_id: PersonId | None = None,
        asked: Asked,
    ) -> Answer:
        """Record an answer to the Friends and Family Test; without a person it is nobody's.

        Raises what `Feedback.give` raises, `ServiceIsUnknown`.
        """

        def decide() -> tuple[Aggregate, ...]:
            about = self._get(service.Service, service_id, service.ServiceIsUnknown)
            assert about.partner is not None, "a service that was opened is somebody's"
            kind = feedback.FeedbackGiven if person_id else feedback.AnonymousFeedbackGiven
            given = self._load(feedback.Feedback, feedback_id)
            given.give(
                kind(
                    service=service_id,
                    provider=about.partner,
                    experience=experience,
                    given_by=given_by,
                    collected=collected,
                    words=words,
                    may_publish=may_publish and words is not None,
                ),
                person=person_id,
                label=self._label(about.partner, about.label),
                asked=asked,
            )
            return (given,)

        return self._ask(feedback_id, asked, decide)
