"""Groups and appointments over HTTP: a charity's register, and what others may know of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community import place as community
from tests.api.place import Client, Place

GARDENING = community.offer_of(community.CHARITY, "garden")
CANCER = community.offer_of(community.PATIENTS_GROUP, "cancer")
PLANNED = {
    "service": str(GARDENING.id),
    "name": "Wednesday gardening",
    "first_at": "2026-03-04T14:30:00Z",
    "minutes": 90,
    "place": "The allotment",
    "capacity": 2,
}


@pytest.fixture
def asha(place: Place) -> Client:
    return place.person("asha")


@pytest.fixture
def olive(place: Place) -> Client:
    return place.person("olive")


@pytest.fixture
def garden(olive: Client) -> str:
    return (
        f"/v1/groups/{olive.done('/v1/groups', PLANNED | {'name': f'Gardening {uuid4()}'})['id']}"
    )


def referred(asha: Client, worker: Client, name: str, service: str) -> dict[str, Any]:
    """An accepted referral, with the person as the one that receives it knows them."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": service,
            "person": {"name": name, "phone": "020 7946 0000"},
            "source": "professional",
            "ask": "A place in the group",
        },
    )
    worker.done(f"/v1/referrals/{made['id']}/acceptance")
    theirs: str = worker.seen(f"/v1/referrals/{made['id']}")["person"]
    return {"referral": made["id"], "person": theirs, "ashas": made["person"]}


@pytest.fixture
def three(asha: Client, olive: Client) -> list[dict[str, Any]]:
    names = ("Rosa Lind", "Tom Achebe", "Mina Karim")
    return [referred(asha, olive, name, str(GARDENING.id)) for name in names]


def join(olive: Client, garden: str, who: dict[str, Any]) -> None:
    olive.done(f"{garden}/member", {"referral": who["referral"], "at": "2026-03-03T09:00:00Z"})


def test_a_register_is_kept_from_joining_to_who_was_there(
    olive: Client, garden: str, three: list[dict[str, Any]]
) -> None:
    rosa, tom, mina = three
    join(olive, garden, rosa)
    join(olive, garden, tom)
    full = olive.ask(f"{garden}/member", {"referral": mina["referral"]})
    assert (full.status_code, full.json()["type"]) == (409, "/problems/group-is-full")
    olive.done(f"{garden}/waiting-place", {"referral": mina["referral"]})
    olive.done(
        f"{garden}/session",
        {
            "on": "2026-03-04",
            "attendance": [
                {"person": rosa["person"], "attendance": "attended on time"},
                {"person": tom["person"], "attendance": "did not attend"},
            ],
        },
    )
    shown = olive.seen(garden)
    assert (shown["members"], shown["waiting"], shown["room"]) == (2, 1, 0)
    assert {
        place["name"]: [session["outcome"] for session in place["sessions"].values()]
        for place in shown["register"]["members"]
    } == {"Rosa Lind": ["attended on time"], "Tom Achebe": ["did not attend"]}
    olive.done(f"{garden}/departure", {"person": tom["person"], "reason": "wished to stop"})
    shown = olive.seen(garden)
    assert {place["name"] for place in shown["register"]["members"]} == {"Rosa Lind", "Mina Karim"}
    assert [place["name"] for place in shown["register"]["left"]] == ["Tom Achebe"]


@pytest.mark.parametrize("ending", ["help ended", "died"])
def test_whoever_is_helped_no_longer_is_in_no_register(
    asha: Client, olive: Client, garden: str, three: list[dict[str, Any]], ending: str
) -> None:
    """The group is told of it before it is told of nothing more."""
    rosa, tom, mina = three
    join(olive, garden, rosa)
    join(olive, garden, tom)
    olive.done(f"{garden}/waiting-place", {"referral": mina["referral"]})
    booked = olive.done(
        f"/v1/referrals/{rosa['referral']}/appointments",
        {"starts_at": "2040-03-07T10:00:00Z", "medium": "telephone"},
    )["id"]
    if ending == "died":
        died = {"died_on": "2026-03-02", "known_by": "told by the family or a carer"}
        asha.done(f"/v1/people/{rosa['ashas']}/death", died)
        olive.done(f"{garden}/free-places", {})
    else:
        olive.done(
            f"/v1/referrals/{rosa['referral']}/closure", {"reason": "completed by agreement"}
        )
    shown = olive.seen(garden)
    assert {place["name"] for place in shown["register"]["members"]} == {"Tom Achebe", "Mina Karim"}
    assert [place["name"] for place in shown["register"]["left"]] == ["Rosa Lind"]
    assert (shown["members"], shown["waiting"], shown["room"]) == (2, 0, 0)
    record = olive.seen(f"/v1/people/{rosa['person']}")
    assert "cancelled" in record["contacts"][booked]["outcome"]


def test_a_register_is_its_groups_alone(
    place: Place, asha: Client, olive: Client, garden: str, three: list[dict[str, Any]]
) -> None:
    """Others see the programme, and nobody who is in it."""
    rosa, *_ = three
    join(olive, garden, rosa)
    for other in (asha, place.person("winston"), place.person("shirley")):
        shown = other.seen(garden)
        assert shown["name"].startswith("Gardening")
        assert not shown.keys() & {"members", "waiting", "room", "register"}
        assert shown["actions"] == []
        answer = other.ask(f"{garden}/member", {"referral": rosa["referral"]})
        assert answer.status_code == 404
        assert other.ask(f"{garden}/ending", {"reason": "no"}).status_code == 404


def test_who_is_in_a_cancer_group_is_health_information(place: Place, asha: Client) -> None:
    """The library and the charity know the person, and nothing of that group."""
    maggie, olive = place.person("maggie"), place.person("olive")
    name = f"Ida {uuid4()}"
    support = referred(asha, maggie, name, str(CANCER.id))
    known = asha.seen(f"/v1/people/{support['ashas']}")
    gardening = asha.done(
        "/v1/referrals",
        {
            "service": str(GARDENING.id),
            "person_id": known["person"],
            "source": "professional",
            "ask": "Company",
        },
    )
    olive.done(f"/v1/referrals/{gardening['id']}/acceptance")
    planned = PLANNED | {"service": str(CANCER.id), "name": "Cancer support"}
    group = maggie.done("/v1/groups", planned)["id"]
    maggie.done(f"/v1/groups/{group}/member", {"referral": support["referral"]})
    theirs = olive.seen(f"/v1/referrals/{gardening['id']}")["person"]
    record = olive.seen(f"/v1/people/{theirs}")
    assert not record.get("groups")
    assert group not in str(record)
    assert group not in str(olive.seen(f"/v1/people/{theirs}/history"))
    assert known["person"] != theirs
    assert asha.seen(f"/v1/people/{support['ashas']}")["groups"][group]["state"] == "member"


def test_a_session_called_off_shows_in_each_record(
    asha: Client, olive: Client, garden: str, three: list[dict[str, Any]]
) -> None:
    rosa, *_ = three
    join(olive, garden, rosa)
    olive.done(f"{garden}/session-cancellation", {"on": "2026-03-11", "reason": "weather"})
    (off,) = asha.seen(f"/v1/people/{rosa['ashas']}")["contacts"].values()
    assert (off["outcome"], off["reason"]) == ("cancelled by the service", "another reason")


# Appointments


@pytest.fixture
def therapy(place: Place, asha: Client) -> dict[str, Any]:
    return referred(asha, place.person("priya"), "Rosa Lind", str(community.LOW.id))


def test_times_are_offered_and_one_is_chosen(place: Place, therapy: dict[str, Any]) -> None:
    priya = place.person("priya")
    times = ["2026-03-09T10:00:00Z", "2026-03-10T14:00:00Z"]
    offered = priya.done(
        f"/v1/referrals/{therapy['referral']}/appointment-offer",
        {"times": times, "medium": "telephone", "minutes": 50},
    )
    assert offered["actions"] == ["time-choice", "no-time"]
    wrong = priya.ask(
        f"/v1/appointments/{offered['id']}/time-choice", {"starts_at": "2026-03-11T10:00:00Z"}
    )
    assert (wrong.status_code, wrong.json()["type"]) == (422, "/problems/time-was-not-offered")
    chosen = priya.done(f"/v1/appointments/{offered['id']}/time-choice", {"starts_at": times[1]})
    assert chosen["actions"] == ["attendance", "rebooking"]
    (contact,) = priya.seen(f"/v1/people/{therapy['person']}")["contacts"].values()
    assert (contact["minutes"], "offered" in contact) == (50, False)


def test_a_missed_appointment_is_booked_again_and_repeated_ones_show(
    place: Place, asha: Client, therapy: dict[str, Any]
) -> None:
    priya = place.person("priya")
    booked = priya.done(
        f"/v1/referrals/{therapy['referral']}/appointments",
        {"starts_at": "2026-03-02T08:00:00Z", "medium": "telephone"},
    )
    appointment = booked["id"]
    for hour in ("08:30", "08:45"):
        answer = priya.done(
            f"/v1/appointments/{appointment}/attendance", {"attendance": "did not attend"}
        )
        assert answer["actions"] == ["rebooking", "correction"]
        answer = priya.done(
            f"/v1/appointments/{appointment}/rebooking", {"starts_at": f"2026-03-02T{hour}:00Z"}
        )
        appointment = answer["id"]
    record = asha.seen(f"/v1/people/{therapy['ashas']}")
    assert record["missed"] == {therapy["referral"]: 2}
    assert record["contacts"][appointment]["instead_of"] != appointment
    first = record["contacts"][booked["id"]]
    assert (first["attendance_code"], first["mechanism_code"]) == ("3", "02")
    assert "attendance_code" not in record["contacts"][appointment], "it has no outcome yet"


def test_a_wrong_outcome_is_put_right_and_the_first_contact_follows(
    place: Place, asha: Client, therapy: dict[str, Any]
) -> None:
    priya = place.person("priya")
    booked = priya.done(
        f"/v1/referrals/{therapy['referral']}/appointments",
        {"starts_at": "2026-03-02T08:00:00Z", "medium": "telephone", "content": "treatment"},
    )
    appointment = f"/v1/appointments/{booked['id']}"
    priya.done(f"{appointment}/attendance", {"attendance": "attended on time"})
    assert "first_contact_at" in asha.seen(f"/v1/referrals/{therapy['referral']}")
    assert asha.ask(f"{appointment}/correction", {"attendance": "late but seen"}).status_code == 404
    priya.done(f"{appointment}/correction", {"attendance": "did not attend"})
    assert "first_contact_at" not in asha.seen(f"/v1/referrals/{therapy['referral']}")
    record = asha.seen(f"/v1/people/{therapy['ashas']}")
    assert record["contacts"][booked["id"]]["corrected_from"] == "attended on time"
    clock = next(c for c in record["clocks"] if c["referrals"] == [therapy["referral"]])
    assert clock["stopped"] is None
