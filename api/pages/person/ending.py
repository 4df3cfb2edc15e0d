"""What is asked when somebody died, moved away or came back; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import endings
from api.pages.forms import Question, choices
from api.pages.person.doing import Doing, Row, Where, asking
from api.pages.visit import Visit
from domain.vocabulary import HowKnown

DEATH = [
    Question("died_on", "When did they die?", "date", missing="Enter the day they died"),
    Question(
        "known_by",
        "How is it known?",
        "radios",
        choices=choices(HowKnown),
        missing="Select how it is known",
    ),
    Question("note", "What else is known?", "textarea", optional=True),
]
DEATH_IN_ERROR = [
    Question("note", "How did the mistake happen?", "textarea", optional=True),
]
MOVING = [
    Question("since", "Since when?", "date", missing="Enter the day they moved"),
    Question("where_to", "Where to?", width=30, missing="Enter where they moved to"),
    Question(
        "new_place_told",
        "Does care at the new place know of them?",
        "radios",
        choices=(
            ("true", "Yes, it was told", "Everything that is open here ends"),
            ("false", "Not yet", "Your organisation holds them until it was told"),
        ),
        missing="Select whether care at the new place was told",
    ),
]
REOPENING = [Question("reason", "Why now?", "textarea", missing="Enter why you hold them again")]

DOING: dict[str, Doing] = {
    "reopening": Doing(
        "Open the pathway again",
        endings.Reopening,
        endings.reopen_pathway,
        asking(REOPENING),
        "From now on your organisation is responsible.",
        where=Where.ENDINGS,
    ),
    "moving-away": Doing(
        "Record that they moved away",
        endings.MovingAway,
        endings.record_move,
        asking(MOVING),
        "You hold them until care at the new place was told.",
        where=Where.ENDINGS,
    ),
    "death": Doing(
        "Record that they died",
        endings.RecordingDeath,
        endings.record_death,
        asking(DEATH),
        "Everything that was asked for them ends, and nobody is asked to chase them.",
        where=Where.ENDINGS,
    ),
    "death-in-error": Doing(
        "They did not die",
        endings.TakingBackDeath,
        endings.take_back_death,
        asking(DEATH_IN_ERROR),
        "Who held them holds them again, and whoever was told of the death is told this. "
        "What had been asked of others has ended: ask again for what is still wanted.",
        where=Where.ENDINGS,
    ),
}


async def shown(_visit: Visit, row: Row) -> Mapping[str, Any]:
    """That they died or moved away."""
    return {name: row[name] for name in ("died", "moved_away") if row.get(name)}
