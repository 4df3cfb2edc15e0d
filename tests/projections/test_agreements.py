"""Agreements signed anew, ended, begun, expired: all is known as if what holds always had."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain import agreement as agreements
from domain.agreement import AgreementSigned
from domain.facts import FACTS
from domain.kernel import Asked, BrokenRule, Category, Recorded
from domain.mapping import FactMapper
from domain.vocabulary import PartnerId, PersonId, Scope
from projections import agreed, log, meetings, record, referrals
from projections.directory import Directory, load
from projections.entries import ADDED, Entry
from projections.share import Share
from tests.people import (
    CHARITY,
    GARDENING,
    PRACTITIONERS,
    ROSA,
    TALKING,
    TOM,
    TRUST,
    WIGG,
    agreement,
)
from tests.projections.chance import Chance, scenarios
from tests.projections.place import Place
from tests.projections.test_linking import plain
from tests.projections.week import busy_week

NOW = datetime.now(UTC)
"""The log keeps the time of the database: what begins and expires here does so by today."""

SIGNERS = (TALKING, TRUST, CHARITY)


def today(days: int = 0) -> Asked:
    return Asked(WIGG, NOW + timedelta(days=days), uuid4(), PRACTITIONERS[WIGG])


def terms(partner: PartnerId, **changed: Any) -> AgreementSigned:
    """Other terms than the partner's default ones, from today on."""
    fresh = {"reference": str(uuid4()), "starts": NOW.date()}
    return agreement(partner).model_copy(update=fresh | changed)


def sign(place: Place, partner: PartnerId, **changed: Any) -> None:
    place.care.sign_agreement(partner, terms(partner, **changed), asked=today())


def without(partner: PartnerId, *categories: Category) -> tuple[Category, ...]:
    return tuple(c for c in agreement(partner).categories if c not in categories)


def as_if_always_so(place: Place) -> dict[UUID, list[Entry]]:
    """What every partner would have been told had what holds now always held."""
    with place.as_superuser() as connection, connection.transaction(force_rollback=True):
        held = load(connection).agreements
        connection.execute("truncate share.circles, share.partners")
        mapper = FactMapper(FACTS, place.keys)
        facts = [mapper.read(stored) for stored in log.read_after(connection, 0, 2**31)]
        share = Share(connection, mapper, place.keys, place.pseudonyms, Directory())
        told = share.tell(list(_under(facts, held)))
    found: dict[UUID, list[Entry]] = defaultdict(list)
    for each in told:
        found[each.entry.partner].append(each.entry)
    return found


def _under(facts: Iterable[Recorded], held: dict[PartnerId, AgreementSigned]) -> Iterable[Recorded]:
    first = set(held)
    for recorded in facts:
        if not isinstance(recorded.fact, agreements.FACTS):
            yield recorded
        elif (partner := PartnerId(recorded.originator_id)) in first:
            first.remove(partner)
            always = held[partner].model_copy(update={"starts": date.min})
            yield replace(recorded, fact=always, effective_at=recorded.effective_at)


def assert_all_is_as_if_always_so(place: Place, *people: PersonId) -> None:
    """Every row of these people, in every view and for every partner."""
    views, told = place.views(), as_if_always_so(place)
    for partner in {partner for partner, _ in views["caseload"]} | told.keys():
        for person in people:
            subject = place.pseudonyms.of(partner, person)
            of = [each for each in told.get(partner, ()) if each.subject == subject]
            expected = record.folded(of)
            actual = views["caseload"].get((partner, subject))
            if expected is None or expected["withdrawn"]:
                assert actual is None or actual["withdrawn"], (partner, actual)
                continue
            assert actual is not None, (partner, expected)
            assert plain(actual) == plain(expected)
            for key, row in referrals.folded(of).items():
                assert plain(views["referrals"][partner, UUID(key)]) == plain(row)
            for key, row in agreed.folded(of).items():
                assert plain(views["agreed"][partner, UUID(key)]) == plain(row)
        for key, row in meetings.folded(told.get(partner, ())).items():
            found = views["meetings"].get((partner, UUID(key)), {"cases": {}})
            subjects = {str(place.pseudonyms.of(partner, each)) for each in people}
            for subject in subjects & row.get("cases", {}).keys():
                assert plain(found["cases"][subject]) == plain(row["cases"][subject])


def test_what_new_terms_add_is_told_and_nothing_else(place: Place) -> None:
    busy_week(place)
    sign(place, TALKING, categories=without(TALKING, Category.PLAN, Category.DEMOGRAPHIC))
    place.fold(batch=1)
    before = place.told(TALKING)
    sign(place, TALKING, categories=without(TALKING, Category.PLAN))
    place.fold(batch=1)
    added = [e for e in place.entries() if e.partner == TALKING][len(before) :]
    assert {e.type.split(".")[1] for e in added} <= {"PersonRegistered", "DetailsCorrected"}
    assert all(e.backfill and e.data[ADDED] and "date_of_birth" in e.data for e in added)
    assert len({e.subject for e in added}) == len(added) > 0
    assert_all_is_as_if_always_so(place, ROSA, TOM)


def test_narrower_terms_are_a_withdrawal_and_what_still_may_be_known(place: Place) -> None:
    place.register()
    place.refer("Rosa: low mood", reason="PHQ-9 of 17")
    place.fold()
    sign(place, TALKING, categories=without(TALKING, Category.CLINICAL))
    place.fold()
    told = place.told(TALKING, ROSA)
    assert told[2:] == [
        "PathwayOpened",
        "Withdrawn",
        "PersonRegistered again",
        "ReferralMade again",
        "PathwayOpened again",
    ]
    again = [e for e in place.entries() if e.partner == TALKING and e.backfill][-3:]
    assert "reason" not in repr([e.data for e in again])
    assert_all_is_as_if_always_so(place, ROSA)


def test_the_same_terms_under_another_reference_tell_nobody_anything(place: Place) -> None:
    busy_week(place)
    place.fold()
    before = place.entries()
    for partner in SIGNERS:
        sign(place, partner, basis="UK GDPR 6(1)(e)", ends=NOW.date() + timedelta(days=365))
    place.fold()
    assert place.entries() == before


def test_what_changes_nothing_for_a_person_is_not_told_of_them(place: Place) -> None:
    """Of two people only one has a word about drugs: only what was said of her changes."""
    for person in (ROSA, TOM):
        place.register(person)
        place.refer(f"{person}: company", to=GARDENING, person=person)
    place.care.record_communication_needs(ROSA, "By text.", language=None, asked=place.by(WIGG))
    place.fold()
    number = len(place.told(CHARITY))
    sign(place, CHARITY, categories=without(CHARITY, Category.ENGAGEMENT))
    place.fold()
    assert len(place.told(CHARITY)) == number, "nobody has had an appointment"


def test_who_has_no_agreement_any_more_may_know_nothing_of_anybody(place: Place) -> None:
    busy_week(place)
    place.fold()
    known = {e.subject for e in place.entries() if e.partner == TALKING and e.subject}
    place.care.end_agreement(TALKING, asked=today())
    place.care.record_communication_needs(ROSA, "Large print.", language=None, asked=today())
    place.fold()
    last = {e.subject: e.type for e in place.entries() if e.partner == TALKING and e.subject}
    assert last == dict.fromkeys(known, "share.Withdrawn.v1")
    sign(place, TALKING)
    place.fold()
    assert_all_is_as_if_always_so(place, ROSA, TOM)


def test_an_agreement_that_expires_is_withdrawn_by_the_clock_alone(place: Place) -> None:
    place.register()
    place.refer("Rosa: company", to=GARDENING)
    sign(place, CHARITY, ends=NOW.date())
    place.fold()
    assert "Withdrawn" not in place.told(CHARITY)
    place.care.expire_agreement(CHARITY, asked=today(0))
    place.fold()
    assert "Withdrawn" not in place.told(CHARITY), "its last day has not passed"
    place.care.expire_agreement(CHARITY, asked=today(2))
    place.fold()
    assert place.told(CHARITY)[-1] == "Withdrawn"


def test_narrower_terms_wait_for_their_first_day(place: Place) -> None:
    place.register()
    place.refer("Rosa: company", to=GARDENING)
    tomorrow = NOW.date() + timedelta(days=1)
    sign(place, CHARITY, categories=(Category.IDENTITY, Category.REFERRAL), starts=tomorrow)
    place.fold()
    assert "ask" in place.entries()[-1].data or "Withdrawn" not in place.told(CHARITY)
    place.care.begin_agreement(CHARITY, asked=today(2))
    place.fold()
    told = place.told(CHARITY, ROSA)
    assert told[-3:] == ["Withdrawn", "PersonRegistered again", "ReferralMade again"]
    assert_all_is_as_if_always_so(place, ROSA)


WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"categories": (Category.IDENTITY, Category.REFERRAL)},
    {"categories": (Category.IDENTITY, Category.DEMOGRAPHIC, Category.REFERRAL, Category.ASK)},
    {"categories": (Category.IDENTITY, Category.REFERRAL, Category.ENGAGEMENT, Category.PLAN)},
    {"categories": (Category.IDENTITY, Category.REFERRAL, Category.COORDINATION)},
    {"categories": agreement(WIGG).categories, "scope": Scope.EPISODE, "substance": True},
    {"categories": agreement(WIGG).categories, "scope": Scope.OWN},
    {"consent_required": True, "confidentiality": "explicit consent"},
)


def change(place: Place, which: int, what: int) -> None:
    """One agreement is signed anew, or ended, or let expire."""
    partner = SIGNERS[which % len(SIGNERS)]
    try:
        if what < len(WAYS):
            sign(place, partner, **WAYS[what])
        elif what == len(WAYS):
            place.care.end_agreement(partner, asked=today())
        else:
            sign(place, partner, ends=NOW.date())
            place.care.expire_agreement(partner, asked=today(2))
    except BrokenRule:
        return


changes = st.tuples(st.integers(0, 2), st.integers(0, len(WAYS) + 1))

Parts = list[tuple[list[tuple[str, int]], list[tuple[int, int]]]]
"""What is asked, and then which agreements change and how; and so on."""

parts_of_a_life = st.lists(
    st.tuples(scenarios(most=12), st.lists(changes, max_size=3)), min_size=1, max_size=3
)


def live_through(place: Place, chance: Chance, parts: Parts) -> None:
    """All of that happens."""
    for asked, signed in parts:
        for what, which in asked:
            chance.do(what, which)
        for which, how in signed:
            change(place, which, how)


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    parts=parts_of_a_life,
    linked=st.booleans(),
    batch=st.sampled_from([1, 7, 2_000]),
)
def test_whatever_is_signed_ended_or_expired_all_is_known_as_if_it_always_held(
    place: Place,
    parts: Parts,
    linked: bool,
    batch: int,
) -> None:
    chance = Chance(place)
    if linked:
        one, other = chance.people
        place.care.link_persons(one, other, reason="One person.", asked=chance.by(WIGG))
    live_through(place, chance, parts)
    place.fold(batch=batch)
    assert place.rows("select count(*) from share.parked") == [(0,)]
    assert_all_is_as_if_always_so(place, *chance.people)


@pytest.mark.parametrize("batch", [1, 7])
def test_agreements_are_told_the_same_however_the_log_is_cut_and_when_told_again(
    place: Place, batch: int
) -> None:
    busy_week(place)
    for which, how in [(0, 1), (1, 2), (0, 5), (2, 5), (1, 8), (0, 4), (2, 9), (1, 0), (0, 0)]:
        change(place, which, how)
        place.care.record_communication_needs(
            ROSA, f"Number {how}.", language=None, asked=place.by(WIGG)
        )
    place.fold()
    entries, views = place.entries(), place.views()
    assert any(ADDED in entry.data for entry in entries)
    place.forget_what_was_told()
    place.fold(batch=batch)
    assert place.entries() == entries
    assert place.views() == views
