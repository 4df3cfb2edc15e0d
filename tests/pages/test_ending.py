"""Deaths, moves and reopenings on the pages, without scripts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named


@pytest.fixture
def ivy(story: Story) -> str:
    """Ivy, held by the practice, and the address of her record there."""
    asha = story.place.person("asha")
    made: dict[str, Any] = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Ivy Marsh"},
            "source": "professional",
            "ask": "Help",
        },
    )
    asha.seen(f"/v1/people/{made['person']}")
    return f"/people/{made['person']}"


def test_a_death_is_recorded_and_shown_and_an_error_taken_back(ivy: str, visiting: Opening) -> None:
    there = visiting("asha", scripts=False)
    there.open(ivy)
    there.follow("Record that they died")
    for part, value in (("day", "1"), ("month", "3"), ("year", "2026")):
        there.page.locator(f"[name=died_on-{part}]").fill(value)
    there.page.get_by_label("Told by the family or a carer").check()
    there.press("Confirm and save")
    assert there.done == "The death is recorded. Nobody is asked to chase them."
    said = there.page.locator("main").inner_text()
    assert "Died on 1 March 2026" in said
    assert "Refer to a service" not in said
    there.follow("They did not die")
    there.press("Confirm and save")
    assert "Died on" not in there.page.locator("main").inner_text().replace(there.done, "")
    assert there.complaints == []


def test_who_is_referred_again_shows_how_it_ended_before(story: Story, visiting: Opening) -> None:
    asha, priya = story.place.person("asha"), story.place.person("priya")
    asked = {
        "service": service_named(asha, "Talking therapies"),
        "source": "professional",
        "ask": "Help",
    }
    first = asha.done("/v1/referrals", asked | {"person": {"name": "Ivy Marsh"}})
    priya.seen(f"/v1/referrals/{first['id']}")
    priya.done(f"/v1/referrals/{first['id']}/acceptance")
    priya.done(f"/v1/referrals/{first['id']}/closure", {"reason": "completed by agreement"})
    again = asha.done("/v1/referrals", asked | {"person_id": first["person"]})
    priya.seen(f"/v1/referrals/{again['id']}")
    there = visiting("priya", scripts=False)
    there.open(f"/referrals/{again['id']}")
    said = there.page.locator("main").inner_text()
    assert "Referred here before" in said
    assert "Completed by agreement" in said
    assert there.complaints == []


def test_who_moved_and_came_back_is_held_again(ivy: str, visiting: Opening) -> None:
    there = visiting("asha", scripts=False)
    there.open(ivy)
    there.follow("Record that they moved away")
    for part, value in (("day", "1"), ("month", "3"), ("year", "2026")):
        there.page.locator(f"[name=since-{part}]").fill(value)
    there.page.get_by_label("Where to?").fill("Leeds")
    there.page.get_by_label("Yes, it was told").check()
    there.press("Confirm and save")
    assert there.done == "The move is recorded."
    assert "To Leeds, since 1 March 2026" in there.page.locator("main").inner_text()
    there.follow("Open the pathway again")
    there.page.get_by_label("Why now?").fill("She came back.")
    there.press("Confirm and save")
    assert there.done == "The pathway is open again. You are responsible from now on."
    assert there.complaints == []
