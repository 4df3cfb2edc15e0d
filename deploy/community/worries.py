"""Concerns in the place: somebody worries, somebody looks, and what comes of it; rare, and told.

It has a chance of its own, so that nobody else's numbers move. How often is assumed: a concern
raised in words is not counted anywhere that is published.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import cycle
from uuid import UUID

from deploy.community import place, workdays
from deploy.community.community import HELD_BY, Community, Life
from deploy.community.organisation import Organisation
from domain.concern import Concern, concern_of_safeguarding
from domain.kernel import Asked
from domain.pathway import Pathway, pathway_of
from domain.policies.days import local_date
from domain.policies.entry import HOLDING
from domain.referral import Referral
from domain.request import State
from domain.safeguarding import SafeguardingReferred
from domain.vocabulary import (
    ConcernId,
    ConcernOutcome,
    ConcernSource,
    Label,
    Moment,
    NotTold,
    PersonId,
    SafeguardingId,
    SafeguardingOf,
    Tied,
)

SHARE = 0.015  # assumed: of people, those about whom somebody worries in words within a year
FEWEST = 14
STORIES = (
    "looked at",
    "looked at",
    "passed on",
    "looked at",
    "safeguarding outside",
    "not taken",
    "looked at",
    "late",
    "safeguarding here",
)
"""What becomes of them, one after the other."""

WORRIES = (
    "Has not come twice and does not answer; last time she said there was no point",
    "Told us he thinks of not being here any more",
    "Her sister rang: she has stopped eating and stays in bed",
    "Said at the group that he sleeps in his car and cannot go on like this",
)
LOOKED = (
    "Rang straight away and spoke for half an hour; comes in this afternoon",
    "Went round to see him with a colleague",
    "Spoke with her and, with her agreement, with her sister",
)
CAME_OF_IT = (
    "Safety plan agreed; her sister stays with her this week",
    "Seen twice since; he rings when nights are bad",
    "Sees the crisis team daily for now",
)
PASSED_ON = "You have seen him since March; could somebody look today?"
NOT_OURS = "Discharged from our team in the spring; the practice knows her best"
CONTENT = "A relative takes money from her and she is afraid to say so"
SHARED = "Name, address, what she told us, and that she is seen here"
OUTCOMES = (ConcernOutcome.SAFETY_PLAN, ConcernOutcome.TALKED, ConcernOutcome.CARE_CHANGED)


def worries(c: Community, people: int) -> Life:
    """A few in the whole time, and one of this morning that nobody has looked at yet."""
    number = max(FEWEST, round(people * SHARE))
    between, stories = (c.until - c.start) / (number + 2), cycle(STORIES)
    for each in range(1, number + 1):
        day = workdays.workday(local_date(c.start + between * (each + 1)))
        yield workdays.at(day, 9 + c.worrying.randrange(4), c.worrying.randrange(60))
        if about := _somebody(c):
            c.begin(_story(c, about, next(stories)), c.now)
    yield c.until - timedelta(minutes=95)
    if about := _somebody(c):
        _raised(c, about)


def _somebody(c: Community) -> Referral | None:
    """Somebody who is helped now by an organisation that may well notice."""
    helped = [
        noun
        for noun in c.known.of(Referral)
        if noun.state is State.ACCEPTED
        and noun.label is Label.ORDINARY
        and noun.receiver != place.LANTERN.id
        and _held(c, noun.person) not in (None, place.LANTERN.id)
    ]
    return c.worrying.choice(helped) if helped else None


def _held(c: Community, person: PersonId | None) -> UUID | None:
    way = c.known.get(pathway_of(person)) if person and person not in c.gone else None
    open_to_all = isinstance(way, Pathway) and way.label is Label.ORDINARY and way.open
    return way.responsible if isinstance(way, Pathway) and open_to_all else None


def _raised(c: Community, about: Referral) -> Concern:
    """Whoever helps them raises it: who holds them must look."""
    assert about.person is not None
    assert about.receiver is not None
    raiser, which = HELD_BY[about.receiver], ConcernId(_id(c))
    c.care.raise_concern(
        about.person,
        which,
        source=ConcernSource.PRACTITIONER if raiser.kind in HOLDING else ConcernSource.ORGANISATION,
        words=c.worrying.choice(WORRIES),
        asked=c.asked_apart(c.worrying, raiser, raiser.seeing[0]),
    )
    return _concern(c, which)


def _story(c: Community, about: Referral, story: str) -> Life:
    raised = _raised(c, about)
    if story == "late":
        yield from _nobody_looks(c, raised)
    yield c.now + timedelta(minutes=c.worrying.randint(10, 150))
    _looks(c, raised)
    if story in ("passed on", "not taken"):
        yield from _passed_on(c, raised, taken=story == "passed on")
    if story.startswith("safeguarding"):
        yield from _safeguarded(c, raised, here=story.endswith("here"))
    yield c.now + timedelta(days=c.worrying.randint(1, 3), minutes=c.worrying.randint(0, 90))
    _resolves(c, raised)


def _nobody_looks(c: Community, raised: Concern) -> Life:
    """The timer tells the next one, twice; then somebody there looks."""
    for _ in range(2):
        following = raised.next_rung()
        assert following is not None, "nobody has looked, and somebody is left to tell"
        yield following.at
        timer = c.asked_apart(c.worrying, place.PRACTICE, None)
        c.care.escalate_concern(raised.concern, following.rung, asked=timer)


def _looks(c: Community, raised: Concern) -> None:
    if raised.open:
        asked, _ = _acting(c, raised)
        c.care.acknowledge_concern(raised.concern, c.worrying.choice(LOOKED), asked=asked)


def _resolves(c: Community, raised: Concern) -> None:
    if raised.open:
        dead = raised.person in c.gone
        outcome = ConcernOutcome.PERSON_DIED if dead else c.worrying.choice(OUTCOMES)
        asked, _ = _acting(c, raised)
        words = c.worrying.choice(CAME_OF_IT) if not dead else "Died; looked into by the practice"
        c.care.resolve_concern(raised.concern, outcome, words, asked=asked)


def _passed_on(c: Community, raised: Concern, *, taken: bool) -> Life:
    """To the trust, or from the trust to the practice: they look, or say that it is not theirs."""
    _, acts = _acting(c, raised)
    to = place.PRACTICE if acts is place.TRUST else place.TRUST
    asked = c.asked_apart(c.worrying, acts, acts.seeing[0])
    c.care.pass_on_concern(raised.concern, to.id, PASSED_ON, asked=asked)
    yield c.now + timedelta(minutes=c.worrying.randint(20, 120))
    asked = c.asked_apart(c.worrying, to, to.seeing[0])
    if taken:
        c.care.acknowledge_concern(raised.concern, c.worrying.choice(LOOKED), asked=asked)
    else:
        c.care.not_take_concern(raised.concern, NOT_OURS, asked=asked)


def _safeguarded(c: Community, raised: Concern, *, here: bool) -> Life:
    """Referred to the council, or to the social work team, which looks into it as into any."""
    assert raised.person is not None
    asked, acts = _acting(c, raised)
    here = here and acts is not place.SOCIAL_WORK
    which = SafeguardingId(_id(c))
    referred = SafeguardingReferred(
        of=SafeguardingOf.ADULT,
        basis="Care Act 2014 s42",
        body=place.SOCIAL_WORK.id if here else None,
        outside_body=None if here else "Camden Adult MASH",
        content=CONTENT,
        shared=SHARED,
        told=here,
        not_told=None if here else NotTold.DANGER,
        concern=raised.concern,
    )
    c.care.refer_safeguarding(raised.person, which, referred, asked=asked)
    if here:
        looking = _concern(c, concern_of_safeguarding(which))
        yield c.now + timedelta(minutes=c.worrying.randint(15, 90))
        _looks(c, looking)
        yield c.now + timedelta(days=2)
        _resolves(c, looking)


def at_lantern(c: Community, leaves: Moment) -> Life:
    """A concern that an organisation had when it left is looked at anew by who has it then."""
    yield leaves - timedelta(hours=6)
    held = (n for n in c.known.of(Pathway) if n.open)
    way = next((n for n in held if n.responsible == place.LANTERN.id and n.person), None)
    if way is None or way.person is None:
        return
    which = ConcernId(_id(c))
    c.care.raise_concern(
        way.person,
        which,
        source=ConcernSource.CARER,
        words=WORRIES[2],
        asked=c.asked_apart(c.worrying, place.PRACTICE, place.PRACTICE.seeing[0]),
    )
    raised = _concern(c, which)
    yield c.now + timedelta(hours=1)
    _looks(c, raised)
    yield leaves + timedelta(minutes=2)
    timer = c.asked_apart(c.worrying, place.PRACTICE, None)
    c.care.end_tie(Tied.CONCERN, which, way.person, place.LANTERN.id, asked=timer)
    yield c.now + timedelta(minutes=50)
    _looks(c, raised)
    yield c.now + timedelta(days=2)
    _resolves(c, raised)


def _acting(c: Community, raised: Concern) -> tuple[Asked, Organisation]:
    """Somebody of who has the concern asks."""
    assert raised.acts is not None, "somebody always has it"
    acts = HELD_BY[raised.acts]
    return c.asked_apart(c.worrying, acts, acts.seeing[0]), acts


def _concern(c: Community, which: ConcernId) -> Concern:
    known = c.known[which]
    assert isinstance(known, Concern)
    return known


def _id(c: Community) -> UUID:
    return UUID(int=c.worrying.getrandbits(128), version=4)
