"""Concerns and safeguarding over HTTP: who raises, who looks, who never learns of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from deploy.community.place import LOW, PRACTICE, SOCIAL_WORK, TALKING, TRUST
from tests.api.place import Client, Place

WORRY = {"source": "practitioner", "words": "She says she cannot go on."}
LOOKED = {"first_did": "Rang her at once."}
RESOLVED = {"outcome": "safety plan agreed with the person", "words": "Her sister is with her."}
REFERRED = {
    "of": "adult",
    "basis": "Care Act 2014 s42",
    "outside_body": "Camden MASH",
    "content": "Her nephew takes her pension.",
    "shared": "Name, address.",
    "told": False,
    "not_told": "telling them could put somebody in danger",
}


@pytest.fixture
def rosa(asha: Client, priya: Client) -> dict[str, str]:
    """The practice holds Rosa, talking therapies see her: by which id each knows her."""
    made = asha.done(
        "/v1/referrals",
        {
            "service": str(LOW.id),
            "person": {"name": "Rosa Lind", "practice": str(PRACTICE.id)},
            "source": "professional",
            "ask": "Talking therapy",
        },
    )
    priya.done(f"/v1/referrals/{made['id']}/acceptance")
    theirs = priya.seen(f"/v1/referrals/{made['id']}")["person"]
    return {"asha": f"/v1/people/{made['person']}", "priya": f"/v1/people/{theirs}"}


def raised(priya: Client, rosa: dict[str, str], **more: Any) -> str:
    return str(priya.done(f"{rosa['priya']}/concerns", WORRY | more)["id"])


def listed(client: Client, worry: str) -> Any:
    """The concern as the list has it, if it is there."""
    rows = client.seen("/v1/concerns")["rows"]
    return next((row for row in rows if row["id"] == worry), None)


def test_a_concern_is_raised_looked_at_and_resolved(
    rosa: dict[str, str], asha: Client, priya: Client
) -> None:
    worry = raised(priya, rosa)
    row = listed(asha, worry)
    assert (row["name"], row["state"]) == ("Rosa Lind", "to look at")
    assert row["actions"] == ["acknowledgement", "passing-on"]
    assert row["acts"] == str(PRACTICE.id)
    assert "999" in " ".join(asha.seen("/v1/concerns")["guidance"])
    assert asha.seen(rosa["asha"])["status"] == "concern to look at"
    early = asha.ask(f"/v1/concerns/{worry}/resolution", RESOLVED)
    assert early.status_code == 409
    assert early.json()["type"] == "/problems/nobody-has-looked"
    answered = asha.done(f"/v1/concerns/{worry}/acknowledgement", LOOKED)
    assert answered["actions"] == ["resolution", "passing-on"]
    asha.done(f"/v1/concerns/{worry}/resolution", RESOLVED)
    (row,) = asha.seen(f"{rosa['asha']}/concerns")["rows"]
    assert (row["state"], row["outcome"]) == ("resolved", RESOLVED["outcome"])
    assert listed(asha, worry) is None


def test_who_raised_it_cannot_silence_it(
    rosa: dict[str, str], asha: Client, priya: Client, place: Place
) -> None:
    worry = raised(priya, rosa)
    stranger = place.system(SOCIAL_WORK)
    for other in (priya, stranger):
        for what, said in (("acknowledgement", LOOKED), ("resolution", RESOLVED)):
            refused = other.ask(f"/v1/concerns/{worry}/{what}", said)
            assert refused.status_code == 404
            unknown = other.ask(f"/v1/concerns/{uuid4()}/{what}", said)
            assert unknown.json()["type"] == refused.json()["type"]


def test_a_concern_is_passed_on_and_stays_until_somebody_there_looks(
    rosa: dict[str, str], asha: Client, priya: Client
) -> None:
    worry = raised(priya, rosa)
    asha.done(
        f"/v1/concerns/{worry}/passing-on", {"to": str(TRUST.id), "words": "She is under you."}
    )
    asha.done(f"/v1/concerns/{worry}/acknowledgement", LOOKED)
    asha.done(f"/v1/concerns/{worry}/passing-on", {"to": str(TALKING.id), "words": "You know her."})
    row = listed(priya, worry)
    assert row["acts"] == str(PRACTICE.id)
    assert row["actions"] == ["acknowledgement", "refusal"]
    priya.done(f"/v1/concerns/{worry}/refusal", {"words": "She stopped coming."})
    assert listed(asha, worry)["not_taken"]["words"] == "She stopped coming."


def test_a_pathway_does_not_close_over_a_concern(
    rosa: dict[str, str], asha: Client, priya: Client
) -> None:
    raised(priya, rosa)
    pathway = rosa["asha"].replace("people", "pathways")
    refused = asha.ask(
        f"{pathway}/discharge", {"reason": "completed by agreement", "plan": "She rings."}
    )
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/concern-is-open"


def test_what_has_no_words_is_not_valid_and_what_is_taken_stays(
    rosa: dict[str, str], priya: Client
) -> None:
    assert priya.ask(f"{rosa['priya']}/concerns", WORRY | {"words": " "}).status_code == 422
    item = WORRY | {"source": "answer to PHQ-9 item 9"}
    assert priya.ask(f"{rosa['priya']}/concerns", item).status_code == 422
    for field in ("risk", "level", "score"):
        assert priya.ask(f"{rosa['priya']}/concerns", WORRY | {field: 1}).status_code == 422
    own = str(uuid4())
    assert raised(priya, rosa, id=own) == own
    again = priya.ask(f"{rosa['priya']}/concerns", WORRY | {"id": own})
    assert again.json()["type"] == "/problems/id-is-taken"


def test_a_safeguarding_referral_is_known_to_the_practice_and_not_to_therapists(
    rosa: dict[str, str], asha: Client, priya: Client
) -> None:
    asha.done(f"{rosa['asha']}/safeguarding", REFERRED)
    (row,) = asha.seen(f"{rosa['asha']}/concerns")["safeguarding"]
    assert (row["basis"], row["told"]) == ("Care Act 2014 s42", False)
    assert priya.seen(f"{rosa['priya']}/concerns") == {"rows": [], "safeguarding": []}


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"basis": "Children Act 1989 s47"}, "basis-is-not-in-force"),
        ({"outside_body": None}, "body-is-missing"),
        ({"told": True}, "say-why-they-were-not-told"),
        ({"not_told": None}, "say-why-they-were-not-told"),
        ({"alleged": [str(PRACTICE.id)]}, "the-alleged-are-not-asked"),
    ],
)
def test_what_a_safeguarding_referral_must_say(
    rosa: dict[str, str], asha: Client, wrong: dict[str, Any], problem: str
) -> None:
    refused = asha.ask(f"{rosa['asha']}/safeguarding", REFERRED | wrong)
    assert refused.status_code == 422
    assert refused.json()["type"] == f"/problems/{problem}"
