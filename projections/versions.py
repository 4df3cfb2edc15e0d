"""Versions: what a row of the caseload was, from one position of the log until another.

It refuses to keep what was taken back since: of whom anything was, all is folded anew.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection

from domain.sharing import WITHDRAWN
from projections import record
from projections.arranging import standing
from projections.entries import ADDED, Entry, opened_all
from projections.keys import PersonKeys
from projections.statements import statements

SQL = statements("versions")
FOREVER = 2**63 - 1
"""Until when that is known which holds now."""

Pair = tuple[UUID, UUID]
"""A partner, and a person as it knows them."""

CHUNK = 200
"""Of how many rows all that was told is read at once, so that it fits in memory."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a row was from ``known_from`` on, and until another entry at ``known_until``."""

    known_from: int
    known_until: int
    waiting_since: datetime | None
    urgency: int
    complexity: int
    name: str
    content: bytes


def version(
    row: dict[str, Any], known_from: int, known_until: int, content: bytes | None = None
) -> Version:
    """A row as a version; ``content`` is its JSON, if somebody has it already."""
    return Version(
        known_from,
        known_until,
        record.moment(row["waiting_since"]),
        record.urgency(row),
        record.complexity(row),
        row.get("name", ""),
        orjson.dumps(row) if content is None else content,
    )


def versions(entries: Iterable[Entry]) -> list[Version]:
    """Every version of one partner's row of one person, from all it was told of them, in order.

    At each position the row is what the entries up to it make of it that still stand.
    """
    stands = standing(entries)
    by_position: dict[int, list[Entry]] = {}
    for entry in stands:
        by_position.setdefault(entry.position, []).append(entry)
    found: list[Version] = []
    row: dict[str, Any] | None = None
    last = 0
    for position, following in sorted(by_position.items()):
        if found:
            found[-1] = replace(found[-1], known_until=position)
        if following[0].number < last or any(ADDED in entry.data for entry in following):
            row = record.folded(entry for entry in stands if entry.position <= position)
        else:
            for entry in following:
                row = record.follow(row, entry)
        assert row is not None, "each position has an entry"
        last = max(last, following[-1].number)
        found.append(version(record.settled(row), position, FOREVER))
    return found


class Versions:
    """What a batch of entries makes of the versions of the rows it touches."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Another batch."""
        self.anew: dict[Pair, int] = {}
        """Whose versions are folded anew, up to which number."""
        self.kept_from = 0
        """What was over by this position is not kept."""
        self._counted: dict[Pair, tuple[int, int]] = {}
        self._since: dict[Pair, int] = {}
        self._content: dict[Pair, bytes] = {}
        self._over: dict[Pair, list[Version]] = {}

    def loaded(self, pair: Pair, content: bytes, known_from: int, urgency: int) -> None:
        """What held of this pair before the batch, and since when."""
        self._counted[pair] = known_from, urgency
        self._since[pair] = known_from
        self._content[pair] = content

    def follow(self, pair: Pair, row: dict[str, Any] | None, entry: Entry) -> None:
        """An entry comes, and the row is still what it was before it."""
        content = self._content.pop(pair, None)
        since = self._since.setdefault(pair, entry.position)
        if pair in self.anew or entry.type == WITHDRAWN or entry.position < since:
            told = row["number"] if row else 0
            self.anew[pair] = max(self.anew.get(pair, 0), told, entry.number)
        elif row and entry.position > since:
            over = version(row if content else record.settled(row), since, entry.position, content)
            self._over.setdefault(pair, []).append(over)
            self._since[pair] = entry.position

    def recall(self, pair: Pair, entries: Iterable[Entry]) -> bytes:
        """Fold anew from all that was told of one of those in `anew`; what holds now."""
        self._over[pair] = found = versions(entries)
        return found[-1].content

    def save(self, connection: Connection, rows: Iterable[tuple[Pair, dict[str, Any]]]) -> None:
        """Write the versions of these rows, in the open transaction."""
        kept: list[tuple[Pair, Version, bytes | None]] = []
        changes: Counter[tuple[UUID, int, int]] = Counter()
        if self.anew:
            self._forget(connection, changes)
        for pair, row in rows:
            if pair in self.anew:
                of_pair = self._over[pair]
            else:
                holds = version(row, self._since[pair], FOREVER, b"")
                of_pair = [*self._over.get(pair, ()), holds]
                if counted := self._counted.get(pair):
                    changes[pair[0], *counted] -= 1
            for each in of_pair:
                if each.known_until > self.kept_from:
                    content = None if each.known_until == FOREVER else packed(each.content)
                    kept.append((pair, each, content))
                    changes[pair[0], each.known_from, each.urgency] += 1
                    if each.known_until != FOREVER:
                        changes[pair[0], each.known_until, each.urgency] -= 1
        if kept:
            connection.execute(SQL["keep"], _columns(kept), binary=True, prepare=True)
            count(connection, changes)

    def _forget(self, connection: Connection, changes: Counter[tuple[UUID, int, int]]) -> None:
        """Of whom versions are folded anew, none is left."""
        partners, subjects = zip(*self.anew, strict=True)
        cursor = connection.cursor(binary=True)
        cursor.execute(SQL["forget"], [list(partners), list(subjects)], prepare=True)
        for partner, known_from, known_until, urgency in cursor:
            changes[partner, known_from, urgency] -= 1
            if known_until != FOREVER:
                changes[partner, known_until, urgency] += 1


def told(
    connection: Connection,
    anew: Mapping[Pair, int],
    keys: PersonKeys,
    forgotten: Collection[UUID] = (),
) -> Iterator[tuple[Pair, list[Entry]]]:
    """All that was told of each of these pairs, up to its number; no word of who is forgotten."""
    pairs = list(anew)
    cursor = connection.cursor(binary=True)
    for start in range(0, len(pairs), CHUNK):
        chunk = pairs[start : start + CHUNK]
        asked = [[p for p, _ in chunk], [s for _, s in chunk], [anew[pair] for pair in chunk]]
        rows = cursor.execute(SQL["told"], asked, prepare=True).fetchall()
        keys.many({row[3] for row in rows if row[3]})
        found: dict[Pair, list[Entry]] = {pair: [] for pair in chunk}
        for entry in opened_all(rows, keys, forgotten):
            assert entry.subject is not None, "asked for by person"
            found[entry.partner, entry.subject].append(entry)
        yield from found.items()


def _columns(kept: Sequence[tuple[Pair, Version, bytes | None]]) -> list[list[Any]]:
    return [
        [partner for (partner, _), _, _ in kept],
        [subject for (_, subject), _, _ in kept],
        [each.known_from for _, each, _ in kept],
        [each.known_until for _, each, _ in kept],
        [each.waiting_since for _, each, _ in kept],
        [each.urgency for _, each, _ in kept],
        [each.complexity for _, each, _ in kept],
        [each.name for _, each, _ in kept],
        [content for _, _, content in kept],
    ]


# How many there were


SPANS = 6
"""Stretches of 1, 32, 32² … 32⁵ positions."""

_BITS = 5


def count(connection: Connection, changes: Mapping[tuple[UUID, int, int], int]) -> None:
    """At a position, so many more of a partner's rows have a status: what comes to none, is none.

    They are written in an order in which two workers cannot block each other.
    """
    columns = _rolled(changes)
    if columns[0]:
        connection.execute(SQL["count"], columns, binary=True, prepare=True)
        connection.execute(SQL["uncount"], columns[:4], binary=True, prepare=True)


def _rolled(changes: Mapping[tuple[UUID, int, int], int]) -> list[list[Any]]:
    rolled: Counter[tuple[UUID, int, int, int]] = Counter()
    for (partner, position, urgency), many in changes.items():
        if many:
            for span in range(SPANS):
                rolled[partner, span, position >> _BITS * span, urgency] += many
    rows = [(*key, many) for key, many in sorted(rolled.items()) if many]
    return [[row[place] for row in rows] for place in range(5)]


def stretches(position: int) -> tuple[list[int], list[int], list[int]]:
    """The stretches that make up all positions up to this one: which span, from which, to which."""
    after = position + 1
    lows = [(after >> _BITS * (span + 1)) << _BITS for span in range(SPANS - 1)] + [0]
    highs = [after >> _BITS * span for span in range(SPANS)]
    return [*range(SPANS)], lows, highs


# Where they are found


_HOLDS = 31
_LONGEST = 10


def cells(position: int) -> list[int]:
    """The cells in which every version lies that was known at a position (migration 081)."""
    found = [(_HOLDS << 48) + begun for begun in range((position >> 18) + 1)]
    for lasted in range(_LONGEST + 1):
        begun = position >> (11 + 2 * lasted)
        reach = 3 if lasted < _LONGEST else begun + 1
        found += [(lasted << 48) + begun - back for back in range(min(reach, begun + 1))]
    return found


# How they are kept


def packed(content: bytes) -> bytes:
    """A row's JSON as it is kept. The first byte says how: what was kept so is read for ever."""
    deflating = zlib.compressobj(1, zlib.DEFLATED, -15, zdict=_WORDS)
    return b"\1" + deflating.compress(content) + deflating.flush()


def unpacked(kept: bytes) -> bytes:
    """A row's JSON from what is kept of it."""
    assert kept[:1] == b"\1", "no other way is known"
    return zlib.decompressobj(-15, zdict=_WORDS).decompress(kept[1:])


# Words that rows are full of, the most frequent last. Never changed: what is kept rests on it.
_WORDS = b"".join(
    (
        b'"discussions":{},"plans":{},"access":{},"carers":{},"carers_register":{},',
        b'"shared_care":{},"edits":{},"conflicts":{},"disagreements":[],"registered":{"at":"',
        b'"deprivation_decile":,"practice":","phone":"020 7946 0","address":"","postcode":"NW',
        b'"language":"English","ethnicity":"A","interpreter":"communication_needs":"',
        b'"offer":{"handover":","from_step":,"to_step":,"decision":"offered_at":"',
        b'"moved_away":null,"came_from":["at_step_since":","discharge":null,"coordinator":null,',
        b'"hold":null,"fell_back_at":null,"key_worker":null,"reviews":{},"missed":{},',
        b'"latest_measure":{"id":"instrument":"GAD-7","total":1"scores":{"":{"instrument":"PHQ-9",',
        b'"provider":","referral":","total":,"items":[],"goals":[],"item_9":"not known","at":"',
        b'"contacts":{"":{"referral":","provider":","starts_at":"2026-0T09:00:00Z","medium":"',
        b'telephone"video"face to face","outcome":"attended on time","outcome_at":"cancelled by',
        b'"measures":{"PHQ-9":[["meetings":{},"agreed":{"":{"state":"open","owner":"due_on":"',
        b'"referrals":{"":{"part":"received","part":"sent","state":"waiting","state":"accepted",',
        b'"state":"declined","decline_reason":"not eligible","state":"closed","service":"',
        b'","receiver":","sender":","source":"professional","mode":"written","mode":"spoken",',
        b'"ask":"","reason":"","priority":"routine","priority":"urgent","responsibility":"take ',
        b'over","responsibility":"help alongside","missing":["date of birth"],"sent_without":"Not ',
        b'known yet.","made_at":"2026-0","answered_at":"2026-0","first_contact_at":"2026-0',
        b'"ended_at":"2026-0","end_reason":"completed by agreement","elsewhere":null,"summary":"',
        b'"status":"past","status":"referral to answer","status":"in treatment","status":"sent",',
        b'"status":"held","status":"involved","status":"waiting","step":2,"responsible":"',
        b'"latest":{"type":"referral.ReferralMade.v1","at":"2026-0T09:00:00+00:00",',
        b'"by_organisation":","by_practitioner":"","number":1,"position":1,"waiting_since":null,',
        b'{"person":"","partner":"","withdrawn":false,"ended":false,"open":true,"offer":null,',
    )
)
