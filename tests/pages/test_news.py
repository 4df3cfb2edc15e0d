"""What others did since somebody last looked, and going through what waits, without JavaScript."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser


def referred(story: Story, name: str) -> str:
    """A referral of somebody new to talking therapies; its id."""
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": name},
            "source": "professional",
            "ask": "Help",
        },
    )
    return str(made["id"])


def test_what_others_did_is_new_until_one_says_that_it_was_seen(
    story: Story, visiting: Opening
) -> None:
    first = referred(story, "Odile Marsh")
    there = visiting("priya", scripts=False)
    there.open("/")
    news = there.page.locator("#news")
    assert "Odile Marsh" in news.inner_text()
    story.place.person("priya").done(f"/v1/referrals/{first}/acceptance", {})
    referred(story, "Ottoline Pryce")  # after the page was drawn: it stays new
    there.press("I have seen these")
    assert there.page.url.endswith("/")
    assert news.locator("li").count() == 1
    assert "Ottoline Pryce" in news.inner_text()
    assert "Dr Asha Rahman" in news.inner_text()
    there.press("I have seen these")
    assert "Nothing that others did since" in news.inner_text()
    referred(story, "Orla Finch")
    again = visiting("priya", scripts=False)  # in another browser
    again.open("/")
    assert again.page.locator("#news li").count() == 1
    again.leave_by(again.page.locator("#news a", has_text="Orla Finch"))
    assert again.page.url.endswith("/history")


def test_who_goes_through_what_waits_comes_to_the_next_after_each_answer(
    story: Story, visiting: Opening
) -> None:
    one, other = referred(story, "Theo Lamb"), referred(story, "Tamsin Reed")
    there = visiting("priya", scripts=False)
    there.open("/referrals")
    first = there.page.locator("tbody th a").first
    assert "in-turn=1" in str(first.get_attribute("href"))
    there.open(f"/referrals/{one}?in-turn=1")
    there.press("Accept the referral")
    next_one = there.page.url.split("?")[0].rsplit("/", 1)[1]
    assert next_one != one
    assert story.place.person("priya").seen(f"/v1/referrals/{next_one}")["state"] == "waiting"
    assert there.done == "Theo Lamb: You accepted the referral. The sender can see it."
    assert "The next that waits." in there.page.locator("main").inner_text()
    there.open(f"/referrals/{other}?in-turn=1")
    there.follow("Ask for information")
    there.press("Confirm and send")  # what is missing is asked for, and the turn is kept
    there.page.get_by_role("textbox").first.fill("Which days suit them?")
    there.press("Confirm and send")
    assert there.done.startswith("Tamsin Reed: ")
    there.follow("Go back to that referral")
    assert there.page.locator("h1").inner_text() == "Tamsin Reed"
