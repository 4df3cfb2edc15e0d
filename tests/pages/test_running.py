"""A meeting being run: one person at a time, by keyboard and without scripts, and on paper."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from deploy.community import place as community
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story, chair, service_named
from tests.pages.printed import pages
from tests.pages.test_meeting import HOUSING

pytestmark = pytest.mark.browser


@pytest.fixture
def people() -> tuple[str, str]:
    """Two whom no other test speaks of."""
    mark = uuid4().hex[:6]
    return f"Ada {mark}", f"Bo {mark}"


@pytest.fixture
def listed(story: Story, people: tuple[str, str]) -> str:
    """The board of a meeting with both on its list, for the practice and the trust to hear."""
    asha, gwen = story.place.person("asha"), story.place.person("gwen")
    heard = [str(community.PRACTICE.id), str(community.TRUST.id)]
    made = gwen.done(
        "/v1/meetings",
        {
            "kind": "weekly MDT",
            "name": "The Monday MDT",
            "starts_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
            "chair": str(chair()),
            "invited": [*heard, str(community.SOCIAL_WORK.id)],
        },
    )
    for name in people:
        referred = asha.done(
            "/v1/referrals",
            {
                "service": service_named(asha, "Talking therapies"),
                "person": {"name": name},
                "source": "professional",
                "ask": "Help",
            },
        )
        gwen.done(
            f"/v1/meetings/{made['id']}/cases",
            {"person": referred["person"], "question": f"Is {name} safe?", "present": heard},
        )
    return f"/mdt/{made['id']}"


def ticks(there: Watched) -> None:
    for practitioner in ("Dr Asha Rahman", "Dr Rajesh Menon"):
        there.page.get_by_label(re.compile(practitioner)).check()
    there.press("These are here")


def unfold(there: Watched, name: str) -> None:
    there.page.locator("summary", has_text=name).click()


def writes(there: Watched, why: str) -> None:
    there.page.fill("#rationale", why)
    there.page.fill("#persons_view", "She wants to be rung in the evening")


def test_a_meeting_goes_from_person_to_person_without_scripts(
    listed: str, people: tuple[str, str], story: Story, visiting: Opening
) -> None:
    asha = story.place.person("asha")
    objecting = asha.found(people[0])["rows"][0]["person"]
    asha.done(f"/v1/people/{objecting}/objections", {"to": str(community.LIBRARY.id)})
    gwen = visiting("gwen", scripts=False)
    gwen.open(listed)
    gwen.follow("Run the meeting")
    gwen.press("Take the pen")
    assert gwen.done == "You hold the pen."
    heading = gwen.page.locator("h1")
    assert heading.inner_text() == people[0]
    assert f"Is {people[0]} safe?" in gwen.page.inner_text("main")
    assert "No quorum yet" in gwen.page.inner_text("main")
    assert gwen.page.get_by_role("button", name="Stay", exact=True).count() == 0
    ticks(gwen)
    assert "Quorum: responsible clinician present" in gwen.page.inner_text("main")

    # An action half said is asked for, beside its own row, and nothing is recorded or lost.
    writes(gwen, "Nobody knows how she lives")
    unfold(gwen, "Actions (optional)")
    gwen.page.fill("#actions-1-what", f"Call the landlord of {people[0]}")
    gwen.press("More information")
    lacking = gwen.page.get_by_role("link", name="Select which organisation does action 2")
    assert lacking.is_visible()
    for part, text in (("day", "6"), ("month", "1"), ("year", "2031")):
        gwen.page.fill(f"#actions-1-due_on-{part}", text)
    gwen.page.select_option("#actions-1-owner", label=community.LIBRARY.name)
    gwen.press("More information")
    assert "does not want" in gwen.page.locator("#actions-1-owner-error").inner_text()
    gwen.page.select_option("#actions-1-owner", label=HOUSING)
    for year, said in (("20", "Enter a real date"), ("2021", "has passed"), ("2031", "")):
        for part, text in (("day", "6"), ("month", "1"), ("year", year)):
            gwen.page.fill(f"#actions-1-due_on-{part}", text)
        gwen.press("More information")
        if said:
            assert said in gwen.page.locator("#actions-1-due_on-error").inner_text()
            assert gwen.page.locator("#actions-0-due_on-error").count() == 0
            assert gwen.page.input_value("#actions-1-what") == f"Call the landlord of {people[0]}"
            assert gwen.page.input_value("#actions-1-due_on-year") == year
            assert gwen.page.input_value("#rationale") == "Nobody knows how she lives"

    # Decided and agreed in one go; the next person is there, with the room as it was.
    assert gwen.done == "The decision is recorded."
    assert heading.inner_text() == people[1]
    assert "As for the last case" in gwen.page.locator("summary").all_inner_texts()[0]
    assert gwen.page.get_by_label(re.compile("Dr Rajesh Menon")).is_checked()
    gwen.press("These are here")
    writes(gwen, "It needs a hospital")
    gwen.press("Step up")
    assert gwen.page.get_by_role("alert").get_by_role("link").first.is_visible()
    gwen.page.select_option("#service", index=1)
    gwen.press("Hand over")
    assert "Everybody on the list has been decided about." in gwen.page.inner_text("main")

    gwen.open(listed)
    first = gwen.page.locator(".tc-case", has_text=people[0]).first.inner_text()
    assert "Decided: more information" in first
    assert f"Call the landlord of {people[0]}" in first
    assert "waits for" in gwen.page.locator(".tc-case", has_text=people[1]).first.inner_text()


def test_a_meeting_is_run_by_keyboard_alone(
    listed: str, people: tuple[str, str], visiting: Opening
) -> None:
    gwen = visiting("gwen")
    gwen.open(f"{listed}/run")
    keys = gwen.page.keyboard
    gwen.page.get_by_role("button", name="Take the pen").focus()
    keys.press("Enter")
    expect(gwen.page.locator("h1")).to_have_text(people[0])
    expect(gwen.page.locator(".tc-timer")).to_contain_text("of 5 minutes")
    gwen.page.get_by_label(re.compile("Dr Asha Rahman")).focus()
    keys.press("Space")
    gwen.page.get_by_role("button", name="These are here").focus()
    keys.press("Enter")
    expect(gwen.page.locator("#rationale")).to_be_visible()
    gwen.is_accessible(1440, 320)

    # On a desk nobody scrolls: who it is, what is asked and every outcome are on the screen.
    gwen.page.set_viewport_size({"width": 1280, "height": 800})
    gwen.page.reload()
    assert gwen.page.evaluate("scrollY") == 0
    for there in ("h1", "#question", "#rationale", "button[name=outcome]"):
        for each in gwen.page.locator(there).all():
            box = each.bounding_box()
            assert box is not None
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= 800
    gwen.page.locator("#rationale").focus()
    keys.type("She is better")
    keys.press("Tab")
    keys.type("To be left alone")
    gwen.page.locator("summary", has_text="Review and wish").focus()
    keys.press("Enter")
    gwen.page.locator("#review_on-day").focus()
    keys.press("Enter")  # in a field: no outcome is recorded by accident
    assert gwen.page.locator("h1").inner_text() == people[0]
    gwen.page.get_by_role("button", name="Stay", exact=True).focus()
    keys.press("Enter")
    expect(gwen.page.locator("h1")).to_have_text(people[1])
    assert gwen.complaints == []


def test_who_follows_sees_whom_the_chair_comes_to_and_two_never_hold_the_pen(
    listed: str, people: tuple[str, str], visiting: Opening
) -> None:
    gwen, rajesh, maureen = visiting("gwen"), visiting("rajesh"), visiting("maureen")
    for each in (gwen, rajesh, maureen):
        each.open(f"{listed}/run")
    gwen.press("Take the pen")
    expect(gwen.page.locator("h1")).to_have_text(people[0])

    # Who follows comes along, with nothing to press but the asking for the pen.
    here = rajesh.page.locator("h1")
    expect(here).to_have_text(people[0])
    expect(rajesh.page.locator("#pen")).to_contain_text("Dr Gwen Tolley holds the pen since")
    assert rajesh.page.get_by_role("button", name="These are here").count() == 0

    # Who may not know of the person sees that there is one, and nothing else.
    expect(maureen.page.locator("h1")).to_have_text("A person not shared with you")
    assert not [name for name in people if name in maureen.page.content()]

    gwen.press("Next person without a decision")
    expect(gwen.page.locator("h1")).to_have_text(people[1])
    expect(here).to_have_text(people[1])
    expect(rajesh.page.locator("#said")).to_have_text(f"The meeting has come to {people[1]}")
    late = visiting("asha", scripts=False)
    late.open(f"{listed}/run")
    assert late.page.inner_text("h1") == people[1]
    assert "Before the meeting since" in late.page.inner_text("main")

    # Who comes late says so; every screen shows them, and they count for what is decided now.
    expect(rajesh.page.locator("#room")).to_have_text("In the room (0)")
    late.press("I am here")
    assert late.done == "You are in the room."
    assert late.page.get_by_role("button", name="I am here").count() == 0
    expect(rajesh.page.locator("#room")).to_have_text("In the room (1)")
    expect(rajesh.page.locator(".tc-room > p").first).to_have_text("Dr Asha Rahman")
    expect(rajesh.page.locator(".tc-room")).to_contain_text("Quorum: responsible clinician present")
    expect(maureen.page.locator("main")).not_to_contain_text("I am here")

    # Taking it too soon is refused; asked for, it is given, and the pages change places.
    late.page.locator("summary", has_text="Take it after ten minutes of silence").click()
    late.page.get_by_label("The holder has left the meeting").check()
    assert re.search(r"They end at \d\d:\d\d, or later", late.page.inner_text("#pen"))
    late.press("Take the pen")
    assert "Somebody else holds the pen" in late.page.inner_text("main")
    rajesh.press("Ask for the pen")
    expect(gwen.page.locator("#pen")).to_contain_text("Dr Rajesh Menon asks for the pen")
    rajesh.is_accessible(1440, 320)
    gwen.press("Give it to Dr Rajesh Menon")
    expect(gwen.page.locator("#pen")).to_contain_text("Dr Rajesh Menon holds the pen")
    expect(rajesh.page.locator("#pen")).to_contain_text("You hold the pen")
    expect(rajesh.page.get_by_text("Somebody came or left")).to_be_visible()
    assert gwen.complaints == rajesh.complaints == maureen.complaints == []


def test_the_agenda_is_read_on_paper(
    listed: str, people: tuple[str, str], visiting: Opening
) -> None:
    gwen = visiting("gwen", scripts=False)
    gwen.open(listed)
    gwen.follow("Agenda to print")
    paper = pages(gwen.page.pdf(prefer_css_page_size=True))
    said = "".join(paper)
    for words in (*people, "Confidential", "Printed by Dr Gwen Tolley, Cape Hill Practice"):
        assert words.replace(" ", "") in said
    assert f"Page1of{len(paper)}" in paper[0]
    assert "fromentry" in said
    assert f"Is{people[0]}safe?".replace(" ", "") in said
    assert "Runthemeeting" not in said
    assert "Throughcare" not in said, "the header is for the screen"

    gwen.follow("Show initials and number only")
    assert urlsplit(gwen.page.url).query == "people=initials"
    listing = gwen.page.locator(".tc-agenda").inner_text()
    assert "1. A. " in listing
    assert people[0] not in gwen.page.locator(".tc-agenda th").all_inner_texts()[3]
