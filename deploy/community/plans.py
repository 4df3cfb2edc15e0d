"""What people want and agree on, and what they say of the help; every figure here is made up.

Each person has a chance of their own, so that nothing else in the place moves by it.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import HELD_BY, Community, Helped, Life
from deploy.community.organisation import Offer, Organisation
from domain.plan import Part, Plan, Terms, plan_of
from domain.policies.days import local_date
from domain.policies.plans import key_worker_needed
from domain.vocabulary import (
    ActionId,
    AgreedHow,
    Collected,
    Experience,
    FeedbackId,
    GivenBy,
    GoalId,
    Moment,
)

HAS_A_GOAL = 0.3
HAS_A_PLAN = 0.6  # of those with a goal
REACHED, DROPPED = 0.45, 0.15
OTHERS_TAKE_PART = 0.4
GIVES_FEEDBACK = 0.15
BY_NAME = 0.2
HAS_WORDS = 0.6
MAY_BE_PUBLISHED = 0.7

GOALS = (
    ("To sleep through the night again", "I would be rested for the children", "My sister"),
    ("To go into town on the bus by myself", "I could see my friends", None),
    ("To get back to work, three days to begin with", None, "My manager"),
    ("To open my letters when they come", "I would know where I stand", "My daughter"),
    ("To sing again", "I would be me again", None),
    ("To cook once a day and sit down for it", None, "My neighbour"),
)
WILL_DO = (
    "Walk every morning, and write down how the night was",
    "Ring before it gets too much",
    "Open the post on Mondays and bring it along",
    "Go to the group twice and see",
)
CARERS_WILL_DO = ("Her sister rings in the evening", "His wife comes along to the first meeting")
IN_A_CRISIS = (
    "Ring my sister first, then 111",
    "Leave the house, walk, then ring the crisis line",
    "Do not talk at me: sit with me, and ring Amir",
)
ASKED_OF_OTHERS = {
    place.CHARITY: "Keep a place in a group until the summer",
    place.HOUSING: "Ask the landlord about the stairs",
    place.LIBRARY: "Set a computer aside on Thursdays",
}
CHANGED = ("Goes by bus with a friend now", "Wants to begin work in the autumn", None)
SAID_SO = ("It happened before I noticed", "Six nights running", None)
NO_LONGER = ("Something else comes first", None)

EXPERIENCES = (
    *((Experience.VERY_GOOD,) * 62),
    *((Experience.GOOD,) * 24),
    *((Experience.NEITHER,) * 6),
    *((Experience.POOR,) * 3),
    *((Experience.VERY_POOR,) * 3),
    *((Experience.DO_NOT_KNOW,) * 2),
)
"""Assumed, near what mental-health services are told: most good, one in seventeen poor."""
GOOD_WORDS = (
    "They listened and did what they said",
    "I was not rushed",
    "Seen quickly, near home",
)
POOR_WORDS = ("I waited too long", "I had to tell it all again each time")


def begin(c: Community, h: Helped, seed: int) -> None:
    """Let somebody have a goal and a plan, or say how it was, as their own chance will have it."""
    chance = Random(f"{seed} plans {h.id}")  # noqa: S311 -- chance, not secrecy
    if chance.random() < HAS_A_GOAL:
        c.begin(_planned(c, h, chance), _at_work(c.now + timedelta(days=chance.randint(9, 40))))
    if chance.random() < GIVES_FEEDBACK:
        said = Random(f"{seed} feedback {h.id}")  # noqa: S311
        c.begin(_said(c, h, said), _at_work(c.now + timedelta(days=said.randint(25, 110))))


def _planned(c: Community, h: Helped, chance: Random) -> Life:
    holder = _holder(c, h)
    if holder is None:
        return
    worker = chance.choice(holder.seeing)
    words, difference, helps = chance.choice(GOALS)
    goal = GoalId(_id(chance))
    c.care.set_goal(
        h.id,
        goal,
        words,
        difference=difference,
        helps=helps,
        asked=c.asked_apart(chance, holder, worker),
    )
    if chance.random() < HAS_A_PLAN:
        yield _at_work(c.now + timedelta(days=chance.randint(2, 20)))
        _agree(c, h, chance)
    yield _at_work(c.now + timedelta(days=chance.randint(30, 90)))
    holder, ends = _holder(c, h), chance.random()
    if holder is not None and ends < REACHED + DROPPED:
        asked = c.asked_apart(chance, holder, chance.choice(holder.seeing))
        if ends < REACHED:
            c.care.reach_goal(h.id, goal, words=chance.choice(SAID_SO), asked=asked)
        else:
            c.care.drop_goal(h.id, goal, words=chance.choice(NO_LONGER), asked=asked)
    while day := _review_on(c, h):
        yield _at_work(max(c.now + timedelta(days=1), workdays.at(day, 9) - timedelta(days=6)))
        holder = _holder(c, h)
        if holder is None:
            return
        c.care.review_plan(
            h.id,
            changed=chance.choice(CHANGED),
            asked=c.asked_apart(chance, holder, chance.choice(holder.seeing)),
        )


def _agree(c: Community, h: Helped, chance: Random) -> None:
    """A plan, where somebody holds the person and it needs no key worker that is not named."""
    holder, way = _holder(c, h), c.way_of(h)
    if holder is None or way is None:
        return
    if key_worker_needed(way.step, local_date(c.now)) and way.key_worker is None:
        return
    parts: tuple[Part, ...] = ()
    if chance.random() < OTHERS_TAKE_PART:
        other = chance.choice(tuple(ASKED_OF_OTHERS))
        if other.id not in h.objects_to:
            action = ActionId(_id(chance))
            parts = (Part(action=action, owner=other.id, what=ASKED_OF_OTHERS[other]),)
    c.care.agree_plan(
        h.id,
        Terms(
            how=chance.choice((AgreedHow.TOGETHER, AgreedHow.TOGETHER, AgreedHow.REMOTELY)),
            person_does=chance.choice(WILL_DO),
            carers_do=chance.choice((None, *CARERS_WILL_DO)),
            crisis=chance.choice(IN_A_CRISIS),
            copy_given=chance.random() < 0.8,
            review_on=local_date(c.now) + timedelta(days=chance.choice((60, 90, 180))),
            parts=parts,
        ),
        asked=c.asked_apart(chance, holder, chance.choice(holder.seeing)),
    )
    for part in parts:
        owner = next(each for each in ASKED_OF_OTHERS if each.id == part.owner)
        c.begin(_done(c, part.action, owner, h, chance), c.now + timedelta(days=14))


def _done(c: Community, action: ActionId, owner: Organisation, h: Helped, chance: Random) -> Life:
    """What another organisation was to do is done; sometimes it is left until it is overdue."""
    yield _at_work(c.now + timedelta(days=chance.randint(1, 60)))
    if not h.gone and h.id not in c.gone and chance.random() < 0.9:
        asked = c.asked_apart(chance, owner, chance.choice(owner.seeing))
        c.care.complete_action(action, asked=asked)


def _said(c: Community, h: Helped, chance: Random) -> Life:
    """What somebody says of one of those who help, mostly without a name."""
    yield c.now
    offered = _offers(h)
    if h.gone or not offered:
        return
    organisation, offer = chance.choice(offered)
    experience, named = chance.choice(EXPERIENCES), chance.random() < BY_NAME
    poor = experience in (Experience.POOR, Experience.VERY_POOR)
    words = chance.choice(POOR_WORDS if poor else GOOD_WORDS)
    collected = chance.choice(tuple(Collected)) if named else Collected.ONLINE
    c.care.give_feedback(
        FeedbackId(_id(chance)),
        offer.id,
        experience,
        given_by=GivenBy.CARER if chance.random() < 0.08 else GivenBy.PERSON,
        collected=collected,
        words=words if chance.random() < HAS_WORDS else None,
        may_publish=chance.random() < MAY_BE_PUBLISHED,
        person_id=h.id if named else None,
        asked=c.asked_apart(
            chance, organisation, chance.choice(organisation.seeing) if named else None
        ),
    )


def _offers(h: Helped) -> list[tuple[Organisation, Offer]]:
    """What those who help somebody offer."""
    helping = [HELD_BY[each] for each in sorted(h.helpers) if each in HELD_BY]
    return [(organisation, offer) for organisation in helping for offer in organisation.offers]


def _holder(c: Community, h: Helped) -> Organisation | None:
    """Who is responsible for somebody now, and writes in the plan that all who help know."""
    way = c.way_of(h)
    if h.gone or way is None or not way.open or way.responsible not in HELD_BY:
        return None
    return None if way.responsible == place.DRUG.id else HELD_BY[way.responsible]


def _review_on(c: Community, h: Helped) -> date | None:
    known = c.known.get(plan_of(h.id))
    return known.review_on if isinstance(known, Plan) else None


def _id(chance: Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)


def _at_work(moment: Moment) -> Moment:
    """The same hour, or nine o'clock, of the next day on which people work."""
    day = workdays.workday(local_date(moment))
    return max(moment, workdays.at(day, 9, 20 + moment.minute // 3))
