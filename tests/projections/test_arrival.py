"""Whatever order things are told in, what does not rest on each other ends as the same record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain import edits
from projections import record
from projections.entries import Entry
from tests.people import DR_PATEL, MONDAY, NADIA, ROSA, TALKING, named

THERAPY, FIRST, SECOND = (str(named(words)) for words in ("therapy", "Monday's", "Tuesday's"))
SCORE, SCORE_2, SCORE_3 = (str(named(words)) for words in ("a score", "another", "a third"))
REGISTERED = str(edits.of_old("PersonRegistered", MONDAY))


def told(type_: str, hours: int, **data: Any) -> Entry:
    """One thing as talking therapies was told of it; its number follows from where it comes."""
    return Entry(
        partner=TALKING,
        number=0,
        position=0,
        subject=ROSA,
        type=f"{type_}.v1",
        effective_at=MONDAY + timedelta(hours=hours),
        recorded_at=MONDAY + timedelta(days=30),
        backfill=False,
        data=data,
    )


def edit(words: str, *seen: str) -> dict[str, Any]:
    return {"edit": str(named(words)), "instead_of": list(seen)}


BEGINNING = [
    told("person.PersonRegistered", 0, name="Rosa Lind", phone="1", language="English"),
    told("referral.ReferralMade", 0, stream=THERAPY, part="received", receiver=str(TALKING)),
    told("pathway.PathwayOpened", 0, stream=str(named("way")), step=2, responsible=str(TALKING)),
    told("referral.ReferralAccepted", 1, stream=THERAPY, receiver=str(TALKING)),
    *(
        told("contact.AppointmentBooked", 2, stream=s, provider=str(TALKING), referral=THERAPY)
        for s in (FIRST, SECOND)
    ),
]
INDEPENDENT = [
    told("measure.MeasureCompleted", 10, stream=SCORE, instrument="PHQ-9", total=18),
    told("measure.MeasureCompleted", 11, stream=SCORE_2, instrument="PHQ-9", total=6),
    told("measure.MeasureCompleted", 12, stream=SCORE_3, instrument="GAD-7", total=9),
    told("contact.Attended", 13, stream=FIRST, provider=str(TALKING), attendance="late but seen"),
    told(
        "contact.DidNotAttend",
        14,
        stream=SECOND,
        provider=str(TALKING),
        attendance="did not attend",
    ),
    told("referral.FirstContactMade", 15, stream=THERAPY),
    told("referral.FirstContactMade", 16, stream=THERAPY),
    told("person.DetailsCorrected", 17, phone="2", **edit("Asha's", REGISTERED)),
    told("person.DetailsCorrected", 18, phone="3", address="4", **edit("Ben's", REGISTERED)),
    told("person.CommunicationNeedsRecorded", 19, needs="Large print", **edit("Asha's needs")),
    told("person.CommunicationNeedsRecorded", 20, needs="Ring", **edit("Ben's needs")),
    told("person.DetailsCorrected", 21, taken_out=["language"], **edit("Cem's", REGISTERED)),
    told("pathway.KeyWorkerNamed", 22, key_worker=str(NADIA), **edit("Asha's worker")),
    told("pathway.KeyWorkerNamed", 23, key_worker=str(DR_PATEL), **edit("Ben's worker")),
    told("person.DisagreementRecorded", 24, about=f"{THERAPY}/1", words="No."),
    told("person.DisagreementRecorded", 25, about=f"{THERAPY}/2", words="Not so."),
]


def folded(arrived: Sequence[Entry]) -> dict[str, Any]:
    numbered = [
        Entry(**{name: getattr(e, name) for name in Entry.__slots__} | {"number": n})
        for n, e in enumerate([*BEGINNING, *arrived], start=1)
    ]
    row = record.folded(numbered)
    assert row is not None
    return row


IN_ORDER = folded(INDEPENDENT)


@given(st.permutations(INDEPENDENT))
def test_what_does_not_rest_on_each_other_ends_the_same_in_any_order(
    arrived: list[Entry],
) -> None:
    assert folded(arrived) == IN_ORDER


def test_what_was_true_last_counts_and_not_what_was_told_last() -> None:
    row = folded(list(reversed(INDEPENDENT)))
    assert row["measures"]["PHQ-9"][-1][1] == 6
    assert row["referrals"][THERAPY]["first_contact_at"] == INDEPENDENT[5].effective_at.isoformat()
    assert (row["phone"], row["address"], row["needs"]) == ("3", "4", "Ring")
    assert "language" not in row
    assert row["key_worker"] == str(DR_PATEL)
    assert row["latest"]["type"] == "person.DisagreementRecorded.v1"
    assert set(row["conflicts"]) == {"phone", "needs", "key_worker"}


@given(st.permutations(INDEPENDENT), st.integers(9, 26))
def test_the_record_as_of_a_moment_is_that_of_what_was_true_by_then(
    arrived: list[Entry], hours: int
) -> None:
    by_then = [e for e in arrived if e.effective_at <= MONDAY + timedelta(hours=hours)]
    in_order = [e for e in INDEPENDENT if e in by_then]
    assert folded(by_then) == folded(in_order)
