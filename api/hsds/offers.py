"""One service out of a directory, as it can be offered here; or each flaw of it with its remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from api.hsds.flaws import Flaw, FlawsFound
from api.hsds.hours import opening
from api.hsds.tables import Placed, Row
from api.hsds.terms import Meaning, ways_in
from domain.description import Criteria, Description
from domain.texts import Line, Text
from domain.vocabulary import Source, Step

STATES = {
    "active": "open",
    "temporarily closed": "paused",
    "inactive": "paused",
    "defunct": "closed",
}
_LINE, _TEXT = TypeAdapter(Line), TypeAdapter(Text)
OLDEST = 120


@dataclass(frozen=True, slots=True)
class Capacity:
    """What was declared, and when."""

    available: int
    maximum: int | None
    updated: datetime


@dataclass(frozen=True, slots=True)
class Offered:
    """A service of a directory, said in the words of this place."""

    where: str
    id: str
    organisation: Mapping[str, Any]
    name: str
    step: Step
    ways_in: tuple[Source, ...]
    eligibility: str
    state: str
    description: Description
    capacity: Capacity | None
    remarks: tuple[str, ...]


class Reader:
    """Reads one service and gathers every flaw, so that all can be mended at once."""

    def __init__(self, placed: Placed, meaning: Meaning, today: date) -> None:
        self._where, self._row = placed.where, placed.service
        self._meaning, self._today = meaning, today
        self._flaws: list[Flaw] = []
        self._remarks: list[str] = []

    def read(self) -> Offered:
        """The service. Raises `FlawsFound`."""
        row = self._row
        identity, name = self._line(row, "id"), self._line(row, "name")
        state = STATES.get(str(row.get("status", "")), "")
        if not state:
            self._flaw("status", f"must be one of {', '.join(STATES)}")
        organisation = row.get("organization")
        if not isinstance(organisation, dict):
            self._flaw("organization", "names no organisation of this directory; say whose it is")
            organisation = {}
        term = self._meaning.of(self._rows(row, "attributes"))
        if term is None:
            self._flaw(
                "attributes",
                "no term of it is in the mapping file: add one there, or say --step",
            )
        description, capacity = self._description(term.takes if term else ()), self._capacity()
        if self._flaws or term is None:
            raise FlawsFound(self._flaws)
        return Offered(
            where=self._where,
            id=identity,
            organisation=organisation,
            name=name,
            step=term.step,
            ways_in=ways_in(term),
            eligibility=self._text(row, "eligibility_description") or "Not said; ask the service",
            state=state,
            description=description,
            capacity=capacity,
            remarks=tuple(self._remarks),
        )

    def _description(self, takes: tuple[str, ...]) -> Description:
        row = self._row
        at = self._rows(row, "service_at_locations")
        schedules = [*self._rows(row, "schedules")]
        for each in at:
            schedules += self._rows(each, "schedules")
        try:
            week = opening(schedules, self._today)
        except FlawsFound as found:
            self._flaws += found.flaws
            week = opening((), self._today)
        locations = [each["location"] for each in at if isinstance(each.get("location"), dict)]
        said = [self._text(row, "description"), *week.words]
        areas = self._rows(row, "service_areas")
        return Description(
            summary=" ".join(each for each in said if each) or None,
            criteria=Criteria(
                age_from=self._age("minimum_age"),
                age_to=self._age("maximum_age"),
                area=_joined(each.get("name") or each.get("description") for each in areas),
                takes=takes,
            ),
            hours=week.hours,
            phone=self._first("phones", "number"),
            email=self._text(row, "email") or None,
            url=self._text(row, "url") or None,
            places=_each(_place(each) for each in locations),
            languages=_each(each.get("name") for each in self._rows(row, "languages")),
            accessibility=_each(
                each.get("description")
                for location in locations
                for each in self._rows(location, "accessibility")
            ),
            cost=_joined(_cost(each) for each in self._rows(row, "cost_options"))
            or self._text(row, "fees_description")
            or None,
        )

    def _capacity(self) -> Capacity | None:
        found = self._rows(self._row, "service_capacities") or self._rows(
            self._row, "service_capacity"
        )
        if len(found) > 1:
            self._remarks.append("capacity is given in several units and was left out")
        if len(found) != 1:
            return None
        row = found[0]
        where = f"{row['file']} line {row['line']}" if "line" in row else "service_capacity"
        available, maximum = _whole(row.get("available")), _whole(row.get("maximum"))
        if available is None or available < 0:
            self._flaw("available", "is no whole number of places", where)
            return None
        if maximum is not None and maximum < available:
            self._flaw("maximum", "is less than what is available", where)
            return None
        try:
            updated = datetime.fromisoformat(str(row.get("updated", "")))
        except ValueError:
            self._flaw("updated", "is no time; write 2026-03-02T09:00:00Z", where)
            return None
        return Capacity(
            available, maximum, updated if updated.tzinfo else updated.replace(tzinfo=UTC)
        )

    def _age(self, field: str) -> int | None:
        said = self._row.get(field)
        age = _whole(said)
        if said in (None, ""):
            return None
        if age is None or not 0 <= age <= OLDEST:
            self._flaw(field, f"is no age from 0 to {OLDEST}")
            return None
        return age or None if field == "minimum_age" else age

    def _line(self, row: Row, field: str) -> str:
        return self._checked(_LINE, row, field, needed=True)

    def _text(self, row: Row, field: str) -> str:
        return self._checked(_TEXT, row, field, needed=False)

    def _checked(self, kind: TypeAdapter[str], row: Row, field: str, *, needed: bool) -> str:
        said = row.get(field)
        if said in (None, "") and not needed:
            return ""
        try:
            return kind.validate_python(said)
        except ValidationError as flaws:
            text = flaws.errors()[0]["msg"].removeprefix("Value error, ")
            self._flaw(field, f"{text[:1].lower()}{text[1:]}")
            return ""

    def _rows(self, row: Row, field: str) -> list[Row]:
        found = row.get(field) or []
        if isinstance(found, list) and all(isinstance(each, dict) for each in found):
            return found
        self._flaw(field, "is no list of objects")
        return []

    def _first(self, table: str, field: str) -> str | None:
        rows = self._rows(self._row, table)
        return next((str(row[field]) for row in rows if row.get(field)), None)

    def _flaw(self, field: str, text: str, where: str = "") -> None:
        self._flaws.append(Flaw(where or self._where, field, text))


def _place(location: Row) -> str:
    addresses = location.get("addresses") or [{}]
    address = addresses[0] if isinstance(addresses[0], dict) else {}
    parts = (location.get("name"), *(address.get(n) for n in ("address_1", "city", "postal_code")))
    return ", ".join(str(part) for part in parts if part)


def _cost(option: Row) -> str:
    if option.get("amount") not in (None, ""):
        said = f"{option['amount']} {option.get('currency') or 'GBP'}"
        return f"{option['option']}: {said}" if option.get("option") else said
    return str(option.get("amount_description") or option.get("option") or "")


def _whole(said: object) -> int | None:
    try:
        number = float(str(said))
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def _each(said: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(each) for each in said if each))


def _joined(said: Iterable[object]) -> str | None:
    return "; ".join(_each(said)) or None
