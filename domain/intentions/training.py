"""What may be asked about training of those who work here."""

from __future__ import annotations

from collections.abc import Iterable

from domain import partner, training
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked
from domain.vocabulary import PartnerId, PractitionerId, TrainingId


class TrainingIntentions(Deciding):
    """Those who work here learn, and it is known who did."""

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
