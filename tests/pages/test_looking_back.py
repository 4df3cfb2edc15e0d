"""The history of somebody, looked at from any of its moments, on either clock."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from api.pages.words import LONDON
from tests.pages.conftest import Opening
from tests.pages.place import Story

PHQ_9 = re.compile(r"PHQ-9</dt>\s*<dd[^>]*>(.*?)</dd>", re.S)


def days_ago(days: int) -> str:
    return str((datetime.now(UTC) - timedelta(days=days)).astimezone(LONDON).date())


@pytest.mark.browser
def test_what_was_true_on_a_day_is_shown_apart_from_what_is_known(
    story: Story, visiting: Opening
) -> None:
    priya = visiting("priya", scripts=False)
    priya.open(f"/people/{story.person('priya')}/history")
    priya.page.get_by_text("Show what was known at a time").click()
    priya.page.fill("#as-of", days_ago(20))
    priya.press("Show")
    page = priya.page.inner_text("main")
    assert "You are looking at the past." in page
    assert "of what was true on" in page
    line = priya.page.locator(".nhsuk-summary-list__row", has_text="PHQ-9")
    assert line.locator("dd").first.inner_text().startswith("21 (")
    later = priya.page.locator(".tc-timeline__later", has_text="PHQ-9 recorded: 12")
    assert "Not true yet on" in later.inner_text()


def test_the_page_says_on_both_clocks_what_the_record_says(story: Story) -> None:
    priya, browser = story.place.person("priya"), story.visitor("priya")
    her = story.person("priya")
    told = priya.seen(f"/v1/people/{her}/history")["entries"]
    scored = [e["position"] for e in told if e["type"].startswith("measure.MeasureCompleted")][:2]
    said = set()
    for known in (scored[0] - 1, scored[0], scored[1] - 1, scored[1]):
        for true in (days_ago(39), days_ago(29), days_ago(0)):
            moment = {"as-at": str(known), "as-of": true}
            row = priya.seen(f"/v1/people/{her}", **moment)
            totals = [total for _, total in row["measures"].get("PHQ-9", [])]
            page = browser.get(f"/people/{her}/history", params=moment)
            assert page.status_code == 200
            shown = PHQ_9.search(page.text)
            now = re.sub(r"<del>.*?</del>|<[^>]+>|now ", "", shown[1]) if shown else ""
            assert now.strip().startswith(str(totals[-1])) if totals else not now
            said.add(tuple(totals))
    assert said == {(), (21,), (21, 12)}


def test_before_anything_was_known_there_is_no_page(story: Story) -> None:
    her = story.person("priya")
    assert story.visitor("priya").get(f"/people/{her}/history?as-at=1").status_code == 404


@pytest.mark.parametrize("moment", ["as-at=yesterday", "as-of=2026-02-30", "as-of=0001-01-01"])
def test_what_is_no_moment_is_refused(story: Story, moment: str) -> None:
    her = story.person("priya")
    assert story.visitor("priya").get(f"/people/{her}/history?{moment}").status_code == 422


@pytest.mark.browser
def test_the_number_and_the_slider_move_each_other(story: Story, visiting: Opening) -> None:
    priya = visiting("priya")
    priya.open(f"/people/{story.person('priya')}/history?at=2")
    slider = priya.page.get_by_role("slider")
    number = priya.page.locator("#at")
    slider.focus()
    slider.press("ArrowRight")
    expect(number).to_have_value("3")
    number.fill("1")
    expect(slider).to_have_value("1")
    expect(priya.page.locator("#at-said")).to_contain_text("Event 1 of")
    number.press("Enter")
    expect(priya.page).to_have_url(re.compile("at=1$"))
    assert priya.complaints == []


@pytest.mark.browser
def test_a_line_of_the_record_leads_to_what_made_it_so(story: Story, visiting: Opening) -> None:
    priya = visiting("priya", scripts=False)
    priya.open(f"/people/{story.person('priya')}/history")
    priya.leave_by(priya.page.get_by_role("link", name="Why PHQ-9 says so"))
    assert priya.page.locator("h1").inner_text().endswith(")”")
    first, then = priya.page.locator(".tc-card").all()
    assert "This made it so" in first.inner_text()
    assert re.search(r"PHQ-9 changed from “21 \(.*\)” to “12 \(.*\)”", first.inner_text())
    assert "PHQ-9 changed from not set to “21" in then.inner_text()
    causes = first.locator(".tc-tree .tc-tree")
    assert causes.locator(".tc-tree__link").first.inner_text() == "Part of what began with"
    assert "Referred to Talking therapies" in causes.first.inner_text()
    priya.page.select_option("#field", label="Every event, and what it followed from")
    priya.press("Show")
    hung = priya.page.locator(".tc-tree .tc-tree__title", has_text="PHQ-9 recorded: 12")
    assert "Part of it" in hung.locator("xpath=..").inner_text()


def test_what_nobody_ever_said_has_no_reason(story: Story) -> None:
    her = story.person("priya")
    assert story.visitor("priya").get(f"/people/{her}/why?field=no.such").status_code == 404


@pytest.mark.browser
def test_two_moments_are_compared_in_words(story: Story, visiting: Opening) -> None:
    priya, her = visiting("priya", scripts=False), story.person("priya")
    told = story.place.person("priya").seen(f"/v1/people/{her}/history")["entries"]
    scored = [e["position"] for e in told if e["type"].startswith("measure.MeasureCompleted")]
    priya.open(f"/people/{her}/difference?from={scored[0]}&to={scored[1]}")
    page = priya.page.inner_text("main")
    assert f"From entry {scored[0]:,} to entry {scored[1]:,}" in page
    events = priya.page.locator(".tc-timeline__title").all_inner_texts()
    assert events[-1] == "PHQ-9 recorded: 12"
    assert "PHQ-9 recorded: 21" not in events
    changed = priya.page.locator("section", has_text="The record").first.inner_text()
    assert "Score (PHQ-9): total is now said: 12." in changed
    line = priya.page.locator(".tc-summary div", has_text="PHQ-9").locator("dd")
    assert re.fullmatch(r"was\s+21 \(.*\)\s+became\s+12 \(.*\)", line.inner_text())
    priya.page.fill("#from", f"{days_ago(1)}T09:00")
    priya.press("Compare")
    page = priya.page.inner_text("main")
    assert "PHQ-9 recorded: 21" in page
    assert "Nothing was known of them at the first moment." in page
