"""Places: which referral holds one at which service, followed in the save in which it changes.

It refuses to know how a referral is asked or answered: it looks at where the referral stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from domain.kernel import Aggregate, Asked
from domain.outcome import ReferralClosed
from domain.referral import (
    Referral,
    ReferralDeclined,
    ReferralMade,
    ReferralRedirected,
    ReferralWithdrawn,
)
from domain.request import WAITED_UNDER
from domain.service import Service
from domain.unanswered import ReferralExpired
from domain.vocabulary import Priority, ServiceId

ASKED = (ReferralMade, ReferralRedirected)
MOVED = (*ASKED, ReferralDeclined, ReferralWithdrawn, ReferralExpired, ReferralClosed)
"""What takes a place at a service, or frees one."""


def places(
    changed: Iterable[Aggregate], load: Callable[[ServiceId], Service], asked: Asked
) -> tuple[Service, ...]:
    """The services at which these referrals now hold a place, or no longer do.

    Raises `ServiceIsFull`: of two who ask for the last place at once, the second is decided anew.
    """
    found: dict[ServiceId, Service] = {}
    for asking in changed:
        if not isinstance(asking, Referral):
            continue
        if not any(isinstance(recorded.fact, MOVED) for recorded in asking.pending):
            continue
        waits = asking.state in WAITED_UNDER
        for service_id in dict.fromkeys(asking.asked_of):
            service = found.get(service_id) or load(service_id)
            if service_id != asking.service or not waits:
                noted = service.free(asking.id, asked=asked)
            else:
                urgent = asking.priority is Priority.EMERGENCY
                noted = service.take(asking.id, urgent=urgent, asked=asked)
            if noted:
                found[service_id] = service
    return tuple(found.values())
