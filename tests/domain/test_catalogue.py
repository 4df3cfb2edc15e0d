"""The catalogue says of every fact what it means, who may record it, and who is told of it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.catalogue import FactEntry, catalogue, page
from domain.facts import FACTS
from domain.kernel import Category, Fact, Recorded, Recorder
from domain.key_worker import KeyWorkerNamed
from domain.referral import ReferralMade
from domain.vocabulary import PartnerKind, Purpose
from tests.people import DR_PATEL, ROSA, TALKING, TRUST, WIGG
from tests.recorders import Recorders
from tests.scenario import Community, by

ENTRIES = catalogue()


@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.topic for entry in ENTRIES])
def test_an_entry_says_all_there_is_to_know_of_a_fact(entry: FactEntry) -> None:
    assert entry.meaning.endswith((".", ")"))
    assert entry.recorded_by
    assert all(isinstance(recorder, Recorder) for recorder in entry.recorded_by)
    assert entry.schema >= 1
    assert entry.example.keys() == {field.name for field in entry.fields}
    assert entry.json_schema["title"]
    assert entry.told.keys() == set(PartnerKind)


@pytest.mark.parametrize("fact", list(FACTS), ids=[fact.TOPIC for fact in FACTS])
def test_who_may_record_a_fact_is_said_once(fact: type[Fact]) -> None:
    assert len(set(fact.RECORDED_BY)) == len(fact.RECORDED_BY)
    directory = {Recorder.HOST, Recorder.OFFERING, Recorder.ITSELF}
    by_itself = bool(directory & set(fact.RECORDED_BY))
    by_the_clock = fact.RECORDED_BY == (Recorder.HOSTS_TIMER,)
    assert by_itself or by_the_clock or fact.CATEGORY is not Category.DIRECTORY
    of_organisations = (Category.DIRECTORY, Category.STAFF, Category.COORDINATION)
    assert not by_itself or fact.CATEGORY in of_organisations


def test_the_page_shows_each_part_of_each_entry() -> None:
    sections = page().split("\n### ")[1:]
    assert len(sections) == len(ENTRIES)
    for section, entry in zip(sections, ENTRIES, strict=True):
        assert section.startswith(entry.name)
        for part in (entry.meaning, entry.type, "Recorded by ", "Schema version", "```json"):
            assert part in section, f"{entry.name}: {part}"
        assert "Told to " in section


def test_a_wrong_claim_does_not_pass() -> None:
    """What watches the tests' facts fails at one recorded by somebody else."""
    place = Community()
    place.register()
    place.refer("Rosa to therapy")
    made = next(r for r in place.recorded() if isinstance(r.fact, ReferralMade))
    named = Recorded(
        fact=KeyWorkerNamed(key_worker=DR_PATEL),
        originator_id=uuid4(),
        originator_version=9,
        effective_at=datetime(2026, 3, 2, tzinfo=UTC),
        organisation=TALKING,
        purpose=Purpose.DIRECT_CARE,
        intention=uuid4(),
        correlation=made.correlation,
        person=ROSA,
    )
    with pytest.raises(AssertionError, match="said to be recorded by the organisation that is"):
        place.recorders.follow(named)


def test_each_part_is_told_from_every_other() -> None:
    """Over one story, the parts each organisation plays at a fact are these and no more."""
    place = Community()
    place.register()
    place.refer("Rosa to therapy", take_over=True)
    place.accept(place.refer("Rosa to guided self-help", sender=WIGG), TALKING)
    place.care.name_key_worker(ROSA, DR_PATEL, asked=by(WIGG))
    recorders = Recorders(WIGG)
    played: dict[str, set[Recorder]] = {}
    for recorded in place.recorded():
        played[type(recorded.fact).__name__] = {
            part for part in Recorder if recorders.plays(part, recorded)
        }
        recorders.follow(recorded)
    anybody = {Recorder.PARTNER, Recorder.KNOWING}
    assert played["ReferralAccepted"] == {Recorder.RECEIVER, *anybody}
    assert played["KeyWorkerNamed"] == {
        Recorder.RESPONSIBLE,
        Recorder.PRACTICE,
        Recorder.HOST,
        Recorder.RECORDS,
        Recorder.PRIVACY,
        *anybody,
    }
    assert TRUST not in recorders.knowing[ROSA]
