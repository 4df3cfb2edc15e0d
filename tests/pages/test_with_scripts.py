"""What scripts add: news without a reload, a slider that speaks, a pause for what moves."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser


def refer(story: Story, name: str) -> None:
    asha = story.place.person("asha")
    asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": name},
            "source": "professional",
            "ask": "Help",
        },
    )


def test_the_stream_grows_while_one_looks(story: Story, visiting: Opening) -> None:
    priya = visiting("priya")
    priya.open("/stream")
    top = priya.page.locator("#entries tbody th").first
    before = top.inner_text()
    refer(story, "Ada Streams")
    expect(top).not_to_have_text(before)
    assert priya.complaints == []


def test_a_paused_stream_stands_still_until_resumed(story: Story, visiting: Opening) -> None:
    priya = visiting("priya")
    priya.open("/stream")
    top = priya.page.locator("#entries tbody th").first
    before = top.inner_text()
    priya.page.get_by_role("button", name="Pause updates").click()
    with priya.page.expect_event("console", lambda said: "paused" in said.text, timeout=10_000):
        priya.page.evaluate("document.body.addEventListener('entry', () => console.info('paused'))")
        refer(story, "Ben Paused")
    assert top.inner_text() == before
    assert priya.page.get_by_role("button", name="Resume updates").is_visible()


def test_a_caseload_says_that_there_is_news_and_moves_no_row(
    story: Story, visiting: Opening
) -> None:
    priya = visiting("priya")
    priya.open("/caseload")
    rows = priya.page.locator("tbody tr").count()
    refer(story, "Cy News")
    expect(priya.page.locator("#fresh a")).to_contain_text("show")
    assert priya.page.locator("tbody tr").count() == rows


def test_the_slider_says_which_event_it_stands_on(story: Story, visiting: Opening) -> None:
    priya = visiting("priya")
    priya.open(f"/people/{story.person('priya')}/history?at=2")
    slider = priya.page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Event 3 of"))
    slider.press("Enter")
    expect(priya.page).to_have_url(re.compile("at=3"))
