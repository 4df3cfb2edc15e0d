"""What is unusual or risky is stopped once; it goes on with a reason, which the history shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from domain.policies.steps import Evidence
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser

REASON = "The crisis team has seen them today and takes them on"
WORRY = {"source": "carer", "words": "Said that they cannot go on."}
TITLE = "Stop and think"


def referred(story: Story, name: str, priority: str) -> str:
    """A referral of the practice to talking therapies."""
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": name, "phone": "020 7946 0000"},
            "source": "professional",
            "responsibility": "take over",
            "priority": priority,
            "ask": "Help",
        },
    )
    story.place.person("priya").seen(f"/v1/referrals/{made['id']}")
    return str(made["id"])


def stopped(there: Watched) -> str:
    """What the interruption says; it is a page of its own, and nothing is recorded yet."""
    heading = there.page.get_by_role("heading", level=1)
    expect(heading).to_contain_text(TITLE)
    return there.page.locator(".nhsuk-panel--interruption").inner_text()


def test_an_urgent_referral_is_declined_with_a_reason_that_the_history_shows(
    story: Story, visiting: Opening
) -> None:
    referral = referred(story, "Una Rgent", "urgent")
    priya = visiting("priya")
    priya.open(f"/referrals/{referral}/decline")
    priya.page.check("input[value='full']")
    priya.press("Decline the referral")
    assert "marked urgent" in stopped(priya)
    priya.is_accessible(375)
    priya.press("Go on, for this reason")
    expect(priya.page.locator("main")).to_contain_text("Enter why it is right all the same")
    priya.press("Go back and change it")
    expect(priya.page.locator("input[value='full']")).to_be_checked()
    priya.press("Decline the referral")
    priya.page.keyboard.press("Tab")
    priya.page.locator("#note").focus()
    priya.page.keyboard.type(REASON)
    priya.page.keyboard.press("Tab")
    with priya.page.expect_navigation():
        priya.page.keyboard.press("Enter")
    assert priya.done.startswith("You declined the referral.")
    expect(priya.page.locator(".tc-timeline")).to_contain_text(REASON)


def test_a_routine_referral_is_declined_without_being_stopped(
    story: Story, visiting: Opening
) -> None:
    referral = referred(story, "Rou Tine", "routine")
    priya = visiting("priya", scripts=False)
    priya.open(f"/referrals/{referral}/decline")
    priya.page.check("input[value='full']")
    priya.press("Decline the referral")
    assert priya.done.startswith("You declined the referral.")


def test_an_urgent_referral_is_withdrawn_with_a_reason(story: Story, visiting: Opening) -> None:
    referral = referred(story, "Una Wanted", "urgent")
    asha = visiting("asha", scripts=False)
    asha.open(f"/referrals/{referral}/withdrawal")
    asha.page.fill("#note", REASON)
    asha.press("Withdraw the referral")
    assert "marked urgent" in stopped(asha)
    assert asha.page.input_value("#note") == REASON
    asha.press("Go on, for this reason")
    assert asha.done == "You withdrew the referral."
    assert REASON in asha.page.inner_text(".tc-timeline")


def test_with_an_open_concern_help_ends_and_a_person_is_held_or_moved_only_for_a_reason(
    story: Story, visiting: Opening
) -> None:
    referral = referred(story, "Wor Rying", "routine")
    api = story.place.person("priya")
    api.done(f"/v1/referrals/{referral}/acceptance", {})
    ahead = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    api.done(f"/v1/referrals/{referral}/appointments", {"starts_at": ahead, "medium": "telephone"})
    person = api.seen(f"/v1/referrals/{referral}")["person"]
    api.done(
        f"/v1/people/{person}/concerns",
        WORRY,
    )
    priya = visiting("priya", scripts=False)
    priya.open(f"/people/{person}/handover")
    option = priya.page.locator("#service option", has_text="Social work for adults")
    priya.page.select_option("#service", option.get_attribute("value") or "")
    priya.page.check(f'input[value="{Evidence.PERSONS_REQUEST.value}"]')
    priya.press("Confirm and send")
    assert "A concern for their safety is open." in stopped(priya)
    priya.page.fill("#evidence", REASON)
    priya.press("Go on, for this reason")
    assert priya.done.startswith("The hand-over is offered.")
    priya.open(f"/people/{person}/handover-withdrawal")
    priya.press("Take back the hand-over")
    priya.open(f"/people/{person}/hold")
    priya.page.fill("#reason", "Active monitoring")
    day = datetime.now(UTC) + timedelta(days=14)
    for part in ("day", "month", "year"):
        priya.page.fill(f"#review_on-{part}", str(getattr(day, part)))
    priya.press("Confirm and save")
    assert "A concern for their safety is open." in stopped(priya)
    priya.page.fill("#reason", REASON)
    priya.press("Go on, for this reason")
    assert priya.done == "The person is on hold."
    priya.open(f"/referrals/{referral}/closure")
    priya.page.check("input[value='completed by agreement']")
    priya.press("End this help")
    said = stopped(priya)
    assert "A concern for their safety is open." in said
    assert "An appointment is booked for" in said
    priya.page.fill("#summary", REASON)
    priya.press("Go on, for this reason")
    assert priya.done == "You ended this help. The sender can see it."
    assert REASON in priya.page.inner_text(".tc-timeline")


def test_with_an_open_concern_nobody_goes_back_or_is_turned_down_without_a_reason(
    story: Story, visiting: Opening
) -> None:
    referral = referred(story, "Bac Kwards", "routine")
    api = story.place.person("priya")
    api.done(f"/v1/referrals/{referral}/acceptance", {})
    person = api.seen(f"/v1/referrals/{referral}")["person"]
    api.done(f"/v1/people/{person}/concerns", WORRY)
    priya = visiting("priya", scripts=False)
    priya.open(f"/people/{person}/hand-back")
    priya.page.fill("#reason", "Nearer home")
    priya.page.check(f'input[value="{Evidence.PERSONS_REQUEST.value}"]')
    priya.page.fill("#evidence", "They asked for it")
    priya.press("Confirm and send")
    assert "A concern for their safety is open." in stopped(priya)
    priya.page.fill("#reason", REASON)
    priya.press("Go on, for this reason")
    assert priya.done.startswith("They are offered back.")
    asha = story.place.person("asha")
    theirs = asha.found("Bac Kwards")["rows"][0]["person"]
    asha.done(f"/v1/people/{theirs}/concerns", WORRY)
    there = visiting("asha", scripts=False)
    there.open(f"/people/{theirs}/handover-decline")
    there.press("Decline the hand-over")
    assert "A concern for their safety is open." in stopped(there)
    there.page.fill("#note", REASON)
    there.press("Go on, for this reason")
    assert there.done.startswith("You declined the hand-over.")
