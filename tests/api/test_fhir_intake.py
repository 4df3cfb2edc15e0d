"""FHIR messages kept as they came: what was recorded, what was refused, what was sent again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from api.fhir.intake import FhirIntake
from api.parts import Caller
from domain.corrections import Detail
from domain.policies.matching import Known
from domain.service import ServiceOpened
from domain.vocabulary import PersonId, Role, ServiceId, Source, Step
from projections import directory, schema
from projections.behalf import acting_for
from projections.directory import Directory
from projections.intake import Kept, Messages
from projections.matching import blinded
from tests.database import Database
from tests.people import TALKING, WIGG, named
from tests.projections.place import LONG_AGO, Place

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "fhir"
READ = (EXAMPLES / "referral-to-talking-therapies.json").read_bytes()
REFUSED = (EXAMPLES / "referral-refused.json").read_bytes()
DOS = "https://fhir.nhs.uk/Id/dos-service-id"
SMETHWICK = ServiceId(named("Smethwick Talking Therapies"))
BRINGER = Caller(None, WIGG, Role.SYSTEM, "the practice's system")


@pytest.fixture
def place(database: Database) -> Place:
    place = Place(database)
    place.care.open_service(
        SMETHWICK,
        ServiceOpened(
            partner=TALKING,
            name="Talking therapies",
            step=Step.TALKING_THERAPIES,
            ways_in=(Source.PROFESSIONAL,),
            eligibility="adults",
            identifiers={DOS: "2000000042"},
        ),
        asked=place.by(TALKING, at=LONG_AGO),
    )
    place.fold()
    return place


def intake(place: Place, messages: Messages) -> FhirIntake:
    def known() -> Directory:
        with psycopg.connect(place.database.dsn(schema.SERVE)) as connection:
            return directory.load(connection)

    def alike(told: Known) -> list[PersonId]:
        rows = place.rows("select blind, person from share.identifiers")
        blinds = blinded(told, place.pseudonyms)
        return sorted({PersonId(person) for blind, person in rows if blind in blinds})

    return FhirIntake(place.care, messages, known, alike)


@pytest.fixture(autouse=True)
def signed_in() -> Iterator[None]:
    """Messages are brought by whoever signed in for the practice."""
    with acting_for(BRINGER.organisation):
        yield


def kept(place: Place) -> Messages:
    return Messages(place.database.pool(schema.SERVE, most=1), place.keys)


def stored(place: Place) -> list[Any]:
    return list(place.rows("select id, person, sha256, outcome from intake.messages"))


def test_a_message_becomes_a_referral_and_is_kept_as_it_came(place: Place) -> None:
    messages = kept(place)
    receipt = intake(place, messages).receive(READ, BRINGER)
    place.fold()
    assert receipt.accepted
    page = place.ask(lambda reading: reading.referrals(TALKING, part="received"))
    assert [row["id"] for row in page.rows] == [str(receipt.referral)]
    ((message, person, digest, outcome),) = stored(place)
    assert (digest, outcome) == (sha256(READ).digest(), "recorded")
    assert messages.original(message) == READ
    ((sealed,),) = place.rows("select original from intake.messages")
    assert b"Sandhu" not in sealed
    place.keys.destroy(person)
    assert messages.original(message) is None


def test_the_same_message_again_records_nothing_twice(place: Place) -> None:
    receiving = intake(place, kept(place))
    first, again = receiving.receive(READ, BRINGER), receiving.receive(READ, BRINGER)
    assert (again.accepted, again.referral) == (True, first.referral)
    assert len(stored(place)) == 1
    made = "select count(*) from log.facts where topic = 'referral:ReferralMade'"
    assert list(place.rows(made)) == [(1,)]


def test_a_refused_message_is_kept_and_records_nothing(place: Place) -> None:
    messages, before = kept(place), list(place.rows("select position from log.head"))
    receipt = intake(place, messages).receive(REFUSED, BRINGER)
    assert not receipt.accepted
    assert receipt.issues[0].expression.startswith("Bundle.entry[")
    ((message, _, digest, outcome),) = stored(place)
    assert digest == sha256(REFUSED).digest()
    assert outcome.startswith("MessageRefused at Bundle.entry[")
    assert messages.original(message) == REFUSED
    assert list(place.rows("select position from log.head")) == before


class Fails(Messages):
    """A database that is gone between recording the referral and keeping its message."""

    def keep(self, message: UUID, original: bytes, **kept: Any) -> Kept:
        raise psycopg.OperationalError


def test_a_message_whose_keeping_failed_is_kept_under_its_person_when_sent_again(
    place: Place,
) -> None:
    pool = place.database.pool(schema.SERVE, most=1)
    with pytest.raises(psycopg.OperationalError):
        intake(place, Fails(pool, place.keys)).receive(READ, BRINGER)
    receipt = intake(place, kept(place)).receive(READ, BRINGER)
    assert receipt.accepted
    ((_, person, _, _),) = stored(place)
    registered = "select person from log.facts where topic = 'person:PersonRegistered'"
    assert list(place.rows(registered)) == [(person,)]


def test_nobody_is_found_by_a_number_that_was_put_right(place: Place) -> None:
    """The letter is about whoever has the number now, not about who was registered with it once."""
    receiving = intake(place, kept(place))
    receiving.receive(READ, BRINGER)
    ((_, wrongly, _, _),) = stored(place)
    place.care.correct_details(
        PersonId(wrongly),
        {Detail.NHS_NUMBER: "9990000026"},
        asked=place.by(WIGG, at=datetime(2026, 12, 31, tzinfo=UTC)),
    )
    place.fold()
    again = receiving.receive(READ.replace(b'"id"', b' "id"', 1), BRINGER)
    assert again.accepted
    people = {person for _, person, _, _ in stored(place)}
    assert len(people) == 2
