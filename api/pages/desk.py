"""People as the front desk sees them: who they are, how to speak with them, when they come.

It shows what a narrow sight sees and refuses to know what lies beyond it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi.responses import HTMLResponse

from api.pages import words
from api.pages.flag import flag
from api.pages.person import contacts, needs
from api.pages.person.identity import about, identity
from api.pages.visit import Visit
from api.problems import NothingIsHere

ROWS = 50


async def people(visit: Visit, q: str, after: str | None) -> HTMLResponse:
    """The people of the organisation by name; no other order and no filter tells of their care."""
    found = await visit.here.reading.caseload(
        visit.caller.organisation,
        query=q,
        after=after,
        limit=ROWS,
        when=visit.when,
        sight=visit.caller.sight,
    )
    following = {"after": found.next} if found.next else {}
    return await visit.page(
        "desk.html",
        title="People",
        section="/caseload",
        lines=[_line(row, visit) for row in found.rows],
        q=q,
        next_link=f"/caseload?{urlencode(following)}" if following and not q else "",
    )


async def person(visit: Visit, known_as: UUID) -> HTMLResponse:
    """One of them. Raises `NothingIsHere`."""
    row = await visit.here.reading.record(
        visit.caller.organisation, known_as, visit.when, sight=visit.caller.sight
    )
    if row is None:
        raise NothingIsHere
    shown = (("needs", await needs.shown(visit, row)), ("contacts", await _contacts(visit, row)))
    return await visit.page(
        "person_at_desk.html",
        title=row["name"],
        section="/caseload",
        row=row,
        identity=identity(row, visit),
        about=about(row, visit),
        parts=[(f"person/{name}.html", part) for name, part in shown if part],
    )


async def _contacts(visit: Visit, row: Mapping[str, Any]) -> Mapping[str, Any]:
    return await contacts.shown(visit, row) if row.get("contacts") else {}


def _line(row: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    ahead = sorted(
        words.instant(contact["starts_at"])
        for contact in row.get("contacts", {}).values()
        if contact.get("starts_at") and not contact.get("outcome")
    )
    return {
        "href": f"/people/{row['person']}",
        "name": row["name"],
        "identity": identity(row, visit),
        "needs": flag(row),
        "next": words.moment(ahead[0]) if ahead else "",
    }
