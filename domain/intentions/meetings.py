"""What may be asked about a meeting and its cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain import meeting, service
from domain.intentions.deciding import Answer, Deciding
from domain.kernel import Aggregate, Asked, Recorded
from domain.vocabulary import (
    Decision,
    DecisionId,
    HandoverId,
    Label,
    MeetingId,
    PartnerId,
    PersonId,
    ServiceId,
    Source,
)


class MeetingIntentions(Deciding):
    """Listing, attendance and decisions; a decision that moves a person offers a hand-over."""

    def schedule_meeting(
        self, meeting_id: MeetingId, scheduled: meeting.MeetingScheduled, *, asked: Asked
    ) -> Answer:
        """Give a meeting its day and its organisations."""

        def decide() -> tuple[Aggregate, ...]:
            planned = self._load(meeting.Meeting, meeting_id)
            planned.schedule(scheduled, asked=asked)
            return (planned,)

        return self._ask(meeting_id, asked, decide)

    def list_case(
        self,
        meeting_id: MeetingId,
        person_id: PersonId,
        *,
        question: str,
        present: tuple[PartnerId, ...],
        listed_only: bool = False,
        asked: Asked,
    ) -> Answer:
        """Put a person on a meeting's list."""
        return self._on_meeting(
            meeting_id,
            asked,
            lambda m: m.list_case(
                person_id,
                question=question,
                present=present,
                listed_only=listed_only,
                label=self._pathway(person_id).label,
                asked=asked,
            ),
        )

    def record_attendance(
        self,
        meeting_id: MeetingId,
        person_id: PersonId,
        attendees: tuple[meeting.Attendee, ...],
        *,
        asked: Asked,
    ) -> Answer:
        """Record who is in the room for one case."""
        return self._on_meeting(
            meeting_id, asked, lambda m: m.record_attendance(person_id, attendees, asked=asked)
        )

    def record_decision(
        self,
        meeting_id: MeetingId,
        person_id: PersonId,
        decision: DecisionId,
        *,
        outcome: Decision,
        service_id: ServiceId | None = None,
        rationale: str,
        persons_view: str,
        dissent: tuple[meeting.Dissent, ...] = (),
        review_on: date | None = None,
        asked: Asked,
    ) -> Answer:
        """Record what a meeting decided; a decision that moves the person offers the hand-over.

        Responsibility does not move with the decision, but when the receiver accepts. A move to
        another step of the organisation that is responsible already takes place at once.
        """

        def decide() -> tuple[Aggregate, ...]:
            deciding = self._get(meeting.Meeting, meeting_id, meeting.MeetingIsUnknown)
            way = self._pathway(person_id)
            wanted, receiver, label = None, None, Label.ORDINARY
            if outcome in meeting.MOVES and service_id:
                wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
                receiver = wanted.receiver(Source.PROFESSIONAL)
                label = self._label(receiver, wanted.label)
            decided = deciding.decide(
                person_id,
                decision,
                outcome=outcome,
                service=service_id,
                receiver=receiver,
                rationale=rationale,
                persons_view=persons_view,
                dissent=dissent,
                responsible=way.responsible,
                review_on=review_on,
                label=label,
                asked=asked,
            )
            if decided and wanted and receiver == way.responsible:
                way.move_within(
                    wanted.step,
                    decision=decision,
                    label=label,
                    asked=asked,
                    correlation=decided.correlation,
                    cause=decided.id,
                )
            elif decided and wanted and receiver:
                self._offer(
                    way,
                    HandoverId(decision),
                    wanted,
                    receiver,
                    asked,
                    decided,
                    decision=decision,
                )
            return deciding, way

        return self._ask(meeting_id, asked, decide)

    def close_meeting(self, meeting_id: MeetingId, *, asked: Asked) -> Answer:
        """End a meeting."""
        return self._on_meeting(meeting_id, asked, lambda m: m.close(asked=asked))

    def _on_meeting(
        self,
        meeting_id: MeetingId,
        asked: Asked,
        activity: Callable[[meeting.Meeting], Recorded | None],
    ) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            held = self._get(meeting.Meeting, meeting_id, meeting.MeetingIsUnknown)
            activity(held)
            return (held,)

        return self._ask(meeting_id, asked, decide)
