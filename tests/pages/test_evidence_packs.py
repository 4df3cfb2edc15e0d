"""Evidence packs over HTTP and from a page: for two roles of the host, each making written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api import evidence_packs
from api.limits import PACKS
from deploy.community.place import PRACTICE
from projections import schema
from projections.signing import Signing
from projections.verifier import Trust, unpacked, verify_pack
from tests.pages.conftest import Opening
from tests.pages.place import NIA, Story
from tests.projections.test_signing import SIGNS

AT, PAGE, ZIP = "/v1/evidence-packs", "/evidence-packs", "application/zip"
NAMED = re.compile(r'attachment; filename="evidence-pack-[0-9a-f-]{36}\.zip"')


@pytest.fixture(scope="module", autouse=True)
def signed(story: Story, signer: Signing) -> None:
    """Nia's story is signed, as far as it is told."""
    story.person("asha")
    signer.once()


def opened(answer: httpx.Response, folder: Path) -> dict[str, bytes]:
    """The files of a pack."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, ZIP), answer.text
    (folder / "pack.zip").write_bytes(answer.content)
    return unpacked(folder / "pack.zip")


def rows(story: Story, query: str, *asked: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(story.place.house.database.dsn(schema.AUDIT)) as connection:
        return connection.execute(query, asked).fetchall()


def made(story: Story) -> int:
    ((many,),) = rows(story, "select count(*) from looks.packs")
    return int(many)


def looked(story: Story, answer: httpx.Response) -> list[tuple[Any, ...]]:
    request = UUID(answer.headers["X-Request-ID"])
    asked = "select kind, role, purpose, route, cardinality(persons) from looks.looks where"
    return rows(story, f"{asked} request = %s", request)


def of_hugh() -> str:
    return next(str(person.id) for person in PRACTICE.people if person.key == "hugh")


def test_the_hosts_officer_is_given_a_pack_that_verifies_and_its_name_says_nothing(
    story: Story, tmp_path: Path
) -> None:
    key = uuid4()
    answer = story.place.person("hugh").ask(AT, {"person": story.person("asha")}, key=key)
    files = opened(answer, tmp_path)
    assert "Of this person's history nothing is left out" in verify_pack(files, Trust((SIGNS.key,)))
    assert NIA in files["index.html"].decode() + files["entries.jsonl"].decode()
    assert "privacy officer" in files["README.txt"].decode()
    assert NAMED.fullmatch(answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'"{PACKS.name}";q=' in answer.headers["RateLimit-Policy"]
    assert looked(story, answer) == [("export", "privacy officer", "audit", AT, 1)]
    ((who, account, digest, subject),) = rows(
        story, "select practitioner, account, digest, subject from looks.packs where key = %s", key
    )
    assert (str(who), account, str(subject)) == (of_hugh(), None, story.person("asha"))
    assert digest == sha256(files["pack.json"]).digest()


def test_asked_again_by_the_same_key_it_is_made_again_and_that_is_written_down(
    story: Story,
) -> None:
    hugh, key, body = story.place.person("hugh"), uuid4(), {"person": story.person("asha")}
    assert [hugh.ask(AT, body, key=key).status_code for _ in range(2)] == [200, 200]
    assert rows(story, "select count(*) from looks.packs where key = %s", key) == [(2,)]
    other = hugh.ask(AT, {"since": "2026-01-01T00:00:00Z"}, key=key)
    assert other.json()["type"] == "/problems/key-stands-for-another-intention"
    assert story.place.person("imani").ask(AT, body, key=key).status_code == 200


@pytest.fixture
def out_of_order(story: Story) -> Iterator[None]:
    """Nothing can be written to the store of looks."""
    with psycopg.connect(story.place.database.dsn(schema.OWNER), autocommit=True) as owner:
        owner.execute("revoke insert on looks.looks from throughcare_serve")
        yield
        owner.execute("grant insert on looks.looks to throughcare_serve")


def test_nothing_is_given_when_it_cannot_be_written_down(story: Story, out_of_order: None) -> None:
    answer = story.place.person("hugh").ask(AT, {"person": story.person("asha")})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/look-is-not-recorded")
    assert b"PK" not in answer.content


@pytest.mark.parametrize("key", ["asha", "yusuf", "leonard", "ifeoma", "the practice's system"])
def test_nobody_else_is_given_one(story: Story, key: str) -> None:
    place, before = story.place, made(story)
    who = place.system(PRACTICE) if "system" in key else place.person(key)
    assert who.ask(AT, {"person": story.person("asha")}).status_code == 403
    if "system" not in key:
        assert story.visitor(key).get(PAGE).status_code == 403
        assert story.visitor(key).post(PAGE, data={"key": str(uuid4())}).status_code == 403
    assert made(story) == before


def test_a_time_is_whole_and_a_look_even_if_nobody_was_told_of_then(
    story: Story, tmp_path: Path
) -> None:
    imani = story.place.person("imani")
    before = rows(story, "select min(recorded_at) from log.facts where person is not null")[0][0]
    asked = {"since": "2020-01-01T00:00:00Z", "until": before.isoformat()}
    answer = imani.ask(AT, asked)
    said = verify_pack(opened(answer, tmp_path), Trust((SIGNS.key,)))
    assert "Of what happened from number 1 to number" in said
    ((kind, role, _, route, persons),) = looked(story, answer)
    assert (kind, role, route, persons) == ("export", "auditor", AT, 0)
    since = {"since": before.isoformat()}
    ((_, _, _, _, persons),) = looked(story, imani.ask(AT, since))
    assert persons > 0


def test_what_cannot_be_packed_is_said(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    hugh, person, now = story.place.person("hugh"), story.person("asha"), datetime.now(UTC)
    for wrong in (
        {},
        {"person": person, "since": "2026-01-01T00:00:00Z"},
        {"decision": person},
        {"since": "2026-01-01T00:00:00"},
        {"since": now.isoformat(), "until": "2026-01-01T00:00:00Z"},
    ):
        assert hugh.ask(AT, wrong).status_code == 422, wrong
    unknown = hugh.ask(AT, {"person": str(uuid4())})
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/person-is-unknown")
    never = hugh.ask(AT, {"since": "2019-01-01T00:00:00Z", "until": "2019-01-02T00:00:00Z"})
    assert (never.status_code, never.json()["type"]) == (404, "/problems/nothing-signed-fits")
    monkeypatch.setattr(evidence_packs, "MOST", 2)
    much = hugh.ask(AT, {"person": person})
    assert (much.status_code, much.json()["type"]) == (422, "/problems/pack-is-too-large")


def test_a_form_is_all_it_takes(story: Story, tmp_path: Path) -> None:
    hugh, person = story.visitor("hugh"), story.person("asha")
    asked = f'href="{PAGE}?person={person}"'
    assert asked in hugh.get("/audit/access", params={"person": person}).text
    assert asked in hugh.get(f"/people/{person}").text
    assert asked in hugh.get(f"/people/{person}/recipients").text
    assert f'href="{PAGE}"' in hugh.get("/privacy").text
    shown = hugh.get(PAGE, params={"person": person}).text
    assert f'value="{person}"' in shown
    found = re.search(r'name="key" value="([^"]+)"', shown)
    assert found
    form = {"key": found[1], "decision": "", "since": "", "until": ""}
    files = opened(hugh.post(PAGE, data=form | {"person": person}), tmp_path)
    assert verify_pack(files, Trust((SIGNS.key,)))
    since = hugh.post(PAGE, data=form | {"since": "2020-01-01T00:00"})
    assert since.headers["Content-Type"] == ZIP, "the page stays, and its key stands for no one"
    for wrong, said in (
        ({}, "Give a person or the beginning of a time"),
        ({"person": NIA}, "Enter the id as it stands in the address"),
        ({"person": str(uuid4())}, "No such person is known here"),
        ({"since": "2019-01-01T00:00", "until": "2019-01-02T00:00"}, "Nothing that is signed fits"),
    ):
        again = hugh.post(PAGE, data=form | wrong)
        assert again.status_code == 422
        assert said in again.text, wrong


@pytest.mark.browser
def test_an_auditor_saves_one_from_who_looked(story: Story, visiting: Opening) -> None:
    imani = visiting("imani")
    imani.open("/audit/access")
    imani.follow("Make an evidence pack")
    imani.press("Make the pack")
    assert imani.page.locator(".nhsuk-error-summary").is_visible()
    imani.is_accessible()
    imani.open(f"{PAGE}?person={story.person('asha')}")
    imani.is_accessible(1440, 320)
    with imani.page.expect_download() as saved:
        imani.page.get_by_role("button", name="Make the pack").click()
    assert re.fullmatch(r"evidence-pack-[0-9a-f-]{36}\.zip", saved.value.suggested_filename)
    assert [c for c in imani.complaints if "422" not in c] == []
