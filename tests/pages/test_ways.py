"""The place's way on pages, with JavaScript off: chosen, colours, the weekly list, social work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.policies.ways import SANDWELL
from tests.pages.conftest import Opening
from tests.pages.place import Story
from tests.pages.test_pathway import record_of, refer

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def sandwells_way(story: Story) -> None:
    """The place has colours and a weekly look, as Sandwell has; the rest is as everywhere."""
    yusuf = story.place.person("yusuf")
    kept = SANDWELL.practices[1:]  # not that nobody is turned away: other stories decline
    way = SANDWELL.model_copy(update={"name": "Sandwell here", "practices": kept, "clocks": ()})
    yusuf.done("/v1/ways", {"way": way.model_dump(mode="json")})
    chosen = {"way": way.name, "effective_from": "2021-01-01"}
    yusuf.done("/v1/ways/choice", chosen)


def test_the_host_chooses_how_the_place_works_and_everybody_sees_it(
    story: Story, visiting: Opening
) -> None:
    yusuf = visiting("yusuf", scripts=False)
    yusuf.open("/stepped-care")
    yusuf.follow("Choose how this place works from a day on")
    yusuf.page.check("input[value='James Wigg']")
    for part, value in (("day", "1"), ("month", "1"), ("year", "2031")):
        yusuf.page.fill(f"#effective_from-{part}", value)
    yusuf.press("Confirm and save")
    assert yusuf.done == "How this place works is chosen."
    priya = visiting("priya", scripts=False)
    priya.open("/stepped-care")
    shown = priya.page.inner_text("main")
    assert "How this place works: Sandwell here’s way" in shown
    assert "Carers' register" in shown
    assert "James Wigg from 1 January 2031" in shown
    assert "Weekly team meeting" in shown
    priya.twin_is_accessible(1440, 320)
    assert priya.page.get_by_text("Choose how this place works").count() == 0


def test_a_case_is_given_its_colour_and_found_by_it(story: Story, visiting: Opening) -> None:
    refer(story, "Cleo Colour", "Talking therapies", "help alongside")
    asha = visiting("asha", scripts=False)
    record = record_of(asha, "Cleo Colour")
    asha.follow("Say how complex the case is")
    assert "foretells nothing" in asha.page.inner_text("main")
    asha.press("Confirm and save")
    assert "Select how complex the case is" in asha.page.inner_text(".nhsuk-error-summary")
    asha.page.check("input[value='red']")
    asha.page.fill("#why", "She loses her home on Friday.")
    asha.press("Confirm and save")
    assert asha.done == "How complex the case is, and why, is recorded."
    shown = asha.page.inner_text("main")
    assert "Complexity: red" in shown
    assert "She loses her home on Friday." in shown
    assert "more than one organisation has to act this week" in shown
    asha.twin_is_accessible(1440, 320)
    asha.open("/caseload?complexity=red")
    assert "Cleo Colour" in asha.page.inner_text("table")
    assert "Complexity: red" in asha.page.inner_text("table"), "in words, not by colour alone"
    asha.twin_is_accessible(1440, 320)
    asha.follow("Sort by complexity")
    assert "The most complex first." in asha.page.inner_text("main")
    asha.page.check("#complexity-green")
    asha.page.uncheck("#complexity-red")
    asha.press("Apply filters")
    assert "Nobody matches these filters." in asha.page.inner_text("main")
    assert record


def test_a_team_meeting_is_told_whom_to_look_at_and_lists_them_with_one_press(
    story: Story, visiting: Opening
) -> None:
    made = refer(
        story, "Wilma Weekly", "Primary care mental-health team and collaborative care", "take over"
    )
    story.place.person("rajesh").done(f"/v1/referrals/{made}/acceptance")
    gwen = story.place.person("gwen")
    board = gwen.seen(f"/v1/meetings/{story.meeting}")
    planned = gwen.done(
        "/v1/meetings",
        {
            "kind": "fortnightly team meeting",  # the first of its kind
            "name": "Team meeting",
            "starts_at": (datetime.now(UTC) + timedelta(days=10)).isoformat(),
            "chair": board["chair"],
            "invited": [*board["invited"], str(story.place.person("rajesh").organisation)],
        },
    )
    rajesh = visiting("rajesh", scripts=False)
    rajesh.open(f"/mdt/{planned['id']}")
    suggested = rajesh.page.locator("section", has=rajesh.page.locator("#suggested"))
    assert "Wilma Weekly" in suggested.inner_text()
    assert "New since the last meeting" in suggested.inner_text()
    rajesh.twin_is_accessible(1440, 320)
    rajesh.leave_by(suggested.get_by_role("row", name="Wilma Weekly").get_by_role("button"))
    assert rajesh.done == "The case is on the list."
    case = rajesh.page.locator("article", has_text="Wilma Weekly").inner_text()
    assert "New case: what is needed, and who sees to it?" in case
    heard = gwen.seen(f"/v1/meetings/{planned['id']}")["cases"]
    (row,) = heard.values()
    trust, practice = story.place.person("rajesh").organisation, gwen.organisation
    assert set(row["present"]) <= {str(trust), str(practice)}, "nobody new is told by one button"


def test_social_workers_take_something_up_and_say_what_became_of_it(
    story: Story, visiting: Opening
) -> None:
    made = refer(story, "Sol Worker", "Social work for adults", "help alongside")
    story.place.person("maureen").done(f"/v1/referrals/{made}/acceptance")
    maureen = visiting("maureen", scripts=False)
    maureen.open(f"/referrals/{made}")
    maureen.follow("Take up social work")
    maureen.page.check("input[value='admission avoidance']")
    maureen.page.fill("#what", "Her sister stays for a week.")
    maureen.press("Take it up")
    assert maureen.done == "The social work is recorded."
    record_of(maureen, "Sol Worker")
    maureen.twin_is_accessible(1440, 320)
    maureen.leave_by(maureen.page.get_by_role("link", name="Say what became of it"))
    maureen.twin_is_accessible()
    maureen.page.check("input[value='done']")
    maureen.press("Confirm and save")
    assert "Select whether an admission was avoided" in maureen.page.inner_text("main")
    maureen.page.check("input[value='yes']")
    maureen.press("Confirm and save")
    assert maureen.done == "What became of it is recorded."
    assert "Admission avoided: yes" in maureen.page.inner_text("main")
    asha = visiting("asha", scripts=False)
    asha.open(f"/referrals/{made}")
    assert asha.page.get_by_text("Take up social work").count() == 0
