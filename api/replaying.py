"""What made a record so, and how it came from one moment to another, over HTTP."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.pages import telling
from api.pages.words import Names
from api.parts import Here
from api.people import told
from api.problems import not_valid
from api.reads import AS_AT, position_or_time
from api.viewpoint import AtFrom, View
from domain.intentions.persons import PersonIsUnknown
from projections.entries import Entry
from projections.moments import When
from projections.questions.replaying import Moments
from projections.why import Cause, Change

router = APIRouter(prefix="/v1/people", tags=["people"])

FIELD = (
    "A field of the record, by its way through it: `step`, `referrals.<id>.state`; a part that "
    "holds others changes with each of them."
)


@router.get("/{person}/why", response_model=dict[str, Any])
async def why_so(
    person: UUID,
    view: View,
    here: Here,
    at: AtFrom,
    field: Annotated[str, Query(min_length=1, max_length=200, description=FIELD)],
) -> Response:
    """Which entries made a field of the record so, the oldest first, and what each followed from.

    Of a cause that your organisation was never told of is said only that there was one.
    """
    subject = await view.known_as(person)
    because = await here.reading.why(view.organisation, subject, field, at.when, sight=view.sight)
    if because is None:
        raise PersonIsUnknown(person)
    names = Names(await here.reading.directory())
    return at.answer(
        {
            "person": subject,
            "field": because.field,
            "value": because.value,
            "changes": [_change(each, names) for each in because.changes],
        }
    )


@router.get("/{person}/difference", response_model=dict[str, Any])
async def what_changed(
    person: UUID,
    request: Request,
    view: View,
    here: Here,
    at: AtFrom,
    since: Annotated[str, Query(alias="from", max_length=40, description=AS_AT)],
    to: Annotated[
        str | None, Query(max_length=40, description=f"{AS_AT} Now, if left out.")
    ] = None,
) -> Response:
    """What was told of a person between two moments, and what of the record changed with it.

    `as-of` asks of both what was true then.
    """
    if "as-at" in request.query_params:
        raise not_valid({"parameter": "as-at"}, "Say between which moments: from, and to.")
    as_of = at.when.as_of
    before = When(position_or_time("from", since), as_of)
    after = When(None if to is None else position_or_time("to", to), as_of)
    first, last = [await here.reading.position(each) for each in (before, after)]
    moments = Moments(view.moment(before, first), view.moment(after, last))
    subject = await view.known_as(person)
    found = await here.reading.difference(view.organisation, subject, moments, sight=view.sight)
    if found is None:
        raise PersonIsUnknown(person)
    names = Names(await here.reading.directory())
    return replace(at, position=last).answer(
        {
            "person": subject,
            "from": first,
            "to": last,
            "entries": [_entry(each, names) for each in found.entries],
            "no_longer_told": [_entry(each, names) for each in found.gone],
            "changes": [asdict(each) for each in found.changes],
        }
    )


def _change(change: Change, names: Names) -> dict[str, Any]:
    return {
        "before": change.before,
        "after": change.after,
        "entry": _entry(change.entry, names),
        "causes": [_cause(each, names) for each in change.causes],
    }


def _cause(cause: Cause, names: Names) -> dict[str, Any]:
    return {
        "link": cause.link.value,
        "told": cause.entry is not None,
        "entry": None if cause.entry is None else _entry(cause.entry, names),
    }


def _entry(entry: Entry, names: Names) -> dict[str, Any]:
    """An entry with what it says in words, and by whom as far as that is told."""
    words = {"what": telling.happened(entry.type, entry.data, names), "by": names.by(entry.data)}
    return told(entry) | words
