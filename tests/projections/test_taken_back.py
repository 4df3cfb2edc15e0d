"""What was taken back is read back at no moment; what was told again stands where it was first."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from domain.kernel import Category
from domain.vocabulary import DeclineReason, PartnerId, ReferralId
from projections.moments import When
from projections.reading import Reading
from tests.people import ROSA, TALKING, TRUST, WARD, WIGG
from tests.projections.place import Place
from tests.projections.test_agreements import sign, today, without

Taking = Callable[[Place, dict[str, ReferralId]], object]

SECRET = "canary of a reason"

TAKINGS: dict[str, tuple[PartnerId, Taking, str]] = {
    "an item is sealed": (
        TALKING,
        lambda place, ids: place.care.seal_item(ROSA, ids["ward"], 1, asked=place.by(WIGG)),
        "low mood",
    ),
    "terms are narrowed": (
        TALKING,
        lambda place, _: sign(place, TALKING, categories=without(TALKING, Category.CLINICAL)),
        "low mood",
    ),
    "a person objects": (
        TALKING,
        lambda place, _: place.care.object_to(ROSA, TALKING, asked=place.by(WIGG)),
        "",
    ),
    "an agreement ends": (
        TALKING,
        lambda place, _: place.care.end_agreement(TALKING, asked=today()),
        "",
    ),
}


async def all_that_is_read(reading: Reading, partner: PartnerId, subject: UUID, when: When) -> str:
    """All that an organisation's people can read of somebody at a moment."""
    return repr(
        [
            await reading.record(partner, subject, when),
            [entry.data for entry in await reading.history(partner, subject, when)],
            (await reading.caseload(partner, when=when, status=("waiting", "held", "past"))).rows,
            await reading.clocks(partner, subject, when, now=today().at),
        ]
    )


@pytest.mark.parametrize("taking", TAKINGS)
def test_what_was_taken_back_is_read_back_at_no_moment(place: Place, taking: str) -> None:
    partner, take, left = TAKINGS[taking]
    place.register()
    ids = {"mood": place.refer("Rosa: low mood")}
    place.care.accept_referral(ids["mood"], asked=place.by(TALKING))
    ids["ward"] = place.refer("Rosa: the ward", to=WARD, reason=SECRET)
    place.care.accept_referral(ids["ward"], asked=place.by(TRUST))
    place.fold()
    subject, head = place.subject(partner, ROSA), place.log.max_notification_id()
    assert head is not None

    def read(moment: int) -> str:
        when = When(as_at=moment)
        return place.ask(lambda reading: all_that_is_read(reading, partner, subject, when))

    before = read(head)
    assert SECRET in before
    take(place, ids)
    place.fold()
    newest = place.log.max_notification_id()
    assert newest is not None
    after = [read(moment) for moment in range(1, newest + 1)]
    assert not [n for n, text in enumerate(after, 1) if SECRET in text]
    if left:
        assert left in after[head - 1]
    else:
        assert "Rosa" not in "".join(after)


def test_who_declines_still_reads_what_it_declined(place: Place) -> None:
    place.register()
    asked = place.refer("Rosa: low mood")
    place.fold()
    subject, known = place.subject(TALKING, ROSA), When(as_at=place.log.max_notification_id())
    before = place.ask(lambda reading: reading.record(TALKING, subject, known))
    place.care.decline_referral(asked, DeclineReason.NOT_ELIGIBLE, asked=place.by(TALKING))
    place.fold()
    assert place.ask(lambda reading: reading.record(TALKING, subject, known)) == before
