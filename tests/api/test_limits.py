"""How often anybody may ask: counted for every process at once, said in each answer, refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from api import limits
from api.limits import ADDRESS, FORMS, LOOK_UPS, PERSON, RATES, REFUSED, SIGN_IN, TOKENS, Rate
from deploy.embedded import Embedded
from tests.api.machine import registered
from tests.api.place import Place, running
from tests.database import made

PACE = 0.1
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def slow(
    server: Embedded, founded: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """A place where a tenth of the written rates is allowed."""
    with (
        made(server, template=founded) as database,
        running(database, tmp_path_factory.mktemp("slow"), pace=PACE) as there,
    ):
        yield there


@pytest.fixture(autouse=True)
def anew(slow: Place) -> None:
    """Each test begins at nought."""
    with slow.superuser() as connection:
        connection.execute("truncate limits.counts")


def until_refused(ask: Callable[[], httpx.Response], rate: Rate) -> tuple[int, httpx.Response]:
    """How many were let in, and the refusal. Twice the rate, should a window end meanwhile."""
    most = int(rate.most * PACE)
    for let_in in range(2 * most + 2):
        answer = ask()
        if answer.status_code == 429:
            return let_in, answer
    raise AssertionError(f"{2 * most + 2} were let in, of {most}")


def test_somebody_is_told_how_often_they_may_ask_and_refused_beyond(slow: Place) -> None:
    asha = slow.person("asha")
    first = asha.read("/v1/services")
    assert first.headers["RateLimit-Policy"] == '"person";q=60;w=60'
    left = re.fullmatch(r'"person";r=(\d+);t=(\d+)', first.headers["RateLimit"])
    assert left
    assert (left[1], 0 < int(left[2]) <= 60) == ("59", True)
    let_in, refused = until_refused(lambda: asha.read("/v1/services"), PERSON)
    assert let_in >= 59
    assert refused.json()["type"] == "/problems/asked-too-often"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert '"person";r=0' in refused.headers["RateLimit"]


def test_nobody_else_is_refused_for_it(slow: Place) -> None:
    asha, priya = slow.person("asha"), slow.person("priya")
    until_refused(lambda: asha.read("/v1/services"), PERSON)
    assert priya.read("/v1/services").status_code == 200


def test_it_holds_over_processes(slow: Place) -> None:
    asha, another = slow.person("asha"), slow.another()
    until_refused(lambda: asha.read("/v1/services"), PERSON)
    elsewhere = another.get("/v1/services", headers={"Authorization": f"Bearer {asha.token}"})
    assert elsewhere.status_code == 429


def test_looking_for_people_is_counted_apart_and_more_strictly(slow: Place) -> None:
    asha = slow.person("asha")
    let_in, refused = until_refused(
        lambda: asha.ask("/v1/caseload/search", {"name": "Rosa"}), LOOK_UPS
    )
    assert let_in < PERSON.most * PACE
    assert '"look-ups";q=6;w=60' in refused.headers["RateLimit-Policy"]
    assert asha.read("/v1/services").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "rate"),
    [
        ("GET", "/accessibility", ADDRESS),
        ("POST", "/sign-in", SIGN_IN),
        ("POST", "/oauth/token", TOKENS),
        ("POST", f"/refer-yourself/{UUID(int=7)}", FORMS),
        ("POST", f"/feedback/{UUID(int=7)}", FORMS),
    ],
)
def test_who_has_not_signed_in_is_counted_by_address(
    slow: Place, method: str, path: str, rate: Rate
) -> None:
    let_in, refused = until_refused(lambda: slow.anybody().request(method, path), rate)
    assert let_in >= rate.most * PACE
    assert refused.headers["RateLimit-Policy"] == (
        f'"{rate.name}";q={int(rate.most * PACE)};w={rate.seconds}'
    )
    assert 0 < int(refused.headers["Retry-After"]) <= rate.seconds
    assert slow.person("asha").read("/v1/services").status_code == 200


def test_tokens_that_are_not_valid_are_counted_and_valid_ones_still_come_in(slow: Place) -> None:
    anybody = slow.anybody()
    wrong = {"Authorization": "Bearer tck_of-nobody"}
    until_refused(lambda: anybody.get("/v1/services", headers=wrong), REFUSED)
    assert slow.person("asha").read("/v1/services").status_code == 200


def test_a_system_is_counted_by_its_credential(slow: Place) -> None:
    machine = registered(slow, slow.person("yusuf"), "services.read")
    answer = machine.client().read("/v1/services")
    assert answer.headers["RateLimit-Policy"] == '"system";q=300;w=60'


def test_in_a_browser_the_refusal_is_a_page(slow: Place) -> None:
    asked = {"Accept": "text/html"}
    anybody = slow.anybody()
    _, refused = until_refused(lambda: anybody.get("/accessibility", headers=asked), ADDRESS)
    assert refused.headers["content-type"].startswith("text/html")
    assert "Too many requests" in refused.text
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_another_address_in_a_header_changes_nothing(slow: Place, header: str) -> None:
    value = "for=192.0.2.9" if header == "Forwarded" else "192.0.2.9"
    anybody = slow.anybody()
    until_refused(lambda: anybody.get("/accessibility"), ADDRESS)
    assert anybody.get("/accessibility", headers={header: value}).status_code == 429


def test_the_word_of_a_named_proxy_counts(slow: Place) -> None:
    behind = slow.another("127.0.0.1")
    until_refused(
        lambda: behind.get("/accessibility", headers={"X-Forwarded-For": "192.0.2.9"}), ADDRESS
    )
    other = behind.get("/accessibility", headers={"X-Forwarded-For": "192.0.2.10"})
    assert other.status_code == 200


def test_no_address_is_kept(slow: Place) -> None:
    slow.anybody().get("/accessibility")
    with slow.superuser() as connection:
        kept = connection.execute("select who, rate from limits.counts").fetchall()
    assert [(len(who), rate) for who, rate in kept] == [(32, "address")]
    assert b"127.0.0.1" not in kept[0][0]


def test_of_ipv6_a_customers_whole_network_is_one() -> None:
    def at(address: str) -> str:
        return limits.address({"client": (address, 1)})

    assert at("2001:db8::1") == at("2001:db8::ffff") != at("2001:db8:0:1::1")
    assert at("192.0.2.1") != at("192.0.2.2")
    assert limits.address({"client": None}) == "unknown"


def test_every_route_that_looks_for_people_is_there(slow: Place) -> None:
    routes = {
        f"{method} {context.path}"
        for context in iter_route_contexts(slow.app.routes)
        for method in context.methods or ()
    }
    assert routes >= limits.LOOKING_UP


def test_the_rates_are_as_their_page_says() -> None:
    told = re.findall(r"^\| `([a-z-]+)` \| (.+) \| ([\d,]+) in (\d+) s \|$", page(), re.MULTILINE)
    assert [
        (name, who, int(most.replace(",", "")), int(seconds)) for name, who, most, seconds in told
    ] == [(rate.name, who, rate.most, rate.seconds) for rate, who in RATES.items()]


def page() -> str:
    return (DOCS / "http.md").read_text(encoding="utf-8")
