"""A form that others overtook: what changed beside what was written, and no word of it lost."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from api.parts import COOKIE
from deploy.community import place as community
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser

SERVICE = f"/services/{community.CHARITY.offers[0].id}"
QUESTION = "Which evenings would suit her best, and is there a lift?"


@pytest.fixture
def referral(story: Story) -> str:
    """A referral that the practice sent to talking therapies."""
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Ola Dunn", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "Help",
        },
    )
    story.place.person("priya").seen(f"/v1/referrals/{made['id']}")
    return str(made["id"])


def overtaken(story: Story, there: Watched, referral: str) -> None:
    """Ask for information, while a colleague in another browser pauses the wait."""
    there.open(f"/referrals/{referral}/information-request")
    there.page.fill("#question", QUESTION)
    colleague = story.place.person("priya")
    colleague.done(f"/v1/referrals/{referral}/pause", {"reason": "away"})
    colleague.seen(f"/v1/referrals/{referral}")
    there.press("Confirm and send")


def test_what_changed_stands_beside_what_was_written_and_mine_goes_on_top(
    referral: str, story: Story, visiting: Opening
) -> None:
    priya = visiting("priya")
    with priya.page.expect_response(lambda r: r.request.method == "POST") as answered:
        overtaken(story, priya, referral)
    assert answered.value.status == 412
    stale = priya.page.get_by_role("alert")
    expect(stale.get_by_role("heading", level=2)).to_have_text("This changed since you opened it")
    mine = stale.get_by_role("region", name="What you wrote")
    now = stale.get_by_role("region", name="What is there now")
    expect(mine).to_contain_text(QUESTION)
    expect(now).to_contain_text("Priya")
    expect(now).to_contain_text("paused")
    left, right = mine.bounding_box(), now.bounding_box()
    assert left
    assert right
    assert (left["y"], left["x"] < right["x"]) == (right["y"], True)
    assert priya.page.input_value("#question") == QUESTION
    priya.is_accessible()
    priya.page.get_by_role("button", name="Apply mine on top").focus()
    with priya.page.expect_navigation():
        priya.page.keyboard.press("Enter")
    assert priya.done == "You asked the sender for more information."


def test_started_again_the_form_is_empty_and_what_was_written_stands_above_it(
    referral: str, story: Story, visiting: Opening
) -> None:
    priya = visiting("priya", scripts=False)
    overtaken(story, priya, referral)
    priya.press("Start again")
    assert priya.page.input_value("#question") == ""
    kept = priya.page.get_by_role("region", name="What you wrote before you started again")
    assert QUESTION in kept.inner_text()
    priya.press("Confirm and send")
    assert "Enter what you need to know" in priya.page.inner_text("main")
    assert QUESTION in kept.inner_text()
    priya.page.fill("#question", "Only whether there is a lift.")
    priya.press("Confirm and send")
    assert priya.done == "You asked the sender for more information."


def test_a_double_click_is_one_fact(referral: str, story: Story, visiting: Opening) -> None:
    priya = visiting("priya", scripts=False)
    priya.open(f"/referrals/{referral}/information-request")
    priya.page.fill("#question", QUESTION)
    action = priya.page.url
    key, seen = (priya.page.input_value(f"main [name={name}]") for name in ("key", "seen"))
    button = priya.page.get_by_role("button", name="Confirm and send")
    with priya.page.expect_navigation(url="**done=information-request**"):
        button.dblclick()
    again = priya.page.context.request.post(
        action, form={"key": key, "seen": seen, "question": QUESTION}, headers={"Origin": priya.url}
    )
    assert "You asked the sender for more information." in again.text()
    half = priya.page.context.request.post(
        action, form={"key": str(uuid4()), "question": QUESTION}, headers={"Origin": priya.url}
    )
    assert half.status == 400  # it does not say what it was opened on
    assert "Open the page again" in half.text()
    priya.page.reload()
    asked = priya.page.locator(".tc-timeline__title", has_text="Information asked")
    expect(asked).to_have_count(1)


def test_a_form_left_open_over_a_day_is_sent_after_signing_in_again(
    referral: str, story: Story, visiting: Opening
) -> None:
    priya = visiting("priya")
    priya.open(f"/referrals/{referral}/information-request")
    priya.page.fill("#question", QUESTION)
    priya.page.context.clear_cookies()
    priya.press("Confirm and send")
    expect(priya.page.get_by_role("heading", level=1)).to_contain_text("You are signed out")
    expect(priya.page.locator(".tc-said")).to_have_text(QUESTION)
    priya.is_accessible()
    secret = story.place.session("priya")  # signed in again, in another tab
    priya.page.context.add_cookies([{"name": COOKIE, "value": secret, "url": priya.url}])
    priya.press("Send it again")
    assert priya.done == "You asked the sender for more information."


def test_two_who_describe_one_service_in_two_browsers_lose_no_word(visiting: Opening) -> None:
    one, other = visiting("olive"), visiting("olive", scripts=False)
    for there in (one, other):
        there.open(f"{SERVICE}/description")
    one.page.fill("#cost", "Nothing, and the bus fare is paid")
    other.page.fill("#summary", "Tea, a walk and somebody who listens")
    one.press("Save")
    other.press("Save")
    now = other.page.get_by_role("region", name="What is there now")
    assert "Nothing, and the bus fare is paid" in now.inner_text()
    mine = other.page.get_by_role("region", name="What you wrote")
    assert mine.locator("dd").all_inner_texts() == ["Tea, a walk and somebody who listens"]
    assert other.page.input_value("#cost") == "Nothing, and the bus fare is paid"
    assert other.page.input_value("#summary") == "Tea, a walk and somebody who listens"
    other.press("Apply mine on top")
    said = other.page.inner_text("main")
    assert "Nothing, and the bus fare is paid" in said
    assert "Tea, a walk and somebody who listens" in said
