"""Needs, carers and shared care without JavaScript: recorded, seen as a flag, and not there."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community import place as community
from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named

pytestmark = pytest.mark.browser


@pytest.fixture
def lena(story: Story) -> dict[str, Any]:
    """Somebody whom the practice asked talking therapies to help."""
    asha, name = story.place.person("asha"), f"Lena {uuid4()}"
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Talking therapies"),
            "person": {"name": name},
            "source": "professional",
            "ask": "Help",
        },
    )
    asha.seen(f"/v1/people/{made['person']}")
    return {"name": name, "at": f"/people/{made['person']}"}


def test_a_need_is_a_flag_on_the_record_and_on_the_caseload(
    lena: dict[str, Any], visiting: Opening
) -> None:
    there = visiting("asha", scripts=False)
    there.open(lena["at"])
    there.follow("Record communication needs")
    there.page.get_by_label("Which need?").select_option("large print")
    there.page.fill("#needs", "18 point")
    there.press("Confirm and save")
    assert there.done == "The communication needs are recorded."
    there.follow("Agree an adjustment")
    there.page.get_by_label("What is done differently?").select_option("longer appointment")
    there.page.get_by_label("Yes").check()
    there.press("Confirm and save")
    main = there.page.locator("main").inner_text()
    assert "large print (18 point) · longer appointment" in main
    there.follow("Record whether a need was met")
    there.page.get_by_label("Which need?").select_option("large print")
    there.page.get_by_label("No", exact=True).check()
    there.press("Confirm and save")
    assert "Not met" in there.page.locator("main").inner_text()
    there.open("/caseload?status=sent")
    row = there.turn_to(lena["name"])
    assert "Needs: large print (18 point) · longer appointment" in row.inner_text()
    assert there.complaints == []


def test_a_carer_is_recorded_registered_and_on_the_page_of_the_register(
    lena: dict[str, Any], visiting: Opening
) -> None:
    there = visiting("asha", scripts=False)
    there.open(lena["at"])
    there.follow("Record who cares for them")
    there.page.fill("#name", "Ines Harrow")
    there.page.fill("#phone", "020 7946 0123")
    there.page.get_by_label("What is the carer to the person?").select_option("son or daughter")
    for question in ("young", "emergency_contact", "agreed"):
        there.page.locator(f"input[name={question}][value=true]").check()
    there.press("Confirm and save")
    main = there.page.locator("main").inner_text()
    assert "Ines Harrow" in main
    assert "Under 18: ask for a young carer’s assessment" in main
    there.follow("Put a carer on the register")
    there.page.get_by_label("Ines Harrow").check()
    there.page.get_by_label("Who is to assess the carer?").select_option(
        label=community.SOCIAL_WORK.name
    )
    there.press("Confirm and save")
    assert there.done == "The carer is on the register. Their assessment is asked for."
    there.follow("The carer does not want to be assessed")
    there.page.get_by_label("Ines Harrow").check()
    there.press("Confirm and save")
    there.follow("Ask again for a carer’s assessment")
    there.page.get_by_label("Ines Harrow").check()
    there.page.get_by_label("Who is to assess the carer?").select_option(
        label=community.SOCIAL_WORK.name
    )
    there.press("Confirm and save")
    assert there.done == "Their assessment is asked for again."
    there.open("/carers")
    row = there.page.locator("tr", has_text="Ines Harrow")
    assert "Assessment asked for" in row.inner_text()
    assert lena["name"] in row.inner_text()
    assert there.complaints == []


def test_care_is_shared_reviewed_together_and_stopped_on_the_page(
    story: Story, lena: dict[str, Any], visiting: Opening
) -> None:
    there = visiting("asha", scripts=False)
    there.open(lena["at"])
    there.follow("Share methadone treatment")
    people, drug = community.PRACTICE.people, community.DRUG
    there.page.locator("#practice").select_option(label=community.PRACTICE.name)
    there.page.locator("#prescriber").select_option(str(people[0].id))
    there.page.locator("#drug_service").select_option(label=drug.name)
    there.page.locator("#key_worker").select_option(str(drug.people[0].id))
    there.page.locator("#pharmacy").select_option(label=community.PHARMACY.name)
    for part, value in zip(("day", "month", "year"), ("2", "3", "2026"), strict=True):
        there.page.fill(f"#signed_on-{part}", value)
    there.press("Confirm and save")
    assert there.done == "The care is shared."
    there.follow("Record the joint review")
    there.page.locator("#gp").select_option(str(people[0].id))
    there.page.locator("#key_worker").select_option(str(drug.people[0].id))
    there.page.fill("#outcome", "Steady.")
    there.press("Confirm and save")
    assert "Steady." in there.page.locator("main").inner_text()
    meera = story.place.person("meera")
    (known,) = meera.found(lena["name"])["rows"]
    meera.done(
        f"/v1/people/{known['person']}/shared-care/missed-doses",
        {"first_on": "2026-03-09", "last_on": "2026-03-11"},
    )
    there.open(lena["at"])
    assert "Nothing is dispensed since" in there.page.locator("main").inner_text()
    there.follow("Let the pharmacy dispense again")
    there.press("Confirm and save")
    assert "Nothing is dispensed since" not in there.page.locator("main").inner_text()
    assert there.complaints == []

    priya = story.place.person("priya")
    (theirs,) = priya.found(lena["name"])["rows"]
    other = visiting("priya", scripts=False)
    other.open(f"/people/{theirs['person']}")
    main = other.page.locator("main").inner_text()
    assert "hared care" not in main
    assert "ethadone" not in main
    assert community.PHARMACY.name not in main
