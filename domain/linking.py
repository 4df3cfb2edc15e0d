"""Two records of one person: linked, unlinked, or found to be of two people.

They are facts of both persons' own streams. Nothing is moved and nothing rewritten: each record
stays the fold of its own facts, so that what was linked wrongly comes apart again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from domain.corrections import CorrectionFact
from domain.kernel import BrokenRule, Clinical, PersonalText, Recorded, Recorder, Unknown
from domain.vocabulary import Moment, PersonId

# What happened


class LinkingFact(CorrectionFact):
    """Two records turned out to be of one person, or not to be.

    Told to whoever is involved, who knows the other record by an id of their own, or not at all.
    """

    TOPIC: ClassVar[str] = "person:"
    RECORDED_BY: ClassVar[tuple[Recorder, ...]] = (Recorder.KNOWING, Recorder.RECORDS)

    other: PersonId


class PersonsLinked(LinkingFact):
    """This record and another are of one person; ``kept`` is where new things are asked.

    Who is involved with either is involved with both, by their own agreement. What the person
    objected to of either holds for both.
    """

    TOPIC: ClassVar[str] = "person:PersonsLinked"

    kept: PersonId
    reason: Clinical[PersonalText | None] = None


class PersonsUnlinked(LinkingFact):
    """This record and another are of two people after all: each is again what it was alone."""

    TOPIC: ClassVar[str] = "person:PersonsUnlinked"

    reason: Clinical[PersonalText | None] = None


class MatchRuledOut(LinkingFact):
    """Somebody looked at two records that are alike: they are of two people. Told to nobody."""

    TOPIC: ClassVar[str] = "person:MatchRuledOut"

    reason: Clinical[PersonalText | None] = None


# What is refused


class LinkedToItself(BrokenRule):
    """A record is not linked to itself; name the other record of the same person."""


class ReasonIsNeeded(BrokenRule):
    """Say why: whoever looks at these two records after you must be able to follow."""


class KeptIsAnother(BrokenRule):
    """The record that is kept must be one of those that are linked."""


class MatchIsUnknown(Unknown):
    """No two such records are known here."""


class RecordsAreNotLinked(BrokenRule):
    """These two records are not linked to each other, so there is no link to undo."""


class RecordsAreLinked(BrokenRule):
    """These two records are linked as one person; undo the link, and say why."""


# What is true now and may happen next


@dataclass(frozen=True, slots=True)
class Link:
    """That two records are one person's, since when, and which of them is kept."""

    kept: PersonId
    at: Moment


@dataclass
class Links:
    """The records that one record is linked to, and those it was told apart from."""

    standing: dict[PersonId, Link] = field(default_factory=dict)
    ruled_out: set[PersonId] = field(default_factory=set)

    def follow(self, recorded: Recorded) -> None:
        match recorded.fact:
            case PersonsLinked(other=other, kept=kept):
                self.standing[other] = Link(kept, recorded.effective_at)
                self.ruled_out.discard(other)
            case PersonsUnlinked(other=other):
                self.standing.pop(other, None)
                self.ruled_out.add(other)
            case MatchRuledOut(other=other):
                self.ruled_out.add(other)
            case unknown:
                raise AssertionError(f"{unknown.TOPIC} does not link")


def kept_of(members: Mapping[PersonId, Links]) -> PersonId:
    """Of records that are one person's, the one where new things are asked: the newest link's."""
    named = [
        (link.at, link.kept)
        for one, links in members.items()
        for other, link in links.standing.items()
        if other in members and link.kept in members and one != other
    ]
    return max(named)[1] if named else min(members)


FACTS = (PersonsLinked, PersonsUnlinked, MatchRuledOut)
