"""Waiting times on the pages, with JavaScript off: where a clock stands, pauses, and mistakes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from api.pages.words import LONDON
from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser


def test_a_wait_is_paused_goes_on_and_is_nullified(story: Story, visiting: Opening) -> None:
    asha = story.place.person("asha")
    long_ago = datetime.now(LONDON).replace(hour=12) - timedelta(days=30)
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Noor Pell"},
            "source": "professional",
            "ask": "Help",
            "at": long_ago.isoformat(),
        },
    )
    asha.seen(f"/v1/people/{made['person']}")
    there = visiting("priya", scripts=False)
    there.open(f"/referrals/{made['id']}")
    there.follow("Noor Pell’s record")
    shown = there.page.locator("main").inner_text()
    assert "Waiting times" in shown
    assert "Day 30 of 42" in shown
    assert "National standard: first treatment within 42 days of referral." in shown
    there.open(f"/referrals/{made['id']}")
    there.follow("Pause the wait")
    there.page.get_by_label("Away").check()
    there.page.fill("#until-day", "24")
    there.page.fill("#until-month", "12")
    there.page.fill("#until-year", "2026")
    there.press("Pause the wait")
    assert there.done == "The wait is paused."
    there.open(f"/referrals/{made['id']}")
    there.follow("Noor Pell’s record")
    assert there.page.get_by_text("Paused", exact=True).first.is_visible()
    there.open(f"/referrals/{made['id']}")
    there.follow("End the pause")
    there.press("End the pause")
    assert there.done == "The pause has ended."
    there.follow("This wait should not count")
    there.page.get_by_label("Made twice").check()
    there.press("Nullify the wait")
    assert there.done == "The wait counts no more. Its history stays."
    there.open(f"/referrals/{made['id']}")
    there.follow("Noor Pell’s record")
    shown = there.page.locator("main").inner_text()
    assert "Nullified" in shown
    assert "Restated on" in shown
    assert "was day 30 of 42, is nullified" in shown
    there.open(f"/referrals/{made['id']}")
    there.press("Let this wait count again")
    assert there.done == "The wait counts again, from its first day."
    assert there.complaints == []
