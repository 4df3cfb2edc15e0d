"""Persons' keys: one each, for every process the same, and gone when destroyed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import monotonic, sleep
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.kernel import REMOVED
from domain.mapping import CARE, Volume
from domain.vocabulary import Retention
from projections.keys import FIRST, PersonKeys, Unopened, WrongMasterKey
from projections.log import PostgresLog
from tests.database import Database
from tests.projections.notes import AMIRA, TOM, NoteTaken, mapper, taken

NONCE = b"\x00" * 12


def process(database: Database, *, seconds: float = 60.0, remembered: int = 100) -> PersonKeys:
    """The keys as one process of several sees them."""
    return PersonKeys(
        database.pool("throughcare_keys"),
        database.server.master,
        seconds=seconds,
        remembered=remembered,
    )


def locked(key: AESGCM | None) -> bytes:
    """Equal for equal keys."""
    assert key is not None
    return key.encrypt(NONCE, b"who is it", None)


def test_a_person_has_one_key_in_every_process(database: Database) -> None:
    one, other = process(database), process(database)
    assert locked(one.of(AMIRA)) == locked(one.of(AMIRA)) == locked(other.of(AMIRA))
    assert locked(one.of(AMIRA)) != locked(one.of(TOM))


def test_a_key_first_used_by_eight_at_once_is_one_key(database: Database) -> None:
    processes = [process(database) for _ in range(4)]
    for _ in range(10):
        person = uuid4()
        with ThreadPoolExecutor(8) as people:
            keys = people.map(lambda p, person=person: locked(p.of(person)), processes * 2)
        assert len(set(keys)) == 1


def test_the_database_never_holds_a_bare_key(database: Database) -> None:
    """What is stored opens only with the master key, and only as that person's."""
    process(database).make_many([AMIRA, TOM])
    rows: dict[UUID, bytes] = dict(
        database.connect("throughcare_keys")
        .execute("select person, wrapped from keys.person_keys")
        .fetchall()
    )
    master = AESGCM(database.server.master)
    bare = master.decrypt(rows[AMIRA][:12], rows[AMIRA][12:], AMIRA.bytes)
    assert bare not in rows[AMIRA]
    assert locked(AESGCM(bare)) == locked(process(database).of(AMIRA))
    with pytest.raises(InvalidTag):
        master.decrypt(rows[AMIRA][:12], rows[AMIRA][12:], TOM.bytes)


def test_another_master_key_is_refused_and_named(database: Database) -> None:
    process(database).of(AMIRA)
    stranger = PersonKeys(database.pool("throughcare_keys"), b"\x01" * 32)
    with pytest.raises(WrongMasterKey, match=str(AMIRA)):
        stranger.of(AMIRA)


@pytest.mark.parametrize("making", [True, False], ids=["made", "fetched"])
def test_many_keys_are_at_hand_without_asking_again(database: Database, making: bool) -> None:
    persons = [uuid4() for _ in range(100)]
    before = process(database)
    before.make_many(persons[:50] if making else persons)
    pool = database.pool("throughcare_keys")
    keys = PersonKeys(pool, database.server.master)

    (keys.make_many if making else keys.many)(persons)

    pool.close()
    assert len({locked(keys.of(person)) for person in persons}) == 100
    assert locked(keys.of(persons[0])) == locked(before.of(persons[0]))


def test_a_destroyed_key_is_gone_for_ever(database: Database) -> None:
    keys = process(database)
    keys.of(AMIRA)

    keys.destroy(AMIRA)
    keys.destroy(AMIRA)

    assert keys.of(AMIRA) is None
    again = process(database)
    again.make_many([AMIRA])
    assert again.of(AMIRA) is None
    wrapped, destroyed_at = database.connect("throughcare_keys").execute(
        "select wrapped, destroyed_at from keys.person_keys"
    ).fetchone() or (b"", None)
    assert wrapped is None
    assert destroyed_at is not None


def test_a_person_erased_before_a_key_was_made_never_gets_one(database: Database) -> None:
    keys = process(database)
    keys.destroy(TOM)
    assert keys.of(TOM) is None
    assert process(database).of(TOM) is None


def test_an_erasure_reaches_another_process_when_its_memory_ends(database: Database) -> None:
    erasing, reading = process(database), process(database, seconds=0.3)
    assert reading.of(AMIRA) is not None

    erasing.destroy(AMIRA)

    until = monotonic() + 10
    while reading.of(AMIRA) is not None and monotonic() < until:
        sleep(0.02)
    assert reading.of(AMIRA) is None
    assert monotonic() < until


def test_nobody_may_remember_keys_longer_than_a_minute(database: Database) -> None:
    with pytest.raises(AssertionError, match="within a minute"):
        process(database, seconds=61)


def test_only_so_many_keys_are_remembered(database: Database) -> None:
    keys = process(database, remembered=2)
    keys.make_many([uuid4() for _ in range(5)])
    assert len(keys._known) == 2


def test_what_rested_under_a_destroyed_key_reads_as_removed(database: Database) -> None:
    log, keys = PostgresLog(database.pool("throughcare_decide")), process(database)
    sealed, note = mapper(keys), taken("Amira told us about her brother", about=AMIRA)
    log.insert_events([sealed.to_stored_event(note)])
    (kept,) = log.select_events(note.originator_id)
    assert b"brother" not in kept.state
    assert sealed.read(kept).fact == note.fact

    keys.destroy(AMIRA)

    read = sealed.read(kept)
    assert read.fact == NoteTaken(text=REMOVED)
    assert replace(read, fact=note.fact, recorded_at=None, position=0) == note


def test_wrapped_keys_swapped_in_the_table_do_not_open(database: Database) -> None:
    process(database).make_many([AMIRA, TOM])
    database.beside().execute(
        "update keys.person_keys as k set wrapped = other.wrapped "
        "from keys.person_keys as other where other.person <> k.person"
    )
    with pytest.raises(InvalidTag):
        process(database).of(UUID(str(AMIRA)))


# Volumes

TWO = Volume(Retention.CORRESPONDENCE, 1)
LETTERS = Volume(Retention.CORRESPONDENCE)


def test_each_volume_of_a_person_has_a_key_of_its_own(database: Database) -> None:
    one, other = process(database), process(database)
    keys = [one.of(AMIRA, each) for each in (CARE, LETTERS, TWO, Volume(Retention.FEEDBACK))]
    assert len({locked(key) for key in keys}) == 4
    assert locked(other.of(AMIRA, LETTERS)) == locked(keys[1])
    other.many([AMIRA])
    assert locked(other.of(AMIRA)) == locked(keys[0])


def test_a_volume_goes_alone_and_the_next_one_takes_what_comes(database: Database) -> None:
    keys, other = process(database), process(database)
    keys.of(AMIRA, LETTERS)
    assert keys.newest(AMIRA, Retention.CORRESPONDENCE) == LETTERS

    assert keys.begin_anew(AMIRA, Retention.CORRESPONDENCE) == TWO
    assert other.newest(AMIRA, Retention.CORRESPONDENCE) == TWO
    assert other.of(AMIRA, LETTERS) is not None
    assert keys.destroy_before(AMIRA, TWO) == [0]

    assert keys.of(AMIRA, LETTERS) is None
    assert keys.destroy_before(AMIRA, TWO) == []
    assert None not in (keys.of(AMIRA), keys.of(AMIRA, TWO), process(database).of(AMIRA))


def test_the_care_record_is_no_volume_that_a_later_one_follows(database: Database) -> None:
    keys = process(database)
    keys.of(AMIRA)
    assert keys.destroy_before(AMIRA, Volume(Retention.CARE, 9)) == []
    assert process(database).of(AMIRA) is not None


def test_with_the_care_record_every_volume_goes_and_none_begins(database: Database) -> None:
    keys, other = process(database), process(database)
    keys.of(AMIRA, LETTERS)
    keys.destroy(AMIRA)
    for each in (CARE, LETTERS, TWO, Volume(Retention.FEEDBACK)):
        assert keys.of(AMIRA, each) is None
        assert other.of(AMIRA, each) is None
    assert database.beside().execute(
        "select count(*), count(wrapped) from keys.person_keys"
    ).fetchone() == (2, 0)


def test_no_volume_outlives_an_erasure_that_it_began_beside(database: Database) -> None:
    erasing, *others = [process(database) for _ in range(4)]
    for _ in range(20):
        person = uuid4()
        erasing.of(person)
        with ThreadPoolExecutor(4) as people:
            gone = people.submit(erasing.destroy, person)
            for number, each in enumerate(others):
                people.submit(each.of, person, Volume(Retention.FEEDBACK, number))
        gone.result()
    assert database.beside().execute(
        "select count(*) from keys.person_keys where wrapped is not null"
    ).fetchone() == (0,)


def test_wrapped_keys_of_a_persons_volumes_swapped_do_not_open(database: Database) -> None:
    process(database).of(AMIRA, LETTERS)
    database.beside().execute(
        "update keys.person_keys as k set wrapped = other.wrapped "
        "from keys.person_keys as other where other.retention <> k.retention"
    )
    for each in (CARE, LETTERS):
        with pytest.raises(InvalidTag):
            process(database).of(AMIRA, each)


def test_what_does_not_unwrap_is_named_and_the_rest_is_counted(database: Database) -> None:
    keys = process(database)
    persons = sorted(uuid4() for _ in range(5))
    keys.make_many(persons)
    keys.of(persons[1], LETTERS)
    keys.destroy(persons[4])
    assert keys.unopened(FIRST, 100) == Unopened(5, [], (persons[3], "care", 0))
    database.beside().execute(
        "update keys.person_keys set wrapped = set_byte(wrapped, 20, 1 # get_byte(wrapped, 20)) "
        "where person = %s",
        [persons[2]],
    )
    first = keys.unopened(FIRST, 2)
    assert (first.keys, first.persons) == (2, [])
    assert first.last is not None
    assert keys.unopened(first.last, 100).persons == [persons[2]]
    assert keys.unopened((persons[3], "care", 0), 100) == Unopened(0, [], None)
    stranger = PersonKeys(database.pool("throughcare_keys"), b"\x01" * 32)
    assert len(stranger.unopened(FIRST, 100).persons) == 5
