"""Lists to learn from: each has whom it should, and shows nobody to who is not entitled."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from api.pages import sheets
from deploy.community.place import HOUSING, LOW, PRACTICE, TALKING, offer_of
from projections import schema
from tests.api.place import Client, Place

UNA, IAN, LIV, MAX = "Una Slow", "Ian Half", "Liv Better", "Max New"
NOW = datetime.now(UTC)
ADVICE = offer_of(HOUSING, "housing")


def ago(days: int) -> str:
    return (NOW - timedelta(days=days)).isoformat()


def referred(asha: Client, name: str, service: UUID, days: int) -> dict[str, Any]:
    return asha.done(
        "/v1/referrals",
        {
            "service": str(service),
            "person": {"name": name},
            "source": "professional",
            "ask": "Help",
            "at": ago(days),
        },
    )


@dataclass
class Story:
    """What each of the lists is about."""

    place: Place
    una: str
    decision: str
    action: str
    meeting: str

    def own(self, key: str) -> Any:
        return self.place.person(key).seen("/v1/learning/own")


@pytest.fixture(scope="module")
def story(place: Place, asha: Client, priya: Client) -> Story:
    """Una gets no better, Liv does, and it is too early to say of Max; what was decided of Una is
    not done; referrals come back.
    """
    made = {}
    for name, first, last in ((UNA, 66, 17), (LIV, 66, 6), (MAX, 50, 17)):
        made[name] = referred(asha, name, LOW.id, 70)
        priya.done(f"/v1/referrals/{made[name]['id']}/acceptance", {"at": ago(68)})
        for days, total in ((first, 18), (2, last)):
            score = {"instrument": "PHQ-9", "total": total, "at": ago(days)}
            priya.done("/v1/measures", {"referral": made[name]["id"], **score})
    una = made[UNA]["person"]
    gwen = next(each for each in PRACTICE.people if each.key == "gwen")
    planned = {
        "kind": "weekly MDT",
        "name": "Weekly MDT",
        "starts_at": (NOW + timedelta(days=2)).isoformat(),
        "chair": str(gwen.id),
        "invited": [str(PRACTICE.id), str(TALKING.id)],
    }
    meeting = asha.done("/v1/meetings", planned)["id"]
    held = asha.done("/v1/meetings", planned | {"starts_at": ago(40), "at": ago(45)})["id"]
    case, then = f"/v1/meetings/{held}/cases", {"at": ago(40)}
    listing = {"person": una, "question": "What now?", "present": [str(PRACTICE.id)]}
    asha.done(case, {**listing, "at": ago(44)})
    here = {"practitioner": str(gwen.id), "partner": str(PRACTICE.id)}
    asha.done(f"{case}/{una}/attendance", {"attendees": [here], **then})
    action = {"what": "Ring her.", "owner": str(PRACTICE.id), "due_on": ago(10)[:10]}
    agreed = asha.done(f"{case}/{una}/actions", {**action, **then})
    decided = asha.done(
        f"{case}/{una}/decision",
        {
            "outcome": "more information",
            "rationale": "No better after six sessions.",
            "persons_view": "She would rather wait.",
            **then,
        },
    )
    for key, service in (("priya", LOW), ("joy", ADVICE)):
        for days, what in ((5, "decline"), (4, "information-request"), (120, "decline")):
            sent = referred(asha, IAN, service.id, days)
            said = {"reason": "incomplete"} if what == "decline" else {"question": "And before?"}
            path = f"/v1/referrals/{sent['id']}/{what}"
            place.person(key).done(path, {**said, "at": ago(days)})
    full = referred(asha, LIV, ADVICE.id, 3)
    place.person("joy").done(f"/v1/referrals/{full['id']}/decline", {"reason": "full"})
    return Story(place, una, decided["decision"], agreed["id"], meeting)


def named(rows: Sequence[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def rows_of(browser: httpx.Client, which: str) -> list[dict[str, str]]:
    answer = browser.get(f"/learning/{which}.csv")
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(sheets.BOM)
    return list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))


def test_who_does_not_improve_is_shown_to_who_helps_them_and_to_nobody_else(story: Story) -> None:
    found = story.own("asha")
    assert named(found["unimproved"]) == [UNA]
    assert found["unimproved"][0]["because"] == "PHQ-9 18 to 17 in 9 weeks"
    assert found["list_at"]["id"] == story.meeting
    assert named(story.own("priya")["unimproved"]) == [UNA]
    for key in ("joy", "leroy", "rajesh"):
        assert story.own(key)["unimproved"] == [], key


def test_a_list_that_is_cut_off_says_so_and_its_file_is_not(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.learning.MOST", 1)
    asha = story.place.browser("asha")
    page = asha.get("/learning?whole=yes").text
    assert page.count("These are the longest 1; the file has all.") == 2
    assert len(rows_of(asha, "unimproved")) == 1
    assert len(rows_of(asha, "undone")) == 2


def test_what_was_decided_and_is_not_done_is_shown_until_it_is(story: Story, asha: Client) -> None:
    found = {row["id"]: row for row in story.own("asha")["undone"]}
    assert found.keys() == {story.decision, story.action}
    assert (found[story.decision]["state"], found[story.decision]["name"]) == ("awaited", UNA)
    assert found[story.action]["due_on"] == ago(10)[:10]
    assert story.own("joy")["undone"] == story.own("rajesh")["undone"] == []
    asha.done(f"/v1/actions/{story.action}/completion")
    given_up = {"reason": "the person chose otherwise"}
    path = f"/v1/people/{story.una}/decisions/{story.decision}/non-implementation"
    asha.done(path, {**given_up, "at": ago(1)})
    (left,) = story.own("asha")["undone"]
    assert (left["id"], left["state"]) == (story.decision, "not implemented")
    assert left["reason"] == given_up["reason"]


def test_how_many_came_incomplete_is_said_to_the_two_it_is_between(story: Story) -> None:
    def line(part: str, organisation: UUID | None, service: UUID) -> dict[str, Any]:
        between = {"organisation": organisation and str(organisation), "service": str(service)}
        return {"part": part, **between, "declined": 1, "asked": 1}

    sent = [line("sent", each, of.id) for each, of in ((TALKING.id, LOW), (HOUSING.id, ADVICE))]
    found = story.own("asha")["incomplete"]
    assert sorted(found, key=str) == sorted(sent, key=str)
    assert story.own("priya")["incomplete"] == [line("received", PRACTICE.id, LOW.id)]
    assert story.own("joy")["incomplete"] == [line("received", None, ADVICE.id)], "as it is told"
    assert story.own("rajesh")["incomplete"] == []


def test_a_long_list_shows_a_few_and_leads_to_the_rest(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.pages.learning.FEW", 1)
    asha = story.place.browser("asha")
    short = asha.get("/learning").text
    assert short.count("says so of yours") == 1
    assert 'href="/learning?whole=yes#incomplete"' in short
    whole = asha.get("/learning?whole=yes").text
    assert whole.count("says so of yours") == 2
    assert "whole=yes#" not in whole


def test_who_sees_totals_sees_no_person_and_whoever_sees_one_is_written_down(story: Story) -> None:
    for key in ("ruth", "imani", "beryl"):
        assert story.place.person(key).read("/v1/learning/own").status_code == 403
    page = story.place.browser("ruth").get("/learning")
    assert page.status_code == 200
    assert UNA not in page.text
    assert "People not improving" not in page.text
    assert story.place.browser("beryl").get("/learning").status_code == 403
    asha = story.place.browser("asha")
    for path, route, browser in (
        ("/learning", "/learning", asha),
        ("/learning/undone.csv", "/learning/{which}.csv", asha),
        ("/v1/learning/own", "/v1/learning/own", None),
    ):
        answer = browser.get(path) if browser else story.place.person("asha").read(path)
        with psycopg.connect(story.place.database.dsn(schema.AUDIT)) as connection:
            looks = connection.execute(
                "select route, cardinality(persons) from looks.looks where request = %s",
                [UUID(answer.headers["X-Request-ID"])],
            ).fetchall()
        assert looks == [(route, 1)]


def test_each_list_is_a_file_of_who_is_entitled_to_it(story: Story) -> None:
    def rows(key: str, which: str) -> list[dict[str, str]]:
        return rows_of(story.place.browser(key), which)

    assert [(r["Person"], r["Scores"]) for r in rows("asha", "unimproved")] == [
        (UNA, "PHQ-9 18 to 17 in 9 weeks")
    ]
    (undone,) = rows("asha", "undone")
    assert (undone["Person"], undone["How it stands"]) == (UNA, "Not implemented")
    assert {r["Organisation"] for r in rows("asha", "incomplete")} == {TALKING.name, HOUSING.name}
    assert rows("priya", "signals") == rows("ruth", "signals") == rows("ruth", "outgrown") == []
    assert 'href="/learning/undone.csv"' in story.place.browser("asha").get("/learning").text
    for which in ("unimproved", "undone", "incomplete"):
        assert story.place.browser("ruth").get(f"/learning/{which}.csv").status_code == 404
    assert story.place.browser("asha").get("/learning/everything.csv").status_code in (404, 422)
