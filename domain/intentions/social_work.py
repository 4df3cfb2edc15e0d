"""What may be asked about social work: taking something up for a person, and how it ended."""

from __future__ import annotations

from domain import request
from domain.intentions.answers import Answer
from domain.intentions.deciding import Deciding
from domain.kernel import Aggregate, Asked
from domain.request import OnlyTheReceiverMay, State
from domain.social_work import OnlySocialWorkersMay, SocialWork, WorkBegun, WorkIsUnknown
from domain.vocabulary import (
    AdmissionAvoided,
    PartnerKind,
    ReferralId,
    WorkId,
    WorkKind,
    WorkOutcome,
)


class SocialWorkIntentions(Deciding):
    """Work for somebody under a referral that the social work team has taken on."""

    def begin_work(
        self,
        work_id: WorkId,
        referral_id: ReferralId,
        *,
        kind: WorkKind,
        what: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Take something up for a person under a referral one's team has taken on.

        Raises `OnlyTheReceiverMay`, `OnlySocialWorkersMay`, `ReferralWasNotAccepted` and
        `WorkExists`.
        """

        def decide() -> tuple[Aggregate, ...]:
            under = self._referral(referral_id)
            if under.receiver != asked.organisation:
                raise OnlyTheReceiverMay(referral_id)
            if self._kind(asked.organisation) is not PartnerKind.SOCIAL_WORK:
                raise OnlySocialWorkersMay(asked.organisation)
            if under.state is not State.ACCEPTED or under.person is None:
                self._living_behind(referral_id)
                raise request.ReferralWasNotAccepted(referral_id)
            begun = WorkBegun(
                referral=referral_id, provider=asked.organisation, kind=kind, what=what
            )
            work = self._load(SocialWork, work_id)
            work.begin(under.person, begun, label=under.label, asked=asked)
            return (work,)

        return self._ask(work_id, asked, decide)

    def end_work(
        self,
        work_id: WorkId,
        outcome: WorkOutcome,
        *,
        admission_avoided: AdmissionAvoided | None = None,
        note: str | None = None,
        asked: Asked,
    ) -> Answer:
        """Say what became of a piece of work. Raises what `SocialWork.end` raises."""

        def decide() -> tuple[Aggregate, ...]:
            work = self._get(SocialWork, work_id, WorkIsUnknown)
            work.end(outcome, admission_avoided=admission_avoided, note=note, asked=asked)
            return (work,)

        return self._ask(work_id, asked, decide)
