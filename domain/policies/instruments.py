"""What answers come to: a score by the published rule, or exactly what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.policies.scales import SCALES, Change, Reckoning, Scale
from domain.vocabulary import Instrument

Answers = Sequence[int | None]
"""One for each question, in their order; ``None`` for one that was not given."""


@dataclass(frozen=True, slots=True)
class Score:
    """What some answers come to. ``value`` is the score that is compared: ``total`` but for a
    mean, a conversion table, and a prorated score that is not rounded.
    """

    total: int
    value: float
    missing: int = 0


class Flaw(StrEnum):
    """Why answers are no score."""

    COUNT = "another number of answers than the instrument has questions"
    RANGE = "an answer outside its range"
    MISSING = "more answers missing than the instrument allows"
    TOTAL = "a total the instrument cannot have"
    SUM = "a total that is not that of the answers"
    GOALS = "answers that are not about a goal each"
    ITEMS = "no answers, of an instrument whose answers stand for themselves"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, where, and what would do. ``item`` counts from 1; ``None`` is of the whole."""

    flaw: Flaw
    remedy: str
    item: int | None = None

    @property
    def words(self) -> str:
        return f"item {self.item}: {self.remedy}" if self.item else self.remedy


def faults(instrument: Instrument, total: int | None, answers: Answers) -> tuple[Fault, ...]:
    """Everything that is wrong with a total, and with the answers it is of where there are some."""
    scale = SCALES[instrument]
    if answers:
        wrong = _wrong(scale, answers)
        if wrong or total is None:
            return wrong
        right = scored(instrument, answers).total
        return () if right == total else (Fault(Flaw.SUM, f"a total of {right}, or none"),)
    if not scale.compared_by_total:
        return (Fault(Flaw.ITEMS, "the answers one by one"),)
    if total is None:
        return (Fault(Flaw.ITEMS, "the answers, or their total"),)
    if scale.minimum <= total <= scale.maximum:
        return ()
    return (Fault(Flaw.TOTAL, f"a total from {scale.minimum} to {scale.maximum}"),)


def flaw(instrument: Instrument, answers: Answers) -> Flaw | None:
    """The first thing wrong with some answers. Nothing, when they score."""
    return next((fault.flaw for fault in _wrong(SCALES[instrument], answers)), None)


def _wrong(scale: Scale, answers: Answers) -> tuple[Fault, ...]:
    least = scale.fewest if scale.reckoning is Reckoning.SINGLE else scale.items
    if not (least or 0) <= len(answers) <= scale.items:
        many = str(scale.items) if least == scale.items else f"{least} to {scale.items}"
        return (Fault(Flaw.COUNT, f"{many} answers"),)
    given = _given(scale, answers)
    also = f", or {scale.not_applicable} if it does not apply" if scale.not_applicable else ""
    within = f"{scale.item_minimum} to {scale.item_maximum}{also}"
    outside = tuple(
        Fault(Flaw.RANGE, within, number)
        for number, answer in enumerate(given, 1)
        if answer is not None and not scale.item_minimum <= answer <= scale.item_maximum
    )
    return outside or _missing(scale, given)


def _missing(scale: Scale, given: Answers) -> tuple[Fault, ...]:
    counted = list(enumerate(given[: scale.counted], 1))
    gone = [number for number, answer in counted if answer is None]
    needed = [number for number in gone if scale.which is not None and number not in scale.which]
    if needed:
        return tuple(Fault(Flaw.MISSING, "an answer", number) for number in needed)
    # Goals may be fewer than three: it is of those that are there that one must be scored.
    fewest = (
        (scale.fewest or 0)
        if scale.reckoning is Reckoning.SINGLE
        else scale.counted - scale.optional
    )
    if len(counted) - len(gone) >= fewest:
        return ()
    many = f"at least {fewest}" if fewest < scale.counted else "all"
    return (Fault(Flaw.MISSING, f"{many} of its {scale.counted} answers"),)


def scored(instrument: Instrument, answers: Answers) -> Score:
    """The score of answers that have no `flaw`.

    A sum with answers missing is prorated: the mean of those given, times the number of questions;
    its total is rounded half up. A mean is that of the answers given. Goals that stand for
    themselves add up to a total that is kept and never compared.
    """
    wrong = flaw(instrument, answers)
    assert wrong is None, wrong
    scale = SCALES[instrument]
    given = [a for a in _given(scale, answers)[: scale.counted] if a is not None]
    missing, total = len(answers[: scale.counted]) - len(given), sum(given)
    if scale.reckoning is Reckoning.MEAN:
        return Score(total, total / len(given), missing)
    if not missing or scale.reckoning is Reckoning.SINGLE:
        return Score(total, value(instrument, total), missing)
    exact = total * scale.counted / len(given)
    whole = (2 * total * scale.counted + len(given)) // (2 * len(given))
    return Score(whole, value(instrument, whole) if scale.rounded else exact, missing)


def value(instrument: Instrument, total: int, answers: Answers = ()) -> float:
    """The score on the scale on which it is compared, of its answers where they are known."""
    scale = SCALES[instrument]
    if answers:
        return scored(instrument, answers).value
    return scale.metric[total - scale.minimum] if scale.metric else float(total)


def change(instrument: Instrument, first: int, last: int) -> Change:
    """First against last total; an instrument of single items or of a mean is not compared so."""
    scale = SCALES[instrument]
    if not scale.compared_by_total:
        return Change.NONE
    return scale.change(value(instrument, first), value(instrument, last))


def changes(instrument: Instrument, first: Answers, last: Answers) -> tuple[Change | None, ...]:
    """First against last answers, each for itself; ``None`` where either was not given."""
    scale = SCALES[instrument]
    pairs = zip(_given(scale, first), _given(scale, last), strict=False)
    return tuple(
        None if a is None or b is None else scale.change(a, b)
        for a, b in list(pairs)[: scale.counted]
    )


SAFETY_ITEM = 9
"""The PHQ-9's last question: an answer above 0 is for a human to see to, and is no score."""


class ItemNine(StrEnum):
    """What a PHQ-9 says of its ninth question."""

    ABOVE_0 = "above 0"
    AT_0 = "0"
    NOT_KNOWN = "not known"


def item_nine(instrument: Instrument, answers: Answers) -> ItemNine | None:
    """What a score says of the ninth question; ``None`` where the instrument has none such.

    A total alone cannot say it, nor can answers of which the ninth is missing.
    """
    if instrument is not Instrument.PHQ_9:
        return None
    answer = answers[SAFETY_ITEM - 1] if len(answers) >= SAFETY_ITEM else None
    if answer is None:
        return ItemNine.NOT_KNOWN
    return ItemNine.ABOVE_0 if answer > 0 else ItemNine.AT_0


def _given(scale: Scale, answers: Answers) -> list[int | None]:
    """The answers, with what does not apply as missing."""
    return [None if answer == scale.not_applicable else answer for answer in answers]
