"""Lists as files: what the screen shows, nothing that a spreadsheet reckons, and who took them."""

from __future__ import annotations

import csv
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from api.pages import sheets
from deploy.community import place as community
from projections import schema
from tests.api.place import Place
from tests.pages.place import ASK, NIA, REASON, Story, told

FORMULA = "=HYPERLINK(0)"
SHOWN_PAGE = 25
GROUP = {
    "service": str(community.offer_of(community.CHARITY, "garden").id),
    "name": "Wednesday gardening",
    "first_at": "2026-03-04T14:30:00Z",
    "minutes": 90,
    "place": "The allotment",
    "capacity": 8,
}


@pytest.fixture(scope="module")
def story(place: Place) -> Story:
    """Nia's story, and more people than one page shows, one with a name that reckons."""
    story = told(place)
    asha = place.person("asha")
    for number in range(SHOWN_PAGE):
        asha.done(
            "/v1/referrals",
            {
                "service": story.talking,
                "person": {"name": FORMULA if number == 0 else f"Person {chr(65 + number)}"},
                "source": "professional",
                "ask": "-1 and falling",
            },
        )
    place.person("priya").found(NIA)
    return story


def sheet(story: Story, key: str, path: str) -> tuple[list[dict[str, str]], httpx.Response]:
    answer = story.visitor(key).get(path)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(sheets.BOM)
    lines = answer.content.decode("utf-8-sig").splitlines()
    return list(csv.DictReader(lines)), answer


def test_a_file_holds_everybody_in_the_order_of_the_screen(story: Story) -> None:
    rows, answer = sheet(story, "priya", "/caseload.csv?status=referral+to+answer&sort=name")
    seen: list[dict[str, Any]] = story.place.person("priya").seen(
        "/v1/caseload", status="referral to answer", sort="name", limit=200
    )["rows"]
    assert [row["Record"] for row in rows] == [row["person"] for row in seen]
    assert len(rows) == SHOWN_PAGE
    everybody, _ = sheet(story, "priya", "/caseload.csv")
    (nia,) = (row for row in everybody if row["Person"] == NIA)
    assert (nia["PHQ-9 first"], nia["PHQ-9 last"]) == ("21", "12")
    position = answer.headers["X-Position"]
    assert answer.headers["Content-Disposition"] == (
        f'attachment; filename="caseload-tollgate-talking-therapies-event-{position}.csv"'
    )


def test_what_a_spreadsheet_would_reckon_is_text(story: Story) -> None:
    rows, _ = sheet(story, "priya", "/referrals.csv")
    assert f"'{FORMULA}" in {row["Person"] for row in rows}
    assert {row["The ask"] for row in rows} == {"'-1 and falling"}


def test_a_file_holds_no_more_than_the_agreement_lets_one_know(story: Story) -> None:
    rows, answer = sheet(story, "joy", "/caseload.csv")
    (nia,) = rows
    assert nia["Person"] == NIA
    assert nia["The ask"] == ASK
    assert not {"PHQ-9 last", "Waiting clock"} & nia.keys()
    assert REASON not in answer.text


def test_whoever_takes_a_file_is_written_down_with_everybody_in_it(story: Story) -> None:
    rows, answer = sheet(story, "priya", "/caseload.csv")
    with psycopg.connect(story.place.house.database.dsn(schema.AUDIT)) as connection:
        ((kind, persons),) = connection.execute(
            "select kind, persons from looks.looks where request = %s",
            [UUID(answer.headers["X-Request-ID"])],
        ).fetchall()
    assert kind == "export"
    assert len(persons) == len(rows)


def test_what_is_too_long_for_a_file_is_refused_and_not_cut(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST", SHOWN_PAGE - 1)
    answer = story.visitor("priya").get("/caseload.csv")
    assert answer.status_code == 422
    assert "longer than a file holds" in answer.text
    assert FORMULA not in answer.text


def test_what_is_to_do_and_who_looked_are_files_too(story: Story) -> None:
    todo, _ = sheet(story, "gwen", "/actions.csv")
    asked = story.place.person("gwen").seen("/v1/actions")["rows"]
    assert [row["What"] for row in todo] == [each["what"] for each in asked]
    looks, _ = sheet(story, "hugh", "/audit/access.csv?days=1")
    assert any(
        row["What"] == "Took an export" and row["Address"] == "/actions.csv" for row in looks
    )
    assert 'href="/audit/access.csv?days=30"' in story.visitor("hugh").get("/audit/access").text


def test_few_are_hidden_in_the_file_as_on_the_page(story: Story) -> None:
    joy = story.place.person("joy")
    joy.done(
        "/v1/unmet-need",
        {"why": "none of that kind here", "need": "company and activity", "step": 1},
    )
    rows, _ = sheet(story, "ruth", "/unmet-need.csv")
    assert {row["Could not be had"] for row in rows} == {"Fewer than 5"}
    assert {row["Taken on since"] for row in rows} == {"Not shown"}
    assert 'href="/unmet-need.csv"' in story.visitor("ruth").get("/unmet-need").text


def test_the_page_offers_the_file_of_what_it_shows(story: Story) -> None:
    page = story.visitor("priya").get("/caseload?status=referral+to+answer&sort=name").text
    assert 'href="/caseload.csv?status=referral+to+answer&amp;sort=name"' in page
    assert "/caseload.csv" not in story.visitor("beryl").get("/caseload").text


def test_services_groups_and_meetings_are_files_of_what_their_pages_show(story: Story) -> None:
    services, _ = sheet(story, "priya", "/services.csv?step=2")
    assert services
    assert {row["Step"] for row in services} == {"2"}
    page = story.visitor("priya").get("/services?step=2").text
    assert all(row["Service"] in page for row in services)
    assert 'href="/services.csv?step=2"' in page

    story.place.person("olive").done("/v1/groups", GROUP)
    groups, _ = sheet(story, "olive", "/groups.csv")
    assert [(row["Group"], row["People"], row["Places"]) for row in groups] == [
        ("Wednesday gardening", "0", "8")
    ]
    (told,), _ = sheet(story, "priya", "/groups.csv")
    assert (told["Group"], told["People"]) == ("Wednesday gardening", "")

    planned, _ = sheet(story, "gwen", "/mdt.csv")
    assert [row["Address"] for row in planned] == [
        f"/mdt/{row['id']}" for row in story.place.person("gwen").seen("/v1/meetings")["rows"]
    ]
