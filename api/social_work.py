"""Social workers' work over HTTP: taken up under a referral, and what became of it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Response

from api.asking import Activity, Answered, Asks, Creating, answered, example
from domain.intentions.answers import Answer
from domain.kernel import Asked
from domain.social_work import OnlyWhoBeganItMay, WorkIsUnknown
from domain.texts import Text
from domain.vocabulary import AdmissionAvoided, ReferralId, WorkId, WorkKind, WorkOutcome

router = APIRouter(prefix="/v1", tags=["social work"])


class BeginningWork(Creating):
    """What kind of work is taken up for the person, and what about."""

    model_config = example(kind="housing", what="Two months behind with the rent.")

    kind: WorkKind
    what: Text | None = None


class EndingWork(Activity):
    """What became of it and, where it was to avoid an admission, whether it did."""

    model_config = example(
        outcome="done", admission_avoided="yes", note="Her sister stays with her."
    )

    outcome: WorkOutcome
    admission_avoided: AdmissionAvoided | None = None
    note: Text | None = None


@router.post("/referrals/{referral}/work", status_code=201, response_model=Answered)
async def begin_work(referral: UUID, body: BeginningWork, asks: Asks) -> Response:
    """Take something up for a person under a referral your social work team has taken on."""
    await asks.referral(referral)
    work, care = WorkId(asks.new("work", body.id)), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.begin_work(
            work, ReferralId(referral), kind=body.kind, what=body.what, asked=asked
        ),
    )
    return answered(answer, 201)


@router.post("/work/{work}/done", response_model=Answered)
async def end_work(work: UUID, body: EndingWork, asks: Asks) -> Response:
    """Say what became of a piece of work your team took up."""
    care = asks.here.care

    def intention(asked: Asked) -> Answer:
        try:
            return care.end_work(
                WorkId(work),
                body.outcome,
                admission_avoided=body.admission_avoided,
                note=body.note,
                asked=asked,
            )
        except OnlyWhoBeganItMay:
            # Not theirs: said in the words used for one that was never begun.
            raise WorkIsUnknown(work) from None

    return answered(await asks.ask(body, intention), 200)
