"""Fifty backdated corrections, by script: what was known, and what was true, is as a table says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from domain.corrections import Detail
from domain.vocabulary import (
    Attendance,
    ContactId,
    Instrument,
    MeasureId,
    Medium,
    PartnerId,
)
from projections.moments import When
from projections.questions.replaying import Moments
from projections.reading import Reading
from tests.people import MONDAY, ROSA, TALKING, WIGG, details, named
from tests.projections.place import Place

CORRECTIONS = 50
SEEN = ContactId(named("Rosa's first session"))
SCORED = MeasureId(named("Rosa's PHQ-9"))
TOTAL, OUTCOME = f"scores.{SCORED}.total", f"contacts.{SEEN}.outcome"
DETAILS = (Detail.PHONE, Detail.ADDRESS, Detail.POSTCODE)
FIELDS = (*DETAILS, TOTAL, OUTCOME)


@dataclass(frozen=True)
class Said:
    """One row of the table: what was said of a field, when that was true, and when it was known."""

    field: str
    value: Any
    true_at: datetime
    known_at: int


@dataclass
class Table:
    """What was said, in the order in which it was recorded."""

    said: list[Said] = field(default_factory=list)

    def value(self, of: str, position: int, moment: datetime, since: int = 0) -> Any:
        """What a field says, by what is known at a position and was true by a moment.

        Of a detail the one that was true last counts, since a late word about an earlier time
        replaces nothing that was true after it. What was entered wrongly, a score or an outcome, is
        as it was put right last. Nobody knows anything before the position ``since``.
        """
        in_sight = [
            each
            for each in self.said
            if each.field == of and max(each.known_at, since) <= position and each.true_at <= moment
        ]
        if not in_sight:
            return None
        if of in DETAILS:
            return max(in_sight, key=lambda each: each.true_at).value
        return in_sight[-1].value


@dataclass
class Script:
    """What is asked, drawn by dice that always fall alike, and written into the table beside."""

    place: Place
    dice: Random = field(default_factory=lambda: Random(20_261_122))
    table: Table = field(default_factory=Table)
    since: int = 0
    outcome: Attendance = Attendance.ON_TIME
    outcome_at: datetime = MONDAY

    def begin(self) -> None:
        """Rosa is known to her practice, and seen and scored by talking therapies."""
        place, by = self.place, self.place.by
        known = place.register()
        told = details(ROSA)
        for detail in DETAILS:
            if (value := getattr(told, detail)) is not None:
                self.table.said.append(Said(detail, value, MONDAY, known.position))
        therapy = place.refer("Rosa: low mood")
        self.since = place.care.accept_referral(therapy, asked=by(TALKING)).position
        place.care.book_appointment(
            SEEN, therapy, starts_at=MONDAY, medium=Medium.VIDEO, activity="a call",
            asked=by(TALKING),
        )  # fmt: skip
        kept = place.care.note_attendance(SEEN, self.outcome, asked=by(TALKING))
        self.table.said.append(Said(OUTCOME, self.outcome.value, MONDAY, kept.position))
        scored = place.care.complete_measure(
            SCORED, therapy, instrument=Instrument.PHQ_9, total=17, asked=by(TALKING)
        )
        self.table.said.append(Said(TOTAL, 17, MONDAY, scored.position))

    def correct(self, number: int) -> None:
        """One correction of something, true since some minute of the ten days around Monday."""
        which = FIELDS[number % len(FIELDS)]
        at = MONDAY + timedelta(minutes=self.dice.randrange(-7_200, 7_200), seconds=number)
        if which in DETAILS:
            self._detail(Detail(which), number, at)
        elif which == TOTAL:
            self._score(at)
        else:
            self._outcome(at)

    def _detail(self, detail: Detail, number: int, at: datetime) -> None:
        value = None if self.dice.randrange(6) == 0 else f"{detail.value} {number}"
        answer = self.place.care.correct_details(
            ROSA, {detail: value}, asked=self.place.by(WIGG, at=at)
        )
        self.table.said.append(Said(detail, value, at, answer.position))

    def _score(self, at: datetime) -> None:
        at = max(at, MONDAY + timedelta(hours=1))
        was = next(each.value for each in reversed(self.table.said) if each.field == TOTAL)
        total = self.dice.choice([each for each in range(28) if each != was])
        answer = self.place.care.correct_score(
            SCORED, total=total, reason="Read wrongly.", asked=self.place.by(TALKING, at=at)
        )
        self.table.said.append(Said(TOTAL, total, at, answer.position))

    def _outcome(self, at: datetime) -> None:
        others = (Attendance.ON_TIME, Attendance.LATE, Attendance.DID_NOT_ATTEND)
        self.outcome = self.dice.choice([each for each in others if each is not self.outcome])
        answer = self.place.care.correct_attendance(
            SEEN, self.outcome, asked=self.place.by(TALKING, at=at)
        )
        # It holds from when the wrong one was said to be true, or from earlier.
        self.outcome_at = min(self.outcome_at, at)
        self.table.said.append(Said(OUTCOME, self.outcome.value, self.outcome_at, answer.position))


def at(row: dict[str, Any] | None, path: str) -> Any:
    found: Any = row
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def test_fifty_backdated_corrections_are_as_the_table_says_on_both_clocks(place: Place) -> None:
    script = Script(place)
    script.begin()
    for number in range(CORRECTIONS):
        script.correct(number)
    place.fold()
    table, dice = script.table, Random(3)
    positions = sorted({each.known_at for each in table.said})
    moments = [MONDAY + timedelta(days=days, seconds=-1) for days in range(-5, 6, 2)]
    assert len(positions) > CORRECTIONS

    async def compare(reading: Reading) -> int:
        compared = 0
        for partner, since in ((WIGG, 0), (TALKING, script.since)):
            subject = place.subject(partner, ROSA)
            for position in positions:
                exactly = dice.choice(table.said).true_at
                for moment in (dice.choice(moments), exactly, MONDAY + timedelta(days=30)):
                    when = When(as_at=position, as_of=moment)
                    row = await reading.record(partner, subject, when)
                    found = {path: at(row, path) for path in FIELDS}
                    expected = {path: table.value(path, position, moment, since) for path in FIELDS}
                    assert found == expected, (partner, position, moment)
                    compared += 1
            await differ(reading, partner, subject, since)
        return compared

    async def differ(reading: Reading, partner: PartnerId, subject: UUID, since: int) -> None:
        """What is said to have changed between two positions, and why each field says so."""
        end = MONDAY + timedelta(days=30)
        for first, last in (sorted(dice.sample(positions, 2)) for _ in range(10)):
            found = await reading.difference(
                partner, subject, Moments(When(as_at=first), When(as_at=last))
            )
            said = {c.field: (c.before, c.after) for c in found.changes} if found else {}
            for path in FIELDS:
                both = tuple(table.value(path, p, end, since) for p in (first, last))
                assert said.get(path) == (both if both[0] != both[1] else None)
        for path in FIELDS:
            because = await reading.why(partner, subject, path)
            assert because
            assert because.value == table.value(path, positions[-1], end, since)
            steps = [table.value(path, p, end, since) for p in positions]
            changed = [v for n, v in enumerate(steps) if v != (steps[n - 1] if n else None)]
            assert [each.after for each in because.changes][-len(changed) :] == changed

    assert place.ask(compare) == 2 * 3 * len(positions)
