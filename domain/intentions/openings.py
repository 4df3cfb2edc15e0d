"""What may be asked of what a person had sealed, by those who are granted to open it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain import opening, partner, person
from domain.intentions.answers import Answer
from domain.intentions.emergencies import OnlyAPrivacyOfficerReviews
from domain.intentions.linking import known_of
from domain.intentions.raising import Raising
from domain.kernel import Aggregate, Asked
from domain.policies.matching import Known
from domain.privacy import NobodyLooksAfterPrivacy, NotGrantedToOpen
from domain.sealing import SealIsUnknown
from domain.vocabulary import (
    AccessId,
    Justified,
    OfficerRung,
    OpeningReason,
    PartnerId,
    PersonId,
    PractitionerId,
    Role,
    SealId,
)


@dataclass(frozen=True, slots=True)
class LookedIntoOpening:
    """An opening, as whoever reviews it may know it: what was said, and about whom."""

    access: opening.Opening
    known: Known


class OpeningIntentions(Raising):
    """Something sealed is opened by somebody who is granted it and answers for it."""

    def grant_opening(
        self, partner_id: PartnerId, practitioner: PractitionerId, since: date, *, asked: Asked
    ) -> Answer:
        """Let somebody of one's organisation open what people had sealed."""

        def decide() -> tuple[Aggregate, ...]:
            granting = self._get(partner.Partner, partner_id, partner.PartnerIsUnknown)
            granting.grant_opening(practitioner, since, asked=asked)
            return (granting,)

        return self._ask(partner_id, asked, decide)

    def end_opening_grant(
        self, partner_id: PartnerId, practitioner: PractitionerId, *, asked: Asked
    ) -> Answer:
        """Let somebody no longer open what people had sealed."""

        def decide() -> tuple[Aggregate, ...]:
            granting = self._get(partner.Partner, partner_id, partner.PartnerIsUnknown)
            granting.end_opening_grant(practitioner, asked=asked)
            return (granting,)

        return self._ask(partner_id, asked, decide)

    def open_sealed_item(
        self,
        person_id: PersonId,
        seal: SealId,
        access_id: AccessId,
        *,
        reason: OpeningReason,
        words: str,
        asked: Asked,
    ) -> Answer:
        """Open what a person had sealed, for one's organisation, until the time is over.

        Raises `NotGrantedToOpen`, `NobodyLooksAfterPrivacy`, `SealIsUnknown` and what
        `Opening.open` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            mine = self._get(partner.Partner, asked.organisation, partner.PartnerIsUnknown)
            if asked.practitioner and asked.practitioner not in mine.openers:
                raise NotGrantedToOpen(asked.practitioner)
            if mine.privacy_officer is None:
                raise NobodyLooksAfterPrivacy(mine.id)
            if seal not in self._load(person.Person, person_id).seals:
                raise SealIsUnknown(seal)
            label = self._label(asked.organisation)
            access = self._load(opening.Opening, access_id)
            access.open(person_id, seal, reason=reason, words=words, label=label, asked=asked)
            return (access,)

        return self._ask(access_id, asked, decide)

    def granted_to_open(self, partner_id: PartnerId) -> dict[PractitionerId, date]:
        """Who of an organisation may open what people had sealed, and since when."""
        return dict(self._get(partner.Partner, partner_id, partner.PartnerIsUnknown).openers)

    def close_sealed_item(self, access_id: AccessId, *, asked: Asked) -> Answer:
        """Close it again: by whoever opened it, or by a timer when its time is over."""

        def decide() -> tuple[Aggregate, ...]:
            closing = self._opening(access_id)
            if asked.organisation != closing.organisation:
                raise opening.OpeningIsUnknown(access_id)
            closing.close(asked=asked)
            return (closing,)

        return self._ask(access_id, asked, decide)

    def review_opening(
        self, access_id: AccessId, outcome: Justified, words: str, *, asked: Asked
    ) -> Answer:
        """Say whether it was justified. Raises `OnlyAPrivacyOfficerReviews` and what
        `Opening.review` raises.
        """

        def decide() -> tuple[Aggregate, ...]:
            reviewing = self._opening_to_review(access_id, asked.organisation)
            officers = self._load(partner.Partner, asked.organisation).practitioners
            role = officers.get(asked.practitioner) if asked.practitioner else None
            if role is not Role.PRIVACY_OFFICER:
                raise OnlyAPrivacyOfficerReviews(access_id)
            reviewing.review(outcome, words, asked=asked)
            return (reviewing,)

        return self._ask(access_id, asked, decide)

    def escalate_opening_review(
        self, access_id: AccessId, rung: OfficerRung, *, asked: Asked
    ) -> Answer:
        """Tell the next privacy officer that nobody reviewed it; a timer asks it."""

        def decide() -> tuple[Aggregate, ...]:
            waiting = self._opening(access_id)
            assert waiting.organisation is not None
            there = rung is OfficerRung.OFFICER and self._stays(waiting.organisation)
            waiting.escalate(rung, waiting.organisation if there else self.host, asked=asked)
            return (waiting,)

        return self._ask(access_id, asked, decide)

    def look_into_opening(self, access_id: AccessId, organisation: PartnerId) -> LookedIntoOpening:
        """What a privacy officer needs for a review: whose item it was, and what was said of why.

        Nothing of what was sealed is in it. Raises `OpeningIsUnknown`.
        """
        found = self._opening_to_review(access_id, organisation)
        assert found.person is not None
        return LookedIntoOpening(found, known_of(self._load(person.Person, found.person)))

    def _opening_to_review(self, access_id: AccessId, organisation: PartnerId) -> opening.Opening:
        """An opening of the organisation's own; any, by the host, once it was told.

        Raises `OpeningIsUnknown`.
        """
        found = self._opening(access_id)
        told = organisation == self.host and OfficerRung.HOST in found.sent
        if organisation != found.organisation and not told:
            raise opening.OpeningIsUnknown(access_id)
        return found

    def _opening(self, access_id: AccessId) -> opening.Opening:
        return self._get(opening.Opening, access_id, opening.OpeningIsUnknown)
