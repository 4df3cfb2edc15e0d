"""Concern: somebody's safety is in question, and a human must look; who, by when, what came of it.

One organisation always has it, from the moment it is raised until it is resolved. There is no
score, level or category of risk, and no field for one (NICE NG225, 2022): a concern says where it
came from, in whose words, and what people did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid5

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies.concerns import (
    ConcernDue,
    ConcernRung,
    Looker,
    MustLook,
    in_force,
    next_rung,
)
from domain.silence import ThisRungIsNotDue
from domain.vocabulary import (
    ConcernId,
    ConcernOutcome,
    ConcernSource,
    Label,
    MeasureId,
    Moment,
    PartnerId,
    PersonId,
    SafeguardingId,
)

# What happened


class ConcernFact(Fact):
    """What happened to a concern, and which organisation ``acts``: it must look, and has it.

    ``sealed_from`` are organisations that a concern is about, which never learn of it.
    """

    TOPIC: ClassVar[str] = "concern:"
    CATEGORY: ClassVar[Category] = Category.SAFETY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.LOOKING,)

    acts: PartnerId
    raised_by: PartnerId
    source: ConcernSource
    sealed_from: tuple[PartnerId, ...] = ()


class SafetyConcernRaised(ConcernFact):
    """Somebody's safety is in question: a human at the organisation that ``acts`` looks by then.

    ``because`` is why it is that organisation. ``measure`` is the one whose answer raised it.
    """

    TOPIC: ClassVar[str] = "concern:SafetyConcernRaised"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)

    because: MustLook
    look_by: Moment
    words: PersonalText | None = None
    measure: MeasureId | None = None


class ConcernAcknowledged(ConcernFact):
    """A human looked, and says what they did first; their organisation has the concern from here.

    ``was`` is the organisation that had it until then, when that was another one.
    """

    TOPIC: ClassVar[str] = "concern:ConcernAcknowledged"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.LOOKING, Recorder.ASKED_TO_LOOK)

    first_did: PersonalText
    was: PartnerId | None = None


class ConcernPassedOn(ConcernFact):
    """Another organisation is asked to act instead. Until somebody there looks, nothing moves."""

    TOPIC: ClassVar[str] = "concern:ConcernPassedOn"

    to: PartnerId
    look_by: Moment
    words: PersonalText


class ConcernNotTaken(ConcernFact):
    """The organisation that was asked does not take the concern on: who has it still has it."""

    TOPIC: ClassVar[str] = "concern:ConcernNotTaken"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.ASKED_TO_LOOK,)

    to: PartnerId
    words: PersonalText


class ConcernEscalated(ConcernFact):
    """Nobody looked by ``due_at``: the next one is told, and may look instead."""

    TOPIC: ClassVar[str] = "concern:ConcernEscalated"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    rung: ConcernRung
    to: PartnerId
    due_at: Moment


class ConcernFellBack(ConcernFact):
    """The organisation that had the concern is gone: another has it from now on, and must look."""

    TOPIC: ClassVar[str] = "concern:ConcernFellBack"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    was: PartnerId
    look_by: Moment


class ConcernResolved(ConcernFact):
    """What came of it, by the organisation that acted, in a coded word and in their own."""

    TOPIC: ClassVar[str] = "concern:ConcernResolved"

    outcome: ConcernOutcome
    words: PersonalText


# What is refused


class ConcernIsUnknown(Unknown):
    """No such concern is known here."""


class ConcernIsRaised(BrokenRule):
    """This concern is raised already."""


class ConcernIsOver(BrokenRule):
    """This concern is resolved; raise a new one if there is reason to."""


class ConcernNeedsWords(BrokenRule):
    """Say in words what worries you: whoever looks has nothing else to go by."""


class SealedFromWhoRaisesIt(BrokenRule):
    """A concern cannot be kept from the organisation that raises it; leave yours out."""


class OnlyWhoIsToLookMay(BrokenRule):
    """Only the organisation that has this concern, or was asked to look, may do this."""


class OnlySomebodyMayLook(BrokenRule):
    """A concern is looked at by somebody, never by a system."""


class NobodyHasLooked(BrokenRule):
    """Nobody has looked at this concern yet; look first, and say what you did."""


class SomebodyLooks(BrokenRule):
    """Somebody has looked at this concern, so it is escalated no further."""


class NobodyAskedYou(BrokenRule):
    """Nobody asked your organisation to take this concern on."""


class TheyHaveItAlready(BrokenRule):
    """The organisation has this concern already."""


# What is true now and may happen next


@dataclass
class Concern(Aggregate):
    """One concern.

    ``looked`` says that a human of the organisation that ``acts`` has. ``waits_since`` is when the
    present wait for somebody to look began, ``None`` when nobody waits.
    """

    NOUN: ClassVar[str] = "concern"

    person: PersonId | None = None
    label: Label = Label.ORDINARY
    about: dict[str, Any] | None = None
    acts: PartnerId | None = None
    looked: bool = False
    offered_to: PartnerId | None = None
    waits_since: Moment | None = None
    look_by: Moment | None = None
    sent: tuple[ConcernRung, ...] = ()
    told_at: Moment | None = None
    escalated_to: frozenset[PartnerId] = frozenset()
    outcome: ConcernOutcome | None = None

    @property
    def concern(self) -> ConcernId:
        return ConcernId(self.id)

    @property
    def open(self) -> bool:
        return self.acts is not None and self.outcome is None

    @property
    def sealed_from(self) -> tuple[PartnerId, ...]:
        sealed: tuple[PartnerId, ...] = self.about["sealed_from"] if self.about else ()
        return sealed

    def raise_for(
        self,
        person: PersonId,
        looker: Looker,
        *,
        source: ConcernSource,
        words: str | None = None,
        measure: MeasureId | None = None,
        sealed_from: tuple[PartnerId, ...] = (),
        label: Label = Label.ORDINARY,
        asked: Asked,
        cause: str | None = None,
    ) -> Recorded | None:
        """Raise it; an answer to item 9 raises its own once. Raises `ConcernIsRaised`,
        `ConcernNeedsWords`, `SealedFromWhoRaisesIt`.
        """
        if self.acts is not None:
            if measure is not None and self.person == person:
                return None
            raise ConcernIsRaised(self.id)
        if measure is None and not (words and words.strip()):
            raise ConcernNeedsWords(self.id)
        if asked.organisation in sealed_from:
            raise SealedFromWhoRaisesIt(self.id)
        fact = SafetyConcernRaised(
            acts=looker.partner,
            raised_by=asked.organisation,
            source=source,
            sealed_from=sealed_from,
            because=looker.because,
            look_by=in_force(asked.at).look_by(asked.at),
            words=words,
            measure=measure,
        )
        return self.record(fact, asked, person=person, label=label, cause=cause)

    def acknowledge(self, first_did: str, *, asked: Asked) -> Recorded | None:
        """Say that you looked, and what you did first; from here your organisation has it.

        Asked twice, it answers once. Raises `ConcernIsOver`, `OnlySomebodyMayLook`,
        `OnlyWhoIsToLookMay`.
        """
        me = asked.organisation
        if me != self.acts and me != self.offered_to and me not in self.escalated_to:
            raise OnlyWhoIsToLookMay(self.id)
        self._going_on()
        self._somebody(asked)
        if me == self.acts and self.looked and self.offered_to is None:
            return None
        was = self.acts if me != self.acts else None
        return self._record(ConcernAcknowledged, asked, acts=me, first_did=first_did, was=was)

    def pass_on(self, to: PartnerId, words: str, *, asked: Asked) -> Recorded | None:
        """Ask another organisation to act. Asked twice, it answers once.

        Raises `ConcernIsOver`, `OnlyWhoIsToLookMay`, `OnlySomebodyMayLook`, `TheyHaveItAlready`.
        """
        self._acting(asked)
        if to == self.acts:
            raise TheyHaveItAlready(self.id)
        if to == self.offered_to:
            return None
        look_by = in_force(asked.at).look_by(asked.at)
        return self._record(ConcernPassedOn, asked, to=to, words=words, look_by=look_by)

    def not_take(self, words: str, *, asked: Asked) -> Recorded:
        """Say that your organisation does not take it on, and why.

        Raises `ConcernIsOver`, `NobodyAskedYou`, `OnlySomebodyMayLook`.
        """
        if asked.organisation != self.offered_to:
            raise NobodyAskedYou(self.id)
        self._going_on()
        self._somebody(asked)
        return self._record(ConcernNotTaken, asked, to=asked.organisation, words=words)

    def next_rung(self) -> ConcernDue | None:
        """Who is told next that nobody has looked, and when; ``None`` when nobody is."""
        if not self.open or self.waits_since is None or self.look_by is None:
            return None
        return next_rung(
            since=self.waits_since, look_by=self.look_by, sent=self.sent, told_at=self.told_at
        )

    def escalate(self, rung: ConcernRung, to: PartnerId, *, asked: Asked) -> Recorded | None:
        """Tell the next one that nobody has looked, each once and in their order; a timer asks it.

        Raises `ConcernIsOver`, `SomebodyLooks`, `ThisRungIsNotDue`.
        """
        self._going_on()
        if rung in self.sent:
            return None
        due = self.next_rung()
        if due is None:
            raise SomebodyLooks(self.id)
        if due.rung is not rung or asked.at < due.at:
            raise ThisRungIsNotDue(self.id)
        return self._record(ConcernEscalated, asked, rung=rung, to=to, due_at=due.at)

    def fall_back(self, to: PartnerId, *, asked: Asked) -> Recorded | None:
        """Let another have it, because who had it is gone; ``None`` when it is over or theirs."""
        if not self.open or self.acts == to:
            return None
        look_by = in_force(asked.at).look_by(asked.at)
        return self._record(ConcernFellBack, asked, acts=to, was=self.acts, look_by=look_by)

    def resolve(self, outcome: ConcernOutcome, words: str, *, asked: Asked) -> Recorded | None:
        """Say what came of it. Asked twice, it answers once.

        Raises `ConcernIsOver`, `OnlyWhoIsToLookMay`, `OnlySomebodyMayLook`, `NobodyHasLooked`.
        """
        if self.outcome is outcome and asked.organisation == self.acts:
            return None
        self._acting(asked)
        if not self.looked:
            raise NobodyHasLooked(self.id)
        return self._record(ConcernResolved, asked, outcome=outcome, words=words)

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may ask next, in the words of the interface."""
        if not self.open:
            return ()
        actions: list[str] = []
        if organisation == self.acts:
            actions += ["acknowledgement"] if not self.looked or self.offered_to else []
            actions += ["resolution"] if self.looked else []
            actions.append("passing-on")
        elif organisation == self.offered_to:
            actions += ["acknowledgement", "refusal"]
        elif organisation in self.escalated_to:
            actions.append("acknowledgement")
        return tuple(actions)

    def _going_on(self) -> None:
        if self.outcome is not None:
            raise ConcernIsOver(self.id)

    def _somebody(self, asked: Asked) -> None:
        if asked.practitioner is None:
            raise OnlySomebodyMayLook(self.id)

    def _acting(self, asked: Asked) -> None:
        if asked.organisation != self.acts:
            raise OnlyWhoIsToLookMay(self.id)
        self._going_on()
        self._somebody(asked)

    def _record(self, kind: type[ConcernFact], asked: Asked, **fields: Any) -> Recorded:
        assert self.about is not None, "what was raised says what it is about"
        fact = kind.model_validate({"acts": self.acts} | self.about | fields)
        return self.record(fact, asked, person=self.person, label=self.label)

    def evolve(self, recorded: Recorded) -> None:
        known = max(recorded.recorded_at or recorded.effective_at, recorded.effective_at)
        match recorded.fact:
            case SafetyConcernRaised() as raised:
                self.person, self.label, self.acts = recorded.person, recorded.label, raised.acts
                self.about = {
                    "raised_by": raised.raised_by,
                    "source": raised.source,
                    "sealed_from": raised.sealed_from,
                }
                self._wait(known)
            case ConcernAcknowledged(acts=acts):
                self.acts, self.looked, self.offered_to = acts, True, None
                self._wait(None)
            case ConcernPassedOn(to=to):
                self.offered_to = to
                if self.looked:
                    self._wait(known)
            case ConcernNotTaken():
                self.offered_to = None
                if self.looked:
                    self._wait(None)
            case ConcernEscalated(rung=rung, to=to):
                self.sent, self.told_at = (*self.sent, rung), recorded.effective_at
                self.escalated_to |= {to}
            case ConcernFellBack(acts=acts):
                self.acts, self.looked, self.offered_to = acts, False, None
                self._wait(known)
            case ConcernResolved(outcome=outcome):
                self.outcome, self.offered_to = outcome, None
                self._wait(None)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a concern")

    def _wait(self, since: Moment | None) -> None:
        """A wait for somebody to look begins anew, from when it was known, or is over."""
        self.waits_since = since
        self.look_by = in_force(since).look_by(since) if since else None
        self.sent, self.told_at, self.escalated_to = (), None, frozenset()


def concern_of(measure: MeasureId) -> ConcernId:
    """The concern that an answer to item 9 of this measure raises: asked twice, the same one."""
    return ConcernId(uuid5(measure, "item 9"))


def concern_of_safeguarding(referred: SafeguardingId) -> ConcernId:
    """The concern by which a body of this place is told to look at a safeguarding referral."""
    return ConcernId(uuid5(referred, "to be looked at"))


FACTS: tuple[type[Fact], ...] = (
    SafetyConcernRaised,
    ConcernAcknowledged,
    ConcernPassedOn,
    ConcernNotTaken,
    ConcernEscalated,
    ConcernFellBack,
    ConcernResolved,
)
