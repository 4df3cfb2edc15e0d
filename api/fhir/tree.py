"""A JSON tree whose every part knows its path; knows nothing of what the parts mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from api.fhir.message import MessageRefused

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
JsonObject: TypeAlias = dict[str, Json]


@dataclass(frozen=True, slots=True)
class Place:
    """One value where it stands, so that a repair can put another in its stead."""

    path: str
    parent: JsonObject | list[Json]
    key: str | int
    value: Json

    def put(self, value: Json) -> None:
        if isinstance(self.parent, dict):
            assert isinstance(self.key, str)
            self.parent[self.key] = value
        else:
            assert isinstance(self.key, int)
            self.parent[self.key] = value


def places(node: Json, path: str) -> Iterator[Place]:
    """Every value below a node, parents first."""
    if isinstance(node, dict):
        for name, value in list(node.items()):
            place = Place(f"{path}.{name}", node, name, value)
            yield place
            yield from places(value, place.path)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            place = Place(f"{path}[{index}]", node, index, value)
            yield place
            yield from places(value, place.path)


@dataclass(frozen=True, slots=True)
class Element:
    """One JSON object, read by name; a value of the wrong kind is refused by its path."""

    path: str
    value: JsonObject

    @property
    def kind(self) -> str:
        """The resource's type, or nothing for an element that is not a resource."""
        return self.text("resourceType") or ""

    def text(self, name: str) -> str | None:
        value = self.value.get(name)
        if value is None:
            return None
        return _text(value, f"{self.path}.{name}")

    def texts(self, name: str) -> list[str]:
        listed = self._list(name)
        found = (_text(value, f"{self.path}.{name}[{i}]") for i, value in enumerate(listed))
        return [text for text in found if text is not None]

    def flag(self, name: str) -> bool | None:
        value = self.value.get(name)
        if value is None or isinstance(value, bool):
            return value
        raise MessageRefused(f"{self.path}.{name}", "Is not true or false. Send one of the two.")

    def child(self, name: str) -> "Element | None":
        value = self.value.get(name)
        return None if value is None else _element(value, f"{self.path}.{name}")

    def children(self, name: str) -> "list[Element]":
        listed = self._list(name)
        return [_element(value, f"{self.path}.{name}[{i}]") for i, value in enumerate(listed)]

    def _list(self, name: str) -> list[Json]:
        value = self.value.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise MessageRefused(f"{self.path}.{name}", "Is not a list. Send a list.")


def wording(concept: Element) -> str | None:
    """What a CodeableConcept says to a reader: its text, else its displays, else its codes."""
    if text := concept.text("text"):
        return text
    codings = concept.children("coding")
    displays = [display for coding in codings if (display := coding.text("display"))]
    codes = [code for coding in codings if (code := coding.text("code"))]
    return "; ".join(dict.fromkeys(displays or codes)) or None


def codes(concept: Element | None) -> set[str]:
    """The codes of a CodeableConcept, whatever their system."""
    if concept is None:
        return set()
    return {code for coding in concept.children("coding") if (code := coding.text("code"))}


def _text(value: Json, path: str) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    raise MessageRefused(path, "Is not text. Send it as a JSON string.")


def _element(value: Json, path: str) -> Element:
    if isinstance(value, dict):
        return Element(path, value)
    raise MessageRefused(path, "Is not an object. Send a JSON object.")
