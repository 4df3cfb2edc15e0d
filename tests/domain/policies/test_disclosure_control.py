"""What is published of counts: whoever takes sums apart finds nobody, however they filter."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policies.disclosure_control import Sum, published

Cell = tuple[str, str, str]  # of those seen, or helped among them; a service; an answer
OF_ALL = "all"


def tables(counts: dict[Cell, int]) -> tuple[dict[Cell, int], list[Sum[Cell]], set[Cell]]:
    """A table of services by answers, of a numerator and a denominator, with all its totals."""
    whole, sums = dict(counts), []
    kinds = sorted({kind for kind, _, _ in counts})
    services = sorted({service for _, service, _ in counts})
    answers = sorted({answer for _, _, answer in counts})
    for kind in kinds:
        for service in services:
            parts = tuple((kind, service, answer) for answer in answers)
            whole[kind, service, OF_ALL] = sum(whole[part] for part in parts)
            sums.append(Sum((kind, service, OF_ALL), parts))
        for answer in (*answers, OF_ALL):
            parts = tuple((kind, service, answer) for service in services)
            whole[kind, OF_ALL, answer] = sum(whole[part] for part in parts)
            sums.append(Sum((kind, OF_ALL, answer), parts))
    for _, service, answer in [cell for cell in whole if cell[0] == kinds[0]]:
        both = tuple((kind, service, answer) for kind in kinds)
        whole["seen", service, answer] = sum(whole[part] for part in both)
        sums.append(Sum(("seen", service, answer), both))
    return whole, sums, {cell for cell in whole if cell[0] == "not helped"}


@st.composite
def places(draw: st.DrawFn) -> dict[Cell, int]:
    services = draw(st.integers(1, 4))
    answers = draw(st.integers(1, 4))
    few = st.integers(0, 6) | st.integers(0, 40)
    return {
        (kind, f"service {service}", f"answer {answer}"): draw(few)
        for kind in ("helped", "not helped")
        for service in range(services)
        for answer in range(answers)
    }


def worked_out(known: set[Cell], sums: list[Sum[Cell]], cells: list[Cell]) -> set[Cell]:
    """What follows by adding and subtracting, from every shown count to the unit."""
    hidden = [cell for cell in cells if cell not in known]
    rows = [
        [Fraction((cell in each.parts) - (cell == each.whole)) for cell in hidden] for each in sums
    ]
    led = 0
    for column in range(len(hidden)):
        found = next((n for n in range(led, len(rows)) if rows[n][column]), None)
        if found is None:
            continue
        rows[led], rows[found] = rows[found], rows[led]
        rows[led] = [value / rows[led][column] for value in rows[led]]
        for n, row in enumerate(rows):
            if n != led and row[column]:
                rows[n] = [a - row[column] * b for a, b in zip(row, rows[led], strict=True)]
        led += 1
    return {hidden[[*map(bool, row)].index(True)] for row in rows if sum(map(bool, row)) == 1}


@settings(max_examples=40, deadline=None)
@given(places(), st.sets(st.integers(0, 40), max_size=3))
def test_no_filter_and_no_difference_isolates_fewer_than_five(
    counts: dict[Cell, int], of_one_person: set[int]
) -> None:
    whole, sums, never = tables(counts)
    few = {cell for n, cell in enumerate(sorted(whole)) if n in of_one_person}
    shown = published(whole, sums, never, few)
    known = {cell for cell, count in shown.items() if count is not None}

    assert not [cell for cell in known if whole[cell] < 5 or cell in few]
    for cell, count in shown.items():
        assert count is None or (count % 5 == 0 and abs(count - whole[cell]) < 3)
    for cell in worked_out(known, sums, sorted(whole)):
        assert not 0 < whole[cell] < 5, f"{cell} is worked out of what is shown"
        assert cell not in few, f"{cell} is worked out of what is shown"
    # A total less any of its shown parts is a filter's remainder: never one to four people.
    for each in sums:
        if each.whole in known:
            parts = [part for part in each.parts if part in known]
            for many in range(1, len(parts) + 1):
                for some in combinations(parts, many):
                    left = [part for part in each.parts if part not in some]
                    remain = whole[each.whole] - sum(whole[part] for part in some)
                    assert len(left) == 0 or not 0 < remain < 5


def test_of_one_small_count_another_is_hidden_beside_it() -> None:
    counts = {"a": 3, "b": 20, "c": 30, "all": 53}
    assert published(counts, [Sum("all", ("a", "b", "c"))]) == {
        "a": None,
        "b": None,
        "c": 30,
        "all": 55,
    }


def test_what_was_not_counted_is_not_the_difference_of_what_is_shown() -> None:
    counts = {"helped": 20, "not helped": 2, "seen": 22}
    both = Sum("seen", ("helped", "not helped"))
    assert published(counts, [both], {"not helped"}) == {"helped": None, "seen": 20}


def test_what_is_large_everywhere_is_all_shown() -> None:
    counts = {"a": 12, "b": 18, "all": 30}
    assert published(counts, [Sum("all", ("a", "b"))]) == {"a": 10, "b": 20, "all": 30}
