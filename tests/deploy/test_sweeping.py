"""The sweep over a real database: whatever kills it or runs beside it, each rung is told once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest

from deploy.sweeping import Sweep, expiry, silence
from deploy.sweeping.swept import Swept
from domain.handover_offer import HandoverSilenceEscalated
from domain.kernel import Asked, Recorded
from domain.policies.escalation import Rung, Silence
from domain.unanswered import SilenceEscalated
from domain.vocabulary import HandoverId, Priority, ReferralId
from projections import schema
from tests.database import Database
from tests.later import Later
from tests.people import MINA, MONDAY, ROSA, SUPPORT, TALKING, TOM, TRUST, WARD, WIGG, named
from tests.projections.place import Place
from tests.projections.week import busy_week

RUNGS = list(Rung)
APART = 14
"""Days in which five are working days, at Christmas too."""


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def place(database: Database) -> Place:
    return Place(database)


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def sweep(place: Place, later: Later) -> Sweep:
    return Sweep(place.care, place.database.dsn(schema.PROJECT), later)


def rounds(place: Place, sweep: Sweep, *, days: int = 6 * APART) -> list[Swept]:
    """Sweep and fold once in so many days."""
    assert isinstance(sweep.clock, Later)
    told: list[Swept] = []
    for _ in range(0, days, APART):
        place.fold()
        told += sweep.once(of=[silence])
        sweep.clock.days += APART
    place.fold()
    return told


def escalations(place: Place) -> Counter[tuple[str, str]]:
    """What the log holds: how often each rung of each silence was told."""
    told: Counter[tuple[str, str]] = Counter()
    for (stream,) in place.rows("select distinct stream from log.facts"):
        for stored in place.log.select_events(stream):
            recorded = place.care.mapper.to_domain_event(stored)
            assert isinstance(recorded, Recorded)
            match recorded.fact:
                case SilenceEscalated(rung=rung):
                    told[str(stream), rung.value] += 1
                case HandoverSilenceEscalated(rung=rung, handover=handover):
                    told[str(handover), rung.value] += 1
                case _:
                    pass
    return told


def waiting(place: Place, count: int = 5) -> list[ReferralId]:
    place.register()
    return [place.refer(f"referral {number}") for number in range(count)]


def test_an_unanswered_referral_climbs_the_ladder_and_both_sides_are_told(
    place: Place, sweep: Sweep
) -> None:
    (asked_for,) = waiting(place, 1)
    told = rounds(place, sweep)
    assert [each.done for each in told] == RUNGS
    assert {(each.about, each.id) for each in told} == {(Silence.REFERRAL, asked_for)}
    assert sorted(each.due_at for each in told) == [each.due_at for each in told]
    for partner in (WIGG, TALKING):
        assert place.told(partner, ROSA).count("SilenceEscalated") == len(RUNGS)
    row = place.ask(lambda reading: reading.referral(TALKING, asked_for))
    assert row is not None
    assert row["silence"]["rungs"] == [rung.value for rung in RUNGS]
    assert "silence-acknowledgement" in row["actions"]


def test_one_that_cannot_be_read_holds_up_no_other(place: Place, sweep: Sweep) -> None:
    spoilt, *others = waiting(place, 3)
    place.fold()
    with place.as_superuser() as connection:
        connection.execute(
            "alter table log.facts disable trigger user;"
            f"update log.facts set state = 'spoilt' where stream = '{spoilt}';"
            "alter table log.facts enable trigger user"
        )
    told = rounds(place, sweep)
    assert Counter(each.id for each in told) == dict.fromkeys(others, len(RUNGS))


def test_nothing_is_told_before_it_is_due(place: Place, sweep: Sweep, later: Later) -> None:
    place.register()
    place.refer("routine", at=datetime.now(UTC))
    urgent = place.refer("urgent", at=datetime.now(UTC), priority=Priority.URGENT)
    told = []
    for later.days in (0.9, 1.1, 1.9, 2.2):
        place.fold()
        told += [(later.days, each.id, each.done) for each in sweep.once()]
    assert told == [(1.1, urgent, Rung.RECEIVER), (2.2, urgent, Rung.LEAD)]


def test_an_old_message_recorded_today_is_silent_from_today_and_told_a_step_at_a_time(
    place: Place, sweep: Sweep, later: Later
) -> None:
    """It used to be escalated at once, and then by a rung with every round."""
    place.register()
    old = place.refer("three years ago", at=MONDAY - timedelta(days=1_000))
    place.fold()
    later.days = 0
    assert sweep.once() == []
    later.days = 10
    for expected in ([(old, Rung.RECEIVER)], [], []):
        assert [(each.id, each.done) for each in sweep.once()] == expected
        place.fold()
        later.days += 30 / 86_400  # the next round
    later.days = 20
    assert [each.done for each in sweep.once()] == [Rung.LEAD]


def test_a_question_back_is_escalated_to_the_sender_first(place: Place, sweep: Sweep) -> None:
    (asked_for,) = waiting(place, 1)
    place.care.ask_information(asked_for, "Is she at work?", asked=place.by(TALKING))
    told = rounds(place, sweep)
    assert {each.about for each in told} == {Silence.INFORMATION}
    assert [each.done for each in told] == [
        Rung.SENDER,
        Rung.LEAD,
        Rung.RECEIVER,
        Rung.COMMISSIONER,
    ]
    assert place.told(WIGG, ROSA).count("SilenceEscalated") == len(RUNGS)
    row = place.ask(lambda reading: reading.referral(WIGG, asked_for))
    assert row is not None
    assert "silence-acknowledgement" in row["actions"]
    place.care.give_information(asked_for, "At nights.", asked=place.by(WIGG))
    assert rounds(place, sweep)[0].about is Silence.REFERRAL


def test_once_somebody_sees_to_it_nobody_else_is_told(place: Place, sweep: Sweep) -> None:
    (asked_for,) = waiting(place, 1)
    place.fold()
    assert [each.done for each in sweep.once()] == [Rung.RECEIVER]
    place.care.acknowledge_referral_silence(asked_for, asked=place.by(TALKING))
    assert rounds(place, sweep) == []
    row = place.ask(lambda reading: reading.referral(WIGG, asked_for))
    assert row is not None
    assert "acknowledged_at" in row["silence"]
    assert row["actions"] == ["withdrawal", "nullification"]


def test_an_answer_that_is_not_folded_yet_is_not_escalated(place: Place, sweep: Sweep) -> None:
    answered, silent = waiting(place, 2)
    place.fold()
    place.care.accept_referral(answered, asked=place.by(TALKING))
    assert [each.id for each in sweep.once()] == [silent]


def test_a_wait_that_began_anew_climbs_from_its_first_rung(place: Place, sweep: Sweep) -> None:
    (asked_for,) = waiting(place, 1)
    place.fold()
    sweep.once()
    place.care.redirect_referral(asked_for, WARD, asked=place.by(TALKING))
    place.fold()
    assert [each.done for each in sweep.once()] == [Rung.RECEIVER]
    assert "SilenceEscalated" in place.told(WIGG, ROSA)
    place.fold()
    assert place.told(TRUST, ROSA)[-1] == "SilenceEscalated"


def test_an_offer_is_escalated_once_whoever_carries_it(place: Place, sweep: Sweep) -> None:
    for person in (ROSA, TOM):
        place.register(person)
    carried = place.refer("take her on", take_over=True)
    place.refer("alongside", person=TOM)
    offered = HandoverId(named("an offer of its own"))
    place.care.offer_handover(TOM, offered, SUPPORT, asked=place.by(WIGG))
    told = rounds(place, sweep)
    about = Counter((each.about, each.id) for each in told)
    assert about[Silence.REFERRAL, carried] == about[Silence.HANDOVER, offered] == len(RUNGS)
    assert about.total() == 3 * len(RUNGS)
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, TOM)))
    assert row is not None
    assert "silence-acknowledgement" in row["actions"]
    place.care.acknowledge_handover_silence(TOM, offered, asked=place.by(WIGG))
    place.fold()
    row = place.ask(lambda reading: reading.record(WIGG, place.subject(WIGG, TOM)))
    assert row is not None
    assert "silence-acknowledgement" not in row["actions"]


def test_a_round_tells_no_more_than_its_limit_and_the_next_goes_on(
    place: Place, sweep: Sweep
) -> None:
    waiting(place)
    place.fold()
    assert [len(sweep.once(limit=2)) for _ in range(4)] == [2, 2, 1, 0]
    assert len(rounds(place, sweep)) == 5 * (len(RUNGS) - 1)
    assert set(escalations(place).values()) == {1}


def killed_after(place: Place, sweep: Sweep, asked: int) -> None:
    """A sweep whose process ends in the middle of a round, after this many intentions."""
    left = iter(range(asked))

    class Mortal:
        def escalate_referral(self, *args: object, **kwargs: object) -> object:
            answer = place.care.escalate_referral(*args, **kwargs)  # type: ignore[arg-type]
            if next(left, None) is None:
                raise Killed
            return answer

    with pytest.raises(Killed):
        replace(sweep, care=Mortal()).once()  # type: ignore[arg-type]


def test_a_sweep_killed_half_way_and_begun_again_tells_nothing_twice_and_nothing_never(
    place: Place, sweep: Sweep
) -> None:
    asked_for = waiting(place)
    place.fold()
    killed_after(place, sweep, 2)
    assert escalations(place).total() == 3
    assert len(sweep.once()) == 2, "begun again where the view stands, not folded yet"
    rounds(place, sweep)
    assert escalations(place) == {(str(r), rung.value): 1 for r in asked_for for rung in RUNGS}


def test_two_sweeps_at_once_tell_nothing_twice(place: Place, sweep: Sweep, later: Later) -> None:
    asked_for = waiting(place, 12)
    place.fold()
    told: list[Swept] = []
    for later.days in range(APART, 5 * APART, APART):
        together = Barrier(3)

        def run(together: Barrier = together) -> None:
            together.wait()
            told.extend(sweep.once())

        threads = [Thread(target=run) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        place.fold()
    assert escalations(place) == {(str(r), rung.value): 1 for r in asked_for for rung in RUNGS}
    assert Counter((e.id, e.done) for e in told) == {(r, g): 1 for r in asked_for for g in RUNGS}


@pytest.mark.parametrize("batch", [1, 9, 2_000])
def test_the_view_waits_for_exactly_what_the_domain_waits_for(place: Place, batch: int) -> None:
    busy_week(place)
    place.refer("take her on again", person=MINA, take_over=True, priority=Priority.URGENT)
    asked_back = place.refer("asked back")
    place.care.ask_information(asked_back, "Is she at work?", asked=place.by(TALKING))
    told = place.refer("asked back and told", at=MONDAY - timedelta(days=3))
    place.care.ask_information(told, "Is she at work?", asked=place.by(TALKING))
    place.care.give_information(told, "At nights.", asked=place.by(WIGG))
    offered = HandoverId(named("Tom once more"))
    place.care.offer_handover(TOM, offered, SUPPORT, asked=place.by(WIGG))
    place.fold(batch=batch)
    found = place.waits((ROSA, TOM, MINA))
    assert {told, offered, asked_back} <= found.keys()
    assert found[asked_back].about is Silence.INFORMATION
    assert found == place.awaited((ROSA, TOM, MINA))


def expired(place: Place) -> Counter[str]:
    """How often each referral came back to its sender, by the log."""
    streams = place.rows("select stream from log.facts where topic = 'referral:ReferralExpired'")
    return Counter(str(stream) for (stream,) in streams)


def silent_for_long(place: Place, count: int) -> list[ReferralId]:
    """Referrals whose every rung was told, and that nobody has seen to since."""
    asked_for = waiting(place, count)
    for nth, rung in enumerate(RUNGS, start=1):
        for each in asked_for:
            asked = Asked(WIGG, datetime.now(UTC) + timedelta(days=APART * nth), uuid4())
            place.care.escalate_referral(each, rung, asked=asked)
    place.fold()
    return asked_for


def test_what_nobody_answers_or_sees_to_comes_back_to_its_sender(
    place: Place, sweep: Sweep, later: Later
) -> None:
    silent, seen_to = silent_for_long(place, 2)
    place.care.acknowledge_referral_silence(seen_to, asked=place.by(TALKING))
    just_told = place.refer("just told")
    later.days = 7 * APART
    place.fold()
    assert sweep.once(of=[silence])[0].id == just_told
    place.fold()
    assert [each.id for each in sweep.once(of=[expiry])] == [silent]
    place.fold()
    row = place.ask(lambda reading: reading.referral(WIGG, silent))
    assert row is not None
    assert (row["state"], "acknowledgement" in row["actions"]) == ("expired", True)
    assert sweep.once() == []
    assert set(expired(place)) == {str(silent)}
    assert just_told not in expired(place)


def test_a_sweep_begun_again_or_twice_lets_a_referral_expire_once(
    place: Place, sweep: Sweep, later: Later
) -> None:
    asked_for = silent_for_long(place, 6)
    later.days = 7 * APART
    assert len(sweep.once(2, of=[expiry])) == 2
    assert len(sweep.once(of=[expiry])) == 4, "begun again where the view stands, not folded yet"
    threads = [Thread(target=sweep.once) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    place.fold()
    assert sweep.once(of=[expiry]) == []
    assert expired(place) == {str(each): 1 for each in asked_for}


def test_what_the_view_holds_is_ids_times_and_words_of_the_ladder(place: Place) -> None:
    waiting(place, 1)
    place.fold()
    (columns,) = place.rows("select to_jsonb(s) from views.silences as s")
    text = str(columns)
    for personal in ("Rosa", "Lind", "referral 0"):
        assert personal not in text
