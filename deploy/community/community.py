"""The community at work: what is due next, who does it, and what was recorded when.

It refuses to decide anything about care: every life does that, through the intentions of users.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from heapq import heappop, heappush
from random import Random
from typing import TypeVar
from uuid import UUID

from deploy.community import figures, place, scores, wording, workdays
from deploy.community.decks import Deck
from deploy.community.organisation import Organisation, Practitioner
from deploy.community.people import People, Synthetic
from domain.application import CareCoordination
from domain.concern import Concern
from domain.intentions.loading import Loaded
from domain.kernel import Asked, Recorded
from domain.pathway import Pathway, pathway_of
from domain.policies.days import DAY, local_date
from domain.policies.steps import Agreement
from domain.vocabulary import (
    Attendance,
    EndReason,
    MeasureId,
    Moment,
    PartnerId,
    PersonId,
    ReferralId,
    Role,
    Source,
)

Life = Iterator[Moment]
"""What happens to somebody, stopping at each moment it has to wait for."""

HELD_BY = {partner.id: partner for partner in place.FOUNDED}
T = TypeVar("T")
FEW = 25
TAKEN_ON = 0.95
"""How many of those that a meeting would step up are taken on: the rest stay where they are."""
TAKEN_BACK = 0.45
"""How many of those who would step down have done it before a history of a year or two ends."""
WANTS_MORE_TIME = 0.04  # assumed: of people for whom a discharge is proposed


@dataclass
class Helped:
    """Somebody who is being helped, and how many things are going on for them."""

    who: Synthetic
    gp: Practitioner
    came_at: Moment
    going_on: int = 0
    known: bool = False
    listed: bool = False
    gone: bool = False
    objects_to: set[PartnerId] = field(default_factory=set)
    helpers: set[PartnerId] = field(default_factory=set)

    @property
    def id(self) -> PersonId:
        return self.who.id


@dataclass
class Gathering:
    """A meeting that still takes cases, and who is known to stay away from it."""

    id: UUID
    starts_at: Moment
    cases: int = 0
    away: set[PartnerId] = field(default_factory=set)


class Community:
    """Everything that is due, in the order in which it will be recorded."""

    def __init__(self, care: CareCoordination, *, seed: int, start: Moment, until: Moment) -> None:
        self.care, self.start, self.until, self.seed = care, start, until, seed
        self.rng = rng = Random(seed)  # noqa: S311 -- chance, not secrecy
        # Scores have a chance of their own: what else happens to people does not move them.
        self.scoring = Random(seed + 1)  # noqa: S311
        self.answering = Random(f"{seed} answers")  # noqa: S311
        self.worrying = Random(f"{seed} worries")  # noqa: S311
        self.now = self.saved_at = start
        self.known = Loaded()
        self.gatherings: list[Gathering] = []
        self.team_gatherings: list[Gathering] = []
        self.gone: set[PersonId] = set()
        self.to_forget: dict[PartnerId, Moment] = {}  # who was last told to, when, and must say so
        self.grouped: dict[str, list[tuple[ReferralId, PersonId]]] = {}
        self.last_measure: dict[ReferralId, MeasureId] = {}
        self.people = People(rng, place.PRACTICE.id)
        self.sources: Deck[Source] = Deck(figures.SOURCES, rng)
        self.fates: Deck[str] = Deck(figures.FATES, Random(f"{seed} fates"))  # noqa: S311
        # Of those who finish a course there are few: small blocks, so that any season has the mix.
        self.waits: Deck[str] = Deck(figures.WAITS, rng, size=FEW)
        self.other_waits: Deck[str] = Deck(figures.WAITS, rng)
        self.second_waits: Deck[str] = Deck(figures.SECOND_WAITS, rng, size=FEW)
        self.intensities: Deck[str] = Deck(figures.INTENSITIES, rng, size=FEW)
        self.outcomes: Deck[str] = Deck(scores.OUTCOMES, self.scoring, size=100)
        self.once: Deck[str] = Deck(scores.OUTCOMES, self.scoring, size=100)
        self.ends: Deck[EndReason] = Deck(figures.END_REASONS, rng, size=FEW)
        self.attendances: Deck[Attendance] = Deck(_ONCE_STARTED, rng)
        up = figures.STEPPED_UP_OF_FINISHED / TAKEN_ON
        self.steps_up: Deck[bool] = Deck({True: up, False: 1 - up}, rng, size=FEW)
        down = figures.STEPPED_DOWN_OF_FINISHED / figures.STEPPED_UP_OF_FINISHED / TAKEN_BACK
        self.steps_down: Deck[bool] = Deck({True: down, False: 1 - down}, rng, size=20)
        self.unseen: Deck[bool] = Deck({True: 1, False: 2}, rng, size=3)  # of whom fell back
        self.mistaken: Deck[bool] = Deck({True: 1, False: 3}, rng, size=4)  # nullifications
        self.therapies = {
            names: Deck({name: figures.THERAPIES[name].finished for name in names}, rng, size=100)
            for names in (figures.LOW_INTENSITY, figures.HIGH_INTENSITY)
        }
        self._due: list[tuple[Moment, int, Life]] = []
        self._order = 0
        self._recorded: dict[UUID, Moment] = {}

    # What is due

    def begin(self, life: Life, at: Moment) -> None:
        """Let something happen from that moment on."""
        self._order += 1
        heappush(self._due, (at, self._order, life))

    def is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= self.until

    def go_on(self) -> None:
        """Let what is due next happen, up to where it has to wait again."""
        self.now, _, life = heappop(self._due)
        following = next(life, None)
        if following is not None:
            self.begin(life, max(following, self.now))

    def also(self, helped: Helped, life: Life, *, days: int = 0) -> None:
        """Let something happen for somebody beside what goes on already."""
        helped.going_on += 1
        self.begin(self.until_nothing_goes_on(helped, life), self.later(days, days + 2))

    def until_nothing_goes_on(self, helped: Helped, life: Life) -> Life:
        """Live it, and close the pathway when it was the last thing that went on."""
        for moment in life:
            yield moment
            if helped.gone:
                return
        helped.going_on -= 1
        if helped.going_on == 0:
            yield self.later(5, 25)
            way = self.way_of(helped)
            quiet = helped.going_on == 0 and not helped.gone
            if quiet and way and way.responsible and not way.offer:
                yield from self._discharged(helped, HELD_BY[way.responsible])

    def _discharged(self, helped: Helped, holder: Organisation) -> Life:
        """It is proposed, the two whom the place's model asks agree, and the pathway closes."""
        way = self.way_of(helped)
        assert way is not None
        link = next((p for p in holder.seeing if p.id == way.key_worker), holder.seeing[0])
        others = tuple(p for p in holder.people if p is not link)
        if not others:
            return  # two people have to agree, and there is one
        clinical = self.one(tuple(p for p in others if p in holder.seeing) or others)

        def goes_on() -> bool:
            """Whether something has begun for the person again meanwhile."""
            here = way.responsible == holder.id and not way.offer
            return not here or helped.going_on > 0 or helped.gone

        while self.worried(helped):
            yield self.now + DAY
            if goes_on():
                return
        care, reason = self.care, EndReason.COMPLETED
        care.name_key_worker(helped.id, link.id, asked=self.asked(holder, link))
        care.name_coordinator(helped.id, clinical.id, asked=self.asked(holder, clinical))
        wants_more_time = self.chance(WANTS_MORE_TIME)
        for last in (False, True) if wants_more_time else (True,):
            plan = self.one(wording.PLANS)
            asked = self.asked(holder, link)
            care.propose_discharge(helped.id, reason, plan=plan, asked=asked)
            asked = self.asked(holder, link)
            care.agree_discharge(helped.id, Agreement.LINK_WORKER, asked=asked)
            yield self.later(1, 6)
            if goes_on():
                return
            if not last:
                care.withdraw_discharge(helped.id, asked=self.asked(holder, link))
                yield self.later(10, 30)
                if goes_on():
                    return
        asked = self.asked(holder, clinical)
        care.agree_discharge(helped.id, Agreement.CLINICAL_COORDINATOR, asked=asked)
        yield self.soon()
        while self.worried(helped):
            yield self.now + DAY
        if not goes_on() and way.discharge and not way.hold:
            care.close_pathway(helped.id, reason, asked=self.asked(holder, link))

    def worried(self, helped: Helped) -> bool:
        """Whether a concern about somebody is open: nobody is discharged over it."""
        about = self.known.of(Concern)
        return any(each.open and each.person == helped.id for each in about)

    def way_of(self, helped: Helped) -> Pathway | None:
        """Where somebody stands; nothing before anybody asked for help for them."""
        known = self.known.get(pathway_of(helped.id))
        return known if isinstance(known, Pathway) else None

    # Who asks, and when

    def asked(
        self,
        organisation: Organisation,
        by: Practitioner | None,
        *,
        at: Moment | None = None,
    ) -> Asked:
        """An intention's who and when; it is recorded now and was true then or just before."""
        key = self.new_id()
        self._recorded[key] = self.now
        return Asked(
            organisation=organisation.id,
            at=at or self.now - timedelta(seconds=self.rng.randint(5, 240)),
            key=key,
            practitioner=by.id if by else None,
        )

    def asked_apart(
        self,
        chance: Random,
        organisation: Organisation,
        by: Practitioner | None,
        *,
        at: Moment | None = None,
    ) -> Asked:
        """The same, by a chance of its own: nobody else's numbers move by what is asked so."""
        key = UUID(int=chance.getrandbits(128), version=4)
        self._recorded[key] = self.now
        practitioner = by.id if by else None
        return Asked(organisation.id, at or self.now, key, practitioner)

    def asked_by_timer(self, organisation: PartnerId) -> Asked:
        """An intention that no person asks: it is true when it is recorded."""
        key = self.new_id()
        self._recorded[key] = self.now
        return Asked(organisation=organisation, at=self.now, key=key)

    def recorded_at(self, fact: Recorded) -> Moment:
        return self._recorded[fact.intention]

    def forget_times(self) -> None:
        """Once a batch is saved nobody asks for its times."""
        self.saved_at = self.now
        self._recorded.clear()

    def new_id(self) -> UUID:
        return UUID(int=self.rng.getrandbits(128), version=4)

    def keys(self) -> Iterator[UUID]:
        while True:
            key = self.new_id()
            self._recorded[key] = self.now
            yield key

    def keys_apart(self, chance: Random) -> Iterator[UUID]:
        """Keys by a chance of their own."""
        while True:
            key = UUID(int=chance.getrandbits(128), version=4)
            self._recorded[key] = self.now
            yield key

    # Chance

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def one(self, of: tuple[T, ...]) -> T:
        return self.rng.choice(of)

    def one_of(self, organisation: Organisation) -> Practitioner:
        """Somebody there who sees people."""
        return self.rng.choice(organisation.seeing)

    def office_of(self, organisation: Organisation) -> Practitioner:
        """Who answers letters there."""
        return self.rng.choice(organisation.those(Role.ADMINISTRATOR) or organisation.seeing)

    # Time

    def later(self, fewest: int, most: int) -> Moment:
        """A working moment that many days from now."""
        return self.on(self.day_in(fewest, most))

    def on(self, day: date) -> Moment:
        """A moment in working hours of the day, or of the next one on which people work."""
        minute = self.rng.randint(0, 8 * 60 + 30)
        moment = workdays.at(workdays.workday(day), 8 + (30 + minute) // 60, (30 + minute) % 60)
        moment += timedelta(seconds=self.rng.randint(0, 59))
        return moment if moment > self.now else self.soon()

    def hours(self, hours: int) -> Moment:
        return self.now + timedelta(hours=hours)

    def soon(self) -> Moment:
        return self.now + timedelta(minutes=self.rng.randint(2, 50))

    def day_in(self, fewest: int, most: int) -> date:
        """A day that many days from now."""
        today = local_date(self.now)
        return today + timedelta(days=self.rng.randint(fewest, most))

    def slot(self, day: date) -> Moment:
        """An appointment's time on the day, or on the next one on which people work."""
        hour, quarter = self.rng.randint(9, 16), self.rng.choice((0, 15, 30, 45))
        while True:
            day = workdays.workday(day)
            moment = workdays.at(day, hour, quarter)
            if moment - self.now > timedelta(hours=1):
                return moment
            day += DAY


_ONCE_STARTED = {
    Attendance.ON_TIME: 723,
    Attendance.LATE: 38,
    Attendance.DID_NOT_ATTEND: 77,
    Attendance.TOO_LATE: 13,
    Attendance.CANCELLED_BY_PERSON: 115,
    Attendance.CANCELLED_BY_SERVICE: 34,
}
"""After a first appointment, which is kept by all but those who never come: the whole then has
the published attendance."""
