"""Link two records, act for a week, undo the link: every view of each is as if nobody had."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.facts import FACTS
from domain.linking import LinkingFact
from domain.mapping import FactMapper
from domain.vocabulary import PersonId
from projections import agreed, log, meetings, record, referrals
from projections.directory import Directory
from projections.entries import Entry
from projections.share import Share
from tests.people import GARDENING, HOUSING, HOUSING_HELP, ROSA, TOM, WIGG
from tests.projections import oracle
from tests.projections.chance import Chance, scenarios
from tests.projections.place import Place

WHERE = ("number", "position", "linked")
"""What says where in a stream something stands, and the link that is no more."""


def never_linked(place: Place) -> dict[UUID, list[Entry]]:
    """What every partner would have been told had nobody ever linked two records."""
    with place.as_superuser() as connection, connection.transaction(force_rollback=True):
        connection.execute("truncate share.circles, share.partners")
        mapper = FactMapper(FACTS, place.keys)
        facts = [mapper.read(stored) for stored in log.read_after(connection, 0, 2**31)]
        share = Share(connection, mapper, place.keys, place.pseudonyms, Directory())
        told = share.tell([each for each in facts if not isinstance(each.fact, LinkingFact)])
    found: dict[UUID, list[Entry]] = defaultdict(list)
    for each in told:
        found[each.entry.partner].append(each.entry)
    return found


def plain(row: dict[str, Any]) -> Any:
    return oracle.bare({name: value for name, value in row.items() if name not in WHERE})


def assert_each_is_as_if_never_linked(place: Place, *people: PersonId) -> None:
    """Every row of these people, in every view and for every partner, but for notices."""
    views = place.views()
    for partner, told in never_linked(place).items():
        for person in people:
            subject = place.pseudonyms.of(partner, person)
            of = [each for each in told if each.subject == subject]
            expected = record.folded(of)
            actual = views["caseload"].get((partner, subject))
            if expected is None:
                assert actual is None or actual["withdrawn"]
                assert actual is None or actual["referrals"] == {}
                continue
            assert actual is not None
            assert plain(actual) == plain(expected)
            for key, row in referrals.folded(of).items():
                assert plain(views["referrals"][partner, UUID(key)]) == plain(row)
            for key, row in agreed.folded(of).items():
                assert plain(views["agreed"][partner, UUID(key)]) == plain(row)
        for key, row in meetings.folded(told).items():
            found = views["meetings"][partner, UUID(key)]
            subjects = {str(place.pseudonyms.of(partner, each)) for each in people}
            for subject in subjects & row.get("cases", {}).keys():
                assert plain(found["cases"][subject]) == plain(row["cases"][subject])


def test_who_knew_by_the_link_alone_is_told_to_forget_and_knows_nothing(place: Place) -> None:
    place.register(ROSA)
    place.register(TOM)
    place.refer("Tom: rent arrears", to=HOUSING_HELP, person=TOM)
    place.fold(batch=1)
    place.care.link_persons(ROSA, TOM, reason="One letter box.", asked=place.by(WIGG))
    place.refer("Rosa: company", to=GARDENING)
    place.fold(batch=1)
    assert place.told(HOUSING, ROSA)[:2] == ["PersonRegistered again", "PersonsLinked"]
    linked = next(e for e in place.entries() if e.type == "person.PersonsLinked.v1")
    assert linked.data["other"] == str(place.pseudonyms.of(linked.partner, TOM))
    place.care.unlink_persons(ROSA, TOM, reason="Flatmates.", asked=place.by(WIGG))
    place.fold(batch=1)
    assert place.told(HOUSING, ROSA)[-1] == "Withdrawn"
    assert_each_is_as_if_never_linked(place, ROSA, TOM)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    before=scenarios(most=8),
    week=scenarios(most=20),
    after=scenarios(most=5),
    batch=st.sampled_from([1, 4, 2_000]),
)
def test_after_a_week_the_link_is_undone_and_each_record_is_as_if_nobody_had_linked_them(
    place: Place,
    before: list[tuple[str, int]],
    week: list[tuple[str, int]],
    after: list[tuple[str, int]],
    batch: int,
) -> None:
    chance = Chance(place)
    one, other = chance.people
    for what, which in before:
        chance.do(what, which)
    place.fold(batch=batch)
    place.care.link_persons(one, other, reason="One person.", asked=chance.by(WIGG))
    for what, which in week:
        chance.do(what, which)
    place.care.unlink_persons(one, other, reason="Two.", asked=chance.by(WIGG))
    for what, which in after:
        chance.do(what, which)
    place.fold(batch=batch)
    assert place.rows("select count(*) from share.parked") == [(0,)]
    assert_each_is_as_if_never_linked(place, one, other)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_link_is_told_the_same_however_the_log_is_cut_into_batches(
    place: Place, batch: int
) -> None:
    place.register(ROSA)
    place.register(TOM)
    place.refer("Tom: rent arrears", to=HOUSING_HELP, person=TOM)
    place.care.link_persons(ROSA, TOM, reason="One letter box.", asked=place.by(WIGG))
    place.refer("Rosa: company", to=GARDENING)
    place.care.object_to(TOM, HOUSING, asked=place.by(WIGG))
    place.care.unlink_persons(ROSA, TOM, reason="Flatmates.", asked=place.by(WIGG))
    place.fold()
    entries, views = place.entries(), place.views()
    place.forget_what_was_told()
    place.fold(batch=batch)
    assert place.entries() == entries
    assert place.views() == views
