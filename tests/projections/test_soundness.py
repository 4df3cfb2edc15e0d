"""Whether the whole log is as it was signed: what a superuser did is named by its number."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from projections import soundness
from projections.schema import AUDIT
from projections.verifier import NOTHING, Wrong
from tests.people import MINA, ROSA, TOM
from tests.projections.place import Place
from tests.projections.test_signing import SIGNS, disarmed, put_back, signing


def verified(place: Place, *against: str) -> soundness.Sound:
    with psycopg.connect(place.database.dsn(AUDIT), autocommit=True) as connection:
        return soundness.verify(connection, [SIGNS.key], against, told=lambda done, of: None)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "last-checkpoint"


@pytest.fixture
def first(place: Place, kept: Path) -> int:
    """A place that was signed twice; how many facts it had the first time."""
    place.register(ROSA)
    place.fold()
    signed = signing(place.database, kept).once()
    place.register(TOM)
    place.refer("Please see him", person=TOM)
    place.fold()
    assert signed is not None
    assert signing(place.database, kept).once()
    return signed.size


def last(place: Place) -> int:
    ((position,),) = place.rows("select max(size) from tree.checkpoints")
    return int(position)


def test_a_log_that_nobody_touched_is_sound(place: Place, kept: Path, first: int) -> None:
    found = verified(place, kept.read_text("utf-8"))
    assert found == soundness.Sound(last(place), last(place), 2, 1, 0)
    place.register(MINA)
    assert verified(place).waiting == 1


TAMPERED = {
    "a byte": "update log.facts set state = set_byte(state, 7, get_byte(state, 7) # 1) "
    "where position = 9",
    "two rows": "update log.facts set position = -1 where position = 9;"
    "update log.facts set position = 9 where position = 11;"
    "update log.facts set position = 11 where position = -1",
    "a row is gone": "delete from log.facts where position = 9",
    "a leaf": "update tree.leaves set hash = sha256(hash) where position = 9",
    "a leaf is gone": "delete from tree.leaves where position = 9",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_tampered_with_is_named_by_its_number(place: Place, first: int, how: str) -> None:
    assert first > 11
    with disarmed(place.database) as superuser:
        superuser.execute(TAMPERED[how])
    with pytest.raises(Wrong) as wrong:
        verified(place)
    assert wrong.value.number == 9


def test_the_end_of_the_log_is_missed_by_who_saved_a_checkpoint(
    place: Place, kept: Path, first: int
) -> None:
    saved, whole = kept.read_text("utf-8"), last(place)
    with disarmed(place.database) as superuser:
        put_back(superuser, first)
    verified(place)
    with pytest.raises(Wrong, match=f"{whole} facts were signed") as wrong:
        verified(place, saved)
    assert wrong.value.number == first + 1


def test_links_reckoned_anew_do_not_hide_what_was_altered(
    place: Place, kept: Path, first: int
) -> None:
    """Facts and leaves agree with each other again; what was signed they do not agree with."""
    whole = last(place)
    with disarmed(place.database) as superuser:
        superuser.execute(TAMPERED["a byte"])
        superuser.execute("delete from tree.leaves")
        superuser.execute("select tree.grow(%s)", [whole])
    with pytest.raises(Wrong, match=f"from here to number {first} is not what was signed") as wrong:
        verified(place)
    assert wrong.value.number == 1

    # Nor do checkpoints that nobody with the key signed, or that are gone.
    with disarmed(place.database) as superuser:
        superuser.execute("update tree.checkpoints set root = %b", [NOTHING])
    with pytest.raises(Wrong):
        verified(place)
    with disarmed(place.database) as superuser:
        superuser.execute("delete from tree.checkpoints")
    verified(place)
    with pytest.raises(Wrong, match="is not what was signed"):
        verified(place, kept.read_text("utf-8"))
