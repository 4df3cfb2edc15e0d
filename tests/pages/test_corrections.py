"""Details put right on the pages: two people at once, side by side, and nothing typed is lost."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser


@pytest.fixture
def ids(story: Story) -> dict[str, str]:
    """Somebody the practice referred to talking therapies, as each knows them."""
    asha, priya = story.place.person("asha"), story.place.person("priya")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": "Ola Dunn", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "Help",
        },
    )
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    return {"asha": made["person"], "priya": theirs, "referral": made["id"]}


def about(there: Watched, label: str) -> str:
    row = there.page.locator(".tc-summary .nhsuk-summary-list__row", has_text=label)
    return row.locator("dd").inner_text()


def accessible(there: Watched, path: str) -> None:
    """Axe needs scripts; what it looks at does not."""
    there.open(path)
    there.is_accessible()


def test_two_who_edit_at_once_are_shown_side_by_side_and_somebody_settles_it(
    ids: dict[str, str], visiting: Opening
) -> None:
    asha, priya = visiting("asha", scripts=False), visiting("priya", scripts=False)
    asha.open(f"/people/{ids['asha']}/corrections")
    priya.open(f"/people/{ids['priya']}/corrections")
    asha.page.fill("#phone", "020 7946 0111")
    asha.press("Confirm and save")
    assert asha.done.startswith("The details are put right.")
    priya.page.fill("#phone", "020 7946 0222")
    priya.press("Confirm and save")
    conflict = priya.page.locator(".tc-card", has_text="Phone number: two people wrote different")
    assert "020 7946 0111" in conflict.inner_text()
    assert "020 7946 0222" in conflict.inner_text()
    accessible(visiting("priya"), f"/people/{ids['priya']}")
    priya.leave_by(conflict.locator("tr", has_text="020 7946 0111").get_by_role("button"))
    assert priya.done.startswith("The conflict is settled.")
    assert about(priya, "Phone") == "020 7946 0111"
    assert conflict.count() == 0
    assert priya.complaints == []


def test_a_number_that_is_nobodys_is_emptied_and_the_rest_stays(
    ids: dict[str, str], visiting: Opening
) -> None:
    asha = visiting("asha", scripts=False)
    asha.open(f"/people/{ids['asha']}")
    asha.follow("Put details right")
    assert asha.page.input_value("#phone") == "020 7946 0000"
    asha.page.fill("#phone", "")
    asha.press("Confirm and save")
    said = asha.page.locator(".tc-summary").inner_text()
    assert "020 7946 0000" not in said
    assert asha.page.locator("h1").inner_text() == "Ola Dunn"


def test_what_the_person_disputes_stands_beside_what_it_is_about(
    ids: dict[str, str], visiting: Opening
) -> None:
    asha = visiting("asha", scripts=False)
    asha.open(f"/people/{ids['asha']}")
    asha.follow("Record a disagreement")
    option = asha.page.locator("#about option", has_text="Referral sent").first
    asha.page.select_option("#about", option.get_attribute("value") or "")
    asha.page.fill("#words", "Nobody asked me whether I wanted this.")
    asha.press("Confirm and save")
    assert asha.done == "The disagreement is recorded beside what it is about."
    card = asha.page.locator(".tc-card", has_text="Nobody asked me whether I wanted this.")
    assert "Referral sent to" in card.locator("h3").inner_text()
