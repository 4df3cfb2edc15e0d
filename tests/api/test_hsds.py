"""Directories as HSDS has them: read row by row, brought in once, and refused with the remedy."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from api.hsds.flaws import FlawsFound
from api.hsds.hours import opening
from api.hsds.intake import HsdsIntake, Outcome
from api.hsds.offers import Reader
from api.hsds.tables import CannotBeRead, Placed, read
from api.hsds.terms import Meaning, Term, meaning
from domain.vocabulary import Source, Step, Weekday
from projections import directory, schema
from projections.behalf import acting_for
from projections.directory import Directory, ServiceEntry
from projections.intake import Messages
from tests.database import Database
from tests.people import CHARITY
from tests.projections.place import Place

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples" / "hsds"
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
TABLES = {
    "organizations": ["id,name", "o1,charity"],
    "services": [
        "id,organization_id,name,status,eligibility_description,minimum_age",
        's1,o1,"Choir, evenings",active,Anybody,16',
        "s2,o1,Walks,temporarily closed,Anybody,",
        "s3,o1,,active,Anybody,soon",
    ],
    "service_at_location": ["id,service_id,location_id", "w1,s1,l1"],
    "locations": ["id,name", "l1,Town hall"],
    "addresses": ["id,location_id,address_1,city", "d1,l1,High Street 1,Cape Hill"],
    "accessibility": ["id,location_id,description", "x1,l1,Lift"],
    "schedules": [
        "id,service_id,service_at_location_id,freq,byday,opens_at,closes_at,valid_to",
        "h1,,w1,WEEKLY,MO,18:00Z,20:00Z,",
        "h2,s1,,WEEKLY,FR,18:00,20:00,2020-01-01",
    ],
    "phones": ["id,service_id,number", "p1,s1,020 7946 0012"],
    "languages": ["id,service_id,name", "g1,s1,English"],
    "cost_options": ["id,service_id,option,amount,currency", "c1,s1,each time,3.50,GBP"],
    "service_capacity": [
        "id,service_id,unit_id,available,maximum,updated",
        "q1,s1,u1,5,20,2026-03-01T09:00:00Z",
    ],
    "attributes": ["id,link_id,taxonomy_term_id,link_entity", "a1,s1,t1,service"],
    "taxonomy_terms": ["id,code,name", "t1,CHO,Singing"],
}


def written(folder: Path, tables: dict[str, list[str]]) -> Path:
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def place(database: Database) -> Place:
    place = Place(database)
    place.fold()
    return place


def known(place: Place) -> Directory:
    with psycopg.connect(place.database.dsn(schema.SERVE)) as connection:
        return directory.load(connection)


def take(
    place: Place, path: Path, meant: Meaning, now: datetime = NOW, **more: Any
) -> list[Outcome]:
    messages = Messages(place.database.pool(schema.SERVE), place.keys)
    taking = HsdsIntake(place.care, messages, lambda: known(place))
    with acting_for(place.care.host):
        done = taking.take(read(path), meant, now, **more)
    place.fold()
    return done


def of_the_charity(place: Place) -> dict[str, ServiceEntry]:
    return {s.name: s for s in known(place).services.values() if s.partner == CHARITY}


STEP_1 = Meaning(
    terms={"Singing": Term(step=Step.COMMUNITY_PREVENTION, takes=("loneliness",))},
    step=Step.TALKING_THERAPIES,
)


def test_a_folder_of_tables_is_put_together(place: Place, tmp_path: Path) -> None:
    outcomes = take(place, written(tmp_path, TABLES), STEP_1)
    assert [(o.service, o.outcome) for o in outcomes] == [
        ("Choir, evenings", "opened, capacity declared"),
        ("Walks", "opened, paused"),
        ("services.csv line 4", "refused and kept"),
    ]
    choir = of_the_charity(place)["Choir, evenings"]
    said = choir.description
    assert (choir.step, said.criteria.takes, said.criteria.age_from) == (1, ("loneliness",), 16)
    assert said.places == ("Town hall, High Street 1, Cape Hill",)
    assert (said.phone, said.languages, said.accessibility, said.cost) == (
        "020 7946 0012",
        ("English",),
        ("Lift",),
        "each time: 3.50 GBP",
    )
    (hours,) = said.hours
    assert (hours.day, hours.opens, hours.closes) == (Weekday.MONDAY, time(18), time(20))
    assert choir.left(TODAY) == 5
    assert of_the_charity(place)["Walks"].taking is False


def test_a_refused_row_names_file_line_field_and_remedy_and_is_kept(
    place: Place, tmp_path: Path
) -> None:
    (refused,) = [o for o in take(place, written(tmp_path, TABLES), STEP_1) if o.refused]
    assert "services.csv line 4, name:" in refused.remarks
    assert "services.csv line 4, minimum_age: is no age from 0 to 120" in refused.remarks
    ((kind, outcome),) = place.rows("select kind, outcome from intake.messages")
    assert (kind, outcome) == ("hsds.service", "refused at services.csv line 4")


def test_brought_in_again_only_what_changed_is_asked(place: Place, tmp_path: Path) -> None:
    take(place, written(tmp_path, TABLES), STEP_1)
    head = place.ask(lambda reading: reading.head())
    again = take(place, tmp_path, STEP_1, NOW + timedelta(days=1))
    assert [o.outcome for o in again] == ["unchanged", "unchanged", "refused and kept"]
    assert place.ask(lambda reading: reading.head()) == head

    changed = dict(TABLES)
    changed["services"] = [
        TABLES["services"][0],
        's1,o1,"Choir, evenings",active,Anybody who sings,16',
        "s2,o1,Walks,active,Anybody,",
    ]
    changed["service_capacity"] = [
        TABLES["service_capacity"][0],
        "q1,s1,u1,2,20,2026-03-04T09:00:00Z",
    ]
    foretold = take(place, written(tmp_path, changed), STEP_1, dry_run=True)
    assert [o.outcome for o in foretold] == [
        "would be described, capacity declared",
        "would be reopened",
    ]
    assert place.ask(lambda reading: reading.head()) == head
    done = take(place, tmp_path, STEP_1)
    assert [o.outcome for o in done] == ["described, capacity declared", "reopened"]
    assert of_the_charity(place)["Choir, evenings"].left(TODAY) == 2


def test_what_a_directory_leaves_out_is_reported_and_not_closed(
    place: Place, tmp_path: Path
) -> None:
    take(place, written(tmp_path, TABLES), STEP_1)
    fewer = TABLES | {"services": TABLES["services"][:2]}
    outcomes = take(place, written(tmp_path, fewer), STEP_1)
    assert [(o.service, o.outcome) for o in outcomes] == [
        ("Choir, evenings", "unchanged"),
        ("Walks", "not in the directory"),
    ]
    assert of_the_charity(place)["Walks"].closed is False


def test_what_a_directory_says_is_gone_is_closed(place: Place, tmp_path: Path) -> None:
    take(place, written(tmp_path, TABLES), STEP_1)
    gone = TABLES | {"services": [TABLES["services"][0], "s1,o1,Choir,defunct,Anybody,"]}
    outcomes = take(place, written(tmp_path, gone), STEP_1)
    assert outcomes[0].outcome == "described, closed"
    assert of_the_charity(place)["Choir"].closed is True


def test_what_a_service_declared_itself_is_not_taken_back_by_an_older_directory(
    place: Place, tmp_path: Path
) -> None:
    take(place, written(tmp_path, TABLES), STEP_1)
    choir = of_the_charity(place)["Choir, evenings"].id
    place.care.declare_capacity(choir, 0, asked=place.by(CHARITY, at=NOW))
    place.fold()
    take(place, tmp_path, STEP_1)
    assert of_the_charity(place)["Choir, evenings"].left(TODAY) == 0


def test_the_example_is_read_as_its_page_says() -> None:
    good, broken = read(EXAMPLES / "directory.json")
    meant = meaning(EXAMPLES / "terms.toml", None, TODAY)
    offered = Reader(good, meant, TODAY).read()
    assert (offered.step, offered.state) == (Step.COMMUNITY_PREVENTION, "open")
    assert offered.ways_in == tuple(Source)
    assert [hours.day for hours in offered.description.hours] == [
        Weekday.TUESDAY,
        Weekday.THURSDAY,
    ]
    assert "first Saturday" in (offered.description.summary or "")
    assert offered.description.criteria.area == "Cape Hill"
    with pytest.raises(FlawsFound) as refused:
        Reader(broken, meant, TODAY).read()
    fields = {flaw.field for flaw in refused.value.flaws}
    assert fields >= {"status", "attributes", "minimum_age", "opens_at"}


@pytest.mark.parametrize(
    ("row", "flawed"),
    [
        ({"byday": "MO,XX", "opens_at": "09:00", "closes_at": "10:00"}, "byday"),
        ({"byday": "MO", "opens_at": "9 am", "closes_at": "10:00"}, "opens_at"),
        ({"byday": "MO", "opens_at": "09:00", "closes_at": "08:00"}, "closes_at"),
        ({"byday": "MO", "opens_at": "09:00-05:00", "closes_at": "10:00"}, "opens_at"),
        (
            {"byday": "MO", "opens_at": "09:00", "closes_at": "10:00", "valid_to": "soon"},
            "valid_to",
        ),
    ],
)
def test_hours_that_cannot_be_are_refused_by_field(row: dict[str, Any], flawed: str) -> None:
    with pytest.raises(FlawsFound) as refused:
        opening([{"freq": "WEEKLY"} | row], TODAY)
    assert [flaw.field for flaw in refused.value.flaws] == [flawed]


@pytest.mark.parametrize(
    "rule",
    [
        {"freq": "MONTHLY", "byday": "2MO"},
        {"freq": "WEEKLY", "byday": "MO", "interval": "2"},
        {"freq": "WEEKLY", "byday": "MO", "count": "3"},
    ],
)
def test_what_is_not_every_weeks_stays_in_words(rule: dict[str, Any]) -> None:
    found = opening([rule | {"opens_at": "09:00", "closes_at": "10:00"}], TODAY)
    assert found.hours == ()
    assert "opens_at 09:00" in found.words[0]


def test_a_mapping_holds_between_its_days(tmp_path: Path) -> None:
    path = tmp_path / "terms.toml"
    path.write_text('source = "x"\neffective_from = 2026-01-01\neffective_to = 2026-02-01\n')
    assert meaning(path, None, date(2026, 1, 31)).terms == {}
    for day in (date(2025, 12, 31), date(2026, 2, 1)):
        with pytest.raises(CannotBeRead, match="does not hold today"):
            meaning(path, None, day)
    path.write_text('source = "x"\neffective_from = 2026-01-01\n[terms.A]\nstep = 9\n')
    with pytest.raises(CannotBeRead, match=r"terms\.A\.step"):
        meaning(path, None, TODAY)


@pytest.mark.parametrize("content", [b"[]", b"3", b"{", b'["x"]'])
def test_what_holds_no_directory_is_said_to(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "directory.json"
    path.write_bytes(content)
    with pytest.raises(CannotBeRead):
        read(path)
    with pytest.raises(CannotBeRead, match=r"no services\.csv"):
        read(tmp_path)


def test_a_page_of_an_api_is_a_list(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_bytes(orjson.dumps({"total_items": 1, "contents": [{"id": "s1"}]}))
    assert read(path) == [Placed("page.json service 1", {"id": "s1"})]
