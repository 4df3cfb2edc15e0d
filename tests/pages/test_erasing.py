"""Erasing somebody on pages: ordered, confirmed by somebody else, and certified."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from deploy.community.place import LOW
from deploy.sweeping import erasure
from domain.policies.erasure import RULES
from tests.api.place import Place
from tests.pages.conftest import Opening
from tests.pages.place import Story

pytestmark = pytest.mark.browser

CANARY = "Ilse Quetzalcoatl"
ORDER = "IG-2026-18"


def swept(place: Place) -> list[str]:
    """What the sweep does of it once the delay is over."""
    sweep = place.house.sweep()
    clock = sweep.clock
    later = replace(sweep, clock=lambda c: clock(c) + RULES[-1].delay + timedelta(days=1))
    done = [each.done for each in later.once(of=(erasure,))]
    place.house.engine.catch_up()
    return done


def test_two_people_erase_somebody_and_print_the_certificate(
    story: Story, visiting: Opening
) -> None:
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": CANARY},
            "source": "professional",
            "ask": f"{CANARY} asks",
        },
    )
    died = {"died_on": "2026-03-01", "known_by": "told by the family or a carer"}
    asha.done(f"/v1/people/{made['person']}/death", died)

    hugh = visiting("hugh")
    hugh.open(f"/people/{made['person']}")
    hugh.follow("Erase this person under an order")
    hugh.is_accessible(1440, 320)
    hugh.press("Order the erasure")
    assert hugh.page.title().startswith("Error: ")
    hugh.is_accessible()
    summary = hugh.page.locator(".nhsuk-error-summary")
    assert "Enter the order\u2019s reference" in summary.inner_text()
    hugh.page.fill("#order", ORDER)
    hugh.page.get_by_label("It was recorded of the wrong person").check()
    hugh.press("Order the erasure")
    assert hugh.done == "It is ordered. Somebody else confirms it."
    assert hugh.page.get_by_role("button", name="Confirm the erasure").count() == 0
    order = hugh.page.url.partition("?")[0]

    yusuf = visiting("yusuf")
    yusuf.open("/erasures")
    yusuf.follow(ORDER)
    assert CANARY not in yusuf.page.content()
    yusuf.is_accessible(1440, 320)
    button = yusuf.page.get_by_role("button", name="Confirm the erasure")
    button.focus()
    yusuf.page.keyboard.press("Enter")
    yusuf.page.wait_for_url(f"{order}?*")
    assert yusuf.done == "It is confirmed. Until its day it can be cancelled."

    assert swept(story.place) == ["erased"]
    assert swept(story.place) == ["finished"]
    yusuf.page.goto(order)
    assert yusuf.page.title().startswith(f"Erasure under order {ORDER}")
    certificate = yusuf.page.inner_text("main")
    assert f"Certificate of erasure under order {ORDER}" in certificate
    assert "by then the last backup that held a key has expired" in certificate
    assert "What became of every copy" in certificate
    assert CANARY not in certificate
    yusuf.is_accessible(1440, 320)

    log = story.visitor("imani").get(f"/audit/streams/{made['id']}/1").text
    assert f"Removed under order {ORDER}" in log
    assert "The event and its hash remain" in log
    assert CANARY not in log

    gp = visiting("asha")
    gp.open(f"/people/{made['person']}")
    assert f"Removed under order {ORDER}" in gp.page.inner_text("main")
    assert CANARY not in gp.page.content()
    gp.is_accessible(1440, 320)
    assert not [*yusuf.complaints, *gp.complaints]
