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
    referred(story, "Theo Lamb")
    referred(story, "Tamsin Reed")
    there = visiting("priya", scripts=False)
    there.open("/referrals")
    there.leave_by(there.page.locator("tbody th a").first)
    came: list[str] = []
    while there.page.url.split("?")[0] != there.url + "/referrals":
        name = there.page.locator("h1").inner_text()
        assert name not in came  # whoever was answered does not wait any more
        if came:
            assert there.done.startswith(f"{came[-1]}: ")
            assert "The next that waits." in there.page.locator("main").inner_text()
        came.append(name)
        if name == "Tamsin Reed":
            there.follow("Ask for information")
            there.page.get_by_role("textbox").first.fill("Which days suit them?")
            there.press("Confirm and send")
        else:
            there.press("Accept the referral")
    assert {"Tamsin Reed", "Theo Lamb"} <= set(came)
    assert there.done.startswith(f"{came[-1]}: ")
    assert (
        "Which days suit them?" in there.page.locator("tbody").inner_text()
    )  # waits for the sender
    assert there.complaints == []
