"""Why people come, who sends them, and what else goes on for them."""

from __future__ import annotations

from random import Random

from deploy.community import (
    alongside,
    carers,
    details,
    duplicates,
    endings,
    mdt,
    moves,
    place,
    plans,
    talking,
)
from deploy.community.alongside import Way, helped, refer
from deploy.community.community import Community, Helped, Life
from deploy.community.decks import Deck
from deploy.community.organisation import Offer, Organisation
from deploy.community.people import Synthetic
from domain.policies.days import DAY, is_working_day, local_date
from domain.vocabulary import (
    Decision,
    EndReason,
    Mode,
    Moment,
    Recommendation,
    Responsibility,
    Role,
    Source,
    Step,
)

ROUTES = {  # assumed: of 1000 people who are helped, what they come for first
    "talking therapies": 610,
    "social work": 85,
    "housing": 70,
    "group": 65,
    "drug service": 45,
    "library": 20,
    "school": 30,
    "psychology": 25,
    "collaborative care": 25,
    "community team": 25,
}
SENDERS = {  # assumed: partners that send people to talking therapies
    place.SOCIAL_WORK: 30,
    place.PROBATION: 25,
    place.CHARITY: 15,
    place.SCHOOL: 15,
    place.LIBRARY: 10,
    place.HOUSING: 15,
    place.CARERS: 10,
}
ALSO = 0.3  # assumed: how many of those in talking therapies have practical help beside it
ASKS_FIRST = 0.45  # assumed: of GPs who think of the trust, who ask for advice before referring
TALKED_OVER = 0.04  # assumed: of people, those whose GP asks the trust between meetings
COMES_BACK = 0.07  # assumed: of those whose help has ended
OBJECTS = 0.008
RELENTS = 0.3
OBJECTED_TO = (place.CHARITY, place.HOUSING, place.PROBATION, place.LIBRARY)


class Routes:
    """What people come for, in its mix."""

    def __init__(self, rng: Random) -> None:
        self.first: Deck[str] = Deck(ROUTES, rng)
        self.senders: Deck[Organisation] = Deck(SENDERS, rng, size=70)


def life(c: Community, routes: Routes, who: Synthetic) -> Life:
    """Somebody's first asking for help."""
    h = Helped(who, gp=c.one(place.PRACTICE.those(Role.CLINICIAN, Role.CHAIR)[:4]), came_at=c.now)
    h.going_on = 1
    carers.begin(c, h)
    duplicates.begin(c, h)
    plans.begin(c, h, c.seed)
    if c.chance(details.CORRECTED):
        c.also(h, details.corrected(c, h), days=c.rng.randint(10, 90))
    if c.chance(details.DISAGREES):
        c.also(h, details.disagreed(c, h), days=c.rng.randint(20, 60))
    if c.chance(moves.RESTS):
        c.also(h, moves.resting(c, h), days=c.rng.randint(5, 60))
    if c.chance(TALKED_OVER):
        c.also(h, mdt.talked_over(c, h), days=c.rng.randint(12, 80))
    if c.chance(endings.DIES):
        c.begin(endings.died(c, h), c.later(20, 200))
    if endings.lantern_is_there(c) and c.chance(endings.AT_LANTERN):
        yield from c.until_nothing_goes_on(h, endings.at_lantern(c, h))
        return
    yield from c.until_nothing_goes_on(h, _first(c, routes, h))
    yield c.later(20, 120)
    way = c.way_of(h)
    if way and not way.open and not h.gone and h.going_on == 0 and c.chance(COMES_BACK):
        h.going_on = 1
        yield from c.until_nothing_goes_on(h, _first(c, routes, h))


def _first(c: Community, routes: Routes, h: Helped) -> Life:
    match routes.first.deal():
        case "talking therapies":
            yield from _talking(c, routes, h)
        case "social work":
            yield from helped(c, h, place.SOCIAL_CARE, _said(c, h), discussed=0.7)
        case "housing":
            yield from helped(c, h, place.HOUSING_ADVICE, _by_colleague(c, h), discussed=0.4)
        case "group":
            yield from helped(c, h, group_for(c, h), _by_colleague(c, h), discussed=0.05)
        case "drug service":
            yield from _drugs(c, h)
        case "library":
            wanted = c.one(place.LIBRARY.offers)
            yield from helped(c, h, wanted, _by_gp(h), discussed=0.05)
        case "school":
            yield from _school(c, h)
        case "psychology":
            yield from _trust(c, h, place.PSYCHOLOGY)
        case "collaborative care":
            yield from _to_collaborative_care(c, h)
        case _:
            yield from _trust(c, h, place.COMMUNITY_TEAM)
    if c.chance(OBJECTS):
        to = c.one(OBJECTED_TO)
        if to.id not in h.helpers:
            c.care.object_to(h.id, to.id, asked=c.asked(place.PRACTICE, h.gp))
            h.objects_to.add(to.id)
            c.to_forget[to.id] = c.now
            if c.chance(RELENTS):
                c.also(h, _relents(c, h, to), days=c.rng.randint(10, 40))


def _relents(c: Community, h: Helped, to: Organisation) -> Life:
    """Somebody no longer minds that an organisation knows."""
    yield c.soon()
    c.care.lift_objection(h.id, to.id, asked=c.asked(place.PRACTICE, h.gp))
    h.objects_to.discard(to.id)


def _talking(c: Community, routes: Routes, h: Helped) -> Life:
    source, takes_over = c.sources.deal(), Responsibility.TAKE_OVER
    match source:
        case Source.SELF if c.chance(0.8):
            way = Way(place.TALKING, None, source, Mode.ONLINE, takes_over)
        case Source.SELF:
            office = c.office_of(place.TALKING)
            way = Way(place.TALKING, office, source, Mode.VERBAL, takes_over)
        case Source.PROFESSIONAL:
            way = Way(place.PRACTICE, h.gp, source, Mode.WRITTEN, takes_over)
        case Source.CARER:
            office = c.office_of(place.PRACTICE)
            way = Way(place.PRACTICE, office, source, Mode.VERBAL, takes_over)
        case Source.PARTNER:
            sender = routes.senders.deal()
            way = Way(sender, c.one_of(sender), source, Mode.WRITTEN, takes_over)
    if c.chance(ALSO):
        c.also(h, _practical(c, h), days=c.rng.randint(5, 50))
    yield from talking.referred(c, h, way)


def _practical(c: Community, h: Helped) -> Life:
    """What goes on beside therapy; the referral is made by somebody who knows the person."""
    yield c.soon()
    wanted = c.one(
        (
            place.HOUSING_ADVICE,
            place.SOCIAL_CARE,
            place.LINK_WORKER,
            group_for(c, h),
            group_for(c, h),
            c.one(place.LIBRARY.offers),
            place.RECOVERY,
        )
    )
    way = _said(c, h) if wanted is place.SOCIAL_CARE else _by_colleague(c, h)
    if alongside.owner(wanted).id not in h.objects_to:
        yield from helped(c, h, wanted, way, discussed=0.6)


def group_for(c: Community, h: Helped) -> Offer:
    """A group that suits the person's age, and now and then their trouble."""
    if h.who.age >= 60 and c.chance(0.7):
        return place.offer_of(place.PATIENTS_GROUP, "silver")
    if h.who.age >= 35 and c.chance(0.15):
        return place.offer_of(place.PATIENTS_GROUP, "cancer")
    if c.chance(0.15):
        return place.CARERS.offers[0]
    if h.who.details.sex == "female" and 18 <= h.who.age <= 42 and c.chance(0.25):
        return place.offer_of(place.CHARITY, "baby")
    return c.one(place.CHARITY.offers[:3])


def _by_gp(h: Helped) -> Way:
    return Way(place.PRACTICE, h.gp, Source.PROFESSIONAL, Mode.WRITTEN)


def _by_colleague(c: Community, h: Helped) -> Way:
    """By the GP, the link worker, a social worker or talking therapies."""
    who = c.rng.random()
    if who < 0.35:
        return _by_gp(h)
    if who < 0.6:
        link_worker = place.PRACTICE.those(Role.HELPER)[0]
        return Way(place.PRACTICE, link_worker, Source.PROFESSIONAL, Mode.WRITTEN)
    sender = place.SOCIAL_WORK
    if place.TALKING.id in h.helpers and c.chance(0.6):
        sender = place.TALKING
    return Way(sender, c.one_of(sender), Source.PROFESSIONAL, Mode.WRITTEN)


def _said(c: Community, h: Helped) -> Way:
    """A GP says it to a social worker, who records it."""
    return Way(
        place.PRACTICE,
        h.gp,
        Source.PROFESSIONAL,
        Mode.VERBAL,
        said_to=c.one_of(place.SOCIAL_WORK),
    )


def _drugs(c: Community, h: Helped) -> Life:
    chance = c.rng.random()
    if chance < 0.3:
        way = Way(place.PROBATION, c.one_of(place.PROBATION), Source.PARTNER, Mode.WRITTEN)
        yield from helped(c, h, place.RECOVERY, way, discussed=0.45)
    elif chance < 0.55:
        way = Way(place.DRUG, None, Source.SELF, Mode.ONLINE)
        yield from helped(c, h, place.RECOVERY, way, discussed=0.2)
    elif chance < 0.85:
        yield from helped(c, h, place.RECOVERY, _by_gp(h), discussed=0.45)
    else:
        methadone_lead = place.PRACTICE.people[2]
        way = Way(place.PRACTICE, methadone_lead, Source.PROFESSIONAL, Mode.WRITTEN)
        yield from helped(c, h, place.SHARED_CARE, way, discussed=0.6)


def _school(c: Community, h: Helped) -> Life:
    """The school asks the practice, or the practice the school."""
    if c.chance(0.3):
        way = Way(place.SCHOOL, c.one_of(place.SCHOOL), Source.PARTNER, Mode.WRITTEN)
        yield from helped(c, h, place.GP_APPOINTMENT, way, discussed=0.1)
    else:
        yield from helped(c, h, place.COUNSELLING_AT_SCHOOL, _by_gp(h), discussed=0.1)


def _trust(c: Community, h: Helped, wanted: Offer) -> Life:
    """The GP asks the trust to take somebody over."""
    way = Way(place.PRACTICE, h.gp, Source.PROFESSIONAL, Mode.WRITTEN, Responsibility.TAKE_OVER)
    advice = None
    if c.chance(ASKS_FIRST):
        advice, recommended = yield from alongside.advised(c, h, wanted)
        if recommended is not Recommendation.REFER:
            return
    referral = refer(c, h, wanted, way, advised=advice)
    yield alongside.answer_by(c, referral, 26)
    taken_on = yield from alongside.answer(c, h, referral, wanted, place.PRACTICE)
    if taken_on is None:
        return
    receiver = alongside.owner(taken_on)
    yield c.soon()
    worker = c.one_of(receiver)
    c.care.name_key_worker(h.id, worker.id, asked=c.asked(receiver, worker))
    for _ in range(3):
        c.also(h, _reviewed(c, h, receiver), days=c.rng.randint(10, 90))
    rhythm = alongside.RHYTHMS[taken_on.key]
    times = c.rng.randint(rhythm.fewest, rhythm.most)
    yield from alongside.sessions(c, referral, taken_on, times=times, rhythm=rhythm)
    yield from moves.handed_back(c, h)
    yield from alongside.close(c, referral, receiver, place.PRACTICE, EndReason.COMPLETED)


def _to_collaborative_care(c: Community, h: Helped) -> Life:
    """The GP asks the link worker first; the meeting then steps the person up."""
    refer_to = place.LINK_WORKER
    c.also(h, helped(c, h, refer_to, _by_gp(h), discussed=0))
    yield c.later(5, 20)
    for _ in range(3):
        taken = yield from mdt.discuss(
            c,
            h,
            "complex",
            by=place.PRACTICE,
            outcome=Decision.STEP_UP,
            to=place.COLLABORATIVE if c.chance(0.7) else place.COMMUNITY_TEAM,
        )
        way = c.way_of(h)
        if taken and way and way.step is Step.COLLABORATIVE_CARE:
            yield from talking.collaborative(c, h, from_talking=False)
            return
        if taken:
            yield c.soon()
            yield from helped(c, h, place.COMMUNITY_TEAM, _by_gp(h), discussed=0.8)
            return
        yield c.later(7, 14)


def _reviewed(c: Community, h: Helped, by: Organisation) -> Life:
    yield c.soon()
    yield from mdt.discuss(c, h, "review", by=by)


def arrivals(c: Community, people: int) -> Life:
    """People come on every working day, evenly through the whole time."""
    routes = Routes(c.rng)
    for moment in _moments(c, people):
        yield moment
        who = c.people.person(local_date(c.now))
        c.begin(life(c, routes, who), c.now)


def _moments(c: Community, people: int) -> list[Moment]:
    days = []
    day, last = local_date(c.start), local_date(c.until)
    while day <= last:
        if is_working_day(day):
            days.append(day)
        day += DAY
    moments: list[Moment] = []
    while len(moments) < people:
        moment = c.on(c.one(tuple(days)))
        if c.start < moment < c.until:
            moments.append(moment)
    return sorted(moments)
