"""Disclosure without consent: what an organisation told of a person because the law let it or
bade it, to whom and on which ground.

Its fact belongs to the person's own stream. It refuses to send anything itself.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from domain.kernel import (
    Aggregate,
    Asked,
    BrokenRule,
    Category,
    Fact,
    PersonalText,
    Recorded,
    Recorder,
)
from domain.policies import disclosures
from domain.policies.days import local_date
from domain.vocabulary import DisclosureGround, Label, PersonId

# What happened


class DisclosedWithoutConsent(Fact):
    """An organisation told somebody of the person without being allowed to by the person.

    ``to_whom`` is the court, the police, the safeguarding board; ``content`` what was told, in
    words; ``order`` the order's own reference. ``person_told`` says whether the person was told of
    it, and ``why_not`` why not. It stands in the record of the organisation that disclosed, and in
    the person's own list of who was told what.
    """

    TOPIC: ClassVar[str] = "person:DisclosedWithoutConsent"
    CATEGORY: ClassVar[Category] = Category.SAFETY
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING,)
    THIRD_PARTY: ClassVar[bool] = True

    to_whom: PersonalText
    ground: DisclosureGround
    basis: str
    content: PersonalText
    order: PersonalText | None = None
    on: date
    person_told: bool = False
    why_not: PersonalText | None = None


# What is refused


class OrderHasNoReference(BrokenRule):
    """Give the reference of the order: what a court ordered is disclosed, and nothing else."""


class DisclosureIsNotYet(BrokenRule):
    """The day of the disclosure lies ahead; record it once it was made."""


class SayWhyTheyDoNotKnowOfIt(BrokenRule):
    """Say why the person was not told of this disclosure, or that they were."""


class NoLawAllowsThis(BrokenRule):
    """On that day no law that is known here let this be told without consent."""


# What is true now and may happen next


class Disclosing(Aggregate):
    """What was told of a person without their consent."""

    def disclose(
        self,
        to_whom: str,
        *,
        ground: DisclosureGround,
        content: str,
        order: str | None,
        on: date,
        person_told: bool,
        why_not: str | None,
        label: Label,
        asked: Asked,
    ) -> Recorded:
        """Keep to whom something was told without consent, on which ground, and what.

        Raises `DisclosureIsNotYet`, `NoLawAllowsThis`, `OrderHasNoReference`,
        `SayWhyTheyDoNotKnowOfIt`.
        """
        if on > local_date(asked.at):
            raise DisclosureIsNotYet(self.id)
        law = disclosures.law(ground, on)
        if law is None:
            raise NoLawAllowsThis(self.id)
        if law.asks_for_order and not order:
            raise OrderHasNoReference(self.id)
        if not person_told and not why_not:
            raise SayWhyTheyDoNotKnowOfIt(self.id)
        fact = DisclosedWithoutConsent(
            to_whom=to_whom,
            ground=ground,
            basis=law.basis,
            content=content,
            order=order,
            on=on,
            person_told=person_told,
            why_not=None if person_told else why_not,
        )
        return self.record(fact, asked, person=PersonId(self.id), label=label)


FACTS: tuple[type[Fact], ...] = (DisclosedWithoutConsent,)
