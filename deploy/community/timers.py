"""The timer in the place's history: silences are escalated, and what nobody sees to comes back.

In a running place the sweep asks the same of the log (`deploy.sweeping`).
"""

from __future__ import annotations

from deploy.community.community import Community, Helped, Life
from deploy.community.organisation import Organisation
from domain.referral import Referral
from domain.request import UNANSWERED
from domain.silence import Wait
from domain.vocabulary import HandoverId, Moment, ReferralId

QUIET = 24
"""Hours until the timer looks again at what has nothing due."""


def on_referral(c: Community, referral: ReferralId) -> Life:
    """Escalate the silence of a referral, rung by rung, and let it come back in the end."""
    while True:
        asking = c.known.get(referral)
        if (
            not isinstance(asking, Referral)
            or asking.state not in UNANSWERED
            or asking.sender is None
        ):
            return
        due = _due(c, asking.wait)
        if due is None or due > c.now:
            yield due or c.hours(QUIET)
            continue
        assert asking.wait is not None, "what has something due waits"
        asked = c.asked_by_timer(asking.sender)
        rung = asking.wait.next(c.now)
        if rung is None:
            c.care.expire_referral(referral, asked=asked)
        else:
            c.care.escalate_referral(referral, rung.rung, asked=asked)


def on_handover(c: Community, h: Helped, handover: HandoverId) -> Life:
    """Escalate the silence of an offer that no referral carries."""
    while True:
        way = c.way_of(h)
        if way is None or way.offer is None or way.offer.handover != handover:
            return
        rung = way.offer.wait.next(c.now)
        if rung is None or rung.at > c.now:
            yield rung.at if rung else c.hours(QUIET)
            continue
        assert way.responsible is not None, "an offer is made by who holds the person"
        c.care.escalate_handover(h.id, handover, rung.rung, asked=c.asked_by_timer(way.responsible))


def seen_to(c: Community, referral: ReferralId, by: Organisation) -> None:
    """Somebody sees to a silence that was escalated and that nobody has acknowledged."""
    asking = c.known[referral]
    assert isinstance(asking, Referral)
    if asking.wait and asking.wait.unacknowledged:
        c.care.acknowledge_referral_silence(referral, asked=c.asked(by, c.office_of(by)))


def _due(c: Community, wait: Wait | None) -> Moment | None:
    """When something is due next: the next rung, or that the referral comes back."""
    if wait is None:
        return None
    rung = wait.next(c.now)
    return rung.at if rung else wait.expires_at
