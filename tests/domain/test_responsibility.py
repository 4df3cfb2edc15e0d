"""Many organisations ask whatever they like, in any order: somebody always holds the person.

The model is kept by hand from what each intention promises, not from the domain's own state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TypeAlias
from uuid import uuid5

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from domain.circle import Circle
from domain.handover import (
    HandoverAccepted,
    HandoverDeclined,
    HandoverFact,
    HandoverLapsed,
    HandoverOffered,
)
from domain.intentions.deciding import Answer
from domain.kernel import Asked, BrokenRule, Recorded
from domain.pathway import (
    Pathway,
    PathwayClosed,
    PathwayOpened,
    PathwayReopened,
    pathway_of,
)
from domain.referral import Referral, ReferralFact
from domain.sharing import Backfill
from domain.steps import PathwayFact, SteppedDown, SteppedUp
from domain.vocabulary import (
    DeclineReason,
    EndReason,
    HandoverId,
    Mode,
    PartnerId,
    PersonId,
    ReferralId,
    Responsibility,
    ServiceId,
    Source,
    Step,
)
from tests.people import (
    CHARITY,
    COLLABORATIVE_CARE,
    DR_PATEL,
    DRUG_CARE,
    DRUGS,
    GARDENING,
    KINDS,
    MONDAY,
    ROSA,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    agreement,
    named,
)
from tests.scenario import Community

ACTORS = st.sampled_from([WIGG, TALKING, TRUST, DRUGS, CHARITY])
PEOPLE = st.sampled_from([ROSA, TOM])
SERVICES = st.sampled_from([THERAPY, WARD, DRUG_CARE, COLLABORATIVE_CARE, GARDENING])
Asking: TypeAlias = tuple[Callable[[], Answer], Answer]
Kept: TypeAlias = MultipleResults[Asking] | Asking
AGREEMENTS = {partner: agreement(partner) for partner in KINDS}


class Responsibilities(RuleBasedStateMachine):
    """Intentions by anybody; what is refused is refused, what happens must keep the promises."""

    asked_before: Bundle[Asking] = Bundle("asked_before")

    def __init__(self) -> None:
        super().__init__()
        self.place = Community()
        self.seen = len(self.place.log.facts)
        self.asked = 0
        self.made: list[ReferralId] = []
        self.circles = {person: Circle(person) for person in (ROSA, TOM)}
        self.holder: dict[PersonId, PartnerId | None] = {}
        self.step: dict[PersonId, Step] = {}
        self.offers: dict[PersonId, HandoverOffered] = {}
        self.told: dict[PartnerId, list[str]] = defaultdict(list)
        self.history: dict[PersonId, list[Recorded]] = defaultdict(list)

    @initialize()
    def register(self) -> None:
        for person in (ROSA, TOM):
            self.place.register(person)
            self.made.append(self.place.refer(f"first {person}", to=GARDENING, person=person))

    def by(self, organisation: PartnerId) -> Asked:
        self.asked += 1
        key = uuid5(organisation, str(self.asked))
        return Asked(organisation=organisation, at=MONDAY, key=key)

    def ask(self, intention: Callable[[], Answer]) -> Asking | None:
        facts = len(self.place.log.facts)
        try:
            answer = intention()
        except BrokenRule:
            assert len(self.place.log.facts) == facts
            return None
        return (intention, answer) if len(self.place.log.facts) > facts else None

    # Anybody asks anything

    @rule(
        target=asked_before,
        number=st.integers(0, 40),
        sender=ACTORS,
        person=PEOPLE,
        to=SERVICES,
        responsibility=st.sampled_from(Responsibility),
        source=st.sampled_from([Source.PROFESSIONAL, Source.PARTNER, Source.SELF]),
    )
    def refer(
        self,
        number: int,
        sender: PartnerId,
        person: PersonId,
        to: ServiceId,
        responsibility: Responsibility,
        source: Source,
    ) -> Kept:
        asked, referral = self.by(sender), ReferralId(named(f"referral {number}"))
        kept = self.kept(
            lambda: self.place.care.make_referral(
                referral,
                person,
                to,
                source=source,
                mode=Mode.WRITTEN,
                ask="…",
                sent_without="…",
                responsibility=responsibility,
                asked=asked,
            )
        )
        if isinstance(kept, tuple):
            self.made.append(referral)
        return kept

    @rule(
        target=asked_before,
        which=st.integers(0, 40),
        actor=ACTORS,
        party=st.sampled_from(["receiver", "receiver", "sender", "anybody"]),
        to=SERVICES,
        act=st.sampled_from(
            ["accept", "accept", "decline", "redirect", "withdraw", "close", "ask", "tell"]
        ),
    )
    def answer_referral(
        self, which: int, actor: PartnerId, party: str, to: ServiceId, act: str
    ) -> Kept:
        referral, care = self.made[-1 - which % len(self.made)], self.place.care
        asked = self.by(getattr(self.place.referral(referral), party, actor))
        acts: dict[str, Callable[[], Answer]] = {
            "accept": lambda: care.accept_referral(referral, asked=asked),
            "decline": lambda: care.decline_referral(referral, DeclineReason.FULL, asked=asked),
            "redirect": lambda: care.redirect_referral(referral, to, asked=asked),
            "withdraw": lambda: care.withdraw_referral(referral, asked=asked),
            "close": lambda: care.close_referral(referral, EndReason.COMPLETED, asked=asked),
            "ask": lambda: care.ask_information(referral, "?", asked=asked),
            "tell": lambda: care.give_information(referral, "!", asked=asked),
        }
        return self.kept(acts[act])

    @rule(
        target=asked_before,
        number=st.integers(0, 3),
        actor=ACTORS,
        holder=st.booleans(),
        person=PEOPLE,
        to=SERVICES,
    )
    def offer(
        self, number: int, actor: PartnerId, holder: bool, person: PersonId, to: ServiceId
    ) -> Kept:
        """Half the time it is who may that asks, so that much happens."""
        actor = (self.holder.get(person) if holder else None) or actor
        handover, asked = HandoverId(named(f"handover {number}")), self.by(actor)
        return self.kept(lambda: self.place.care.offer_handover(person, handover, to, asked=asked))

    @rule(
        target=asked_before,
        actor=ACTORS,
        receiver=st.booleans(),
        person=PEOPLE,
        act=st.sampled_from(["accept", "accept", "decline", "withdraw", "close", "key worker"]),
    )
    def move(self, actor: PartnerId, receiver: bool, person: PersonId, act: str) -> Kept:
        offered = self.offers.get(person)
        actor = offered.receiver if receiver and offered else actor
        care, asked = self.place.care, self.by(actor)
        handover = offered.handover if offered else HandoverId(named("handover 0"))
        acts: dict[str, Callable[[], Answer]] = {
            "accept": lambda: care.accept_handover(person, handover, asked=asked),
            "decline": lambda: care.decline_handover(person, handover, asked=asked),
            "withdraw": lambda: care.withdraw_handover(person, handover, asked=asked),
            "close": lambda: care.close_pathway(person, EndReason.COMPLETED, asked=asked),
            "key worker": lambda: care.name_key_worker(person, DR_PATEL, asked=asked),
        }
        return self.kept(acts[act])

    @rule(person=PEOPLE, actor=ACTORS, rarely=st.integers(0, 9))
    def object_to(self, person: PersonId, actor: PartnerId, rarely: int) -> None:
        """Objections are rare and soon lifted, else nobody could do anything."""
        care, asked = self.place.care, self.by(WIGG)
        change = care.object_to if rarely == 9 else care.lift_objection
        self.ask(lambda: change(person, actor, asked=asked))

    @rule(before=asked_before)
    def ask_again(self, before: Asking) -> None:
        """The same key gets the first answer, whatever happened since."""
        intention, first = before
        facts = len(self.place.log.facts)
        again = intention()
        assert again.repeated
        assert (again.id, again.position, again.actions) == (
            first.id,
            first.position,
            first.actions,
        )
        assert len(self.place.log.facts) == facts

    def kept(self, intention: Callable[[], Answer]) -> Kept:
        happened = self.ask(intention)
        return happened if happened else multiple()

    # What must be so, at every position of the log

    @invariant()
    def somebody_always_holds_the_person(self) -> None:
        for stored in self.place.log.facts[self.seen :]:
            recorded = self.place.read(stored)
            if recorded.person:
                self.follow(recorded)
        self.seen = len(self.place.log.facts)

    def follow(self, recorded: Recorded) -> None:
        person = recorded.person
        assert person is not None
        self.hold(person, recorded)
        followed = self.circles[person].follow(recorded, AGREEMENTS)
        for backfill in followed.backfills:
            assert isinstance(backfill, Backfill)
            for disclosed in backfill.of(self.history[person]):
                self.told[disclosed.partner].append(disclosed.recorded.id)
        for disclosed in followed.disclosures:
            self.told[disclosed.partner].append(disclosed.recorded.id)
            assert str(person) not in str(disclosed.data)
        self.history[person].append(recorded)
        circle = self.circles[person]
        assert circle.responsible == self.holder.get(person)
        assert circle.open == (circle.responsible is not None)
        if circle.responsible:
            assert circle.responsible in circle.told, "its holder may know of the person"

    def hold(self, person: PersonId, recorded: Recorded) -> None:
        """Responsibility by the facts' own words: it moves on acceptance, from who held to whom."""
        match recorded.fact:
            case PathwayOpened() | PathwayReopened() as opened:
                assert self.holder.get(person) is None
                self.holder[person], self.step[person] = opened.responsible, opened.step
            case HandoverOffered() as offered:
                assert person not in self.offers
                assert offered.sender == self.holder[person] != offered.receiver
                self.offers[person] = offered
            case HandoverAccepted() as accepted:
                assert recorded.organisation == accepted.receiver
                assert self.answered(person, accepted) == self.holder[person]
                self.holder[person] = accepted.receiver
            case HandoverDeclined() | HandoverLapsed() as ended:
                assert self.answered(person, ended) == self.holder[person]
            case SteppedUp() | SteppedDown() as stepped:
                assert stepped.responsible == self.holder[person]
                assert stepped.from_step == self.step[person]
                self.step[person] = stepped.to_step
            case PathwayClosed() as closed:
                assert closed.responsible == recorded.organisation == self.holder[person]
                assert person not in self.offers
                self.holder[person] = None
            case _:
                pass

    def answered(
        self, person: PersonId, ended: HandoverAccepted | HandoverDeclined | HandoverLapsed
    ) -> PartnerId:
        """Every offer ends once, between the two it was made between; answers who sent it."""
        offered = self.offers.pop(person)
        assert (ended.handover, ended.sender, ended.receiver) == (
            offered.handover,
            offered.sender,
            offered.receiver,
        )
        return offered.sender

    @invariant()
    def the_pathway_as_loaded_says_the_same(self) -> None:
        for person in (ROSA, TOM):
            way = self.place.pathway(person)
            assert way.responsible == self.holder.get(person)
            assert way.open == (way.responsible is not None)
            assert (way.offer is not None) == (person in self.offers)
            if way.open:
                assert way.step == self.step[person]

    def teardown(self) -> None:
        for person in (ROSA, TOM):
            facts = self.history[person]
            way = [f for f in facts if isinstance(f.fact, PathwayFact | HandoverFact)]
            folded = Pathway.fold(None, way) or Pathway(id=pathway_of(person))
            assert folded == self.place.pathway(person)
            again = Circle(person)
            for fact in facts:
                again.follow(fact, AGREEMENTS)
            assert again == self.circles[person]
        for stream in {f.originator_id for fs in self.history.values() for f in fs}:
            referral = [
                f
                for fs in self.history.values()
                for f in fs
                if f.originator_id == stream and isinstance(f.fact, ReferralFact)
            ]
            if referral:
                assert Referral.fold(None, referral) == self.place.referral(ReferralId(stream))


Responsibilities.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestResponsibilities = Responsibilities.TestCase
