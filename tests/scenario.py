"""Given facts, when something is asked, then facts or a refusal: the grammar of the domain's tests.

`given` speaks of one noun; `Community` of the whole application over a log in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

import pytest

from domain.application import CareCoordination
from domain.circle import Circle
from domain.intentions.answers import Answer
from domain.kernel import Aggregate, Asked, BrokenRule, Fact, Recorded
from domain.mapping import StoredFact
from domain.pathway import Pathway, pathway_of
from domain.policies.steps import NICE, Evidence
from domain.referral import Referral
from domain.sharing import Backfill, Disclosure
from domain.steps import NO_GROUNDS, Grounds
from domain.vocabulary import (
    HandoverId,
    Label,
    Mode,
    PartnerId,
    PersonId,
    PractitionerId,
    Purpose,
    ReferralId,
    Responsibility,
    Role,
    ServiceId,
    Source,
)
from tests.memory import MemoryKeys, MemoryLog
from tests.people import (
    DR_TOLLEY,
    KINDS,
    MONDAY,
    OFFICERS,
    PRACTITIONERS,
    ROSA,
    SERVICES,
    THERAPY,
    WIGG,
    agreement,
    details,
    named,
)
from tests.recorders import Recorders

A = TypeVar("A", bound=Aggregate)


ASKED_FOR = Grounds(Evidence.PERSONS_REQUEST, words="She asks for it.")
URGENT = Grounds(Evidence.URGENT_NEED, words="She is not safe at home.")


def by(
    organisation: PartnerId,
    *,
    at: datetime = MONDAY,
    key: UUID | None = None,
    digest: bytes = b"",
    practitioner: PractitionerId | None = None,
) -> Asked:
    """Somebody asks for their organisation; each time with a new key unless one is given."""
    return Asked(
        organisation=organisation,
        at=at,
        key=key or uuid4(),
        practitioner=practitioner or PRACTITIONERS.get(organisation),
        digest=digest,
    )


@dataclass(frozen=True)
class Happened:
    """A fact as a test states it: who recorded it, and about whom."""

    fact: Fact
    by: PartnerId = WIGG
    person: PersonId | None = ROSA
    label: Label = Label.ORDINARY
    correlation: UUID | None = None


# One noun


@dataclass
class When(Generic[A]):
    """What came of asking."""

    noun: A
    refusal: BrokenRule | None
    facts: list[Recorded]

    def then(self, *expected: Fact) -> When[A]:
        """Exactly these facts, in this order."""
        if self.refusal:
            raise self.refusal
        assert [recorded.fact for recorded in self.facts] == list(expected)
        return self

    def then_nothing(self) -> When[A]:
        """It was so already: nothing is recorded and nothing refused."""
        return self.then()

    def then_refused(self, rule: type[BrokenRule]) -> When[A]:
        """This rule refused it, and nothing was recorded."""
        assert type(self.refusal) is rule, f"refused by {self.refusal!r}, recorded {self.facts}"
        assert self.facts == []
        return self


@dataclass
class Given(Generic[A]):
    """A noun to which these things happened."""

    noun: A

    def when(self, ask: Callable[[A], object]) -> When[A]:
        refusal = None
        try:
            ask(self.noun)
        except BrokenRule as broken:
            refusal = broken
        return When(self.noun, refusal, list(self.noun.collect_events()))


def given(noun: A, *happened: Happened) -> Given[A]:
    """Fold what happened; the noun is as it would be loaded."""
    for version, each in enumerate(happened, start=1):
        noun.follow(
            Recorded(
                fact=each.fact,
                originator_id=noun.id,
                originator_version=version,
                effective_at=MONDAY,
                organisation=each.by,
                purpose=Purpose.DIRECT_CARE,
                intention=UUID(int=version),
                correlation=each.correlation or noun.id,
                person=each.person,
                label=each.label,
                position=version,
                recorded_at=MONDAY + timedelta(seconds=version),
            )
        )
    return Given(noun)


# The whole application


@cache
def _everybody() -> MemoryLog:
    """The log once every partner has joined and every service is open."""
    log = MemoryLog(MONDAY)
    care = CareCoordination(log=log, keys=MemoryKeys(), host=WIGG)
    with care.batch():
        for partner, kind in KINDS.items():
            care.join_partner(
                partner, name=kind.value, kind=kind, identifiers={}, asked=by(partner)
            )
        for partner, practitioner in (*PRACTITIONERS.items(), (WIGG, DR_TOLLEY)):
            care.add_practitioner(
                partner,
                practitioner,
                name="somebody",
                role=Role.CLINICIAN,
                title="clinician",
                asked=by(WIGG),
            )
        for partner, officer in OFFICERS.items():
            care.add_practitioner(
                partner,
                officer,
                name="somebody",
                role=Role.PRIVACY_OFFICER,
                title="privacy officer",
                asked=by(WIGG),
            )
            care.name_privacy_officer(partner, officer, MONDAY.date(), asked=by(partner))
        for service, opening in SERVICES.items():
            care.open_service(service, opening, asked=by(opening.partner))
    return log


@dataclass
class Community:
    """Every partner and service of the tests, one application, and what each partner is told."""

    log: MemoryLog = field(default_factory=lambda: _everybody().copy())
    keys: MemoryKeys = field(default_factory=MemoryKeys)
    care: CareCoordination = field(init=False)
    start: int = field(init=False)
    recorders: Recorders = field(default_factory=lambda: Recorders(WIGG))

    def __post_init__(self) -> None:
        self.care = self.another_application()
        self.start = len(self.log.facts)
        self.log.followed_by = self._recorded_by_whom_the_catalogue_says

    def another_application(self) -> CareCoordination:
        """A second process over the same log."""
        return CareCoordination(log=self.log, keys=self.keys, host=WIGG)

    def _recorded_by_whom_the_catalogue_says(self, facts: Sequence[StoredFact]) -> None:
        for stored in facts:
            self.recorders.follow(self.read(stored))

    def facts(self, since: int | None = None) -> list[Fact]:
        """What happened after everybody had joined, or after a position."""
        return [r.fact for r in self.recorded(since)]

    def recorded(self, since: int | None = None) -> list[Recorded]:
        after = self.start if since is None else since
        return [self.read(stored) for stored in self.log.facts[after:]]

    def read(self, stored: StoredFact) -> Recorded:
        recorded = self.care.mapper.to_domain_event(stored)
        assert isinstance(recorded, Recorded)
        return recorded

    def about(self, person: PersonId) -> list[Recorded]:
        return [r for r in self.recorded() if r.person == person]

    # Shorthand for what most tests begin with

    def register(self, person: PersonId = ROSA, *, practice: PartnerId | None = WIGG) -> Answer:
        return self.care.register_person(
            person, details(person, practice=practice), asked=by(practice or WIGG)
        )

    def refer(
        self,
        words: str,
        *,
        to: ServiceId = THERAPY,
        sender: PartnerId = WIGG,
        person: PersonId = ROSA,
        source: Source = Source.PROFESSIONAL,
        take_over: bool = False,
        ask: str = "Please see her.",
        grounds: Grounds = NO_GROUNDS,
        reason: str | None = "Low since she lost her work.",
        **more: Any,
    ) -> ReferralId:
        """A referral named in the test's own words."""
        referral = ReferralId(named(words))
        self.care.make_referral(
            referral,
            person,
            to,
            source=source,
            mode=Mode.WRITTEN,
            ask=ask,
            reason=reason,
            responsibility=(
                Responsibility.TAKE_OVER if take_over else Responsibility.HELP_ALONGSIDE
            ),
            grounds=grounds,
            asked=by(sender),
            **more,
        )
        return referral

    def accept(self, referral: ReferralId, receiver: PartnerId) -> Answer:
        return self.care.accept_referral(referral, asked=by(receiver))

    def employ(self, partner: PartnerId, practitioner: PractitionerId) -> None:
        """Somebody else acts for a partner too."""
        self.care.add_practitioner(
            partner,
            practitioner,
            name="somebody",
            role=Role.CLINICIAN,
            title="clinician",
            asked=by(WIGG),
        )

    def hand_over(
        self, to: ServiceId, *, sender: PartnerId = WIGG, person: PersonId = ROSA
    ) -> HandoverId:
        """Offer and acceptance in one breath, on evidence that every model takes."""
        handover = HandoverId(uuid4())
        up = SERVICES[to].step > self.pathway(person).step
        grounds = URGENT if up else ASKED_FOR
        self.care.offer_handover(person, handover, to, grounds=grounds, asked=by(sender))
        receiver = SERVICES[to].partner
        self.care.accept_handover(person, handover, asked=by(receiver))
        return handover

    def pathway(self, person: PersonId = ROSA) -> Pathway:
        return self.care._load(Pathway, pathway_of(person))

    def referral(self, referral: ReferralId) -> Referral:
        return self.care._load(Referral, referral)

    def share(self, person: PersonId = ROSA) -> Telling:
        """Tell every partner of one person's facts, from the first."""
        return tell(self.about(person), person)


# The share


@dataclass
class Telling:
    """What every partner was told of one person, in order; ``None`` is a withdrawal."""

    circle: Circle
    entries: dict[PartnerId, list[Disclosure | None]] = field(default_factory=dict)

    def types(self, partner: PartnerId) -> list[str]:
        """The names of the facts a partner was told, in order."""
        return [
            entry.type.split(".")[1] if entry else "Withdrawn"
            for entry in self.entries.get(partner, [])
        ]

    def last(self, partner: PartnerId) -> Disclosure:
        entry = self.entries[partner][-1]
        assert entry is not None
        return entry

    def told(self, partner: PartnerId, name: str) -> Disclosure:
        """The one thing of this name the partner was told."""
        (found,) = [e for e in self.entries[partner] if e and e.type.split(".")[1] == name]
        return found

    def text(self, partner: PartnerId) -> str:
        return " ".join(str(entry.data) for entry in self.entries.get(partner, []) if entry)


def tell(facts: Iterable[Recorded], person: PersonId = ROSA) -> Telling:
    """Run the sharing rule over one person's facts under the default agreements."""
    agreements = {partner: agreement(partner) for partner in KINDS}
    history: list[Recorded] = []
    telling = Telling(Circle(person))
    for recorded in facts:
        followed = telling.circle.follow(recorded, agreements)
        for partner in followed.forgotten:
            telling.entries.setdefault(partner, []).append(None)
        for retelling in followed.retold:
            forgets, anew = retelling.of(history)
            entries = telling.entries.setdefault(retelling.partner, [])
            entries += [*([None] if forgets else []), *anew]
        for backfill in followed.backfills:
            assert isinstance(backfill, Backfill)
            for disclosure in backfill.of(history):
                telling.entries.setdefault(disclosure.partner, []).append(disclosure)
        for beside in followed.beside:
            for disclosure in beside.of(history):
                telling.entries.setdefault(disclosure.partner, []).append(disclosure)
        for disclosure in followed.disclosures:
            telling.entries.setdefault(disclosure.partner, []).append(disclosure)
        for partner in followed.withdrawn:
            telling.entries.setdefault(partner, []).append(None)
        history.append(recorded)
    return telling


def without_agreements(place: Community) -> None:
    """The place works by a model that lets who holds a person discharge them alone."""
    place.care.choose_stepped_care(NICE.name, MONDAY.date(), asked=by(WIGG))


def refused(rule: type[BrokenRule]) -> pytest.RaisesExc[BrokenRule]:
    """``with refused(PathwayIsClosed): …``"""
    return pytest.raises(rule)
