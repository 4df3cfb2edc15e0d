"""What is published of months, as charts: the words, the picture and the table say the same."""

from __future__ import annotations

import csv
import re
from datetime import date

import pytest

from api.pages import charts, printed_month
from api.pages.charts import Axes, Mark
from domain.policies import distributions
from domain.policies.aims import AIMS
from domain.policies.control_charts import Better
from domain.policies.counted import Of
from domain.policies.directions import LESS_IS_BETTER, MORE_IS_BETTER, better
from domain.policies.measures import ENDED_EARLY, MEASURES
from domain.policies.outcomes import DEPRESSION
from projections import measured
from projections.monthly import EVERY, EVERYBODY
from tests.pages.conftest import Opening
from tests.pages.place import Story

MONTHS = [date(2025 + (10 + n) // 12, (10 + n) % 12 + 1, 1) for n in range(12)]
WITHIN_SIX = [60, 65, 60, 65, 60, 60, 65, 60, 65, 60, 65, 20]
WAITS = [25, 15, None, 10, 5, 5, 10, None, 5]
OUTGROWN, STEADY = "Waiting list of one service", "Another that ends as many"
SCORES = f"{distributions.SCORES[DEPRESSION]}: 15 to 19, 5 to 9"


def test_a_count_that_is_hidden_is_a_gap_and_no_nought() -> None:
    drawn = charts.histogram(
        [("1", 10), ("2", None), ("3", 0)], (Mark(1, "6 weeks"),), said="In words"
    )
    assert re.findall(r'height="([0-9.]+)"', drawn) == ["158.0", "0.0"]
    assert "·" in drawn
    assert 'role="img" aria-label="In words"' in drawn
    assert "style" not in drawn
    cells = {("0 to 4", "0 to 4"): 5, ("5 to 9", "0 to 4"): None}
    axes = Axes("First", "Last", cut=1, better=1)
    squares = charts.grid(cells, ["0 to 4", "5 to 9"], axes, said="In words")
    assert re.findall(r'text-anchor="middle">([^<]*)</text>', squares) == (
        ["0–4", "5", "·", "5–9", "·", "·", "First"]
    )


def test_a_flow_is_as_wide_as_there_were_many_and_says_how_many() -> None:
    nodes = ["Step 1", "Step 2", "Step 3"]
    moves = {("Step 1", "Step 2"): 30, ("Step 2", "Step 1"): 10, ("Step 1", "Step 3"): None}
    drawn = charts.flow(moves, nodes, said="In words")
    wide = [float(each) for each in re.findall(r'stroke-width="([0-9.]+)"', drawn)]
    assert len(wide) == 2
    assert wide[0] == pytest.approx(3 * wide[1], rel=0.01)
    assert "<title>Step 1 to Step 2: 30</title>" in drawn
    assert "tc-flow__link--up" in drawn
    assert "tc-flow__link--down" in drawn
    assert "Step 1 to Step 3" not in drawn
    assert ">Step 3</text>" in drawn  # hidden, and not said to be none


@pytest.fixture(scope="module")
def published(story: Story) -> Story:
    """A year of months as if they had been published."""
    lines: list[tuple[int, str, str, str, int | None, int | None]] = []
    of_services: list[tuple[int, str, str, int, int]] = []
    waits = dict(zip(distributions.cells(distributions.WAITS), WAITS, strict=False))
    last: dict[str, tuple[int | None, int]] = {
        **{name: (count, 85) for name, count in waits.items()},
        SCORES: (25, 80),
        f"{distributions.MOVES}: 2 to 3": (15, 20),
        f"{distributions.MOVES}: 3 to 2": (5, 20),
        "recovery": (40, 75),
    }
    publication = 0
    with story.place.superuser() as connection:
        for month, within in zip(MONTHS, WITHIN_SIX, strict=True):
            row = connection.execute(
                "insert into measured.publications (month, position, published_at) "
                "values (%s, 1, now()) returning id",
                [month],
            ).fetchone()
            assert row
            (publication,) = row
            said: dict[str, tuple[int | None, int]] = {}
            said["first treatment within 6 weeks"] = (within, 80)
            said["accepted"] = (60, 80)
            for service, ended in ((OUTGROWN, 20), (STEADY, 30)):
                of_services += [
                    (publication, service, "accepted", 30, 40),
                    (publication, service, "declined: full", 5, 40),
                    (publication, service, ENDED_EARLY, 5, ended),
                ]
            said |= last if month == MONTHS[-1] else {}
            lines += [(publication, EVERYBODY, name, "", *both) for name, both in said.items()]
        for fifth, counted in (("fifth 1", 10), ("fifth 5", None)):
            lines.append((publication, "deprivation", "recovery", fifth, counted, 15))
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into measured.lines "
                '(publication, service, characteristic, measure, value, counted, "of") '
                f"values (%s, '{EVERY}', %s, %s, %s, %s, %s)",
                lines,
            )
            cursor.executemany(
                "insert into measured.lines "
                '(publication, service, characteristic, measure, value, counted, "of") '
                f"values (%s, %s, '{EVERYBODY}', %s, '', %s, %s)",
                of_services,
            )
        connection.commit()
    return story


@pytest.mark.browser
def test_charts_their_words_and_their_tables_say_the_same(
    published: Story, visiting: Opening
) -> None:
    ruth = visiting("ruth")
    ruth.open("/")
    ruth.follow("Flow and waits")
    main = ruth.page.locator("main")
    assert "October 2026" in main.inner_text()
    within = ruth.page.locator("figure", has_text="First treatment within 6 weeks")
    said = within.locator("p").inner_text()
    assert "25% in October 2026" in said
    assert "The standard is 75%: as things are, it" in said
    assert "October 2026, outside the limits (concern)" in said
    assert within.get_by_role("img").get_attribute("aria-label") == said
    assert within.locator(".tc-spc__dot--concern").count() == 1
    within.get_by_text("See as a table").click()
    assert within.locator("tbody tr").first.inner_text().split("\t") == [
        "October 2026", "20", "80", "25%",
    ]  # fmt: skip
    waits = ruth.page.locator("figure", has_text="How long people waited")
    assert "Of the 75 that may be shown of those whose treatment finished, 60 had begun it" in (
        waits.locator("p").inner_text()
    )
    waits.get_by_text("See as a table").click()
    assert waits.locator("tbody tr").nth(2).inner_text().split("\t") == ["Week 3", charts.HIDDEN]
    assert "Step 2 to step 3: 15; Step 3 to step 2: 5" in main.inner_text()
    ruth.is_accessible(1440, 320)
    ruth.open("/outcomes?by=deprivation")
    poorest = ruth.page.get_by_role("row").filter(has_text="Fifth 1")
    assert "67%" in poorest.inner_text()
    assert "10 of 15" in poorest.inner_text()
    assert "Too few to show" in ruth.page.get_by_role("row").filter(has_text="Fifth 5").inner_text()
    ruth.is_accessible(320, 1440)
    assert ruth.complaints == []
    answer = published.visitor("ruth").get("/outcomes.csv?month=2026-10")
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    fifths = {row["Group"]: row["Counted"] for row in rows if row["Characteristic"] != EVERYBODY}
    assert fifths == {"fifth 1": "10", "fifth 5": "hidden"}
    assert published.visitor("beryl").get("/flow").status_code == 403
    assert published.visitor("ruth").get("/flow?month=2019-01").status_code == 404
    then = published.visitor("ruth").get("/flow?as-at=2026-01-01T09:00").text
    assert "No month is published yet" in then
    assert "You are looking at the past" in then


@pytest.mark.browser
def test_what_to_look_at_is_what_is_more_than_chance_and_where_demand_outgrows(
    published: Story, visiting: Opening
) -> None:
    ruth = visiting("ruth", scripts=False)
    ruth.open("/flow")
    ruth.follow("What to look at")
    main = ruth.page.locator("main")
    signal = ruth.page.get_by_role("row").filter(has_text="First treatment within 6 weeks")
    for said in ("All services", "25%", "on average", "Concern", "Outside the limits"):
        assert said in signal.inner_text()
    assert ruth.page.get_by_role("row").filter(has_text="Accepted,").count() == 0
    outgrown = ruth.page.get_by_role("row").filter(has_text=OUTGROWN)
    assert "About 45 more than it ended" in outgrown.inner_text()
    assert "August 2026, September 2026, October 2026" in outgrown.inner_text()
    assert "20, 20, 20" in outgrown.inner_text()
    assert STEADY not in main.inner_text()
    assert "People not improving" not in main.inner_text()
    ruth.twin_is_accessible(320, 1440)
    ruth.leave_by(outgrown.get_by_role("link"))
    assert OUTGROWN in ruth.page.locator(".tc-lede").inner_text()
    told = [published.place.person(key).seen("/v1/learning") for key in ("ruth", "priya")]
    assert told[0] == told[1], "the same for everybody who sees totals"
    (found,) = told[0]["outgrown"]
    assert (found["service"], found["more"], found["left"]) == (OUTGROWN, 45, None)
    assert found["months"][0] == {"month": "2026-08", "accepted": 30, "full": 5, "ended": 20}
    (found,) = told[0]["signals"]
    assert (found["measure"], found["meaning"]) == ("first treatment within 6 weeks", "concern")
    assert published.place.person("beryl").read("/v1/learning").status_code == 403


@pytest.mark.browser
def test_an_aim_says_by_what_it_shows_and_what_is_not_known(
    published: Story, visiting: Opening
) -> None:
    ruth = visiting("ruth", scripts=False)
    ruth.open("/")
    ruth.follow("Aims")
    better = ruth.page.get_by_role("row").filter(has_text="Getting better")
    assert "53%" in better.inner_text()
    assert "40 of 75" in better.inner_text()
    assert (
        "Nothing published" in ruth.page.get_by_role("row").filter(has_text="Satisf").inner_text()
    )
    ruth.follow("Getting better")
    main = ruth.page.locator("main").inner_text()
    assert "(Sandwell)" in main
    assert "Too few to show (under 5) in every month" not in main
    poorest = ruth.page.get_by_role("row").filter(has_text="Fifth 1")
    assert "10 of 15" in poorest.inner_text()
    ruth.open("/aims/secondary-care")
    assert "Bed days are recorded by hospitals." in ruth.page.locator("main").inner_text()
    visitor = published.visitor("ruth")
    answer = visitor.get("/aims/recovery.csv?month=2026-10")
    lines = csv.DictReader(answer.content.decode("utf-8-sig").splitlines())
    assert {line["Measure"] for line in lines} == {"Recovery"}
    assert visitor.get("/aims/no-such-thing").status_code == 404
    assert published.visitor("beryl").get("/aims").status_code == 403


def test_every_aim_shows_by_measures_that_are_published() -> None:
    known = {measure.name for measure in MEASURES}
    assert [aim.key for aim in AIMS if not known.issuperset(aim.measures)] == []
    assert known - {name for aim in AIMS for name in aim.measures} < {
        measure.name for measure in MEASURES if measure.of in (Of.ANSWERED, Of.ENDED, Of.FINISHED)
    }
    assert better("reliable deterioration") is Better.LOWER
    assert not MORE_IS_BETTER & LESS_IS_BETTER
    assert known >= MORE_IS_BETTER | LESS_IS_BETTER


@pytest.mark.browser
def test_a_month_to_hand_on_is_one_accessible_page_that_asks_for_nothing(
    published: Story, visiting: Opening
) -> None:
    with published.place.superuser() as connection:
        said = measured.said(connection, service=None, characteristic=None)
    page = printed_month.page(MONTHS[-1], said).decode()
    assert "<script" not in page
    asked: list[str] = []
    there = visiting("ruth")
    there.page.on("request", lambda request: asked.append(request.url))
    there.page.set_content(page)
    for width in (1024, 320):
        there.page.set_viewport_size({"width": width, "height": 900})
        there.is_accessible()
        assert there.page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == []
    assert "October 2026: what was measured" in there.page.locator("h1").inner_text()
    recovery = there.page.get_by_role("row").filter(has_text="Recovery").first.inner_text()
    assert "53% 40 of 75" in recovery
    assert (
        "Too few to show" in there.page.get_by_role("row").filter(has_text="Fifth 5").inner_text()
    )
    assert there.page.locator("svg").count() >= 4
