"""A partner's share: polled from any number, waited for, and followed live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import Any

import httpx
import orjson
import psycopg
import pytest

from api import lasting
from api.parts import COOKIE
from deploy.community.place import DRUG, LOW, SOCIAL_CARE, TRUST
from projections import held, schema, topics
from projections.held import runs
from projections.topics import Why, topic_of
from tests.api.place import Client, Place
from tests.database import unreadable


@pytest.fixture
def drug(place: Place) -> Client:
    """The drug service's system, which is told of nobody in this module."""
    return place.system(DRUG)


def register(client: Client, *names: str) -> None:
    for name in names:
        client.done("/v1/people", {"name": name})


def newest(client: Client) -> int:
    """The number of the client's newest entry."""
    number = 0
    while batch := client.seen("/v1/share", after=number, limit=1000):
        number = batch[-1]["sharenumber"]
    return number


@contextmanager
def events(
    client: Client, after: int | None = None, last: int | None = None
) -> Iterator[Iterator[Any]]:
    """The client's live stream: each event's id, type and data, until the stream ends.

    ``last`` is what a browser sends by itself when it comes back.
    """
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    params = {} if after is None else {"after": after}
    with client.http.stream("GET", "/v1/share/live", params=params, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield _read(answer.iter_lines())


def _read(lines: Iterator[str]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    told: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            told[name] = value
        elif "id" in told:
            yield int(told["id"]), told["event"], orjson.loads(told["data"])
            told = {}


def test_the_feed_tells_each_entry_once_and_in_order(asha: Client) -> None:
    register(asha, "Rosa Lind", "Tom Achebe", "Mina Karim")
    last = newest(asha)
    told: list[dict[str, Any]] = []
    while batch := asha.seen("/v1/share", after=told[-1]["sharenumber"] if told else 0, limit=2):
        told += batch
    assert [event["sharenumber"] for event in told] == list(range(1, last + 1))
    assert told[-1]["data"]["name"] == "Mina Karim"


def test_an_entry_is_a_cloudevent(asha: Client) -> None:
    register(asha, "Rosa Lind")
    answer = asha.read("/v1/share", after=newest(asha) - 1)
    assert answer.headers["content-type"] == "application/cloudevents-batch+json"
    (event,) = answer.json()
    assert event["specversion"] == "1.0"
    assert event["id"] == f"{asha.organisation}/{event['sharenumber']}"
    assert event["type"] == "person.PersonRegistered.v1"
    assert int(answer.headers["X-Position"]) >= event["position"]


def test_at_its_end_the_feed_is_empty(asha: Client) -> None:
    assert asha.seen("/v1/share", after=newest(asha)) == []


def test_a_poll_waits_until_something_is_told(asha: Client) -> None:
    last = newest(asha)
    later = Thread(target=register, args=(asha, "Rosa Lind"))
    later.start()
    batch = asha.read("/v1/share", after=last, timeout=10).json()
    later.join()
    assert [event["sharenumber"] for event in batch] == [last + 1]


def test_a_poll_for_nothing_ends_in_its_time(drug: Client) -> None:
    began = monotonic()
    assert drug.read("/v1/share", after=newest(drug), timeout=0.3).json() == []
    assert monotonic() - began >= 0.3


def test_the_live_stream_tells_what_happens_as_it_happens(asha: Client) -> None:
    last = newest(asha)
    with events(asha) as told:
        register(asha, "Rosa Lind", "Tom Achebe")
        first, second = next(told), next(told)
    assert [first[0], second[0]] == [last + 1, last + 2]
    assert first[1] == "person.PersonRegistered.v1"
    assert [first[2]["data"]["name"], second[2]["data"]["name"]] == ["Rosa Lind", "Tom Achebe"]


def test_the_live_stream_begins_again_after_any_number(asha: Client) -> None:
    register(asha, "Rosa Lind", "Tom Achebe")
    last = newest(asha)
    with events(asha, after=last - 2) as told:
        assert [next(told)[0], next(told)[0]] == [last - 1, last]
    with events(asha, after=0, last=last - 1) as told:
        assert next(told)[0] == last


def test_a_stream_that_broke_is_followed_on_without_a_gap_or_a_repeat(asha: Client) -> None:
    began = newest(asha)
    seen: list[int] = []
    for name in ("Rosa Lind", "Tom Achebe", "Mina Karim"):
        register(asha, name, name)
        with events(asha, last=seen[-1] if seen else began) as told:
            seen.append(next(told)[0])
    with events(asha, last=seen[-1]) as told:
        seen += [next(told)[0] for _ in range(3)]
    assert seen == list(range(began + 1, began + 7))


def test_nobody_is_told_of_anothers_people(asha: Client, priya: Client, drug: Client) -> None:
    asked = {"service": str(LOW.id), "source": "professional", "ask": "Therapy"}
    before = newest(drug)
    made = asha.done("/v1/referrals", asked | {"person": {"name": "Rosa Lind"}})
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    asha.done("/v1/referrals", asked | {"service": str(SOCIAL_CARE.id), "person": {"name": "T"}})
    assert newest(drug) == before


def test_a_stream_ends_when_its_reader_signs_out(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting, "LOOK", 0.02)
    secret = place.session("gwen")
    gwen = place.person("gwen")
    del gwen.http.headers["Authorization"]
    gwen.http.cookies.set(COOKIE, secret)
    gwen.http.timeout = httpx.Timeout(5)
    with events(gwen) as told:
        place.house.sessions.end(secret)  # as another process would
        assert list(told) == []


def test_a_stream_that_cannot_be_resumed_there_is_refused(asha: Client) -> None:
    refused = asha.http.get("/v1/share/live", headers={"Last-Event-ID": "the last one"})
    assert refused.status_code == 422


def test_readers_that_stay_do_not_hold_up_a_server_that_ends(place: Place, asha: Client) -> None:
    # They are left behind on purpose: the module's server must end within its time all the same.
    staying = place.anybody()
    staying.headers["Authorization"] = asha.http.headers["Authorization"]
    request = staying.build_request("GET", "/v1/share/live")
    assert staying.send(request, stream=True).status_code == 200
    waiting = {"after": newest(asha), "timeout": 60}
    Thread(target=asha.read, args=("/v1/share",), kwargs=waiting, daemon=True).start()


def test_the_feed_names_the_topic_of_now(place: Place, drug: Client) -> None:
    assert "X-Share-Topic" not in drug.read("/v1/share").headers
    with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
        topics.begin(connection, DRUG.id, 1, 0, Why.FIRST)
        topics.begin(connection, DRUG.id, 5, 9, Why.NARROWED)
    assert drug.read("/v1/share").headers["X-Share-Topic"] == topic_of(DRUG.id, 2)


def comments(client: Client, after: int) -> Iterator[str]:
    """What the live stream says beside its entries, and their numbers."""
    with client.http.stream("GET", "/v1/share/live", params={"after": after}) as answer:
        for line in answer.iter_lines():
            if line.startswith((": ", "id: ")):
                yield line


@dataclass
class Spoiled:
    """Somebody of whom an entry cannot be read, among others; which numbers are theirs."""

    system: Client
    first: int
    theirs: list[int]
    others: list[int]

    @property
    def held(self) -> str:
        return runs(self.theirs)


@pytest.fixture
def spoiled(place: Place) -> Iterator[Spoiled]:
    rajesh, system = place.person("rajesh"), place.system(TRUST)
    before = newest(system)
    register(rajesh, "Ann Sample")
    first = newest(system)
    (ann,) = {entry["subject"] for entry in system.seen("/v1/share", after=before)}
    base = rajesh.seen(f"/v1/people/{ann}")["number"]
    register(rajesh, "Bob Sample")
    rajesh.done(f"/v1/people/{ann}/corrections", {"base": base, "phone": "020 7946 0111"})
    theirs = [first, newest(system)]
    register(rajesh, "Cid Sample")
    others = [n for n in range(first, newest(system) + 1) if n not in theirs]
    with unreadable(place.database.dsn("postgres"), TRUST.id, first):
        yield Spoiled(system, first, theirs, others)
    with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
        for case in held.cases(connection):
            assert held.give(connection, case, place.house.keys) is None


def test_an_entry_that_cannot_be_read_holds_back_its_persons_and_nobody_elses(
    place: Place, spoiled: Spoiled, capsys: pytest.CaptureFixture[str]
) -> None:
    system = spoiled.system
    page = system.read("/v1/share", after=spoiled.first - 1, limit=1)
    assert [entry["sharenumber"] for entry in page.json()] == spoiled.others[:1]
    assert page.headers["X-Share-Held"] == spoiled.held
    assert "case held" in capsys.readouterr().out
    page = system.read("/v1/share", after=spoiled.others[0], limit=100)
    assert [entry["sharenumber"] for entry in page.json()] == spoiled.others[1:]
    assert page.headers["X-Share-Held"] == spoiled.held, "what comes later of the person waits too"
    kinds = system.read("/v1/share", after=spoiled.first - 1, type="person")
    assert not {*spoiled.theirs} & {entry["sharenumber"] for entry in kinds.json()}
    assert kinds.headers["X-Share-Held"] == spoiled.held
    assert system.read("/v1/share", after=spoiled.others[-1], timeout=0.2).json() == []

    with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
        (case,) = held.cases(connection)
        assert (case.partner, case.number, case.reason) == (TRUST.id, spoiled.first, "InvalidTag")
        still = held.give(connection, case, place.house.keys)
        assert still is not None
        assert still.number == spoiled.first
    figures = place.anybody().get("/metrics").text
    assert 'throughcare_parked_cases{where="feed"} 1.0' in figures
    (told,) = (
        row
        for row in place.person("yusuf").seen("/v1/operations")["partners"]
        if row["partner"] == str(TRUST.id)
    )
    assert told["alarm"]
    assert [(each["way"], each["cases"]) for each in told["waiting"]] == [("feed", 1)]


def test_a_live_stream_names_what_is_held_before_the_gap_and_while_it_waits(
    spoiled: Spoiled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.questions.share.KEEP_ALIVE", 0.01)
    at = spoiled.first - 1
    expected = []
    for number in spoiled.others:
        if number != at + 1:
            expected.append(f": at {at} held {spoiled.held}")
        expected.append(f"id: {number}")
        at = number
    expected.append(f": at {at} held {spoiled.held}")
    said = comments(spoiled.system, spoiled.first - 1)
    assert [line for line, _ in zip(said, expected, strict=False)] == expected


def test_what_was_held_is_given_under_its_own_numbers_once_it_is_mended(place: Place) -> None:
    rajesh, system = place.person("rajesh"), place.system(TRUST)
    register(rajesh, "Dot Sample")
    first = newest(system)
    with unreadable(place.database.dsn("postgres"), TRUST.id, first):
        held_back = system.read("/v1/share", after=first - 1)
        assert (held_back.json(), held_back.headers["X-Share-Held"]) == ([], str(first))
        register(rajesh, "Eve Sample")
    assert newest(system) == first + 1
    with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
        (case,) = held.cases(connection)
        assert held.give(connection, case, place.house.keys) is None
    given = system.read("/v1/share", after=first - 1)
    assert [entry["sharenumber"] for entry in given.json()] == [first, first + 1]
    assert "X-Share-Held" not in given.headers
