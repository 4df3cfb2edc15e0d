"""A running house with the canary in it: a way in for every partner, and all that comes out."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from api.parts import COOKIE
from deploy import wiring
from domain.kernel import Asked
from domain.vocabulary import PartnerId, PractitionerId, Role
from projections.pseudonyms import Pseudonyms
from tests.people import KINDS, MONDAY, SOCIAL, TRUST, WIGG, named
from tests.processes.canary import CANARY, officer, worker
from tests.processes.house import House
from tests.processes.marked import marked_person
from tests.processes.private import looks_after_privacy
from tests.trusting import TRUSTED

Reader = tuple[PartnerId, Role]
"""Somebody in a role there."""

READERS: tuple[Reader, ...] = (
    (WIGG, Role.CLINICIAN),
    (WIGG, Role.PRIVACY_OFFICER),
    (WIGG, Role.RECEPTION),
    (WIGG, Role.OPERATOR),
    (TRUST, Role.CLINICIAN),
    (TRUST, Role.PRIVACY_OFFICER),
    (TRUST, Role.AUDITOR),
    (SOCIAL, Role.COMMISSIONER),
)
"""At whoever holds the canary, opened what is sealed, and helps it."""


@dataclass
class Aviary:
    """A running house with the marked person in it, and a way in for every partner."""

    house: House
    pseudonyms: Pseudonyms
    tokens: dict[PartnerId, str]
    sessions: dict[PartnerId, str]
    readers: dict[Reader, tuple[str, str]]
    head: int
    asked: list[httpx.Response] = field(default_factory=list)
    out: dict[PartnerId, dict[str, str]] = field(default_factory=dict)

    def subject(self, partner: PartnerId) -> UUID:
        return self.pseudonyms.of(partner, CANARY)

    def get(self, partner: PartnerId, path: str, **params: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[partner]}"}
        answer = httpx.get(
            self.house.url + path, params=params, headers=headers, timeout=30, verify=TRUSTED
        )
        self.asked.append(answer)
        return answer

    def page(self, partner: PartnerId, path: str, **params: Any) -> httpx.Response:
        cookie = {COOKIE: self.sessions[partner]}
        answer = httpx.get(
            self.house.url + path, params=params, cookies=cookie, timeout=30, verify=TRUSTED
        )
        self.asked.append(answer)
        return answer

    def read(self, reader: Reader, path: str) -> httpx.Response:
        """A page by a session, and everything else by a token."""
        token, session = self.readers[reader]
        headers, cookies = {"Authorization": f"Bearer {token}"}, {COOKIE: session}
        with httpx.Client(base_url=self.house.url, timeout=30, verify=TRUSTED) as client:
            if path.startswith("/v1/"):
                client.headers.update(headers)
            else:
                client.cookies.update(cookies)
            answer = client.get(path)
        assert answer.status_code < 500, f"{path}: {answer.text}"
        self.asked.append(answer)
        return answer

    def ask(self, reader: Reader, path: str, body: dict[str, Any]) -> httpx.Response:
        token, _ = self.readers[reader]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        url = self.house.url + path
        for _ in range(20):  # a busy machine may say: the same request again in a moment
            answer = httpx.post(url, json=body, headers=headers, timeout=30, verify=TRUSTED)
            if answer.status_code != 503:
                break
        return answer

    def done(self, reader: Reader, path: str, body: dict[str, Any]) -> str:
        """What was asked is done; its id."""
        answer = self.ask(reader, path, body)
        assert answer.status_code in (200, 201), f"{path}: {answer.text}"
        self.asked.append(answer)
        return str(answer.json().get("id"))

    def live(self, partner: PartnerId) -> str:
        """The live stream from its first entry to its newest."""
        feed = self.get(partner, "/v1/share", limit=1000).json()
        if not feed:
            return ""
        newest = f"id: {feed[-1]['sharenumber']}\n"
        said = ""
        headers = {"Authorization": f"Bearer {self.tokens[partner]}"}
        url = f"{self.house.url}/v1/share/live"
        with httpx.stream(
            "GET", url, params={"after": 0}, headers=headers, timeout=30, verify=TRUSTED
        ) as answer:
            for text in answer.iter_text():
                said += text
                if newest in said and said.endswith("\n\n"):
                    return said
        raise AssertionError("the stream ended before its newest entry")


def somebody(partner: PartnerId, role: Role) -> PractitionerId:
    """Who has this role there."""
    match role:
        case Role.CLINICIAN:
            return worker(partner)
        case Role.PRIVACY_OFFICER:
            return officer(partner)
        case _:
            return PractitionerId(named(f"{role.value} of {KINDS[partner].value}"))


def readers(parts: wiring.House) -> dict[Reader, tuple[str, str]]:
    """Somebody in each role, at whoever holds the canary, helps it and opened what is sealed."""
    assert parts.tokens is not None

    def by(partner: PartnerId) -> Asked:
        return Asked(partner, MONDAY, uuid4(), worker(partner))

    looks_after_privacy(parts.care, WIGG, by)
    found = {}
    for partner, role in READERS:
        who = somebody(partner, role)
        if role not in (Role.CLINICIAN, Role.PRIVACY_OFFICER):
            parts.care.add_practitioner(
                partner, who, name=role.value, role=role, title=role.value, asked=by(partner)
            )
        token = parts.tokens.issue(who, partner, role)
        found[partner, role] = token, parts.sessions.begin(who, partner)
    return found


@contextmanager
def opened() -> Iterator[Aviary]:
    """A house of its own, once its views show the canary."""
    folder = Path(tempfile.mkdtemp(prefix="throughcare-"))
    house = House(folder, holder=WIGG)
    try:
        house.start()
        with house.parts() as parts:
            marked_person(parts)
            known = readers(parts)
            head = parts.log.max_notification_id()
            assert head is not None
            tokens = {p: parts.tokens.issue(worker(p), p, Role.CLINICIAN) for p in KINDS}
            sessions = {p: parts.sessions.begin(worker(p), p) for p in KINDS}
            found = Aviary(house, parts.pseudonyms, tokens, sessions, known, head)
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
    for path in ("/v1/actions", "/v1/decisions", "/v1/concerns", "/v1/learning/own"):
        take(path)
    take(f"/v1/people/{subject}/concerns")
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
        "/learning",
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
