"""How complex somebody's case is, on their page: the colour, what it means here, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import pathways
from api.pages import ways, words
from api.pages.forms import Question
from api.pages.person.doing import Doing, Row
from api.pages.visit import Visit
from api.problems import NothingIsHere
from domain.policies.ways import WAYS, Way
from domain.vocabulary import Complexity


def _asked(visit: Visit, _row: Row) -> list[Question]:
    way = ways.in_force(visit)
    if way is None or not way.complexity:
        raise NothingIsHere
    return [
        Question(
            "complexity",
            "How complex is the case?",
            "radios",
            choices=[
                (each.complexity.value, words.sentence(each.complexity.value), each.words)
                for each in way.complexity
            ],
            missing="Select how complex the case is",
        ),
        Question("why", "Why?", "textarea", missing="Enter why"),
    ]


DOING: dict[str, Doing] = {
    "complexity": Doing(
        "Say how complex the case is",
        pathways.CodingComplexity,
        pathways.code_complexity,
        _asked,
        "It says how much their needs ask of those who help. It foretells nothing about them.",
    )
}


def coded_here(visit: Visit) -> bool:
    """Whether colours mean something in the way this place works in."""
    way = ways.in_force(visit)
    return way is not None and bool(way.complexity)


def _meaning(visit: Visit, coded: Mapping[str, Any]) -> str:
    """What the colour meant in the way that it was given in."""
    written: list[Way] = [
        way for entry in visit.names.directory.partners.values() for way in entry.written
    ]
    colour = Complexity(coded["complexity"])
    for way in reversed([*WAYS, *written]):
        meaning = way.meaning(colour)
        if way.name == coded["way"] and meaning:
            return meaning.words
    return ""


async def shown(visit: Visit, row: Row) -> Mapping[str, Any]:
    """The colour in words, what it means, why, and which it was before."""
    coded = row.get("complexity")
    if not coded:
        return {}
    history = [each for each in row.get("complexity_history", []) if each != coded]
    return {
        "tag": words.COMPLEXITY[coded["complexity"]],
        "meaning": _meaning(visit, coded),
        "coded": coded,
        "earlier": [(words.COMPLEXITY[e["complexity"]].text, e) for e in reversed(history)],
    }
