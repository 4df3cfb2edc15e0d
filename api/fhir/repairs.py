"""Strict reading, then repairs by name, then strict reading again; nothing is put right unsaid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.resource import Resource
from pydantic import ValidationError

from api.fhir.codes import NHS_NUMBER, REGISTERED_SYSTEMS, check_text
from api.fhir.message import MessageRefused, Repair
from api.fhir.tree import Json, JsonObject, Place, places

_OFFSET_WITHOUT_COLON = re.compile(r"T[0-9:.]+[+-][0-9]{4}$")
_PLACEHOLDER = re.compile(r"\{.*\}")
_REFERRING = {"id", "fullUrl", "reference", "value"}
_SPELLINGS = {system.removeprefix("https://").casefold(): system for system in REGISTERED_SYSTEMS}
_ADDRESS = re.compile(r"\.(url|(source|destination(\[\d+\])?)\.endpoint)$")
_SPACED_NHS_NUMBER = re.compile(r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}")


@dataclass(frozen=True, slots=True)
class _Fault:
    location: tuple[str | int, ...]
    kind: str
    message: str


def conform(tree: JsonObject, root: str) -> tuple[Repair, ...]:
    """Bring a tree into FHIR's shape in place. Raises MessageRefused where no repair has a name."""
    repairs = _line_endings(tree, root)
    check_text(tree, root)
    _refuse_placeholders(tree, root)
    _refuse_unknown_resources(tree, root)
    _refuse_addresses_that_are_no_text(tree, root)
    renamed: dict[str, str] = {}
    while faults := _faults(tree, root):
        done = [repair for fault in faults if (repair := _repair(fault, tree, root, renamed))]
        if not set(done) - set(repairs):
            path = _path(faults[0].location, root)
            raise MessageRefused(renamed.get(path, path), _explained(faults[0]))
        repairs += done
    repairs += _spelling_repairs(tree, root)
    return tuple(repairs)


def _faults(tree: JsonObject, root: str) -> list[_Fault]:
    try:
        get_fhir_model_class(root).model_validate(tree)
    except ValidationError as error:
        return [
            _Fault(_location(fault["loc"]), fault["type"], fault["msg"]) for fault in error.errors()
        ]
    except (AttributeError, TypeError) as error:
        # The parser's own fault, seen for a value of a kind it does not expect.
        raise MessageRefused(root, "Holds a value of a kind FHIR R4 has no place for.") from error
    return []


def _location(parts: Sequence[str | int]) -> tuple[str | int, ...]:
    """In FHIR's names: the parser's `for_fhir` is `for`, and its `root` is the thing itself."""
    named = (part.removesuffix("_fhir") if isinstance(part, str) else part for part in parts)
    return tuple(part for part in named if part != "root")


def _path(location: Sequence[str | int], root: str) -> str:
    return root + "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in location)


def _place(location: Sequence[str | int], tree: JsonObject, root: str) -> Place | None:
    """Where a fault stands, or None when it is about something missing."""
    parent: Json = tree
    for part in location[:-1]:
        parent = _inside(parent, part)
    if not location or not isinstance(parent, dict | list):
        return None
    value = _inside(parent, location[-1])
    return None if value is None else Place(_path(location, root), parent, location[-1], value)


def _inside(node: Json, part: str | int) -> Json:
    if isinstance(node, dict) and isinstance(part, str):
        return node.get(part)
    if isinstance(node, list) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _repair(fault: _Fault, tree: JsonObject, root: str, renamed: dict[str, str]) -> Repair | None:
    place = _place(fault.location, tree, root)
    if place is None:
        return None
    value, key = place.value, place.key
    if fault.kind == "extra_forbidden":
        return _lower_first(place, renamed)
    if fault.kind == "list_type":
        if isinstance(value, list) or not isinstance(key, str):
            return None
        place.put([value])
        return Repair(place.path, "wrapped-in-list", "One value stood where a list belongs.")
    if isinstance(value, list) and len(value) == 1 and isinstance(key, str):
        place.put(value[0])
        return Repair(place.path, "taken-out-of-list", "A list of one stood for a single value.")
    if isinstance(value, str) and _OFFSET_WITHOUT_COLON.search(value):
        place.put(f"{value[:-2]}:{value[-2:]}")
        return Repair(place.path, "offset-colon", "The time's offset was written without a colon.")
    return None


def _lower_first(place: Place, renamed: dict[str, str]) -> Repair | None:
    key, parent = place.key, place.parent
    if not isinstance(key, str) or not isinstance(parent, dict) or not key[:1].isupper():
        return None
    lower = key[0].lower() + key[1:]
    if lower in parent:
        return None
    parent[lower] = parent.pop(key)
    renamed[f"{place.path[: -len(key)]}{lower}"] = place.path
    return Repair(place.path, "lower-first-letter", f"The element's name is {lower}.")


def _explained(fault: _Fault) -> str:
    match fault.kind:
        case "extra_forbidden":
            return "Is no element of FHIR R4 here. Take it out or correct its name."
        case "missing" | "model_field_validation.missing":
            return "Is required by FHIR R4 and missing. Add it."
        case _:
            return f"Does not fit FHIR R4 ({fault.message.removesuffix('.')}). Correct it."


def _refuse_placeholders(tree: JsonObject, root: str) -> None:
    for place in places(tree, root):
        if (
            place.key in _REFERRING
            and isinstance(place.value, str)
            and _PLACEHOLDER.search(place.value)
        ):
            raise MessageRefused(
                place.path,
                "Is a placeholder in braces that was never filled in. Send the real value.",
            )


def _refuse_unknown_resources(tree: JsonObject, root: str) -> None:
    for place in places(tree, root):
        if not isinstance(place.value, dict):
            continue
        required = place.key == "resource" or place.path.endswith(f".contained[{place.key}]")
        stated = place.value.get("resourceType")
        if (required or "resourceType" in place.value) and not _is_resource(stated):
            raise MessageRefused(
                f"{place.path}.resourceType",
                "Names no FHIR R4 resource. Name the resource's type.",
            )


def _refuse_addresses_that_are_no_text(tree: JsonObject, root: str) -> None:
    """The parser itself fails on these, without saying where."""
    for place in places(tree, root):
        if not _ADDRESS.search(place.path) or place.value is None or isinstance(place.value, str):
            continue
        raise MessageRefused(place.path, "Is not text. Send it as a JSON string.")


def _is_resource(kind: Json) -> bool:
    if not isinstance(kind, str):
        return False
    try:
        return issubclass(get_fhir_model_class(kind), Resource)
    except ValueError:
        return False


def _line_endings(tree: JsonObject, root: str) -> list[Repair]:
    done: list[Repair] = []
    for place in places(tree, root):
        if isinstance(place.value, str) and "\r\n" in place.value:
            place.put(place.value.replace("\r\n", "\n"))
            note = "Lines ended with a carriage return and a line feed."
            done.append(Repair(place.path, "line-endings", note))
    return done


def _spelling_repairs(tree: JsonObject, root: str) -> list[Repair]:
    """Faults that fit FHIR's shape, and would part two spellings of one name."""
    done: list[Repair] = []
    for place in places(tree, root):
        if not isinstance(place.value, str):
            continue
        if place.key == "system" and (system := _registered(place.value)):
            place.put(system)
            note = f"The system was spelled in another way; it is registered as {system}."
            done.append(Repair(place.path, "identifier-system-spelling", note))
        if place.key == "endpoint" and "|" in place.value:
            spelled, _, value = place.value.partition("|")
            if system := _registered(spelled):
                place.put(f"{system}|{value}")
                note = f"The system was spelled in another way; it is registered as {system}."
                done.append(Repair(place.path, "identifier-system-spelling", note))
    for place in places(tree, root):
        if (
            place.key == "value"
            and isinstance(place.value, str)
            and isinstance(place.parent, dict)
            and place.parent.get("system") == NHS_NUMBER
            and _SPACED_NHS_NUMBER.fullmatch(place.value)
            and not place.value.isdigit()
        ):
            place.put(re.sub("[ -]", "", place.value))
            note = "The NHS number was written with spaces or hyphens."
            done.append(Repair(place.path, "nhs-number-spacing", note))
    return done


def _registered(system: str) -> str | None:
    """The registered spelling of a system that is written in another way."""
    bare = re.sub("^https?://", "", system.strip(), flags=re.IGNORECASE).rstrip("/")
    registered = _SPELLINGS.get(bare.casefold())
    return None if registered == system else registered
