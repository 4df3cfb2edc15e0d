"""Many organisations ask whatever they like, in any order: somebody always holds the person.

A short run is part of every test run; `--hypothesis-profile=thorough` asks ten thousand and more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random
from time import monotonic
from typing import Any, ClassVar, TypeAlias, TypeVar
from uuid import UUID, uuid5

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
)

from domain.action import Action, ActionIsOver, OnlyTheOwnerMay, OnlyTheOwnerOrWhoAgreedMay
from domain.circle import Circle
from domain.concern import Concern
from domain.discharge import NoDischargeIsProposed
from domain.handover import NobodyHandedThemOver, OnlyTheReceiverMayAnswer
from domain.handover_offer import NobodyOfferedThisHandover
from domain.intentions.answers import Answer
from domain.kernel import Asked, BrokenRule
from domain.leaving import NothingFellBack
from domain.outcome import ReferralHasNotEnded
from domain.pathway import Pathway, pathway_of
from domain.policies.ways import SANDWELL
from domain.referral import NoInformationWasAsked, Referral
from domain.request import (
    OnlyTheReceiverMay,
    OnlyTheSenderMay,
    ReferralIsNotWaiting,
    ReferralWasNotAccepted,
)
from domain.silence import NothingWasEscalated, OnlyThePartiesMayAcknowledge, SilenceIsAcknowledged
from domain.standing import OnlyTheResponsibleMay, PathwayIsClosed
from domain.vocabulary import (
    ConcernId,
    ConcernSource,
    PartnerId,
    PersonId,
    PractitionerId,
    ReferralId,
    Responsibility,
    Tied,
)
from domain.waiting import ClockIsNotNullified, NobodyWaits, WaitIsNotPaused
from tests.domain.chance import ACTORS, PEOPLE, RARE, Pool, intentions
from tests.domain.knowing import COORDINATORS, Knowing, Wish
from tests.domain.promises import AGREEMENTS, Promises
from tests.people import GARDENING, MONDAY, PRACTITIONERS, TALKING, WIGG, named
from tests.sampling import THOROUGH
from tests.scenario import Community, by

Asking: TypeAlias = tuple[Callable[[], Answer], Answer]
Kept: TypeAlias = MultipleResults[Asking] | Asking
Acting = TypeVar("Acting", Referral, Pathway, Action, Concern)

ON_REFERRAL = {
    "acceptance": "accept_referral",
    "acknowledgement": "acknowledge_outcome",
    "advice": "give_advice",
    "appointment-offer": "offer_times",
    "appointments": "book_appointment",
    "closure": "close_referral",
    "decline": "decline_referral",
    "information": "give_information",
    "information-request": "ask_information",
    "nullification": "nullify_clock",
    "pause": "pause_wait",
    "redirection": "redirect_referral",
    "reinstatement": "reinstate_clock",
    "resumption": "resume_wait",
    "silence-acknowledgement": "acknowledge_referral_silence",
    "withdrawal": "withdraw_referral",
}
ON_PATHWAY = {
    "closure": "close_pathway",
    "complexity": "code_complexity",
    "coordinator": "name_coordinator",
    "discharge": "propose_discharge",
    "discharge-agreement": "agree_discharge",
    "discharge-withdrawal": "withdraw_discharge",
    "handover": "offer_handover",
    "handover-acceptance": "accept_handover",
    "handover-decline": "decline_handover",
    "handover-withdrawal": "withdraw_handover",
    "hand-back": "hand_back",
    "hold": "put_on_hold",
    "hold-end": "end_hold",
    "key-worker": "name_key_worker",
    "fallback-acknowledgement": "acknowledge_fallback",
    "reopening": "reopen_pathway",
    "review": "record_review",
    "silence-acknowledgement": "acknowledge_handover_silence",
}
"""Which intention each word of `next_actions` stands for."""

ON_ACTION = {"completion": "complete_action", "drop": "drop_action"}
ELSEWHERE = {
    "first-contact": "note_first_contact",
    "onward-referral": "make_referral",
    "referral": "make_referral",
}
"""Words for what may be asked late, too, or makes another referral: tables of edges have them."""

NOT_NOW: tuple[type[BrokenRule], ...] = (
    ActionIsOver,
    ClockIsNotNullified,
    NobodyHandedThemOver,
    NobodyOfferedThisHandover,
    NobodyWaits,
    NoDischargeIsProposed,
    NoInformationWasAsked,
    NothingFellBack,
    NothingWasEscalated,
    OnlyTheOwnerMay,
    OnlyTheOwnerOrWhoAgreedMay,
    OnlyTheReceiverMay,
    OnlyTheReceiverMayAnswer,
    OnlyThePartiesMayAcknowledge,
    OnlyTheResponsibleMay,
    OnlyTheSenderMay,
    PathwayIsClosed,
    ReferralHasNotEnded,
    ReferralIsNotWaiting,
    ReferralWasNotAccepted,
    SilenceIsAcknowledged,
    WaitIsNotPaused,
)
"""Rules of who asks when: what was offered is never refused by one of these.

It may be refused for what was sent along (`NoStepWithoutItsEvidence`), or for what another noun
says (`ThePersonObjects`, `WithdrawTheReferral`).
"""

ON_CONCERN = {
    "acknowledgement": "acknowledge_concern",
    "passing-on": "pass_on_concern",
    "refusal": "not_take_concern",
    "resolution": "resolve_concern",
}

REACHED = frozenset(
    {
        "acknowledge_concern",
        "not_take_concern",
        "pass_on_concern",
        "raise_concern",
        "resolve_concern",
        "accept_handover",
        "accept_referral",
        "agree_action",
        "agree_discharge",
        "ask_advice",
        "close_meeting",
        "code_complexity",
        "complete_action",
        "complete_measure",
        "correct_details",
        "decline_handover",
        "decline_referral",
        "discuss_case",
        "drop_action",
        "escalate_handover",
        "escalate_referral",
        "expire_referral",
        "give_advice",
        "hand_back",
        "leave",
        "let_review_fall_due",
        "list_case",
        "make_referral",
        "name_coordinator",
        "name_key_worker",
        "offer_handover",
        "pause_wait",
        "propose_discharge",
        "put_on_hold",
        "record_attendance",
        "record_death",
        "record_decision",
        "record_dissent",
        "record_review",
        "redirect_referral",
        "schedule_next_meeting",
        "settle_conflict",
        "supersede_decision",
        "withdraw_referral",
    }
)
"""What the thorough run records at least once."""

SEED = st.integers(0, 2**32 - 1)


class Responsibilities(RuleBasedStateMachine):
    """Intentions by anybody; what is refused is refused, what happens must keep the promises."""

    asked_before: Bundle[Asking] = Bundle("asked_before")
    counts: ClassVar[Counter[str]] = Counter()
    did: ClassVar[Counter[str]] = Counter()
    refusal: BrokenRule | None

    def __init__(self) -> None:
        super().__init__()
        self.place = Community()
        self.place.log.followed_by = None  # here asks also who the interface would not let in
        self.seen = len(self.place.log.facts)
        self.asked = 0
        self.pool = Pool(Random(0))
        self.knowing = Knowing(self.place, self.pool)
        self.promises = Promises(PEOPLE)

    @initialize()
    def register(self) -> None:
        for person in PEOPLE:
            self.place.register(person)
            first = self.place.refer(f"first {person}", to=GARDENING, person=person)
            self.pool.referrals.append(first)

        for partner, coordinator in COORDINATORS.items():
            self.place.employ(partner, coordinator)
        self.place.care.choose_way(SANDWELL.name, MONDAY.date(), asked=by(WIGG))

    def by(self, organisation: PartnerId, who: PractitionerId | None) -> Asked:
        self.asked += 1
        return Asked(
            organisation=organisation,
            at=self.pool.now,
            key=uuid5(organisation, str(self.asked)),
            practitioner=who or PRACTITIONERS.get(organisation),
        )

    def asked_as(self, name: str, actor: PartnerId, who: PractitionerId | None) -> Asked:
        """Nobody's name is under what the timer alone asks."""
        asked = self.by(actor, who)
        return replace(asked, practitioner=None) if name == "escalate_concern" else asked

    def ask(
        self, name: str, actor: PartnerId, *, who: PractitionerId | None = None, **known: Any
    ) -> Asking | None:
        """Ask one intention; what came of it, if anything was recorded."""
        self.pool.actor = actor
        asked, arguments = self.asked_as(name, actor, who), self.pool.arguments(name, **known)

        def intention() -> Answer:
            answer: Answer = getattr(self.place.care, name)(**arguments, asked=asked)
            return answer

        self.counts["asked"] += 1
        self.refusal = None
        before = len(self.place.log.facts)
        try:
            answer = intention()
        except BrokenRule as rule:
            assert len(self.place.log.facts) == before
            self.refusal = rule
            self.counts["refused"] += 1
            return None
        if len(self.place.log.facts) == before:
            return None
        self.counts["recorded"] += 1
        self.did[name] += 1
        return intention, answer

    # Anybody asks anything

    @rule(target=asked_before, name=st.sampled_from(sorted(intentions())), seed=SEED)
    def anything(self, name: str, seed: int) -> Kept:
        """Whatever there is to ask, about anything, by anybody."""
        self.pool.chance = chance = Random(seed)
        if name in RARE and chance.random() < 0.8:
            return multiple()
        return self.kept(self.ask(name, chance.choice(ACTORS)))

    @rule(target=asked_before, seed=SEED, taking_over=st.booleans())
    def refer(self, seed: int, taking_over: bool) -> Kept:
        self.pool.chance = chance = Random(seed)
        referral = ReferralId(named(f"referral {chance.randrange(60)}"))
        known: dict[str, Any] = {"sent_without": "It will be told."}
        known |= {"responsibility": Responsibility.TAKE_OVER} if taking_over else {}
        made = self.ask("make_referral", chance.choice(ACTORS), referral_id=referral, **known)
        if made:
            self.pool.referrals.append(referral)
        return self.kept(made)

    @rule(target=asked_before, seed=SEED, word=st.sampled_from(sorted(ON_REFERRAL)))
    def answer_a_referral(self, seed: int, word: str) -> Kept:
        """A party asks what is offered to it, or what is not: only the first may be."""
        self.pool.chance = chance = Random(seed)
        noun = self.place.referral(chance.choice(self.pool.referrals[-6:]))
        actor = chance.choice([noun.receiver, noun.receiver, noun.sender, chance.choice(ACTORS)])
        if actor is None:
            return multiple()  # nothing came of it
        offered = noun.next_actions(actor)
        assert set(offered) <= ON_REFERRAL.keys() | ELSEWHERE.keys()
        if chance.random() < 0.8:
            word = chance.choice(offered or [word])
        name = ON_REFERRAL.get(word) or ELSEWHERE[word]
        wish = self.knowing.about_referral(name, noun, actor)
        return self.honest(noun, wish, word in offered)

    @rule(target=asked_before, seed=SEED, word=st.sampled_from(sorted(ON_PATHWAY)))
    def move(self, seed: int, word: str) -> Kept:
        self.pool.chance = chance = Random(seed)
        noun = self.place.pathway(self.knowing.somebody())
        receiver = noun.offer.receiver if noun.offer else None
        last = noun.responsible or noun.last_responsible
        actor = chance.choice([last, last, receiver, None]) or chance.choice(ACTORS)
        offered = noun.next_actions(actor)
        assert set(offered) <= ON_PATHWAY.keys()
        if offered and chance.random() < 0.8:
            word = self.knowing.word(noun, offered)
        wish = self.knowing.about_pathway(ON_PATHWAY[word], noun, actor)
        return self.honest(noun, wish, word in offered)

    @rule(target=asked_before, seed=SEED, word=st.sampled_from(("raise", *sorted(ON_CONCERN))))
    def worry(self, seed: int, word: str) -> Kept:
        """Somebody worries; who has it, or was asked or told, asks what is offered to them."""
        self.pool.chance = chance = Random(seed)
        known = ConcernId(named(f"concern_id {chance.randrange(20 if word == 'raise' else 5)}"))
        noun = self.place.care._load(Concern, known)
        if not noun.open:
            known = noun.concern if noun.version == 0 else ConcernId(uuid5(noun.id, str(seed)))
            raising: dict[str, Any] = {"concern_id": known, "source": ConcernSource.PRACTITIONER}
            return self.kept(self.ask("raise_concern", chance.choice(ACTORS), **raising))
        if (due := noun.next_rung()) and chance.random() < 0.3 and due.at <= self.pool.now:
            return self.kept(self.ask("escalate_concern", WIGG, concern_id=known, rung=due.rung))
        likely = [noun.acts, noun.acts, noun.offered_to, chance.choice(ACTORS)]
        actor = chance.choice(likely) or noun.acts
        assert actor is not None, "somebody has every concern that is open"
        offered = noun.next_actions(actor)
        assert set(offered) <= ON_CONCERN.keys()
        word = chance.choice(offered) if offered and chance.random() < 0.8 else word
        if word == "raise":
            return multiple()
        wish = Wish(ON_CONCERN[word], actor, {"concern_id": known})
        return self.honest(noun, wish, word in offered)

    def honest(self, noun: Acting, wish: Wish, offered: bool) -> Kept:
        """What is offered may be, and what is not offered may not."""
        happened = self.grant(wish)
        if not offered:
            assert self.again(noun).version == noun.version, (
                f"{wish.name} is not offered to {wish.actor}, but may be asked"
            )
        elif self.refusal is not None:
            assert not isinstance(self.refusal, NOT_NOW), (
                f"{wish.name} is offered, but {self.refusal!r}"
            )
        return self.kept(happened)

    def again(self, noun: Acting) -> Acting:
        return self.place.care._load(type(noun), noun.id)

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

    def kept(self, happened: Asking | None) -> Kept:
        return happened if happened else multiple()

    @rule(target=asked_before, seed=SEED)
    def meet(self, seed: int) -> Kept:
        self.pool.chance = Random(seed)
        return self.all_kept(self.grant(wish) for wish in self.knowing.meeting())

    @rule(target=asked_before, seed=SEED)
    def look_after(self, seed: int) -> Kept:
        """What goes on beside: seen and scored, put right, talked over, looked at again."""
        self.pool.chance = chance = Random(seed)
        wishes = (
            self.knowing.advice,
            self.knowing.decided,
            self.knowing.put_right,
            self.knowing.review,
            self.knowing.seen,
            self.knowing.seen,
        )
        wished = (wish() for wish in chance.sample(wishes, 2))
        return self.all_kept(self.grant(wish) for wish in wished if wish)

    @rule(target=asked_before, seed=SEED, word=st.sampled_from(sorted(ON_ACTION)))
    def do(self, seed: int, word: str) -> Kept:
        """What a meeting agreed is done or dropped."""
        self.pool.chance = chance = Random(seed)
        agreed = self.knowing.action()
        if agreed is None:
            return multiple()
        actor = chance.choice([agreed.owner, agreed.agreed_by, chance.choice(ACTORS)])
        assert actor is not None
        wish = Wish(ON_ACTION[word], actor, {"action_id": agreed.id})
        return self.honest(agreed, wish, word in agreed.next_actions(actor))

    def grant(self, wish: Wish) -> Asking | None:
        happened = self.ask(wish.name, wish.actor, who=wish.practitioner, **wish.known)
        if happened:
            self.knowing.keep(wish)
        return happened

    def all_kept(self, happened: Iterable[Asking | None]) -> Kept:
        return multiple(*(each for each in happened if each))

    @rule(target=asked_before, seed=SEED)
    def gone(self, seed: int) -> Kept:
        """Rarely somebody dies, or an organisation leaves; and deaths are taken back."""
        self.pool.chance = chance = Random(seed)
        person = chance.choice(PEOPLE)
        holder = self.place.pathway(person).responsible
        died_before = sorted(self.promises.died)
        if died_before and chance.random() < 0.5:
            person = chance.choice(died_before)
            return self.kept(self.ask("take_back_death", WIGG, person_id=person))
        match chance.randrange(40):
            case 0:
                today = self.pool.now.date()
                died: dict[str, Any] = {"person_id": person, "died_on": today, "note": None}
                return self.kept(self.ask("record_death", holder or WIGG, **died))
            case 1 | 2 | 3:
                leaving = chance.choice([holder, holder, TALKING]) or TALKING
                left = self.ask("leave", WIGG, partner_id=leaving)
                if chance.random() < 0.7:
                    self.sweep()
                if self.place.pathway(person).fell_back and chance.random() < 0.5:
                    new = self.place.pathway(person).responsible or WIGG
                    return self.kept(self.ask("acknowledge_fallback", new, person_id=person))
                return self.kept(left)
            case 4 | 5:
                since = self.pool.now.date()
                away: dict[str, Any] = {"since": since, "new_place_told": chance.random() < 0.3}
                return self.kept(self.ask("record_move", holder or WIGG, person_id=person, **away))
            case _:
                fallen = holder or WIGG
                return self.kept(self.ask("acknowledge_fallback", fallen, person_id=person))

    # Time passes

    @rule(days=st.sampled_from([1, 3, 10, 30]))
    def wait(self, days: int) -> None:
        self.pool.now += timedelta(days=days)

    @rule()
    def sweep(self) -> None:
        """What the timer does: it ends what binds to who is gone, and tells the next one."""
        self.counts["swept"] += 1
        for person in PEOPLE:
            self.let_go(person)
        for person in PEOPLE:
            way = self.place.pathway(person)
            if way.offer and way.offer.handover not in self.pool.referrals:
                due = way.offer.wait.next(self.pool.now)
                if due and due.now_due:
                    assert way.responsible is not None
                    known = {
                        "person_id": person,
                        "handover": way.offer.handover,
                        "rung": due.rung,
                    }
                    assert self.timer("escalate_handover", way.responsible, known)
        for referral in self.pool.referrals:
            noun = self.place.referral(referral)
            due = noun.wait.next(self.pool.now) if noun.wait else None
            assert noun.sender is not None
            if due and due.now_due:
                known = {"referral_id": referral, "rung": due.rung}
                assert self.timer("escalate_referral", noun.sender, known)
            elif noun.wait and noun.wait.expired(self.pool.now):
                assert self.timer("expire_referral", noun.sender, {"referral_id": referral})

    def let_go(self, person: PersonId) -> None:
        """Whom an organisation held that has left falls back; what waited with it comes back."""
        for referral in self.pool.referrals:
            noun = self.place.referral(referral)
            if noun.person == person and noun.receiver in self.promises.left:
                self.tie(Tied.REFERRAL, referral, person, noun.receiver)
        way = self.place.pathway(person)
        if way.offer and way.offer.receiver in self.promises.left:
            self.tie(Tied.HANDOVER, way.offer.handover, person, way.offer.receiver)
        way = self.place.pathway(person)
        if way.responsible is not None and way.responsible in self.promises.left:
            self.tie(Tied.PATHWAY, way.id, person, way.responsible)

    def tie(self, about: Tied, what: UUID, person: PersonId, organisation: PartnerId) -> None:
        known = {"about": about, "what": what, "person_id": person, "organisation": organisation}
        self.timer("end_tie", WIGG, known)

    def timer(self, name: str, organisation: PartnerId, known: dict[str, Any]) -> bool:
        """The timer asks for an organisation; nobody's name is under it."""
        self.asked += 1
        key = uuid5(organisation, f"timer {self.asked}")
        asked = Asked(organisation=organisation, at=self.pool.now, key=key)
        before = len(self.place.log.facts)
        try:
            getattr(self.place.care, name)(**known, asked=asked)
        except BrokenRule:
            return False
        self.follow_what_happened()
        happened = len(self.place.log.facts) > before
        self.did[name] += happened
        return happened

    # What must be so, at every position of the log

    @invariant()
    def follow_what_happened(self) -> None:
        for stored in self.place.log.facts[self.seen :]:
            self.promises.follow(self.place.read(stored))
        self.seen = len(self.place.log.facts)

    @invariant()
    def the_pathway_as_loaded_says_the_same(self) -> None:
        for person in PEOPLE:
            way = self.place.pathway(person)
            assert way.responsible == self.promises.holder.get(person)
            assert way.open == (way.responsible is not None)
            assert (way.offer is not None) == (person in self.promises.offers)
            if way.open:
                assert way.step == self.promises.step[person]

    def teardown(self) -> None:
        if self.seen != len(self.place.log.facts):
            return  # a promise was broken before this
        self.time_passes_and_no_offer_is_forgotten()
        self.what_happened_folds_to_what_is()

    def time_passes_and_no_offer_is_forgotten(self) -> None:
        """Every offer ended, or waits with everybody told, or somebody has seen to it."""
        for _ in range(6):
            self.pool.now += timedelta(days=60)
            self.sweep()
        for person in self.promises.offers:
            way = self.place.pathway(person)
            assert way.offer is not None
            wait = way.offer.wait
            if way.offer.handover in self.pool.referrals:
                carrying = self.place.referral(ReferralId(way.offer.handover))
                assert carrying.wait is not None, f"an offer is forgotten: {carrying.state}"
                wait = carrying.wait
            assert wait.acknowledged or wait.next(self.pool.now) is None
        self.counts["offered"] += self.promises.offered
        self.counts["ended"] += self.promises.ended

    def what_happened_folds_to_what_is(self) -> None:
        for person in PEOPLE:
            facts = self.promises.history[person]
            way = [f for f in facts if f.originator_id == pathway_of(person)]
            folded = Pathway.fold(None, way) or Pathway(id=pathway_of(person))
            assert folded == self.place.pathway(person)
            again = Circle(person)
            for fact in facts:
                again.follow(fact, AGREEMENTS)
            assert again == self.promises.circles[person]
            for referral in self.pool.referrals:
                about = [f for f in facts if f.originator_id == referral]
                if about:
                    assert Referral.fold(None, about) == self.place.referral(referral)


Responsibilities.TestCase.settings = settings(
    max_examples=320 if THOROUGH else 60,
    stateful_step_count=60 if THOROUGH else 40,
    derandomize=True,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],  # to make a failure smaller takes minutes, and rarely helps
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Counted(Responsibilities.TestCase):  # type: ignore[misc, valid-type]
    """Somebody always holds the person, whatever is asked."""

    def runTest(self) -> None:  # noqa: N802 - the library's word
        Responsibilities.counts.clear()
        Responsibilities.did.clear()
        began = monotonic()
        super().runTest()
        seconds, counts = monotonic() - began, Responsibilities.counts
        assert counts["asked"] > (10_000 if THOROUGH else 1_000), counts
        assert counts["recorded"] > counts["asked"] / 6, "too little happens to say anything"
        assert counts["offered"] > (100 if THOROUGH else 15), counts
        if THOROUGH:
            print(f"\n{dict(counts)} in {seconds:.0f} s")
            print(dict(Responsibilities.did.most_common()))
            print("never:", sorted(set(intentions()) - set(Responsibilities.did)))
            missing = REACHED - set(Responsibilities.did)
            assert not missing, sorted(missing)


TestResponsibilities = Counted
del Counted
