"""Partners' messages as they came, sealed, and what became of each: one outcome after another.

It refuses to know what a message asks: it keeps bytes, and numbers outcomes 1, 2, 3 … for each
partner without a gap, so that a partner sees that it has heard of them all.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.kernel import BrokenRule
from domain.mapping import seal, unseal
from domain.vocabulary import PartnerId
from projections.behalf import WHOSE, whose
from projections.keys import PersonKeys
from projections.refusals import kebab, title
from projections.statements import statements

SQL = statements("inbox")
SEALED = frozenset({"original", "headers"})


class Via(StrEnum):
    """The ways by which a message may come in."""

    HTTP = "http"
    KAFKA = "kafka"
    WEBHOOK = "webhook"


class Became(StrEnum):
    """What becomes of a message. What was refused or is dead can be tried again by command."""

    WAITING = "waiting"  # it speaks of something that is not there yet; tried again by itself
    DONE = "done"
    REFUSED = "refused"  # read, and a rule did not let it be
    DEAD = "dead"  # it could not be read, waited in vain, or failed


SETTLED = frozenset({Became.DONE.value, Became.REFUSED.value, Became.DEAD.value})


class MessageIdIsTaken(BrokenRule):
    """A message of this id came before and said something else; send what is new under a new id."""


class MessageIsOfNoKnownType(BrokenRule):
    """No message of this type is taken here; the published schemas name those that are."""


class VersionHasEnded(BrokenRule):
    """This version of the message is not taken any more; its schema names what takes its place."""


class AnswerIsAboutAnother(BrokenRule):
    """The message names a person whom what it answers is not about; look at both ids again."""


class MessageFailed(BrokenRule):
    """Something failed here and it is not your fault; the message is kept, and is seen to."""


class BatchIsTooLarge(BrokenRule):
    """There are more messages in this batch than are taken at once; send fewer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One message, without its bytes. ``name`` is the partner's own id of it.

    Its bytes rest ``under`` the key of the person it is about, or one of its own.
    """

    id: UUID
    partner: PartnerId
    name: str
    type: str
    via: Via
    said: bytes
    sha256: bytes
    received_at: datetime
    under: UUID
    state: str = "kept"
    until: datetime | None = None

    @property
    def settled(self) -> bool:
        return self.state in SETTLED


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message, as its partner is told. ``again``: it was told so before.

    ``answer`` holds, of what was done, the noun's ``id`` and what may be asked next; of anything
    else the problem, as the address for people would say it: its ``problem`` type's last part,
    ``title``, ``detail``, and where there are such, ``errors``, ``needs`` and ``actions``.
    """

    partner: PartnerId
    message: UUID
    name: str
    type: str
    via: Via
    number: int
    outcome: Became
    at: datetime
    position: int | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False

    @property
    def problem(self) -> str | None:
        """The last part of the problem's type; ``None`` when it was done."""
        found: str | None = self.answer.get("problem")
        return found


def refusal(
    rule: BrokenRule,
    *,
    errors: tuple[dict[str, str], ...] = (),
    actions: tuple[str, ...] | None = None,
) -> dict[str, Any]:
    """A broken rule as an outcome keeps it."""
    said: dict[str, Any] = {
        "problem": kebab(type(rule)),
        "title": title(type(rule)),
        "detail": rule.text,
    }
    if errors:
        said["errors"] = list(errors)
    if rule.needs:
        said["needs"] = list(rule.needs)
    if actions is not None:
        said["actions"] = list(actions)
    return said


class Letters:
    """The messages of partners. Each rests under a key: its person's, or one of its own.

    Everything is done on behalf of one partner (`projections.behalf`), who has no other's rows.
    """

    def __init__(self, pool: ConnectionPool[Connection], keys: PersonKeys) -> None:
        self._pool, self._keys = pool, keys

    def keep(self, kept: Kept, original: bytes, headers: Mapping[str, str]) -> Kept:
        """Keep a message for good; the one that was kept before by this id, if there is one."""
        sealed = self._seal(kept, kept.under, original, headers)
        with self._own_rows() as connection:
            cursor = connection.execute(
                SQL["keep"],
                (
                    *(kept.id, kept.partner, kept.name, kept.type, kept.via.value, kept.said),
                    *(kept.sha256, kept.under, sealed, kept.received_at),
                ),
            )
            if cursor.rowcount:
                return kept
            found = connection.execute(SQL["message"], (kept.id,)).fetchone()
        assert found is not None, "what could not be kept again was kept before"
        return _kept(found)

    def find(self, message: UUID) -> Kept | None:
        with self._own_rows() as connection:
            row = connection.execute(SQL["message"], (message,)).fetchone()
        return _kept(row) if row else None

    def original(self, message: UUID) -> tuple[bytes, dict[str, str]] | None:
        """A message's bytes and headers as they came; ``None`` once its key is destroyed."""
        with self._own_rows() as connection:
            row = connection.execute(SQL["original"], (message,)).fetchone()
        if row is None or row[2] is None:
            return None
        person, digest, sealed = row
        content = unseal(sealed, frozenset(), self._keys.of(person), message.bytes + digest)
        if "original" not in content:
            return None
        return b64decode(content["original"]), orjson.loads(b64decode(content["headers"]))

    def settle(
        self,
        kept: Kept,
        outcome: Became,
        answer: Mapping[str, Any],
        *,
        at: datetime,
        position: int | None = None,
        until: datetime | None = None,
        rests: tuple[UUID, bytes, Mapping[str, str]] | None = None,
        after: int | None = None,
        anew: bool = False,
    ) -> Taken:
        """Say what became of a message, once; who comes second is told what the first one said.

        In the same transaction ``after`` moves the place in the partner's topic. ``rests`` says
        under whose key the bytes and headers rest from now on. ``anew`` gives another outcome to
        one that was settled. A message that goes on waiting is told once.
        """
        resealed = None if rests is None else (rests[0], self._seal(kept, *rests))
        with self._own_rows() as connection:
            row = connection.execute(SQL["lock"], (kept.id,)).fetchone()
            assert row is not None, "only what is kept is settled"
            before = row[0]
            self._reach(connection, kept.partner, after)
            if (before in SETTLED and not anew) or before == outcome == Became.WAITING:
                return self._last(connection, kept.id)
            connection.execute(SQL["begin"], (kept.partner,))
            found = connection.execute(SQL["number"], (kept.partner,)).fetchone()
            assert found is not None, "a partner's place was made just now"
            number: int = found[0]
            said = orjson.dumps(dict(answer)).decode()
            connection.execute(
                SQL["outcome"],
                (kept.partner, number, kept.id, outcome.value, at, position, said),
            )
            connection.execute(SQL["settle"], (outcome.value, until, kept.id))
            if resealed is not None:
                connection.execute(SQL["reseal"], (*resealed, kept.id))
        return Taken(
            *(kept.partner, kept.id, kept.name, kept.type, kept.via),
            number=number,
            outcome=outcome,
            at=at,
            position=position,
            answer=answer,
        )

    def reach(self, partner: PartnerId, after: int) -> None:
        """Move the place in a partner's topic, past what leaves nothing to settle."""
        with self._own_rows() as connection:
            self._reach(connection, partner, after)

    def reached(self, partner: PartnerId) -> int | None:
        """Where a partner's topic goes on; ``None`` before anything came by it."""
        with self._own_rows() as connection:
            row = connection.execute(SQL["reached"], (partner,)).fetchone()
        return row[0] if row else None

    def last(self, message: UUID) -> Taken:
        """The last outcome of a message that has one, as told before."""
        with self._own_rows() as connection:
            return self._last(connection, message)

    def unsettled(self, partner: PartnerId) -> list[Kept]:
        """What waits, or was kept by a process that ended before it said what became of it."""
        with self._own_rows() as connection:
            rows = connection.execute(SQL["unsettled"], (partner,)).fetchall()
        return [_kept(row) for row in rows]

    def partners(self) -> list[PartnerId]:
        """Whose messages have no last outcome yet."""
        with self._own_rows() as connection:
            return [PartnerId(one) for (one,) in connection.execute(SQL["partners"]).fetchall()]

    def dead(self, partner: PartnerId, since: datetime) -> list[Taken]:
        """What was refused or is dead since a moment, the oldest first."""
        with self._own_rows() as connection:
            rows = connection.execute(SQL["dead"], (partner, since)).fetchall()
        return [taken(row) for row in rows]

    def letters(self, partner: PartnerId, after: int, most: int) -> list[Taken]:
        """Dead letters of a partner's topic after an outcome's number, in order."""
        with self._own_rows() as connection:
            rows = connection.execute(SQL["letters"], (partner, after, most)).fetchall()
        return [taken(row) for row in rows]

    def dead_told(self, partner: PartnerId) -> int:
        """Up to which outcome a partner's topic of dead letters is known to have had them."""
        with self._own_rows() as connection:
            row = connection.execute(SQL["dead_told"], (partner,)).fetchone()
        return row[0] if row else 0

    def tell_dead(self, partner: PartnerId, number: int) -> None:
        """Remember that a partner's topic of dead letters has them up to an outcome."""
        with self._own_rows() as connection:
            connection.execute(SQL["tell_dead"], (number, partner))

    def referral(self, partner: PartnerId, referral: UUID) -> dict[str, Any] | None:
        """A referral as the partner was told of it; ``None`` while it was not."""
        with self._own_rows() as connection:
            row = connection.execute(SQL["referral"], (partner, referral), binary=True).fetchone()
        if row is None:
            return None
        found: dict[str, Any] = orjson.loads(row[0])
        return found

    def _last(self, connection: Connection, message: UUID) -> Taken:
        row = connection.execute(SQL["last"], (message,)).fetchone()
        assert row is not None, "what is settled has an outcome"
        return taken(row, again=True)

    def _reach(self, connection: Connection, partner: PartnerId, after: int | None) -> None:
        if after is not None:
            connection.execute(SQL["begin"], (partner,))
            connection.execute(SQL["reach"], (after, partner))

    def _seal(
        self, kept: Kept, under: UUID, original: bytes, headers: Mapping[str, str]
    ) -> bytes | None:
        key = self._keys.of(under)
        if key is None:
            return None  # the person was erased: nothing of what is said of them is kept
        # Whatever came: also what no text may hold.
        content = {
            "original": b64encode(original).decode(),
            "headers": b64encode(orjson.dumps(dict(headers))).decode(),
        }
        return seal(content, SEALED, key, kept.id.bytes + kept.sha256)

    @contextmanager
    def _own_rows(self) -> Iterator[Connection]:
        """A transaction over the rows of the partner on whose behalf this task works."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(WHOSE, [whose()])
            yield connection


def digest(original: bytes) -> bytes:
    """The hash of a message's bytes."""
    return sha256(original).digest()


def taken(row: Any, *, again: bool = False) -> Taken:
    """An outcome from its row."""
    partner, message, name, kind, via, number, outcome, at, position, answer = row
    return Taken(
        *(PartnerId(partner), message, name, kind, Via(via), number, Became(outcome), at),
        *(position, answer, again),
    )


def _kept(row: Any) -> Kept:
    key, partner, name, kind, via, said, digested, received_at, under, state, until = row
    return Kept(
        *(key, PartnerId(partner), name, kind, Via(via), said, digested, received_at),
        *(under, state, until),
    )
