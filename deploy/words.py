"""Writes what there is to translate, and compiles what was translated.

``python -m deploy.words`` (``make words``) writes ``api/pages/locale/throughcare.pot`` from the
templates, by the rule they are translated by (``api/pages/marking.py``), and from what is marked
with ``_`` in the code of the pages; then it compiles every catalogue. A translator begins a
language with ``pybabel init``, and takes news in with ``pybabel update``. The build of the wheel
compiles too (``hatch_build.py``). Babel is there where things are built, and not where they run.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from domain.kernel import BrokenRule

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PAGES = Path(__file__).parent.parent / "api" / "pages"
LOCALE = PAGES / "locale"
DOMAIN = "throughcare"


def template() -> Catalog:
    """Every message, with the files that say it."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract

    from api.pages import marking

    found = Catalog(project="Throughcare", charset="utf-8", fuzzy=False)
    for path in sorted((PAGES / "templates").rglob("*.html")):
        where = [(path.relative_to(PAGES.parent.parent).as_posix(), 0)]
        for message in marking.messages(path.read_text(encoding="utf-8")):
            found.add(message, locations=where)
    for path in sorted(PAGES.rglob("*.py")):
        where = [(path.relative_to(PAGES.parent.parent).as_posix(), 0)]
        for _, said, comments, _ in extract("python", BytesIO(path.read_bytes()), {"_": None}):
            found.add(str(said), locations=where, auto_comments=comments)
    for rule in _rules():
        if text := " ".join((rule.__doc__ or "").split()):
            found.add(text, locations=[(f"{rule.__module__.replace('.', '/')}.py", 0)])
    return found


def _rules() -> list[type[BrokenRule]]:
    """Every rule that can be broken: its docstring is what people see."""
    import api.app  # noqa: F401 - imports every module that has one

    known, left = set[type[BrokenRule]](), [BrokenRule]
    while left:
        of = left.pop()
        left += of.__subclasses__()
        if of is not BrokenRule:
            known.add(of)
    return sorted(known, key=lambda rule: (rule.__module__, rule.__name__))


def compiled() -> list[Path]:
    """Compile every catalogue, beside its source."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    made = []
    for path in sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        with path.open("rb") as source:
            catalogue = read_po(source, locale=path.parent.parent.name, abort_invalid=True)
        made.append(path.with_suffix(".mo"))
        with made[-1].open("wb") as target:
            write_mo(target, catalogue)
    return made


def main() -> int:
    from babel.messages.pofile import write_po

    found = template()
    with (LOCALE / f"{DOMAIN}.pot").open("wb") as target:
        write_po(target, found, sort_by_file=True, include_lineno=False, width=100)
    made = compiled()
    print(f"{len(found)} messages; {len(made)} languages compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
