"""Why one looks is chosen on a page, and what one sees goes by it; without scripts."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Opening
from tests.pages.place import NIA, REASON, Story

pytestmark = pytest.mark.browser


def test_who_may_look_for_more_than_one_purpose_chooses_and_sees_what_it_needs(
    story: Story, visiting: Opening
) -> None:
    asha = visiting("asha", scripts=False)
    nia = f"/people/{story.person('asha')}"
    asha.open(nia)
    assert "For direct care" in asha.page.inner_text("header")
    assert "What you can do now" in asha.page.inner_text("main")
    asha.leave_by(asha.page.get_by_role("link", name="For direct care"))
    asha.page.get_by_label("Administration").check()
    asha.press("Look for this purpose")
    assert asha.done == "You look for this purpose from now on."
    assert "For administration" in asha.page.inner_text("header")
    asha.open(nia)
    assert NIA in asha.page.inner_text("h1")
    assert REASON not in asha.page.content()
    assert "What you can do now" not in asha.page.inner_text("main")
    refused = asha.page.goto(f"{asha.url}{nia}/history")
    assert refused is not None
    assert refused.status == 403
    another = visiting("asha", scripts=False)
    another.open(nia)
    assert "For direct care" in another.page.inner_text("header")
    looks = story.place.person("hugh").seen("/v1/looks", person=story.person("asha"), limit=20)
    assert {"administration", "direct care"} <= {row["purpose"] for row in looks["rows"]}
    asha.open("/sessions")
    asha.page.get_by_label("Direct care, as usual").check()
    asha.press("Look for this purpose")
    asha.open(nia)
    assert "What you can do now" in asha.page.inner_text("main")


def test_nobody_looks_for_what_their_organisation_did_not_agree(
    story: Story, visiting: Opening
) -> None:
    asha = story.visitor("asha")
    answer = asha.post("/sessions/purpose", data={"purpose": "planning and research"})
    assert answer.status_code == 403
    assert "For direct care" in asha.get("/sessions").text
    hugh = visiting("hugh", scripts=False)
    hugh.open("/sessions")
    assert "Why you look" not in hugh.page.content()


def test_its_page_is_accessible(story: Story, visiting: Opening) -> None:
    asha = visiting("asha")
    asha.open("/sessions")
    asha.is_accessible(1440, 320)
