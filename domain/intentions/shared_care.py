"""What may be asked about shared care: agreed, supervised, missed, reviewed together, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain import partner, person
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.intentions.persons import PersonIsUnknown
from domain.kernel import Aggregate, Asked
from domain.policies import shared_care as policy
from domain.shared_care import (
    CareIsNotShared,
    NotForSharedCare,
    SharedCare,
    SharedCareAgreed,
    shared_care_of,
)
from domain.vocabulary import (
    PartnerId,
    PartnerKind,
    PersonId,
    PractitionerId,
    SharedCareEnd,
)


class SharedCareIntentions(Deciding):
    """Practice, drug service and pharmacy treat one person together, and nobody else learns it."""

    def agree_shared_care(
        self,
        person_id: PersonId,
        *,
        practice: PartnerId,
        prescriber: PractitionerId,
        drug_service: PartnerId,
        key_worker: PractitionerId,
        pharmacy: PartnerId,
        signed_on: date,
        asked: Asked,
    ) -> Answer:
        """Begin to share the care of a person who signed the agreement.

        Raises `NotForSharedCare`, `practitioner.NotAPractitionerThere`, `ThePersonObjects`.
        """
        of = shared_care_of(person_id)

        def decide() -> tuple[Aggregate, ...]:
            self._get(person.Person, person_id, PersonIsUnknown).must_live()
            self._each_of(PartnerKind.PRACTICE, practice, person_id)
            self._each_of(PartnerKind.DRUG_SERVICE, drug_service, person_id)
            self._each_of(PartnerKind.PHARMACY, pharmacy, person_id)
            self._load(partner.Partner, practice).practised_by(prescriber)
            self._load(partner.Partner, drug_service).practised_by(key_worker)
            care = self._load(SharedCare, of)
            agreed = SharedCareAgreed(
                practice=practice,
                prescriber=prescriber,
                drug_service=drug_service,
                key_worker=key_worker,
                pharmacy=pharmacy,
                signed_on=signed_on,
                review_on=policy.joint_review_on(asked.at),
            )
            care.agree(person_id, agreed, asked=asked)
            return (care,)

        return self._ask(of, asked, decide)

    def change_pharmacy(self, person_id: PersonId, pharmacy: PartnerId, *, asked: Asked) -> Answer:
        """Let another pharmacy dispense. Raises `NotForSharedCare`, `ThePersonObjects`."""

        def change(care: SharedCare) -> None:
            care.sides(asked)
            self._each_of(PartnerKind.PHARMACY, pharmacy, person_id)
            care.change_pharmacy(pharmacy, asked=asked)

        return self._on_shared_care(person_id, asked, change)

    def agree_supervision(self, person_id: PersonId, begins: date, *, asked: Asked) -> Answer:
        """Let each dose be taken at the pharmacy from a day on."""
        return self._on_shared_care(
            person_id, asked, lambda care: care.agree_supervision(begins, asked=asked)
        )

    def end_supervision(self, person_id: PersonId, ended_on: date, *, asked: Asked) -> Answer:
        """Let doses be taken home from a day on."""
        return self._on_shared_care(
            person_id, asked, lambda care: care.end_supervision(ended_on, asked=asked)
        )

    def report_missed_doses(
        self, person_id: PersonId, first_on: date, last_on: date, *, asked: Asked
    ) -> Answer:
        """Report that nobody came for a dose on these days."""
        return self._on_shared_care(
            person_id, asked, lambda care: care.report_missed(first_on, last_on, asked=asked)
        )

    def resume_dispensing(self, person_id: PersonId, *, asked: Asked) -> Answer:
        """Say that the prescriber saw the person and prescribed anew."""
        return self._on_shared_care(
            person_id, asked, lambda care: care.resume_dispensing(asked=asked)
        )

    def hold_joint_review(
        self,
        person_id: PersonId,
        *,
        gp: PractitionerId,
        key_worker: PractitionerId,
        next_on: date | None = None,
        outcome: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Record a joint review by a GP and a key worker. Raises `NotAPractitionerThere`."""

        def hold(care: SharedCare) -> None:
            practice, drug_service = care.sides(asked)
            self._load(partner.Partner, practice).practised_by(gp)
            self._load(partner.Partner, drug_service).practised_by(key_worker)
            care.hold_joint_review(gp, key_worker, next_on=next_on, outcome=outcome, asked=asked)

        return self._on_shared_care(person_id, asked, hold)

    def end_shared_care(
        self,
        person_id: PersonId,
        reason: SharedCareEnd,
        *,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """End shared care, or hand the person back to the drug service."""
        return self._on_shared_care(
            person_id, asked, lambda care: care.end(reason, note, asked=asked)
        )

    def name_liaison(
        self, practice: PartnerId, practitioner: PractitionerId, since: date, *, asked: Asked
    ) -> Answer:
        """Name who in a practice is in touch with the drug service about shared care.

        Raises `partner.OnlyAPracticeHasALiaison`, `practitioner.NotAPractitionerThere`.
        """

        def decide() -> tuple[Aggregate, ...]:
            named = self._get(partner.Partner, practice, partner.PartnerIsUnknown)
            named.name_liaison(practitioner, since, asked=asked)
            return (named,)

        return self._ask(practice, asked, decide)

    def _each_of(self, kind: PartnerKind, partner_id: PartnerId, person_id: PersonId) -> None:
        if self._kind(partner_id) is not kind or not self._stays(partner_id):
            raise NotForSharedCare(partner_id)
        self._welcome(person_id, partner_id)

    def _on_shared_care(
        self, person_id: PersonId, asked: Asked, activity: Callable[[SharedCare], object]
    ) -> Answer:
        of = shared_care_of(person_id)

        def decide() -> tuple[Aggregate, ...]:
            care = self._get(SharedCare, of, CareIsNotShared)
            activity(care)
            return (care,)

        return self._ask(of, asked, decide)
