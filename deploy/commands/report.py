"""What a month may be said to have been, as files: ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import psycopg
from cyclopts import Parameter

from deploy.commands.house import opened
from deploy.commands.measures import begun_on
from deploy.commands.output import CONFLICT, Json, Stopped, note, say
from projections import schema


def report(
    month: Annotated[str, Parameter(help="The month, as 2026-03; it must be over.")],
    folder: Annotated[Path, Parameter(help="Where to write the two files.")],
    /,
    *,
    position: Annotated[
        int, Parameter(help="As it was known at this number of the log; the last if left out.")
    ] = 0,
    json: Json = False,
) -> None:
    """A month's measures by service and characteristic, safe to publish, and what they mean."""
    from api.pages import tables
    from domain.facts import FACTS
    from domain.mapping import FactMapper
    from projections import monthly
    from projections.courses import Courses
    from projections.log import head, whole

    begun = begun_on(month)
    files = folder / f"measures-{month}.csv", folder / f"measures-{month}-definitions.csv"
    for path in files:
        if path.exists():
            raise Stopped(f"{path} is there already: name another folder", CONFLICT)
    with opened() as house, psycopg.connect(house.database.dsn(schema.AUDIT)) as connection:
        mapper, courses = FactMapper(FACTS, house.keys), Courses()
        up_to = position or head(connection)
        for stored in whole(connection):
            if stored.position > up_to:
                break
            courses.follow(mapper.read(stored))
    lines = monthly.lines(courses, begun)
    folder.mkdir(parents=True, exist_ok=True)
    shown = [
        {
            "month": month,
            "position": up_to,
            "measure": each.measure,
            "service": each.service,
            "characteristic": each.characteristic,
            "group": each.value,
            "counted": _number(each.counted),
            "of": _number(each.of),
        }
        for each in lines
    ]
    files[0].write_bytes(tables.written(shown))
    files[1].write_bytes(
        tables.written(
            {
                "measure": each.name,
                "of": each.of.value,
                "counted": each.numerator,
                "source": each.source,
            }
            for each in monthly.SAID
        )
    )
    told = sum(each.of is not None for each in lines)
    say([{"position": up_to, "lines": len(lines), "shown": told}], json=json)
    note(f"Counts under 5, and those that would tell of them, are hidden; see {files[1]}.")


def _number(count: int | None) -> str:
    return "hidden" if count is None else str(count)
