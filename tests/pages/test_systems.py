"""An administrator makes a key for a system, sees it used, and revokes it; without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx
import orjson
import pytest
from joserfc.jwk import OKPKey

from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story

pytestmark = pytest.mark.browser


def made(there: Watched, name: str) -> str:
    there.open("/systems")
    there.follow("Make a key for a system")
    there.page.fill("#name", name)
    there.page.get_by_label("services.read", exact=True).check()
    there.press("Make the key")
    return there.page.locator(".tc-code").inner_text()


@pytest.fixture
def services(story: Story) -> Callable[[str], httpx.Response]:
    anybody = story.place.anybody()
    return lambda key: anybody.get("/v1/services", headers={"Authorization": f"Bearer {key}"})


def test_a_key_is_shown_once_used_and_revoked(
    story: Story, visiting: Opening, services: Callable[[str], httpx.Response]
) -> None:
    tom = visiting("tom", scripts=False)
    tom.open("/")
    tom.follow("Our systems")
    tom.follow("Make a key for a system")
    tom.press("Make the key")
    said = tom.page.inner_text("main")
    assert "Enter what the system is called" in said
    assert "Select what it may do" in said
    tom.page.fill("#name", "Nightly report")
    tom.page.get_by_label("services.read", exact=True).check()
    tom.page.fill("#expires_on-year", "2020")
    tom.press("Make the key")
    assert "The last day lies within the next year" in tom.page.inner_text("main")
    secret = made(tom, "Nightly report")
    assert secret.startswith("tck_")
    assert services(secret).status_code == 200
    tom.open("/systems")
    assert secret not in tom.page.content()
    row = tom.page.get_by_role("row").filter(has_text="Nightly report")
    assert "services.read" in row.inner_text()
    assert "Never" not in row.inner_text()
    tom.leave_by(row.get_by_role("link", name=re.compile("^Revoke")))
    tom.press("Revoke the key")
    assert tom.done == "The key is revoked. It opens nothing from now on."
    assert "Revoked" in row.inner_text()
    assert services(secret).status_code == 401
    yusuf = visiting("yusuf", scripts=False)
    yusuf.open("/systems")
    assert "Nightly report" not in yusuf.page.content()


def test_a_system_that_signs_is_registered_changes_its_key_and_ends(
    story: Story, visiting: Opening
) -> None:
    old, new = OKPKey.generate_key("Ed25519"), OKPKey.generate_key("Ed25519")
    tom = visiting("tom", scripts=False)
    tom.open("/systems")
    tom.follow("Register a system that signs")
    tom.page.fill("#name", "Referral gateway")
    tom.page.get_by_label("share.read", exact=True).check()
    for wrong, said in (
        ("not a key", "Paste one public key as a JWK"),
        (orjson.dumps(old.as_dict(private=True)).decode(), "Send a public key alone"),
    ):
        tom.page.fill("#jwk", wrong)
        tom.press("Register the system")
        assert said in tom.page.inner_text(".nhsuk-error-summary")
    tom.page.fill("#jwk", orjson.dumps(old.as_dict(private=False)).decode())
    tom.press("Register the system")
    assert tom.done == "The system is registered. It gets tokens by what its key signs."
    row = tom.page.get_by_role("row").filter(has_text="Referral gateway")
    assert old.thumbprint() in row.inner_text()
    tom.leave_by(row.get_by_role("link", name=re.compile("^Add a key")))
    tom.twin_is_accessible()
    tom.page.fill("#jwk", orjson.dumps(new.as_dict(private=False)).decode())
    tom.press("Add the key")
    tom.leave_by(row.get_by_role("link", name=re.compile(f"^Revoke.*{old.thumbprint()}$")))
    tom.twin_is_accessible()
    tom.press("Revoke the public key")
    assert tom.done == "The public key is revoked. It proves nothing from now on."
    assert old.thumbprint() not in row.inner_text()
    tom.leave_by(row.locator("a[href$='/ending']"))
    tom.twin_is_accessible()
    tom.page.go_back()
    assert new.thumbprint() in row.inner_text()


def test_its_pages_are_accessible(story: Story, visiting: Opening) -> None:
    anil = visiting("anil")
    made(anil, "Ward board")
    anil._breaks_no_rule()
    anil.open("/systems")
    anil.is_accessible(1440, 320)
    anil.leave_by(anil.page.get_by_role("link", name=re.compile("^Revoke")).first)
    anil.is_accessible(1440, 320)


@pytest.mark.parametrize("key", ["asha", "hugh", "joy", "ruth"])
def test_nobody_else_sees_to_systems(key: str, story: Story, visiting: Opening) -> None:
    there = visiting(key, scripts=False)
    for path in ("/systems", "/systems/new", "/systems/keys/new"):
        answer = there.page.goto(there.url + path)
        assert answer is not None
        assert answer.status == 403
