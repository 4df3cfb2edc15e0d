"""Leaving: responsibility that falls back because the organisation that held a person is gone.

Its facts belong to the person's pathway, which decides (`domain.pathway`); they refuse to know why
an organisation left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from domain.handover import HandingOver
from domain.kernel import Asked, BrokenRule, Category, Fact, Recorded, Recorder
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


# What may happen next


@dataclass
class FallingBack(HandingOver):
    """Whether the person fell back to who holds them now, and whether somebody has seen it."""

    fell_back: bool = False
    fallback_seen: bool = False

    def fall_back(
        self, to: PartnerId, *, because: Because, label: Label, asked: Asked
    ) -> Recorded | None:
        """Let another hold the person, whose organisation is gone; it offers what is on offer.

        ``None`` when the pathway is closed, or that organisation holds the person already.
        """
        if not self.open or self.responsible is None or self.responsible == to:
            return None
        fact = ResponsibilityFellBack(
            sender=self.responsible, responsible=to, because=because, label=label
        )
        return self.record(fact, asked, person=self.person, label=self._either(label))

    def acknowledge_fallback(self, *, asked: Asked) -> Recorded | None:
        """Say that it was seen that the person fell back. Asked twice, it answers once.

        Raises `OnlyTheResponsibleMay`, `OnlySomebodyMaySeeIt`, `NothingFellBack`.
        """
        self._holding(asked)
        if asked.practitioner is None:
            raise OnlySomebodyMaySeeIt(self.id)
        if self.fell_back:
            return self._record(FallbackAcknowledged(responsible=asked.organisation), asked)
        if self.fallback_seen:
            return None
        raise NothingFellBack(self.id)


FACTS: tuple[type[Fact], ...] = (ResponsibilityFellBack, FallbackAcknowledged)
