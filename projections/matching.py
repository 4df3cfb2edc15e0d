"""Which records may be of one person: found as they are registered and put right, by blinded keys.

Folded from facts, for whoever looks after records. It keeps ids and verdicts, and no detail; it
refuses to link anybody: that is somebody's word.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid5

from psycopg import Connection

from domain.corrections import ConflictSettled, DetailsCorrected
from domain.intentions.linking import known_of
from domain.kernel import Recorded
from domain.linking import LinkingFact, MatchRuledOut, PersonsLinked, PersonsUnlinked
from domain.mapping import FactMapper, UnreadableFact
from domain.person import Person, PersonRegistered
from domain.policies.matching import Compared, Known, Verdict, compared, keys, likeness
from domain.vocabulary import PersonId
from projections import log
from projections.pseudonyms import Pseudonyms
from projections.statements import columns, statements

SQL = statements("matching")

TELLING = (PersonRegistered, DetailsCorrected, ConflictSettled)
"""Facts after which somebody may turn out to be like somebody else, or not any more."""


class State(StrEnum):
    """What became of two records that are alike."""

    TO_REVIEW = "to review"
    RULED_OUT = "ruled out"
    LINKED = "linked"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class Match:
    """Two records that may be, or are, one person's."""

    id: UUID
    one: PersonId
    other: PersonId
    verdict: Verdict
    state: State
    since: datetime
    position: int


def match_of(one: PersonId, other: PersonId) -> UUID:
    """The id of two records together, whichever is named first."""
    first, second = sorted((one, other))
    return uuid5(first, str(second))


def blinded(of: Known, pseudonyms: Pseudonyms) -> frozenset[bytes]:
    """The keys by which somebody is found, as they rest."""
    return frozenset(pseudonyms.blind(key) for key in keys(of))


@dataclass(frozen=True, slots=True)
class Described:
    """Somebody as they were known from a position on, and as that is compared."""

    position: int
    known: Known
    compared: Compared


class Matching:
    """The view's fold: keys of everybody, and the matches that these facts make or unmake."""

    name = "matches"

    def __init__(self, mapper: FactMapper, pseudonyms: Pseudonyms) -> None:
        self._mapper, self._pseudonyms = mapper, pseudonyms
        self._told: dict[PersonId, list[Described]] = {}
        self._blinds: dict[Known, frozenset[bytes]] = {}
        self._alike: dict[bytes, set[PersonId]] = {}
        self._stored: dict[UUID, Match] = {}
        self._rows: dict[UUID, Match] = {}
        self._matched: dict[PersonId, dict[PersonId, UUID]] = {}
        self._new: set[tuple[bytes, PersonId]] = set()

    def load(self, connection: Connection, facts: Sequence[Recorded]) -> None:
        """Fetch what is known of everybody these facts may be about, and of who is like them."""
        self._told, self._alike, self._stored, self._new = defaultdict(list), {}, {}, set()
        self._blinds = {}
        telling = [each for each in facts if isinstance(each.fact, TELLING)]
        linking = [each for each in facts if isinstance(each.fact, LinkingFact)]
        if telling:
            before = facts[0].position
            put_right = {f.person for f in telling if not isinstance(f.fact, PersonRegistered)}
            people = self._people(connection, (p for p in put_right if p), before)
            for each in facts:
                if each.person and each.originator_id == each.person:
                    self._follow(people, each)
            self._look_up(connection, before)
        persons = {each.person for each in (*telling, *linking) if each.person}
        if persons:
            asked = [list(persons)] * 2
            cursor = connection.cursor(binary=True).execute(SQL["of_persons"], asked)
            self._stored = {row.id: row for row in map(_match, cursor)}
        self._rows = dict(self._stored)
        self._matched = defaultdict(dict)
        for row in self._rows.values():
            self._pair(row)

    def fold(self, recorded: Recorded) -> None:
        """Follow one fact."""
        fact, person = recorded.fact, recorded.person
        if person is None:
            return
        match fact:
            case PersonsLinked(other=other):
                self._say(person, other, State.LINKED, recorded)
            case PersonsUnlinked(other=other):
                self._say(person, other, State.UNLINKED, recorded)
            case MatchRuledOut(other=other):
                self._say(person, other, State.RULED_OUT, recorded)
            case PersonRegistered() | DetailsCorrected() | ConflictSettled():
                self._find(person, recorded)
            case _:
                pass

    def save(self, connection: Connection) -> None:
        """Write keys and what changed, in the open transaction."""
        cursor = connection.cursor(binary=True)
        if self._new:
            cursor.execute(SQL["remember"], columns(sorted(self._new)))
        if gone := [each for each in self._stored if each not in self._rows]:
            cursor.execute(SQL["forget"], [gone])
        changed = [row for key, row in self._rows.items() if self._stored.get(key) != row]
        if changed:
            cursor.execute(SQL["save"], columns(map(_columns, changed)))

    def _people(
        self, connection: Connection, persons: Iterable[PersonId], before: int
    ) -> dict[PersonId, Person]:
        """These persons as they were known before a position, without what cannot be read."""
        people: dict[PersonId, Person] = {}
        wanted = list(persons)
        if not wanted:
            return people
        for stored in log.of_streams(connection, wanted, []):
            if stored.position < before:
                try:
                    recorded = self._mapper.read(stored)
                except UnreadableFact:
                    continue
                assert recorded.person is not None
                people.setdefault(recorded.person, Person(recorded.person)).follow(recorded)
        return people

    def _follow(self, people: dict[PersonId, Person], recorded: Recorded) -> None:
        """Keep what is known of somebody from this fact on."""
        person = recorded.person
        assert person is not None
        if person not in people and not isinstance(recorded.fact, PersonRegistered):
            return
        known = people.setdefault(person, Person(person))
        known.follow(recorded)
        if isinstance(recorded.fact, TELLING):
            self._told[person].append(_described(recorded.position, known_of(known)))

    def _look_up(self, connection: Connection, before: int) -> None:
        """Who was known by one of these keys, and what was known of them."""
        asked = {
            blind
            for told in self._told.values()
            for each in told
            for blind in self._blinded(each.known)
        }
        self._alike = defaultdict(set)
        cursor = connection.cursor(binary=True)
        for blind, person in cursor.execute(SQL["alike"], [list(asked)]).fetchall():
            self._alike[blind].add(PersonId(person))
        found = {person for persons in self._alike.values() for person in persons}
        for person, known in self._people(connection, found, before).items():
            self._told[person].insert(0, _described(0, known_of(known)))

    def _blinded(self, known: Known) -> frozenset[bytes]:
        if known not in self._blinds:
            self._blinds[known] = blinded(known, self._pseudonyms)
        return self._blinds[known]

    def _known(self, person: PersonId, position: int) -> Described | None:
        for known in reversed(self._told.get(person, ())):
            if known.position <= position:
                return known
        return None

    def _find(self, person: PersonId, recorded: Recorded) -> None:
        known = self._known(person, recorded.position)
        if known is None:
            return
        blinds = self._blinded(known.known)
        near = {each for blind in blinds for each in self._alike.get(blind, ())}
        near |= self._matched[person].keys()
        for other in sorted(near - {person}):
            his = self._known(other, recorded.position)
            verdict = likeness(known.compared, his.compared).verdict if his else Verdict.ANOTHER
            self._judge(person, other, verdict, recorded)
        for blind in blinds:
            self._alike.setdefault(blind, set()).add(person)
            self._new.add((blind, person))

    def _judge(
        self, person: PersonId, other: PersonId, verdict: Verdict, recorded: Recorded
    ) -> None:
        """Two that are alike are looked at, again when what is known of one of them changed."""
        key = self._matched[person].get(other)
        row = self._rows[key] if key else None
        if row and row.state is State.LINKED:
            return
        if verdict is Verdict.ANOTHER:
            if row and row.state is State.TO_REVIEW:
                del self._rows[row.id], self._matched[person][other], self._matched[other][person]
            return
        if row is None or row.state is not State.TO_REVIEW or row.verdict is not verdict:
            self._say(person, other, State.TO_REVIEW, recorded, verdict)

    def _say(
        self,
        person: PersonId,
        other: PersonId,
        state: State,
        recorded: Recorded,
        verdict: Verdict | None = None,
    ) -> None:
        key = match_of(person, other)
        row = self._rows.get(key)
        if row and row.state is state and verdict in (None, row.verdict):
            return  # the second of the two facts of one save
        one, two = sorted((person, other))
        since = recorded.recorded_at or recorded.effective_at
        said = verdict or (row.verdict if row else Verdict.PERHAPS)
        self._rows[key] = Match(key, one, two, said, state, since, recorded.position)
        self._pair(self._rows[key])

    def _pair(self, row: Match) -> None:
        self._matched[row.one][row.other] = self._matched[row.other][row.one] = row.id


def _described(position: int, known: Known) -> Described:
    return Described(position, known, compared(known))


def _columns(row: Match) -> tuple[object, ...]:
    said = row.verdict.value, row.state.value
    return row.id, row.one, row.other, *said, row.since, row.position


def _match(row: Sequence[Any]) -> Match:
    which, one, other, verdict, state, since, position = row
    return Match(
        which, PersonId(one), PersonId(other), Verdict(verdict), State(state), since, position
    )
