"""How a page is rendered: the templates, and what all of them may say."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import (
    ChainableUndefined,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PackageLoader,
    Undefined,
)
from jinja2.bccache import Bucket

from api.pages import words
from api.pages.guest import GUEST

HERE = Path(__file__).parent
TEMPLATES, STATIC = HERE / "templates", HERE / "static"
VERSIONED = "public, max-age=31536000, immutable"
"""How long a browser keeps a file whose address changes with it."""
MAKES = (Path(__file__), Path(words.__file__))
"""What a compiled template may hold something of, besides its own text."""


class Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled, beside our own modules' bytecode: a second at each start.

    Where nothing can be written, each process compiles them for itself.
    """

    def __init__(self) -> None:
        made_by = hashlib.sha256(b"".join(path.read_bytes() for path in MAKES)).hexdigest()[:10]
        super().__init__(str(HERE / "__pycache__"), f"template-{made_by}-%s.jinja")

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def environment(undefined: type[Undefined] = ChainableUndefined) -> Environment:
    """Our templates and the NHS macros, which need a forgiving ``undefined``."""
    made = Environment(
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]),
        undefined=undefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=Compiled(),
    )
    made.filters.update(
        day=words.day,
        short_day=words.short_day,
        month=words.month,
        moment=words.moment,
        time=words.time,
        nhs_number=words.nhs_number,
        sentence=words.sentence,
        behind=words.behind,
    )
    made.globals.update(asset=asset, STATUS=words.STATUS, STATE=words.STATE)
    return made


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep it."""
    path = STATIC / name
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:10] if path.is_file() else "missing"
    return f"/static/{name}?v={version}"


ENVIRONMENT = environment()
NOBODY: dict[str, Any] = {"visit": None, "errors": {}, "section": "", "fresh": None}
"""What the layout asks of every page, on one that nobody signed in to."""


def warm() -> None:
    """Compile every template, so that the first visitor does not wait for it."""
    for path in TEMPLATES.rglob("*.html"):
        ENVIRONMENT.get_template(path.relative_to(TEMPLATES).as_posix())
    ENVIRONMENT.get_template("nhsuk/template.jinja")


def render(
    template: str, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A page. What protects it goes on at the edge, with every other answer."""
    content = ENVIRONMENT.get_template(template).render(NOBODY | {"guest": GUEST.get()} | context)
    return HTMLResponse(content, status_code=status, headers=headers)
