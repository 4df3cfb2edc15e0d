"""Outcome instruments as data: items, missing answers, cut-offs, bands, reliable change.

It holds no question's wording, for several instruments may not be copied, and no score of risk:
NICE NG225 (2022) says such scores must not decide about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.vocabulary import Instrument


class Reckoning(StrEnum):
    """How answers become a score."""

    SUM = "sum"
    MEAN = "mean"  # of what was answered
    SINGLE = "single"  # every item stands for itself


class Change(StrEnum):
    """First against last score."""

    IMPROVEMENT = "Reliable improvement"
    DETERIORATION = "Reliable deterioration"
    NONE = "No reliable change"


@dataclass(frozen=True, slots=True)
class Scale:
    """One instrument, in points of its score.

    ``scored`` is how many of ``items`` count, from the first on; the others are asked for
    themselves. ``optional`` answers may be missing: a sum is then prorated from those given.
    ``caseness`` is the last score on the worse side of the cut-off that still is a case, and
    ``bands`` say from which score on a word holds. ``reliable_change`` is of the score, or of each
    item where every item stands for itself. ``confirmed`` is false where a cut-off or the rule for
    missing answers was not seen in a publication of its owner.
    """

    source: str
    items: int
    item_minimum: int
    item_maximum: int
    reliable_change: float | None
    caseness: int | None = None
    lower_is_better: bool = True
    reckoning: Reckoning = Reckoning.SUM
    scored: int | None = None
    optional: int = 0
    not_applicable: int | None = None
    fewest: int | None = None
    bands: tuple[tuple[int, str], ...] = ()
    metric: tuple[float, ...] = ()
    free_wording: bool = False
    confirmed: bool = True

    @property
    def counted(self) -> int:
        return self.items if self.scored is None else self.scored

    @property
    def minimum(self) -> int:
        return self.item_minimum * (self.fewest or self.counted)

    @property
    def maximum(self) -> int:
        return self.item_maximum * self.counted

    def part(self, score: float) -> float:
        """How far along its range a score lies, from 0 to 1."""
        return (score - self.minimum) / (self.maximum - self.minimum)

    @property
    def compared_by_total(self) -> bool:
        """Whether one total may be held against another; DIALOG and goals go item by item."""
        return self.reckoning is Reckoning.SUM

    def case(self, score: float) -> bool | None:
        """Whether a score is on the worse side of the cut-off; ``None`` without a cut-off."""
        if self.caseness is None:
            return None
        return score >= self.caseness if self.lower_is_better else score <= self.caseness

    def band(self, score: float) -> str | None:
        """The word for a score, where the instrument's owner gives one."""
        return next((words for least, words in reversed(self.bands) if score >= least), None)

    def change(self, first: float, last: float) -> Change:
        """Whether a score moved by more than the error of measurement."""
        if self.reliable_change is None:
            return Change.NONE
        better = first - last if self.lower_is_better else last - first
        if better >= self.reliable_change:
            return Change.IMPROVEMENT
        return Change.DETERIORATION if -better >= self.reliable_change else Change.NONE


@dataclass(frozen=True, slots=True)
class Score:
    """What some answers come to. ``value`` is ``total`` but for a mean or a conversion table."""

    total: int
    value: float
    missing: int = 0


SEVERITY_9 = (
    (0, "minimal"),
    (5, "mild"),
    (10, "moderate"),
    (15, "moderately severe"),
    (20, "severe"),
)
SEVERITY_7 = ((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe"))
METRIC_7 = (
    *(7.00, 9.51, 11.25, 12.40, 13.33, 14.08, 14.75, 15.32, 15.84, 16.36),
    *(16.88, 17.43, 17.98, 18.59, 19.25, 19.98, 20.73, 21.54, 22.35, 23.21),
    *(24.11, 25.03, 26.02, 27.03, 28.13, 29.31, 30.70, 32.55, 35.00),
)
"""Raw 7 to 35 as an interval score (Stewart-Brown and others, 2009)."""

SCALES = {
    Instrument.PHQ_9: Scale(
        source=(
            "Kroenke and others, 2001 (bands); NHS Talking Therapies manual (caseness 10, reliable "
            "change 6); Kroenke and others, 2010 (up to two missing answers prorated)"
        ),
        items=9,
        item_minimum=0,
        item_maximum=3,
        caseness=10,
        reliable_change=6,
        optional=2,
        bands=SEVERITY_9,
        free_wording=True,
    ),
    Instrument.GAD_7: Scale(
        source=(
            "Spitzer and others, 2006 (bands); NHS Talking Therapies manual (caseness 8, reliable "
            "change 4); Kroenke and others, 2010 (up to two missing answers prorated)"
        ),
        items=7,
        item_minimum=0,
        item_maximum=3,
        caseness=8,
        reliable_change=4,
        optional=2,
        bands=SEVERITY_7,
        free_wording=True,
    ),
    Instrument.WSAS: Scale(
        source=(
            "Mundt and others, 2002: above 10 significant, above 20 severe; the first question, on "
            "work, may not apply"
        ),
        items=5,
        item_minimum=0,
        item_maximum=8,
        caseness=11,
        reliable_change=8,
        optional=1,
        bands=((0, "subclinical"), (11, "significant"), (21, "severe")),
        confirmed=False,
    ),
    Instrument.CORE_10: Scale(
        source="Barkham and others, 2013: cut-off 11, reliable change 6; one missing, prorated",
        items=10,
        item_minimum=0,
        item_maximum=4,
        caseness=11,
        reliable_change=6,
        optional=1,
        bands=(
            (0, "healthy"),
            (6, "low"),
            (11, "mild"),
            (15, "moderate"),
            (20, "moderate to severe"),
            (25, "severe"),
        ),
        confirmed=False,
    ),
    Instrument.REQOL_10: Scale(
        source="NHS England, community mental health PROMs: below 25 a case, reliable change 5",
        items=10,
        item_minimum=0,
        item_maximum=4,
        caseness=24,
        reliable_change=5,
        lower_is_better=False,
        optional=1,
    ),
    Instrument.DIALOG: Scale(
        source=(
            "Priebe and others; NHS England, community mental health PROMs dashboard: reliable "
            "change 1 an item; 8 means not applicable; the last three ask about treatment and are "
            "not scored"
        ),
        items=11,
        item_minimum=1,
        item_maximum=7,
        reliable_change=1,
        lower_is_better=False,
        reckoning=Reckoning.MEAN,
        scored=8,
        optional=7,
        not_applicable=8,
        fewest=1,
    ),
    Instrument.GBO: Scale(
        source=(
            "Law, goals based outcomes; NHS England, community mental health PROMs dashboard: "
            "reliable change 3 a goal, at most three goals"
        ),
        items=3,
        item_minimum=0,
        item_maximum=10,
        reliable_change=3,
        lower_is_better=False,
        reckoning=Reckoning.SINGLE,
        optional=2,
        fewest=1,
    ),
    Instrument.SWEMWBS: Scale(
        source="Stewart-Brown and others, 2009: raw 7 to 35, converted to an interval score",
        items=7,
        item_minimum=1,
        item_maximum=5,
        reliable_change=3,
        lower_is_better=False,
        metric=METRIC_7,
        confirmed=False,
    ),
    Instrument.WEMWBS: Scale(
        source="WEMWBS user guide: 14 to 70, up to three missing answers prorated",
        items=14,
        item_minimum=1,
        item_maximum=5,
        reliable_change=8,
        lower_is_better=False,
        optional=3,
        confirmed=False,
    ),
}


class Flaw(StrEnum):
    """Why answers are no score."""

    COUNT = "another number of answers than the instrument has questions"
    RANGE = "an answer outside its range"
    MISSING = "more answers missing than the instrument allows"
    TOTAL = "a total the instrument cannot have, or not that of its answers"


def flaw(instrument: Instrument, answers: Sequence[int | None]) -> Flaw | None:
    """What is wrong with some answers; ``None`` for a missing one. Nothing, when they score."""
    scale = SCALES[instrument]
    if len(answers) != scale.items and not (
        scale.fewest and scale.fewest <= len(answers) <= scale.items
    ):
        return Flaw.COUNT
    given = [answer for answer in _given(scale, answers) if answer is not None]
    if any(not scale.item_minimum <= answer <= scale.item_maximum for answer in given):
        return Flaw.RANGE
    counted = [a for a in _given(scale, answers)[: scale.counted] if a is not None]
    return Flaw.MISSING if len(counted) < scale.counted - scale.optional else None


def scored(instrument: Instrument, answers: Sequence[int | None]) -> Score:
    """The score of answers that have no `flaw`.

    A sum with answers missing is prorated: the mean of those given, times the number of questions,
    rounded half up. A mean is that of the answers given. Goals that stand for themselves add up to
    a total that is kept and never compared.
    """
    wrong = flaw(instrument, answers)
    assert wrong is None, wrong
    scale = SCALES[instrument]
    given = [a for a in _given(scale, answers)[: scale.counted] if a is not None]
    missing, total = len(answers[: scale.counted]) - len(given), sum(given)
    if scale.reckoning is Reckoning.MEAN:
        return Score(total, total / len(given), missing)
    if missing and scale.reckoning is Reckoning.SUM:
        total = (2 * total * scale.counted + len(given)) // (2 * len(given))
    return Score(total, value(instrument, total), missing)


def value(instrument: Instrument, total: int) -> float:
    """A total on the scale on which it is compared."""
    scale = SCALES[instrument]
    return scale.metric[total - scale.minimum] if scale.metric else float(total)


def possible(instrument: Instrument, total: int, answers: Sequence[int | None]) -> Flaw | None:
    """What is wrong with a total, and with the answers it is of where they are given."""
    scale = SCALES[instrument]
    if answers:
        wrong = flaw(instrument, answers)
        return wrong or (None if scored(instrument, answers).total == total else Flaw.TOTAL)
    return None if scale.minimum <= total <= scale.maximum else Flaw.TOTAL


def change(instrument: Instrument, first: int, last: int) -> Change:
    """First against last total; an instrument of single items or of a mean is not compared so."""
    scale = SCALES[instrument]
    if scale.reckoning is not Reckoning.SUM:
        return Change.NONE
    return scale.change(value(instrument, first), value(instrument, last))


def changes(
    instrument: Instrument, first: Sequence[int | None], last: Sequence[int | None]
) -> tuple[Change | None, ...]:
    """First against last answers, each for itself; ``None`` where either was not given."""
    scale = SCALES[instrument]
    pairs = zip(_given(scale, first), _given(scale, last), strict=False)
    return tuple(
        None if a is None or b is None else scale.change(a, b)
        for a, b in list(pairs)[: scale.counted]
    )


def _given(scale: Scale, answers: Sequence[int | None]) -> list[int | None]:
    """The answers, with what does not apply as missing."""
    return [None if answer == scale.not_applicable else answer for answer in answers]
