"""A place's way of working as a file: ``way check`` and ``way show``.

A file is TOML or JSON, the same as the interface takes; it is read here and nowhere else.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from pydantic import ValidationError

from deploy.commands.output import FAILED, NOTHING, Stopped, line, note
from domain.policies.ways import WAYS, Way, problems

app = App(name="way", help="A place's way of working, as data.")


@app.command
def check(path: Path, /) -> None:
    """Whether a file holds a whole way of working; as JSON for `throughcare ask ways` if it does.

    Every problem is said with the place it is at.
    """
    way = _way(path)
    if wrong := list(problems(way)):
        raise Stopped(_listed(path, wrong), FAILED)
    line({"way": way.model_dump(mode="json", exclude_none=True)})


@app.command
def show(
    name: Annotated[str, Parameter(help="Sandwell or James Wigg.")] = WAYS[0].name,
    /,
) -> None:
    """A way that ships, as JSON to begin one's own from."""
    for way in WAYS:
        if way.name == name:
            line(way.model_dump(mode="json", exclude_none=True))
            return
    raise Stopped(f"no way {name} ships; there are {', '.join(w.name for w in WAYS)}", NOTHING)


def _way(path: Path) -> Way:
    try:
        return Way.model_validate(_read(path))
    except ValidationError as refused:
        wrong = [
            f"{'.'.join(str(part) for part in error['loc'])}: {error['msg']}."
            for error in refused.errors()
        ]
        raise Stopped(_listed(path, wrong), FAILED) from None


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except OSError as unread:
        raise Stopped(f"{path} cannot be read: {unread.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as unread:
        raise Stopped(f"{path} is neither TOML nor JSON: {unread}", FAILED) from None


def _listed(path: Path, wrong: list[str]) -> str:
    for each in wrong:
        note(each)
    many = "1 problem" if len(wrong) == 1 else f"{len(wrong)} problems"
    return f"{path} has {many}"
