"""What is sealed in a record: that it is open now, who may open it, and whom to ask.

It refuses to know what is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from api import openings
from api.pages import words
from api.pages.forms import new_key
from api.pages.person.doing import Row
from api.pages.person.emergency import minutes_left
from api.pages.visit import Visit
from domain.policies.exceptional import OPENING, in_force
from domain.vocabulary import Role


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """What is open now, until when, and who opened it."""
    open_now = [
        {
            "id": opening,
            "until": each["until"],
            "left": minutes_left(each["until"], visit.now),
            "who": visit.names.practitioner(each.get("by_practitioner")),
            "mine": each.get("by_practitioner") == str(visit.caller.practitioner),
            "reason": each["reason"],
        }
        for opening, each in _open(visit, row).items()
    ]
    return {"open": open_now, "key": new_key()} if open_now else {}


def _open(visit: Visit, row: Row) -> dict[str, Mapping[str, Any]]:
    return {
        opening: each
        for opening, each in (row.get("openings") or {}).items()
        if visit.when.now and visit.now < words.instant(each["until"])
    }


def to_open(visit: Visit, row: Row) -> dict[str, str]:
    """What is sealed, kept by others and not open, by its seal: the day it was sealed."""
    opened = {str(each["seal"]) for each in _open(visit, row).values()}
    return {
        seal: str(each["at"])
        for seal, each in (row.get("sealed") or {}).items()
        if "item" not in each and seal not in opened
    }


async def offered(visit: Visit, row: Row) -> Mapping[str, str]:
    """Where to open what others keep, for who is granted it; else whom to ask."""
    if not visit.when.now or row["withdrawn"] or row["ended"] or not to_open(visit, row):
        return {}
    granted = await openings.granted_to_open(visit.here, visit.caller)
    here = visit.names.directory.partners[visit.caller.organisation]
    officer = here.practitioners.get(here.privacy_officer) if here.privacy_officer else None
    if officer is None:
        return {
            "ask": f"Nobody of {here.name} opens it before an administrator has named a privacy "
            "officer."
        }
    if visit.caller.practitioner in granted:
        return {"href": f"/people/{row['person']}/sealed"}
    may = sorted(each.name for each in here.here if each.id in granted)
    if may:
        return {"ask": f"{' or '.join(may)} may open it for {here.name}, if there is a reason."}
    who = [officer.name, *(each.name for each in here.here if each.role is Role.ADMINISTRATOR)]
    return {"ask": f"Nobody of {here.name} is granted to open it: ask {' or '.join(who)}."}


def lasts(visit: Visit) -> str:
    """For how long it opens, in words."""
    minutes = in_force(visit.now, OPENING).lasts // timedelta(minutes=1)
    return f"{minutes} minutes"
