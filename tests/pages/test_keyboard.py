"""Single keys lead through a list, never while somebody writes, and can be turned off."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.pages.conftest import Opening
from tests.pages.place import Story
from tests.pages.test_live import TO_ANSWER, Referred

pytestmark = pytest.mark.browser

ROWS = "main [data-of] th a[href^='/people/'], main [data-of] th a[href^='/referrals/']"


def test_single_keys_lead_through_a_list_until_they_are_turned_off(
    story: Story, visiting: Opening
) -> None:
    refer = Referred(story)
    for name in ("Key", "Lock"):
        refer(name)
    priya = visiting("priya")
    page = priya.page
    for path in (TO_ANSWER, "/referrals"):
        priya.open(path)
        links = page.locator(ROWS)
        page.keyboard.press("j")
        expect(links.first).to_be_focused()
        page.keyboard.press("k")
        expect(links.first).to_be_focused()
        page.keyboard.press("j")
        expect(links.nth(1)).to_be_focused()
        page.keyboard.press("k")
        expect(links.first).to_be_focused()
    with page.expect_navigation(url="**/referrals/*"):
        page.keyboard.press("Enter")
    priya.open("/")
    page.keyboard.press("j")
    expect(page.locator("main :focus")).to_have_attribute(
        "href", re.compile("^/(people|referrals)/")
    )

    # Not while somebody writes, nor with Ctrl; the search is where "/" leads, from anywhere.
    priya.open("/referrals")
    with page.expect_navigation(url="**/caseload"):
        page.keyboard.press("/")
    page.keyboard.press("/")
    search = page.get_by_role("searchbox")
    expect(search).to_be_focused()
    page.keyboard.type("j/k?")
    expect(search).to_have_value("j/k?")
    search.blur()
    page.keyboard.press("Control+j")
    assert page.evaluate("document.activeElement === document.body")
    with page.expect_navigation(url="**/keyboard"):
        page.keyboard.press("?")

    priya.is_accessible(375, 320)
    priya.press("Turn single keys off")
    assert page.get_by_role("button", name="Turn single keys on").is_visible()
    priya.open("/caseload")
    page.keyboard.press("j")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement === document.body")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    priya.open("/keyboard")
    priya.press("Turn single keys on")
    assert page.get_by_role("button", name="Turn single keys off").is_visible()
    assert priya.complaints == []
