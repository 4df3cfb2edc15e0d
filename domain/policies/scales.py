"""Outcome instruments as dated data: answers, missing ones, cut-offs, bands and reliable change.

It holds no question's wording, for several instruments may not be copied, and no score of risk:
NICE NG225 (2022) says such scores must not decide about anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
    """One edition of an instrument, in points of its score, with the day of its rule.

    ``scored`` is how many of ``items`` count, from the first on; the others are asked for
    themselves. ``optional`` answers may be missing, of ``which`` where only some may: a sum is then
    prorated from those given, to a whole number where it is ``rounded``. ``caseness`` is the last
    score on the worse side of the cut-off that still is a case, and ``bands`` say from which score
    on a word holds. ``reliable_change`` is of the score, or of each item where every item stands
    for itself. ``unconfirmed`` names what was not seen in a publication of its owner.
    """

    source: str
    edition: str
    since: date
    items: int
    item_minimum: int
    item_maximum: int
    reliable_change: float | None
    caseness: int | None = None
    lower_is_better: bool = True
    reckoning: Reckoning = Reckoning.SUM
    scored: int | None = None
    optional: int = 0
    which: frozenset[int] | None = None
    rounded: bool = True
    not_applicable: int | None = None
    fewest: int | None = None
    bands: tuple[tuple[int, str], ...] = ()
    metric: tuple[float, ...] = ()
    free_wording: bool = False
    unconfirmed: tuple[str, ...] = ()

    @property
    def counted(self) -> int:
        return self.items if self.scored is None else self.scored

    @property
    def minimum(self) -> int:
        return self.item_minimum * (self.fewest or self.counted)

    @property
    def maximum(self) -> int:
        return self.item_maximum * self.counted

    @property
    def compared_by_total(self) -> bool:
        """Whether one total may be held against another; DIALOG and goals go item by item."""
        return self.reckoning is Reckoning.SUM

    def part(self, score: float) -> float:
        """How far along its range a score lies, from 0 to 1."""
        return (score - self.minimum) / (self.maximum - self.minimum)

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
            "Kroenke, Spitzer and Williams, 2001 (bands); NHS Talking Therapies manual (caseness "
            "10, reliable change 6); American Psychiatric Association, 2013, severity measure for "
            "depression adapted from the PHQ-9 (one or two missing: prorated, rounded to the "
            "nearest whole number; three or more: no score)"
        ),
        edition="PHQ-9, 2001",
        since=date(2018, 6, 1),
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
            "change 4); missing answers as its sister PHQ-9"
        ),
        edition="GAD-7, 2006",
        since=date(2018, 6, 1),
        items=7,
        item_minimum=0,
        item_maximum=3,
        caseness=8,
        reliable_change=4,
        optional=2,
        bands=SEVERITY_7,
        free_wording=True,
        unconfirmed=("missing answers",),
    ),
    Instrument.WSAS: Scale(
        source=(
            "Mundt and others, 2002: below 10 subclinical, 10 to 20 significant, above 20 "
            "moderately severe or worse; no caseness of its own. The first question, on work, may "
            "not apply: then prorated from the other four"
        ),
        edition="WSAS, 2002",
        since=date(2002, 5, 1),
        items=5,
        item_minimum=0,
        item_maximum=8,
        reliable_change=8,
        optional=1,
        which=frozenset({1}),
        bands=((0, "subclinical"), (10, "significant"), (21, "moderately severe or worse")),
        unconfirmed=("missing answers", "reliable change"),
    ),
    Instrument.CORE_10: Scale(
        source=(
            "Barkham and others, 2013 (cut-off 11, reliable change 6, bands); CORE System Trust on "
            "scoring: one missing, ten times the mean of those given, not rounded"
        ),
        edition="CORE-10, 2007",
        since=date(2013, 3, 1),
        items=10,
        item_minimum=0,
        item_maximum=4,
        caseness=11,
        reliable_change=6,
        optional=1,
        rounded=False,
        bands=(
            (0, "healthy"),
            (6, "low"),
            (11, "mild"),
            (15, "moderate"),
            (20, "moderate to severe"),
            (25, "severe"),
        ),
    ),
    Instrument.REQOL_10: Scale(
        source=(
            "NHS England, community mental health PROMs dashboard: below 25 a case, reliable "
            "change 5; its question on physical health is not of the ten and not entered here"
        ),
        edition="ReQoL-10, 2016",
        since=date(2023, 4, 1),
        items=10,
        item_minimum=0,
        item_maximum=4,
        caseness=24,
        reliable_change=5,
        lower_is_better=False,
        optional=1,
        unconfirmed=("missing answers",),
    ),
    Instrument.DIALOG: Scale(
        source=(
            "East London NHS Foundation Trust: the mean of the eight questions on life; the last "
            "three ask about treatment and are a score of their own. NHS England, community mental "
            "health PROMs dashboard: reliable change 1 an item; 8 means not applicable"
        ),
        edition="DIALOG, 2007",
        since=date(2023, 4, 1),
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
        edition="GBO, 2011",
        since=date(2023, 4, 1),
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
        source=(
            "Stewart-Brown and others, 2009: raw 7 to 35, converted to an interval score, of "
            "complete answers"
        ),
        edition="SWEMWBS, 2008",
        since=date(2009, 2, 1),
        items=7,
        item_minimum=1,
        item_maximum=5,
        reliable_change=3,
        lower_is_better=False,
        metric=METRIC_7,
        unconfirmed=("reliable change",),
    ),
    Instrument.WEMWBS: Scale(
        source="WEMWBS user guide: 14 to 70, up to three missing answers prorated",
        edition="WEMWBS, 2006",
        since=date(2008, 6, 1),
        items=14,
        item_minimum=1,
        item_maximum=5,
        reliable_change=8,
        lower_is_better=False,
        optional=3,
        unconfirmed=("missing answers", "reliable change"),
    ),
}
"""The rule in force for each. A rule that changes is a new edition with its own day."""
