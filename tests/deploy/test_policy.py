"""``throughcare policy replay``: who would have been treated otherwise, and nothing is changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from deploy.cli import main
from deploy.commands import policy
from deploy.commands.output import FAILED, OK, USAGE
from deploy.embedded import Embedded
from domain.case import Attendee
from domain.handover import HandoverAccepted, HandoverOffered
from domain.kernel import Recorded
from domain.meeting import MeetingScheduled
from domain.pathway import PathwayOpened, pathway_of
from domain.policies.steps import Evidence
from domain.steps import Grounds, StepUpProposed
from domain.vocabulary import (
    Attendance,
    ContactId,
    Content,
    Decision,
    DecisionId,
    DeclineReason,
    EndReason,
    HandoverId,
    Instrument,
    MeasureId,
    Medium,
    MeetingId,
    MeetingKind,
    PersonId,
    PractitionerId,
    Purpose,
    ReferralId,
    Role,
    Step,
)
from projections.otherwise import Otherwise
from projections.otherwise.steps import StepsJudge
from tests.database import made
from tests.people import (
    DR_OKAFOR,
    DR_PATEL,
    MINA,
    MONDAY,
    ROSA,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.projections.place import Place
from tests.projections.week import busy_week

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "stricter.toml"
AMIR = PersonId(named("Amir"))
AIDE = PractitionerId(named("an aide of the trust"))
FOR_THE_TRUST = Attendee(practitioner=AIDE, partner=TRUST)
DISCHARGED = DecisionId(named("Rosa is discharged with an aide in the room"))
IN_MAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
HEARD = MeetingId(named("A meeting in May"))
SCORED = HandoverId(named("Tom, on a score"))
TABLES = """
select schemaname, tablename from pg_tables
where schemaname not in ('pg_catalog', 'information_schema', 'looks') order by 1, 2
"""


@pytest.fixture(scope="module")
def place(server: Embedded) -> Iterator[Place]:
    """A week, then two meetings where only an aide speaks for the trust, a score and two waits.

    At the second the trust's psychiatrist is there too, for another organisation.
    """
    with made(server) as database:
        lived = Place(database)
        busy_week(lived)
        asked = lived.by(WIGG)
        lived.care.add_practitioner(
            TRUST, AIDE, name="an aide", role=Role.HELPER, title="aide", asked=asked
        )
        heard(lived, MeetingId(named("The week after")), MONDAY, DISCHARGED, FOR_THE_TRUST)
        lived.care.add_practitioner(
            TALKING,
            DR_OKAFOR,
            name="Dr Okafor",
            role=Role.CLINICIAN,
            title="psychiatrist",
            asked=lived.by(TALKING),
        )
        elsewhere = Attendee(practitioner=DR_OKAFOR, partner=TALKING)
        heard(lived, HEARD, IN_MAY, None, FOR_THE_TRUST, elsewhere)
        heard(
            lived,
            MeetingId(named("A week later")),
            IN_MAY,
            None,
            Attendee(practitioner=DR_OKAFOR, partner=TRUST),
        )
        scored(lived)
        closed(lived)
        for words, days in (("Tom waits 20 days", 20), ("Tom waits 30 days", 30)):
            treated(lived, words, days, TOM)
        treated(lived, "Tom waits and had it sealed", 30, TOM)
        lived.care.seal_item(TOM, named("Tom waits and had it sealed"), 1, asked=lived.by(WIGG))
        treated(lived, "Mina waits and is in no total", 30, MINA)
        lived.care.object_to_use(MINA, Purpose.PLANNING, asked=lived.by(WIGG))
        lived.fold()
        yield lived


def heard(
    place: Place,
    meeting: MeetingId,
    at: datetime,
    decision: DecisionId | None,
    *there: Attendee,
) -> None:
    """Rosa is heard with only these in the room, and discharged or not."""
    care, then = place.care, at + timedelta(days=10)
    scheduled = MeetingScheduled(
        kind=MeetingKind.WEEKLY_MDT,
        name="MDT",
        starts_at=then,
        chair=DR_PATEL,
        invited=(WIGG, TALKING, TRUST),
    )
    care.schedule_meeting(meeting, scheduled, asked=place.by(WIGG, at=at))
    care.list_case(
        meeting, ROSA, question="Home?", present=(TRUST, WIGG, TALKING), asked=place.by(WIGG, at=at)
    )
    care.record_attendance(meeting, ROSA, there, asked=place.by(TRUST, at=then))
    if decision:
        care.record_decision(
            meeting,
            ROSA,
            decision,
            outcome=Decision.DISCHARGE,
            rationale="She is well.",
            persons_view="She wants to go home.",
            asked=place.by(TRUST, at=then),
        )
    care.close_meeting(meeting, asked=place.by(WIGG, at=then))


def scored(place: Place) -> None:
    """Tom is offered to another step on a PHQ-9 of 12."""
    referral = place.refer("Tom: a score", to=THERAPY, person=TOM)
    place.care.accept_referral(referral, asked=place.by(TALKING))
    measure = MeasureId(named("Tom's PHQ-9"))
    place.care.complete_measure(
        measure, referral, instrument=Instrument.PHQ_9, total=12, asked=place.by(TALKING)
    )
    grounds = Grounds(Evidence.MEASURE, measure=measure)
    place.care.offer_handover(TOM, SCORED, THERAPY, grounds=grounds, asked=place.by(WIGG))


def closed(place: Place) -> None:
    """From May on the place works by NICE's model: nobody else need agree to a discharge."""
    asked = place.by(WIGG, at=IN_MAY)
    place.care.choose_stepped_care("NICE CG123", IN_MAY.date(), asked=asked)
    place.register(AMIR, name="Amir Sample")
    ward = place.refer("Amir: is he safe?", to=WARD, person=AMIR, take_over=True, at=IN_MAY)
    declined = place.by(TRUST, at=IN_MAY)
    place.care.decline_referral(ward, DeclineReason.NOT_ELIGIBLE, asked=declined)
    place.care.close_pathway(AMIR, EndReason.PERSON_ENDED, asked=place.by(WIGG, at=IN_MAY))


def treated(place: Place, words: str, days: int, person: PersonId) -> None:
    referral = place.refer(words, to=THERAPY, person=person)
    seen, at = ContactId(named(f"{words}: seen")), MONDAY + timedelta(days=days)
    place.care.accept_referral(referral, asked=place.by(TALKING))
    place.care.book_appointment(
        seen,
        referral,
        starts_at=at,
        medium=Medium.FACE_TO_FACE,
        content=Content.TREATMENT,
        asked=place.by(TALKING),
    )
    place.care.note_attendance(seen, Attendance.ON_TIME, asked=place.by(TALKING, at=at))


@pytest.fixture(autouse=True)
def house(place: Place, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    parts = SimpleNamespace(database=place.database, care=place.care, pseudonyms=place.pseudonyms)
    monkeypatch.setattr(policy, "opened", lambda: nullcontext(parts))
    return parts


def typed(
    capfd: pytest.CaptureFixture[str], *words: str | Path
) -> tuple[int, list[dict[str, Any]], str]:
    capfd.readouterr()
    code = OK
    try:
        main(["policy", *map(str, words)])
    except SystemExit as ended:
        code = int(ended.code or OK)
    said = capfd.readouterr()
    return code, [json.loads(row) for row in said.out.splitlines()], said.err


def shipped(capfd: pytest.CaptureFixture[str], which: str) -> list[dict[str, Any]]:
    _, (said,), _ = typed(capfd, "show", "--policy", which)
    rules: list[dict[str, Any]] = said["rules"]
    return rules


def replayed(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, which: str, *more: str, **file: Any
) -> list[dict[str, Any]]:
    written = tmp_path / "rule.json"
    written.write_text(json.dumps(file))
    code, rows, _ = typed(capfd, "replay", "--policy", which, "--with", written, "--json", *more)
    assert code == OK
    return rows


def everything(place: Place) -> dict[str, str]:
    """A hash of every table but who looked."""
    with psycopg.connect(place.database.dsn("postgres")) as connection:
        hashed = {}
        for schema, table in connection.execute(TABLES).fetchall():
            rows = sql.SQL(
                "select md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) "
                "from {} as t"
            ).format(sql.Identifier(schema, table))
            ((found,),) = connection.execute(rows).fetchall()
            hashed[f"{schema}.{table}"] = found
        return hashed


def test_a_decision_that_another_quorum_refuses_is_named_and_no_other(
    place: Place, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rules = [rule | {"clinician": True} for rule in shipped(capfd, "quorum")]
    (row,) = replayed(capfd, tmp_path, "quorum", rules=rules)
    assert UUID(row["about"]) == DISCHARGED
    assert UUID(row["person"]) == place.subject(WIGG, ROSA)
    assert row["then"] == "decided: quorum met (responsible organisation present)"
    assert row["now"] == "refused: no quorum (responsible organisation present)"
    ((position,),) = place.rows(
        "select position from log.facts where topic = 'meeting:MdtDecisionRecorded' "
        "and correlation = %s",
        DISCHARGED,
    )
    assert row["position"] == position


def test_what_was_heard_in_vain_could_have_been_decided_by_a_looser_quorum(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rules = [rule | {"clinician": False} for rule in shipped(capfd, "quorum")]
    (row,) = replayed(capfd, tmp_path, "quorum", rules=rules)
    assert (UUID(row["about"]), row["what"]) == (HEARD, "a case heard and left undecided")


def test_a_move_that_another_model_refuses_is_named_and_no_other(
    place: Place, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    model = shipped(capfd, "steps")[0] | {"name": "Stricter", "discharge": []}
    for move in model["moves"]:
        if (move["from_step"], move["to_step"]) == (2, 4):
            move["evidence"] = ["urgent need"]
    (row,) = replayed(capfd, tmp_path, "steps", rules=[model])
    assert row["what"] == "step 2 to 4, on MDT decision"
    assert (row["then"], row["now"]) == ("allowed", "refused: needs urgent need (Stricter)")
    assert UUID(row["person"]) == place.subject(WIGG, ROSA)


def test_a_discharge_that_another_model_refuses_is_named_and_no_other(
    place: Place, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    nice = next(each for each in shipped(capfd, "steps") if each["name"] == "NICE CG123")
    assert replayed(capfd, tmp_path, "steps", rules=[nice]) == []
    both = nice | {"discharge": ["link worker", "clinical co-ordinator"]}
    (row,) = replayed(capfd, tmp_path, "steps", rules=[both])
    assert UUID(row["person"]) == place.subject(WIGG, AMIR)
    assert row["now"] == "refused: needs link worker and clinical co-ordinator (NICE CG123)"


def test_what_was_done_here_conforms_to_the_model_in_force(
    capfd: pytest.CaptureFixture[str],
) -> None:
    code, rows, said = typed(capfd, "replay", "--policy", "steps")
    assert (code, rows) == (OK, [])
    assert re.match(r"[1-9]\d* judged", said)


def test_a_move_that_the_model_in_force_does_not_know_departs_from_it() -> None:
    """As a history that was brought in from elsewhere may hold it."""
    handover = HandoverId(named("Rosa to the trust"))
    facts = (
        PathwayOpened(step=Step.COMMUNITY_PREVENTION, responsible=WIGG),
        HandoverOffered(
            handover=handover,
            sender=WIGG,
            receiver=TALKING,
            to_step=Step.COMMUNITY_PREVENTION,
        ),
        HandoverAccepted(handover=handover, sender=WIGG, receiver=TALKING),
        StepUpProposed(from_step=Step.COMMUNITY_PREVENTION, to_step=Step.HOSPITAL_CARE),
    )
    judge = StepsJudge(WIGG)
    found: list[Otherwise] = []
    for number, fact in enumerate(facts, 1):
        found += judge.follow(
            Recorded(
                fact=fact,
                originator_id=pathway_of(ROSA),
                originator_version=number,
                effective_at=MONDAY,
                organisation=WIGG,
                purpose=Purpose.DIRECT_CARE,
                intention=named("a move"),
                correlation=named("a move"),
                person=ROSA,
                position=number,
            )
        )
    (row,) = found
    assert (row.person, row.position, row.then) == (ROSA, 4, "done")
    assert row.now == "refused: needs MDT decision or urgent need (Sandwell)"


@pytest.mark.parametrize(("at_least", "many"), [(12, 0), (13, 1)])
def test_a_score_may_be_too_low_for_another_threshold(
    at_least: int, many: int, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    thresholds = [
        {"instrument": "PHQ-9", "from_step": a, "to_step": b, "at_least": at_least}
        for a, b in permutations((1, 2, 3, 4), 2)
    ]
    rows = replayed(capfd, tmp_path, "steps", thresholds=thresholds)
    assert len(rows) == many
    for row in rows:
        assert row["now"] == "refused: needs PHQ-9 of 13, was 12"


def test_a_wait_that_another_limit_breaks_is_named_and_no_other(
    place: Place, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (weeks,) = (
        rule for rule in shipped(capfd, "waiting") if rule["clock"] == "talking therapies, 6 weeks"
    )
    assert replayed(capfd, tmp_path, "waiting", rules=[weeks]) == []
    stricter = weeks | {"limit": {"amount": 28, "unit": "days"}, "name": "within 28 days"}
    rows = replayed(capfd, tmp_path, "waiting", "--as-at", "2100-01-01T00:00:00Z", rules=[stricter])
    (row,) = (each for each in rows if "stopped" in each["then"])
    assert UUID(row["about"]) == ReferralId(named("Tom waits 30 days"))
    assert row["then"].startswith("stopped on day 30 of 42")
    assert row["now"].startswith("stopped on day 30, over 28 days")


def test_the_example_is_such_a_rule(capfd: pytest.CaptureFixture[str]) -> None:
    asked = ("replay", "--policy", "waiting", "--with", EXAMPLE)
    code, rows, _ = typed(capfd, *asked, "--as-at", "2100-01-01T00:00:00Z", "--json")
    assert code == OK
    assert UUID(rows[-1]["about"]) == named("Tom waits 30 days")


def test_history_up_to_a_position_is_judged_alone(
    place: Place, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    rules = [rule | {"clinician": True} for rule in shipped(capfd, "quorum")]
    (row,) = replayed(capfd, tmp_path, "quorum", rules=rules)
    before, then = str(row["position"] - 1), str(row["position"])
    assert replayed(capfd, tmp_path, "quorum", "--as-at", before, rules=rules) == []
    assert replayed(capfd, tmp_path, "quorum", "--as-at", then, rules=rules) == [row]
    ((moment,),) = place.rows("select recorded_at from log.facts where position = 1")
    early = (moment - timedelta(seconds=1)).isoformat()
    assert replayed(capfd, tmp_path, "quorum", "--as-at", early, rules=rules) == []


def test_nothing_is_changed_but_who_looked_is_written_down(
    place: Place, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before = everything(place)
    assert before["log.facts"]
    rules = [rule | {"clinician": True} for rule in shipped(capfd, "quorum")]
    replayed(capfd, tmp_path, "quorum", rules=rules)
    typed(capfd, "replay", "--policy", "steps")
    assert everything(place) == before
    ((kind, route, persons),) = place.rows(
        "select kind, route, persons from looks.looks order by number desc limit 1"
    )
    assert (kind, route, persons) == ("export", "policy replay", [ROSA])
    assert MINA not in persons


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ('[[rules]]\nname = "ours"', "effective_from"),
        ("[[rules]]\nclinicians = true", "rule 1 says clinicians"),
        ("quorum = true", "the file says quorum"),
        ('rules = "none"', "a list of rules"),
        ("", "holds no rules"),
        ("[[", "neither TOML nor JSON"),
    ],
)
def test_a_file_that_holds_no_such_rule_is_refused_with_its_place(
    file: str, said: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    written = tmp_path / "rule.toml"
    written.write_text(file)
    code, rows, why = typed(capfd, "replay", "--policy", "quorum", "--with", written)
    assert (code, rows) == (FAILED, [])
    assert said in why


def test_what_is_asked_wrongly_is_said(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert typed(capfd, "replay", "--policy", "quorum")[0] == USAGE
    rules = tmp_path / "rule.json"
    rules.write_text(json.dumps({"rules": shipped(capfd, "quorum")}))
    asked = ("replay", "--policy", "quorum", "--with", rules, "--as-at")
    assert typed(capfd, *asked, "1000000")[0] == USAGE
