"""Concerns and safeguarding on the pages, without scripts: above all else, until somebody looks."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.community.place import TALKING
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story, service_named

NAME = "Ivy Thorn"


@pytest.fixture
def ivy(story: Story) -> dict[str, str]:
    """Ivy, held by the practice; talking therapies and housing see her: her record at each."""
    asha = story.place.person("asha")
    known: dict[str, str] = {}
    for key, service in (("priya", "Talking therapies"), ("joy", "Housing and debt advice")):
        about: dict[str, Any] = (
            {"person_id": known["asha"].split("/")[-1]}
            if known
            else {"person": {"name": NAME, "phone": "07700 900111"}}
        )
        made = asha.done(
            "/v1/referrals",
            about
            | {
                "service": service_named(asha, service),
                "source": "professional",
                "ask": "Help",
            },
        )
        known.setdefault("asha", f"/people/{made['person']}")
        receiver = story.place.person(key)
        theirs = receiver.seen(f"/v1/referrals/{made['id']}")
        receiver.done(f"/v1/referrals/{made['id']}/acceptance")
        known[key] = f"/people/{theirs['person']}"
    return known


def raised(there: Watched, path: str) -> None:
    there.open(path)
    there.follow("Raise a concern for their safety")
    there.page.get_by_label("Carer", exact=True).check()
    there.page.locator("[name=words]").fill("Her sister has not heard from her.")
    there.press("Raise the concern")
    assert there.done == "The concern is raised. Somebody looks; in danger now, call 999."


def test_a_concern_is_raised_looked_at_passed_on_and_resolved(
    ivy: dict[str, str], visiting: Opening
) -> None:
    asha, priya = (visiting(key, scripts=False) for key in ("asha", "priya"))
    raised(priya, ivy["priya"])
    asha.open("/")
    first = asha.page.locator("section.tc-card").first.inner_text()
    assert "Concerns for somebody’s safety" in first
    assert NAME in first
    asha.open("/caseload")
    assert "Concern to look at" in asha.page.locator("main").inner_text()
    asha.open(ivy["asha"])
    said = asha.page.locator("main").inner_text()
    assert "nobody has looked yet" in said
    assert "Her sister has not heard from her." in said
    assert "call 999" in said
    asha.follow("Say that you looked")
    asha.page.locator("[name=first_did]").fill("Rang her sister.")
    asha.press("I have looked")
    assert "Rang her sister." in asha.page.locator("main").inner_text()
    asha.follow("Pass it on")
    asha.page.locator("[name=to]").select_option(str(TALKING.id))
    asha.page.locator("[name=words]").fill("You see her tomorrow.")
    asha.press("Confirm and send")
    priya.open(ivy["priya"])
    priya.follow("Not take it on")
    priya.page.locator("[name=words]").fill("She stopped coming.")
    priya.press("Confirm and send")
    asha.open(ivy["asha"])
    assert "She stopped coming." in asha.page.locator("main").inner_text()
    asha.follow("Say what came of it")
    asha.page.get_by_label("Safety plan agreed with the person").check()
    asha.page.locator("[name=words]").fill("Her sister stays.")
    asha.press("Confirm and save")
    assert "Concern resolved: safety plan agreed" in asha.page.locator("main").inner_text()
    assert asha.complaints == priya.complaints == []


def test_a_housing_adviser_raises_one_and_learns_only_that_somebody_looks(
    ivy: dict[str, str], visiting: Opening
) -> None:
    joy, asha = (visiting(key, scripts=False) for key in ("joy", "asha"))
    joy.open(ivy["joy"] + "/concern")
    joy.press("Raise the concern")
    assert "Enter what worries you" in joy.page.locator("main").inner_text()
    raised(joy, ivy["joy"])
    assert "Somebody is to look." in joy.page.locator("main").inner_text()
    asha.open(ivy["asha"])
    asha.follow("Say that you looked")
    asha.page.locator("[name=first_did]").fill("Rang her sister, she takes lithium.")
    asha.press("I have looked")
    joy.open(ivy["joy"])
    said = joy.page.locator("main").inner_text()
    assert "Somebody has looked." in said
    assert "lithium" not in said


def test_a_safeguarding_referral_says_to_whom_why_and_what_the_person_knows(
    ivy: dict[str, str], visiting: Opening
) -> None:
    asha, priya = (visiting(key, scripts=False) for key in ("asha", "priya"))
    asha.open(ivy["asha"])
    asha.follow("Record a safeguarding referral")
    asha.page.get_by_label("Adult", exact=True).check()
    asha.page.get_by_label("Children Act 1989 s47").check()
    for name, value in (
        ("outside_body", "Camden MASH"),
        ("content", "Her nephew takes her pension."),
        ("shared", "Name and address."),
    ):
        asha.page.locator(f"[name={name}]").fill(value)
    asha.page.get_by_label("No", exact=True).check()
    asha.page.get_by_label("They could not be reached").check()
    asha.press("Confirm and save")
    assert "This duty does not hold" in asha.page.locator("main").inner_text()
    asha.page.get_by_label("Care Act 2014 s42").check()
    asha.press("Confirm and save")
    said = asha.page.locator("main").inner_text()
    assert "Camden MASH" in said
    assert "they could not be reached" in said
    priya.open(ivy["priya"])
    assert "pension" not in priya.page.locator("main").inner_text()


def test_the_pages_of_a_concern_are_accessible(ivy: dict[str, str], visiting: Opening) -> None:
    asha = visiting("asha")
    raised(asha, ivy["asha"])
    for path in ("", "/concern", "/safeguarding"):
        asha.open(ivy["asha"] + path)
        asha.is_accessible(1440, 320)
    asha.open(ivy["asha"])
    asha.follow("Pass it on")
    asha.is_accessible(1440, 320)
    asha.open("/")
    asha.is_accessible(1440, 320)
    assert asha.complaints == []
