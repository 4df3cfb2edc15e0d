"""``throughcare way``: a place's own way is a file; a mistake in one is said with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.cli import main
from deploy.commands.output import FAILED, NOTHING
from domain.policies.ways import WAYS, Way

VALLEY = Path(__file__).parents[2] / "docs" / "examples" / "our-valley.toml"


def typed(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The exit code, and what is said on stdout and stderr."""
    code = 0
    try:
        main(["way", *words])
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capfd.readouterr()
    return code, said.out, said.err


def test_the_example_is_whole_and_comes_out_as_the_interface_takes_it(
    capfd: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = typed(capfd, "check", str(VALLEY))
    assert code == 0
    way = Way.model_validate(json.loads(out)["way"])
    assert way.name == "Our valley"
    assert len(way.complexity) == 3


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_way_that_ships_is_shown_and_passes_its_own_check(
    way: Way, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, out, _ = typed(capfd, "show", way.name)
    written = tmp_path / "way.json"
    written.write_text(out)
    assert typed(capfd, "check", str(written))[0] == 0


def test_no_such_way_ships(capfd: pytest.CaptureFixture[str]) -> None:
    code, _, said = typed(capfd, "show", "Elsewhere")
    assert code == NOTHING
    assert "Sandwell, James Wigg" in said


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        ('stepped_care = "NICE CG123"', "stepped_care: Field required."),
        ('complexity = "red"', "complexity.0.complexity: Field required."),
        ("new_within = 14", "team_review.new_within: Field required."),
        ('kind = "weekly MDT"', "meetings.0.kind: Field required."),
        ('name = "Our valley"', "name: Field required."),
    ],
)
def test_what_is_left_out_is_said_with_its_place(
    mistake: str, said: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = tmp_path / "way.toml"
    text = VALLEY.read_text(encoding="utf-8")
    assert mistake in text
    wrong.write_text(text.replace(mistake, "", 1))
    code, out, err = typed(capfd, "check", str(wrong))
    assert (code, out) == (FAILED, "")
    assert said in err
    assert "has 1 problem" in err


@pytest.mark.parametrize(
    ("changed", "into", "said"),
    [
        ('"NICE CG123"', '"Ours"', "stepped_care: no model of this name"),
        ('"Sandwell, initial assessment"', '"soon"', "clocks.0: Input should be"),
        ('complexity = "amber"', 'complexity = "red"', "complexity: say what red, amber and green"),
        ("effective_from = 2026-04-01", "effective_from = 2026-04-31", "neither TOML nor JSON"),
    ],
)
def test_what_cannot_be_is_said(
    changed: str, into: str, said: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    wrong = tmp_path / "way.toml"
    text = VALLEY.read_text(encoding="utf-8")
    assert changed in text
    wrong.write_text(text.replace(changed, into, 1).replace("#   through", "#  "))
    code, _, err = typed(capfd, "check", str(wrong))
    assert code == FAILED
    assert said in err


def test_a_file_that_is_not_there(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, _, said = typed(capfd, "check", str(tmp_path / "nowhere.toml"))
    assert code == FAILED
    assert "cannot be read" in said
