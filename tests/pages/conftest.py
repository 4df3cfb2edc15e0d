"""The story the pages are tested with, and a browser to read it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from api.parts import COOKIE
from deploy import assets
from deploy.commands.community import demo_people
from deploy.embedded import Embedded
from projections.signing import Signing
from tests.api.place import running
from tests.database import made
from tests.pages.place import Story, told
from tests.projections.test_signing import signing
from tests.sampling import THOROUGH

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def story(
    server: Embedded, founded: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    """Nia's story, served. Tests add to it; none relies on what another one added."""
    folder: Path = tmp_path_factory.mktemp("pages")
    with (
        made(server, template=founded) as database,
        running(database, folder, people=demo_people()) as place,
    ):
        yield told(place)


@pytest.fixture(scope="session")
def signer(story: Story, tmp_path_factory: pytest.TempPathFactory) -> Signing:
    """Who signs the log that the story is told in; one for all tests, as a place has one."""
    return signing(story.place.database, tmp_path_factory.mktemp("kept") / "last")


@pytest.fixture(scope="module")  # while it is open, nothing else can run an event loop here
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip(f"no headless Chromium on the path: none of {', '.join(BROWSERS)}")
    try:
        assets.bring(assets.installed_folder())
    except assets.AssetsMissing as missing:
        pytest.skip(f"the front-end files are not there: {missing}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


ASKED = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


BEYOND_THE_KEYBOARD = """() => {
    const looks = (element) => {
        const {outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor} =
            getComputedStyle(element);
        const label = element.labels?.[0];
        const beside = label ? getComputedStyle(label, "::before").boxShadow : "";
        return [outlineStyle, outlineWidth, outlineColor, boxShadow, backgroundColor, borderColor,
            beside].join();
    };
    document.activeElement?.blur();
    const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary";
    const found = [...document.querySelectorAll(wanted)].filter((element) =>
        element.checkVisibility() && !element.disabled);
    return found.filter((element) => {
        const chosen = element.type === "radio" && !element.checked;  // arrows go among these
        const before = looks(element);
        element.focus({preventScroll: true});
        const reached = document.activeElement === element && (chosen || element.tabIndex === 0);
        const seen = looks(element) !== before;
        element.blur();
        return !reached || !seen;
    }).map((element) => element.outerHTML.slice(0, 120));
}"""
"""Each control's own focus, asked for in one go: pressing Tab a hundred times takes seconds."""


NOT_AS_WRITTEN_HERE = """() => {
    const bad = /\\b\\d{4}-\\d{2}-\\d{2}\\b|\\b\\d{1,2}\\/\\d{1,2}\\/\\d{2,4}\\b|\\b999\\d{7}\\b/g;
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        if (text.parentElement.closest("pre, code, script, style, textarea")) continue;
        found.push(...text.data.match(bad) ?? []);
    }
    return found;
}"""
"""Dates not written as 4 November 2026, and NHS numbers not as 999 123 4567."""


@dataclass
class Watched:
    """A page, and everything it complained of or asked of another host."""

    page: Page
    url: str
    scripts: bool = True
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)

    def press(self, name: str) -> None:
        self.leave_by(self.page.get_by_role("button", name=name, exact=True))

    def follow(self, name: str) -> None:
        self.leave_by(self.page.get_by_role("link", name=name, exact=True).first)

    def leave_by(self, way: Locator) -> None:
        """Click what leads to another page, and be there: a click alone does not wait for it."""
        with self.page.expect_navigation(wait_until="domcontentloaded"):
            way.click()

    def turn_to(self, name: str) -> Locator:
        """A list's row that says this, on whichever page of it: other tests add to the list."""
        row = self.page.locator("tbody tr", has_text=name)
        while not row.count():
            self.follow("Next page")
        return row

    def is_accessible(self, *widths: int) -> None:
        """The page as it is, or as it opens at each of these widths, breaks no rule and fits.

        Contrast, dearer than all other rules together, is asked for at the first width; at the
        others too where the run is thorough.
        """
        assert self.scripts, "what looks for flaws is a script itself: ask twin_is_accessible"
        for number, width in enumerate(widths):
            if self.page.viewport_size != (size := {"width": width, "height": 1000}):
                self.page.set_viewport_size(size)  # type: ignore[arg-type]
                self.page.reload()  # the menu folds as a page opens, or a while after
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width
            self._breaks_no_rule(contrast=THOROUGH or not number)
        if not widths:
            self._breaks_no_rule()
        assert self.page.evaluate(NOT_AS_WRITTEN_HERE) == []

    def twin_is_accessible(self, *widths: int) -> None:
        """The page of this address, opened by the same person in a browser with scripts."""
        mine, known = self.page.context, self.page.context.storage_state()
        assert mine.browser is not None
        theirs = mine.browser.new_context(
            storage_state=known, locale="en-GB", timezone_id="Europe/London"
        )
        try:
            twin = Watched(theirs.new_page(), self.url)
            twin.page.goto(self.page.url)
            twin.is_accessible(*(widths or (320,)))
        finally:
            theirs.close()

    def _breaks_no_rule(self, *, contrast: bool = True) -> None:
        asked = ASKED if contrast else ASKED | {"rules": {"color-contrast": {"enabled": False}}}
        found = Axe().run(self.page, options=asked).response["violations"]
        assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []

    def beyond_the_keyboard(self) -> list[str]:
        """What can be pressed or filled in, but not come to by Tab, or looks no other there."""
        return list(self.page.evaluate(BEYOND_THE_KEYBOARD))

    @property
    def done(self) -> str:
        return self.page.locator(".nhsuk-notification-banner__heading").inner_text()


Opening = Callable[..., Watched]


@pytest.fixture
def visiting(story: Story, browser: Browser) -> Iterator[Opening]:
    """Open a browser as somebody, or as nobody; ``scripts=False`` turns JavaScript off."""
    with ExitStack() as opened:

        def visit(key: str | None, *, scripts: bool = True) -> Watched:
            context = browser.new_context(
                base_url=story.place.url,
                viewport={"width": 1440, "height": 1000},
                locale="en-GB",
                timezone_id="Europe/London",
                reduced_motion="reduce",
                java_script_enabled=scripts,
            )
            opened.callback(context.close)
            if key:
                secret = story.place.session(key)
                context.add_cookies([{"name": COOKIE, "value": secret, "url": story.place.url}])
            page = context.new_page()
            watched = Watched(page, story.place.url, scripts)
            page.on(
                "console",
                lambda said: (
                    watched.complaints.append(said.text)
                    if said.type in ("error", "warning")
                    else None
                ),
            )
            page.on("pageerror", lambda error: watched.complaints.append(str(error)))
            page.on(
                "request",
                lambda request: (
                    watched.complaints.append(f"asked {request.url}")
                    if not request.url.startswith(story.place.url)
                    else None
                ),
            )
            return watched

        yield visit
