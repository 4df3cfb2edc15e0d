"""Details put right over HTTP: two who edit at once, either first, and what is reported."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import LOW
from tests.api.place import Client

OLD, NEW, OTHER = "020 7946 0000", "020 7946 0111", "020 7946 0222"


@pytest.fixture
def rosa(asha: Client, priya: Client) -> dict[str, Any]:
    """Rosa as her practice and talking therapies know her, with the record each has read."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind", "phone": OLD},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    ids = ((asha, f"/v1/people/{made['person']}"), (priya, f"/v1/people/{theirs}"))
    return {
        "at": {client.organisation: path for client, path in ids},
        "base": {client.organisation: client.seen(path)["number"] for client, path in ids},
    }


def correct(client: Client, rosa: dict[str, Any], **details: Any) -> dict[str, Any]:
    return client.done(
        f"{rosa['at'][client.organisation]}/corrections",
        {"base": rosa["base"][client.organisation]} | details,
    )


def record(client: Client, rosa: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.seen(rosa["at"][client.organisation])
    return found


@pytest.mark.parametrize("first", [0, 1])
def test_two_edits_of_one_detail_are_kept_and_reported_in_either_order(
    first: int, asha: Client, priya: Client, rosa: dict[str, Any]
) -> None:
    edits = [
        (asha, {"phone": NEW, "at": "2026-03-03T10:00:00Z"}),
        (priya, {"phone": OTHER, "at": "2026-03-03T09:00:00Z"}),
    ]
    for client, said in (edits[first], edits[1 - first]):
        correct(client, rosa, **said)
    for client in (asha, priya):
        found = record(client, rosa)
        assert found["phone"] == NEW
        assert [edit["value"] for edit in found["conflicts"]["phone"]] == [OTHER, NEW]
        assert [edit["at"] for edit in found["conflicts"]["phone"]] == [
            "2026-03-03T09:00:00+00:00",
            "2026-03-03T10:00:00+00:00",
        ]


def test_two_edits_of_different_details_merge(
    asha: Client, priya: Client, rosa: dict[str, Any]
) -> None:
    correct(asha, rosa, phone=NEW)
    correct(priya, rosa, address="2 Leighton Road")
    found = record(asha, rosa)
    assert (found["phone"], found["address"], found["conflicts"]) == (NEW, "2 Leighton Road", {})


def test_who_has_read_the_first_edit_replaces_it(
    asha: Client, priya: Client, rosa: dict[str, Any]
) -> None:
    correct(asha, rosa, phone=NEW)
    rosa["base"][priya.organisation] = record(priya, rosa)["number"]
    correct(priya, rosa, phone=OTHER)
    found = record(asha, rosa)
    assert (found["phone"], found["conflicts"]) == (OTHER, {})


def test_a_conflict_is_settled_once_and_both_values_stay_in_the_history(
    asha: Client, priya: Client, rosa: dict[str, Any]
) -> None:
    correct(asha, rosa, phone=NEW)
    correct(priya, rosa, phone=OTHER)
    edits = record(asha, rosa)["conflicts"]["phone"]
    stands = next(edit["id"] for edit in edits if edit["value"] == NEW)
    settling = {"detail": "phone", "stands": stands, "seen": [edit["id"] for edit in edits]}
    asha.done(f"{rosa['at'][asha.organisation]}/conflict-settlement", settling)
    found = record(priya, rosa)
    assert (found["phone"], found["conflicts"]) == (NEW, {})
    history = priya.seen(f"{rosa['at'][priya.organisation]}/history")["entries"]
    assert {NEW, OTHER} <= {entry["data"].get("phone") for entry in history}


def test_a_number_that_is_nobodys_is_taken_out(asha: Client, rosa: dict[str, Any]) -> None:
    correct(asha, rosa, phone=None)
    assert "phone" not in record(asha, rosa)


def test_needs_written_without_a_network_do_not_replace_what_their_writer_had_not_seen(
    asha: Client, priya: Client, rosa: dict[str, Any]
) -> None:
    def note(client: Client, needs: str, **more: Any) -> None:
        client.done(
            f"{rosa['at'][client.organisation]}/communication-needs",
            {"needs": needs, "base": rosa["base"][client.organisation]} | more,
        )

    note(asha, "Large print", at="2026-03-04T09:00:00Z")
    note(priya, "Please ring", at="2026-03-03T09:00:00Z")
    found = record(asha, rosa)
    assert found["needs"] == "Large print"
    assert [edit["value"] for edit in found["conflicts"]["needs"]] == ["Please ring", "Large print"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ({"base": 1}, "nothing-is-corrected"),
        ({"base": 1, "name": None}, "name-is-missing"),
        ({"phone": NEW}, "request-is-not-valid"),
        ({"base": 1, "date_of_birth": "2999-01-01"}, "date-of-birth-is-not-possible"),
        ({"base": 1, "nhs_number": "123"}, "request-is-not-valid"),
    ],
)
def test_a_correction_that_puts_nothing_right_is_refused(
    body: dict[str, Any], rule: str, asha: Client, rosa: dict[str, Any]
) -> None:
    refused = asha.ask(f"{rosa['at'][asha.organisation]}/corrections", body)
    assert (refused.status_code, refused.json()["type"]) == (422, f"/problems/{rule}")


def test_no_refusal_repeats_what_was_written(asha: Client, rosa: dict[str, Any]) -> None:
    where = rosa["at"][asha.organisation]
    own = str(uuid4())
    body = {"base": rosa["base"][asha.organisation], "id": own, "phone": NEW}
    assert asha.ask(f"{where}/corrections", body).status_code == 201
    taken = asha.ask(f"{where}/corrections", body | {"phone": OTHER})
    settled = asha.ask(
        f"{where}/conflict-settlement", {"detail": "phone", "stands": own, "seen": [own, own]}
    )
    assert (taken.status_code, taken.json()["type"]) == (409, "/problems/id-is-taken")
    assert settled.json()["type"] == "/problems/nothing-is-in-conflict"
    for refused in (taken, settled):
        assert NEW not in refused.text
        assert OTHER not in refused.text


def test_a_disagreement_stands_beside_what_it_is_about(
    asha: Client, priya: Client, rosa: dict[str, Any]
) -> None:
    history = asha.seen(f"{rosa['at'][asha.organisation]}/history")["entries"]
    about = next(e["data"]["fact"] for e in history if e["type"].startswith("referral."))
    asha.done(
        f"{rosa['at'][asha.organisation]}/disagreements",
        {"about": about, "words": "I do not want this."},
    )
    (said,) = record(priya, rosa)["disagreements"]
    assert (said["about"], said["words"]) == (about, "I do not want this.")


def test_nobody_disagrees_with_what_they_were_not_told(asha: Client, rosa: dict[str, Any]) -> None:
    refused = asha.ask(
        f"{rosa['at'][asha.organisation]}/disagreements", {"about": f"{uuid4()}/1", "words": "No."}
    )
    assert refused.status_code == 404
