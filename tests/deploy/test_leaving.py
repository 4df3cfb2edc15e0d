"""An organisation leaves a real database: everybody it held falls back, each once, never nobody."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from threading import Thread
from uuid import UUID, uuid4

import pytest

from deploy.sweeping import Sweep, gone
from domain.kernel import Asked
from domain.vocabulary import HandoverId, HowKnown, PersonId, ReferralId
from projections import schema
from tests.database import Database
from tests.people import ROSA, TALKING, TRUST, WARD, WIGG, named
from tests.projections.place import Place
from tests.scenario import URGENT


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


@pytest.fixture
def sweep(place: Place) -> Sweep:
    return Sweep(place.care, place.database.dsn(schema.PROJECT))


def held_by_the_trust(place: Place, count: int) -> list[PersonId]:
    """People whom the trust holds, each with a referral that waits there too."""
    people = [PersonId(named(f"person {number}")) for number in range(count)]
    for person in people:
        place.register(person, name="Somebody")
        place.refer(f"first of {person}", person=person)
        handover = HandoverId(uuid4())
        place.care.offer_handover(person, handover, WARD, grounds=URGENT, asked=place.by(WIGG))
        place.care.accept_handover(person, handover, asked=place.by(TRUST))
        place.refer(f"waiting of {person}", to=WARD, person=person)
    return people


def leaves(place: Place) -> None:
    place.care.leave(TRUST, "its contract ended", asked=place.by(WIGG))
    place.fold()


def topics(place: Place, topic: str) -> Counter[str]:
    """How often each stream has such a fact, by the log."""
    found = place.rows("select stream from log.facts where topic = %s", topic)
    return Counter(str(stream) for (stream,) in found)


def held(place: Place) -> Counter[str]:
    rows = place.rows("select responsible from share.circles where open")
    return Counter(str(partner) for (partner,) in rows)


def assert_each_fell_back_once(place: Place, people: list[PersonId]) -> None:
    assert set(topics(place, "pathway:ResponsibilityFellBack").values()) == {1}
    assert topics(place, "pathway:ResponsibilityFellBack").total() == len(people)
    assert topics(place, "referral:ReferralExpired") == {
        str(named(f"waiting of {person}")): 1 for person in people
    }
    place.fold()
    assert held(place) == {str(WIGG): len(people)}


def test_everybody_it_held_falls_back_and_it_hears_the_end_of_it(
    place: Place, sweep: Sweep
) -> None:
    people = held_by_the_trust(place, 3)
    place.fold()
    leaves(place)
    notices = place.told(TRUST)[-len(people) :]
    assert notices == ["InvolvementEnded"] * len(people)
    before = len(place.told(TRUST))
    assert len(sweep.once(of=[gone])) == 2 * len(people)
    place.fold()
    assert_each_fell_back_once(place, people)
    assert len(place.told(TRUST)) == before, "nothing more is told to who left"
    assert sweep.once(of=[gone]) == []
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, people[0])))
    assert row is not None
    assert (row["status"], row["responsible"]) == ("fallen back", str(WIGG))


def killed_after(place: Place, sweep: Sweep, asked: int) -> None:
    left = iter(range(asked))

    class Mortal:
        host = place.care.host

        def end_tie(self, *args: object, **kwargs: object) -> object:
            answer = place.care.end_tie(*args, **kwargs)  # type: ignore[arg-type]
            if next(left, None) is None:
                raise Killed
            return answer

    with pytest.raises(Killed):
        replace(sweep, care=Mortal()).once(of=[gone])  # type: ignore[arg-type]


@pytest.mark.parametrize("after", [0, 3, 7])
def test_killed_half_way_and_begun_again_nothing_happens_twice_and_nothing_never(
    place: Place, sweep: Sweep, after: int
) -> None:
    people = held_by_the_trust(place, 4)
    leaves(place)
    killed_after(place, sweep, after)
    place.fold()
    assert held(place).total() == len(people), "held by nobody is never an answer"
    while sweep.once(of=[gone]):
        place.fold()
    assert_each_fell_back_once(place, people)


def test_two_sweeps_at_once_let_each_fall_back_once(place: Place, sweep: Sweep) -> None:
    people = held_by_the_trust(place, 6)
    leaves(place)
    threads = [Thread(target=sweep.once, kwargs={"of": [gone]}) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_each_fell_back_once(place, people)


def test_what_was_asked_as_somebody_died_ends_all_the_same(place: Place, sweep: Sweep) -> None:
    """Another process recorded the referral beside the death, which could not see it."""
    place.register()
    first = place.refer("first")
    place.fold()
    beside = ReferralId(named("asked at the same moment"))
    elsewhere = place.care._every
    place.care._every = lambda kind, person: [  # type: ignore[method-assign,assignment]
        each for each in elsewhere(kind, person) if each.id != beside
    ]
    place.refer("asked at the same moment")
    asked = Asked(WIGG, datetime.now(UTC), uuid4(), place.by(WIGG).practitioner)
    place.care.record_death(ROSA, date(2026, 3, 1), known_by=HowKnown.FAMILY, asked=asked)
    place.care._every = elsewhere  # type: ignore[method-assign]
    place.fold()
    assert topics(place, "referral:ReferralWithdrawn") == {str(first): 1}
    assert [each.id for each in sweep.once(of=[gone])] == [beside]
    place.fold()
    assert topics(place, "referral:ReferralWithdrawn") == {str(first): 1, str(beside): 1}
    assert sweep.once(of=[gone]) == []
    assert sweep.once() == [], "nobody is told that nobody answers for the dead"
    assert place.told(TALKING, ROSA)[-1] == "Withdrawn"


@pytest.mark.parametrize("batch", [1, 5, 2_000])
def test_the_view_ties_exactly_what_the_domain_has_open(place: Place, batch: int) -> None:
    people = held_by_the_trust(place, 2)
    place.care.accept_referral(ReferralId(named(f"first of {people[0]}")), asked=place.by(TALKING))
    place.fold(batch=batch)
    ties = place.rows("select about, id, organisation from views.ties")
    wanted: set[tuple[str, UUID, UUID]] = {("pathway", person, TRUST) for person in people}
    wanted |= {("referral", named(f"first of {person}"), TALKING) for person in people}
    wanted |= {("referral", named(f"waiting of {person}"), TRUST) for person in people}
    assert set(ties) == wanted
