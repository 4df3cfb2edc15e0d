"""SharedCare: methadone treatment that a practice, a drug service and a pharmacy give together.

Every fact of it is labelled as substance-misuse care. It refuses to know a dose: what is dispensed
is in the prescription, and a copy of it here could be old.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Coordination,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
    Unknown,
)
from domain.policies import shared_care
from domain.policies.days import local_date
from domain.vocabulary import (
    Label,
    PartnerId,
    PartnerKind,
    PersonId,
    PractitionerId,
    ReviewId,
    ReviewOf,
    SharedCareEnd,
)

# What happened


class SharedCareFact(Fact):
    """Something of treatment that practice, drug service and pharmacy give together.

    The pharmacy is told of supervision and doses missed, and whom to ring.
    """

    TOPIC: ClassVar[str] = "shared_care:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.SHARING,)
    TAKING_PART: ClassVar[frozenset[PartnerKind] | None] = frozenset(
        {PartnerKind.PRACTICE, PartnerKind.DRUG_SERVICE, PartnerKind.PHARMACY}
    )


class SharedCareAgreed(SharedCareFact):
    """Prescriber, key worker and pharmacy share the care; the person signed the agreement."""

    TOPIC: ClassVar[str] = "shared_care:SharedCareAgreed"
    CATEGORY: ClassVar[Category] = Category.ASK

    practice: PartnerId
    prescriber: PractitionerId
    drug_service: Coordination[PartnerId]
    key_worker: Coordination[PractitionerId]
    pharmacy: Coordination[PartnerId]
    signed_on: Coordination[date]
    review_on: Coordination[date]


class PharmacyChanged(SharedCareFact):
    """Another pharmacy dispenses from now on."""

    TOPIC: ClassVar[str] = "shared_care:PharmacyChanged"
    CATEGORY: ClassVar[Category] = Category.ASK

    pharmacy: Coordination[PartnerId]


class SupervisionAgreed(SharedCareFact):
    """The person takes each dose at the pharmacy, from a day on; it is looked at by another."""

    TOPIC: ClassVar[str] = "shared_care:SupervisionAgreed"
    CATEGORY: ClassVar[Category] = Category.ASK

    begins: date
    review_on: date


class SupervisionEnded(SharedCareFact):
    """Doses are taken home from a day on."""

    TOPIC: ClassVar[str] = "shared_care:SupervisionEnded"
    CATEGORY: ClassVar[Category] = Category.ASK

    ended_on: date


class DosesMissed(SharedCareFact):
    """The person came for no dose from one day to another, both of them included."""

    TOPIC: ClassVar[str] = "shared_care:DosesMissed"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.DISPENSING,)

    first_on: date
    last_on: date


class DispensingStopped(SharedCareFact):
    """Too many days were missed in a row: nothing is dispensed until the prescriber has spoken."""

    TOPIC: ClassVar[str] = "shared_care:DispensingStopped"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.DISPENSING,)

    days: int


class DispensingResumed(SharedCareFact):
    """The prescriber saw the person, and the pharmacy dispenses again by a prescription of today.

    What is prescribed is in the prescription alone.
    """

    TOPIC: ClassVar[str] = "shared_care:DispensingResumed"
    CATEGORY: ClassVar[Category] = Category.ENGAGEMENT
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PRESCRIBING,)


class JointReviewHeld(SharedCareFact):
    """A GP and a key worker looked at the treatment together; ``next_on`` is the next time."""

    TOPIC: ClassVar[str] = "shared_care:JointReviewHeld"

    gp: PractitionerId
    key_worker: PractitionerId
    next_on: date
    outcome: Clinical[PersonalText | None] = None


class SharedCareReviewFellDue(SharedCareFact):
    """A joint review, or a look at supervision, was to be by ``due_on``, and nobody held it."""

    TOPIC: ClassVar[str] = "shared_care:SharedCareReviewFellDue"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PRESCRIBERS_TIMER,)

    review: ReviewId
    about: ReviewOf
    due_on: date


class SharedCareEnded(SharedCareFact):
    """The care is no longer shared, and why. Handed back, the drug service treats them alone."""

    TOPIC: ClassVar[str] = "shared_care:SharedCareEnded"
    CATEGORY: ClassVar[Category] = Category.ASK

    reason: Coordination[SharedCareEnd]
    note: Clinical[PersonalText | None] = None


# What is refused


class SharedCareIsAgreed(BrokenRule):
    """The care of this person is shared already; end that first."""


class CareIsNotShared(Unknown):
    """The care of this person is not shared here."""


class OnlyThoseWhoShareMay(BrokenRule):
    """Only the practice that prescribes or the drug service may do this."""


class OnlyThePrescriberMay(BrokenRule):
    """Only the practice that prescribes may let the pharmacy dispense again."""


class OnlyThePharmacyMay(BrokenRule):
    """Only the pharmacy that dispenses reports doses that were missed."""


class NotForSharedCare(BrokenRule):
    """Care is shared by a practice, a drug service and a pharmacy that have joined; name them."""


class AgreementIsNotSigned(BrokenRule):
    """The person signs the agreement on a day that has come; enter that day."""


class DaysAreNotPossible(BrokenRule):
    """The days are in the wrong order, or not here yet; correct them."""


class NothingWasStopped(BrokenRule):
    """The pharmacy dispenses, so there is nothing to resume."""


class NextReviewIsTooFar(BrokenRule):
    """The next joint review is after today, and no later than the rule of the place allows."""


class SharedCareReviewIsNotDue(BrokenRule):
    """The day of this review has not passed yet."""


# What is true now and may happen next


@dataclass
class SharedCare(Aggregate):
    """The shared care of one person: who gives it, and where it stands."""

    NOUN: ClassVar[str] = "shared_care"

    person: PersonId | None = None
    practice: PartnerId | None = None
    drug_service: PartnerId | None = None
    pharmacy: PartnerId | None = None
    shared: bool = False
    supervised: date | None = None
    stopped: bool = False
    missed: set[date] = field(default_factory=set)
    told: set[ReviewId] = field(default_factory=set)

    def agree(self, person: PersonId, agreed: SharedCareAgreed, *, asked: Asked) -> Recorded:
        """Begin to share the care.

        Raises `SharedCareIsAgreed`, `OnlyThoseWhoShareMay`, `AgreementIsNotSigned`.
        """
        if asked.organisation not in (agreed.practice, agreed.drug_service):
            raise OnlyThoseWhoShareMay(self.id)
        if self.shared:
            raise SharedCareIsAgreed(self.id)
        if agreed.signed_on > local_date(asked.at):
            raise AgreementIsNotSigned(self.id)
        return self.record(agreed, asked, person=person, label=Label.SUBSTANCE)

    def change_pharmacy(self, pharmacy: PartnerId, *, asked: Asked) -> Recorded | None:
        """Let another pharmacy dispense. Raises `CareIsNotShared`, `OnlyThoseWhoShareMay`."""
        self._sharing(asked)
        if pharmacy == self.pharmacy:
            return None
        return self._record(PharmacyChanged(pharmacy=pharmacy), asked)

    def agree_supervision(self, begins: date, *, asked: Asked) -> Recorded | None:
        """Let consumption be supervised from a day on, and look at it after about three months.

        Agreed again from a later day, it goes on. Raises `CareIsNotShared`, `OnlyThoseWhoShareMay`.
        """
        self._sharing(asked)
        if self.supervised == begins:
            return None
        review_on = shared_care.supervision_review_on(begins, asked.at)
        return self._record(SupervisionAgreed(begins=begins, review_on=review_on), asked)

    def end_supervision(self, ended_on: date, *, asked: Asked) -> Recorded | None:
        """Let doses be taken home. Raises `CareIsNotShared`, `OnlyThoseWhoShareMay`."""
        self._sharing(asked)
        if not self.supervised:
            return None
        return self._record(SupervisionEnded(ended_on=ended_on), asked)

    def report_missed(self, first_on: date, last_on: date, *, asked: Asked) -> Recorded | None:
        """Report that no dose was fetched; too many days in a row stop dispensing by themselves.

        Reported day by day, days that follow one another count together. Asked twice, it answers
        once. Raises `CareIsNotShared`, `OnlyThePharmacyMay`, `DaysAreNotPossible`.
        """
        self._party(asked)
        if asked.organisation != self.pharmacy:
            raise OnlyThePharmacyMay(self.id)
        if not first_on <= last_on <= local_date(asked.at):
            raise DaysAreNotPossible(self.id)
        new = _days(first_on, last_on)
        if new <= self.missed:
            return None
        missed = self._record(DosesMissed(first_on=first_on, last_on=last_on), asked)
        days = _in_a_row(self.missed, last_on)
        if days >= shared_care.in_force(asked.at).missed and not self.stopped:
            self._record(DispensingStopped(days=days), asked, cause=missed.id)
        return missed

    def resume_dispensing(self, *, asked: Asked) -> Recorded:
        """Say that the prescriber saw the person and prescribed anew.

        Raises `CareIsNotShared`, `OnlyThePrescriberMay`, `NothingWasStopped`.
        """
        self._party(asked)
        if asked.organisation != self.practice:
            raise OnlyThePrescriberMay(self.id)
        if not self.stopped:
            raise NothingWasStopped(self.id)
        return self._record(DispensingResumed(), asked)

    def sides(self, asked: Asked) -> tuple[PartnerId, PartnerId]:
        """The practice and the drug service. Raises `CareIsNotShared`, `OnlyThoseWhoShareMay`."""
        self._sharing(asked)
        assert self.practice is not None, "care that is shared has its practice"
        assert self.drug_service is not None, "care that is shared has its drug service"
        return self.practice, self.drug_service

    def hold_joint_review(
        self,
        gp: PractitionerId,
        key_worker: PractitionerId,
        *,
        next_on: date | None,
        outcome: str | None,
        asked: Asked,
    ) -> Recorded:
        """Record that both sides looked at the treatment together, and when they do so next.

        Raises `CareIsNotShared`, `OnlyThoseWhoShareMay`, `NextReviewIsTooFar`.
        """
        self._sharing(asked)
        last = shared_care.joint_review_on(asked.at)
        next_on = next_on or last
        if not local_date(asked.at) < next_on <= last:
            raise NextReviewIsTooFar(self.id)
        fact = JointReviewHeld(gp=gp, key_worker=key_worker, next_on=next_on, outcome=outcome)
        return self._record(fact, asked)

    def let_review_fall_due(
        self, review: ReviewId, about: ReviewOf, due_on: date, *, asked: Asked
    ) -> Recorded | None:
        """Tell both sides that a review is overdue. A timer asks it, once for each.

        Raises `CareIsNotShared`, `SharedCareReviewIsNotDue`.
        """
        self._shared()
        if review in self.told:
            return None
        if local_date(asked.at) <= due_on:
            raise SharedCareReviewIsNotDue(self.id)
        assert self.practice is not None, "care that is shared has its practice"
        fact = SharedCareReviewFellDue(review=review, about=about, due_on=due_on)
        return self._record(fact, replace(asked, organisation=self.practice))

    def end(self, reason: SharedCareEnd, note: str | None, *, asked: Asked) -> Recorded | None:
        """End it. Asked twice, once. Raises `CareIsNotShared`, `OnlyThoseWhoShareMay`."""
        if not self.shared and asked.organisation in (self.practice, self.drug_service):
            return None
        self._sharing(asked)
        return self._record(SharedCareEnded(reason=reason, note=note), asked)

    def end_with(self, reason: SharedCareEnd, *, asked: Asked) -> Recorded | None:
        """End it because the person is gone, whoever recorded that, for who prescribes."""
        if not self.shared or self.practice is None:
            return None
        return self._record(
            SharedCareEnded(reason=reason), replace(asked, organisation=self.practice)
        )

    def next_actions(self, organisation: PartnerId) -> tuple[str, ...]:
        """What this organisation may say next, in the words of the interface."""
        if not self.shared:
            return ()
        if organisation == self.pharmacy:
            return ("missed-doses",)
        if organisation not in (self.practice, self.drug_service):
            return ()
        resume = self.stopped and organisation == self.practice
        return (
            *(("resumption",) if resume else ()),
            "joint-review",
            "supervision",
            *(("supervision-end",) if self.supervised else ()),
            "pharmacy",
            "end",
        )

    def _shared(self) -> None:
        if not self.shared:
            raise CareIsNotShared(self.id)

    def _party(self, asked: Asked) -> None:
        """Whoever takes no part is told that there is no such thing, whether or not there is."""
        self._shared()
        if asked.organisation not in (self.practice, self.drug_service, self.pharmacy):
            raise CareIsNotShared(self.id)

    def _sharing(self, asked: Asked) -> None:
        self._party(asked)
        if asked.organisation not in (self.practice, self.drug_service):
            raise OnlyThoseWhoShareMay(self.id)

    def _record(self, fact: SharedCareFact, asked: Asked, cause: str | None = None) -> Recorded:
        return self.record(fact, asked, person=self.person, label=Label.SUBSTANCE, cause=cause)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case SharedCareAgreed() as agreed:
                self.person, self.shared = recorded.person, True
                self.practice, self.drug_service = agreed.practice, agreed.drug_service
                self.pharmacy, self.supervised, self.stopped = agreed.pharmacy, None, False
                self.missed = set()
            case PharmacyChanged(pharmacy=pharmacy):
                self.pharmacy = pharmacy
            case SupervisionAgreed(begins=begins):
                self.supervised = begins
            case SupervisionEnded():
                self.supervised = None
            case DosesMissed(first_on=first_on, last_on=last_on):
                self.missed |= _days(first_on, last_on)
            case DispensingStopped():
                self.stopped = True
            case DispensingResumed():
                self.stopped, self.missed = False, set()
            case JointReviewHeld():
                pass
            case SharedCareReviewFellDue(review=review):
                self.told.add(review)
            case SharedCareEnded():
                self.shared = False
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about shared care")


def _days(first_on: date, last_on: date) -> set[date]:
    """Every day from one to another, both included."""
    return {first_on + timedelta(days=each) for each in range((last_on - first_on).days + 1)}


def _in_a_row(missed: set[date], day: date) -> int:
    """How many days in a row, of which this is one, were missed; in whichever order told."""
    one = timedelta(days=1)
    first = last = day
    while first - one in missed:
        first -= one
    while last + one in missed:
        last += one
    return (last - first).days + 1


FACTS: tuple[type[Fact], ...] = (
    SharedCareAgreed,
    PharmacyChanged,
    SupervisionAgreed,
    SupervisionEnded,
    DosesMissed,
    DispensingStopped,
    DispensingResumed,
    JointReviewHeld,
    SharedCareReviewFellDue,
    SharedCareEnded,
)


def shared_care_of(person: UUID) -> UUID:
    """The stream of a person's shared care."""
    return uuid5(person, "shared care")
