"""A record is opened in an emergency on the pages, without scripts, and a privacy officer asks."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from tests.pages.conftest import Opening, Watched
from tests.pages.place import NIA, Story

pytestmark = pytest.mark.browser

WORDS = "Nia was brought in and cannot speak."


def why(there: Watched) -> None:
    there.page.get_by_label("Somebody's life is in danger").check()
    there.page.fill("#words", WORDS)
    there.press("Open the record for one hour")


def found(there: Watched, day: str = "4") -> None:
    there.page.fill("#nhs_number", "999 000 0018")
    for part, value in (("day", day), ("month", "3"), ("year", "1984")):
        there.page.fill(f"#date_of_birth-{part}", value)
    why(there)


def test_a_record_is_two_clicks_from_a_page_that_is_not_there(
    story: Story, visiting: Opening
) -> None:
    denise = visiting("denise", scripts=False)
    denise.open(f"/people/{uuid4()}")
    denise.leave_by(denise.page.get_by_role("link", name="Open a record in an emergency").first)
    found(denise, "5")
    assert "Nobody is found by these" in denise.page.inner_text("main")
    assert NIA not in denise.page.content()
    denise.open("/emergency-access")
    found(denise)
    assert denise.done == "The record is open for one hour. Your privacy officer is told."
    banner = denise.page.get_by_role("region", name="Open in an emergency")
    said = banner.inner_text()
    assert re.search(r"(59|60) minutes left", said), said
    assert "Denise Campbell opened it" in said
    assert NIA in denise.page.inner_text("h1")
    denise.press("Close it now")
    assert denise.done == "The record is closed."
    assert NIA not in denise.page.content()
    assert "not shared with" in denise.page.inner_text("main")
    denise.follow("Open this record in an emergency")
    why(denise)
    assert NIA in denise.page.inner_text("h1")


def test_a_colleague_sees_that_it_is_open_and_cannot_close_it(
    story: Story, visiting: Opening
) -> None:
    kofi = visiting("kofi", scripts=False)
    kofi.open("/emergency-access")
    found(kofi)
    helen = visiting("helen")
    helen.open(kofi.page.url.removeprefix(kofi.url).split("?")[0])
    assert "Kofi Mensah opened it" in helen.page.inner_text("main")
    mine = helen.page.locator("form[action^='/emergency-access/']")
    assert mine.count() == 0
    helen.is_accessible(1440, 320)
    kofi.press("Close it now")


def test_the_privacy_officer_is_shown_a_reference_and_reviews_it(
    story: Story, visiting: Opening
) -> None:
    siobhan = visiting("siobhan", scripts=False)
    siobhan.open("/emergency-access")
    found(siobhan)
    valerie = visiting("valerie", scripts=False)
    valerie.open("/")
    valerie.follow("opened by exception, to review")
    desk = valerie.page.content()
    for known in (NIA, "Bevan", "9990000018", "999 000 0018", WORDS):
        assert known not in desk
    assert "Siobhan Kelly" in desk
    line = valerie.page.get_by_role("listitem").filter(has_text="Siobhan Kelly").first
    valerie.leave_by(line.get_by_role("link", name=re.compile("^Review")))
    said = valerie.page.inner_text("main")
    assert NIA in said
    assert WORDS in said
    valerie.page.get_by_label("Not justified").check()
    valerie.press("Record the review")
    assert "Enter how you come to say so" in valerie.page.inner_text("main")
    valerie.page.fill("#words", "She was not on that ward.")
    valerie.press("Record the review")
    assert valerie.done == "The review is recorded."
    reviewed = valerie.page.get_by_role("listitem").filter(has_text="Siobhan Kelly")
    assert "Not justified" in reviewed.first.inner_text()
    seeing = visiting("valerie")
    seeing.open("/privacy")
    seeing.is_accessible(1440, 320)
    seeing.leave_by(seeing.page.get_by_role("link", name=re.compile("^[0-9a-f]{8}$")).first)
    seeing.is_accessible(1440, 320)
    siobhan.open("/privacy")
    assert siobhan.page.inner_text("h1") == "You cannot see this"


@pytest.mark.parametrize("key", ["joy", "anil", "leroy"])
def test_who_may_not_open_a_record_is_not_offered_it(
    key: str, story: Story, visiting: Opening
) -> None:
    there = visiting(key, scripts=False)
    there.open("/caseload?q=nobody")
    assert "Open a record in an emergency" not in there.page.content()
    answer = there.page.goto(f"{there.url}/emergency-access")
    assert answer is not None
    assert answer.status == 403
