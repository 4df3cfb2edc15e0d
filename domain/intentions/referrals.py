"""What may be asked about a referral, from asking a service to the sender's thanks."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain import contact, partner, pathway, person, referral, service
from domain.advice import DestinationIsNeeded
from domain.intentions.answers import Answer
from domain.intentions.before_sending import BeforeSending, Given
from domain.intentions.handovers import Handovers
from domain.intentions.memberships import Memberships
from domain.intentions.persons import ThePersonObjects
from domain.kernel import Aggregate, Asked, BrokenRule, Recorded
from domain.policies import entry
from domain.policies.escalation import Rung
from domain.policies.minimum_data import ReferralIsIncomplete, demanded
from domain.policies.steps import Evidence
from domain.steps import NO_GROUNDS, Grounds
from domain.unanswered import ReferralExpired
from domain.vocabulary import (
    Attendance,
    DeclineReason,
    EndReason,
    HandoverId,
    Mode,
    PartnerId,
    PersonId,
    Practice,
    Priority,
    ReferralId,
    Responsibility,
    ServiceId,
    Source,
    Step,
)

TURNING_AWAY = frozenset({DeclineReason.FULL, DeclineReason.NOT_ELIGIBLE})
"""Reasons that send somebody away with nowhere to go, unless another service is named."""


class OnlyTheReceiverMayRecordForAnother(BrokenRule):
    """A referral that was said is recorded by the organisation it was said to."""


class ReferralIntentions(BeforeSending, Handovers, Memberships):
    """The closed loop: every answer reaches the sender, and nobody is let go before."""

    def make_referral(
        self,
        referral_id: ReferralId,
        person_id: PersonId,
        service_id: ServiceId,
        *,
        source: Source,
        mode: Mode,
        ask: str,
        reason: str | None = None,
        said_by: str | None = None,
        responsibility: Responsibility = Responsibility.HELP_ALONGSIDE,
        priority: Priority = Priority.ROUTINE,
        message: str | None = None,
        sender: PartnerId | None = None,
        registering: person.Details | None = None,
        alike: Iterable[PersonId] = (),
        grounds: Grounds = NO_GROUNDS,
        onward_from: ReferralId | None = None,
        sent_without: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Ask a service for help for a person; the first referral opens the person's pathway.

        ``grounds`` are the evidence of a move between steps, where the referral is to take over;
        a person who refers themselves asks for the move in the same words.
        ``sender`` differs from the organisation that records it when a referral was said to the
        receiver. ``registering`` makes a new person known in the same save. ``onward_from`` is the
        referral from which its receiver refers onward. ``sent_without`` is why something that the
        service asks for is missing. ``alike`` are those who may be whom ``registering`` tells of:
        nobody is made known twice. Under the id of an answered question it follows that advice.
        """

        def decide() -> tuple[Aggregate, ...]:
            wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
            receiver = self._receiver(wanted, source)
            sending = sender or asked.organisation
            helped = self._known(person_id, registering, asked, alike, (sending, receiver))
            born = self._born(helped, registering, asked)
            wanted.must_serve(born, asked.at, urgent=priority is Priority.EMERGENCY)
            about = helped.person
            if sending != asked.organisation != receiver:
                raise OnlyTheReceiverMayRecordForAnother(referral_id)
            if self._kind(sending) is None:
                raise partner.PartnerIsUnknown(sending)
            if not self._stays(sending):
                raise partner.PartnerHasLeft(sending)
            for partner_id in (sending, receiver):
                if self._objects(about, partner_id):
                    raise ThePersonObjects(partner_id)
            asking = self._load(referral.Referral, referral_id)
            chain = None if onward_from is None else self._referral(onward_from)
            if chain:
                chain.refer_onward(referral_id, person=about, asked=asked)
            given = Given(source, mode, ask, reason, said_by, priority)
            missing = self._missing(
                helped.told, receiver in helped.consents, sending, receiver, given, asked.at
            )
            if missing and not sent_without and demanded(source, mode, message):
                raise ReferralIsIncomplete(missing)
            made = asking.make(
                referral.ReferralMade(
                    service=service_id,
                    receiver=receiver,
                    source=source,
                    mode=mode,
                    sender=sending,
                    responsibility=responsibility,
                    priority=priority,
                    ask=ask,
                    reason=reason,
                    said_by=said_by,
                    message=message,
                    onward_from=onward_from,
                    missing=tuple(needed.item for needed in missing),
                    sent_without=sent_without if missing else None,
                ),
                person=about,
                label=self._label(sending, wanted.label),
                correlation=chain.correlation if chain else None,
                asked=asked,
            )
            way = self._pathway(about)
            if not way.open:
                holder = self._holder(helped, source, sending)
                way.begin(
                    about,
                    step=Step.COMMUNITY_PREVENTION,
                    responsible=holder,
                    label=self._label(holder),
                    asked=asked,
                    correlation=referral_id,
                    cause=made.id,
                )
            if responsibility is Responsibility.TAKE_OVER and way.responsible != receiver:
                own = Grounds(Evidence.PERSONS_REQUEST, words=ask)
                self._offer(
                    way,
                    HandoverId(referral_id),
                    wanted,
                    receiver,
                    asked,
                    made,
                    grounds=own
                    if source is Source.SELF
                    else self._shown(way, grounds, wanted.step),
                )
            return helped, asking, way, *((chain,) if chain else ())

        return self._ask(referral_id, asked, decide)

    def _holder(self, helped: person.Person, source: Source, sending: PartnerId) -> PartnerId:
        """Who holds the person from the first referral on: never one they object to.

        Raises `ThePersonObjects` when they object to the host too.
        """
        practice = helped.practice if helped.practice and self._stays(helped.practice) else None
        holder = entry.holder(source, sending, self._kind(sending), practice, self.host)
        if self._objects(helped.person, holder):
            holder = self.host
        if self._objects(helped.person, holder):
            raise ThePersonObjects(holder)
        return holder

    def ask_information(self, referral_id: ReferralId, question: str, *, asked: Asked) -> Answer:
        """Ask a referral's sender for what is missing."""
        return self._on_referral(
            referral_id, asked, lambda r: r.ask_information(question, asked=asked)
        )

    def give_information(self, referral_id: ReferralId, answer: str, *, asked: Asked) -> Answer:
        """Answer what a referral's receiver asked."""
        return self._on_referral(
            referral_id, asked, lambda r: r.give_information(answer, asked=asked)
        )

    def accept_referral(self, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Take a referral on; if it was to take over, responsibility moves in the same save."""

        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            accepted = asking.accept(asked=asked)
            if accepted is None or asking.responsibility is not Responsibility.TAKE_OVER:
                return (asking,)
            assert asking.person is not None
            way = self._pathway(asking.person)
            if way.offer and way.offer.handover == HandoverId(referral_id):
                self._take_on(way, HandoverId(referral_id), asked, accepted)
            return asking, way

        return self._ask(referral_id, asked, decide)

    def decline_referral(
        self,
        referral_id: ReferralId,
        reason: DeclineReason,
        *,
        instead: ServiceId | None = None,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Not take a referral on, and say why; the sender still holds the person.

        ``instead`` is the service the person needs; without it "another service" is no answer,
        and where the place's way turns nobody away, neither is "full" or "not eligible".
        """

        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            declined = asking.decline(
                reason,
                instead=instead,
                label=self._suggested(instead, asking, asked),
                note=note,
                asked=asked,
            )
            self._not_turned_away(asking, reason, instead, asked)
            return asking, *self._end_offer(asking, asked, declined)

        return self._ask(referral_id, asked, decide)

    def _not_turned_away(
        self,
        asking: referral.Referral,
        reason: DeclineReason,
        instead: ServiceId | None,
        asked: Asked,
    ) -> None:
        """Raises `DestinationIsNeeded` where nobody is sent away without one."""
        if instead is not None or reason not in TURNING_AWAY:
            return
        way = self._way(asked)
        if way is not None and way.keeps(Practice.NOBODY_TURNED_AWAY):
            raise DestinationIsNeeded(asking.id)

    def redirect_referral(
        self,
        referral_id: ReferralId,
        service_id: ServiceId,
        *,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Pass a referral to a service that fits better; its offer of responsibility goes along."""

        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            wanted = self._get(service.Service, service_id, service.ServiceIsNotOpen)
            if asking.source is None:
                raise referral.ReferralIsUnknown(referral_id)
            receiver = self._receiver(wanted, asking.source)
            if asking.person is not None:
                born = self._born(self._load(person.Person, asking.person), None, asked)
                urgent = asking.priority is Priority.EMERGENCY
                wanted.must_serve(born, asked.at, urgent=urgent)
            redirected = asking.redirect(
                service_id, receiver, label=wanted.label, note=note, asked=asked
            )
            self._welcome(asking.person, receiver)
            grounds = self._grounds(asking)
            ways = self._end_offer(asking, asked, redirected)
            for way in ways:
                if way.responsible != receiver:
                    self._offer(
                        way,
                        HandoverId(referral_id),
                        wanted,
                        receiver,
                        asked,
                        redirected,
                        grounds=grounds,
                    )
            return asking, *ways

        return self._ask(referral_id, asked, decide)

    def withdraw_referral(
        self, referral_id: ReferralId, *, note: str | None = None, asked: Asked
    ) -> Answer:
        """Take a referral back."""

        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            withdrawn = asking.withdraw(note=note, asked=asked)
            return asking, *self._end_offer(asking, asked, withdrawn)

        return self._ask(referral_id, asked, decide)

    def close_referral(
        self,
        referral_id: ReferralId,
        reason: EndReason,
        *,
        elsewhere: str | None = None,
        summary: str | None = None,
        asked: Asked,
    ) -> Answer:
        """End the help a referral asked for; ``elsewhere`` names a service that is not here.

        What lay ahead under it is called off, times offered are taken back, and a group is left.
        """

        def decide() -> tuple[Aggregate, ...]:
            helped = self._referral(referral_id)
            closed = helped.close(reason, elsewhere=elsewhere, summary=summary, asked=asked)
            if closed is None or helped.person is None or helped.service is None:
                return (helped,)
            off = (
                Attendance.CANCELLED_BY_PERSON
                if reason in contact.ENDED_BY_PERSON
                else Attendance.CANCELLED_BY_SERVICE
            )
            ahead = self._stand_down(helped.person, off, asked, closed.id, under=referral_id)
            if not self._load(service.Service, helped.service).group:
                return *ahead, helped  # first what its receiver is still told of
            left = self._leave_groups(helped.person, asked, closed.id, under=referral_id)
            for each in left:
                each.give_free_places(self._still_wanting(each), asked=asked)
            return *ahead, *left, helped

        return self._ask(referral_id, asked, decide)

    def note_first_contact(self, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Record that the person was seen or spoken with, without an appointment."""
        return self._on_referral(referral_id, asked, lambda r: r.note_first_contact(asked=asked))

    def acknowledge_outcome(self, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Say that a referral's outcome was read."""
        return self._on_referral(referral_id, asked, lambda r: r.acknowledge_outcome(asked=asked))

    def escalate_referral(self, referral_id: ReferralId, rung: Rung, *, asked: Asked) -> Answer:
        """Tell the next one that nobody answered a referral; a timer asks it, for the sender."""
        return self._on_referral(
            referral_id, asked, lambda r: r.escalate_silence(rung, asked=asked)
        )

    def expire_referral(self, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """Let a referral nobody answered come back to its sender; a timer asks it, for the sender.

        The offer of responsibility it carried lapses with it.
        """

        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            expired = asking.expire(asked=asked)
            return asking, *self._end_offer(asking, asked, expired)

        return self._ask(referral_id, asked, decide)

    def acknowledge_referral_silence(self, referral_id: ReferralId, *, asked: Asked) -> Answer:
        """See to a referral's escalated silence."""
        return self._on_referral(referral_id, asked, lambda r: r.acknowledge_silence(asked=asked))

    def _on_referral(
        self,
        referral_id: ReferralId,
        asked: Asked,
        activity: Callable[[referral.Referral], Recorded | None],
    ) -> Answer:
        def decide() -> tuple[Aggregate, ...]:
            asking = self._referral(referral_id)
            activity(asking)
            return (asking,)

        return self._ask(referral_id, asked, decide)

    def _grounds(self, asking: referral.Referral) -> Grounds:
        """On what the offer that a referral carries was made."""
        offer = self._pathway(asking.person).offer if asking.person else None
        return offer.grounds if offer and offer.handover == HandoverId(asking.id) else NO_GROUNDS

    def _end_offer(
        self, asking: referral.Referral, asked: Asked, because: Recorded | None
    ) -> tuple[pathway.Pathway, ...]:
        """The offer of responsibility a referral carried ends with it; the sender still holds."""
        if because is None or asking.responsibility is not Responsibility.TAKE_OVER:
            return ()
        assert asking.person is not None
        way = self._pathway(asking.person)
        handover = HandoverId(asking.id)
        if isinstance(because.fact, referral.ReferralWithdrawn | ReferralExpired):
            way.lapse_handover(handover, asked=asked, cause=because.id)
        elif way.offer and way.offer.handover == handover:
            way.decline_handover(handover, note=None, asked=asked, cause=because.id)
        return (way,)
