"""Steps, holds and discharges on pages, with JavaScript off."""

from __future__ import annotations

import pytest

from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story, service_named
from tests.pages.test_without_scripts import choose

pytestmark = pytest.mark.browser


def refer(story: Story, name: str, service: str, responsibility: str) -> str:
    """The practice refers somebody new; the referral's id."""
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, service),
            "person": {"name": name},
            "source": "professional",
            "responsibility": responsibility,
            "ask": "Help in the evenings",
            "sent_without": "All that is known of them so far.",
        },
    )
    return str(made["id"])


def record_of(there: Watched, name: str) -> str:
    """The address of somebody's record, found on the caseload."""
    there.open("/caseload")
    there.page.fill("#q", name)
    there.press("Apply filters")
    there.follow(name)
    return there.page.url.split("?")[0]


def test_a_step_is_refused_without_evidence_and_taken_with_it(
    story: Story, visiting: Opening
) -> None:
    made = refer(story, "Noor Stepwell", "Talking therapies", "take over")
    story.place.person("priya").done(f"/v1/referrals/{made}/acceptance")
    priya = visiting("priya", scripts=False)
    record = record_of(priya, "Noor Stepwell")
    assert priya.page.get_by_text("has no key worker").is_visible()
    priya.page.goto(f"{record}/handover")
    choose(priya, "#service", "Collaborative care")
    priya.press("Confirm and send")
    said = priya.page.locator(".nhsuk-error-summary__list li").all_inner_texts()
    assert "Needed: measure, MDT decision, request of the person, urgent need." in said[0]
    priya.page.check("input[value='request of the person']")
    priya.page.fill("#evidence", "She asks for more than talking.")
    priya.press("Confirm and send")
    assert "hand-over" in priya.done.lower()


def test_a_hold_and_two_agreements_show_on_the_record(story: Story, visiting: Opening) -> None:
    asha, gwen = visiting("asha", scripts=False), visiting("gwen", scripts=False)
    refer(story, "Wanda Twoagree", "Housing and debt advice", "help alongside")
    record = record_of(asha, "Wanda Twoagree")
    asha.page.goto(f"{record}/hold")
    asha.page.fill("#reason", "Active monitoring")
    for part, value in (("day", "16"), ("month", "3"), ("year", "2031")):
        asha.page.fill(f"#review_on-{part}", value)
    asha.press("Confirm and save")
    assert asha.page.get_by_role("heading", name="On hold until 16 March 2031").is_visible()
    for part, words in (("key-worker", "Asha Rahman"), ("coordinator", "Gwen Tolley")):
        asha.page.goto(f"{record}/{part}")
        field = "#key_worker" if part == "key-worker" else "#coordinator"
        choose(asha, field, words)
        asha.press("Confirm and save")
    asha.page.goto(f"{record}/discharge")
    asha.page.check("input[value='completed by agreement']")
    asha.page.fill("#plan", "We ring in a month")
    asha.press("Confirm and save")
    assert asha.page.get_by_text("Still to agree: the link worker, the clinical").is_visible()
    asha.page.goto(f"{record}/discharge-agreement")
    asha.page.check("input[value='link worker']")
    asha.press("I agree")
    asha.page.goto(f"{record}/closure")
    asha.page.check("input[value='completed by agreement']")
    asha.press("Confirm and save")
    assert "Needed: clinical co-ordinator." in asha.page.inner_text(".nhsuk-error-summary")
    gwen.page.goto(f"{record}/discharge-agreement")
    gwen.page.check("input[value='clinical co-ordinator']")
    gwen.press("I agree")
    assert gwen.page.get_by_text("Nobody else has to agree.").is_visible()
    asha.page.goto(f"{record}/closure")
    asha.page.check("input[value='completed by agreement']")
    asha.press("Confirm and save")
    assert asha.done == "The pathway is closed."
