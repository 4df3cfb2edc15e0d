"""What moves a person beside the meetings: a score, the way back, and a while of holding still."""

from __future__ import annotations

from collections.abc import Generator
from datetime import date, timedelta

from deploy.community import mdt, place, wording
from deploy.community.community import HELD_BY, Community, Helped, Life
from deploy.community.organisation import Offer, Organisation
from domain.pathway import Pathway
from domain.policies.days import local_date
from domain.policies.steps import Evidence
from domain.steps import Grounds
from domain.vocabulary import HandoverId, Moment, ReferralId, ReviewId, ReviewOf

RESTS = 0.03  # assumed: of people, those whom the holder watches over without a change
FORGOTTEN = 0.4  # assumed: of those, whose day passes with nobody looking
HANDED_BACK = 0.3  # assumed: of those whose course with the trust has ended


def on_a_measure(
    c: Community, h: Helped, referral: ReferralId, to: Offer
) -> Generator[Moment, None, bool]:
    """The holder offers the person to a higher step on the last score; whether it was taken."""
    way, measure = _free(c, h), c.last_measure.get(referral)
    if way is None or measure is None or way.responsible != place.TALKING.id:
        return False
    handover, worker = HandoverId(c.new_id()), c.one_of(place.TALKING)
    c.care.offer_handover(
        h.id,
        handover,
        to.id,
        grounds=Grounds(Evidence.MEASURE, c.one(wording.EVIDENCE), measure=measure),
        asked=c.asked(place.TALKING, worker),
    )
    return (yield from mdt.answered(c, h, handover, place.TRUST))


def handed_back(c: Community, h: Helped) -> Life:
    """Who had the person before takes them on again, as the person wishes."""
    way = _free(c, h)
    if way is None or way.responsible is None or not way.came_from or not c.chance(HANDED_BACK):
        return
    holder, back = HELD_BY[way.responsible], HELD_BY[way.came_from[-1].partner]
    if back is place.LANTERN:
        return
    handover = HandoverId(c.new_id())
    c.care.hand_back(
        h.id,
        handover,
        reason=c.one(wording.HANDED_BACK),
        grounds=Grounds(Evidence.PERSONS_REQUEST, c.one(wording.WISHES)),
        asked=c.asked(holder, c.one_of(holder)),
    )
    yield from mdt.answered(c, h, handover, back)


def resting(c: Community, h: Helped) -> Life:
    """Nothing is changed for some weeks, and then it is looked at again."""
    yield c.soon()
    way = _free(c, h)
    if way is None or way.responsible is None:
        return
    holder = HELD_BY[way.responsible]
    review = local_date(c.now) + timedelta(weeks=c.rng.choice((2, 4, 6)))
    c.care.put_on_hold(
        h.id,
        reason=c.one(wording.RESTS),
        review_on=review,
        asked=c.asked(holder, c.one_of(holder)),
    )
    yield c.on(review)
    if c.chance(FORGOTTEN):
        yield from _overdue(c, h, holder, review)
    if way.hold and not way.offer and way.responsible == holder.id:
        c.care.end_hold(h.id, asked=c.asked(holder, c.one_of(holder)))


def _overdue(c: Community, h: Helped, holder: Organisation, review: date) -> Life:
    """Nobody looked in time: the holder is told, and looks then."""
    yield c.on(review + timedelta(days=1))
    way = c.way_of(h)
    if way is None or not way.hold or way.responsible != holder.id:
        return
    which = ReviewId(c.new_id())
    c.care.let_review_fall_due(
        h.id, which, ReviewOf.HOLD, review, asked=c.asked_by_timer(place.PRACTICE.id)
    )
    yield c.soon()
    if which in way.overdue and way.responsible == holder.id:
        asked = c.asked(holder, c.one_of(holder))
        c.care.record_review(h.id, which, outcome=c.one(wording.RESTS), asked=asked)


def _free(c: Community, h: Helped) -> Pathway | None:
    """Where the person stands, when nothing is on offer for them."""
    way = c.way_of(h)
    return way if way and way.open and not way.offer else None
