"""Plans, feedback and training on the pages, with JavaScript off."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain.feedback import code_of
from domain.vocabulary import ServiceId
from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser


def test_a_goal_is_set_a_plan_agreed_and_reviewed(story: Story, visiting: Opening) -> None:
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Ines Vidal"},
            "source": "professional",
            "ask": "Help",
        },
    )
    asha.seen(f"/v1/people/{made['person']}")
    there = visiting("asha", scripts=False)
    there.open(f"/people/{made['person']}")
    there.follow("Set a goal")
    there.page.fill("#words", "To sleep through the night again")
    there.press("Confirm and save")
    assert there.done == "The goal is set."
    there.follow("Agree the plan")
    there.press("The person agrees")
    assert "Select how they agreed" in there.page.locator("main").inner_text()
    there.page.fill("#person_does", "Walk every day")
    there.page.fill("#crisis", "Ring my sister")
    there.page.locator("#owner_1").select_option(label="Canalside Commons")
    there.page.fill("#what_1", "Keep a bed for her")
    there.page.get_by_label("In writing").check()
    there.press("The person agrees")
    assert there.done == "The plan is agreed. Each organisation sees what it will do."
    shown = there.page.locator("main").inner_text()
    assert "“To sleep through the night again”" in shown
    assert "In a crisis: Ring my sister" in shown
    assert "Keep a bed for her" in shown
    there.follow("Review the plan")
    there.page.fill("#changed", "She walks twice")
    there.press("Confirm and save")
    assert "She walks twice" in there.page.locator("main").inner_text()
    there.follow("Say that a goal is reached")
    there.page.get_by_label("To sleep through the night again").check()
    there.press("Confirm and save")
    assert there.done == "The goal is reached."


def test_anybody_says_how_a_service_was_and_is_told_where_to_complain(
    story: Story, visiting: Opening
) -> None:
    asha = story.place.person("asha")
    service = ServiceId(UUID(service_named(asha, "Talking therapies")))
    there = visiting(None, scripts=False)
    there.open(f"/feedback/{code_of(service)}")
    there.press("Send my answer")
    assert "Select how it was" in there.page.locator("main").inner_text()
    there.page.get_by_label("Very good").check()
    there.page.locator("#words").fill("They listened")
    there.press("Send my answer")
    shown = there.page.locator("main").inner_text()
    assert "Thank you" in shown
    assert "Ombudsman" in shown


def test_a_card_is_entered_and_training_recorded(visiting: Opening) -> None:
    there = visiting("priya", scripts=False)
    there.open("/experience")
    there.follow("Enter an answer from a card")
    there.page.locator("#service").select_option(index=1)
    there.page.get_by_label("Poor", exact=True).check()
    there.press("Record the answer")
    assert there.done == "What they said is recorded."
    there.open("/training/new")
    there.page.get_by_label("Induction").check()
    there.page.fill("#title", "How we work here")
    for part, value in (("day", "2"), ("month", "3"), ("year", "2026")):
        there.page.fill(f"#held_on-{part}", value)
    there.page.fill("#minutes", "60")
    there.press("Record the training")
    assert there.done == "The training is recorded."
    assert "How we work here" in there.page.locator("main").inner_text()
    there.leave_by(there.page.locator("a[href$='/attendance']").first)
    there.twin_is_accessible()
