"""What nobody answered, on the pages: somebody of either side says that they see to it."""

from __future__ import annotations

from tests.later import later
from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

LONG_AGO = "2026-01-05T09:00:00Z"


def test_what_was_escalated_is_seen_to_on_the_referral_and_on_the_record(
    story: Story, visiting: Opening
) -> None:
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Ivy Marsh"},
            "source": "professional",
            "ask": "Help",
            "at": LONG_AGO,
        },
    )
    team = {"service": service_named(asha, "Social work for adults"), "at": LONG_AGO}
    asha.done(f"/v1/pathways/{made['person']}/handover", team)
    later(story.place.house.sweep()).once()
    asha.seen(f"/v1/people/{made['person']}")

    there = visiting("asha", scripts=False)
    there.open(f"/referrals/{made['id']}")
    there.press("I see to it that nobody answered")
    assert there.done == "You see to what nobody answered. Nobody else is told of it."
    there.open(f"/people/{made['person']}")
    there.follow("See to the hand-over nobody answered")
    there.press("I see to it")
    assert there.done == "You see to what nobody answered. Nobody else is told of it."
    there.open(f"/people/{made['person']}/history")
    said = there.page.locator("main").inner_text()
    assert "No answer in time: escalated to the receiver" in said
    assert "Somebody sees to it that nobody answered the hand-over" in said
    assert there.complaints == []
