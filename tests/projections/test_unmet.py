"""Unmet need: what was wanted in vain is counted as it was told, and a plain count agrees."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.facts import FACTS
from domain.kernel import BrokenRule, Recorded
from domain.mapping import FactMapper
from domain.policies.days import local_date
from domain.referral import ReferralAccepted, ReferralDeclined, ReferralMade, ReferralRedirected
from domain.unmet import UnmetNeedRecorded
from domain.vocabulary import (
    DeclineReason,
    Need,
    PersonId,
    ReferralId,
    ServiceId,
    Step,
    UnmetNeedId,
    WhyUnmet,
)
from projections import log, unmet
from projections.moments import When
from tests.people import (
    COLLABORATIVE_CARE,
    GARDENING,
    HOUSING,
    MINA,
    MONDAY,
    PEER_GROUP,
    READING,
    ROSA,
    SERVICES,
    SOCIAL,
    TALKING,
    THERAPY,
    TOM,
    TRUST,
    WARD,
    WIGG,
    named,
)
from tests.projections.place import Place

MARCH = date(2026, 3, 1)


@pytest.fixture
def place(database: Any) -> Place:
    return Place(database)


def count(place: Place, partner: Any, when: When = When()) -> dict[Any, tuple[int, int]]:  # noqa: B008
    """Unmet and met by service and step."""
    found = place.ask(lambda reading: reading.unmet(partner, when))
    return {(each.service, each.step): (each.unmet, each.met) for each in found}


def write(place: Place, words: str, by: Any = WIGG, **said: Any) -> None:
    asked = {"why": WhyUnmet.FULL, "need": Need.DEPRESSION_OR_ANXIETY} | said
    unmet_id = UnmetNeedId(named(words))
    place.care.record_unmet_need(unmet_id, asked=place.by(by), **asked)


def test_declined_for_want_of_room_is_unmet_until_another_at_that_step_takes_them_on(
    place: Place,
) -> None:
    place.register(ROSA)
    first = place.refer("first", to=GARDENING)
    other = place.refer("not theirs", to=PEER_GROUP)
    charity, group = SERVICES[GARDENING].partner, SERVICES[PEER_GROUP].partner
    place.care.decline_referral(first, DeclineReason.FULL, asked=place.by(charity))
    place.care.decline_referral(other, DeclineReason.NOT_ELIGIBLE, asked=place.by(group))
    place.fold()
    head = place.ask(lambda reading: reading.head())
    assert count(place, WIGG) == {(GARDENING, 1): (1, 0)}
    assert count(place, None) == {(GARDENING, 1): (1, 0)}
    assert count(place, TRUST) == {}, "who was never told counts nothing"

    second = place.refer("second", to=READING)
    place.care.accept_referral(second, asked=place.by(SERVICES[READING].partner))
    place.fold()
    assert count(place, WIGG) == {(GARDENING, 1): (1, 1)}
    assert count(place, None) == {(GARDENING, 1): (1, 1)}
    assert count(place, WIGG, When(as_at=head)) == {(GARDENING, 1): (1, 0)}


def test_help_at_another_step_does_not_meet_the_need(place: Place) -> None:
    place.register(ROSA)
    place.refer("anything", to=THERAPY)
    write(place, "hers", service_id=WARD, person_id=ROSA)
    place.care.accept_referral(ReferralId(named("anything")), asked=place.by(TALKING))
    place.fold()
    assert count(place, WIGG) == {(WARD, 4): (1, 0)}


def test_what_is_nobodys_is_counted_for_who_wrote_it_and_once_for_the_place(place: Place) -> None:
    write(place, "nobody's", why=WhyUnmet.NONE_HERE, step=Step.TALKING_THERAPIES, need=Need.EATING)
    write(place, "another", by=HOUSING, service_id=THERAPY)
    place.fold()
    assert count(place, WIGG) == {(None, 2): (1, 0)}
    assert count(place, HOUSING) == {(THERAPY, 2): (1, 0)}
    assert count(place, None) == {(None, 2): (1, 0), (THERAPY, 2): (1, 0)}


def test_who_wanted_a_service_for_somebody_knows_so_when_it_is_no_longer_involved(
    place: Place,
) -> None:
    place.register(ROSA)
    sent = place.refer("from housing", to=THERAPY, sender=HOUSING)
    place.care.decline_referral(sent, DeclineReason.FULL, asked=place.by(TALKING))
    place.care.acknowledge_outcome(sent, asked=place.by(HOUSING))
    place.fold()
    before = place.views()["caseload"][HOUSING, place.subject(HOUSING, ROSA)]["status"]
    write(place, "hers", by=HOUSING, service_id=THERAPY, person_id=ROSA)
    place.fold()
    assert count(place, HOUSING)[THERAPY, 2] == (2, 0)
    after = place.views()["caseload"][HOUSING, place.subject(HOUSING, ROSA)]["status"]
    assert (before, after) == ("past", "past")


@pytest.mark.parametrize(
    ("numbers", "unmet_seen", "met_seen"),
    [((4, 0), None, None), ((5, 0), 5, None), ((12, 6), 12, 6), ((8, 5), 8, None)],
)
def test_small_counts_are_hidden_from_who_sees_nobodys_record(
    numbers: tuple[int, int], unmet_seen: int | None, met_seen: int | None
) -> None:
    total, met = numbers
    each = unmet.Counted(uuid4(), 2, MARCH, {"full": total}, total, met)
    row = unmet.hidden(each)
    assert (row["unmet"], row["met"], row["hidden"]) == (unmet_seen, met_seen, total < 5)
    mixed = unmet.hidden(unmet.Counted(None, 2, MARCH, {"full": 9, "closed": 2}, 11, 0))
    assert mixed["why"] == {}, "a small part would follow from the whole"


# Equal to a plain count


@dataclass
class Anything:
    """People ask for services at random; what comes of it is counted twice, in two ways."""

    place: Place
    chance: Random
    people: tuple[PersonId, ...] = (ROSA, TOM, MINA)
    referrals: list[ReferralId] = field(default_factory=list)
    days: int = 0

    def happen(self) -> None:
        self.days += self.chance.randrange(9)
        at = MONDAY + timedelta(days=self.days)
        try:
            self.chance.choice(self.ways)(at)
        except BrokenRule:
            return

    @property
    def ways(self) -> list[Callable[[Any], None]]:
        return [self.refer, self.refer, self.answer, self.answer, self.redirect, self.write]

    def by(self, partner: Any, at: Any) -> Any:
        return self.place.by(partner, at=at)

    def refer(self, at: Any) -> None:
        service = self.chance.choice((THERAPY, GARDENING, READING, COLLABORATIVE_CARE, WARD))
        words = f"referral {uuid4()}"
        person = self.chance.choice(self.people)
        sender = self.chance.choice((WIGG, SOCIAL, HOUSING, TALKING))
        self.referrals.append(
            self.place.refer(words, to=service, person=person, sender=sender, at=at)
        )

    def answer(self, at: Any) -> None:
        asking = self.place.care._referral(self.chance.choice(self.referrals or [ReferralId(ROSA)]))
        assert asking.receiver is not None
        asked = self.by(asking.receiver, at)
        which = ReferralId(asking.id)
        reason = self.chance.choice((None, DeclineReason.FULL, DeclineReason.NOT_ELIGIBLE))
        if reason is None:
            self.place.care.accept_referral(which, asked=asked)
        else:
            self.place.care.decline_referral(which, reason, asked=asked)

    def redirect(self, at: Any) -> None:
        asking = self.place.care._referral(self.chance.choice(self.referrals or [ReferralId(ROSA)]))
        assert asking.receiver is not None
        to = self.chance.choice((THERAPY, READING, WARD))
        asked = self.by(asking.receiver, at)
        self.place.care.redirect_referral(ReferralId(asking.id), to, asked=asked)

    def write(self, at: Any) -> None:
        service = self.chance.choice((None, THERAPY, WARD, READING))
        self.place.care.record_unmet_need(
            UnmetNeedId(uuid4()),
            why=WhyUnmet.CLOSED if service else WhyUnmet.NONE_HERE,
            need=self.chance.choice((Need.TRAUMA, Need.EATING)),
            service_id=service,
            step=self.chance.choice(list(Step)),
            person_id=self.chance.choice((None, *self.people)),
            asked=self.by(self.chance.choice((WIGG, SOCIAL, HOUSING)), at),
        )


def plainly(facts: list[Recorded]) -> dict[Any, tuple[int, int]]:
    """The same counts for a place whose practice knows everything, told off on the fingers."""
    at_service: dict[UUID, ServiceId] = {}
    wanted: list[dict[str, Any]] = []
    for recorded in facts:
        fact, stream = recorded.fact, recorded.originator_id
        month = local_date(recorded.effective_at).replace(day=1)
        if isinstance(fact, ReferralMade | ReferralRedirected):
            at_service[stream] = fact.service
        if isinstance(fact, UnmetNeedRecorded):
            wanted.append(
                {"of": recorded.person, "service": fact.service, "step": fact.step, "month": month}
            )
        if isinstance(fact, ReferralDeclined) and fact.reason is DeclineReason.FULL:
            service = at_service[stream]
            step = SERVICES[service].step
            wanted.append({"of": recorded.person, "service": service, "step": step, "month": month})
        if isinstance(fact, ReferralAccepted):
            step = SERVICES[at_service[stream]].step
            for each in wanted:
                if each["of"] == recorded.person and each["step"] == step:
                    each["met"] = True
    unmet_, met = Counter[Any](), Counter[Any]()
    for each in wanted:
        key = (each["service"], int(each["step"]), each["month"])
        unmet_[key] += 1
        met[key] += each.get("met", False)
    return {key: (unmet_[key], met[key]) for key in unmet_}


@given(seed=st.integers(0, 2**32), batch=st.integers(3, 200))
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_counts_are_those_of_a_plain_count(place: Place, seed: int, batch: int) -> None:
    people = tuple(PersonId(uuid4()) for _ in range(3))
    for person in people:
        place.register(person, name="Somebody")
    chance = Anything(place, Random(seed), people)
    for _ in range(30):
        chance.happen()
    place.fold(batch=batch)
    with place.as_superuser() as connection:
        stored = log.read_after(connection, 0, 1_000_000)
    facts = [FactMapper(FACTS, place.keys).read(each) for each in stored]
    found = place.ask(lambda reading: reading.unmet(None))
    counted = {(c.service, c.step, c.month): (c.unmet, c.met) for c in found}
    assert counted == plainly(facts)
    assert counted
