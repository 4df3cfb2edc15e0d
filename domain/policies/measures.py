"""Measures of a month's referrals and courses: what is counted, of how many, and by whose rule.

Each is a pure reading of one of those in `domain.policies.counted`. It refuses to know who is asked
or shown. Of appointments one person may have many, so whoever shows a count of them sees to it that
it is of enough people.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import Any

from domain.policies.clocks.rules import CMH_QUICK_GUIDE, OXFORD
from domain.policies.counted import (
    ACCEPTED,
    DECLINED,
    HALF_A_YEAR,
    IMPLEMENTED,
    INDUCTION,
    LAPSED,
    NOT_IMPLEMENTED,
    SUPERSEDED,
    WAITING,
    Course,
    Of,
)
from domain.policies.days import days_between
from domain.policies.friends_and_family import GOOD, POOR
from domain.policies.missed import MISSED, SEEN
from domain.policies.outcomes import Outcome
from domain.vocabulary import (
    AdmissionAvoided,
    DeclineReason,
    Experience,
    Mode,
    Step,
    WhyUnmet,
)

SIX_WEEKS = 42
EIGHTEEN_WEEKS = 126
"""Days from referral to first treatment, the last one included (M052 to M055)."""

FOUR_WEEKS = 28
"""Days to a first contact, and to all that stops the clock of community mental health services."""

AGAIN = ((0, 28), (29, 56), (57, 90), (91, None))
"""Days from the first to the second treatment, as they are published; no standard counts them."""

ENDED_EARLY = "ended before a second treatment"

WEEK = 7
"""Days within which a hand-over is hoped to be answered."""

ANNUAL = "NHS England, Psychological Therapies Annual Report on the use of NHS Talking Therapies"
MONTHLY = "NHS England, NHS Talking Therapies monthly statistics, metadata of measures"
ATTENDANCE = (
    "NHS Data Dictionary, attended or did not attend code; NHS England counts it so (MHSDS)"
)
OWN = "this place's own: no national measure says so"
FRIENDS_AND_FAMILY = (
    "NHS England, Using the Friends and Family Test to improve patient experience (2020)"
)
JAMES_WIGG = (
    "Camden CCG, Integrated mental health care (James Wigg Practice): what it set out to change; "
    "how it is counted is " + OWN
)
RAINE = "Raine et al., Health Services and Delivery Research 2(37), 2014: to be monitored"


@dataclass(frozen=True, slots=True)
class Measure:
    """Who of those in ``of`` are counted (``holds``), in words that a reader can check."""

    name: str
    of: Of
    numerator: str
    source: str
    holds: Callable[[Any], bool]  # of a course, a contact or a happening: what `of` is of


def again(least: int, most: int | None) -> str:
    """The measure of second treatments so many days after the first."""
    if most is None:
        return f"second treatment after {least - 1} days"
    return f"second treatment within {f'{least} to ' if least else ''}{most} days"


def _again(least: int, most: int | None) -> Measure:
    return Measure(
        again(least, most),
        Of.FINISHED,
        "so many days from the first to the second treatment",
        f"{ANNUAL}, 2024-25",
        lambda c: c.waited_again >= least and (most is None or c.waited_again <= most),
    )


def declined(reason: DeclineReason) -> str:
    """The measure of referrals that were declined for a reason."""
    return f"declined: {reason.value}"


def _declined(reason: DeclineReason) -> Measure:
    return Measure(
        declined(reason),
        Of.ANSWERED,
        "the service did not take the referral on, and this was its reason",
        "MHSDS, referral rejection reason; " + OWN,
        lambda c: c.accepted_at is None and c.declined is reason,
    )


def _came(of: Of, name: str, said: str, numerator: str, source: str) -> Measure:
    """What came of a hand-over, of a decision, or of work."""
    return Measure(name, of, numerator, source, lambda h: h.said == said)


def _rated(name: str, numerator: str, which: Set[Experience]) -> Measure:
    return Measure(name, Of.RATED, numerator, FRIENDS_AND_FAMILY, lambda h: h.said in which)


def unmet_at(step: Step) -> str:
    """The measure of needs that could not be met at a step."""
    return f"unmet need at step {int(step)}"


def unmet_because(why: WhyUnmet) -> str:
    """The measure of needs that could not be met for a reason."""
    return f"unmet need: {why.value}"


def unmet(step: Step, why: WhyUnmet) -> str:
    """What is said of a need that could not be met."""
    return f"{int(step)} {why.value}"


def _unmet(name: str, numerator: str, said: Callable[[str], bool]) -> Measure:
    return Measure(name, Of.UNMET, numerator, JAMES_WIGG, lambda h: said(h.said))


def _unmet_at(step: Step) -> Measure:
    numerator = "help was wanted at this step"
    return _unmet(unmet_at(step), numerator, lambda said: said.startswith(f"{int(step)} "))


def _unmet_because(why: WhyUnmet) -> Measure:
    numerator = "why the service could not be chosen"
    return _unmet(unmet_because(why), numerator, lambda said: said[2:] == why.value)


def _of_outcome(rule: Callable[[Outcome], bool]) -> Callable[[Course], bool]:
    return lambda course: (outcome := course.outcome) is not None and rule(outcome)


MEASURES: tuple[Measure, ...] = (
    Measure(
        "accepted",
        Of.ANSWERED,
        "the service took the referral on",
        "this place's own: no national measure says how many are accepted",
        lambda c: c.accepted_at is not None,
    ),
    Measure(
        "first treatment within 6 weeks",
        Of.FINISHED,
        "42 days or fewer from the referral to the first treatment; no pause is taken off",
        f"{MONTHLY}, M052 and M053 (standard: 75%)",
        lambda c: c.waited is not None and c.waited <= SIX_WEEKS,
    ),
    Measure(
        "first treatment within 18 weeks",
        Of.FINISHED,
        "126 days or fewer from the referral to the first treatment; no pause is taken off",
        f"{MONTHLY}, M054 and M055 (standard: 95%)",
        lambda c: c.waited is not None and c.waited <= EIGHTEEN_WEEKS,
    ),
    *(_again(*days) for days in AGAIN),
    Measure(
        ENDED_EARLY,
        Of.ENDED,
        "the course ended with fewer than two treatment contacts",
        f"{MONTHLY}, M076: with two or more it is finished",
        lambda c: not c.finished,
    ),
    Measure(
        "recovery",
        Of.CASES,
        "PHQ-9 under 10 and GAD-7 under 8 at the last score",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.recovered),
    ),
    Measure(
        "reliable improvement",
        Of.SCORED,
        "PHQ-9 lower by 6 or more, or GAD-7 by 4 or more, and neither higher by so many",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.reliably_improved),
    ),
    Measure(
        "reliable recovery",
        Of.CASES,
        "recovery and reliable improvement",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.reliably_recovered),
    ),
    Measure(
        "reliable deterioration",
        Of.SCORED,
        "PHQ-9 higher by 6 or more, or GAD-7 by 4 or more, and neither lower by so many",
        f"{ANNUAL}, 2024-25; M191 to M195",
        _of_outcome(lambda outcome: outcome.reliably_deteriorated),
    ),
    *(_declined(reason) for reason in DeclineReason),
    Measure(
        "appointments attended",
        Of.DUE,
        "attended on time, or late and seen (codes 5 and 6)",
        ATTENDANCE,
        lambda c: c.attendance in SEEN,
    ),
    Measure(
        "appointments not attended",
        Of.DUE,
        "did not attend, or came too late to be seen (codes 3 and 7)",
        ATTENDANCE,
        lambda c: c.attendance in MISSED,
    ),
    Measure(
        "appointments cancelled",
        Of.DUE,
        "called off by the person or by the service (codes 2 and 4)",
        ATTENDANCE,
        lambda c: c.attendance not in SEEN | MISSED,
    ),
    _came(Of.HANDED_OVER, "hand-overs accepted", ACCEPTED, "the receiver accepted", OWN),
    _came(Of.HANDED_OVER, "hand-overs declined", DECLINED, "the receiver declined", OWN),
    _came(Of.HANDED_OVER, "hand-overs lapsed", LAPSED, "nobody answered, and the offer ended", OWN),
    Measure(
        "hand-overs accepted within 7 days",
        Of.HANDED_OVER,
        "7 days or fewer from being offered to being accepted",
        OWN,
        lambda h: h.said == ACCEPTED and days_between(h.at, h.answered_at) <= WEEK,
    ),
    Measure(
        "steps up",
        Of.MOVED,
        "to a higher step",
        "NHS England, NHS Talking Therapies annual report, stepped care pathway",
        lambda h: h.said[0] < h.said[-1],
    ),
    Measure(
        "steps down",
        Of.MOVED,
        "to a lower step",
        "NHS England, NHS Talking Therapies annual report, stepped care pathway",
        lambda h: h.said[0] > h.said[-1],
    ),
    Measure(
        "steps up to hospital care",
        Of.MOVED,
        "from any other step to step 4",
        JAMES_WIGG,
        lambda h: h.said[-1] == str(int(Step.HOSPITAL_CARE)),
    ),
    *(
        _came(Of.DECIDED, name, said, numerator, RAINE)
        for name, said, numerator in (
            ("decisions implemented", IMPLEMENTED, "what was decided was done"),
            ("decisions not implemented", NOT_IMPLEMENTED, "what was decided was not done"),
            ("decisions superseded", SUPERSEDED, "a later decision took its place"),
            ("decisions not ended yet", WAITING, "nobody has said what became of it"),
        )
    ),
    Measure(
        "referred by word of mouth",
        Of.MADE,
        "the referral was said and not written, and whoever heard it recorded it",
        JAMES_WIGG,
        lambda c: c.mode is Mode.VERBAL,
    ),
    Measure(
        "first contact within 28 days",
        Of.SEEN,
        "28 days or fewer from the referral to the first time that the person was seen or spoken "
        "with",
        OXFORD,
        lambda c: days_between(c.made_at, c.first_contact_at) <= FOUR_WEEKS,
    ),
    Measure(
        "contact, assessment, first score and treatment within 28 days",
        Of.STOPPED,
        "28 days or fewer from the referral to the last of these four; here a care plan alone does "
        "not stop the wait, and referrals are not joined to spells",
        CMH_QUICK_GUIDE,
        lambda c: days_between(c.made_at, c.four_weeks) <= FOUR_WEEKS,
    ),
    Measure(
        "referred again within half a year",
        Of.HALF_A_YEAR_ON,
        "183 days or fewer from the end of the course to another referral to the same service",
        JAMES_WIGG,
        lambda c: c.again_at is not None and days_between(c.ended_at, c.again_at) <= HALF_A_YEAR,
    ),
    *(
        _came(Of.KEPT_OUT, name, said.value, numerator, JAMES_WIGG)
        for name, said, numerator in (
            ("admission avoided", AdmissionAvoided.YES, "as the social worker judged it"),
            ("admission not avoided", AdmissionAvoided.NO, "as the social worker judged it"),
            ("admission avoided or not", AdmissionAvoided.NOT_KNOWN, "nobody can know"),
        )
    ),
    Measure(
        "between services for over 7 days",
        Of.BETWEEN,
        "more than 7 days since the hand-over was offered",
        OWN,
        lambda b: b.days > WEEK,
    ),
    Measure(
        "trained within 30 days",
        Of.STARTED,
        "attended any training within 30 days of beginning to work here",
        JAMES_WIGG,
        lambda h: h.answered_at is not None and days_between(h.at, h.answered_at) <= INDUCTION,
    ),
    _rated("experience good", "very good or good", GOOD),
    _rated("experience poor", "poor or very poor", POOR),
    _rated(
        "experience neither good nor poor",
        "neither good nor poor, or the answer was that they do not know",
        set(Experience) - GOOD - POOR,
    ),
    *(_unmet_at(step) for step in Step),
    *(_unmet_because(why) for why in WhyUnmet),
)
