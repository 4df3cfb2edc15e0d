"""Evidence packs: facts proved to be in the log, put together with what says what they mean.

It refuses to know what an entry says, and to open what is sealed: of a fact whose entry the
organisation was not told it gives the leaf and nothing more.
"""

from __future__ import annotations

import zipfile
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
from psycopg import Connection

from domain.kernel import BrokenRule
from domain.vocabulary import PartnerId, PersonId, PractitionerId
from projections import tree, verifier
from projections.audit import Told
from projections.entries import Entry
from projections.statements import statements
from projections.tree import Nodes, Signed
from projections.verifier import COLUMNS, Leaf

SQL = statements("packs")
MOST = 20_000
"""Facts that one pack holds at most."""


class About(StrEnum):
    """Of what a pack is evidence."""

    PERSON = "person"
    DECISION = "decision"
    PERIOD = "period"


@dataclass(frozen=True, slots=True)
class Question:
    """What a pack is asked for; ``subject`` is the person as the organisation knows them."""

    about: About
    subject: UUID | None = None
    decision: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def whole(self) -> str:
        """What the verifier proves to be complete in it."""
        return "chosen" if self.about is About.DECISION else self.about.value


@dataclass(frozen=True, slots=True)
class Maker:
    """Who has a pack made: an ``account`` at the machine, or a practitioner who asked by a key.

    ``asked`` is the SHA-256 of what they asked.
    """

    account: str | None = None
    practitioner: PractitionerId | None = None
    key: UUID | None = None
    asked: bytes | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """That a pack was made, and what it held."""

    id: UUID
    organisation: PartnerId
    by: Maker
    question: Question
    size: int
    facts: int
    entries: int
    looks: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Proofs:
    """What proves a pack: its facts, the keys that sign the log, and which entries are proved.

    ``told`` says who was told in the period; of a person the audit says it.
    """

    entries: Sequence[Entry]
    facts: Sequence[Mapping[str, Any]]
    told: Sequence[Told]
    keys: Sequence[str]


class NothingIsSigned(BrokenRule):
    """Nothing of the log is signed yet; the process that signs does so within a second."""


class NothingSignedFits(BrokenRule):
    """Nothing that is signed fits what you ask; ask for another time, person or decision."""


class PackIsTooLarge(BrokenRule):
    """This is more than one pack holds; ask for a shorter period, or an operator for all of it."""


@dataclass(frozen=True, slots=True)
class Packs:
    """Packs of one place: ``source`` reads the log as the audit may, ``kept`` writes them down."""

    source: str = field(repr=False)
    kept: str = field(repr=False)

    def newest(self) -> Signed:
        """The checkpoint that a pack is proved by. Raises `NothingIsSigned`."""
        with self._reading() as connection:
            under = tree.newest(connection)
        if under is None:
            raise NothingIsSigned
        return under

    def asked(self, practitioner: PractitionerId, key: UUID) -> bytes | None:
        """What somebody asked by a key before, as its SHA-256."""
        with self._reading() as connection:
            cursor = connection.cursor(binary=True)
            row = cursor.execute(SQL["asked"], [practitioner, key]).fetchone()
        return row[0] if row else None

    def proofs(
        self,
        question: Question,
        whose: PersonId | None,
        entries: Sequence[Entry],
        under: Signed,
        *,
        most: int,
    ) -> Proofs:
        """The facts that belong to it, each with its proof.

        Raises `PackIsTooLarge`, `NothingSignedFits`.
        """
        with self._reading() as connection:
            of = of_person(connection, whose, under.size) if whose else set[int]()
            named = of_facts(connection, _facts(entries), under.size)
            if question.since and question.until:
                positions = of_period(connection, question.since, question.until, under.size)
                entries = [each for each in entries if _tells(each, named) <= positions]
            else:
                entries = [each for each in entries if max(_tells(each, named)) <= under.size]
                positions = set[int]().union(*(_tells(each, named) for each in entries))
                positions |= of if question.about is About.PERSON else set()
            if len(positions) > most:
                raise PackIsTooLarge
            if not positions:
                raise NothingSignedFits
            told = [] if whose else told_in(connection, min(positions), max(positions))
            shown = set(_facts(entries))
            facts = list(proved(connection, positions, under, shown=shown, of=of))
            return Proofs(entries, facts, told, [str(key) for key in tree.keys(connection)])

    def keep(self, made: Made) -> None:
        """Write down that a pack was made, before anybody is given it."""
        with psycopg.connect(self.kept, connect_timeout=2) as connection:
            keep(connection, made)

    def _reading(self) -> Connection:
        return psycopg.connect(self.source, autocommit=True, connect_timeout=2)


def of_person(connection: Connection, person: PersonId, size: int) -> set[int]:
    """The positions of every fact of a person that is signed, told or not."""
    return _positions(connection, "of_person", person, size)


def of_period(connection: Connection, since: datetime, until: datetime, size: int) -> set[int]:
    """The positions of every fact that was recorded in a time and is signed."""
    return _positions(connection, "of_period", since, until, size)


def of_facts(connection: Connection, facts: Collection[str], size: int) -> dict[str, int]:
    """The positions of facts by what entries call them, ``stream/version``, if they are signed."""
    pairs = [each.split("/") for each in facts]
    asked = [UUID(stream) for stream, _ in pairs], [int(version) for _, version in pairs], size
    rows = connection.cursor(binary=True).execute(SQL["of_facts"], asked).fetchall()
    return {f"{stream}/{version}": position for stream, version, position in rows}


def told_in(connection: Connection, first: int, last: int) -> list[Told]:
    """Which types of thing each partner was told of because of facts from one to another."""
    cursor = connection.cursor(binary=True)
    return [Told(*row) for row in cursor.execute(SQL["told_in"], [first, last]).fetchall()]


def proved(
    connection: Connection,
    positions: Collection[int],
    under: Signed,
    *,
    shown: Collection[str],
    of: Collection[int] = (),
) -> Iterator[dict[str, Any]]:
    """The leaf and the proof of each fact, oldest first; what its envelope says if it is ``shown``.

    ``of`` are those whose links prove that nothing of a person is left out.
    """
    nodes = Nodes(connection)
    for fact in tree.at(connection, sorted(positions)):
        position = fact["position"]
        path = verifier.inclusion(position - 1, under.size, nodes)
        named = f"{fact['stream']}/{fact['version']}"
        yield {
            "position": position,
            "leaf": b64encode(bytes(Leaf.of(fact))).decode(),
            "proof": [b64encode(each).decode() for each in path],
            "of_person": position in of,
            "envelope": _envelope(fact) if named in shown else None,
        }


def packed(
    files: Mapping[str, bytes], about: Mapping[str, Any], at: datetime
) -> tuple[bytes, bytes]:
    """The zip of these files with the verifier and a list of them; and the digest of that list."""
    every = {**files, "verifier.py": Path(verifier.__file__).read_bytes()}
    listed = {name: sha256(content).hexdigest() for name, content in sorted(every.items())}
    whole = {"format": verifier.PACK, **about, "files": listed}
    every["pack.json"] = orjson.dumps(whole, option=orjson.OPT_INDENT_2)
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(every.items()):
            entry = zipfile.ZipInfo(name, at.timetuple()[:6])
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return held.getvalue(), sha256(every["pack.json"]).digest()


def keep(connection: Connection, made: Made) -> None:
    """Write down that a pack was made, before anybody is given it."""
    asked, by = made.question, made.by
    connection.execute(
        SQL["keep"],
        (
            made.id,
            made.organisation,
            by.account,
            by.practitioner,
            by.key,
            by.asked,
            asked.about.value,
            asked.subject,
            asked.decision,
            asked.since,
            asked.until,
            made.size,
            made.facts,
            made.entries,
            made.looks,
            made.digest,
        ),
    )


def _positions(connection: Connection, name: str, *asked: object) -> set[int]:
    rows = connection.cursor(binary=True).execute(SQL[name], asked).fetchall()
    return {position for (position,) in rows}


def _tells(entry: Entry, named: Mapping[str, int]) -> set[int]:
    """The fact because of which an entry was told, and the one that it tells of."""
    return {entry.position, named.get(str(entry.data.get("fact")), entry.position)}


def _facts(entries: Iterable[Entry]) -> list[str]:
    return [str(entry.data["fact"]) for entry in entries if entry.data.get("fact")]


def _envelope(fact: Mapping[str, Any]) -> dict[str, Any]:
    written = verifier.exported(fact)
    return {name: written[name] for name in COLUMNS if name != "state"}
