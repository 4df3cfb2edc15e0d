"""The directory on its pages, without scripts: found, filled in a line, paused, closed, missed."""

from __future__ import annotations

import httpx
import pytest

from deploy.community import place as community
from tests.pages.conftest import Opening
from tests.pages.place import Story
from tests.trusting import TRUSTED

pytestmark = pytest.mark.browser

DANCE = next(offer for offer in community.CHARITY.offers if offer.key == "dance")
SINGING = next(offer for offer in community.CHARITY.offers if offer.key == "baby")


def test_who_offers_a_service_says_on_one_line_how_many_more_can_come(
    story: Story, visiting: Opening
) -> None:
    olive = visiting("olive", scripts=False)
    olive.open("/services?q=dance")
    row = olive.page.get_by_role("row").filter(has_text=DANCE.name)
    row.get_by_label(f"Places left at {DANCE.name}").fill("0")
    olive.leave_by(row.get_by_role("button"))
    assert olive.done == "The places are saved. They are counted from here on."
    assert "Full" in olive.page.inner_text("main")

    asha = visiting("asha", scripts=False)
    asha.open("/services?q=dance&room=true")
    assert "No service here is like that" in asha.page.inner_text("main")
    asha.open(f"/refer/new?person={story.person('asha')}")
    assert DANCE.name not in asha.page.inner_text("main")
    assert "Gardening group" in asha.page.inner_text("main")
    asha.open("/services?q=dance")
    assert asha.page.get_by_role("button", name="Save places").count() == 0
    asha.follow(DANCE.name)
    asha.follow("Write down that it was wanted and could not be had")
    asha.page.get_by_label("Full", exact=True).check()
    asha.page.get_by_label("Company and activity").check()
    asha.press("Save")
    assert asha.done == "It is written down and counted."
    assert DANCE.name in asha.page.inner_text("main")
    ruth = visiting("ruth", scripts=False)
    ruth.open("/unmet-need")
    assert "Fewer than 5" in ruth.page.inner_text("main")


def anybody(story: Story) -> int:
    """What somebody who is not signed in gets when they would refer themselves."""
    with httpx.Client(base_url=story.place.url, verify=TRUSTED) as client:
        return client.get(f"/refer-yourself/{SINGING.id}").status_code


def test_a_service_is_paused_and_taken_up_again_and_closed(story: Story, visiting: Opening) -> None:
    olive = visiting("olive", scripts=False)
    olive.open(f"/services/{SINGING.id}")
    olive.follow("Take nobody new for now")
    olive.press("Take nobody new")
    assert "Enter why" in olive.page.inner_text("main")
    olive.page.fill("#reason", "The singer is away")
    olive.press("Take nobody new")
    assert olive.done == "The service takes nobody new for now."
    assert "The singer is away" in olive.page.inner_text("main")
    assert anybody(story) == 404
    olive.follow("Take people again")
    olive.press("Take people")
    assert olive.done == "The service takes people again."
    assert anybody(story) == 200
    olive.follow("Close the service")
    assert "go back to who sent them" in olive.page.inner_text("main")
    olive.page.fill("#reason", "Nobody came")
    olive.press("Close the service")
    assert olive.done == "The service is closed. Who waits there goes back within minutes."
    asha = visiting("asha", scripts=False)
    answer = asha.page.goto(f"{story.place.url}/services/{SINGING.id}/capacity")
    assert answer is not None
    assert answer.status == 404


def test_a_service_is_opened_and_described_in_plain_forms(story: Story, visiting: Opening) -> None:
    olive = visiting("olive", scripts=False)
    olive.open("/services")
    olive.follow("Offer a service")
    olive.press("Offer the service")
    said = olive.page.inner_text("main")
    for missing in ("Enter what it is called", "Select who may refer to it", "Select the step"):
        assert missing in said
    olive.page.fill("#name", "Boat club")
    olive.page.get_by_label("Professional", exact=True).check()
    olive.page.get_by_label("Self", exact=True).check()
    olive.page.fill("#eligibility", "Adults who can swim")
    olive.page.fill("#age_from", "18")
    olive.page.fill("#takes", "loneliness\nlow mood")
    olive.page.check("input[name='step'][value='1']")
    olive.page.fill("#monday", "nine to five")
    olive.page.fill("#tuesday", "09:00 to 12:00, 13.30-17:00")
    olive.page.fill("#phone", "0121 496 0042")
    olive.press("Offer the service")
    assert "Enter the hours like 09:00 to 17:00" in olive.page.inner_text("main")
    olive.page.fill("#monday", "")
    olive.press("Offer the service")
    assert olive.done == "The service is offered."
    said = olive.page.inner_text("main")
    for shown in ("18 or over", "loneliness, low mood", "Tuesday, 13:30 to 17:00", "0121 496 0042"):
        assert shown in said
    service = olive.page.url.split("?")[0].rsplit("/", 1)[1]

    olive.follow("Put right what it says of itself")
    assert olive.page.input_value("#tuesday") == "09:00 to 12:00, 13:30 to 17:00"
    olive.page.fill("#age_to", "12")
    olive.press("Save")
    assert "Enter a last age that is not below the first" in olive.page.inner_text("main")
    olive.page.fill("#age_to", "65")
    olive.page.fill("#cost", "free")
    olive.press("Save")
    assert olive.done == "What the service says of itself is saved."
    row = story.place.person("asha").seen(f"/v1/services/{service}")
    assert row["ways_in"] == ["professional", "self"]
    assert row["description"]["criteria"]["age_to"] == 65
    assert row["description"]["criteria"]["takes"] == ["loneliness", "low mood"]
    assert len(row["description"]["hours"]) == 2
    assert row["description"]["cost"] == "free"
    asha = visiting("asha", scripts=False)
    answer = asha.page.goto(f"{story.place.url}/services/{service}/description")
    assert answer is not None
    assert answer.status == 404
