"""An organisation leaves, on the pages, without scripts: who may say so, and what is said."""

from __future__ import annotations

import re

import pytest

from deploy.community import place as community
from tests.pages.conftest import Opening
from tests.pages.place import Story

pytestmark = pytest.mark.browser

LEAVING = community.SCHOOL
"""An organisation that no other test here asks for anything."""


def test_an_administrator_of_the_host_says_that_an_organisation_leaves(
    story: Story, visiting: Opening
) -> None:
    lead = community.PRACTICE.people[0]
    named = {"practitioner": str(lead.id), "since": "2026-03-02"}
    story.place.person("asha").done("/v1/partners/liaison", named)
    yusuf = visiting("yusuf", scripts=False)
    yusuf.open("/")
    yusuf.follow("Organisations")
    host = yusuf.page.get_by_role("row").filter(has_text=community.PRACTICE.name)
    assert "Hosts the place" in host.inner_text()
    assert f"In touch with the drug service: {lead.name}, since 2 March 2026" in host.inner_text()
    assert host.get_by_role("link", name=re.compile("It leaves")).count() == 0
    row = yusuf.page.get_by_role("row").filter(has_text=LEAVING.name)
    assert "School counselling" in row.inner_text()
    yusuf.leave_by(row.get_by_role("link", name=re.compile("It leaves")))
    address, said = yusuf.page.url, yusuf.page.inner_text("main")
    assert "Its services can be chosen no more" in said
    assert f"fall back to their practice or to {community.PRACTICE.name}" in said
    assert "return to their senders" in said
    assert yusuf.complaints == []
    yusuf.press("End its part in the place")
    assert "Enter why it leaves" in yusuf.page.inner_text("main")
    yusuf.page.fill("#reason", "The council closed it")
    yusuf.press("End its part in the place")
    assert yusuf.done == "The organisation has left. Whom it held falls back within minutes."
    assert "Has left" in row.inner_text()
    assert row.get_by_role("link", name=re.compile("It leaves")).count() == 0
    again = yusuf.page.goto(address)
    assert again is not None
    assert again.status == 404
    asha = visiting("asha", scripts=False)
    asha.open(f"/refer/new?person={story.person('asha')}")
    assert "Housing and debt advice" in asha.page.inner_text("main")
    assert "School counselling" not in asha.page.inner_text("main")
    asha.open(f"/people/{story.person('asha')}/objection")
    assert community.HOUSING.name in asha.page.inner_text("main")
    assert LEAVING.name not in asha.page.inner_text("main")


@pytest.mark.parametrize("key", ["asha", "tom", "joy"])
def test_nobody_else_is_offered_it_or_may(key: str, story: Story, visiting: Opening) -> None:
    there = visiting(key, scripts=False)
    there.open("/")
    assert there.page.get_by_role("link", name="Organisations", exact=True).count() == 0
    form = {"key": "0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c55", "reason": "It should"}
    sent = story.visitor(key).post(f"/partners/{community.TRUST.id}/leaving", data=form)
    assert sent.status_code == 403
    rows = story.place.person("yusuf").seen("/v1/partners")["rows"]
    assert [row["left"] for row in rows if row["id"] == str(community.TRUST.id)] == [False]
