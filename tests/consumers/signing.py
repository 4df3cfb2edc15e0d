"""A signer of a place's tree for tests that need checkpoints and no process that makes them."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from projections import schema, verifier
from projections.verifier import Checkpoint, Key
from tests.consumers.place import Place

ORIGIN = "throughcare.test/log/1"


@dataclass
class Signer:
    """Signs what the tree is, whatever it was before: who relies on it is to see for themselves."""

    town: Place
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def key(self) -> Key:
        return Key(ORIGIN, self.private.public_key().public_bytes_raw())

    def sign(self, size: int | None = None) -> Checkpoint:
        """A checkpoint over all leaves, or over the first of them."""
        with psycopg.connect(self.town.database.dsn(schema.TREE)) as connection:
            rows = connection.execute("select hash from tree.leaves order by position").fetchall()
            hashes = [bytes(found) for (found,) in rows][:size]
            checkpoint = Checkpoint(ORIGIN, len(hashes), verifier.root(hashes))
            note = str(verifier.sign(str(checkpoint), self.key, self.private.sign))
            filled = [
                (1, at // 256, verifier.root(hashes[at : at + 256]))
                for at in range(0, len(hashes) - 255, 256)
            ]
            connection.execute(
                "insert into tree.keys (key) values (%s) on conflict do nothing", [str(self.key)]
            )
            connection.cursor().executemany(
                "insert into tree.subtrees values (%s, %s, %s) on conflict do nothing", filled
            )
            connection.execute(
                "insert into tree.checkpoints (size, root, note) values (%s, %s, %s)",
                [checkpoint.size, checkpoint.root, note],
            )
        return checkpoint


def rewrite(town: Place, sql: str) -> None:
    """What a superuser can do to a database of which everybody else can only add to."""
    with psycopg.connect(town.database.dsn("postgres")) as connection:
        connection.execute("set session_replication_role = replica")
        for table in ("leaves", "checkpoints", "subtrees", "cosignatures"):
            connection.execute(f"alter table tree.{table} disable trigger {table}_are_kept")
        connection.execute(sql)
