"""A view is built anew, compared, switched and rolled back from the page, by who may fold it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import expect

from projections import schema
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story

PAGE, VIEW = "/operations", "referrals"
WHY = "The fold of referrals was mended"


@pytest.fixture(autouse=True)
def nothing_left_beside(story: Story) -> Iterator[None]:
    yield
    house = story.place.house
    house.tending().once()
    with psycopg.connect(house.database.dsn(schema.PROJECT), autocommit=True) as connection:
        if connection.execute("select from views.builds where switched_at is not null").fetchone():
            done(story, "roll-back")
        connection.execute("select views.drop_beside(%s)", [VIEW])
        connection.execute("delete from views.builds where name = %s", [VIEW])
    with story.place.superuser() as superuser:
        superuser.execute("delete from operating.asked")


def asked(story: Story, what: str, key: str = "yusuf", *, why: str = WHY) -> int:
    """Ask it as the form does; the status of the answer."""
    sent = {"key": str(uuid4()), "why": why}
    answer = story.visitor(key).post(
        f"{PAGE}/views/{VIEW}/{what}", data=sent, follow_redirects=False
    )
    return answer.status_code


def done(story: Story, what: str) -> None:
    assert asked(story, what) == 303
    assert story.place.house.tending().once() == 1


def shown(story: Story) -> str:
    text = story.visitor("yusuf").get(PAGE).text
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def row(there: Watched) -> Any:
    named = there.page.get_by_role("rowheader", name=VIEW, exact=True)
    return there.page.locator("tbody tr", has=named)


def read(story: Story) -> list[Any]:
    """What those who serve people are given of their referrals."""
    return [story.place.person(key).seen("/v1/referrals") for key in ("asha", "priya", "joy")]


@pytest.mark.browser
def test_a_view_is_built_compared_switched_and_rolled_back_while_it_is_read_as_before(
    story: Story, visiting: Opening
) -> None:
    before, tending = read(story), story.place.house.tending()
    yusuf = visiting("yusuf")
    yusuf.open(PAGE)
    expect(row(yusuf)).to_contain_text("Nothing")
    for button, came, offered in (
        ("Build it anew", "One built anew, not compared", "Compare it"),
        ("Compare it", "rows are the same", "Switch to it"),
        ("Switch to it", "What was served until", "Roll back"),
        ("Roll back", "One built anew, not compared", "Compare it"),
        ("Take it away", "Nothing", "Build it anew"),
    ):
        yusuf.leave_by(row(yusuf).get_by_role("link", name=re.compile(f"^{button}")))
        if button == "Build it anew":
            yusuf.press(button)
            assert "Enter why" in yusuf.page.inner_text("main")
            yusuf.is_accessible()
        yusuf.page.fill("#why", WHY)
        yusuf.page.keyboard.press("Enter")
        expect(yusuf.page.get_by_text("It is asked.")).to_be_visible()
        expect(row(yusuf)).to_contain_text(f"{button}: asked, not begun")
        assert row(yusuf).get_by_role("link").count() == 0
        assert read(story) == before
        assert tending.once() == 1
        yusuf.open(PAGE)
        expect(row(yusuf)).to_contain_text(came)
        expect(row(yusuf).get_by_role("link", name=re.compile(f"^{offered}"))).to_be_visible()
        assert read(story) == before
        if button == "Switch to it":
            yusuf.is_accessible(375, 1280)
    last = yusuf.page.locator("tbody tr", has_text=WHY)
    assert last.count() == 5
    assert "Yusuf" in last.first.inner_text()
    assert tending.once() == 0


def test_what_is_not_the_same_is_said_first_and_is_not_switched_to(story: Story) -> None:
    done(story, "rebuild")
    assert asked(story, "switch") == 409
    with story.place.superuser() as superuser:
        superuser.execute(
            f"delete from beside.{VIEW} where ctid = (select min(ctid) from beside.{VIEW})"
        )
    done(story, "compare")
    said = shown(story)
    assert f"The view {VIEW} is not what was built anew. Rows differ: 1 of {VIEW}" in said
    assert said.index("is not what was built anew") < said.index("How each organisation is told")
    assert "Nothing: views follow" not in said
    assert asked(story, "switch") == 409


def test_one_thing_at_a_time_is_asked_and_once_by_one_key(story: Story) -> None:
    yusuf, sent = story.visitor("yusuf"), {"key": str(uuid4()), "why": WHY}
    address = f"{PAGE}/views/{VIEW}/rebuild"
    for _ in range(2):
        assert yusuf.post(address, data=sent, follow_redirects=False).status_code == 303
    assert asked(story, "rebuild") == 409
    with story.place.superuser() as superuser:
        old = "update operating.asked set asked_at = asked_at - %s"
        superuser.execute(old, [timedelta(minutes=2)])
    assert f"asked of the view {VIEW}: nobody begins it since" in shown(story)
    assert story.place.house.tending().once() == 1
    assert "nobody begins it" not in shown(story)


def test_who_was_killed_while_they_switched_is_not_asked_to_switch_again(story: Story) -> None:
    for what in ("rebuild", "compare", "switch"):
        done(story, what)
    with story.place.superuser() as superuser:
        superuser.execute(
            "update operating.asked set ended_at = null, outcome = null where what = 'switch'"
        )
    assert story.place.house.tending().once() == 1
    assert "What was served until" in shown(story)
    assert "refused" not in shown(story).lower()


@pytest.mark.parametrize("key", ["asha", "priya", "hugh", "tom", "imani"])
def test_nobody_else_asks_anything_of_a_view(story: Story, key: str) -> None:
    assert story.visitor(key).get(f"{PAGE}/views/{VIEW}/rebuild").status_code == 403
    assert asked(story, "rebuild", key) == 403
    assert story.place.house.tending().once() == 0


def test_only_what_can_be_asked_has_an_address(story: Story) -> None:
    for address in (f"{VIEW}/burn", "clocks/rebuild"):
        assert story.visitor("yusuf").get(f"{PAGE}/views/{address}").status_code == 404
