"""``throughcare ask`` against a running server: what it sends, says, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest

from deploy.commands.output import CONFLICT, FAILED, OK, USAGE
from deploy.community.place import LOW
from tests.api.place import Client, Place


@dataclass(frozen=True)
class Terminal:
    """The command as somebody types it, in a process of its own."""

    place: Place

    def types(
        self, *words: str, by: Client | None = None, given: str = ""
    ) -> tuple[int, list[Any], str]:
        """The exit code, the objects on stdout, and what is said on stderr."""
        asking = ["--token", by.token] if by else []
        typed = ["ask", *words, "--url", self.place.url, *asking]
        ended = subprocess.run(
            [sys.executable, "-m", "deploy.cli", *typed],
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        lines = [json.loads(each) for each in ended.stdout.splitlines()]
        return ended.returncode, lines, ended.stderr


@pytest.fixture
def terminal(place: Place) -> Terminal:
    return Terminal(place)


def refer(terminal: Terminal, asha: Client, *more: str) -> dict[str, Any]:
    """Rosa, to talking therapies, as somebody would type it."""
    code, (made,), said = terminal.types(
        "referrals",
        f"service={LOW.id}",
        "source=professional",
        "ask=Talking therapy for low mood",
        "person.name=Rosa Lind",
        "person.phone=020 7946 0000",
        "person.date_of_birth=1984-02-29",
        *more,
        by=asha,
    )
    assert (code, said) == (OK, "")
    referral: dict[str, Any] = made
    return referral


def test_a_referral_is_made_and_taken_on_by_command(
    terminal: Terminal, asha: Client, priya: Client
) -> None:
    made = refer(terminal, asha)
    assert made["actions"] == ["withdrawal", "nullification"]
    assert asha.seen(f"/v1/referrals/{made['id']}")["ask"] == "Talking therapy for low mood"
    priya.seen(f"/v1/referrals/{made['id']}")

    code, (taken,), _ = terminal.types("referrals", "acceptance", made["id"], by=priya)
    assert code == OK
    assert taken["position"] > made["position"]
    assert asha.seen(f"/v1/referrals/{made['id']}")["state"] == "accepted"


def test_the_same_key_asks_once(terminal: Terminal, asha: Client) -> None:
    key = str(uuid4())
    assert refer(terminal, asha, "--key", key) == refer(terminal, asha, "--key", key)


def test_a_conflict_says_what_may_be_asked_instead(
    terminal: Terminal, asha: Client, priya: Client
) -> None:
    made = refer(terminal, asha)
    priya.seen(f"/v1/referrals/{made['id']}")
    terminal.types("referrals", "acceptance", made["id"], by=priya)
    refusal = ("referrals", "decline", made["id"], "reason=full")
    code, out, said = terminal.types(*refusal, by=priya)
    assert (code, out) == (CONFLICT, [])
    assert "You may ask: appointments, appointment-offer, first-contact" in said
    code, (problem,), _ = terminal.types(*refusal, "--json", by=priya)
    assert (code, problem["status"]) == (CONFLICT, 409)
    assert "appointments" in problem["actions"]


def test_what_is_not_ones_own_fails(terminal: Terminal, asha: Client, rajesh: Client) -> None:
    made = refer(terminal, asha)
    code, _, said = terminal.types("referrals", "acceptance", made["id"], by=rajesh)
    assert code == FAILED
    assert "No such referral is known here" in said
    assert "Rosa" not in said


def test_what_the_server_does_not_take_is_named(terminal: Terminal, asha: Client) -> None:
    code, _, said = terminal.types("people", "name=Tom", "nhs_number=1234567890", by=asha)
    assert code == FAILED
    assert "nhs_number: " in said
    assert "1234567890" not in said


def test_used_wrongly_says_how(terminal: Terminal, asha: Client) -> None:
    for words, wrong in (
        (("referrals", "source=professional"), "missing: service=…, ask=…"),
        (("rumours",), "no activity"),
        (("referrals", "acceptance", "Rosa"), "not the id of a referral"),
    ):
        code, out, said = terminal.types(*words, by=asha)
        assert (code, out) == (USAGE, [])
        assert wrong in said
    code, _, said = terminal.types("referrals", "acceptance", str(uuid4()))
    assert code == USAGE
    assert "say who asks" in said


def test_without_words_it_lists_what_can_be_asked(terminal: Terminal) -> None:
    code, listed, _ = terminal.types()
    assert code == OK
    told = {each["activity"]: each for each in listed}
    assert "take a referral on" in told["referrals acceptance REFERRAL"]["what"].lower()
    assert "note" in told["referrals decline REFERRAL reason=…"]["may_have"]


def test_texts_can_come_from_a_file_or_stdin(terminal: Terminal, asha: Client) -> None:
    """So that they are in no list of processes and in no shell's history."""
    mina = '{"name": "Mina Karim"}'
    code, (made,), _ = terminal.types("people", "sex=female", "--body", "-", by=asha, given=mina)
    assert code == OK
    assert asha.seen(f"/v1/people/{made['id']}")["name"] == "Mina Karim"


def test_nobody_at_the_address_is_said_with_the_remedy(terminal: Terminal) -> None:
    nowhere = replace(terminal.place, url="http://127.0.0.1:9")
    code, _, said = Terminal(nowhere).types()
    assert code == FAILED
    assert "throughcare up" in said
