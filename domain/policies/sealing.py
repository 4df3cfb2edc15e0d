"""What a person may have sealed, and what must stay in sight of whoever coordinates their care.

Source: NHS Connecting for Health, sealed envelopes (House of Lords, 7 January 2008): a patient
seals parts of a record. Which parts is a default of this place: nothing whose absence could leave
somebody unheld or in danger.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.kernel import Fact, Recorded

STREAMS: Final = frozenset({"referral", "contact", "measure", "discussion", "social_work"})
"""Nouns that may be sealed whole: a referral, an appointment, a score, a conversation.

Not who holds the person (pathway, meeting, implementation, action), not what keeps somebody safe
(concern, safeguarding, shared care, and the plan with what to do in a crisis), not who they are.
"""

BELONGING: Final = STREAMS | {"group"}
"""Nouns that are sealed with the referral that they are under."""

ALONE: Final[Mapping[str, str]] = {
    "referral:InformationGiven": "what was answered to a question",
    "social_work:WorkDone": "what came of social work",
}
"""Facts that may be sealed alone, in the middle of a stream: all else in it still reads true.

That a referral was accepted, or that somebody was seen, cannot be: others would believe that the
person still waits.
"""


def belongs(fact: Fact) -> bool:
    """Whether a fact may be kept from others because what it belongs to is sealed."""
    return fact.TOPIC.split(":")[0] in BELONGING


def item(recorded: Recorded) -> str | None:
    """What is sealed when this fact is chosen: it alone, its whole stream, or nothing."""
    return _item(recorded.fact.TOPIC, recorded.id)


def chosen(message: str, fact: str) -> str | None:
    """The same of an entry, by the type and the fact's id that a partner was told."""
    noun, name, _ = message.split(".")
    return _item(f"{noun}:{name}", fact)


def _item(topic: str, fact: str) -> str | None:
    stream, version = fact.split("/")
    if topic in ALONE:
        return fact
    return stream if version == "1" and topic.split(":")[0] in STREAMS else None
