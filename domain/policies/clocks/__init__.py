"""Waiting-time clocks: dated rules, and a reading of them from what happened and was recorded."""

from domain.policies.clocks.happening import COUNTABLE, Happening, Kind
from domain.policies.clocks.reading import ClockReading, State, read, reckoned
from domain.policies.clocks.rules import RULES, Clock, ClockRule, Standing, in_force
from domain.policies.clocks.spells import Spell, spells
from domain.policies.clocks.standards import STANDARDS, Standard, applying, team

__all__ = [
    "COUNTABLE",
    "RULES",
    "STANDARDS",
    "Clock",
    "ClockReading",
    "ClockRule",
    "Happening",
    "Kind",
    "Spell",
    "Standard",
    "Standing",
    "State",
    "applying",
    "in_force",
    "read",
    "reckoned",
    "spells",
    "team",
]
