"""Without a network: ids made by the client, sent later, in order or not, and nothing is lost."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from deploy.community.place import LOW, PRACTICE, TRUST
from tests.api.place import Client, Place

MONDAY = "2026-03-02T09:00:00Z"


def after(*keys: UUID) -> dict[str, str]:
    return {"After": ", ".join(str(key) for key in keys)}


class Diary:
    """What somebody wrote on a visit, with ids of their own: a referral, and what followed."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.person, self.referral, self.contact, self.score = (uuid4() for _ in range(4))
        self.keys = [uuid4() for _ in range(5)]
        self.pages: list[tuple[str, dict[str, Any]]] = [
            (
                "/v1/referrals",
                {
                    "id": str(self.referral),
                    "person": {"id": str(self.person), "name": "Rosa Lind"},
                    "service": str(LOW.id),
                    "source": "professional",
                    "mode": "verbal",
                    "sender": str(PRACTICE.id),
                    "said_by": "Dr Rahman, on the telephone",
                    "ask": "Please see her.",
                    "at": MONDAY,
                },
            ),
            (f"/v1/referrals/{self.referral}/acceptance", {"at": "2026-03-02T09:10:00Z"}),
            (
                f"/v1/referrals/{self.referral}/appointments",
                {
                    "id": str(self.contact),
                    "starts_at": "2026-03-02T10:00:00Z",
                    "medium": "telephone",
                    "at": "2026-03-02T09:11:00Z",
                },
            ),
            (
                f"/v1/appointments/{self.contact}/attendance",
                {"attendance": "attended on time", "at": "2026-03-02T10:00:00Z"},
            ),
            (
                "/v1/measures",
                {
                    "id": str(self.score),
                    "referral": str(self.referral),
                    "instrument": "PHQ-9",
                    "total": 14,
                    "at": "2026-03-02T10:30:00Z",
                },
            ),
        ]

    def send(self, page: int) -> Any:
        address, content = self.pages[page]
        return self.client.ask(
            address, content, key=self.keys[page], headers=after(*self.keys[:page]) if page else {}
        )


def test_what_was_written_without_a_network_is_sent_later_in_one_go(priya: Client) -> None:
    diary = Diary(priya)
    answers = [diary.send(page) for page in range(5)]
    assert [answer.status_code for answer in answers] == [201, 200, 201, 200, 201]
    assert answers[0].json()["id"] == str(diary.referral)
    assert answers[2].json()["id"] == str(diary.contact)
    row = priya.seen(f"/v1/referrals/{diary.referral}")
    assert (row["made_at"], row["first_contact_at"]) == (
        "2026-03-02T09:00:00+00:00",
        "2026-03-02T10:00:00+00:00",
    )
    record = priya.seen(f"/v1/people/{row['person']}")
    assert record["measures"] == {"PHQ-9": [["2026-03-02T10:30:00+00:00", 14]]}


def test_what_was_sent_first_says_what_must_come_first_and_is_taken_when_sent_again(
    priya: Client,
) -> None:
    diary = Diary(priya)
    early = diary.send(2)
    assert early.status_code == 409
    assert early.json()["type"] == "/problems/something-must-come-first"
    assert early.json()["after"] == [str(key) for key in diary.keys[:2]]
    assert diary.send(0).status_code == 201
    assert diary.send(2).json()["after"] == [str(diary.keys[1])]
    assert diary.send(1).status_code == 200
    again = diary.send(2)
    assert (again.status_code, again.json()["id"]) == (201, str(diary.contact))
    assert diary.send(2).json() == again.json()


@pytest.mark.parametrize("said", ["soon", "1, 2", ",".join(str(uuid4()) for _ in range(51))])
def test_what_must_come_first_is_said_by_keys(priya: Client, said: str) -> None:
    refused = priya.ask("/v1/people", {"name": "Rosa Lind"}, headers={"After": said})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["parameter"] == "After"


def test_nobody_learns_from_another_organisations_key(asha: Client, priya: Client) -> None:
    key = uuid4()
    assert asha.ask("/v1/people", {"name": "Rosa Lind"}, key=key).status_code == 201
    refused = priya.ask("/v1/people", {"name": "Rosa Lind"}, headers=after(key))
    assert refused.json()["after"] == [str(key)]


def test_a_persons_own_id_is_good_wherever_one_is_asked_for(asha: Client) -> None:
    own = uuid4()
    made = asha.ask("/v1/people", {"id": str(own), "name": "Rosa Lind"})
    assert made.status_code == 201
    known = made.json()["id"]
    assert known != str(own)
    asha.done(f"/v1/people/{own}/communication-needs", {"needs": "Large print"})
    referred = asha.ask(
        "/v1/referrals",
        {
            "person_id": str(own),
            "service": str(LOW.id),
            "source": "professional",
            "ask": "Please see her.",
        },
    )
    assert referred.json()["person"] == known
    assert asha.seen(f"/v1/people/{known}")["needs"] == "Large print"


def test_an_own_id_means_nobody_to_another_organisation(asha: Client, priya: Client) -> None:
    own = str(uuid4())
    asha.done("/v1/people", {"id": own, "name": "Rosa Lind"})
    assert priya.ask(f"/v1/people/{own}/communication-needs", {"needs": "Ring"}).status_code == 404
    assert priya.ask("/v1/people", {"id": own, "name": "Another"}).status_code == 201


def test_an_id_that_something_has_is_refused_and_not_told_of_what(
    asha: Client, priya: Client
) -> None:
    diary = Diary(priya)
    for page in range(5):
        assert diary.send(page).is_success
    rosa = asha.done("/v1/people", {"name": "Rosa Lind"})["id"]
    meeting = {
        "name": "MDT",
        "kind": "weekly MDT",
        "starts_at": MONDAY,
        "chair": str(uuid4()),
        "invited": [str(PRACTICE.id), str(TRUST.id)],
    }
    asking = {"service": str(LOW.id), "person_id": rosa, "source": "professional", "ask": "See."}
    for taken in (diary.referral, diary.contact, diary.score):
        for address, content in (
            ("/v1/referrals", asking),
            ("/v1/meetings", meeting),
        ):
            refused = asha.ask(address, content | {"id": str(taken)})
            assert refused.status_code == 409, (address, refused.text)
            assert refused.json()["type"] == "/problems/id-is-taken"
            assert "actions" not in refused.json()


def test_a_person_is_not_registered_under_the_id_of_another(asha: Client) -> None:
    own = str(uuid4())
    rosa = asha.done("/v1/people", {"id": own, "name": "Rosa Lind"})["id"]
    for taken in (own, rosa):
        refused = asha.ask("/v1/people", {"id": taken, "name": "Somebody Else"})
        assert (refused.status_code, refused.json()["type"]) == (409, "/problems/id-is-taken")
        assert "Rosa" not in refused.text
    asking = {"service": str(LOW.id), "source": "professional", "ask": "See."}
    refused = asha.ask("/v1/referrals", asking | {"person": {"id": own, "name": "Somebody Else"}})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/id-is-taken")


def test_the_same_page_sent_twice_with_its_own_id_is_recorded_once(asha: Client) -> None:
    key, content = uuid4(), {"id": str(uuid4()), "name": "Rosa Lind"}
    first, second = (asha.ask("/v1/people", content, key=key) for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()


def test_a_time_long_before_anybody_lived_is_refused(place: Place, asha: Client) -> None:
    refused = asha.ask("/v1/people", {"name": "Rosa Lind", "at": "1899-12-31T00:00:00Z"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/at"
