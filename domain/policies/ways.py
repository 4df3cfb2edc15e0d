"""Ways of working: how a place goes about its care, as dated data with a source.

Two ship as examples, Sandwell's and the James Wigg Practice's. A place chooses one from a day on,
or writes its own, which is data too: `problems` says in words what is wrong with one. A way names
its stepped-care model, its meetings, the clocks that run only here, what its colours mean, and the
practices it keeps. It refuses to know any person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel import BrokenRule
from domain.policies import steps
from domain.policies.clocks.rules import ESTEEM, Clock
from domain.policies.rhythm import JAMES_WIGG as CAMDEN
from domain.vocabulary import Complexity, MeetingKind, PartnerId, Practice, Step


class WayIsUnknown(BrokenRule):
    """No way of this name held on that day; choose one that ships, or write the place's own."""


class WayIsNotWhole(BrokenRule):
    """This way contradicts itself or leaves something out; ``needs`` says what to change."""


class Part(BaseModel):
    """A piece of a way: data that nobody changes once it is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Team(Part):
    """Who works together, and what for."""

    name: str
    made_of: tuple[str, ...] = ()
    does: str


class Meets(Part):
    """A meeting the place holds; how often its kind comes round is `policies.rhythm`'s to say."""

    kind: MeetingKind
    name: str
    about: str


class Meaning(Part):
    """What a colour means here, and within how many days the team looks at such a case again."""

    complexity: Complexity
    words: str
    looked_at_within: Annotated[int, Field(ge=1, le=366)]


class TeamReview(Part):
    """New and existing cases at these steps are looked at in this kind of meeting."""

    meeting: MeetingKind
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]
    new_within: Annotated[int, Field(ge=1, le=366)]


class Kept(Part):
    """A practice the place keeps, in its own words."""

    practice: Practice
    words: str


class Way(Part):
    """One way of working between two dates. Who the people are, it never says."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: str
    effective_from: date
    effective_to: date | None = None  # the first day it no longer holds
    stepped_care: str
    teams: tuple[Team, ...] = ()
    meetings: tuple[Meets, ...] = ()
    clocks: tuple[Clock, ...] = ()
    complexity: tuple[Meaning, ...] = ()
    team_review: TeamReview | None = None
    practices: tuple[Kept, ...] = ()

    def keeps(self, practice: Practice) -> bool:
        """Whether the place keeps a practice."""
        return any(kept.practice is practice for kept in self.practices)

    def meaning(self, complexity: Complexity) -> Meaning | None:
        """What a colour means here; ``None`` where the way has no colours."""
        return next((each for each in self.complexity if each.complexity is complexity), None)

    def looked_at_within(self, complexity: Complexity | None, *, new: bool) -> int | None:
        """Within how many days the team looks at a case; ``None`` where no team review is kept.

        A case nobody looked at yet is new, whatever its colour; one without a colour stays so.
        """
        if self.team_review is None:
            return None
        meaning = None if complexity is None else self.meaning(complexity)
        if meaning is None:
            return self.team_review.new_within
        within = meaning.looked_at_within
        return min(within, self.team_review.new_within) if new else within


@dataclass(frozen=True, slots=True)
class Choice:
    """A place works by a way from a day on."""

    place: PartnerId
    way: str
    effective_from: date


LOCAL = frozenset({Clock.SANDWELL_ASSESSMENT, Clock.SANDWELL_ACUTE})
"""Clocks that run nowhere but where the way in force on the day of referral names them."""


SANDWELL = Way(
    name="Sandwell",
    source=(
        f"{ESTEEM}; NHS Confederation, A primary care approach to mental health and wellbeing "
        "(2012). In how many days a case of each colour is looked at again is Throughcare's own "
        "default: the source says weekly"
    ),
    effective_from=date(2013, 10, 1),
    stepped_care=steps.SANDWELL.name,
    teams=(
        Team(
            name="Esteem Team",
            made_of=("link workers", "a clinical co-ordinator"),
            does=(
                "co-ordinates care for people whose mental-health needs are mild to moderate and "
                "whose social needs are complex"
            ),
        ),
    ),
    meetings=(
        Meets(
            kind=MeetingKind.WEEKLY_MDT,
            name="Weekly team meeting",
            about="every new case since the last one, and existing cases by their complexity",
        ),
    ),
    clocks=(Clock.SANDWELL_ASSESSMENT, Clock.SANDWELL_ACUTE),
    complexity=(
        Meaning(
            complexity=Complexity.RED,
            words=(
                "Several needs at once, some of them urgent, and more than one organisation has "
                "to act this week"
            ),
            looked_at_within=7,
        ),
        Meaning(
            complexity=Complexity.AMBER,
            words="Several needs, each with a plan and somebody who sees to it",
            looked_at_within=14,
        ),
        Meaning(
            complexity=Complexity.GREEN,
            words="One need, or needs that the person and their link worker see to between them",
            looked_at_within=28,
        ),
    ),
    team_review=TeamReview(
        meeting=MeetingKind.WEEKLY_MDT, steps=(Step.COLLABORATIVE_CARE,), new_within=14
    ),
    practices=(
        Kept(
            practice=Practice.NOBODY_TURNED_AWAY,
            words="Whoever is referred here is helped here, or told where they are helped",
        ),
        Kept(
            practice=Practice.ASSESSED_AT_HOME,
            words="The initial assessment is a visit, usually at home",
        ),
        Kept(
            practice=Practice.URGENT_NEEDS_FIRST,
            words="What cannot wait is seen to before anything is planned",
        ),
        Kept(
            practice=Practice.SOCIAL_PROBLEMS,
            words="The action plan covers housing, money and company as much as symptoms",
        ),
        Kept(
            practice=Practice.CARERS_REGISTER,
            words="Who cares for somebody is asked about, and put on the carers' register",
        ),
        Kept(
            practice=Practice.DUAL_AGREEMENT,
            words="The link worker and the clinical co-ordinator both agree to a discharge",
        ),
        Kept(
            practice=Practice.NOT_TIME_LIMITED,
            words="Help lasts for as long as it is needed",
        ),
    ),
)

JAMES_WIGG = Way(
    name="James Wigg",
    source=(
        f"{CAMDEN}. From the first day of the CCG that described it; it names no stepped-care "
        "model, so NICE's counts"
    ),
    effective_from=date(2013, 4, 1),
    stepped_care=steps.NICE.name,
    teams=(
        Team(
            name="Primary mental health care team",
            made_of=("psychiatrist", "psychologist", "community psychiatric nurse"),
            does=(
                "talks complex cases over with one GP at a time, works with families, and teaches"
            ),
        ),
        Team(
            name="Social workers",
            made_of=("two full-time social workers",),
            does=(
                "take referrals by word of mouth and go straight to housing, money and carers' "
                "services; help people home from hospital and out of it"
            ),
        ),
        Team(
            name="Drug counsellor and methadone lead",
            made_of=("drug counsellor", "the GP who leads on methadone"),
            does="a weekly clinic at the practice, with the GP as its liaison",
        ),
    ),
    meetings=(
        Meets(
            kind=MeetingKind.WEEKLY_MDT,
            name="Weekly MDT",
            about="every service comes and presents",
        ),
        Meets(
            kind=MeetingKind.FORTNIGHTLY_TEAM,
            name="Fortnightly team meeting",
            about="planning within a group of workers",
        ),
        Meets(
            kind=MeetingKind.MONTHLY_PLANNING,
            name="Monthly planning",
            about="planning within a group of workers",
        ),
        Meets(
            kind=MeetingKind.MONTHLY_REVIEW,
            name="Monthly project review",
            about="how the work goes, together with the trust",
        ),
        Meets(
            kind=MeetingKind.QUARTERLY_PLANNING,
            name="Quarterly planning",
            about="planning across the groups of workers",
        ),
    ),
    practices=(
        Kept(
            practice=Practice.ALL_SERVICES_PRESENT,
            words="Every service comes to the weekly meeting and presents",
        ),
        Kept(
            practice=Practice.CASE_DISCUSSIONS,
            words=(
                "Complex cases are talked over one to one, families are seen as families, and GPs "
                "are taught"
            ),
        ),
        Kept(
            practice=Practice.VERBAL_REFERRALS,
            words="A word in the corridor is a referral: who receives it records it",
        ),
        Kept(
            practice=Practice.DIRECT_ACCESS,
            words="Social workers go straight to housing, money and carers' services",
        ),
        Kept(
            practice=Practice.METHADONE_LIAISON,
            words="One GP is the liaison for everybody on methadone",
        ),
        Kept(
            practice=Practice.GROUP_PROGRAMME,
            words=(
                "Art therapy, aromatherapy, gardening, dance and a baby sing-along, by the "
                "Kentish Town Improvement Fund"
            ),
        ),
        Kept(
            practice=Practice.PATIENT_GROUPS,
            words=(
                "Patients run groups of their own; one is open to patients of neighbouring "
                "practices"
            ),
        ),
    ),
)

WAYS: tuple[Way, ...] = (SANDWELL, JAMES_WIGG)
"""The examples that ship."""


def problems(way: Way) -> Iterator[str]:
    """What contradicts itself or is left out, each in a sentence that says what to change."""
    if way.effective_to is not None and way.effective_to <= way.effective_from:
        yield "effective_to: must be after effective_from."
    model = _model(way)
    if model is None:
        known = ", ".join(each.name for each in steps.MODELS)
        yield f"stepped_care: no model of this name holds on effective_from; there are {known}."
    elif way.keeps(Practice.DUAL_AGREEMENT) and not model.discharge:
        yield f"practices: two agree to a discharge, but {model.name} asks nobody to agree."
    yield from _twice("meetings", [meets.kind.value for meets in way.meetings])
    yield from _twice("clocks", [clock.value for clock in way.clocks])
    yield from _twice("practices", [kept.practice.value for kept in way.practices])
    foreign = [clock.value for clock in way.clocks if clock not in LOCAL]
    if foreign:
        may = ", ".join(sorted(clock.value for clock in LOCAL))
        yield f"clocks: {', '.join(foreign)} runs everywhere; a way may name {may}."
    coded = [each.complexity.value for each in way.complexity]
    if coded and sorted(coded) != sorted(each.value for each in Complexity):
        yield "complexity: say what red, amber and green each mean, once, or leave them all out."
    held = {meets.kind for meets in way.meetings}
    if way.team_review and way.team_review.meeting not in held:
        yield "team_review: its meeting must be one of meetings."


def _twice(field: str, named: Sequence[str]) -> Iterator[str]:
    for each in sorted({name for name in named if named.count(name) > 1}):
        yield f"{field}: {each} is named twice."


def _model(way: Way) -> steps.SteppedCare | None:
    try:
        return steps.named(way.stepped_care, way.effective_from)
    except steps.ModelIsUnknown:
        return None


def named(name: str, on: date, written: Collection[Way] = ()) -> Way:
    """The way of a name that holds on a day; of two, the one written later. Raises `WayIsUnknown`.

    A place's own way takes the place of one that ships under the same name.
    """
    held = [
        way
        for way in (*WAYS, *written)
        if way.name == name
        and way.effective_from <= on
        and (way.effective_to is None or on < way.effective_to)
    ]
    if not held:
        raise WayIsUnknown(on)
    return held[-1]


def in_force(on: date, choices: Iterable[Choice], written: Collection[Way] = ()) -> Way | None:
    """The way a place works by on a day; ``None`` when it has chosen none by then.

    Of two choices for one day the later made counts. A way that has run out holds no longer.
    """
    chosen = [each for each in choices if each.effective_from <= on]
    if not chosen:
        return None
    latest = max(enumerate(chosen), key=lambda pair: (pair[1].effective_from, pair[0]))
    try:
        return named(latest[1].way, on, written)
    except WayIsUnknown:
        return None
