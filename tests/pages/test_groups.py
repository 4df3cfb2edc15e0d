"""A group's register with JavaScript off, on a phone: who is in it, who waits, who was there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser

A_WEEK_AGO = (datetime.now(UTC) - timedelta(days=7)).replace(hour=12, minute=0, second=0)


def test_attendance_is_taken_for_all_on_one_form(story: Story, visiting: Opening) -> None:
    asha, olive = story.place.person("asha"), story.place.person("olive")
    for name in ("Ada Moss", "Ben Orr", "Cleo Fay"):
        made = asha.done(
            "/v1/referrals",
            {
                "service": service_named(asha, "Art therapy group"),
                "person": {"name": name, "phone": "020 7946 0000"},
                "source": "professional",
                "ask": "A place in the group",
            },
        )
        olive.done(f"/v1/referrals/{made['id']}/acceptance")
    there = visiting("olive", scripts=False)
    there.page.set_viewport_size({"width": 320, "height": 700})
    there.open("/groups")
    there.follow("Plan a group")
    there.page.get_by_label("Which of your services is it?").select_option(
        label="Art therapy group"
    )
    there.page.get_by_label("Name").fill("Friday art")
    there.page.get_by_label("When is the first session?").fill(f"{A_WEEK_AGO:%Y-%m-%dT%H:%M}")
    there.page.get_by_label("Where?").fill("The studio")
    there.page.get_by_label("For how many people?").fill("2")
    there.press("Plan the group")
    assert there.done == "The group is planned."
    group = there.page.url.split("?")[0]
    ident = group.rsplit("/", 1)[-1]
    for name in ("Ada Moss", "Ben Orr"):
        there.page.goto(group)
        there.follow("Give somebody a place")
        there.page.get_by_label("Who?").select_option(label=name)
        there.press("Save")
        assert there.done == "They have a place in the group."
    there.follow("Let somebody wait for a place")
    there.page.get_by_label("Who?").select_option(label="Cleo Fay")
    there.press("Save")
    assert there.done == "They wait for a place."
    there.twin_is_accessible()
    there.follow("Take attendance")
    there.twin_is_accessible()
    for name in ("Ada Moss", "Ben Orr"):
        assert there.page.get_by_role("group", name=name).is_visible()
    assert there.page.get_by_text("Cleo Fay").count() == 0
    there.page.go_back()
    # They joined today, so it is for a session of today on that they are asked about.
    assert "2 of 2" in there.page.locator("main").inner_text()
    there.follow("Somebody leaves")
    there.page.get_by_label("Who?").select_option(label="Ben Orr")
    there.page.get_by_label("Finished").check()
    there.press("Save")
    assert there.done == "They are in the group no longer."
    shown = there.page.locator("main").inner_text()
    assert "Cleo Fay" in shown
    assert "Waiting for a place" not in shown
    there.follow("Call a session off")
    there.page.get_by_label("Which session?").select_option(index=1)
    there.page.get_by_label("Weather").check()
    there.press("Call it off")
    assert there.done == "The session is called off."
    elsewhere = visiting("asha", scripts=False)
    elsewhere.open(f"/groups/{ident}")
    shown = elsewhere.page.locator("main").inner_text()
    assert "The studio" in shown
    assert "Ada Moss" not in shown


def test_a_session_is_written_up_and_shows_on_the_persons_page(
    story: Story, visiting: Opening
) -> None:
    asha, olive = story.place.person("asha"), story.place.person("olive")
    art = service_named(asha, "Art therapy group")
    made = asha.done(
        "/v1/referrals",
        {
            "service": art,
            "person": {"name": "Dora Vane", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "A place in the group",
            "at": (A_WEEK_AGO - timedelta(days=3)).isoformat(),
        },
    )
    olive.done(f"/v1/referrals/{made['id']}/acceptance")
    planned = olive.done(
        "/v1/groups",
        {
            "service": art,
            "name": "Evening art",
            "first_at": A_WEEK_AGO.isoformat(),
            "every_weeks": 4,
            "minutes": 60,
            "place": "The studio",
            "capacity": 5,
        },
    )
    earlier = (A_WEEK_AGO - timedelta(days=1)).isoformat()
    olive.done(f"/v1/groups/{planned['id']}/member", {"referral": made["id"], "at": earlier})
    there = visiting("olive", scripts=False)
    there.open(f"/groups/{planned['id']}")
    there.follow("Take attendance")
    there.page.get_by_role("group", name="Dora Vane").get_by_label("Late but seen").check()
    there.press("Save attendance")
    assert there.done == "The attendance is recorded."
    assert "Late but seen" in there.page.locator("main").inner_text()
    there.follow("Dora Vane")
    shown = there.page.locator("main").inner_text()
    assert "Evening art" in shown
    assert "in it since" in shown


def test_times_are_offered_one_is_chosen_and_moved(story: Story, visiting: Opening) -> None:
    asha, priya = story.place.person("asha"), story.place.person("priya")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Eli Marsh"},
            "source": "professional",
            "ask": "Help",
        },
    )
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    there = visiting("priya", scripts=False)
    there.open(f"/referrals/{made['id']}")
    there.follow("Offer times")
    there.page.get_by_label("First time").fill("2027-03-09T10:00")
    there.page.get_by_label("Second time").fill("2027-03-10T14:00")
    there.page.get_by_label("Telephone").check()
    there.press("Offer these times")
    there.follow("They chose a time")
    there.page.get_by_label("10 March 2027").check()
    there.press("Book this time")
    assert there.done == "The appointment is booked."
    there.leave_by(there.page.get_by_role("link", name="Book another time").first)
    there.twin_is_accessible()
    another = there.page.url
    there.page.goto(another.rsplit("/", 1)[0])
    there.twin_is_accessible()
    there.page.goto(another)
    there.page.get_by_label("When is it now?").fill("2027-03-16T10:00")
    there.page.get_by_label("The person").check()
    there.press("Book this time")
    assert there.done == "The appointment has its new time."
    shown = there.page.locator("main").inner_text()
    assert "Cancelled by the person" in shown
    assert "16 March 2027" in shown or "16 Mar 2027" in shown
