"""The demo community: made up, the same for the same seed, alive, and true to the figures."""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from json import loads
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from nhs_number.validate import is_valid
from pyarrow import parquet as pq

from deploy import extract
from deploy.cli import main
from deploy.commands import measures, report
from deploy.commands.output import CONFLICT, NOT_VERIFIED, NOTHING, OK, USAGE
from deploy.community import calibration, figures, place
from deploy.community.history import LogIsNotEmpty, Seeded, seed
from domain.acknowledgement import WithdrawalsAcknowledged
from domain.action import ActionAgreed, ActionDone, ActionDropped
from domain.application import CareCoordination
from domain.case import CaseListed
from domain.contact import AppointmentBooked, Attended, Cancelled, DidNotAttend
from domain.emergency import (
    EmergencyAccessReviewed,
    EmergencyAccessTaken,
    EmergencyReviewEscalated,
)
from domain.erased import PersonErased
from domain.facts import FACTS
from domain.kernel import Recorded
from domain.mapping import FactMapper
from domain.meeting import MeetingScheduled
from domain.partner import Partner
from domain.pathway import Pathway
from domain.person import PersonRegistered
from domain.policies.counted import Of
from domain.policies.days import is_working_day, local_date
from domain.policies.measures import MEASURES
from domain.rectification import RectificationAsked, RectificationDecided
from domain.referral import Referral, ReferralMade
from domain.request import OPEN, State
from domain.subject_access import SubjectAccessAnswered, SubjectAccessRequested
from domain.vocabulary import ErasureId, MeetingKind, OfficerRung, PartnerKind, Purpose, Source
from domain.wishes import ConsentGiven, ConsentWithdrawn, UseObjectedTo
from projections import measured
from projections.courses import Courses
from projections.keys import PersonKeys
from projections.log import PostgresLog, head, whole
from projections.measuring import Measuring
from projections.monthly import (
    EVERY,
    EVERYBODY,
    OF_EVERYBODY,
    PARTS,
    SAID,
    WITHIN,
    Cell,
    count,
    months_of,
)
from projections.schema import PROJECT, SERVE
from tests.database import Database
from tests.memory import MemoryKeys, MemoryLog
from tests.recorders import Recorders

UNTIL = datetime(2025, 11, 21, 11, 20, tzinfo=UTC)  # a Friday
PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data"
CLOSE, NEAR = 0.05, 0.1
"""How far shares, and means and spreads of few, may be from what was published."""


class Told(NamedTuple):
    seeded: Seeded
    facts: list[Recorded]

    def of_referrals(self) -> dict[UUID, Referral]:
        folded: dict[UUID, Referral] = {}
        for fact in self.facts:
            if fact.fact.TOPIC.startswith("referral:"):
                noun = folded.setdefault(fact.originator_id, Referral(fact.originator_id))
                noun.follow(fact)
        return folded

    def of_pathways(self) -> dict[UUID, Pathway]:
        folded: dict[UUID, Pathway] = {}
        for fact in self.facts:
            if fact.fact.TOPIC.startswith("pathway:"):
                noun = folded.setdefault(fact.originator_id, Pathway(fact.originator_id))
                noun.follow(fact)
        return folded


def told(*, people: int, years: float, seeded_with: int = 1) -> Told:
    log, keys = MemoryLog(UNTIL), MemoryKeys()
    care = CareCoordination(log=log, keys=keys, host=place.PRACTICE.id)
    seeded = seed(
        care,
        people=people,
        years=years,
        seed=seeded_with,
        until=UNTIL,
        progress=lambda come, of: None,
    )
    mapper = FactMapper(FACTS, keys)
    return Told(seeded, [mapper.read(fact) for fact in log.facts])


@pytest.fixture(scope="module")
def year() -> Told:
    """A year of a practice's place, and some months before it: 2,500 people being helped."""
    return told(people=2500, years=1.25)


@pytest.fixture(scope="module")
def months() -> Told:
    return told(people=120, years=0.4)


# The place


def test_every_kind_of_organisation_is_in_the_place() -> None:
    assert {partner.kind for partner in place.PARTNERS} == set(PartnerKind)
    assert len(place.PARTNERS) >= 12


def test_one_can_sign_in_as_somebody_of_every_organisation() -> None:
    people = place.demo_people()
    assert len({p.name for p in people}) == len({p.practitioner for p in people}) == len(people)
    assert {p.partner for p in people} == {partner.id for partner in place.PARTNERS}
    assert len(people) >= 25


def test_published_example_messages_find_their_services() -> None:
    dos = "https://fhir.nhs.uk/Id/dos-service-id"
    found = {value: o.key for p in place.PARTNERS for o in p.offers for _, value in o.dos}
    assert found == {"2000000042": "talking therapies", "111111111": "psychology"}
    assert all(dict(o.dos).get(dos) for p in place.PARTNERS for o in p.offers if o.dos)


# Nobody is anybody


def test_nhs_numbers_are_valid_unique_and_never_issued(year: Told) -> None:
    told = [f.fact.nhs_number for f in year.facts if isinstance(f.fact, PersonRegistered)]
    numbers = [number for number in told if number]  # a second record of somebody has none
    assert all(n.startswith("999") and is_valid(n) for n in numbers)
    assert len(set(numbers)) == len(numbers) >= 1990


def test_telephones_ring_nowhere_and_postcodes_are_nowhere(year: Told) -> None:
    for recorded in year.facts:
        if isinstance(recorded.fact, PersonRegistered):
            assert re.fullmatch(r"07700 900\d{3}|0121 496 0\d{3}", recorded.fact.phone or "")
            assert (recorded.fact.postcode or "").startswith("ZZ")


# The same for the same seed


def test_the_same_seed_tells_the_same_history(months: Told) -> None:
    assert told(people=120, years=0.4).facts == months.facts


def test_another_seed_tells_another_history(months: Told) -> None:
    assert told(people=120, years=0.4, seeded_with=2).facts != months.facts


# As a place works


def test_recorded_time_follows_what_happened_and_never_goes_back(year: Told) -> None:
    before = year.facts[0].recorded_at
    for recorded in year.facts:
        assert before is not None
        assert recorded.recorded_at is not None
        assert before <= recorded.recorded_at <= UNTIL
        assert recorded.effective_at <= recorded.recorded_at
        before = recorded.recorded_at


def test_nobody_is_seen_on_a_day_off(year: Told) -> None:
    for recorded in year.facts:
        if isinstance(recorded.fact, AppointmentBooked | MeetingScheduled):
            assert is_working_day(local_date(recorded.fact.starts_at))


def test_what_probation_sends_comes_with_consent(year: Told) -> None:
    sent = {
        f.person
        for f in year.facts
        if isinstance(f.fact, ReferralMade) and f.fact.sender == place.PROBATION.id
    }
    consented = {f.person for f in year.facts if isinstance(f.fact, ConsentGiven)}
    assert sent == consented
    assert len(sent) >= 10


def test_some_referrals_were_said_and_written_down_by_who_heard_them(year: Told) -> None:
    heard = [
        f
        for f in year.facts
        if isinstance(f.fact, ReferralMade)
        and f.fact.sender == place.PRACTICE.id
        and f.organisation == place.SOCIAL_WORK.id
    ]
    assert len(heard) >= 50
    assert all(f.fact.said_by for f in heard if isinstance(f.fact, ReferralMade))


# All of it


NOT_YET_LIVED = {
    "erasure:KeysDestroyed",  # the sweep does what is due, when the place begins
    "person:PersonErased",
    "person:KeptNoLonger",  # nothing of this place is old enough
    "person:DeathRecordedInError",  # a death that did not happen: nobody's demo
    "person:PersonMovedAway",
    "meeting:PenTaken",  # the demo's meetings are told as they were minuted, and nobody runs one
    "meeting:PenAsked",
    "meeting:ItemCalled",
    "meeting:CaseCalled",
    "shared_care:PharmacyChanged",  # there is one pharmacy
}
"""What may happen anywhere and does not happen in this place."""


def test_everything_that_can_happen_happens_in_a_year(year: Told) -> None:
    """A fact that nobody of the demo lives by has no page that anybody ever sees."""
    lived = {recorded.fact.TOPIC for recorded in year.facts}
    assert {fact.TOPIC for fact in FACTS} - lived == NOT_YET_LIVED


def test_each_fact_is_recorded_by_whom_the_catalogue_says(year: Told) -> None:
    recorders = Recorders(place.PRACTICE.id)
    for recorded in year.facts:
        recorders.follow(recorded)


# Alive at the end


def test_every_organisation_that_takes_referrals_has_people_now(year: Told) -> None:
    now = Counter(
        r.receiver
        for r in year.of_referrals().values()
        if r.state in OPEN or r.state is State.ACCEPTED
    )
    for partner in place.PARTNERS:
        assert now[partner.id] >= 3 or not partner.offers, partner.name
    assert now[place.HOUSING.id] >= 20
    assert now[place.LIBRARY.id] >= 10


def test_work_waits_now(year: Told) -> None:
    states = Counter(r.state for r in year.of_referrals().values())
    assert states[State.WAITING] >= 20
    assert states[State.INFORMATION_ASKED] >= 1
    assert states[State.CLOSED] >= 20


def test_handovers_wait_for_the_trust_now(year: Told) -> None:
    offered = Counter(p.offer.receiver for p in year.of_pathways().values() if p.offer)
    assert offered[place.TRUST.id] >= 3
    assert offered[place.TALKING.id] >= 5


def test_there_is_something_of_each_kind_to_do_today(year: Told) -> None:
    ways, referrals = year.of_pathways().values(), year.of_referrals().values()
    assert any(way.fell_back and way.responsible == place.PRACTICE.id for way in ways)
    assert any(way.discharge for way in ways)
    assert any(way.hold for way in ways)
    assert any(r.wait and r.wait.unacknowledged for r in referrals)
    assert any(r.clock.paused_since for r in referrals if r.state is State.ACCEPTED)
    ended = {r.fact.TOPIC for r in year.facts}
    assert "action:ActionDone" in ended
    open_actions = {r.originator_id: r.fact for r in year.facts if isinstance(r.fact, ActionAgreed)}
    for r in year.facts:
        if isinstance(r.fact, ActionDone | ActionDropped):
            open_actions.pop(r.originator_id)
    overdue = [a for a in open_actions.values() if a.due_on < UNTIL.date()]
    assert 3 <= len(overdue) < len(open_actions)


def test_privacy_officers_have_something_to_do_today(year: Told) -> None:
    taken = {f.originator_id: f for f in year.facts if isinstance(f.fact, EmergencyAccessTaken)}
    reviewed = {f.originator_id for f in year.facts if isinstance(f.fact, EmergencyAccessReviewed)}
    to_review = taken.keys() - reviewed
    told_to_the_host = {
        f.originator_id
        for f in year.facts
        if isinstance(f.fact, EmergencyReviewEscalated) and f.fact.rung is OfficerRung.HOST
    }
    assert len({taken[each].organisation for each in to_review}) >= 3
    assert to_review & told_to_the_host
    due = {
        f.originator_id: f.fact.due_on
        for f in year.facts
        if isinstance(f.fact, SubjectAccessRequested)
    }
    for f in year.facts:
        if isinstance(f.fact, SubjectAccessAnswered):
            assert due.pop(f.originator_id) >= local_date(f.effective_at)
    assert all(day >= UNTIL.date() for day in due.values())
    assert any(day <= UNTIL.date() + timedelta(days=7) for day in due.values())


def test_people_wait_for_what_they_asked_of_us_now(year: Told) -> None:
    to_put_right = {
        f.fact.rectification: f.fact for f in year.facts if isinstance(f.fact, RectificationAsked)
    }
    for f in year.facts:
        if isinstance(f.fact, RectificationDecided):
            to_put_right.pop(f.fact.rectification)
    assert any(asked.owner == place.PRACTICE.id for asked in to_put_right.values())
    assert all(asked.due_on >= UNTIL.date() for asked in to_put_right.values())
    withdrawn = max(f.position for f in year.facts if isinstance(f.fact, ConsentWithdrawn))
    removed = [
        f.fact.up_to
        for f in year.facts
        if isinstance(f.fact, WithdrawalsAcknowledged) and f.organisation == place.PROBATION.id
    ]
    assert removed
    assert max(removed) < withdrawn


def test_only_a_small_agreement_ends_within_a_month_and_care_goes_on(year: Told) -> None:
    partners: dict[UUID, Partner] = {}
    for f in year.facts:
        if f.fact.TOPIC.startswith("partner:"):
            partners.setdefault(f.originator_id, Partner(f.originator_id)).follow(f)
    soon = UNTIL.date() + timedelta(days=30)
    ends = {each.id for each in partners.values() if each.signed and each.signed.ends}
    assert ends == {place.CARERS.id}
    assert all(partners[partner.id].hears(UNTIL.date()) for partner in place.PARTNERS)
    assert not partners[place.CARERS.id].hears(soon)


def test_nobody_is_held_by_nobody(year: Told) -> None:
    assert all(p.responsible for p in year.of_pathways().values() if p.open)


def test_next_thursday_has_its_list(year: Told) -> None:
    coming = {
        f.originator_id: f.fact.starts_at
        for f in year.facts
        if isinstance(f.fact, MeetingScheduled)
        and f.fact.kind is MeetingKind.WEEKLY_MDT
        and f.fact.starts_at > UNTIL
    }
    following = min(coming, key=lambda meeting: coming[meeting])
    listed = [
        f for f in year.facts if isinstance(f.fact, CaseListed) and f.originator_id == following
    ]
    assert coming[following] - UNTIL < timedelta(days=7)
    assert len(listed) >= 5


def test_people_have_times_next_week(year: Told) -> None:
    had = {
        f.originator_id
        for f in year.facts
        if isinstance(f.fact, Attended | DidNotAttend | Cancelled)
    }
    booked = {
        f.originator_id: f.fact.starts_at
        for f in year.facts
        if isinstance(f.fact, AppointmentBooked) and f.originator_id not in had
    }
    assert sum(UNTIL < at < UNTIL + timedelta(days=7) for at in booked.values()) >= 100


# True to the figures


def test_the_community_is_as_published(year: Told) -> None:
    rows = calibration.compare(year.facts)
    for row in rows:
        print(*row.said.values(), sep="\t")
    apart = [
        row
        for row in rows
        if abs(row.off) > (max(CLOSE, 3 * row.chance) if row.published < 1 else NEAR)
    ]
    assert apart == []
    assert len(rows) > 120
    everybodys = [row for row in rows if ": " not in row.subject and row.published >= 0.2]
    assert [row for row in everybodys if abs(row.off) > max(NEAR, row.chance)] == []


def test_a_talking_therapies_referral_leaves_about_twenty_facts(year: Told) -> None:
    referrals = {
        f.originator_id
        for f in year.facts
        if isinstance(f.fact, ReferralMade) and f.fact.receiver == place.TALKING.id
    }
    facts = sum(f.originator_id in referrals or f.correlation in referrals for f in year.facts)
    assert 16 <= facts / len(referrals) <= 25


def test_figures_are_those_that_were_published() -> None:
    published = _published("talking_therapies_england_2024_25.csv")

    def count(kind: str, a: str, b: str = "NULL", of: str = "referrals_received") -> int:
        return int(float(published[kind, a, b, of, "count"]))

    finished = "finished_course_treatment"
    assert count("Total", "NULL") == figures.REFERRALS
    assert count("Total", "NULL", of=finished) == figures.FINISHED
    assert {a: count("Age Group", a) for a in figures.AGES} == figures.AGES
    assert count("Gender", "Female") == figures.GENDERS["female"]
    assert count("Gender", "Male") == figures.GENDERS["male"]
    for group, codes in figures.ETHNIC_GROUPS.items():
        of_codes = sum(figures.ETHNICITIES[code] for code in codes)
        # The published groups hold a few referrals that none of their parts does.
        assert of_codes == pytest.approx(count("Ethnic Group", group, "All"), rel=0.001)
    reversed_deciles = {
        11 - int(a[:2]): count(kind, a)
        for kind, a, _, of, statistic in published
        if kind == "Indices of Deprivation Decile"
        and a[:2].isdigit()
        and (of, statistic) == ("referrals_received", "count")
    }
    assert reversed_deciles == figures.DECILES
    waits = {w: count("Waiting Time", "Accessing services", w, finished) for w in figures.WAITS}
    assert waits == figures.WAITS
    again = "First to Second treatment"
    second = {w: count("Waiting Time", again, w, finished) for w in figures.SECOND_WAITS}
    assert second == figures.SECOND_WAITS
    received = {"low": "only low", "low and high": "both high and low", "high": "only high"}
    for intensity, words in received.items():
        a = f"Received {words} intensity therapy"
        assert count("Stepped Care Pathway", a, of=finished) == figures.INTENSITIES[intensity]
    up = count(
        "Stepped Care Pathway", "Step up - Last low to first high intensity therapy", of=finished
    )
    assert up / figures.FINISHED == figures.STEPPED_UP_OF_FINISHED
    for share, of in (
        (figures.RECOVERY, "recovery"),
        (figures.RELIABLE_RECOVERY, "reliable_recovery"),
        (figures.RELIABLE_IMPROVEMENT, "improvement"),
        (figures.RELIABLE_DETERIORATION, "deterioration"),
    ):
        percentage = float(published["Total", "NULL", "NULL", of, "percentage"])
        assert 100 * share == pytest.approx(percentage, abs=0.15)


def test_scores_by_therapy_are_those_that_were_published() -> None:
    published = {
        (r["variable_b"], r["measure_name"], r["measure_statistic"], r["measure_time"]): r["value"]
        for r in _rows("talking_therapies_proms_england_2024_25.csv")
        if r["variable_a"] == "Total"
    }
    for name, therapy in figures.THERAPIES.items():
        for measure, time, pair in (
            ("phq", "start", therapy.phq_first),
            ("phq", "end", therapy.phq_last),
            ("gad", "start", therapy.gad_first),
            ("gad", "end", therapy.gad_last),
        ):
            found = tuple(float(published[name, measure, s, time]) for s in ("mean", "sd"))
            assert found == pair, (name, measure, time)
        finished = published[name, "total_finishing_course_treatment", "count", ""]
        assert float(finished) == therapy.finished


def test_self_referral_is_the_most_usual_way_to_talking_therapies(year: Told) -> None:
    by_form = [
        f
        for f in year.facts
        if isinstance(f.fact, ReferralMade)
        and f.fact.source is Source.SELF
        and f.practitioner is None
    ]
    assert len(by_form) > 600


def _published(name: str) -> Mapping[tuple[str, str, str, str, str], str]:
    return {
        (
            row["variable_type"],
            row["variable_a"],
            row["variable_b"],
            row["measure_name"],
            row["measure_statistic"],
        ): row["value"]
        for row in _rows(name)
    }


def _rows(name: str) -> list[dict[str, str]]:
    path = PUBLISHED / name
    if not path.exists():
        pytest.skip(f"{name} is not beside the repository")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# In a real log


def test_it_goes_into_an_empty_log_and_into_no_other(database: Database) -> None:
    keys = PersonKeys(database.pool("throughcare_keys"), bytes(32))
    log = PostgresLog(database.pool("throughcare_seed"), history=True)
    care = CareCoordination(log=log, keys=keys, host=place.PRACTICE.id)
    until = datetime.now(UTC)
    come: list[tuple[int, int]] = []

    def once() -> Seeded:
        return seed(
            care,
            people=60,
            years=0.3,
            seed=1,
            until=until,
            progress=lambda so_far, of: come.append((so_far, of)),
        )

    seeded = once()
    assert head(database.connect("throughcare_seed")) == seeded.facts > 600
    assert come[-1] == (60, 60)
    with pytest.raises(LogIsNotEmpty):
        once()


def test_the_log_of_a_place_is_read_whole_to_be_compared_published_and_reported(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    keys = PersonKeys(database.pool("throughcare_keys"), bytes(32))
    log = PostgresLog(database.pool("throughcare_seed"), history=True)
    care = CareCoordination(log=log, keys=keys, host=place.PRACTICE.id)
    project, mapper = database.connect("throughcare_project"), FactMapper(FACTS, keys)

    def compared() -> list[calibration.Row]:
        return calibration.compare(mapper.read(stored) for stored in whole(project, at_once=1_000))

    with pytest.raises(calibration.TooFewToCompare):
        compared()
    seed(care, people=200, years=1, seed=1, until=UNTIL, progress=lambda come, of: None)
    assert compared() == calibration.compare(told(people=200, years=1).facts)

    measuring = Measuring(database.dsn(PROJECT), mapper, keys, lambda: UNTIL)
    house = SimpleNamespace(database=database, keys=keys, measuring=lambda: measuring)
    for command in (report, measures):
        monkeypatch.setattr(command, "opened", lambda: nullcontext(house))
    assert typed("report", "2025-06", str(tmp_path)) == NOTHING
    assert typed("measures", "publish") == OK
    assert typed("measures", "freeze", "2025-06", "--by", "Ada Quill, performance") == OK
    assert typed("report", "2025-06", str(tmp_path)) == OK
    with (tmp_path / "measures-2025-06.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    counts = [line[column] for line in lines for column in ("counted", "of")]
    assert all(count == "hidden" or (int(count) >= 5 and int(count) % 5 == 0) for count in counts)
    assert any(count != "hidden" for count in counts)
    assert {line["position"] for line in lines} == {str(head(project))}

    table = pq.read_table(tmp_path / "measures-2025-06.parquet")
    assert [(field.name, str(field.type)) for field in table.schema] == [
        (column.name, ARROW.get(column.type, column.type)) for column in extract.COLUMNS
    ]
    with psycopg.connect(database.dsn(SERVE)) as connection:
        said = measured.said(
            connection,
            service=None,
            characteristic=None,
            since=date(2025, 6, 1),
            until=date(2025, 6, 1),
        )
    assert table.to_pylist() == list(extract.rows(said))
    assert [row["counted"] is None for row in table.to_pylist()] == [
        line["counted"] == "hidden" for line in lines
    ]

    with (tmp_path / "measures-2025-06-dictionary.csv").open(encoding="utf-8") as file:
        defined = list(csv.DictReader(file))
    assert {row["name"] for row in defined if row["kind"] == "measure"} == {
        line["measure"] for line in lines
    }
    assert {row["name"] for row in defined if row["kind"] == "column"} == set(table.column_names)
    page = (tmp_path / "report-2025-06.html").read_text(encoding="utf-8")
    assert "June 2025: what was measured" in page
    assert "Frozen: Ada Quill, performance said that they stay as they are." in page

    assert typed("report", "2025-06", str(tmp_path)) == CONFLICT
    then = str(tmp_path / "then")
    assert typed("report", "2025-06", then, "--as-at", "2025-07-01T00:00:00Z") == NOTHING
    assert typed("report", "2025-06", then, "--as-at", "2025-07-01T00:00:00") == USAGE
    assert typed("report", "2999-01", then) == typed("report", "June", then) == USAGE
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert typed("report", "2025-06", then) == USAGE
    assert not Path(then).exists()
    assert typed("report", "2025-06", then, "--without-parquet") == OK
    assert len(list(Path(then).iterdir())) == 3

    assert typed("measures", "recount", "2025-06") == OK
    capsys.readouterr()
    assert typed("measures", "facts", "2025-06", "accepted", "--json") == OK
    behind = [loads(line) for line in capsys.readouterr().out.splitlines()]
    courses, positions = Courses(), dict[int, Recorded]()
    for stored in whole(project):
        positions[stored.position] = fact = mapper.read(stored)
        courses.follow(fact)
    exactly, _ = count(courses, date(2025, 6, 1))
    assert len(behind) == exactly[Cell(Of.ANSWERED.value, EVERY)]
    assert sum(each["counted"] for each in behind) == exactly[Cell("accepted", EVERY)] > 5
    for each in behind:
        topics = {positions[number].fact.TOPIC for number in each["facts"]}
        assert ("referral:ReferralAccepted" in topics) == bool(each["counted"])
    assert typed("measures", "facts", "2025-06", "happiness") == USAGE
    assert typed("measures", "recount", "2025-06", "--position", "1500") == NOT_VERIFIED


# Measures


ARROW = {"date32": "date32[day]", "timestamp[us, UTC]": "timestamp[us, tz=UTC]"}
"""Types as pyarrow writes them."""


def typed(*words: str) -> object:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as ended:
        main([*words])
    return ended.value.code


WORKS = {"clinician", "helper", "chair", "administrator", "reception"}


def worked_out(facts: list[Recorded]) -> Counter[tuple[str, str]]:
    """By month and measure, from the exported facts as plain values, by the published words."""
    found: Counter[tuple[str, str]] = Counter()
    booked: dict[UUID, tuple[str | None, datetime]] = {}
    outcomes: dict[UUID, tuple[dict[str, Any], str, str | None, datetime]] = {}
    made: dict[UUID, dict[str, Any]] = {}
    offered: dict[str, datetime] = {}
    decided: dict[str, list[str]] = {}
    waiting: dict[str, tuple[date, date]] = {}  # hand-overs: since when, and until when at most
    began: dict[str, datetime] = {}
    trained: dict[str, datetime] = {}
    for fact in facts:
        said, stream = fact.fact.model_dump(mode="json"), fact.originator_id
        on = fact.effective_at.astimezone(ZoneInfo("Europe/London"))
        ours = made.get(UUID(said["referral"])) if said.get("referral") else None
        match fact.fact.TOPIC:
            case "referral:ReferralMade":
                for before in made.values():
                    same = (before["of"], before["service"]) == (fact.person, said["service"])
                    if same and "closed" in before:
                        before.setdefault("again", on)
                ours = {"made": on, "of": fact.person, "service": said["service"]}
                made[stream] = ours | {"treated": [], "PHQ-9": [], "GAD-7": []}
                found[f"{on:%Y-%m}", Of.MADE.value] += 1
                found[f"{on:%Y-%m}", "referred by word of mouth"] += said["mode"] == "verbal"
            case "referral:ReferralRedirected":
                made[stream]["service"] = said["service"]
            case "referral:FirstContactMade":
                made[stream]["contact"] = on
            case "referral:FirstContactCorrected":
                made[stream]["contact"] = said["first_at"] and datetime.fromisoformat(
                    said["first_at"]
                ).astimezone(ZoneInfo("Europe/London"))
            case "referral:ReferralAccepted":
                made[stream]["accepted"] = on
            case "referral:ReferralDeclined":
                made[stream]["declined"] = on
                made[stream]["because"] = said["reason"]
            case "referral:ReferralClosed":
                made[stream]["closed"] = on
            case "contact:AppointmentBooked":
                starts = datetime.fromisoformat(said["starts_at"])
                booked[stream] = said["content"], starts.astimezone(ZoneInfo("Europe/London"))
            case (
                "contact:Attended"
                | "contact:DidNotAttend"
                | "contact:Cancelled"
                | "contact:OutcomeCorrected"
            ) if ours:
                content = said.get("content") or booked[stream][0]
                outcomes[stream] = ours, said["attendance"], content, on
            case "measure:MeasureCompleted" if ours and said["instrument"] in ours:
                ours[said["instrument"]].append((on, said["total"]))
            case "pathway:HandoverOffered":
                offered[said["handover"] + said["receiver"]] = on
                last = on.date() + timedelta(days=92)
                waiting[said["handover"] + said["receiver"]] = on.date(), last
            case "pathway:HandoverAccepted" | "pathway:HandoverDeclined" | "pathway:HandoverLapsed":
                became = fact.fact.TOPIC.removeprefix("pathway:Handover").lower()
                accepted = became == "accepted"
                days = (on.date() - offered[said["handover"] + said["receiver"]].date()).days
                found[f"{on:%Y-%m}", Of.HANDED_OVER.value] += 1
                found[f"{on:%Y-%m}", f"hand-overs {became}"] += 1
                since, _ = waiting[said["handover"] + said["receiver"]]
                waiting[said["handover"] + said["receiver"]] = since, on.date()
                found[f"{on:%Y-%m}", "hand-overs accepted within 7 days"] += accepted and days <= 7
            case "pathway:SteppedUp" | "pathway:SteppedDown":
                low, high = int(said["from_step"]), int(said["to_step"])
                found[f"{on:%Y-%m}", Of.MOVED.value] += 1
                found[f"{on:%Y-%m}", "steps up"] += high > low
                found[f"{on:%Y-%m}", "steps down"] += high < low
                found[f"{on:%Y-%m}", f"moves between steps: {low} to {high}"] += 1
                found[f"{on:%Y-%m}", "steps up to hospital care"] += high == 4
            case "social_work:WorkDone" if said.get("admission_avoided"):
                avoided = {"yes": "avoided", "no": "not avoided", "not known": "avoided or not"}
                found[f"{on:%Y-%m}", Of.KEPT_OUT.value] += 1
                found[f"{on:%Y-%m}", f"admission {avoided[said['admission_avoided']]}"] += 1
            case "partner:PractitionerAdded" if said["role"] in WORKS:
                began[said["practitioner"]] = on
            case "training:TrainingAttended":
                trained.setdefault(said["practitioner"], on)
            case "unmet:UnmetNeedRecorded":
                found[f"{on:%Y-%m}", Of.UNMET.value] += 1
                found[f"{on:%Y-%m}", f"unmet need at step {said['step']}"] += 1
                found[f"{on:%Y-%m}", f"unmet need: {said['why']}"] += 1
            case "feedback:FeedbackGiven" | "feedback:AnonymousFeedbackGiven":
                how = said["experience"]
                good, poor = how in {"very good", "good"}, how in {"very poor", "poor"}
                found[f"{on:%Y-%m}", Of.RATED.value] += 1
                found[f"{on:%Y-%m}", "experience good"] += good
                found[f"{on:%Y-%m}", "experience poor"] += poor
                found[f"{on:%Y-%m}", "experience neither good nor poor"] += not (good or poor)
            case "implementation:ImplementationAwaited":
                decided[said["decision"]] = [f"{on:%Y-%m}", "not ended yet"]
            case "implementation:DecisionImplemented" if said["decision"] in decided:
                decided[said["decision"]][1] = "implemented"
            case "implementation:DecisionNotImplemented":
                decided[said["decision"]][1] = "not implemented"
            case "implementation:DecisionSuperseded":
                decided[said["decision"]][1] = "superseded"
    for since, until in waiting.values():
        for day in (since + timedelta(days=n) for n in range((until - since).days)):
            if (day + timedelta(days=1)).day == 1:
                found[f"{day:%Y-%m}", Of.BETWEEN.value] += 1
                found[f"{day:%Y-%m}", "between services for over 7 days"] += (day - since).days > 7
    for who, since in began.items():
        month = f"{since + timedelta(days=30):%Y-%m}"
        found[month, Of.STARTED.value] += 1
        found[month, "trained within 30 days"] += (
            who in trained and (trained[who].date() - since.date()).days <= 30
        )
    for month, ended in decided.values():
        found[month, Of.DECIDED.value] += 1
        found[month, f"decisions {ended}"] += 1
    for contact, (ours, attendance, content, on) in outcomes.items():
        month = f"{booked[contact][1]:%Y-%m}"
        seen = attendance in {"attended on time", "late but seen"}
        missed = attendance in {"did not attend", "late, could not be seen"}
        found[month, Of.DUE.value] += 1
        found[month, "appointments attended"] += seen
        found[month, "appointments not attended"] += missed
        found[month, "appointments cancelled"] += not (seen or missed)
        if seen and content in {"treatment", "assessment and treatment"}:
            ours["treated"].append(on)
        if seen and content in {"assessment", "assessment and treatment"}:
            ours["assessed"] = min(on, ours.get("assessed", on))
    for course in made.values():
        answered = course.get("accepted") or course.get("declined")
        if answered:
            found[f"{answered:%Y-%m}", Of.ANSWERED.value] += 1
            found[f"{answered:%Y-%m}", "accepted"] += "accepted" in course
            if "accepted" not in course:
                found[f"{answered:%Y-%m}", f"declined: {course['because']}"] += 1
        if first := course.get("contact"):
            found[f"{first:%Y-%m}", Of.SEEN.value] += 1
            within = (first.date() - course["made"].date()).days <= 28
            found[f"{first:%Y-%m}", "first contact within 28 days"] += within
        scored = [on for name in ("PHQ-9", "GAD-7") for on, _ in course[name]]
        if first and scored and course["treated"] and "assessed" in course:
            last = max(first, course["assessed"], min(scored), min(course["treated"]))
            all_four = "contact, assessment, first score and treatment within 28 days"
            found[f"{last:%Y-%m}", Of.STOPPED.value] += 1
            found[f"{last:%Y-%m}", all_four] += (last.date() - course["made"].date()).days <= 28
        if "closed" not in course:
            continue
        month = f"{course['closed']:%Y-%m}"
        found[month, Of.ENDED.value] += 1
        found[month, "ended before a second treatment"] += len(course["treated"]) < 2
        if len(course["treated"]) < 2:
            continue
        later = course["closed"] + timedelta(days=183)
        found[f"{later:%Y-%m}", Of.HALF_A_YEAR_ON.value] += 1
        found[f"{later:%Y-%m}", "referred again within half a year"] += (
            "again" in course and (course["again"].date() - course["closed"].date()).days <= 183
        )
        found[month, Of.FINISHED.value] += 1
        days = (min(course["treated"]).date() - course["made"].date()).days
        found[month, "first treatment within 6 weeks"] += days <= 42
        found[month, "first treatment within 18 weeks"] += days <= 126
        first, second = sorted(course["treated"])[:2]
        again = (second.date() - first.date()).days
        found[month, "second treatment within 28 days"] += again <= 28
        found[month, "second treatment within 29 to 56 days"] += 29 <= again <= 56
        found[month, "second treatment within 57 to 90 days"] += 57 <= again <= 90
        found[month, "second treatment after 90 days"] += again > 90
        weeks = next((f"week {week}" for week in range(1, 19) if days <= 7 * week), "over 18 weeks")
        found[month, f"wait to treatment: {weeks}"] += 1
        phq, gad = ([n for _, n in sorted(course[name])] for name in ("PHQ-9", "GAD-7"))
        if len(phq) < 2 or len(gad) < 2:
            continue
        found[month, Of.SCORED.value] += 1
        for name, totals, most in (("PHQ-9", phq, 27), ("GAD-7", gad, 21)):
            bands = [f"{n - n % 5} to {min(n - n % 5 + 4, most)}" for n in (totals[0], totals[-1])]
            found[month, f"{name}, first and last: {', '.join(bands)}"] += 1
        better = phq[0] - phq[-1] >= 6 or gad[0] - gad[-1] >= 4
        worse = phq[-1] - phq[0] >= 6 or gad[-1] - gad[0] >= 4
        found[month, "reliable improvement"] += better and not worse
        found[month, "reliable deterioration"] += worse and not better
        if phq[0] >= 10 or gad[0] >= 8:
            found[month, Of.CASES.value] += 1
            recovered = phq[-1] < 10 and gad[-1] < 8
            found[month, "recovery"] += recovered
            found[month, "reliable recovery"] += recovered and better and not worse
    return +found


def test_every_measure_is_as_worked_out_from_the_exported_facts(year: Told) -> None:
    wanting = {}  # the last word of each who said whether they want to be in totals
    for fact in year.facts:
        if fact.fact.model_dump(mode="json").get("use") == "planning and research":
            wanting[fact.person] = fact.fact.TOPIC == "person:UseObjectedTo"
    left_out = {person for person, out in wanting.items() if out}
    courses = Courses()
    for fact in year.facts:
        courses.follow(fact)
    every = {
        month
        for each in (courses.courses, courses.happenings)
        for thing in each.values()
        for month in months_of(thing)
    }
    named = {*(of.value for of in Of), *(measure.name for measure in SAID)}
    of_months = {month: count(courses, month)[0] for month in every}
    for counts in of_months.values():  # disclosure control rests on that they add up
        for big, parts in (*PARTS, *((a, (b, f"{a}, not {b}")) for a, b in WITHIN)):
            for service, *group in {cell[1:] for cell in counts if cell.what == big}:
                if group == [EVERYBODY, ""] or not OF_EVERYBODY.intersection(parts):
                    of_parts = sum(counts[Cell(part, service, *group)] for part in parts)
                    assert counts[Cell(big, service, *group)] == of_parts
    counted = {
        (f"{month:%Y-%m}", cell.what): count
        for month, counts in of_months.items()
        for cell, count in counts.items()
        if cell.what in named and cell[1:] == (EVERY, EVERYBODY, "")
    }
    assert counted == worked_out([fact for fact in year.facts if fact.person not in left_out])
    seldom = {
        "declined: incomplete",
        "second treatment within 57 to 90 days",
        "second treatment after 90 days",
        "unmet need at step 4",
        "unmet need: paused",
    }
    assert {name for _, name in counted} > {measure.name for measure in MEASURES} - seldom

    referral = next(iter(courses.courses))
    whose = courses.persons[referral]
    before = sum(1 for _ in courses.counted())
    theirs = [of for of in courses.courses if courses.persons[of] == whose]
    out = next(fact for fact in year.facts if fact.originator_id == referral)
    courses.follow(replace(out, fact=UseObjectedTo(use=Purpose.PLANNING)))
    assert sum(1 for _ in courses.counted()) == before - len(theirs)
    courses.follow(replace(out, fact=PersonErased(erasure=ErasureId(uuid4()), order="an order")))
    assert {*courses.courses[referral].about.values()} == {"not known"}
