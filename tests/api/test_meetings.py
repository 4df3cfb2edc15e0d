"""The weekly MDT over HTTP: a decision offers, and responsibility moves only by acceptance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from deploy.community.place import (
    COLLABORATIVE,
    HOUSING,
    LOW,
    PRACTICE,
    SOCIAL_WORK,
    TALKING,
    TRUST,
)
from tests.api.place import Client, Place

ROOM = (PRACTICE, TALKING, TRUST)


def practitioner(key: str) -> dict[str, str]:
    return next(
        {"practitioner": str(person.id), "partner": str(organisation.id)}
        for organisation in ROOM
        for person in organisation.people
        if person.key == key
    )


@pytest.fixture
def rosa(asha: Client) -> str:
    """Rosa, referred to talking therapies and held by the practice; as the practice knows her."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind"},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    return str(made["person"])


@pytest.fixture
def meeting(asha: Client) -> str:
    """Monday's MDT, chaired by Dr Tolley."""
    planned = asha.done(
        "/v1/meetings",
        {
            "kind": "weekly MDT",
            "name": "Monday MDT",
            "starts_at": "2031-03-10T12:30:00Z",
            "chair": practitioner("gwen")["practitioner"],
            "invited": [str(organisation.id) for organisation in ROOM],
        },
    )
    return str(planned["id"])


def listed(asha: Client, meeting: str, rosa: str) -> str:
    """The case's address once it is on the list."""
    asha.done(
        f"/v1/meetings/{meeting}/cases",
        {
            "person": rosa,
            "question": "Is guided self-help enough?",
            "present": [str(organisation.id) for organisation in ROOM],
        },
    )
    return f"/v1/meetings/{meeting}/cases/{rosa}"


def decision(**changed: Any) -> dict[str, Any]:
    return {
        "outcome": "step up",
        "service": str(COLLABORATIVE.id),
        "rationale": "No better after six sessions.",
        "persons_view": "She wants to try medication.",
        "dissent": [
            {"practitioner": practitioner("priya")["practitioner"], "reason": "Two more weeks."}
        ],
    } | changed


@pytest.fixture
def decided(asha: Client, meeting: str, rosa: str) -> dict[str, Any]:
    """The meeting decided to step Rosa up to the trust's team."""
    case = listed(asha, meeting, rosa)
    room = [practitioner(key) for key in ("asha", "priya", "rajesh")]
    asha.done(f"{case}/attendance", {"attendees": room})
    return asha.done(f"{case}/decision", decision())


def as_the_trust_knows(rajesh: Client, decided: dict[str, Any]) -> str:
    rows = rajesh.seen("/v1/caseload", status="hand-over to accept", limit=200)["rows"]
    offered = {row["offer"]["handover"]: str(row["person"]) for row in rows}
    return offered[decided["decision"]]


def test_a_decision_is_recorded_with_its_reasons_and_its_dissent(
    decided: dict[str, Any], meeting: str, rosa: str, asha: Client
) -> None:
    case = asha.seen(f"/v1/meetings/{meeting}")["cases"][rosa]
    assert case["outcome"] == "step up"
    assert case["rationale"] == "No better after six sessions."
    assert [d["reason"] for d in case["dissent"]] == ["Two more weeks."]


def test_responsibility_stays_until_the_receiver_accepts(
    decided: dict[str, Any], rosa: str, asha: Client, rajesh: Client
) -> None:
    offered = asha.seen(f"/v1/people/{rosa}")
    assert offered["responsible"] == str(PRACTICE.id)
    assert offered["offer"]["receiver"] == str(TRUST.id)
    theirs = as_the_trust_knows(rajesh, decided)
    answer = rajesh.done(
        f"/v1/pathways/{theirs}/handover-acceptance", {"handover": decided["decision"]}
    )
    assert answer["id"] == theirs
    assert "key-worker" in answer["actions"]
    moved = asha.seen(f"/v1/people/{rosa}")
    assert (moved["responsible"], moved["step"], moved["offer"]) == (str(TRUST.id), 3, None)


def test_a_declined_hand_over_leaves_the_person_with_the_sender(
    decided: dict[str, Any], rosa: str, asha: Client, rajesh: Client
) -> None:
    theirs = as_the_trust_knows(rajesh, decided)
    rajesh.done(
        f"/v1/pathways/{theirs}/handover-decline",
        {"handover": decided["decision"], "note": "Try talking therapies first."},
    )
    kept = asha.seen(f"/v1/people/{rosa}")
    assert (kept["responsible"], kept["offer"]) == (str(PRACTICE.id), None)
    assert "handover" in kept["actions"]


def test_only_the_receiver_answers_a_hand_over(
    decided: dict[str, Any], rosa: str, asha: Client
) -> None:
    refused = asha.ask(
        f"/v1/pathways/{rosa}/handover-acceptance", {"handover": decided["decision"]}
    )
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/only-the-receiver-may-answer"
    assert "key-worker" in refused.json()["actions"]


def test_a_decision_without_the_responsible_organisation_is_refused(
    meeting: str, rosa: str, asha: Client
) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"{case}/attendance", {"attendees": [practitioner("rajesh")]})
    refused = asha.ask(f"{case}/decision", decision())
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/no-quorum")


def test_a_decision_that_moves_somebody_says_where_to(
    meeting: str, rosa: str, asha: Client
) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"{case}/attendance", {"attendees": [practitioner("asha")]})
    refused = asha.ask(f"{case}/decision", decision(service=None))
    assert (refused.status_code, refused.json()["type"]) == (
        422,
        "/problems/destination-is-missing",
    )


def test_a_closed_meeting_decides_nothing_more(meeting: str, rosa: str, asha: Client) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"/v1/meetings/{meeting}/closure")
    refused = asha.ask(f"{case}/attendance", {"attendees": [practitioner("asha")]})
    assert refused.json()["type"] == "/problems/meeting-is-over"


def test_a_meeting_is_not_there_for_those_who_are_not_invited(
    place: Place, meeting: str, asha: Client, priya: Client
) -> None:
    assert priya.seen(f"/v1/meetings/{meeting}")["name"] == "Monday MDT"
    assert meeting in {row["id"] for row in priya.seen("/v1/meetings")["rows"]}
    maureen = place.system(SOCIAL_WORK)
    assert maureen.read(f"/v1/meetings/{meeting}").status_code == 404
    assert maureen.ask(f"/v1/meetings/{meeting}/closure").status_code == 404


def test_whoever_holds_a_person_offers_them_names_a_key_worker_and_ends(
    rosa: str, asha: Client, rajesh: Client
) -> None:
    way = f"/v1/pathways/{rosa}"
    asha.done(f"{way}/key-worker", {"key_worker": practitioner("asha")["practitioner"]})
    offered = asha.done(f"{way}/handover", {"service": str(COLLABORATIVE.id), "evidence": "PHQ 22"})
    held = asha.seen(f"/v1/people/{rosa}")
    assert held["key_worker"] == practitioner("asha")["practitioner"]
    assert held["offer"]["handover"] == offered["handover"]
    refused = asha.ask(f"{way}/closure", {"reason": "completed by agreement"})
    assert refused.json()["type"] == "/problems/another-handover-is-offered"
    theirs = as_the_trust_knows(rajesh, {"decision": offered["handover"]})
    rajesh.done(f"/v1/pathways/{theirs}/handover-decline", {"handover": offered["handover"]})
    refused = asha.ask(f"{way}/closure", {"reason": "completed by agreement"})
    assert refused.json()["type"] == "/problems/discharge-is-not-agreed"
    assert asha.seen(f"/v1/people/{rosa}")["open"] is True


def test_needs_are_recorded_and_an_objection_closes_a_view(
    rosa: str, asha: Client, priya: Client
) -> None:
    asha.done(
        f"/v1/people/{rosa}/communication-needs", {"needs": "Large print", "language": "Polish"}
    )
    known = [r["person"] for r in priya.found("Rosa", limit=200)["rows"]]
    theirs = next(p for p in known if priya.seen(f"/v1/people/{p}").get("needs") == "Large print")
    asha.done(f"/v1/people/{rosa}/objections", {"to": str(TALKING.id)})
    assert "name" not in priya.seen(f"/v1/people/{theirs}")


# What the meeting agreed


def test_a_late_addition_says_why_it_cannot_wait(meeting: str, rosa: str, asha: Client) -> None:
    assert "circulation" in asha.seen(f"/v1/meetings/{meeting}")["actions"]
    asha.done(f"/v1/meetings/{meeting}/circulation")
    listing = {"person": rosa, "question": "Now?", "present": [str(PRACTICE.id)]}
    refused = asha.ask(f"/v1/meetings/{meeting}/cases", listing)
    assert refused.json()["type"] == "/problems/late-addition-must-be-urgent"
    asha.done(f"/v1/meetings/{meeting}/cases", listing | {"urgent": "Not safe at home."})
    seen = asha.seen(f"/v1/meetings/{meeting}")
    assert seen["cases"][rosa]["late"] is True
    assert "circulated_at" in seen


def test_only_who_called_the_meeting_sends_its_list_round(meeting: str, priya: Client) -> None:
    assert "circulation" not in priya.seen(f"/v1/meetings/{meeting}")["actions"]
    refused = priya.ask(f"/v1/meetings/{meeting}/circulation")
    assert refused.json()["type"] == "/problems/only-the-convener-may"


def test_an_action_is_its_owners_and_says_what_may_be_asked(
    meeting: str, rosa: str, asha: Client, rajesh: Client, place: Place
) -> None:
    case = listed(asha, meeting, rosa)
    action = {"what": "Call the landlord.", "owner": str(HOUSING.id), "due_on": "2031-03-17"}
    refused = asha.ask(f"{case}/actions", action)
    assert refused.json()["type"] == "/problems/nobody-attended"
    asha.done(f"{case}/attendance", {"attendees": [practitioner("asha")]})
    refused = asha.ask(f"{case}/actions", action | {"due_on": "2020-01-01"})
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/due-date-has-passed")
    agreed = asha.done(f"{case}/actions", action)
    joy = place.system(HOUSING)
    mine = {row["id"]: row for row in joy.seen("/v1/actions")["rows"]}[agreed["id"]]
    assert (mine["what"], mine["actions"]) == ("Call the landlord.", ["completion", "drop"])
    assert "meeting" not in mine
    assert joy.seen(f"/v1/people/{mine['person']}")["status"] == "action to do"
    others = rajesh.ask(f"/v1/actions/{agreed['id']}/completion", {})
    assert others.json()["type"] == "/problems/only-the-owner-may"
    joy.done(f"/v1/actions/{agreed['id']}/completion", {"note": "He repairs it."})
    assert agreed["id"] not in {row["id"] for row in joy.seen("/v1/actions")["rows"]}
    board = asha.seen(f"/v1/meetings/{meeting}")["cases"][rosa]["agreed"][agreed["id"]]
    assert (board["state"], board["note"]) == ("done", "He repairs it.")


def test_an_action_is_not_there_for_those_who_were_not_told(
    meeting: str, rosa: str, asha: Client, place: Place
) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"{case}/attendance", {"attendees": [practitioner("asha")]})
    action = {"what": "Call her.", "owner": str(TALKING.id), "due_on": "2031-03-17"}
    agreed = asha.done(f"{case}/actions", action)
    joy = place.system(HOUSING)
    assert joy.ask(f"/v1/actions/{agreed['id']}/completion", {}).status_code == 404


def test_an_accepted_hand_over_implements_its_decision(
    decided: dict[str, Any], meeting: str, rosa: str, asha: Client, rajesh: Client
) -> None:
    waiting = {row["id"]: row for row in asha.seen("/v1/decisions")["rows"]}
    assert waiting[decided["decision"]]["owner"] == str(TRUST.id)
    said = f"/v1/people/{rosa}/decisions/{decided['decision']}/implementation"
    assert asha.ask(said).json()["type"] == "/problems/the-handover-says-so"
    theirs = as_the_trust_knows(rajesh, decided)
    rajesh.done(f"/v1/pathways/{theirs}/handover-acceptance", {"handover": decided["decision"]})
    assert decided["decision"] not in {row["id"] for row in asha.seen("/v1/decisions")["rows"]}
    became = asha.seen(f"/v1/meetings/{meeting}")["cases"][rosa]["implementation"]
    assert became["state"] == "implemented"


def test_what_was_not_done_has_its_reason(meeting: str, rosa: str, asha: Client) -> None:
    case = listed(asha, meeting, rosa)
    asha.done(f"{case}/attendance", {"attendees": [practitioner("asha")]})
    made = asha.done(
        f"{case}/decision", decision(outcome="more information", service=None, dissent=[])
    )
    answer = asha.done(
        f"/v1/people/{rosa}/decisions/{made['decision']}/non-implementation",
        {"reason": "the person chose otherwise", "note": "She would rather not."},
    )
    assert answer["id"] == made["decision"]
    over = {row["id"]: row for row in asha.seen("/v1/decisions", over=True)["rows"]}
    assert over[made["decision"]]["reason"] == "the person chose otherwise"


def test_dissent_is_recorded_until_the_meeting_is_over(
    decided: dict[str, Any], meeting: str, rosa: str, asha: Client
) -> None:
    case = f"/v1/meetings/{meeting}/cases/{rosa}"
    against = {"practitioner": practitioner("rajesh")["practitioner"], "reason": "No bed."}
    asha.done(f"{case}/dissent", against)
    stands = asha.ask(f"{case}/dissent", against | {"reason": "Well, perhaps."})
    assert stands.json()["type"] == "/problems/dissent-stands"
    asha.done(f"/v1/meetings/{meeting}/closure")
    over = asha.ask(f"{case}/dissent", against)
    assert over.json()["type"] == "/problems/meeting-is-over"
    seen = asha.seen(f"/v1/meetings/{meeting}")["cases"][rosa]
    assert [d["reason"] for d in seen["dissent_since"]] == ["No bed."]
    assert seen["rationale"] == "No better after six sessions."


def test_the_next_meeting_lists_what_this_one_did_not_reach(
    meeting: str, rosa: str, asha: Client
) -> None:
    listed(asha, meeting, rosa)
    absent = {"absent": [{"partner": str(TRUST.id), "apologies": False}]}
    asha.done(f"/v1/meetings/{meeting}/apologies", absent)
    asha.done(f"/v1/meetings/{meeting}/closure")
    following = asha.done(f"/v1/meetings/{meeting}/next")
    seen = asha.seen(f"/v1/meetings/{following['id']}")
    assert seen["starts_at"].startswith("2031-03-17")
    assert seen["cases"][rosa]["carried_over_from"] == meeting
    again = asha.ask(f"/v1/meetings/{meeting}/next")
    assert again.json()["type"] == "/problems/meeting-is-scheduled"


def test_the_room_says_who_leaves_and_not_why(meeting: str, rosa: str, asha: Client) -> None:
    case = listed(asha, meeting, rosa)
    assert asha.seen(f"{case}/room") == {"must_leave": []}
    asha.done(f"/v1/people/{rosa}/objections", {"to": str(TALKING.id)})
    assert asha.seen(f"{case}/room") == {"must_leave": [str(TALKING.id)]}
    refused = asha.ask(f"{case}/attendance", {"attendees": [practitioner("priya")]})
    assert refused.json()["type"] == "/problems/must-leave-the-room"


def test_a_case_talked_over_is_in_the_record_of_both(rosa: str, asha: Client) -> None:
    talk = {
        "asked_by": practitioner("asha"),
        "advised_by": practitioner("rajesh"),
        "question": "Is lithium right?",
        "advice": "Check her levels.",
        "medium": "telephone",
    }
    made = asha.done(f"/v1/people/{rosa}/discussions", talk)
    seen = asha.seen(f"/v1/people/{rosa}")["discussions"][made["id"]]
    assert seen["advice"] == "Check her levels."
    alone = asha.ask(f"/v1/people/{rosa}/discussions", talk | {"advised_by": practitioner("asha")})
    assert alone.json()["type"] == "/problems/two-organisations-discuss"


def test_of_two_who_take_the_pen_at_once_one_holds_it(
    asha: Client, place: Place, meeting: str
) -> None:
    """Two of two organisations, each with a client of their own, four times over."""
    clients = {key: place.person(key) for key in ("asha", "rajesh")}

    def take(key: str) -> int:
        return int(clients[key].ask(f"/v1/meetings/{meeting}/pen", {}).status_code)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(take, ["asha", "rajesh"] * 4))
    held = asha.seen(f"/v1/meetings/{meeting}")["pen"]["practitioner"]
    holder = next(key for key in clients if practitioner(key)["practitioner"] == held)
    (other,) = clients.keys() - {holder}
    assert sorted(answers) == [200] * 4 + [409] * 4
    assert take(holder) == 200
    refused = clients[other].ask(f"/v1/meetings/{meeting}/pen", {})
    assert refused.json()["type"] == "/problems/pen-is-held"
