"""Leaving: responsibility that falls back because the organisation that held a person is gone.

Its facts belong to the person's pathway, which decides (`domain.pathway`); they refuse to know why
an organisation left.
"""

from __future__ import annotations

from typing import ClassVar

from domain.kernel import BrokenRule, Category, Fact, Recorder
from domain.vocabulary import Because, Label, PartnerId

# What happened


class FallbackFact(Fact):
    """Who holds a person whose organisation is gone."""

    TOPIC: ClassVar[str] = "pathway:"
    CATEGORY: ClassVar[Category] = Category.COORDINATION
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.RESPONSIBLE,)

    responsible: PartnerId


class ResponsibilityFellBack(FallbackFact):
    """The organisation that held the person is gone: another holds them from now on, unasked.

    It is the person's practice, or else the host, and is alerted until somebody there says that
    they have seen it. What a referral offers goes on in its name. ``label`` is that of the new
    holding.
    """

    TOPIC: ClassVar[str] = "pathway:ResponsibilityFellBack"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.HOSTS_TIMER,)

    sender: PartnerId
    because: Because
    label: Label = Label.ORDINARY


class FallbackAcknowledged(FallbackFact):
    """Somebody at the organisation the person fell back to has seen that it holds them."""

    TOPIC: ClassVar[str] = "pathway:FallbackAcknowledged"


# What is refused


class NothingFellBack(BrokenRule):
    """Nobody fell back to your organisation here, so there is nothing to acknowledge."""


class OnlySomebodyMaySeeIt(BrokenRule):
    """That a person fell back is acknowledged by somebody, never by a system."""


FACTS: tuple[type[Fact], ...] = (ResponsibilityFellBack, FallbackAcknowledged)
