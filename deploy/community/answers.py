"""What people of the place answer: items that come to the totals that were drawn, and a few more.

It has a chance of its own, so that no total and no other life moves by it. It holds no wording.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from uuid import UUID

from deploy.community import place
from deploy.community.community import Community, Life
from deploy.community.organisation import Organisation, Practitioner
from domain.concern import Concern, concern_of
from domain.policies.scales import SCALES
from domain.vocabulary import (
    ConcernOutcome,
    Instrument,
    MeasureId,
    Moment,
    ReferralId,
)

ABOVE_0 = 0.02  # assumed: of the PHQ-9 of this place; each is looked at within the hour
MISREAD = 0.004  # assumed: two answers taken for each other, and put right the same day
ONLY_A_TOTAL = 0.02  # assumed: read out on the telephone

LOOKED = (
    "Asked about it straight away; talked through what helps, and who to ring at night",
    "Went through the safety plan together; they feel able to keep to it",
    "Rang them back the same hour; a friend stays with them tonight",
)
CAME_OF_IT = (
    "Talked again the next day; safety plan renewed with them",
    "Seen again; they have the crisis number and use it",
)


def items(instrument: Instrument, total: int, chance: Random, *, ninth: int = 0) -> tuple[int, ...]:
    """Answers that come to the total; of a PHQ-9 with this ninth one. None, if none can."""
    scale = SCALES[instrument]
    last = (ninth,) if instrument is Instrument.PHQ_9 else ()
    asked = scale.items - len(last)
    rest = total - sum(last) - asked * scale.item_minimum
    each, more = divmod(max(rest, 0), asked)
    if rest < 0 or each + (more > 0) > scale.item_maximum - scale.item_minimum:
        return ()
    answers = [scale.item_minimum + each + (number < more) for number in range(asked)]
    chance.shuffle(answers)
    for one, other in ((0, 1), (2, 3)):
        if answers[one] > scale.item_minimum and answers[other] < scale.item_maximum:
            answers[one], answers[other] = answers[one] - 1, answers[other] + 1
    return (*answers, *last)


def measured(
    c: Community,
    referral: ReferralId,
    provider: Organisation,
    worker: Practitioner,
    phq: int,
    gad: int,
    *,
    at: Moment,
    also: bool = False,
) -> None:
    """PHQ-9 and GAD-7 as completed at the beginning of the session; ``also`` work, or life."""
    for instrument, total in ((Instrument.PHQ_9, phq), (Instrument.GAD_7, gad)):
        measure = MeasureId(c.new_id())
        asked = c.asked(provider, worker, at=at + timedelta(minutes=2))
        ninth = int(total > 0 and c.answering.random() < ABOVE_0)
        told = items(instrument, total, c.answering, ninth=ninth)
        if c.answering.random() < ONLY_A_TOTAL:
            told = ()
        c.care.complete_measure(
            measure, referral, instrument=instrument, total=total, items=told, asked=asked
        )
        if instrument is Instrument.PHQ_9:  # a move may be founded on the last one
            if told and ninth:
                c.begin(_looked_at(c, measure, provider, worker), c.now + timedelta(minutes=20))
            if earlier := c.last_measure.get(referral):
                c.known.pop(earlier)
            c.last_measure[referral] = measure
            continue
        if told and told[0] != told[1] and c.answering.random() < MISREAD:
            right = (told[1], told[0], *told[2:])
            c.care.correct_score(
                measure,
                items=right,
                reason="Two answers were taken for each other",
                asked=c.asked_apart(c.answering, provider, worker),
            )
        c.known.pop(measure)
    if also:
        _more(c, referral, provider, worker, phq, at=at)


def _more(
    c: Community,
    referral: ReferralId,
    provider: Organisation,
    worker: Practitioner,
    phq: int,
    *,
    at: Moment,
) -> None:
    """Work and social life at a therapy; at a trust what it is asked to report, and goals."""
    well, chance = 1 - phq / SCALES[Instrument.PHQ_9].maximum, c.answering
    asked: dict[Instrument, tuple[int, ...]] = {}
    if provider is not place.TRUST:
        asked[Instrument.WSAS] = items(Instrument.WSAS, round(40 * (1 - well) * 0.9), chance)
    else:
        life = [min(7, max(1, round(1 + 6 * well + chance.gauss(0, 1)))) for _ in range(11)]
        asked[Instrument.DIALOG] = tuple(life)
        asked[Instrument.REQOL_10] = items(Instrument.REQOL_10, round(36 * well), chance)
        asked[Instrument.GBO] = tuple(
            min(10, max(0, round(10 * well + chance.gauss(0, 1.5)))) for _ in range(2)
        )
    for instrument, told in asked.items():
        measure = MeasureId(UUID(int=chance.getrandbits(128), version=4))
        c.care.complete_measure(
            measure,
            referral,
            instrument=instrument,
            items=told,
            asked=c.asked_apart(chance, provider, worker, at=at + timedelta(minutes=3)),
        )
        c.known.pop(measure)


def _looked_at(
    c: Community, measure: MeasureId, provider: Organisation, worker: Practitioner
) -> Life:
    """Somebody looks at what was answered, in time, and says what came of it."""
    if raised := _theirs(c, measure, provider):
        did = c.answering.choice(LOOKED)
        asked = c.asked_apart(c.answering, provider, worker)
        c.care.acknowledge_concern(raised.concern, did, asked=asked)
        yield c.now + timedelta(days=1, hours=c.answering.randint(0, 3))
    if raised := _theirs(c, measure, provider):
        outcome = c.answering.choice((ConcernOutcome.SAFETY_PLAN, ConcernOutcome.TALKED))
        words = c.answering.choice(CAME_OF_IT)
        asked = c.asked_apart(c.answering, provider, worker)
        c.care.resolve_concern(raised.concern, outcome, words, asked=asked)


def _theirs(c: Community, measure: MeasureId, provider: Organisation) -> Concern | None:
    """The concern an answer raised, as long as it is open and with this organisation."""
    raised = c.known.get(concern_of(measure))
    if isinstance(raised, Concern) and raised.open and raised.acts == provider.id:
        return raised
    return None
