"""HSDS files: a tabular data package or JSON, put together to one nested service after another.

It refuses to judge a service: it knows which row belongs to which, and on which line each stands.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]

NAMES: Mapping[str, tuple[str, ...]] = {
    "organizations": ("organizations", "organization"),
    "organization_identifiers": ("organization_identifiers", "organization_identifier"),
    "services": ("services", "service"),
    "service_at_locations": (
        "service_at_location",
        "service_at_locations",
        "services_at_location",
    ),
    "locations": ("locations", "location"),
    "addresses": ("addresses", "address"),
    "phones": ("phones", "phone"),
    "schedules": ("schedules", "schedule"),
    "service_areas": ("service_areas", "service_area"),
    "languages": ("languages", "language"),
    "accessibility": ("accessibility",),
    "cost_options": ("cost_options", "cost_option"),
    "service_capacities": ("service_capacity", "service_capacities"),
    "attributes": ("attributes", "attribute"),
    "taxonomy_terms": ("taxonomy_terms", "taxonomy_term"),
}
"""The tables that are read, under the names that publishers give their files."""

OF_A_SERVICE = (
    "phones",
    "schedules",
    "service_areas",
    "languages",
    "cost_options",
    "service_capacities",
)


class CannotBeRead(Exception):
    """The path holds no HSDS directory; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One service with all that belongs to it, and where it stands."""

    where: str
    service: Row


def read(path: Path) -> list[Placed]:
    """Every service at a path: a folder of CSV files, or a JSON file. Raises `CannotBeRead`."""
    try:
        return list(_tabular(path) if path.is_dir() else _json(path))
    except (OSError, UnicodeDecodeError, csv.Error) as unread:
        reason = getattr(unread, "strerror", None) or str(unread)
        raise CannotBeRead(f"{path} cannot be read: {reason}") from unread


def _json(path: Path) -> Iterator[Placed]:
    try:
        found = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as flaw:
        raise CannotBeRead(f"{path} is not JSON: {flaw}") from flaw
    if isinstance(found, dict) and isinstance(found.get("contents"), list):
        found = found["contents"]  # a page of an HSDS API
    services = found if isinstance(found, list) else [found]
    if not services or not all(isinstance(each, dict) for each in services):
        raise CannotBeRead(f"{path} holds no service: give one, a list of them, or an API's page")
    for number, service in enumerate(services, start=1):
        yield Placed(f"{path.name} service {number}", service)


def _tabular(folder: Path) -> Iterator[Placed]:
    tables = {name: _table(folder, stems) for name, stems in NAMES.items()}
    if not tables["services"]:
        raise CannotBeRead(f"{folder} holds no services.csv with a service in it")
    terms = {row.get("id"): row for row in tables["taxonomy_terms"]}
    for row in tables["attributes"]:
        row["taxonomy_term"] = terms.get(row.get("taxonomy_term_id"))
    attributes = _by(tables["attributes"], "link_id")
    organisations = {row.get("id"): row for row in tables["organizations"]}
    for key, identifiers in _by(tables["organization_identifiers"], "organization_id").items():
        organisations.get(key, {})["organization_identifiers"] = identifiers
    locations = {row.get("id"): row for row in tables["locations"]}
    for name in ("addresses", "accessibility"):
        for key, rows in _by(tables[name], "location_id").items():
            locations.get(key, {})[name] = rows
    of_service = {name: _by(tables[name], "service_id") for name in OF_A_SERVICE}
    at_place = _by(tables["schedules"], "service_at_location_id")
    places = _by(tables["service_at_locations"], "service_id")
    for row in tables["services"]:
        key = row.get("id", "")
        row |= {name: of_service[name].get(key, []) for name in OF_A_SERVICE}
        row["organization"] = organisations.get(row.get("organization_id"))
        row["attributes"] = attributes.get(key, [])
        row["service_at_locations"] = [
            at
            | {
                "location": locations.get(at.get("location_id")),
                "schedules": at_place.get(at.get("id", ""), []),
            }
            for at in places.get(key, [])
        ]
        yield Placed(f"services.csv line {row['line']}", row)


def _table(folder: Path, stems: tuple[str, ...]) -> list[Row]:
    """The rows of a table with their lines; empty cells are left out."""
    for stem in stems:
        path = folder / f"{stem}.csv"
        if path.exists():
            with path.open(encoding="utf-8-sig", newline="") as lines:
                reader = csv.DictReader(lines)
                return [
                    {k: v for k, v in row.items() if k and v not in (None, "")}
                    | {"line": reader.line_num, "file": path.name}
                    for row in reader
                ]
    return []


def _by(rows: list[Row], field: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if field in row:
            found[row[field]].append(row)
    return found
