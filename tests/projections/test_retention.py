"""What is kept for less long than the care record goes alone, from the log and every share."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from domain.facts import FACTS
from domain.keeping import KeptBy
from domain.kernel import REMOVED
from domain.mapping import FactMapper, Volume, volume_of
from domain.person import Person
from domain.rectification import RectificationAsked
from domain.vocabulary import LegalHoldReason, PersonId, Rectified, Retention
from projections import keeping, schema
from projections.entries import Entry, opened, sealed
from tests.memory import MemoryKeys
from tests.people import MONDAY, ROSA, TALKING, WIGG, named
from tests.projections.place import Place
from tests.projections.test_proof import proved

KEYS = "select k::text from keys.person_keys as k order by person, retention, volume"
LETTERS = Volume(Retention.CORRESPONDENCE)


def everything(place: Place) -> tuple[object, ...]:
    """How far the log is, and every key."""
    keys = place.database.beside().execute(KEYS).fetchall()
    return place.rows("select position from log.head"), keys


def test_entries_of_a_destroyed_volume_are_told_without_what_rested_in_it() -> None:
    keys = MemoryKeys()
    entry = Entry(
        WIGG, 1, 9, ROSA, "person.RectificationAsked.v1", MONDAY, MONDAY, False, {"words": "Mine"}
    )
    row = (WIGG, 1, 9, ROSA, ROSA, entry.type, MONDAY, MONDAY, False)

    def told(words: str) -> bytes:
        return sealed(
            replace(entry, data={"words": words, "about": "x/1"}),
            frozenset({"words"}),
            ROSA,
            keys,
            LETTERS,
        )

    state = told("Mine")
    assert opened((*row, state), keys).data == {"words": "Mine", "about": "x/1"}
    keys.close(ROSA, Retention.CORRESPONDENCE)
    assert opened((*row, state), keys).data == {"about": "x/1"}
    again = told(REMOVED)
    assert opened((*row, again), keys).data == {"about": "x/1"}
    keys.destroy(ROSA)
    assert opened((*row, told("Mine")), keys).data == {"about": "x/1"}


def test_a_volume_goes_from_the_log_and_every_share_and_the_record_stays(place: Place) -> None:
    place.register()
    place.care.accept_referral(place.refer("Rosa to therapy"), asked=place.by(TALKING))
    letter = place.care.ask_rectification(
        ROSA, named("Rosa to therapy"), 1, "It was my sister", asked=place.by(TALKING)
    ).position
    place.fold()

    def rested() -> set[Volume]:
        states = place.rows("select state from share.entries where position = %s", letter)
        return {volume_of(state) for (state,) in states}

    def told() -> list[Entry]:
        return [e for e in place.entries() if e.position == letter]

    assert rested() == {LETTERS}
    assert [e.data["words"] for e in told()] == ["It was my sister"] * 2
    before = [e for e in place.entries() if e.position != letter]
    assert not [each for each in proved(place) if each.differing or each.renumbered]

    place.keys.destroy_before(ROSA, place.keys.begin_anew(ROSA, Retention.CORRESPONDENCE))

    assert ["words" in e.data for e in told()] == [False] * 2
    assert [e for e in place.entries() if e.position != letter] == before
    assert not [each for each in proved(place) if each.differing or each.renumbered]
    mapper = FactMapper(FACTS, place.keys)
    facts = [mapper.read(each) for each in place.log.select_events(ROSA)]
    assert [f.fact.words for f in facts if isinstance(f.fact, RectificationAsked)] == [REMOVED]
    # What comes after is recorded and told as ever, and rests in the next volume.
    place.care.ask_rectification(
        ROSA, named("Rosa to therapy"), 1, "It was my aunt", asked=place.by(TALKING)
    )
    place.fold()
    assert [e.data["words"] for e in place.entries()[-2:] if "words" in e.data] != []
    assert not [each for each in proved(place) if each.differing or each.renumbered]


def due(place: Place, on: date) -> dict[tuple[Retention, KeptBy], list[PersonId]]:
    """Who is due on a day, and who is old enough and kept all the same."""
    found: dict[tuple[Retention, KeptBy], list[PersonId]] = {}
    with psycopg.connect(place.database.dsn(schema.PROJECT)) as connection:
        mapper = FactMapper(FACTS, place.keys)
        for each in keeping.standings(connection, mapper, place.keys, on):
            found.setdefault((each.kept.retention, each.kept.why), []).append(each.person)
    return found


def test_who_is_due_is_found_among_everybody_and_nothing_is_changed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PAGE", 2)
    sam, tom, amy, zoe = (PersonId(named(name)) for name in ("sam", "tom", "amy", "zoe"))
    for person in (ROSA, sam, tom, amy, zoe):
        place.register(person, name="Somebody")
    place.refer("Sam to therapy", person=sam)
    place.care.ask_rectification(sam, named("Sam to therapy"), 1, "No", asked=place.by(WIGG))
    place.care.accept_referral(
        place.refer("Tom to therapy", person=tom, take_over=True), asked=place.by(TALKING)
    )
    place.care.place_legal_hold(
        amy, "INQUIRY-4", reason=LegalHoldReason.INQUIRY, asked=place.by(WIGG)
    )
    place.care.link_persons(ROSA, zoe, reason="One person", asked=place.by(WIGG))
    later = MONDAY.replace(year=MONDAY.year + 8)
    place.care.record_communication_needs(
        zoe, "Large print", language=None, asked=place.by(WIGG, at=later)
    )
    before = everything(place)

    def year(many: int) -> date:
        return MONDAY.date().replace(year=MONDAY.year + many)

    day = timedelta(days=1)
    assert due(place, year(20) - day) == {
        (Retention.CARE, KeptBy.OPEN_PATHWAY): sorted([sam, tom]),
        (Retention.CARE, KeptBy.LEGAL_HOLD): [amy],
        (Retention.CORRESPONDENCE, KeptBy.UNANSWERED): [sam],
    }
    assert everything(place) == before
    assert (Retention.CARE, KeptBy.LAST_CONTACT) not in due(place, year(28) - day)
    (both,) = due(place, year(28))[Retention.CARE, KeptBy.LAST_CONTACT]
    assert both == min(ROSA, zoe)
    (asked,) = place.rows("select stream from log.facts where topic = 'person:RectificationAsked'")
    which = next(iter(place.care._load(Person, asked[0]).to_put_right))
    place.care.decide_rectification(sam, which, Rectified.KEPT, "No", asked=place.by(WIGG))
    assert due(place, year(3))[Retention.CORRESPONDENCE, KeptBy.ANSWERED] == [sam]
    place.keys.destroy_before(sam, place.keys.begin_anew(sam, Retention.CORRESPONDENCE))
    assert (Retention.CORRESPONDENCE, KeptBy.ANSWERED) not in due(place, year(3))
    for record in (ROSA, zoe):
        place.keys.destroy(record)
    assert (Retention.CARE, KeptBy.LAST_CONTACT) not in due(place, year(28))
