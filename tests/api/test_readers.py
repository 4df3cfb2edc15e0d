"""How far partners have read, as they say it and as their operator sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.community.organisation import Organisation
from deploy.community.place import PRACTICE, TALKING, TRUST
from domain.vocabulary import Way
from projections.readers import Reader, silent
from tests.api.place import Place

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
ALLOWED = timedelta(hours=24)
HOUSING = uuid4()


def reader(
    number: int, *, waits: float | None, way: Way | None = Way.FEED, partner: UUID = HOUSING
) -> Reader:
    """One that has read up to a number of ten; the next has waited for so many hours."""
    since = None if waits is None else NOW - timedelta(hours=waits)
    return Reader(partner, way, number, 10, NOW if way else None, since)


@pytest.mark.parametrize(
    ("readers", "quiet"),
    [
        ([reader(10, waits=None)], False),
        ([reader(9, waits=23)], False),
        ([reader(9, waits=25)], True),
        ([reader(0, waits=25, way=None)], False),
        ([reader(2, waits=900), reader(10, waits=None, way=Way.KAFKA)], False),
        ([reader(2, waits=900), reader(9, waits=25, way=Way.KAFKA)], True),
    ],
    ids=[
        "it has everything",
        "it will come",
        "something waits for too long",
        "it never read",
        "it moved to another way",
        "it moved, and fell silent there",
    ],
)
def test_a_partner_is_silent_that_leaves_something_unread(
    readers: list[Reader], quiet: bool
) -> None:
    assert bool(silent(readers, NOW, ALLOWED)) is quiet


def test_one_that_is_silent_hides_no_other() -> None:
    another = uuid4()
    known = [reader(10, waits=None), reader(3, waits=48, partner=another)]
    assert [each.partner for each in silent(known, NOW, ALLOWED)] == [another]


def row(place: Place, organisation: Organisation, way: str = "feed") -> dict[str, Any]:
    """What the host's administrator sees of one partner by one way."""
    rows = place.person("yusuf").seen("/v1/share/readers")
    return next(r for r in rows if r["partner"] == str(organisation.id) and r["way"] in (way, None))


def test_a_system_that_asks_for_what_follows_has_what_went_before(place: Place) -> None:
    system = place.system(TALKING)
    place.person("priya").done("/v1/people", {"name": "Rosa Lind"})
    assert row(place, TALKING)["way"] is None
    told = system.seen("/v1/share", limit=1000)
    newest = told[-1]["sharenumber"]
    assert row(place, TALKING)["last_read"] == 0
    answer = system.read("/v1/share", after=newest)

    assert answer.json() == []
    assert answer.headers["X-Share-Number"] == str(newest)
    seen = row(place, TALKING)
    assert seen["behind"] == newest  # it was noted less than a minute ago
    system.http.post("/v1/share/read", json={"up_to": newest}).raise_for_status()
    seen = row(place, TALKING)
    assert (seen["last_read"], seen["behind"], seen["silent"]) == (newest, 0, False)


def test_a_partner_says_what_it_read_by_another_way(place: Place) -> None:
    system = place.system(TRUST)
    place.person("rajesh").done("/v1/people", {"name": "Tom Achebe"})
    newest = system.seen("/v1/share", limit=1000)[-1]["sharenumber"]
    for up_to in (newest, newest - 1, newest):
        answer = system.http.post("/v1/share/read", json={"up_to": up_to, "way": "kafka"})
        assert answer.json()["newest"] == newest
    assert row(place, TRUST, "kafka")["last_read"] == newest

    refused = system.http.post("/v1/share/read", json={"up_to": newest + 1})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/up_to"


def test_only_who_looks_after_the_place_sees_who_reads(place: Place) -> None:
    for somebody in (place.person("asha"), place.person("rajesh"), place.system(TRUST)):
        assert somebody.read("/v1/share/readers").status_code == 403


def test_a_person_who_reads_is_no_system(place: Place) -> None:
    asha = place.person("asha")
    asha.done("/v1/people", {"name": "Ines Moor"})
    asha.seen("/v1/share")
    asha.http.post("/v1/share/read", json={"up_to": 1}).raise_for_status()
    assert row(place, PRACTICE)["way"] is None


def test_a_quiet_stream_says_where_it_is(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("projections.questions.share.KEEP_ALIVE", 0.01)
    system = place.system(TRUST)
    newest = int(system.read("/v1/share").headers["X-Share-Number"])
    with system.http.stream("GET", "/v1/share/live", params={"after": newest}) as answer:
        assert next(line for line in answer.iter_lines() if line[:1] == ":") == f": at {newest}"


def test_how_many_are_silent_is_a_figure_and_names_nobody(place: Place) -> None:
    figures = place.anybody().get("/metrics").text
    assert "throughcare_partners_silent 0.0" in figures
    assert 'throughcare_reader_most_behind{way="webhook"} 0.0' in figures
