"""What may be asked about a meeting and its cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType

from domain import meeting, service
from domain.action import Action, ActionAgreed
from domain.case import MOVES, Attendee, Dissent
from domain.handover import HandoverExists
from domain.implementation import AT_ONCE, Implementation, implementation_of
from domain.intentions.answers import Answer
from domain.intentions.handovers import Handovers
from domain.intentions.raising import Raising
from domain.kernel import Aggregate, Asked, BrokenRule, Category, Recorded
from domain.partner import Partner
from domain.pathway import Pathway
from domain.person import Person
from domain.policies import quorum, rhythm
from domain.policies.steps import Evidence
from domain.steps import Grounds
from domain.vocabulary import (
    ActionId,
    Decision,
    DecisionId,
    EndReason,
    HandoverId,
    ItemId,
    Label,
    MeetingId,
    PartnerId,
    PenReason,
    PersonId,
    PractitionerId,
    Priority,
    ServiceId,
    Source,
    ViewObtained,
)


class OwnerMayNotBeTold(BrokenRule):
    """This organisation may not be told what is asked of it; ask for consent, or choose another."""


class MeetingIntentions(Handovers, Raising):
    """Listing, attendance and decisions; a decision that moves a person offers a hand-over."""

    def schedule_meeting(
        self, meeting_id: MeetingId, scheduled: meeting.MeetingScheduled, *, asked: Asked
    ) -> Answer:
        """Give a meeting its day and its organisations. Raises `SomebodyNeededIsNotInvited`."""

        def decide() -> tuple[Aggregate, ...]:
            planned = self._load(meeting.Meeting, meeting_id)
            self._invite(planned, scheduled, asked)
            return (planned,)

        return self._ask(meeting_id, asked, decide)

    def schedule_next_meeting(self, after: MeetingId, *, asked: Asked) -> Answer:
        """Schedule the meeting that comes after this one by the rhythm of its kind.

        What the earlier one did not reach is on its list. Raises `NotInvited`,
        `MeetingIsScheduled`, `SomebodyNeededIsNotInvited`.
        """
        this = self._get(meeting.Meeting, after, meeting.MeetingIsUnknown)
        following = this.following(asked.at)

        def decide() -> tuple[Aggregate, ...]:
            earlier = self._get(meeting.Meeting, after, meeting.MeetingIsUnknown)
            if asked.organisation not in earlier.invited:
                raise meeting.NotInvited(asked.organisation)
            planned = self._load(meeting.Meeting, following)
            self._invite(planned, earlier.next_one(asked.at), asked)
            self._carry_over(earlier, planned, asked)
            return (planned,)

        return self._ask(following, asked, decide)

    def circulate_list(self, meeting_id: MeetingId, *, asked: Asked) -> Answer:
        """Send a meeting's list round to the organisations invited."""
        return self._on_meeting(meeting_id, asked, lambda m: m.circulate(asked=asked))

    def record_apologies(
        self, meeting_id: MeetingId, absent: tuple[meeting.Absence, ...], *, asked: Asked
    ) -> Answer:
        """Record who was expected at a meeting and is not there."""
        return self._on_meeting(
            meeting_id, asked, lambda m: m.record_apologies(absent, asked=asked)
        )

    def list_case(
        self,
        meeting_id: MeetingId,
        person_id: PersonId,
        *,
        question: str,
        present: tuple[PartnerId, ...],
        listed_only: bool = False,
        urgent: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Put a person on a meeting's list. Raises `ThePersonHasDied`, `ThePersonObjects`."""

        def listing(held: meeting.Meeting) -> Recorded | None:
            self._living(person_id)
            for partner in present:
                self._welcome(person_id, partner)
            return held.list_case(
                person_id,
                question=question,
                present=present,
                listed_only=listed_only,
                urgent=urgent,
                label=self._pathway(person_id).label,
                asked=asked,
            )

        return self._on_meeting(meeting_id, asked, listing)

    def record_attendance(
        self,
        meeting_id: MeetingId,
        person_id: PersonId,
        attendees: tuple[Attendee, ...],
        *,
        asked: Asked,
    ) -> Answer:
        """Record who is in the room for one case; who may not hear it has left."""
        return self._on_meeting(
            meeting_id,
            asked,
            lambda m: m.record_attendance(
                person_id,
                attendees,
                may_hear=frozenset(
                    partner
                    for partner in {a.partner for a in attendees}
                    if self._may_hear(person_id, partner, asked)
                ),
                asked=asked,
            ),
        )

    def come_in(self, meeting_id: MeetingId, person_id: PersonId, *, asked: Asked) -> Answer:
        """Be in the room for one case, if one's organisation may hear it."""
        hears = self._may_hear(person_id, asked.organisation, asked)
        return self._on_meeting(
            meeting_id, asked, lambda m: m.come_in(person_id, may_hear=hears, asked=asked)
        )

    def take_pen(
        self, meeting_id: MeetingId, reason: PenReason | None = None, *, asked: Asked
    ) -> Answer:
        """Run a meeting from now on. Of two who take it at once, one is told that it is held."""
        return self._on_meeting(meeting_id, asked, lambda m: m.take_pen(reason, asked=asked))

    def ask_for_pen(self, meeting_id: MeetingId, *, asked: Asked) -> Answer:
        """Ask whoever runs a meeting to let one run it."""
        return self._on_meeting(meeting_id, asked, lambda m: m.ask_for_pen(asked=asked))

    def give_pen(self, meeting_id: MeetingId, to: PractitionerId, *, asked: Asked) -> Answer:
        """Let somebody run the meeting who asked to."""
        return self._on_meeting(meeting_id, asked, lambda m: m.give_pen(to, asked=asked))

    def call_case(
        self, meeting_id: MeetingId, person_id: PersonId, item: ItemId, *, asked: Asked
    ) -> Answer:
        """Come to a case: everybody who follows sees that, and those who may know of whom."""
        return self._on_meeting(meeting_id, asked, lambda m: m.call(person_id, item, asked=asked))

    def who_must_leave(
        self, meeting_id: MeetingId, person_id: PersonId, *, asked: Asked
    ) -> tuple[PartnerId, ...]:
        """The organisations invited that may not hear a case, for whatever reason: none is given.

        Raises `MeetingIsUnknown`, `NotInvited`, `CaseIsNotListed`.
        """
        held = self._get(meeting.Meeting, meeting_id, meeting.MeetingIsUnknown)
        present = held.present_for(person_id, asked=asked)
        return tuple(
            partner
            for partner in held.invited
            if partner not in present or not self._may_hear(person_id, partner, asked)
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
        view_obtained: ViewObtained | None = None,
        options: str | None = None,
        dissent: tuple[Dissent, ...] = (),
        informs: Attendee | None = None,
        review_on: date | None = None,
        actions: Mapping[ActionId, ActionAgreed] = MappingProxyType({}),
        asked: Asked,
    ) -> Answer:
        """Record what a meeting decided; a decision that moves the person offers the hand-over.

        ``actions`` are what was agreed with it: all of it is recorded, or nothing.

        Responsibility does not move with the decision, but when the receiver accepts. A move to
        another step of the organisation that is responsible already takes place at once. A key
        decision takes the place of what was decided before and is not done yet, and an offer that
        carried it is taken back.
        """

        def decide() -> tuple[Aggregate, ...]:
            deciding = self._get(meeting.Meeting, meeting_id, meeting.MeetingIsUnknown)
            way = self._pathway(person_id)
            following = self._load(Implementation, implementation_of(person_id))
            if HandoverId(decision) in way.answered:
                raise HandoverExists(decision)
            wanted, receiver, label = None, None, Label.ORDINARY
            if outcome in MOVES and service_id:
                wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
                receiver = self._receiver(wanted, Source.PROFESSIONAL)
                if receiver != way.responsible:
                    wanted.must_have_room(asked.at)
                label = self._label(receiver, wanted.label)
            decided = deciding.decide(
                person_id,
                decision,
                outcome=outcome,
                service=service_id,
                receiver=receiver,
                rationale=rationale,
                persons_view=persons_view,
                view_obtained=view_obtained,
                options=options,
                dissent=dissent,
                informs=informs,
                responsible=way.responsible,
                clinicians=self._clinicians(way),
                review_on=review_on,
                label=label,
                asked=asked,
            )
            if decided is None:
                return (deciding,)
            agreed = tuple(
                self._agreed(deciding, person_id, action, what, asked)
                for action, what in actions.items()
            )
            if outcome in quorum.KEY_DECISIONS:
                for earlier in following.give_way(decision, asked=asked, cause=decided.id):
                    way.lapse_handover(HandoverId(earlier), asked=asked, cause=decided.id)
            done = outcome in AT_ONCE
            if wanted and receiver == way.responsible:
                way.move_within(
                    wanted.step,
                    decision=decision,
                    label=label,
                    model=self._model(asked),
                    asked=asked,
                    correlation=decided.correlation,
                    cause=decided.id,
                )
                done = True
            elif wanted and receiver:
                self._offer(
                    way,
                    HandoverId(decision),
                    wanted,
                    receiver,
                    asked,
                    decided,
                    grounds=Grounds(Evidence.MDT_DECISION, decision=decision),
                )
            elif outcome is Decision.DISCHARGE:
                self._nobody_is_worried(person_id, asked.organisation)
                way.propose_discharge(
                    EndReason.COMPLETED,
                    plan=rationale,
                    decision=decision,
                    asked=asked,
                    cause=decided.id,
                )
            following.await_decision(
                person_id,
                decision,
                meeting=meeting_id,
                outcome=outcome,
                owner=receiver or way.responsible or asked.organisation,
                done=done,
                label=decided.label,
                asked=asked,
                cause=decided.id,
            )
            return deciding, way, following, *agreed

        return self._ask(meeting_id, asked, decide)

    def record_dissent(
        self, meeting_id: MeetingId, person_id: PersonId, dissent: Dissent, *, asked: Asked
    ) -> Answer:
        """Keep what somebody in the room says against a decision."""
        label = self._label(asked.organisation)
        return self._on_meeting(
            meeting_id,
            asked,
            lambda m: m.record_dissent(person_id, dissent, label=label, asked=asked),
        )

    def agree_action(
        self,
        meeting_id: MeetingId,
        person_id: PersonId,
        action_id: ActionId,
        *,
        what: str,
        owner: PartnerId,
        practitioner: PractitionerId | None = None,
        due_on: date,
        priority: Priority = Priority.ROUTINE,
        asked: Asked,
    ) -> Answer:
        """Record what somebody is to do for a person who was heard, by a day.

        Raises `ThePersonObjects`, `OwnerMayNotBeTold` and what `Meeting.heard` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            held = self._get(meeting.Meeting, meeting_id, meeting.MeetingIsUnknown)
            agreed = self._agreed(
                held,
                person_id,
                action_id,
                ActionAgreed(
                    what=what,
                    owner=owner,
                    practitioner=practitioner,
                    due_on=due_on,
                    priority=priority,
                    meeting=meeting_id,
                ),
                asked,
            )
            return (agreed,)

        return self._ask(action_id, asked, decide)

    def close_meeting(self, meeting_id: MeetingId, *, asked: Asked) -> Answer:
        """End a meeting; what it did not reach is listed for the next one, if that is scheduled."""

        def decide() -> tuple[Aggregate, ...]:
            held = self._get(meeting.Meeting, meeting_id, meeting.MeetingIsUnknown)
            held.close(asked=asked)
            if not held.left_undecided:
                return (held,)
            following = self._load(meeting.Meeting, held.following(asked.at))
            if following.scheduled is None or following.closed:
                return (held,)
            self._carry_over(held, following, asked)
            # The new list comes first, so that nobody is told in between that all is over.
            return following, held

        return self._ask(meeting_id, asked, decide)

    def _agreed(
        self,
        held: meeting.Meeting,
        person_id: PersonId,
        action_id: ActionId,
        what: ActionAgreed,
        asked: Asked,
    ) -> Action:
        heard = held.heard(person_id, asked=asked)
        self._welcome(person_id, what.owner)
        if not self._may_hear(person_id, what.owner, asked, Category.ASK):
            raise OwnerMayNotBeTold(what.owner)
        agreed = self._load(Action, action_id)
        label = self._label(what.owner, heard.label)
        agreed.agree(person_id, what, label=label, asked=asked)
        return agreed

    def _invite(
        self, planned: meeting.Meeting, scheduled: meeting.MeetingScheduled, asked: Asked
    ) -> None:
        needed = rhythm.in_force(scheduled.kind, asked.at).needs
        if needed - {self._kind(partner) for partner in scheduled.invited}:
            raise meeting.SomebodyNeededIsNotInvited(planned.id)
        planned.schedule(scheduled, asked=asked)

    def _carry_over(
        self, earlier: meeting.Meeting, following: meeting.Meeting, asked: Asked
    ) -> None:
        """List what the earlier meeting did not reach, for those who may still hear it.

        Nobody is left to decide about who has died meanwhile: that case goes no further.
        """
        for person_id, case in earlier.left_undecided.items():
            about = self._load(Person, person_id)
            if about.died_on is not None:
                continue
            following.list_case(
                person_id,
                question=case.question,
                present=tuple(
                    partner
                    for partner in case.present
                    if partner in following.invited and not self._objects(person_id, partner)
                ),
                carried_over_from=earlier.meeting,
                label=case.label,
                asked=asked,
            )

    def _clinicians(self, way: Pathway) -> frozenset[PractitionerId]:
        """The person's key worker, and the clinicians of who is responsible, who stand in."""
        if way.responsible is None:
            return frozenset()
        standing_in = self._load(Partner, way.responsible).clinicians
        return standing_in | ({way.key_worker} if way.key_worker else frozenset())

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
