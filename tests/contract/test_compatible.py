"""What breaks a partner is refused, each kind of change by itself; what breaks nobody passes."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from projections.contract import (
    PUBLISHED,
    Contract,
    Deprecated,
    Message,
    Told,
    contract,
    read,
    write,
)
from tests.contract.compatible import NOTICE, breaks, broken

ROOT = Path(__file__).parents[2]
PROMISED = "2026-11-23"
"""What was published before this day was promised to nobody."""

Change = Callable[[dict[str, Any]], object]


def message(told: Told, **more: Any) -> Message:
    """A type with every kind of field in it."""
    schema = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "count": {"type": "integer", "minimum": 1, "maximum": 9},
            "words": {"type": "string", "minLength": 1, "maxLength": 100},
            "code": {"$ref": "#/$defs/Code"},
            "either": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "who": {"type": "array", "items": {"$ref": "#/$defs/Who"}},
        },
        "required": ["id"],
        "additionalProperties": False,
        "$defs": {
            "Code": {"type": "string", "enum": ["yes", "no"], "description": "An answer."},
            "Who": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "of": {"type": "string"}},
                "required": ["name"],
                "additionalProperties": False,
            },
        },
    }
    return Message("noun.Happened.v1", told, "It happened.", schema, {}, **more)


def after(was: Message, change: Change) -> list[str]:
    schema = deepcopy(was.schema)
    change(schema)
    assert repr(schema) != repr(was.schema)
    return list(broken(was, replace(was, schema=schema)))


READ, SENT = message(Told.TO_PARTNERS), message(Told.BY_PARTNERS)
BOTH = pytest.mark.parametrize("was", [READ, SENT], ids=["read", "sent"])


def fields(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"]
    return found


def codes(schema: dict[str, Any]) -> list[str]:
    found: list[str] = schema["$defs"]["Code"]["enum"]
    return found


def who(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["$defs"]["Who"]
    return found


BREAKING: dict[str, Change] = {
    "a field is gone": lambda s: fields(s).pop("count"),
    "a field within a list is gone": lambda s: who(s)["properties"].pop("of"),
    "a field is of another kind": lambda s: fields(s)["count"].update(type="string"),
    "a text has to be an id": lambda s: fields(s)["words"].update(format="uuid"),
    "a text may be shorter only": lambda s: fields(s)["words"].update(maxLength=50),
    "a text has to be longer": lambda s: fields(s)["words"].update(minLength=2),
    "a number may be less only": lambda s: fields(s)["count"].update(maximum=8),
    "a number has to be more": lambda s: fields(s)["count"].update(minimum=2),
    "a limit came": lambda s: fields(s)["id"].update(maxLength=36),
    "a pattern came": lambda s: fields(s)["words"].update(pattern="^a"),
    "a field has to be there": lambda s: s["required"].append("words"),
    "a new field has to be there": lambda s: (
        fields(s).update(new={"type": "string"}),
        s["required"].append("new"),
    ),
    "a field of a list has to be there": lambda s: who(s)["required"].append("of"),
    "a word is gone": lambda s: codes(s).remove("no"),
    "any text becomes some words": lambda s: fields(s)["words"].update(enum=["a"]),
    "one of two kinds is gone": lambda s: fields(s)["either"]["anyOf"].pop(),
    "a list has no kind of thing in it": lambda s: fields(s)["who"].pop("items"),
}

HARMLESS: dict[str, Change] = {
    "a field came": lambda s: fields(s).update(new={"type": "string"}),
    "a field within a list came": lambda s: who(s)["properties"].update(new={"type": "string"}),
    "a word came": lambda s: codes(s).append("perhaps"),
    "the words for people are others": lambda s: s["$defs"]["Code"].update(description="Said."),
    "who may know it is another": lambda s: fields(s)["count"].update({"x-category": "ask"}),
    "a definition has another name": lambda s: (
        s["$defs"].update(Word=s["$defs"].pop("Code")),
        fields(s)["code"].update({"$ref": "#/$defs/Word"}),
    ),
    "the order is another": lambda s: fields(s).update(id=fields(s).pop("id")),
}

WIDER: dict[str, Change] = {
    "a field may be absent": lambda s: s["required"].remove("id"),
    "a text may be longer": lambda s: fields(s)["words"].update(maxLength=200),
    "a text may be as long as it is": lambda s: fields(s)["words"].pop("maxLength"),
    "a number may be less": lambda s: fields(s)["count"].update(minimum=0),
    "an id may be any text": lambda s: fields(s)["id"].pop("format"),
    "one of three kinds": lambda s: fields(s)["either"]["anyOf"].append({"type": "integer"}),
    "words become any text": lambda s: s["$defs"]["Code"].pop("enum"),
}


@BOTH
@pytest.mark.parametrize("change", BREAKING.values(), ids=BREAKING.keys())
def test_what_breaks_a_partner_is_refused(was: Message, change: Change) -> None:
    assert after(was, change)


@BOTH
@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_breaks_nobody_passes(was: Message, change: Change) -> None:
    assert not after(was, change)


@pytest.mark.parametrize("change", WIDER.values(), ids=WIDER.keys())
def test_more_may_be_taken_within_a_version_and_not_told(change: Change) -> None:
    assert not after(SENT, change)
    assert after(READ, change)


def test_a_type_is_never_taken_away_and_may_always_come() -> None:
    another = replace(READ, type="noun.Happened.v2")
    was, now = Contract([READ]), Contract([READ, another])
    assert not breaks(was, now)
    assert breaks(now, was) == [
        "noun.Happened.v2: is no longer published; an old version stays, deprecated"
    ]


def test_a_type_goes_the_way_it_went() -> None:
    assert list(broken(READ, replace(READ, told=Told.BY_PARTNERS)))


def test_the_end_of_a_version_is_said_in_time_and_never_comes_sooner() -> None:
    said = date(2027, 1, 4)
    end = said + NOTICE
    dated = replace(READ, deprecated=Deprecated(said, end, "noun.Happened.v2"))
    assert not list(broken(READ, dated))
    sooner = Deprecated(said, end - timedelta(days=1), "noun.Happened.v2")
    assert list(broken(READ, replace(READ, deprecated=sooner)))
    assert list(broken(dated, replace(READ, deprecated=replace(sooner, since=date(2026, 1, 1)))))
    assert list(broken(dated, READ)) == [
        f"noun.Happened.v1: its last day was to be {end}, and is None now"
    ]
    later = Deprecated(said, end + timedelta(days=1), "noun.Happened.v2")
    assert not list(broken(dated, replace(READ, deprecated=later)))


def test_every_published_type_may_stay_as_it_is() -> None:
    assert not breaks(contract(), contract())


def test_nothing_that_was_ever_committed_is_broken_now() -> None:
    """Every state of every file since the contract was promised, whatever was done to it later."""
    if not (ROOT / ".git").exists() or which("git") is None:
        pytest.skip("no history of commits is here to compare with")
    assert not breaks_since(PROMISED, ROOT, contract())


def test_what_was_committed_is_found_whatever_was_done_to_it_later(tmp_path: Path) -> None:
    """A field taken out, and its file with it, commits ago: the history still knows."""
    if which("git") is None:
        pytest.skip("git is not here")
    file = tmp_path / FOLDER / f"{READ.type}.json"
    file.parent.mkdir(parents=True)
    _git("init", "--quiet", at=tmp_path)
    narrower = deepcopy(READ.schema)
    del narrower["properties"]["count"]
    for content in (write(READ), write(replace(READ, schema=narrower)), None):
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        _git("add", "--all", at=tmp_path)
        _git(*NOBODY, "commit", "--quiet", "--message", "another state", at=tmp_path)
    assert not breaks_since("2026-01-01", tmp_path, Contract([READ]))
    assert breaks_since("2026-01-01", tmp_path, Contract([replace(READ, schema=narrower)]))
    assert breaks_since("2026-01-01", tmp_path, Contract([]))


FOLDER = PUBLISHED.relative_to(ROOT)
NOBODY = ("-c", "user.name=nobody", "-c", "user.email=nobody@throughcare.example")


def breaks_since(day: str, root: Path, now: Contract) -> list[str]:
    """What breaks whoever kept to any state of the contract that was committed since a day."""
    since = f"--since={day}T00:00:00Z"
    commit, found = "", []
    said = _git("log", since, "--format=%H", "--name-only", "--", str(FOLDER), at=root)
    for line in said.decode().splitlines():
        if line.startswith(str(FOLDER)):
            state = _git("ls-tree", commit, line, at=root).split()
            if state:  # else it was taken away in that commit
                was = read(_git("cat-file", "blob", state[2].decode(), at=root))
                found += breaks(Contract([was]), now)
        elif line:
            commit = line
    return found


def _git(*words: str, at: Path) -> bytes:
    return subprocess.run(["git", *words], cwd=at, capture_output=True, check=True).stdout
