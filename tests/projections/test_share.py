"""The share: told once, in order, numbered per partner, and never taken back."""

from __future__ import annotations

from collections import defaultdict
from threading import Thread
from uuid import UUID

import psycopg
import pytest
from cryptography.exceptions import InvalidTag

from domain.vocabulary import DeclineReason, EndReason
from projections import engine, schema
from projections.entries import Entry
from projections.statements import statements
from tests.people import (
    CHARITY,
    COMMISSIONER,
    COMMUNITY_ORDER,
    GARDENING,
    GROUP,
    HOUSING,
    HOUSING_HELP,
    LIBRARY,
    MINA,
    PEER_GROUP,
    PROBATION,
    READING,
    ROSA,
    SUPPORT,
    TALKING,
    TOM,
    TRUST,
    WARD,
    WIGG,
)
from tests.projections.place import VIEWS, Place
from tests.projections.week import busy_week
from tests.waiting import until

WAITING = """
select count(*) from pg_stat_activity
where datname = current_database() and wait_event_type = 'Lock' and query like %s
"""


def numbers(entries: list[Entry]) -> dict[UUID, list[int]]:
    found = defaultdict(list)
    for entry in entries:
        found[entry.partner].append(entry.number)
    return found


def test_every_partner_counts_its_own_entries_without_a_gap(place: Place) -> None:
    busy_week(place)
    place.fold(batch=5)
    found = numbers(place.entries())
    assert {WIGG, TALKING, TRUST, HOUSING, PROBATION} <= found.keys()
    for counted in found.values():
        assert counted == list(range(1, len(counted) + 1))
    assert dict(place.rows("select partner, number from share.partners")) == {
        partner: counted[-1] for partner, counted in found.items()
    }


def test_the_same_log_is_told_the_same_however_it_is_cut_into_batches(place: Place) -> None:
    busy_week(place)
    assert place.fold(batch=2_000) == 1
    entries, views = place.entries(), place.views()
    assert len(entries) > 100
    assert all(views[view] for view in VIEWS)
    for batch in (1, 7):
        place.forget_what_was_told()
        assert place.fold(batch=batch) > 10
        assert place.entries() == entries
        assert place.views() == views


def test_two_partners_know_a_person_by_ids_that_cannot_be_put_together(place: Place) -> None:
    busy_week(place)
    place.fold()
    entries = place.entries()
    known = {(e.partner, e.subject) for e in entries if e.subject}
    assert len({subject for _, subject in known}) == len(known)
    everything = repr([(e.subject, e.data) for e in entries])
    for person in (ROSA, TOM, MINA):
        assert str(person) not in everything
        assert repr(person) not in everything


def test_who_comes_in_late_is_told_what_happened_before(place: Place) -> None:
    place.register()
    place.refer("Rosa: low mood")
    place.refer("Rosa: a place of her own", to=SUPPORT)
    place.fold(batch=1)
    place.refer("Rosa: not safe alone", to=WARD)
    place.fold(batch=1)
    told = place.told(TRUST, ROSA)
    assert told == [
        "PersonRegistered again",
        "ReferralMade again",
        "PathwayOpened again",
        "ReferralMade again",
        "ReferralMade",
    ]
    late = [e for e in place.entries() if e.partner == TRUST]
    assert {e.position for e in late} == {place.log.max_notification_id()}
    assert all("first_recorded_at" in e.data for e in late if e.backfill)


def test_who_gets_only_its_own_is_told_nothing_of_the_rest(place: Place) -> None:
    place.register()
    place.refer("Rosa: low mood", reason="PHQ-9 of 17")
    place.refer("Rosa: rent arrears", to=HOUSING_HELP, reason="not for the adviser")
    place.fold()
    told = [e for e in place.entries() if e.partner == HOUSING]
    assert place.told(HOUSING, ROSA) == ["PersonRegistered again", "ReferralMade"]
    assert told[0].data.keys() & {"name", "phone", "nhs_number", "date_of_birth", "address"} == {
        "name",
        "phone",
    }
    assert told[1].data["ask"] == "Rosa: rent arrears"
    assert "reason" not in told[1].data
    assert "low mood" not in repr(told)


def test_who_declines_is_told_that_it_may_no_longer_know(place: Place) -> None:
    place.register()
    referral = place.refer("Rosa: company", to=READING)
    place.fold(batch=1)
    place.care.decline_referral(referral, DeclineReason.FULL, asked=place.by(LIBRARY))
    place.fold(batch=1)
    assert place.told(LIBRARY, ROSA)[-2:] == ["ReferralDeclined", "Withdrawn"]
    place.care.record_communication_needs(ROSA, "Large print.", language=None, asked=place.by(WIGG))
    place.fold()
    assert place.told(LIBRARY, ROSA)[-1] == "Withdrawn"


def test_who_comes_back_is_told_only_what_happened_meanwhile(place: Place) -> None:
    place.register()
    first = place.refer("Rosa: out of the house", to=GARDENING)
    place.care.accept_referral(first, asked=place.by(CHARITY))
    place.care.close_referral(first, EndReason.COMPLETED, asked=place.by(CHARITY))
    place.fold()
    before = place.told(CHARITY, ROSA)
    assert before[-1] == "InvolvementEnded"
    place.care.record_communication_needs(ROSA, "By text.", language=None, asked=place.by(WIGG))
    place.refer("Rosa: out of the house again", to=GARDENING)
    place.fold(batch=1)
    assert place.told(CHARITY, ROSA)[len(before) :] == [
        "CommunicationNeedsRecorded again",
        "ReferralMade",
    ]


def test_whom_a_person_objects_to_is_told_no_more(place: Place) -> None:
    place.register()
    place.refer("Rosa: low mood")
    place.fold()
    before = len(place.told(TALKING, ROSA))
    place.care.object_to(ROSA, TALKING, asked=place.by(WIGG))
    place.refer("Rosa: out of the house", to=GARDENING)
    place.fold()
    assert place.told(TALKING, ROSA)[before:] == ["Withdrawn"]


def test_one_persons_objection_closes_nobody_elses_record(place: Place) -> None:
    for person in (ROSA, TOM):
        place.register(person)
        place.refer(f"{person}: low mood", person=person)
    place.fold()
    place.care.object_to(ROSA, TALKING, asked=place.by(WIGG))
    place.care.record_communication_needs(TOM, "Large print.", language=None, asked=place.by(WIGG))
    place.fold()
    assert place.told(TALKING, ROSA)[-1] == "Withdrawn"
    assert place.told(TALKING, TOM)[-1] == "CommunicationNeedsRecorded"


def test_probation_is_told_only_with_consent(place: Place) -> None:
    place.register(TOM)
    place.refer("Tom: his order", to=COMMUNITY_ORDER, person=TOM)
    place.fold()
    assert place.told(PROBATION) == []
    place.care.consent_to(TOM, PROBATION, asked=place.by(WIGG))
    place.fold()
    assert place.told(PROBATION) == ["PersonRegistered again", "ReferralMade again"]


def test_a_redirected_referral_leaves_one_partner_and_reaches_the_next(place: Place) -> None:
    place.register(TOM)
    referral = place.refer("Tom: out of the house", to=GARDENING, person=TOM)
    place.fold(batch=1)
    place.care.redirect_referral(referral, PEER_GROUP, asked=place.by(CHARITY))
    place.fold(batch=1)
    assert place.told(CHARITY, TOM)[-1] == "Withdrawn"
    reached = {e.partner for e in place.entries() if e.data.get("ask") == "Tom: out of the house"}
    assert reached >= {CHARITY, GROUP}


def test_the_commissioner_is_told_of_nobody(place: Place) -> None:
    busy_week(place)
    place.fold()
    assert place.told(COMMISSIONER) == []


@pytest.mark.parametrize(
    "rewriting",
    [
        "update share.entries set state = ''",
        "delete from share.entries",
        "truncate share.entries",
        "update share.entries set number = number + 1",
    ],
)
def test_what_was_told_is_not_rewritten(place: Place, rewriting: str) -> None:
    place.register()
    place.fold()
    before = place.entries()
    for role in (schema.PROJECT, schema.SERVE):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.database.connect(role).execute(rewriting)
    with place.as_superuser() as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(rewriting)
    assert place.entries() == before


def test_an_entry_moved_to_another_row_does_not_open(place: Place) -> None:
    busy_week(place)
    place.fold()
    with place.as_superuser() as connection:
        connection.execute("alter table share.entries disable trigger entries_are_kept")
        connection.execute(
            "update share.entries as to_row set state = from_row.state "
            "from share.entries as from_row "
            "where to_row.partner = %s and from_row.partner = %s and to_row.person = %s "
            "and to_row.person = from_row.person and to_row.type = from_row.type "
            "and to_row.type = 'person.PersonRegistered.v1'",
            [TALKING, WIGG, ROSA],
        )
    with pytest.raises(InvalidTag):
        place.entries()


def test_a_second_engine_waits_for_the_lease(place: Place) -> None:
    busy_week(place)
    head = place.log.max_notification_id()
    second = Thread(target=place.another_engine().catch_up, daemon=True)
    with place.database.connect(schema.PROJECT).transaction() as first:
        first.connection.execute(statements("engine")["lease"])
        second.start()
        until(lambda: place.rows(WAITING, "%views.positions%for update%") == [(1,)])
        assert place.rows("select count(*) from share.entries") == [(0,)]
    second.join(timeout=20)
    assert not second.is_alive()
    assert place.rows("select distinct position from views.positions") == [(head,)]


def test_engines_side_by_side_tell_nothing_twice(place: Place) -> None:
    busy_week(place)

    def little_by_little() -> None:
        dsn = place.database.dsn(schema.PROJECT)
        with psycopg.connect(dsn, autocommit=True) as connection:
            own = place.another_engine()
            while own.step(connection, 2):
                pass

    engines = [Thread(target=little_by_little, daemon=True) for _ in range(3)]
    for each in engines:
        each.start()
    for each in engines:
        each.join(timeout=60)
    together, views = place.entries(), place.views()
    place.forget_what_was_told()
    place.fold()
    assert together == place.entries()
    assert views == place.views()


class Killing:
    """A view that has its own connection killed when it sees this position, once."""

    name = "caseload"

    def __init__(self, place: Place, at: int) -> None:
        self.place, self.at, self.seen = place, at, False

    def load(self, connection: psycopg.Connection, entries: list[Entry]) -> None:
        self.seen = any(entry.position == self.at for entry in entries)
        self.pid = connection.info.backend_pid

    def fold(self, entry: Entry) -> None:
        return

    def save(self, connection: psycopg.Connection) -> None:
        if self.seen:
            self.at = 0
            self.place.rows("select pg_terminate_backend(%s)", self.pid)


def test_an_engine_killed_in_a_batch_tells_nothing_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_week(place)
    place.fold(batch=7)
    expected, views = place.entries(), place.views()
    place.forget_what_was_told()
    killing = Killing(place, at=expected[len(expected) // 2].position)
    ours = engine.views
    with monkeypatch.context() as patched:
        patched.setattr(engine, "views", lambda: (*ours(), killing))
        with pytest.raises(psycopg.OperationalError):
            place.fold(batch=7)
        reached = place.rows("select position from views.positions where name = 'share'")[0][0]
        assert place.rows("select max(position) from share.entries") <= [(reached,)]
        place.fold(batch=7)
    assert place.entries() == expected
    assert place.views() == views
