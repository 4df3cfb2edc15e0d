"""A review that is overdue, without JavaScript: on my day, the caseload and the record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from deploy.community.place import PRACTICE
from domain.kernel import Asked
from domain.vocabulary import ReferralId
from tests.later import later
from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser


def test_a_review_that_fell_due_is_seen_and_recorded(story: Story, visiting: Opening) -> None:
    asha, house = story.place.person("asha"), story.place.house
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Lena Harrow"},
            "source": "professional",
            "ask": "Help",
        },
    )
    person = house.care._referral(ReferralId(UUID(made["id"]))).person
    assert person is not None
    now = datetime.now(UTC)
    house.care.put_on_hold(
        person,
        reason="Watchful waiting.",
        review_on=(now + timedelta(days=2)).date(),
        asked=Asked(PRACTICE.id, now, uuid4()),
    )
    asha.seen(f"/v1/people/{made['person']}")
    later(house.sweep(), days=4).once()
    asha.seen(f"/v1/people/{made['person']}")

    there = visiting("asha", scripts=False)
    there.open("/")
    card = there.page.locator(
        "section", has=there.page.get_by_role("heading", name="Reviews overdue")
    )
    assert "Lena Harrow" in card.inner_text()
    assert "Review: hold" in card.inner_text()
    there.open("/caseload?status=review+overdue")
    there.follow("Lena Harrow")
    assert "Review overdue: hold" in there.page.locator("main").inner_text()
    there.follow("Record the review that is overdue")
    there.page.get_by_label("Hold").check()
    there.page.fill("#outcome", "Better; goes on as it is.")
    there.press("Record the review")
    assert there.done == "The review is recorded."
    assert "Review overdue" not in there.page.locator("main").inner_text()
    assert there.complaints == []
