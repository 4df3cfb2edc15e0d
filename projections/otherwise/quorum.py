"""Decisions of meetings under another quorum: who was in the room is folded as it was recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from domain.case import CaseNotReached, MdtDecisionRecorded
from domain.kernel import Recorded
from domain.meeting import Meeting, MeetingClosed
from domain.pathway import Pathway, pathway_of
from domain.policies import quorum
from domain.policies.quorum import Quorum
from domain.vocabulary import Moment, PersonId, PractitionerId, Role
from projections.directory import Directory
from projections.otherwise import Otherwise


@dataclass
class QuorumJudge:
    """What meetings decided, and what they heard and left undecided, under other rules."""

    NOUNS: ClassVar[frozenset[str]] = frozenset({"partner", "meeting", "pathway"})

    rules: Sequence[Quorum]
    judged: int = 0
    _directory: Directory = field(default_factory=Directory)
    _meetings: dict[UUID, Meeting] = field(default_factory=dict)
    _pathways: dict[UUID, Pathway] = field(default_factory=dict)

    def follow(self, recorded: Recorded) -> Iterator[Otherwise]:
        stream, noun = recorded.originator_id, recorded.fact.TOPIC.partition(":")[0]
        match recorded.fact:
            case MdtDecisionRecorded() as decided:
                yield from self._decided(recorded, decided)
            case CaseNotReached():
                yield from self._left(recorded)
            case _:
                pass
        if noun == "partner":
            self._directory.follow(recorded)
        elif noun == "pathway":
            self._pathways.setdefault(stream, Pathway(id=stream)).follow(recorded)
        elif isinstance(recorded.fact, MeetingClosed):
            self._meetings.pop(stream, None)
        else:
            self._meetings.setdefault(stream, Meeting(id=stream)).follow(recorded)

    def finish(self, at: Moment) -> Iterator[Otherwise]:
        """Nothing is left to say: a meeting that goes on has decided nothing yet."""
        yield from ()

    def _decided(self, recorded: Recorded, decided: MdtDecisionRecorded) -> Iterator[Otherwise]:
        self.judged += 1
        person, at = recorded.person, recorded.effective_at
        assert person is not None, "a decision is about somebody"
        rule = quorum.in_force(at, self.rules)
        if not rule.needed(decided.outcome) or self._met(recorded, rule):
            return
        was = "quorum met" if decided.quorum_met else "quorum not needed"
        yield Otherwise(
            person=person,
            position=recorded.position,
            at=at,
            what=f"{decided.outcome.value}, decided by a meeting",
            about=decided.decision,
            then=f"decided: {was} ({decided.quorum_rule})",
            now=f"refused: no quorum ({rule.name})",
        )

    def _left(self, recorded: Recorded) -> Iterator[Otherwise]:
        person, at = recorded.person, recorded.effective_at
        assert person is not None, "a case is somebody's"
        if not self._meetings[recorded.originator_id].cases[person].attendees:
            return
        self.judged += 1
        before, after = quorum.in_force(at), quorum.in_force(at, self.rules)
        if self._met(recorded, before) or not self._met(recorded, after):
            return
        yield Otherwise(
            person=person,
            position=recorded.position,
            at=at,
            what="a case heard and left undecided",
            about=recorded.originator_id,
            then=f"no key decision could be taken ({before.name})",
            now=f"one could have been taken ({after.name})",
        )

    def _met(self, recorded: Recorded, rule: Quorum) -> bool:
        """Whether those who were in the room for this case make the rule's quorum."""
        person = recorded.person
        assert person is not None, "a case is somebody's"
        attendees = self._meetings[recorded.originator_id].cases[person].attendees
        way = self._way(person)
        there = {each.practitioner for each in attendees if each.partner == way.responsible}
        return rule.met(
            {each.partner for each in attendees},
            way.responsible,
            clinician=bool(there & self._clinicians(way)),
        )

    def _clinicians(self, way: Pathway) -> set[PractitionerId]:
        """The person's key worker, and the clinicians of who is responsible, who stand in."""
        if way.responsible is None:
            return set()
        here = self._directory.partners[way.responsible].here
        standing_in = {each.id for each in here if each.role is Role.CLINICIAN}
        return standing_in | ({way.key_worker} if way.key_worker else set())

    def _way(self, person: PersonId) -> Pathway:
        pathway = pathway_of(person)
        return self._pathways.get(pathway) or Pathway(id=pathway)
