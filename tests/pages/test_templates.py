"""Our own templates ask for nothing that they are not given, and no page sends one elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import ChainableUndefined, Environment, UndefinedError
from jinja2.utils import missing

from api.pages import rendering
from tests.pages.place import Story
from tests.pages.test_every_page import PAGES


class Strict(ChainableUndefined):
    """Forgiving inside the NHS macros, which need it; in our templates a slip is an error."""

    __slots__ = ()

    def _slip(self) -> None:
        frame = sys._getframe(2)
        while frame.f_back and not frame.f_code.co_filename.endswith((".html", ".jinja")):
            frame = frame.f_back
        if frame.f_code.co_filename.startswith(str(rendering.TEMPLATES)):
            raise UndefinedError(f"{frame.f_code.co_filename}: {self._undefined_message}")

    def __str__(self) -> str:
        self._slip()
        return super().__str__()

    def __iter__(self) -> Iterator[Any]:
        self._slip()
        return super().__iter__()

    def __bool__(self) -> bool:
        # A row may lack what is not shared; a name or an attribute may not be lacking.
        if self._undefined_obj is missing or not isinstance(self._undefined_obj, dict):
            self._slip()
        return False


@pytest.fixture(scope="module")
def environment() -> Environment:
    return rendering.environment(Strict)


@pytest.fixture
def strict(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "ENVIRONMENT", environment)


def test_a_slip_in_our_own_template_is_found(strict: None) -> None:
    template = rendering.ENVIRONMENT.get_template("problem.html")
    with pytest.raises(UndefinedError, match="'title' is undefined"):
        template.render(rendering.NOBODY)


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize(("key", "path"), PAGES)
def test_a_page_asks_for_nothing_it_is_not_given(story: Story, key: str | None, path: str) -> None:
    visitor = story.visitor(key) if key else story.place.anybody()
    address = path.format(
        person=story.person(key) if key and "{person}" in path else "",
        patient=story.person("asha") if "{patient}" in path else "",
        therapy=story.therapy,
        housing=story.housing,
        meeting=story.meeting,
        talking=story.talking,
    )
    assert visitor.get(address).status_code == 200


@pytest.mark.parametrize("wanted", ["//elsewhere.test", "https://elsewhere.test", "/\\elsewhere"])
def test_signing_in_leads_to_no_other_site(story: Story, wanted: str) -> None:
    visitor = story.place.anybody()
    visitor.headers["Sec-Fetch-Site"] = "same-origin"
    page = visitor.get("/sign-in", params={"next": wanted}).text
    practitioner = page.split('name="practitioner" value="')[1].split('"')[0]
    answer = visitor.post("/sign-in", data={"practitioner": practitioner, "next": wanted})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


def test_nobody_signs_in_as_somebody_who_is_not_offered(story: Story) -> None:
    visitor = story.place.anybody()
    visitor.headers["Sec-Fetch-Site"] = "same-origin"
    stranger = "00000000-0000-0000-0000-000000000001"
    assert visitor.post("/sign-in", data={"practitioner": stranger}).status_code == 404


def test_a_form_from_another_site_changes_nothing(story: Story) -> None:
    visitor = story.visitor("joy")
    visitor.headers["Sec-Fetch-Site"] = "cross-site"
    answer = visitor.post(f"/referrals/{story.housing}/acceptance", data={"key": "x"})
    assert answer.status_code == 403
    row = story.place.person("joy").seen(f"/v1/referrals/{story.housing}")
    assert row["state"] == "waiting"
