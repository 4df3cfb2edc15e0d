"""``throughcare view rebuild``, ``compare`` and ``switch``: what they print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from deploy.cli import main
from deploy.commands import views
from deploy.commands.output import CONFLICT, NOT_VERIFIED, NOTHING, OK, USAGE
from deploy.embedded import Embedded
from tests.api.founded import built
from tests.database import Database, made

ROW = """
insert into views.caseload (partner, subject, name, status, urgency, complexity, content)
values (%s, %s, '', 'held', 1, 3, '{}')
"""


NOTHING_THERE = {
    "table": "caseload",
    "rows": 0,
    "beside": 0,
    "parts": 0,
    "unequal": 0,
    "differing": 0,
}


@pytest.fixture
def place(
    server: Embedded, founded: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    with made(server, template=founded) as database, ExitStack() as stack:
        house = built(database, tmp_path, stack)
        monkeypatch.setattr(views, "opened", lambda: nullcontext(house))
        yield database


def typed(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]], str]:
    """The exit code, what is said on stdout, and on stderr."""
    code = OK
    try:
        main(["view", *words, "--json"])
    except SystemExit as ended:
        code = int(ended.code or OK)
    said = capfd.readouterr()
    return code, [json.loads(row) for row in said.out.splitlines()], said.err


def test_a_view_is_built_compared_and_switched_there_and_back(
    place: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    assert typed(capfd, "compare", "caseload")[0] == CONFLICT
    assert typed(capfd, "rebuild", "caseloads")[0] == USAGE
    code, (said,), remark = typed(capfd, "rebuild", "caseload")
    assert (code, said["view"]) == (OK, "caseload")
    assert said["entries"] >= 0
    assert "nobody is served from it yet" in remark
    code, compared, _ = typed(capfd, "compare", "caseload")
    assert code == OK
    assert compared[0] == NOTHING_THERE
    assert all(each["differing"] == 0 for each in compared)
    assert typed(capfd, "switch", "caseload", "--back")[0] == CONFLICT
    assert typed(capfd, "switch", "caseload")[0] == OK
    assert typed(capfd, "switch", "caseload")[0] == CONFLICT
    assert typed(capfd, "switch", "caseload", "--back")[0] == OK
    with psycopg.connect(place.dsn("postgres")) as admin:
        admin.execute(ROW, [UUID(int=1), UUID(int=2)])
    code, _, remark = typed(capfd, "compare", "caseload")
    assert code == NOT_VERIFIED
    assert f"caseload {UUID(int=1)} {UUID(int=2)}: only served" in remark
    assert typed(capfd, "switch", "caseload", "--back", "--drop")[0] == USAGE
    assert typed(capfd, "switch", "caseload", "--drop")[0] == OK
    assert typed(capfd, "switch", "caseload", "--drop")[0] == NOTHING


def test_the_share_is_compared_with_the_rule(
    place: Database, capfd: pytest.CaptureFixture[str]
) -> None:
    code, said, _ = typed(capfd, "compare", "share")
    assert code == OK
    assert all((each["differing"], each["renumbered"]) == (0, 0) for each in said)
