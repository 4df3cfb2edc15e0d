"""Who is told, and when, while nobody answers a hand-over or a referral."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policies.days import LONDON, Unit, Within
from domain.policies.escalation import (
    LADDERS,
    STEPS,
    Due,
    Ladder,
    Rung,
    Silence,
    in_force,
    next_rung,
)
from domain.vocabulary import Priority
from tests.domain.policies.stories import moment

RUNGS = (Rung.RECEIVER, Rung.LEAD, Rung.SENDER, Rung.COMMISSIONER)


def silent(
    offered: str, priority: Priority, now: str, *sent: Rung, acknowledged: bool = False
) -> Due | None:
    return next_rung(
        Silence.HANDOVER,
        offered_at=moment(offered),
        priority=priority,
        acknowledged=acknowledged,
        sent=sent,
        now=moment(now),
    )


@pytest.mark.parametrize(
    ("priority", "offered", "due"),
    [
        (Priority.EMERGENCY, "2026-03-02 10:00",
         ("02 Mar 14:00", "02 Mar 18:00", "02 Mar 22:00", "03 Mar 02:00")),
        (Priority.EMERGENCY, "2026-03-28 23:00",  # the night the clocks go forward
         ("29 Mar 04:00", "29 Mar 08:00", "29 Mar 12:00", "29 Mar 16:00")),
        (Priority.URGENT, "2026-03-02 10:00",
         ("03 Mar 10:00", "04 Mar 10:00", "05 Mar 10:00", "06 Mar 10:00")),
        (Priority.URGENT, "2026-10-24 10:00",  # the night the clocks go back
         ("25 Oct 09:00", "26 Oct 09:00", "27 Oct 09:00", "28 Oct 09:00")),
        (Priority.ROUTINE, "2026-03-02 10:00",
         ("09 Mar 23:59", "16 Mar 23:59", "23 Mar 23:59", "30 Mar 23:59")),
        (Priority.ROUTINE, "2026-03-30 10:00",  # over Good Friday and Easter Monday
         ("08 Apr 23:59", "15 Apr 23:59", "22 Apr 23:59", "29 Apr 23:59")),
    ],
)  # fmt: skip
def test_each_rung_falls_due_one_step_after_the_last(
    priority: Priority, offered: str, due: tuple[str, ...]
) -> None:
    ladder = in_force(Silence.HANDOVER, moment(offered))
    times = [ladder.due(rung, moment(offered), priority) for rung in RUNGS]
    assert tuple(f"{at.astimezone(LONDON):%d %b %H:%M}" for at in times) == due


@pytest.mark.parametrize(
    ("now", "sent", "rung", "now_due"),
    [
        ("2026-03-02 13:59", (), Rung.RECEIVER, False),
        ("2026-03-02 14:00", (), Rung.RECEIVER, True),
        ("2026-03-02 14:01", RUNGS[:1], Rung.LEAD, False),
        ("2026-03-02 18:00", RUNGS[:1], Rung.LEAD, True),
        ("2026-03-02 22:00", RUNGS[:2], Rung.SENDER, True),
        ("2026-03-03 02:00", RUNGS[:3], Rung.COMMISSIONER, True),
        # the sweep was down all day: the first rung is still the first, and is sent at once
        ("2026-03-03 09:00", (), Rung.RECEIVER, True),
        ("2026-03-03 09:00", RUNGS[:1], Rung.LEAD, True),
    ],
)
def test_the_next_rung_in_a_crisis(
    now: str, sent: tuple[Rung, ...], rung: Rung, now_due: bool
) -> None:
    due = silent("2026-03-02 10:00", Priority.EMERGENCY, now, *sent)
    assert due is not None
    assert (due.rung, due.now_due) == (rung, now_due)


def test_when_all_were_told_nobody_is_told_again() -> None:
    assert silent("2026-03-02 10:00", Priority.EMERGENCY, "2026-04-02", *RUNGS) is None


def test_once_a_human_acknowledged_nobody_is_told() -> None:
    told = silent(
        "2026-03-02 10:00", Priority.EMERGENCY, "2026-04-02", Rung.RECEIVER, acknowledged=True
    )
    assert told is None


def test_a_ladder_that_changed_holds_for_offers_made_since() -> None:
    old = replace(in_force(Silence.REFERRAL, moment("2026-01-01")), effective_to=date(2026, 4, 1))
    new = replace(
        old,
        effective_from=date(2026, 4, 1),
        effective_to=None,
        steps={**STEPS, Priority.URGENT: Within(12, Unit.HOURS)},
    )
    for offered, due in (("2026-03-31", "2026-04-01 09:00"), ("2026-04-01", "2026-04-01 21:00")):
        rung = next_rung(
            Silence.REFERRAL,
            offered_at=moment(offered),
            priority=Priority.URGENT,
            acknowledged=False,
            sent=(),
            now=moment(offered),
            ladders=(old, new),
        )
        assert rung is not None
        assert rung.at == moment(due)


def test_every_silence_has_a_ladder_with_a_step_for_every_priority() -> None:
    assert {ladder.about for ladder in LADDERS} == set(Silence)
    assert all(set(ladder.steps) == set(Priority) for ladder in LADDERS)


def test_a_rung_is_told_a_step_after_the_one_before_however_late_that_was() -> None:
    offered, told = moment("2026-03-02 10:00"), moment("2026-03-30 15:00")
    due = next_rung(
        Silence.HANDOVER,
        offered_at=offered,
        priority=Priority.URGENT,
        acknowledged=False,
        sent=(Rung.RECEIVER,),
        told_at=told,
        now=told,
    )
    assert due is not None
    assert (due.rung, due.at, due.now_due) == (Rung.LEAD, moment("2026-03-31 15:00"), False)


def test_a_rung_told_in_time_leaves_the_next_where_it_was() -> None:
    offered = moment("2026-03-02 10:00")
    due = next_rung(
        Silence.HANDOVER,
        offered_at=offered,
        priority=Priority.URGENT,
        acknowledged=False,
        sent=(Rung.RECEIVER,),
        told_at=moment("2026-03-03 10:00"),
        now=offered,
    )
    assert due is not None
    assert due.at == moment("2026-03-04 10:00")


def test_a_question_back_is_told_to_the_sender_first() -> None:
    ladder = in_force(Silence.INFORMATION, moment("2026-03-02"))
    assert ladder.rungs == (Rung.SENDER, Rung.LEAD, Rung.RECEIVER, Rung.COMMISSIONER)
    assert ladder.expiry is None


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(Priority),
    st.integers(0, 9 * 365 * 24 * 60),
    st.lists(st.integers(0, 24 * 60), max_size=12),
)
def test_whenever_the_sweep_runs_each_rung_is_sent_once_in_order_and_never_early(
    priority: Priority, minute: int, hours: list[int]
) -> None:
    """Runs of the sweep at random hours, each sending all that is due, then one after the end."""
    offered_at = moment("2020-01-01") + timedelta(minutes=minute)
    sent: list[Rung] = []
    told_at: datetime | None = None
    for hour in [*sorted(hours), *range(24 * 90, 24 * 150, 24 * 15)]:
        now = offered_at + timedelta(hours=hour)
        due = next_rung(
            Silence.REFERRAL,
            offered_at=offered_at,
            priority=priority,
            acknowledged=False,
            sent=sent,
            told_at=told_at,
            now=now,
        )
        if due is not None and due.now_due:
            assert offered_at < due.at <= now
            assert told_at is None or now >= STEPS[priority].due(told_at)
            sent.append(due.rung)
            told_at = now
    assert sent == list(RUNGS)


def test_a_place_may_climb_faster_for_a_handover_than_for_a_referral() -> None:
    faster = Ladder(
        about=Silence.HANDOVER,
        source="our board",
        effective_from=date(2026, 1, 1),
        steps={**STEPS, Priority.URGENT: Within(6, Unit.HOURS)},
    )
    offered = moment("2026-03-02 10:00")
    due = {
        about: in_force(about, offered, (*LADDERS, faster)).due(
            Rung.RECEIVER, offered, Priority.URGENT
        )
        for about in (Silence.HANDOVER, Silence.REFERRAL)
    }
    assert due == {
        Silence.HANDOVER: moment("2026-03-02 16:00"),
        Silence.REFERRAL: moment("2026-03-03 10:00"),
    }
