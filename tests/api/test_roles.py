"""Roles and purposes at the interface: which address is open to whom, and what is seen there."""

from __future__ import annotations

from uuid import uuid4

import httpx
import psycopg
import pytest

from deploy.community.place import LOW
from projections import schema
from tests.api.place import Client, Place
from tests.api.who_may_open import TABLE, table

ROSA = {
    "name": "Rosa Lindqvist",
    "phone": "020 7946 0001",
    "date_of_birth": "1988-05-04",
    "ethnicity": "A",
}


@pytest.fixture(scope="module")
def beryl(place: Place) -> Client:
    """At the practice's front desk."""
    return place.person("beryl")


@pytest.fixture(scope="module")
def rosa(asha: Client) -> str:
    """Somebody the practice referred to talking therapies, with a reason and a need."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": ROSA,
            "source": "professional",
            "ask": "A zq-ask",
            "reason": "A zq-reason",
        },
    )
    person = str(made["person"])
    asha.done(f"/v1/people/{person}/communication-needs", {"need": "large print"})
    return person


def test_every_address_is_open_to_the_roles_that_the_table_names(place: Place) -> None:
    agreed = TABLE.read_text(encoding="utf-8").splitlines()
    assert table(place).splitlines() == agreed


def test_reception_sees_who_when_and_nothing_of_care(
    place: Place, beryl: Client, asha: Client, rosa: str
) -> None:
    row = beryl.seen(f"/v1/people/{rosa}")
    assert row["name"] == ROSA["name"]
    assert row["date_of_birth"] == ROSA["date_of_birth"]
    assert "large print" in row["access"]
    assert not row.keys() & {
        "status",
        "waiting_since",
        "referrals",
        "clocks",
        "outcomes",
        "ethnicity",
    }
    out = [
        beryl.read(f"/v1/people/{rosa}").text,
        beryl.read(f"/v1/people/{rosa}/history").text,
        beryl.read("/v1/caseload").text,
        beryl.read("/v1/share", limit=1000).text,
        beryl.http.get("/caseload").text,
        beryl.http.get(f"/people/{rosa}").text,
    ]
    assert all(ROSA["name"] in text for text in out)
    assert not [text for text in out if "zq-" in text or "Referral" in text or str(LOW.id) in text]
    whole = asha.read(f"/v1/people/{rosa}/history").text
    assert "zq-reason" in whole


def test_reception_cannot_sort_or_filter_by_what_it_does_not_see(beryl: Client, rosa: str) -> None:
    beryl.seen("/v1/caseload")
    asked = [
        {},
        {"sort": "urgency"},
        {"sort": "complexity"},
        {"status": "sent"},
        {"status": "past"},
        {"complexity": "red"},
    ]
    answers = [beryl.read("/v1/caseload", **each).json() for each in asked]
    assert rosa in [row["person"] for row in answers[0]["rows"]]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["counts"] == {}
    found = beryl.found("lindq", status=["past"])["rows"]
    assert [row["person"] for row in found] == [rosa]


def test_reception_reads_an_earlier_moment_as_narrowly(beryl: Client, rosa: str) -> None:
    head = beryl.http.get("/health").json()["log_position"]
    now, then = (
        beryl.seen(f"/v1/people/{rosa}"),
        beryl.read(f"/v1/people/{rosa}", **{"as-at": head}),
    )
    assert then.json() == now
    listed = beryl.read("/v1/caseload", **{"as-at": head}).json()
    assert listed == beryl.read("/v1/caseload").json()


def test_reception_registers_people_and_puts_their_details_right(beryl: Client) -> None:
    made = beryl.done("/v1/people", {"name": "Tomasz Wojcik", "phone": "020 7946 0002"})
    person = made["id"]
    read = beryl.read(f"/v1/people/{person}")
    changed = {"phone": "020 7946 0003", "base": read.json()["number"]}
    done = beryl.ask(
        f"/v1/people/{person}/corrections", changed, headers={"If-Match": read.headers["ETag"]}
    )
    assert done.status_code == 201, done.text
    assert beryl.seen(f"/v1/people/{person}")["phone"] == "020 7946 0003"
    refused = beryl.ask(f"/v1/people/{person}/objections", {"to": str(uuid4())})
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-for-this-role")


def test_a_page_of_names_goes_on_where_it_ended(beryl: Client, rosa: str) -> None:
    beryl.done("/v1/people", {"name": "Zofia Zielinska"})
    everybody = beryl.seen("/v1/caseload")["rows"]
    names, after = [], None
    while True:
        page = beryl.read("/v1/caseload", limit=1, **({"after": after} if after else {})).json()
        names += [row["name"] for row in page["rows"]]
        after = page["next"]
        if after is None:
            break
    assert names == [row["name"] for row in everybody] == sorted(names)


def test_a_purpose_is_named_and_one_that_is_not_agreed_is_refused(
    place: Place, asha: Client, beryl: Client, rosa: str
) -> None:
    def read(client: Client, purpose: str, path: str = f"/v1/people/{rosa}") -> httpx.Response:
        return client.http.get(path, headers={"Purpose": purpose})

    assert read(asha, "direct care").json()["referrals"]
    safeguarding = read(asha, "safeguarding").json()
    assert safeguarding["referrals"]
    assert "ethnicity" not in safeguarding
    narrow = read(asha, "administration")
    assert "zq-ask" not in narrow.text
    assert narrow.json()["responsible"]
    for client, purpose in (
        (asha, "audit"),
        (asha, "probation and courts"),
        (beryl, "nonsense zq"),
    ):
        refused = read(client, purpose)
        assert refused.status_code == 403
        assert refused.json()["type"] == "/problems/purpose-is-not-agreed"
        assert "direct care" in refused.json()["needs"]
        assert "zq" not in refused.text
    closed = read(asha, "administration", "/v1/referrals")
    assert closed.json()["type"] == "/problems/not-for-this-purpose"
    assert read(place.person("hugh"), "audit").json().keys() <= safeguarding.keys()


def test_a_change_is_recorded_with_its_purpose(place: Place, asha: Client) -> None:
    def registered(client: Client, **headers: str) -> str:
        answer = client.ask("/v1/people", {"name": "Ines Prado"}, headers=headers)
        assert answer.status_code == 201, answer.text
        position = answer.json()["position"]
        with psycopg.connect(place.house.database.dsn(schema.PROJECT)) as connection:
            asked = "select purpose from log.facts where position = %s"
            ((purpose,),) = connection.execute(asked, (position,)).fetchall()
        return str(purpose)

    assert registered(asha) == "direct care"
    assert registered(asha, Purpose="administration") == "administration"
    assert registered(place.person("olive")) == "support in the community"
