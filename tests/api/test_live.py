"""What an open page hears: of whom there is news and how new it is, and never what was told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import httpx
import orjson
import pytest

from deploy.community.place import HOUSING
from tests.api.place import Client, Place
from tests.api.test_agreements import as_it_is

PATIENCE = 15.0
"""Seconds after which what is waited for does not come."""


@contextmanager
def hearing(http: httpx.Client, after: int, **headers: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """What a page hears after a number: each event's type and content, until the stream ends."""
    with http.stream("GET", "/live", params={"after": after}, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _read(answer.iter_lines())


def _read(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    kind, began = "", monotonic()
    for line in lines:
        assert monotonic() - began < PATIENCE, "the stream went on without it"
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        if name == "data":
            yield kind, orjson.loads(value) if kind == "news" else value


def news(heard: Iterator[tuple[str, Any]]) -> Any:
    return next(content for kind, content in heard if kind == "news")


def number(client: Client) -> int:
    return int(client.read("/v1/share").headers["X-Share-Number"])


def test_a_page_hears_of_whom_there_is_news_and_nothing_of_it(place: Place, asha: Client) -> None:
    browser, before = place.browser("asha"), number(asha)
    made = asha.done("/v1/people", {"name": "Rosa Quietly"})
    rosa = made["id"]
    with browser.stream("GET", "/live", params={"after": before}) as answer:
        lines = answer.iter_lines()
        said = [next(lines) for _ in range(9)]
    assert f"id: {before + 1}" in said
    assert f'data: {{"of":["{rosa}"],"count":1}}' in said
    assert any("<strong>Live</strong> · up to entry" in line for line in said)
    assert "Rosa" not in "".join(said)
    with hearing(browser, before, **{"Last-Event-ID": str(before + 1)}) as heard:
        again = asha.done("/v1/people", {"name": "Rosa Again"})
        assert news(heard) == {"of": [again["id"]], "count": 1}
    with hearing(browser, before + 1_000_000) as heard:  # the share is shorter after a restore
        third = asha.done("/v1/people", {"name": "Rosa Thrice"})
        assert news(heard)["of"] == [third["id"]]


@pytest.mark.parametrize("key", ["ruth", "beryl"])
def test_who_may_see_nobody_or_not_all_hears_of_nobody_by_name(
    place: Place, asha: Client, key: str
) -> None:
    """A commissioner, and a receptionist of the same practice."""
    colleague = place.browser(key)
    with hearing(colleague, number(asha) if key == "beryl" else 0) as heard:
        assert next(heard)[0] == "fresh"
        if key == "beryl":
            asha.done("/v1/people", {"name": "Otto Unnamed"})
            assert news(heard) == {"of": [], "count": None}


def test_a_page_hears_nothing_more_once_its_reader_signed_out(place: Place) -> None:
    browser = place.browser("asha")
    with hearing(browser, 0) as heard:
        assert next(heard)
        leaving = place.anybody()
        leaving.headers["Sec-Fetch-Site"] = "same-origin"
        leaving.cookies.update(browser.cookies)
        leaving.post("/sign-out")
        *_, last = heard
    assert last == ("over", "signed out")
    assert browser.get("/live").headers["Location"].startswith("/sign-in")


def test_a_page_hears_nothing_more_once_another_agreement_holds(place: Place) -> None:
    yusuf, joy = place.person("yusuf"), place.person("joy")
    path = f"/v1/partners/{joy.organisation}/agreements"
    before = yusuf.seen(path)["rows"][0]
    narrower = [each for each in before["categories"] if each != "ask"]
    with hearing(place.browser("joy"), number(joy)) as heard:
        assert next(heard)[0] == "fresh"
        yusuf.done(path, as_it_is(before, categories=narrower))
        *_, last = heard
    assert last == ("over", "changed")
    assert HOUSING.id == joy.organisation
    yusuf.done(path, as_it_is(before))
