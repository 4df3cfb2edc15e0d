"""When views are behind, and when they are stuck."""

from __future__ import annotations

import pytest

from projections.progress import MOST_LAG, STILL, Progress, State, ViewStands


@pytest.mark.parametrize(
    ("seconds", "still", "state"),
    [
        (0.0, 86_400.0, State.OK),  # nothing happened for a day
        (STILL / 2, 86_400.0, State.OK),  # the first fact of the day came just now
        (STILL + 1, STILL / 2, State.OK),  # it works off what came at once
        (MOST_LAG + 1, STILL / 2, State.BEHIND),
        (STILL + 1, STILL + 1, State.STUCK),
        (3_600.0, 3_600.0, State.STUCK),
    ],
)
def test_a_view_is_stuck_that_has_facts_before_it_and_does_not_move(
    seconds: float, still: float, state: State
) -> None:
    view = ViewStands("caseload", 7, 1 if seconds else 0, seconds, still)
    assert view.state is state
    assert Progress(8, (ViewStands("share", 8, 0, 0.0, 0.0), view)).state is state


def test_what_every_view_shows_is_what_the_last_of_them_shows() -> None:
    far = Progress(9, (ViewStands("share", 9, 0, 0.0, 0.1), ViewStands("caseload", 6, 3, 4.5, 0.2)))
    assert (far.position, far.seconds, far.stuck) == (6, 4.5, ())
