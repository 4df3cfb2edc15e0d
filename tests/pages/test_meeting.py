"""A whole meeting on pages, without JavaScript: its list, its actions, what became of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from api.pages.words import instant
from tests.pages.conftest import Opening, Watched
from tests.pages.test_without_scripts import refer

pytestmark = pytest.mark.browser

PRACTICE, TRUST = "Cape Hill Practice", "Blackbrook Mental Health Trust"
HOUSING = "Doorstep Housing Advice"


@pytest.fixture
def name() -> str:
    """Somebody whom no other test speaks of."""
    return f"Ola {uuid4().hex[:6]}"


@pytest.fixture
def gwen(visiting: Opening, name: str) -> Watched:
    """Dr Tolley at the board of a meeting two hours from now, with nobody listed yet."""
    gwen: Watched = visiting("gwen", scripts=False)
    refer(gwen, name, "Talking therapies")
    schedules(gwen, f"MDT about {name}")
    return gwen


def schedules(gwen: Watched, meeting: str) -> None:
    gwen.open("/mdt/new")
    gwen.page.fill("#name", meeting)
    soon = instant(datetime.now(UTC) + timedelta(hours=2))
    gwen.page.fill("#starts_at", f"{soon:%Y-%m-%dT%H:%M}")
    gwen.page.get_by_label(TRUST, exact=True).check()
    gwen.press("Schedule the meeting")


def lists(gwen: Watched, name: str, *, urgent: str = "") -> None:
    gwen.follow("List a case")
    gwen.page.fill("#q", name)
    gwen.press("Find")
    gwen.follow(name)
    gwen.page.fill("#question", "Is she safe at home?")
    for partner in (PRACTICE, TRUST):
        gwen.page.get_by_label(partner, exact=True).check()
    gwen.page.fill("#urgent", urgent)
    gwen.press("Put on the list")


def hears(gwen: Watched) -> None:
    gwen.leave_by(gwen.page.get_by_role("link", name=re.compile("Who is in the room")))
    for practitioner in ("Dr Asha Rahman", "Dr Rajesh Menon"):
        gwen.page.get_by_label(re.compile(practitioner)).check()
    gwen.press("Confirm and save")


def decides(gwen: Watched, outcome: str) -> None:
    gwen.leave_by(gwen.page.get_by_role("link", name=re.compile("Record the decision")))
    gwen.page.check(f"input[value='{outcome}']")
    gwen.page.fill("#options", "Wait; ask her sister")
    gwen.page.fill("#rationale", "Nobody knows how she lives")
    gwen.page.fill("#persons_view", "She does not mind")
    gwen.page.check("input[value='said at the meeting']")
    gwen.press("Confirm and save")


def test_the_list_goes_round_and_what_comes_later_must_be_urgent(gwen: Watched, name: str) -> None:
    board = gwen.page.inner_text("main")
    assert "due round by" in board
    assert "Overdue" in board
    gwen.press("Send the list round")
    assert gwen.done == "The list went round."
    lists(gwen, name)
    assert gwen.page.get_by_role("link", name=re.compile("cannot wait")).is_visible()
    gwen.page.fill("#urgent", "She said goodbye to her sister")
    gwen.press("Put on the list")
    board = gwen.page.inner_text("main")
    assert "Late addition" in board
    assert "She said goodbye to her sister" in board
    assert "Changed since" in board


def test_what_is_agreed_is_seen_and_done_by_whoever_does_it(
    gwen: Watched, name: str, visiting: Opening
) -> None:
    lists(gwen, name, urgent="She may lose her flat")
    hears(gwen)
    gwen.leave_by(gwen.page.get_by_role("link", name=re.compile("Agree an action")))
    gwen.page.select_option("#owner", label=HOUSING)
    gwen.page.fill("#what", f"Call the landlord of {name}")
    for part, text in (("day", "6"), ("month", "1"), ("year", "2031")):
        gwen.page.fill(f"#due_on-{part}", text)
    gwen.press("Confirm and save")
    assert "Call the landlord" in gwen.page.inner_text("main")

    joy = visiting("joy", scripts=False)
    joy.open("/")
    assert f"Call the landlord of {name}" in joy.page.inner_text("main")
    joy.follow("All our actions")
    row = joy.page.get_by_role("row").filter(has_text=name)
    assert "6 January 2031" in row.inner_text()
    assert "Is she safe" not in joy.page.content()
    joy.leave_by(row.get_by_role("link", name=re.compile("It is done")))
    joy.twin_is_accessible()
    joy.page.fill("#note", "He repairs it")
    joy.press("It is done")
    assert joy.done == "The action is done."
    gwen.page.reload()
    assert "Done" in gwen.page.locator(".tc-case", has_text="Call the landlord").inner_text()


def test_a_decision_stays_on_the_list_until_it_has_its_end(gwen: Watched, name: str) -> None:
    lists(gwen, name, urgent="She may lose her flat")
    hears(gwen)
    decides(gwen, "more information")
    card = gwen.page.locator(".tc-case", has_text=name)
    assert "Not implemented yet" in card.inner_text()
    assert "Wait; ask her sister" in card.inner_text()
    gwen.leave_by(gwen.page.get_by_role("link", name=re.compile("Record dissent")))
    gwen.page.select_option("#practitioner", index=1)
    gwen.page.fill("#reason", "We know enough")
    gwen.press("Confirm and save")
    assert "We know enough" in card.inner_text()
    gwen.open("/mdt/decisions")
    waiting = gwen.page.locator("article", has_text=name)
    gwen.leave_by(waiting.get_by_role("link", name=re.compile("It was not done")))
    gwen.twin_is_accessible()
    gwen.page.check("input[value='the person chose otherwise']")
    gwen.press("Confirm and save")
    assert gwen.page.locator("article", has_text=name).count() == 0
    assert "The person chose otherwise" in gwen.page.inner_text("main")


def test_a_later_decision_takes_the_place_of_one_that_is_not_done(gwen: Watched, name: str) -> None:
    lists(gwen, name, urgent="She may lose her flat")
    hears(gwen)
    decides(gwen, "more information")
    gwen.open("/mdt/decisions")
    waiting = gwen.page.locator("article", has_text=name)
    replaced = waiting.get_by_role("link", name=re.compile("A later decision took its place"))
    assert replaced.count() == 0
    schedules(gwen, f"Second MDT about {name}")
    second = urlsplit(gwen.page.url).path
    lists(gwen, name, urgent="Her sister rang")
    hears(gwen)
    decides(gwen, "more information")
    gwen.open("/mdt/decisions")
    assert replaced.count() == 1
    gwen.leave_by(replaced)
    gwen.twin_is_accessible()
    gwen.press("Confirm and save")
    assert "Select the later decision" in gwen.page.inner_text("main")
    gwen.page.get_by_label(re.compile("^More information")).check()
    gwen.press("Confirm and save")
    assert gwen.done == "The later decision took its place."
    assert waiting.count() == 1
    assert replaced.count() == 0
    assert waiting.locator(f"a[href='{second}']").count() == 1


def test_what_was_not_reached_is_on_the_next_ones_list(gwen: Watched, name: str) -> None:
    lists(gwen, name, urgent="She may lose her flat")
    gwen.leave_by(gwen.page.get_by_role("link", name="Who is absent?"))
    gwen.page.locator("input[name='absent']").nth(0).check()
    gwen.press("Confirm and save")
    assert f"Absent: {TRUST}" in gwen.page.inner_text("main")
    gwen.press("Close the meeting")
    assert "Not reached" in gwen.page.inner_text("main")
    gwen.press("Schedule the next one")
    assert gwen.done == "The meeting is scheduled."
    board = gwen.page.inner_text("main")
    assert "Carried over" in board
    assert name in board


def test_two_practitioners_talk_a_case_over(gwen: Watched, name: str) -> None:
    lists(gwen, name, urgent="She may lose her flat")
    gwen.follow(name)
    gwen.follow("Record a case discussion")
    other = gwen.page.locator("#other option", has_text="Rajesh Menon").first
    gwen.page.select_option("#other", value=other.get_attribute("value"))
    gwen.page.fill("#question", "Is lithium still right?")
    gwen.page.fill("#advice", "Check her levels first")
    gwen.press("Record the discussion")
    assert "Check her levels first" in gwen.page.inner_text("main")
