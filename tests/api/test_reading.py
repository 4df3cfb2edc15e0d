"""What a read shows: a moment on either clock, the caller's own change, and pages of rows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import HOUSING_ADVICE, LOW, RECOVERY
from projections import schema
from tests.api.place import Client, Place


def referred(client: Client, name: str, **changed: Any) -> dict[str, Any]:
    asked = {
        "service": str(LOW.id),
        "person": {"name": name, "phone": "020 7946 0000"},
        "source": "professional",
        "ask": "Talking therapy",
    }
    return client.done("/v1/referrals", asked | changed)


def test_a_read_waits_for_its_callers_own_change(asha: Client) -> None:
    for name in ("Rosa Lind", "Tom Achebe", "Mina Karim"):
        answer = asha.ask("/v1/people", {"name": name}).json()
        record = asha.read(f"/v1/people/{answer['id']}", **{"min-position": answer["position"]})
        assert record.json()["name"] == name
        assert int(record.headers["X-Position"]) >= answer["position"]


def test_a_read_that_waits_for_the_far_future_says_when_to_come_again(asha: Client) -> None:
    refused = asha.read("/v1/caseload", **{"min-position": 10**12})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert refused.json()["type"] == "/problems/position-is-not-reached"


def test_a_question_that_takes_too_long_is_called_off_and_says_what_to_do(
    place: Place, asha: Client
) -> None:
    serving = f"alter role {schema.SERVE} in database {place.database.name}"
    with place.superuser() as somebody:
        somebody.execute(f"{serving} set statement_timeout = '300ms'")
        hurried = place.another()
        with somebody.transaction():
            somebody.execute("lock table views.caseload in access exclusive mode")
            token = {"Authorization": f"Bearer {asha.token}"}
            read = hurried.get("/v1/caseload", headers=token)
            session = {"Cookie": f"throughcare={place.session('asha')}"}
            page = hurried.get("/caseload", headers=session | {"Accept": "text/html"})
        somebody.execute(f"{serving} reset statement_timeout")
    assert read.status_code == 503
    assert read.json()["type"] == "/problems/question-takes-too-long"
    assert "ask for less" in read.json()["detail"]
    assert page.status_code == 503
    assert "This takes too long to find" in page.text


def test_what_was_known_at_a_position_stays_readable(asha: Client, priya: Client) -> None:
    made = referred(asha, "Rosa Lind")
    accepted = priya.done(f"/v1/referrals/{made['id']}/acceptance")
    path = f"/v1/people/{made['person']}"
    before = asha.read(path, **{"as-at": made["position"]})
    after = asha.read(path, **{"as-at": accepted["position"]})
    assert before.headers["X-Position"] == str(made["position"])
    assert before.json()["referrals"][made["id"]]["state"] == "waiting"
    assert after.json()["referrals"][made["id"]]["state"] == "accepted"


def test_what_was_true_on_a_day_is_told_apart_from_when_it_was_recorded(asha: Client) -> None:
    made = referred(asha, "Tom Achebe", at="2026-02-03T09:00:00Z")
    path = f"/v1/people/{made['person']}"
    asha.seen(path)
    assert asha.read(path, **{"as-of": "2026-02-02"}).status_code == 404
    assert asha.read(path, **{"as-of": "2026-02-03"}).json()["name"] == "Tom Achebe"
    assert asha.read(path, **{"as-at": "2026-02-04T00:00:00Z"}).status_code == 404


def test_the_history_tells_what_happened_in_order(asha: Client, priya: Client) -> None:
    made = referred(asha, "Mina Karim")
    priya.done(f"/v1/referrals/{made['id']}/decline", {"reason": "full"})
    entries = asha.seen(f"/v1/people/{made['person']}/history")["entries"]
    assert [entry["type"] for entry in entries] == [
        "person.PersonRegistered.v1",
        "referral.ReferralMade.v1",
        "pathway.PathwayOpened.v1",
        "referral.ReferralDeclined.v1",
    ]
    assert [entry["number"] for entry in entries] == sorted(entry["number"] for entry in entries)


def test_the_housing_adviser_sees_a_name_a_phone_number_and_the_ask(
    place: Place, asha: Client
) -> None:
    made = referred(
        asha,
        "Rosa Lind",
        service=str(HOUSING_ADVICE.id),
        ask="Rent arrears",
        reason="Panic attacks since the letter.",
        person={"name": "Rosa Lind", "phone": "020 7946 0000", "nhs_number": "999 000 0018"},
    )
    joy = place.person("joy")
    row = joy.seen(f"/v1/referrals/{made['id']}")
    record = joy.seen(f"/v1/people/{row['person']}")
    assert (record["name"], record["phone"], row["ask"]) == (
        "Rosa Lind",
        "020 7946 0000",
        "Rent arrears",
    )
    assert "Panic" not in str(record) + str(row)
    assert "9990000018" not in str(record) + str(row)


def test_a_caseload_is_paged_without_a_gap_or_a_repeat(place: Place, asha: Client) -> None:
    for number in range(7):
        referred(asha, f"Rosa Lind {number}", service=str(RECOVERY.id))
    colin = place.person("colin")
    whole = [row["person"] for row in colin.seen("/v1/caseload", sort="name")["rows"]]
    found: list[str] = []
    address = "/v1/caseload?sort=name&limit=3"
    while address:
        page = colin.http.get(address)
        found += [row["person"] for row in page.json()["rows"]]
        address = page.links.get("next", {}).get("url", "")
    assert len(whole) == 7
    assert found == whole


def test_a_caseload_is_searched_by_name_and_filtered_by_status(asha: Client) -> None:
    referred(asha, "Zacharias Quill")
    page = asha.found("quill")
    assert [row["name"] for row in page["rows"]] == ["Zacharias Quill"]
    assert page["counts"][page["rows"][0]["status"]] >= 1
    assert asha.found("quill", status=["in treatment"])["rows"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as-at", "yesterday"),
        ("as-at", "2026-03-02T09:00:00"),
        ("as-at", "-1"),
        ("as-of", "2026-02-30"),
        ("as-of", "0001-01-01T00:00:00+14:00"),
        ("min-position", "-1"),
        ("limit", "0"),
        ("sort", "deprivation"),
    ],
)
def test_an_impossible_question_is_refused_at_its_parameter(
    asha: Client, name: str, value: str
) -> None:
    refused = asha.read("/v1/caseload", **{name: value})
    assert refused.status_code == 422, refused.text
    assert [error["parameter"] for error in refused.json()["errors"]] == [name]


def test_a_page_that_was_never_given_out_is_refused(asha: Client) -> None:
    refused = asha.read("/v1/caseload", after="not a cursor")
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/no-such-page")


@pytest.mark.parametrize("path", ["/v1/custody", "/v1/partners", "/v1/services", "/v1/share"])
@pytest.mark.parametrize("name", ["as-at", "as-of"])
def test_what_has_no_past_refuses_to_pretend(asha: Client, path: str, name: str) -> None:
    refused = asha.read(path, **{name: "2026-03-02T09:00:00Z"})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, name)


def test_a_time_with_an_offset_may_be_written_with_a_plus(asha: Client) -> None:
    answer = asha.http.get("/v1/caseload?as-at=2026-03-02T09:00:00+01:00")
    assert answer.status_code == 200


def test_everybody_signed_in_reads_the_directory(place: Place, asha: Client) -> None:
    partners = asha.seen("/v1/partners")["rows"]
    own = [row for row in partners if "agreement" in row]
    assert [row["id"] for row in own] == [str(asha.organisation)]
    services = {row["id"]: row for row in asha.seen("/v1/services")["rows"]}
    assert services[str(LOW.id)]["taking"] is True


def test_a_record_says_where_its_clocks_stand_and_what_they_said_before(
    asha: Client, priya: Client
) -> None:
    made = referred(asha, "Rosa Lind", at="2026-02-03T09:00:00Z")
    priya.done(f"/v1/referrals/{made['id']}/acceptance", {"at": "2026-02-03T10:00:00Z"})
    path = f"/v1/people/{made['person']}"
    waited = clock_of(asha.seen(path))
    assert waited["state"] == "running"
    assert waited["breached"]
    booked = priya.done(
        f"/v1/referrals/{made['id']}/appointments",
        {"starts_at": "2026-03-03T09:00:00Z", "medium": "video", "content": "treatment"},
    )
    priya.done(
        f"/v1/appointments/{booked['id']}/attendance",
        {"attendance": "attended on time", "at": "2026-03-03T10:00:00Z"},
    )
    now, then = asha.seen(path), asha.read(path, **{"as-at": booked["position"]}).json()
    assert clock_of(now)["words"] == "stopped on day 28 of 42"
    assert clock_of(now)["restated"]["was"] == clock_of(then)["words"]
    assert clock_of(asha.read(path, **{"as-of": "2026-02-20"}).json())["words"] == "day 17 of 42"


def test_the_validator_of_a_record_is_not_moved_by_a_clock(asha: Client) -> None:
    made = referred(asha, "Tom Achebe", at="2026-02-03T09:00:00Z")
    path = f"/v1/people/{made['person']}"
    asha.seen(path)
    tag = asha.read(path).headers["ETag"]
    needs = asha.http.post(
        f"{path}/communication-needs",
        json={"needs": "Large print"},
        headers={"If-Match": tag, "Idempotency-Key": str(uuid4())},
    )
    assert needs.status_code == 200, needs.text


def clock_of(record: dict[str, Any], name: str = "talking therapies, 6 weeks") -> dict[str, Any]:
    (found,) = [clock for clock in record["clocks"] if clock["clock"] == name]
    return dict(found)
