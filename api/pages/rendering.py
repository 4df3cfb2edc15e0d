"""How a page is rendered: the templates, what all of them may say, and in which language."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
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

from api.pages import marking, words
from api.pages.guest import GUEST
from api.pages.language import ENGLISH, Language
from domain.texts import in_threes

HERE = Path(__file__).parent
TEMPLATES, STATIC = HERE / "templates", HERE / "static"
VERSIONED = "public, max-age=31536000, immutable"
"""How long a browser keeps a file whose address changes with it."""
MAKES = (Path(__file__), Path(words.__file__), Path(marking.__file__))
"""What a compiled template may hold something of, besides its own text."""


class Compiled(FileSystemBytecodeCache):
    """Templates as they were compiled, beside our own modules' bytecode: a second at each start.

    Where nothing can be written, each process compiles them for itself.
    """

    def __init__(self, edition: str) -> None:
        made_by = hashlib.sha256(b"".join(path.read_bytes() for path in MAKES)).hexdigest()[:10]
        super().__init__(str(HERE / "__pycache__"), f"template-{made_by}-{edition}%s.jinja")

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


class Spoken(Environment):
    """Templates that are compiled in a language: all of ours, or the shell around them alone."""

    def __init__(self, tongue: Language, *, whole: bool, **options: Any) -> None:
        super().__init__(**options)
        self.tongue, self.whole = tongue, whole
        if not tongue.ours and whole:
            self.finalize = tongue.shown

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        ours = filename is not None and Path(filename).is_relative_to(TEMPLATES)
        if self.tongue.ours or not ours or not (self.whole or name == SHELL):
            return source
        return marking.translated(source, self.tongue.say)


def environment(
    undefined: type[Undefined] = ChainableUndefined,
    tongue: Language = ENGLISH,
    *,
    whole: bool = True,
) -> Environment:
    """Our templates and the NHS macros, which need a forgiving ``undefined``."""
    kept = "" if tongue.ours else f"{tongue.code}-{tongue.edition}-{'whole' if whole else 'shell'}-"
    made = Spoken(
        tongue,
        whole=whole,
        loader=ChoiceLoader([FileSystemLoader(TEMPLATES), PackageLoader("nhsuk_frontend_jinja")]),
        undefined=undefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=Compiled(kept),
    )
    made.filters.update(
        day=words.day,
        short_day=words.short_day,
        month=words.month,
        moment=words.moment,
        time=words.time,
        nhs_number=in_threes,
        sentence=lambda text: words.sentence(tongue.shown(text) if whole else text),
        say=tongue.shown,
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


SHELL = "layout.html"
"""The template around every page, which is in the visitor's language whatever the page is in."""
ENVIRONMENT = environment()
NOBODY: dict[str, Any] = {
    "visit": None,
    "errors": {},
    "section": "",
    "fresh": None,
    "mainLang": "",
}
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
    guest = GUEST.get()
    if status >= 400:
        guest = replace(guest, address="/")  # what was refused is not repeated
    shown: dict[str, Any] = {"guest": guest, "htmlLang": guest.language.code}
    made, spoken = ENVIRONMENT, guest.language.code
    if not guest.language.ours:
        whole = _is_spoken(guest.language, template)
        made = _in(guest.language, whole=whole)
        if not whole:
            shown |= {"pageTitleLang": ENGLISH.code, "mainLang": ENGLISH.code}
            spoken += f", {ENGLISH.code}"
    content = made.get_template(template).render(NOBODY | shown | context)
    said = {"Content-Language": spoken} | (headers or {})
    return HTMLResponse(content, status_code=status, headers=said)


@cache
def _in(tongue: Language, *, whole: bool) -> Environment:
    return environment(tongue=tongue, whole=whole)


@cache
def _is_spoken(tongue: Language, template: str) -> bool:
    """Whether a page is translated from its first word to its last; else it stays English."""
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    return tongue.says_all(marking.messages(source))
