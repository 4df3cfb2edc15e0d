"""A record that is open in an emergency, and opening one that is not shared; it decides nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from fastapi import Response

from api import emergencies
from api.asking import Activity, Asking
from api.pages import words
from api.pages.forms import Form, Question, choices, new_key
from api.pages.opened import Opened
from api.pages.person.doing import Doing, Row, Where
from api.pages.visit import Visit
from api.problems import NothingIsHere
from domain.vocabulary import EmergencyReason, Scope

LEDE = (
    "It opens to your whole organisation for one hour, as far as its agreement goes, and closes by "
    "itself. What the person had sealed stays sealed. Your privacy officer is told, and asks you "
    "why; the person may ask who looked."
)


def why(_visit: Visit, _row: Row) -> list[Question]:
    """Why it is opened: a reason of the list, and words."""
    return [
        Question(
            "reason",
            "Why must you see it now?",
            "radios",
            choices=choices(EmergencyReason),
            missing="Select why you must see it now",
        ),
        Question(
            "words",
            "What is happening?",
            "textarea",
            hint="Your privacy officer reads this, and the person may.",
            missing="Enter what is happening",
        ),
    ]


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """Until when it is open, and who opened it; or how to open what is not shared now."""
    opened = [
        {
            "id": access,
            "until": each["until"],
            "left": minutes_left(each["until"], visit.now),
            "who": visit.names.practitioner(each["by_practitioner"]),
            "mine": each.get("by_practitioner") == str(visit.caller.practitioner),
            "reason": each["reason"],
            "dissent": each["dissent"],
        }
        for access, each in row.get("emergencies", {}).items()
    ]
    if opened:
        return {"opened": opened, "key": new_key()}
    if visit.opens_in_emergency and not row.get("died") and _is_kept_away(visit, row):
        return {"form": f"/people/{row['person']}/emergency-access"}
    return {}


def _is_kept_away(visit: Visit, row: Row) -> bool:
    """Whether an emergency would show more of the person than the visitor sees."""
    agreement = visit.names.directory.agreements.get(visit.caller.organisation)
    narrow = agreement is not None and agreement.scope is Scope.OWN
    return bool(row["withdrawn"] or row["ended"] or narrow)


def minutes_left(until: str, now: datetime) -> int:
    """How long something is still open, begun minutes counted."""
    return max(0, ceil((words.instant(until) - now).total_seconds() / 60))


async def closed_early(
    visit: Visit,
    title: str,
    button: str,
    ask: Callable[[Activity, Asking], Awaitable[Response]],
    *,
    done: str,
) -> Response:
    """Ask what a button in a record asks, and show the record. Raises `NothingIsHere`."""
    try:
        person = UUID(str((await visit.request.form()).get("person")))
    except ValueError:
        raise NothingIsHere from None
    newest = await visit.here.reading.newest(visit.caller.organisation)
    form = Form(
        opened=Opened(person, newest),
        title=title,
        button=button,
        model=Activity,
        groups=(),
        action=visit.path,
        section="/caseload",
        back_to=("/caseload", "Caseload"),
    )
    return await form.sent(visit, ask, done=done, then=f"/people/{person}")


DOING: dict[str, Doing] = {
    "emergency-access": Doing(
        "Open this record in an emergency",
        emergencies.OpeningInEmergency,
        emergencies.open_in_emergency,
        why,
        LEDE,
        button="Open the record for one hour",
        where=Where.NOTICE,
    ),
}
