"""The log on pages for the host's auditors: found by each filter, followed, and verified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from playwright.sync_api import expect

from deploy.community.place import PRACTICE, TALKING
from projections import schema
from projections.signing import Signing
from tests.pages.conftest import Opening
from tests.pages.place import ASK, NIA, REASON, Story

PAGE = "/audit/streams"
ANOTHER = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module", autouse=True)
def signed(story: Story, signer: Signing) -> None:
    """Nia's story is signed, as far as it is told."""
    story.person("asha")
    signer.once()


def rows(story: Story, query: str, *asked: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(story.place.house.database.dsn(schema.AUDIT)) as connection:
        return connection.execute(query, asked).fetchall()


def known(story: Story) -> UUID:
    """Nia, as the log knows her."""
    ((person,),) = rows(
        story, "select distinct person from log.facts where stream = %s", story.therapy
    )
    assert isinstance(person, UUID)
    return person


def numbers(answer: httpx.Response) -> list[int]:
    """The numbers of the events that a page lists."""
    assert answer.status_code == 200, answer.text
    found = re.findall(r'<th scope="row" class="tc-number">([\d,]+)</th>', answer.text)
    return [int(each.replace(",", "")) for each in found]


@contextmanager
def altered(story: Story, position: int) -> Iterator[None]:
    """One fact happened a second later, by whoever owns its table; and is as before again."""
    owner = psycopg.connect(story.place.house.database.dsn(schema.OWNER), autocommit=True)
    later = (
        "update log.facts set effective_at = effective_at + %s * interval '1s' where position = %s"
    )
    with owner:
        owner.execute("alter table log.facts disable trigger facts_are_kept")
        try:
            owner.execute(later, [1, position])
            yield
        finally:
            owner.execute(later, [-1, position])
            owner.execute("alter table log.facts enable always trigger facts_are_kept")


def test_each_filter_finds_what_the_log_holds_and_nothing_else(story: Story) -> None:
    imani, nia = story.visitor("imani"), known(story)
    asha = next(str(person.id) for person in PRACTICE.people if person.key == "asha")
    ((correlation, day),) = rows(
        story,
        "select correlation, to_char(recorded_at at time zone 'Europe/London', 'YYYY-MM-DD') "
        "from log.facts where stream = %s and version = 1",
        story.therapy,
    )
    local = "(recorded_at at time zone 'Europe/London')::date"
    for asked, where in (
        ({"person": str(nia)}, f"person = '{nia}'"),
        ({"person": story.person("asha")}, f"person = '{nia}'"),
        ({"stream": story.therapy}, f"stream = '{story.therapy}'"),
        ({"type": "referral:ReferralMade"}, "topic = 'referral:ReferralMade'"),
        ({"actor": asha}, f"practitioner = '{asha}'"),
        ({"actor": str(TALKING.id)}, f"organisation = '{TALKING.id}'"),
        ({"correlation": str(correlation)}, f"correlation = '{correlation}'"),
        ({"since": day, "until": day}, f"{local} = '{day}'"),
        (
            {"person": str(nia), "type": "measure:MeasureCompleted", "actor": str(TALKING.id)},
            f"person = '{nia}' and topic = 'measure:MeasureCompleted'",
        ),
    ):
        held = rows(story, f"select position from log.facts where {where} order by position desc")
        expected = [position for (position,) in held]
        assert expected, where
        found: list[int] = []
        answer = imani.get(PAGE, params=asked)
        while True:
            page = numbers(answer)
            found += page
            following = re.search(r'href="([^"]+)" rel="next"', answer.text)
            if following is None:
                break
            answer = imani.get(following[1].replace("&amp;", "&"))
        assert found == expected, asked
    assert numbers(imani.get(PAGE, params={"person": ANOTHER})) == []
    for asked in ({"since": "2019-01-01", "until": "2019-01-02"}, {"stream": ANOTHER}):
        assert "No event fits" in imani.get(PAGE, params=asked).text


def test_what_cannot_be_searched_for_is_said_beside_its_field(story: Story) -> None:
    imani = story.visitor("imani")
    wrong = {
        "person": NIA,
        "type": "nothing:Happened",
        "since": "yesterday",
        "actor": "Asha",
        "stream": "x",
    }
    answer = imani.get(PAGE, params=wrong)
    assert answer.status_code == 422
    for name in wrong:
        assert f'id="{name}-error"' in answer.text
    backwards = imani.get(PAGE, params={"since": "2026-01-02", "until": "2026-01-01"})
    assert "not before the first" in backwards.text
    assert imani.get(f"{PAGE}/beside", params={"stream": "x"}).status_code == 422
    for nowhere in (ANOTHER, "not-an-id", f"{story.therapy}/999", f"{story.therapy}/0"):
        assert imani.get(f"{PAGE}/{nowhere}").status_code in (404, 422)


@pytest.mark.browser
def test_an_auditor_follows_an_event_to_what_it_caused_and_verifies_it(
    story: Story, visiting: Opening
) -> None:
    ((stream, version, caused),) = rows(
        story,
        "select cause.stream, cause.version, e.stream::text || '/' || e.version "
        "from log.facts as e join log.facts as cause "
        "on e.causation = cause.stream::text || '/' || cause.version "
        "where cause.stream = %s order by e.position limit 1",
        story.therapy,
    )
    imani = visiting("imani")
    imani.open("/audit/access")
    imani.follow("Streams")
    imani.page.fill("#stream", story.therapy)
    imani.page.keyboard.press("Enter")
    expect(imani.page.locator("tbody tr").first).to_be_visible()
    imani.is_accessible(375, 1280)
    imani.leave_by(imani.page.locator(f'tbody a[href="{PAGE}/{stream}/{version}"]'))
    shown = imani.page.inner_text("main")
    for said in ("Happened at", "Recorded at", "Version of its shape", "Told to", TALKING.name):
        assert said in shown
    imani.page.get_by_text("As JSON").click()
    expect(imani.page.locator("pre").last).to_contain_text('"correlation"')
    expect(imani.page.locator("pre").last).to_contain_text(f'"{stream}"')
    imani.follow("Verify chain")
    expect(imani.page.get_by_role("status").last).to_contain_text("1 of 1 proved")
    imani.is_accessible(375, 1280)
    imani.leave_by(imani.page.locator(f'main li a[href="{PAGE}/{caused}"]'))
    follows = imani.page.get_by_role("heading", name="What it follows from").locator("+ p a")
    imani.leave_by(follows)
    assert imani.page.url.endswith(f"/{stream}/{version}")
    imani.follow("Its stream")
    imani.is_accessible(1280, 375)
    assert imani.beyond_the_keyboard() == []
    assert imani.complaints == []


@pytest.mark.browser
def test_up_to_four_streams_are_put_beside_each_other_by_either_clock(
    story: Story, visiting: Opening
) -> None:
    imani = visiting("imani", scripts=False)
    imani.open(f"{PAGE}/{story.therapy}")
    imani.follow("Put it beside others")
    imani.page.fill("#stream-1", story.housing)
    imani.press("Show")
    for by, clock in (("recorded", "position"), ("happened", "effective_at, position")):
        imani.page.select_option("#by", by)
        imani.press("Show")
        lanes = [UUID(story.therapy), UUID(story.housing)]
        held = rows(
            story,
            f"select stream, version from log.facts where stream = any(%s) order by {clock}",
            lanes,
        )
        links = imani.page.locator("tbody td a")
        addresses = [links.nth(n).get_attribute("href") for n in range(links.count())]
        assert addresses == [f"{PAGE}/{stream}/{version}" for stream, version in held]
        places = imani.page.locator("tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].findIndex(cell => cell.querySelector('a')))"
        )
        assert places == [lanes.index(stream) + 1 for stream, _ in held]
    five = story.visitor("imani").get(f"{PAGE}/beside", params={"stream": [story.therapy] * 5})
    assert five.status_code == 422


def test_one_row_altered_by_its_owner_is_named_as_the_first_break(story: Story) -> None:
    imani = story.visitor("imani")
    stream = f"{PAGE}/{story.therapy}"
    ((position, version),) = rows(
        story,
        "select position, version from log.facts where stream = %s and version = 2",
        story.therapy,
    )
    assert "The chain holds" in imani.get(stream, params={"verify": "yes"}).text
    with altered(story, position):
        answer = imani.get(stream, params={"verify": "yes"}).text
        assert "The chain is broken" in answer
        said = f"It breaks at number {position:,}: this fact is not the one that was recorded."
        assert said in answer
        assert f'href="{stream}/{version}">See number {position:,}' in answer
        assert "it is another" in imani.get(f"{stream}/{version}").text
        for page in (PAGE, f"{PAGE}/beside"):
            asked = {"stream": story.therapy, "verify": "yes"}
            assert said in imani.get(page, params=asked).text
        assert "The chain holds" in imani.get(f"{stream}/1", params={"verify": "yes"}).text
    assert "The chain holds" in imani.get(stream, params={"verify": "yes"}).text


def test_nothing_that_is_sealed_is_on_any_page(story: Story) -> None:
    imani, nia = story.visitor("imani"), known(story)
    held = rows(story, "select stream, version from log.facts where person = %s", nia)
    pages = [f"{PAGE}/{stream}/{version}" for stream, version in held]
    pages += [f"{PAGE}?person={nia}", f"{PAGE}/{story.therapy}", f"{PAGE}/{nia}"]
    for page in pages:
        answer = imani.get(page)
        assert answer.status_code == 200
        for word in (NIA, REASON, ASK, "07700 900123", "9990000018"):
            assert word not in answer.text, page
    assert "Sealed under the person" in imani.get(f"{PAGE}/{story.therapy}/1").text


def test_who_goes_through_the_log_is_written_down_before_anything_is_shown(story: Story) -> None:
    imani, nia = story.visitor("imani"), known(story)
    lanes = f"{PAGE}/beside?stream={story.therapy}"
    pages = {
        f"{PAGE}?person={nia}": PAGE,
        lanes: f"{PAGE}/beside",
        f"{PAGE}/{story.therapy}": f"{PAGE}/{{stream}}",
        f"{PAGE}/{story.therapy}/1": f"{PAGE}/{{stream}}/{{version}}",
    }
    for page, route in pages.items():
        answer = imani.get(page)
        looks = rows(
            story,
            "select role, purpose, route, kind, persons from looks.looks where request = %s",
            UUID(answer.headers["X-Request-ID"]),
        )
        assert looks == [("auditor", "audit", route, "view", [nia])]
    with psycopg.connect(story.place.house.database.dsn(schema.OWNER), autocommit=True) as owner:
        owner.execute("revoke insert on looks.looks from throughcare_serve")
        try:
            refused = [imani.get(page) for page in pages]
        finally:
            owner.execute("grant insert on looks.looks to throughcare_serve")
    assert {answer.status_code for answer in refused} == {503}
    assert not any(story.therapy in re.sub(r"<form.*?</form>", "", a.text) for a in refused)


@pytest.mark.parametrize("key", ["asha", "priya", "hugh", "yusuf", "tom", "nina"])
def test_nobody_else_goes_through_the_log(story: Story, key: str) -> None:
    for page in ("", "/beside", f"/{story.therapy}", f"/{story.therapy}/1"):
        answer = story.visitor(key).get(f"{PAGE}{page}")
        assert answer.status_code == 403
        assert "<table" not in answer.text


def test_what_comes_while_one_reads_is_said_and_is_shown_by_one_press(
    story: Story, visiting: Opening
) -> None:
    imani = visiting("imani")
    imani.open(PAGE)
    expect(imani.page.locator("#fresh")).to_contain_text("Live")
    newest = imani.page.locator("tbody th").first
    before = newest.inner_text()
    story.place.person("asha").done("/v1/people", {"name": "Tia Last"})
    news = imani.page.locator("#live-news")
    expect(news).to_contain_text("since you opened this page, show")
    expect(newest).to_have_text(before)
    imani.leave_by(news.get_by_role("link", name="show"))
    expect(newest).not_to_have_text(before)
    assert imani.complaints == []
