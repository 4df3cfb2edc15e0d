"""What may be asked in an emergency, and of whoever looks after privacy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain import emergency, partner, person
from domain.intentions.answers import Answer
from domain.intentions.linking import known_of
from domain.intentions.raising import Raising
from domain.kernel import Aggregate, Asked, BrokenRule, Unknown
from domain.linking import kept_of
from domain.policies import entry
from domain.policies.days import local_date
from domain.policies.exceptional import EMERGENCY, in_force
from domain.policies.matching import Agreement, Known, compare
from domain.privacy import NobodyLooksAfterPrivacy
from domain.vocabulary import (
    AccessId,
    EmergencyReason,
    Justified,
    OfficerRung,
    PartnerId,
    PersonId,
    PractitionerId,
    Role,
)


class OnlyCareOpensInAnEmergency(BrokenRule):
    """Only a clinician of an organisation that gives health or social care opens a record so."""


class NothingIsAgreed(BrokenRule):
    """Your organisation has no agreement in force, so it is told nothing, in an emergency too."""


class NobodyIsFound(Unknown):
    """Nobody is found by these: check the NHS number and the date of birth, and ask again."""


class OnlyAPrivacyOfficerReviews(BrokenRule):
    """Only a privacy officer of the organisation, or of the host once it was told, reviews it."""


@dataclass(frozen=True, slots=True)
class LookedInto:
    """An emergency access, as whoever reviews it may know it: what was said, and about whom."""

    access: emergency.EmergencyAccess
    known: Known


class EmergencyIntentions(Raising):
    """A record is opened in an emergency by somebody who answers for it, and somebody asks."""

    def name_privacy_officer(
        self, partner_id: PartnerId, practitioner: PractitionerId, since: date, *, asked: Asked
    ) -> Answer:
        """Name who looks after privacy in an organisation."""

        def decide() -> tuple[Aggregate, ...]:
            naming = self._get(partner.Partner, partner_id, partner.PartnerIsUnknown)
            naming.name_privacy_officer(practitioner, since, host=self.host, asked=asked)
            return (naming,)

        return self._ask(partner_id, asked, decide)

    def take_emergency_access(
        self,
        person_id: PersonId,
        access_id: AccessId,
        *,
        reason: EmergencyReason,
        words: str,
        asked: Asked,
    ) -> Answer:
        """Open the record of somebody whom the caller's organisation knows, or knew.

        Raises `OnlyCareOpensInAnEmergency`, `NothingIsAgreed`, `NobodyLooksAfterPrivacy`,
        `ThePersonHasDied` and what `EmergencyAccess.take` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            self._may_open(asked)
            self._living(person_id)
            taking = self._load(emergency.EmergencyAccess, access_id)
            taking.take(
                person_id,
                reason=reason,
                words=words,
                dissent=self._objects(person_id, asked.organisation),
                label=self._label(asked.organisation),
                asked=asked,
            )
            return (taking,)

        return self._ask(access_id, asked, decide)

    def find_in_an_emergency(
        self,
        nhs_number: str,
        date_of_birth: date,
        access_id: AccessId,
        *,
        alike: Iterable[PersonId],
        reason: EmergencyReason,
        words: str,
        asked: Asked,
    ) -> Answer:
        """Open the record of somebody by their NHS number and date of birth, both of them.

        ``alike`` are those of whom either may be. Who is unknown, who was born on another day and
        who has died is answered in the same words. Raises `NobodyIsFound` and what
        `take_emergency_access` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            self._may_open(asked)
            taking = self._load(emergency.EmergencyAccess, access_id)
            found = self._found(nhs_number, date_of_birth, alike)
            taking.take(
                found,
                reason=reason,
                words=words,
                dissent=self._objects(found, asked.organisation),
                found=True,
                label=self._label(asked.organisation),
                asked=asked,
            )
            return (taking,)

        return self._ask(access_id, asked, decide)

    def end_emergency_access(self, access_id: AccessId, *, asked: Asked) -> Answer:
        """Close it: by whoever took it, or by a timer when its time is over."""

        def decide() -> tuple[Aggregate, ...]:
            ending = self._access(access_id)
            if asked.organisation != ending.organisation:
                raise emergency.EmergencyAccessIsUnknown(access_id)
            ending.end(asked=asked)
            return (ending,)

        return self._ask(access_id, asked, decide)

    def review_emergency_access(
        self, access_id: AccessId, outcome: Justified, words: str, *, asked: Asked
    ) -> Answer:
        """Say whether it was justified. Raises `OnlyAPrivacyOfficerReviews` and what
        `EmergencyAccess.review` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            reviewing = self._to_review(access_id, asked.organisation)
            officer = self._load(partner.Partner, asked.organisation)
            role = officer.practitioners.get(asked.practitioner) if asked.practitioner else None
            if role is not Role.PRIVACY_OFFICER:
                raise OnlyAPrivacyOfficerReviews(access_id)
            reviewing.review(outcome, words, asked=asked)
            return (reviewing,)

        return self._ask(access_id, asked, decide)

    def escalate_emergency_review(
        self, access_id: AccessId, rung: OfficerRung, *, asked: Asked
    ) -> Answer:
        """Tell the next privacy officer that nobody reviewed it; a timer asks it."""

        def decide() -> tuple[Aggregate, ...]:
            waiting = self._access(access_id)
            assert waiting.organisation is not None
            there = rung is OfficerRung.OFFICER and self._stays(waiting.organisation)
            to = waiting.organisation if there else self.host
            waiting.escalate(rung, to, asked=asked)
            return (waiting,)

        return self._ask(access_id, asked, decide)

    def look_into(self, access_id: AccessId, organisation: PartnerId) -> LookedInto:
        """What a privacy officer needs for a review: who was looked at, and what was said of why.

        Nothing of the person's care is in it. Raises `EmergencyAccessIsUnknown`.
        """
        access = self._to_review(access_id, organisation)
        assert access.person is not None
        return LookedInto(access, known_of(self._load(person.Person, access.person)))

    def opened_in_an_emergency(self, access_id: AccessId) -> PersonId:
        """Whose record it opened, whoever they were found as."""
        opened = self._access(access_id).person
        assert opened is not None, "access is to somebody's record from its first fact on"
        return opened

    def _access(self, access_id: AccessId) -> emergency.EmergencyAccess:
        return self._get(emergency.EmergencyAccess, access_id, emergency.EmergencyAccessIsUnknown)

    def _to_review(self, access_id: AccessId, organisation: PartnerId) -> emergency.EmergencyAccess:
        """Access that an organisation's privacy officer may look into: its own; any, by the host,
        once it was told. Raises `EmergencyAccessIsUnknown`.
        """
        access = self._access(access_id)
        told = organisation == self.host and OfficerRung.HOST in access.sent
        if organisation != access.organisation and not told:
            raise emergency.EmergencyAccessIsUnknown(access_id)
        return access

    def _may_open(self, asked: Asked) -> None:
        """Raises `OnlyCareOpensInAnEmergency`, `NothingIsAgreed`, `NobodyLooksAfterPrivacy`.

        Nothing here says anything about anybody who is helped.
        """
        caller = self._get(partner.Partner, asked.organisation, partner.PartnerIsUnknown)
        role = caller.practitioners.get(asked.practitioner) if asked.practitioner else None
        if caller.left or caller.kind not in entry.HOLDING:
            raise OnlyCareOpensInAnEmergency(caller.id)
        if asked.practitioner and role not in in_force(asked.at, EMERGENCY).roles:
            raise OnlyCareOpensInAnEmergency(caller.id)
        if not caller.may_hear(local_date(asked.at), consented=True):
            raise NothingIsAgreed(caller.id)
        if caller.privacy_officer is None:
            raise NobodyLooksAfterPrivacy(caller.id)

    def _found(self, nhs_number: str, date_of_birth: date, alike: Iterable[PersonId]) -> PersonId:
        """The one record by both. Raises `NobodyIsFound`, whatever it is that does not agree."""
        said = Known(name="", nhs_number=nhs_number, date_of_birth=date_of_birth)
        found: set[PersonId] = set()
        for each in alike:
            likeness = compare(said, known_of(self._load(person.Person, each)))
            if {likeness.nhs_number, likeness.date_of_birth} == {Agreement.EQUAL}:
                members = self._one_person(each)
                if any(member.died_on is not None for member in members.values()):
                    continue
                found.add(kept_of({one: member.links for one, member in members.items()}))
        if len(found) != 1:
            raise NobodyIsFound
        return found.pop()
