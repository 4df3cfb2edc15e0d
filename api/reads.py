"""What every read takes and answers: as at, as of, a position to wait for, the position shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any
from urllib.parse import urlencode

import orjson
from fastapi import Depends, Query, Request, Response

from api.parts import Parts, parts_of
from api.problems import PositionIsNotReached, not_valid
from projections.moments import NOW, When
from projections.paging import Page
from projections.writing import WrittenPage

WAIT = 2.0
"""Seconds that a read waits for its caller's own change."""

AS_AT = "A log position or an RFC 3339 time: what was known then."
AS_OF = "A date (its end, in UTC) or an RFC 3339 time: what was true then, by what is known."
MIN_POSITION = "Wait until the answer shows this position; 503 if not in time."


@dataclass(frozen=True, slots=True)
class Seen:
    """The moment a read looks at, and the log position that moment means."""

    when: When
    position: int

    def answer(
        self,
        content: Any,
        *,
        headers: dict[str, str] | None = None,
        media: str = "application/json",
    ) -> Response:
        """The content as JSON, saying which position it shows."""
        return self.written(orjson.dumps(content), headers=headers, media=media)

    def written(
        self,
        content: bytes,
        *,
        headers: dict[str, str] | None = None,
        media: str = "application/json",
    ) -> Response:
        """These bytes, saying which position they show."""
        said = {"X-Position": str(self.position), **(headers or {})}
        return Response(content, headers=said, media_type=media)

    def page(self, request: Request, page: Page | WrittenPage) -> Response:
        """One page of rows, with the address of the next in ``Link``."""
        headers = {}
        if page.next is not None:
            kept = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
            following = urlencode([*kept, ("after", page.next)])
            headers["Link"] = f'<{request.scope["path"]}?{following}>; rel="next"'
        if isinstance(page, WrittenPage):
            return self.written(page.answer(), headers=headers)
        return self.answer(
            {"rows": page.rows, "next": page.next, "counts": page.counts, "total": page.total},
            headers=headers,
        )


async def waited(
    request: Request,
    min_position: Annotated[
        int | None, Query(alias="min-position", ge=0, le=2**62, description=MIN_POSITION)
    ] = None,
) -> Parts:
    """The parts, once the views show what the caller waits for. Raises `PositionIsNotReached`."""
    here = parts_of(request)
    if min_position is not None and not await here.reading.reached(min_position, WAIT):
        raise PositionIsNotReached
    return here


async def seen(
    request: Request,
    here: Annotated[Parts, Depends(waited)],
    as_at: Annotated[str | None, Query(alias="as-at", max_length=40, description=AS_AT)] = None,
    as_of: Annotated[str | None, Query(alias="as-of", max_length=40, description=AS_OF)] = None,
) -> Seen:
    """The moment a read looks at. Raises `PositionIsNotReached` and what is not valid."""
    when = When(
        as_at=None if as_at is None else position_or_time("as-at", as_at),
        as_of=None if as_of is None else _as_of(as_of),
    )
    glance = request.scope.get("glance")
    if when.now and glance and "min-position" not in request.query_params:
        return Seen(when, glance.position)  # what is read after it shows at least this
    return Seen(when, await here.reading.position(when))


async def seen_now(request: Request, here: Annotated[Parts, Depends(waited)]) -> Seen:
    """Now, for what has no earlier moments. Raises `PositionIsNotReached` and what is not valid."""
    for name in ("as-at", "as-of"):
        if name in request.query_params:
            raise not_valid({"parameter": name}, "Only what is so now can be read here.")
    return Seen(NOW, await here.reading.position(NOW))


At = Annotated[Seen, Depends(seen)]
"""The moment a read looks at; now, unless the caller says otherwise."""

Now = Annotated[Seen, Depends(seen_now)]
"""For reads that show the present only."""


def position_or_time(name: str, text: str) -> int | datetime:
    """A moment of what was known, as a query writes it. Raises what is not valid of ``name``."""
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    return moment_of(name, text)


def _as_of(text: str) -> datetime:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        try:
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        except ValueError as flaw:
            raise not_valid({"parameter": "as-of"}, "Is no date of the calendar.") from flaw
    return moment_of("as-of", text)


def moment_of(name: str, text: str) -> datetime:
    """A time as a query writes it. Raises what is not valid of the parameter ``name``."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise not_valid(
            {"parameter": name}, "Is no RFC 3339 time with its offset, as in 2026-05-03T09:30:00Z."
        )
    try:
        return moment.astimezone(UTC)
    except OverflowError as flaw:
        raise not_valid({"parameter": name}, "Is no time that can be asked for.") from flaw
