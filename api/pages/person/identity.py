"""Who this is, and what is known of them, as far as it is shared with who looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.pages import words
from api.pages.flag import flag
from api.pages.visit import Visit
from api.pages.waiting import overdue_reviews
from api.problems import NothingIsHere
from domain.texts import in_threes


async def known(visit: Visit, person: UUID) -> dict[str, Any]:
    """The record, as the visitor's organisation may know it. Raises `NothingIsHere`."""
    row = await visit.here.reading.record(visit.caller.organisation, person, visit.when)
    if row is None:
        raise NothingIsHere
    return row


def name_of(row: Mapping[str, Any]) -> str:
    if erased := row.get("erased"):
        return f"Removed under order {erased['order']}"
    return str(row.get("name") or "No longer shared with us")


def identity(row: Mapping[str, Any], visit: Visit) -> str:
    """The line that makes sure this is the right person."""
    said, today = [], words.instant(visit.moment or visit.now).date()
    if born := row.get("date_of_birth"):
        said.append(f"Born {words.day(born)} ({words.age(born, today)})")
    if number := row.get("nhs_number"):
        said.append(f"NHS number {in_threes(number)}")
    if row.get("practice"):
        said.append(visit.names.organisation(row["practice"]))
    if not said and row.get("phone"):
        said.append(str(row["phone"]))
    return " · ".join(said)


def about(row: Mapping[str, Any], visit: Visit) -> list[tuple[str, str]]:
    """What is known of the person, as far as it is shared."""
    names = visit.names
    address = ", ".join(str(row[key]) for key in ("address", "postcode") if row.get(key))
    key_worker = names.practitioner(row["key_worker"]) if row.get("key_worker") else ""
    said = [
        ("Phone", row.get("phone")),
        ("Address", address),
        ("Needs", flag(row)),
        ("Language", row.get("language")),
        ("Step", row.get("step")),
        ("Responsible", row.get("responsible") and names.organisation(row["responsible"])),
        ("Key worker", key_worker),
        ("Clinical co-ordinator", names.practitioner(c) if (c := row.get("coordinator")) else ""),
        *(
            (f"Review overdue: {f['about']}", f"since {words.day(f['due_on'])}")
            for _, f in overdue_reviews(row)
        ),
        ("Sex", words.sentence(row.get("sex") or "")),
        ("Ethnicity", words.ETHNICITY.get(row.get("ethnicity", ""), row.get("ethnicity"))),
    ]
    if row.get("waiting_since") and visit.follows_contacts:
        said.append(("Waiting since", words.day(row["waiting_since"])))
    return [(label, str(value)) for label, value in said if value]
