"""Agreements on pages, without scripts: what a change would tell and withdraw, and who signs."""

from __future__ import annotations

import pytest

from deploy.community import place as community
from tests.pages.conftest import Opening
from tests.pages.place import Story

pytestmark = pytest.mark.browser

PARTNER = community.HOUSING


def test_the_host_reads_what_a_narrower_agreement_withdraws_and_then_signs_it(
    story: Story, visiting: Opening
) -> None:
    yusuf = visiting("yusuf", scripts=False)
    yusuf.open("/partners")
    yusuf.follow(PARTNER.name)
    assert "What it may know" in yusuf.page.inner_text("main")
    yusuf.follow("All its agreements")
    yusuf.follow("End the agreement now")
    yusuf.twin_is_accessible()
    yusuf.page.go_back()
    assert "In force" in yusuf.page.inner_text("main")
    yusuf.follow("Sign an agreement")
    yusuf.page.fill("#reference", "Names and telephone numbers alone")
    yusuf.page.get_by_role("checkbox", name="Access", exact=True).uncheck()
    yusuf.page.get_by_role("checkbox", name="Word that there is news", exact=True).uncheck()
    for part, number in (("day", "1"), ("month", "1"), ("year", "2026")):
        yusuf.page.fill(f"#starts-{part}", number)
    yusuf.press("Sign it")
    said = yusuf.page.inner_text("main")
    assert f"this is withdrawn from {PARTNER.name}: access" in said
    assert "are told no longer by: Word that there is news" in said
    yusuf.press("Sign it")
    assert "The agreement is signed" in str(yusuf.done)
    listed = yusuf.page.inner_text("main")
    assert "Names and telephone numbers alone" in listed
    assert "replaced" in listed.lower()
    assert yusuf.complaints == []


@pytest.mark.parametrize("key", ["asha", "tom", "joy"])
def test_nobody_else_signs(key: str, story: Story) -> None:
    there = story.visitor(key)
    assert there.get(f"/partners/{PARTNER.id}/agreements").status_code == 403
    form = {"key": "0b9f4c1e-77a1-4b6e-8c6e-2d1f0f3a9c56"}
    sent = there.post(f"/partners/{PARTNER.id}/agreements/ending", data=form)
    assert sent.status_code == 403
