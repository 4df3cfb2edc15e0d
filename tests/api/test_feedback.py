"""Feedback over HTTP: by name or by nobody, counted by month once it is over, and never few."""

from __future__ import annotations

from typing import Any

from deploy.community.place import COMMUNITY_TEAM, LOW
from tests.api.place import Client, Place

JANUARY = "2026-01-14T09:00:00Z"
FEBRUARY = "2026-02-11T09:00:00Z"


def say(client: Client, experience: str, **more: Any) -> None:
    client.done("/v1/feedback", {"service": str(LOW.id), "experience": experience} | more)


def test_a_month_is_shown_once_it_is_over_and_never_where_few_answered(priya: Client) -> None:
    for experience in ("very good", "good", "good", "poor", "don't know"):
        say(priya, experience, at=FEBRUARY, words=f"So {experience}", may_publish=True)
    for _ in range(4):
        say(priya, "very poor", at=JANUARY, words="They would know me by this")
    for _ in range(6):
        say(priya, "very good")
    february, january = priya.seen("/v1/feedback")["rows"]
    assert (february["month"], february["answers"]) == ("2026-02-01", 5)
    assert (february["good"], february["poor"]) == (60, 20)
    assert {"words": "So poor", "may_publish": True} in february["words"]
    assert (january["answers"], january["good"], january["words"]) == (None, None, [])


def test_what_is_said_of_a_service_is_its_organisations_alone(asha: Client, priya: Client) -> None:
    content = {"service": str(LOW.id), "experience": "poor"}
    assert asha.ask("/v1/feedback", content).status_code == 403
    assert asha.seen("/v1/feedback")["rows"] == []
    unknown = {"service": "7a1c1e0e-5d3b-4f0e-9f0a-2f6f7f4b8b11", "experience": "poor"}
    assert priya.ask("/v1/feedback", unknown).status_code == 404


def test_by_name_it_stands_in_the_record_of_who_offers_the_service_alone(
    asha: Client, priya: Client
) -> None:
    asked = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    priya.done(f"/v1/referrals/{asked['id']}/acceptance")
    person = priya.seen(f"/v1/referrals/{asked['id']}")["person"]
    priya.done(
        f"/v1/people/{person}/feedback",
        {"service": str(LOW.id), "experience": "very good", "words": "She listened"},
    )
    assert "She listened" in str(priya.seen(f"/v1/people/{person}/history"))
    assert "She listened" not in str(asha.seen(f"/v1/people/{asked['person']}/history"))


def test_a_year_of_months_is_a_control_chart_and_a_short_one_has_no_limits(
    place: Place, rajesh: Client
) -> None:
    browser = place.browser("rajesh")
    for month in range(1, 12):
        poor = 5 if month == 11 else month % 2
        for nth in range(5):
            rajesh.done(
                "/v1/feedback",
                {
                    "service": str(COMMUNITY_TEAM.id),
                    "experience": "poor" if nth < poor else "good",
                    "at": f"2025-{month:02}-10T10:00:00Z",
                },
            )
        if month == 9:
            early = browser.get("/experience").text
            assert "Fewer than 10 months: too few for limits." in early
            assert "tc-spc__limit" not in early
    shown = browser.get("/experience").text
    assert "More than chance: November 2025, outside the limits (concern)." in shown
    assert shown.count("tc-spc__dot--concern") == 1
    assert shown.count("tc-spc__limit") == 2
