"""What may be asked about what people say of services, and about training of those who work."""

from __future__ import annotations

from collections.abc import Iterable

from domain import feedback, partner, service, training
from domain.intentions.deciding import Answer, Deciding
from domain.kernel import Aggregate, Asked
from domain.vocabulary import (
    Collected,
    Experience,
    FeedbackId,
    GivenBy,
    PartnerId,
    PersonId,
    PractitionerId,
    ServiceId,
    TrainingId,
)


class FeedbackIntentions(Deciding):
    """People say how it was; those who work learn."""

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
            about = self._get(service.Service, service_id, service.ServiceIsNotOpen)
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

    def hold_training(
        self,
        training_id: TrainingId,
        held: training.TrainingHeld,
        *,
        attended: Iterable[tuple[PartnerId, PractitionerId]] = (),
        asked: Asked,
    ) -> Answer:
        """Record a session and who was there. Raises `NotAPractitionerThere`, `Training.hold`'s."""
        names = tuple(attended)

        def decide() -> tuple[Aggregate, ...]:
            if held.trainer is not None:
                self._works_for(held.holder, held.trainer)
            session = self._load(training.Training, training_id)
            session.hold(held, asked=asked)
            for employer, practitioner in names:
                self._works_for(employer, practitioner)
                session.attend(practitioner, employer, asked=asked)
            return (session,)

        return self._ask(training_id, asked, decide)

    def attend_training(
        self,
        training_id: TrainingId,
        employer: PartnerId,
        practitioner: PractitionerId,
        *,
        asked: Asked,
    ) -> Answer:
        """Say that somebody was there. Raises `NotAPractitionerThere` and `Training.attend`'s."""

        def decide() -> tuple[Aggregate, ...]:
            self._works_for(employer, practitioner)
            session = self._get(training.Training, training_id, training.TrainingIsUnknown)
            session.attend(practitioner, employer, asked=asked)
            return (session,)

        return self._ask(training_id, asked, decide)

    def _works_for(self, employer: PartnerId, practitioner: PractitionerId) -> None:
        self._load(partner.Partner, employer).practised_by(practitioner)
