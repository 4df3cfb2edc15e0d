"""What one who knows the record asks next, with arguments that fit as things stand.

What does not matter stays to chance. It refuses to know what any answer must be.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from domain.action import Action
from domain.case import MOVES, Attendee, Dissent
from domain.contact import Contact
from domain.corrections import Detail
from domain.discharge import WITH_THEIR_OWN_ACTIVITY
from domain.discussion import CaseDiscussed
from domain.implementation import Implementation, implementation_of
from domain.meeting import Meeting, MeetingScheduled
from domain.pathway import Pathway
from domain.person import Person
from domain.policies.steps import Agreement
from domain.referral import Referral
from domain.request import State
from domain.vocabulary import (
    ActionId,
    ContactId,
    Decision,
    DecisionId,
    EditId,
    EndReason,
    HandoverId,
    Instrument,
    MeasureId,
    MeetingId,
    MeetingKind,
    PartnerId,
    PersonId,
    PractitionerId,
    ReferralId,
    Responsibility,
    ReviewId,
    ServiceId,
    Source,
)
from tests.domain.chance import ACTORS, PEOPLE, Pool
from tests.people import PRACTITIONERS, SERVICE_OF, SERVICES, WIGG, named
from tests.scenario import ASKED_FOR, URGENT, Community, by

HOLDING = tuple(actor for actor in ACTORS if actor in PRACTITIONERS)
COORDINATORS = {
    partner: PractitionerId(named(f"co-ordinator, {number}"))
    for number, partner in enumerate(HOLDING)
}
"""A second practitioner of each, because two different people agree to a discharge."""

SELDOM = ("hand-back", "fallback-acknowledgement", "review", "reopening", "silence-acknowledgement")
"""What a pathway offers seldom, and is asked whenever it does."""


@dataclass(frozen=True)
class Wish:
    """One intention, who asks it, and what it is asked with."""

    name: str
    actor: PartnerId
    known: dict[str, Any] = field(default_factory=dict)
    practitioner: PractitionerId | None = None


@dataclass
class Knowing:
    """One who sees the whole record, and asks what leads on."""

    place: Community
    pool: Pool
    meetings: list[MeetingId] = field(default_factory=list)
    actions: list[ActionId] = field(default_factory=list)
    contacts: list[ContactId] = field(default_factory=list)

    @property
    def chance(self) -> Random:
        return self.pool.chance

    def often(self, share: float) -> bool:
        return self.chance.random() < share

    def new(self, words: str) -> Any:
        return named(f"{words} {self.chance.getrandbits(64)}")

    def somebody(self) -> PersonId:
        """Mostly a person whose pathway is open."""
        held = [person for person in PEOPLE if self.place.pathway(person).open]
        return self.chance.choice(held if held and self.often(0.8) else PEOPLE)

    def elsewhere(self, *but: PartnerId | None) -> ServiceId:
        """A service of another organisation that may hold people."""
        return SERVICE_OF[self.chance.choice([p for p in HOLDING if p not in but])]

    def keep(self, wish: Wish) -> None:
        """What came of a wish can be asked about from now on."""
        known = wish.known
        match wish.name:
            case "make_referral" | "ask_advice":
                self.pool.referrals.append(ReferralId(known["referral_id"]))
            case "offer_handover" | "hand_back":
                self.pool.offers.append(HandoverId(known["handover"]))
            case "record_decision":
                self.pool.offers.append(HandoverId(known["decision"]))
            case "book_appointment":
                self.contacts.append(ContactId(known["contact_id"]))
            case "agree_action":
                self.actions.append(ActionId(known["action_id"]))

    # A pathway and a referral: arguments for what they offer

    def word(self, way: Pathway, offered: tuple[str, ...]) -> str:
        """Mostly what leads a discharge to its end, or what is seldom offered."""
        towards = self._towards_discharge(way)
        if towards in offered and self.often(0.6):
            return towards
        seldom = [word for word in offered if word in SELDOM]
        return self.chance.choice(seldom if seldom and self.often(0.6) else offered)

    def _towards_discharge(self, way: Pathway) -> str:
        if way.discharge is None:
            return ""
        if way.key_worker is None:
            return "key-worker"
        if way.coordinator is None or way.coordinator == way.key_worker:
            return "coordinator"
        return "discharge-agreement" if len(way.discharge.agreed) < 2 else "closure"

    def about_pathway(self, name: str, way: Pathway, actor: PartnerId) -> Wish:
        known: dict[str, Any] = {"person_id": way.person}
        who: PractitionerId | None = None
        if way.offer:
            known["handover"] = way.offer.handover
        match name:
            case "offer_handover" | "hand_back":
                service = self.elsewhere(actor)
                to = SERVICES[service].step
                if name == "hand_back" and way.came_from:
                    to = way.came_from[-1].step
                known |= {"handover": self.new("handover"), "service_id": service}
                known["grounds"] = URGENT if to > way.step else ASKED_FOR
            case "name_coordinator" if self.often(0.8):
                known["coordinator"] = COORDINATORS.get(actor, PRACTITIONERS[WIGG])
            case "propose_discharge":
                fitting = [r for r in EndReason if r not in WITH_THEIR_OWN_ACTIVITY]
                known["reason"] = self.chance.choice(fitting)
            case "agree_discharge":
                agreed = way.discharge.agreed if way.discharge else ()
                left = [who for who in Agreement if who not in agreed]
                known["agreement"] = asks = self.chance.choice(left or list(Agreement))
                who = way.key_worker if asks is Agreement.LINK_WORKER else way.coordinator
            case "close_pathway" if way.discharge and self.often(0.8):
                known["reason"] = way.discharge.reason
            case "record_review" if way.overdue:
                known["review"] = self.chance.choice(list(way.overdue))
        return Wish(name, actor, known, who)

    def about_referral(self, name: str, noun: Referral, actor: PartnerId) -> Wish:
        known: dict[str, Any] = {"referral_id": noun.referral}
        match name:
            case "redirect_referral" | "decline_referral" | "give_advice":
                known["service_id"] = known["instead"] = self.elsewhere(noun.receiver)
            case "book_appointment":
                known["contact_id"] = self.new("appointment")
            case "make_referral":
                known = self._referring(noun.person or self.somebody())
                if noun.state is State.ACCEPTED:
                    known["onward_from"] = noun.referral
                else:
                    known |= {"referral_id": noun.referral, "service_id": noun.service}
        return Wish(name, actor, known)

    def _referring(self, person: PersonId) -> dict[str, Any]:
        return {
            "referral_id": self.new("referral"),
            "person_id": person,
            "source": Source.PROFESSIONAL,
            "sender": None,
            "registering": None,
            "onward_from": None,
            "sent_without": "It will be told.",
            "responsibility": self.chance.choice(list(Responsibility)),
            "grounds": self.chance.choice([URGENT, ASKED_FOR]),
        }

    # Before, beside and after

    def advice(self) -> Wish:
        referral = ReferralId(self.new("question"))
        actor = self.chance.choice(HOLDING)
        known = {
            "referral_id": referral,
            "person_id": self.somebody(),
            "service_id": self.elsewhere(actor),
            "registering": None,
        }
        return Wish("ask_advice", actor, known)

    def seen(self) -> Wish | None:
        """An appointment has its outcome, or a measure is scored, by whom the person is with."""
        if self.contacts and self.often(0.5):
            contact = self.chance.choice(self.contacts[-5:])
            booked = self.place.care._load(Contact, contact)
            known = {"contact_id": contact}
            return (
                Wish("note_attendance", booked.provider or WIGG, known) if booked.person else None
            )
        accepted = [
            noun
            for noun in map(self.place.referral, self.pool.referrals[-12:])
            if noun.state is State.ACCEPTED
        ]
        if not accepted:
            return None
        noun = self.chance.choice(accepted)
        assert noun.receiver is not None
        if self.often(0.5):
            return self.about_referral("book_appointment", noun, noun.receiver)
        answers = tuple(self.chance.randrange(3) for _ in range(9))
        scored = {
            "measure_id": MeasureId(self.new("measure")),
            "referral_id": noun.referral,
            "instrument": Instrument.PHQ_9,
            "total": sum(answers),
            "items": answers if self.often(0.7) else (),
            "goals": (),
        }
        return Wish("complete_measure", noun.receiver, scored)

    def put_right(self) -> Wish:
        """What two people wrote apart stands side by side until somebody settles it."""
        person = self.somebody()
        known = self.place.care._load(Person, person)
        conflicts = sorted(known.known.conflicts())
        actor = self.chance.choice(HOLDING)
        if conflicts and self.often(0.7):
            detail = self.chance.choice(conflicts)
            stands = self.chance.choice(known.known.standing[detail]).id
            settled = {"person_id": person, "detail": detail, "stands": stands, "instead_of": None}
            return Wish("settle_conflict", actor, settled)
        if known.objections and self.often(0.7):
            partner = self.chance.choice(sorted(known.objections))
            return Wish("lift_objection", WIGG, {"person_id": person, "to": partner})
        if self.often(0.1):
            told = {"person_id": person, "to": self.chance.choice(ACTORS)}
            return Wish("object_to", WIGG, told)
        written = {
            "person_id": person,
            "details": {Detail.PHONE: f"020 7946 000{self.chance.randrange(10)}"},
            "edit": EditId(self.new("edit")),
            "instead_of": (),
        }
        return Wish("correct_details", actor, written)

    def review(self) -> Wish:
        person = self.somebody()
        due = self.pool.now.date() - timedelta(days=1)
        known = {"person_id": person, "review": ReviewId(self.new("review")), "due_on": due}
        return Wish("let_review_fall_due", self.place.pathway(person).responsible or WIGG, known)

    # A meeting

    def meeting(self) -> Iterator[Wish]:
        """A case goes over the table: listed, attended, decided, by who takes part."""
        for _ in range(3):
            yield self._next_of_meeting()

    def _next_of_meeting(self) -> Wish:
        person = self.somebody()
        holder = self.place.pathway(person).responsible
        held = self.place.care._load(Meeting, self._meeting_id())
        meeting_id = held.meeting
        actor = (holder or WIGG) if self.often(0.8) else self.chance.choice(ACTORS)
        known: dict[str, Any] = {"meeting_id": meeting_id, "person_id": person}
        if held.scheduled is None:
            return Wish("schedule_meeting", WIGG, known | {"scheduled": self._scheduled()})
        name = self._step(held, person)
        case = held.cases.get(person)
        attendees = case.attendees if case else ()
        match name:
            case "schedule_next_meeting":
                self.meetings.append(held.following(self.pool.now))
                known["after"] = meeting_id
            case "list_case":
                known |= {"present": ACTORS, "listed_only": self.often(0.1), "urgent": "Today."}
            case "record_attendance":
                known["attendees"] = self._in_the_room(held, person)
            case "record_decision":
                outcome = self.chance.choice(list(Decision))
                service = self.elsewhere() if outcome in MOVES else None
                known |= {"decision": DecisionId(self.new("decision")), "outcome": outcome}
                known |= {"service_id": service, "dissent": ()}
            case "record_dissent" if attendees:
                against = self.chance.choice(attendees).practitioner
                known["dissent"] = Dissent(practitioner=against, reason="It is too soon.")
            case "agree_action":
                known["action_id"] = self.new("action")
                known["due_on"] = self.pool.now.date() + timedelta(days=7)
        return Wish(name, actor, known)

    def _meeting_id(self) -> MeetingId:
        """The one in hand; after it was closed, now and then a new one."""
        last = self.place.care._load(Meeting, self.meetings[-1]) if self.meetings else None
        if last is None or (last.closed and self.often(0.5)):
            self.meetings.append(MeetingId(self.new("meeting")))
        return self.chance.choice(self.meetings[-2:]) if self.often(0.2) else self.meetings[-1]

    def _scheduled(self) -> MeetingScheduled:
        return MeetingScheduled(
            kind=MeetingKind.WEEKLY_MDT,
            name="MDT",
            starts_at=self.pool.now + timedelta(days=self.chance.randrange(3)),
            chair=PRACTITIONERS[WIGG],
            invited=ACTORS,
        )

    def _step(self, held: Meeting, person: PersonId) -> str:
        if held.closed:
            return "schedule_next_meeting"
        if self.often(0.15):
            aside = ("circulate_list", "record_apologies", "schedule_next_meeting", "close_meeting")
            return self.chance.choice(aside)
        case = held.cases.get(person)
        if case is None or case.listed_only:
            return "list_case"
        if not case.attendees:
            return "record_attendance"
        if case.decision is None:
            return "record_decision" if self.often(0.7) else "agree_action"
        return self.chance.choice(("record_dissent", "agree_action", "close_meeting"))

    def _in_the_room(self, held: Meeting, person: PersonId) -> tuple[Attendee, ...]:
        leaving = self.place.care.who_must_leave(
            held.meeting, person, asked=by(WIGG, at=self.pool.now)
        )
        return tuple(
            Attendee(practitioner=PRACTITIONERS[partner], partner=partner)
            for partner in HOLDING
            if partner not in leaving
        )

    # What was agreed

    def action(self) -> Action | None:
        """Something to do that is, or was, on its way."""
        if not self.actions:
            return None
        agreed = self.place.care._load(Action, self.chance.choice(self.actions[-3:]))
        return agreed if agreed.person else None

    def decided(self) -> Wish:
        """Somebody says what became of a decision, or two talk the case over."""
        person = self.somebody()
        holder = self.place.pathway(person).responsible or WIGG
        waiting = self.place.care._load(Implementation, implementation_of(person))
        if waiting.open and self.often(0.8):
            decision = self.chance.choice(list(waiting.open))
            others = [one for one in (*waiting.open, *waiting.ended) if one != decision]
            names = ["implement_decision", "not_implement_decision"]
            names += ["supersede_decision"] * (3 if others else 0)
            known = {"person_id": person, "decision": decision}
            known |= {"by": self.chance.choice(others)} if others else {}
            return Wish(self.chance.choice(names), waiting.open[decision].owner, known)
        one, other = holder, self.chance.choice([p for p in HOLDING if p != holder])
        discussed = CaseDiscussed(
            asked_by=Attendee(
                practitioner=PRACTITIONERS.get(one, PRACTITIONERS[WIGG]), partner=one
            ),
            advised_by=Attendee(practitioner=PRACTITIONERS[other], partner=other),
            question="What now?",
            advice="Wait and see.",
            medium=self.pool.draw("medium", CaseDiscussed.model_fields["medium"].annotation),
        )
        told = {"person_id": person, "discussion_id": self.new("talk"), "discussed": discussed}
        return Wish("discuss_case", one, told)
