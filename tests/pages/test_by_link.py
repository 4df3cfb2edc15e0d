"""A charity without an account: one referral by a link on a phone, and what no link does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
import structlog
from playwright.sync_api import expect

from api.parts import COOKIE
from consumers.mail import Folder, Mails
from consumers.watchdog import Watchdog
from deploy.community.place import HOUSING
from projections import links, schema
from projections.keys import PersonKeys
from tests.api.place import Client
from tests.api.test_agreements import as_it_is
from tests.consumers.test_relay import must_not_end
from tests.pages.conftest import Opening
from tests.pages.place import Story, service_named
from tests.waiting import until

pytestmark = pytest.mark.browser

NAME, ASK, SECRET = "Mina Sorrel", "Help with her tenancy", "Marigold is what only her GP knows"
TYPED = "Ros Hale"
LINK_COOKIE = f"{COOKIE}-link"


@pytest.fixture(scope="module")
def host(story: Story) -> Iterator[Client]:
    """Who looks after agreements, with one for Housing that is for links."""
    yusuf = story.place.person("yusuf")
    before = agreement(yusuf)
    sign(yusuf, before, [*before["ways"], "mail"])
    yield yusuf
    sign(yusuf, before, before["ways"])


def agreement(yusuf: Client) -> dict[str, Any]:
    found: dict[str, Any] = yusuf.seen(f"/v1/partners/{HOUSING.id}/agreements")["rows"][0]
    return found


def sign(yusuf: Client, before: dict[str, Any], ways: object) -> None:
    path = f"/v1/partners/{HOUSING.id}/agreements"
    answer = yusuf.ask(path, as_it_is(before, ways=ways))
    assert answer.is_success, answer.text
    yusuf.seen(path)


def referred(story: Story) -> UUID:
    asha = story.place.person("asha")
    made = asha.done(
        "/v1/referrals",
        {
            "service": service_named(asha, "Housing and debt advice"),
            "person": {"name": NAME, "phone": "07700 900456"},
            "source": "professional",
            "ask": ASK,
            "reason": SECRET,
        },
    )
    return UUID(made["id"])


def given_out(story: Story, referral: UUID, lasts: timedelta = links.LIFETIME) -> str:
    with psycopg.connect(story.place.database.dsn(schema.RELAY), autocommit=True) as connection:
        links.agree(connection, HOUSING.id, "referrals@doorstep.example")
        return links.issue(connection, HOUSING.id, referral, lasts)


def mailed(story: Story, folder: Path, referral: UUID) -> str:
    """What opens a referral, out of the letter that was written of it by itself."""
    database = story.place.database
    keys = PersonKeys(database.pool(schema.KEYS), database.server.master)
    writing = Mails(
        database.dsn(schema.RELAY),
        keys,
        Folder(folder),
        Watchdog(must_not_end),
        lambda: datetime.now(UTC),
        place=story.place.url,
        sender="care@capehill.example",
    )
    with psycopg.connect(database.dsn(schema.RELAY), autocommit=True) as connection:
        until(lambda: writing.once(connection))
    (file,) = folder.glob("*.eml")
    letter = file.read_text("utf-8")
    file.unlink()
    for personal in (*NAME.split(), ASK, "07700", str(referral)):
        assert personal not in letter
    (token,) = re.findall(rf"{re.escape(story.place.url)}/link/(\S+)", letter)
    return str(token)


def became(story: Story, referral: UUID) -> list[links.Issued]:
    with psycopg.connect(story.place.database.dsn(schema.RELAY), autocommit=True) as connection:
        return [x for x in links.of_partner(connection, HOUSING.id) if x.referral == referral]


def phone(story: Story, token: str = "", name: str = TYPED) -> httpx.Client:
    """A browser reduced to its requests, which has pressed the button of a link."""
    http = story.place.anybody()
    http.headers.update({"Sec-Fetch-Site": "same-origin", "Accept": "text/html"})
    if token:
        assert http.post(f"/link/{token}", data={"name": name}).status_code == 303
    return http


def test_a_referral_is_answered_on_a_phone_by_its_letter_alone(
    story: Story, visiting: Opening, host: Client, tmp_path: Path
) -> None:
    with psycopg.connect(story.place.database.dsn(schema.RELAY), autocommit=True) as connection:
        links.agree(connection, HOUSING.id, "referrals@doorstep.example")
    referral = referred(story)
    token = mailed(story, tmp_path, referral)
    there = visiting(None)
    there.page.set_viewport_size({"width": 375, "height": 740})
    there.open(f"/link/{token}")
    expect(there.page.get_by_text("This link is for Doorstep Housing Advice.")).to_be_visible()
    assert NAME not in there.page.content()
    there.is_accessible(375)
    there.press("Open the referral")
    expect(there.page.locator("#name-error")).to_be_visible()
    there.is_accessible(375)
    there.page.fill("#name", TYPED)
    there.press("Open the referral")
    there.page.wait_for_url("**/linked")
    said = there.page.get_by_role("definition")
    for shown in (ASK, "07700 900456"):
        expect(said.filter(has_text=shown)).to_be_visible()
    expect(there.page.get_by_role("heading", name=NAME)).to_be_visible()
    assert "Marigold" not in there.page.content()
    there.is_accessible(320, 375)

    there.follow("Ask for information")
    there.page.fill("#question", "Is she at home in the mornings?")
    there.is_accessible(375)
    there.leave_by(there.page.get_by_role("button").last)
    expect(there.page.get_by_text("You asked the sender for more information.")).to_be_visible()
    asha = story.place.person("asha")
    asha.done(f"/v1/referrals/{referral}/information", {"answer": "Only on Mondays."})
    another = mailed(story, tmp_path, referral)
    assert there.page.goto(f"{there.url}/linked").status == 401  # type: ignore[union-attr]
    there.open(f"/link/{another}")
    there.page.fill("#name", TYPED)
    there.press("Open the referral")
    expect(said.filter(has_text="Only on Mondays.")).to_be_visible()
    there.press("Accept the referral")
    expect(there.page.get_by_text("You accepted the referral.")).to_be_visible()
    assert asha.seen(f"/v1/referrals/{referral}")["state"] == "accepted"
    there.follow("End this help")
    there.page.check("input[value='completed by agreement']")
    there.leave_by(there.page.get_by_role("button").last)
    there.page.wait_for_url("**/link-ended?*")
    expect(there.page.get_by_text("You ended this help. The sender can see it.")).to_be_visible()
    there.is_accessible(375)
    assert asha.seen(f"/v1/referrals/{referral}")["state"] == "closed"
    assert there.page.goto(f"{there.url}/linked").status == 401  # type: ignore[union-attr]
    for over in (token, another):
        assert phone(story).get(f"/link/{over}").status_code == 404
    second, first = became(story, referral)
    assert [(what, name) for what, name, _ in (*first.happened, *second.happened)] == [
        (each, TYPED)
        for each in ("opened", "information-request", "opened", "acceptance", "closure")
    ]


def test_a_referral_is_answered_without_scripts(
    story: Story, visiting: Opening, host: Client
) -> None:
    there = visiting(None, scripts=False)
    there.page.set_viewport_size({"width": 375, "height": 740})
    referral = referred(story)
    there.open(f"/link/{given_out(story, referral)}")
    there.page.fill("#name", TYPED)
    there.press("Open the referral")
    there.follow("Decline the referral")
    there.page.check("input[value='full']")
    there.leave_by(there.page.get_by_role("button").last)
    assert "There is nothing left to do." in there.page.inner_text("main")
    assert story.place.person("asha").seen(f"/v1/referrals/{referral}")["state"] == "declined"


def test_to_look_by_a_link_is_written_down_and_to_fetch_it_changes_nothing(
    story: Story, host: Client
) -> None:
    referral = referred(story)
    token = given_out(story, referral)
    scanner = phone(story)
    with structlog.testing.capture_logs() as logged:
        for method in ("GET", "HEAD", "GET"):
            answer = scanner.request(method, f"/link/{token}")
            assert not scanner.cookies
        assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")
        assert answer.headers["Cache-Control"] == "no-store"
        assert became(story, referral)[0].happened == ()
        opened = phone(story, token)
        shown = opened.get("/linked")
    assert shown.status_code == 200
    assert token not in str(logged)
    assert opened.cookies[LINK_COOKIE] not in str(logged)
    assert any(line.get("route") == "/link/{token}" for line in logged)
    cookie = phone(story).post(f"/link/{token}", data={"name": TYPED}).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    with story.place.superuser() as connection:
        (row,) = connection.execute(
            "select organisation, practitioner, route from looks.looks where request = %s",
            [shown.headers["X-Request-ID"]],
        ).fetchall()
        assert row == (HOUSING.id, None, "/linked")
        for table in ("links", "visits"):
            kept = connection.execute(f"select {table}::text from links.{table}").fetchall()
            assert token not in str(kept)
            assert opened.cookies[LINK_COOKIE] not in str(kept)


def test_a_link_opens_its_own_referral_and_nothing_when_it_is_over(
    story: Story, host: Client
) -> None:
    referral, other = referred(story), referred(story)
    first = given_out(story, referral)
    inside = phone(story, first)
    assert inside.get("/linked").status_code == 200
    assert inside.get(f"/linked/{other}").status_code == 404
    assert inside.get("/linked/redirection").status_code == 404
    assert inside.get(f"/referrals/{other}").headers["Location"].startswith("/sign-in")
    assert inside.get(f"/v1/referrals/{referral}").status_code == 401

    nobody = phone(story)
    unknown = nobody.get("/link/nothing")
    second = given_out(story, referral)
    assert inside.get("/linked").status_code == 401, "another took its place"
    short = given_out(story, other, timedelta(seconds=0))
    for over in (first, short):
        answer = nobody.get(f"/link/{over}")
        assert answer.status_code == unknown.status_code == 404
        assert answer.text.replace(over, "nothing") == unknown.text
        assert nobody.post(f"/link/{over}", data={"name": TYPED}).status_code == 404
    asked = nobody.post(f"/link/{first}/another", data={"address": "me@else.example"})
    assert asked.text == nobody.post("/link/nothing/another").text.replace("nothing", first)
    assert [each.wanted_at is not None for each in became(story, referral)] == [False, True]

    inside = phone(story, second)
    assert inside.get("/linked").status_code == 200
    crossing = inside.post(
        "/linked/acceptance", data={"key": str(uuid4())}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert crossing.status_code == 403
    before = agreement(host)
    sign(host, before, ["feed"])
    assert inside.get("/linked").status_code == 401, "the agreement is for links no more"
    assert nobody.get(f"/link/{second}").text.replace(second, "nothing") == unknown.text
    sign(host, before, before["ways"])
    assert inside.get("/linked").status_code == 200
    withdrawn = story.place.person("asha").ask(f"/v1/referrals/{referral}/withdrawal")
    assert withdrawn.is_success
    host.seen("/v1/partners")
    assert inside.get("/linked").status_code == 401, "it was withdrawn"


def test_two_who_accept_at_once_record_one_acceptance(story: Story, host: Client) -> None:
    referral = referred(story)
    token = given_out(story, referral)
    phones = [phone(story, token, name) for name in ("Ros Hale", "Ian Mott")]

    def accept(there: httpx.Client) -> httpx.Response:
        seen = re.search(r'name="seen" value="([^"]+)"', there.get("/linked").text)
        assert seen
        ready.wait()
        form = {"key": str(uuid4()), "seen": seen[1]}
        return there.post("/linked/acceptance", data=form)

    ready = Barrier(2, timeout=20)
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(accept, phones))
    # The other is refused, or was overtaken and is shown what changed.
    assert {answer.status_code for answer in answers} <= {303, 409, 412}
    assert 303 in {answer.status_code for answer in answers}
    with story.place.superuser() as connection:
        (count,) = connection.execute(
            "select count(*) from log.facts where stream = %s "
            "and topic = 'referral:ReferralAccepted'",
            [referral],
        ).fetchone() or (0,)
    assert count == 1
    assert datetime.now(UTC) < became(story, referral)[0].ends_at


def test_whoever_reads_an_agreement_for_letters_sees_what_that_is(
    story: Story, host: Client
) -> None:
    for key, path in (("yusuf", f"/partners/{HOUSING.id}/agreements"), ("tom", "/streams")):
        page = story.visitor(key).get(path)
        assert page.status_code == 200
        assert "A letter with a link" in page.text
