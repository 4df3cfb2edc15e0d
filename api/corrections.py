"""Details put right over HTTP: corrections, conflicts settled, and what the person disputes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from api.asking import Activity, Answered, Asks, AsksAtTheDesk, Creating, Editing, answered, example
from domain.corrections import Detail, NothingSuchWasRecorded
from domain.texts import Line, NhsNumber, Text
from domain.vocabulary import AccessNeed, EditId, RectificationId, Rectified

router = APIRouter(prefix="/v1/people", tags=["people"])


class Correcting(Creating, Editing):
    """The details that are put right; ``null`` takes one out that is nobody's.

    ``base`` is the ``number`` of the record you read: what others wrote since is not overwritten.
    """

    model_config = example(phone="020 7946 0111", postcode=None, base=41)

    base: int = Field(ge=0, le=2**62)
    name: Line | None = None
    phone: Line | None = None
    date_of_birth: date | None = None
    nhs_number: NhsNumber | None = None
    sex: Line | None = None
    address: Line | None = None
    postcode: Line | None = None
    language: Line | None = None
    ethnicity: Line | None = None

    def details(self) -> dict[Detail, str | None]:
        """What is put right, and nothing that was not spoken of."""
        said = self.model_dump(mode="json", include={*map(str, Detail)}, exclude_unset=True)
        return {Detail(name): value for name, value in said.items()}


class Settling(Activity):
    """Which of the entries of one detail is right, and all that were looked at."""

    model_config = example(
        detail="phone",
        stands="0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55",
        seen=["0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55", "6f1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11"],
    )

    detail: Detail | AccessNeed
    stands: UUID
    seen: list[UUID] = Field(min_length=2, max_length=50)


class Disagreeing(Activity):
    """The entry the person disagrees with, by its ``fact``, and what they say of it."""

    model_config = example(
        about="5d0b6f6e-9f5e-4a43-8f0f-2a6a7c1b9d42/3", words="I was never asked, and it is not so."
    )

    about: str = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/[1-9][0-9]{0,8}$")
    words: Text


class Rectifying(Disagreeing):
    """The entry that the person wants put right, by its ``fact``, and what they say is right."""

    model_config = example(
        about="5d0b6f6e-9f5e-4a43-8f0f-2a6a7c1b9d42/3", words="It was my sister, and not I."
    )


class Deciding(Activity):
    """Whether it is put right, and how, or why it is kept as it is."""

    model_config = example(outcome="put right", words="It was her sister who was seen.")

    outcome: Rectified
    words: Text


@router.post("/{person}/corrections", status_code=201, response_model=Answered)
async def correct_details(person: UUID, body: Correcting, asks: AsksAtTheDesk) -> Response:
    """Put details right; two people's edits of the same one are kept, and reported."""
    known, care = await asks.record(person), asks.here.care
    details = body.details()
    seen = await asks.seen(person, list(details), body)
    edit = None if body.id is None else EditId(body.id)
    answer = await asks.ask(
        body,
        lambda asked: care.correct_details(known, details, edit=edit, instead_of=seen, asked=asked),
    )
    return answered(answer, 201, known_as=person)


@router.post("/{person}/conflict-settlement", response_model=Answered)
async def settle_conflict(person: UUID, body: Settling, asks: Asks) -> Response:
    """Say which of several entries of one detail is right; the others stay readable."""
    known, care = await asks.record(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.settle_conflict(
            known,
            body.detail,
            EditId(body.stands),
            instead_of=frozenset(EditId(each) for each in body.seen),
            asked=asked,
        ),
    )
    return answered(answer, 200, known_as=person)


@router.post("/{person}/disagreements", status_code=201, response_model=Answered)
async def record_disagreement(person: UUID, body: Disagreeing, asks: Asks) -> Response:
    """Keep beside an entry that the person disagrees with it, in their words; it is not changed."""
    known, care = await asks.person(person), asks.here.care
    told = await asks.here.reading.history(asks.caller.organisation, asks.known_as(known))
    if not any(entry.data.get("fact") == body.about for entry in told):
        raise NothingSuchWasRecorded(body.about)
    stream, version = body.about.split("/")
    answer = await asks.ask(
        body,
        lambda asked: care.record_disagreement(
            known, UUID(stream), int(version), body.words, asked=asked
        ),
    )
    return answered(answer, 201, known_as=person)


@router.post("/{person}/rectifications", status_code=201, response_model=Answered)
async def ask_rectification(person: UUID, body: Rectifying, asks: Asks) -> Response:
    """Ask who recorded an entry to put it right, at the person's word; it is due within a month."""
    known, care = await asks.person(person), asks.here.care
    told = await asks.here.reading.history(asks.caller.organisation, asks.known_as(known))
    if not any(entry.data.get("fact") == body.about for entry in told):
        raise NothingSuchWasRecorded(body.about)
    stream, version = body.about.split("/")
    answer = await asks.ask(
        body,
        lambda asked: care.ask_rectification(
            known, UUID(stream), int(version), body.words, asked=asked
        ),
    )
    return answered(answer, 201, known_as=person)


@router.post("/{person}/rectifications/{rectification}/decision", response_model=Answered)
async def decide_rectification(
    person: UUID, rectification: UUID, body: Deciding, asks: Asks
) -> Response:
    """Put it right, or keep it with the person's disagreement beside it; nothing is rewritten."""
    known, care = await asks.person(person), asks.here.care
    answer = await asks.ask(
        body,
        lambda asked: care.decide_rectification(
            known, RectificationId(rectification), body.outcome, body.words, asked=asked
        ),
    )
    return answered(answer, 200, known_as=person)
