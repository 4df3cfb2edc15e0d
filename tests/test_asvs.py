"""The table of OWASP ASVS 5.0: the core set is whole, and each id has tests that are there."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.test_activities import DESCRIPTION
from tests.test_outward import calls, source

ROOT = Path(__file__).resolve().parents[1]


def ids(chapter: str, *last: int | tuple[int, int]) -> list[str]:
    """Ids of one section: alone, or from one to another."""
    ranges = [(each, each) if isinstance(each, int) else each for each in last]
    return [f"{chapter}.{n}" for first, until in ranges for n in range(first, until + 1)]


CORE = [
    "1.3.6", "1.5.2", "2.2.1", *ids("2.3", 1, 3, 4), "2.4.1",
    *ids("3.3", (1, 4)), *ids("3.4", (1, 6)), *ids("3.5", (1, 3)), "4.1.3",
    *ids("7.2", (1, 4)), *ids("7.3", (1, 2)), *ids("7.4", (1, 5)),
    *ids("8.2", (1, 3)), "8.3.1", "8.4.1",
    *ids("9.1", (1, 3)), *ids("9.2", (1, 4)), "10.2.1", *ids("10.3", (1, 4)),
    *ids("11.3", (2, 3)), *ids("12.1", (1, 3)), *ids("12.3", (1, 4)),
    *ids("13.2", (1, 5)), *ids("13.3", (1, 2)), *ids("13.4", 2, 5),
    *ids("14.2", (1, 4)), *ids("14.3", (1, 3)), *ids("15.1", (1, 2)), *ids("15.3", (1, 4)),
    *ids("16.2", (1, 5)), *ids("16.3", (1, 4)), *ids("16.4", (1, 3)), *ids("16.5", (1, 3)),
]  # fmt: skip
"""Level 2 for a service that holds records of care."""

OUTSIDE = {"12.1.1", "12.1.2", "12.3.3", "16.4.3"}
"""What no test of this program can show, because it is not there that it is met."""


def rows() -> dict[str, str]:
    text = (ROOT / "docs" / "asvs.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| ([\d.]+) \| [^|]+ \| (.+) \|$", text, re.MULTILINE))


def named_anywhere() -> set[str]:
    """Every test there is, by its name."""
    return {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_the_core_set_is_in_the_table_and_in_its_order() -> None:
    assert list(rows()) == CORE


def test_every_id_has_a_test_that_is_there() -> None:
    there = named_anywhere()
    named = {each: re.findall(r"`(test_\w+)`", cell) for each, cell in rows().items()}
    assert {each for each, names in named.items() if not names} == OUTSIDE
    assert {each: set(names) - there for each, names in named.items() if set(names) - there} == {}


def test_what_is_met_outside_says_by_whom() -> None:
    cells = rows()
    assert [
        each for each in OUTSIDE if not cells[each].startswith("met outside the program: ")
    ] == []


# What no other page of tests speaks of


def test_no_client_takes_any_certificate() -> None:
    careless = {"verify", "check_hostname", "ssl_check_hostname"}
    taken = [
        f"{path}:{call.lineno}"
        for path, call, _ in calls()
        for keyword in call.keywords
        if keyword.arg in careless
        and isinstance(keyword.value, ast.Constant)
        and keyword.value.value is False
    ]
    assert taken == []
    words = ("CERT_NONE", "sslmode=disable", "_create_unverified_context")
    texts = [(path, (ROOT / path).read_text(encoding="utf-8")) for path, _ in source()]
    assert [(path, word) for path, text in texts for word in words if word in text] == []


def test_no_script_stores_anything() -> None:
    scripts = (ROOT / "api" / "pages" / "static").glob("*.js")
    text = "".join(path.read_text(encoding="utf-8") for path in scripts)
    assert text
    for store in ("localStorage", "sessionStorage", "indexedDB", "document.cookie", "caches."):
        assert store not in text


def test_what_is_not_expected_is_refused_everywhere() -> None:
    """Each request says which fields it takes, and takes no other."""
    loose = []
    for path, methods in DESCRIPTION["paths"].items():
        body: dict[str, Any] = methods.get("post", {}).get("requestBody", {}).get("content", {})
        schema = body.get("application/json", {}).get("schema", {})
        for name in re.findall(r'#/components/schemas/([^"]+)', json.dumps(schema)):
            model = DESCRIPTION["components"]["schemas"][name]
            if model.get("additionalProperties") is not False:
                loose.append((path, name))
    assert loose == []


def test_how_soon_a_flaw_is_mended_is_written_down() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert re.search(r"within \d+ days when it can be used against this software", text)
    assert re.search(r"within \d+ days otherwise", text)


@pytest.mark.parametrize("name", sorted(p.name for p in ROOT.glob("requirements*.txt")))
def test_every_library_is_listed_with_its_hash(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    listed = [line for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert listed
    assert [line for line in listed if "==" not in line or "--hash=sha256:" not in line] == []


def said(text: str) -> list[str]:
    """What a process writes when it logs one event with this text in it."""
    program = (
        "import sys, structlog\n"
        "from deploy.commands.processes import begin\n"
        "begin()\n"
        "structlog.get_logger('t').info('event', text=sys.argv[1])\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, text], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert ran.stdout == "", "logs go to standard error alone"
    return ran.stderr.splitlines()


def test_every_line_has_its_time_in_utc() -> None:
    (line,) = said("nothing")
    written = json.loads(line)
    assert written["timestamp"].endswith("Z")
    assert written["level"] == "info"


def test_nobody_writes_a_line_of_their_own_into_a_log() -> None:
    text = 'a\n{"event": "forged"}\r\n\x1b[31m\u2028"'
    (line,) = said(text)
    assert json.loads(line)["text"] == text
    assert "\x1b" not in line
