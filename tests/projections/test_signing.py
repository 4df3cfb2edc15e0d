"""What is signed of the log: only what was reckoned twice, and never less or other than before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.vocabulary import PersonId
from projections import soundness, tree, verifier
from projections.schema import AUDIT, SERVE, TREE
from projections.signing import Refused, Signing, leads
from projections.statements import statements
from projections.verifier import (
    Checkpoint,
    Key,
    Wrong,
    opened,
    verify_consistency,
    verify_inclusion,
)
from tests.database import Database
from tests.people import MINA, ROSA, TOM
from tests.projections.place import Place

ORIGIN = "throughcare.example/log/1"


class Signs:
    """A key in memory."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.key = Key(ORIGIN, self._private.public_key().public_bytes_raw())

    def signed(self, message: bytes) -> bytes:
        return self._private.sign(message)


SIGNS = Signs()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "last-checkpoint"


def signing(database: Database, kept: Path) -> Signing:
    """As another process would have it."""
    return Signing(database.dsn(TREE), SIGNS, kept)


def refused(database: Database) -> str | None:
    ((_, _, _, _, reason, _),) = (
        database.connect(SERVE).execute(statements("tree")["stands"]).fetchall()
    )
    return reason if isinstance(reason, str) else None


def folded(place: Place, person: PersonId) -> None:
    """Somebody is registered, and everybody who may is told."""
    place.register(person)
    place.fold()


@contextmanager
def disarmed(database: Database) -> Iterator[psycopg.Connection]:
    """A superuser who first takes the guards away."""
    with psycopg.connect(database.dsn("postgres"), autocommit=True) as superuser:
        superuser.execute("set session_replication_role = replica")
        for table in ("log.facts", "tree.leaves", "tree.subtrees", "tree.checkpoints"):
            superuser.execute(f"alter table {table} disable trigger user")
        yield superuser


def test_what_is_signed_can_be_verified_by_whoever_has_the_key(place: Place, kept: Path) -> None:
    folded(place, ROSA)
    signer = signing(place.database, kept)
    first = signer.once()
    assert first is not None
    assert signer.once() is None
    folded(place, TOM)
    second = signing(place.database, kept).once()
    assert second is not None
    assert second.size == place.rows("select position from log.head")[0][0] > first.size

    with place.database.connect(AUDIT) as connection:
        newest = tree.newest(connection)
        assert newest is not None
        assert Checkpoint.parse(opened(newest.note, [SIGNS.key]).text) == second
        assert kept.read_text("utf-8") == newest.note
        leaves = tree.hashes(connection, 0, 0, second.size)
        assert verifier.root(leaves) == second.root
        nodes = tree.Nodes(connection)
        between = verifier.consistency(first.size, second.size, nodes)
        assert verify_consistency(first.size, second.size, first.root, second.root, between)
        covering = tree.covering(connection, first.size)
        assert covering is not None
        assert covering.size == first.size
        proof = verifier.Proof.parse(str(tree.proof(connection, 3, newest)))
        assert proof.extra is not None
        hashed = verifier.leaf_hash(verifier.leaf(verifier.fact_of(proof.extra)))
        assert verify_inclusion(2, second.size, hashed, proof.hashes, second.root)


def test_whole_subtrees_are_kept_and_a_signer_goes_on_from_them(place: Place, kept: Path) -> None:
    """Over more than two hundred and fifty-six, by signers that remember nothing of each other."""
    with disarmed(place.database) as superuser:
        place.fold()
        ((whole,),) = place.rows("select max(position) from log.facts")
        for until in (255, 256, 257, 511, 520):
            superuser.execute(
                "insert into log.facts select n, gen_random_uuid(), 1, topic, schema, person,"
                " label, effective_at, recorded_at, practitioner, organisation, purpose,"
                " correlation, causation, intention, state"
                " from log.facts, generate_series(%s::bigint, %s) as n"
                " where position = 1",
                [whole + 1, until],
            )
            superuser.execute("select tree.grow(%s)", [until])
            whole = until
            signed = signing(place.database, kept).once()
            leaves = tree.hashes(superuser, 0, 0, until)
            assert signed == Checkpoint(ORIGIN, until, verifier.root(leaves))
    subtrees = place.rows("select level, index, hash from tree.subtrees order by level, index")
    assert subtrees == [(1, n, verifier.root(leaves[256 * n : 256 * (n + 1)])) for n in range(2)]

    with disarmed(place.database) as superuser:
        superuser.execute("update tree.subtrees set hash = sha256(hash) where index = 1")
    with (
        psycopg.connect(place.database.dsn(AUDIT), autocommit=True) as auditor,
        pytest.raises(Wrong, match="from here to number 512 are not those") as wrong,
    ):
        soundness.verify(auditor, [SIGNS.key], told=lambda done, of: None)
    assert wrong.value.number == 257


ALTERATIONS = {
    "a byte of a fact": "update log.facts set state = set_byte(state, 9, get_byte(state, 9) # 1) "
    "where position = %(last)s",
    "who did it": "update log.facts set practitioner = gen_random_uuid() where position = %(last)s",
    "when it was true": "update log.facts set effective_at = effective_at + '1 microsecond' "
    "where position = %(last)s",
    "a fact is gone": "delete from log.facts where position = %(last)s",
    "its leaf": "update tree.leaves set hash = sha256(hash) where position = %(last)s",
}


@pytest.mark.parametrize("altered", ALTERATIONS)
def test_what_was_altered_before_it_was_signed_is_not_signed_and_care_goes_on(
    place: Place, kept: Path, altered: str
) -> None:
    folded(place, ROSA)
    signer = signing(place.database, kept)
    before = signer.once()
    assert before is not None
    folded(place, TOM)
    ((last,),) = place.rows("select max(position) from log.facts")
    with disarmed(place.database) as superuser:
        superuser.execute(ALTERATIONS[altered], {"last": last})
    with pytest.raises(Refused, match=f"fact {last} is not"):
        signer.once()
    assert str(last) in (refused(place.database) or "")
    place.register(MINA)
    assert place.fold() == 1
    assert place.told(place.care.host, MINA)
    assert place.rows("select max(size) from tree.checkpoints") == [(before.size,)]


def put_back(superuser: psycopg.Connection, size: int) -> None:
    """The database as a dump of that moment has it; what came after stands aside."""
    superuser.execute("create table after as select * from log.facts where position > %s", [size])
    superuser.execute("delete from log.facts where position > %s", [size])
    superuser.execute("delete from tree.leaves where position > %s", [size])
    superuser.execute("delete from tree.checkpoints where size > %s", [size])


def test_a_database_put_back_is_not_signed_until_it_is_the_same_again(
    place: Place, kept: Path
) -> None:
    folded(place, ROSA)
    first = signing(place.database, kept).once()
    folded(place, TOM)
    last = signing(place.database, kept).once()
    assert first is not None
    assert last is not None
    with disarmed(place.database) as superuser:
        put_back(superuser, first.size)
        signer = signing(place.database, kept)
        with pytest.raises(Refused, match=f"a checkpoint of {last.size} was signed: the database"):
            signer.once()
        assert "older than what was given out" in (refused(place.database) or "")

        # The same facts are the same leaves: nothing was lost after all.
        superuser.execute("insert into log.facts select * from after")
        superuser.execute("select tree.grow(%s)", [last.size])
    assert signer.once() == last
    assert refused(place.database) is None


def test_another_history_in_the_place_of_what_was_given_out_is_not_signed(
    place: Place, kept: Path
) -> None:
    folded(place, ROSA)
    first = signing(place.database, kept).once()
    folded(place, TOM)
    assert first is not None
    assert signing(place.database, kept).once()
    with disarmed(place.database) as superuser:
        put_back(superuser, first.size)
        superuser.execute("update after set effective_at = effective_at - '1 day'::interval")
        superuser.execute("insert into log.facts select * from after")
        superuser.execute("select tree.grow((select max(position) from log.facts))")
    folded(place, MINA)
    with pytest.raises(Refused, match="another history was recorded in the place"):
        signing(place.database, kept).once()


def test_what_a_witness_denies_is_not_gone_on_with_until_it_signs_again(
    place: Place, kept: Path
) -> None:
    folded(place, ROSA)
    signer = signing(place.database, kept)
    assert signer.once()
    with place.as_superuser() as relay:
        relay.execute("insert into tree.witnesses (name) values ('one'), ('other')")
        why = "not that tree"
        said = {"name": "one", "opening": 0, "failure": why, "denied": why, "knows": None}
        relay.execute(statements("witnesses")["tried"], said)
        for again in (signer, signing(place.database, kept)):
            with pytest.raises(Refused, match="was taken back: one: not that tree"):
                again.once()
        assert "one: not that tree" in (refused(place.database) or "")
        place.register(TOM)
        assert place.fold() == 1, "care goes on"
        away = said | {"failure": "away", "denied": None}
        relay.execute(statements("witnesses")["tried"], away)
        with pytest.raises(Refused, match="one: not that tree"):
            signer.once()
        relay.execute(statements("witnesses")["tried"], away | {"failure": None})
    assert signer.once()
    assert refused(place.database) is None


def test_a_witness_that_signed_more_is_believed_until_a_checkpoint_of_as_many_is_kept(
    place: Place, kept: Path
) -> None:
    """The database and the file beside it were put back together; only a witness knows better."""
    folded(place, ROSA)
    first = signing(place.database, kept).once()
    assert first is not None
    before = kept.read_text("utf-8")
    folded(place, TOM)
    last = signing(place.database, kept).once()
    assert last is not None
    witnessed = kept.read_text("utf-8")
    with disarmed(place.database) as superuser:
        put_back(superuser, first.size)
        kept.write_text(before, "utf-8")
        why = f"it signed {last.size} leaves before, and there are {first.size}"
        superuser.execute(
            "insert into tree.witnesses (name, failure, denied, knows) values ('one', %s, %s, %s)",
            [why, why, last.size],
        )
        superuser.execute("insert into log.facts select * from after")
        superuser.execute("select tree.grow(%s)", [last.size])
    with pytest.raises(Refused, match=f"one: {why}"):
        signing(place.database, kept).once()
    kept.write_text(witnessed, "utf-8")
    assert signing(place.database, kept).once() == last


def test_leaves_rewritten_under_a_checkpoint_are_found_by_who_starts_anew(
    place: Place, kept: Path
) -> None:
    folded(place, ROSA)
    assert signing(place.database, kept).once()
    with disarmed(place.database) as superuser:
        superuser.execute("update tree.leaves set hash = sha256(hash) where position = 3")
    folded(place, TOM)
    with pytest.raises(Refused, match="the leaves are not those of which a checkpoint"):
        signing(place.database, kept).once()


def test_a_checkpoint_of_another_key_is_not_gone_on_from(place: Place, kept: Path) -> None:
    folded(place, ROSA)
    assert signing(place.database, kept).once()
    stranger = Signs()
    stranger._private = Ed25519PrivateKey.generate()
    stranger.key = Key(ORIGIN, stranger._private.public_key().public_bytes_raw())
    with pytest.raises(Refused, match="not signed by this key"):
        Signing(place.database.dsn(TREE), stranger, kept).once()


def test_of_two_signers_one_signs(place: Place, kept: Path) -> None:
    folded(place, ROSA)
    other = signing(place.database, kept)
    with psycopg.connect(place.database.dsn(TREE), autocommit=True) as connection:
        assert leads(connection)
        with pytest.raises(Refused, match="another process signs"):
            other.once()
    assert other.once()
