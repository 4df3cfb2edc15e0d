"""Which words of a directory mean which step: a small dated file of the place's own.

It refuses to guess: a service none of whose terms is listed is refused, unless a step was said.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from api.hsds.tables import CannotBeRead
from domain.vocabulary import Source, Step

ANYBODY = tuple(Source)
COLLEAGUES = (Source.PROFESSIONAL, Source.PARTNER)


class Term(BaseModel):
    """What one term of a taxonomy means here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Step
    takes: tuple[str, ...] = ()
    ways_in: tuple[Source, ...] = ()


class Terms(BaseModel):
    """The whole file: from when until when it holds, whose each organisation is, what terms mean.

    A term is named by its id, its code or its name; an organisation by its id or its name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    effective_from: date
    effective_to: date | None = None  # the first day it no longer holds
    organizations: Mapping[str, str] = {}
    terms: Mapping[str, Term] = {}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words mean on the day of the import; ``step`` is for a service without a term."""

    organizations: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)
    step: Step | None = None

    def of(self, attributes: list[dict[str, Any]]) -> Term | None:
        """What a service's terms mean together: the first step found, all that is taken."""
        found = [term for each in attributes if (term := self._term(each)) is not None]
        if not found:
            return None if self.step is None else Term(step=self.step)
        takes = tuple(dict.fromkeys(word for term in found for word in term.takes))
        ways = next((term.ways_in for term in found if term.ways_in), ())
        return Term(step=found[0].step, takes=takes, ways_in=ways)

    def _term(self, attribute: dict[str, Any]) -> Term | None:
        term = attribute.get("taxonomy_term") or {}
        names = (attribute.get("taxonomy_term_id"), *(term.get(n) for n in ("id", "code", "name")))
        return next((self.terms[str(name)] for name in names if str(name) in self.terms), None)


def meaning(path: Path | None, step: Step | None, today: date) -> Meaning:
    """What words mean today, by the file. Raises `CannotBeRead`."""
    if path is None:
        return Meaning(step=step)
    try:
        read = Terms.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as unread:
        raise CannotBeRead(f"{path} cannot be read: {unread.strerror}") from unread
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as flaw:
        raise CannotBeRead(f"{path} is not TOML: {flaw}") from flaw
    except ValidationError as flaws:
        first = flaws.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CannotBeRead(f"{path}, {place}: {first['msg']}") from flaws
    if today < read.effective_from or (read.effective_to and today >= read.effective_to):
        raise CannotBeRead(f"{path} does not hold today: see effective_from and effective_to in it")
    return Meaning(read.organizations, read.terms, step)


def ways_in(term: Term) -> tuple[Source, ...]:
    """From whom a service takes people, where nobody says: from step 3 on, from colleagues."""
    if term.ways_in:
        return term.ways_in
    return ANYBODY if term.step <= Step.TALKING_THERAPIES else COLLEAGUES
