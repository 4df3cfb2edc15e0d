"""Partner: an organisation that helps, and the agreement it works under."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from domain import acknowledgement, agreement, privacy
from domain.acknowledgement import Acknowledging, WithdrawalsAcknowledged
from domain.agreement import (
    AgreementBegan,
    AgreementEnded,
    AgreementExpired,
    AgreementSigned,
    Held,
    ahead,
    follow,
    in_force,
    must_be_sound,
    standing,
)
from domain.kernel import Asked, BrokenRule, Category, Fact, Recorded, Recorder
from domain.policies import steps, ways
from domain.policies.days import local_date
from domain.policies.steps import Choice
from domain.policies.ways import Way
from domain.practitioner import FACTS as STAFF
from domain.practitioner import (
    PractitionerAdded,
    PractitionerIdentified,
    PractitionerInvited,
    PractitionerLeft,
    RoleGiven,
    Staffed,
)
from domain.privacy import (
    NotAPrivacyOfficerThere,
    OnlyTheyGrantIt,
    OnlyTheyNameTheirOfficer,
    OpeningGranted,
    OpeningGrantEnded,
    PrivacyOfficerNamed,
)
from domain.vocabulary import PartnerId, PartnerKind, PractitionerId, Role

# What happened


class PartnerJoined(Fact):
    """An organisation joined the place. ``identifiers`` are e.g. its ODS code, by system."""

    TOPIC: ClassVar[str] = "partner:PartnerJoined"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST,)

    name: str
    kind: PartnerKind
    identifiers: dict[str, str] = {}


class PartnerLeft(Fact):
    """The organisation left the place: it is asked nothing more, told nothing more, holds nobody.

    Whom it held falls back to who is there; that takes facts of its own, one person after another.
    """

    TOPIC: ClassVar[str] = "partner:PartnerLeft"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST,)

    reason: str


class SteppedCareChosen(Fact):
    """The place works by this stepped-care model from that day on; its host says so."""

    TOPIC: ClassVar[str] = "partner:SteppedCareChosen"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST,)

    model: str
    effective_from: date


class WayWritten(Fact):
    """The host wrote down the place's own way of working; it holds once it is chosen."""

    TOPIC: ClassVar[str] = "partner:WayWritten"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST,)

    way: Way


class WayChosen(Fact):
    """The place goes about its care in this way from that day on; its host says so."""

    TOPIC: ClassVar[str] = "partner:WayChosen"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOST,)

    way: str
    effective_from: date


class LiaisonNamed(Fact):
    """Somebody of a practice is in touch with the drug service about methadone, from a day on.

    The GP methadone lead (James Wigg Practice). It is about nobody who is helped.
    """

    TOPIC: ClassVar[str] = "partner:LiaisonNamed"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.ITSELF,)

    practitioner: PractitionerId
    since: date


# What is refused


class TheWayNamesTheModel(BrokenRule):
    """This place's way names its stepped-care model from that day on; choose another way."""


class OnlyAPracticeHasALiaison(BrokenRule):
    """A practice names who of it is in touch with the drug service; it names its own."""


class PartnerHasLeft(BrokenRule):
    """This organisation has left: it can no longer be asked, and no longer asks."""


class PartnerHasJoined(BrokenRule):
    """This organisation has joined already."""


class PartnerIsUnknown(BrokenRule):
    """No organisation of that id has joined."""


# What is true now and may happen next


@dataclass
class Partner(Staffed, Acknowledging):
    """One organisation."""

    NOUN: ClassVar[str] = "partner"

    name: str = ""
    kind: PartnerKind | None = None
    held: list[Held] = field(default_factory=list)
    left: bool = False
    models: list[Choice] = field(default_factory=list)
    ways: list[ways.Choice] = field(default_factory=list)
    written: list[Way] = field(default_factory=list)
    liaison: PractitionerId | None = None
    privacy_officer: PractitionerId | None = None
    openers: dict[PractitionerId, date] = field(default_factory=dict)

    def join(
        self, *, name: str, kind: PartnerKind, identifiers: dict[str, str], asked: Asked
    ) -> Recorded:
        """Let an organisation in. It knows nothing until its agreement is signed."""
        if self.kind is not None:
            raise PartnerHasJoined(self.id)
        return self.record(PartnerJoined(name=name, kind=kind, identifiers=identifiers), asked)

    def sign_agreement(self, agreement: AgreementSigned, *, asked: Asked) -> Recorded | None:
        """Sign what the partner may know; from its first day on it takes an earlier one's place.

        Raises `PartnerIsUnknown`, `PartnerHasLeft` and what `agreement.must_be_sound` raises.
        """
        if self.kind is None:
            raise PartnerIsUnknown(self.id)
        if self.left:
            raise PartnerHasLeft(self.id)
        if must_be_sound(agreement, self.held, local_date(asked.at)):
            return self.record(agreement, asked)
        return None

    def end_agreement(self, *, asked: Asked) -> Recorded | None:
        """End the agreement in force, and any that is yet to begin. Asked twice, it ends once."""
        open_ = standing(self.held) or next(iter(ahead(self.held)), None)
        if open_ is None:
            return None
        return self.record(AgreementEnded(reference=open_.agreement.reference), asked)

    def begin_agreement(self, *, asked: Asked) -> Recorded | None:
        """Let the agreement begin whose first day has come; ``None`` where there is none."""
        today = local_date(asked.at)
        due = [each.agreement for each in ahead(self.held) if each.agreement.starts <= today]
        if not due:
            return None
        return self.record(
            AgreementBegan(reference=due[-1].reference, starts=due[-1].starts), asked
        )

    def expire_agreement(self, *, asked: Asked) -> Recorded | None:
        """Let the agreement expire whose last day has passed; ``None`` where there is none."""
        now = standing(self.held)
        ends = now.agreement.ends if now else None
        if now is None or ends is None or ends >= local_date(asked.at):
            return None
        return self.record(AgreementExpired(reference=now.agreement.reference, ends=ends), asked)

    def leave(self, reason: str, *, asked: Asked) -> Recorded | None:
        """End the partner's part in the place, and its agreement with it. Asked twice, once."""
        if self.kind is None:
            raise PartnerIsUnknown(self.id)
        if self.left:
            return None
        left = self.record(PartnerLeft(reason=reason), asked)
        self.end_agreement(asked=asked)
        return left

    @property
    def signed(self) -> AgreementSigned | None:
        """The agreement that has begun and is not over, as far as anybody has said."""
        now = standing(self.held)
        return now.agreement if now else None

    def hears(self, on: date) -> bool:
        """Whether an agreement lets anything at all reach the partner on a day."""
        return not self.left and in_force(self.held, on) is not None

    @property
    def categories(self) -> frozenset[Category]:
        """What the agreement in force lets the partner be told."""
        return frozenset(self.signed.categories) if self.signed else frozenset()

    def may_hear(self, on: date, *, consented: bool, category: Category | None = None) -> bool:
        """Whether the agreement in force on a day lets anything of a person reach the partner.

        With a ``category``, whether it lets that reach it.
        """
        signed = in_force(self.held, on)
        if signed is None:
            return False
        if signed.consent_required and not consented:
            return False
        return category is None or category in signed.categories

    def choose_stepped_care(
        self, model: str, *, effective_from: date, asked: Asked
    ) -> Recorded | None:
        """Work by a stepped-care model from a day on.

        Raises `PartnerIsUnknown`, `policies.steps.ModelIsUnknown`, `TheWayNamesTheModel`.
        """
        if self.kind is None:
            raise PartnerIsUnknown(self.id)
        steps.named(model, effective_from)
        way = self.way(effective_from)
        if way is not None and way.stepped_care != model:
            raise TheWayNamesTheModel(self.id)
        return self._model_from(model, effective_from, asked)

    def write_way(self, way: Way, *, asked: Asked) -> Recorded | None:
        """Keep the place's own way of working as data; nothing of it is in force yet.

        Raises `PartnerIsUnknown`, `policies.ways.WayIsNotWhole`.
        """
        if self.kind is None:
            raise PartnerIsUnknown(self.id)
        if wrong := tuple(ways.problems(way)):
            raise ways.WayIsNotWhole(self.id, needs=wrong)
        if way in self.written[-1:]:
            return None
        return self.record(WayWritten(way=way), asked)

    def choose_way(self, way: str, *, effective_from: date, asked: Asked) -> Recorded | None:
        """Go about care in a way from a day on, which brings its stepped-care model.

        Raises `PartnerIsUnknown`, `policies.ways.WayIsUnknown`.
        """
        if self.kind is None:
            raise PartnerIsUnknown(self.id)
        chosen = ways.named(way, effective_from, self.written)
        if ways.Choice(self.partner, way, effective_from) in self.ways[-1:]:
            return None
        fact = self.record(WayChosen(way=way, effective_from=effective_from), asked)
        self._model_from(chosen.stepped_care, effective_from, asked)
        return fact

    def way(self, on: date) -> Way | None:
        """The way in force on a day."""
        return ways.in_force(on, self.ways, self.written)

    def _model_from(self, model: str, effective_from: date, asked: Asked) -> Recorded | None:
        if Choice(self.partner, model, effective_from) in self.models[-1:]:
            return None
        return self.record(SteppedCareChosen(model=model, effective_from=effective_from), asked)

    def name_liaison(
        self, practitioner: PractitionerId, since: date, *, asked: Asked
    ) -> Recorded | None:
        """Name who is in touch with the drug service. Asked twice, it answers once.

        Raises `OnlyAPracticeHasALiaison`, `NotAPractitionerThere`.
        """
        if self.kind is not PartnerKind.PRACTICE or asked.organisation != self.partner:
            raise OnlyAPracticeHasALiaison(self.id)
        self.practised_by(practitioner)
        if practitioner == self.liaison:
            return None
        return self.record(LiaisonNamed(practitioner=practitioner, since=since), asked)

    def name_privacy_officer(
        self, practitioner: PractitionerId, since: date, *, host: PartnerId, asked: Asked
    ) -> Recorded | None:
        """Name who looks after privacy. Asked twice, it answers once.

        Raises `OnlyTheyNameTheirOfficer`, `NotAPrivacyOfficerThere`.
        """
        if asked.organisation not in (self.partner, host):
            raise OnlyTheyNameTheirOfficer(self.id)
        if self.practitioners.get(practitioner) is not Role.PRIVACY_OFFICER:
            raise NotAPrivacyOfficerThere(practitioner)
        if practitioner == self.privacy_officer:
            return None
        return self.record(PrivacyOfficerNamed(practitioner=practitioner, since=since), asked)

    def grant_opening(
        self, practitioner: PractitionerId, since: date, *, asked: Asked
    ) -> Recorded | None:
        """Let somebody open what people had sealed. Asked twice, it answers once.

        Raises `OnlyTheyGrantIt`, `NotAPractitionerThere`.
        """
        if asked.organisation != self.partner:
            raise OnlyTheyGrantIt(self.id)
        self.practised_by(practitioner)
        if practitioner in self.openers:
            return None
        return self.record(OpeningGranted(practitioner=practitioner, since=since), asked)

    def end_opening_grant(self, practitioner: PractitionerId, *, asked: Asked) -> Recorded | None:
        """Take that back. Asked twice, it answers once. Raises `OnlyTheyGrantIt`."""
        if asked.organisation != self.partner:
            raise OnlyTheyGrantIt(self.id)
        if practitioner not in self.openers:
            return None
        return self.record(OpeningGrantEnded(practitioner=practitioner), asked)

    def evolve(self, recorded: Recorded) -> None:
        match recorded.fact:
            case PartnerJoined(name=name, kind=kind):
                self.name, self.kind = name, kind
            case AgreementSigned() | AgreementBegan() | AgreementExpired() | AgreementEnded():
                follow(self.held, recorded)
            case PractitionerAdded() | PractitionerInvited() | PractitionerIdentified() as staff:
                self._follow_staff(staff)
            case RoleGiven(practitioner=practitioner, role=role) as given:
                self._follow_staff(given)
                if role is not Role.PRIVACY_OFFICER and self.privacy_officer == practitioner:
                    self.privacy_officer = None
            case PractitionerLeft(practitioner=practitioner) as gone:
                self._follow_staff(gone)
                if self.liaison == practitioner:
                    self.liaison = None
                self.openers.pop(practitioner, None)
                if self.privacy_officer == practitioner:
                    self.privacy_officer = None
            case PartnerLeft():
                self.left = True
            case SteppedCareChosen(model=model, effective_from=effective_from):
                self.models.append(Choice(self.partner, model, effective_from))
            case WayWritten(way=written):
                self.written.append(written)
            case WayChosen(way=way, effective_from=effective_from):
                self.ways.append(ways.Choice(self.partner, way, effective_from))
            case LiaisonNamed(practitioner=practitioner):
                self.liaison = practitioner
            case PrivacyOfficerNamed(practitioner=practitioner):
                self.privacy_officer = practitioner
            case OpeningGranted(practitioner=practitioner, since=since):
                self.openers[practitioner] = since
            case OpeningGrantEnded(practitioner=practitioner):
                self.openers.pop(practitioner, None)
            case WithdrawalsAcknowledged(up_to=up_to):
                self.acknowledged = up_to
            case other:
                raise AssertionError(f"{other.TOPIC} is not a fact about a partner")

    @property
    def partner(self) -> PartnerId:
        return PartnerId(self.id)


FACTS: tuple[type[Fact], ...] = (
    PartnerJoined,
    *agreement.FACTS,
    *STAFF,
    PartnerLeft,
    SteppedCareChosen,
    WayWritten,
    WayChosen,
    LiaisonNamed,
    *privacy.FACTS,
    *acknowledgement.FACTS,
)
