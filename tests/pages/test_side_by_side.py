"""What two organisations were told of one person, side by side, for the host's auditors alone."""

from __future__ import annotations

import re
from uuid import UUID

import psycopg
import pytest

from deploy.community.place import HOUSING, TALKING
from projections import schema
from tests.pages.conftest import Opening
from tests.pages.place import ASK, NIA, REASON, Story

PAGE = "/audit/side-by-side"


def asked(story: Story, **more: str) -> dict[str, str]:
    """Nia by the host's id, at talking therapies and at housing."""
    sides = {"one": str(TALKING.id), "other": str(HOUSING.id)}
    return {"person": story.person("asha"), **sides, **more}


@pytest.mark.browser
def test_an_auditor_of_the_host_sees_what_each_was_told(story: Story, visiting: Opening) -> None:
    imani = visiting("imani")
    imani.open("/audit/access")
    imani.follow("Side by side")
    imani.page.fill("#person", story.person("asha"))
    imani.page.select_option("#one", label=TALKING.name)
    imani.page.select_option("#other", label=HOUSING.name)
    imani.press("Compare")
    rows = imani.page.locator("tbody tr")
    scored = rows.filter(has_text="PHQ-9 recorded: 12")
    assert scored.locator("td").nth(1).inner_text().strip().endswith("Not told")
    asked_of = rows.filter(has_text="Referred to Housing and debt advice").locator("td")
    therapists, advisers = asked_of.all_inner_texts()
    assert REASON in therapists
    assert re.search("Only here:.*reason", therapists)
    assert advisers.strip().startswith("Referred to Housing and debt advice")
    assert REASON not in advisers
    registered = rows.filter(has_text="Details recorded").first.locator("td").nth(0).inner_text()
    assert "Only here:" in registered
    assert "date of birth" in registered
    shown = imani.page.inner_text("main")
    assert f"{TALKING.name} had been told" in shown
    imani.is_accessible(1440, 320)
    assert imani.complaints == []


def test_who_compared_is_written_down_with_whom(story: Story) -> None:
    answer = story.visitor("imani").get(PAGE, params=asked(story))
    assert answer.status_code == 200
    with psycopg.connect(story.place.house.database.dsn(schema.AUDIT)) as connection:
        looks = connection.execute(
            "select role, purpose, route, cardinality(persons), read_for from looks.looks "
            "where request = %s order by number",
            (UUID(answer.headers["X-Request-ID"]),),
        ).fetchall()
    assert looks == [("auditor", "audit", PAGE, 1, each.id) for each in (TALKING, HOUSING)]


def test_at_a_moment_of_the_past_it_says_what_they_had_been_told_by_then(story: Story) -> None:
    told = story.place.person("joy").seen(f"/v1/people/{story.person('joy')}/history")["entries"]
    before = min(entry["position"] for entry in told) - 1
    imani = story.visitor("imani")
    then = imani.get(PAGE, params=asked(story) | {"as-at": str(before)}).text
    assert f"{HOUSING.name} 0;" in then
    assert "You are looking at the past." in then
    assert ASK not in then
    assert ASK in imani.get(PAGE, params=asked(story)).text


@pytest.mark.parametrize("key", ["asha", "hugh", "ifeoma", "ruth", "joy"])
def test_nobody_else_compares_what_others_were_told(story: Story, key: str) -> None:
    answer = story.visitor(key).get(PAGE, params=asked(story))
    assert answer.status_code == 403
    assert NIA not in answer.text


def test_whom_or_which_organisation_nobody_knows_is_not_found(story: Story) -> None:
    imani, nobody = story.visitor("imani"), "00000000-0000-4000-8000-000000000000"
    for wrong in ({"person": nobody}, {"person": "Nia"}, {"one": nobody}):
        assert imani.get(PAGE, params=asked(story) | wrong).status_code == 404


def test_nothing_is_compared_when_it_cannot_be_written_down(story: Story) -> None:
    imani = story.visitor("imani")
    with psycopg.connect(story.place.house.database.dsn(schema.OWNER), autocommit=True) as owner:
        owner.execute("revoke insert on looks.looks from throughcare_serve")
        try:
            answer = imani.get(PAGE, params=asked(story))
        finally:
            owner.execute("grant insert on looks.looks to throughcare_serve")
    assert answer.status_code == 503
    assert "It cannot be recorded just now who looks" in answer.text
    assert not any(word in answer.text for word in (NIA, REASON, ASK))
    assert imani.get(PAGE, params=asked(story)).status_code == 200
