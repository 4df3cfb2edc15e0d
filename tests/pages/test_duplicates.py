"""Two records of one person on the pages, without scripts: side by side, linked, and undone."""

from __future__ import annotations

from typing import Any

from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named


def test_two_records_are_seen_side_by_side_linked_and_unlinked(
    story: Story, visiting: Opening
) -> None:
    asha = story.place.person("asha")
    asked = {
        "service": service_named(asha, "Talking therapies"),
        "source": "professional",
        "ask": "Help",
    }
    told = {"name": "Isolde Wren", "date_of_birth": "1971-02-03", "postcode": "B70 1AA"}
    married = told | {"name": "Isolde Finch"}
    made: list[dict[str, Any]] = [
        asha.done("/v1/referrals", asked | {"person": each}) for each in (told, married)
    ]
    asha.seen(f"/v1/people/{made[1]['person']}")
    there = visiting("asha", scripts=False)
    there.open("/caseload")
    there.follow("Possible duplicates")
    card = there.page.locator(".tc-card", has_text="Isolde Wren")
    text = card.inner_text()
    assert "Isolde Finch" in text
    assert "Different" in text
    assert "Same" in text
    there.leave_by(card.get_by_role("link", name="Link them"))
    there.twin_is_accessible()
    there.page.get_by_label("How do you know?").fill("She married in May.")
    there.press("Link them")
    assert there.done == "The two records are linked as one person."
    there.open(f"/people/{made[0]['person']}")
    said = there.page.locator("main").inner_text()
    assert "One person, two records" in said
    assert "She married in May." in said
    there.follow("Undo the link")
    there.page.get_by_label("How do you know?").fill("They are cousins.")
    there.press("Undo the link")
    assert there.done == "The link is undone. Each record is what it was alone."
    there.open(f"/people/{made[0]['person']}")
    assert "One person, two records" not in there.page.locator("main").inner_text()
    assert there.complaints == []
