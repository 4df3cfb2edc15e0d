"""Before sending, with JavaScript off: what is missing is said, and advice comes first."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Opening
from tests.pages.place import Story
from tests.pages.test_without_scripts import choose

pytestmark = pytest.mark.browser


def test_what_the_service_asks_for_is_said_before_anything_is_sent(visiting: Opening) -> None:
    asha = visiting("asha", scripts=False)
    asha.open("/refer/new")
    asha.page.fill("#name", "Ada Quill")
    choose(asha, "#service", "Talking therapies")
    asha.page.fill("#ask", "Help in the evenings")
    asha.press("Confirm and send")
    assert asha.page.get_by_text("Missing: the date of birth.").first.is_visible()
    assert asha.page.get_by_text("Missing: a telephone number for the person.").first.is_visible()
    assert asha.page.input_value("#name") == "Ada Quill"
    asha.page.fill("#sent_without", "She has no phone and it is urgent.")
    asha.press("Confirm and send")
    assert asha.done == "The referral is sent."
    said = asha.page.get_by_role("definition")
    assert said.filter(has_text="She has no phone and it is urgent.").is_visible()
    assert said.filter(has_text="Telephone number, date of birth").is_visible()


def test_advice_is_asked_given_and_followed(visiting: Opening) -> None:
    asha, priya = visiting("asha", scripts=False), visiting("priya", scripts=False)
    asha.open("/refer/advice")
    asha.page.fill("#name", "Otto Brill")
    choose(asha, "#service", "Talking therapies")
    asha.page.fill("#question", "Is he for you?")
    asha.press("Send the question")
    assert asha.done == "Your question is sent."
    question = asha.page.url.split("?")[0]
    priya.page.goto(question)
    priya.follow("Give advice")
    assert priya.page.get_by_text("They asked: Is he for you?").is_visible()
    priya.page.check("input[value='another service']")
    priya.page.fill("#advice", "Not yet.")
    priya.press("Send the advice")
    assert priya.page.get_by_text("Nobody is turned away").first.is_visible()
    priya.page.check("input[value='refer']")
    priya.press("Send the advice")
    assert priya.done == "Your advice is sent."
    asha.page.goto(question)
    assert asha.page.get_by_role("definition").filter(has_text="Not yet.").is_visible()
    asha.follow("Make the referral")
    choose(asha, "#service", "Talking therapies")
    asha.page.fill("#ask", "Talking help")
    asha.page.fill("#sent_without", "As you advised.")
    asha.press("Confirm and send")
    assert asha.page.url.split("?")[0] == question


def test_a_referral_is_made_onward_and_shows_where_from(visiting: Opening) -> None:
    asha, priya = visiting("asha", scripts=False), visiting("priya", scripts=False)
    asha.open("/refer/new")
    asha.page.fill("#name", "Lena Moss")
    choose(asha, "#service", "Talking therapies")
    asha.page.fill("#ask", "Help in the evenings")
    asha.page.fill("#sent_without", "Not known.")
    asha.press("Confirm and send")
    first = asha.page.url.split("?")[0]
    priya.page.goto(first)
    priya.press("Accept the referral")
    priya.press("I have seen or spoken with them")
    priya.follow("Refer onward")
    choose(priya, "#service", "Housing and debt advice")
    priya.page.fill("#ask", "Help with rent")
    priya.page.fill("#sent_without", "Not known.")
    priya.press("Confirm and send")
    priya.follow("Talking therapies")
    assert priya.page.url == first
    assert priya.page.get_by_role("link", name="Housing and debt advice").is_visible()


def test_doubts_are_said_before_anything_is_sent_and_block_nothing(
    story: Story, visiting: Opening
) -> None:
    criteria = {"age_from": 18, "area": "the canal side", "excludes": ["falls"]}
    story.place.person("olive").done(
        "/v1/services",
        {
            "name": "Boat trips",
            "step": 1,
            "ways_in": ["professional"],
            "eligibility": "Adults of the canal side",
            "description": {"criteria": criteria},
        },
    )
    asha = visiting("asha", scripts=False)
    asha.open("/refer/new")
    asha.page.fill("#name", "Ina Pool")
    choose(asha, "#service", "Boat trips")
    asha.page.fill("#ask", "Company")
    asha.page.fill("#sent_without", "Not known.")
    asha.press("Confirm and send")
    said = asha.page.locator("#doubts").inner_text()
    assert "people aged 18 or over, and their date of birth is not known to you" in said
    assert "for this area: the canal side" in said
    assert "does not take: falls" in said
    assert "Nothing is sent yet" in said
    assert asha.page.input_value("#name") == "Ina Pool"
    asha.page.fill("#date_of_birth-day", "1")
    asha.page.fill("#date_of_birth-month", "2")
    asha.page.fill("#date_of_birth-year", "1980")
    asha.press("Confirm and send")
    assert asha.done == "The referral is sent."


def test_an_emergency_does_not_wait_for_doubts(story: Story, visiting: Opening) -> None:
    story.place.person("olive").done(
        "/v1/services",
        {
            "name": "Night walks",
            "step": 1,
            "ways_in": ["professional"],
            "eligibility": "Adults",
            "description": {"criteria": {"age_from": 18}},
        },
    )
    asha = visiting("asha", scripts=False)
    asha.open("/refer/new")
    asha.page.fill("#name", "Ivo Reed")
    choose(asha, "#service", "Night walks")
    asha.page.fill("#ask", "Company tonight")
    asha.page.fill("#sent_without", "Not known.")
    asha.page.check("input[value='emergency']")
    asha.press("Confirm and send")
    assert asha.done == "The referral is sent."
