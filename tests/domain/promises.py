"""What must be so at every position of the log, kept by the facts' own words.

It follows facts one by one and fails at the first that breaks a promise. It refuses to look into
the domain's own state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from domain.circle import Circle
from domain.concern import (
    ConcernAcknowledged,
    ConcernEscalated,
    ConcernFact,
    ConcernFellBack,
    ConcernNotTaken,
    ConcernPassedOn,
    ConcernResolved,
    SafetyConcernRaised,
)
from domain.feedback import AnonymousFeedbackGiven
from domain.handover import HandoverAccepted, HandoverDeclined, HandoverLapsed, HandoverOffered
from domain.handover_offer import HandoverSilenceEscalated
from domain.kernel import Recorded
from domain.leaving import ResponsibilityFellBack
from domain.partner import PartnerLeft
from domain.pathway import (
    PathwayClosed,
    PathwayOpened,
    PathwayReopened,
)
from domain.person import DeathRecordedInError, PersonDied
from domain.policies.steps import SANDWELL
from domain.sharing import Backfill
from domain.steps import StepDownProposed, SteppedDown, SteppedUp, StepUpProposed
from domain.vocabulary import EndReason, PartnerId, PersonId, Step
from tests.people import KINDS, agreement

AGREEMENTS = {partner: agreement(partner) for partner in KINDS}


@dataclass(frozen=True)
class Proposal:
    """A move that was proposed; ``entered`` when the person had entered the steps by then."""

    fact: StepUpProposed | StepDownProposed
    entered: bool

    def allows(self, stepped: SteppedUp | SteppedDown) -> bool:
        """Whether the step that was made is the one proposed, on the evidence its model wants."""
        fact = self.fact
        if (fact.from_step, fact.to_step) != (stepped.from_step, stepped.to_step):
            return False
        move = SANDWELL.between(fact.from_step, fact.to_step)
        assert move is not None
        return not self.entered or fact.evidence_kind in move.evidence


@dataclass
class Worry:
    """Who has a concern, whether somebody there looked, and who was asked to or told."""

    acts: PartnerId
    raised: Recorded
    looked: bool = False
    asked: set[PartnerId] = field(default_factory=set)
    over: bool = False


@dataclass
class Promises:
    """Who holds each person, at which step, and what was offered and became of it."""

    people: Iterable[PersonId]
    holder: dict[PersonId, PartnerId | None] = field(default_factory=dict)
    step: dict[PersonId, Step] = field(default_factory=dict)
    offers: dict[PersonId, HandoverOffered] = field(default_factory=dict)
    offered: int = 0
    ended: int = 0
    left: set[PartnerId] = field(default_factory=set)
    died: set[PersonId] = field(default_factory=set)
    entered: set[PersonId] = field(default_factory=set)
    proposed: dict[PersonId, Proposal] = field(default_factory=dict)
    circles: dict[PersonId, Circle] = field(default_factory=dict)
    history: dict[PersonId, list[Recorded]] = field(default_factory=lambda: defaultdict(list))

    worries: dict[UUID, Worry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.circles = {person: Circle(person) for person in self.people}

    def follow(self, recorded: Recorded) -> None:
        person = recorded.person
        if isinstance(recorded.fact, PartnerLeft):
            self.left.add(PartnerId(recorded.originator_id))
        if person is None or isinstance(recorded.fact, AnonymousFeedbackGiven):
            return  # what nobody said lies under a key of its own, and is told to nobody
        self.hold(person, recorded)
        followed = self.circles[person].follow(recorded, AGREEMENTS)
        for backfill in followed.backfills:
            assert isinstance(backfill, Backfill)
            backfill.of(self.history[person])
        for disclosed in followed.disclosures:
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
                assert opened.responsible not in self.left, "who left holds nobody anew"
                self.holder[person], self.step[person] = opened.responsible, opened.step
                self.entered.discard(person)
            case StepUpProposed() | StepDownProposed() as proposal:
                self.proposed[person] = Proposal(proposal, person in self.entered)
            case HandoverOffered() as offered:
                assert person not in self.offers
                assert offered.sender == self.holder[person] != offered.receiver
                assert offered.receiver not in self.left
                self.offers[person] = offered
                self.offered += 1
            case HandoverAccepted() as accepted:
                assert recorded.organisation == accepted.receiver
                assert self.answered(person, accepted) == self.holder[person]
                self.holder[person] = accepted.receiver
                self.entered.add(person)
            case HandoverDeclined() | HandoverLapsed() as ended:
                assert self.answered(person, ended) == self.holder[person]
            case HandoverSilenceEscalated() as escalated:
                assert self.offers[person].handover == escalated.handover
            case ResponsibilityFellBack() as fallen:
                if waiting := self.offers.get(person):  # it goes on in the new holder's name
                    assert waiting.sender == fallen.sender
                    assert waiting.receiver != fallen.responsible
                    on = waiting.model_copy(update={"sender": fallen.responsible})
                    self.offers[person] = on
                assert fallen.sender == self.holder[person] != fallen.responsible
                assert fallen.sender in self.left, "nobody falls back from who is there"
                assert fallen.responsible not in self.left
                self.holder[person] = fallen.responsible
            case SteppedUp() | SteppedDown() as stepped:
                assert stepped.responsible == self.holder[person]
                assert stepped.from_step == self.step[person]
                assert self.proposed[person].allows(stepped), "no step without its evidence"
                self.step[person] = stepped.to_step
            case PathwayClosed() as closed:
                assert closed.responsible == self.holder[person]
                assert recorded.organisation == closed.responsible or person in self.died
                assert person not in self.offers
                self.nobody_is_let_go(recorded, closed.reason)
                self.holder[person] = None
            case ConcernFact():
                self.worry(recorded, recorded.fact)
            case PersonDied():
                self.died.add(person)
            case DeathRecordedInError():
                self.died.discard(person)
            case _:
                pass

    def worry(self, recorded: Recorded, fact: ConcernFact) -> None:
        """One organisation has a concern from first to last; it moves only when somebody looks."""
        stream = recorded.originator_id
        assert recorded.organisation not in fact.sealed_from or recorded.practitioner is None
        assert fact.acts not in fact.sealed_from
        if isinstance(fact, SafetyConcernRaised):
            assert stream not in self.worries
            assert fact.acts not in self.left
            self.worries[stream] = Worry(fact.acts, recorded)
            return
        worry = self.worries[stream]
        assert not worry.over, "nothing is said of a concern that is resolved"
        match fact:
            case ConcernAcknowledged():
                assert recorded.organisation == fact.acts
                assert recorded.practitioner is not None
                assert fact.acts == worry.acts or fact.acts in worry.asked
                worry.acts, worry.looked, worry.asked = fact.acts, True, set()
            case ConcernFellBack(was=was):
                assert was == worry.acts != fact.acts
                assert was in self.left
                assert fact.acts not in self.left
                worry.acts, worry.looked, worry.asked = fact.acts, False, set()
            case ConcernPassedOn(to=to) | ConcernEscalated(to=to):
                assert fact.acts == worry.acts
                assert to not in fact.sealed_from or to == fact.acts
                worry.asked.add(to)
            case ConcernNotTaken():
                assert fact.acts == worry.acts
            case ConcernResolved():
                assert recorded.organisation == fact.acts == worry.acts
                assert worry.looked
                worry.over = True

    def nobody_is_let_go(self, recorded: Recorded, reason: EndReason) -> None:
        """No pathway closes over a concern, unless the person is gone, or it is sealed off."""
        if reason in (EndReason.DIED, EndReason.MOVED_AWAY):
            return
        for worry in self.worries.values():
            assert isinstance(worry.raised.fact, SafetyConcernRaised)
            sealed = recorded.organisation in worry.raised.fact.sealed_from
            assert worry.over or sealed or worry.raised.person != recorded.person

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
        self.ended += 1
        return offered.sender
