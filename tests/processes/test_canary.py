"""The canary: every marked word reaches whom the agreements name, and nobody else by any way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import psycopg
import pytest

from domain.vocabulary import PartnerId, PartnerKind, Role
from projections import schema
from tests.people import DRUGS, KINDS, TRUST, WIGG, named
from tests.processes.aviary import READERS, Aviary, Reader, everything_out, opened
from tests.processes.canary import CANARY, mark
from tests.processes.marked import (
    ALLOWED,
    BORN,
    MARKS,
    NHS_NUMBER,
    TREATMENT,
)
from tests.processes.marks import marks
from tests.processes.private import (
    BEFORE_THE_SEAL,
    EMERGENCY,
    EMERGENCY_REVIEW,
    FEEDS,
    of_the_neighbour,
)
from tests.waiting import until

pytestmark = pytest.mark.process

CARING = [kind for kind in KINDS.values() if kind is not PartnerKind.COMMISSIONER]
PARTNER = {kind: partner for partner, kind in KINDS.items()}
TRUSTS_CLINICIAN: Reader = (TRUST, Role.CLINICIAN)
TRUSTS_OFFICER: Reader = (TRUST, Role.PRIVACY_OFFICER)
OUR_CLINICIAN: Reader = (WIGG, Role.CLINICIAN)
OUR_OFFICER: Reader = (WIGG, Role.PRIVACY_OFFICER)


@pytest.fixture(scope="module")
def aviary() -> Iterator[Aviary]:
    with opened() as aviary:
        yield aviary


@pytest.mark.parametrize("kind", CARING, ids=lambda kind: kind.value)
def test_every_marked_word_reaches_whom_the_agreements_name_and_nobody_else(
    aviary: Aviary, kind: PartnerKind
) -> None:
    partner, allowed = PARTNER[kind], ALLOWED[kind]
    out = everything_out(aviary, partner)
    before = BEFORE_THE_SEAL.get(kind, set())
    for feed in FEEDS:
        assert marks(out[feed]) == allowed | before
    read = {way: text for way, text in out.items() if way not in FEEDS}
    leaked = {way: marks(text) - allowed for way, text in read.items() if marks(text) - allowed}
    assert leaked == {}
    assert marks(" ".join(out.values())) - before == allowed


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


def refused_about_privacy(aviary: Aviary, secret: str) -> list[httpx.Response]:
    """What is asked amiss, or by somebody who may not, where privacy is answered for."""
    hers = f"/v1/people/{aviary.subject(WIGG)}"
    access = named("canary's seal is opened")
    words, about = {"words": secret}, {"about": f"{named(secret)}/1"}
    ask, read = aviary.ask, aviary.read
    return [
        ask(OUR_CLINICIAN, f"{hers}/emergency-access", {"reason": secret, **words}),
        ask((WIGG, Role.RECEPTION), f"{hers}/emergency-access", {"reason": "x", **words}),
        ask(
            TRUSTS_CLINICIAN,
            "/v1/emergency-access",
            {
                "reason": "somebody's life is in danger",
                "nhs_number": NHS_NUMBER,
                "date_of_birth": "1931-07-20",
                **words,
            },
        ),
        ask(
            OUR_CLINICIAN,
            f"{hers}/seals/{access}/opening",
            {"reason": "a legal requirement", **words},
        ),
        ask(OUR_CLINICIAN, f"{hers}/rectifications", about | words),
        ask(OUR_CLINICIAN, f"{hers}/rectifications/{access}/decision", {"outcome": "x", **words}),
        ask(OUR_CLINICIAN, f"{hers}/disagreements", about | words),
        ask(OUR_CLINICIAN, f"{hers}/seals", {"about": secret}),
        ask(OUR_CLINICIAN, f"{hers}/disclosures", {"to_whom": secret, "content": secret}),
        ask(
            OUR_OFFICER,
            f"/v1/privacy/openings/{access}/review",
            {"outcome": "justified", **words},
        ),
        ask(OUR_OFFICER, f"{hers}/subject-access", {"received_on": secret}),
        ask(OUR_CLINICIAN, f"/v1/subject-access/{access}/decisions", {"items": [secret]}),
        read(OUR_OFFICER, f"/v1/looks?person={secret}"),
        read(OUR_OFFICER, f"/audit/access?practitioner={secret}"),
        read(OUR_OFFICER, f"/v1/privacy/emergency-access/{secret}"),
        read(OUR_OFFICER, f"/privacy/emergency-access/{access}"),
        read(OUR_OFFICER, f"/subject-access/{access}/export"),
    ]


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
        *refused_about_privacy(aviary, secret),
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


def taken_in_an_emergency(aviary: Aviary) -> str:
    """The trust's clinician opens the record, and writes why."""
    body = {"reason": "somebody's life is in danger", "words": mark("emergency words")}
    path = f"/v1/people/{aviary.subject(TRUST)}/emergency-access"
    return aviary.done(TRUSTS_CLINICIAN, path, body)


def asked_to_see(aviary: Aviary, withheld: str) -> str:
    """The canary asks the practice to see what it holds; a clinician withholds what has a mark."""
    path = f"/v1/people/{aviary.subject(WIGG)}/subject-access"
    request = aviary.done(OUR_OFFICER, path, {"received_on": "2026-03-02"})
    path = f"/v1/subject-access/{request}"
    to_judge = aviary.read(OUR_CLINICIAN, path).json()["to_judge"]
    kept = [row["fact"] for row in to_judge if withheld in str(row["told"])]
    shown = [row["fact"] for row in to_judge if row["fact"] not in kept]
    aviary.done(OUR_CLINICIAN, f"{path}/decisions", {"items": shown, "shown": True})
    because = {"shown": False, "ground": "it is about somebody else"}
    aviary.done(OUR_CLINICIAN, f"{path}/decisions", {"items": kept, **because})
    aviary.done(OUR_OFFICER, f"{path}/answer", {})
    return request


def ways_of_privacy(aviary: Aviary, reader: Reader, access: str, request: str) -> list[str]:
    """Every address where somebody answers for privacy, as this reader asks for it."""
    subject = aviary.subject(reader[0])
    return [
        "/privacy",
        "/v1/privacy/emergency-access",
        f"/v1/privacy/emergency-access/{access}",
        f"/privacy/emergency-access/{access}",
        "/v1/privacy/openings",
        "/v1/looks?limit=200",
        f"/v1/looks?person={subject}&limit=200",
        "/v1/looks/unusual",
        "/audit/access",
        f"/audit/access?person={subject}",
        f"/v1/people/{subject}/recipients",
        f"/people/{subject}/recipients",
        f"/v1/subject-access/{request}",
        f"/v1/subject-access/{request}/export",
        f"/subject-access/{request}/export",
        "/v1/withdrawals",
        "/v1/withdrawals/unacknowledged",
        "/withdrawals",
        "/sessions",
    ]


def test_privacy_shows_a_marked_word_to_who_answers_for_it_and_to_no_other_role(
    aviary: Aviary,
) -> None:
    access, withheld = taken_in_an_emergency(aviary), mark("worry")
    request = asked_to_see(aviary, withheld)
    review, judging = f"emergency-access/{access}", f"/v1/subject-access/{request}"
    whose = {mark("name"), BORN.isoformat(), NHS_NUMBER} | EMERGENCY
    given = ALLOWED[PartnerKind.PRACTICE] - {withheld}
    judged = marks(aviary.read(OUR_CLINICIAN, judging).text)
    assert withheld in judged < ALLOWED[PartnerKind.PRACTICE]
    entitled: dict[tuple[Reader, str], set[str]] = {
        (TRUSTS_OFFICER, f"/v1/privacy/{review}"): whose,
        (TRUSTS_OFFICER, f"/privacy/{review}"): whose,
        (OUR_CLINICIAN, judging): judged,
        (OUR_OFFICER, judging): judged,
        (OUR_OFFICER, f"{judging}/export"): given,
        (OUR_OFFICER, f"/subject-access/{request}/export"): given,
    }
    wrong = {}
    opens: dict[str, set[Reader]] = {}
    for reader in READERS:
        for way in ways_of_privacy(aviary, reader, access, request):
            answer = aviary.read(reader, way)
            came, may = marks(answer.text + str(answer.headers)), entitled.get((reader, way), set())
            if came != may or of_the_neighbour(answer.text):
                wrong[reader, way] = came ^ may
            if answer.status_code == 200:
                opens.setdefault(way.split("?")[0], set()).add(reader)
    assert wrong == {}
    assert opens["/privacy"] == {OUR_OFFICER, TRUSTS_OFFICER}
    review_words = {"outcome": "justified", "words": mark("emergency review")}
    aviary.done(TRUSTS_OFFICER, f"/v1/privacy/{review}/review", review_words)
    for way in ways_of_privacy(aviary, TRUSTS_OFFICER, access, request):
        assert not marks(aviary.read(TRUSTS_OFFICER, way).text) & EMERGENCY_REVIEW, way


def test_the_alert_of_emergency_access_says_nothing_of_whom(aviary: Aviary) -> None:
    """A reference to look up is in the log; why, and whose record, is not."""
    access = taken_in_an_emergency(aviary)
    lines = aviary.house.written.read_text().splitlines()
    (alert,) = [line for line in lines if access in line and "opened in an emergency" in line]
    assert marks(alert) == set()
    for partner in KINDS:
        assert str(aviary.subject(partner)) not in alert
    assert aviary.read(OUR_CLINICIAN, "/v1/caseload").status_code == 200
    until(lambda: access[:8] in aviary.read(TRUSTS_OFFICER, "/privacy").text)
    for partner, kind in KINDS.items():
        if kind is not PartnerKind.COMMISSIONER:
            came = marks(aviary.get(partner, "/v1/share", limit=1000).text)
            assert came & (EMERGENCY | EMERGENCY_REVIEW) == (
                EMERGENCY if partner == TRUST else set()
            )


def test_a_neighbour_is_known_to_their_practice_and_in_nothing_of_the_canary(
    aviary: Aviary,
) -> None:
    assert of_the_neighbour(aviary.get(WIGG, "/v1/caseload", status="past").text)
    subject = str(aviary.subject(WIGG))
    for way, text in everything_out(aviary, WIGG).items():
        if subject in way:
            assert not of_the_neighbour(text), way


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
