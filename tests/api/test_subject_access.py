"""All and only one person: what is held of them, judged first, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.community.place import LOW, PRACTICE, TALKING
from tests.api.place import Client, Place

RECEIVED = {"received_on": "2026-03-02"}


@pytest.fixture(scope="module")
def hugh(place: Place) -> Client:
    """The privacy officer of the practice."""
    return place.person("hugh")


def referred(asha: Client, mark: str) -> str:
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": f"Rosa {mark}", "phone": f"020 {mark}", "address": f"1 {mark} Rd"},
            "source": "professional",
            "ask": f"{mark}-ask",
            "reason": f"{mark}-reason",
        },
    )
    return str(made["person"])


@pytest.fixture(scope="module")
def people(asha: Client, place: Place) -> tuple[str, str]:
    """Two people in one meeting, whose records are linked, and one who cares for the other."""
    rosa, other = referred(asha, "CANARYONE"), referred(asha, "CANARYTWO")
    gwen = place.person("gwen")
    meeting = gwen.done(
        "/v1/meetings",
        {
            "kind": "weekly MDT",
            "name": "MDT",
            "starts_at": "2031-03-10T12:30:00Z",
            "chair": str(next(p.id for p in PRACTICE.people if p.key == "gwen")),
            "invited": [str(PRACTICE.id), str(TALKING.id)],
        },
    )
    for person, mark in ((rosa, "CANARYONE"), (other, "CANARYTWO")):
        gwen.done(
            f"/v1/meetings/{meeting['id']}/cases",
            {"person": person, "question": f"{mark}-question", "present": [str(PRACTICE.id)]},
        )
    asha.done(
        f"/v1/people/{rosa}/carers",
        {"name": "CANARYTHIRD Carer", "relation": "friend or neighbour", "agreed": True},
    )
    asha.done(f"/v1/people/{rosa}/link", {"other": other, "reason": "They look alike."})
    return rosa, other


def request_of(hugh: Client, person: str) -> str:
    return str(hugh.done(f"/v1/people/{person}/subject-access", RECEIVED)["id"])


def judged(asha: Client, request: str, withhold: str = "") -> None:
    """Everything that must be judged is; items with this word in them are withheld."""
    rows = asha.seen(f"/v1/subject-access/{request}")["to_judge"]
    kept = [row["fact"] for row in rows if withhold and withhold in str(row["told"])]
    shown = [row["fact"] for row in rows if row["fact"] not in kept]
    address = f"/v1/subject-access/{request}/decisions"
    asha.done(address, {"items": shown, "shown": True})
    if kept:
        ground = "it is about somebody else"
        asha.done(address, {"items": kept, "shown": False, "ground": ground})


def exported(hugh: Client, request: str) -> tuple[dict[str, Any], str]:
    """The export as JSON, and the page."""
    hugh.done(f"/v1/subject-access/{request}/answer")
    page = hugh.read(f"/subject-access/{request}/export")
    assert page.status_code == 200
    found: dict[str, Any] = hugh.seen(f"/v1/subject-access/{request}/export")
    return found, page.text


def test_every_word_of_one_person_is_in_it_and_none_of_anybody_elses(
    hugh: Client, asha: Client, people: tuple[str, str]
) -> None:
    for person, mine, others in (
        (people[0], "CANARYONE", "CANARYTWO"),
        (people[1], "CANARYTWO", "CANARYONE"),
    ):
        request = request_of(hugh, person)
        judged(asha, request)
        content, page = exported(hugh, request)
        for text in (str(content), page):
            for word in (f"Rosa {mine}", f"1 {mine} Rd", f"{mine}-ask", f"{mine}-reason"):
                assert word in text
            assert f"{mine}-question" in text
            assert others not in text
            assert people[1 if person == people[0] else 0] not in text
        assert content["withheld"] == {}


def test_what_is_withheld_is_counted_and_not_shown(
    hugh: Client, asha: Client, people: tuple[str, str]
) -> None:
    request = request_of(hugh, people[0])
    judged(asha, request, withhold="CANARYTHIRD")
    content, page = exported(hugh, request)
    assert content["withheld"] == {"it is about somebody else": 1}
    for text in (str(content), page):
        assert "CANARYTHIRD" not in text
        assert "CANARYONE-reason" in text
    assert "1, because it is about somebody else" in page


def test_nothing_is_exported_before_everything_was_judged(
    hugh: Client, asha: Client, people: tuple[str, str]
) -> None:
    request = request_of(hugh, people[0])
    found = asha.seen(f"/v1/subject-access/{request}")
    assert found["due_on"] == "2026-04-02"
    assert found["undecided"] == len(found["to_judge"]) > 0
    because = {ground for row in found["to_judge"] for ground in row["because"]}
    assert because == {
        "it is about somebody else",
        "seeing it would be likely to do serious harm",
    }
    refused = hugh.ask(f"/v1/subject-access/{request}/answer")
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/items-are-undecided")
    for path in (f"/v1/subject-access/{request}/export", f"/subject-access/{request}/export"):
        answer = hugh.read(path)
        assert answer.status_code == 409
        assert "CANARY" not in answer.text


def test_each_has_a_part_of_their_own_and_another_organisation_none(
    place: Place, hugh: Client, asha: Client, people: tuple[str, str]
) -> None:
    request = request_of(hugh, people[0])
    decisions = f"/v1/subject-access/{request}/decisions"
    assert asha.ask(f"/v1/people/{people[0]}/subject-access", RECEIVED).status_code == 403
    assert hugh.ask(decisions, {"items": [f"{request}/1"], "shown": True}).status_code == 403
    assert asha.read(f"/v1/subject-access/{request}/export").status_code == 403
    for other in (place.person("leonard"), place.person("priya")):
        assert other.read(f"/v1/subject-access/{request}").status_code == 404
    assert place.person("ruth").read(f"/v1/subject-access/{request}").status_code == 403


def test_an_export_is_a_look_of_its_own_kind(
    hugh: Client, asha: Client, people: tuple[str, str]
) -> None:
    request = request_of(hugh, people[0])
    judged(asha, request)
    exported(hugh, request)
    (look,) = hugh.seen("/v1/looks", person=people[0], limit=1)["rows"]
    assert (look["kind"], look["address"]) == ("export", "/v1/subject-access/{request}/export")
