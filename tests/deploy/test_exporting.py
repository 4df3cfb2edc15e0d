"""``throughcare export``: the care is in the file as it was, and nobody's name, text or id is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest

from deploy.cli import main
from deploy.commands import exporting
from deploy.commands.output import CONFLICT, FAILED, OK
from deploy.embedded import Embedded
from domain.facts import FACTS
from domain.mapping import FactMapper
from domain.policies.sealing import BELONGING
from domain.vocabulary import (
    DeclineReason,
    ErasureId,
    ErasureReason,
    HowKnown,
    PersonId,
    PractitionerId,
    Purpose,
    Role,
)
from projections import log, schema
from projections.mining.outline import CODED, OBJECTS, STREAMS, shape
from tests.database import made
from tests.people import LIBRARY, MINA, MONDAY, READING, ROSA, TOM, WIGG, named
from tests.projections.place import Place
from tests.projections.week import busy_week

CARE = tuple(STREAMS)
ADA = PersonId(named("Ada"))
THERAPY_OF_ROSA = named("Rosa: low mood")
SEALED = "split_part(topic, ':', 1) = any(%s) and correlation = %s"


@pytest.fixture(scope="module")
def place(server: Embedded) -> Iterator[Place]:
    """Rosa sealed what came first, Mina wants to be in no total, and Ada is forgotten."""
    with made(server) as database:
        lived = Place(database)
        busy_week(lived)
        lived.care.seal_item(ROSA, THERAPY_OF_ROSA, 1, asked=lived.by(WIGG))
        erased(lived)
        lived.refer("Tom: written down late", person=TOM, at=MONDAY - timedelta(days=9))
        lived.care.object_to_use(MINA, Purpose.PLANNING, asked=lived.by(WIGG))
        lived.fold()
        yield lived


def erased(place: Place) -> None:
    """Ada was registered and referred, and is forgotten under an order."""
    care, later = place.care, place.by(WIGG, at=MONDAY + timedelta(days=31))
    officers = [PractitionerId(named(words)) for words in ("who orders", "who confirms")]
    for who in officers:
        care.add_practitioner(
            WIGG,
            who,
            name="somebody",
            role=Role.PRIVACY_OFFICER,
            title="officer",
            asked=place.by(WIGG),
        )
    place.register(ADA, name="Ada Sample")
    asked_for = place.refer("Ada: company", to=READING, person=ADA)
    care.decline_referral(asked_for, DeclineReason.FULL, asked=place.by(LIBRARY))
    care.record_death(ADA, MONDAY.date(), known_by=HowKnown.FAMILY, asked=place.by(WIGG))
    order = ErasureId(named("Ada is forgotten"))
    orders, confirms = (place.by(WIGG, practitioner=who) for who in officers)
    care.order_erasure(order, ADA, "R-1", reason=ErasureReason.UNLAWFUL, asked=orders)
    care.confirm_erasure(order, asked=confirms)
    care.erase_person(order, asked=later)


@pytest.fixture
def house(place: Place, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    parts = SimpleNamespace(
        database=place.database,
        care=place.care,
    )
    monkeypatch.setattr(exporting, "opened", lambda: nullcontext(parts))
    return parts


def typed(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and what is said of the file."""
    capfd.readouterr()
    code = OK
    try:
        main(["export", *words, "--json"])
    except SystemExit as ended:
        code = int(ended.code or OK)
    out = capfd.readouterr().out
    return code, json.loads(out) if out else {}


def ocel(
    capfd: pytest.CaptureFixture[str], path: Path, *more: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said of the file, and the file."""
    code, said = typed(capfd, "ocel", str(path), *more)
    assert code == OK
    return said, json.loads(path.read_bytes())


def of_care(place: Place) -> Counter[str]:
    """How often each fact of the care is in the log, but those that are to be left out."""
    rows = place.rows(
        "select split_part(topic, ':', 2), count(*) from log.facts "
        "where split_part(topic, ':', 1) = any(%s) and (person = any(%s)) is not true "
        f"and not ({SEALED}) group by 1",
        list(CARE),
        [ADA, MINA],
        list(BELONGING),
        THERAPY_OF_ROSA,
    )
    return Counter(dict(rows))


def test_every_fact_of_the_care_is_one_event_and_all_it_names_is_there(
    place: Place, house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said, file = ocel(capfd, tmp_path / "care.json")
    assert Counter(event["type"] for event in file["events"]) == of_care(place)
    objects = {each["id"]: each for each in file["objects"]}
    assert len(objects) == len(file["objects"]) == said["objects"]
    kinds = {each["name"]: each["attributes"] for each in file["objectTypes"]}
    events = {each["name"]: each["attributes"] for each in file["eventTypes"]}
    assert {each["type"] for each in file["objects"]} == kinds.keys()
    assert {each["type"] for each in file["events"]} == events.keys()
    for each in (*file["events"], *file["objects"]):
        assert {related["objectId"] for related in each["relationships"]} <= objects.keys()
    for each in file["events"]:
        declared = {attribute["name"] for attribute in events[each["type"]]}
        assert {attribute["name"] for attribute in each["attributes"]} <= declared
    for each in file["objects"]:
        declared = {attribute["name"] for attribute in kinds[each["type"]]}
        assert {attribute["name"] for attribute in each["attributes"]} <= declared
    (decided,) = (e for e in file["events"] if e["type"] == "MdtDecisionRecorded")
    how = {r["qualifier"]: objects[r["objectId"]]["type"] for r in decided["relationships"]}
    assert how["about"] == "person"
    assert how["of"] == "meeting"
    assert how["decision"] == "decision"
    assert {"name": "quorum_met", "value": True} in decided["attributes"]


def test_a_pathway_says_at_which_step_it_was_and_from_when(
    house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, file = ocel(capfd, tmp_path / "care.json")
    told: dict[str, dict[str, Any]] = {}
    for event in file["events"]:
        if event["type"] in ("PathwayOpened", "SteppedUp", "SteppedDown"):
            (own,) = (r["objectId"] for r in event["relationships"] if r["qualifier"] == "of")
            said = {a["name"]: a["value"] for a in event["attributes"]}
            told.setdefault(own, {})[event["time"]] = said.get("to_step", said.get("step"))
    assert 4 in {step for steps in told.values() for step in steps.values()}
    for each in file["objects"]:
        if each["type"] == "pathway":
            assert {a["time"]: a["value"] for a in each["attributes"]} == told[each["id"]]


@pytest.mark.parametrize("how", ["ocel", "xes"])
def test_no_text_of_a_person_and_no_id_of_anybody_is_in_a_file(
    how: str,
    place: Place,
    house: SimpleNamespace,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    written = tmp_path / "care"
    assert typed(capfd, how, str(written))[0] == OK
    text = written.read_text()
    mapper = FactMapper(FACTS, place.keys)
    ids, told = set[str](), set[str]()
    with psycopg.connect(place.database.dsn(schema.AUDIT)) as connection:
        for stored in log.whole(connection):
            fact = mapper.read(stored).fact
            ids |= {str(i) for i in (stored.originator_id, stored.person, stored.practitioner) if i}
            told |= {str(getattr(fact, each)) for each in fact.PERSONAL_TEXTS}
    assert len(told) > 20
    assert [each for each in told - {"None"} if each in text] == []
    assert [each for each in ids if each in text or each.replace("-", "") in text] == []


def test_what_is_sealed_and_who_is_in_no_total_are_left_out_and_counted(
    place: Place, house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said, file = ocel(capfd, tmp_path / "care.json")
    ((facts, left_out, sealed),) = place.rows(
        "select count(*), count(*) filter (where person = any(%s) "
        f"and split_part(topic, ':', 1) = any(%s)), count(*) filter (where {SEALED}) "
        "from log.facts",
        [ADA, MINA],
        list(CARE),
        list(BELONGING),
        THERAPY_OF_ROSA,
    )
    assert sealed > 5
    assert (said["facts"], said["of_persons_left_out"]) == (facts, left_out)
    assert said["sealed"] == sealed
    not_there = said["other_facts"] + said["of_persons_left_out"] + said["sealed"]
    assert said["events"] + not_there == facts
    assert said["events"] == len(file["events"])


def test_of_help_with_drugs_it_is_not_said_who_gives_it(
    place: Place, house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, file = ocel(capfd, tmp_path / "care.json")
    labelled = {
        f"event {position}"
        for (position,) in place.rows("select position from log.facts where label = 'substance'")
    }
    kinds = {each["id"]: each["type"] for each in file["objects"]}
    found = [event for event in file["events"] if event["id"] in labelled]
    assert found
    for event in found:
        about = {kinds[related["objectId"]] for related in event["relationships"]}
        assert about.isdisjoint({"organisation", "service"})


def test_each_pathway_is_a_trace_in_the_order_of_what_was_true(
    place: Place, house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "care.xes"
    code, said = typed(capfd, "xes", str(path))
    assert code == OK
    space = "{http://www.xes-standard.org/}"
    traces = ElementTree.parse(path).getroot().findall(f"{space}trace")
    opened = place.rows(
        "select person from log.facts where topic = 'pathway:PathwayOpened' and person <> all(%s)",
        [ADA, MINA],
    )
    assert len(traces) == said["cases"] == len(opened)
    for trace in traces:
        times = [
            date.attrib["value"]
            for date in trace.iter(f"{space}date")
            if date.attrib["key"] == "time:timestamp"
        ]
        assert times == sorted(times)
    names = Counter(
        string.attrib["value"]
        for trace in traces
        for event in trace.findall(f"{space}event")
        for string in event.findall(f"{space}string")
        if string.attrib["key"] == "concept:name"
    )
    rows = place.rows(
        "select split_part(topic, ':', 2), count(*) from log.facts "
        "where split_part(topic, ':', 1) = any(%s) and person = any(%s) "
        f"and not ({SEALED}) group by 1",
        list(CARE),
        [person for (person,) in opened],
        list(BELONGING),
        THERAPY_OF_ROSA,
    )
    assert names == Counter(dict(rows))


def test_two_files_name_nobody_alike(
    house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, first = ocel(capfd, tmp_path / "one.json")
    _, second = ocel(capfd, tmp_path / "two.json")
    assert len(first["objects"]) == len(second["objects"])
    assert {o["id"] for o in first["objects"]}.isdisjoint(o["id"] for o in second["objects"])


def test_it_is_written_down_who_took_it_and_else_there_is_no_file(
    place: Place, house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "care.json"
    said, _ = ocel(capfd, path)
    assert path.stat().st_mode & 0o777 == 0o600
    kind, route, purpose, persons = place.rows(
        "select kind, route, purpose, persons from looks.looks order by number desc limit 1"
    )[0]
    assert (kind, route, purpose) == ("export", "export ocel", "audit")
    assert len(persons) == said["persons"]
    assert {ADA, MINA}.isdisjoint(persons)
    assert typed(capfd, "ocel", str(path))[0] == CONFLICT
    with place.as_superuser() as admin:
        admin.execute("revoke insert on looks.looks from throughcare_serve")
        try:
            assert typed(capfd, "ocel", str(tmp_path / "another.json"))[0] == FAILED
        finally:
            admin.execute("grant insert on looks.looks to throughcare_serve")
    assert [each.name for each in tmp_path.iterdir()] == ["care.json"]


def test_a_period_holds_what_was_true_in_it(
    house: SimpleNamespace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, whole = ocel(capfd, tmp_path / "whole.json")
    middle = sorted(event["time"] for event in whole["events"])[len(whole["events"]) // 2]
    _, early = ocel(capfd, tmp_path / "early.json", "--to", middle)
    _, late = ocel(capfd, tmp_path / "late.json", "--from", middle)
    both = early["events"] + late["events"]
    assert sorted(e["id"] for e in both) == sorted(e["id"] for e in whole["events"])
    assert all(event["time"] < middle for event in early["events"])
    assert all(event["time"] >= middle for event in late["events"])


def test_what_may_leave_is_a_list_and_no_personal_field_is_on_it() -> None:
    for fact in FACTS:
        if fact.TOPIC.partition(":")[0] in STREAMS:
            its = shape(fact)
            assert fact.PERSONAL_FIELDS.isdisjoint({*its.coded, *its.related})
    assert all(issubclass(each, str | int) for each in CODED)
    assert not {"person", "practitioner"} & set(OBJECTS.values())
