"""Agreements over HTTP: who signs them, what changes for who is told, and once none is in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from deploy.community.place import HOUSING, PRACTICE
from tests.api.place import Place

TODAY = datetime.now(UTC).date()


def terms(**changed: Any) -> dict[str, Any]:
    return {
        "reference": str(uuid4()),
        "purposes": ["support in the community"],
        "categories": ["identity", "access", "referral", "ask"],
        "scope": "own",
        "basis": "UK GDPR 6(1)(e)",
        "confidentiality": "explicit consent",
        "starts": TODAY.isoformat(),
    } | changed


def as_it_is(row: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """The terms that are in force, under another reference."""
    same = {name: row[name] for name in terms()}
    return same | {"reference": str(uuid4()), "starts": TODAY.isoformat()} | changed


def test_the_host_signs_once_and_everybody_reads_their_own(place: Place) -> None:
    yusuf, joy = place.person("yusuf"), place.person("joy")
    path = f"/v1/partners/{joy.organisation}/agreements"
    (before,) = yusuf.seen(path)["rows"]
    new, key = as_it_is(before, ends=(TODAY + timedelta(days=20)).isoformat()), uuid4()
    first = yusuf.ask(path, new, key=key)
    assert first.status_code == 201, first.text
    assert yusuf.ask(path, new, key=key).json() == first.json()
    seen = yusuf.seen(path)
    assert [row["state"] for row in seen["rows"]] == ["in force", "replaced"]
    assert seen["ends_soon"] == new["ends"]
    assert seen["template"]["purposes"] == before["purposes"]
    assert joy.seen(path)["rows"] == seen["rows"]
    assert joy.read(f"/v1/partners/{PRACTICE.id}/agreements").status_code == 404
    assert place.person("asha").read(path).status_code == 404
    assert yusuf.ask(path, as_it_is(before)).is_success
    assert yusuf.seen(path)["ends_soon"] is None


def test_nobody_else_signs_and_nothing_unsound_is_signed(place: Place) -> None:
    yusuf, tom = place.person("yusuf"), place.person("tom")
    path = f"/v1/partners/{tom.organisation}/agreements"
    assert tom.ask(path, terms()).status_code == 403
    assert place.person("asha").ask(path, terms()).status_code == 403
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    for unsound, rule in (
        (terms(purposes=[]), "an-agreement-has-a-purpose"),
        (terms(purposes=["audit"]), "an-agreement-has-a-purpose"),
        (terms(ends=yesterday), "agreement-ends-before-it-begins"),
        (terms(starts="2026-01-01", ends=yesterday), "agreement-would-be-over"),
        (
            terms(consent_required=True, confidentiality="implied consent"),
            "consent-is-asked-in-so-many-words",
        ),
    ):
        refused = yusuf.ask(path, unsound)
        assert (refused.status_code, refused.json()["type"].rsplit("/", 1)[-1]) == (422, rule)
    assert yusuf.ask(f"/v1/partners/{PRACTICE.id}/agreements/ending").status_code == 409


def test_without_an_agreement_nobody_there_reads_anything(place: Place) -> None:
    yusuf = place.person("yusuf")
    there = place.person("joy")
    path = f"/v1/partners/{there.organisation}/agreements"
    before = yusuf.seen(path)["rows"][0]
    assert there.read("/v1/caseload").status_code == 200
    assert yusuf.ask(f"{path}/ending").is_success
    yusuf.seen(path)
    refused = there.read("/v1/caseload")
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("no-agreement-is-in-force")
    assert yusuf.ask(path, as_it_is(before)).is_success
    yusuf.seen(path)
    assert there.read("/v1/caseload").status_code == 200


def test_a_system_is_told_by_the_ways_of_its_agreement_and_by_no_other(place: Place) -> None:
    yusuf, joy = place.person("yusuf"), place.person("joy")
    path = f"/v1/partners/{joy.organisation}/agreements"
    system = place.system(HOUSING)
    before = yusuf.seen(path)["rows"][0]
    told = system.seen("/v1/share")
    assert yusuf.ask(path, as_it_is(before, ways=["live", "kafka"])).is_success
    yusuf.seen(path)
    refused = system.read("/v1/share")
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("way-is-not-agreed")
    assert yusuf.ask(path, as_it_is(before, ways=["feed"])).is_success
    yusuf.seen(path)
    assert system.read("/v1/share/live").status_code == 403
    assert system.seen("/v1/share") == told, "a way changes nothing of what is told"
    assert joy.read("/v1/caseload").status_code == 200
    assert yusuf.ask(path, as_it_is(before, ways=before["ways"])).is_success
