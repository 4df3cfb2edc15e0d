"""PHQ-9 and GAD-7 totals of a course: first, last and between, with outcomes in published shares.

It draws totals and refuses to say anything about a person's risk.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from deploy.community import figures
from domain.policies.scales import SCALES, Change
from domain.vocabulary import Instrument

SIGNS = {Change.IMPROVEMENT: 1, Change.NONE: 0, Change.DETERIORATION: -1}
PHQ, GAD = SCALES[Instrument.PHQ_9], SCALES[Instrument.GAD_7]

# Shares of finished courses in thousands, so that the published marginals hold together:
# caseness 946, recovery 479 of these, reliable recovery 450, improvement 675, deterioration 58.
OUTCOMES = {
    "recovered reliably": 450,
    "recovered": 29,
    "improved": 220,
    "unchanged": 195,
    "deteriorated": 52,
    "well throughout": 42,
    "well and improved": 6,
    "well but deteriorated": 6,
}
# Means of the last totals by outcome; the whole then has the published mean and spread.
_LAST = {
    "recovered reliably": (5.7, 5.1),
    "recovered": (7.0, 5.5),
    "improved": (12.9, 12.0),
    "unchanged": (16.4, 15.2),
    "deteriorated": (18.6, 15.6),
    "well throughout": (5.2, 4.2),
    "well and improved": (1.2, 1.5),
    "well but deteriorated": (13.0, 12.0),
}
TRIES = 400


@dataclass(frozen=True, slots=True)
class Course:
    """The first and the last totals."""

    phq_first: int
    gad_first: int
    phq_last: int
    gad_last: int

    def between(self, sessions: int, rng: Random) -> Iterator[tuple[int, int]]:
        """PHQ-9 and GAD-7 at each session: the ends as drawn, the way between them uneven."""
        for session in range(sessions):
            if session == 0:
                yield self.phq_first, self.gad_first
            elif session == sessions - 1:
                yield self.phq_last, self.gad_last
            else:
                gone = session / (sessions - 1)
                yield (
                    _total(PHQ.maximum, self.phq_first, self.phq_last, gone, rng),
                    _total(GAD.maximum, self.gad_first, self.gad_last, gone, rng),
                )


def case(phq: int, gad: int) -> bool:
    return bool(PHQ.case(phq) or GAD.case(gad))


def improved(course: Course) -> bool:
    """Reliably better on one measure and not reliably worse on the other."""
    phq, gad = _changes(course)
    return (phq > 0 and gad >= 0) or (gad > 0 and phq >= 0)


def deteriorated(course: Course) -> bool:
    phq, gad = _changes(course)
    return (phq < 0 and gad <= 0) or (gad < 0 and phq <= 0)


def recovered(course: Course) -> bool:
    """A case first and none last (NHS Talking Therapies; says nothing of reliable change)."""
    return case(course.phq_first, course.gad_first) and not case(course.phq_last, course.gad_last)


def outcome(course: Course) -> str:
    """Which of `OUTCOMES` a course's first and last totals amount to, if to one of them."""
    if not case(course.phq_first, course.gad_first):
        if improved(course):
            return "well and improved"
        return "well but deteriorated" if deteriorated(course) else "well throughout"
    if recovered(course):
        if deteriorated(course):
            return "recovered on one and worse on the other"  # so few that nobody is dealt it
        return "recovered reliably" if improved(course) else "recovered"
    if improved(course):
        return "improved"
    return "deteriorated" if deteriorated(course) else "unchanged"


def draw(therapy: figures.Therapy, wanted: str, rng: Random) -> Course:
    """Totals of a course of this therapy that comes to the wanted outcome."""
    phq_shift = therapy.phq_last[0] - 9.4
    gad_shift = therapy.gad_last[0] - 8.5
    phq_mean, gad_mean = _LAST[wanted]
    for _ in range(TRIES):
        severity, trouble = rng.gauss(0, 1), rng.gauss(0, 1)
        # Low first totals seldom come to the wanted outcome: somewhat lower and wider proposals
        # leave the published means among those that do.
        phq_first = therapy.phq_first[0] - 2.0 + 1.15 * therapy.phq_first[1] * severity
        gad_first = (
            therapy.gad_first[0]
            - 2.1
            + 1.2 * therapy.gad_first[1] * (0.65 * severity + 0.76 * rng.gauss(0, 1))
        )
        course = Course(
            _within(PHQ.maximum, phq_first),
            _within(GAD.maximum, gad_first),
            _within(PHQ.maximum, phq_mean + phq_shift + 1.2 * severity + 3.9 * trouble),
            _within(
                GAD.maximum,
                gad_mean + gad_shift + 0.8 * severity + 2.8 * trouble + 2.1 * rng.gauss(0, 1),
            ),
        )
        if outcome(course) == wanted:
            return course
    raise AssertionError(f"no course of therapy comes to {wanted!r}: its means are wrong")


def _changes(course: Course) -> tuple[int, int]:
    """1, 0 or -1 for reliably better, neither, or reliably worse, on each measure."""
    return (
        SIGNS[PHQ.change(course.phq_first, course.phq_last)],
        SIGNS[GAD.change(course.gad_first, course.gad_last)],
    )


def _within(maximum: int, total: float) -> int:
    return min(maximum, max(0, round(total)))


def _total(maximum: int, first: int, last: int, gone: float, rng: Random) -> int:
    return _within(maximum, first + (last - first) * gone**0.8 + rng.gauss(0, 1.6))
