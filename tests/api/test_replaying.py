"""Why a record says what it says, two moments put side by side, and what another could see."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.cli import main
from deploy.commands import history
from deploy.commands.output import NOTHING, OK, USAGE
from deploy.community.organisation import Organisation
from deploy.community.place import HOUSING, LOW, PRACTICE, TALKING
from domain.kernel import Asked
from domain.vocabulary import PartnerId, PractitionerId, Role
from projections.questions.replaying import VIEWS
from tests.api.founded import STARTED
from tests.api.place import Client, Place

SECRET = "zq reason"


def auditor(place: Place, organisation: Organisation) -> Client:
    """Somebody who audits an organisation."""
    who = PractitionerId(uuid4())
    place.house.care.add_practitioner(
        organisation.id,
        who,
        name="Ifeoma Nwosu",
        role=Role.AUDITOR,
        title="Auditor",
        asked=Asked(PRACTICE.id, STARTED, uuid4(), PRACTICE.people[0].id),
    )
    place.house.engine.catch_up()
    return place.holder(place.tokens.issue(who, organisation.id, Role.AUDITOR), organisation)


@dataclass(frozen=True)
class Rosa:
    """Known to talking therapies until she objected, by the ids that each has of her."""

    practice: str
    therapy: str
    referral: str
    made: int
    accepted: int
    objected: int


@pytest.fixture(scope="module")
def audits(place: Place) -> Client:
    return auditor(place, PRACTICE)


@pytest.fixture(scope="module")
def rosa(asha: Client, priya: Client) -> Rosa:
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind", "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "Talking therapy",
            "reason": SECRET,
        },
    )
    accepted = priya.done(f"/v1/referrals/{made['id']}/acceptance")
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    objected = asha.done(f"/v1/people/{made['person']}/objections", {"to": str(TALKING.id)})
    return Rosa(
        made["person"],
        theirs,
        made["id"],
        made["position"],
        accepted["position"],
        objected["position"],
    )


def refused(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_a_field_says_which_entries_made_it_so_and_what_they_followed_from(
    asha: Client, rosa: Rosa
) -> None:
    field = f"referrals.{rosa.referral}.state"
    found = asha.seen(f"/v1/people/{rosa.practice}/why", field=field)
    assert (found["field"], found["value"]) == (field, "accepted")
    changes = found["changes"]
    assert [(c["before"], c["after"]) for c in changes] == [
        (None, "waiting"),
        ("waiting", "accepted"),
    ]
    assert [c["entry"]["type"].split(".")[1] for c in changes] == [
        "ReferralMade",
        "ReferralAccepted",
    ]
    assert changes[1]["entry"]["position"] == rosa.accepted
    assert changes[1]["entry"]["what"].startswith("Referral accepted by ")
    assert changes[1]["entry"]["by"].startswith("Priya Chand, ")
    (cause,) = changes[1]["causes"]
    assert (cause["link"], cause["told"], cause["entry"]["position"]) == (
        "part of",
        True,
        changes[0]["entry"]["position"],
    )
    before = asha.seen(
        f"/v1/people/{rosa.practice}/why", **{"field": field, "as-at": rosa.accepted - 1}
    )
    assert before["value"] == "waiting"
    nothing = asha.seen(f"/v1/people/{rosa.practice}/why", field="no such field")
    assert (nothing["value"], nothing["changes"]) == (None, [])


def test_two_moments_differ_in_words(asha: Client, rosa: Rosa) -> None:
    path = f"/v1/people/{rosa.practice}/difference"
    asha.seen(f"/v1/people/{rosa.practice}")
    answer = asha.read(path, **{"from": rosa.made, "to": rosa.accepted})
    found = answer.json()
    assert (found["from"], found["to"]) == (rosa.made, rosa.accepted)
    assert answer.headers["X-Position"] == str(rosa.accepted)
    assert [e["type"].split(".")[1] for e in found["entries"]][-1] == "ReferralAccepted"
    said = {each["field"]: each["said"] for each in found["changes"]}
    assert said[f"referrals.{rosa.referral}.state"].endswith(
        f"({LOW.name}): state changed from waiting to accepted."
    )
    back = asha.read(path, **{"from": rosa.accepted, "to": rosa.made}).json()
    assert back["entries"] == []
    assert [e["number"] for e in back["no_longer_told"]] == [e["number"] for e in found["entries"]]
    since = asha.read(path, **{"from": rosa.accepted}).json()
    assert "ObjectionRaised" in str(since["entries"])


@pytest.mark.parametrize(
    "asked",
    [{}, {"from": "then"}, {"from": "1", "to": "-1"}, {"from": "1", "as-at": "2"}],
    ids=str,
)
def test_moments_that_are_none_are_refused(asha: Client, rosa: Rosa, asked: dict[str, str]) -> None:
    answer = asha.read(f"/v1/people/{rosa.practice}/difference", **asked)
    assert refused(answer) == (422, "request-is-not-valid")


ADDRESSES: dict[str, tuple[str, dict[str, Any]]] = {
    "record": ("/v1/people/{person}", {}),
    "history": ("/v1/people/{person}/history", {}),
    "why": ("/v1/people/{person}/why", {"field": "referrals"}),
    "difference": ("/v1/people/{person}/difference", {"from": 0}),
    "caseload": ("/v1/caseload", {}),
}


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_auditor_of_the_host_sees_what_another_could_see_and_it_is_recorded(
    place: Place, audits: Client, asha: Client, priya: Client, rosa: Rosa, name: str
) -> None:
    path, more = ADDRESSES[name]
    path = path.format(person=rosa.practice)
    asha.seen(f"/v1/people/{rosa.practice}")
    moment = "to" if name == "difference" else "as-at"
    asked = more | {"for": str(TALKING.id), moment: rosa.accepted}
    answer = audits.read(path, **asked)
    assert answer.status_code == 200, answer.text
    assert SECRET in answer.text
    assert rosa.therapy in answer.text
    assert rosa.practice not in answer.text
    with place.superuser() as somebody:
        rows = somebody.execute(
            "select organisation, role, purpose, route, read_for, persons from looks.looks "
            "where request = %s",
            [UUID(answer.headers["X-Request-Id"])],
        ).fetchall()
        person = somebody.execute(
            "select person from share.subjects where partner = %s and subject = %s",
            [TALKING.id, UUID(rosa.therapy)],
        ).fetchall()[0][0]
    ((organisation, role, purpose, route, read_for, persons),) = rows
    assert (organisation, role, purpose) == (PRACTICE.id, "auditor", "audit")
    assert read_for == TALKING.id
    assert route == ADDRESSES[name][0]
    assert person in persons
    # They could see it then; they cannot see it now, at whatever moment they look.
    own = {k: v for k, v in asked.items() if k != "for"}
    assert SECRET not in priya.read(path.replace(rosa.practice, rosa.therapy), **own).text
    now = audits.read(path, **{k: v for k, v in asked.items() if k != moment})
    assert SECRET not in json.dumps(now.json().get("changes" if name == "why" else "rows", ""))


def test_an_auditor_names_somebody_by_either_id(audits: Client, asha: Client, rosa: Rosa) -> None:
    asha.seen(f"/v1/people/{rosa.practice}")
    for person in (rosa.practice, rosa.therapy):
        asked = {"for": str(TALKING.id), "as-at": rosa.accepted}
        assert audits.read(f"/v1/people/{person}", **asked).json()["person"] == rosa.therapy
    own = audits.read(f"/v1/people/{rosa.practice}", **{"for": str(PRACTICE.id)})
    assert own.json()["person"] == rosa.practice
    unknown = audits.read(f"/v1/people/{rosa.practice}", **{"for": str(HOUSING.id)})
    assert refused(unknown) == (404, "person-is-unknown")
    nobody = audits.read(f"/v1/people/{rosa.practice}", **{"for": str(uuid4())})
    assert refused(nobody) == (404, "nothing-is-here")


@pytest.mark.parametrize("name", ADDRESSES)
def test_nobody_else_reads_for_another_organisation(
    place: Place, audits: Client, asha: Client, priya: Client, rosa: Rosa, name: str
) -> None:
    path, more = ADDRESSES[name]
    elsewhere = place.person("ifeoma")  # the commissioner's auditor
    for by in (asha, priya, place.person("hugh"), place.person("yusuf"), elsewhere):
        for person in (rosa.practice, rosa.therapy):
            answer = by.read(
                path.format(person=person), **more, **{"for": str(by.organisation), "as-at": 1}
            )
            assert refused(answer) == (403, "not-for-this-role")
    alone = audits.read(path.format(person=rosa.practice), **more)
    assert refused(alone) == (403, "not-for-this-role")


def typed(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, object]]]:
    code = OK
    try:
        main([*words, "--json"])
    except SystemExit as ended:
        code = int(ended.code or OK)
    said = capfd.readouterr().out.splitlines()
    return code, [json.loads(row) for row in said if row.startswith("{")]  # the server logs too


def test_commands_replay_a_view_a_record_a_field_and_a_difference(
    place: Place,
    asha: Client,
    rosa: Rosa,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    asha.seen(f"/v1/people/{rosa.practice}")
    monkeypatch.setattr(history, "opened", lambda: nullcontext(place.house))
    then = ["--for", TALKING.name, "--as-at", str(rosa.accepted)]
    code, rows = typed(capfd, "replay", "--view", "referrals", *then, "--as-told")
    row = next(each for each in rows if each["id"] == rosa.referral)
    assert (code, row["state"]) == (OK, "accepted")
    code, rows = typed(capfd, "replay", "--view", "caseload", *then)
    assert rosa.therapy not in str(rows)
    code, rows = typed(capfd, "replay", "--person", rosa.therapy, *then, "--as-told")
    assert (code, SECRET in str(rows)) == (OK, True)
    assert typed(capfd, "replay", "--person", rosa.therapy, *then)[0] == NOTHING
    asked = ["--person", rosa.practice, "--field", f"referrals.{rosa.referral}.state"]
    code, rows = typed(capfd, "why", *asked)
    assert (code, [each["after"] for each in rows]) == (OK, ["waiting", "accepted"])
    assert str(rows[1]["because"]).startswith("['part of Referral sent to ")
    code, rows = typed(
        capfd,
        "difference",
        *("--person", rosa.practice, "--from", str(rosa.made), "--to", str(rosa.accepted)),
    )
    assert code == OK
    assert "state changed from waiting to accepted." in str(rows)
    assert typed(capfd, "why", "--person", rosa.practice, "--field", "nothing")[0] == NOTHING
    assert typed(capfd, "replay")[0] == USAGE
    assert typed(capfd, "replay", "--view", "everything")[0] == USAGE


def test_every_view_is_replayed(
    place: Place,
    asha: Client,
    rosa: Rosa,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    asha.seen(f"/v1/people/{rosa.practice}")
    monkeypatch.setattr(history, "opened", lambda: nullcontext(place.house))
    for view in VIEWS:
        code, _ = typed(capfd, "replay", "--view", view, "--for", str(PartnerId(TALKING.id)))
        assert code in (OK, NOTHING), view


def test_who_looked_says_as_which_organisation_the_auditor_looked(
    place: Place, audits: Client, asha: Client, rosa: Rosa
) -> None:
    asha.seen(f"/v1/people/{rosa.practice}")
    audits.read(f"/v1/people/{rosa.practice}", **{"for": str(TALKING.id), "as-at": rosa.accepted})
    hugh = place.person("hugh")
    for_, before = (row["for"] for row in hugh.seen("/v1/looks", person=rosa.practice)["rows"][:2])
    assert (for_, before) == (str(TALKING.id), None)
    page = hugh.http.get(f"/audit/access?person={rosa.practice}", headers={"Accept": "text/html"})
    assert f"as {TALKING.name} could see it" in page.text
