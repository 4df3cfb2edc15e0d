"""What is live: rows as new as the record, none of them moved, and a page that says how new it is.

Whoever reads it decides when something comes, or stops coming; a tab that hears nothing says so.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from api.app import create_app
from deploy.serving import Server
from projections import progress
from tests.api.test_lag import held_still
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story, service_named
from tests.waiting import until

pytestmark = pytest.mark.browser

AMBER = "line => getComputedStyle(line.querySelector('.tc-fresh__dot') ?? line).backgroundColor"
TO_ANSWER = "/caseload?status=referral+to+answer&sort=name"


class Referred:
    """People whom no other test speaks of; by name they come first."""

    def __init__(self, story: Story) -> None:
        self.story, self.mark = story, uuid4().hex[:6]
        self.referrals: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Refer somebody to talking therapies; what they are called."""
        asha = self.story.place.person("asha")
        called = f"Aa {self.mark} {name}"
        made = asha.done(
            "/v1/referrals",
            {
                "service": service_named(asha, "Talking therapies"),
                "person": {"name": called},
                "source": "professional",
                "ask": "Help",
            },
        )
        self.referrals[called] = made["id"]
        return called

    def ask(self, called: str, what: str, **content: object) -> None:
        """Somebody else at talking therapies says something of it."""
        self.story.place.person("priya").done(
            f"/v1/referrals/{self.referrals[called]}/{what}", content
        )


@pytest.fixture
def refer(story: Story) -> Referred:
    return Referred(story)


def row(there: Watched, called: str) -> Locator:
    return there.page.locator("tr[data-of]", has_text=called)


def top(of: Locator) -> float:
    box = of.bounding_box()
    assert box
    return box["y"]


def said(there: Watched) -> Locator:
    """What the line says of how new the page is."""
    return there.page.locator("#fresh")


def test_rows_are_as_new_as_the_record_and_none_of_them_moves(
    refer: Referred, visiting: Opening
) -> None:
    first, second = refer("Able"), refer("Baker")
    priya = visiting("priya")
    priya.open(TO_ANSWER)
    expect(said(priya)).to_contain_text("Live")
    places = [top(row(priya, name)) for name in (first, second)]
    link = row(priya, second).get_by_role("link", name=second, exact=True)
    link.focus()
    row(priya, second).hover()

    # A colleague changes one, and sees it at once on the page that follows; here it changes in
    # place and keeps the focus. Another goes, greyed where it stands.
    marcus = visiting("marcus")
    marcus.open(f"/referrals/{refer.referrals[second]}/pause")
    marcus.page.get_by_label("Away").check()
    marcus.press("Pause the wait")
    assert "Wait paused" in marcus.page.inner_text("main")
    expect(row(priya, second)).to_contain_text("Wait paused")
    expect(link).to_be_focused()
    refer.ask(first, "acceptance")
    expect(row(priya, first)).to_contain_text("Now: waiting")
    expect(row(priya, first)).to_have_class("tc-gone")
    expect(link).to_be_focused()

    # A new one waits until it is asked for.
    third = refer("Charlie")
    expect(priya.page.locator("#live-news")).to_have_text("1 new, show")
    assert row(priya, third).count() == 0
    assert [top(row(priya, name)) for name in (first, second)] == places
    priya.is_accessible()
    priya.page.locator("#live-news a").click()
    expect(row(priya, third)).to_be_visible()
    expect(row(priya, first)).to_have_count(0)
    assert priya.complaints == []


def test_paused_a_page_stands_still_until_it_goes_on_and_the_pause_is_kept(
    refer: Referred, visiting: Opening
) -> None:
    name = refer("Delta")
    priya = visiting("priya")
    priya.open(TO_ANSWER)
    priya.page.get_by_role("button", name="Pause updates").click()
    refer.ask(name, "pause", reason="away")
    expect(said(priya)).to_contain_text(re.compile(r"Updates paused at \d\d:\d\d · 1 new entry"))
    assert "Wait paused" not in row(priya, name).inner_text()
    priya.is_accessible()
    priya.page.get_by_role("button", name="Resume updates").click()
    expect(row(priya, name)).to_contain_text("Wait paused")
    expect(said(priya)).to_contain_text("Live")
    priya.page.get_by_role("button", name="Pause updates").click()
    priya.page.reload()
    expect(said(priya)).to_contain_text("Updates paused")
    expect(priya.page.get_by_role("button", name="Resume updates")).to_be_visible()


def test_a_record_says_who_changed_it_and_changes_nothing_unasked(
    refer: Referred, visiting: Opening
) -> None:
    name = refer("Echo")
    path = f"/referrals/{refer.referrals[name]}"
    priya, writing = visiting("priya"), visiting("priya")
    priya.open(path)
    writing.open(f"{path}/information-request")
    writing.page.fill("#question", "Which evenings?")
    refer.ask(name, "pause", reason="away")
    news = priya.page.locator("#live-news")
    expect(news).to_contain_text("1 change since you opened this, show")
    expect(news).to_contain_text(re.compile(r"Wait paused: away, .*\(Priya"))
    assert "Wait paused" not in priya.page.inner_text("main")
    priya.is_accessible(1440, 320)  # the second loads it anew
    assert "Wait paused" in priya.page.inner_text("main")

    # Whoever writes a form is told, and loses nothing.
    expect(writing.page.locator("#live-news")).to_contain_text("Go on writing")
    assert writing.page.locator("#live-news a").count() == 0
    assert writing.page.input_value("#question") == "Which evenings?"


class Killed:
    """A server that can be killed in the middle of what it sends, and comes back where it was."""

    def __init__(self, story: Story) -> None:
        self.place = story.place
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def up(self) -> Iterator[Server]:
        app = create_app(self.place.house.parts(self.place.house.reading()))
        server = Server(app, port=self.port)
        thread = Thread(target=server.run, daemon=True)
        thread.start()
        until(lambda: server.started)
        try:
            yield server
        finally:
            for connection in list(server.server_state.connections):
                connection.transport.abort()
            server.should_exit = True
            thread.join(timeout=10)


def test_a_page_whose_server_is_killed_says_so_and_goes_on_where_it_stopped(
    story: Story, refer: Referred, visiting: Opening
) -> None:
    name, server = refer("Foxtrot"), Killed(story)
    priya = visiting("priya")
    listened: list[Request] = []
    priya.page.on("request", lambda each: listened.extend([each] if "/live?" in each.url else []))
    with server.up():
        priya.page.goto(server.url + TO_ANSWER)
        expect(said(priya)).to_contain_text("Live")
        refer.ask(name, "pause", reason="away")
        expect(row(priya, name)).to_contain_text("Wait paused")
    expect(said(priya)).to_contain_text("Connection lost. This is as it was at")
    expect(priya.page.locator("#live-said")).to_have_text("Connection lost")
    priya.is_accessible()
    before = story.place.person("priya").read("/v1/share").headers["X-Share-Number"]
    refer.ask(name, "resumption")  # nobody hears of it now
    with server.up():
        expect(row(priya, name)).to_contain_text("Wait resumed", timeout=10_000)
        expect(said(priya)).to_contain_text("Live")
        expect(priya.page.locator("#live-said")).to_have_text("Connected again")
        assert listened[-1].all_headers()["last-event-id"] == before


def silent(tabs: list[Page]) -> int:
    """How many of them say that they hear nothing."""
    return sum("Live updates are off" in tab.locator("#fresh").inner_text() for tab in tabs)


def look(tab: Page, *, hidden: bool) -> None:
    """Turn away from a tab, or back to it, as its page is told of it."""
    tab.evaluate(
        "hidden => { Object.defineProperty(document, 'hidden', {value: hidden,"
        " configurable: true}); document.dispatchEvent(new Event('visibilitychange')) }",
        hidden,
    )


def test_eight_tabs_all_open_and_those_that_hear_nothing_say_so(
    story: Story, visiting: Opening
) -> None:
    priya = visiting("priya")
    tabs = [priya.page, *(priya.page.context.new_page() for _ in range(7))]
    for tab in tabs:
        tab.goto(f"{priya.url}/caseload", timeout=5_000)
    off = "Live updates are off in this tab"
    for tab in tabs[:4]:
        expect(tab.locator("#fresh")).to_contain_text("Live ·")
    for tab in tabs[4:]:
        expect(tab.locator("#fresh")).to_contain_text(off)
    tabs[0].close()
    until(lambda: silent(tabs[1:]) == 3)
    # One that is hidden lets go of its stream for another, and asks again once it is looked at.
    look(tabs[1], hidden=True)
    until(lambda: silent(tabs[2:]) == 2)
    look(tabs[1], hidden=False)
    expect(tabs[1].locator("#fresh")).to_contain_text(off)


def test_a_page_whose_reader_signed_out_or_may_see_otherwise_hears_nothing_more(
    visiting: Opening,
) -> None:
    priya = visiting("priya")
    priya.open("/caseload")
    expect(said(priya)).to_contain_text("Live")
    other = priya.page.context.new_page()
    other.goto(f"{priya.url}/")
    other.get_by_role("button", name="Sign out").click()
    expect(said(priya)).to_contain_text("You are signed out. This page is as it was at")
    priya.is_accessible()
    said(priya).get_by_role("link", name="Sign in").click()
    expect(priya.page).to_have_url(re.compile("/sign-in"))


def test_a_page_says_when_what_it_shows_is_behind_and_when_it_stands_still(
    refer: Referred, visiting: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    priya = visiting("priya")
    priya.open(TO_ANSWER)
    expect(said(priya)).to_contain_text("Live")
    monkeypatch.setattr(progress, "MOST_LAG", 0.5)
    with held_still(refer.story.place):
        asha = refer.story.place.person("asha")
        late = {"name": f"Aa {refer.mark} Late"}
        service = service_named(asha, "Talking therapies")
        content = {"service": service, "person": late, "source": "professional", "ask": "Help"}
        assert asha.ask("/v1/referrals", content).status_code == 201  # nobody waits to see it
        expect(said(priya)).to_contain_text("Behind", timeout=30_000)
        expect(said(priya)).to_contain_text("behind")
        dot = said(priya).locator(".tc-fresh").evaluate(AMBER)
        assert dot == "rgb(255, 184, 28)"
        priya.is_accessible()
        monkeypatch.setattr(progress, "STILL", 0.5)
        expect(said(priya)).to_contain_text("Not updating", timeout=30_000)
    expect(said(priya)).to_contain_text("Live", timeout=30_000)
    assert priya.complaints == []


def test_without_scripts_a_page_says_that_it_does_not_change_by_itself(visiting: Opening) -> None:
    priya = visiting("priya", scripts=False)
    priya.open("/caseload")
    assert "reload the page to see what is new" in said(priya).locator("..").inner_text()
    assert priya.page.get_by_role("button", name="Pause updates").count() == 0
