"""Before sending, with JavaScript off: what is missing is said, and advice comes first."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Opening
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
