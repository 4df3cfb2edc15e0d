"""Anything that people may ask, in any order: scenarios by chance, for properties of the views."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import uuid4, uuid5

from hypothesis import strategies as st

from domain.carer import CarerIdentified
from domain.case import Attendee, Dissent
from domain.concern import Concern
from domain.corrections import Detail
from domain.group import Group, GroupIsPlanned, ProgrammePlanned
from domain.implementation import Implementation, implementation_of
from domain.kernel import Asked, BrokenRule
from domain.meeting import MeetingScheduled
from domain.membership import GroupIsFull
from domain.pathway import Pathway, pathway_of
from domain.person import Details, Person
from domain.plan import Part, Terms
from domain.policies.needs import COMMUNICATION
from domain.policies.scales import SCALES
from domain.policies.ways import SANDWELL
from domain.referral import Referral
from domain.safeguarding import SafeguardingReferred
from domain.vocabulary import (
    AccessNeed,
    ActionId,
    AdmissionAvoided,
    AgreedHow,
    Attendance,
    CarerId,
    CaringEnd,
    Complexity,
    ConcernId,
    ConcernOutcome,
    ConcernSource,
    ContactId,
    Decision,
    DecisionId,
    DeclineReason,
    EndReason,
    GoalId,
    GroupId,
    HandoverId,
    Instrument,
    LeftBecause,
    MayBeTold,
    MeasureId,
    Medium,
    MeetingId,
    MeetingKind,
    Mode,
    NoTimeBecause,
    NotImplementedReason,
    PartnerId,
    PersonId,
    Priority,
    ReferralId,
    Relation,
    Responsibility,
    ReviewId,
    ReviewOf,
    SafeguardingId,
    SafeguardingOf,
    SessionOff,
    SharedCareEnd,
    Source,
    WorkId,
    WorkKind,
    WorkOutcome,
)
from tests.people import (
    CHARITY,
    DR_OKAFOR,
    DR_PATEL,
    DRUGS,
    JO,
    KINDS,
    LIBRARY,
    MONDAY,
    NADIA,
    PHARMACY,
    PROBATION,
    SERVICE_OF,
    SERVICES,
    SOCIAL,
    TALKING,
    THURSDAY,
    TRUST,
    WIGG,
)
from tests.projections.place import Place

COLOURS = SANDWELL.model_copy(update={"name": "Colours", "practices": ()})
"""A way in which cases have colours, and a full service may say that it is full."""

SENDERS = (WIGG, WIGG, SOCIAL, LIBRARY, DRUGS, TALKING)
PLANNERS = (WIGG, TALKING, DRUGS, TRUST, CHARITY)
INVITED = (WIGG, TALKING, TRUST, SOCIAL)
PARTNERS = tuple(KINDS)
ALL_SERVICES = tuple(SERVICES)


@dataclass
class Chance:
    """One scenario under way: two people, and everything asked about them so far."""

    place: Place
    people: list[PersonId] = field(default_factory=list)
    referrals: list[ReferralId] = field(default_factory=list)
    contacts: list[tuple[ContactId, PartnerId]] = field(default_factory=list)
    measures: list[tuple[MeasureId, PartnerId]] = field(default_factory=list)
    actions: list[tuple[ActionId, PartnerId]] = field(default_factory=list)
    groups: dict[GroupId, PartnerId] = field(default_factory=dict)
    concerns: list[ConcernId] = field(default_factory=list)
    minutes: int = 0

    def __post_init__(self) -> None:
        self.meeting = MeetingId(uuid4())
        self.place.care.write_way(COLOURS, asked=self.by(WIGG))
        self.place.care.choose_way(COLOURS.name, MONDAY.date(), asked=self.by(WIGG))
        for name in ("Ama", "Ben"):
            person = PersonId(uuid4())
            details = Details(name=name, phone="020 7946 0001", practice=WIGG, ethnicity="B")
            self.place.care.register_person(person, details, asked=self.by(WIGG))
            self.people.append(person)

    def by(self, organisation: PartnerId) -> Asked:
        self.minutes += 1
        return self.place.by(organisation, at=MONDAY + timedelta(minutes=self.minutes))

    def do(self, what: str, which: int) -> None:
        """Ask one thing, of the noun and by whom ``which`` says; it may well be refused."""
        try:
            getattr(self, what)(which)
        except BrokenRule:
            return

    def refer(self, which: int) -> None:
        self.referrals.append(ReferralId(uuid4()))
        self.place.care.make_referral(
            self.referrals[-1],
            self._person(which),
            ALL_SERVICES[which % len(ALL_SERVICES)],
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            ask=f"ask {which}",
            reason=f"reason {which}",
            priority=list(Priority)[which % 3],
            responsibility=list(Responsibility)[which // 2 % 2],
            sent_without=None if which % 5 else f"why not {which}",
            asked=self.by(SENDERS[which // 3 % len(SENDERS)]),
        )

    def ask_information(self, which: int) -> None:
        self._receiving(which, lambda r, by: self.place.care.ask_information(r, "How?", asked=by))

    def give_information(self, which: int) -> None:
        self._sending(which, lambda r, by: self.place.care.give_information(r, "So.", asked=by))

    def accept(self, which: int) -> None:
        self._receiving(which, lambda r, by: self.place.care.accept_referral(r, asked=by))

    def decline(self, which: int) -> None:
        reason = list(DeclineReason)[which % 6]
        note = "Sorry." if which % 2 else None
        instead = ALL_SERVICES[which // 3 % len(ALL_SERVICES)] if which % 4 else None
        self._receiving(
            which,
            lambda r, by: self.place.care.decline_referral(
                r, reason, instead=instead, note=note, asked=by
            ),
        )

    def redirect(self, which: int) -> None:
        there = ALL_SERVICES[which // 2 % len(ALL_SERVICES)]
        self._receiving(which, lambda r, by: self.place.care.redirect_referral(r, there, asked=by))

    def withdraw(self, which: int) -> None:
        self._sending(which, lambda r, by: self.place.care.withdraw_referral(r, asked=by))

    def close(self, which: int) -> None:
        reason = list(EndReason)[which % len(EndReason)]
        self._receiving(
            which,
            lambda r, by: self.place.care.close_referral(r, reason, summary="Done.", asked=by),
        )

    def acknowledge(self, which: int) -> None:
        self._sending(which, lambda r, by: self.place.care.acknowledge_outcome(r, asked=by))

    def book(self, which: int) -> None:
        contact = ContactId(uuid4())

        def booking(referral: ReferralId, asked: Asked) -> None:
            self.place.care.book_appointment(
                contact, referral, starts_at=MONDAY, medium=Medium.VIDEO, asked=asked
            )
            self.contacts.append((contact, asked.organisation))

        self._receiving(which, booking)

    def attend(self, which: int) -> None:
        if self.contacts:
            contact, provider = self.contacts[which % len(self.contacts)]
            outcome = list(Attendance)[which % 6]
            self.place.care.note_attendance(contact, outcome, asked=self.by(provider))

    def measure(self, which: int) -> None:
        measure = MeasureId(uuid4())
        instrument = (Instrument.GAD_7, Instrument.PHQ_9)[which % 2]
        items = () if which % 3 else (which % 4,) * SCALES[instrument].items

        def scoring(referral: ReferralId, asked: Asked) -> None:
            total = None if items else which % 21
            self.place.care.complete_measure(
                measure, referral, instrument=instrument, total=total, items=items, asked=asked
            )
            self.measures.append((measure, asked.organisation))

        self._receiving(which, scoring)

    def score_again(self, which: int) -> None:
        """Put right by who scored it, now and then to what it was."""
        if self.measures:
            measure, provider = self.measures[which % len(self.measures)]
            self.place.care.correct_score(
                measure, total=which % 19, reason="Misread", asked=self.by(provider)
            )

    def offer_times(self, which: int) -> None:
        contact = ContactId(uuid4())

        def offering(referral: ReferralId, asked: Asked) -> None:
            times = (MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
            self.place.care.offer_times(
                contact, referral, times=times, medium=Medium.TELEPHONE, minutes=50, asked=asked
            )
            self.contacts.append((contact, asked.organisation))

        self._receiving(which, offering)

    def answer_times(self, which: int) -> None:
        if self.contacts:
            contact, provider = self.contacts[-1 - which % min(3, len(self.contacts))]
            asked = self.by(provider)
            if which % 3:
                self.place.care.choose_time(contact, MONDAY + timedelta(days=1), asked=asked)
            else:
                self.place.care.take_no_time(contact, NoTimeBecause.NO_ANSWER, asked=asked)

    def move(self, which: int) -> None:
        if self.contacts:
            first, provider = self.contacts[which % len(self.contacts)]
            contact = ContactId(uuid4())
            self.place.care.rebook_appointment(
                contact,
                first,
                starts_at=MONDAY + timedelta(days=which % 5),
                moved_by=Attendance.CANCELLED_BY_PERSON if which % 2 else None,
                asked=self.by(provider),
            )
            self.contacts.append((contact, provider))

    def correct_attendance(self, which: int) -> None:
        if self.contacts:
            contact, provider = self.contacts[which % len(self.contacts)]
            outcome = list(Attendance)[which // 2 % 6]
            self.place.care.correct_attendance(contact, outcome, asked=self.by(provider))

    def join_group(self, which: int) -> None:
        """Of a group with room for one: who comes second waits."""

        def joining(referral: ReferralId, asked: Asked) -> None:
            under = self.place.care._load(Referral, referral)
            assert under.service is not None
            programme = GroupId(uuid5(self.people[0], str(under.service)))
            planned = ProgrammePlanned(
                partner=asked.organisation,
                service=under.service,
                name="Wednesdays",
                first_at=MONDAY - timedelta(weeks=2),
                minutes=60,
                place="The hall",
                capacity=1,
            )
            with suppress(GroupIsPlanned):
                self.place.care.plan_group(programme, planned, asked=asked)
            self.groups[programme] = asked.organisation
            asked = replace(asked, key=uuid4(), at=MONDAY - timedelta(weeks=2))
            try:
                self.place.care.join_group(programme, referral, asked=asked)
            except GroupIsFull:
                self.place.care.await_place(programme, referral, asked=asked)

        self._receiving(which, joining)

    def meet(self, which: int) -> None:
        for programme, provider in self.groups.items():
            on = (MONDAY - timedelta(weeks=which % 3)).date()
            asked = self.by(provider)
            if which % 7 == 0:
                self.place.care.cancel_session(programme, on, SessionOff.WEATHER, asked=asked)
            else:
                outcome = list(Attendance)[which % 5]
                members = self.place.care._load(Group, programme).members
                self.place.care.hold_session(
                    programme, on, dict.fromkeys(members, outcome), asked=asked
                )

    def leave_group(self, which: int) -> None:
        for programme, provider in self.groups.items():
            self.place.care.leave_group(
                programme, self._person(which), LeftBecause.WISHED, asked=self.by(provider)
            )

    def need(self, which: int) -> None:
        self.place.care.record_communication_needs(
            self._person(which), f"need {which}", language="Farsi", asked=self.by(WIGG)
        )

    def one_need(self, which: int) -> None:
        """One of the list: said, agreed, met or not, ended, or looked at again."""
        person, care = self._person(which), self.place.care
        need, asked = list(AccessNeed)[which % 19], self.by((WIGG, TALKING)[which % 2])
        match which % 5:
            case 0 | 1 if need in COMMUNICATION:
                care.record_communication_needs(
                    person,
                    f"so {which}",
                    language=None,
                    need=need,
                    instead_of=None if which % 3 else (),
                    asked=asked,
                )
            case 0 | 1:
                care.agree_adjustment(person, need, "so", shared=which % 4 > 0, asked=asked)
            case 2:
                care.note_need(person, need, which % 2 > 0, asked=asked)
            case 3:
                care.end_need(person, need, asked=asked)
            case _:
                care.review_needs(person, asked=asked)

    def cares(self, which: int) -> None:
        """Somebody cares for one of the two, perhaps the other one; all that follows."""
        care, asked = self.place.care, self.by(WIGG)
        carer = CarerId(uuid5(self._person(which), f"carer {which % 2}"))
        match which // 2 % 7:
            case 0 | 1:
                other = self._person(which + 1) if which % 3 else None
                seen = CarerIdentified(
                    name="Ines", phone="1", relation=Relation.CHILD, carer_person=other
                )
                care.identify_carer(self._person(which), carer, seen, agreed=True, asked=asked)
            case 2:
                care.register_carer(carer, SOCIAL, asked=asked)
            case 3:
                care.let_carer_be_told(carer, list(MayBeTold)[which % 3], "so", asked=asked)
            case 4:
                care.choose_emergency_contact(carer, which % 4 > 0, asked=asked)
            case 5 if which % 2:
                care.complete_carers_assessment(carer, "so", asked=self.by(SOCIAL))
            case 5:
                care.decline_carers_assessment(carer, asked=asked)
            case _:
                care.end_caring(carer, CaringEnd.NOT_NEEDED, asked=asked)

    def shares(self, which: int) -> None:
        """Practice, drug service and pharmacy treat one of the two together."""
        person, care = self._person(which), self.place.care
        day = MONDAY.date() - timedelta(days=which % 5)
        side = self.by((WIGG, DRUGS)[which % 2])
        match which // 2 % 8:
            case 0 | 1:
                care.agree_shared_care(
                    person,
                    practice=WIGG,
                    prescriber=DR_PATEL,
                    drug_service=DRUGS,
                    key_worker=JO,
                    pharmacy=PHARMACY,
                    signed_on=day,
                    asked=side,
                )
            case 2:
                care.agree_supervision(person, day, asked=side)
            case 3:
                care.end_supervision(person, day, asked=side)
            case 4:
                care.report_missed_doses(person, day, day, asked=self.by(PHARMACY))
            case 5:
                care.resume_dispensing(person, asked=self.by(WIGG))
            case 6:
                care.hold_joint_review(person, gp=DR_PATEL, key_worker=JO, asked=side)
            case _:
                care.end_shared_care(person, SharedCareEnd.COMPLETED, asked=side)

    def correct(self, which: int) -> None:
        """By somebody who has seen all that stands, or nothing since it was registered."""
        detail = (Detail.PHONE, Detail.DATE_OF_BIRTH, Detail.LANGUAGE)[which % 3]
        value = {Detail.DATE_OF_BIRTH: f"1988-05-{which % 5 + 1:02}"}.get(detail, f"{which % 4}")
        self.place.care.correct_details(
            self._person(which),
            {detail: value if which % 7 else None},
            instead_of=None if which % 2 else (),
            asked=self.place.by(WIGG, at=MONDAY - timedelta(hours=which % 3)),
        )

    def settle(self, which: int) -> None:
        known = self.place.care._load(Person, self._person(which)).known
        for detail in sorted(known.conflicts()):
            stands = known.standing[detail][which % 2].id
            self.place.care.settle_conflict(
                self._person(which), detail, stands, asked=self.by(TALKING)
            )

    def dispute(self, which: int) -> None:
        for asking in self._referral(which):
            if asking.person:
                self.place.care.record_disagreement(
                    asking.person, asking.id, 1, "I never said so.", asked=self.by(WIGG)
                )

    def object_to(self, which: int) -> None:
        to = PARTNERS[which // 2 % len(PARTNERS)]
        self.place.care.object_to(self._person(which), to, asked=self.by(WIGG))

    def relent(self, which: int) -> None:
        for to in PARTNERS:
            self.place.care.lift_objection(self._person(which), to, asked=self.by(WIGG))

    def consent(self, which: int) -> None:
        self.place.care.consent_to(self._person(which), PROBATION, asked=self.by(WIGG))

    def offer(self, which: int) -> None:
        service = ALL_SERVICES[which // 2 % len(ALL_SERVICES)]
        way = self._pathway(which)
        if way.person and way.responsible:
            self.place.care.offer_handover(
                way.person, HandoverId(uuid4()), service, asked=self.by(way.responsible)
            )

    def answer_offer(self, which: int) -> None:
        way = self._pathway(which)
        if way.person and way.offer:
            asked = self.by(way.offer.receiver if which % 5 else way.offer.sender)
            if which % 5 == 0:
                self.place.care.withdraw_handover(way.person, way.offer.handover, asked=asked)
            elif which % 3 == 0:
                self.place.care.decline_handover(way.person, way.offer.handover, asked=asked)
            else:
                self.place.care.accept_handover(way.person, way.offer.handover, asked=asked)

    def wait(self, which: int) -> None:
        """Time goes by until the next rung is due, and the timer asks."""
        for asking in self._referral(which):
            if asking.wait and asking.sender and (due := asking.wait.next(MONDAY)):
                asked = self.place.by(asking.sender, at=due.at)
                self.place.care.escalate_referral(asking.referral, due.rung, asked=asked)
        way = self._pathway(which)
        if way.person and way.offer and (due := way.offer.wait.next(MONDAY)):
            asked = self.place.by(way.offer.sender, at=due.at)
            self.place.care.escalate_handover(way.person, way.offer.handover, due.rung, asked=asked)

    def see_to_it(self, which: int) -> None:
        self._receiving(
            which, lambda r, by: self.place.care.acknowledge_referral_silence(r, asked=by)
        )

    def see_to_the_offer(self, which: int) -> None:
        way = self._pathway(which)
        if way.person and way.offer:
            asked = self.by(way.offer.sender)
            self.place.care.acknowledge_handover_silence(
                way.person, way.offer.handover, asked=asked
            )

    def hold(self, which: int) -> None:
        way = self._pathway(which)
        if way.person and way.responsible:
            self.place.care.put_on_hold(
                way.person,
                reason="Let us see.",
                review_on=MONDAY.date() + timedelta(days=1 + which % 3),
                asked=self.by(way.responsible),
            )

    def review(self, which: int) -> None:
        """A day to look again passes; every other time somebody then looks."""
        way = self._pathway(which)
        if way.person is None or way.responsible is None:
            return
        about = list(ReviewOf)[which % len(ReviewOf)]
        review = ReviewId(uuid5(way.person, f"{about} {which % 2}"))
        asked = self.place.by(way.responsible, at=MONDAY + timedelta(days=9))
        self.place.care.let_review_fall_due(way.person, review, about, MONDAY.date(), asked=asked)
        if which % 2:
            asked = self.by(way.responsible)
            self.place.care.record_review(way.person, review, outcome="As before.", asked=asked)

    def goal(self, which: int) -> None:
        """The person says what they want; every third time, what became of it."""
        person, asked = self._person(which), self.by(PLANNERS[which // 3 % len(PLANNERS)])
        goal = GoalId(uuid5(person, f"goal {which % 4}"))
        match which % 3:
            case 0:
                self.place.care.set_goal(person, goal, f"goal {which}", asked=asked)
            case 1:
                self.place.care.reach_goal(person, goal, words=f"so {which}", asked=asked)
            case _:
                self.place.care.drop_goal(person, goal, asked=asked)

    def plan(self, which: int) -> None:
        """A plan is agreed with a part for some organisation, or the one that stands reviewed."""
        person, asked = self._person(which), self.by(PLANNERS[which // 3 % len(PLANNERS)])
        if which % 3 == 0:
            self.place.care.review_plan(person, changed=f"changed {which}", asked=asked)
            return
        owner, action = PARTNERS[which % len(PARTNERS)], ActionId(uuid4())
        part = Part(action=action, owner=owner, what=f"part {which}")
        terms = Terms(how=list(AgreedHow)[which % 5], crisis=f"crisis {which}", parts=(part,))
        self.place.care.agree_plan(person, terms, asked=asked)
        self.actions.append((action, owner))

    def code(self, which: int) -> None:
        way = self._pathway(which)
        if way.person and way.responsible:
            asked, colour = self.by(way.responsible), list(Complexity)[which % 3]
            self.place.care.code_complexity(way.person, colour, f"because {which}", asked=asked)

    def work(self, which: int) -> None:
        """Social workers take somebody on, and something up; every other time it ends, too."""
        person, referral, work = self._person(which), ReferralId(uuid4()), WorkId(uuid4())
        care = self.place.care
        care.make_referral(
            referral,
            person,
            SERVICE_OF[SOCIAL],
            source=Source.PROFESSIONAL,
            mode=Mode.WRITTEN,
            ask=f"ask {which}",
            sent_without="Not known yet.",
            asked=self.by(WIGG),
        )
        care.accept_referral(referral, asked=self.by(SOCIAL))
        kind = list(WorkKind)[which % len(WorkKind)]
        care.begin_work(work, referral, kind=kind, what="Rent.", asked=self.by(SOCIAL))
        if which % 2:
            outcome = list(WorkOutcome)[which % len(WorkOutcome)]
            avoided = list(AdmissionAvoided)[which % 3]
            care.end_work(work, outcome, admission_avoided=avoided, asked=self.by(SOCIAL))

    def key_worker(self, which: int) -> None:
        way = self._pathway(which)
        if way.person and way.responsible:
            worker = (NADIA, DR_OKAFOR)[which // 2 % 2]
            self.place.care.name_key_worker(way.person, worker, asked=self.by(way.responsible))

    def end_pathway(self, which: int) -> None:
        way = self._pathway(which)
        if way.person and way.responsible:
            reason = EndReason.COMPLETED
            self.place.care.close_pathway(way.person, reason, asked=self.by(way.responsible))

    def schedule(self, which: int) -> None:
        self.meeting = MeetingId(uuid4())
        self.place.care.schedule_meeting(
            self.meeting,
            MeetingScheduled(
                kind=MeetingKind.WEEKLY_MDT,
                name="MDT",
                starts_at=THURSDAY,
                chair=DR_PATEL,
                invited=INVITED,
            ),
            asked=self.by(WIGG),
        )

    def list_case(self, which: int) -> None:
        present = INVITED[: 2 + which % 3]
        self.place.care.list_case(
            self.meeting, self._person(which), question="Who?", present=present, asked=self.by(WIGG)
        )

    def sit(self, which: int) -> None:
        attendees = (Attendee(practitioner=DR_PATEL, partner=WIGG),)
        self.place.care.record_attendance(
            self.meeting, self._person(which), attendees, asked=self.by(WIGG)
        )

    def decide(self, which: int) -> None:
        self.place.care.record_decision(
            self.meeting,
            self._person(which),
            DecisionId(uuid4()),
            outcome=list(Decision)[which % 6],
            service_id=ALL_SERVICES[which // 6 % len(ALL_SERVICES)],
            rationale="So.",
            persons_view="Yes.",
            asked=self.by(WIGG),
        )

    def circulate(self, which: int) -> None:
        self.place.care.circulate_list(self.meeting, asked=self.by(WIGG))

    def dissent(self, which: int) -> None:
        against = Dissent(practitioner=DR_PATEL, reason=f"doubt {which}")
        self.place.care.record_dissent(
            self.meeting, self._person(which), against, asked=self.by(WIGG)
        )

    def agree(self, which: int) -> None:
        action = ActionId(uuid4())
        owner = PARTNERS[which // 2 % len(PARTNERS)]
        self.place.care.agree_action(
            self.meeting,
            self._person(which),
            action,
            what=f"Do {which}.",
            owner=owner,
            due_on=THURSDAY.date(),
            asked=self.by(WIGG),
        )
        self.actions.append((action, owner))

    def act(self, which: int) -> None:
        if self.actions:
            action, owner = self.actions[which % len(self.actions)]
            if which % 3:
                self.place.care.complete_action(action, asked=self.by(owner))
            else:
                self.place.care.drop_action(action, "She moved.", asked=self.by(owner))

    def follow_up(self, which: int) -> None:
        person, asked = self._person(which), self.by(self._pathway(which).responsible or WIGG)
        following = self.place.care._load(Implementation, implementation_of(person))
        for decision in list(following.open):
            if which % 3:
                self.place.care.implement_decision(person, decision, asked=asked)
            else:
                reason = list(NotImplementedReason)[which % 6]
                self.place.care.not_implement_decision(person, decision, reason, asked=asked)

    def worry(self, which: int) -> None:
        self.concerns.append(ConcernId(uuid4()))
        self.place.care.raise_concern(
            self._person(which),
            self.concerns[-1],
            source=ConcernSource.PRACTITIONER,
            words=f"Worry {which}.",
            sealed_from=() if which % 4 else (PARTNERS[which % len(PARTNERS)],),
            asked=self.by(SENDERS[which // 2 % len(SENDERS)]),
        )

    def look(self, which: int) -> None:
        for known in self._concern(which):
            who = known.offered_to if which % 2 and known.offered_to else known.acts
            if who := next(iter(known.escalated_to), who) if which % 5 == 0 else who:
                self.place.care.acknowledge_concern(known.concern, "Rang.", asked=self.by(who))

    def pass_on(self, which: int) -> None:
        for known in self._concern(which):
            if known.acts:
                to, asked = INVITED[which % len(INVITED)], self.by(known.acts)
                self.place.care.pass_on_concern(known.concern, to, f"Why {which}.", asked=asked)

    def not_take(self, which: int) -> None:
        for known in self._concern(which):
            if known.offered_to:
                asked = self.by(known.offered_to)
                self.place.care.not_take_concern(known.concern, "Not ours.", asked=asked)

    def nobody_looks(self, which: int) -> None:
        for known in self._concern(which):
            if due := known.next_rung():
                asked = replace(self.place.by(WIGG, at=due.at), practitioner=None)
                self.place.care.escalate_concern(known.concern, due.rung, asked=asked)

    def resolve(self, which: int) -> None:
        for known in self._concern(which):
            if known.acts:
                outcome, asked = list(ConcernOutcome)[which % 8], self.by(known.acts)
                self.place.care.resolve_concern(known.concern, outcome, "So.", asked=asked)

    def safeguard(self, which: int) -> None:
        body = (None, SOCIAL, TRUST)[which % 3]
        self.place.care.refer_safeguarding(
            self._person(which),
            SafeguardingId(uuid4()),
            SafeguardingReferred(
                of=SafeguardingOf.ADULT,
                basis="Care Act 2014 s42",
                body=body,
                outside_body=None if body else "The council",
                content=f"What {which}.",
                shared="Her name.",
                told=True,
            ),
            asked=self.by((WIGG, TALKING, DRUGS)[which // 3 % 3]),
        )

    def end_meeting(self, which: int) -> None:
        self.place.care.close_meeting(self.meeting, asked=self.by(WIGG))

    def _concern(self, which: int) -> list[Concern]:
        """One of the latest concerns, so that what begins goes on."""
        latest = self.concerns[-2:]
        return [self.place.care._load(Concern, latest[which % len(latest)])] if latest else []

    def _person(self, which: int) -> PersonId:
        return self.people[which % len(self.people)]

    def _pathway(self, which: int) -> Pathway:
        return self.place.care._load(Pathway, pathway_of(self._person(which)))

    def _receiving(self, which: int, ask: Callable[[ReferralId, Asked], object]) -> None:
        for asking in self._referral(which):
            if asking.receiver:
                ask(asking.referral, self.by(asking.receiver))

    def _sending(self, which: int, ask: Callable[[ReferralId, Asked], object]) -> None:
        for asking in self._referral(which):
            if asking.sender:
                ask(asking.referral, self.by(asking.sender))

    def _referral(self, which: int) -> list[Referral]:
        """One of the latest referrals, so that a conversation about it goes on."""
        latest = self.referrals[-3:]
        return [self.place.care._load(Referral, latest[which % len(latest)])] if latest else []


STEPS = tuple(
    name
    for name, member in vars(Chance).items()
    if callable(member) and not name.startswith("_") and name not in ("by", "do")
)
LIKELY = (
    *STEPS,
    "refer",
    "refer",
    "refer",
    "accept",
    "accept",
    "book",
    "attend",
    "correct_attendance",
    "join_group",
    "meet",
    "score_again",
    "list_case",
    "worry",
    "look",
    "pass_on",
    "sit",
    "agree",
    "wait",
)


def scenarios(most: int = 24) -> st.SearchStrategy[list[tuple[str, int]]]:
    """What is asked, and a number that settles of what and by whom."""
    step = st.tuples(st.sampled_from(LIKELY), st.integers(0, 59))
    return st.lists(step, min_size=4, max_size=most)
