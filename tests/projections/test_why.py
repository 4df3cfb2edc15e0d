"""Which entries made a field so, what they followed from, and two moments' difference in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.sharing import WITHDRAWN
from projections import record
from projections.difference import between, difference
from projections.entries import ADDED, Entry
from projections.why import Link, why
from tests.people import MONDAY, NADIA, ROSA, TALKING, TRUST, WIGG, named

THERAPY, SESSION, WAY, DECIDED = (
    str(named(words)) for words in ("therapy", "a session", "her way", "the decision")
)
NAMES = {
    str(TALKING): "Talking therapies",
    str(TRUST): "Mental health trust",
    str(WIGG): "Wigg Street",
    str(NADIA): "Nadia Rahman",
}


def told(type_: str, hours: int, *, fact: str = "", cause: str = "", **data: Any) -> Entry:
    """One thing as talking therapies was told of it. ``fact`` is its stream and version."""
    if fact:
        data |= {"stream": fact.split("/")[0], "fact": fact}
        data.setdefault("correlation", data["stream"])
    if cause:
        data["causation"] = cause
    return Entry(
        partner=TALKING,
        number=0,
        position=0,
        subject=ROSA,
        type=f"{type_}.v1",
        effective_at=MONDAY + timedelta(hours=hours),
        recorded_at=MONDAY + timedelta(hours=hours),
        backfill=False,
        data=data,
    )


def numbered(*entries: Entry) -> list[Entry]:
    return [replace(e, number=n, position=n + 10) for n, e in enumerate(entries, start=1)]


MADE = {"part": "received", "receiver": str(TALKING), "sender": str(WIGG)}
LIFE = numbered(
    told("person.PersonRegistered", 0, name="Rosa Lind", phone="020 7946 0000"),
    told("referral.ReferralMade", 0, fact=f"{THERAPY}/1", **MADE),
    told("pathway.PathwayOpened", 1, fact=f"{WAY}/1", step=2, responsible=str(WIGG)),
    told("referral.ReferralAccepted", 2, fact=f"{THERAPY}/2"),
    told(
        "contact.AppointmentBooked",
        3,
        fact=f"{SESSION}/1",
        correlation=THERAPY,
        provider=str(TALKING),
        referral=THERAPY,
        starts_at=(MONDAY + timedelta(days=2)).isoformat(),
    ),
    told(
        "pathway.HandoverOffered",
        4,
        fact=f"{WAY}/2",
        cause=f"{DECIDED}/9",
        correlation=DECIDED,
        handover=DECIDED,
        sender=str(WIGG),
        receiver=str(TRUST),
        to_step=4,
    ),
    told(
        "pathway.HandoverAccepted",
        5,
        fact=f"{WAY}/3",
        cause=f"{WAY}/2",
        correlation=DECIDED,
        sender=str(WIGG),
        receiver=str(TRUST),
    ),
    told("pathway.SteppedUp", 5, fact=f"{WAY}/4", cause=f"{WAY}/3", correlation=DECIDED, to_step=4),
    told("person.DetailsCorrected", 6, phone="020 7946 0001", taken_out=[]),
)


def types(entries: Sequence[Entry]) -> list[str]:
    return [entry.type.split(".")[1] for entry in entries]


def test_every_entry_that_changed_a_field_is_named_the_oldest_first() -> None:
    because = why(LIFE, "step")
    assert because.value == 4
    assert types([each.entry for each in because.changes]) == ["PathwayOpened", "SteppedUp"]
    assert [(each.before, each.after) for each in because.changes] == [(None, 2), (2, 4)]
    assert because.last == because.changes[-1]


def test_what_an_entry_followed_from_is_told_as_far_as_it_was_told() -> None:
    last = why(LIFE, "step").last
    assert last is not None
    chain = [(c.link, c.entry and c.entry.type.split(".")[1]) for c in last.causes]
    assert chain == [
        (Link.CAUSED, "HandoverAccepted"),
        (Link.CAUSED, "HandoverOffered"),
        (Link.CAUSED, None),  # the decision is not for everybody
    ]


def test_what_names_no_cause_is_part_of_what_was_begun() -> None:
    last = why(LIFE, f"contacts.{SESSION}.starts_at").last
    assert last is not None
    assert [(c.link, c.entry) for c in last.causes] == [(Link.PART, LIFE[1])]
    state = why(LIFE, f"referrals.{THERAPY}.state")
    assert [each.after for each in state.changes] == ["waiting", "accepted"]
    assert [c.entry for c in state.changes[1].causes] == [LIFE[1]]
    assert state.changes[0].causes == ()


def test_what_goes_round_in_a_circle_is_followed_once() -> None:
    one = told("pathway.PathwayOpened", 1, fact=f"{WAY}/1", cause=f"{SESSION}/1", step=2)
    other = told("contact.AppointmentBooked", 1, fact=f"{SESSION}/1", cause=f"{WAY}/1", provider="")
    last = why(numbered(one, other), "step").last
    assert last
    assert types([c.entry for c in last.causes if c.entry]) == ["AppointmentBooked"]


def test_what_follows_from_all_that_is_said_has_its_reason_too() -> None:
    status = why(LIFE, "status")
    row = record.folded(LIFE)
    assert row is not None
    assert status.value == row["status"]
    assert status.last
    assert status.last.entry.type.split(".")[1] == "ReferralAccepted"


def test_a_part_that_holds_others_changes_with_each_of_them() -> None:
    assert types([c.entry for c in why(LIFE, f"referrals.{THERAPY}").changes]) == [
        "ReferralMade",
        "ReferralAccepted",
    ]


def test_of_what_nobody_ever_said_nothing_is_known() -> None:
    for field in ("nothing", "step.of", f"referrals.{SESSION}.state", ""):
        because = why(LIFE, field)
        assert (because.value, because.changes, because.last) == (None, (), None)


def test_a_field_that_was_taken_back_says_so() -> None:
    taken = [*LIFE, replace(told(WITHDRAWN.removesuffix(".v1"), 9), number=10, position=30)]
    because = why(taken, "phone")
    assert because.value is None
    assert because.last
    assert because.last.entry.type == WITHDRAWN


def test_what_was_added_later_made_it_so_where_its_fact_stands() -> None:
    first = LIFE[2].recorded_at.isoformat()
    added = replace(
        LIFE[2],
        number=10,
        position=30,
        backfill=True,
        data=LIFE[2].data
        | {ADDED: True, "step": 3, "first_recorded_at": first, "first_position": LIFE[2].position},
    )
    because = why([*LIFE, added], "step")
    assert [(c.entry.number, c.after) for c in because.changes] == [(10, 3), (8, 4)]


def test_the_difference_of_two_moments_says_what_was_told_and_what_changed() -> None:
    then, now = LIFE[:3], LIFE
    found = difference(record.folded(then), record.folded(now), *between(then, now), names=NAMES)
    assert found.entries == tuple(LIFE[3:])
    assert found.gone == ()
    said = {each.field: each.said for each in found.changes}
    assert said["step"] == "Step changed from 2 to 4."
    assert (
        said["responsible"]
        == "Responsible organisation changed from Wigg Street to Mental health trust."
    )
    assert said["phone"] == "Phone changed from 020 7946 0000 to 020 7946 0001."
    assert (
        said[f"referrals.{THERAPY}.state"]
        == "Referral (2 March 2026, 09:00): state changed from waiting to accepted."
    )
    assert (
        said[f"contacts.{SESSION}.provider"]
        == "Appointment (4 March 2026, 09:00): provider is now said: Talking therapies."
    )
    assert "name" not in said
    assert not [field for field in said if field.split(".")[0] in ("number", "edits", "latest")]


def test_a_difference_read_backwards_says_what_is_no_longer_known() -> None:
    then, now = LIFE[:3], LIFE
    found = difference(record.folded(now), record.folded(then), *between(now, then), names=NAMES)
    assert (found.entries, found.gone) == ((), tuple(LIFE[3:]))
    said = {each.field: each.said for each in found.changes}
    assert said["step"] == "Step changed from 4 to 2."
    assert said[f"contacts.{SESSION}.referral"].endswith(
        "referral is no longer said; it was number " + THERAPY[:8] + "."
    )


def test_before_somebody_was_known_there_was_nothing() -> None:
    found = difference(None, record.folded(LIFE[:1]), LIFE[:1])
    assert "Name is now said: Rosa Lind." in found.words
    assert difference(None, None, ()).words == ()
