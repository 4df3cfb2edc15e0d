"""Person: who is helped. What is known of them, what they need, and whom they do not want told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, ClassVar

from domain import (
    disclosure,
    edits,
    erased,
    kept_no_longer,
    linking,
    needs,
    rectification,
    sealing,
    wishes,
)
from domain.corrections import (
    About,
    ConflictSettled,
    CorrectionFact,
    Detail,
    DetailsCorrected,
    DisagreementRecorded,
    NameIsMissing,
    NothingIsCorrected,
    NothingIsInConflict,
    changed,
)
from domain.disclosure import DisclosedWithoutConsent, Disclosing
from domain.erased import PersonErased
from domain.kept_no_longer import KeptNoLonger, LettingGo
from domain.kernel import (
    REMOVED,
    Access,
    Asked,
    BrokenRule,
    Category,
    Clinical,
    Coordination,
    Demographic,
    Equality,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.linking import (
    LinkingFact,
    Links,
    MatchRuledOut,
    PersonsLinked,
    PersonsUnlinked,
    RecordsAreLinked,
    RecordsAreNotLinked,
)
from domain.needs import BeforeTheyWereBorn, NeedFact, Needing
from domain.policies.days import local_date
from domain.rectification import RectificationFact, Rectifying
from domain.sealing import SealFact, Sealing
from domain.vocabulary import AccessNeed, EditId, ErasureId, HowKnown, Moment, PartnerId, PersonId
from domain.wishes import WishFact, Wishing, heed

# What happened


class PersonFact(Fact):
    """What is known of a person and what they want."""

    TOPIC: ClassVar[str] = "person:"
    CATEGORY: ClassVar[Category] = Category.IDENTITY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)


class SaidOfThemselves(PersonFact):
    """What a person, or somebody for them, says of who they are."""

    TOPIC: ClassVar[str] = "person:"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.PARTNER,)

    name: PersonalText
    phone: PersonalText | None = None
    practice: Coordination[PartnerId | None] = None
    date_of_birth: Demographic[PersonalText | None] = None
    nhs_number: Demographic[PersonalText | None] = None
    sex: Demographic[str | None] = None
    address: Demographic[PersonalText | None] = None
    postcode: Demographic[PersonalText | None] = None
    language: Access[str | None] = None
    ethnicity: Equality[str | None] = None
    deprivation_decile: Equality[int | None] = None


class PersonRegistered(SaidOfThemselves):
    """A person became known to the place."""

    TOPIC: ClassVar[str] = "person:PersonRegistered"


class PersonMadeKnownAgain(SaidOfThemselves):
    """An organisation made somebody known who is known already: one person, one record.

    It is told what it said itself, as if the person were new, and nothing else: to name somebody
    is not to be involved with them, and nobody finds out by it that they are known.
    """

    TOPIC: ClassVar[str] = "person:PersonMadeKnownAgain"

    made_as: PersonId | None = None


class PersonDied(PersonFact):
    """The person died on this date: from now on nobody is asked to see, call or answer them.

    That somebody died is told as their date of birth is: to those who give health or social care.
    Everybody else learns that what they were asked for ended, and not why.
    """

    TOPIC: ClassVar[str] = "person:PersonDied"
    CATEGORY: ClassVar[Category] = Category.DEMOGRAPHIC

    died_on: date
    known_by: HowKnown
    note: Clinical[PersonalText | None] = None


class DeathRecordedInError(PersonFact):
    """The person did not die. Everybody who was told that they had is told this."""

    TOPIC: ClassVar[str] = "person:DeathRecordedInError"
    CATEGORY: ClassVar[Category] = Category.DEMOGRAPHIC

    note: Clinical[PersonalText | None] = None


class PersonMovedAway(PersonFact):
    """The person moved out of the place's reach; ``new_place_told`` once care there knows of it."""

    TOPIC: ClassVar[str] = "person:PersonMovedAway"
    CATEGORY: ClassVar[Category] = Category.DEMOGRAPHIC

    since: date
    where_to: PersonalText
    new_place_told: bool


# What is refused


class ThePersonHasDied(BrokenRule):
    """The person has died: nothing more is asked of anybody for them but to put details right."""


class DeathDateIsNotPossible(BrokenRule):
    """The date of death is in the future; correct it and send again."""


class ThePersonHasNotMovedYet(BrokenRule):
    """The person moves only then: you hold them until that day, so record the end after it."""


class NoDeathWasRecorded(BrokenRule):
    """No death of this person is recorded, so there is none to take back."""


class PersonIsKnown(BrokenRule):
    """This person is registered already; use the record that exists."""


class DateOfBirthIsNotPossible(BrokenRule):
    """The date of birth is in the future or before 1900; correct it and send again."""


# What is true now and may happen next


@dataclass(frozen=True, slots=True)
class Details:
    """What a person tells of themselves, before it is a fact."""

    name: str
    phone: str | None = None
    practice: PartnerId | None = None
    date_of_birth: date | None = None
    nhs_number: str | None = None
    sex: str | None = None
    address: str | None = None
    postcode: str | None = None
    language: str | None = None
    ethnicity: str | None = None
    deprivation_decile: int | None = None

    def said(self) -> dict[str, Any]:
        """As a fact says it."""
        born = self.date_of_birth
        told = {each.name: getattr(self, each.name) for each in fields(self)}
        return told | {"date_of_birth": born.isoformat() if born else None}


@dataclass
class Person(Needing, Wishing, Sealing, Disclosing, Rectifying, LettingGo):
    """One person across every organisation that helps them."""

    NOUN: ClassVar[str] = "person"

    registered: bool = False
    practice: PartnerId | None = None
    died_on: date | None = None
    new_place_told: bool = False
    links: Links = field(default_factory=Links)
    erased: ErasureId | None = None

    @property
    def told(self) -> set[str]:
        """Which details are known, not what they say."""
        standing = self.known.standing.items()
        told = {
            detail.value
            for detail, edits in standing
            if isinstance(detail, Detail) and any(e.value for e in edits)
        }
        return told | {"practice"} if self.practice else told

    @property
    def born(self) -> date | None:
        """The date of birth that counts, if it is known and was not removed."""
        born = edits.current(self.known.standing.get(Detail.DATE_OF_BIRTH, ()))
        return date.fromisoformat(born) if born and born != REMOVED else None

    @property
    def person(self) -> PersonId:
        return PersonId(self.id)

    def register(self, details: Details, *, asked: Asked) -> Recorded:
        """Make a person known. Raises `PersonIsKnown`, `DateOfBirthIsNotPossible`."""
        if self.registered:
            raise PersonIsKnown(self.id)
        self._possible(details.date_of_birth, asked)
        fact = PersonRegistered(**details.said())
        return self.record(fact, asked, person=self.person)

    def make_known_again(self, details: Details, *, made_as: PersonId, asked: Asked) -> Recorded:
        """Keep what an organisation said of somebody who is known, and the id it made for them.

        Raises `DateOfBirthIsNotPossible`.
        """
        self._possible(details.date_of_birth, asked)
        fact = PersonMadeKnownAgain(**details.said(), made_as=made_as)
        return self.record(fact, asked, person=self.person)

    def link(self, other: PersonId, *, kept: PersonId, reason: str, asked: Asked) -> Recorded:
        """Say on this record that another is the same person's."""
        fact = PersonsLinked(other=other, kept=kept, reason=reason)
        return self.record(fact, asked, person=self.person)

    def unlink(self, other: PersonId, *, reason: str, asked: Asked) -> Recorded:
        """Undo on this record its link to another. Raises `RecordsAreNotLinked`."""
        if other not in self.links.standing:
            raise RecordsAreNotLinked(self.id, other)
        return self.record(PersonsUnlinked(other=other, reason=reason), asked, person=self.person)

    def rule_out(self, other: PersonId, *, reason: str, asked: Asked) -> Recorded:
        """Say that another record, however alike, is somebody else's. Raises `RecordsAreLinked`."""
        if other in self.links.standing:
            raise RecordsAreLinked(self.id, other)
        return self.record(MatchRuledOut(other=other, reason=reason), asked, person=self.person)

    def correct_details(
        self,
        details: Mapping[Detail, str | None],
        *,
        edit: EditId | None = None,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Recorded:
        """Put details right; ``None`` takes one out that is nobody's.

        ``instead_of`` are the edits the writer saw; what others wrote meanwhile stands beside it.
        Raises `NothingIsCorrected`, `NameIsMissing`, `DateOfBirthIsNotPossible`, `EditExists`,
        `SeenEditIsNotHere`.
        """
        if not details or Detail.NEEDS in details:
            raise NothingIsCorrected(self.id)
        if not details.get(Detail.NAME, "unchanged"):
            raise NameIsMissing(self.id)
        if born := details.get(Detail.DATE_OF_BIRTH):
            self._possible(date.fromisoformat(born), asked)
        edit = edit or asked.edit
        fact = DetailsCorrected(
            **{detail: value for detail, value in details.items() if value is not None},
            taken_out=tuple(detail for detail, value in details.items() if value is None),
            edit=edit,
            instead_of=self.known.replaced(edit, details, instead_of, asked.at),
        )
        return self.record(fact, asked, person=self.person)

    def settle_conflict(
        self,
        detail: About,
        stands: EditId,
        *,
        instead_of: Iterable[EditId] | None = None,
        asked: Asked,
    ) -> Recorded:
        """Say which of several things that people wrote of one detail is right.

        Two who settle it differently without seeing each other's word are in conflict again.
        Raises `NothingIsInConflict` when what was seen does not differ, or ``stands`` was not seen.
        """
        if instead_of is None:
            instead_of = {each.id for each in self.known.standing.get(detail, ())}
        seen = self.known.replaced(asked.edit, (detail,), instead_of, asked.at)
        said = {each: self.known.written[each].get(detail) for each in seen}
        if stands not in said or len(set(said.values())) == 1:
            raise NothingIsInConflict(self.id)
        need = detail if isinstance(detail, AccessNeed) else None
        fact = ConflictSettled(
            detail=Detail.NEEDS if isinstance(detail, AccessNeed) else detail,
            need=need,
            shared=need is None or stands not in self.kept_apart,
            value=said[stands],
            stands=stands,
            edit=asked.edit,
            instead_of=seen,
        )
        return self.record(fact, asked, person=self.person)

    def disagree(self, about: Recorded, words: str, *, asked: Asked) -> Recorded:
        """Keep the person's disagreement with something recorded beside it, in their words."""
        return self.record(
            DisagreementRecorded(about=about.id, words=words),
            asked,
            person=self.person,
            label=about.label,
            correlation=about.correlation,
            cause=about.id,
        )

    def record_death(
        self, died_on: date, *, known_by: HowKnown, note: str | None, asked: Asked
    ) -> Recorded | None:
        """Note that the person died. Told twice, it is recorded once; another date puts it right.

        Raises `DeathDateIsNotPossible`.
        """
        if died_on > local_date(asked.at):
            raise DeathDateIsNotPossible(self.id)
        if died_on == self.died_on:
            return None
        fact = PersonDied(died_on=died_on, known_by=known_by, note=note)
        return self.record(fact, asked, person=self.person)

    def take_back_death(self, *, note: str | None, asked: Asked) -> Recorded:
        """Say that the person did not die. Raises `NoDeathWasRecorded`."""
        if self.died_on is None:
            raise NoDeathWasRecorded(self.id)
        return self.record(DeathRecordedInError(note=note), asked, person=self.person)

    def move_away(
        self, since: date, *, where_to: str, new_place_told: bool, asked: Asked
    ) -> Recorded:
        """Note where the person moved to, and whether care there knows of them yet.

        Raises `ThePersonHasDied`, `ThePersonHasNotMovedYet`.
        """
        self.must_live()
        if new_place_told and since > local_date(asked.at):
            raise ThePersonHasNotMovedYet(self.id)
        fact = PersonMovedAway(since=since, where_to=where_to, new_place_told=new_place_told)
        return self.record(fact, asked, person=self.person)

    def erase(self, erasure: ErasureId, order: str, *, asked: Asked) -> Recorded:
        """Forget the person, under an order with this reference."""
        return self.record(PersonErased(erasure=erasure, order=order), asked, person=self.person)

    def must_live(self) -> None:
        """Raises `ThePersonHasDied`."""
        if self.died_on is not None:
            raise ThePersonHasDied(self.id)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case PersonRegistered(practice=practice) as registered:
                self.registered, self.practice = True, practice
                told = {detail: getattr(registered, detail, None) for detail in Detail}
                self.known.follow(recorded, {d: v for d, v in told.items() if v is not None})
            case WishFact() as wish:
                heed(self, wish)
            case SealFact() as sealing_fact:
                self.follow_seal(sealing_fact)
            case DisclosedWithoutConsent():
                pass
            case PersonDied(died_on=died_on):
                self.died_on = died_on
            case DeathRecordedInError():
                self.died_on = None
            case PersonErased(erasure=erasure):
                self.erased = erasure
            case KeptNoLonger() as gone:
                self.follow_letting_go(gone)
            case PersonMovedAway(new_place_told=told):
                self.new_place_told = told
            case PersonMadeKnownAgain():  # read by who said it as of somebody new, and so corrected
                seen = edits.of_old(PersonRegistered.__name__, recorded.effective_at)
                self.known.written.setdefault(seen, {})
            case RectificationFact():
                self.follow_rectification(recorded)
            case LinkingFact():
                self.links.follow(recorded)
            case CorrectionFact() as correction:
                self._follow(correction, recorded)
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a person")

    def _follow(self, correction: CorrectionFact, recorded: Recorded) -> None:
        match correction:
            case DetailsCorrected(edit=edit, instead_of=instead_of):
                self.known.follow(recorded, changed(correction), edit, instead_of)
            case ConflictSettled(detail=detail, edit=edit, instead_of=instead_of):
                settled = correction.need or detail
                if not correction.shared:
                    self.kept_apart.add(edit)
                self.known.follow(recorded, {settled: correction.value}, edit, instead_of)
            case NeedFact() as need:
                self._follow_need(need, recorded)
            case DisagreementRecorded():
                pass
            case other:
                raise AssertionError(f"{other.TOPIC} is not a correction")

    def lived(self, at: Moment) -> None:
        """Raises `BeforeTheyWereBorn`, by the date of birth that counts."""
        if self.born and local_date(at) < self.born:
            raise BeforeTheyWereBorn(self.id)

    def _possible(self, born: date | None, asked: Asked) -> None:
        if born and not date(1900, 1, 1) <= born <= asked.at.date():
            raise DateOfBirthIsNotPossible(self.id)


FACTS: tuple[type[Fact], ...] = (
    PersonRegistered,
    DetailsCorrected,
    *needs.FACTS,
    ConflictSettled,
    DisagreementRecorded,
    *wishes.FACTS,
    *sealing.FACTS,
    *disclosure.FACTS,
    *erased.FACTS,
    *rectification.FACTS,
    *kept_no_longer.FACTS,
    PersonDied,
    DeathRecordedInError,
    PersonMovedAway,
    PersonMadeKnownAgain,
    *linking.FACTS,
)
