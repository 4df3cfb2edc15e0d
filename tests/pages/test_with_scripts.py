"""What scripts add: a stream that grows without a reload, and a slider that speaks."""

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


def test_the_slider_says_which_event_it_stands_on(story: Story, visiting: Opening) -> None:
    priya = visiting("priya")
    priya.open(f"/people/{story.person('priya')}/history?at=2")
    slider = priya.page.get_by_role("slider")
    slider.focus()
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Event 3 of"))
    slider.press("Enter")
    expect(priya.page).to_have_url(re.compile("at=3"))
