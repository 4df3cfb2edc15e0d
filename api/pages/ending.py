"""What is asked when somebody died, moved away or came back; it decides nothing."""

from __future__ import annotations

from api.pages.forms import Question, choices
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
