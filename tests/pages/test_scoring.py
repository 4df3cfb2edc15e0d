"""Scores on pages, with JavaScript off: items by their numbers, what is wrong, and put right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.pages.conftest import Opening
from tests.pages.place import Story
from tests.pages.test_pathway import record_of, refer

pytestmark = pytest.mark.browser


def test_a_score_is_entered_item_by_item_and_put_right(story: Story, visiting: Opening) -> None:
    made = refer(story, "Ines Scorewell", "Talking therapies", "take over")
    story.place.person("priya").done(f"/v1/referrals/{made}/acceptance")
    priya = visiting("priya", scripts=False)
    priya.open(f"/referrals/{made}")
    priya.follow("Record a score")
    priya.follow("PHQ-9")
    for item in range(9):
        priya.page.fill(f"#items-{item}", "2")
    priya.page.fill("#items-3", "5")
    priya.press("Record the score")
    assert priya.page.locator("#items-3-error").inner_text().endswith("Needed: 0 to 3.")
    assert priya.page.input_value("#items-8") == "2"
    priya.page.fill("#items-3", "two")
    priya.press("Record the score")
    assert priya.page.locator("#items-3-error").inner_text().endswith("enter a whole number")
    priya.page.fill("#items-3", "")
    priya.page.fill("#items-8", "0")
    priya.press("Record the score")
    assert priya.done == "The score is recorded."
    record_of(priya, "Ines Scorewell")
    assert priya.page.get_by_role("heading", name="PHQ-9: 16 on").is_visible()
    priya.page.get_by_text("See PHQ-9 as a table").click()
    assert priya.page.get_by_text("Moderately severe; answers missing").is_visible()
    priya.leave_by(priya.page.get_by_role("link", name="Put right the PHQ-9"))
    assert priya.page.input_value("#items-0") == "2"
    assert priya.page.input_value("#items-3") == ""
    priya.page.fill("#items-3", "1")
    priya.page.fill("#reason", "Item 4 was on the back of the sheet")
    priya.press("Correct the score")
    assert priya.done == "The score is put right. The history keeps both."
    priya.page.get_by_text("See PHQ-9 as a table").click()
    assert priya.page.get_by_text("put right, was 16").is_visible()


def test_a_total_says_that_item_9_is_not_known_and_goals_stand_for_themselves(
    story: Story, visiting: Opening
) -> None:
    refer(story, "Omar Totalson", "Talking therapies", "help alongside")
    asha = visiting("asha", scripts=False)
    record_of(asha, "Omar Totalson")
    asha.follow("Record a score")
    asha.follow("PHQ-9")
    asha.page.fill("#total", "14")
    asha.press("Record the score")
    assert asha.page.get_by_text("Item 9 is not known").is_visible()
    asha.follow("Record a score")
    asha.follow("GBO")
    asha.page.fill("#items-0", "3")
    asha.page.fill("#items-1", "7")
    asha.press("Record the score")
    assert asha.page.get_by_role("row", name="Goal 2 7 7").is_visible()
    asha.follow("Record a score")
    asha.follow("DIALOG")
    asha.press("Record the score")
    assert "the answers one by one" in asha.page.locator(".nhsuk-error-summary").inner_text()


def test_treatment_that_does_not_help_is_said_where_people_look(
    story: Story, visiting: Opening
) -> None:
    now = datetime.now(UTC)

    def ago(days: int) -> str:
        return (now - timedelta(days=days)).isoformat()

    made = refer(story, "Petra Unmoved", "Talking therapies", "help alongside")
    priya = story.place.person("priya")
    priya.done(f"/v1/referrals/{made}/acceptance", {"at": ago(40)})
    for days, phq, gad in ((37, 20, 15), (9, 19, 11)):
        booked = priya.done(
            f"/v1/referrals/{made}/appointments",
            {"starts_at": ago(days), "medium": "video", "content": "treatment", "at": ago(38)},
        )
        priya.done(
            f"/v1/appointments/{booked['id']}/attendance",
            {"attendance": "attended on time", "at": ago(days)},
        )
        for instrument, total in (("PHQ-9", phq), ("GAD-7", gad)):
            scored = {"referral": made, "instrument": instrument, "total": total}
            priya.done("/v1/measures", scored | {"at": ago(days)})
    there = visiting("priya", scripts=False)
    there.open("/")
    silent = there.page.get_by_role("region", name="No response to treatment")
    assert silent.get_by_text("Review treatment: no response in 5 weeks").is_visible()
    assert "PHQ-9 20 to 19" in silent.inner_text()
    there.open(f"/mdt/{story.meeting}/list")
    assert there.page.get_by_role(
        "heading", name="Treatment that has not helped so far"
    ).is_visible()
    there.follow("Petra Unmoved")
    record_of(there, "Petra Unmoved")
    said = there.page.get_by_role("heading", name="Reliably improved so far")
    assert said.is_visible()
    assert there.page.get_by_text("GAD-7 15 to 11: better by 4 points or more").is_visible()
    assert there.page.get_by_text("still on one measure at least at the end").is_visible()
