"""The clocks' rules as dated data, each with its source; it refuses to know a date of today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.policies.clocks.happening import CONTACTS, Kind
from domain.policies.days import Unit, Within


class Clock(StrEnum):
    TALKING_THERAPIES_6_WEEKS = "talking therapies, 6 weeks"
    TALKING_THERAPIES_18_WEEKS = "talking therapies, 18 weeks"
    TALKING_THERAPIES_WITHOUT_PAUSES = "talking therapies, 6 weeks without the person's pauses"
    SECOND_TREATMENT = "talking therapies, second treatment"
    COMMUNITY_4_WEEKS = "community mental health, 4 weeks"
    SANDWELL_ASSESSMENT = "Sandwell, initial assessment"
    SANDWELL_ACUTE = "Sandwell, initial assessment when acute"
    EMERGENCY = "emergency"
    CRISIS_VERY_URGENT = "crisis, very urgent"
    CRISIS_URGENT = "crisis, urgent"
    URGENT = "urgent"
    ROUTINE = "routine"
    NON_RESPONSE_REVIEW = "review of non-response"
    CARE_MANAGER_FOLLOW_UP = "collaborative care, follow-up"
    PSYCHIATRIC_REVIEW = "collaborative care, psychiatric review"


class Standing(StrEnum):
    """How far a rule binds."""

    NATIONAL = "national standard"
    PROPOSED = "proposed national standard"
    GUIDANCE = "guidance"
    LOCAL = "local standard"


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One way to run a clock, between two dates.

    The clock starts at the first of ``starts`` and stops at the latest of the first of each group
    in ``stops``. What happens before day ``opens`` is too early to stop it. With ``again`` what
    starts it must happen once more to stop it. ``spell_gap`` joins referrals that overlap or lie at
    most so many days apart into one spell; ``teams`` are those in scope. The rule is chosen by the
    day the clock starts or, where ``dated_by`` names kinds, by the day of the first of those, and
    until there is one by the day asked about.
    """

    clock: Clock
    name: str
    source: str
    standing: Standing
    effective_from: date
    limit: Within
    stops: tuple[frozenset[Kind], ...]
    effective_to: date | None = None  # the first day it no longer holds
    starts: frozenset[Kind] = frozenset({Kind.REFERRAL_RECEIVED})
    ends: frozenset[Kind] = frozenset({Kind.REFERRAL_ENDED})
    opens: int = 0
    spell_gap: int | None = None
    teams: frozenset[str] | None = None
    dated_by: frozenset[Kind] = frozenset()
    counts_media: bool = False
    deducts_pauses: bool = False
    again: bool = False


def only(*kinds: Kind) -> tuple[frozenset[Kind], ...]:
    """One group: the first of any of these stops the clock."""
    return (frozenset(kinds),)


NHSE_WAITS = (
    "NHS England, Mental health access and waiting time standards; NHS Talking Therapies measures "
    "M052-M055: first therapy session minus referral received, no deduction of pauses"
)
CMH_QUICK_GUIDE = (
    "NHS Digital, Adult CMH waiting times quick guide; NHS England mental-health monthly "
    "statistics, 4w_waits_prep.py"
)
ESTEEM = "King's Fund, The Esteem Team (2013): Esteem Team care planning/co-ordination process"
OXFORD = "Oxford Health, Buckinghamshire: local response times"
CRISIS = "NHS England, clinically-led review of mental-health standards (2021), as NSUN reports it"
COCM = "Psychiatric Services 2016, doi 10.1176/appi.ps.201400577"

CORE_COMMUNITY = frozenset({"A05", "A06", "A08", "A09", "A12", "A13", "A16", "C03", "C10"})
"""Team types of core community mental health (C03 is counted as C10)."""

SEEN = CONTACTS
HELPED = frozenset({Kind.PLAN, Kind.INTERVENTION, Kind.TREATMENT})
MEASURED = frozenset({Kind.BASELINE})
ASSESSED = frozenset({Kind.ASSESSMENT})


def _talking_therapies(clock: Clock, name: str, days: int) -> ClockRule:
    return ClockRule(
        clock=clock,
        name=name,
        source=NHSE_WAITS,
        standing=Standing.NATIONAL,
        effective_from=date(2015, 4, 1),
        limit=Within(days, Unit.DAYS),
        stops=only(Kind.TREATMENT),
    )


def _community(
    name: str, since: date, until: date | None, stops: tuple[frozenset[Kind], ...]
) -> ClockRule:
    return ClockRule(
        clock=Clock.COMMUNITY_4_WEEKS,
        name=name,
        source=CMH_QUICK_GUIDE,
        standing=Standing.NATIONAL,
        effective_from=since,
        effective_to=until,
        limit=Within(28, Unit.DAYS),
        stops=stops,
        spell_gap=5,
        teams=CORE_COMMUNITY,
        dated_by=CONTACTS,
        counts_media=True,
    )


def _response(
    clock: Clock, name: str, source: str, standing: Standing, since: date, limit: Within
) -> ClockRule:
    return ClockRule(
        clock=clock,
        name=name,
        source=source,
        standing=standing,
        effective_from=since,
        limit=limit,
        stops=(SEEN,),
        counts_media=True,
    )


def _sandwell(clock: Clock, name: str, limit: Within) -> ClockRule:
    return ClockRule(
        clock=clock,
        name=name,
        source=ESTEEM,
        standing=Standing.LOCAL,
        effective_from=date(2013, 10, 1),
        limit=limit,
        stops=only(Kind.ASSESSMENT),
    )


RULES: tuple[ClockRule, ...] = (
    _talking_therapies(
        Clock.TALKING_THERAPIES_6_WEEKS, "first treatment within 42 days of referral", 42
    ),
    _talking_therapies(
        Clock.TALKING_THERAPIES_18_WEEKS, "first treatment within 126 days of referral", 126
    ),
    ClockRule(
        clock=Clock.TALKING_THERAPIES_WITHOUT_PAUSES,
        name="first treatment within 42 days of referral, the person's own pauses taken off",
        source="NHS Talking Therapies data set v2.0, table IDS108 (waiting-time pauses)",
        standing=Standing.LOCAL,
        effective_from=date(2020, 9, 1),
        limit=Within(42, Unit.DAYS),
        stops=only(Kind.TREATMENT),
        deducts_pauses=True,
    ),
    ClockRule(
        clock=Clock.SECOND_TREATMENT,
        name="second treatment within 90 days of the first (the hidden wait)",
        source=(
            "NHS Talking Therapies annual measures, 2024-25: first to second treatment, published "
            "in bands of 28, 56 and 90 days; no national limit, so the last band is Throughcare's "
            "own"
        ),
        standing=Standing.LOCAL,
        effective_from=date(2015, 4, 1),
        limit=Within(90, Unit.DAYS),
        starts=frozenset({Kind.TREATMENT}),
        stops=only(Kind.TREATMENT),
        again=True,
    ),
    _community(
        "contact, baseline outcome, care plan or intervention within 28 days",
        date(2016, 1, 1),
        date(2024, 4, 1),
        (SEEN, MEASURED, HELPED),
    ),
    _community(
        "contact, assessment, baseline outcome, care plan or intervention within 28 days",
        date(2024, 4, 1),
        None,
        (SEEN, ASSESSED, MEASURED, HELPED),
    ),
    _sandwell(
        Clock.SANDWELL_ASSESSMENT, "assessment within 3 days of referral", Within(3, Unit.DAYS)
    ),
    _sandwell(
        Clock.SANDWELL_ACUTE, "assessment on the day of referral when acute", Within(0, Unit.DAYS)
    ),
    _response(
        Clock.EMERGENCY,
        "seen within 4 hours",
        OXFORD,
        Standing.LOCAL,
        date(2015, 4, 1),
        Within(4, Unit.HOURS),
    ),
    _response(
        Clock.CRISIS_VERY_URGENT,
        "seen within 4 hours",
        CRISIS,
        Standing.PROPOSED,
        date(2021, 7, 1),
        Within(4, Unit.HOURS),
    ),
    _response(
        Clock.CRISIS_URGENT,
        "seen within 24 hours",
        CRISIS,
        Standing.PROPOSED,
        date(2021, 7, 1),
        Within(24, Unit.HOURS),
    ),
    _response(
        Clock.URGENT,
        "seen within 7 days",
        OXFORD,
        Standing.LOCAL,
        date(2015, 4, 1),
        Within(7, Unit.DAYS),
    ),
    _response(
        Clock.ROUTINE,
        "seen within 28 days",
        OXFORD,
        Standing.LOCAL,
        date(2015, 4, 1),
        Within(28, Unit.DAYS),
    ),
    ClockRule(
        clock=Clock.NON_RESPONSE_REVIEW,
        name="treatment without response reviewed after 4 to 6 weeks",
        source="NICE NG222 (29 June 2022), recommendation 1.9.1",
        standing=Standing.GUIDANCE,
        effective_from=date(2022, 6, 29),
        limit=Within(42, Unit.DAYS),
        starts=frozenset({Kind.TREATMENT_BEGAN}),
        stops=only(Kind.REVIEWED),
        ends=frozenset({Kind.REFERRAL_ENDED, Kind.RESPONDED}),
        opens=28,
    ),
    ClockRule(
        clock=Clock.CARE_MANAGER_FOLLOW_UP,
        name="follow-up by the care manager within 4 weeks",
        source=COCM,
        standing=Standing.GUIDANCE,
        effective_from=date(2016, 1, 1),
        limit=Within(28, Unit.DAYS),
        starts=frozenset({Kind.COLLABORATIVE_CARE_BEGAN}),
        stops=only(Kind.FOLLOWED_UP),
    ),
    ClockRule(
        clock=Clock.PSYCHIATRIC_REVIEW,
        name="without response at week 8, a psychiatrist's review by week 12",
        source=COCM,
        standing=Standing.GUIDANCE,
        effective_from=date(2016, 1, 1),
        limit=Within(84, Unit.DAYS),
        starts=frozenset({Kind.COLLABORATIVE_CARE_BEGAN}),
        stops=only(Kind.PSYCHIATRIST_CONSULTED),
        ends=frozenset({Kind.REFERRAL_ENDED, Kind.RESPONDED}),
        opens=56,
    ),
)


def in_force(clock: Clock, on: date, rules: Sequence[ClockRule] = RULES) -> ClockRule:
    """The rule of a clock that held on a day; before the first, the first."""
    own = [rule for rule in rules if rule.clock is clock]
    held = [rule for rule in own if rule.effective_from <= on]
    return max(held, key=lambda rule: rule.effective_from) if held else own[0]
