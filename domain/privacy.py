"""Privacy in an organisation: who looks after it.

Its facts belong to the organisation's stream (`domain.partner`), and are about nobody who is
helped.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from domain.kernel import BrokenRule, Category, Fact, Recorder
from domain.vocabulary import PractitionerId

# What happened


class PrivacyOfficerNamed(Fact):
    """Somebody of the organisation looks after privacy there, from a day on.

    They are told of every access by exception, and review it (NHS Connecting for Health, guidance
    for privacy officers: each organisation must have one).
    """

    TOPIC: ClassVar[str] = "partner:PrivacyOfficerNamed"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.ITSELF, Recorder.HOST)

    practitioner: PractitionerId
    since: date


class OpeningGranted(Fact):
    """The organisation lets somebody of it open what people had sealed, from a day on."""

    TOPIC: ClassVar[str] = "partner:OpeningGranted"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.ITSELF,)

    practitioner: PractitionerId
    since: date


class OpeningGrantEnded(Fact):
    """Somebody may no longer open what people had sealed."""

    TOPIC: ClassVar[str] = "partner:OpeningGrantEnded"
    CATEGORY: ClassVar[Category] = Category.DIRECTORY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.ITSELF,)

    practitioner: PractitionerId


# What is refused


class OnlyTheyGrantIt(BrokenRule):
    """An organisation says itself who of it may open what people had sealed."""


class NotGrantedToOpen(BrokenRule):
    """You are not granted to open what people had sealed; your organisation grants it to some."""


class NobodyLooksAfterPrivacy(BrokenRule):
    """Your organisation has no privacy officer; its administrator names one, then try again."""


class NotAPrivacyOfficerThere(BrokenRule):
    """They are no privacy officer of the organisation; give them that role there first."""


class OnlyTheyNameTheirOfficer(BrokenRule):
    """An organisation names its own privacy officer, or the host does."""


FACTS: tuple[type[Fact], ...] = (PrivacyOfficerNamed, OpeningGranted, OpeningGrantEnded)
