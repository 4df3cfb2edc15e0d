"""Training over HTTP: what was held, who was there, and who has still to attend."""

from __future__ import annotations

from uuid import UUID

import pytest

from deploy.community.place import PARTNERS, PRACTICE
from domain.vocabulary import Role
from tests.api.place import Client, Place


def somebody(client: Client, role: Role | None = None) -> UUID:
    """One of those who act for the client's organisation."""
    (organisation,) = (each for each in PARTNERS if each.id == client.organisation)
    return next(each.id for each in organisation.people if role in (None, each.role))


@pytest.fixture(scope="module")
def practice(place: Place) -> Client:
    """The practice's system, which speaks as its administrator."""
    return place.system(PRACTICE)


def test_who_was_there_is_known_to_their_organisation_and_to_who_taught_them(
    asha: Client, priya: Client, rajesh: Client
) -> None:
    gp = str(somebody(asha))
    held = rajesh.done(
        "/v1/training",
        {
            "topic": "teaching for clinicians",
            "title": "Lithium in general practice",
            "held_on": "2026-02-25",
            "minutes": 60,
            "trainer": str(somebody(rajesh)),
            "roles": ["clinician"],
            "attended": [gp],
        },
    )

    def attended(client: Client) -> list[str]:
        (row,) = (r for r in client.seen("/v1/training")["rows"] if r["id"] == held["id"])
        return list(row["attended"])

    assert attended(asha) == attended(rajesh) == [gp]
    assert attended(priya) == []
    priya.done(f"/v1/training/{held['id']}/attendance", {"practitioner": str(somebody(priya))})
    assert len(attended(rajesh)) == 2
    refused = asha.ask(
        f"/v1/training/{held['id']}/attendance", {"practitioner": str(somebody(priya))}
    )
    assert refused.status_code == 403


def test_an_induction_is_owed_until_it_was_attended(practice: Client) -> None:
    who = str(somebody(practice, Role.CLINICIAN))

    def owes() -> set[str]:
        rows = practice.seen("/v1/training/owing")["rows"]
        return {row["topic"] for row in rows if row["practitioner"] == who}

    assert "induction" in owes()
    practice.done(
        "/v1/training",
        {
            "topic": "induction",
            "title": "How we work here",
            "held_on": "2026-03-01",
            "minutes": 120,
            "attended": [who],
        },
    )
    assert owes() == {"safeguarding"}


def test_who_owes_what_is_for_administrators(asha: Client) -> None:
    assert asha.read("/v1/training/owing").status_code == 403


def test_what_lies_ahead_was_not_held(practice: Client) -> None:
    content = {"topic": "induction", "title": "x", "held_on": "2099-03-01", "minutes": 60}
    assert practice.ask("/v1/training", content).status_code == 422
