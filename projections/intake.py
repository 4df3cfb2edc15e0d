"""Messages as they came: the original bytes, sealed, with their hash and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.mapping import seal, unseal
from projections.behalf import WHOSE, whose
from projections.keys import PersonKeys
from projections.statements import statements

SQL = statements("intake")
ORIGINAL = frozenset({"original"})


@dataclass(frozen=True, slots=True)
class Kept:
    """One message that was kept. ``outcome`` is ``recorded``, ``already recorded`` or a refusal."""

    id: UUID
    person: UUID
    sha256: bytes
    outcome: str
    intention: UUID | None


class Messages:
    """The messages of partners. Each rests under a key: its person's, or one of its own."""

    def __init__(self, pool: ConnectionPool[Connection], keys: PersonKeys) -> None:
        self._pool, self._keys = pool, keys

    def keep(
        self,
        message: UUID,
        original: bytes,
        *,
        organisation: UUID,
        person: UUID | None,
        kind: str,
        outcome: str,
        intention: UUID | None,
    ) -> Kept:
        """Keep a message for good; one that led to no person rests under a key of its own."""
        digest = sha256(original).digest()
        under = person or message
        sealed = seal(
            {"original": original.decode("latin-1")},
            ORIGINAL,
            self._keys.of(under),
            message.bytes + digest,
        )
        with self._own_rows() as connection:
            connection.execute(
                SQL["keep"],
                (message, organisation, under, kind, digest, sealed, outcome, intention),
                binary=True,
            )
        return Kept(message, under, digest, outcome, intention)

    def same(self, organisation: UUID, digest: bytes) -> Kept | None:
        """The message of these very bytes that was recorded before, if any."""
        with self._own_rows() as connection:
            row = connection.execute(SQL["same"], (organisation, digest), binary=True).fetchone()
        return Kept(*row) if row else None

    def original(self, message: UUID) -> bytes | None:
        """A message's bytes as they came; ``None`` once its key is destroyed."""
        with self._own_rows() as connection:
            row = connection.execute(SQL["original"], (message,), binary=True).fetchone()
        if row is None:
            return None
        person, digest, sealed = row
        content = unseal(sealed, frozenset(), self._keys.of(person), message.bytes + digest)
        text = content.get("original")
        return text.encode("latin-1") if isinstance(text, str) else None

    @contextmanager
    def _own_rows(self) -> Iterator[Connection]:
        """A transaction over the messages of the partner on whose behalf this task works."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(WHOSE, [whose()])
            yield connection
