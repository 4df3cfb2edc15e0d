"""Whom a meeting might look at: suggested with figures, listed by one press, or moved away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from deploy.community import place as community
from tests.pages.conftest import Opening
from tests.pages.place import Story, chair, service_named

pytestmark = pytest.mark.browser


@pytest.fixture
def told(story: Story) -> tuple[str, str, str]:
    """Una who gets no better, Wes who waits too long, and Coe about whom somebody worries."""
    asha, priya = story.place.person("asha"), story.place.person("priya")
    now, mark = datetime.now(UTC), uuid4().hex[:6]
    una, wes, coe = names = f"Una {mark}", f"Wes {mark}", f"Coe {mark}"

    def ago(days: int) -> str:
        return (now - timedelta(days=days)).isoformat()

    for name, days in ((una, 70), (wes, 50), (coe, 3)):
        made = asha.done(
            "/v1/referrals",
            {
                "service": service_named(asha, "Talking therapies"),
                "person": {"name": name},
                "source": "professional",
                "ask": "Help",
                "at": ago(days),
            },
        )
        if name == una:
            priya.done(f"/v1/referrals/{made['id']}/acceptance", {"at": ago(68)})
            booked = priya.done(
                f"/v1/referrals/{made['id']}/appointments",
                {"starts_at": ago(66), "medium": "video", "at": ago(67)},
            )
            priya.done(
                f"/v1/appointments/{booked['id']}/attendance",
                {"attendance": "attended on time", "at": ago(66)},
            )
            for days_ago, total in ((66, 18), (2, 17)):
                priya.done(
                    "/v1/measures",
                    {
                        "referral": made["id"],
                        "instrument": "PHQ-9",
                        "total": total,
                        "at": ago(days_ago),
                    },
                )
        if name == coe:
            who = priya.found(name)["rows"][0]["person"]
            worry = {"source": "practitioner", "words": "She cut her arm"}
            priya.done(f"/v1/people/{who}/concerns", worry)
    return names


def test_who_needs_a_look_is_suggested_and_listed_by_one_press(
    told: tuple[str, str, str], story: Story, visiting: Opening
) -> None:
    una, wes, coe = told
    made = story.place.person("gwen").done(
        "/v1/meetings",
        {
            "kind": "weekly MDT",
            "name": "The MDT that nobody is listed for",
            "starts_at": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
            "chair": str(chair()),
            "invited": [str(community.PRACTICE.id), str(community.TALKING.id)],
        },
    )
    gwen = visiting("gwen", scripts=False)
    gwen.open(f"/mdt/{made['id']}")
    empty = gwen.page.locator(".tc-empty").first.inner_text()
    for why in ("No one listed: suggestions:", "not improving ", "over limit ", "concern open "):
        assert why in empty

    rows = {name: gwen.page.get_by_role("row").filter(has_text=name) for name in told}
    assert "PHQ-9 18 to 17 in 9 weeks" in rows[una].inner_text()
    assert "8 days over 6 weeks" in rows[wes].inner_text()
    assert "1 concern open" in rows[coe].inner_text()
    assert "Over limit" not in rows[coe].inner_text()

    # Who helps and holds nobody is told the same of those it helps.
    priya = visiting("priya")
    priya.open(f"/mdt/{made['id']}")
    helped = priya.page.get_by_role("row").filter(has_text=una)
    assert "PHQ-9 18 to 17 in 9 weeks" in helped.inner_text()
    priya.is_accessible(1440, 320)

    # Who does not improve is on the list to learn from, and can be listed from there too.
    gwen.open("/caseload")
    gwen.follow("What to look at")
    slow = gwen.page.get_by_role("row").filter(has_text=una)
    assert "PHQ-9 18 to 17 in 9 weeks" in slow.inner_text()
    assert gwen.page.get_by_role("row").filter(has_text=wes).count() == 0
    gwen.twin_is_accessible(320)
    gwen.leave_by(slow.get_by_role("link", name=re.compile("Put on the list")))
    assert una in gwen.page.inner_text("main")
    gwen.open(f"/mdt/{made['id']}")

    gwen.leave_by(rows[una].get_by_role("button"))
    card = gwen.page.locator(".tc-case", has_text=una)
    assert "Is the present help enough, and what should change?" in card.inner_text()
    assert rows[una].count() == 0, "who is listed is not suggested"

    gwen.leave_by(card.get_by_role("button", name=re.compile("Move to listed only")))
    assert "Discuss it after all" in card.inner_text()
    assert "For discussion (0)" in gwen.page.inner_text("main")
    gwen.leave_by(card.get_by_role("link", name=re.compile("Discuss it after all")))
    assert "what should change" in gwen.page.input_value("#question")
    gwen.press("Put on the list")
    assert "For discussion (1)" in gwen.page.inner_text("main")
