"""Sessions: over when signed out, when idle, when their time has come; in every process at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from threading import Event

import httpx
import psycopg
import pytest

from api.app import create_app
from api.parts import COOKIE, HOST_COOKIE, DemoPerson
from deploy.commands.community import demo_people
from deploy.community.place import PRACTICE, TALKING
from domain.practitioner import Identity
from domain.vocabulary import PractitionerId
from projections import schema
from projections.sessions import IDLE, LIFETIME
from tests.api.place import Place, _served
from tests.trusting import TRUSTED

GWEN = next(p for p in PRACTICE.people if p.key == "gwen")


def demo_person(key: str) -> DemoPerson:
    known = next(p for p in PRACTICE.people if p.key == key)
    return next(p for p in demo_people() if p.practitioner == known.id)


@pytest.fixture
def demo(place: Place) -> Place:
    """The place with its sign-in page's names."""
    parts = place.app.state.parts
    place.app.state.parts = replace(parts, demo_people=demo_people)
    return place


def browser(url: str, secret: str = "", cookie: str = COOKIE) -> httpx.Client:
    client = httpx.Client(
        base_url=url, headers={"Sec-Fetch-Site": "same-origin"}, timeout=20, verify=TRUSTED
    )
    if secret:
        client.cookies.set(cookie, secret)
    return client


def chosen(client: httpx.Client, key: str, wanted: str = "/caseload") -> httpx.Response:
    person = demo_person(key)
    return client.post("/sign-in", data={"practitioner": str(person.practitioner), "next": wanted})


def lets_in(url: str, secret: str) -> bool:
    with browser(url, secret) as client:
        return client.get("/v1/caseload").status_code == 200


def aged(place: Place, secret: str, by: timedelta, *columns: str) -> None:
    """The session as it would be if this much more time had passed."""
    dsn = place.house.database.dsn(schema.OWNER)
    with closing(psycopg.connect(dsn, autocommit=True)) as connection:
        for column in columns:
            connection.execute(
                f"update sessions.sessions set {column} = {column} - %s where hash = %s",
                [by, sha256(secret.encode()).digest()],
            )


def test_choosing_a_name_begins_a_session_that_no_script_reads(demo: Place) -> None:
    with browser(demo.url) as client:
        answer = chosen(client, "gwen")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/caseload")
        said = answer.headers["Set-Cookie"]
        assert "HttpOnly" in said
        assert "SameSite=lax" in said
        assert "Path=/" in said
        assert "Domain" not in said
        assert client.get("/caseload").status_code == 200


def test_over_https_the_cookie_is_bound_to_the_host(demo: Place) -> None:
    parts = demo.app.state.parts
    demo.app.state.parts = replace(parts, address="https://care.example")
    try:
        with browser(demo.url) as client:
            said = chosen(client, "gwen").headers["Set-Cookie"]
            gone = client.post("/sign-out").headers["Set-Cookie"]
        for cookie in (said, gone):
            assert cookie.startswith(f"{HOST_COOKIE}=")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie
        secret = demo.session("gwen")
        with browser(demo.url, secret, COOKIE) as another:
            assert another.get("/v1/caseload").status_code == 401
        with browser(demo.url, secret, HOST_COOKIE) as same:
            assert same.get("/v1/caseload").status_code == 200
    finally:
        demo.app.state.parts = parts


def test_the_database_keeps_no_secret(place: Place) -> None:
    secret = place.session("gwen")
    with closing(psycopg.connect(place.house.database.dsn(schema.OWNER))) as connection:
        rows = connection.execute("select * from sessions.sessions").fetchall()
    assert len(rows) > 0
    assert secret not in str(rows)
    assert sha256(secret.encode()).digest() in {row[0] for row in rows}


def test_signing_in_gives_a_new_secret_and_ends_the_one_before(demo: Place) -> None:
    planted = demo.session("samuel")
    with browser(demo.url, planted) as client:
        given = chosen(client, "gwen").headers["Set-Cookie"]
    assert planted not in given
    assert not lets_in(demo.url, planted)


def test_a_secret_that_the_browser_brought_is_never_taken_up(demo: Place) -> None:
    with browser(demo.url, "a-secret-that-somebody-planted") as client:
        given = chosen(client, "gwen").headers["Set-Cookie"]
    assert "a-secret-that-somebody-planted" not in given
    assert not lets_in(demo.url, "a-secret-that-somebody-planted")


def test_signing_out_holds_in_another_process_at_once(place: Place) -> None:
    secret = place.session("gwen")
    another = create_app(place.house.parts(place.house.reading()))
    with _served(another) as url:
        assert lets_in(place.url, secret)
        assert lets_in(url, secret)
        with browser(place.url, secret) as client:
            assert client.post("/sign-out").headers["Location"] == "/signed-out"
        assert not lets_in(url, secret)
        assert not lets_in(place.url, secret)


def test_nothing_that_begins_after_signing_out_is_let_in(place: Place) -> None:
    """Eight readers knock without a pause; whatever begins once it is over finds the door shut."""
    for _ in range(5):
        secret, over, stop = place.session("gwen"), Event(), Event()

        def knocking(
            secret: str = secret, over: Event = over, stop: Event = stop
        ) -> list[tuple[bool, int]]:
            seen = []
            with browser(place.url, secret) as client:
                while not stop.is_set():
                    after = over.is_set()
                    seen.append((after, client.get("/v1/services").status_code))
                seen.append((True, client.get("/v1/services").status_code))
            return seen

        with ThreadPoolExecutor(8) as readers:
            knocks = [readers.submit(knocking) for _ in range(8)]
            with browser(place.url, secret) as client:
                client.post("/sign-out")
            over.set()
            stop.set()
            answers = [answer for knock in knocks for answer in knock.result()]
        assert {status for after, status in answers if after} == {401}
        assert {status for _, status in answers} <= {200, 401}


def test_signing_out_everywhere_ends_every_session_of_mine_and_no_other(place: Place) -> None:
    mine, also_mine, another = place.session("gwen"), place.session("gwen"), place.session("asha")
    with browser(place.url, mine) as client:
        page = client.get("/sessions")
        assert page.status_code == 200
        assert "This browser" in page.text
        assert client.post("/sessions/end").status_code == 303
    assert [lets_in(place.url, each) for each in (mine, also_mine, another)] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("by", "columns", "still"),
    [
        (IDLE - timedelta(minutes=1), ("seen_at",), True),
        (IDLE, ("seen_at",), False),
        (LIFETIME - timedelta(minutes=1), ("signed_in_at", "ends_at"), True),
        (LIFETIME, ("signed_in_at", "ends_at"), False),
    ],
)
def test_a_session_is_over_when_it_is_not_used_and_when_its_time_has_come(
    place: Place, by: timedelta, columns: tuple[str, ...], still: bool
) -> None:
    secret = place.session("gwen")
    aged(place, secret, by, *columns)
    assert lets_in(place.url, secret) is still


def test_using_a_session_keeps_it_and_an_open_page_does_not(place: Place) -> None:
    secret = place.session("gwen")
    aged(place, secret, IDLE / 2, "seen_at")
    sessions = place.house.sessions
    before = sessions.of(secret)
    assert before is not None
    assert sessions.of(secret) == before
    sessions.used(secret)
    after = sessions.of(secret)
    assert after is not None
    assert after.seen_at > before.seen_at


def test_of_two_who_go_on_for_another_organisation_one_does(place: Place) -> None:
    nurse = PractitionerId(GWEN.id)
    for _ in range(10):
        secret = place.session("gwen")
        going = partial(place.house.sessions.act_for, secret, nurse, PRACTICE.id)
        with ThreadPoolExecutor(4) as at_once:
            new = [answer.result() for answer in [at_once.submit(going) for _ in range(4)]]
        going_on = [each for each in new if each]
        assert len(going_on) == 1
        assert lets_in(place.url, going_on[0])
        assert not lets_in(place.url, secret)


def test_a_session_of_somebody_whom_the_organisation_does_not_know_opens_nothing(
    place: Place,
) -> None:
    secret = place.house.sessions.begin(PractitionerId(GWEN.id), TALKING.id)
    assert not lets_in(place.url, secret)


def test_who_has_not_said_for_whom_they_act_sees_nothing(place: Place) -> None:
    secret = place.house.sessions.begin(None, None, identity=Identity("https://id.example", "1"))
    assert not lets_in(place.url, secret)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/\t/elsewhere.example",
        "/\n/elsewhere.example",
        "\\\\elsewhere.example",
        "javascript:alert(1)",
        "caseload",
        "/caseload\r\nSet-Cookie: a=b",
        "",
    ],
)
def test_nobody_is_led_to_another_site(demo: Place, wanted: str) -> None:
    with browser(demo.url) as client:
        assert chosen(client, "gwen", wanted).headers["Location"] == "/"
        shown = client.get("/sign-in", params={"next": wanted})
        assert "elsewhere" not in shown.text
        assert 'name="next" value="/"' in shown.text


def test_who_was_signed_in_learns_that_it_is_over_and_comes_back_to_where_they_were(
    demo: Place,
) -> None:
    secret = demo.session("gwen")
    demo.house.sessions.end(secret)
    with browser(demo.url, secret) as client:
        answer = client.get("/caseload")
        assert answer.headers["Location"] == "/sign-in?next=/caseload&over=yes"
        assert "You are no longer signed in" in client.get(answer.headers["Location"]).text
    with browser(demo.url) as client:
        assert client.get("/caseload").headers["Location"] == "/sign-in?next=/caseload"
