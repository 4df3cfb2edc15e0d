"""Partners see to their own endpoints: who may, what is refused, what is shown once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from standardwebhooks import Webhook

from consumers.outward import Outward
from consumers.webhooks import Webhooks
from deploy import kept, wiring
from deploy.commands import doctor
from deploy.community.place import LOW, PRACTICE
from projections import mailboxes, schema
from projections.mailboxes import Mailing
from tests.api.machine import registered
from tests.api.place import Client, Place
from tests.consumers.receiving import Receiver, receiving

URL = "https://hooks.talking.example/news"
HOST = "hooks.talking.example"


@pytest.fixture(scope="module")
def yusuf(place: Place) -> Client:
    """An administrator of the practice, which hosts the place."""
    return place.person("yusuf")


@pytest.fixture(scope="module")
def tom(place: Place, yusuf: Client) -> Client:
    """An administrator of another organisation, which one host is allowed for."""
    made = place.person("tom")
    allow(yusuf, made, HOST)
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def allow(host: Client, partner: Client, name: str) -> None:
    answer = host.ask(f"/v1/partners/{partner.organisation}/webhook-hosts", {"host": name})
    assert answer.status_code == 200, answer.text


def added(tom: Client, url: str = URL) -> Iterator[dict[str, Any]]:
    answer = tom.ask("/v1/streams/endpoints", {"name": "Ours", "url": url})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    yield made
    assert tom.ask(f"/v1/streams/endpoints/{made['id']}/ending").status_code == 200


@pytest.fixture
def endpoint(tom: Client) -> Iterator[dict[str, Any]]:
    yield from added(tom)


@pytest.fixture
def heard(tom: Client, yusuf: Client, receiver: Receiver) -> Iterator[dict[str, Any]]:
    """An endpoint at a receiver of the tests."""
    allow(yusuf, tom, receiver.host)
    yield from added(tom, receiver.url)


def send(place: Place) -> int:
    """What is due, as the relay sends it."""

    async def may_use(_: object) -> bool:
        return True

    sender = Webhooks(
        place.database.dsn(schema.RELAY),
        wiring.seals(place.house.database),
        Outward(also=[ip_network("127.0.0.0/8")]),
        clock=kept.now,
        may_use=may_use,
    )
    return asyncio.run(sender.once())


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def path(endpoint: dict[str, Any], *more: str) -> str:
    return "/".join(("/v1/streams/endpoints", endpoint["id"], *more))


def test_an_administrator_adds_an_endpoint_and_its_secret_is_shown_once(tom: Client) -> None:
    key, asked = uuid4(), {"name": "Ours", "url": URL}
    first = tom.ask("/v1/streams/endpoints", asked, key=key)
    assert first.status_code == 201
    assert first.json()["secret"].startswith("whsec_")
    assert first.json() | {"state": "active", "url": URL, "told": 0, "why": None} == first.json()
    again = tom.ask("/v1/streams/endpoints", asked, key=key)
    assert problem(again) == (409, "secret-was-shown")
    listed = tom.read("/v1/streams")
    assert first.json()["secret"] not in listed.text
    (row,) = (e for e in listed.json()["endpoints"] if e["id"] == first.json()["id"])
    assert len(row["secrets"]) == 1
    assert tom.ask(path(first.json(), "ending")).json()["state"] == "ended"
    assert problem(tom.ask(path(first.json(), "resumption"))) == (409, "endpoint-has-ended")
    assert problem(tom.ask(path(first.json(), "test"))) == (409, "endpoint-has-ended")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://elsewhere.example/news", (409, "host-is-not-allowed")),
        ("https://evil.hooks.talking.example/", (409, "host-is-not-allowed")),
        (f"https://{HOST}:8443/", (409, "host-is-not-allowed")),
        (f"http://{HOST}/", (422, "request-is-not-valid")),
        (f"https://{HOST}@127.0.0.1/", (422, "request-is-not-valid")),
        ("https://2130706433/", (422, "request-is-not-valid")),
        ("not an address", (422, "request-is-not-valid")),
    ],
)
def test_an_endpoint_is_at_an_allowed_host_written_one_way(
    tom: Client, url: str, expected: tuple[int, str]
) -> None:
    answer = tom.ask("/v1/streams/endpoints", {"name": "Ours", "url": url})
    assert problem(answer) == expected


def test_the_host_alone_allows_hosts_and_takes_them_back(
    place: Place, yusuf: Client, tom: Client
) -> None:
    hosts = f"/v1/partners/{tom.organisation}/webhook-hosts"
    assert problem(tom.ask(hosts, {"host": "own.example"})) == (403, "only-the-host-allows")
    asha = place.person("asha")
    assert problem(asha.ask(hosts, {"host": "own.example"})) == (403, "only-the-host-allows")
    for wrong in ("10.0.0.1", "OWN.example", "own.example/x", "own.example.", "*.example"):
        assert problem(yusuf.ask(hosts, {"host": wrong})) == (422, "request-is-not-valid")
    yusuf.ask(hosts, {"host": "own.example:8443"})
    assert "own.example:8443" in tom.read("/v1/streams").json()["hosts"]
    taken = yusuf.ask(f"{hosts}/removal", {"host": "own.example:8443"}).json()
    (row,) = (row for row in taken["rows"] if row["host"] == "own.example:8443")
    assert (row["allowed"], row["said_by"]) == (False, str(_id("yusuf")))
    assert "own.example:8443" not in tom.read("/v1/streams").json()["hosts"]
    assert tom.read(hosts).json() == yusuf.read(hosts).json()
    others = f"/v1/partners/{PRACTICE.id}/webhook-hosts"
    assert problem(tom.read(others)) == (403, "only-the-host-allows")
    assert problem(yusuf.read(f"/v1/partners/{uuid4()}/webhook-hosts")) == (404, "nothing-is-here")


def test_where_an_organisation_is_told_by_mesh_is_said_to_it_alone(
    place: Place, tom: Client, yusuf: Client
) -> None:
    assert tom.read("/v1/streams").json()["mesh"] is None
    with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
        mailboxes.begin(connection, tom.organisation, "X26ABC2", 7, kept.now())
        (held,) = mailboxes.standing(connection)
        mailboxes.write(connection, held, Mailing(8, 9), kept.now())
        mailboxes.sent(connection, held, Mailing(8, 9), "2026112213", kept.now())
        mailboxes.failing(connection, held, "refused: EPL-153")
    said = tom.read("/v1/streams").json()["mesh"]
    assert said | {"mailbox": "X26ABC2", "reached": 9, "failure": "refused: EPL-153"} == said
    assert said["collected"] is None
    assert yusuf.read("/v1/streams").json()["mesh"] is None
    with (
        psycopg.connect(place.database.dsn(schema.SERVE)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        mailboxes.begin(connection, tom.organisation, "X26ABC3", 0, kept.now())
    with psycopg.connect(place.database.dsn(schema.RELAY), autocommit=True) as connection:
        mailboxes.end(connection, tom.organisation, kept.now())
    assert tom.read("/v1/streams").json()["mesh"] is None


def _id(key: str) -> UUID:
    return next(each.id for each in PRACTICE.everybody if each.key == key)


def test_nobody_but_an_administrator_or_a_system_with_the_scope_sees_to_streams(
    place: Place, tom: Client, endpoint: dict[str, Any]
) -> None:
    priya = place.person("priya")
    refused = (403, "only-an-administrator-sees-to-streams")
    assert problem(priya.read("/v1/streams")) == refused
    assert problem(priya.ask(path(endpoint, "pause"))) == refused
    reader = registered(place, tom, "streams.read").client()
    assert reader.read(path(endpoint)).json()["state"] == "active"
    assert problem(reader.ask(path(endpoint, "pause"))) == (403, "scope-is-too-small")
    writer = registered(place, tom, "streams.write").client()
    assert writer.ask(path(endpoint, "pause")).json()["state"] == "paused"


def test_another_organisations_endpoint_is_not_there(
    yusuf: Client, endpoint: dict[str, Any]
) -> None:
    gone = (404, "endpoint-is-unknown")
    for part in ("", "/attempts", "/messages"):
        assert problem(yusuf.read(path(endpoint) + part)) == gone
    for part in ("pause", "resumption", "ending", "test", "redrive", "secret"):
        assert problem(yusuf.ask(path(endpoint, part))) == gone
    assert problem(yusuf.ask(path(endpoint, "replay"), {"after": 0})) == gone


def test_a_partner_whose_agreement_is_not_for_webhooks_adds_none(
    place: Place, yusuf: Client, tom: Client
) -> None:
    commissioner = place.person("ruth")
    assert commissioner.ask("/v1/streams/endpoints", {"name": "x", "url": URL}).status_code == 403


def test_no_more_endpoints_than_one_may_have(tom: Client, endpoint: dict[str, Any]) -> None:
    asked = {"name": "More", "url": URL}
    made = [tom.ask("/v1/streams/endpoints", asked) for _ in range(5)]
    assert [answer.status_code for answer in made] == [201] * 4 + [409]
    assert problem(made[-1]) == (409, "too-many-endpoints")
    for answer in made[:-1]:
        tom.ask(path(answer.json(), "ending"))


def test_a_secret_is_rotated_with_an_overlap_and_shown_once(
    tom: Client, endpoint: dict[str, Any]
) -> None:
    key = uuid4()
    made = tom.ask(path(endpoint, "secret"), {"overlap_hours": 1}, key=key)
    assert made.status_code == 201
    assert made.json()["secret"] != endpoint["secret"]
    assert [each["ends_at"] is None for each in made.json()["secrets"]] == [False, True]
    again = tom.ask(path(endpoint, "secret"), {"overlap_hours": 1}, key=key)
    assert problem(again) == (409, "secret-was-shown")
    assert problem(tom.ask(path(endpoint, "secret"))) == (409, "two-secrets-are-live")
    at_once = tom.ask(path(endpoint, "secret"), {"overlap_hours": 0}).json()
    assert [each["ends_at"] for each in at_once["secrets"]] == [None]
    wrong = tom.ask(path(endpoint, "secret"), {"overlap_hours": 1000})
    assert problem(wrong) == (422, "request-is-not-valid")


def test_a_test_is_sent_and_its_attempt_shows_both_bodies(
    place: Place, tom: Client, heard: dict[str, Any], receiver: Receiver
) -> None:
    receiver.status, receiver.answer = 503, b"down for the night"
    key = uuid4()
    asked = [tom.ask(path(heard, "test"), key=key) for _ in range(2)]
    assert asked[0].json() == asked[1].json(), "asked twice, it is one"
    send(place)
    (got,) = receiver.got
    verified = Webhook(heard["secret"]).verify(got.body, got.headers)
    (attempt,) = tom.read(path(heard, "attempts")).json()["rows"]
    assert attempt["sent"] == verified
    assert attempt["message"] == asked[0].json()["message"]
    assert (attempt["status"], attempt["answered"]) == (503, "down for the night")
    (message,) = tom.read(path(heard, "messages")).json()["rows"]
    assert (message["state"], message["attempts"]) == ("given up", 1)


def test_a_replay_is_asked_from_a_number_or_a_time(
    place: Place, tom: Client, heard: dict[str, Any], receiver: Receiver
) -> None:
    for body in ({}, {"after": 1, "since": "2026-03-02T09:00:00Z"}, {"after": 1, "type": ["x y"]}):
        assert problem(tom.ask(path(heard, "replay"), body)) == (422, "request-is-not-valid")
    person = str(uuid4())
    wanted = {"since": "2020-01-01T00:00:00Z", "type": ["referral"], "subject": person}
    assert tom.ask(path(heard, "replay"), wanted).json()["after"] == 0
    send(place)
    (got,) = receiver.got
    newest = tom.read("/v1/streams").json()["number"]
    assert got.said["type"] == "share.Replay.v1"
    assert got.said["data"] == {
        "after": 0,
        "up_to": newest,
        "type": ["referral"],
        "subject": person,
    }


def test_messages_are_sent_again_once_for_one_request(
    place: Place, tom: Client, heard: dict[str, Any], receiver: Receiver
) -> None:
    tom.ask(path(heard, "replay"), {"after": 0})
    send(place)
    (message,) = tom.read(path(heard, "messages")).json()["rows"]
    key = uuid4()
    for _ in range(2):
        asked = tom.ask(path(heard, "redrive"), {"message": message["message"]}, key=key)
        assert asked.status_code == 202
        send(place)
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    gone = tom.ask(path(heard, "redrive"), {"message": str(uuid4())})
    assert problem(gone) == (404, "endpoint-is-unknown")
    both = {"message": message["message"], "since": "2026-03-02T09:00:00Z"}
    assert problem(tom.ask(path(heard, "redrive"), both)) == (422, "request-is-not-valid")


# The feed, filtered


def told(client: Client, **params: Any) -> tuple[list[dict[str, Any]], int, int]:
    head = client.http.get("/health").json()["log_position"]
    answer = client.read("/v1/share", **{"min-position": head, **params})
    assert answer.status_code == 200, answer.text
    after, through = (int(answer.headers[f"X-Share-{n}"]) for n in ("After", "Through"))
    return answer.json(), after, through


@pytest.fixture(scope="module")
def system(place: Place) -> Client:
    """A system of the practice, which registered some people and referred one."""
    asha = place.person("asha")
    for name in ("Ivy Ash", "Roy Birch"):
        asha.done("/v1/people", {"name": name})
    referral = {
        "service": str(LOW.id),
        "person": {"name": "May Cedar", "phone": "020 7946 0000", "date_of_birth": "1990-05-01"},
        "source": "professional",
        "ask": "Talking therapy for low mood",
    }
    asha.done("/v1/referrals", referral)
    return place.system(PRACTICE)


def test_a_filtered_answer_says_which_numbers_it_passed_over(system: Client) -> None:
    everything, after, through = told(system, limit=1000)
    assert (after, through) == (0, everything[-1]["sharenumber"])
    for kind in ("referral", "referral.ReferralMade", "referral.ReferralMade.v1", "person"):
        fits = [e for e in everything if e["type"] == kind or e["type"].startswith(f"{kind}.")]
        assert fits, kind
        assert told(system, type=kind, limit=1000) == (fits, 0, through)
    assert told(system, type="refer", limit=1000)[0] == [], "half a word is no type"


def test_a_filtered_reader_that_goes_on_from_where_it_was_misses_nothing(system: Client) -> None:
    everything, _, newest = told(system, limit=1000)
    fits = [e for e in everything if e["type"].startswith(("person.", "referral."))]
    found: list[dict[str, Any]] = []
    at = 0
    while at < newest:
        some, after, through = told(system, type=["person", "referral"], after=at, limit=2)
        assert after == at
        assert through > at
        assert all(at < e["sharenumber"] <= through for e in some)
        found, at = found + some, through
    assert found == fits
    assert told(system, type="person", after=newest) == ([], newest, newest)


def test_the_feed_of_one_person_is_theirs_alone(system: Client) -> None:
    everything, _, newest = told(system, limit=1000)
    person = next(e["subject"] for e in reversed(everything) if "subject" in e)
    theirs = [e for e in everything if e.get("subject") == person]
    assert len(theirs) > 1
    assert told(system, subject=person, limit=1000) == (theirs, 0, newest)
    assert told(system, subject=str(uuid4())) == ([], 0, newest)
    assert problem(system.read("/v1/share", subject="Ivy"))[0] == 422


def test_since_a_time_the_feed_goes_on_without_a_gap(system: Client) -> None:
    everything, _, newest = told(system, limit=1000)
    some = everything[len(everything) // 2]
    rest = [e for e in everything if e["time"] >= some["time"]]
    found, after, through = told(system, since=some["time"], limit=1000)
    assert (found, after, through) == (rest, rest[0]["sharenumber"] - 1, newest)
    assert told(system, since=some["time"], after=newest - 1)[0] == everything[-1:]
    assert problem(system.read("/v1/share", since="yesterday"))[0] == 422
    assert problem(system.read("/v1/share", type="*"))[0] == 422


def stands(place: Place, client: Client) -> dict[str, Any]:
    """What who operates the place sees of this client's organisation."""
    rows = client_rows(place.person("nina"))
    return next(row for row in rows if row["partner"] == str(client.organisation))


def client_rows(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.seen("/v1/operations")["partners"]
    return found


def checked(place: Place, check: str) -> dict[str, Any]:
    """What `throughcare doctor` says of it."""
    return next(row for row in doctor._checks(place.house) if row["check"] == check)


def test_who_operates_the_place_sees_which_endpoints_fail_and_which_ended(
    place: Place, yusuf: Client, tom: Client, heard: dict[str, Any], receiver: Receiver
) -> None:
    receiver.status = 503
    place.person("priya").done("/v1/people", {"name": "Ida Sample"})
    assert send(place) == 1
    row = stands(place, tom)
    (endpoint,) = row["endpoints"]
    assert (endpoint["stands"], endpoint["host"]) == ("failing", receiver.host)
    assert endpoint["behind"] == row["newest"] > 0
    assert endpoint["since"] == endpoint["last_at"]
    assert not row["alarm"], "it has failed for less than an hour"
    assert "webhook" in row["ways"]
    said = yusuf.read("/v1/operations").text
    assert receiver.url not in said
    assert "Ida" not in said
    figures = place.anybody().get("/metrics").text
    assert 'throughcare_webhook_endpoints{state="failing"} 1.0' in figures
    assert "throughcare_webhook_failing_seconds 0.0\n" not in figures
    assert checked(place, "endpoints take what they are sent")["state"] == "ok"

    receiver.status = 410
    assert tom.ask(path(heard, "pause")).status_code == 200
    assert tom.ask(path(heard, "resumption")).status_code == 200
    assert send(place) == 1
    (endpoint,) = stands(place, tom)["endpoints"]
    assert (endpoint["stands"], endpoint["why"]) == ("disabled", "gone")
    assert stands(place, tom)["alarm"]
    figures = place.anybody().get("/metrics").text
    assert 'throughcare_webhook_endpoints{state="disabled"} 1.0' in figures
    assert "throughcare_webhook_failing_seconds 0.0\n" in figures
    bad = checked(place, "endpoints take what they are sent")
    assert bad["state"] == "not ok"
    assert "Ours disabled since" in bad["found"]


def test_only_who_operates_the_place_sees_how_it_runs(place: Place) -> None:
    for key in ("tom", "asha", "ruth", "hugh"):
        assert place.person(key).read("/v1/operations").status_code == 403
    for key in ("yusuf", "nina"):
        assert {row["view"] for row in place.person(key).seen("/v1/operations")["views"]} > {
            "caseload",
            "share",
        }
