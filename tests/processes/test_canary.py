"""The canary: every marked word reaches whom the agreements name, and nobody else by any way."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api.parts import COOKIE
from domain.vocabulary import PartnerId, PartnerKind, Role
from projections import schema
from projections.pseudonyms import Pseudonyms
from tests.people import DRUGS, KINDS, WIGG, named
from tests.processes.house import House
from tests.processes.marked import (
    ALLOWED,
    CANARY,
    MARKS,
    TREATMENT,
    mark,
    marked_person,
    worker,
)
from tests.processes.marks import marks

pytestmark = pytest.mark.process

CARING = [kind for kind in KINDS.values() if kind is not PartnerKind.COMMISSIONER]
PARTNER = {kind: partner for partner, kind in KINDS.items()}


@dataclass
class Aviary:
    """A running house with the marked person in it, and a way in for every partner."""

    house: House
    pseudonyms: Pseudonyms
    tokens: dict[PartnerId, str]
    sessions: dict[PartnerId, str]
    head: int
    asked: list[httpx.Response] = field(default_factory=list)
    out: dict[PartnerId, dict[str, str]] = field(default_factory=dict)

    def subject(self, partner: PartnerId) -> UUID:
        return self.pseudonyms.of(partner, CANARY)

    def get(self, partner: PartnerId, path: str, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[partner]}"}
        answer = httpx.get(self.house.url + path, params=params, headers=headers, timeout=30)
        self.asked.append(answer)
        return answer

    def page(self, partner: PartnerId, path: str, **params: Any) -> httpx.Response:
        cookie = {COOKIE: self.sessions[partner]}
        answer = httpx.get(self.house.url + path, params=params, cookies=cookie, timeout=30)
        self.asked.append(answer)
        return answer

    def live(self, partner: PartnerId) -> str:
        """The live stream from its first entry to its newest."""
        feed = self.get(partner, "/v1/share", limit=1000).json()
        if not feed:
            return ""
        newest = f"id: {feed[-1]['sharenumber']}\n"
        said = ""
        headers = {"Authorization": f"Bearer {self.tokens[partner]}"}
        url = f"{self.house.url}/v1/share/live"
        with httpx.stream("GET", url, params={"after": 0}, headers=headers, timeout=30) as answer:
            for text in answer.iter_text():
                said += text
                if newest in said and said.endswith("\n\n"):
                    return said
        raise AssertionError("the stream ended before its newest entry")


@pytest.fixture(scope="module")
def aviary() -> Iterator[Aviary]:
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    house = House(folder, holder=WIGG)
    try:
        house.start()
        with house.parts() as parts:
            marked_person(parts)
            head = parts.log.max_notification_id()
            assert head is not None
            tokens = {p: parts.tokens.issue(worker(p), p, Role.CLINICIAN) for p in KINDS}
            sessions = {p: parts.sessions.begin(worker(p), p) for p in KINDS}
            found = Aviary(house, parts.pseudonyms, tokens, sessions, head)
            shown = found.get(WIGG, "/v1/caseload", **{"min-position": head})
            while shown.status_code in (401, 503):  # nobody is known before the directory is
                shown = found.get(WIGG, "/v1/caseload", **{"min-position": head})
            assert shown.status_code == 200, shown.text
            yield found
    finally:
        house.stop()
        house.kill_database()  # if it has outlived those who used it
        shutil.rmtree(folder, ignore_errors=True)


def everything_out(aviary: Aviary, partner: PartnerId) -> dict[str, str]:
    """Everything a partner can get out about the person, by the way it came; fetched once."""
    if partner not in aviary.out:
        aviary.out[partner] = _fetched(aviary, partner)
    return aviary.out[partner]


def _fetched(aviary: Aviary, partner: PartnerId) -> dict[str, str]:
    subject = aviary.subject(partner)
    out: dict[str, str] = {}

    def take(path: str, **params: Any) -> Any:
        answer = aviary.get(partner, path, **params)
        assert answer.status_code == 200, f"{path}: {answer.text}"
        out[f"{path} {params}"] = answer.text + str(answer.headers)
        return answer.json()

    for sort in ("urgency", "name"):
        take("/v1/caseload", sort=sort, limit=1)
    take("/v1/caseload", **{"as-at": aviary.head})
    take("/v1/caseload", status="past")
    take(f"/v1/people/{subject}")
    take(f"/v1/people/{subject}", **{"as-at": aviary.head})
    take(f"/v1/people/{subject}", **{"as-of": "2100-01-01"})
    take(f"/v1/people/{subject}/history")
    referrals = []
    for part in ("received", "sent"):
        referrals += take("/v1/referrals", part=part)["rows"]
        take("/v1/referrals", part=part, **{"as-at": aviary.head})
    for row in referrals:
        take(f"/v1/referrals/{row['id']}")
    for row in take("/v1/meetings")["rows"]:
        take(f"/v1/meetings/{row['id']}")
    for path in ("/v1/actions", "/v1/decisions", "/v1/concerns", f"/v1/people/{subject}/concerns"):
        take(path)
    take("/v1/share", limit=1000)
    out["/v1/share/live"] = aviary.live(partner)

    pages = [
        "/",
        "/caseload",
        "/caseload?status=past",
        "/caseload?sort=name",
        f"/people/{subject}",
        f"/people/{subject}/history",
        f"/people/{subject}/history?as-at={aviary.head}",
        "/referrals",
        "/referrals?part=sent",
        "/mdt",
        "/mdt/decisions",
        "/actions",
        "/stream",
        *(f"/referrals/{row['id']}" for row in referrals),
    ]
    meeting = named("canary's MDT")
    for path in (*pages, f"/mdt/{meeting}"):
        answer = aviary.page(partner, path)
        assert answer.status_code in (200, 404), f"{path}: {answer.status_code}"
        if path in pages:
            assert answer.status_code == 200, path
        out[f"page {path}"] = answer.text + str(answer.headers)
    return out


@pytest.mark.parametrize("kind", CARING, ids=lambda kind: kind.value)
def test_every_marked_word_reaches_whom_the_agreements_name_and_nobody_else(
    aviary: Aviary, kind: PartnerKind
) -> None:
    partner, allowed = PARTNER[kind], ALLOWED[kind]
    out = everything_out(aviary, partner)
    leaked = {way: marks(text) - allowed for way, text in out.items() if marks(text) - allowed}
    assert leaked == {}
    assert marks(" ".join(out.values())) == allowed
    assert marks(out["/v1/share {'limit': 1000}"]) == allowed


@pytest.mark.parametrize("kind", CARING, ids=lambda kind: kind.value)
def test_no_partner_learns_an_id_that_is_not_its_own(aviary: Aviary, kind: PartnerKind) -> None:
    partner = PARTNER[kind]
    out = " ".join(everything_out(aviary, partner).values())
    assert str(aviary.subject(partner)) in out
    assert str(CANARY) not in out
    others = {str(aviary.subject(p)) for p in KINDS if p != partner}
    assert not [other for other in others if other in out]


@pytest.mark.parametrize("kind", CARING, ids=lambda kind: kind.value)
def test_a_score_reaches_only_who_may_know_of_treatment(aviary: Aviary, kind: PartnerKind) -> None:
    partner = PARTNER[kind]
    told = aviary.get(partner, "/v1/share", limit=1000).json()
    scores = [entry for entry in told if "MeasureCompleted" in entry["type"]]
    row = aviary.get(partner, f"/v1/people/{aviary.subject(partner)}").json()
    if mark("reason", kind.value) in ALLOWED[kind]:
        assert scores
        assert row["measures"]["WSAS"]
    else:
        assert scores == []
        assert not row["measures"]


def test_a_drug_service_is_not_named_to_who_may_not_know_of_it(aviary: Aviary) -> None:
    """Not by its own id, nor by its referral's, in anything that is about the person."""
    referral = str(named(f"canary {KINDS[DRUGS].value}"))
    for kind in CARING:
        partner = PARTNER[kind]
        told = aviary.get(partner, "/v1/share", limit=1000).text
        told += aviary.get(partner, f"/v1/people/{aviary.subject(partner)}").text
        told += aviary.get(partner, "/v1/meetings").text
        if mark("ask", KINDS[DRUGS].value) in ALLOWED[kind]:
            assert referral in told
        else:
            assert referral not in told, kind
            assert str(DRUGS) not in told, kind


def test_a_commissioner_gets_nobody_out(aviary: Aviary) -> None:
    commissioner = PARTNER[PartnerKind.COMMISSIONER]
    subject = aviary.subject(commissioner)
    for path in (
        "/v1/caseload",
        f"/v1/people/{subject}",
        f"/v1/people/{subject}/history",
        "/v1/referrals",
        "/v1/meetings",
        "/v1/share",
        "/v1/share/live",
        "/v1/custody",
        "/v1/partners",
    ):
        assert marks(aviary.get(commissioner, path).text) == set(), path
    for path in ("/", "/caseload", f"/people/{subject}", "/referrals", "/stream"):
        assert marks(aviary.page(commissioner, path).text) == set(), path


def test_what_is_refused_is_not_repeated(aviary: Aviary) -> None:
    """An error says where and why, and never what was sent or whom it would have concerned."""
    housing = PARTNER[PartnerKind.HOUSING_ADVICE]
    headers = {
        "Authorization": f"Bearer {aviary.tokens[housing]}",
        "Idempotency-Key": str(uuid4()),
    }
    url, hers = aviary.house.url, aviary.subject(WIGG)
    own = named(f"canary {KINDS[housing].value}")
    secret = mark("reason", "housing advice")
    refusals = [
        aviary.get(housing, f"/v1/people/{hers}"),
        aviary.get(housing, f"/v1/people/{hers}/history"),
        aviary.get(housing, f"/v1/people/{secret}"),
        aviary.get(housing, f"/{secret}"),
        aviary.get(housing, f"/v1/referrals/{named('canary talking therapies')}"),
        aviary.get(housing, "/v1/caseload", sort=secret),
        aviary.get(housing, "/v1/caseload", after=secret),
        aviary.get(housing, "/v1/caseload", **{"as-at": secret}),
        aviary.page(housing, f"/people/{hers}"),
        aviary.page(housing, f"/referrals/{named('canary talking therapies')}"),
        httpx.get(f"{url}/v1/people/{hers}"),
        httpx.post(f"{url}/v1/referrals", headers=headers, content=f'{{"ask": "{secret}"'),
        httpx.post(f"{url}/v1/referrals", headers=headers, json={"ask": secret, secret[:9]: 1}),
        httpx.post(f"{url}/v1/people", headers=headers, json={"name": "A", "nhs_number": secret}),
        httpx.post(
            f"{url}/v1/referrals/{own}/decline",
            headers=headers,
            json={"reason": "full", "note": secret},
        ),
        httpx.post(f"{url}/fhir/$process-message", headers=headers, content=secret),
    ]
    for answer in refusals:
        assert answer.status_code >= 400, answer.request.url.path
        assert marks(answer.text + str(answer.headers)) == set(), answer.request.url.path


def looked_by_operators(aviary: Aviary, partner: PartnerId) -> set[str]:
    """Which commands the audit has of whoever sat at the machine."""
    with (
        aviary.house.parts() as parts,
        psycopg.connect(parts.database.dsn(schema.AUDIT)) as connection,
    ):
        rows = connection.execute(
            "select route from looks.looks where organisation = %s and role = 'operator' "
            "and account is not null and persons <> '{}'",
            [partner],
        )
        return {route for (route,) in rows}


@pytest.mark.parametrize(
    "kind", [PartnerKind.SOCIAL_WORK, PartnerKind.HOUSING_ADVICE], ids=lambda kind: kind.value
)
def test_commands_show_a_partners_view_as_the_partner_has_it(
    aviary: Aviary, kind: PartnerKind
) -> None:
    partner, allowed = PARTNER[kind], ALLOWED[kind]
    tail = aviary.house.command("share", "tail", "--partner", str(partner), "--from", "1")
    assert (tail.returncode, marks(tail.stdout)) == (0, allowed)
    subject = str(aviary.subject(partner))
    replay = aviary.house.command("replay", "--person", subject, "--for", str(partner), "--json")
    assert (replay.returncode, marks(replay.stdout)) == (0, allowed)
    assert {"replay", "share tail"} <= looked_by_operators(aviary, partner)
    assert marks(tail.stderr + replay.stderr) == set()


def test_logs_and_metrics_and_addresses_hold_nothing_of_anybody(aviary: Aviary) -> None:
    """Run last: all that was asked above has left its traces by now."""
    for kind in (PartnerKind.PRACTICE, PartnerKind.TALKING_THERAPIES):
        everything_out(aviary, PARTNER[kind])
    metrics = httpx.get(f"{aviary.house.url}/metrics").text
    assert "throughcare_http_requests" in metrics
    health = httpx.get(f"{aviary.house.url}/health").text
    written = aviary.house.written.read_text()
    assert '"route": "/v1/people/{person}"' in written
    ours = [answer for answer in aviary.asked if answer.status_code == 200]
    addresses = " ".join(
        [*(answer.headers.get("link", "") for answer in ours), *_links(aviary.asked)]
    )
    assert TREATMENT < MARKS
    for text in (metrics, health, written, addresses):
        assert marks(text) == set()
        assert str(CANARY) not in text
    database = (aviary.house.folder / "postgres" / "log").read_text(errors="replace")
    assert marks(database) == set()


def _links(answers: list[httpx.Response]) -> list[str]:
    pages = [a.text for a in answers if "text/html" in a.headers.get("content-type", "")]
    links = [link for page in pages for link in re.findall(r'(?:href|action|src)="([^"]*)"', page)]
    return [link for link in links if not link.startswith("tel:")]  # never asked of a server
