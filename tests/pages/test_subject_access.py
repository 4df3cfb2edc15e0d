"""A person asks to see what is held of them: recorded, judged one by one, answered, printed."""

from __future__ import annotations

import pytest

from deploy.community.place import LOW
from tests.pages.conftest import Opening, Watched
from tests.pages.place import Story

pytestmark = pytest.mark.browser


@pytest.fixture
def theirs(story: Story) -> str:
    """Somebody of whom two things are judged: why they were referred, and who cares for them."""
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosalind Achebe", "phone": "020 7946 0123"},
            "source": "professional",
            "ask": "Help with sleep",
            "reason": "Sleepless since the fire",
        },
    )
    asha.done(
        f"/v1/people/{made['person']}/carers",
        {"name": "Ngozi Carer", "relation": "friend or neighbour", "agreed": True},
    )
    return str(made["person"])


def asked(hugh: Watched, theirs: str, year: str = "2026") -> None:
    hugh.open(f"/people/{theirs}")
    hugh.follow("Record that they ask to see what is held of them")
    hugh.press("Record the request")
    assert "Enter the day on which they asked" in hugh.page.inner_text("main")
    for part, value in (("day", "2"), ("month", "3"), ("year", year)):
        hugh.page.fill(f"#received_on-{part}", value)
    hugh.press("Record the request")


def test_a_request_is_recorded_judged_item_by_item_answered_and_printed(
    story: Story, visiting: Opening, theirs: str
) -> None:
    hugh = visiting("hugh", scripts=False)
    hugh.open("/privacy")
    hugh.follow("Find somebody, to record their request")
    hugh.page.fill("#q", "Rosalind Achebe")
    hugh.press("Find")
    assert hugh.turn_to("Rosalind Achebe").is_visible()
    asked(hugh, theirs)
    assert hugh.done == "The request is recorded."
    assert "What is held of Rosalind Achebe" in hugh.page.inner_text("h1")
    assert "answer by 2 April 2026" in hugh.page.inner_text("main")
    path = hugh.page.url.removeprefix(hugh.url).split("?")[0]
    reference = path.rsplit("/", 1)[1][:8]
    assert hugh.page.get_by_role("button", name="Make the answer").count() == 0
    refused = hugh.page.goto(f"{hugh.url}{path}/judging")
    assert refused is not None
    assert refused.status == 403
    hugh.open("/privacy")
    desk = hugh.page.get_by_role("region", name="Requests to see what is held")
    assert "Overdue" in desk.get_by_role("listitem").filter(has_text=reference).inner_text()
    assert "Rosalind" not in hugh.page.content()

    asha = visiting("asha", scripts=False)
    asha.open("/")
    asha.follow("To judge before it is shown")
    asha.follow(f"Request {reference}")
    asha.follow("Judge them one by one")
    seen = ""
    while asha.page.get_by_role("button", name="Record the decision").count():
        main = asha.page.inner_text("main")
        seen += main
        if "Ngozi" in main:
            asha.press("Record the decision")
            assert "Select whether the person is shown this" in asha.page.inner_text("main")
            asha.page.get_by_label("Withhold it: it is about somebody else").check()
        else:
            asha.page.get_by_label("Show it").check()
        asha.press("Record the decision")
    assert "Sleepless since the fire" in seen
    assert asha.done == "The decision is recorded."
    said = asha.page.inner_text("main")
    assert "A privacy officer answers it now." in said
    assert "Withheld: it is about somebody else" in said

    hugh.open(path)
    hugh.press("Make the answer")
    assert hugh.done == "It is answered. Print it and give it to the person."
    hugh.follow("What is given to the person, to print")
    printed = hugh.page.inner_text("main")
    assert "Sleepless since the fire" in printed
    assert "because it is about somebody else" in printed
    assert "Ngozi" not in printed
    hugh.open("/subject-access")
    line = hugh.page.get_by_role("listitem").filter(has_text=reference)
    assert "Answered on" in line.inner_text()


def test_its_pages_are_accessible(story: Story, visiting: Opening, theirs: str) -> None:
    hugh = visiting("hugh")
    hugh.open(f"/people/{theirs}")
    hugh.is_accessible(1440, 320)
    hugh.open(f"/people/{theirs}/subject-access")
    hugh.is_accessible(1440, 320)
    asked(hugh, theirs)
    path = hugh.page.url.removeprefix(hugh.url).split("?")[0]
    for there, pages in (
        (hugh, (path, "/subject-access", "/privacy")),
        (visiting("asha"), (path, f"{path}/judging")),
    ):
        for page in pages:
            there.open(page)
            there.is_accessible(1440, 320)


@pytest.mark.parametrize("key", ["priya", "valerie"])
def test_another_organisation_sees_no_request(
    key: str, story: Story, visiting: Opening, theirs: str
) -> None:
    received = {"received_on": "2026-03-02"}
    made = story.place.person("hugh").done(f"/v1/people/{theirs}/subject-access", received)
    there = visiting(key, scripts=False)
    answer = there.page.goto(f"{there.url}/subject-access/{made['id']}")
    assert answer is not None
    assert answer.status == 404
    there.open("/subject-access")
    assert made["id"][:8] not in there.page.content()
    joy = visiting("joy", scripts=False)
    refused = joy.page.goto(f"{joy.url}/subject-access")
    assert refused is not None
    assert refused.status == 403
