"""``throughcare inbox dead``: what was not done is listed without its words, and tried again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from deploy.cli import main
from deploy.commands import inbox
from deploy.commands.output import FAILED, NOTHING, USAGE
from tests.consumers.answering import Answering, answering, message
from tests.consumers.place import PRACTICE, Place


@pytest.fixture
def post(town: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    with answering(town) as made:

        class House:
            lookups = made
            letters = made.letters
            inbox = made.inbox

        @contextmanager
        def opened() -> Iterator[type[House]]:
            yield House

        monkeypatch.setattr(inbox, "opened", opened)
        yield made


def typed(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, object]]]:
    """The exit code, and the rows that are said."""
    capfd.readouterr()
    code = 0
    try:
        main(["inbox", "dead", *words, "--json"])
    except SystemExit as ended:
        code = int(ended.code or 0)
    out = capfd.readouterr().out
    return code, [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def test_what_was_not_done_is_listed_and_tried_again_one_or_all(
    post: Answering, capfd: pytest.CaptureFixture[str]
) -> None:
    referral = post.referred()
    early = post.take(message("AcknowledgeOutcome", "m-1", referral=referral), PRACTICE)
    post.take(message("Nothing", "m-2", note="canary"))
    code, rows = typed(capfd, "list")
    assert code == 0
    assert [(row["id"], row["outcome"], row["problem"]) for row in rows] == [
        ("m-1", "refused", "referral-has-not-ended"),
        ("m-2", "dead", "message-is-of-no-known-type"),
    ]
    assert "canary" not in str(rows)
    post.take(message("DeclineReferral", referral=referral, reason="full"))
    post.town.tell()
    code, rows = typed(capfd, "redrive", str(early.message))
    assert (code, [row["outcome"] for row in rows]) == (0, ["done"])
    code, rows = typed(capfd, "redrive", "--all")
    assert (code, [(row["id"], row["outcome"]) for row in rows]) == (FAILED, [("m-2", "dead")])
    assert typed(capfd, "redrive", "--since", "2999-01-01T00:00:00Z") == (NOTHING, [])
    assert typed(capfd, "redrive") == (USAGE, [])
