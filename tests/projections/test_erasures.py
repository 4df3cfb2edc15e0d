"""Erasure in PostgreSQL: everybody is told of an order, no view says a word, and keys are gone."""

from __future__ import annotations

import zlib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.sweeping import Sweep, erasure
from domain.erasure import (
    ErasureIsNotDue,
    OnlyTheHostErases,
    ThePersonIsErased,
    ThePersonIsStillHeld,
)
from domain.kernel import REMOVED
from domain.mapping import PersonWasErased
from domain.person import Details, Person
from domain.policies.erasure import in_force
from domain.sharing import ERASED
from domain.vocabulary import (
    ErasureId,
    ErasureReason,
    HowKnown,
    PartnerId,
    PersonId,
    PractitionerId,
    Role,
)
from projections import erasures, schema
from projections.entries import Entry
from projections.erasures import State
from projections.moments import When
from projections.versions import unpacked
from tests.people import MINA, MONDAY, ROSA, TOM, WARD, WIGG
from tests.projections.place import Place

HUGH, IRIS = PractitionerId(uuid4()), PractitionerId(uuid4())
CANARY = "Zebulon-Quetzalcoatl"
NUMBER = "9434765919"
TEXTS = """
select c.oid::regclass::text, quote_ident(a.attname)
from pg_class as c join pg_attribute as a on a.attrelid = c.oid
where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'bytea'::regtype, 'jsonb'::regtype)
    and c.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
"""
DUE = MONDAY + in_force(MONDAY).delay
ORDER = "IG-2026-17"


def lived(place: Place) -> None:
    """Rosa's life has a canary in every text, and ends; Tom's goes on beside it."""
    for officer, role in ((HUGH, Role.PRIVACY_OFFICER), (IRIS, Role.ADMINISTRATOR)):
        place.care.add_practitioner(
            WIGG,
            officer,
            name="somebody",
            role=role,
            title="officer",
            asked=place.by(WIGG),
        )
    place.care.register_person(
        ROSA,
        Details(
            name=CANARY,
            phone=CANARY,
            practice=WIGG,
            date_of_birth=date(1980, 1, 2),
            nhs_number=NUMBER,
            address=CANARY,
        ),
        asked=place.by(WIGG),
    )
    place.register(TOM)
    place.refer(f"{CANARY} is low")
    place.refer(f"{CANARY} and the ward", to=WARD)
    place.refer("Tom: low mood", person=TOM)
    place.fold()
    place.care.record_death(
        ROSA, MONDAY.date(), known_by=HowKnown.FAMILY, note=CANARY, asked=place.by(WIGG)
    )
    place.fold()


def order(place: Place, who: PersonId = ROSA) -> ErasureId:
    made = ErasureId(uuid4())
    place.care.order_erasure(
        made,
        who,
        ORDER,
        reason=ErasureReason.UNLAWFUL,
        words=CANARY,
        asked=place.by(WIGG, practitioner=HUGH),
    )
    return made


def sweep(place: Place, at: datetime = DUE) -> list[str]:
    timer = Sweep(place.care, place.database.dsn(schema.PROJECT), clock=lambda _: at)
    done = [each.done for each in timer.once(of=(erasure,))]
    place.fold()
    return done


def erase(place: Place) -> ErasureId:
    made = order(place)
    place.care.confirm_erasure(made, asked=place.by(WIGG, practitioner=IRIS))
    place.fold()
    assert sweep(place, DUE - timedelta(seconds=1)) == []
    assert sweep(place) == ["erased"]
    return made


def last_told(place: Place) -> dict[PartnerId, Entry]:
    """What each partner was last told of Rosa."""
    return {
        partner: entry
        for entry in place.entries()
        for partner in [PartnerId(entry.partner)]
        if entry.subject == place.subject(partner, ROSA)
    }


def every_row(place: Place) -> str:
    """All that any table says, whatever it is packed in."""
    said: list[Any] = []
    for table, column in place.rows(TEXTS):
        found = place.rows(f"select {column} from {table} where {column} is not null")
        said += [value for (value,) in found]
    return repr([_readable(each) for each in said])


def _readable(value: Any) -> Any:
    if isinstance(value, bytes) and value[:1] == b"\1":
        try:
            return unpacked(value)
        except zlib.error:  # sealed bytes begin with the same number
            return value
    return value


def test_nobody_is_erased_by_one_person_or_from_elsewhere_or_while_they_are_held(
    place: Place,
) -> None:
    lived(place)
    with pytest.raises(ThePersonIsStillHeld):
        order(place, TOM)
    by = place.by(WIGG)
    with pytest.raises(OnlyTheHostErases):
        place.care.order_erasure(
            ErasureId(uuid4()), ROSA, ORDER, reason=ErasureReason.LAW, asked=by
        )
    made = order(place)
    with pytest.raises(OnlyTheHostErases):
        place.care.confirm_erasure(made, asked=by)
    with pytest.raises(ErasureIsNotDue):
        place.care.erase_person(made, asked=place.by(WIGG, at=DUE))
    with pytest.raises(ErasureIsNotDue):
        place.care.destroy_keys(made, backups_for=30, asked=place.by(WIGG, at=DUE))
    assert place.keys.of(ROSA), "nothing is destroyed of whom nobody erased"


def test_once_erased_no_table_says_a_word_though_the_key_still_stands(place: Place) -> None:
    lived(place)
    assert CANARY in every_row(place)
    blinds = place.rows("select count(*) from share.identifiers where person = %s", ROSA)
    assert blinds > [(0,)]
    counted = place.rows("select partner, status, people from views.caseload_counts order by 1, 2")
    erase(place)
    assert place.keys.of(ROSA) is not None
    said = every_row(place)
    assert CANARY not in said
    assert NUMBER not in said
    assert place.rows("select count(*) from share.identifiers where person = %s", ROSA) == [(0,)]
    place.assert_counted()
    now = place.rows("select partner, status, people from views.caseload_counts order by 1, 2")
    assert sum(n for *_, n in now) == sum(n for *_, n in counted), "who was there is counted"
    assert "Tom" in said, "others' names stay"


def test_everybody_who_was_told_is_told_of_the_order_alone_and_says_that_they_removed_it(
    place: Place,
) -> None:
    lived(place)
    told = {
        e.partner for e in place.entries() if e.subject == place.subject(PartnerId(e.partner), ROSA)
    }
    made = erase(place)
    last = {
        e.partner: e
        for e in place.entries()
        if e.subject == place.subject(PartnerId(e.partner), ROSA)
    }
    assert told == last.keys()
    assert len(told) > 2
    for entry in last.values():
        assert entry.type == ERASED
        assert entry.data == {"order": ORDER, "acknowledge": True}
    heard = place.ask(lambda reading: reading.told_of_erasure(WIGG, made))
    assert {each.partner for each in heard} == told
    assert {each.acknowledged_at for each in heard} == {None}
    position = heard[0].position
    for partner in sorted(told):
        place.care.acknowledge_withdrawals(position, asked=place.by(PartnerId(partner)))
    place.fold()
    assert all(each.acknowledged_at for each in place.ask(lambda r: r.told_of_erasure(WIGG, made)))


def test_the_keys_are_destroyed_and_a_sweep_that_was_killed_goes_on(place: Place) -> None:
    lived(place)
    made = erase(place)
    place.keys.destroy(ROSA)  # and killed before it was noted
    assert sweep(place) == ["finished"]
    assert sweep(place) == []
    (row,) = place.ask(lambda reading: reading.erasures(WIGG))
    assert (row.state, row.order, row.id) == (State.FINISHED, ORDER, made)
    assert row.final_at == DUE + timedelta(days=30)
    place.forget_keys()
    assert place.keys.of(ROSA) is None
    assert place.care._load(Person, ROSA).erased == made
    with pytest.raises(PersonWasErased):
        place.care.take_back_death(ROSA, note=CANARY, asked=place.by(WIGG))
    with pytest.raises(ThePersonIsErased):
        order(place)


def test_all_records_of_one_person_are_erased_under_one_order(place: Place) -> None:
    lived(place)
    second = "Popocatepetl-Xochimilco"
    place.care.register_person(
        MINA, Details(name=second, phone=second, practice=WIGG), asked=place.by(WIGG)
    )
    place.refer(f"{second} is low", person=MINA)
    place.care.record_death(MINA, MONDAY.date(), known_by=HowKnown.FAMILY, asked=place.by(WIGG))
    place.care.link_persons(ROSA, MINA, reason="One and the same", asked=place.by(WIGG))
    place.fold()
    assert second in every_row(place)
    knew = {
        (entry.partner, who)
        for entry in place.entries()
        for who in (ROSA, MINA)
        if entry.subject == place.subject(PartnerId(entry.partner), who)
    }
    made = erase(place)
    said = every_row(place)
    assert not [word for word in (CANARY, NUMBER, second) if word in said]
    for partner, who in knew:
        subject = place.subject(PartnerId(partner), who)
        last = [entry for entry in place.entries() if entry.subject == subject][-1]
        assert last.type == ERASED, (partner, who)
    assert sweep(place) == ["finished"]
    place.forget_keys()
    assert [place.keys.of(who) for who in (ROSA, MINA)] == [None, None]
    assert [place.care._load(Person, who).erased for who in (ROSA, MINA)] == [made, made]
    assert place.keys.of(TOM) is not None
    heard = place.ask(lambda reading: reading.told_of_erasure(WIGG, made))
    assert {each.partner for each in heard} == {partner for partner, _ in knew}


def test_a_page_of_before_and_of_now_says_under_which_order(place: Place) -> None:
    lived(place)
    head = place.log.max_notification_id() or 0
    erase(place)
    subject = place.subject(WIGG, ROSA)
    row = place.ask(lambda reading: reading.record(WIGG, subject))
    assert row
    assert row["erased"]["order"] == ORDER
    assert row["status"] in ("died", "past")
    sweep(place)
    place.forget_keys()
    before = place.ask(lambda reading: reading.record(WIGG, subject, When(as_at=head)))
    assert before
    assert CANARY not in repr(before)
    caseload = place.ask(lambda r: r.caseload(WIGG, when=When(as_at=head)))
    assert CANARY not in repr(caseload)
    assert REMOVED not in repr(caseload)


def test_what_is_folded_anew_is_what_was_served(place: Place) -> None:
    lived(place)
    erase(place)
    sweep(place)
    served = place.views()
    place.forget_what_was_told()
    place.forget_keys()
    place.fold()
    assert place.views() == served


def test_after_the_stated_day_no_file_holds_a_word_or_a_key(place: Place) -> None:
    """WAL expires with its archive: here the server keeps none, and is told to write it off."""
    lived(place)
    asked = "select wrapped from keys.person_keys where person = %s"
    ((wrapped,),) = place.database.beside().execute(asked, [ROSA], binary=True).fetchall()
    sought = [CANARY.encode(), NUMBER.encode(), wrapped]
    with place.as_superuser() as admin:
        admin.execute("analyze")
        admin.execute("checkpoint")
        ((folder,),) = admin.execute("show data_directory").fetchall()
        assert all(_files_with(Path(folder), [each]) for each in sought), "it is looked for rightly"
        erase(place)
        sweep(place)
        owner, owner_of_keys = map(place.database.connect, (schema.OWNER, schema.KEYS_OWNER))
        erasures.rewrite(owner, owner_of_keys)
        for _ in range(2):
            admin.execute("select pg_switch_wal()")
            admin.execute("checkpoint")
    assert _files_with(Path(folder), sought) == []


def _files_with(folder: Path, sought: list[bytes]) -> list[str]:
    """Files of the whole server, its indexes, write-ahead log and messages among them."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and any(each in path.read_bytes() for each in sought)
    ]
